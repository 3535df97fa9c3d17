"""Taxes of one trade: the exempt part of its price, and an enterprise's income tax on it alone."""

import msgspec

from settlement.commands import PartyFacts
from settlement.reasons import Reason
from settlement.trade_tax import tax_lines
from tests.settlement.desk import (
    FACTORY,
    PRICE_FEN,
    TRADE,
    UNIVERSITY,
    Desk,
    claimed,
    confirm,
    credit,
    paid_out,
    register,
    sign,
    trade,
)

DEAR_FEN = 1_200_000_000


def settled(seller: PartyFacts, price_fen: int = PRICE_FEN, non_technical_fen: int = 0) -> Desk:
    """A registered and paid sale."""
    desk = Desk()
    desk.ask(trade(deposit=None, seller=seller, price_fen=price_fen))
    for party in (seller, FACTORY):
        desk.ask(sign(desk, party))
    desk.ask(credit("c1", f"O-{TRADE}", price_fen))
    desk.ask(confirm(f"P-{TRADE}"))
    desk.ask(register(non_technical_fen=non_technical_fen))
    return desk


def test_a_university_sees_its_exempt_price_only() -> None:
    """VAT exemption of a transfer, with citation; income tax relief is that of enterprises."""
    desk = claimed()
    (vat,) = tax_lines(desk.state, desk.state.trades[TRADE])
    assert (vat.rule, vat.amount_fen, vat.document) == (
        "CN/VAT-TECH",
        PRICE_FEN,
        "财税〔2016〕36号附件3一(二十六)",
    )


def test_equipment_is_not_exempt() -> None:
    """Only the technology part of the price."""
    desk = settled(UNIVERSITY, non_technical_fen=20_000_000)
    (vat,) = tax_lines(desk.state, desk.state.trades[TRADE])
    assert vat.amount_fen == PRICE_FEN - 20_000_000


def test_an_enterprise_pays_half_above_five_million() -> None:
    """Below it nothing; of twelve million 875,000.00 remain due, as in the statute's example."""
    company = msgspec.structs.replace(UNIVERSITY, kind="enterprise")
    desk = settled(company)
    trade_ = desk.state.trades[TRADE]
    cit = {line.rule: line for line in tax_lines(desk.state, trade_)}["CN/CIT-TECH-TRANSFER"]
    assert (cit.amount_fen, cit.reason) == (0, Reason.EXEMPT)
    # A registration of so much takes a second review, which is not the matter here.
    trade_.price_fen = DEAR_FEN
    cit = {line.rule: line for line in tax_lines(desk.state, trade_)}["CN/CIT-TECH-TRANSFER"]
    assert (cit.amount_fen, cit.reason) == (87_500_000, Reason.TAX_DUE)


def test_before_registration_and_money_there_is_nothing_to_say() -> None:
    """An unregistered contract enjoys no benefit."""
    desk = paid_out()
    assert tax_lines(desk.state, desk.state.trades[TRADE]) == ()
