"""The network: its nodes and how well each is known, and their figures by node and region, to look at and to print."""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from exchange.network import facts as f
from exchange.network.figures import NOWHERE, Figures
from exchange.registers import Node
from exchange.registers.regions import short_name
from web import network
from web.charts import short_money
from web.i18n import Speech
from web.network import Peer
from web.pages.shell import Visit, page

BAR_WIDTH = 360
FIGURES = Figures.__struct_fields__


async def show(visit: Visit) -> Response:
    """The page, for today or for the day that is asked for."""
    day = network.day_of(visit.exchange, visit.request.query_params.get("on"))
    s, found = visit.speech, await network.figures(visit.exchange, day)
    peers = await network.peers(visit.exchange, day)
    names = {peer.node.id: node_name(s, peer.node) for peer in peers}
    rollup = found.rollup
    return visit.render(
        "network.html",
        found=found,
        day=day.isoformat(),
        nodes=[_node(s, peer) for peer in peers],
        names=names,
        columns=FIGURES,
        by_node=[(names.get(id_, id_), row(one)) for id_, one in rollup.by_node.items()],
        by_region=[(region_name(s, region), row(one)) for region, one in rollup.by_region.items()],
        lines=[
            (names.get(line.node, line.node), region_name(s, line.region), row(line.figures))
            for line in rollup.lines
        ],
        total=row(rollup.total),
        bars=bars(s, {names.get(id_, id_): one for id_, one in rollup.by_node.items()}),
    )


def row(figures: Figures) -> list[tuple[str, int]]:
    """Figures by name, as a row of the table shows them."""
    return list(msgspec.structs.asdict(figures).items())


def bars(s: Speech, by_node: Mapping[str, Figures]) -> list[dict[str, Any]]:
    """Sales by node as lengths of bars, in whole units of the picture; nothing without a sale."""
    most = max((one.sales_fen for one in by_node.values()), default=0)
    if most == 0:
        return []
    return [
        {
            "name": name,
            "width": one.sales_fen * BAR_WIDTH // most,
            "money": short_money(s, one.sales_fen),
            "y": n * 46,
        }
        for n, (name, one) in enumerate(by_node.items())
    ]


def node_name(s: Speech, node: Node) -> str:
    """The node's name in the reader's language."""
    return node.name_zh if s.language == "zh" else node.name_en


def region_name(s: Speech, region: str) -> str:
    """A region in the reader's language."""
    if region == NOWHERE:
        return s.text("Other regions")
    return short_name(region) if s.language == "zh" else region.replace("_", " ").title()


def _node(s: Speech, peer: Peer) -> dict[str, Any]:
    return {
        "id": peer.node.id,
        "name": node_name(s, peer.node),
        "kind": s.code("node_kind", peer.node.kind),
        "region": region_name(s, peer.node.region),
        "address": peer.node.base_url,
        "contact": peer.node.contact,
        "freshness": peer.freshness,
        "word": s.code("freshness", peer.freshness),
        "read_at": peer.read_at,
    }


async def elsewhere(visit: Visit, q: str, state: str) -> list[dict[str, Any]]:
    """Lots and listings of other nodes, as the market shows them: each with the address where it is traded."""
    lots = await network.offers(
        visit.exchange, f.LOT, q, network.LOT_STATES.get(state, network.LOT_STATES[""])
    )
    listings = [] if state else await network.offers(visit.exchange, f.LISTING, q, network.OFFERED)
    return [*(_lot(visit.speech, one) for one in lots), *(_listing(visit.speech, one) for one in listings)]


async def catalogue_elsewhere(visit: Visit, q: str) -> list[dict[str, Any]]:
    """Entries of other nodes' catalogues in which every word stands."""
    found = await network.offers(visit.exchange, f.ACHIEVEMENT, q, limit=20)
    return [
        {**_shared(visit.speech, one), "holder": one.fact.holder, "price_fen": one.fact.price_idea_fen}
        for one in found
    ]


def _shared(s: Speech, one: network.Offer) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.fact.title,
        "address": one.address,
        "node": node_name(s, one.peer.node),
        "stale": one.peer.freshness == "stale",
        "read_at": one.peer.read_at,
    }


def _lot(s: Speech, one: network.Offer) -> dict[str, Any]:
    fact = one.fact
    return {
        **_shared(s, one),
        "family": "lot",
        "state": fact.state,
        "price_as": s.code("price", fact.price_as),
        "price_fen": fact.price_fen,
        "when": fact.closed_at or fact.closes_at or fact.opens_at,
        "rehearsal": fact.rehearsal,
    }


def _listing(s: Speech, one: network.Offer) -> dict[str, Any]:
    fact = one.fact
    return {
        **_shared(s, one),
        "family": "listing",
        "state": fact.state,
        "price_as": s.text("Price idea"),
        "price_fen": fact.price_idea_fen,
        "when": fact.notice_until,
        "rehearsal": fact.rehearsal,
    }


ROUTES: list[Route] = [page("/network", show)]
