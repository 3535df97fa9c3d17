"""Whether a bidder may bid is remembered, and never longer than it is so."""

from typing import Any

import msgspec
import pytest

from exchange.demo import people
from exchange.house import bid_authority, machine
from exchange.house.authority import refuse_unauthorised
from exchange.house.bid_authority import BidAuthority
from exchange.house.command import Denied, HouseEvent, Principal, Recorded
from exchange.house.state import State, new_state
from exchange.market.events import EntryApplied, PartyEnrolled, SessionScheduled
from exchange.market.mandate_messages import MandateGranted, MandateRevoked
from exchange.market.state import Listing
from matching_engine.commands import Advance, Bid, EntryStatus, Seal
from matching_engine.events import EntrySet
from matching_engine.terms import DAY
from settlement.commands import Subject
from tests.exchange.house.running import BEGIN, RULEBOOK, command

JIA = people.principal("jia")


class Asked:
    """The table of authority, and how often it was asked."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self, *asked: Any) -> None:
        self.times += 1
        refuse_unauthorised(*asked)


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What the memory asks when it does not know."""
    monkeypatch.setattr(bid_authority, "refuse_unauthorised", asked := Asked())
    return asked


@pytest.fixture
def state() -> State:
    """A house with a lot of the university, entered by enterprise jia under 1111 and by bing under 2222."""
    state = new_state(RULEBOOK)
    state.at = BEGIN
    state.market.listings["A1"] = Listing("A1", "x", "", "university", Subject("A1", "t"), 1)
    happen(state, *(PartyEnrolled(party, ()) for party in people.PARTIES))
    happen(state, SessionScheduled("S1", "s", "LISTED_BIDDING", ("L1",), ("A1",), (0,), 0, 5))
    for code, party in (("1111", "jia"), ("2222", "bing")):
        happen(state, EntryApplied("L1", party, code, f"D-L1-{code}", 0))
    return state


def happen(state: State, *events: HouseEvent) -> None:
    """Let events become state as the journal's do."""
    for event in events:
        place = ("hub", 1, state.seq + 1, state.at, "s", 1, f"c{state.seq}", "house")
        machine.apply(state, Recorded(*place, event, bytes(32)))


def bid(
    authority: BidAuthority, code: str = "1111", principal: Principal = JIA, at: int = BEGIN
) -> str | None:
    """The code with which a bid is denied, or None."""
    asked = msgspec.structs.replace(command("jia", Bid("L1", code, 5)), principal=principal)
    try:
        authority.refuse(asked, at)
    except Denied as denied:
        return denied.code
    return None


def test_a_bidder_is_looked_up_once(state: State, table: Asked) -> None:
    """The second bid of the same bidder on the same lot asks nothing of the state, nor does it after others' bids."""
    authority = BidAuthority("hub", state)
    assert [bid(authority) for _ in range(3)] == [None, None, None]
    happen(state, EntrySet("L1", "1111", EntryStatus.ADMITTED))  # an event of the lot alone, as a bid is
    assert bid(authority) is None
    assert table.times == 1


def test_another_code_is_not_what_was_found(state: State) -> None:
    """That jia may bid as 1111 says nothing of 2222, before and after."""
    authority = BidAuthority("hub", state)
    assert [bid(authority, code) for code in ("1111", "2222", "1111", "2222")] == [None, "ENTRY_REQUIRED"] * 2


def test_a_denial_is_not_remembered(state: State, table: Asked) -> None:
    """Who is denied is looked up each time."""
    authority = BidAuthority("hub", state)
    assert {bid(authority, "2222") for _ in range(3)} == {"ENTRY_REQUIRED"}
    assert table.times == 3


def test_whoever_lost_the_role_is_somebody_else(state: State) -> None:
    """The account's roles are part of who asks: without that of a bidder the same account is denied."""
    authority = BidAuthority("hub", state)
    assert bid(authority) is None
    assert bid(authority, principal=msgspec.structs.replace(JIA, roles=frozenset({"auditor"}))) == "FORBIDDEN"


def test_an_affiliate_of_the_seller_is_found_at_once(state: State) -> None:
    """Auction law art. 22, 30: once the university declares jia as its own, jia's next bid is denied."""
    authority = BidAuthority("hub", state)
    assert bid(authority) is None
    university = next(party for party in people.PARTIES if party.id == "university")
    happen(state, PartyEnrolled(university, ("jia",)))
    assert bid(authority) == "BID_SELF_DEALING"


def test_a_mandate_given_to_others_counts_at_once(state: State) -> None:
    """Once jia names who acts for it, nobody else of its people does; when that is revoked everybody does again."""
    authority = BidAuthority("hub", state)
    assert bid(authority) is None
    happen(state, MandateGranted("M1", "jia", "somebody", "bidder", "2026-01-01"))
    assert bid(authority) == "MANDATE_MISSING"
    happen(state, MandateGranted("M2", "jia", JIA.account, "bidder", "2026-01-01"))
    assert bid(authority) is None
    happen(state, MandateRevoked("M2", "jia"))
    assert bid(authority) == "MANDATE_MISSING"


def test_a_mandate_that_ends_with_a_day_is_asked_for_each_time(state: State, table: Asked) -> None:
    """A day ends without an event: nothing about a mandate is remembered."""
    authority = BidAuthority("hub", state)
    happen(state, MandateGranted("M1", "jia", JIA.account, "bidder", "2026-01-01", "2026-03-02"))
    assert [bid(authority), bid(authority)] == [None, None]
    assert table.times == 2
    assert bid(authority, at=BEGIN + 2 * DAY) == "MANDATE_MISSING"


def test_a_broker_is_asked_each_time(state: State, table: Asked) -> None:
    """Its clients' mandates end with a day as well."""
    authority = BidAuthority("hub", state)
    broker = msgspec.structs.replace(JIA, roles=frozenset({"broker"}), party=None)
    happen(state, MandateGranted("M1", "bing", JIA.account, "broker", "2026-01-01", "2026-03-02"))
    assert [bid(authority, "2222", broker), bid(authority, "2222", broker)] == [None, None]
    assert table.times == 2
    assert bid(authority, "2222", broker, BEGIN + 2 * DAY) == "MANDATE_MISSING"


def test_another_node_s_bidder_stays_outside(state: State) -> None:
    """An account that belongs to another node is another principal, and turned away after the first one's bid as well."""
    authority = BidAuthority("hub", state)
    assert bid(authority) is None
    assert bid(authority, principal=msgspec.structs.replace(JIA, node="songxian")) == "OTHER_NODE"


def test_only_bids_are_remembered(state: State) -> None:
    """That a bidder may bid lets it do nothing else; what only the house may do stays denied."""
    authority = BidAuthority("hub", state)
    assert bid(authority) is None
    authority.refuse(command("jia", Seal("L1", "1111", "e", "c")), BEGIN)
    for body in (Advance("L1"), Seal("L1", "2222", "e", "c")):
        with pytest.raises(Denied):
            authority.refuse(command("jia", body), BEGIN)


def test_the_memory_is_bounded(state: State, table: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond its bound everything is forgotten, and found again."""
    monkeypatch.setattr(bid_authority, "KNOWN_MAX", 1)
    authority, bing = BidAuthority("hub", state), people.principal("bing")
    assert [bid(authority), bid(authority, "2222", bing), bid(authority)] == [None, None, None]
    assert table.times == 3
