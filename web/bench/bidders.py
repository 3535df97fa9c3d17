"""The bidders of the benchmark: a process of their own that speaks to a server over real sockets.

`python -m web.bench.bidders TURNS` reads a list of `Plan`s as JSON from stdin and writes their `Result`s to stdout. It does
as little as a client can: messages are put together from ready pieces under a mask of zeros, answers are told apart by
their first letters. Each bidder waits for its answer before it bids again. Without a rate it bids at once;
with one, bids fall due at fixed instants. Who still waits for an answer then bids late, and the time of that bid
counts from the instant at which it was due; how late this process itself was is not the server's.

Several plans are played by turns of a part of a second: a machine that others use as well has another speed a few
seconds later, and by turns its moods meet one server as often as the other.
"""

import asyncio
import base64
import os
import sys
import time
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple, cast

import msgspec
import uvloop

from matching_engine.errors import Broken
from web.bench.clock import used_by
from web.protocol import SUBPROTOCOL, VERSION

_ACCEPTED, _REFUSED, _ECHO = b"ack", b"rej", b"bid"
_SECONDS = 10
"""How long a connection may take, and the last answers."""
_A_LITTLE = 0.001
"""Seconds until it is looked again whether these have come."""


class Plan(msgspec.Struct):
    """Who bids where, and for how long. A `rate` of 0 is as fast as answers come."""

    port: int
    pid: int
    """The server's process, whose work is measured."""
    keys: list[str]
    lots: list[list[str]]
    """For each bidder the lots it bids on in turn."""
    amounts: dict[str, int]
    """The next amount in fen of each lot."""
    step_fen: int
    seconds: float
    warm: float = 0.0
    rate: int = 0
    follow: bool = False
    scattered: bool = False
    """Whether command ids are drawn at random; otherwise they begin with the time, as those of our own clients do."""
    beside: list[int] = []
    """The processes that the server started, whose work is measured too."""


class Result(msgspec.Struct):
    """What came back while the clock ran; times in µs. `work`, `beside` and `own` are what the server, the processes
    that it started and the client used of a processor, in seconds.

    What a server does between its turns belongs to it, as time and as work."""

    answers: int
    accepted: int
    acknowledged: int
    """Bids acknowledged in the whole run, warming up included."""
    seconds: float
    p50: float
    p99: float
    p999: float
    work: float
    beside: float
    own: float
    amounts: dict[str, int]

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answers / self.seconds


class Spent(NamedTuple):
    """Seconds: by the clock, and of a processor by the server, by what it started, and by the client."""

    seconds: float = 0.0
    work: float = 0.0
    beside: float = 0.0
    own: float = 0.0

    def plus(self, before: "Spent", after: "Spent") -> "Spent":
        """What was spent, and what the clocks went on between two instants."""
        return Spent(*(sum_ + late - early for sum_, early, late in zip(self, before, after, strict=True)))


class Bidder(asyncio.Protocol):
    """One connection: handshake, hello, then one bid after the other."""

    def __init__(self, crowd: "Crowd", number: int) -> None:
        self.crowd, self.number = crowd, number
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.due: deque[float] = deque()
        self.began = 0.0
        self.waiting = b""
        self._lots = crowd.plan.lots[number]
        self._count = 0
        self._held = b""
        self._open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Shake hands under this bidder's key."""
        self._out = cast(asyncio.Transport, transport)
        nonce = base64.b64encode(os.urandom(16)).decode()
        key = self.crowd.plan.keys[self.number]
        self._out.write(
            f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{self.crowd.plan.port}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {nonce}\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Protocol: {SUBPROTOCOL}\r\nAuthorization: Bearer {key}\r\n\r\n".encode()
        )

    def connection_lost(self, exc: Exception | None) -> None:
        """A server that hangs up before the end spoils the run."""
        if not self.ready.done():
            self.ready.set_exception(Broken(f"the server hung up: {exc or self._held[:300]!r}"))
        elif not self.crowd.over:
            self.crowd.fail("the server hung up in the middle of the run")

    def data_received(self, data: bytes) -> None:
        """Take whole messages off what has come."""
        data = self._held + data if self._held else data
        if not self._open:
            data = self._shake(data)
            if not self._open:
                return
        at, end = 0, len(data)
        while end - at >= 2:
            length, start = data[at + 1], at + 2
            if length >= 126:
                size = 2 if length == 126 else 8
                if end - start < size:
                    break
                length, start = int.from_bytes(data[start : start + size]), start + size
            if end - start < length:
                break
            self._hear(data[at], data[start : start + length])
            at = start + length
        self._held = data[at:] if at < end else b""

    def _shake(self, data: bytes) -> bytes:
        head, blank, rest = data.partition(b"\r\n\r\n")
        if not blank:
            self._held = data
            return b""
        if not head.startswith(b"HTTP/1.1 101"):
            self._held = data
            self._out.close()
            return b""
        self._open = True
        self._write(b'{"t":"hello","v":%d}' % VERSION)
        return rest

    def _write(self, text: bytes) -> None:
        length = len(text)
        head = bytes((0x81, 0x80 | length)) if length < 126 else b"\x81\xfe" + length.to_bytes(2)
        self._out.write(head + b"\0\0\0\0" + text)

    def _hear(self, opcode: int, text: bytes) -> None:
        kind = text[6:9]
        if kind in (_ACCEPTED, _REFUSED, _ECHO) and self.waiting:
            if self.waiting not in text:
                self.crowd.fail(f"bid {self.waiting!r} was answered with {text[:200]!r}")
                return
            self.waiting = b""
            self.crowd.answered(self, kind)
        elif not self.ready.done():
            self.ready.set_result(None)
            if self.crowd.plan.follow:
                for n, lot in enumerate(self._lots):
                    self._write(b'{"t":"sub","i":%d,"lot":"%s"}' % (n, lot.encode()))
        elif opcode == 0x89:
            self._out.write(bytes((0x8A, 0x80 | len(text))) + b"\0\0\0\0" + text)

    def bid(self, due: float) -> None:
        """Bid on the next of its lots, a step above the last bid that anybody here made on it."""
        lot = self._lots[self._count % len(self._lots)]
        self._count += 1
        plan, self.began = self.crowd.plan, due
        amount = plan.amounts[lot]
        plan.amounts[lot] = amount + plan.step_fen
        first = os.urandom(6).hex() if plan.scattered else f"{time.time_ns() // 1_000_000:012x}"
        self.waiting = b"%s-%03d-%07d" % (first.encode(), self.number, self._count)
        self._write(
            b'{"t":"bid","i":1,"lot":"%s","id":"%s","amount_fen":%d}' % (lot.encode(), self.waiting, amount)
        )

    def close(self) -> None:
        """Hang up."""
        self._out.close()


class Crowd:
    """All bidders, the clock, and what was counted. The clock does not count what `others` use of a processor, the servers
    whose turn it is not: it is taken for the one that this server needs."""

    def __init__(self, plan: Plan, others: Sequence[int] = ()) -> None:
        self.plan = plan
        self.over = False
        self.counting = False
        self.times: list[float] = []
        self.accepted = self.acknowledged = 0
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._others = others
        self._bidders: list[Bidder] = []
        self._spent = Spent()
        self._rested: Spent | None = None
        """What stood on the clocks when the last turn was over."""

    def fail(self, why: str) -> None:
        """End the run: what it measured is worth nothing."""
        if not self.failed.done():
            self.failed.set_exception(Broken(why))

    def answered(self, bidder: Bidder, kind: bytes) -> None:
        """Count an answer, and let the bidder go on."""
        now = time.perf_counter()
        accepted = kind != _REFUSED
        self.acknowledged += accepted
        if self.counting:
            self.times.append(now - bidder.began)
            self.accepted += accepted
        if self.over:
            return
        if not self.plan.rate:
            bidder.bid(now)
        elif bidder.due:
            bidder.bid(bidder.due.popleft())

    async def connect(self) -> None:
        """Let every bidder come in."""
        loop = asyncio.get_running_loop()
        for number in range(len(self.plan.keys)):
            _, bidder = await loop.create_connection(
                lambda number=number: Bidder(self, number),  # type: ignore[misc]
                "127.0.0.1",
                self.plan.port,
            )
            await asyncio.wait_for(bidder.ready, _SECONDS)
            self._bidders.append(bidder)

    async def play(self, warm: float, seconds: float) -> None:
        """Warm up, bid while the clock runs, and hear the last answers."""
        self._charge()
        self.over = False
        running = asyncio.create_task(self._pace() if self.plan.rate else self._rush())
        await self._sleep(warm)
        self.counting, before = True, self._clocks()
        await self._sleep(seconds)
        after = self._clocks()
        self.counting, self.over = False, True
        self._spent = self._spent.plus(before, after)
        await running
        await self._last_answers()
        self._rested = self._clocks()

    def _charge(self) -> None:
        """Put down what the server did since its last turn."""
        if self._rested is not None:
            now = self._clocks()
            work = now.work - self._rested.work
            since = now._replace(seconds=self._rested.seconds + work, own=self._rested.own)
            self._spent, self._rested = self._spent.plus(self._rested, since), None

    def _clocks(self) -> Spent:
        return Spent(
            time.perf_counter() - sum(map(used_by, self._others)),
            used_by(self.plan.pid),
            sum(map(used_by, self.plan.beside)),
            time.process_time(),
        )

    async def _sleep(self, seconds: float) -> None:
        """Wait, unless the run fails."""
        done, _ = await asyncio.wait((self.failed,), timeout=seconds)
        if done:
            self.failed.result()

    async def _rush(self) -> None:
        for bidder in self._bidders:
            bidder.bid(time.perf_counter())

    async def _pace(self) -> None:
        """Let bids fall due one after the other. A thread keeps the time: the loop's own timers know milliseconds, and a
        bid is answered in less."""
        await asyncio.to_thread(self._beat, asyncio.get_running_loop())

    def _beat(self, loop: asyncio.AbstractEventLoop) -> None:
        began, count = time.perf_counter(), 0
        while not self.over:
            due = began + count / self.plan.rate
            time.sleep(max(0.0, due - time.perf_counter()))
            loop.call_soon_threadsafe(self._fall_due, self._bidders[count % len(self._bidders)], due)
            count += 1

    def _fall_due(self, bidder: Bidder, due: float) -> None:
        """Who still waits for an answer bids late."""
        if bidder.waiting:
            bidder.due.append(due)
        else:
            bidder.bid(time.perf_counter())

    async def _last_answers(self) -> None:
        deadline = time.perf_counter() + _SECONDS
        while any(bidder.waiting for bidder in self._bidders):
            if time.perf_counter() > deadline:
                raise Broken("bids were left without an answer")
            await self._sleep(_A_LITTLE)

    def result(self) -> Result:
        """Hang up, and tell what was counted."""
        self._charge()
        for bidder in self._bidders:
            bidder.close()
        times = sorted(self.times)
        if not times:
            raise Broken("nobody was answered while the clock ran")
        p50, p99, p999 = (1e6 * times[int((len(times) - 1) * share)] for share in (0.5, 0.99, 0.999))
        return Result(
            answers=len(times),
            accepted=self.accepted,
            acknowledged=self.acknowledged,
            p50=p50,
            p99=p99,
            p999=p999,
            amounts=self.plan.amounts,
            **self._spent._asdict(),
        )


async def play(plans: Sequence[Plan], turns: int) -> list[Result]:
    """Play plans by turns, each of which is the `turns`th part of a plan's time; who was first is second the next time."""
    crowds = [Crowd(plan, [one.pid for one in plans if one.pid != plan.pid]) for plan in plans]
    for crowd in crowds:
        await crowd.connect()
    for turn in range(turns):
        for crowd in crowds if turn % 2 == 0 else reversed(crowds):
            await crowd.play(crowd.plan.warm / turns, crowd.plan.seconds / turns)
    return [crowd.result() for crowd in crowds]


async def _main(turns: int) -> None:
    plans = msgspec.json.decode(sys.stdin.buffer.read(), type=list[Plan])
    sys.stdout.buffer.write(msgspec.json.encode(await play(plans, turns)))


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_main(int(sys.argv[1])))
