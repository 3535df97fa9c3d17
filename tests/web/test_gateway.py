"""The socket of the whole product: real server, real house, real sessions, a client that knows only the protocol."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from matching_engine.terms import HOUR, SECOND
from tests.web.running import Web
from tests.web.served import PROTOCOL, Talk, credentials, eventually, served, talking
from web import messages as m
from web.audience import Watcher
from web.gateway import SOCKETS_MAX, gateway_of
from web.protocol import TABLE, Actions, CloseCode, Conversation, Phase
from web.transport import Frame

OPENING, STEP = 160_000_000, 8_000_000


@pytest.fixture(params=["wire", "any server"])
async def web(request: pytest.FixtureRequest, sqlite_path: Path) -> AsyncIterator[Web]:
    """The product served twice: with its own way out of a socket, and as another ASGI server would."""
    async with served(f"sqlite:///{sqlite_path}", wire=request.param == "wire") as running:
        yield running


def ws_url(web: Web, query: str = "") -> str:
    """The address of the socket."""
    return web.exchange.settings.public_url.replace("http", "ws") + "/ws" + query


async def denied(
    web: Web, query: str = "", protocols: tuple[Subprotocol, ...] = (PROTOCOL,), **headers: str
) -> tuple[int, str]:
    """The status and code with which a handshake is refused."""
    with pytest.raises(InvalidStatus) as refused:
        async with connect(
            ws_url(web, query), subprotocols=list(protocols) or None, additional_headers=headers, proxy=None
        ):
            pass
    response = refused.value.response
    return response.status_code, json.loads(response.body or b"{}").get("code", "")


# The handshake


async def test_a_strange_origin_is_refused_before_the_socket_opens(web: Web) -> None:
    """403 to another site's page, with the victim's cookie and ticket and all."""
    cookie, _ = await credentials(web, "jia")
    assert await denied(web, Origin="https://evil.example", Cookie=cookie) == (403, "ORIGIN")
    assert (await denied(web, Origin=web.exchange.settings.public_url + ".evil.example"))[0] == 403


async def test_a_cookie_without_an_origin_is_refused(web: Web) -> None:
    """A browser always names its origin; a cookie without one is stolen goods."""
    cookie, _ = await credentials(web, "jia")
    assert await denied(web, Cookie=cookie) == (403, "ORIGIN")


async def test_the_subprotocol_must_be_offered(web: Web) -> None:
    """Who does not know luochui.v1 gets no socket."""
    assert await denied(web, protocols=()) == (400, "SUBPROTOCOL")
    assert await denied(web, protocols=(Subprotocol("chat"),)) == (400, "SUBPROTOCOL")


async def test_a_secret_in_the_address_is_refused_and_void(web: Web) -> None:
    """400, and the session whose token stood there has ended."""
    client = await web.signed_in("jia")
    token = client.cookies[web.app.state.sessions.cookie_name]
    assert await denied(web, f"?token={token}") == (400, "TOKEN_IN_URL")
    assert (await client.get("/api/v1/session")).status_code == 401


async def test_a_wrong_key_is_refused_at_the_handshake(web: Web) -> None:
    """401 for a program whose key does not count."""
    assert await denied(web, Authorization="Bearer ek_" + "x" * 43) == (401, "BAD_KEY")


async def test_a_program_signs_in_with_its_key(web: Web) -> None:
    """A key in Authorization needs neither origin nor ticket."""
    lot = await web.open_lot("jia", "yi")
    account = await web.exchange.registers.accounts.get("jia")
    assert account is not None
    key, _ = await web.app.state.sessions.new_key(account, "bot", HOUR)
    async with connect(
        ws_url(web),
        subprotocols=[PROTOCOL],
        additional_headers={"Authorization": f"Bearer {key}"},
        proxy=None,
    ) as connection:
        talk = Talk(connection)
        await talk.send("hello", v=1)
        assert (await talk.until("welcome"))["account"] == "jia"
        answer = await talk.ask("bid", lot=lot, id="robot-bid-1", amount_fen=OPENING)
        assert answer["t"] == "ack"


# Hello


async def test_a_visitor_watches_and_may_not_bid(web: Web) -> None:
    """Watching needs no account; a bid without one is refused."""
    lot = await web.open_lot("jia", "yi")
    async with talking(web) as talk:
        await talk.send("sub", lot=lot)
        assert (await talk.until("snap"))["state"]["state"] == "open"
        answer = await talk.ask("bid", lot=lot, id="visitor-1", amount_fen=OPENING)
        assert (answer["t"], answer["code"], answer["retry"]) == ("rej", "SIGN_IN_REQUIRED", False)


async def test_a_cookie_without_a_ticket_is_a_visitor(web: Web) -> None:
    """The browser sends the cookie whoever opens the socket: alone it signs nobody in."""
    cookie, _ = await credentials(web, "jia")
    async with talking(web, hello=False, Cookie=cookie) as talk:
        await talk.send("hello", v=1)
        assert "account" not in await talk.until("welcome")


async def test_a_ticket_opens_one_socket(web: Web) -> None:
    """Used twice it closes with 4401; so does one that was never given out."""
    cookie, ticket = await credentials(web, "jia")
    async with talking(web, hello=False, Cookie=cookie) as talk:
        await talk.send("hello", v=1, ticket=ticket)
        assert (await talk.until("welcome"))["account"] == "jia"
    for bad in (ticket, "x" * 43):
        async with talking(web, hello=False, Cookie=cookie) as talk:
            await talk.send("hello", v=1, ticket=bad)
            assert (await talk.hear())["t"] == "bye"
            assert await talk.closed() == 4401


async def test_a_ticket_is_for_its_own_session(web: Web) -> None:
    """Another's ticket with one's own cookie is as bad as none."""
    _, ticket = await credentials(web, "jia")
    cookie, _ = await credentials(web, "yi")
    async with talking(web, hello=False, Cookie=cookie) as talk:
        await talk.send("hello", v=1, ticket=ticket)
        assert await talk.closed() == 4401


async def test_a_ticket_ends_after_thirty_seconds(web: Web) -> None:
    """A moment too late is too late."""
    cookie, ticket = await credentials(web, "jia")
    web.clock.advance(31 * SECOND)
    async with talking(web, hello=False, Cookie=cookie) as talk:
        await talk.send("hello", v=1, ticket=ticket)
        assert await talk.closed() == 4401


async def test_no_hello_closes(web: Web) -> None:
    """4408 once five seconds of the house's clock have passed."""
    async with talking(web, hello=False) as talk:
        await talk.connection.ping()
        web.clock.advance(5 * SECOND)
        assert await talk.closed() == 4408


# Bidding


async def test_a_bid_is_acknowledged_and_told_to_everybody(web: Web) -> None:
    """The bidder gets seq and receipt, both watchers the event, each at the same seq."""
    lot = await web.open_lot("jia", "yi")
    async with talking(web, "jia") as jia, talking(web) as visitor:
        for talk in (jia, visitor):
            await talk.send("sub", lot=lot)
            await talk.until("snap")
        await jia.send("bid", lot=lot, id="first-bid-1", amount_fen=OPENING, seen=1)
        event = await visitor.until("ev")
        ack = await jia.until("ack")
        assert (event["kind"], event["amount_fen"], event["seq"]) == ("BidAccepted", OPENING, ack["seq"])
        assert event["bidder"] == web.exchange.house.view.market.code_of(lot, "jia")
        outcome = await web.exchange.own_house.answer_of("first-bid-1")
        assert outcome is not None
        assert ack["receipt"] == outcome.first.receipt


class Cut:
    """The way out of a socket whose transport fails."""

    def write(self, frame: Frame) -> None:
        """Raise, as nothing of ours does."""
        raise OSError("cut")


async def test_a_socket_that_fails_costs_nobody_else_the_answer(web: Web) -> None:
    """Answers of one commit are written together: one that cannot be written is logged, the others go out."""
    lot = await web.open_lot("jia", "yi")
    async with talking(web, "jia") as jia:
        failing: Any = Cut()
        gateway_of(web.app).answering.add(Watcher(failing, None, lambda *_: None), m.Ping())
        assert (await jia.ask("bid", lot=lot, id="a-whole-id-0001", amount_fen=OPENING))["t"] == "ack"
        assert web.exchange.own_house.alive


def all_at_once(talk: Talk, *messages: dict[str, Any]) -> None:
    """Send messages in one write, which the server reads at once."""
    connection = talk.connection
    for message in messages:
        connection.protocol.send_text(json.dumps(message).encode())
    connection.transport.write(b"".join(connection.protocol.data_to_send()))


async def test_what_comes_at_once_is_taken_in_its_order(web: Web) -> None:
    """A subscription has to wait for the room: what was sent behind it is answered behind it, and nothing is lost."""
    lot = await web.open_lot("jia", "yi")
    async with talking(web, "jia") as jia:
        probe = {"t": "time", "c0": 1}
        bid = {"t": "bid", "i": 4, "lot": lot, "id": "behind-a-sub", "amount_fen": OPENING}
        sub = {"t": "sub", "i": 2, "lot": lot}
        all_at_once(jia, {**probe, "i": 1}, sub, {**probe, "i": 3}, bid, {**probe, "i": 5})
        heard = [await jia.until("time", "snap", "ack") for _ in range(5)]
    assert [one.get("i") for one in heard if one["t"] != "ack"] == [1, 2, 3, 5]
    assert [one["id"] for one in heard if one["t"] == "ack"] == ["behind-a-sub"]


async def test_a_second_frame_of_one_turn_waits_behind_the_first(web: Web) -> None:
    """Until a frame is taken nobody knows what it waits for, so the next one of its socket is not heard."""
    async with talking(web, "jia") as jia:
        (connection,) = gateway_of(web.app)._connections["jia"]
        assert connection._hear('{"t":"time","i":1,"c0":1}')
        assert not connection._hear('{"t":"time","i":2,"c0":1}')
        await jia.until("time", i=1)
        assert connection._hear('{"t":"time","i":3,"c0":1}')
        await jia.until("time", i=3)


async def test_crowds_wait_while_a_frame_waits(web: Web) -> None:
    """What was read is taken before the next of a crowd hear anything: a bid is not behind those who merely look."""
    async with talking(web, "jia") as jia:
        gateway = gateway_of(web.app)
        (connection,) = gateway._connections["jia"]
        busy = gateway.hub._pourer._busy
        assert busy
        assert not busy()
        assert connection._hear('{"t":"time","i":1,"c0":1}')
        assert busy()
        await jia.until("time", i=1)
        assert not busy()


async def test_a_fault_in_taking_a_frame_ends_its_socket_alone(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Frames of one turn are taken together: the one that something is wrong with closes its own socket."""
    lot = await web.open_lot("jia", "yi")

    def fail(conversation: Conversation, message: m.Probe, at: int) -> Actions:
        raise OSError("a fault")

    monkeypatch.setitem(cast(dict[Any, Any], TABLE), (Phase.OPEN, m.Probe), fail)
    async with talking(web, "jia") as jia, talking(web, "yi") as yi:
        (failing,), (whole,) = (gateway_of(web.app)._connections[login] for login in ("jia", "yi"))
        bid = {"t": "bid", "i": 7, "lot": lot, "id": "beside-a-fault", "amount_fen": OPENING}
        assert failing._hear('{"t":"time","i":1,"c0":1}')
        assert whole._hear(json.dumps(bid))
        assert (await yi.until("ack"))["i"] == 7
        assert await jia.closed() == CloseCode.INTERNAL


async def test_one_id_has_one_answer(web: Web) -> None:
    """The same command again gets the same receipt; the same id with another amount is refused."""
    lot = await web.open_lot("jia", "yi")
    async with talking(web, "jia") as talk:
        first = await talk.ask("bid", lot=lot, id="same-id-1", amount_fen=OPENING)
        again = await talk.ask("bid", lot=lot, id="same-id-1", amount_fen=OPENING)
        other = await talk.ask("bid", lot=lot, id="same-id-1", amount_fen=OPENING + STEP)
    assert (first["t"], first["receipt"]) == (again["t"], again["receipt"])
    assert other["code"] == "IDEMPOTENCY_MISMATCH"
    assert web.exchange.house.view.lots[lot].accepted == 1


async def test_a_refusal_says_what_would_have_done(web: Web) -> None:
    """Too low: the code, the least amount and the close; journaled, so with a seq."""
    lot = await web.open_lot("jia", "yi")
    async with talking(web, "jia") as jia, talking(web, "yi") as yi:
        await jia.ask("bid", lot=lot, id="jia-bid-1", amount_fen=OPENING)
        answer = await yi.ask("bid", lot=lot, id="yi-bid-01", amount_fen=OPENING + 1)
        closes_at = web.exchange.house.view.lots[lot].closes_at
        assert closes_at is not None
        assert (answer["code"], answer["minimum_fen"]) == ("BID_BELOW_INCREMENT", OPENING + STEP)
        assert (answer["ends"], answer["retry"]) == (closes_at // 1000, False)


async def test_a_bid_after_the_close_is_refused_not_acknowledged(web: Web) -> None:
    """Whatever the gavel does at the same moment, the answer to the late bid is LOT_CLOSED."""
    lot = await web.open_lot("jia", "yi")
    async with talking(web, "jia") as talk:
        await talk.ask("bid", lot=lot, id="jia-bid-1", amount_fen=OPENING)
        web.clock.advance(HOUR)
        answer = await talk.ask("bid", lot=lot, id="jia-bid-2", amount_fen=OPENING + STEP)
        assert (answer["t"], answer["code"]) == ("rej", "LOT_CLOSED")


async def test_a_slip_of_the_keyboard_is_asked_back(web: Web) -> None:
    """More than ten times the price needs `confirm`; the same id may then be used, for nothing was decided."""
    lot = await web.open_lot("jia", "yi")
    async with talking(web, "jia") as talk:
        slip = await talk.ask("bid", lot=lot, id="slip-bid-1", amount_fen=11 * OPENING)
        assert (slip["code"], slip["field"]) == ("BID_UNCONFIRMED", "confirm")
        meant = await talk.ask("bid", lot=lot, id="slip-bid-1", amount_fen=11 * OPENING, confirm=True)
        assert meant["t"] == "ack"


async def test_the_seller_and_staff_may_not_bid(web: Web) -> None:
    """The seller of the lot, the operator, and a bidder who has not entered get their codes."""
    lot = await web.open_lot("jia", "yi")
    for login, code in (("university", "FORBIDDEN"), ("operator", "FORBIDDEN"), ("bing", "ENTRY_REQUIRED")):
        async with talking(web, login) as talk:
            answer = await talk.ask("bid", lot=lot, id=f"{login}-bid", amount_fen=OPENING)
            assert (answer["t"], answer["code"]) == ("rej", code)


async def test_match_accept_and_seal_reach_the_engine(web: Web) -> None:
    """An English lot refuses what it does not know, in the engine's words."""
    lot = await web.open_lot("jia", "yi")
    async with talking(web, "jia") as talk:
        match = await talk.ask("match", lot=lot, id="jia-match")
        accept = await talk.ask("accept", lot=lot, id="jia-accept", amount_fen=OPENING)
        envelope = {"envelope": "AQQ" + "A" * 208, "commitment": "0" * 64}
        seal = await talk.ask("seal", lot=lot, id="jia-seal-1", **envelope)
    assert [one["code"] for one in (match, accept, seal)] == [
        "MATCH_NOT_ENTITLED",
        "WRONG_MECHANISM",
        "WRONG_MECHANISM",
    ]


async def test_what_is_no_envelope_stops_at_the_socket(web: Web) -> None:
    """Wrong size, letters or commitment: BAD_ENVELOPE names the field, and nothing is journaled."""
    lot = await web.open_lot("jia", "yi")
    seq = web.exchange.house.view.seq
    good = {"envelope": "AQQ" + "A" * 208, "commitment": "0" * 64}
    async with talking(web, "jia") as talk:
        for n, (field, value) in enumerate(
            (("envelope", "abcd"), ("envelope", "信封"), ("envelope", "A" * 3600), ("commitment", "x"))
        ):
            answer = await talk.ask("seal", lot=lot, id=f"jia-seal-{n}", **{**good, field: value})
            assert (answer["t"], answer["code"], answer["field"]) == ("rej", "BAD_ENVELOPE", field)
    assert web.exchange.house.view.seq == seq


async def test_an_unknown_lot_is_refused(web: Web) -> None:
    """Neither followed nor bid on."""
    async with talking(web, "jia") as talk:
        await talk.send("sub", lot="L404")
        assert (await talk.until("rej"))["code"] == "LOT_UNKNOWN"
        assert (await talk.ask("bid", lot="L404", id="no-lot-bid", amount_fen=1))["code"] == "LOT_UNKNOWN"


async def test_coming_back_with_a_seq_brings_what_was_missed(web: Web) -> None:
    """A second socket resumes where the first one ended: exactly the events between."""
    lot = await web.open_lot("jia", "yi")
    async with talking(web) as talk:
        await talk.send("sub", lot=lot)
        snap = await talk.until("snap")
    async with talking(web, "jia") as jia, talking(web, "yi") as yi:
        await jia.ask("bid", lot=lot, id="jia-bid-1", amount_fen=OPENING)
        await yi.ask("bid", lot=lot, id="yi-bid-01", amount_fen=OPENING + STEP)
    async with talking(web) as talk:
        await talk.send("sub", lot=lot, since=[snap["epoch"], snap["seq"]])
        delta = await talk.until("delta")
        assert [event["amount_fen"] for event in delta["events"]] == [OPENING, OPENING + STEP]
        assert [event["seq"] for event in delta["events"]] == [snap["seq"] + 1, snap["seq"] + 2]


async def test_the_clock_probe_is_answered(web: Web) -> None:
    """c0 comes back, with the house's own time."""
    async with talking(web) as talk:
        await talk.send("time", c0=12.5)
        told = await talk.until("time")
        assert told["c0"] == 12.5
        assert told["s1"] == told["s2"] == web.clock.now() // 1000


# Limits


async def test_large_and_binary_frames_close(web: Web) -> None:
    """1009 above 4 KiB, 1003 for bytes."""
    async with talking(web) as talk:
        await talk.connection.send("x" * 4097)
        assert await talk.closed() == 1009
    async with talking(web) as talk:
        await talk.connection.send(b"{}")
        assert await talk.closed() == 1003


async def test_a_frame_that_cannot_be_read_is_answered(web: Web) -> None:
    """The code of the fault, and the socket goes on."""
    async with talking(web) as talk:
        await talk.connection.send('{"t":"unsub","lot":"L1","lot":"L2"}')
        assert (await talk.until("rej"))["code"] == "DUPLICATE_KEY"
        await talk.send("time", c0=1)
        await talk.until("time")


async def test_a_flood_is_refused_and_then_closed(web: Web) -> None:
    """With the house's clock standing still: twenty answers, forty refusals, 4429."""
    async with talking(web) as talk:
        for n in range(61):
            await talk.send("time", c0=n)
        codes: list[str | None] = []
        while len(codes) < 60:
            message = await talk.until("time", "rej")
            codes.append(message.get("code"))
        assert codes == [None] * 20 + ["RATE_LIMITED"] * 40
        assert (await talk.until("bye"))["code"] == "FLOOD"
        assert await talk.closed() == 4429


async def test_an_account_has_one_pace_over_its_sockets(web: Web) -> None:
    """What one socket has used the other has not any more."""
    async with talking(web, "jia") as one, talking(web, "jia") as two:
        for n in range(20):
            await one.send("time", c0=n)
            await one.until("time")
        await two.send("time", c0=1)
        assert (await two.until("rej"))["code"] == "RATE_LIMITED"


async def test_the_sixth_socket_of_an_account_takes_the_place_of_the_first(web: Web) -> None:
    """The oldest closes with 4409; the other five go on."""
    talks, contexts = [], []
    for _ in range(SOCKETS_MAX + 1):
        context = talking(web, "jia")
        contexts.append(context)
        talks.append(await context.__aenter__())
    assert await talks[0].closed() == 4409
    await talks[1].send("time", c0=1)
    await talks[1].until("time")
    for context in contexts:
        await context.__aexit__(None, None, None)


# Revocation


async def test_signing_out_closes_the_sockets_of_the_session(web: Web) -> None:
    """Within a second, with 4401; another session of the same account goes on."""
    client = await web.signed_in("jia")
    ticket = (await client.post("/api/v1/tickets")).json()["ticket"]
    name = web.app.state.sessions.cookie_name
    async with (
        talking(web, hello=False, Cookie=f"{name}={client.cookies[name]}") as talk,
        talking(web, "jia") as other,
    ):
        await talk.send("hello", v=1, ticket=ticket)
        await talk.until("welcome")
        await client.delete("/api/v1/session")
        assert (await talk.until("bye"))["code"] == "SIGNED_OUT"
        assert await talk.closed() == 4401
        await other.send("time", c0=1)
        await other.until("time")


async def test_a_disabled_account_loses_its_sockets(web: Web) -> None:
    """The sessions behind open sockets are looked at again; 4401."""
    async with talking(web, "jia") as talk:
        await web.exchange.registers.accounts.set_enabled("jia", False)
        assert await talk.closed() == 4401


async def test_a_role_that_is_gone_is_gone_at_the_next_message(web: Web) -> None:
    """The socket stays, the bid is refused."""
    lot = await web.open_lot("jia", "yi")
    async with talking(web, "jia") as talk:
        assert (await talk.ask("bid", lot=lot, id="jia-bid-1", amount_fen=OPENING))["t"] == "ack"
        await web.exchange.registers.accounts.set_roles("jia", ["seller"])
        await web.app.state.sessions.check()
        answer = await talk.ask("bid", lot=lot, id="jia-bid-2", amount_fen=OPENING + STEP)
        assert (answer["t"], answer["code"]) == ("rej", "FORBIDDEN")


async def test_a_socket_that_is_gone_leaves_nothing_behind(web: Web) -> None:
    """The hub, the account's count and the sessions forget it."""
    lot = await web.open_lot("jia", "yi")
    async with talking(web, "jia") as talk:
        await talk.send("sub", lot=lot)
        await talk.until("snap")
    gateway = gateway_of(web.app)
    await eventually(lambda: not gateway.hub.watchers and not gateway._connections)
    assert not web.app.state.sessions._lives


async def test_a_reader_that_stops_reading_is_let_go(web: Web) -> None:
    """Its socket is closed although it takes nothing any more, and the others hear every bid meanwhile."""
    lot = await web.open_lot("jia", "yi")
    async with talking(web) as slow, talking(web, "jia") as jia:
        await slow.send("sub", lot=lot)
        await slow.until("snap")
        hub = gateway_of(web.app).hub
        stalled = next(watcher for watcher in hub.watchers if watcher.subs)
        slow.connection.transport.pause_reading()
        while stalled in hub.watchers:
            for _ in range(50):
                stalled.send(m.Bye("x" * 4000))
            await asyncio.sleep(0.01)
        answer = await jia.ask("bid", lot=lot, id="jia-bid-1", amount_fen=OPENING)
        assert answer["t"] == "ack"
