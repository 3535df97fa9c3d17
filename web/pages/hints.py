"""Hints at bidding that is worth a look, for operators and auditors: what was seen, where, and what can be done."""

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from exchange.monitoring.hints import Hint
from web.api_hints import read_hints
from web.pages.shell import Visit, page
from web.withheld import title_of

ROWS_SHOWN = 12


async def hints(visit: Visit) -> Response:
    """The page: of the whole market, or of one lot."""
    lot = visit.request.query_params.get("lot", "")[:64]
    found = await read_hints(visit.request, visit.exchange, visit.who, lot)
    return visit.render("hints.html", lot=lot, hints=[_shown(visit, hint) for hint in found])


def _shown(visit: Visit, hint: Hint) -> dict[str, Any]:
    s, state = visit.speech, visit.state
    parties = [_name(visit, party) for party in hint.parties]
    return {
        "kind": hint.kind,
        "strength": hint.strength,
        "name": s.code("hint", hint.kind),
        "seen": _seen(visit, hint, parties),
        "innocent": s.code("hint_innocent", hint.kind),
        "can": s.code("hint_can", hint.kind),
        "lots": [(lot, _title(visit, lot)) for lot in hint.lots if lot in state.lots],
        "rows": hint.rows[:ROWS_SHOWN],
        "more": len(hint.rows) - ROWS_SHOWN,
    }


def _name(visit: Visit, party: str) -> str:
    facts = visit.state.market.parties.get(party)
    return facts.name if facts else party


def _title(visit: Visit, lot: str) -> str:
    market = visit.state.market
    return title_of(market.listings[market.lot_plans[lot].listing])


def _seen(visit: Visit, hint: Hint, parties: Sequence[str]) -> str:
    """One sentence with the numbers."""
    s = visit.speech
    one, other = (*parties, "—", "—")[:2]
    codes = " · ".join(hint.codes)
    values = {"one": one, "other": other, "codes": codes, "count": hint.count, "of": hint.of}
    return {
        "extensions": lambda: s.text(
            "%(one)s (%(codes)s) moved the close %(count)s times of the last %(of)s, each time by the least raise, and does not win.",
            **values,
        ),
        "alternating": lambda: s.text(
            "%(one)s and %(other)s (%(codes)s) raised in turns by the least, %(count)s bids in a row of %(of)s.",
            **values,
        ),
        "related": lambda: s.text(
            "%(one)s and %(other)s (%(codes)s) are affiliated and entered the same lot; %(count)s of them have bid.",
            **values,
        ),
        "same_broker": lambda: s.text(
            "%(one)s and %(other)s (%(codes)s) gave mandates to the same broker; %(count)s of them have bid.",
            **values,
        ),
        "same_payer": lambda: s.text(
            "The deposits of %(one)s and %(other)s (%(codes)s) came from one account; %(count)s of them have bid.",
            **values,
        ),
        "same_network": lambda: s.text(
            "%(one)s and %(other)s (%(codes)s) signed in from one network; %(count)s of them have bid.",
            **values,
        ),
        "always_beaten": lambda: s.text(
            "%(one)s was the runner-up of %(other)s in %(count)s of the %(of)s lots it entered that were sold, and never won.",
            **values,
        ),
        "one_bidder": lambda: s.text(
            "%(count)s of %(of)s lots that %(one)s sold went to %(other)s, who was the only bidder.", **values
        ),
    }[hint.kind]()


ROUTES: list[Route] = [page("/operator/hints", hints)]
