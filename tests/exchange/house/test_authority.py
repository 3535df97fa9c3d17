"""Authority: one table, default deny."""

from typing import get_args

import pytest

from exchange.demo import people
from exchange.house.authority import TABLE, refuse_unauthorised
from exchange.house.command import HOUSE, Body, Command, Denied
from exchange.house.state import State, new_state
from exchange.market.events import EntryApplied, PartyEnrolled, SessionScheduled
from exchange.market.evolve import evolve
from exchange.market.state import Listing
from matching_engine.commands import Advance, Bid, Suspend
from settlement.commands import ConcludeTrade, ProposeText, RegisterContract, SignContract, Subject
from tests.exchange.house.running import RULEBOOK, command


@pytest.fixture
def state() -> State:
    """A house with one lot of the university, entered by enterprise jia under code 1111."""
    state = new_state(RULEBOOK)
    for party in people.PARTIES:
        evolve(state.market, PartyEnrolled(party, ("wu",) if party.id == "university" else ()))
    state.market.listings["A1"] = Listing("A1", "x", "", "university", Subject("A1", "t"), 1)
    evolve(state.market, SessionScheduled("S1", "s", "LISTED_BIDDING", ("L1",), ("A1",), (0,), 0, 5))
    evolve(state.market, EntryApplied("L1", "jia", "1111", "D-L1-1111", 0))
    return state


def refusal(state: State, asked: Command) -> str:
    """The code with which a command is denied."""
    with pytest.raises(Denied) as denied:
        refuse_unauthorised(asked, state)
    return denied.value.code


def test_what_the_table_does_not_name_is_for_the_house_alone(state: State) -> None:
    """Default deny: an operator cannot fall the hammer or conclude a trade by hand."""
    house_only = {kind for kind in get_args(Body) if kind not in TABLE}
    assert {Advance, ConcludeTrade} <= house_only
    assert refusal(state, command("operator", Advance("L1"))) == "FORBIDDEN"
    refuse_unauthorised(Command("x", HOUSE, Advance("L1")), state)


def test_a_bidder_bids_under_its_own_code_only(state: State) -> None:
    """The code of another enterprise does not bid for it."""
    refuse_unauthorised(command("jia", Bid("L1", "1111", 5)), state)
    assert refusal(state, command("yi", Bid("L1", "1111", 5))) == "ENTRY_REQUIRED"


def test_seller_and_affiliates_may_not_bid(state: State) -> None:
    """Auction law art. 22 and 30: an affiliate of the university is refused, entered or not."""
    assert refusal(state, command("wu", Bid("L1", "", 5))) == "BID_SELF_DEALING"


def test_roles_do_not_mix(state: State) -> None:
    """An operator may not bid, a bidder may not suspend, a registrar registers under the own name only."""
    assert refusal(state, command("operator", Bid("L1", "1111", 5))) == "FORBIDDEN"
    assert refusal(state, command("jia", Suspend("L1", "why"))) == "FORBIDDEN"
    forged = RegisterContract("TC-T-L1-1", "2026230101000001", "somebody", "2026-03-02")
    assert refusal(state, command("registrar", forged)) == "FORBIDDEN"


def test_a_contract_of_others_does_not_exist(state: State) -> None:
    """Existence is secret: an outsider's signature is answered as if there were no such contract."""
    for body in (
        SignContract("C-T-L1-1", "yi", "yi", "00"),
        ProposeText("C-T-L1-1", "yi", "yi", "00", ()),
    ):
        with pytest.raises(Denied) as denied:
            refuse_unauthorised(command("yi", body), state)
        assert denied.value.status == 404
