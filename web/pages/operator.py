"""The operator's desk: sessions and lots, how busy the house is, suspending and resuming."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from exchange.house.command import Body
from exchange.market.commands import ScoreBid
from exchange.market.sealing import attributes, unscored
from exchange.market.state import ListingState
from matching_engine import commands as lc
from matching_engine.lifecycle import RUNNING, LifecycleState
from web import errors
from web.gateway import gateway_of
from web.pages.lots import Sitting, sittings
from web.pages.market import live_words
from web.pages.shell import Visit, page, script_words

SESSIONS_SHOWN = 12
SCORE = "score-"
"""Before an attribute's name in the form of its scores."""


async def operator(visit: Visit, status: int = 200, wrong: Mapping[str, str] | None = None) -> Response:
    """The page."""
    visit.needs("operator")
    found = figures(visit)
    names = _names(visit)
    return visit.render(
        "operator.html",
        status,
        "/operator",
        figures=[(name, names[name], visit.speech.number(value)) for name, value in found.items()],
        sittings=[_with_clock(visit, sitting) for sitting in islice(_running(visit), SESSIONS_SHOWN)],
        waiting=_waiting(visit),
        scoring=_scoring(visit),
        errors=wrong or {},
        words_for_script=script_words(live_words(visit)),
    )


def figures(visit: Visit) -> dict[str, int]:
    """How busy the house is now."""
    house = visit.exchange.house
    hub = gateway_of(visit.request.app).hub
    lots = house.view.lots.values()
    return {
        "bids": hub.bids_per_second,
        "sockets": len(hub.watchers),
        "open": sum(lot.state in RUNNING for lot in lots),
        "suspended": sum(lot.suspended for lot in lots),
        "queue": house.queue_depth,
        "seq": house.view.seq,
    }


def _names(visit: Visit) -> dict[str, str]:
    s = visit.speech
    return {
        "bids": s.text("Bids a second"),
        "sockets": s.text("Connections"),
        "open": s.text("Lots open"),
        "suspended": s.text("Lots suspended"),
        "queue": s.text("Commands waiting"),
        "seq": s.text("Journal seq"),
    }


async def figures_alone(visit: Visit) -> Response:
    """The figures, for the script of the open desk."""
    visit.needs("operator")
    s = visit.speech
    return JSONResponse({name: s.number(value) for name, value in figures(visit).items()})


def _running(visit: Visit) -> list[Sitting]:
    """Sessions with a lot that has not ended."""
    found = sittings(visit.exchange, visit.now)
    return [one for one in found if any(lot["closed_at"] is None for lot in one.lots)]


def _with_clock(visit: Visit, sitting: Sitting) -> Sitting:
    """Add to each lot whether its clock can be stopped or let go on."""

    def clock(lot: dict[str, Any]) -> dict[str, Any]:
        one = visit.state.lots[lot["lot"]]
        return {**lot, "can_suspend": one.state in RUNNING, "can_resume": one.suspended}

    return Sitting(sitting.session, [clock(lot) for lot in sitting.lots])


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


async def suspend(visit: Visit) -> Response:
    """Stop the clock of a lot and say why."""
    form, lot = visit.form(), visit.part("lot")
    if not form.get("reason"):
        return await operator(visit, 422, {lot: visit.speech.text("A suspension needs its reason.")})
    return await _step(visit, form, lc.Suspend(lot, form["reason"][:200]), lot)


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
    page("/operator/lots/{lot}/resume", resume, "POST"),
    page("/operator/lots/{lot}/scores", score, "POST"),
]
