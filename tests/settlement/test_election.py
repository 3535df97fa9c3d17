"""The joint election as a text: it follows from trade and side, and both parties sign the same one."""

import hashlib

import msgspec
import pytest

from settlement.commands import ElectClaimant
from settlement.election import election_digest, election_id, election_statement, election_text
from tests.settlement.desk import FACTORY, TRADE, UNIVERSITY, claimed, elect, sold


def test_the_text_names_project_parties_and_side() -> None:
    """The same trade and side, the same words; another side, another digest."""
    trade = sold().state.trades[TRADE]
    text = election_text(trade, "buyer")
    for said in (
        TRADE,
        trade.subject.title,
        UNIVERSITY.name,
        FACTORY.name,
        "选定的申报方：买方（松江重型机械有限公司）",
    ):
        assert said in text
    assert election_digest(trade, "buyer") == hashlib.sha256(text.encode()).hexdigest()
    assert election_digest(trade, "buyer") != election_digest(trade, "seller")
    assert election_text(sold().state.trades[TRADE], "buyer") == text


def test_what_a_key_signs_is_no_contract() -> None:
    """A signature under a contract never elects, and the other way round."""
    assert election_statement(election_id(TRADE), "d") == b"luochui election v1\nE-T-L1-1\nd"


def test_the_election_is_kept_with_who_and_when() -> None:
    """Each side's last word with its digest, in the state and so in every replay."""
    desk = claimed()
    given = desk.state.trades[TRADE].elections
    assert {side: one.party for side, one in given.items()} == {"seller": UNIVERSITY.id, "buyer": FACTORY.id}
    assert given["seller"].digest == given["buyer"].digest
    assert given["buyer"].at > 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"digest": "0" * 64}, "DIGEST_MISMATCH"),
        ({"key_id": "k-1"}, "SIGNATURE_INVALID"),
        ({"signature": "00" * 64}, "SIGNATURE_INVALID"),
        ({"certificate_issuer": "CA"}, "SIGNATURE_INVALID"),
    ],
)
def test_half_a_signature_or_another_text_is_refused(change: dict[str, str], code: str) -> None:
    """Key, public key and signature come together, over the text that was shown."""
    command: ElectClaimant = msgspec.structs.replace(elect(FACTORY, "buyer"), **change)
    assert sold().refused(command) == code
