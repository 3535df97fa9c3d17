"""The replay of a lot for the auditor: the room at any moment, at any speed, from the journal by the engine."""

from typing import Any

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from exchange.house.replay import Step
from exchange.registers.read_audit import Kind
from web import errors
from web.charts import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, price_chart
from web.pages.journal_words import event_word, event_words
from web.pages.shell import Visit, page, script_words
from web.replays import PAGE, Replays, StepsPage, veiled
from web.routes import json
from web.sensitive import note
from web.views import ms
from web.withheld import listing_of_lot, title_of

SPEEDS = (1, 10, 100, 0)
"""Times as fast as it was; 0: as fast as the browser draws."""
KNEW = ("all", "bidder", "desk", "operator")
SECRETS = ("maximum", "reserve")


def _replays(visit: Visit) -> Replays:
    state = visit.request.app.state
    if not hasattr(state, "replays"):
        state.replays = Replays(visit.exchange)
    found: Replays = state.replays
    return found


def _lot(visit: Visit) -> str:
    visit.needs("auditor")
    lot = visit.part("lot")
    if lot not in visit.state.lots:
        raise errors.not_found("lot")
    return lot


async def replay(visit: Visit) -> Response:
    """The player, the path of the price, the first steps as a table, and whether the replay ends where the house is."""
    id_ = _lot(visit)
    why = visit.request.query_params.get("why", "")
    listing = listing_of_lot(visit.state, id_)
    await note(visit.request, visit.exchange, visit.who, Kind.REPLAY, f"lot {id_}", (listing.seller,), why)
    replays = _replays(visit)
    summary = await replays.whole(id_)
    after = _number(visit.request.query_params.get("after", ""))
    shown = await replays.page(id_, after)
    lot = visit.state.lots[id_]
    until = lot.closed_at if lot.closed_at is not None else max(visit.now, lot.opens_at)
    opening = lot.terms.opening_price_fen
    return visit.render(
        "replay.html",
        lot=id_,
        title=title_of(listing),
        mechanism=lot.terms.mechanism.value,
        summary=summary,
        steps=[_line(visit, veiled(step, lot)) for step in shown.steps],
        after=shown.after,
        whole=after == 0 and shown.after is None,
        chart=price_chart(visit.speech, summary.points, lot.opens_at, until, opening, bool(lot.winners)),
        opens_at=ms(lot.opens_at),
        until=ms(max(until, lot.opens_at + 1_000_000)),
        box=(LEFT, WIDTH - RIGHT, TOP, HEIGHT - BOTTOM),
        start=visit.request.query_params.get("at", ""),
        speeds=SPEEDS,
        word=event_word,
        words_for_script=script_words(_words(visit)),
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


async def steps(visit: Visit) -> Response:
    """The steps behind `after`, for the player."""
    id_ = _lot(visit)
    found = await _replays(visit).page(id_, _number(visit.request.query_params.get("after", "")))
    lot = visit.state.lots[id_]
    return json(StepsPage([_scripted(veiled(step, lot)) for step in found.steps], found.after))


def _scripted(step: Step) -> Step:
    """Instants in ms, as scripts count."""
    closes_at = None if step.closes_at is None else ms(step.closes_at)
    return msgspec.structs.replace(step, at=ms(step.at), closes_at=closes_at)


def _line(visit: Visit, step: Step) -> dict[str, Any]:
    return {"step": step, "said": _said(visit, step)}


def _said(visit: Visit, step: Step) -> str:
    """What the step adds to its kind: why it was refused, what only its owner knew, what it did to the clock."""
    s = visit.speech
    parts = []
    if step.refused:
        parts.append(s.code("refusal", step.refused))
    if step.least_fen is not None:
        parts.append(s.text("The next amount that counts: %(minimum)s.", minimum=s.money(step.least_fen)))
    if step.extended:
        parts.append(s.text("The close moved."))
    if step.secret:
        parts.append(s.code("secret", step.secret))
    if step.reason:
        parts.append(s.code("reason", step.reason))
    return " ".join(parts)


def _words(visit: Visit) -> dict[str, Any]:
    """Texts and codes for the player."""
    s = visit.speech
    return {
        "events": event_words(s),
        "states": s.codes("lot", s.known("lot")),
        "refusals": s.codes("refusal", s.known("refusal")),
        "reasons": s.codes("reason", s.known("reason")),
        "knew": s.codes("knew", KNEW),
        "secrets": s.codes("secret", SECRETS),
        "least": s.text("The next amount that counts: %(minimum)s.", minimum="{}"),
        "extended": s.text("The close moved."),
        "play": s.text("Play"),
        "pause": s.text("Pause"),
        "hidden": s.text("hidden from the room"),
        "loading": s.text("Steps are being loaded: {}"),
        "page": PAGE,
    }


ROUTES: list[Route] = [
    page("/auditor/replay/{lot}", replay),
    page("/auditor/replay/{lot}/steps", steps),
]
