"""Lots: what everybody may see, and the steps that bidders and operators take on them."""

from itertools import islice
from typing import Annotated, Any

import msgspec
from starlette.responses import Response

from exchange.house.state import State
from exchange.market.commands import ApplyEntry
from matching_engine import commands as lc
from matching_engine.lot import Lot
from web import errors
from web import resources as r
from web.bids import bid_of, code_for
from web.decisions import decision
from web.resources import AcceptBody, BidBody, Decision, EventPage, EventQuery, LotPage, LotQuery
from web.routes import Ask, json
from web.sse import stream
from web.views import Json, event_view, iso, lot_view
from web.withheld import listing_of_lot, lot_hidden


class EntryQuery(r.Taken, frozen=True):
    """For whom."""

    client: Annotated[str, msgspec.Meta(max_length=64)] = ""
    """A broker's client; without it the own organisation."""


def known_lot(ask: Ask) -> str:
    """The lot of the path; 404 when there is none."""
    lot = ask.path("lot")
    view, principal = ask.exchange.house.view, ask.caller.principal if ask.caller else None
    if lot not in view.lots or lot_hidden(view, lot, principal):
        raise errors.failure(404, "LOT_UNKNOWN", f"there is no lot {lot[:64]}")
    return lot


async def list_lots(ask: Ask) -> dict[str, Any]:
    """Lots in the order in which they were put up, a page at a time."""
    query: LotQuery = ask.query
    house = ask.exchange.house
    state = house.view
    found: list[Json] = []
    following = None
    if query.house in (None, house.name):
        for place, (id_, lot) in enumerate(islice(state.lots.items(), query.cursor, None), query.cursor):
            if not _matches(state, lot, query):
                continue
            if len(found) == query.limit:
                following = place
                break
            found.append(lot_view(state, id_, house.epoch, iso))
    return msgspec.structs.asdict(LotPage(found, following))  # type: ignore[arg-type]  # views are LotResources


def _matches(state: State, lot: Lot, query: LotQuery) -> bool:
    if listing_of_lot(state, lot.id).withheld:
        return False
    if query.state is not None and lot.state is not query.state:
        return False
    if query.mechanism is not None and lot.terms.mechanism is not query.mechanism:
        return False
    if query.q is None:
        return True
    listing = state.market.listings[state.market.lot_plans[lot.id].listing]
    return query.q.casefold() in listing.subject.title.casefold() or query.q == lot.id


async def show_lot(ask: Ask) -> Json:
    """One lot as it stands."""
    house = ask.exchange.house
    return lot_view(house.view, known_lot(ask), house.epoch, iso)


async def list_events(ask: Ask) -> EventPage | Response:
    """The public events of a lot: a list, or with `Accept: text/event-stream` a stream that goes on."""
    lot = known_lot(ask)
    query: EventQuery = ask.query
    wants_stream = "text/event-stream" in ask.request.headers.get("accept", "")
    if wants_stream and ask.request.method == "GET":
        return await stream(ask, lot)
    house = ask.exchange.house
    rows = await house.history(f"lot/{lot}", query.after)
    views = [view for row in rows if (view := event_view(row, iso)) is not None]
    page, more = views[: query.limit], len(views) > query.limit
    seq = house.view.streams.get(f"lot/{lot}", 0)
    return EventPage(lot, house.epoch, seq, page, page[-1]["seq"] if more else None)


async def bid(ask: Ask) -> Decision | Response:
    """Bid under the code that stands for one's organisation. Binding: a bid cannot be taken back."""
    body: BidBody = ask.body
    lot = known_lot(ask)
    command = bid_of(ask.exchange.house.view, ask.principal, lot, body.amount_fen, body.max_fen, body.confirm)
    return _created(decision(await ask.submit(command)))


async def withdraw_bid(ask: Ask) -> None:
    """A bid is irrevocable once made (auction law art. 36): the answer is always BID_BINDING."""
    known_lot(ask)
    raise errors.failure(409, "BID_BINDING", "a bid cannot be taken back")


async def match(ask: Ask) -> Response:
    """Exercise a right of first refusal at the lead."""
    lot = known_lot(ask)
    return _created(decision(await ask.submit(lc.Match(lot, _code(ask, lot)))))


async def accept(ask: Ask) -> Response:
    """Take the clock price of a Dutch lot, or the fee of an open licence."""
    body: AcceptBody = ask.body
    lot = known_lot(ask)
    return _created(decision(await ask.submit(lc.Accept(lot, _code(ask, lot), body.amount_fen))))


def _code(ask: Ask, lot: str) -> str:
    return code_for(ask.exchange.house.view, ask.principal, lot)


async def enter(ask: Ask) -> Response:
    """Apply for admission to a lot; the answer holds the code and what deposit to pay under which reference."""
    lot, query = known_lot(ask), ask.query
    client = query.client if isinstance(query, EntryQuery) else ""
    return _created(decision(await ask.submit(ApplyEntry(lot, client or ask.principal.party or ""))))


async def resume(ask: Ask) -> Decision:
    """Let the clock of a lot go on; every future instant has moved by the length of the suspension."""
    return decision(await ask.submit(lc.Resume(known_lot(ask))))


def _created(made: Decision) -> Response:
    return json(made, 201, {"location": f"/api/v1/commands/{made.command}"})
