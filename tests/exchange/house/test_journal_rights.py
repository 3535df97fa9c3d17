"""Who may read which row: the table, reader by reader, while a lot runs and once it has ended."""

from types import SimpleNamespace
from typing import Any

import pytest

from exchange.house.command import Principal, Recorded
from exchange.house.journal_rights import (
    Sight,
    asker_hidden,
    owners,
    reads_anything,
    sees_digests,
    sight,
    streams_of_lot,
    streams_of_party,
    veil,
)
from exchange.house.state import State, new_state
from exchange.market import events as me
from exchange.market.listing_events import InterestRefused, ObjectionFiled
from exchange.market.state import Entry, PlacedLot
from matching_engine import events as le
from matching_engine.rejections import Rejection
from tests.exchange.house.running import RULEBOOK

READERS = {
    "auditor": Principal("a", None, frozenset({"auditor"})),
    "elsewhere": Principal("a2", None, frozenset({"auditor"}), "other"),
    "registrar": Principal("r", None, frozenset({"registrar"})),
    "operator": Principal("o", None, frozenset({"operator"})),
    "funder": Principal("f", None, frozenset({"funder"})),
    "seller": Principal("s", "uni", frozenset({"seller"})),
    "jia": Principal("j", "jia", frozenset({"bidder"})),
    "yi": Principal("y", "yi", frozenset({"bidder"})),
}
W, V, M, N = Sight.WHOLE, Sight.VEILED, Sight.METADATA, Sight.NOTHING

BID = le.BidAccepted("L1", "B-1", 5, None, max_fen=9)
REFUSED = le.BidRefused("L1", "B-1", Rejection.BID_BELOW_INCREMENT)
SEALED = le.BidSealed("L1", "B-1", "envelope", "commitment")
HAMMER = le.Hammered("L1", (le.Winner("B-1", 5),), 1)
DEPOSIT = me.EntryApplied("L1", "jia", "B-1", "D-L1-B-1", 5)
NOTICE = me.NoticeClosed("A1")
OBJECTION = ObjectionFiled("OB-1", "A1", "grounds", "name", "contact")
INTEREST = InterestRefused("A1", "yi", "reasons")
REFUSAL = me.MarketRefused("L1", "ApplyEntry", "LOT_CLOSED", "no")
TRADE = SimpleNamespace()
"""Anything on a trade's stream that names nobody itself."""


def _state(ended: bool) -> State:
    """jia and yi entered the university's lot; jia has won a trade of it."""
    state = new_state(RULEBOOK)
    market: Any = state.market
    market.parties.update(uni=object(), jia=object(), yi=object())
    market.listings["A1"] = SimpleNamespace(id="A1", seller="uni", interests={"yi": None})
    market.lot_plans["L1"] = PlacedLot("L1", "A1", "S1", 5)
    market.entries["L1"] = {
        code: Entry("L1", party, code, f"D-L1-{code}") for code, party in (("B-1", "jia"), ("B-2", "yi"))
    }
    market.codes.update({("L1", "jia"): "B-1", ("L1", "yi"): "B-2"})
    sides = {"seller": SimpleNamespace(id="uni"), "buyer": SimpleNamespace(id="jia")}
    state.settlement.trades["T-L1-1"] = SimpleNamespace(id="T-L1-1", lot="L1", **sides)  # type: ignore[assignment]
    state.lots["L1"] = SimpleNamespace(ended=ended)  # type: ignore[assignment]
    return state


def _row(event: Any, stream: str, account: str = "j") -> Recorded:
    return Recorded("hub", 1, 7, 0, stream, 1, "c-1", account, event, b"\0")


TABLE = [
    # event, stream, ended?, who sees how much; whoever is not named sees nothing
    (BID, "lot/L1", False, {"auditor": V, "operator": M, "jia": W}),
    (BID, "lot/L1", True, {"auditor": W, "operator": M, "jia": W}),
    (REFUSED, "lot/L1", False, {"auditor": V, "operator": M, "jia": W}),
    (SEALED, "lot/L1", False, {"auditor": V, "operator": M, "jia": W}),
    (HAMMER, "lot/L1", True, {"auditor": W, "operator": M, "seller": W, "jia": W}),
    (DEPOSIT, "entry/L1", True, {"auditor": W, "operator": M, "jia": W}),
    (NOTICE, "listing/A1", True, {"auditor": W, "operator": M, "seller": W}),
    (OBJECTION, "listing/A1", True, {"auditor": W, "operator": M}),
    (INTEREST, "listing/A1", True, {"auditor": W, "operator": M, "yi": W}),
    (TRADE, "trade/T-L1-1", True, {"auditor": W, "operator": M, "registrar": W, "seller": W, "jia": W}),
    (TRADE, "reward/T-L1-1", True, {"auditor": W, "operator": M, "seller": W}),
    (TRADE, "bank", True, {"auditor": W, "operator": M}),
]


@pytest.mark.parametrize(("event", "stream", "ended", "seen"), TABLE)
def test_the_table(event: Any, stream: str, ended: bool, seen: dict[str, Sight]) -> None:
    """Each reader sees what the table says of a row that the house's own account caused, and nothing by default."""
    state, row = _state(ended), _row(event, stream, "house")
    assert {name: sight(reader, state, row) for name, reader in READERS.items()} == {
        name: seen.get(name, N) for name in READERS
    }


def test_a_digest_is_for_the_asker_and_after_the_lot_for_the_auditor() -> None:
    """Whoever knows the digest of a bid finds its secret maximum by trying: nobody else has it while the lot runs."""
    row = _row(BID, "lot/L1")
    for ended, told in ((False, ["jia"]), (True, ["auditor", "jia"])):
        assert [name for name, one in READERS.items() if sees_digests(one, _state(ended), row)] == told


def test_whoever_asked_sees_the_refusal_and_nobody_of_the_party_beside() -> None:
    """A refusal names no party: the account that asked sees it whole."""
    row = _row(REFUSAL, "refusals", "y")
    assert sight(READERS["yi"], _state(True), row) is W
    assert sight(READERS["jia"], _state(True), row) is N


def test_a_closed_box_hides_who_put_something_in() -> None:
    """Until the lot ends; an open auction's bidders are known to the operator as before."""
    assert asker_hidden(_state(False), _row(SEALED, "lot/L1"))
    assert not asker_hidden(_state(True), _row(SEALED, "lot/L1"))
    assert not asker_hidden(_state(False), _row(REFUSED, "lot/L1"))


def test_secrets_are_taken_out_wherever_they_stand() -> None:
    """In fields within fields; what is not given is not called withheld."""
    data = {"max_fen": None, "lots": [{"terms": {"reserve_price_fen": 7, "opening_price_fen": 5}}]}
    shown, hidden = veil(data)
    assert shown["lots"][0]["terms"] == {"reserve_price_fen": None, "opening_price_fen": 5}
    assert hidden == ("reserve_price_fen",)
    assert data["lots"][0]["terms"]["reserve_price_fen"] == 7  # type: ignore[index]


def test_streams_lead_to_every_row_of_a_lot_and_of_a_party() -> None:
    """What a party owns stands on a stream that its search reads."""
    state = _state(True)
    for event, stream, _, _ in TABLE:
        for party in owners(state, _row(event, stream)):
            assert stream in streams_of_party(state, party)
    assert {"lot/L1", "entry/L1", "trade/T-L1-1", "reward/T-L1-1"} <= set(streams_of_lot(state, "L1"))


def test_who_has_nothing_to_read() -> None:
    """Roles without a part in the journal, and without a party."""
    assert [name for name, reader in READERS.items() if not reads_anything(reader)] == ["funder"]
