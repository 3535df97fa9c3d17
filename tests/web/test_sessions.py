"""Sessions: opaque, revocable at once, ended by time, renewed with every sign-in; and what follows an open socket."""

import asyncio
import re
from pathlib import Path
from typing import Any

import httpx2
import pytest

from exchange.demo import people
from exchange.house.command import Principal
from exchange.registers.sessions import token_hash
from tests.web.running import Web, key, running_web
from web import sessions as module
from web.errors import Failure
from web.sessions import Caller, Live

MINUTE = 60_000_000


async def _caller(web: Web, client: httpx2.AsyncClient) -> Caller:
    """The caller behind a client."""
    caller, _ = await web.app.state.sessions.caller(client.build_request("GET", "/").headers)
    assert isinstance(caller, Caller)
    return caller


async def _status(client: httpx2.AsyncClient) -> int:
    return (await client.get("/api/v1/session")).status_code


async def test_signing_in_sets_one_cookie_that_no_script_reads(web: Web) -> None:
    """HttpOnly, SameSite=Lax, the whole site, twelve hours; 256 random bits; the body holds no token."""
    answer = await web.client().post("/api/v1/session", json={"account": "jia", "password": people.PASSWORD})
    (cookie,) = answer.headers.get_list("set-cookie")
    token = re.fullmatch(r"sid=([A-Za-z0-9_-]{43}); Path=/; Max-Age=43200; HttpOnly; SameSite=Lax", cookie)
    assert token is not None
    assert token[1] not in answer.text
    assert answer.json()["account"] == {
        "id": "jia",
        "login": "jia",
        "name": "演示企业甲·竞买代表",
        "party": "jia",
        "roles": ["bidder"],
    }


async def test_https_has_a_cookie_that_plain_http_cannot_set(sqlite_path: Path) -> None:
    """With an https address the name is __Host-sid and the cookie Secure, and sign-out takes the same one away."""
    async with running_web(f"sqlite:///{sqlite_path}", base_url="https://jishu.example") as web:
        client = web.client()
        answer = await client.post("/api/v1/session", json={"account": "jia", "password": people.PASSWORD})
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-sid=")
        assert cookie.endswith("; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax; Secure")
        assert await _status(client) == 200
        out = await client.delete("/api/v1/session", headers={"x-csrf-token": answer.json()["csrf"]})
        assert out.status_code == 204
        assert out.headers["set-cookie"].startswith("__Host-sid=; Path=/; Max-Age=0")
        assert "strict-transport-security" in out.headers


async def test_the_database_holds_no_token(web: Web, sqlite_path: Path) -> None:
    """Who steals the database cannot sign in with it."""
    client = await web.signed_in("jia")
    token = client.cookies["sid"]
    stored = b"".join(path.read_bytes() for path in sqlite_path.parent.glob("luochui.sqlite3*"))
    assert token_hash(token).encode() in stored
    assert token.encode() not in stored


async def test_a_session_ends_after_thirty_idle_minutes(web: Web) -> None:
    """Use keeps it alive; silence ends it."""
    client = await web.signed_in("jia")
    for _ in range(4):
        web.clock.advance(29 * MINUTE)
        assert await _status(client) == 200
    web.clock.advance(30 * MINUTE)
    assert await _status(client) == 401


async def test_a_session_ends_after_twelve_hours_however_busy(web: Web) -> None:
    """A request every quarter of an hour does not carry it over the absolute end."""
    client = await web.signed_in("jia")
    statuses = []
    for _ in range(48):
        web.clock.advance(15 * MINUTE)
        statuses.append(await _status(client))
    assert statuses == [200] * 47 + [401]


async def test_signing_out_ends_the_session_on_the_server(web: Web) -> None:
    """The cookie is worth nothing afterwards, even for who kept a copy of it."""
    client = await web.signed_in("jia")
    token = client.cookies["sid"]
    assert (await client.delete("/api/v1/session")).status_code == 204
    assert await _status(client) == 401
    assert await _status(web.client(cookie=f"sid={token}")) == 401


async def test_the_token_changes_at_sign_in(web: Web) -> None:
    """A token planted before the sign-in is void after it, and the new one was never seen before."""
    attacker = await web.signed_in("yi")
    planted = attacker.cookies["sid"]
    victim = web.client()
    victim.cookies.set("sid", planted, domain="127.0.0.1")
    answer = await victim.post("/api/v1/session", json={"account": "jia", "password": people.PASSWORD})
    assert answer.status_code == 200
    assert planted not in answer.headers["set-cookie"]
    assert await _status(attacker) == 401
    assert await _status(web.client(cookie=f"sid={planted}")) == 401


async def test_other_roles_call_for_another_token(web: Web) -> None:
    """The first request after a change of roles hands out a new token and acts in the new roles; the old one is void."""
    client = await web.signed_in("jia")
    old = client.cookies["sid"]
    await web.exchange.registers.accounts.set_roles("jia", ["seller"])
    answer = await client.get("/api/v1/session")
    assert answer.json()["account"]["roles"] == ["seller"]
    assert client.cookies["sid"] != old
    assert await _status(client) == 200
    assert await _status(web.client(cookie=f"sid={old}")) == 401


async def test_disabling_an_account_ends_every_session_of_it(web: Web) -> None:
    """Both browsers are out at the next request, and stay out when the account is opened again."""
    browsers = [await web.signed_in("jia"), await web.signed_in("jia")]
    await web.exchange.registers.accounts.set_enabled("jia", False)
    assert [await _status(browser) for browser in browsers] == [401, 401]
    await web.exchange.registers.accounts.set_enabled("jia", True)
    assert [await _status(browser) for browser in browsers] == [401, 401]


async def test_a_new_password_ends_every_session(web: Web) -> None:
    """Who stole a session loses it when the owner changes the password."""
    client = await web.signed_in("jia")
    hashed = await web.app.state.credentials.hash("another long password")
    await web.exchange.registers.accounts.set_password("jia", hashed)
    assert await _status(client) == 401


@pytest.mark.parametrize(
    "cookie", ["sid=", "sid=x", "sid=" + "a" * 43, "sid=%00", 'sid="', "other=1", ";;;=;", "sid=a; sid=b"]
)
async def test_a_cookie_that_means_nothing_is_nobody(web: Web, cookie: str) -> None:
    """A broken, empty or made-up cookie is like none: public pages go on, the rest is 401."""
    client = web.client(cookie=cookie)
    assert await _status(client) == 401
    assert (await client.get("/api/v1/lots")).status_code == 200


async def test_a_program_signs_in_with_a_key(web: Web) -> None:
    """Authorization: Bearer ek_… needs no cookie, no Origin and no form token; its answer shows no form token."""
    lot = await web.open_lot()
    account = await web.exchange.registers.accounts.get("jia")
    assert account is not None
    secret, stored = await web.app.state.sessions.new_key(account, "报价程序", 24 * 60 * MINUTE)
    assert secret.startswith("ek_")
    program = web.client(authorization=f"Bearer {secret}")
    del program.headers["origin"]
    shown = await program.get("/api/v1/session")
    assert (shown.json()["account"]["login"], shown.json()["csrf"]) == ("jia", None)
    made = await program.post(
        f"/api/v1/lots/{lot}/bids", json={"amount_fen": 160_000_000}, headers={"idempotency-key": key()}
    )
    assert made.status_code == 201
    web.clock.advance(24 * 60 * MINUTE)
    assert await _status(program) == 401
    assert stored.account == "jia"


@pytest.mark.parametrize("value", ["Bearer ek_wrong", "Bearer", "Basic amlhOng=", "ek_wrong", "bearer  ek_x"])
async def test_a_wrong_key_is_refused_even_where_none_is_needed(web: Web, value: str) -> None:
    """Who shows a key that does not count is told so, and not served as nobody."""
    answer = await web.client(authorization=value).get("/api/v1/lots")
    assert (answer.status_code, answer.json()["code"]) == (401, "BAD_KEY")
    assert answer.headers["www-authenticate"] == "Bearer"


# Sockets


class Door:
    """The end of a socket: remembers how often it was told to close."""

    def __init__(self, web: Web, caller: Caller) -> None:
        self.ended = 0
        self.live: Live = web.app.state.sessions.follow(caller, self.end)

    def end(self) -> None:
        self.ended += 1


async def test_signing_out_closes_the_sockets_of_that_session_at_once(web: Web) -> None:
    """The socket is told before the answer to the sign-out; another session's socket is not."""
    one, two = await web.signed_in("jia"), await web.signed_in("jia")
    first, second = Door(web, await _caller(web, one)), Door(web, await _caller(web, two))
    await one.delete("/api/v1/session")
    assert (first.ended, second.ended) == (1, 0)
    assert first.live.principal is None
    assert second.live.principal is not None
    second.live.close()


async def test_a_disabled_account_loses_its_sockets_within_a_second(web: Web) -> None:
    """Disabled in another process, the account's socket is told by the next look, at most half a second later."""
    door = Door(web, await _caller(web, await web.signed_in("jia")))
    await web.exchange.registers.accounts.set_enabled("jia", False)
    async with asyncio.timeout(10):
        while not door.ended:
            await asyncio.sleep(0.01)
    assert module.CHECK_SECONDS <= 0.5
    await asyncio.sleep(0)
    await web.app.state.sessions.check()
    assert door.ended == 1


async def test_roles_taken_away_count_for_the_next_message(web: Web) -> None:
    """The principal of an open socket follows the account's roles; the socket itself stays."""
    door = Door(web, await _caller(web, await web.signed_in("jia")))
    await web.app.state.sessions.check()
    before = door.live.principal
    await web.app.state.sessions.check()
    assert door.live.principal is before, "nothing changed, and nothing was made anew"
    await web.exchange.registers.accounts.set_roles("jia", ["seller"])
    await web.app.state.sessions.check()
    assert door.live.principal == Principal("jia", "jia", frozenset({"seller"}))
    assert door.ended == 0
    door.live.close()


async def test_while_nothing_changes_one_question_is_asked_for_all(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows are read for new sockets and for what changed; in between the look is one text for all."""
    sessions, asked = web.app.state.sessions, []
    marks = sessions._register.marks

    async def counted(*given: Any) -> Any:
        asked.append(given)
        return await marks(*given)

    monkeypatch.setattr(sessions._register, "marks", counted)
    doors = [Door(web, await _caller(web, await web.signed_in(login))) for login in ("jia", "yi")]
    await sessions.check()
    known = len(asked)
    for _ in range(3):
        await sessions.check()
    assert len(asked) == known
    await web.exchange.registers.accounts.set_enabled("yi", False)
    await sessions.check()
    assert len(asked) > known
    assert [door.ended for door in doors] == [0, 1]
    doors[0].live.close()


async def test_a_key_behind_a_socket_is_followed_as_well(web: Web) -> None:
    """A program's socket ends with its key."""
    account = await web.exchange.registers.accounts.get("jia")
    assert account is not None
    sessions = web.app.state.sessions
    secret, stored = await sessions.new_key(account, "报价程序", 60 * MINUTE)
    caller, _ = await sessions.caller(
        web.client(authorization=f"Bearer {secret}").build_request("GET", "/").headers
    )
    door = Door(web, caller)
    await sessions.check()
    assert door.ended == 0
    await web.exchange.registers.sessions.end_key(stored.id)
    await sessions.check()
    assert door.ended == 1


async def test_what_happens_on_a_socket_keeps_the_session(web: Web) -> None:
    """A bidder who only uses the socket is not idle; one who only listens is."""
    busy, silent = await web.signed_in("jia"), await web.signed_in("yi")
    at_work, listening = Door(web, await _caller(web, busy)), Door(web, await _caller(web, silent))
    for _ in range(2):
        web.clock.advance(20 * MINUTE)
        at_work.live.touch()
        await web.app.state.sessions.check()
    assert (at_work.ended, listening.ended) == (0, 1)
    assert await _status(busy) == 200
    at_work.live.close()


async def test_a_closed_socket_is_not_followed(web: Web) -> None:
    """After its end nothing is called, and the watch stops when nobody is left."""
    door = Door(web, await _caller(web, await web.signed_in("jia")))
    door.live.close()
    await web.exchange.registers.accounts.set_enabled("jia", False)
    await web.app.state.sessions.check()
    assert door.ended == 0
    async with asyncio.timeout(10):
        while not web.app.state.sessions._watch.done():
            await asyncio.sleep(0.05)


async def test_a_secret_that_was_seen_is_void_whatever_it_is(web: Web) -> None:
    """A token, a key or a ticket: after `void` none of them opens anything."""
    sessions = web.app.state.sessions
    client = await web.signed_in("jia")
    door = Door(web, await _caller(web, client))
    ticket = (await client.post("/api/v1/tickets")).json()["ticket"]
    account = await web.exchange.registers.accounts.get("jia")
    assert account is not None
    secret, _ = await sessions.new_key(account, "报价程序", 60 * MINUTE)
    for text in (ticket, secret, client.cookies["sid"], "nothing at all"):
        await sessions.void(text)
    assert not await web.app.state.tickets.redeem(ticket, door.live.caller.id)
    assert await _status(client) == 401
    assert door.ended == 1
    with pytest.raises(Failure):
        await sessions.caller(web.client(authorization=f"Bearer {secret}").build_request("GET", "/").headers)


async def test_two_processes_share_their_sessions(sqlite_path: Path, web: Web) -> None:
    """A session begun in one process is known, and ended, in another over the same database."""
    from web.app import create_app

    other = Web(web.exchange, create_app(web.exchange, []), web.clock)
    client = await web.signed_in("jia")
    elsewhere = other.client(cookie=f"sid={client.cookies['sid']}")
    assert await _status(elsewhere) == 200
    await client.delete("/api/v1/session")
    assert await _status(elsewhere) == 401
