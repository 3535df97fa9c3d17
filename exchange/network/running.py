"""A house in its network: it is in the register, it publishes itself, it reads the others."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager

import msgspec
import structlog

from exchange.bootstrap import Exchange
from exchange.network.feed import signed_text
from exchange.network.publisher import Publisher, ended
from exchange.network.puller import Puller
from exchange.registers import Node, Registers
from exchange.registers.nodes import NodeKind
from exchange.settings import Settings
from exchange.store.journal import open_journal
from exchange.store.node_client import NodeClient
from exchange.store.node_key import NodeKey, node_key
from matching_engine.errors import Malformed
from settlement.dates import shanghai_date

log = structlog.get_logger()

HUB = "hub"
HUB_NAMES = ("交易中心", "Hub")
"""What a hub is called until `luochui house add` names it."""


@asynccontextmanager
async def networking(exchange: Exchange) -> AsyncIterator[None]:
    """Publish the house that this process owns and read the other nodes, as long as it is served."""
    house, registers, settings = exchange.own_house, exchange.registers, exchange.settings
    key = node_key(settings.var_dir, house.name)
    await enrol(registers, settings, key, house.clock.now())
    async with AsyncExitStack() as stack:
        journal = open_journal(settings.database_url, writable=False)
        stack.push_async_callback(journal.close)
        await journal.open()
        source = NodeClient()
        stack.push_async_callback(source.close)
        publisher = Publisher(house, journal, registers, key, rehearsals=settings.demo)
        puller = Puller(house.name, registers, source, house.clock)
        for work in (publisher.run(), puller.run()):
            stack.push_async_callback(ended, asyncio.create_task(work))
        yield


async def enrol(registers: Registers, settings: Settings, key: NodeKey, at: int) -> None:
    """Enter this house with its address and key, and the nodes that the settings name."""
    known = await registers.nodes.get(settings.house)
    kind = NodeKind.HUB if settings.house == HUB else NodeKind.SUB_CENTRE
    names = HUB_NAMES if settings.house == HUB else (settings.house, settings.house)
    own = known or Node(settings.house, *names, kind, since=shanghai_date(at))
    placed = msgspec.structs.replace(own, base_url=settings.public_url, public_key=key.public)
    if own.public_key not in ("", key.public):
        await _sign_anew(registers, settings.house, key)
    await registers.nodes.enter(placed, "house", at, "address and key of the running house")
    for node in named(settings.nodes):
        before = await registers.nodes.get(node.id)
        if before is not None:
            node = msgspec.structs.replace(before, base_url=node.base_url, public_key=node.public_key)
        else:
            node = msgspec.structs.replace(node, since=shanghai_date(at))
        await registers.nodes.enter(node, "settings", at, "LUOCHUI_NODES")


async def _sign_anew(registers: Registers, house: str, key: NodeKey) -> None:
    """Under another key the whole feed is signed again: readers that have the new key read it from any place."""
    signed = await registers.feeds.sign_anew(house, lambda seq, link: key.sign(signed_text(house, seq, link)))
    log.warning("the key of this node changed: the other nodes must enter it", house=house, signed=signed)


def named(nodes: Iterable[str]) -> list[Node]:
    """Nodes written as id=address#key; Malformed for anything else."""
    found = []
    for text in nodes:
        id_, equals, rest = text.partition("=")
        address, mark, key = rest.partition("#")
        if not (id_ and equals and address and mark and key):
            raise Malformed("nodes", text, "id=https://address#public key in hex")
        kind = NodeKind.HUB if id_ == HUB else NodeKind.SUB_CENTRE
        found.append(Node(id_, id_, id_, kind, base_url=address, public_key=key))
    return found
