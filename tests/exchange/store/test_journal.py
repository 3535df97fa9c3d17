"""The journal's port: on SQLite, written by a thread or by a process of its own, and on PostgreSQL alike."""

import asyncio
from itertools import count

import pytest

from exchange.ports import DuplicateCommand, Fenced, Journal
from exchange.store.journal import open_journal
from exchange.store.schema import WrongSchema
from matching_engine.errors import Broken, Malformed
from tests.exchange.store.rows import everything, row, rows


async def test_rows_come_back_as_they_were_written(journal: Journal) -> None:
    """Every field of every row survives, also beyond one statement and one page."""
    lease = await journal.acquire("hub", "test", 1)
    written = rows(lease, 1, 2500)
    await journal.append(lease, written[:2400])
    await journal.append(lease, written[2400:])
    assert await everything(journal) == written
    assert [found async for found in journal.read("hub", after=2400)] == written[2400:]


@pytest.mark.parametrize(
    "body",
    [b"", b"\x00\xff\xfe", b'{"a" :\t1}\r\n', '{"名称":"落槌 \\u0000"}'.encode(), b"x" * 1_000_000],
    ids=["empty", "binary", "blanks", "chinese", "large"],
)
async def test_a_body_is_kept_byte_for_byte(journal: Journal, body: bytes) -> None:
    """What was hashed is what is stored: no encoding, no normal form, no trimming."""
    lease = await journal.acquire("hub", "test", 1)
    await journal.append(lease, [row(lease, 1, body=body, causation="hub:7")])
    (found,) = await everything(journal)
    assert found == row(lease, 1, body=body, causation="hub:7")


async def test_an_empty_batch_is_nothing(journal: Journal) -> None:
    """A batch without rows is no commit."""
    lease = await journal.acquire("hub", "test", 1)
    await journal.append(lease, [])
    assert await everything(journal) == []


async def test_houses_do_not_mix(journal: Journal) -> None:
    """Two houses in one database have each its own seq, streams and command ids."""
    north, south = await journal.acquire("north", "test", 1), await journal.acquire("south", "test", 1)
    await journal.acquire("empty", "test", 1)
    await journal.append(south, rows(south, 1, 2))
    await journal.append(north, rows(north, 1, 1))
    assert await journal.houses() == ["north", "south"]
    assert [found.house for found in await everything(journal, "south")] == ["south", "south"]
    assert await journal.find("north", "c-1-1") == rows(north, 1, 1)
    assert await journal.stream("north", "lot/L1") == rows(north, 1, 1)
    assert await everything(journal, "nowhere") == []


async def test_a_command_is_found_with_all_its_parts(journal: Journal) -> None:
    """The answer to a command id is all its events in order; an unknown id has none."""
    lease = await journal.acquire("hub", "test", 1)
    parts = [row(lease, seq, command_id="pay", part=seq - 2) for seq in (2, 3, 4)]
    await journal.append(lease, [row(lease, 1), *parts])
    assert await journal.find("hub", "pay") == parts
    assert await journal.find("hub", "never") == []


async def test_a_stream_is_read_from_any_place(journal: Journal) -> None:
    """`after` counts the stream's own seq; rows that stand behind one that is due come with it, in order."""
    lease = await journal.acquire("hub", "test", 1)
    numbers = [("lot/L1", 1), ("lot/L2", 1), ("lot/L1", 2), ("lot/L1", 2), ("lot/L2", 1), ("lot/L1", 3)]
    written = [
        row(lease, seq, stream=stream, stream_seq=stream_seq)
        for seq, (stream, stream_seq) in enumerate(numbers, start=1)
    ]
    await journal.append(lease, written)
    assert [found.seq for found in await journal.stream("hub", "lot/L1")] == [1, 3, 4, 6]
    assert [found.seq for found in await journal.stream("hub", "lot/L1", after=1)] == [3, 4, 6]
    assert await journal.stream("hub", "lot/L1", after=3) == []


async def test_a_known_command_writes_nothing(journal: Journal) -> None:
    """One duplicate in a batch keeps the whole batch out, and is named."""
    lease = await journal.acquire("hub", "test", 1)
    await journal.append(lease, rows(lease, 1, 2))
    with pytest.raises(DuplicateCommand, match=r"^c-1-2$"):
        await journal.append(lease, [row(lease, 3), row(lease, 4, command_id="c-1-2"), row(lease, 5)])
    assert await everything(journal) == rows(lease, 1, 2)
    await journal.append(lease, rows(lease, 3, 1))


async def test_a_batch_sent_twice_is_a_duplicate(journal: Journal) -> None:
    """Sending again what was written already is told from another writer's work."""
    lease = await journal.acquire("hub", "test", 1)
    await journal.append(lease, rows(lease, 1, 3))
    with pytest.raises(DuplicateCommand, match=r"^c-1-1$"):
        await journal.append(lease, rows(lease, 1, 3))
    assert len(await everything(journal)) == 3


async def test_one_part_stands_once(journal: Journal) -> None:
    """Two rows with one command id and part are a fault of the house, not a client's repetition."""
    lease = await journal.acquire("hub", "test", 1)
    with pytest.raises(Broken, match="same command id and part"):
        await journal.append(lease, [row(lease, 1, command_id="x"), row(lease, 2, command_id="x")])
    assert await everything(journal) == []


async def test_a_taken_seq_is_another_writers(journal: Journal) -> None:
    """Whoever finds its seq taken does not know the journal any more: it is fenced."""
    lease = await journal.acquire("hub", "test", 1)
    await journal.append(lease, rows(lease, 1, 3))
    with pytest.raises(Fenced, match="seq 3 is taken, the journal ends at 3"):
        await journal.append(lease, [row(lease, 3, command_id="new")])


async def test_no_gap_is_written(journal: Journal) -> None:
    """Rows join the last one without a gap, and each other."""
    lease = await journal.acquire("hub", "test", 1)
    await journal.append(lease, rows(lease, 1, 1))
    with pytest.raises(Broken, match="ends at 1, rows begin at 3"):
        await journal.append(lease, rows(lease, 3, 1))
    with pytest.raises(Broken, match="4 where 3 was due"):
        await journal.append(lease, [row(lease, 2), row(lease, 4)])
    with pytest.raises(Broken, match="a batch is of one house"):
        await journal.append(lease, [row(lease, 2, house="other")])
    with pytest.raises(Broken, match="the writer's epoch"):
        await journal.append(lease, [row(lease, 2, epoch=7)])
    assert len(await everything(journal)) == 1


@pytest.mark.parametrize("change", [{"at": 2**63}, {"principal": "\ud800"}], ids=["int64", "surrogate"])
async def test_what_no_column_can_hold_is_malformed(journal: Journal, change: dict[str, object]) -> None:
    """Values that slipped through to here are refused as input; the journal goes on."""
    lease = await journal.acquire("hub", "test", 1)
    with pytest.raises(Malformed, match=r"^journal row: "):
        await journal.append(lease, [row(lease, 1, **change)])
    await journal.append(lease, rows(lease, 1, 1))
    assert len(await everything(journal)) == 1


async def test_a_new_writer_fences_the_old(migrated: str, journal: Journal, apart: bool) -> None:
    """After a takeover the old epoch writes nothing and gives no sign of life; the new one goes on."""
    old = await journal.acquire("hub", "old", 10)
    await journal.append(old, rows(old, 1, 2))
    await journal.renew(old, 20)
    second = open_journal(migrated, apart=apart)
    await second.open()
    try:
        new = await second.acquire("hub", "new", 30)
        assert (new.epoch, new.alive_at) == (old.epoch + 1, 20)
        with pytest.raises(Fenced):
            await journal.append(old, rows(old, 3, 1))
        with pytest.raises(Fenced):
            await journal.renew(old, 40)
        await second.append(new, rows(new, 3, 1))
        assert [found.epoch for found in await everything(journal)] == [1, 1, 2]
    finally:
        await second.close()


async def test_a_writer_that_comes_back_joins_what_was_written_meanwhile(
    migrated: str, journal: Journal, apart: bool
) -> None:
    """What a writer remembers of the journal's end is worth nothing once another wrote: it looks again."""
    first = await journal.acquire("hub", "one", 1)
    await journal.append(first, rows(first, 1, 2))
    second = open_journal(migrated, apart=apart)
    await second.open()
    try:
        other = await second.acquire("hub", "two", 2)
        await second.append(other, rows(other, 3, 3))
    finally:
        await second.close()
    again = await journal.acquire("hub", "one", 3)
    with pytest.raises(Fenced, match="seq 3 is taken, the journal ends at 5"):
        await journal.append(again, rows(again, 3, 1))
    await journal.append(again, rows(again, 6, 1))
    assert [found.seq for found in await everything(journal)] == [1, 2, 3, 4, 5, 6]


async def test_a_fenced_writer_with_a_known_command_is_fenced(journal: Journal) -> None:
    """Losing the house comes before everything else that may be wrong with a batch."""
    old = await journal.acquire("hub", "test", 1)
    await journal.append(old, rows(old, 1, 1))
    await journal.acquire("hub", "test", 2)
    with pytest.raises(Fenced, match="epoch 1 is over, epoch 2 writes"):
        await journal.append(old, rows(old, 1, 1))


async def test_takeovers_in_the_middle_of_writing(migrated: str, apart: bool) -> None:
    """Writers that take the house from each other while writing leave one gapless order of whole batches,
    in which every acknowledged batch stands and no epoch goes back."""
    acknowledged: list[str] = []
    numbers = count(1)

    async def write_until_fenced(name: str, batches: int) -> None:
        journal = open_journal(migrated, apart=apart)
        await journal.open()
        try:
            lease = await journal.acquire("hub", name, 1)
            seq = len(await everything(journal))
            for _ in range(batches):
                id_ = f"{name}-{next(numbers)}"
                await journal.append(
                    lease, [row(lease, seq + 1 + part, command_id=id_, part=part) for part in range(3)]
                )
                seq += 3
                acknowledged.append(id_)
        except Fenced:
            pass
        finally:
            await journal.close()

    for _ in range(5):
        await asyncio.gather(*(write_until_fenced(name, 15) for name in ("a", "b", "c")))
    journal = open_journal(migrated, writable=False)
    await journal.open()
    found = await everything(journal)
    await journal.close()
    assert [line.seq for line in found] == list(range(1, len(found) + 1))
    assert [line.part for line in found] == [0, 1, 2] * (len(found) // 3)
    assert [line.epoch for line in found] == sorted(line.epoch for line in found)
    assert {line.command_id for line in found} >= set(acknowledged)
    assert len(acknowledged) >= 15


async def test_reading_and_writing_do_not_wait_for_each_other(journal: Journal) -> None:
    """A reader in the middle of a long read leaves the writer free, and sees what was written since."""
    lease = await journal.acquire("hub", "test", 1)
    await journal.append(lease, rows(lease, 1, 2100))
    seen = 0
    async for found in journal.read("hub"):
        seen += 1
        assert found.seq == seen
        if seen == 10:
            await journal.append(lease, rows(lease, 2101, 1))
    assert seen == 2101


async def test_a_journal_goes_on_after_a_restart(migrated: str, apart: bool) -> None:
    """What was written is there when it is opened again, and the next holder learns when the last one lived."""
    first = open_journal(migrated, apart=apart)
    await first.open()
    lease = await first.acquire("hub", "one", 100)
    assert lease.alive_at is None
    await first.append(lease, rows(lease, 1, 3))
    await first.renew(lease, 200)
    await first.close()
    second = open_journal(migrated, apart=apart)
    await second.open()
    after = await second.acquire("hub", "two", 300)
    assert (after.epoch, after.alive_at) == (2, 200)
    assert await everything(second) == rows(lease, 1, 3)
    await second.append(after, rows(after, 4, 1))
    await second.close()


async def test_without_tables_it_says_what_to_do(url: str) -> None:
    """A database that was never migrated is refused with the command that helps."""
    journal = open_journal(url)
    try:
        with pytest.raises(WrongSchema, match="run luochui migrate"):
            await journal.open()
    finally:
        await journal.close()


async def test_a_journal_for_reading_writes_nothing(migrated: str) -> None:
    """Verifying and exporting can take no house away from its writer."""
    journal = open_journal(migrated, writable=False)
    await journal.open()
    with pytest.raises(Broken, match="opened for reading"):
        await journal.acquire("hub", "test", 1)
    assert await everything(journal) == []
    await journal.close()


async def test_hashes_alone_are_read(journal: Journal) -> None:
    """The hashes of a stretch of rows, of one house, in order; nothing beyond the end."""
    lease, other = await journal.acquire("hub", "test", 1), await journal.acquire("north", "test", 1)
    written = rows(lease, 1, 9)
    await journal.append(lease, written)
    await journal.append(other, rows(other, 1, 3))
    assert await journal.hashes("hub", 2, 5) == [one.hash for one in written[2:5]]
    assert await journal.hashes("hub", 7, 99) == [one.hash for one in written[7:]]
    assert await journal.hashes("south", 0, 5) == []
