"""A campaign of kills: real processes under bidding, hit by seed, and what must hold of them afterwards.

`make soak HOURS=… SEED=…` runs one round after the other, each with the next seed; one that fails prints its seed.
"""

import argparse
import asyncio
import itertools
import os
import random
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx2
from websockets.exceptions import WebSocketException

from exchange.bootstrap import read_rulebook
from exchange.house import codec, machine
from exchange.house.state import new_state
from exchange.ports import Row
from matching_engine.lot import due_at
from matching_engine.terms import DAY, SECOND
from tests.exchange.house.running import LOT
from tests.process.afterwards import check
from tests.process.market import OPENING, SHORT, STEP, sign_in
from tests.process.site import HOUSES, WEBS, Site, running_site
from tests.process.talker import Talker

SETTINGS = {"LUOCHUI_HOUSE_SECRET": "quiet cranes over the river", "LUOCHUI_GRACE_SECONDS": "1"}
TARGETS = (*HOUSES, *WEBS, "PostgreSQL", "Redis")
GONE = (WebSocketException, OSError, TimeoutError, httpx2.TransportError, KeyError)
ROUND = 20
"""Hits in a round of a soak."""
SHORT_LASTS = 40 * SECOND
"""Every outage moves its end, by its own length and the grace: it falls among the hits or soon after."""


@dataclass
class Round:
    """What happened in a round."""

    seed: int
    hits: list[str] = field(default_factory=list)
    acknowledged: dict[str, dict[str, Any]] = field(default_factory=dict)
    seen: int = 0
    resumed: int = 0
    rows: int = 0
    sold: bool = False
    ends: dict[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        bids = f"{len(self.acknowledged)} bids acknowledged, {self.rows} rows, {self.seen} events watched"
        return f"seed {self.seed}: {len(self.hits)} hits, {bids}, {self.resumed} resumed; {self.ends}"


class Watcher(Talker):
    """Somebody who only looks: every event once and in order, through whatever happens to the server."""

    def __init__(self, address: str, login: str, told: Round) -> None:
        super().__init__(address, login)
        self.seq = 0
        self._epoch = 0
        self._told = told

    async def watch(self) -> None:
        """Look for ever, and come back with `since`."""
        while True:
            try:
                await self.connect((self._epoch, self.seq) if self.seq else None)
                while True:
                    self.take(await self.hear("snap", "delta", "ev"))
            except GONE:
                await self._drop()
                self._told.resumed += 1
                await asyncio.sleep(0.1)

    def take(self, message: dict[str, Any]) -> None:
        """AssertionError when events are missing or come twice without a new state of the whole lot."""
        if message["t"] == "delta":
            assert [event["seq"] for event in message["events"]] == [*range(self.seq + 1, message["seq"] + 1)]
        elif message["t"] == "ev":
            assert message["from"] == self.seq + 1, (self.seq, message)
        self._told.seen += message["seq"] - self.seq if message["t"] != "snap" else 0
        self.seq, self._epoch = message["seq"], message["epoch"]
        self.heard.clear()


async def bid_by_socket(address: str, login: str, amounts: "itertools.count[int]", told: Round) -> None:
    """Bid higher and higher on a socket, each bid under its id until it is answered."""
    talker = Talker(address, login)
    try:
        for amount_fen in amounts:
            id_ = f"campaign-{amount_fen}"
            answer = await talker.bid_until_answered(id_, amount_fen)
            if answer["t"] == "ack":
                told.acknowledged[id_] = answer
            await asyncio.sleep(0.05)
    finally:
        await talker.close()


async def bid_by_rest(address: str, login: str, amounts: "itertools.count[int]", told: Round) -> None:
    """The same over REST."""
    client = await sign_in(address, login)
    try:
        for amount_fen in amounts:
            id_ = f"campaign-{amount_fen}"
            answer = await _post_until_answered(client, id_, amount_fen)
            if "receipt" in answer:
                told.acknowledged[id_] = answer
            await asyncio.sleep(0.05)
    finally:
        await client.aclose()


async def bid_once(address: str, login: str, told: Round) -> None:
    """One bid on the lot that ends meanwhile: it must be sold, once, however often its house dies around the hammer."""
    client = await sign_in(address, login)
    try:
        answer = await _post_until_answered(client, "campaign-short", OPENING, SHORT)
        assert "receipt" in answer, answer
        told.acknowledged["campaign-short"] = answer
        while not told.sold:
            with suppress(*GONE, ValueError):
                lot = (await client.get(f"/api/v1/lots/{SHORT}", timeout=5)).json()
                told.sold = lot["state"] == "hammered"
            await asyncio.sleep(0.3)
    finally:
        await client.aclose()


async def _post_until_answered(
    client: httpx2.AsyncClient, id_: str, amount_fen: int, lot: str = LOT
) -> dict[str, Any]:
    while True:
        with suppress(*GONE, ValueError):
            headers = {"idempotency-key": id_}
            path = f"/api/v1/lots/{lot}/bids"
            answer = await client.post(path, json={"amount_fen": amount_fen}, headers=headers, timeout=5)
            if answer.status_code < 500 and answer.status_code != 429:
                body: dict[str, Any] = answer.json()
                return body
        await asyncio.sleep(0.1)


async def play(told: Round, hits: int) -> None:
    """One round: everything is hit once before anything twice, in an order and for a time that the seed decides."""
    async with running_site(DAY, SHORT_LASTS) as site:
        first, second = (site.servers[name].address for name in WEBS)
        amounts = itertools.count(OPENING, STEP)
        watcher = Watcher(second, "jia", told)
        clients = [
            asyncio.create_task(bid_once(first, "jia", told)),
            asyncio.create_task(bid_by_socket(first, "jia", amounts, told)),
            asyncio.create_task(bid_by_rest(second, "yi", amounts, told)),
            asyncio.create_task(watcher.watch()),
        ]
        supervising = asyncio.create_task(site.supervise())
        try:
            await _under_fire(site, told, hits, clients)
        except BaseException:
            print(site.logs(), file=sys.stderr)  # noqa: T201 (what a failure leaves to look at)
            raise
        finally:
            for task in (*clients, supervising):
                task.cancel()
            await asyncio.gather(*clients, supervising, return_exceptions=True)
            await watcher.close()
        told.ends = dict(site.ends)
        await _afterwards(site, told)


async def _under_fire(site: Site, told: Round, hits: int, clients: list["asyncio.Task[None]"]) -> None:
    """Hit by hit; at the end everything is whole again and bids are acknowledged once more."""
    dice = random.Random(told.seed)
    await _more(told, 5, clients)
    waiting: list[tuple[str, bool]] = []
    for _ in range(hits):
        waiting = waiting or dice.sample(CHOICES, len(CHOICES))
        name, deadly = waiting.pop()
        seconds = dice.choice((0.3, 1.0, 2.6) if name in HOUSES else (0.3, 0.8))
        told.hits.append(f"{name} {'killed' if deadly else f'hung for {seconds} s'}")
        await site.hit(name, deadly, seconds)
        await asyncio.sleep(dice.choice((0.2, 1.0)))
    await site.whole()
    seen = told.seen
    await _more(told, 5, clients)
    async with asyncio.timeout(60):
        while told.seen == seen or not told.sold:
            await asyncio.sleep(0.05)


CHOICES = [(name, deadly) for name in TARGETS for deadly in (True, False)]


async def _more(told: Round, count: int, clients: list["asyncio.Task[None]"]) -> None:
    """Wait for that many more acknowledgements; a client that failed fails the round."""
    wanted = len(told.acknowledged) + count
    async with asyncio.timeout(60):
        while len(told.acknowledged) < wanted:
            for client in clients:
                if client.done():
                    client.result()
            await asyncio.sleep(0.05)


async def _afterwards(site: Site, told: Round) -> None:
    """The checker: the journal against what was acknowledged, and everything against itself."""
    rows = await check(site.url, told.acknowledged)
    told.rows = len(rows)
    assert wrong_closings(rows) == []
    assert [row.stream for row in rows if row.type == "Hammered"] == [f"lot/{SHORT}"]
    assert not [line for line in site.logs().splitlines() if "invariant" in line]
    command = (sys.executable, "-m", "web", "verify", "--database", site.url, "--json")
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()


def wrong_closings(rows: list[Row]) -> list[str]:
    """Bids that were accepted at or after the close of their lot, and second ends of a lot."""
    state, wrong, ended = new_state(read_rulebook()), list[str](), set[str]()
    for row in rows:
        recorded = codec.recorded(row)
        if row.type == "BidAccepted":
            lot = state.lots[row.stream.removeprefix("lot/")]
            due = due_at(lot)
            if lot.closed_at is not None or (due is not None and row.at >= due):
                return [*wrong, f"seq {row.seq}: a bid at {row.at}, due {due}"]  # Nothing can follow from it.
        elif row.type in ("Hammered", "Passed"):
            if row.stream in ended:
                wrong.append(f"seq {row.seq}: a second end of {row.stream}")
            ended.add(row.stream)
        machine.apply(state, recorded)
    return wrong


def main() -> int:
    """Round after round for some hours; 70 when one fails."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--hours", type=float, default=1)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    os.environ |= SETTINGS
    ends = time.monotonic() + given.hours * 3600
    bids = hits = 0
    for seed in itertools.count(given.seed):
        told = Round(seed)
        try:
            asyncio.run(play(told, ROUND))
        except Exception as error:
            _say(f"seed {seed} failed after {told.hits}: {error!r}\nagain: make soak SEED={seed}")
            return 70
        bids, hits = bids + len(told.acknowledged), hits + len(told.hits)
        _say(str(told))
        if time.monotonic() >= ends:
            _say(f"{seed - given.seed + 1} rounds held: {hits} hits, {bids} bids acknowledged, none lost")
            return 0
    raise AssertionError("counting does not end")


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 (a command prints)


if __name__ == "__main__":
    sys.exit(main())
