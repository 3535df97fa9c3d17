"""The specialist's tenth: drawn up on the enterprise's word, out of its subsidy, never more."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching_engine.errors import Broken
from settlement.evolve import evolve
from settlement.specialist_messages import SpecialistShareDrawnUp
from tests.settlement.claim_refusals import share
from tests.settlement.desk import AT, CLAIM, UNIVERSITY, claimed


def test_the_share_is_an_entry_of_its_own() -> None:
    """Who said so, since when it is agreed, the tenth of the subsidy with its clause; the claim stays as it was."""
    desk = claimed()
    claim = desk.state.claims[CLAIM]
    before = claim.amount_fen
    (event,) = desk.ask(share())
    assert isinstance(event, SpecialistShareDrawnUp)
    assert (event.share, event.author, event.specialist, event.agreed_on) == (
        "KS-T-L1-1-1",
        "factory-1",
        "孙丽",
        "2026-11-20",
    )
    assert (event.base_fen, event.amount_fen) == (before, before // 10)
    assert (event.rule, event.document) == ("HLJ-2017-16/SPECIALIST", "黑政发〔2017〕16号")
    assert "10%比例" in event.quote
    assert [step.name for step in event.steps] == ["SUBSIDY", "RATE", "EXACT", "ROUNDING", "AMOUNT"]
    assert desk.state.claims[CLAIM].amount_fen == before
    assert desk.state.specialists[CLAIM] == event


@pytest.mark.parametrize("day", ["2026-11-21", "2026-02-30", "soon"])
def test_an_agreement_has_a_day_that_has_come(day: str) -> None:
    """Neither of tomorrow nor of no calendar."""
    assert claimed().refused(share(agreed_on=day)) == "DATE_INVALID"


def test_only_the_claimant_shares() -> None:
    """The other party has nothing to share."""
    assert claimed().refused(share(party=UNIVERSITY.id)) == "NOT_A_PARTY"


@given(st.integers(1, 10**15))
def test_never_more_than_a_tenth(too_much_fen: int) -> None:
    """A share above a tenth in the journal is broken, whatever rule it came by."""
    desk = claimed()
    (event,) = desk.ask(share())
    assert isinstance(event, SpecialistShareDrawnUp)
    forged = msgspec.structs.replace(event, amount_fen=event.base_fen // 10 + too_much_fen)
    other = claimed()
    with pytest.raises(Broken):
        evolve(other.state, forged, AT)
