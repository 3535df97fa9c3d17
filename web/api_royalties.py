"""Royalties over REST: the periods of a trade, reports, inspections, and what was not reported in time."""

from typing import Annotated

import msgspec

from settlement.dates import shanghai_date
from settlement.ids import charge_id
from settlement.royalties import Missing, Running, missing_reports, running
from settlement.royalty_commands import RecordInspection, ReportRoyalty, RequestInspection
from settlement.royalty_state import RoyaltyReport
from settlement.royalty_terms import last_period, period, rate
from settlement.state import Settlement
from web import errors
from web.api_trades import visible_trade
from web.decisions import decision
from web.resources import Decision, Fen, Given, Taken
from web.routes import Ask, Operation

V1 = "/api/v1"
OVERSEERS = frozenset({"operator", "auditor"})
Number = Annotated[int, msgspec.Meta(ge=1, le=1200)]


class ReportBody(Taken, frozen=True):
    """A period's basis in fen; a loss is 0."""

    period: Number
    basis_fen: Fen


class FoundBody(Taken, frozen=True):
    """What the books said a period's basis is."""

    basis_fen: Fen


class ChargeResource(Given, frozen=True):
    """What is owed under a reference, and what has come of it."""

    id: str
    reference: str
    amount_fen: int
    received_fen: int
    due_on: str
    met: bool


class PeriodResource(Given, frozen=True):
    """A period that was reported."""

    period: int
    first_on: str
    last_on: str
    basis_fen: int
    owed_fen: int
    advance_fen: int
    due_on: str
    reporter: str
    late: bool
    answer_on: str | None
    inspected_fen: int | None
    short_fen: int
    costs_on_buyer: bool
    charges: list[ChargeResource]


class NextResource(Given, frozen=True):
    """The first period that was not reported; `over` says whether it can be now."""

    period: int
    first_on: str
    last_on: str
    due_on: str
    percent: str
    over: bool
    late: bool


class RoyaltyPage(Given, frozen=True):
    """A trade's royalty: its terms, the periods reported, and the next one."""

    trade: str
    basis: str
    rates: list[str]
    period_months: int
    minimum_fen: int
    due_days: int
    reports: list[PeriodResource]
    next: NextResource | None


class MissingResource(Given, frozen=True):
    """A period that should have been reported."""

    trade: str
    buyer: str
    period: int
    last_on: str
    due_on: str


class MissingPage(Given, frozen=True):
    """All of them, the oldest first."""

    missing: list[MissingResource]


async def show_royalties(ask: Ask) -> RoyaltyPage:
    """The royalty of a trade, once its contract is concluded; 404 where there is none."""
    trade = visible_trade(ask, ask.path("trade"))
    house = ask.exchange.house
    found = running(house.view.settlement, trade)
    if found is None:
        raise errors.not_found("royalty")
    terms = found.royalty
    reports = [reported_period(house.view.settlement, trade.id, one) for one in trade.royalties.values()]
    return RoyaltyPage(
        trade.id,
        terms.basis,
        list(terms.rates),
        terms.period_months,
        terms.minimum_fen,
        terms.due_days,
        sorted(reports, key=lambda one: one.period),
        next_period(found, house.clock.now()),
    )


def reported_period(state: Settlement, trade: str, one: RoyaltyReport) -> PeriodResource:
    """A reported period with what was raised for it."""
    ids = (charge_id(trade, "royalty", one.period), charge_id(trade, "inspection", one.period))
    owed = [state.obligations[id_] for id_ in ids if id_ in state.obligations]
    charges = [ChargeResource(o.id, o.reference, o.amount_fen, o.received_fen, o.due_on, o.met) for o in owed]
    return PeriodResource(
        one.period,
        one.first_on,
        one.last_on,
        one.basis_fen,
        one.owed_fen,
        one.advance_fen,
        one.due_on,
        one.reporter,
        one.late,
        one.answer_on,
        one.inspected_fen,
        one.short_fen,
        one.costs_on_buyer,
        charges,
    )


def next_period(found: Running, now: int) -> NextResource | None:
    """The first period that was not reported; None when all of the term are."""
    number = next(n for n in range(1, len(found.trade.royalties) + 2) if n not in found.trade.royalties)
    last = last_period(found.deal, found.royalty)
    if last is not None and number > last:
        return None
    span, today = period(found.royalty, found.effective_on, number), shanghai_date(now)
    return NextResource(
        number,
        span.first_on.isoformat(),
        span.last_on.isoformat(),
        span.due_on.isoformat(),
        rate(found.royalty, number),
        today > span.last_on,
        today > span.due_on,
    )


async def list_missing(ask: Ask) -> MissingPage:
    """Reports that are late: an operator sees all, others those of their own trades."""
    house, principal = ask.exchange.house, ask.principal
    state = house.view.settlement

    def shown(one: Missing) -> bool:
        own = principal.party is not None and state.trades[one.trade].side_of(principal.party) is not None
        return own or bool(principal.roles & OVERSEERS)

    return MissingPage(
        [
            MissingResource(
                one.trade,
                one.buyer,
                one.period.number,
                one.period.last_on.isoformat(),
                one.period.due_on.isoformat(),
            )
            for one in missing_reports(state, house.clock.now())
            if shown(one)
        ]
    )


async def report_royalty(ask: Ask) -> Decision:
    """Report a period's basis; what follows from it is owed under a reference of its own."""
    body: ReportBody = ask.body
    trade, principal = visible_trade(ask, ask.path("trade")), ask.principal
    command = ReportRoyalty(trade.id, principal.party or "", principal.account, body.period, body.basis_fen)
    return decision(await ask.submit(command))


async def request_inspection(ask: Ask) -> Decision:
    """Ask for the books behind a report."""
    trade, principal = visible_trade(ask, ask.path("trade")), ask.principal
    command = RequestInspection(trade.id, principal.party or "", principal.account, _number(ask))
    return decision(await ask.submit(command))


async def record_inspection(ask: Ask) -> Decision:
    """Record what the books said, as both parties have confirmed."""
    body: FoundBody = ask.body
    trade = visible_trade(ask, ask.path("trade"))
    command = RecordInspection(trade.id, _number(ask), body.basis_fen, ask.principal.account)
    return decision(await ask.submit(command))


def _number(ask: Ask) -> int:
    text = ask.path("period")
    if not (text.isascii() and text.isdecimal() and len(text) < 5):
        raise errors.not_found("period")
    return int(text)


def _act(path: str, handler: object, summary: str, body: object = None) -> Operation:
    return Operation(
        "POST",
        f"{V1}/trades/{{trade}}/royalties{path}",
        handler,  # type: ignore[arg-type]
        summary,
        "settlement",
        Decision,
        status=201,
        body=body,
        binds=True,
        errors=(404, 409),
    )


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "GET",
        f"{V1}/trades/{{trade}}/royalties",
        show_royalties,
        "A trade's royalty",
        "settlement",
        RoyaltyPage,
        errors=(404,),
    ),
    Operation(
        "GET",
        f"{V1}/royalties/late",
        list_missing,
        "Royalty reports that are late",
        "settlement",
        MissingPage,
    ),
    _act("", report_royalty, "Report a royalty's period", ReportBody),
    _act("/{period}/inspection", request_inspection, "Ask for the books"),
    _act("/{period}/inspection/result", record_inspection, "Record what the books said", FoundBody),
)
