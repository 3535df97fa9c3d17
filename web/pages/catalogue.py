"""The catalogue: search with facets as links, and an achievement with all that the register has of it."""

from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from exchange.house.command import Principal
from exchange.notices.searches import canonical
from exchange.registers import Achievement
from exchange.registers.follows import FollowKind
from exchange.registers.regions import short_name
from exchange.registers.search_index import FACETS
from exchange.registers.shares import shown
from exchange.registers.words import Stage
from matching_engine.errors import Malformed
from settlement.dates import shanghai_date
from web import errors
from web.api_catalogue import changed_fields
from web.catalogue import OVERSEERS, visible
from web.i18n import Speech
from web.pages.network import catalogue_elsewhere
from web.pages.notices import followed
from web.pages.shell import Visit, page

PAGE = 20
VALUES_SHOWN, VALUES_MAX = 8, 60
"""Values of a facet that stand open, and those behind a click."""
QUERY_MAX = 100


async def search(visit: Visit) -> Response:
    """The catalogue's search."""
    wished = visit.request.query_params
    q = wished.get("q", "")[:QUERY_MAX]
    chosen = {name: wished[name][:300] for name in FACETS if wished.get(name)}
    registers = visit.exchange.registers
    try:
        found = await registers.search.find(q, chosen, wished.get("cursor", ""), PAGE)
    except Malformed as wrong:
        raise errors.failure(422, "BAD_VALUE", str(wrong), field=wrong.field) from wrong
    rows = await registers.achievements.get_many(found.ids)
    best = await registers.evaluations.best(found.ids, shanghai_date(visit.now))
    return visit.render(
        "achievements.html",
        q=q,
        follow=await followed(visit, (FollowKind.SEARCH, canonical({"q": q, **chosen}))),
        follow_back=_address(q, chosen),
        chosen=[_chosen(visit.speech, q, chosen, name) for name in chosen],
        hidden=chosen,
        may_import=visit.caller is not None
        and bool(visit.principal.roles & {"operator", "seller", "bidder"}),
        may_write=visit.caller is not None and bool(visit.principal.roles & {"operator", "seller"}),
        total=found.total,
        rows=[rows[id_] for id_ in found.ids if id_ in rows and rows[id_].public],
        best=best,
        facets=[_facet(visit.speech, q, chosen, name, found.facets[name]) for name in FACETS],
        more=_address(q, {**chosen, "cursor": found.next}) if found.next else "",
        elsewhere=await catalogue_elsewhere(visit, q) if q and not wished.get("cursor") else [],
        value=lambda name, value: facet_word(visit.speech, name, value),
    )


def _address(q: str, parameters: dict[str, str]) -> str:
    query = urlencode({name: value for name, value in {"q": q, **parameters}.items() if value})
    return f"/achievements?{query}" if query else "/achievements"


def facet_word(s: Speech, name: str, value: str | None) -> str:
    """A facet's value in the reader's language."""
    if not value:
        return ""
    if name == "region":
        return short_name(value) if s.language == "zh" else value.replace("_", " ").title()
    if name == "trl":
        return f"TRL {value}"
    return s.word(value)


def _chosen(s: Speech, q: str, chosen: dict[str, str], name: str) -> dict[str, str]:
    """A filter that is set, and where the search goes without it."""
    left = {key: value for key, value in chosen.items() if key != name}
    return {
        "name": s.code("facet", name),
        "value": facet_word(s, name, chosen[name]),
        "without": _address(q, left),
    }


def _facet(
    s: Speech, q: str, chosen: dict[str, str], name: str, values: list[tuple[str, int]]
) -> dict[str, Any]:
    """A facet as links with counts."""
    ordered = sorted(values) if name == "trl" else values
    links = [
        {
            "word": facet_word(s, name, value),
            "count": count,
            "href": _address(q, {**chosen, name: value}),
            "here": chosen.get(name) == value,
        }
        for value, count in ordered[:VALUES_MAX]
    ]
    return {"name": s.code("facet", name), "open": links[:VALUES_SHOWN], "more": links[VALUES_SHOWN:]}


async def show(visit: Visit) -> Response:
    """One achievement."""
    principal = visit.caller.principal if visit.caller else None
    row = await visible(visit.exchange, principal, visit.part("achievement"))
    registers = visit.exchange.registers
    evaluations = await registers.evaluations.of(row.id)
    today = shanghai_date(visit.now)
    versions = await registers.achievements.versions(row.id)
    inside = principal is not None and (
        bool(principal.roles & OVERSEERS) or (row.holder is not None and row.holder == principal.party)
    )
    return visit.render(
        "achievement.html",
        row=row,
        chain=_chain(row),
        evaluations=evaluations,
        today=today,
        best=(await registers.evaluations.best([row.id], today)).get(row.id),
        prices=await registers.appraisals.of(row.id),
        items=await registers.items.of(row.id),
        versions=list(
            zip(versions, changed_fields([msgspec.to_builtins(one.value) for one in versions]), strict=True)
        ),
        inside=inside,
        may_write=principal is not None and ("operator" in principal.roles or _sells(principal, row)),
        may_offer=principal is not None and row.public and _sells(principal, row),
        evaluator=principal is not None and "evaluator" in principal.roles,
        lots=_lots(visit, row.id),
        value=lambda name, value: facet_word(visit.speech, name, value),
        share=shown,
        day=lambda one: visit.speech.day(one.isoformat() if one else None),
    )


def _sells(principal: Principal, row: Achievement) -> bool:
    return "seller" in principal.roles and row.holder is not None and row.holder == principal.party


async def badge_of(visit: Visit, achievement: str) -> dict[str, Any] | None:
    """What the page of a listing or a lot says of its achievement: its page, and its best evaluation."""
    registers = visit.exchange.registers
    row = await registers.achievements.get(achievement)
    if row is None or not row.public:
        return None
    best = (await registers.evaluations.best([achievement], shanghai_date(visit.now))).get(achievement)
    grade = facet_word(visit.speech, "grade", best.grade) if best else ""
    return {"id": achievement, "grade": grade, "score": best.score if best else None}


def _chain(row: Achievement) -> list[dict[str, Any]]:
    """The chain of stages: what is behind, where it stands, what is ahead."""
    reached = {one.stage: one for one in row.stages}
    stages = list(Stage)
    here = stages.index(row.stage) if row.stage is not None else -1
    return [
        {
            "stage": stage,
            "reached": reached.get(stage),
            "done": n < here or stage in reached,
            "here": n == here,
        }
        for n, stage in enumerate(stages)
    ]


def _lots(visit: Visit, achievement: str) -> list[str]:
    """The lots in which it was or is offered, the newest last."""
    market = visit.state.market
    listings = {one.id for one in market.listings.values() if one.achievement == achievement}
    if not listings:
        return []
    return [
        lot for lot, plan in market.lot_plans.items() if plan.listing in listings and lot in visit.state.lots
    ]


ROUTES: list[Route] = [page("/achievements", search), page("/achievements/{achievement}", show)]
