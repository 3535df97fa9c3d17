"""The audit of reads: nothing handed over is lost, a full queue waits, and each sees what is theirs to see."""

import asyncio
from typing import Any

from exchange.ports import Unavailable
from exchange.registers import Registers
from exchange.registers.read_audit import Kind, ReadAudit, of_account
from tests.exchange.registers.conftest import AT


async def _read(audit: ReadAudit, subject: str, at: int = AT, **more: Any) -> None:
    given = {"reader": "u-audit", "house": "hub", "owners": ("hit",), **more}
    await audit.record(Kind.CONTRACT, subject, at=at, **given)


async def test_readings_are_listed_newest_first_and_by_whose_affair_it_was(registers: Registers) -> None:
    """Owner, reader, kind and time choose; an id from one page begins the next one."""
    audit = registers.reads
    await _read(
        audit, "C-1", AT, owners=("hit", "jia"), why="complaint 7", address="10.0.0.1", roles=("auditor",)
    )
    await _read(audit, "C-2", AT + 1, owners=("jia",))
    await audit.record(
        Kind.PERSONAL_DATA, "u-1", at=AT + 2, house="hub", reader="u-op", owners=(of_account("u-1"),)
    )
    await audit.settled()
    assert [one.subject for one in await audit.list()] == ["u-1", "C-2", "C-1"]
    assert [one.subject for one in await audit.list(owner="hit")] == ["C-1"]
    assert [one.subject for one in await audit.list(owner="account:u-1")] == ["u-1"]
    assert [one.subject for one in await audit.list(reader="u-audit", kind="contract")] == ["C-2", "C-1"]
    assert [one.subject for one in await audit.list(since=AT + 1, until=AT + 2)] == ["C-2"]
    first = await audit.list(limit=1)
    assert [one.subject for one in await audit.list(before=first[0].id, limit=1)] == ["C-2"]
    kept = (await audit.list(owner="hit"))[0]
    assert (kept.at, kept.why, kept.address, kept.roles) == (AT, "complaint 7", "10.0.0.1", ("auditor",))


async def test_a_full_queue_waits_and_an_absent_database_is_asked_again(registers: Registers) -> None:
    """While nothing can be written a third reading waits; once the database answers, all of them are there."""
    audit, away = ReadAudit(registers.database, queue_max=1), asyncio.Event()
    insert = audit._insert

    async def blocked(batch: Any) -> None:
        await away.wait()
        await insert(batch)

    audit._insert = blocked  # type: ignore[method-assign]
    await _read(audit, "one")
    await asyncio.sleep(0)
    await _read(audit, "two")
    third = asyncio.create_task(_read(audit, "three"))
    await asyncio.sleep(0.01)
    assert not third.done()
    away.set()
    await third
    await audit.close()
    assert sorted(one.subject for one in await audit.list()) == ["one", "three", "two"]


class _Flaky:
    """A database that does not answer the first time."""

    def __init__(self, database: Any) -> None:
        self._database, self.asked = database, 0

    def writing(self) -> Any:
        """A transaction, from the second time on."""
        self.asked += 1
        if self.asked == 1:
            raise Unavailable("registers: gone")
        return self._database.writing()


async def test_a_reading_survives_a_database_that_is_away(registers: Registers) -> None:
    """The writer asks again until the row is written."""
    flaky = _Flaky(registers.database)
    audit = ReadAudit(flaky)  # type: ignore[arg-type]
    await _read(audit, "kept")
    await audit.close()
    assert flaky.asked == 2
    assert [one.subject for one in await registers.reads.list()] == ["kept"]


async def test_a_row_that_cannot_be_written_takes_no_other_with_it(registers: Registers) -> None:
    """A text that the database refuses is named in the log; what was handed over beside it is there, and later ones too."""
    audit = registers.reads
    for subject in ("before", "lone \ud800", "after"):
        await _read(audit, subject)
    async with asyncio.timeout(10):
        await audit.settled()
        await _read(audit, "later")
        await audit.settled()
    assert sorted(one.subject for one in await audit.list()) == ["after", "before", "later"]
