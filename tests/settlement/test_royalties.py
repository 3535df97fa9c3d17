"""Royalties: reported period by period, exact, under references of their own, late ones listed, books inspected."""

from datetime import date
from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.dates import end_of_day
from settlement.deal import Deal, Payment, Royalty, fault
from settlement.ledger import Account
from settlement.royalties import missing_reports
from settlement.royalty_commands import RecordInspection, ReportRoyalty, RequestInspection
from settlement.royalty_events import InspectionRequested, RoyaltyInspected, RoyaltyReported
from settlement.royalty_terms import last_period, period, rate, share_fen
from settlement.state import PaymentKind
from tests.settlement.desk import (
    FACTORY,
    SUBJECT,
    TRADE,
    UNIVERSITY,
    Desk,
    confirm,
    credit,
    sign,
    trade,
)

RISING = Royalty("sales", ("3", "4.5"))
SALES_FEN = 123_456_789
AFTER_1 = end_of_day(date(2027, 11, 25))
"""The contract takes effect on 2026-11-20; the first year ends on 2027-11-19."""


def licensed(royalty: Royalty = RISING, form: str = "entry_fee_royalty", term: int | None = 36) -> Desk:
    """A desk with a concluded licence under a royalty."""
    payment = Payment(form, royalty=royalty)  # type: ignore[arg-type]
    deal = Deal("licence", licence="exclusive", term_months=term, payment=payment)
    desk = Desk()
    desk.ask(trade(deposit=None, price_fen=10_000_000, subject=msgspec.structs.replace(SUBJECT, deal=deal)))
    for party in (UNIVERSITY, FACTORY):
        desk.ask(sign(desk, party))
    return desk


def report(number: int = 1, basis_fen: int = SALES_FEN, party: str = FACTORY.id) -> ReportRoyalty:
    """The factory's report."""
    return ReportRoyalty(TRADE, party, "clerk", number, basis_fen)


def test_a_report_raises_what_is_owed_and_money_for_it_goes_to_the_seller() -> None:
    """The share is rounded half up once; it is paid in under its own reference and out to the seller."""
    desk = licensed()
    desk.ask(report(), AFTER_1)
    (event,) = desk.happened(RoyaltyReported)
    assert (event.first_on, event.last_on, event.due_on) == ("2026-11-20", "2027-11-19", "2027-12-19")
    assert (event.percent, event.amount_fen, event.late) == ("3", 3_703_704, False)
    owed = desk.state.obligations[f"OR1-{TRADE}"]
    assert (owed.amount_fen, owed.due_on, owed.creditor) == (3_703_704, "2027-12-19", UNIVERSITY.id)
    desk.ask(credit("r1", f"OR1-{TRADE}", 3_703_704), AFTER_1)
    order = desk.state.payments[f"P-OR1-{TRADE}"]
    assert (order.kind, order.party, order.amount_fen) == (PaymentKind.ROYALTY, UNIVERSITY.id, 3_703_704)
    desk.ask(confirm(order.payment), AFTER_1)
    assert desk.state.ledger.balance(Account.ESCROW) == 0


@given(st.integers(0, 10**13), st.sampled_from(["0.5", "3", "4.5", "33.3333"]))
def test_the_share_is_the_nearest_fen(basis_fen: int, percent: str) -> None:
    """Never more than half a fen from the exact share, and half goes up."""
    exact = Fraction(percent) * basis_fen / 100
    rounded = share_fen(Royalty("profit", (percent,)), 1, basis_fen)
    assert exact - Fraction(1, 2) < rounded <= exact + Fraction(1, 2)


def test_rates_go_by_the_year_in_which_a_period_begins() -> None:
    """Quarters of the first year have its rate; after the last rate it goes on."""
    quarterly = Royalty("sales", ("3", "4.5"), period_months=3)
    assert [rate(quarterly, number) for number in (1, 4, 5, 9)] == ["3", "3", "4.5", "4.5"]


def test_periods_end_before_the_corresponding_day() -> None:
    """A month's end stays one; the next period begins on the day after (Civil Code, art. 202)."""
    monthly = Royalty("sales", ("3",), period_months=1)
    spans = [period(monthly, date(2027, 1, 31), number) for number in (1, 2, 3)]
    assert [(span.first_on.day, span.last_on.day) for span in spans] == [(31, 27), (28, 30), (31, 29)]
    assert last_period(Deal(term_months=7), Royalty("sales", ("3",), period_months=3)) == 3


def test_a_minimum_is_owed_whatever_was_sold() -> None:
    """Also for a period without sales; more sales cost their share."""
    desk = licensed(Royalty("sales", ("3",), minimum_fen=5_000))
    desk.ask(report(basis_fen=0), AFTER_1)
    assert desk.state.obligations[f"OR1-{TRADE}"].amount_fen == 5_000


def test_without_sales_and_minimum_nothing_is_owed() -> None:
    """The report stands, and no debt of nothing is raised."""
    desk = licensed()
    desk.ask(report(basis_fen=0), AFTER_1)
    assert desk.state.trades[TRADE].royalties[1].amount_fen == 0
    assert f"OR1-{TRADE}" not in desk.state.obligations


def test_an_advance_is_used_up_first() -> None:
    """With a mere royalty the price counts towards the first periods, to the fen; then money is owed."""
    desk = licensed(Royalty("sales", ("10",)), form="royalty")
    desk.ask(report(1, 70_000_000), AFTER_1)
    assert desk.state.trades[TRADE].royalties[1].advance_fen == 7_000_000
    desk.ask(report(2, 70_000_000), end_of_day(date(2028, 12, 1)))
    assert desk.state.obligations[f"OR2-{TRADE}"].amount_fen == 4_000_000


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (report(party=UNIVERSITY.id), "NOT_A_PARTY"),
        (report(basis_fen=-1), "AMOUNT_INVALID"),
        (report(0), "ROYALTY_NOT_DUE"),
        (report(4), "ROYALTY_NOT_DUE"),
        (report(2), "ROYALTY_NOT_DUE"),
        (RequestInspection(TRADE, UNIVERSITY.id, "x", 1), "INSPECTION_STATE"),
        (RecordInspection(TRADE, 1, 5, "operator"), "INSPECTION_STATE"),
        (ReportRoyalty("T-x", FACTORY.id, "x", 1, 1), "TRADE_UNKNOWN"),
    ],
)
def test_what_cannot_be_reported_is_refused(command: ReportRoyalty, code: str) -> None:
    """The seller, a negative basis, a period that is none or not over, an inspection of nothing."""
    assert licensed().refused(command, AFTER_1) == code


def test_a_period_is_reported_once_and_not_on_its_last_day() -> None:
    """The last day still belongs to it."""
    desk = licensed()
    assert desk.refused(report(), end_of_day(date(2027, 11, 19))) == "ROYALTY_NOT_DUE"
    desk.ask(report(), end_of_day(date(2027, 11, 19)) + 1)
    assert desk.refused(report(), AFTER_1) == "ROYALTY_REPORTED"


def test_late_reports_are_listed() -> None:
    """From the day after the last one; those of the broken last period as well, and none after the term."""
    desk = licensed(term=14)
    assert missing_reports(desk.state, end_of_day(date(2027, 12, 19))) == ()
    (late,) = missing_reports(desk.state, end_of_day(date(2027, 12, 19)) + 1)
    assert (late.trade, late.buyer, late.period.number) == (TRADE, FACTORY.id, 1)
    desk.ask(report(), end_of_day(date(2027, 12, 20)))
    assert desk.happened(RoyaltyReported)[0].late
    assert [one.period.number for one in missing_reports(desk.state, end_of_day(date(2035, 1, 1)))] == [2]


def test_an_inspection_raises_what_was_reported_too_little() -> None:
    """Asked for by the seller, answered in fifteen days; five per cent of what was owed put the costs on the buyer."""
    desk = licensed()
    desk.ask(report(basis_fen=95_000_000), AFTER_1)
    assert desk.refused(RequestInspection(TRADE, FACTORY.id, "x", 1), AFTER_1) == "NOT_A_PARTY"
    desk.ask(RequestInspection(TRADE, UNIVERSITY.id, "dean", 1), AFTER_1)
    assert desk.happened(InspectionRequested)[0].answer_on == "2027-12-10"
    desk.ask(RecordInspection(TRADE, 1, 100_000_000, "operator"), AFTER_1)
    (found,) = desk.happened(RoyaltyInspected)
    assert (found.owed_fen, found.short_fen, found.costs_on_buyer) == (3_000_000, 150_000, True)
    assert desk.state.obligations[f"OX1-{TRADE}"].amount_fen == 150_000
    assert desk.refused(RecordInspection(TRADE, 1, 1, "operator"), AFTER_1) == "INSPECTION_STATE"


@pytest.mark.parametrize(("basis_fen", "short_fen"), [(95_000_100, 3), (90_000_000, 0)])
def test_a_small_or_no_difference_leaves_the_costs_with_the_seller(basis_fen: int, short_fen: int) -> None:
    """Too much is not paid back by this."""
    desk = licensed()
    desk.ask(report(basis_fen=95_000_000), AFTER_1)
    desk.ask(RequestInspection(TRADE, UNIVERSITY.id, "dean", 1), AFTER_1)
    desk.ask(RecordInspection(TRADE, 1, basis_fen, "operator"), AFTER_1)
    assert (desk.happened(RoyaltyInspected)[0].short_fen, found_costs(desk)) == (short_fen, False)


def found_costs(desk: Desk) -> bool:
    """Whether the buyer bears the costs of the first inspection."""
    return desk.state.trades[TRADE].royalties[1].costs_on_buyer


@pytest.mark.parametrize(
    ("royalty", "word"),
    [
        (Royalty("sales", ("3",), period_months=5), "period_months"),
        (Royalty("sales", ("3",), minimum_fen=-1), "minimum_fen"),
        (Royalty("sales", ("3",), due_days=0), "due_days"),
    ],
)
def test_terms_that_cannot_be_are_named(royalty: Royalty, word: str) -> None:
    """The field, what came, what was expected."""
    assert word in (fault(Deal("licence", payment=Payment("royalty", royalty=royalty))) or "")
