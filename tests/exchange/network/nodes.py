"""Nodes for tests: exchanges of their own, whose feeds the others read without a wire between them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from exchange.bootstrap import Exchange, open_exchange
from exchange.demo.bank import DemoBank
from exchange.network.publisher import Publisher
from exchange.network.puller import Puller
from exchange.network.running import enrol
from exchange.ports import Unavailable
from exchange.settings import Settings
from exchange.store.clock import ManualClock
from exchange.store.journal import open_journal
from exchange.store.node_key import NodeKey, node_key
from tests.exchange.house.running import BEGIN
from tests.services import databases
from web.network import feed_page


class Wires:
    """Feeds by address; one that is cut answers nothing, `forge` is put in place of what a node says."""

    def __init__(self) -> None:
        self.exchanges: dict[str, Exchange] = {}
        self.cut: list[str] = []
        self.forge: dict[str, bytes] = {}
        self.asked: list[tuple[str, int]] = []

    async def fetch(self, base_url: str, after: int) -> bytes:
        """A page, as the node would send it."""
        self.asked.append((base_url, after))
        if base_url in self.cut:
            raise Unavailable(f"{base_url}: connection refused")
        if base_url in self.forge:
            return self.forge[base_url]
        return msgspec.json.encode(await feed_page(self.exchanges[base_url], after))

    async def close(self) -> None:
        """Nothing to let go of."""


@dataclass(slots=True)
class TestNode:
    """A house with its publisher and puller."""

    __test__ = False

    exchange: Exchange
    clock: ManualClock
    key: NodeKey
    publisher: Publisher
    puller: Puller

    @property
    def name(self) -> str:
        """The house's name."""
        return self.exchange.house.name

    async def publish(self) -> None:
        """Publish until nothing is left."""
        await self.exchange.own_house.settled()
        while await self.publisher.step():
            pass


@asynccontextmanager
async def node(
    url: str, name: str, var: Path, wires: Wires, rehearsals: bool = True, filled: bool = True
) -> AsyncIterator[TestNode]:
    """A node on this database, in its own register, with the demo's people and achievements."""
    await (databases.with_people(url, name) if filled else databases.migrated(url))
    clock = ManualClock(BEGIN)
    settings = Settings(database_url=url, house=name, base_url=f"http://{name}.example", var_dir=var)
    async with open_exchange(settings, clock, DemoBank(clock)) as exchange:
        key = node_key(var, name)
        await enrol(exchange.registers, settings, key, clock.now())
        journal = open_journal(url, writable=False)
        await journal.open()
        try:
            wires.exchanges[settings.public_url] = exchange
            publisher = Publisher(exchange.own_house, journal, exchange.registers, key, rehearsals)
            puller = Puller(name, exchange.registers, wires, clock)
            yield TestNode(exchange, clock, key, publisher, puller)
        finally:
            await journal.close()


async def know(one: TestNode, other: TestNode) -> None:
    """Enter the other node in the register of one."""
    entry = await other.exchange.registers.nodes.get(other.name)
    assert entry is not None
    await one.exchange.registers.nodes.enter(entry, "test", one.clock.now())
