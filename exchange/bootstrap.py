"""Puts a running exchange together: the only place that knows every adapter."""

import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from exchange.house.house import House
from exchange.ports import Bank, Clock
from exchange.registers import Registers
from exchange.settings import Settings
from exchange.store import migrate, safety, urls
from exchange.store.clock import SystemClock
from exchange.store.journal import open_journal
from settlement.rulebook import Rulebook, load_rulebook
from settlement.rules import shipped


@dataclass(slots=True)
class Exchange:
    """What the web needs: the house, the registers, the settings."""

    house: House
    registers: Registers
    settings: Settings


def read_rulebook(directory: Path | None = None) -> Rulebook:
    """The rule files of a directory, or the built-in ones; Malformed names file and field."""
    if directory is None:
        return load_rulebook(shipped())
    return load_rulebook({path.name: path.read_bytes() for path in sorted(directory.glob("*.yaml"))})


@asynccontextmanager
async def open_exchange(
    settings: Settings, clock: Clock | None = None, bank: Bank | None = None
) -> AsyncIterator[Exchange]:
    """Own the house and open the registers; everything is let go at the end.

    An embedded database is brought up to date by itself; a PostgreSQL one must have been (`luochui migrate`).
    UnsafeStore, WrongSchema, Malformed, Unavailable say why an exchange does not start.
    """
    safety.refuse_optimised()
    rulebook = read_rulebook(settings.rules_dir)
    if urls.is_sqlite(settings.database_url):
        await migrate.upgrade(settings.database_url)
    await migrate.check(settings.database_url)
    journal = open_journal(settings.database_url)
    registers = Registers(settings.database_url)
    house = House(settings.house, journal, clock or SystemClock(), rulebook, bank)
    try:
        await journal.open()
        await registers.open()
        await house.start(f"{socket.gethostname()}:{os.getpid()}")
        yield Exchange(house, registers, settings)
    finally:
        await house.stop()
        await registers.close()
        await journal.close()
