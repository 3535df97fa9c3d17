"""A price that is paid in parts: when each is due, and what of the money received covers it.

The listing's deal may state them (Civil Code, art. 846), or the parties agree on them after the hammer. Money
covers the parts in the order of their dates, whatever a payer writes on it; the seller is paid when all is there.
"""

from typing import NamedTuple

from settlement.commands import AgreeInstalments, Part
from settlement.dates import due_date, parse_date, shanghai_date
from settlement.deal import shares
from settlement.dispatch import Deciders, Evolvers
from settlement.events import InstalmentsAgreed
from settlement.refusals import Events, Refusal, refuse
from settlement.state import Obligation, Settlement, Trade

PARTS_MAX = 60
YEARS_MAX = 10


class Due(NamedTuple):
    """A part of a price: its day, its amount, and what of it is covered."""

    due_on: str
    amount_fen: int
    paid_fen: int


def schedule(owed: Obligation) -> tuple[Due, ...]:
    """The parts of an obligation with what covers them; one part where nothing else was agreed."""
    left_fen = owed.received_fen
    found = []
    for part in owed.plan or (Part(owed.due_on, owed.amount_fen),):
        paid_fen = min(left_fen, part.amount_fen)
        left_fen -= paid_fen
        found.append(Due(part.due_on, part.amount_fen, paid_fen))
    return tuple(found)


def next_due(owed: Obligation) -> str:
    """The day of the first part that is not covered; the last day when all are."""
    return next((part.due_on for part in schedule(owed) if part.paid_fen < part.amount_fen), owed.due_on)


def planned(trade: Trade) -> tuple[Part, ...]:
    """The parts that the listing's deal states, counted from the hammer; none where it states none."""
    deal = trade.subject.deal
    if deal is None or not deal.payment.instalments:
        return ()
    amounts_fen = shares(deal.payment, trade.price_fen)
    days = (due_date(trade.hammered_at, part.days).isoformat() for part in deal.payment.instalments)
    return tuple(Part(on, amount_fen) for on, amount_fen in zip(days, amounts_fen, strict=True))


def agree_instalments(state: Settlement, command: AgreeInstalments, at: int) -> Events:
    """Record that the parties agreed on parts: they make the price, and their days rise from today on."""
    trade = state.trades.get(command.trade)
    if trade is None:
        return refuse(command.trade, command, Refusal.TRADE_UNKNOWN, "there is no such trade")
    owed = state.obligation_of(trade.id)
    fault = _fault(owed, command.parts, at)
    if fault is not None:
        return refuse(command.trade, command, Refusal.INSTALMENTS_INVALID, fault)
    return (InstalmentsAgreed(trade.id, owed.id, command.parts),)


def _fault(owed: Obligation, parts: tuple[Part, ...], at: int) -> str | None:
    if owed.met or owed.cancelled:
        return "the price is paid, or no longer awaited"
    if not 2 <= len(parts) <= PARTS_MAX:
        return f"a plan has 2 to {PARTS_MAX} parts, not {len(parts)}"
    if any(part.amount_fen <= 0 for part in parts):
        return "every part is above 0.00"
    total_fen = sum(part.amount_fen for part in parts)
    if total_fen != owed.amount_fen:
        return f"the parts make {total_fen} fen, the price is {owed.amount_fen} fen"
    days = [parse_date(part.due_on) for part in parts]
    today = shanghai_date(at)
    known = [day for day in days if day is not None]
    if len(known) < len(days) or known != sorted(set(known)):
        return "the days are dates like 2026-11-20, each after the one before"
    if known[0] < today or known[-1].year > today.year + YEARS_MAX:
        return f"the days are from {today.isoformat()} to {YEARS_MAX} years later"
    return None


def agreed(state: Settlement, event: InstalmentsAgreed, _at: int) -> None:
    """The price is due in parts; the whole of it with the last."""
    owed = state.obligations[event.obligation]
    owed.plan = event.parts
    owed.due_on = event.parts[-1].due_on


DECIDE: Deciders = {AgreeInstalments: agree_instalments}
EVOLVE: Evolvers = {InstalmentsAgreed: agreed}
