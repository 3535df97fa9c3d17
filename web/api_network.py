"""The network over REST: this node and its signed feed, the other nodes, what they offer, the figures of all."""

from typing import Annotated, Any

import msgspec

from exchange.network import facts as f
from exchange.network.feed import Page
from web import errors, network
from web.network import Offer, Peer
from web.resources import Date, Given, Instant, Limit, Taken
from web.routes import Ask, Operation
from web.views import iso

V1 = "/api/v1"
Word = Annotated[str, msgspec.Meta(max_length=100)]


class FeedQuery(Taken, frozen=True):
    """From where on."""

    after: Annotated[int, msgspec.Meta(ge=0, le=2**53)] = 0


class OfferQuery(Taken, frozen=True):
    """Words that must all be in it, a state, and which page."""

    q: Word = ""
    state: Word = ""
    cursor: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0
    limit: Limit = 60


class NetworkQuery(Taken, frozen=True):
    """At the end of which day; today without it."""

    on: Date | None = None


class NodeResource(Given, frozen=True):
    """A node. `freshness`: own, fresh, stale (not read since `read_at`), never."""

    id: str
    name_zh: str
    name_en: str
    kind: str
    region: str
    base_url: str
    contact: str
    public_key: str
    since: Date
    until: Date | None
    freshness: str
    read_at: Instant | None
    seq: int
    """The last fact of its feed that is known here."""


class NodePage(Given, frozen=True):
    """The nodes of today."""

    items: list[NodeResource]


class OfferResource(Given, frozen=True):
    """Something at another node; it is traded at `address`. `fact` is what the node told of it."""

    id: str
    node: str
    kind: str
    address: str
    freshness: str
    read_at: Instant | None
    fact: dict[str, Any]


class OfferPage(Given, frozen=True):
    """A page; `next` is the cursor of the next one."""

    items: list[OfferResource]
    next: int | None


class FiguresResource(Given, frozen=True):
    """Cumulative figures, amounts in fen; `registered` contracts have `technology_fen` together."""

    listings: int
    lots: int
    sales: int
    sales_fen: int
    contracts: int
    registered: int
    technology_fen: int
    claims: int
    claims_fen: int


class FigureLine(Given, frozen=True):
    """The figures of a node in a region."""

    node: str
    region: str
    figures: FiguresResource


class NetworkResource(Given, frozen=True):
    """Figures at the end of a day: by node and region, their sums, and what they come from."""

    on: Date
    lines: list[FigureLine]
    by_node: dict[str, FiguresResource]
    by_region: dict[str, FiguresResource]
    total: FiguresResource
    seqs: dict[str, int]
    """Node → the last fact that counts."""
    digest: str
    """Hex SHA-256 of the lines."""


async def show_node(ask: Ask) -> NodeResource:
    """This node: its names, and the key with which it signs its feed."""
    own = ask.exchange.house.name
    found = next((peer for peer in await network.peers(ask.exchange) if peer.node.id == own), None)
    if found is None:
        raise errors.not_found("node here yet")
    return _node(found)


def _node(peer: Peer) -> NodeResource:
    node = peer.node
    return NodeResource(
        node.id,
        node.name_zh,
        node.name_en,
        str(node.kind),
        node.region,
        node.base_url,
        node.contact,
        node.public_key,
        node.since.isoformat(),
        node.until.isoformat() if node.until else None,
        peer.freshness,
        iso(peer.read_at) if peer.read_at else None,
        peer.seq,
    )


async def read_feed(ask: Ask) -> Page:
    """Facts of this house in their order, signed: what others know of it."""
    query: FeedQuery = ask.query
    return await network.feed_page(ask.exchange, query.after)


async def list_nodes(ask: Ask) -> NodePage:
    """The nodes of the network and how well each is known here."""
    return NodePage([_node(peer) for peer in await network.peers(ask.exchange)])


async def list_network_listings(ask: Ask) -> OfferPage:
    """What other nodes offer."""
    return await _offers(ask, f.LISTING, network.OFFERED)


async def list_network_lots(ask: Ask) -> OfferPage:
    """Lots of other nodes: those open or to come unless another state is asked for."""
    return await _offers(ask, f.LOT, network.LOT_STATES[""])


async def list_network_achievements(ask: Ask) -> OfferPage:
    """Entries of the catalogues of other nodes."""
    return await _offers(ask, f.ACHIEVEMENT, ())


async def _offers(ask: Ask, kind: str, states: tuple[str, ...]) -> OfferPage:
    query: OfferQuery = ask.query
    wanted = (query.state,) if query.state else states
    found = await network.offers(ask.exchange, kind, query.q, wanted, query.cursor, query.limit)
    following = query.cursor + query.limit if len(found) == query.limit else None
    return OfferPage([_offer(kind, one) for one in found], following)


def _offer(kind: str, one: Offer) -> OfferResource:
    peer = one.peer
    read_at = iso(peer.read_at) if peer.read_at else None
    fact = msgspec.to_builtins(one.fact)
    return OfferResource(one.id, peer.node.id, kind, one.address, peer.freshness, read_at, fact)


async def show_network(ask: Ask) -> NetworkResource:
    """The figures of the network at the end of a day, from the feeds alone: the same feeds give the same digest."""
    query: NetworkQuery = ask.query
    found = await network.figures(ask.exchange, network.day_of(ask.exchange, query.on))
    rollup = msgspec.to_builtins(found.rollup)
    made = {"on": found.day.isoformat(), **rollup, "seqs": found.seqs, "digest": found.digest}
    return msgspec.convert(made, NetworkResource)


async def bid_elsewhere(ask: Ask) -> None:
    """A lot is traded in its own house only: the answer says where."""
    raise await network.refuse_elsewhere(ask.exchange, ask.path("node"), ask.path("lot"))


def _get(path: str, handler: Any, summary: str, returns: Any, query: Any = None) -> Operation:
    return Operation(
        "GET",
        f"{V1}/{path}",
        handler,
        summary,
        "network",
        returns,
        query=query,
        signed_in=False,
        errors=(404,) if path == "node" else (),
    )


OPERATIONS: tuple[Operation, ...] = (
    _get("node", show_node, "This node", NodeResource),
    _get("node/feed", read_feed, "The signed feed of this node", Page, FeedQuery),
    _get("nodes", list_nodes, "The nodes of the network", NodePage),
    _get("network", show_network, "Figures of the network", NetworkResource, NetworkQuery),
    _get("network/listings", list_network_listings, "Listings of other nodes", OfferPage, OfferQuery),
    _get("network/lots", list_network_lots, "Lots of other nodes", OfferPage, OfferQuery),
    _get(
        "network/achievements",
        list_network_achievements,
        "Catalogues of other nodes",
        OfferPage,
        OfferQuery,
    ),
    Operation(
        "POST",
        f"{V1}/lots/{{node}}/{{lot}}/bids",
        bid_elsewhere,
        "A lot of another node is traded there",
        "network",
        status=409,
        signed_in=False,
        errors=(404, 409),
    ),
)
