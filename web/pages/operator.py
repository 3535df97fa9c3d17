"""The operator's desk: every room on one screen, how the house is, and what takes a second person."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from exchange.house.command import Body
from exchange.market import stop_messages as sm
from exchange.market.commands import ScoreBid
from exchange.market.sealing import attributes, unscored
from exchange.market.state import ListingState
from exchange.market.stops import EMERGENCY
from matching_engine import commands as lc
from matching_engine.lifecycle import LifecycleState
from web import errors
from web.pages import hints, operator_rows
from web.pages.market import live_words
from web.pages.shell import Visit, page, script_words
from web.pulse import pulse_of

SCORE = "score-"
"""Before an attribute's name in the form of its scores."""
REASON_MAX = 200
MINUTE = 60_000_000


async def operator(visit: Visit, status: int = 200, wrong: Mapping[str, str] | None = None) -> Response:
    """The page."""
    visit.needs("operator")
    seen = await pulse_of(visit.request.app).hints()
    rows = operator_rows.rows(visit, seen)
    return visit.render(
        "operator.html",
        status,
        "/operator",
        figures=await operator_rows.figures(visit),
        alerts=await operator_rows.alerts(visit),
        rows=rows,
        sessions=list({row["session"]: row["session_title"] for row in rows}.items()),
        proposals=operator_rows.waiting(visit),
        in_force=operator_rows.sessions_suspended(visit),
        version=operator_rows.version(visit),
        waiting=_waiting(visit),
        scoring=_scoring(visit),
        hints_seen=len(seen),
        emergency_minutes=EMERGENCY // MINUTE,
        errors=wrong or {},
        words_for_script=script_words(_words(visit)),
    )


def _words(visit: Visit) -> dict[str, Any]:
    s = visit.speech
    say = {
        "day": s.text("%(n)s d"),
        "hints": s.text("Hints: %(n)s"),
        "shown": s.text("%(n)s of %(all)s lots shown"),
        "line": s.codes("line", ["live", "connecting", "waiting", "signed_out", "gone"]),
        "mute": s.text("Mute the alarm"),
        "unmute": s.text("Sound the alarm"),
    }
    return {**live_words(visit), "say": say}


async def figures_alone(visit: Visit) -> Response:
    """What the script of the open desk asks for: figures by name, rows by lot, alerts."""
    visit.needs("operator")
    found: dict[str, Any] = {name: value for name, _, value in await operator_rows.figures(visit)}
    lots = operator_rows.lots_on_desk(visit)
    found["lots"] = {lot.id: operator_rows.moving(visit, lot) for lot in lots}
    for hint in await pulse_of(visit.request.app).hints():
        for lot in hint.lots:
            if lot in found["lots"]:
                found["lots"][lot]["hints"] = found["lots"][lot].get("hints", 0) + 1
    found["alerts"] = await operator_rows.alerts(visit)
    found["version"] = operator_rows.version(visit)
    return JSONResponse(found)


def _waiting(visit: Visit) -> tuple[int, int]:
    """How many listings wait for admission, and how many objections for a decision."""
    market = visit.state.market
    submitted = sum(one.state is ListingState.SUBMITTED for one in market.listings.values())
    return submitted, sum(one.decision is None for one in market.objections.values())


def _scoring(visit: Visit) -> list[dict[str, Any]]:
    """Sealed bids that wait for the scores their terms ask for."""
    state = visit.state
    return [
        {"lot": lot.id, "code": code, "attributes": attributes(lot)}
        for lot in state.lots.values()
        if lot.state is LifecycleState.AWAITING_OPENING
        for code in unscored(state.market, lot)
    ]


async def score(visit: Visit) -> Response:
    """Give the scores of one sealed bid, all attributes at once."""
    form, lot = visit.form(), visit.part("lot")
    scores = {name.removeprefix(SCORE): text for name, text in form.items() if name.startswith(SCORE)}
    code = form.get("bidder", "")
    return await _step(visit, form, ScoreBid(lot, code, scores), f"{lot}-{code}")


async def _propose(visit: Visit, action: sm.Action, lot: str = "", session: str = "") -> Response:
    """Want a lot or a session stopped; the button says whether at once."""
    visit.needs("operator")
    form, about = visit.form(), lot or session
    reason = form.get("reason", "").strip()[:REASON_MAX]
    if not reason:
        return await operator(visit, 422, {about: visit.speech.text("A suspension needs its reason.")})
    at_once = action == "suspend" and form.get("how") == "at_once"
    author = visit.principal.account
    body = sm.ProposeStop(action, reason, author, lot, session, at_once)
    return await _step(visit, form, body, about)


async def suspend(visit: Visit) -> Response:
    """Stop the clock of a lot for ten minutes, or propose to stop it for longer."""
    return await _propose(visit, "suspend", visit.part("lot"))


async def cancel(visit: Visit) -> Response:
    """Propose to end a lot without a sale."""
    return await _propose(visit, "cancel", visit.part("lot"))


async def suspend_session(visit: Visit) -> Response:
    """The same for every lot of a session."""
    return await _propose(visit, "suspend", session=visit.part("session"))


async def cancel_session(visit: Visit) -> Response:
    """Propose to end every lot of a session without a sale."""
    return await _propose(visit, "cancel", session=visit.part("session"))


async def confirm(visit: Visit) -> Response:
    """Agree to what another operator proposed."""
    visit.needs("operator")
    stop, approver = visit.part("stop"), visit.principal.account
    return await _step(visit, visit.form(), sm.ConfirmStop(stop, approver), stop)


async def withdraw(visit: Visit) -> Response:
    """Take a proposal back, or turn it down."""
    stop, form = visit.part("stop"), visit.form()
    reason = form.get("reason", "")[:REASON_MAX]
    return await _step(visit, form, sm.WithdrawStop(stop, visit.principal.account, reason), stop)


async def resume(visit: Visit) -> Response:
    """Let the clock of a lot go on."""
    lot = visit.part("lot")
    return await _step(visit, visit.form(), lc.Resume(lot), lot)


async def _step(visit: Visit, form: Mapping[str, str], body: Body, about: str) -> Response:
    visit.needs("operator")
    failed = await visit.try_to(form, body)
    if failed is None:
        return visit.go("/operator")
    return await operator(visit, errors.status_of(failed[0]), {about: failed[1]})


ROUTES: list[Route] = [
    page("/operator", operator),
    page("/operator/figures", figures_alone),
    page("/operator/lots/{lot}/suspend", suspend, "POST"),
    page("/operator/lots/{lot}/cancel", cancel, "POST"),
    page("/operator/lots/{lot}/resume", resume, "POST"),
    page("/operator/lots/{lot}/scores", score, "POST"),
    page("/operator/sessions/{session}/suspend", suspend_session, "POST"),
    page("/operator/sessions/{session}/cancel", cancel_session, "POST"),
    page("/operator/stops/{stop}/confirm", confirm, "POST"),
    page("/operator/stops/{stop}/withdraw", withdraw, "POST"),
    *hints.ROUTES,
]
