"""Journals to cut in two: a whole lot from listing to claim, and lots whose bidding is made up."""

import asyncio
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from exchange.demo import people
from exchange.demo.bank import DemoBank
from exchange.demo.once import BEGIN as ONCE_BEGIN
from exchange.demo.once import Once
from exchange.house import codec, machine
from exchange.house.command import Command
from exchange.house.house import House
from exchange.house.state import State, new_state
from exchange.ports import Row
from exchange.store.clock import ManualClock
from matching_engine.commands import Bid
from tests.exchange.house.running import BEGIN, LOT, RULEBOOK, open_lot, opened, running, sqlite_url
from tests.exchange.house.written import hashed


def _apart(work: Coroutine[None, None, tuple[Row, ...]]) -> tuple[Row, ...]:
    """What the work gives, on an event loop of its own, for tests that have one and tests that have none."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


@cache
def whole_lot() -> tuple[Row, ...]:
    """The journal of the demo's lot, played through all its stages."""
    return _apart(_whole_lot())


async def _whole_lot() -> tuple[Row, ...]:
    with TemporaryDirectory() as folder:
        clock = ManualClock(ONCE_BEGIN)
        async with opened(sqlite_url(Path(folder) / "t.db")) as journal:
            house = House("hub", journal, clock, RULEBOOK, DemoBank(clock))
            await house.start("test")
            async for _ in Once(house, clock).play():
                pass
            await house.settled()
            await house.stop()
            return tuple([row async for row in journal.read("hub")])


@cache
def open_market() -> tuple[Row, ...]:
    """The journal of a lot that takes bids."""
    return _apart(_open_market())


async def _open_market() -> tuple[Row, ...]:
    with TemporaryDirectory() as folder:
        clock = ManualClock(BEGIN)
        async with opened(sqlite_url(Path(folder) / "t.db")) as journal:
            async with running(journal, clock) as house:
                await open_lot(house, clock)
            return tuple([row async for row in journal.read("hub")])


def applied(rows: Sequence[Row], state: State | None = None) -> State:
    """What rows add up to, from a state on."""
    state = new_state(RULEBOOK) if state is None else state
    for row in rows:
        machine.apply(state, codec.recorded(row))
    return state


Step = tuple[str, int, int | None, int]
"""Who bids, by how many steps more than the minimum, up to how many steps above that by proxy, µs later."""


def bidding(steps: Sequence[Step]) -> tuple[Row, ...]:
    """The open lot's journal, and what these bids add to it; refusals as well."""
    rows = list(open_market())
    state = applied(rows)
    for number, (login, above, reach, later) in enumerate(steps):
        lot = state.lots[LOT]
        amount = (lot.minimum_fen or 160_000_000) + above * 8_000_000
        code = state.market.code_of(LOT, people.principal(login).party) or ""
        most = None if reach is None else amount + reach * 8_000_000
        command = Command(f"made-up-{number:06d}", people.principal(login), Bid(LOT, code, amount, most))
        rows += _decided(state, command, state.at + later)
    return tuple(rows)


def _decided(state: State, command: Command, at: int) -> list[Row]:
    rows = []
    for part, event in enumerate(machine.decide(state, command, at)):
        stream, stream_seq = machine.next_stream_seq(state, event)
        row = Row(
            house="hub",
            seq=state.seq + 1,
            epoch=1,
            at=at,
            stream=stream,
            stream_seq=stream_seq,
            command_id=command.id,
            part=part,
            request=codec.request_digest(command),
            principal=command.principal.account,
            causation=None,
            type=type(event).__name__,
            body=codec.encode(event),
            hash=b"",
        )
        rows.append(hashed(state.hash, row))
        machine.apply(state, codec.recorded(rows[-1]))
    return rows
