"""kill −9 between bids: whatever was acknowledged is there, once, and the room goes on."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from exchange.store.journal import open_journal
from tests.exchange.house.running import sqlite_url
from tests.process.market import OPENING, STEP, Server, prepare, serving
from tests.process.talker import Talker

KILLS = 3


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_acknowledged_bids_survive_kills(
    kind: str, sqlite_path: Path, request: pytest.FixtureRequest
) -> None:
    """Two bidders keep bidding with ids they repeat while the server is killed three times: nothing acknowledged
    is lost, nothing is there twice, the sequence has no gap, and both go on bidding in the same room."""
    url = sqlite_url(sqlite_path) if kind == "sqlite" else request.getfixturevalue("postgres_url")
    async with _bidden_on(url) as (server, acknowledged):
        for _ in range(KILLS):
            await _more(acknowledged, 8)
            server.kill()
            await server.start()
        await _more(acknowledged, 8)
    await _check(url, acknowledged)


async def test_acknowledged_bids_survive_kills_of_the_writer(sqlite_path: Path) -> None:
    """The process that writes is killed again and again while two bidders bid: the house finds out what was written,
    goes on with another writer and never ends; nothing acknowledged is lost, nothing is there twice."""
    url = sqlite_url(sqlite_path)
    async with _bidden_on(url) as (server, acknowledged):
        for _ in range(2 * KILLS):
            await _more(acknowledged, 3)
            server.kill_writer()
        await _more(acknowledged, 8)
        assert server.status is None
        assert server.log().count('"event": "the process that writes the journal ended"') == 2 * KILLS
    await _check(url, acknowledged)


@asynccontextmanager
async def _bidden_on(url: str) -> AsyncIterator[tuple[Server, dict[str, dict[str, Any]]]]:
    """A server on which two bidders keep bidding, and what it acknowledged so far."""
    await prepare(url)
    acknowledged: dict[str, dict[str, Any]] = {}
    amounts = itertools.count(OPENING, STEP)
    async with serving(url) as server:
        bidding = [
            asyncio.create_task(_keep_bidding(Talker(server.address, login), amounts, acknowledged))
            for login in ("jia", "yi")
        ]
        yield server, acknowledged
        for task in bidding:
            task.cancel()


async def _more(acknowledged: dict[str, Any], count: int) -> None:
    """Wait for that many more acknowledgements."""
    wanted = len(acknowledged) + count
    async with asyncio.timeout(40):
        while len(acknowledged) < wanted:
            await asyncio.sleep(0.02)


async def _keep_bidding(
    talker: Talker, amounts: "itertools.count[int]", acknowledged: dict[str, Any]
) -> None:
    """Bid higher and higher, each bid until it is answered."""
    try:
        for amount_fen in amounts:
            id_ = f"kill-test-{amount_fen}"
            answer = await talker.bid_until_answered(id_, amount_fen)
            if answer["t"] == "ack":
                acknowledged[id_] = answer
            await asyncio.sleep(0.1)
    finally:
        await talker.close()


async def _check(url: str, acknowledged: dict[str, dict[str, Any]]) -> None:
    """Acknowledged ⊆ journal, gapless, none twice, and each receipt is its row's hash."""
    journal = open_journal(url, writable=False)
    await journal.open()
    rows = [row async for row in journal.read("hub")]
    await journal.close()
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1))
    accepted = [row for row in rows if row.type == "BidAccepted"]
    by_id = {row.command_id: row for row in accepted}
    assert len(by_id) == len(accepted)
    assert acknowledged.keys() <= by_id.keys()
    hashes = {row.hash.hex() for row in rows}
    for answer in acknowledged.values():
        assert _hash_of(answer["receipt"]) in hashes


def _hash_of(receipt: Any) -> str:
    """The hash that a receipt states."""
    return str(receipt["hash"] if isinstance(receipt, dict) else receipt)
