"""The network as this node knows it: the other nodes, what they offer, and the figures of all; for REST and pages alike."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal
from urllib.parse import quote

import msgspec

from exchange.bootstrap import Exchange
from exchange.network import facts as f
from exchange.network.feed import GENESIS, Page
from exchange.network.figures import Line, Rollup, read_lines, roll_up
from exchange.registers import Node
from exchange.registers.feeds import Cursor, Item
from matching_engine.lifecycle import LifecycleState as S
from matching_engine.terms import MINUTE
from settlement.dates import end_of_day, shanghai_date
from web import errors

STALE_AFTER = 5 * MINUTE
"""µs after which a node that was not read counts as stale even if nothing failed."""
SHOWN = 60
LOT_STATES: Mapping[str, tuple[str, ...]] = {
    "": (S.OPEN, S.SUSPENDED, S.AWAITING_OPENING, S.PRIORITY_WINDOW, S.ANNOUNCED),
    "open": (S.OPEN, S.SUSPENDED, S.AWAITING_OPENING, S.PRIORITY_WINDOW),
    "coming": (S.ANNOUNCED,),
    "ended": (S.HAMMERED, S.PASSED, S.CANCELLED),
}
OFFERED = ("notice", "objected", "tradable", "agreement_notice")
"""States in which a listing is on offer and not in a session."""
PATHS = {f.LISTING: "listings", f.LOT: "lots", f.ACHIEVEMENT: "achievements"}
Freshness = Literal["own", "fresh", "stale", "never"]


class Peer(msgspec.Struct, frozen=True):
    """A node and how well it is known: `read_at` is the last instant (µs) at which its feed was read to its end."""

    node: Node
    freshness: Freshness
    read_at: int | None
    seq: int
    error: str


class Offer(msgspec.Struct, frozen=True):
    """What stands at another node, with the address at which it is traded."""

    id: str
    """The id in the whole network, `node/id`."""
    peer: Peer
    subject: str
    address: str
    fact: Any


async def peers(exchange: Exchange, day: date | None = None) -> list[Peer]:
    """The nodes of a day, this one too; the hub first."""
    now, own = exchange.house.clock.now(), exchange.house.name
    cursors = await exchange.registers.feeds.cursors(own)
    nodes = [node for node in await exchange.registers.nodes.all() if node.current(day or shanghai_date(now))]
    return [_peer(node, own, cursors.get(node.id), now) for node in nodes]


def _peer(node: Node, own: str, cursor: Cursor | None, now: int) -> Peer:
    read_at = cursor.read_at if cursor else None
    freshness: Freshness = "fresh"
    if node.id == own:
        freshness = "own"
    elif cursor is None or read_at is None:
        freshness = "never"
    elif cursor.failures or now - read_at > STALE_AFTER:
        freshness = "stale"
    return Peer(node, freshness, read_at, cursor.seq if cursor else 0, cursor.error if cursor else "")


async def offers(
    exchange: Exchange,
    kind: str,
    q: str = "",
    states: Sequence[str] = (),
    skip: int = 0,
    limit: int = SHOWN,
    subject: str = "",
) -> list[Offer]:
    """What the other nodes have of a kind, by their feeds: the newest first."""
    others = {peer.node.id: peer for peer in await peers(exchange) if peer.freshness != "own"}
    if not others:
        return []
    found = await exchange.registers.feeds.items(
        exchange.house.name, kind, list(others), q=q, states=states, subject=subject, skip=skip, limit=limit
    )
    made = (_offer(others[item.node], item) for item in found)
    return [offer for offer in made if offer is not None]


def _offer(peer: Peer, item: Item) -> Offer | None:
    """None for a fact that this version cannot read."""
    try:
        fact = msgspec.convert(item.body, f.TYPES[item.kind])
    except (msgspec.ValidationError, KeyError):
        return None
    address = f"{peer.node.base_url}/{PATHS[item.kind]}/{quote(item.subject, safe='')}"
    return Offer(f"{item.node}/{item.subject}", peer, item.subject, address, fact)


class Network(msgspec.Struct, frozen=True):
    """Figures of the network at the end of a day, and from which facts they come."""

    day: date
    rollup: Rollup
    seqs: dict[str, int]
    """Node → the last fact that counts."""
    digest: str
    """Hex SHA-256 of the lines: who computes them from the same feeds has the same."""


async def figures(exchange: Exchange, day: date) -> Network:
    """Figures at the end of a day (Asia/Shanghai), of the nodes of that day, from their feeds alone."""
    own, until = exchange.house.name, end_of_day(day)
    feeds = exchange.registers.feeds
    nodes = {node.id for node in await exchange.registers.nodes.all() if node.current(day)}
    told = await feeds.last_told(own, f.FIGURES, until)
    lines = [line for line in read_lines(told) if line.node in nodes]
    seqs = {node: seq for node, seq in (await feeds.seqs_at(own, until)).items() if node in nodes}
    rollup = roll_up(lines)
    return Network(day, rollup, seqs, digest_of(rollup.lines))


def digest_of(lines: Sequence[Line]) -> str:
    """Hex SHA-256 of lines in their order."""
    return hashlib.sha256(msgspec.json.encode(lines)).hexdigest()


def day_of(exchange: Exchange, text: str | None) -> date:
    """A day of the past or today, from ISO text; 422 for any other. Nothing: today."""
    today = shanghai_date(exchange.house.clock.now())
    if not text:
        return today
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise errors.failure(
            422, "BAD_VALUE", f"{text[:20]!r} is not a date like {today}", field="on"
        ) from error
    if not date(2000, 1, 1) <= day <= today:
        raise errors.failure(422, "BAD_VALUE", f"{day} is not a day from 2000-01-01 to {today}", field="on")
    return day


async def feed_page(exchange: Exchange, after: int) -> Page:
    """The house's own feed after `after`, as others read it."""
    house, feeds = exchange.house.name, exchange.registers.feeds
    kept, more = await feeds.page(house, after)
    if kept:
        last = kept[-1]
        facts = [one.fact for one in kept]
        return Page(house, after, facts, last.fact.seq, last.link, last.signature, more)
    cursor = await feeds.cursor(house, house) or Cursor()
    at = min(after, cursor.seq)
    link, signature = await feeds.signature_at(house, at) if at else (GENESIS, "")
    return Page(house, after, [], at, link, signature, False)


async def refuse_elsewhere(exchange: Exchange, node: str, lot: str) -> errors.Failure:
    """Why a lot of another node is not traded here, with the address where it is; 404 when nobody knows it."""
    found = await offers(exchange, f.LOT, subject=lot)
    here = next((one for one in found if one.peer.node.id == node), None)
    if here is None:
        return errors.failure(404, "LOT_UNKNOWN", f"there is no lot {node[:64]}/{lot[:64]}")
    link = f'<{here.address}>; rel="canonical"'
    detail = f"{here.id} is traded at {here.address} and nowhere else"
    return errors.failure(409, "TRADED_ELSEWHERE", detail, headers={"link": link})
