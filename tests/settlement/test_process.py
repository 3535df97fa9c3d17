"""What follows by itself, whichever condition comes last."""

from collections.abc import Callable
from itertools import permutations

import pytest

from settlement.commands import DraftContract, DrawUpClaims, PayProceeds, SubmitRegistration
from settlement.events import ClaimDrawnUp, ProceedsOrdered, SettlementRefused
from settlement.process import react
from tests.settlement.desk import (
    CONTRACT,
    DEPOSIT_FEN,
    FACTORY,
    PRICE_FEN,
    TRADE,
    UNIVERSITY,
    Desk,
    confirm,
    credit,
    elect,
    register,
    sign,
    signed,
    sold,
    trade,
)

Deed = Callable[[Desk], object]


def pay_price(desk: Desk) -> None:
    """The rest of the price arrives."""
    desk.ask(credit("c2", f"O-{TRADE}", PRICE_FEN - DEPOSIT_FEN))


def sign_both(desk: Desk) -> None:
    """Both parties sign."""
    desk.ask(sign(desk, UNIVERSITY))
    desk.ask(sign(desk, FACTORY))


def test_a_sale_is_followed_by_its_contract() -> None:
    """The draft is asked for once: with the contract there, nothing follows from the same event."""
    desk = Desk(follow=False)
    concluded, *_ = desk.ask(trade(deposit=None))
    assert react(desk.state, concluded) == (DraftContract(TRADE),)
    desk.ask(DraftContract(TRADE))
    assert react(desk.state, concluded) == ()


def test_a_concluded_contract_is_filed() -> None:
    """The filing goes to the office of the seller's region."""
    desk = Desk(follow=False)
    desk.ask(trade(deposit=None))
    desk.ask(DraftContract(TRADE))
    desk.ask(sign(desk, UNIVERSITY))
    _, concluded = desk.ask(sign(desk, FACTORY))
    assert react(desk.state, concluded) == (SubmitRegistration(CONTRACT, "黑龙江省技术合同登记机构"),)


def test_a_contract_concluded_last_sends_the_proceeds_too() -> None:
    """With the price in escrow already, filing and payment follow together."""
    desk = Desk(follow=False)
    desk.ask(trade(deposit=None))
    desk.ask(DraftContract(TRADE))
    desk.ask(credit("c1", f"O-{TRADE}", PRICE_FEN))
    desk.ask(sign(desk, UNIVERSITY))
    _, concluded = desk.ask(sign(desk, FACTORY))
    assert react(desk.state, concluded)[1:] == (PayProceeds(TRADE),)


@pytest.mark.parametrize("order", list(permutations((pay_price, sign_both))))
def test_the_seller_is_paid_whichever_comes_last(order: tuple[Deed, ...]) -> None:
    """Price and signatures in either order lead to one order to the bank."""
    desk = sold()
    for deed in order:
        deed(desk)
    assert len(desk.happened(ProceedsOrdered)) == 1
    assert desk.happened(SettlementRefused) == []


LAST: tuple[Deed, ...] = (
    lambda desk: desk.ask(confirm(f"P-{TRADE}")),
    lambda desk: desk.ask(register()),
    lambda desk: desk.ask(elect(UNIVERSITY, "seller")),
    lambda desk: desk.ask(elect(FACTORY, "seller")),
)


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_claims_are_drawn_up_whichever_comes_last(order: tuple[int, ...]) -> None:
    """Money, registration and the two statements in any of their 24 orders lead to one claim, no refusal."""
    desk = signed()
    pay_price(desk)
    for n in order:
        assert desk.happened(ClaimDrawnUp) == []
        LAST[n](desk)
    assert len(desk.happened(ClaimDrawnUp)) == 1
    assert desk.happened(SettlementRefused) == []


def test_a_disagreement_draws_up_nothing() -> None:
    """While the parties name different sides no claim is asked for."""
    desk = signed()
    pay_price(desk)
    LAST[0](desk)
    LAST[1](desk)
    desk.ask(elect(UNIVERSITY, "seller"))
    (elected,) = desk.ask(elect(FACTORY, "buyer"))
    assert react(desk.state, elected) == ()
    (elected,) = Desk.ask(desk, elect(FACTORY, "seller"))
    assert desk.happened(ClaimDrawnUp) != []


def test_a_reaction_asked_for_twice_does_no_harm() -> None:
    """Every command that a reaction can give is refused, without effect, when it is repeated."""
    desk = signed()
    pay_price(desk)
    for deed in LAST:
        deed(desk)
    events = len(desk.history)
    for repeated in (
        DraftContract(TRADE),
        SubmitRegistration(CONTRACT, "x"),
        PayProceeds(TRADE),
        DrawUpClaims(TRADE),
    ):
        assert isinstance(desk.ask(repeated)[0], SettlementRefused)
    assert len(desk.history) == events + 4


def test_a_refusal_is_followed_by_nothing() -> None:
    """A refused step leads nowhere."""
    desk = sold()
    (refused,) = desk.ask(trade())
    assert react(desk.state, refused) == ()
