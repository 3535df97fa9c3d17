"""Royalties: the buyer reports a period, owes what follows under a reference of its own, and the seller may look into it.

Civil Code, art. 846: lump sum or instalments, royalty, entry fee plus royalty; the basis is the price, new output,
profit or sales; the rate fixed, rising or falling; the parties agree on how books are inspected. With a mere royalty
the hammer price is an advance that the first periods use up.
"""

from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from matching_engine.errors import require
from settlement.charge_events import ChargeKind, ChargeRaised
from settlement.dates import parse_date, shanghai_date
from settlement.deal import Deal, Royalty
from settlement.dispatch import Deciders, Evolvers
from settlement.drafting import deal_of
from settlement.ids import charge_id
from settlement.refusals import Events, Refusal, refuse
from settlement.royalty_commands import RecordInspection, ReportRoyalty, RequestInspection, RoyaltyCommand
from settlement.royalty_events import InspectionRequested, RoyaltyInspected, RoyaltyReported
from settlement.royalty_state import RoyaltyReport
from settlement.royalty_terms import Period, last_period, owed_fen, period, rate, share_fen
from settlement.state import ContractState, Settlement, Trade

ANSWER_DAYS = 15
"""In which the buyer shows its books, as the contracts say."""
MINOR = Fraction(5, 100)
"""Of what was owed: from there on the buyer bears the costs of an inspection, as the contracts say."""
SOURCE = "Civil Code, art. 846"


class Running(NamedTuple):
    """A trade whose royalty runs."""

    trade: Trade
    deal: Deal
    royalty: Royalty
    effective_on: date


class Missing(NamedTuple):
    """A period that should have been reported."""

    trade: str
    buyer: str
    period: Period


def running(state: Settlement, trade: Trade) -> Running | None:
    """The royalty of a trade whose contract is concluded; None where there is none, or the sale has failed."""
    deal = deal_of(trade)
    contract = state.contracts.get(trade.contract or "")
    concluded = contract is not None and contract.state is ContractState.CONCLUDED
    effective_on = parse_date(contract.effective_on or "") if contract is not None and concluded else None
    if deal.payment.royalty is None or effective_on is None or trade.failed is not None:
        return None
    return Running(trade, deal, deal.payment.royalty, effective_on)


def _found(state: Settlement, command: RoyaltyCommand) -> tuple[Running | None, Events]:
    """The royalty a command is about, or why there is none."""
    trade = state.trades.get(command.trade)
    if trade is None:
        return None, refuse(command.trade, command, Refusal.TRADE_UNKNOWN, "there is no such trade")
    if trade.failed is not None:
        return None, refuse(command.trade, command, Refusal.TRADE_FAILED, trade.failed)
    found = running(state, trade)
    if found is None:
        detail = "the trade has no royalty, or its contract is not concluded"
        return None, refuse(command.trade, command, Refusal.ROYALTY_NONE, detail)
    return found, ()


def report_royalty(state: Settlement, command: ReportRoyalty, at: int) -> Events:
    """Take a report of a period that is over, once, and raise what follows from it."""
    found, refusal = _found(state, command)
    if found is None:
        return refusal
    if command.party != found.trade.buyer.id:
        return refuse(command.trade, command, Refusal.NOT_A_PARTY, "the buyer reports")
    if command.period in found.trade.royalties:
        return refuse(command.trade, command, Refusal.ROYALTY_REPORTED, "this period was reported before")
    if command.basis_fen < 0:
        detail = f"basis_fen: got {command.basis_fen}, expected 0 or more; a loss is reported as 0"
        return refuse(command.trade, command, Refusal.AMOUNT_INVALID, detail)
    last = last_period(found.deal, found.royalty)
    if command.period < 1 or (last is not None and command.period > last):
        detail = f"period: got {command.period}, expected 1 to {last or 'as long as the contract runs'}"
        return refuse(command.trade, command, Refusal.ROYALTY_NOT_DUE, detail)
    span = period(found.royalty, found.effective_on, command.period)
    if shanghai_date(at) <= span.last_on:
        detail = f"period {span.number} is over on {span.last_on.isoformat()}"
        return refuse(command.trade, command, Refusal.ROYALTY_NOT_DUE, detail)
    return _reported(state, found, command, span, at)


def _reported(state: Settlement, found: Running, command: ReportRoyalty, span: Period, at: int) -> Events:
    whole_fen = owed_fen(found.royalty, span.number, command.basis_fen)
    advance_fen = min(whole_fen, advance_left_fen(found.trade, found.deal))
    event = RoyaltyReported(
        trade=found.trade.id,
        period=span.number,
        first_on=span.first_on.isoformat(),
        last_on=span.last_on.isoformat(),
        basis=found.royalty.basis,
        basis_fen=command.basis_fen,
        percent=rate(found.royalty, span.number),
        share_fen=share_fen(found.royalty, span.number, command.basis_fen),
        minimum_fen=found.royalty.minimum_fen,
        advance_fen=advance_fen,
        amount_fen=whole_fen - advance_fen,
        due_on=span.due_on.isoformat(),
        reporter=command.reporter,
        late=shanghai_date(at) > span.due_on,
    )
    return (event, *_charge(found.trade, "royalty", span.number, event.amount_fen, event.due_on))


def _charge(trade: Trade, kind: ChargeKind, number: int, amount_fen: int, due_on: str) -> Events:
    if amount_fen == 0:
        return ()
    charge = charge_id(trade.id, kind, number)
    raised = ChargeRaised(
        charge, trade.id, kind, trade.buyer.id, trade.seller.id, amount_fen, due_on, charge, SOURCE
    )
    return (raised,)


def advance_left_fen(trade: Trade, deal: Deal) -> int:
    """What is left of the hammer price as an advance; nothing where it is an entry fee."""
    if deal.payment.form != "royalty":
        return 0
    return trade.price_fen - sum(one.advance_fen for one in trade.royalties.values())


def request_inspection(state: Settlement, command: RequestInspection, at: int) -> Events:
    """Take the seller's request for the books behind a report, once for each."""
    found, refusal = _found(state, command)
    if found is None:
        return refusal
    if command.party != found.trade.seller.id:
        return refuse(command.trade, command, Refusal.NOT_A_PARTY, "the seller inspects")
    report = found.trade.royalties.get(command.period)
    if report is None or report.answer_on is not None:
        detail = "an inspection is asked for once, of a period that was reported"
        return refuse(command.trade, command, Refusal.INSPECTION_STATE, detail)
    answer_on = (shanghai_date(at) + timedelta(days=ANSWER_DAYS)).isoformat()
    return (InspectionRequested(command.trade, command.period, command.requester, answer_on),)


def record_inspection(state: Settlement, command: RecordInspection, at: int) -> Events:
    """Note what the books said, and raise what was reported too little; too much is not paid back."""
    found, refusal = _found(state, command)
    if found is None:
        return refusal
    report = found.trade.royalties.get(command.period)
    if report is None or report.answer_on is None or report.inspected_fen is not None:
        detail = "no inspection of this period was asked for, or it was recorded before"
        return refuse(command.trade, command, Refusal.INSPECTION_STATE, detail)
    if command.basis_fen < 0:
        detail = f"basis_fen: got {command.basis_fen}, expected 0 or more"
        return refuse(command.trade, command, Refusal.AMOUNT_INVALID, detail)
    whole_fen = owed_fen(found.royalty, command.period, command.basis_fen)
    more_fen = max(0, whole_fen - report.owed_fen)
    advance_fen = min(more_fen, advance_left_fen(found.trade, found.deal))
    event = RoyaltyInspected(
        trade=command.trade,
        period=command.period,
        basis_fen=command.basis_fen,
        owed_fen=whole_fen,
        advance_fen=advance_fen,
        short_fen=more_fen,
        costs_on_buyer=more_fen > 0 and more_fen >= whole_fen * MINOR,
        recorder=command.recorder,
    )
    due_on = (shanghai_date(at) + timedelta(days=ANSWER_DAYS)).isoformat()
    return (event, *_charge(found.trade, "inspection", command.period, more_fen - advance_fen, due_on))


def reported(state: Settlement, event: RoyaltyReported, at: int) -> None:
    """The period is accounted for."""
    trade = state.trades[event.trade]
    require(event.period not in trade.royalties, "a period is reported once")
    trade.royalties[event.period] = RoyaltyReport(
        period=event.period,
        first_on=event.first_on,
        last_on=event.last_on,
        basis_fen=event.basis_fen,
        owed_fen=event.amount_fen + event.advance_fen,
        advance_fen=event.advance_fen,
        amount_fen=event.amount_fen,
        due_on=event.due_on,
        reporter=event.reporter,
        late=event.late,
        reported_at=at,
    )


def requested(state: Settlement, event: InspectionRequested, _at: int) -> None:
    """The buyer has until that day."""
    state.trades[event.trade].royalties[event.period].answer_on = event.answer_on


def inspected(state: Settlement, event: RoyaltyInspected, _at: int) -> None:
    """The basis is what the books say."""
    report = state.trades[event.trade].royalties[event.period]
    require(report.inspected_fen is None, "a period is inspected once")
    report.inspected_fen, report.short_fen = event.basis_fen, event.short_fen
    report.costs_on_buyer = event.costs_on_buyer
    report.advance_fen += event.advance_fen


def missing_reports(state: Settlement, at: int) -> tuple[Missing, ...]:
    """Periods whose last day to report has passed without a report, the oldest first."""
    today = shanghai_date(at)
    late = [one for trade in state.trades.values() for one in _missing(state, trade, today)]
    return tuple(sorted(late, key=lambda one: (one.period.due_on, one.trade)))


def _missing(state: Settlement, trade: Trade, today: date) -> list[Missing]:
    found = running(state, trade)
    if found is None:
        return []
    last = last_period(found.deal, found.royalty)
    late, number = [], 1
    span = period(found.royalty, found.effective_on, number)
    while span.due_on < today and (last is None or number <= last):
        if number not in trade.royalties:
            late.append(Missing(trade.id, trade.buyer.id, span))
        number += 1
        span = period(found.royalty, found.effective_on, number)
    return late


DECIDE: Deciders = {
    ReportRoyalty: report_royalty,
    RequestInspection: request_inspection,
    RecordInspection: record_inspection,
}
EVOLVE: Evolvers = {RoyaltyReported: reported, InspectionRequested: requested, RoyaltyInspected: inspected}
