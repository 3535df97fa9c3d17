"""The bus on Redis Streams. Lose it and nothing is lost: the journal is the truth, followers poll.

Commands stand in one stream a house, answers in one a sender. Wake-ups carry the id `<seq>-<epoch>`: Redis
itself refuses one that is not newer than the last, so a writer that was replaced cannot wake anybody.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from exchange.ports import OutcomeUnknown, Unavailable

log = structlog.get_logger()

KEPT = 10_000
"""Entries kept of a stream; what is older was answered or given up."""
BLOCK_MS = 2_000
RETRY = 0.5
"""Seconds before a reader tries a lost connection again."""
PATIENCE = 1.0
"""Seconds that Redis has to take an entry; one that hangs must not hold up a bid."""
ANSWERS_LIVE = 600
"""Seconds after which the answers to a process that is gone are forgotten."""


class RedisBus:
    """Commands, answers and wake-ups through one Redis."""

    def __init__(self, url: str) -> None:
        self._redis: Redis = Redis.from_url(url, socket_connect_timeout=2.0)
        self._closed = False

    async def open(self) -> None:
        """Connect; Unavailable when Redis does not answer."""
        try:
            async with asyncio.timeout(2 * PATIENCE):
                await self._redis.ping()
        except (RedisError, OSError) as error:
            raise Unavailable(f"Redis does not answer: {error}") from error

    async def close(self) -> None:
        """Let go of every connection; readers end, even one whose cancellation the client library lost."""
        self._closed = True
        await self._redis.aclose()

    async def send(self, house: str, sender: str, command: bytes) -> None:
        """Put a command before a house; OutcomeUnknown when Redis hangs and may still take it."""
        fields: dict[Any, Any] = {"from": sender, "command": command}
        try:
            async with asyncio.timeout(PATIENCE):
                await self._redis.xadd(_commands(house), fields, maxlen=KEPT)
        except TimeoutError as error:
            raise OutcomeUnknown("the bus hangs: repeat the same id") from error
        except (RedisError, OSError) as error:
            raise Unavailable(f"the bus is gone: {error}") from error

    async def commands(self, house: str) -> AsyncIterator[tuple[str, bytes]]:
        """Commands that come from now on; what was sent to a house that was away is repeated by its client."""
        async for fields in self._follow(_commands(house)):
            yield fields[b"from"].decode(), fields[b"command"]

    async def answer(self, sender: str, answer: bytes) -> None:
        """Send an answer back; the journal has it when this is lost."""
        fields: dict[Any, Any] = {"answer": answer}
        try:
            async with asyncio.timeout(PATIENCE):
                await self._redis.xadd(_answers(sender), fields, maxlen=KEPT)
                await self._redis.expire(_answers(sender), ANSWERS_LIVE)
        except (RedisError, OSError) as error:
            log.warning("answer not sent", sender=sender, error=str(error))

    async def answers(self, sender: str) -> AsyncIterator[bytes]:
        """Answers to this process."""
        async for fields in self._follow(_answers(sender)):
            yield fields[b"answer"]

    async def wake(self, house: str, seq: int, epoch: int) -> bool:
        """Wake the followers; a stale wake-up is refused by Redis and means nothing. False: Redis is gone."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._redis.xadd(_wakes(house), {"seq": seq}, id=f"{seq}-{epoch}", maxlen=KEPT)
        except ResponseError:
            log.info("stale wake-up refused", house=house, seq=seq, epoch=epoch)
        except (RedisError, OSError) as error:
            log.warning("followers not woken", house=house, error=str(error))
            return False
        return True

    async def wakes(self, house: str) -> AsyncIterator[None]:
        """Wake-ups of a house."""
        async for _ in self._follow(_wakes(house)):
            yield

    async def _follow(self, stream: str) -> AsyncIterator[dict[bytes, bytes]]:
        """Entries of a stream from now on; a connection that is lost is made again from the last entry seen."""
        last: Any = await self._end_of(stream)
        while not self._closed:
            try:
                found: Any = await self._redis.xread({stream: last}, count=500, block=BLOCK_MS)
            except (RedisError, OSError) as error:
                if not self._closed:
                    log.warning("bus interrupted", stream=stream, error=str(error))
                    await asyncio.sleep(RETRY)
                continue
            for _, entries in found or ():
                for entry, fields in entries:
                    last = entry
                    yield fields

    async def _end_of(self, stream: str) -> Any:
        """The id of the last entry, so that nothing between two readings is missed."""
        while not self._closed:
            try:
                newest: Any = await self._redis.xrevrange(stream, count=1)
            except (RedisError, OSError):
                await asyncio.sleep(RETRY)
                continue
            return newest[0][0] if newest else b"0-0"
        return b"0-0"


def _commands(house: str) -> str:
    return f"luochui:{house}:commands"


def _answers(sender: str) -> str:
    return f"luochui:answers:{sender}"


def _wakes(house: str) -> str:
    return f"luochui:{house}:wakes"
