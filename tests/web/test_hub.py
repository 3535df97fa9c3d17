"""The hub over a real house: contiguous seq for everybody, exact recovery, one frame for all, slow readers let down gently."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from exchange.demo.data import load
from exchange.demo.steps import NOTICE, Steps, plan_lot
from exchange.house.command import HOUSE, Command
from exchange.house.house import House
from exchange.market.commands import ApplyEntry
from exchange.store.clock import ManualClock
from matching_engine.commands import Resume, Suspend
from matching_engine.terms import HOUR, SECOND
from tests.exchange.house.running import BEGIN, LOT, bid, command, open_lot, opened, running, sqlite_url
from tests.web.served import eventually
from web import hub as hubs
from web import messages as m
from web import pouring, rooms
from web.audience import Watcher
from web.hub import Hub
from web.transport import Frame

OPENING, STEP = 160_000_000, 8_000_000


class Reader:
    """The far end of a socket: keeps what it was sent, and reads as slowly as a test wants."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.buffered = 0
        self.closed: int | None = None

    def write(self, frame: Frame) -> None:
        """Take a frame."""
        self.frames.append(frame)

    def offer(self, frame: Frame, limit: int) -> bool:
        """Take a frame unless much is held back already."""
        if self.buffered > limit:
            return False
        self.frames.append(frame)
        return True

    def hear(self, hearer: Callable[[str], bool]) -> None:
        """Nothing comes from here."""

    def close(self, code: int, reason: str) -> None:
        """Note the end."""
        self.closed = code

    def gone(self) -> None:
        """Nothing to let go of."""

    @property
    def messages(self) -> list[dict[str, Any]]:
        """Everything that was sent, read."""
        return [json.loads(frame.text) for frame in self.frames]

    def of(self, *kinds: str) -> list[dict[str, Any]]:
        """The messages of these kinds."""
        return [message for message in self.messages if message["t"] in kinds]


class Room:
    """A house with an open lot, a hub, and readers in it."""

    def __init__(self, house: House, clock: ManualClock) -> None:
        self.house = house
        self.clock = clock
        self.hub = Hub(house)

    def watcher(self, party: str | None = None) -> tuple[Watcher, Reader]:
        """A socket of a party, or of a visitor."""
        reader = Reader()
        watcher = Watcher(reader, party, lambda code, reason, after: reader.close(code, reason))
        self.hub.join(watcher)
        return watcher, reader

    async def follows(
        self, party: str | None = None, since: tuple[int, int] | None = None
    ) -> tuple[Watcher, Reader]:
        """A socket that follows the lot."""
        watcher, reader = self.watcher(party)
        assert await self.hub.follow(watcher, LOT, 1, since)
        return watcher, reader

    async def bids(self, count: int, start: int = 0) -> None:
        """Bids of two bidders in turn, a step apart."""
        for n in range(start, start + count):
            outcome = await bid(self.house, ("jia", "yi")[n % 2], OPENING + n * STEP)
            assert outcome.refusal is None

    @property
    def seq(self) -> int:
        """The lot's newest public seq."""
        return self.house.view.streams[f"lot/{LOT}"]


@asynccontextmanager
async def room_on(path: Path) -> AsyncIterator[Room]:
    """An open lot with jia and yi admitted, and a hub over its house."""
    clock = ManualClock(BEGIN)
    async with opened(sqlite_url(path)) as journal, running(journal, clock) as house:
        await open_lot(house, clock)
        room = Room(house, clock)
        try:
            yield room
        finally:
            await room.hub.stop()


@pytest.fixture
async def room(sqlite_path: Path) -> AsyncIterator[Room]:
    """A room on an embedded database."""
    async with room_on(sqlite_path) as made:
        yield made


def applied(messages: list[dict[str, Any]]) -> list[int]:
    """The seqs that a client has applied, checking the rule that no frame leaves a gap."""
    seqs: list[int] = []
    at = None
    for message in messages:
        if message["t"] in ("snap", "delta"):
            at = message["seq"]
            seqs += [event["seq"] for event in message.get("events", [])]
        elif message["t"] == "ev":
            assert at is not None
            assert message["from"] == at + 1, "a gap or a repetition"
            at = message["seq"]
            seqs += [one["seq"] for one in message.get("events", [message])]
    return seqs


async def test_a_snapshot_is_the_public_view(room: Room) -> None:
    """A new follower gets the whole state: rules, standing, the last bids, and nothing secret."""
    await bid(room.house, "jia", OPENING, max_fen=OPENING + 10 * STEP)
    _, reader = await room.follows()
    snap = reader.of("snap")[0]
    assert snap["seq"] == room.seq
    assert snap["state"]["lead_fen"] == OPENING
    assert snap["state"]["minimum_fen"] == OPENING + STEP
    assert [one["amount_fen"] for one in snap["state"]["recent"]] == [OPENING]
    assert "max" not in reader.frames[0].text.decode().replace("max_count", "").replace("max_total_ms", "")


async def test_an_unknown_lot_is_not_followed(room: Room) -> None:
    """There is no room for a lot that does not exist."""
    watcher, reader = room.watcher()
    assert not await room.hub.follow(watcher, "L404", 1)
    assert reader.frames == []


async def test_every_watcher_hears_every_event_once(room: Room) -> None:
    """Bidders and mere watchers alike apply each seq exactly once, in order, whenever they came."""
    readers = []
    for n in range(6):
        _, reader = await room.follows("jia" if n % 2 else None)
        readers.append((room.seq, reader))
        await room.bids(5, n * 5)
    await asyncio.sleep(2 * hubs.PACE)
    for since, reader in readers:
        assert applied(reader.messages) == list(range(since + 1, room.seq + 1))


async def test_an_event_is_encoded_once(room: Room) -> None:
    """All watchers who hear at the same pace get the very same frame object."""
    readers = [(await room.follows())[1] for _ in range(5)]
    await room.bids(1)
    await asyncio.sleep(2 * hubs.PACE)
    assert len({id(reader.frames[-1]) for reader in readers}) == 1


async def test_bidders_hear_at_once_and_watchers_at_a_pace(room: Room) -> None:
    """In a burst a bidder gets a frame for each commit, a mere watcher few frames with all events in them."""
    _, bidder = await room.follows("jia")
    _, watcher = await room.follows(None)
    began = room.seq
    await room.bids(20)
    await asyncio.sleep(2 * hubs.PACE)
    assert len(bidder.of("ev")) == 20
    assert len(watcher.of("ev")) < 10
    assert any(message["kind"] == "many" for message in watcher.of("ev"))
    assert applied(watcher.messages) == list(range(began + 1, room.seq + 1))


async def test_a_crowd_is_told_a_few_at_a_time(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a frame goes out to many, the loop does other things; whoever comes or goes meanwhile misses nothing."""
    monkeypatch.setattr(pouring, "AT_ONCE", 2)
    crowd = [await room.follows(None) for _ in range(7)]
    began = room.seq
    await room.bids(1)
    while not any(reader.of("ev") for _, reader in crowd):
        await asyncio.sleep(0)
    assert any(not reader.of("ev") for _, reader in crowd)
    room.hub.unfollow(crowd[6][0], LOT)
    _, late = await room.follows(None)
    await room.bids(4, 1)
    await asyncio.sleep(2 * hubs.PACE)
    for _, reader in crowd[:6]:
        assert applied(reader.messages) == list(range(began + 1, room.seq + 1))
    assert applied(late.messages) == list(range(room.seq - len(applied(late.messages)) + 1, room.seq + 1))
    assert len(crowd[6][1].of("ev")) <= 1


async def test_a_crowd_that_would_hear_too_much_hears_the_state(room: Room) -> None:
    """More events at once than a state brings along are told to the crowd as that state; a bidder hears each."""
    _, bidder = await room.follows("jia")
    _, watcher = await room.follows(None)
    await room.bids(1)
    await eventually(lambda: bool(watcher.of("ev")))
    audience = room.hub._rooms[LOT]
    audience.paced += 3600
    await room.bids(rooms.RECENT + 1, 1)
    assert audience.due is not None
    audience.due.cancel()
    room.hub._tell_crowd(audience)
    await eventually(lambda: len(watcher.of("ev")) == 2)
    told = watcher.of("ev")[-1]
    assert (told["kind"], told["conflated"], told["seq"]) == ("state", True, room.seq)
    assert told["state"]["lead_fen"] == OPENING + (rooms.RECENT + 1) * STEP
    assert applied(bidder.messages)[-1] == room.seq
    assert len(bidder.of("ev")) == rooms.RECENT + 2
    applied(watcher.messages)


async def test_who_becomes_a_bidder_while_the_crowd_is_told_misses_nothing(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reached by the frame that is under way or not, with newer events waiting: each hears all, once, in order."""
    monkeypatch.setattr(pouring, "AT_ONCE", 1)
    pourer, resting = room.hub._pourer, asyncio.get_running_loop().time() + 3600
    crowd = [await room.follows("bing") for _ in range(4)]
    began = room.seq
    pourer._rested = resting
    await room.bids(1)
    await eventually(lambda: bool(pourer._pours))
    pourer._go_on()
    await room.bids(1, 1)
    assert [len(reader.of("ev")) for _, reader in crowd] == [1, 0, 0, 0]
    await room.house.submit(command("bing", ApplyEntry(LOT, "bing")))
    assert [len(reader.of("ev")) for _, reader in crowd] == [2, 1, 1, 1]
    pourer._rested = 0.0
    pourer._go_on()
    await room.bids(2, 2)
    await eventually(lambda: not pourer._pours)
    for _, reader in crowd:
        assert applied(reader.messages) == list(range(began + 1, room.seq + 1))
        assert reader.of("you")[-1]["entry"] == "deposit_unpaid"


async def test_each_frame_says_how_the_lot_stands_after_it(room: Room) -> None:
    """`now` of a frame belongs to its seq: price, least next bid, close."""
    _, reader = await room.follows("jia")
    await room.bids(3)
    standing = [message["now"] for message in reader.of("ev")]
    assert [one["lead_fen"] for one in standing] == [OPENING, OPENING + STEP, OPENING + 2 * STEP]
    assert [one["minimum_fen"] for one in standing] == [OPENING + n * STEP for n in (1, 2, 3)]


async def test_recovery_from_the_ring_is_exact(room: Room) -> None:
    """Whoever comes back with a seq gets exactly what it missed, and then goes on without a gap."""
    await room.follows()
    await room.bids(6)
    since = room.seq - 4
    _, reader = await room.follows(None, (room.house.epoch, since))
    delta = reader.of("delta")[0]
    assert delta["recovered"] is True
    assert [event["seq"] for event in delta["events"]] == list(range(since + 1, room.seq + 1))
    assert delta["now"]["lead_fen"] == OPENING + 5 * STEP
    await room.bids(1, 6)
    await asyncio.sleep(2 * hubs.PACE)
    assert applied(reader.messages) == list(range(since + 1, room.seq + 1))


async def test_recovery_beyond_the_ring_reads_the_journal(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the ring has forgotten comes from the journal, just as exact."""
    monkeypatch.setattr(rooms, "RING_MAX", 4)
    await room.follows()
    await room.bids(12)
    _, reader = await room.follows(None, (room.house.epoch, 1))
    assert applied(reader.messages) == list(range(2, room.seq + 1))


async def test_bids_while_the_journal_is_read_are_not_lost(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A follower that joins in the middle of a storm still sees every seq once."""
    monkeypatch.setattr(rooms, "RING_MAX", 48)
    storm = asyncio.create_task(room.bids(40))
    readers = []
    for n in range(10):
        await asyncio.sleep(0.002)
        readers.append((await room.follows("yi" if n % 2 else None, (room.house.epoch, 0)))[1])
    await storm
    await asyncio.sleep(2 * hubs.PACE)
    for reader in readers:
        seqs = applied(reader.messages)
        assert seqs == list(range(room.seq - len(seqs) + 1, room.seq + 1))
        if reader.messages[0]["t"] == "delta":
            assert seqs[0] == 1


@pytest.mark.parametrize("since", [(0, 3), (99, 3), (2, 10_000)])
async def test_a_past_that_is_not_ours_gets_a_snapshot(room: Room, since: tuple[int, int]) -> None:
    """An epoch older than the event's writer or newer than ours, a seq that never was: the whole state, never a part."""
    await room.bids(4)
    _, reader = await room.follows(None, since)
    assert [message["t"] for message in reader.messages] == ["snap"]


async def test_too_much_to_tell_is_told_as_a_snapshot(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who missed more than a recovery may hold starts from the state."""
    monkeypatch.setattr(rooms, "DELTA_MAX", 3)
    await room.bids(8)
    _, reader = await room.follows(None, (room.house.epoch, 1))
    assert [message["t"] for message in reader.messages] == ["snap"]


async def test_the_epoch_before_a_restart_still_counts(sqlite_path: Path) -> None:
    """After the house restarts, a client of the epoch before resumes without a snapshot: no history was lost."""
    async with room_on(sqlite_path) as room:
        await room.bids(4)
        epoch, seq, at = room.house.epoch, room.seq, room.clock.now()
    clock = ManualClock(at + SECOND)
    async with opened(sqlite_url(sqlite_path)) as journal, running(journal, clock) as house:
        again = Room(house, clock)
        assert house.epoch == epoch + 1
        await again.bids(1, 4)
        _, reader = await again.follows(None, (epoch, seq))
        assert applied(reader.messages) == [seq + 1]
        await again.hub.stop()


async def test_one_frame_replaces_what_a_slow_reader_missed(room: Room) -> None:
    """Above 64 KiB held back no event is written; when it reads again, one state covers the whole gap."""
    _, slow = await room.follows("jia")
    await room.bids(2)
    slow.buffered = hubs.CONFLATE_ABOVE + 1
    heard = len(slow.frames)
    first = room.seq + 1
    await room.bids(10, 2)
    assert len(slow.frames) == heard
    slow.buffered = 0
    await eventually(lambda: len(slow.frames) > heard)
    caught = slow.messages[-1]
    assert (caught["from"], caught["seq"], caught["kind"], caught["conflated"]) == (
        first,
        room.seq,
        "state",
        True,
    )
    assert caught["state"]["lead_fen"] == OPENING + 11 * STEP
    await room.bids(1, 12)
    assert slow.messages[-1]["from"] == caught["seq"] + 1


async def test_an_answer_passes_a_slow_reader_by(room: Room) -> None:
    """Messages to one socket alone are written however much it holds back."""
    watcher, slow = await room.follows("jia")
    slow.buffered = hubs.CONFLATE_ABOVE + 1
    heard = len(slow.frames)
    watcher.send(m.Ack(1, "abcdefgh", LOT, 3, 4, "r", "BidAccepted"))
    assert slow.messages[heard:][0]["t"] == "ack"


async def test_who_stays_behind_for_ten_seconds_is_let_go(room: Room) -> None:
    """4108, by the clock of the house; a moment before it is still there."""
    _, slow = await room.follows("jia")
    slow.buffered = hubs.CONFLATE_ABOVE + 1
    await room.bids(1)
    room.clock.advance(10 * SECOND - 1)
    await asyncio.sleep(0.6)
    assert slow.closed is None
    room.clock.advance(1)
    await eventually(lambda: slow.closed == 4108)


async def test_who_holds_back_too_much_is_let_go(room: Room) -> None:
    """Above 256 KiB a socket is closed whatever it follows."""
    _, reader = room.watcher()
    reader.buffered = hubs.CLOSE_ABOVE + 1
    await eventually(lambda: reader.closed == 4108)


async def test_only_its_owner_hears_of_an_entry_and_a_maximum(room: Room) -> None:
    """Entering, being admitted and a proxy's maximum are told to the sockets of that party and to nobody else."""
    _, own = await room.follows("bing")
    _, other = await room.follows("jia")
    _, visitor = await room.follows(None)
    await room.house.submit(command("bing", ApplyEntry(LOT, "bing")))
    await room.house.settled()
    assert own.of("you")[-1]["entry"] == "deposit_unpaid"
    await Steps(room.house, "hub").pay_deposit("bing", LOT)
    await room.house.settled()
    assert own.of("you")[-1]["entry"] == "admitted"
    code = room.house.view.market.code_of(LOT, "bing")
    assert own.of("you")[0]["code"] == code
    await bid(room.house, "bing", OPENING, max_fen=OPENING + 20 * STEP)
    assert own.of("you")[-1]["max_fen"] == OPENING + 20 * STEP
    await bid(room.house, "bing", OPENING, max_fen=OPENING + 30 * STEP)
    assert own.of("you")[-1]["max_fen"] == OPENING + 30 * STEP
    assert [message["code"] for message in other.of("you")] == [room.house.view.market.code_of(LOT, "jia")]
    assert visitor.of("you") == []
    everything = b"".join(frame.text for frame in other.frames + visitor.frames)
    assert str(OPENING + 20 * STEP).encode() not in everything
    assert str(OPENING + 30 * STEP).encode() not in everything


async def test_suspension_stops_the_clock_for_every_watcher(room: Room) -> None:
    """The reason is told, the standing says since when, and resuming moves the close."""
    _, reader = await room.follows("jia")
    closes_at = room.house.view.lots[LOT].closes_at
    await room.house.submit(Command("house-stops-1", HOUSE, Suspend(LOT, "platform_fault")))
    event = reader.of("ev")[-1]
    assert (event["kind"], event["reason"], event["now"]["state"]) == (
        "LotSuspended",
        "platform_fault",
        "suspended",
    )
    assert event["now"]["suspended_at"] == room.clock.now() // 1000
    room.clock.advance(60 * SECOND)
    await room.house.submit(command("operator", Resume(LOT)))
    assert closes_at is not None
    assert reader.of("ev")[-1]["now"]["closes_at"] == (closes_at + 60 * SECOND) // 1000


async def test_the_hammer_is_told_with_the_winner(room: Room) -> None:
    """At the close every watcher hears the code and the price."""
    _, reader = await room.follows()
    await room.bids(2)
    room.clock.advance(HOUR)
    await room.house.gavel.strike()
    await eventually(lambda: any(message.get("now", {}).get("closed_at") for message in reader.of("ev")))
    winner = {"bidder": room.house.view.market.code_of(LOT, "yi"), "price_fen": OPENING + STEP}
    assert reader.of("ev")[-1]["now"]["winners"] == [winner]


async def test_leaving_ends_the_frames(room: Room) -> None:
    """After unfollow and after leave nothing is written any more."""
    watcher, reader = await room.follows()
    gone, lost = await room.follows()
    room.hub.unfollow(watcher, LOT)
    room.hub.leave(gone)
    heard = len(reader.frames) + len(lost.frames)
    await room.bids(2)
    assert len(reader.frames) + len(lost.frames) == heard


async def test_presence_is_sampled(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of watchers comes now and then, and only when it changed."""
    monkeypatch.setattr(hubs, "PRESENCE_EVERY", 1)
    _, reader = await room.follows()
    await room.follows()
    await eventually(lambda: bool(reader.of("presence")))
    assert reader.of("presence")[0]["watchers"] == 2
    await asyncio.sleep(1.2)
    assert len(reader.of("presence")) == 1


async def test_empty_rooms_are_forgotten_when_there_are_many(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number of rooms is bounded: a new one takes the place of an empty one, never of one with somebody in it."""
    await open_second_lot(room)
    monkeypatch.setattr(hubs, "ROOMS_KEPT", 1)
    watcher, _ = await room.follows()
    other, _ = room.watcher()
    await room.hub.follow(other, "L2", 1)
    assert set(room.hub._rooms) == {LOT, "L2"}
    room.hub.unfollow(watcher, LOT)
    room.hub.unfollow(other, "L2")
    await room.hub.follow(other, "L3", 1)
    assert "L3" in room.hub._rooms
    assert len(room.hub._rooms) < 3


async def open_second_lot(room: Room) -> None:
    """Two more lots, not open yet."""
    steps = Steps(room.house, "more")
    plans = []
    for n in (2, 3):
        await steps.offer(f"A{n}", load()[n])
        plans.append((f"L{n}", f"A{n}", load()[n]))
    room.clock.advance(NOTICE)
    await room.house.gavel.strike()
    opens_at = room.clock.now() + HOUR
    await steps.schedule("S2", "专场二", [plan_lot(*plan, opens_at, HOUR) for plan in plans])


async def test_the_hub_counts_bids(room: Room) -> None:
    """Accepted and refused steps of bidders are counted for the operator's desk, other commands are not."""
    await eventually(lambda: room.hub.bids_per_second == 0)
    await room.bids(4)
    await bid(room.house, "jia", OPENING)
    await eventually(lambda: room.hub.bids_per_second == 5)


async def test_a_random_storm_leaves_no_gap_for_anybody(room: Room) -> None:
    """Readers that come, stall, go on and go, under bids: whatever each applies is contiguous."""
    chance = random.Random(7)
    readers: list[Reader] = []
    for n in range(60):
        await room.bids(1, n)
        if chance.random() < 0.3:
            readers.append((await room.follows(chance.choice(["jia", None]), (room.house.epoch, n // 2)))[1])
        for reader in readers:
            reader.buffered = hubs.CONFLATE_ABOVE + 1 if chance.random() < 0.2 else 0
    for reader in readers:
        reader.buffered = 0
    await asyncio.sleep(0.6)
    for reader in readers:
        applied(reader.messages)
        last = reader.of("snap", "delta", "ev")[-1]
        assert last["seq"] == room.seq
