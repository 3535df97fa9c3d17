"""A party's statement over a period, and deposits that are late in going back."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from settlement.commands import ReleaseDeposit
from settlement.statements import open_items, overdue_releases, statement
from tests.settlement.desk import (
    AT,
    DEPOSIT,
    DEPOSIT_FEN,
    FACTORY,
    PRICE_FEN,
    TRADE,
    UNIVERSITY,
    Desk,
    call,
    confirm,
    credit,
    held,
    signed,
    sold,
)

DAY = 24 * 3600 * 1_000_000
TODAY = date(2026, 11, 20)


def two_days() -> Desk:
    """The deposit and the hammer on the 20th, the rest of the price and the proceeds on the 21st."""
    desk = signed()
    desk.ask(credit("c2", f"O-{TRADE}", PRICE_FEN - DEPOSIT_FEN, on="2026-11-21"), AT + DAY)
    desk.ask(confirm(f"P-{TRADE}", "2026-11-21"), AT + DAY)
    return desk


def test_a_statement_goes_from_opening_to_closing() -> None:
    """The buyer's second day opens with its deposit, and ends at nothing when the price is ordered out."""
    seen = statement(two_days().state, FACTORY.id, date(2026, 11, 21), date(2026, 11, 21))
    assert (seen.opening_fen, seen.closing_fen) == (DEPOSIT_FEN, 0)
    paid, out = seen.lines
    assert (paid.reference, paid.counter, paid.amount_fen) == ("c2", "escrow", PRICE_FEN - DEPOSIT_FEN)
    assert (out.account, out.counter, out.amount_fen) == (f"held/O-{TRADE}", f"ordered/P-{TRADE}", -PRICE_FEN)
    assert (out.balance_fen, paid.booked_on, paid.value_on) == (0, "2026-11-21", "2026-11-21")


def test_the_seller_sees_the_price_ordered_and_paid() -> None:
    """For the seller the price comes with the order and goes with the bank's confirmation, under its reference."""
    seen = statement(two_days().state, UNIVERSITY.id, TODAY, date(2026, 11, 30))
    assert [(line.amount_fen, line.balance_fen) for line in seen.lines] == [
        (PRICE_FEN, PRICE_FEN),
        (-PRICE_FEN, 0),
    ]
    assert seen.lines[1].reference == f"BANK-P-{TRADE}"


def test_nobody_sees_what_is_not_theirs() -> None:
    """A stranger's statement is empty."""
    seen = statement(two_days().state, "P-X", TODAY, date(2026, 11, 30))
    assert (seen.opening_fen, seen.lines, seen.closing_fen) == (0, (), 0)


@given(first=st.integers(-2, 4), days=st.integers(0, 5), party=st.sampled_from([FACTORY.id, UNIVERSITY.id]))
def test_opening_and_lines_make_the_closing(first: int, days: int, party: str) -> None:
    """Over any period, and where one period ends the next begins."""
    state = two_days().state
    begin = date.fromordinal(TODAY.toordinal() + first)
    end = date.fromordinal(begin.toordinal() + days)
    seen = statement(state, party, begin, end)
    assert seen.opening_fen + sum(line.amount_fen for line in seen.lines) == seen.closing_fen
    after = statement(state, party, date.fromordinal(end.toordinal() + 1), date(2027, 1, 1))
    assert after.opening_fen == seen.closing_fen


def test_a_release_is_late_after_its_last_instant() -> None:
    """Ordered and not confirmed, a deposit is late from the instant after `due_by`; paid back, never again."""
    desk = held()
    desk.ask(ReleaseDeposit(DEPOSIT, AT + DAY))
    assert overdue_releases(desk.state, AT + DAY) == ()
    assert [deposit.id for deposit in overdue_releases(desk.state, AT + DAY + 1)] == [DEPOSIT]
    desk.ask(confirm(f"P-{DEPOSIT}"), AT + 2 * DAY)
    assert overdue_releases(desk.state, AT + 9 * DAY) == ()


def test_the_latest_release_stands_first() -> None:
    """Deposits are listed in the order in which they should have gone back."""
    desk = Desk()
    for n, wait in ((1, 5), (2, 3)):
        desk.ask(call(f"D-{n}"))
        desk.ask(credit(f"c{n}", f"D-{n}", DEPOSIT_FEN))
        desk.ask(ReleaseDeposit(f"D-{n}", AT + wait))
    assert [deposit.id for deposit in overdue_releases(desk.state, AT + DAY)] == ["D-2", "D-1"]


def test_what_is_still_owed_is_told_part_by_part() -> None:
    """A part payment leaves its rest, on its day in time and on the next one overdue; what is whole is not there."""
    desk = sold()
    desk.ask(credit("c2", f"O-{TRADE}", 500))
    (item,) = open_items(desk.state, FACTORY.id, date(2026, 11, 25))
    assert (item.amount_fen, item.paid_fen, item.overdue) == (PRICE_FEN, DEPOSIT_FEN + 500, False)
    assert item.missing_fen == PRICE_FEN - DEPOSIT_FEN - 500
    assert open_items(desk.state, FACTORY.id, date(2026, 11, 26))[0].overdue
    assert open_items(desk.state, UNIVERSITY.id, date(2026, 11, 26)) == ()
    desk.ask(credit("c3", f"O-{TRADE}", item.missing_fen + 7))
    assert open_items(desk.state, FACTORY.id, date(2026, 11, 26)) == ()
    assert [one.amount_fen for one in desk.state.suspense] == [7]
