"""A rule change never touches a decided claim; what comes later is decided by the new book."""

import copy

import msgspec
import pytest

from settlement.commands import ApproveClaim, ElectClaimant
from settlement.evolve import evolve
from settlement.rulebook import Rulebook, load_rulebook
from settlement.state import ClaimState, Settlement
from tests.rule_books import changed, without
from tests.settlement.desk import (
    CLAIM,
    FACTORY,
    NUMBER,
    PRICE_FEN,
    SUBJECT,
    UNIVERSITY,
    Desk,
    claimed,
    confirm,
    credit,
    elect,
    register,
    sign,
    trade,
)

CHEAPER = load_rulebook(changed(('rate: "0.30"', 'rate: "0.20"')))
GONE = load_rulebook(without("HLJ-2017-16/BUYER"))
ENDED = load_rulebook(changed(("valid_to: null", "valid_to: 2020-12-31")))


def settle_second(desk: Desk, listing: str) -> str:
    """One more sale to its end, the buyer elected; the id of the trade."""
    name = "T-L2-1"
    desk.ask(trade(deposit=None, trade=name, subject=msgspec.structs.replace(SUBJECT, listing=listing)))
    for party in (UNIVERSITY, FACTORY):
        desk.ask(sign(desk, party, f"C-{name}"))
    desk.ask(register(f"{int(NUMBER) + 1}", f"TC-{name}"))
    desk.ask(credit("c9", f"O-{name}", PRICE_FEN))
    desk.ask(confirm(f"P-{name}"))
    for party in (UNIVERSITY, FACTORY):
        desk.ask(elect(party, "buyer", name))
    return name


@pytest.mark.parametrize("book", [CHEAPER, GONE, ENDED], ids=["rate", "gone", "ended"])
def test_a_decided_claim_is_approved_and_paid_as_it_was_drawn_up(book: Rulebook) -> None:
    """Under another rate, without its rule, after its end: amount, steps and state stay, and it goes on its way."""
    desk = claimed()
    before = copy.deepcopy(desk.state.claims[CLAIM])
    assert before.amount_fen == 51_000_000
    desk.state.rulebook = book
    assert desk.state.claims[CLAIM] == before
    desk.ask(ApproveClaim(CLAIM, "official-1"))
    desk.ask(ApproveClaim(CLAIM, "official-2"))
    desk.ask(confirm(f"P-{CLAIM}"))
    after = desk.state.claims[CLAIM]
    assert (after.amount_fen, after.steps, after.state) == (before.amount_fen, before.steps, ClaimState.PAID)


@pytest.mark.parametrize("book", [CHEAPER, GONE, ENDED], ids=["rate", "gone", "ended"])
def test_a_journal_replays_to_the_same_under_another_book(book: Rulebook) -> None:
    """The events carry all figures, so the book of the day of the replay does not matter."""
    desk = claimed()
    again = Settlement(book)
    for event, at in desk.history:
        evolve(again, event, at)
    again.rulebook = desk.state.rulebook
    assert again == desk.state


def test_new_claims_are_drawn_up_by_the_new_book() -> None:
    """The same sale again for another project: a fifth instead of three tenths."""
    desk = claimed()
    desk.state.rulebook = CHEAPER
    (second,) = desk.state.trades[settle_second(desk, "A2")].claims
    assert desk.state.claims[CLAIM].amount_fen == PRICE_FEN * 3 // 10
    assert desk.state.claims[second].amount_fen == PRICE_FEN // 5


@pytest.mark.parametrize("book", [GONE, ENDED], ids=["gone", "ended"])
def test_what_the_new_book_does_not_grant_is_not_drawn_up(book: Rulebook) -> None:
    """Neither after a rule is gone nor out of its dates, and old claims of the lost rule do no harm."""
    desk = claimed()
    desk.state.rulebook = book
    assert desk.state.trades[settle_second(desk, "A2")].claims == []


def test_a_claim_under_a_lost_rule_still_blocks_the_other_side() -> None:
    """The seller of a second sale of the same project in the same year gets nothing beside the buyer of the first."""
    desk = claimed()
    desk.state.rulebook = GONE
    name = settle_second(desk, "A1")
    for party in (UNIVERSITY, FACTORY):
        desk.ask(ElectClaimant(name, party.id, "seller"))
    assert desk.state.trades[name].claims == []
