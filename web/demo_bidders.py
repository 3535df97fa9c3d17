"""The simulated bidders of the live demo, outside the house: programs like any other, by the Python client.

They sign in, enter over REST, follow their lots over one socket each, and bid as exchange.demo.moves has it. What they
know of a lot is what the house tells them.
"""

import asyncio
import random
from collections.abc import Mapping
from contextlib import suppress

import httpx2
import structlog

from exchange.demo.bidders import limit_of
from exchange.demo.moves import Look, next_step
from matching_engine.commands import Accept, Bid, EntryStatus, Seal
from matching_engine.lifecycle import LifecycleState, Phase
from matching_engine.terms import DutchClock, Mechanism, Terms
from web.client import ClientError, Closed, Exchange, Line, LotState, NotFound, Room

log = structlog.get_logger()

SEALED = frozenset(one.value for one in Mechanism if one.value.startswith("sealed_"))
TRIES = 50
"""Attempts to reach the server of the demo, which opens its port while the bidders wake up."""


class Ladder:
    """The increment as the house tells it: that of the lead."""

    def __init__(self, step_fen: int) -> None:
        self._step_fen = step_fen

    def step_at(self, amount_fen: int, /) -> int:
        """The step."""
        return self._step_fen


class Told:
    """A lot as a bidder outside knows it (exchange.demo.moves.Seen)."""

    def __init__(self, room: Room, offered: bool) -> None:
        self._lot = lot = room.lot
        you = room.you
        code, entry = (you.code or "", you.entry) if you else ("", None)
        self.id = lot.lot
        self.terms = terms_of(lot)
        self.state = LifecycleState(lot.state)
        self.phase = Phase(lot.phase) if lot.phase else None
        self.leader = lot.leader
        self.minimum_fen = lot.minimum_fen
        self.ladder = Ladder(lot.step_fen or 0)
        self.standing = {code} if offered else set[str]()
        self.sealed = {code} if entry == "sealed" else set[str]()
        admitted = entry == "admitted"
        self.entries: Mapping[str, EntryStatus] = {code: EntryStatus.ADMITTED} if admitted else {}

    def clock_price(self, at: int, /) -> int | None:
        """The descending clock's price."""
        return self._lot.asking_fen(at // 1000)


def terms_of(lot: LotState) -> Terms:
    """The published rule, as far as a bidder's ideas depend on it."""
    dutch = lot.dutch and DutchClock(lot.dutch.step_fen, lot.dutch.every_ms * 1000, lot.dutch.floor_fen)
    return Terms(
        Mechanism(lot.mechanism),
        lot.opening_price_fen,
        lot.opens_at * 1000,
        None if lot.closes_at is None else lot.closes_at * 1000,
        direction="buy" if lot.direction == "buy" else "sell",
        dutch=dutch or None,
    )


class Player:
    """One account: its exchange and its line, made again when the session has ended."""

    def __init__(self, url: str, login: str, password: str) -> None:
        self.exchange = Exchange(url)
        self._login, self._password = login, password
        self._line: Line | None = None
        self._opening = asyncio.Lock()

    async def line(self) -> Line:
        """The socket under this account."""
        async with self._opening:
            if self._line is None or self._line.ended:
                await self._sign_in()
                self._line = Line(self.exchange)
                await self._line.start()
            return self._line

    async def _sign_in(self) -> None:
        for _ in range(TRIES):
            try:
                await self.exchange.sign_in(self._login, self._password)
                return
            except httpx2.TransportError:
                await asyncio.sleep(0.1)
        raise Closed(1006, "the server of the demo does not answer")

    async def leave(self) -> None:
        """Close everything."""
        if self._line is not None:
            await self._line.stop()
        await self.exchange.http.aclose()


class Players:
    """All simulated bidders of a demo."""

    def __init__(self, url: str, password: str) -> None:
        self._url, self._password = url, password
        self._players: dict[str, Player] = {}

    async def play(self, login: str, lot: str, pace: float, chance: random.Random) -> None:
        """Enter a lot, and bid while the price is within the own limit, until it has ended.

        Closed when the server cannot be reached: one bidder's lost connection ends no demo.
        """
        try:
            await self._play(login, lot, pace, chance)
        except httpx2.TransportError as lost:
            raise Closed(1006, f"the server of the demo does not answer: {type(lost).__name__}") from lost

    async def _play(self, login: str, lot: str, pace: float, chance: random.Random) -> None:
        player = self._players.setdefault(login, Player(self._url, login, self._password))
        await asyncio.sleep(pace * chance.uniform(0.5, 3))
        line = await player.line()
        room = await line.follow(lot)
        if room.you is None:
            await player.exchange.enter(lot)
        limit_fen, offered = limit_of(terms_of(room.lot), chance), False
        while room.lot.closed_at is None:
            await asyncio.sleep(pace * chance.uniform(2, 9))
            if line.ended:
                line = await player.line()
                room = await line.follow(lot)
            offered = await self._consider(player, line, room, limit_fen, offered, chance) or offered
        await line.unfollow(room)

    async def _consider(
        self, player: Player, line: Line, room: Room, limit_fen: int, offered: bool, chance: random.Random
    ) -> bool:
        """Take the step that the lot invites, if there is one; whether it was taken."""
        if room.you is None or room.you.code is None:
            return False
        keys: tuple[str, ...] = ()
        if room.lot.mechanism in SEALED and room.lot.state == "open":
            with suppress(NotFound):
                keys = await player.exchange.seal_keys(room.id)
        told = Told(room, offered)
        step = next_step(Look(told, room.you.code, limit_fen, line.now * 1000, keys, chance))
        return step is not None and await _take(line, step, told.clock_price(line.now * 1000))

    async def leave(self) -> None:
        """Close every connection."""
        for player in self._players.values():
            with suppress(ClientError):
                await player.leave()


async def _take(line: Line, step: Bid | Seal | Accept, price_fen: int | None) -> bool:
    """Take a step; a refusal, or an answer that does not come, is no more to a bidder than a missed turn."""
    try:
        if isinstance(step, Bid):
            await line.bid(step.lot, step.amount_fen, step.max_fen)
        elif isinstance(step, Seal):
            await line.put_in(step.lot, step.envelope, step.commitment)
        else:
            await line.accept(step.lot, step.amount_fen or price_fen or 0)
    except ClientError as missed:
        log.debug("demo bidder refused", reason=str(missed))
        return False
    return True
