"""The Python client against the real server: what it follows has no gap, what it commands is done exactly once."""

import asyncio
import runpy
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest

from exchange.demo import people
from matching_engine.terms import HOUR
from tests.exchange.house.running import BEGIN
from tests.web.asking import OPENING, STEP
from tests.web.negotiating import LISTING, PRICE, TABLE, TERMS, offered
from tests.web.running import Web
from tests.web.served import TickingClock, eventually, served
from web import messages as m
from web.client import (
    Closed,
    Exchange,
    NotFound,
    NotSignedIn,
    OutcomeUnknown,
    Refused,
    Room,
    ServerClock,
)
from web.client import errors as client_errors
from web.client.stream import Frame
from web.client.wire import come_back, read
from web.term_sheets import Terms


@pytest.fixture
async def live(sqlite_path: Path) -> AsyncIterator[Web]:
    """The whole product on a port, with one open lot; its clock goes on, so nobody stays too fast."""
    async with served(f"sqlite:///{sqlite_path}", TickingClock(BEGIN)) as web:
        await web.open_lot()
        yield web


async def entering(web: Web, login: str, **more: Any) -> Exchange:
    """The exchange as somebody of the demo."""
    exchange = Exchange(web.exchange.settings.public_url, **more)
    await exchange.sign_in(login, people.PASSWORD)
    return exchange


def bids(web: Web) -> list[tuple[str, int]]:
    """Leader and lead of the one lot, and how many steps were accepted."""
    lot = web.exchange.house.view.lots["L1"]
    return [(lot.leader or "", lot.lead_fen or 0)] * lot.accepted


async def test_two_bidders_over_the_socket(live: Web) -> None:
    """Both follow the lot, outbid each other, are refused with what would have done, and see every event once."""
    async with await entering(live, "jia") as jia, await entering(live, "yi") as yi:
        assert [one.lot async for one in jia.lots(state="open")] == ["L1"]
        with pytest.raises(NotFound):
            await jia.lot("none")
        async with jia.line() as left, yi.line() as right:
            room, other = await left.follow("L1"), await right.follow("L1")
            seen = asyncio.create_task(collect(other, 4))
            await asyncio.sleep(0)
            assert room.lot.minimum_fen == OPENING
            ack = await left.bid("L1", OPENING)
            assert (ack.kind, len(ack.receipt)) == ("BidAccepted", 64)
            with pytest.raises(Refused) as no:
                await right.bid("L1", OPENING)
            assert (no.value.code, no.value.problem.minimum_fen) == ("BID_BELOW_INCREMENT", OPENING + STEP)
            await right.proxy("L1", OPENING + STEP, OPENING + 5 * STEP)
            await left.bid("L1", OPENING + 2 * STEP)
            assert await seen == ["BidAccepted", "BidAccepted", "BidAccepted", "ProxyRaised"]
            assert other.you is not None
            assert (other.lot.leader, other.you.max_fen) == (other.you.code, OPENING + 5 * STEP)
            with pytest.raises(NotFound):
                await left.follow("none")
            assert abs(left.now - live.clock.now() // 1000) < 1_000
            await left.unfollow(room)
    async with Exchange(live.exchange.settings.public_url) as nobody:
        with pytest.raises(NotSignedIn):
            await nobody.sign_in("nobody", "wrong")


async def collect(room: Room, count: int) -> list[str]:
    """The kinds of the next events."""
    found: list[str] = []
    async for one in room.events():
        found.append(one.kind)
        if len(found) == count:
            break
    return found


async def test_a_cut_loses_no_event_and_doubles_no_bid(live: Web) -> None:
    """The socket dies under a bid that was decided: its answer is fetched, events go on, and the bid stands once."""
    async with await entering(live, "jia") as jia, await entering(live, "yi") as yi, jia.line() as line:
        room = await line.follow("L1")
        await yi.bid("L1", OPENING)
        await eventually(lambda: room.lot.lead_fen == OPENING)
        deafen(line)
        asked = asyncio.create_task(line.bid("L1", OPENING + STEP, id_="one-and-only-bid"))
        await eventually(lambda: live.exchange.house.view.lots["L1"].lead_fen == OPENING + STEP)
        await yi.bid("L1", OPENING + 2 * STEP)
        seen = asyncio.create_task(collect(room, 2))
        assert line._socket is not None
        line._socket.transport.abort()
        ack = await asked
        assert (ack.id, ack.kind) == ("one-and-only-bid", "BidAccepted")
        assert await seen == ["BidAccepted", "BidAccepted"]
        assert bids(live) == [(room.lot.leader, OPENING + 2 * STEP)] * 3
        again = await jia.bid("L1", OPENING + STEP, id_="one-and-only-bid")
        assert again.receipt == ack.receipt
        await jia.sign_out()
        with pytest.raises((OutcomeUnknown, Closed, client_errors.NotSignedIn)):
            await line.bid("L1", OPENING + 3 * STEP)


def deafen(line: Any) -> None:
    """From now on the line hears nothing more over its socket; what it says still goes out."""

    async def nothing(message: m.Outbound) -> None:
        return

    hear, line._hear = line._hear, nothing
    welcome = line._welcome

    async def hear_again(message: m.Welcome) -> None:
        line._hear = hear
        await welcome(message)

    line._welcome = hear_again


class Cutting(httpx2.AsyncHTTPTransport):
    """The way to the server, on which the first answer to a bid is lost."""

    lost = 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Ask, and lose the answer once."""
        answer = await super().handle_async_request(request)
        if request.url.path.endswith("/bids") and not self.lost:
            self.lost += 1
            await answer.aclose()
            raise httpx2.ReadError("cut", request=request)
        return answer


async def test_rest_keys_watchers_and_seals(live: Web) -> None:
    """A lost answer over REST is fetched; a key opens REST and socket; a watcher needs neither and hears every bid."""
    transport = Cutting()
    async with await entering(live, "jia", transport=transport) as jia:
        watching = Exchange(live.exchange.settings.public_url)
        heard: list[str] = []
        task = asyncio.create_task(listen(watching, heard))
        await eventually(lambda: heard == ["snapshot"])
        decided = await jia.bid("L1", OPENING)
        assert (transport.lost, decided.accepted, len(bids(live))) == (1, True, 1)
        assert (await jia.command(decided.command)).receipt == decided.receipt
        await eventually(lambda: heard == ["snapshot", "BidAccepted"])
        task.cancel()
        await watching.http.aclose()
    account = await live.exchange.registers.accounts.get("yi")
    assert account is not None
    key, _ = await live.app.state.sessions.new_key(account, "client", 10**12)
    async with Exchange(live.exchange.settings.public_url, key=key) as yi, yi.line() as line:
        assert (await line.bid("L1", OPENING + STEP)).kind == "BidAccepted"
    async with Exchange(live.exchange.settings.public_url) as anybody, anybody.line() as line:
        room = await line.follow("L1")
        assert room.lot.lead_fen == OPENING + STEP
        with pytest.raises(NotSignedIn, match="SIGN_IN_REQUIRED"):
            await line.bid("L1", OPENING + 2 * STEP)
    async with Exchange(live.exchange.settings.public_url, key="ek_" + "x" * 43) as wrong:
        with pytest.raises(NotSignedIn):
            async with wrong.line():
                pass


async def listen(exchange: Exchange, heard: list[str]) -> None:
    """Note what is heard of the lot."""
    async for one in exchange.watch("L1"):
        heard.append(one.kind)


async def test_a_negotiation_over_the_line(sqlite_path: Path) -> None:
    """Invited, joined, offered, countered, agreed to by digest; both sides see the same table."""
    async with served(f"sqlite:///{sqlite_path}", TickingClock(BEGIN)) as web:
        await offered(web)
        terms = msgspec.convert(TERMS, Terms)
        async with await entering(web, "university") as seller, await entering(web, "jia") as buyer:
            await seller.bind("negotiations", {"listing": LISTING, "taker": "jia"})
            async with seller.line() as left, buyer.line() as right:
                await right.join(TABLE)
                room, other = await left.follow_table(TABLE), await right.follow_table(TABLE)
                await left.offer(TABLE, terms, 60)
                lower = msgspec.structs.replace(terms, price_fen=PRICE - 100)
                await right.counter(TABLE, 1, lower, 60)
                await eventually(lambda: (room.state["standing"] or {}).get("number") == 2)
                ack = await left.agree(TABLE, 2, room.state["standing"]["digest"])
                assert ack.kind == "TermsAgreed"
                await eventually(lambda: other.state["agreed"] is not None)
                assert other.state["agreed"]["terms"]["price_fen"] == PRICE - 100


# What needs no server


def test_when_to_come_back() -> None:
    """40xx never, 42xx at once, everything else with jitter between half a second and half a minute."""
    assert [come_back(code, 0, 0) for code in (4401, 4403, 4409)] == [None, None, None]
    assert come_back(4200, 0, 1) == 0
    for code in (1006, 1012, 4108, 4408, 4429):
        waits = [come_back(code, tries, chance) or 0 for tries in range(12) for chance in (0, 1)]
        assert min(waits) == 0.5
        assert 5 < max(waits) <= 30


async def test_a_gap_is_noticed_and_a_conflated_state_begins_again() -> None:
    """An event beyond the next one is not taken; the events that fill the gap are, each once."""
    room = Room("L1")
    room.hear(m.Snap(1, "L1", 1, 5, msgspec.Raw(b'{"state":"open","lead_fen":1}')))
    seen = asyncio.create_task(collect(room, 4))
    await asyncio.sleep(0)
    assert room.hear(event(7, 7)) is False
    assert room.place == (1, 5)
    delta = b'{"t":"delta","i":1,"lot":"L1","epoch":1,"seq":7,"recovered":true,"now":{"lead_fen":3},"events":[{"kind":"A","seq":6},{"kind":"B","seq":7}]}'
    missed = read(delta)
    assert isinstance(missed, m.Delta)
    assert room.hear(missed)
    assert room.hear(event(7, 7))
    assert room.hear(event(8, 8))
    assert room.hear(m.Ev("L1", 1, 9, 12, "state", state={"state": "open", "lead_fen": 9}, conflated=True))
    assert await seen == ["A", "B", "BidAccepted", "snapshot"]
    assert (room.place, room.state["lead_fen"]) == ((1, 12), 9)


def event(first: int, seq: int) -> m.Ev:
    """A frame of one event, as the house writes it."""
    frame = (
        f'{{"t":"ev","lot":"L1","epoch":1,"from":{first},"seq":{seq},"kind":"BidAccepted","at":1,"now":{{}}}}'
    )
    message = read(frame)
    assert isinstance(message, m.Ev)
    return message


def test_the_clock_believes_the_shortest_way_and_slews() -> None:
    """Known before the first probe roughly; then by the best of the last eight, never jumping by a small error."""
    clock = ServerClock()
    clock.guess(5_000, 1_000)
    assert (clock.at(1_000), clock.error) == (5_000, None)
    clock.take(c0=1_000, s1=5_100, s2=5_100, c3=1_100)
    assert (clock.at(1_100), clock.error) == (1_100 + 4_050, 50)
    clock.take(c0=2_000, s1=6_005, s2=6_005, c3=2_010)
    assert clock.at(2_100) == 2_100 + 4_000
    assert clock.error == 5
    clock.take(c0=3_000, s1=6_905, s2=6_905, c3=3_008)
    assert clock.at(4_100) == 4_100 + 3_901
    clock.take(c0=9_000, s1=99_000, s2=99_000, c3=9_000)
    assert clock.at(9_000) == 99_000


def test_frames_of_a_stream_follow_the_format() -> None:
    """Comments and empty frames are nothing; data over several lines is one; an id stays until the next."""
    frame = Frame()
    lines = [": still here", "", "id: 1:3", "event: a", "data: x", "data: y", "", "data:z", ""]
    assert [one for text in lines if (one := frame.line(text))] == [("a", "x\ny", "1:3"), ("", "z", "1:3")]


def test_every_status_has_its_error() -> None:
    """A problem document becomes the error of its status; anything else a fault of the server."""
    body = b'{"code":"RATE_LIMITED","status":429,"title":"x","detail":"slower"}'
    assert isinstance(client_errors.of_answer(429, body), client_errors.TooFast)
    fault = client_errors.of_answer(500, b"<html>")
    assert (type(fault), fault.code) == (client_errors.ServerFault, "NO_PROBLEM_DOCUMENT")


async def test_the_example_wins_a_lot(live: Web, capsys: pytest.CaptureFixture[str]) -> None:
    """The program under examples/ follows the open lot and answers a rival's bid until the hammer."""
    path = Path(__file__).parents[2] / "examples" / "client" / "bid.py"
    example = runpy.run_path(str(path))
    url = live.exchange.settings.public_url
    running = asyncio.create_task(example["run"](url, "jia", people.PASSWORD, OPENING + 3 * STEP))
    lot = live.exchange.house.view.lots["L1"]
    await eventually(lambda: lot.lead_fen == OPENING)
    async with await entering(live, "yi") as yi:
        await yi.bid("L1", OPENING + STEP)
    await eventually(lambda: lot.lead_fen == OPENING + 2 * STEP)
    await live.pass_time(HOUR)
    assert await running is True
    assert "hammered: won" in capsys.readouterr().out
