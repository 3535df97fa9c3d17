"""What is foretold of a statement is what booking it does, and money in suspense finds what it was meant for."""

import copy

from hypothesis import given
from hypothesis import strategies as st

from settlement.bank_statement import BankCredit
from settlement.events import CreditRecorded
from settlement.forecast import awaited, forecast, suggest
from settlement.state import Suspense
from tests.settlement.desk import AT, DEPOSIT_FEN, FACTORY, PRICE_FEN, TRADE, call, held, sold

DAY = "2026-11-20"
REFERENCES = ["", "nonsense", f"O-{TRADE}", f"o-t-l1-1 {FACTORY.name}", "D-L2-002", "D-L1-001"]


def credits_of(told: list[tuple[str, int]]) -> list[BankCredit]:
    """A statement's credits from references and amounts."""
    return [
        BankCredit(f"B-{n}", f"E{n}", reference, FACTORY.name, fen, DAY)
        for n, (reference, fen) in enumerate(told)
    ]


@given(
    st.lists(
        st.tuples(st.sampled_from(REFERENCES), st.sampled_from([1, 500, DEPOSIT_FEN, PRICE_FEN])), max_size=8
    )
)
def test_what_is_foretold_comes_true(told: list[tuple[str, int]]) -> None:
    """Whatever the credits and their order: target, amounts and reasons are those of the events; the state is untouched."""
    desk = sold()
    desk.ask(call("D-L2-002"))
    before = copy.deepcopy(desk.state)
    credits_ = credits_of(told)
    foretold = forecast(desk.state, credits_)
    assert desk.state == before
    for credit, one in zip(credits_, foretold, strict=True):
        events = [event for event in desk.ask(credit.command()) if isinstance(event, CreditRecorded)]
        taken = [(event.target, event.amount_fen) for event in events if event.target is not None]
        rest = [(event.suspense_reason, event.amount_fen) for event in events if event.target is None]
        assert taken == ([(one.target, one.taken_fen)] if one.target else [])
        assert rest == ([(one.reason, one.suspense_fen)] if one.suspense_fen else [])
    assert all(one.known for one in forecast(desk.state, credits_))


def test_a_second_part_is_foretold_with_the_first() -> None:
    """Two credits that together are too much: the second one's rest goes to suspense."""
    rest_fen = PRICE_FEN - DEPOSIT_FEN
    first, second = forecast(sold().state, credits_of([(f"O-{TRADE}", rest_fen - 10), (f"O-{TRADE}", 15)]))
    assert (first.taken_fen, first.suspense_fen) == (rest_fen - 10, 0)
    assert (second.taken_fen, second.suspense_fen, second.reason) == (10, 5, "OVERPAID")


def item(reference: str, fen: int, payer: str = "somebody") -> Suspense:
    """Money in suspense."""
    return Suspense("B-1", reference, payer, fen, DAY, "UNKNOWN_REFERENCE")


def test_suggestions_come_by_amount_reference_and_payer() -> None:
    """All three signs are named, the likeliest stands first, and what nothing speaks for is not there."""
    desk = sold()
    desk.ask(call("D-L2-002", 500))
    open_ = awaited(desk.state)
    names = {FACTORY.id: FACTORY.name}
    rest_fen = PRICE_FEN - DEPOSIT_FEN
    first, second = suggest(item("支付 OT L1 1", rest_fen, FACTORY.name), open_, names)
    assert (first.target, first.why) == (f"O-{TRADE}", ("amount", "reference", "payer"))
    assert (second.target, second.why) == ("D-L2-002", ("payer",))
    assert suggest(item("", 7), open_, names) == ()
    assert suggest(item("", 499, FACTORY.name), (open_[0],), names) == ()


def test_only_what_misses_money_is_awaited() -> None:
    """A held deposit awaits nothing, a called one does."""
    desk = held()
    assert awaited(desk.state) == ()
    desk.ask(call("D-L2-002", 500), AT)
    assert [one.target for one in awaited(desk.state)] == ["D-L2-002"]
