"""Snapshots: used where they are what they say, told and passed over everywhere else, and never trusted unseen."""

import hashlib
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from exchange.house import snapshot, state_form
from exchange.house.decided import Decided
from exchange.house.digest import state_digest
from exchange.house.house import House
from exchange.house.recovery import replay
from exchange.house.snapshot import FORM, Label, Unusable
from exchange.house.standby import Standby
from exchange.ports import Row
from exchange.store.clock import ManualClock
from exchange.store.snapshots import KEPT, SnapshotFiles
from matching_engine.errors import Broken
from tests.exchange.house.grown import applied, whole_lot
from tests.exchange.house.running import RULEBOOK, opened, sqlite_url
from tests.exchange.house.written import changed, hashed


class Rows:
    """A journal that counts the rows it gives."""

    def __init__(self, rows: tuple[Row, ...]) -> None:
        self.rows = rows
        self.given = 0

    async def read(self, house: str, after: int = 0) -> AsyncIterator[Row]:
        """Rows with seq > `after`."""
        for row in self.rows[after:]:
            self.given += 1
            yield row


def file_at(seq: int) -> bytes:
    """The snapshot of the demo's house at a seq."""
    decided = Decided()
    for row in whole_lot()[:seq]:
        decided.add(row.command_id)
    return snapshot.encode("hub", applied(whole_lot()[:seq]), decided, RULEBOOK)


def relabelled(data: bytes, **changes: Any) -> bytes:
    """The file with another label, as a forger would write it."""
    _, line, body = data.split(b"\n", 2)
    label = msgspec.structs.replace(msgspec.json.decode(line, type=Label), **changes)
    return FORM + msgspec.json.encode(label) + b"\n" + body


@pytest.fixture
def files(tmp_path: Path) -> SnapshotFiles:
    """A machine without snapshots."""
    return SnapshotFiles(tmp_path / "snapshots")


async def test_a_start_reads_the_rows_after_the_snapshot_only(files: SnapshotFiles) -> None:
    """However old the market: one row to compare, and those that came after; the state is that of a full replay."""
    rows = whole_lot()
    cut = len(rows) - 5
    files.write("hub", cut, file_at(cut))
    journal, decided = Rows(rows), Decided()
    state = await replay(journal, "hub", RULEBOOK, decided, files)  # type: ignore[arg-type]
    assert journal.given == 1 + 5
    assert state == applied(rows)
    assert state_digest(state) == state_digest(applied(rows))
    assert all(row.command_id in decided for row in rows)
    assert "never-decided" not in decided


async def test_a_snapshot_of_the_last_row_is_enough(files: SnapshotFiles) -> None:
    """With nothing after it, one row is read."""
    rows = whole_lot()
    files.write("hub", len(rows), file_at(len(rows)))
    journal = Rows(rows)
    assert await replay(journal, "hub", RULEBOOK, None, files) == applied(rows)  # type: ignore[arg-type]
    assert journal.given == 1


async def test_a_damaged_one_is_told_and_the_one_before_is_used(files: SnapshotFiles) -> None:
    """A bit that fell over anywhere in the file: it is passed over with its name and the reason in the log."""
    rows = whole_lot()
    older, newer = len(rows) - 20, len(rows) - 5
    files.write("hub", older, file_at(older))
    path = files.write("hub", newer, file_at(newer))
    good = path.read_bytes()
    for place in (3, 40, len(good) // 2, len(good) - 1):
        path.write_bytes(good[:place] + bytes((good[place] ^ 1,)) + good[place + 1 :])
        journal = Rows(rows)
        with capture_logs() as logs:
            assert await replay(journal, "hub", RULEBOOK, None, files) == applied(rows)  # type: ignore[arg-type]
        assert journal.given == 1 + 20
        assert [log["snapshot"] for log in logs if log["log_level"] == "warning"] == [str(path)]


async def test_half_a_file_is_not_used(files: SnapshotFiles) -> None:
    """Cut short at any of many places, none is taken for whole, and the journal is read from its beginning."""
    rows = whole_lot()
    good = file_at(len(rows))
    for length in range(0, len(good), 997):
        with pytest.raises(Unusable):
            snapshot.decode(good[:length], "hub", RULEBOOK)
    files.write("hub", len(rows), good[:-1])
    journal = Rows(rows)
    await replay(journal, "hub", RULEBOOK, None, files)  # type: ignore[arg-type]
    assert journal.given == len(rows)


def test_one_of_another_version_or_house_is_not_used() -> None:
    """Another program may make another state of the same rows; another house has other rows; another form other bytes."""
    good = file_at(50)
    for wrong, reason in (
        (relabelled(good, fingerprint="0" * 64), "another version"),
        (relabelled(good, house="other"), "of house other"),
        (b"luochui snapshot 1\n" + good.partition(b"\n")[2], "form"),
        (relabelled(good, seq=51), "not that of its label"),
    ):
        with pytest.raises(Unusable, match=reason):
            snapshot.decode(wrong, "hub", RULEBOOK)


async def test_one_of_another_journal_is_not_used(files: SnapshotFiles) -> None:
    """A database restored to an earlier day: a snapshot of rows that are no more, or were written anew, is passed over."""
    rows = whole_lot()
    files.write("hub", len(rows), file_at(len(rows)))
    shorter = rows[:-10]
    with capture_logs() as logs:
        state = await replay(Rows(shorter), "hub", RULEBOOK, None, files)  # type: ignore[arg-type]
    assert state == applied(shorter)
    assert "does not go as far" in logs[0]["reason"]
    anew = [*shorter]
    for row in rows[-10:]:
        anew.append(hashed(anew[-1].hash, changed(row, principal="somebody-else")))
    with capture_logs() as logs:
        state = await replay(Rows(tuple(anew)), "hub", RULEBOOK, None, files)  # type: ignore[arg-type]
    assert state == applied(anew)
    assert "another row" in logs[0]["reason"]


async def test_a_changed_row_after_the_snapshot_still_stops_the_start(files: SnapshotFiles) -> None:
    """What is read is chained to the snapshot's hash."""
    rows = list(whole_lot())
    files.write("hub", len(rows) - 5, file_at(len(rows) - 5))
    rows[-3] = changed(rows[-3], principal="somebody-else")
    with pytest.raises(Broken, match="breaks at seq"):
        await replay(Rows(tuple(rows)), "hub", RULEBOOK, None, files)  # type: ignore[arg-type]


def test_a_state_that_does_not_read_back_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """The writer reads its own bytes before it gives them away: a codec that loses something makes no snapshot."""
    real = state_form.encode

    def forgetful(state: Any) -> bytes:
        return real(applied(whole_lot()[: state.seq - 1]))

    monkeypatch.setattr(state_form, "encode", forgetful)
    with pytest.raises(Unusable):
        file_at(60)


def test_a_bomb_is_not_a_snapshot() -> None:
    """Bytes that are no state, under a label that fits them."""
    good = file_at(50)
    body = zlib.compress(b"nothing")
    forged = relabelled(good, body=hashlib.sha256(body).hexdigest(), state_bytes=len(body))
    forged = forged[: forged.index(b"\n", len(FORM)) + 1] + body
    with pytest.raises(Unusable, match="cannot be read"):
        snapshot.decode(forged, "hub", RULEBOOK)


def test_old_ones_go_and_no_half_one_stays(files: SnapshotFiles) -> None:
    """The last few are kept, readable by their owner alone; what a crash left unfinished is no snapshot."""
    paths = [files.write("hub", seq, b"x") for seq in range(1, KEPT + 3)]
    assert files.seqs("hub") == list(range(KEPT + 2, 2, -1))
    assert paths[-1].stat().st_mode & 0o777 == 0o600
    (paths[-1].parent / "unfinished").write_bytes(b"half")
    assert [data for _, data in files.newest("hub")] == [b"x"] * KEPT
    assert files.seqs("other") == []


def test_one_process_at_a_time_makes_them(files: SnapshotFiles) -> None:
    """A second one finds the place taken, and free again afterwards."""
    with files.alone("hub") as first:
        assert first
        with files.alone("hub") as second:
            assert not second
    with files.alone("hub") as third:
        assert third


async def test_house_and_standby_start_from_it(sqlite_path: Path, files: SnapshotFiles) -> None:
    """Both read from the snapshot on; an old command still has its old answer, a new one goes on from the state."""
    rows = whole_lot()
    clock = ManualClock(rows[-1].at)
    async with opened(sqlite_url(sqlite_path)) as journal:
        lease = await journal.acquire("hub", "first", rows[-1].at)
        await journal.append(lease, [msgspec.structs.replace(row, epoch=lease.epoch) for row in rows])
        files.write("hub", len(rows) - 5, file_at(len(rows) - 5))
        with capture_logs() as logs:
            standby = Standby("hub", journal, RULEBOOK, 1.0, files)  # type: ignore[arg-type]
            await standby.warm_up()
            house = House("hub", journal, clock, RULEBOOK, snapshots=files)
            await house.start("second")
        read = [log for log in logs if log["event"] == "read from a snapshot"]
        assert [log["seq"] for log in read] == [len(rows) - 5] * 2
        assert standby.seq == len(rows)
        assert await house.answer_of(rows[0].command_id) is not None
        await house.stop()
