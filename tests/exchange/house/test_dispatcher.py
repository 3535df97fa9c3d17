"""The dispatcher: one id one answer, commits that group, and what is left when a commit fails."""

import asyncio
from asyncio import Task
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from exchange.house import answers, dispatcher, machine
from exchange.house.chain import link
from exchange.house.command import Command, Conflict, Outcome
from exchange.house.house import House
from exchange.house.state import State
from exchange.ports import DuplicateCommand, Fenced, Journal, Lease, OutcomeUnknown, Row, Unavailable
from exchange.store.clock import ManualClock
from exchange.store.sqlite_journal import SqliteJournal
from matching_engine import canonical
from matching_engine.commands import Bid
from matching_engine.errors import Broken, LuochuiError, Malformed
from matching_engine.terms import HOUR
from tests.exchange.house.running import BEGIN, FaultyJournal, bid, open_lot, opened, running, sqlite_url

OPENING = 160_000_000
STEP = 8_000_000


async def test_one_id_has_one_answer(sqlite_path: Path) -> None:
    """The same command twice has one effect and the same answer; the same id with another body is refused."""
    clock = ManualClock(BEGIN)
    async with opened(sqlite_url(sqlite_path)) as journal, running(journal, clock) as house:
        await open_lot(house, clock)
        first = await bid(house, "jia", OPENING, "the-same-id-0001")
        again = await bid(house, "jia", OPENING, "the-same-id-0001")
        assert again == first
        assert house.view.lots["L1"].accepted == 1
        with pytest.raises(Conflict, match="IDEMPOTENCY_MISMATCH"):
            await bid(house, "jia", OPENING + STEP, "the-same-id-0001")


async def test_an_id_is_known_after_a_restart(sqlite_path: Path) -> None:
    """A client that lost its answer in a crash repeats the id to the next process and gets the one true answer."""
    clock = ManualClock(BEGIN)
    async with opened(sqlite_url(sqlite_path)) as journal:
        async with running(journal, clock) as house:
            await open_lot(house, clock)
            first = await bid(house, "jia", OPENING, "the-same-id-0001")
        async with running(journal, clock) as house:
            again = await bid(house, "jia", OPENING, "the-same-id-0001")
            assert again.recorded == first.recorded


async def commits_of(count: int, path: Path) -> list[int]:
    """Rows of each commit when so many bids come at once; every bid is accepted."""
    clock = ManualClock(BEGIN)
    async with opened(sqlite_url(path)) as real:
        journal = FaultyJournal(real)
        async with running(journal, clock) as house:
            await open_lot(house, clock)
            journal.appends.clear()
            bids = [bid(house, ("jia", "yi")[n % 2], OPENING + n * STEP) for n in range(count)]
            outcomes = await asyncio.gather(*bids)
            assert all(outcome.refusal is None for outcome in outcomes)
            return journal.appends


async def test_commits_group_by_themselves(sqlite_path: Path) -> None:
    """While one batch is being written the next gathers: sixty bids need far fewer commits."""
    commits = await commits_of(60, sqlite_path)
    assert sum(commits) == 60
    assert len(commits) < 30


async def test_many_are_two_commits_of_one_size(sqlite_path: Path) -> None:
    """Eighty bids at once are not one commit, for which the house would wait, but two halves."""
    first, second = await commits_of(80, sqlite_path)
    assert first + second == 80
    assert abs(first - 40) <= 4


async def state_digest(house: House) -> bytes:
    """What the lots, the market and the ledger add up to."""
    view = house.view
    lot = view.lots["L1"]
    facts = (lot.lead_fen, lot.leader, lot.accepted, lot.refused, lot.closes_at, view.seq, view.at)
    return canonical.encode((facts, sorted(view.market.codes.values()), view.hash.hex()))


async def test_a_lost_answer_is_found_in_the_journal(sqlite_path: Path) -> None:
    """The commit was written and its answer lost: the house reads the journal back and tells the truth."""
    clock = ManualClock(BEGIN)
    async with opened(sqlite_url(sqlite_path)) as real:
        journal = FaultyJournal(real)
        async with running(journal, clock) as house:
            await open_lot(house, clock)
            journal.after.append(OutcomeUnknown("connection lost"))
            outcome = await bid(house, "jia", OPENING)
            assert outcome.refusal is None
            assert house.view.lots["L1"].lead_fen == OPENING
            assert (await bid(house, "yi", OPENING + STEP)).refusal is None


async def test_a_commit_that_was_not_written_changes_nothing(sqlite_path: Path) -> None:
    """Unavailable: the bid is not there, nobody saw it, and the same id succeeds later."""
    clock = ManualClock(BEGIN)
    async with opened(sqlite_url(sqlite_path)) as real:
        journal = FaultyJournal(real)
        async with running(journal, clock) as house:
            await open_lot(house, clock)
            before = await state_digest(house)
            seen: list[object] = []
            house.watch(seen.extend)
            journal.before.append(Unavailable("database gone"))
            with pytest.raises(Unavailable):
                await bid(house, "jia", OPENING, "retried-id-0001")
            assert await state_digest(house) == before
            assert seen == []
            assert (await bid(house, "jia", OPENING, "retried-id-0001")).refusal is None


async def test_an_old_id_is_answered_from_the_journal(
    sqlite_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that fell out of memory is looked up; a batch with a known id writes nothing and spares the rest."""
    monkeypatch.setattr(answers, "EACH_MAX", 1)
    clock = ManualClock(BEGIN)
    async with opened(sqlite_url(sqlite_path)) as real:
        journal = FaultyJournal(real)
        async with running(journal, clock) as house:
            await open_lot(house, clock)
            first = await bid(house, "jia", OPENING, "the-same-id-0001")
            await bid(house, "yi", OPENING + STEP, "another-id-0001")
            again = await bid(house, "jia", OPENING, "the-same-id-0001")
            assert again.recorded == first.recorded
            journal.before.append(DuplicateCommand("the-same-id-0001"))
            with pytest.raises(Unavailable):
                await bid(house, "jia", OPENING + 2 * STEP, "innocent-id-0001")
            assert (await bid(house, "jia", OPENING + 2 * STEP, "innocent-id-0001")).refusal is None


async def test_a_fenced_house_stops(sqlite_path: Path) -> None:
    """A second writer took over: the first one acknowledges nothing more and ends (invariant 15)."""
    clock = ManualClock(BEGIN)
    url = sqlite_url(sqlite_path)
    async with opened(url) as journal, opened(url) as other, running(journal, clock) as house:
        await open_lot(house, clock)
        await other.acquire("hub", "the new one", clock.now())
        asked = asyncio.ensure_future(bid(house, "jia", OPENING))
        with pytest.raises(Fenced):
            await asyncio.wait_for(house.failed(), 5)
        with pytest.raises(OutcomeUnknown):
            await asked
        with pytest.raises(Unavailable):
            await bid(house, "yi", OPENING)


async def test_time_never_goes_back(sqlite_path: Path) -> None:
    """Two commands in one instant are both decided, in order of arrival; at never decreases (invariant 3)."""
    clock = ManualClock(BEGIN)
    async with opened(sqlite_url(sqlite_path)) as journal, running(journal, clock) as house:
        await open_lot(house, clock)
        await asyncio.gather(bid(house, "jia", OPENING), bid(house, "yi", OPENING + STEP))
        rows = [row async for row in journal.read("hub")]
        assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
        assert [row.at for row in rows] == sorted(row.at for row in rows)


class HeldJournal(FaultyJournal):
    """One whose appends wait at a gate, as those of a distant journal do."""

    distant = True

    def __init__(self, journal: Journal) -> None:
        super().__init__(journal)
        self.gate, self.reached = asyncio.Event(), asyncio.Event()
        self.gate.set()

    async def append(self, lease: Lease, rows: Sequence[Row]) -> None:
        """Append when the gate is open."""
        self.reached.set()
        await self.gate.wait()
        await super().append(lease, rows)


@asynccontextmanager
async def two_bids(path: Path) -> AsyncIterator[tuple[House, HeldJournal, ManualClock, list[Task[Outcome]]]]:
    """A house with one bid at the gate of the journal, and one that came behind it and is decided."""
    clock = ManualClock(BEGIN)
    async with opened(sqlite_url(path)) as real:
        journal = HeldJournal(real)
        async with running(journal, clock) as house:
            await open_lot(house, clock)
            journal.gate.clear()
            journal.reached.clear()
            journal.appends.clear()
            tasks = [asyncio.create_task(bid(house, "jia", OPENING))]
            await journal.reached.wait()
            tasks.append(asyncio.create_task(bid(house, "yi", OPENING + STEP)))
            for _ in range(3 * dispatcher.TURNS):
                await asyncio.sleep(0)
            try:
                yield house, journal, clock, tasks
            finally:
                journal.gate.set()
                await asyncio.gather(*tasks, return_exceptions=True)


def refuse_yi(monkeypatch: pytest.MonkeyPatch, wrong: LuochuiError) -> None:
    """Let the machine raise this when the second bid is decided."""
    decide = machine.decide

    def raises(state: State, command: Command, at: int) -> machine.Events:
        if command.principal.account == "yi" and isinstance(command.body, Bid):
            raise wrong
        return decide(state, command, at)

    monkeypatch.setattr(machine, "decide", raises)


async def test_what_comes_while_a_batch_is_written_is_decided(sqlite_path: Path) -> None:
    """The second bid is decided on the first before that is durable; nobody sees either, and each has a commit."""
    async with two_bids(sqlite_path) as (house, journal, _, tasks):
        assert [row.type for row in house._dispatcher._decider.batch.rows] == ["BidAccepted"]
        assert house.view.lots["L1"].lead_fen is None
        assert house.queue_depth == 1
        journal.gate.set()
        outcomes = await asyncio.gather(*tasks)
        assert [outcome.refusal for outcome in outcomes] == [None, None]
        assert journal.appends == [1, 1]
        assert house.view.lots["L1"].lead_fen == OPENING + STEP


async def test_behind_a_commit_that_hangs_nothing_more_is_taken(
    sqlite_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a commit has had no answer for long, a new command is told that nothing was written. When the answer comes,
    those who waited have theirs, and the same id is taken."""
    monkeypatch.setattr(dispatcher, "STALL", 0.1)
    async with two_bids(sqlite_path) as (house, journal, _, tasks):
        late = bid(house, "jia", OPENING + 2 * STEP, "retried-id-0001")
        async with asyncio.timeout(10):
            while not house._dispatcher._stalls:
                await asyncio.sleep(0.01)
        with pytest.raises(Unavailable, match="repeat the same id"):
            await late
        journal.gate.set()
        outcomes = await asyncio.gather(*tasks)
        assert [outcome.refusal for outcome in outcomes] == [None, None]
        assert (await bid(house, "jia", OPENING + 2 * STEP, "retried-id-0001")).refusal is None


async def test_beside_a_near_journal_nothing_is_decided_ahead(
    sqlite_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its commit is over before the house is: what came waits for the next round."""
    monkeypatch.setattr(HeldJournal, "distant", SqliteJournal.distant)
    async with two_bids(sqlite_path) as (house, journal, _, tasks):
        assert house._dispatcher._decider.batch.jobs == []
        assert house.queue_depth == 1
        journal.gate.set()
        await asyncio.gather(*tasks)
        assert journal.appends == [1, 1]


async def test_what_was_decided_on_a_lost_batch_is_decided_anew(sqlite_path: Path) -> None:
    """The first bid is not written: the second follows on what is there instead, and the chain holds."""
    async with two_bids(sqlite_path) as (house, journal, _, tasks):
        head = house.view.seq
        journal.before.append(Unavailable("database gone"))
        journal.gate.set()
        with pytest.raises(Unavailable):
            await tasks[0]
        assert (await tasks[1]).first.seq == head + 1
        rows = [row async for row in journal.read("hub")]
        assert [row.seq for row in rows] == list(range(1, head + 2))
        assert rows[-1].hash == link(rows[-2].hash, rows[-1])
        assert (await bid(house, "jia", OPENING + 2 * STEP)).refusal is None


async def test_moved_closing_times_come_before_what_was_decided_ahead(sqlite_path: Path) -> None:
    """The journal was silent until the lot should have closed: the lot is moved before the next bid is judged."""
    async with two_bids(sqlite_path) as (house, journal, clock, tasks):
        house._dispatcher.outage.silent(clock.now())
        clock.advance(HOUR)
        journal.gate.set()
        await asyncio.gather(*tasks)
        last = [row.type async for row in journal.read("hub")][-3:]
        assert last == ["BidAccepted", "LotPostponed", "BidAccepted"]


async def test_a_fault_while_deciding_ahead_ends_the_house(
    sqlite_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A state that contradicts itself stops everything, whoever happened to find it; what is durable is answered."""
    refuse_yi(monkeypatch, Broken("invariant 1 fell"))
    async with two_bids(sqlite_path) as (house, journal, _, tasks):
        journal.gate.set()
        assert (await tasks[0]).refusal is None
        with pytest.raises(Broken, match="invariant 1 fell"):
            await asyncio.wait_for(house.failed(), 5)
        with pytest.raises(OutcomeUnknown):
            await tasks[1]


async def test_a_malformed_command_is_told_when_what_it_was_judged_on_is_durable(
    sqlite_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is said on the ground of a batch that may be lost."""
    refuse_yi(monkeypatch, Malformed("amount_fen", 1, "another"))
    async with two_bids(sqlite_path) as (_, journal, _, tasks):
        assert not tasks[1].done()
        journal.gate.set()
        await tasks[0]
        with pytest.raises(Malformed):
            await tasks[1]
