"""Puts a running exchange together: the only place that knows every adapter."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from exchange.house.counter import Counter
from exchange.house.house import House
from exchange.house.remote import RemoteHouse
from exchange.ports import Bank, Bus, Clock, Journal
from exchange.registers import Registers
from exchange.settings import Settings
from exchange.store import migrate, safety, urls
from exchange.store.clock import SystemClock
from exchange.store.journal import open_journal
from exchange.store.vault import FileVault
from matching_engine.errors import Malformed
from settlement.rulebook import Rulebook, load_rulebook
from settlement.rules import shipped


@dataclass(slots=True)
class Exchange:
    """What the web needs: the house, here or in another process, the registers, the settings."""

    house: House | RemoteHouse
    registers: Registers
    settings: Settings

    @property
    def own_house(self) -> House:
        """The house, where this process is its writer."""
        if not isinstance(self.house, House):
            raise Malformed("role", self.settings.role, "a process that serves the house")
        return self.house


def read_rulebook(directory: Path | None = None) -> Rulebook:
    """The rule files of a directory, or the built-in ones; Malformed names file and field."""
    if directory is None:
        return load_rulebook(shipped())
    return load_rulebook({path.name: path.read_bytes() for path in sorted(directory.glob("*.yaml"))})


@asynccontextmanager
async def open_exchange(
    settings: Settings, clock: Clock | None = None, bank: Bank | None = None
) -> AsyncIterator[Exchange]:
    """Own the house, or follow it, and open the registers; everything is let go at the end.

    An embedded database is brought up to date by itself; a PostgreSQL one must have been (`luochui migrate`).
    UnsafeStore, WrongSchema, Malformed, Unavailable say why an exchange does not start.
    """
    safety.refuse_optimised()
    if urls.is_sqlite(settings.database_url):
        await migrate.upgrade(settings.database_url)
    await migrate.check(settings.database_url)
    async with AsyncExitStack() as stack:
        journal = open_journal(settings.database_url, writable=settings.role != "web")
        stack.push_async_callback(journal.close)
        await journal.open()
        registers = Registers(settings.database_url)
        stack.push_async_callback(registers.close)
        await registers.open()
        house = await _open_house(stack, settings, journal, clock or SystemClock(), bank)
        yield Exchange(house, registers, settings)


async def _open_house(
    stack: AsyncExitStack, settings: Settings, journal: Journal, clock: Clock, bank: Bank | None
) -> House | RemoteHouse:
    rulebook = read_rulebook(settings.rules_dir)
    holder = f"{socket.gethostname()}:{os.getpid()}"
    if settings.role == "web":
        remote = RemoteHouse(settings.house, journal, clock, rulebook, _bus(settings))
        stack.push_async_callback(remote.stop)
        await remote.start(holder)
        return remote
    vault = FileVault(settings.var_dir / "keys", settings.house)
    house = House(settings.house, journal, clock, rulebook, bank, vault)
    stack.push_async_callback(house.stop)
    await house.start(holder)
    if settings.role == "house":
        await _open_counter(stack, house, _bus(settings))
    return house


async def _open_counter(stack: AsyncExitStack, house: House, bus: Bus) -> None:
    stack.push_async_callback(bus.close)
    await bus.open()
    serving = asyncio.create_task(Counter(house, bus).run(), name="counter")
    stack.callback(serving.cancel)


def _bus(settings: Settings) -> Bus:
    if settings.redis_url is None:
        raise Malformed(
            "redis", None, f"redis://host for role {settings.role}: it reaches the other processes"
        )
    # redis is an extra (luochui[redis]) that one process alone does without.
    from exchange.store.redis_bus import RedisBus

    return RedisBus(settings.redis_url)
