"""Stopping lots over REST: one operator proposes, another confirms; everybody else sees only what comes of it."""

from typing import Annotated, Any, Literal

import msgspec
from starlette.responses import Response

from exchange.house.state import State
from exchange.market import stop_messages as sm
from exchange.market.stop_state import Stop, StopState
from web import errors
from web import resources as r
from web.api_lots import known_lot
from web.api_market import V1, require_role
from web.decisions import decision
from web.routes import Ask, Operation, json
from web.views import iso


class StopBody(r.Taken, frozen=True):
    """Why. `at_once` suspends now, for the ten minutes that one operator may alone."""

    reason: r.Word
    at_once: bool = False


class CancelBody(r.Taken, frozen=True):
    """Why the lot or session is to end without a sale."""

    reason: r.Word


class TurnDownBody(r.Taken, frozen=True):
    """Why a proposal is taken back or turned down."""

    reason: Annotated[str, msgspec.Meta(max_length=200)] = ""


class StopResource(r.Given, frozen=True):
    """A suspension or cancellation that takes two persons."""

    stop: str
    action: Literal["suspend", "cancel"]
    lots: list[str]
    session: str | None
    reason: str
    author: str
    at_once: bool
    state: StopState
    proposed_at: r.Instant
    until: r.Instant
    """When it lapses if nobody confirms; what `at_once` suspended then goes on."""
    by: str | None
    ended_at: r.Instant | None


class StopPage(r.Given, frozen=True):
    """Proposals: those that wait first, then the newest."""

    stops: list[StopResource]


class StopQuery(r.Taken, frozen=True):
    """Which proposals."""

    state: StopState | None = None
    limit: r.Limit = 50


def stop_view(stop: Stop) -> StopResource:
    """A proposal as operators and auditors see it."""
    return StopResource(
        stop.id,
        stop.action,
        list(stop.lots),
        stop.session or None,
        stop.reason,
        stop.author,
        stop.at_once,
        stop.state,
        iso(stop.proposed_at),
        iso(stop.until),
        stop.by or None,
        None if stop.ended_at is None else iso(stop.ended_at),
    )


def in_order(state: State) -> list[Stop]:
    """What waits first, oldest first; then what ended, newest first."""
    stops = state.market.stops
    ended = [one for one in stops.all.values() if one.state is not StopState.OPEN]
    return [*stops.waiting(), *reversed(ended)]


async def list_stops(ask: Ask) -> StopPage:
    """Every proposal to stop something, and what became of it."""
    require_role(ask, "operator", "auditor")
    query: StopQuery = ask.query
    found = (one for one in in_order(ask.exchange.house.view) if query.state in (None, one.state))
    return StopPage([stop_view(one) for one, _ in zip(found, range(query.limit), strict=False)])


async def _propose(ask: Ask, action: sm.Action, lot: str = "", session: str = "") -> Response:
    body: Any = ask.body
    author = ask.principal.account
    at_once = getattr(body, "at_once", False)
    made = await ask.submit(sm.ProposeStop(action, body.reason, author, lot, session, at_once))
    answer = decision(made)
    return json(answer, 201, {"location": f"/api/v1/commands/{answer.command}"})


async def suspend_lot(ask: Ask) -> Response:
    """Propose to stop the clock of a lot, or stop it at once for ten minutes; another operator confirms."""
    return await _propose(ask, "suspend", known_lot(ask))


async def cancel_lot(ask: Ask) -> Response:
    """Propose to end a lot without a sale; another operator confirms."""
    return await _propose(ask, "cancel", known_lot(ask))


def _session(ask: Ask) -> str:
    session = ask.path("session")
    if session not in ask.exchange.house.view.market.sessions:
        raise errors.failure(404, "SESSION_UNKNOWN", f"there is no session {session[:64]}")
    return session


async def suspend_session(ask: Ask) -> Response:
    """Propose to stop the clocks of all lots of a session, or stop them at once for ten minutes."""
    return await _propose(ask, "suspend", session=_session(ask))


async def cancel_session(ask: Ask) -> Response:
    """Propose to end every lot of a session without a sale; another operator confirms."""
    return await _propose(ask, "cancel", session=_session(ask))


async def confirm_stop(ask: Ask) -> r.Decision:
    """Agree to what another operator proposed: it comes into force, or stays in force."""
    return decision(await ask.submit(sm.ConfirmStop(ask.path("stop"), ask.principal.account)))


async def withdraw_stop(ask: Ask) -> r.Decision:
    """Take a proposal back or turn it down; what it suspended at once goes on."""
    body: TurnDownBody = ask.body
    return decision(await ask.submit(sm.WithdrawStop(ask.path("stop"), ask.principal.account, body.reason)))


OPERATIONS: tuple[Operation, ...] = (
    *(
        Operation(
            "POST",
            f"{V1}/{path}",
            handler,
            text,
            "bidding",
            r.Decision,
            201,
            body,
            binds=True,
            errors=(404, 409),
        )
        for path, handler, text, body in (
            ("lots/{lot}/suspension", suspend_lot, "Propose to stop the clock of a lot", StopBody),
            ("lots/{lot}/cancellation", cancel_lot, "Propose to cancel a lot", CancelBody),
            ("sessions/{session}/suspension", suspend_session, "Propose to suspend a session", StopBody),
            ("sessions/{session}/cancellation", cancel_session, "Propose to cancel a session", CancelBody),
        )
    ),
    Operation(
        "GET", f"{V1}/stops", list_stops, "Proposals to stop lots", "bidding", StopPage, query=StopQuery
    ),
    Operation(
        "POST",
        f"{V1}/stops/{{stop}}/confirmation",
        confirm_stop,
        "Confirm a proposal to stop lots",
        "bidding",
        r.Decision,
        binds=True,
        errors=(404, 409),
    ),
    Operation(
        "POST",
        f"{V1}/stops/{{stop}}/withdrawal",
        withdraw_stop,
        "Take a proposal back, or turn it down",
        "bidding",
        r.Decision,
        body=TurnDownBody,
        binds=True,
        errors=(404, 409),
    ),
)
