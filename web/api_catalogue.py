"""The catalogue over REST: search and facets, an achievement in full, tables taken in, demands."""

import msgspec

from exchange.registers import Demand
from exchange.registers.search_index import FACETS
from matching_engine.errors import Malformed
from settlement.dates import shanghai_date
from web import catalogue, errors
from web import catalogue_resources as c
from web.parse import BadInput
from web.routes import Ask, Operation
from web.views import iso

V1 = "/api/v1"
TABLES = frozenset(
    {
        "text/csv",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/octet-stream",
    }
)


async def search_achievements(ask: Ask) -> c.CataloguePage:
    """Search the public catalogue; facets count what would be found with each of their values."""
    query: c.CatalogueQuery = ask.query
    registers = ask.exchange.registers
    filters = {name: getattr(query, name) for name in FACETS}
    try:
        page = await registers.search.find(query.q, filters, query.cursor, query.limit)
    except Malformed as wrong:
        raise BadInput("BAD_VALUE", wrong.field, wrong.got, wrong.expected) from wrong
    rows = await registers.achievements.get_many(page.ids)
    best = await registers.evaluations.best(page.ids, shanghai_date(ask.exchange.house.clock.now()))
    cards = [c.card(rows[id_], best.get(id_)) for id_ in page.ids if id_ in rows and rows[id_].public]
    facets = {name: [c.FacetValueResource(*pair) for pair in values] for name, values in page.facets.items()}
    return c.CataloguePage(page.total, cards, facets, page.next)


async def show_achievement(ask: Ask) -> c.AchievementDetail:
    """An achievement: for everybody once a reviewer found it public, else for its holder and overseers only."""
    principal = ask.caller.principal if ask.caller else None
    return c.detail(await catalogue.visible(ask.exchange, principal, ask.path("achievement")))


def changed_fields(versions: list[dict[str, object]]) -> list[list[str]]:
    """Of each version the names of the fields that differ from the one before."""
    before: dict[str, object] = {}
    told = []
    for body in versions:
        told.append(sorted(name for name, value in body.items() if before and before.get(name) != value))
        before = body
    return told


async def show_versions(ask: Ask) -> list[c.VersionResource]:
    """Every version of an achievement: when, which fields changed; by whom, for its holder and overseers."""
    principal = ask.caller.principal if ask.caller else None
    row = await catalogue.visible(ask.exchange, principal, ask.path("achievement"))
    inside = principal is not None and (
        bool(principal.roles & catalogue.OVERSEERS)
        or (row.holder is not None and row.holder == principal.party)
    )
    versions = await ask.exchange.registers.achievements.versions(row.id)
    changes = changed_fields([msgspec.to_builtins(one.value) for one in versions])
    return [
        c.VersionResource(one.version, iso(one.at), one.by if inside else None, changed)
        for one, changed in zip(versions, changes, strict=True)
    ]


async def import_achievements(ask: Ask) -> c.ImportResource:
    """Take a table of achievements, CSV or XLSX as the body; sent again, it changes nothing."""
    return await _import(ask, "achievements")


async def import_demands(ask: Ask) -> c.ImportResource:
    """Take a table of demands, CSV or XLSX as the body; sent again, it changes nothing."""
    return await _import(ask, "demands")


async def _import(ask: Ask, kind: str) -> c.ImportResource:
    media_type = ask.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in TABLES:
        raise errors.failure(415, "UNSUPPORTED_MEDIA_TYPE", f"expected one of {', '.join(sorted(TABLES))}")
    query: c.ImportQuery = ask.query
    try:
        report = await catalogue.take_file(
            ask.exchange, ask.principal, kind, ask.request.state.body, query.strict
        )
    except Malformed as wrong:
        raise BadInput("BAD_TABLE", wrong.field, wrong.got, wrong.expected) from wrong
    return c.ImportResource(
        written=report.written,
        new=report.count("new"),
        changed=report.count("changed"),
        unchanged=report.count("unchanged"),
        refused=report.count("refused"),
        rows=[c.ImportRow(**msgspec.structs.asdict(row)) for row in report.rows],
    )


async def list_demands(ask: Ask) -> c.DemandPage:
    """Public demands by id, a page at a time."""
    query: c.DemandQuery = ask.query
    filters = {name: getattr(query, name) for name in ("q", "field", "region", "kind", "state", "holder")}
    found = await ask.exchange.registers.demands.list(**filters, after=query.cursor, limit=query.limit + 1)
    shown = found[: query.limit]
    following = shown[-1].id if len(found) > query.limit else None
    return c.DemandPage([demand_resource(one) for one in shown], following)


async def show_demand(ask: Ask) -> c.DemandResource:
    """A demand; one that is not public exists for its holder and overseers only."""
    one = await ask.exchange.registers.demands.get(ask.path("demand"))
    principal = ask.caller.principal if ask.caller else None
    inside = principal is not None and (
        bool(principal.roles & catalogue.OVERSEERS)
        or (one is not None and one.holder is not None and one.holder == principal.party)
    )
    if one is None or not (one.public or inside):
        raise errors.not_found("demand")
    return demand_resource(one)


def demand_resource(one: Demand) -> c.DemandResource:
    """A demand as programs see it."""
    shown = {**msgspec.to_builtins(one), "demand": one.id}
    fields = {field.name: shown[field.name] for field in msgspec.structs.fields(c.DemandResource)}
    return msgspec.convert(fields, c.DemandResource)


def _get(path: str, handler: object, summary: str, returns: object, query: object = None) -> Operation:
    return Operation(
        "GET",
        f"{V1}/{path}",
        handler,  # type: ignore[arg-type]
        summary,
        "market",
        returns,
        query=query,  # type: ignore[arg-type]
        signed_in=False,
        errors=(404,),
    )


def _import_of(kind: str, handler: object) -> Operation:
    return Operation(
        "POST",
        f"{V1}/{kind}/import",
        handler,  # type: ignore[arg-type]
        f"Take a table of {kind}",
        "market",
        c.ImportResource,
        query=c.ImportQuery,
        errors=(403, 415),
    )


OPERATIONS: tuple[Operation, ...] = (
    _get("achievements", search_achievements, "Search the catalogue", c.CataloguePage, c.CatalogueQuery),
    _get("achievements/{achievement}", show_achievement, "An achievement", c.AchievementDetail),
    _get(
        "achievements/{achievement}/versions",
        show_versions,
        "Versions of an achievement",
        list[c.VersionResource],
    ),
    _import_of("achievements", import_achievements),
    _import_of("demands", import_demands),
    _get("demands", list_demands, "Demands", c.DemandPage, c.DemandQuery),
    _get("demands/{demand}", show_demand, "A demand", c.DemandResource),
)
