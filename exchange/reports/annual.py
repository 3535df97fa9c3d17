"""The draft of a holder's annual report on conversion, from what the platform knows of a year (law, art. 21)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date

import msgspec

from exchange.house.state import State
from exchange.reports.published import AnnualForm
from matching_engine.errors import Malformed
from matching_engine.money import parse_yuan
from settlement.dates import shanghai_date
from settlement.payment_state import PaymentKind


class Mode(msgspec.Struct, frozen=True):
    """Contracts of one kind that were concluded in the year, and their prices."""

    kind: str
    contracts: int
    value_fen: int


class Draft(msgspec.Struct, frozen=True):
    """What the platform knows: achievements admitted, conversions by mode, income, rewards. Money in fen."""

    holder: str
    year: int
    admitted: int
    admitted_before: int
    modes: tuple[Mode, ...]
    received_fen: int
    technical_income_fen: int
    rewards_planned_fen: int
    rewards_paid_fen: int
    rewarded: int


def draft(
    state: State, holder: str, year: int, admitted: Mapping[int, int], rehearsals: bool = False
) -> Draft:
    """The draft of a year from the state; `admitted` counts achievements by year of admission."""
    trades = [
        trade
        for trade in state.settlement.trades.values()
        if trade.seller.id == holder
        and trade.failed is None
        and (rehearsals or not _practice(state, trade.lot))
    ]
    contracts = [
        (contract.kind, trade.price_fen)
        for trade in trades
        if (contract := state.settlement.contracts.get(trade.contract or "")) is not None
        and contract.effective_on is not None
        and contract.effective_on.startswith(f"{year:04d}-")
    ]
    return Draft(
        holder,
        year,
        admitted.get(year, 0),
        sum(count for one, count in admitted.items() if one < year),
        _modes(contracts),
        *_money(state, [trade.id for trade in trades], year),
    )


def _practice(state: State, lot: str) -> bool:
    plan = state.market.lot_plans.get(lot)
    session = state.market.sessions.get(plan.session) if plan else None
    return session is not None and session.rehearsal


def _modes(contracts: Iterable[tuple[str, int]]) -> tuple[Mode, ...]:
    counts: Counter[str] = Counter()
    values: Counter[str] = Counter()
    for kind, price_fen in contracts:
        counts[kind] += 1
        values[kind] += price_fen
    return tuple(Mode(kind, counts[kind], values[kind]) for kind in sorted(counts))


def _money(state: State, trades: list[str], year: int) -> tuple[int, int, int, int, int]:
    """Received, technical income of it, rewards planned, rewards paid, and how often somebody was paid."""
    in_year = f"{year:04d}-"
    orders = [one for one in state.settlement.payments.values() if one.kind == PaymentKind.PROCEEDS]
    received = sum(
        one.amount_fen for one in orders if one.subject in trades and (one.paid_on or "").startswith(in_year)
    )
    income = planned = 0
    paid: list[int] = []
    for id_ in trades:
        registration = state.settlement.registrations.get(state.settlement.trades[id_].registration or "")
        if registration is not None:
            income += sum(
                one.technology_fen for one in registration.income if one.received_on.startswith(in_year)
            )
        plan = state.settlement.rewards.get(id_)
        if plan is not None and plan.approver is not None:
            planned += plan.plan.reward_fen
            paid += [one.amount_fen for one in plan.paid if one.paid_on.startswith(in_year)]
    return received, income, planned, sum(paid), len(paid)


def read_entered(form: AnnualForm, said: Mapping[str, str]) -> dict[str, str]:
    """The fields as they were typed, checked and written one way; empty ones are left out. Malformed names the field."""
    found = {}
    for field in form.fields:
        text = said.get(field.name, "").strip()
        if not text:
            continue
        if field.kind == "yuan":
            fen = parse_yuan(text.replace(",", ""), field.name)
            found[field.name] = f"{fen // 100}.{fen % 100:02d}"
        elif not text.isascii() or not text.isdecimal() or len(text) > 9:
            raise Malformed(field.name, text, "a whole number")
        else:
            found[field.name] = str(int(text))
    return found


def overdue(due_on: date | None, submitted_on: date | None, now: int) -> bool:
    """Whether it should have been handed in and was not."""
    return due_on is not None and submitted_on is None and shanghai_date(now) > due_on
