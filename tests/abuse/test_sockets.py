"""40 to 57: strangers' pages, stolen and stale secrets, floods, slow readers, and guesses at passwords."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import pytest
import pytest_asyncio
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from exchange.demo import people
from matching_engine.terms import MINUTE, SECOND
from tests.abuse import crowd
from tests.abuse.site import Site
from tests.web.asking import OPENING, STEP, post, refusal
from tests.web.running import key
from tests.web.served import Talk, credentials, eventually, talking
from tests.web.test_gateway import denied
from web import credentials as passwords
from web import messages as m
from web.gateway import SOCKETS_MAX, gateway_of
from web.hub import CLOSE_ABOVE

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("abuse sockets")]

EVIL = "https://evil.example"
LOT = "L1"


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def _lot(site: Site) -> None:
    """A lot that takes bids from jia, yi and bing, and many more."""
    await crowd.fill(site)


@asynccontextmanager
async def with_cookie(site: Site, cookie: str) -> AsyncIterator[Talk]:
    """A socket with somebody's cookie that has not said hello yet."""
    async with talking(site, hello=False, Cookie=cookie) as talk:
        yield talk


async def test_40_a_strange_origin(site: Site) -> None:
    """403 before the socket opens, with the victim's cookie and all; also for what only looks like ours."""
    cookie, _ = await credentials(site, "jia")
    ours = site.exchange.settings.public_url
    for origin in (EVIL, "null", f"{ours}.evil.example", ours.replace("http", "https"), f"{ours}/"):
        assert await denied(site, Origin=origin, Cookie=cookie) == (403, "ORIGIN"), origin


async def test_41_a_cookie_without_an_origin(site: Site) -> None:
    """No browser sends that."""
    cookie, _ = await credentials(site, "jia")
    assert await denied(site, Cookie=cookie) == (403, "ORIGIN")


async def test_42_a_token_in_the_address(site: Site) -> None:
    """400 at the socket and over HTTP, and the token that was shown counts no more."""
    for n in range(2):
        client = await site.signed_in("yi")
        token = client.cookies[site.app.state.sessions.cookie_name]
        if n:
            assert await denied(site, f"?token={token}") == (400, "TOKEN_IN_URL")
        else:
            answer = await site.client().get(f"/api/v1/lots?q={token}")
            assert refusal(answer) == (400, "TOKEN_IN_URL")
        assert (await client.get("/api/v1/session")).status_code == 401


async def test_43_a_ticket_used_twice_or_too_late(site: Site) -> None:
    """4401 for both, and for another's."""
    cookie, ticket = await credentials(site, "jia")
    async with with_cookie(site, cookie) as talk:
        await talk.send("hello", v=1, ticket=ticket)
        assert (await talk.until("welcome"))["account"] == "jia"
    client, (_, others) = await site.signed_in("jia"), await credentials(site, "yi")
    late = (await client.post("/api/v1/tickets")).json()["ticket"]
    name = site.app.state.sessions.cookie_name
    site.clock.advance(31 * SECOND)
    for whose, bad in ((cookie, ticket), (cookie, others), (f"{name}={client.cookies[name]}", late)):
        async with with_cookie(site, whose) as talk:
            await talk.send("hello", v=1, ticket=bad)
            assert (await talk.until("bye"))["code"] == "TICKET_INVALID"
            assert await talk.closed() == 4401


async def test_44_no_hello(site: Site) -> None:
    """4408 when five seconds of the house's clock have passed without a word."""
    async with talking(site, hello=False) as talk:
        await talk.connection.ping()
        site.clock.advance(5 * SECOND)
        assert await talk.closed() == 4408


async def test_45_signed_out_or_disabled(site: Site) -> None:
    """The open socket closes with 4401, within a second; the test waits for it and for nothing else."""
    client = await site.signed_in("ding")
    ticket = (await client.post("/api/v1/tickets")).json()["ticket"]
    name = site.app.state.sessions.cookie_name
    async with with_cookie(site, f"{name}={client.cookies[name]}") as talk, talking(site, "wu") as other:
        await talk.send("hello", v=1, ticket=ticket)
        await talk.until("welcome")
        assert (await client.delete("/api/v1/session")).status_code == 204
        assert await talk.closed() == 4401
        await site.exchange.registers.accounts.set_enabled("wu", False)
        assert await other.closed() == 4401


async def test_46_a_role_that_was_taken_away(site: Site) -> None:
    """The next request is 403; so is the next message of a socket that was open before."""
    async with talking(site, "bing") as talk:
        await site.exchange.registers.accounts.set_roles("bing", ["seller"])
        await site.app.state.sessions.check()
        answer = await talk.ask("bid", lot=LOT, id=key(), amount_fen=OPENING)
        assert (answer["t"], answer["code"]) == ("rej", "FORBIDDEN")
    bid = await post(await site.member("bing"), f"lots/{LOT}/bids", {"amount_fen": OPENING})
    assert refusal(bid) == (403, "FORBIDDEN")


async def test_47_a_flood(site: Site) -> None:
    """With the clock standing still twenty messages are answered and forty refused; the next one closes, 4429."""
    async with talking(site) as talk:
        for n in range(61):
            await talk.send("time", c0=n)
        codes = [(await talk.until("time", "rej")).get("code") for _ in range(60)]
        assert codes == [None] * 20 + ["RATE_LIMITED"] * 40
        assert await talk.closed() == 4429


async def test_48_a_frame_above_4_kib(site: Site) -> None:
    """1009, and 4096 octets exactly are read."""
    async with talking(site) as talk:
        await talk.connection.send(json.dumps({"t": "time", "i": 1, "c0": 1}).ljust(4096))
        await talk.until("time")
        await talk.connection.send("x" * 4097)
        assert await talk.closed() == 1009


async def test_49_a_binary_frame(site: Site) -> None:
    """1003, even if what is in it would be a message."""
    async with talking(site) as talk:
        await talk.connection.send(b'{"t":"time","i":1,"c0":1}')
        assert await talk.closed() == 1003


async def test_50_a_reader_that_does_not_read(site: Site) -> None:
    """It is let go with 4108 and hears so when it reads again; then it resumes by seq and has missed nothing."""
    async with talking(site) as slow:
        await slow.send("sub", lot=LOT)
        snap = await slow.until("snap")
        hub = gateway_of(site.app).hub
        stalled = next(watcher for watcher in hub.watchers if watcher.subs)
        slow.connection.transport.pause_reading()
        while stalled.pipe.buffered <= CLOSE_ABOVE:
            stalled.send(m.Bye("x" * 4000))
            await asyncio.sleep(0)
        await eventually(lambda: stalled not in hub.watchers)
        lead_fen = site.exchange.house.view.lots[LOT].lead_fen
        amount_fen = OPENING if lead_fen is None else lead_fen + STEP
        bid = await post(await site.member("jia"), f"lots/{LOT}/bids", {"amount_fen": amount_fen})
        assert bid.status_code == 201
        slow.connection.transport.resume_reading()
        assert await drained(slow.connection) == 4108
    async with talking(site) as again:
        await again.send("sub", lot=LOT, since=[snap["epoch"], snap["seq"]])
        delta = await again.until("delta")
        assert [event["seq"] for event in delta["events"]] == [snap["seq"] + 1]
        assert delta["events"][0]["amount_fen"] == amount_fen


async def drained(connection: ClientConnection) -> int | None:
    """The code with which a socket closes, after all that was sent before it."""
    async with asyncio.timeout(10):
        with suppress(ConnectionClosed):
            while True:
                await connection.recv()
    return connection.close_code


async def test_51_following_more_than_sixty_four_lots(site: Site) -> None:
    """The sixty-fifth is refused with SUBSCRIPTION_LIMIT, the sixty-four go on; one left makes room for one."""
    lots = crowd.LOTS
    async with talking(site) as talk:
        for lot in lots[: crowd.LOTS_MAX]:
            await talk.send("sub", lot=lot)
            await talk.until("snap")
            site.breathe()
        await talk.send("sub", lot=lots[crowd.LOTS_MAX])
        assert (await talk.until("rej", "snap"))["code"] == "SUBSCRIPTION_LIMIT"
        await talk.send("unsub", lot=lots[0])
        await talk.send("sub", lot=lots[crowd.LOTS_MAX])
        assert (await talk.until("rej", "snap"))["t"] == "snap"


async def test_52_a_sixth_socket_of_one_account(site: Site) -> None:
    """The oldest closes, 4409; the other five go on."""
    cookies = []
    client = await site.signed_in("yi")
    name = site.app.state.sessions.cookie_name
    async with AsyncExitStack() as stack:
        for _ in range(SOCKETS_MAX + 1):
            site.breathe()
            ticket = (await client.post("/api/v1/tickets")).json()["ticket"]
            talk = await stack.enter_async_context(with_cookie(site, f"{name}={client.cookies[name]}"))
            await talk.send("hello", v=1, ticket=ticket)
            await talk.until("welcome")
            cookies.append(talk)
        assert await cookies[0].closed() == 4409
        for talk in cookies[1:]:
            await talk.send("time", c0=1)
            await talk.until("time")


async def test_53_another_sites_post(site: Site) -> None:
    """403 CSRF for a strange origin, none at all, a cross-site fetch, and a missing form token."""
    victim, seq = await site.member("jia"), site.exchange.house.view.seq
    path, body = f"/api/v1/lots/{LOT}/bids", {"amount_fen": 10 * OPENING}
    for headers in (
        {"origin": EVIL},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"x-csrf-token": ""},
        {"x-csrf-token": "x" * 43},
    ):
        answer = await victim.post(path, json=body, headers={"idempotency-key": key(), **headers})
        assert refusal(answer) == (403, "CSRF"), headers
    anonymous = site.client(cookie=f"{site.app.state.sessions.cookie_name}=x")
    del anonymous.headers["origin"]
    assert refusal(await anonymous.post(path, json=body)) == (403, "CSRF")
    assert site.exchange.house.view.seq == seq


async def test_54_a_session_id_fixed_before_the_sign_in(site: Site) -> None:
    """The id that a browser brought is void after the sign-in, whether it was made up or an earlier session's."""
    name, planted = site.app.state.sessions.cookie_name, "p" * 43
    browser = site.client()
    body = {"account": "jia", "password": people.PASSWORD}
    ids = [planted]
    for _ in range(2):
        headers = {"cookie": f"{name}={ids[-1]}"}
        browser.cookies.clear()
        assert (await browser.post("/api/v1/session", json=body, headers=headers)).status_code == 200
        ids.append(browser.cookies[name])
    assert len(set(ids)) == 3
    for id_, status in zip(ids, (401, 401, 200), strict=True):
        thief = site.client(cookie=f"{name}={id_}")
        assert (await thief.get("/api/v1/session")).status_code == status


async def test_55_what_belongs_to_another(site: Site) -> None:
    """404, with the very words for what was never there."""
    mine = key()
    bid = await post(await site.member("jia"), f"lots/{LOT}/bids", {"amount_fen": 1}, mine)
    assert bid.status_code == 409
    other = await site.member("yi")
    for path, absent in (
        (f"commands/{mine}", f"commands/{key()}"),
        ("parties/jia/statement", "parties/nobody/statement"),
    ):
        hidden, never = await other.get(f"/api/v1/{path}"), await other.get(f"/api/v1/{absent}")
        assert refusal(hidden) == (404, "NOT_FOUND"), path
        shown = [{**answer.json(), "request_id": "", "command": ""} for answer in (hidden, never)]
        assert shown[0] == shown[1]


async def guess(site: Site, account: str, password: str, **headers: str) -> tuple[int, str]:
    """One try to sign in; status and code."""
    body = {"account": account, "password": password}
    return refusal(await site.client().post("/api/v1/session", json=body, headers=headers))


async def test_56_an_address_that_is_claimed(site: Site) -> None:
    """Behind ever new X-Forwarded-For and Forwarded headers the sixth guess is still the sixth."""
    answers = [
        await guess(
            site,
            "evaluator",
            "wrong",
            **{"x-forwarded-for": f"10.0.0.{n}", "x-real-ip": f"10.0.1.{n}", "forwarded": f"for=10.0.2.{n}"},
        )
        for n in range(6)
    ]
    assert answers == [(401, "BAD_CREDENTIALS")] * 5 + [(429, "TOO_MANY_ATTEMPTS")]


@pytest.mark.usefixtures("dear_passwords")
async def test_57_stolen_passwords_tried_one_after_another(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """429 after five for a login that exists and for one that does not; each guess costs one hash of one price."""
    verified: list[str] = []
    real = passwords._verify

    def counted(hashed: str, text: str) -> bool:
        verified.append("$".join(hashed.split("$")[:4]))
        return real(hashed, text)

    monkeypatch.setattr(passwords, "_verify", counted)
    await site.exchange.registers.accounts.rehash("funder1", passwords.hash_password(people.PASSWORD))
    site.clock.advance(MINUTE)
    for account in ("funder1", "nobody"):
        answers = [await guess(site, account, f"stolen {n}") for n in range(6)]
        assert answers == [(401, "BAD_CREDENTIALS")] * 5 + [(429, "TOO_MANY_ATTEMPTS")]
    assert len(verified) == 10
    assert len(set(verified)) == 1
