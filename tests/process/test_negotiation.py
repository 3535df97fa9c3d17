"""kill −9 between the moves of a negotiation: what was acknowledged is there, once, and both sides go on."""

from pathlib import Path
from typing import Any

import pytest

from exchange.bootstrap import open_exchange
from exchange.demo.bank import DemoBank
from exchange.demo.data import load
from exchange.demo.seed import LEAD, fill_registers
from exchange.demo.steps import NOTICE, Steps
from exchange.market.negotiation_commands import AnswerInvitation, OpenTable
from exchange.settings import Settings
from exchange.store import migrate
from exchange.store.clock import ManualClock, SystemClock
from exchange.store.journal import open_journal
from tests.exchange.house.running import sqlite_url
from tests.process.market import Server, serving
from tests.process.talker import Talker
from tests.web.negotiating import LISTING, TABLE, TERMS
from web.credentials import hash_password

ROUNDS = 4


async def prepare(url: str) -> None:
    """A table at which the university and jia sit, in a database for a server process."""
    await migrate.upgrade(url)
    clock = ManualClock(SystemClock().now() - LEAD)
    async with open_exchange(Settings(database_url=url), clock, DemoBank(clock)) as exchange:
        await fill_registers(exchange, clock.now(), hash_password)
        house, steps = exchange.own_house, Steps(exchange.own_house, "prepare")
        await steps.enrol()
        await steps.offer(LISTING, load()[0])
        clock.advance(NOTICE)
        await house.gavel.strike()
        await steps.ask("university", OpenTable(LISTING, "jia", "university"))
        await steps.ask("jia", AnswerInvitation(TABLE, "jia", True))
        await house.settled()


async def move(server: Server, talker: Talker, id_: str, t: str, **more: Any) -> dict[str, Any]:
    """Say a move, kill the server before its answer can come, start it again, and repeat the same id until answered."""
    await talker.connect()
    await talker.say({"t": t, "i": id_, "table": TABLE, "id": id_, **more})
    server.kill()
    await server.start()
    await talker.connect()
    await talker.say({"t": t, "i": id_, "table": TABLE, "id": id_, **more})
    return await talker.hear("ack", "rej", id=id_)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_moves_survive_kills(kind: str, sqlite_path: Path, request: pytest.FixtureRequest) -> None:
    """Offer and counter-offers, the server killed at each: every id has one effect, numbers and seq have no gap, and
    the agreement is to the offer that was acknowledged."""
    url = sqlite_url(sqlite_path) if kind == "sqlite" else request.getfixturevalue("postgres_url")
    await prepare(url)
    async with serving(url) as server:
        sides = Talker(server.address, "jia"), Talker(server.address, "university")
        acks = [await move(server, sides[0], "move-0001", "offer", terms=TERMS, minutes=600)]
        for n in range(1, ROUNDS):
            more = {"answers": n, "terms": {**TERMS, "price_fen": TERMS["price_fen"] + n}, "minutes": 600}
            acks.append(await move(server, sides[n % 2], f"move-{n + 1:04d}", "counter", **more))
        assert [(ack["t"], ack["seq"]) for ack in acks] == [("ack", n + 3) for n in range(ROUNDS)]
        side = sides[ROUNDS % 2]
        await side.connect()
        await side.say({"t": "sub", "i": "s", "table": TABLE})
        standing = (await side.hear("snap", table=TABLE))["state"]["standing"]
        digest = standing["digest"]
        agreed = await move(server, side, "agree-0001", "agree", answers=ROUNDS, digest=digest)
        assert (agreed["t"], agreed["kind"]) == ("ack", "TermsAgreed")
        for one in sides:
            await one.close()
    await _check(url, [*acks, agreed])


async def _check(url: str, acks: list[dict[str, Any]]) -> None:
    """Each acknowledged move is one row with its receipt, and the table's rows have no gap."""
    journal = open_journal(url, writable=False)
    await journal.open()
    rows = await journal.stream("hub", f"table/{TABLE}", 0)
    await journal.close()
    assert [row.stream_seq for row in rows] == list(range(1, len(rows) + 1))
    offers = [row for row in rows if row.type == "TermsOffered"]
    assert len(offers) == ROUNDS
    hashes = {row.command_id: row.hash.hex() for row in reversed(rows)}
    for ack in acks:
        assert hashes[ack["id"]] == ack["receipt"]
