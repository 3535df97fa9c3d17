"""The market: lots by session, with a search, and what is listed but not in a session yet."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import Route

from exchange.house.state import State
from exchange.market.state import ListingState
from matching_engine.lifecycle import LifecycleState as S
from web.pages.lots import LIVE, Sitting, sittings
from web.pages.network import elsewhere
from web.pages.shell import Visit, page, script_words

LOTS_SHOWN = 30
"""Lots on one page, about: sessions are not cut."""
LISTINGS_SHOWN = 60
STATES = ("", "open", "coming", "ended")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many lots are in which state."""

    open: int
    coming: int
    ended: int


async def market(visit: Visit) -> Response:
    """The first page."""
    query, s = visit.request.query_params, visit.speech
    q, wanted = query.get("q", "")[:60], query.get("state", "")
    skip = int(query["skip"]) if query.get("skip", "").isdecimal() and len(query["skip"]) < 7 else 0
    shown, after = _window(sittings(visit.exchange, visit.now, wanted, q, skip), skip)
    more = urlencode({"q": q, "state": wanted, "skip": after}) if after else ""
    return visit.render(
        "market.html",
        counts=_counts(visit.state),
        q=q,
        state=wanted,
        states=[(value, s.code("filter", value or "all")) for value in STATES],
        sittings=shown,
        more=f"/?{more}" if more else "",
        listings=[] if skip or q or wanted else _listings(visit.state),
        elsewhere=[] if skip else await elsewhere(visit, q, wanted),
        words_for_script=script_words(live_words(visit)),
    )


def live_words(visit: Visit) -> dict[str, Any]:
    """What the script of a list says."""
    s = visit.speech
    return {
        "lot": s.codes("lot", [str(state) for state in S]),
        "price": s.codes("price", ["hammer", "lead", "clock", "opening", "asking", "fee", "budget"]),
        "csrf": visit.caller.csrf if visit.caller else None,
    }


def _window(found: Iterator[Sitting], skip: int) -> tuple[list[Sitting], int]:
    """Sessions, the first of which is the `skip`-th, until enough lots are shown, and where to go on (0: nowhere)."""
    shown: list[Sitting] = []
    lots = 0
    for number, sitting in enumerate(found, skip):
        if lots >= LOTS_SHOWN:
            return shown, number
        shown.append(sitting)
        lots += len(sitting.lots)
    return shown, 0


def _counts(state: State) -> Counts:
    every = Counter(lot.state for lot in state.lots.values())
    live, coming = sum(every[one] for one in LIVE), every[S.ANNOUNCED]
    return Counts(live, coming, every.total() - live - coming)


def _listings(state: State) -> list[dict[str, Any]]:
    """Listings under notice or awaiting a session, the newest first."""
    waiting = [
        listing
        for listing in state.market.listings.values()
        if listing.state in (ListingState.NOTICE, ListingState.TRADABLE) and not listing.withheld
    ]
    return [
        {
            "id": listing.id,
            "title": listing.subject.title,
            "seller": state.market.parties[listing.seller].name,
            "state": str(listing.state),
            "until": listing.notice_until if listing.state is ListingState.NOTICE else None,
            "price_idea_fen": listing.price_idea_fen,
        }
        for listing in reversed(waiting[-LISTINGS_SHOWN:])
    ]


ROUTES: list[Route] = [page("/", market)]
