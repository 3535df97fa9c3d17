"""The audit of reads: who read what is confidential, when, from where, and why if a reason was asked for.

A page that shows such a thing hands the fact over and goes on; a task writes what has gathered in one transaction.
The queue is bounded and nothing is dropped: when it is full, whoever reads waits until there is room. When the
database does not answer, the writer asks again until it does. Only the end of the whole process between handing
over and writing (milliseconds) can lose a row; an orderly end writes everything first.
"""

import asyncio
import builtins
import secrets
from collections.abc import Sequence
from contextlib import suppress
from enum import StrEnum

import msgspec
import structlog
from sqlalchemy import insert, select

from exchange.ports import Unavailable
from exchange.registers.database import Database
from exchange.registers.read_audit_models import ReadOwnerRow, ReadRow

log = structlog.get_logger()

QUEUE_MAX = 2_000
BATCH_MAX = 500
RETRY_SECONDS = 0.5
TEXT_MAX = 300


class Kind(StrEnum):
    """What was read."""

    RESERVE = "reserve"
    ENVELOPE = "envelope"
    BANK_ACCOUNT = "bank_account"
    PERSONAL_DATA = "personal_data"
    CONTRACT = "contract"
    JOURNAL = "journal"
    REPLAY = "replay"
    HINT = "hint"
    READS = "reads"


class Read(msgspec.Struct, frozen=True):
    """One reading. `owners` are the organisations (or `account:` and an account) whose affair it was."""

    id: str
    at: int
    house: str
    reader: str
    party: str | None
    roles: tuple[str, ...]
    kind: str
    subject: str
    owners: tuple[str, ...] = ()
    why: str = ""
    address: str = ""
    request: str = ""


def of_account(account: str) -> str:
    """How an account stands among the owners."""
    return f"account:{account}"[:64]


class ReadAudit:
    """The register of readings."""

    def __init__(self, database: Database, queue_max: int = QUEUE_MAX) -> None:
        self._database = database
        self._queue: asyncio.Queue[Read] = asyncio.Queue(queue_max)
        self._writer: asyncio.Task[None] | None = None

    async def record(
        self,
        kind: Kind,
        subject: str,
        *,
        at: int,
        house: str,
        reader: str,
        party: str | None = None,
        roles: Sequence[str] = (),
        owners: Sequence[str] = (),
        why: str = "",
        address: str = "",
        request: str = "",
    ) -> None:
        """Hand a reading over to be written; waits only while the queue is full."""
        known = tuple(dict.fromkeys(owner[:64] for owner in owners if owner))
        read = Read(
            f"{at:016x}-{secrets.token_hex(6)}",
            at,
            house,
            reader[:64],
            party,
            tuple(sorted(roles)),
            kind.value,
            subject[:TEXT_MAX],
            known,
            why[:TEXT_MAX],
            address[:64],
            request[:64],
        )
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write(), name="read-audit")
        await self._queue.put(read)

    async def settled(self) -> None:
        """Wait until everything that was handed over is written."""
        await self._queue.join()

    async def close(self) -> None:
        """Write what is left, and stop; what the database does not take within a moment is named in the log."""
        if self._writer is None:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(10):
                await self.settled()
        self._writer.cancel()
        if left := self._queue.qsize():
            log.error("readings could not be written", count=left)

    async def list(
        self,
        owner: str | None = None,
        reader: str | None = None,
        kind: str | None = None,
        since: int | None = None,
        until: int | None = None,
        before: str = "",
        limit: int = 100,
    ) -> builtins.list[Read]:
        """Readings, the newest first, with id < `before`; those of one owner's affairs, one reader, one kind."""
        query = select(ReadRow).order_by(ReadRow.id.desc()).limit(limit)
        if owner is not None:
            query = query.join(ReadOwnerRow, ReadOwnerRow.read == ReadRow.id)
            query = query.where(ReadOwnerRow.owner == owner)
        for column, value in ((ReadRow.reader, reader), (ReadRow.kind, kind)):
            query = query.where(column == value) if value is not None else query
        query = query.where(ReadRow.id < before) if before else query
        query = query.where(ReadRow.id >= f"{max(since, 0):016x}") if since is not None else query
        query = query.where(ReadRow.id < f"{max(until, 0):016x}") if until is not None else query
        async with self._database.reading() as session:
            return [_read(row) for row in (await session.scalars(query)).all()]

    async def _write(self) -> None:
        while True:
            batch = [await self._queue.get()]
            while len(batch) < BATCH_MAX and not self._queue.empty():
                batch.append(self._queue.get_nowait())
            await self._keep(batch)
            for _ in batch:
                self._queue.task_done()

    async def _keep(self, batch: Sequence[Read]) -> None:
        """Write a batch; a row that the database will not have takes no other one with it, and is named in the log."""
        try:
            await self._insert(batch)
        except Exception:
            if len(batch) == 1:
                log.exception("a reading cannot be written", id=batch[0].id, reader=batch[0].reader)
                return
            for one in batch:
                await self._keep([one])

    async def _insert(self, batch: Sequence[Read]) -> None:
        """Write all of them, however often the database has to be asked."""
        rows = [msgspec.to_builtins(read) for read in batch]
        owned = [{"owner": owner, "read": read.id} for read in batch for owner in read.owners]
        while True:
            try:
                async with self._database.writing() as session:
                    await session.execute(insert(ReadRow), rows)
                    if owned:
                        await session.execute(insert(ReadOwnerRow), owned)
                return
            except Unavailable as error:
                log.warning("readings wait for the database", count=len(batch), error=str(error)[:200])
                await asyncio.sleep(RETRY_SECONDS)


def _read(row: ReadRow) -> Read:
    return Read(
        row.id,
        row.at,
        row.house,
        row.reader,
        row.party,
        tuple(row.roles),
        row.kind,
        row.subject,
        tuple(row.owners),
        row.why,
        row.address,
        row.request,
    )
