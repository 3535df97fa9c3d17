"""A rolling restart under bidding: holder and standby are replaced one after the other, and no bidder notices."""

import asyncio
from contextlib import AsyncExitStack

from exchange.store.journal import open_journal
from matching_engine.events import BidAccepted
from tests.exchange.house.running import LOT
from tests.process.market import OPENING, STEP, prepare, serving
from tests.process.talker import Talker
from tests.process.test_failover import alone, epochs

BIDS = 30


async def bidding(talkers: list[Talker], answered: list[str], enough: asyncio.Event) -> None:
    """One bid after the other, each a step higher, each repeated under its id until it is answered, until it is enough."""
    number = 0
    while number < BIDS or not enough.is_set():
        id_ = f"rolling-{number:06d}"
        answer = await talkers[number % 2].bid_until_answered(id_, OPENING + number * STEP)
        assert answer["t"] == "ack" or answer["code"] == "BID_ALREADY_LEADING", answer
        answered.append(id_)
        number += 1
        await asyncio.sleep(0.1)


async def test_no_bid_is_lost_and_no_session_moves(postgres_url: str, redis_url: str) -> None:
    """SIGTERM to the holder, the standby takes over, a new process stands by and takes over in its turn: every bid was
    answered, stands in the journal once, and the lot closes when it was to close before."""
    await prepare(postgres_url)
    house = ("--redis", redis_url, "--role", "house")
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(alone(postgres_url, *house))
        second = await stack.enter_async_context(alone(postgres_url, *house, "--standby", says="is held by"))
        web = await stack.enter_async_context(serving(postgres_url, "--redis", redis_url, "--role", "web"))
        talkers = [Talker(web.address, login) for login in ("jia", "yi")]
        for talker in talkers:
            await talker.connect()
        ends = (await talkers[0].hear("snap"))["state"]["closes_at"]
        answered: list[str] = []
        enough = asyncio.Event()
        going_on = asyncio.create_task(bidding(talkers, answered, enough))
        await asyncio.sleep(1)
        assert await asyncio.to_thread(first.stop) == 0
        await second.until()
        third = await stack.enter_async_context(alone(postgres_url, *house, "--standby", says="is held by"))
        assert await asyncio.to_thread(second.stop) == 0
        await third.until()
        enough.set()
        await going_on
        late = Talker(web.address, "jia")
        await late.connect()
        assert (await late.hear("snap"))["state"]["closes_at"] == ends
        for talker in (*talkers, late):
            await talker.close()
    assert await epochs(postgres_url) == [1, 2, 3, 4]
    await _all_are_there(postgres_url, answered)


async def _all_are_there(url: str, answered: list[str]) -> None:
    """Each answered id was decided, and all bids but repeated ones of a leader were accepted."""
    journal = open_journal(url, writable=False)
    await journal.open()
    accepted = []
    for id_ in answered:
        rows = await journal.find("hub", id_)
        assert rows, f"{id_} was answered and is not in the journal"
        accepted += [
            row.command_id for row in rows if row.type == BidAccepted.__name__ and row.stream.endswith(LOT)
        ]
    await journal.close()
    assert accepted == answered
    assert len(accepted) >= BIDS
