"""Puts a running exchange together: the only place that knows every adapter."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from exchange.house import decision_log
from exchange.house.counter import Counter
from exchange.house.house import House
from exchange.house.remote import RemoteHouse
from exchange.house.standby import Standby, Warm, claim
from exchange.ports import Bank, Bus, Clock, HouseJournal, Unavailable
from exchange.registers import Registers
from exchange.settings import Settings
from exchange.store import migrate, safety, urls
from exchange.store.clock import SystemClock
from exchange.store.journal import open_journal
from exchange.store.line import Caller, Listener
from exchange.store.snapshots import SnapshotFiles
from exchange.store.two_ways import TwoWays
from exchange.store.vault import FileVault
from matching_engine.errors import LuochuiError, Malformed
from settlement.rulebook import Rulebook, load_rulebook
from settlement.rules import shipped

if TYPE_CHECKING:
    from exchange.proof.maker import HeadMaker

WhileWaiting = Callable[[Standby], AbstractAsyncContextManager[object]]
"""What a process does while it stands by."""


@dataclass(slots=True)
class Exchange:
    """What the web needs: the house, here or in another process, the registers, the settings."""

    house: House | RemoteHouse
    registers: Registers
    settings: Settings
    heads: "HeadMaker | None" = None
    """What signs the heads of the house, in the process that owns it."""

    @property
    def own_house(self) -> House:
        """The house, where this process is its writer."""
        if not isinstance(self.house, House):
            raise Malformed("role", self.settings.role, "a process that serves the house")
        return self.house


def read_rulebook(directory: Path | None = None) -> Rulebook:
    """The rule files of a directory, or the built-in ones; Malformed names file and field."""
    if directory is None:
        return _shipped_rulebook()
    return load_rulebook({path.name: path.read_bytes() for path in sorted(directory.glob("*.yaml"))})


@cache
def _shipped_rulebook() -> Rulebook:
    return load_rulebook(shipped())


def snapshot_files(settings: Settings) -> SnapshotFiles:
    """The snapshots of this machine."""
    return SnapshotFiles(settings.var_dir / "snapshots")


@asynccontextmanager
async def open_exchange(
    settings: Settings,
    clock: Clock | None = None,
    bank: Bank | None = None,
    waiting: WhileWaiting | None = None,
    apart: bool = False,
) -> AsyncIterator[Exchange]:
    """Own the house, or follow it, and open the registers; everything is let go at the end.

    A standby comes to own its house when the holder is gone; until then it does what `waiting` does. `apart`: an
    embedded database is written by a process of its own, for who has many bids to write.

    An embedded database is brought up to date by itself; a PostgreSQL one must have been (`luochui migrate`).
    UnsafeStore, WrongSchema, Malformed, Unavailable, Taken say why an exchange does not start.
    """
    safety.refuse_optimised()
    if urls.is_sqlite(settings.database_url):
        await migrate.upgrade(settings.database_url)
    await migrate.check(settings.database_url)
    async with AsyncExitStack() as stack:
        journal = open_journal(settings.database_url, settings.role != "web", settings.lease_seconds, apart)
        stack.push_async_callback(journal.close)
        await journal.open()
        registers = Registers(settings.database_url)
        stack.push_async_callback(registers.close)
        await registers.open()
        house = await _open_house(stack, settings, journal, clock or SystemClock(), bank, waiting)
        if settings.log_decisions:
            house.log_asked = True
            stack.callback(house.watch(decision_log.note))
        yield Exchange(house, registers, settings)


async def _open_house(
    stack: AsyncExitStack,
    settings: Settings,
    journal: HouseJournal,
    clock: Clock,
    bank: Bank | None,
    waiting: WhileWaiting | None,
) -> House | RemoteHouse:
    rulebook = read_rulebook(settings.rules_dir)
    holder = f"{socket.gethostname()}:{os.getpid()}"
    if settings.role == "web":
        bus = _web_bus(settings, journal)
        remote = RemoteHouse(settings.house, journal, clock, rulebook, bus, snapshot_files(settings))
        stack.push_async_callback(remote.stop)
        await remote.start(holder)
        return remote
    warm = await _take_seat(stack, settings, journal, rulebook, waiting)
    vault = FileVault(settings.var_dir / "keys", settings.house)
    heartbeat = settings.lease_seconds / 3.4
    files = snapshot_files(settings)
    house = House(settings.house, journal, clock, rulebook, bank, vault, heartbeat, files)
    stack.push_async_callback(house.stop)
    await house.start(holder, settings.grace_seconds * 1_000_000, warm)
    if settings.role == "house":
        await _open_counter(stack, settings, house, journal)
    return house


async def _take_seat(
    stack: AsyncExitStack,
    settings: Settings,
    journal: HouseJournal,
    rulebook: Rulebook,
    waiting: WhileWaiting | None,
) -> Warm | None:
    """Sit down where nobody lives, or wait for it; a standby brings its state along."""
    stack.push_async_callback(_leave, journal, settings.house)
    if not settings.standby:
        await claim(journal, settings.house)
        return None
    if urls.is_sqlite(settings.database_url):
        raise Malformed(
            "standby", "an embedded database", "PostgreSQL: one process alone serves a SQLite file"
        )
    files = snapshot_files(settings)
    standby = Standby(settings.house, journal, rulebook, settings.lease_seconds, files)
    async with waiting(standby) if waiting is not None else AsyncExitStack():
        await standby.warm_up()
        return await standby.wait()


async def _leave(journal: HouseJournal, house: str) -> None:
    with suppress(LuochuiError):
        await journal.leave(house)


async def _open_counter(
    stack: AsyncExitStack, settings: Settings, house: House, journal: HouseJournal
) -> None:
    bus = _redis_bus(settings)
    if settings.house_secret is not None:
        listener = Listener(settings.house_secret.get_secret_value())
        bus = TwoWays(bus, listener=listener)
        await journal.register(house.lease, await listener.listen(settings.house_bind))
    stack.push_async_callback(bus.close)
    await bus.open()
    serving = asyncio.create_task(Counter(house, bus).run(), name="counter")
    stack.callback(serving.cancel)


def _web_bus(settings: Settings, journal: HouseJournal) -> Bus:
    bus = _redis_bus(settings)
    if settings.house_secret is None:
        return bus

    async def locate(house: str) -> str:
        standing = await journal.standing(house)
        if standing is None:
            raise Unavailable(f"house {house} never had a holder")
        return standing.address

    return TwoWays(bus, caller=Caller(settings.house_secret.get_secret_value(), locate))


def _redis_bus(settings: Settings) -> Bus:
    if settings.redis_url is None:
        raise Malformed(
            "redis", None, f"redis://host for role {settings.role}: it reaches the other processes"
        )
    # redis is an extra (luochui[redis]) that one process alone does without.
    from exchange.store.redis_bus import RedisBus

    return RedisBus(settings.redis_url)
