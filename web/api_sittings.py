"""Sessions of the market: an operator sets one with its lots, everybody may read it."""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Annotated, Literal

import msgspec
from starlette.responses import Response

from exchange.market.commands import LotPlan, Reserved, RuleSet, ScheduleSession
from exchange.market.rule_sets import Figures, deposit_range, figures
from exchange.market.seal_messages import CustodyKind
from exchange.market.state import Session
from matching_engine.checks import check_terms
from matching_engine.errors import Malformed
from matching_engine.terms import HOUR, DutchClock, Extension, Holder, Mechanism, Rung, Terms
from settlement.commission import Bracket, Commission
from web import errors
from web import resources as r
from web.api_listings import allow_rehearsal
from web.api_market import V1, Id, own_id, require_role
from web.decisions import decision
from web.parse import BadInput
from web.routes import Ask, Operation, json
from web.views import iso
from web.withheld import session_title, title_of

Count = Annotated[int, msgspec.Meta(ge=1, le=100_000)]
Millis = Annotated[int, msgspec.Meta(ge=0, le=10**12, description="Milliseconds.")]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})", re.ASCII | re.IGNORECASE
)
_YEARS = range(2000, 3000)


class RungBody(r.Taken, frozen=True):
    """One rung of the increment ladder: the step that counts from an amount on."""

    from_fen: r.Fen
    step_fen: r.Amount


class ExtensionBody(r.Taken, frozen=True):
    """The soft close: a bid within `trigger_ms` of the close moves it by `length_ms` from `base`."""

    trigger_ms: Millis
    length_ms: Millis
    base: Literal["bid", "close"] = "bid"
    max_count: Count | None = None
    max_total_ms: Millis | None = None


class DutchBody(r.Taken, frozen=True):
    """The descending clock."""

    step_fen: r.Amount
    every_ms: Annotated[int, msgspec.Meta(ge=1, le=10**12, description="Milliseconds.")]
    floor_fen: r.Fen


class HolderBody(r.Taken, frozen=True):
    """A party with a right of first refusal; rank 1 is best."""

    party: Id
    rank: Count
    exercise: Literal["live", "after"]


class LotBody(r.Taken, frozen=True):
    """A lot: a tradable listing, its deposit, and the terms under which its price forms."""

    listing: Id
    mechanism: Mechanism
    opening_price_fen: r.Amount
    deposit_fen: r.Amount
    opens_at: r.Instant
    closes_at: r.Instant | None = None
    """None for a descending clock only."""
    direction: Literal["sell", "buy"] = "sell"
    reserve_price_fen: r.Amount | None = None
    """Never shown to anybody."""
    ladder: Annotated[tuple[RungBody, ...], msgspec.Meta(max_length=50)] = ()
    increment_rule: Literal["at_least", "multiple"] = "at_least"
    free_until: r.Instant | None = None
    extension: ExtensionBody | None = None
    min_bidders: Count = 1
    quantity: Count = 1
    pricing: Literal["uniform", "pay_as_bid"] = "uniform"
    dutch: DutchBody | None = None
    weights: (
        Annotated[
            dict[
                Annotated[str, msgspec.Meta(min_length=1, max_length=64)],
                Annotated[str, msgspec.Meta(min_length=1, max_length=40)],
            ],
            msgspec.Meta(max_length=64),
        ]
        | None
    ) = None
    """Weights as decimal texts."""
    priority: Annotated[tuple[HolderBody, ...], msgspec.Meta(max_length=50)] = ()
    """Holders of rights of first refusal: live in the room, or after the hammer within the window."""
    priority_window_ms: Millis | None = None


Brackets = Annotated[tuple[Bracket, ...], msgspec.Meta(max_length=20)]


class CommissionBody(r.Taken, frozen=True):
    """What both sides pay the exchange: percent on the part of the price above each bound; nothing without brackets."""

    buyer: Brackets = ()
    seller: Brackets = ()


class SittingBody(r.Taken, frozen=True):
    """A session and its lots; they stand together or not at all."""

    title: r.Word
    rule_set: RuleSet
    lots: Annotated[list[LotBody], msgspec.Meta(min_length=1, max_length=200)]
    payment_days: int = 5
    """Days after the hammer in which a price is due."""
    deposit_release_hours: Annotated[int, msgspec.Meta(ge=1, le=24)] = 24
    """Hours after the end of a lot in which losers get their deposits back (online judicial auctions, art. 23)."""
    deposit_cutoff_working_days: Annotated[int, msgspec.Meta(ge=0, le=60)] | None = None
    """Working days before the opening, at 17:00, until which deposits must have arrived; the rule set's unless given."""
    rehearsal: bool = False
    """Shorter than the rule set allows, for practice: on an exchange in demo mode only."""
    commission: CommissionBody | None = None
    """What was agreed of both sides; without it what the rule set has where nothing was agreed."""
    sealed_custody: CustodyKind | None = None
    """Who keeps sealed bids closed; without it two officials, or the house in a rehearsal."""
    opening_within_hours: Annotated[int, msgspec.Meta(ge=1, le=720)] = 120
    """Hours after the close in which both officials post their shares; then the lot passes."""


class SittingQuery(r.Taken, frozen=True):
    """Which page of sessions."""

    cursor: r.Place = 0
    """`next` of the page before."""
    limit: r.Limit = 50


class SittingLotResource(r.Given, frozen=True):
    """A lot of a session; the lot itself stands under `/api/v1/lots/{lot}`."""

    lot: str
    listing: str
    title: str
    deposit_fen: r.Fen
    state: str
    opens_at: r.Instant
    closes_at: r.Instant | None
    deposit_until: r.Instant | None
    """By when deposits must have arrived; null: before the bid."""


class SittingResource(r.Given, frozen=True):
    """A scheduled session."""

    session: str
    title: str
    rule_set: RuleSet
    payment_days: int
    deposit_release_hours: int
    rehearsal: bool
    lots: list[SittingLotResource]
    commission: Commission | None = None
    """What both sides pay the exchange of each sale; null: nothing."""
    sealed_custody: CustodyKind = "house"
    """Who keeps the sealed bids of the session closed."""


class SittingPage(r.Given, frozen=True):
    """One page of sessions; `next` is the cursor of the one after, null at the end."""

    sessions: list[SittingResource]
    next: int | None


async def schedule_session(ask: Ask) -> Response:
    """Set a session and put its lots up."""
    require_role(ask, "operator")
    body: SittingBody = ask.body
    allow_rehearsal(ask, body.rehearsal)
    asked = figures(body.rule_set, ask.exchange.house.clock.now())
    days = asked.payment_days
    if not 0 <= body.payment_days <= days:
        raise BadInput("BAD_VALUE", "payment_days", body.payment_days, f"from 0 to {days} days")
    session = own_id(ask, "S")
    lots = tuple(_plan(ask, n, f"L{session[1:]}-{n + 1}") for n in range(len(body.lots)))
    release = body.deposit_release_hours * HOUR
    command = ScheduleSession(
        session,
        body.title,
        body.rule_set,
        lots,
        release,
        body.payment_days,
        _cutoff(body, asked),
        body.rehearsal,
        _agreed(body.commission),
        body.sealed_custody,
        body.opening_within_hours * HOUR,
    )
    made = decision(await ask.submit(command))
    return json(made, 201, {"location": f"{V1}/sessions/{session}"})


def _agreed(told: CommissionBody | None) -> Commission | None:
    if told is None:
        return None
    return Commission(told.buyer, told.seller, True, "as agreed")


def _cutoff(body: SittingBody, asked: Figures) -> int | None:
    """The session's own, or the rule set's; a rehearsal has none unless it names one."""
    if body.deposit_cutoff_working_days is not None or body.rehearsal:
        return body.deposit_cutoff_working_days
    return asked.deposit_cutoff_working_days


def _plan(ask: Ask, n: int, lot: str) -> LotPlan:
    """The n-th lot, checked; BadInput names its field."""
    body: SittingBody = ask.body
    one, at = body.lots[n], f"lots[{n}]"
    now = ask.exchange.house.clock.now()
    least, most = deposit_range(body.rule_set, one.opening_price_fen, now)
    if not least <= one.deposit_fen <= most:
        low, high = figures(body.rule_set, now).deposit_percent
        expected = f"from {least} to {most} fen, {low} to {high} % of the opening price"
        raise BadInput("DEPOSIT_RANGE", f"{at}.deposit_fen", one.deposit_fen, expected)
    reserved = _reserved(ask, one, lot)
    terms = _terms(one, at, {held.party: held.code for held in reserved})
    try:
        check_terms(terms)
    except Malformed as wrong:
        raise BadInput("BAD_VALUE", f"{at}.{wrong.field}", wrong.got, wrong.expected) from wrong
    return LotPlan(lot, one.listing, terms, one.deposit_fen, reserved)


def _reserved(ask: Ask, one: LotBody, lot: str) -> tuple[Reserved, ...]:
    """A code for each holder, before anybody enters; it follows from a key that only the caller knows."""
    codes: dict[str, str] = {}
    for party in dict.fromkeys(holder.party for holder in one.priority):
        attempt = 0
        while party not in codes:
            draw = hashlib.sha256(f"{lot}\n{ask.command}\n{party}\n{attempt}".encode()).digest()
            code = f"{1000 + int.from_bytes(draw[:4]) % 9000}"
            if code not in codes.values():
                codes[party] = code
            attempt += 1
    return tuple(Reserved(lot, party, code) for party, code in codes.items())


def _terms(one: LotBody, at: str, codes: dict[str, str]) -> Terms:
    return Terms(
        mechanism=one.mechanism,
        opening_price_fen=one.opening_price_fen,
        opens_at=instant(one.opens_at, f"{at}.opens_at"),
        closes_at=_maybe(one.closes_at, f"{at}.closes_at"),
        direction=one.direction,
        reserve_price_fen=one.reserve_price_fen,
        ladder=tuple(Rung(rung.from_fen, rung.step_fen) for rung in one.ladder),
        increment_rule=one.increment_rule,
        free_until=_maybe(one.free_until, f"{at}.free_until"),
        extension=_extension(one.extension),
        min_bidders=one.min_bidders,
        quantity=one.quantity,
        pricing=one.pricing,
        dutch=_dutch(one.dutch),
        weights=one.weights,
        priority=tuple(Holder(codes[held.party], held.rank, held.exercise) for held in one.priority),
        priority_window=None if one.priority_window_ms is None else one.priority_window_ms * 1000,
    )


def _extension(soft: ExtensionBody | None) -> Extension | None:
    if soft is None:
        return None
    total = None if soft.max_total_ms is None else soft.max_total_ms * 1000
    return Extension(soft.trigger_ms * 1000, soft.length_ms * 1000, soft.base, soft.max_count, total)


def _dutch(clock: DutchBody | None) -> DutchClock | None:
    return None if clock is None else DutchClock(clock.step_fen, clock.every_ms * 1000, clock.floor_fen)


def _maybe(text: str | None, field: str) -> int | None:
    return None if text is None else instant(text, field)


def instant(text: str, field: str) -> int:
    """Microseconds of an instant with an offset; BadInput for anything else."""
    try:
        moment = datetime.fromisoformat(text.upper()) if _INSTANT.fullmatch(text) else None
        if moment is not None and moment.year in _YEARS:
            return (moment - _EPOCH) // timedelta(microseconds=1)
    except ValueError:
        pass
    expected = "an instant with an offset, like 2026-11-20T10:00:00+08:00"
    raise BadInput("BAD_VALUE", field, text, expected)


async def list_sessions(ask: Ask) -> SittingPage:
    """Sessions in the order in which they were set, a page at a time."""
    query: SittingQuery = ask.query
    market = ask.exchange.house.view.market
    page = list(islice(market.sessions.values(), query.cursor, query.cursor + query.limit))
    end = query.cursor + len(page)
    following = end if page and end < len(market.sessions) else None
    return SittingPage([_sitting(ask, one) for one in page], following)


async def show_sitting(ask: Ask) -> SittingResource:
    """A session and its lots."""
    market = ask.exchange.house.view.market
    session = market.sessions.get(ask.path("session"))
    if session is None:
        raise errors.not_found("session")
    return _sitting(ask, session)


def _sitting(ask: Ask, session: Session) -> SittingResource:
    hours = session.deposit_release_within // HOUR
    lots = [_lot(ask, lot) for lot in session.lots]
    return SittingResource(
        session.id,
        session_title(ask.exchange.house.view, session),
        session.rule_set,
        session.payment_days,
        hours,
        session.rehearsal,
        lots,
        session.commission,
        session.sealed_custody,
    )


def _lot(ask: Ask, id_: str) -> SittingLotResource:
    state = ask.exchange.house.view
    plan, lot = state.market.lot_plans[id_], state.lots[id_]
    return SittingLotResource(
        plan.lot,
        plan.listing,
        title_of(state.market.listings[plan.listing]),
        plan.deposit_fen,
        lot.state.value,
        iso(lot.opens_at),
        None if lot.closes_at is None else iso(lot.closes_at),
        None if plan.deposit_until is None else iso(plan.deposit_until),
    )


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "POST",
        f"{V1}/sessions",
        schedule_session,
        "Set a session",
        "market",
        r.Decision,
        status=201,
        body=SittingBody,
        binds=True,
        errors=(403, 404, 409),
    ),
    Operation(
        "GET",
        f"{V1}/sessions",
        list_sessions,
        "Sessions",
        "market",
        SittingPage,
        query=SittingQuery,
        signed_in=False,
    ),
    Operation(
        "GET",
        f"{V1}/sessions/{{session}}",
        show_sitting,
        "A session",
        "market",
        SittingResource,
        signed_in=False,
        errors=(404,),
    ),
)
