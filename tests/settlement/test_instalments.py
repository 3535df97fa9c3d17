"""A price in parts: what the deal states or the parties agree, covered in the order of the days."""

import itertools

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.commands import AgreeInstalments, DeclareDefault, Part
from settlement.dates import end_of_day, parse_date
from settlement.deal import Deal, Instalment, Payment
from settlement.events import ObligationMet
from settlement.instalments import next_due, schedule
from tests.settlement.desk import (
    AT,
    DEPOSIT_FEN,
    PRICE_FEN,
    SUBJECT,
    TRADE,
    Desk,
    credit,
    held,
    paid_out,
    sold,
    trade,
)

OWED = f"O-{TRADE}"
HALF = PRICE_FEN // 2
PLAN = (Part("2026-12-01", HALF), Part("2027-06-01", PRICE_FEN - HALF))


def in_parts(parts: tuple[Part, ...] = PLAN) -> Desk:
    """A desk whose parties agreed on parts."""
    desk = sold()
    desk.ask(AgreeInstalments(TRADE, parts))
    return desk


def end_of(day: str) -> int:
    """The last instant of a day."""
    found = parse_date(day)
    assert found is not None
    return end_of_day(found)


def test_a_price_without_a_plan_is_one_part() -> None:
    """The whole price on its due date, of which the deposit covers some."""
    (part,) = schedule(sold().state.obligations[OWED])
    assert part == ("2026-11-25", PRICE_FEN, DEPOSIT_FEN)


def test_agreed_parts_are_covered_in_their_order() -> None:
    """The deposit and the first money cover the first part, the last credit meets the whole."""
    desk = in_parts()
    owed = desk.state.obligations[OWED]
    assert (owed.due_on, next_due(owed)) == ("2027-06-01", "2026-12-01")
    desk.ask(credit("c2", OWED, HALF - DEPOSIT_FEN + 5))
    assert [part.paid_fen for part in schedule(owed)] == [HALF, 5]
    assert next_due(owed) == "2027-06-01"
    assert desk.happened(ObligationMet) == []
    desk.ask(credit("c3", OWED, PRICE_FEN - HALF - 5))
    assert desk.happened(ObligationMet) == [ObligationMet(OWED, TRADE)]


def test_the_deal_of_the_listing_states_its_parts() -> None:
    """Shares of the price on their days after the hammer, to the fen; the whole is due with the last."""
    deal = Deal(payment=Payment("instalments", (Instalment(3333, 5), Instalment(6667, 30))))
    desk = held()
    desk.ask(trade(subject=msgspec.structs.replace(SUBJECT, deal=deal), price_fen=100_000_001))
    owed = desk.state.obligations[OWED]
    assert [(part.due_on, part.amount_fen) for part in schedule(owed)] == [
        ("2026-11-25", 33_330_000),
        ("2026-12-20", 66_670_001),
    ]
    assert owed.due_on == "2026-12-20"


def test_a_part_that_is_overdue_is_a_default() -> None:
    """The day of the first uncovered part decides, not the day of the last."""
    desk = in_parts()
    assert desk.refused(DeclareDefault(TRADE), end_of("2026-12-01")) == "DEFAULT_NOT_DUE"
    paid = in_parts()
    paid.ask(credit("c2", OWED, HALF - DEPOSIT_FEN))
    assert paid.refused(DeclareDefault(TRADE), end_of("2026-12-01") + 1) == "DEFAULT_NOT_DUE"
    desk.ask(DeclareDefault(TRADE), end_of("2026-12-01") + 1)
    assert desk.state.trades[TRADE].default is not None
    assert desk.refused(AgreeInstalments(TRADE, PLAN)) == "INSTALMENTS_INVALID"


@pytest.mark.parametrize(
    "parts",
    [
        (),
        (Part("2026-12-01", PRICE_FEN),),
        (Part("2026-12-01", HALF), Part("2027-06-01", HALF + 1)),
        (Part("2026-12-01", PRICE_FEN + 1), Part("2027-06-01", -1)),
        (Part("2027-06-01", HALF), Part("2026-12-01", HALF)),
        (Part("2026-12-01", HALF), Part("2026-12-01", HALF)),
        (Part("soon", HALF), Part("2026-12-01", HALF)),
        (Part("2026-11-19", HALF), Part("2026-12-01", HALF)),
        (Part("2026-12-01", HALF), Part("2037-01-01", HALF)),
    ],
)
def test_a_plan_that_is_none_is_refused(parts: tuple[Part, ...]) -> None:
    """Too few parts, another sum, days that do not rise, or days out of reach: the plan stays as it was."""
    desk = sold()
    assert desk.refused(AgreeInstalments(TRADE, parts)) == "INSTALMENTS_INVALID"
    assert desk.state.obligations[OWED].plan == ()
    assert paid_out().refused(AgreeInstalments(TRADE, PLAN)) == "INSTALMENTS_INVALID"
    assert desk.refused(AgreeInstalments("T-x", PLAN)) == "TRADE_UNKNOWN"


@given(
    cuts=st.lists(st.integers(1, PRICE_FEN - 1), min_size=1, max_size=8, unique=True),
    money=st.lists(st.integers(1, PRICE_FEN), max_size=6),
    order=st.randoms(use_true_random=False),
)
def test_parts_cover_what_came_whatever_its_order(cuts: list[int], money: list[int], order: object) -> None:
    """No part takes more than it is, a later one nothing before the earlier is full, and the sum is what came."""
    edges = [0, *sorted(cuts), PRICE_FEN]
    parts = tuple(Part(f"2027-01-{n + 1:02d}", edges[n + 1] - edges[n]) for n in range(len(edges) - 1))
    shuffled = list(money)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    found = []
    for amounts in (money, shuffled):
        desk = in_parts(parts)
        for n, amount_fen in enumerate(amounts):
            desk.ask(credit(f"m{n}", OWED, amount_fen), AT)
        owed = desk.state.obligations[OWED]
        plan = schedule(owed)
        assert sum(part.paid_fen for part in plan) == owed.received_fen
        for part, later in itertools.pairwise(plan):
            assert part.paid_fen == part.amount_fen or later.paid_fen == 0
        found.append(plan)
    assert found[0] == found[1]
