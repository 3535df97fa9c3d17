"""The day's scan: once for each calendar day of Asia/Shanghai by the house's clock.

It judges every achievement of the register, sends the notices that are due, closes what was converted, records what
it found, and sets the special zone. Each step is asked of the house and has its effect once: a scan that was cut short
is done again from the start, and changes nothing that was done before.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import date
from typing import Literal

import structlog

from exchange.bootstrap import Exchange
from exchange.house.command import HOUSE, Body, Command, Conflict
from exchange.house.house import House
from exchange.house.remote import RemoteHouse
from exchange.house.state import State
from exchange.market import release_commands as c
from exchange.market.release_clock import Scan, Scanner, notice_due
from exchange.market.release_state import Stage
from exchange.market.release_terms import NoticeKind
from exchange.market.unconverted import Reason, Verdict
from exchange.registers import Achievement, Registers
from exchange.releases.recipients import AddressBook
from exchange.releases.rows import everything, known, row_of
from exchange.releases.zones import set_zones
from settlement.dates import shanghai_date

LOOK_EVERY = 60
"""Seconds between two looks at the calendar."""
_OVER = (Reason.CONVERTED, Reason.CONVERTED_LATE)

log = structlog.get_logger()


async def scan_registers(registers: Registers, state: State, day: date) -> Scan:
    """Judge every row on a day, without any effect: the same registers and day give the same scan."""
    scanner, of_house = Scanner(day), known(state, day)
    async for page in everything(registers):
        for one in page:
            scanner.take(row_of(one, of_house.get(one.id)))
    return scanner.scan()


async def run_day(registers: Registers, house: House | RemoteHouse, day: date) -> Scan:
    """A day's scan with everything that follows from it."""
    scanner, of_house = Scanner(day), known(house.view, day)
    book = await AddressBook.read(registers, day)
    async for page in everything(registers):
        for one in page:
            row = row_of(one, of_house.get(one.id))
            verdict = scanner.take(row)
            if verdict.reason in _OVER:
                await _close(house, one.id, verdict.reason)
            due = notice_due(row, day)
            if due is not None:
                await _notify(house, book, one, *due)
    found = scanner.scan()
    counts = (found.rows, found.counts, found.data_digest, found.list_digest)
    await _ask(house, f"one-year:{day}", c.RecordScan(day, *counts))
    await set_zones(registers, house.view, house.clock.now())
    return found


async def _ask(house: House | RemoteHouse, id_: str, body: Body) -> None:
    """An id that was decided with another content was decided: the first word counts."""
    with suppress(Conflict):
        await house.submit(Command(id_, HOUSE, body))


async def _close(house: House | RemoteHouse, achievement: str, reason: Reason) -> None:
    case = house.view.market.releases.cases.get(achievement)
    if case is not None and case.stage not in (Stage.CONVERTED, Stage.FROZEN):
        id_ = f"one-year:{achievement}:closed:{house.view.seq}"
        word: Literal["CONVERTED", "CONVERTED_LATE"] = (
            "CONVERTED" if reason is Reason.CONVERTED else "CONVERTED_LATE"
        )
        await _ask(house, id_, c.CloseRelease(achievement, word))


async def _notify(
    house: House | RemoteHouse, book: AddressBook, one: Achievement, kind: NoticeKind, verdict: Verdict
) -> None:
    clock, last_day, candidate_from = verdict.clock, verdict.last_day, verdict.candidate_from
    if clock is None or last_day is None or candidate_from is None:
        return
    case = house.view.market.releases.cases.get(one.id)
    if case is not None and case.told(kind, candidate_from) and case.stage is not Stage.CONVERTED:
        return
    sent = len(case.notices) if case is not None else 0
    recipients = await book.of(one)
    body = c.NotifyRelease(one.id, one.holder or "", kind, clock, last_day, candidate_from, recipients)
    await _ask(house, f"one-year:{one.id}:{candidate_from}:{kind}:{sent}", body)


async def every_day(registers: Registers, house: House | RemoteHouse) -> None:
    """See each day's scan made, for ever; what cannot be done now is tried again."""
    made: date | None = None
    while True:
        day = shanghai_date(house.clock.now())
        if day != made:
            try:
                found = await run_day(registers, house, day)
            except Exception:  # whatever is wrong with the scan, bids go on
                log.exception("one-year scan not made", day=str(day))
            else:
                made = day
                log.info("one-year scan", day=str(day), rows=found.rows, list=found.list_digest)
        await asyncio.sleep(LOOK_EVERY)


@asynccontextmanager
async def scanning(exchange: Exchange) -> AsyncIterator[None]:
    """Make the scan of each day while the house is served here."""
    task = asyncio.create_task(every_day(exchange.registers, exchange.house))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
