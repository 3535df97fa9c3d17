"""The door: origin, form token, body size, secrets in URLs, pace, and the headers of every answer."""

import asyncio
from pathlib import Path

import pytest
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from exchange.demo import people
from tests.web.running import Web, key, running_web
from tests.web.served import served
from web.security import BODY_MAX, check_origin, origin_allowed, secrets_in

EVIL = "https://evil.example"
SIGN_IN = {"account": "jia", "password": people.PASSWORD}


async def _echo(request: Request) -> Response:
    """A page that answers a form with what it read."""
    return PlainTextResponse(await request.body())


ECHO = [Route("/echo", _echo, methods=["GET", "POST"])]


# Origin and form token


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": EVIL},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://127.0.0.1:8001"},
        {"origin": "https://127.0.0.1:8000"},
        {"origin": "http://127.0.0.1:8000.evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
async def test_another_site_cannot_act_with_the_victims_cookie(web: Web, headers: dict[str, str]) -> None:
    """A cross-site POST with cookie and even the right token is 403 CSRF, and nothing happened."""
    lot = await web.open_lot()
    victim = await web.signed_in("jia")
    answer = await victim.post(
        f"/api/v1/lots/{lot}/bids",
        json={"amount_fen": 160_000_000},
        headers={**headers, "idempotency-key": key()},
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "CSRF")
    assert web.exchange.house.view.lots[lot].accepted == 0


async def test_a_cookie_without_an_origin_is_refused(web: Web) -> None:
    """Browsers name their origin with every POST; who hides it is not believed."""
    victim = await web.signed_in("jia")
    del victim.headers["origin"]
    answer = await victim.post("/api/v1/tickets")
    assert (answer.status_code, answer.json()["code"]) == (403, "CSRF")


@pytest.mark.parametrize("token", [None, "", "wrong", "a" * 43, "é"])
async def test_a_session_sends_its_form_token_back(web: Web, token: str | None) -> None:
    """Without it, or with another, every change is 403 CSRF; reading needs none."""
    client = await web.signed_in("jia")
    del client.headers["x-csrf-token"]
    headers = {} if token is None else {"x-csrf-token": token.encode()}
    answer = await client.post("/api/v1/tickets", headers=headers)  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["code"]) == (403, "CSRF")
    assert (await client.get("/api/v1/session")).status_code == 200


async def test_one_sessions_token_is_not_anothers(web: Web) -> None:
    """The token belongs to the session."""
    jia, yi = await web.signed_in("jia"), await web.signed_in("yi")
    answer = await jia.post("/api/v1/tickets", headers={"x-csrf-token": yi.headers["x-csrf-token"]})
    assert answer.status_code == 403


async def test_a_form_may_carry_the_token_in_a_field(sqlite_path: Path) -> None:
    """A page without scripts works: `csrf` in the form counts, and the handler reads the whole body."""
    async with running_web(f"sqlite:///{sqlite_path}", ECHO) as web:
        client = await web.signed_in("jia")
        token = client.headers.pop("x-csrf-token")
        right = await client.post("/echo", data={"csrf": token, "title": "演示"})
        assert right.status_code == 200
        assert "title=%E6%BC%94" in right.text
        wrong = await client.post("/echo", data={"csrf": "x", "title": "演示"})
        assert (wrong.status_code, wrong.json()["code"]) == (403, "CSRF")
        as_json = await client.post("/echo", json={"csrf": token})
        assert as_json.status_code == 403


async def test_signing_in_from_another_site_is_refused(web: Web) -> None:
    """Nobody's page signs a visitor in under an account of its own choice."""
    answer = await web.client(origin=EVIL).post("/api/v1/session", json=SIGN_IN)
    assert (answer.status_code, answer.json()["code"]) == (403, "CSRF")
    assert "set-cookie" not in answer.headers


async def test_a_program_without_a_browser_signs_in(web: Web) -> None:
    """No Origin and no cookie is no browser; it may sign in, and then names the origin as a browser would."""
    client = web.client()
    del client.headers["origin"]
    assert (await client.post("/api/v1/session", json=SIGN_IN)).status_code == 200


async def test_an_origin_of_the_settings_may_act(sqlite_path: Path) -> None:
    """localhost is this machine, and further origins are exact."""
    async with running_web(f"sqlite:///{sqlite_path}", extra_origins=("https://ok.example",)) as web:
        for origin, status in (
            ("http://localhost:8000", 200),
            ("https://ok.example", 200),
            ("https://sub.ok.example", 403),
            ("https://ok.example:8443", 403),
        ):
            answer = await web.client(origin=origin).post("/api/v1/session", json=SIGN_IN)
            assert (origin, answer.status_code) == (origin, status)


def test_origin_allowed_is_exact() -> None:
    """No origin, another one, or a longer one is not allowed; one of the list is."""
    origins = ("https://a.example",)
    assert origin_allowed("https://a.example", origins)
    for origin in (None, "", "null", "https://a.example/", "https://a.example.evil", "http://a.example"):
        assert not origin_allowed(origin, origins)


def test_who_came_by_link_or_typed_the_address_may_act() -> None:
    """`none` is a person's own doing; the same origin is ours."""
    for site in ("none", "same-origin"):
        check_origin(
            Headers({"origin": "https://a.example", "sec-fetch-site": site}), ("https://a.example",), True
        )


# Bodies


async def test_a_body_above_the_limit_is_413(web: Web) -> None:
    """One byte more than 64 KiB is refused whatever it says; the limit itself is read."""
    client = web.client()
    padding = BODY_MAX - len('{"account":"jia","password":"x","pad":""}')
    body = '{"account":"jia","password":"x","pad":"' + "a" * padding + '"}'
    headers = {"content-type": "application/json"}
    at_limit = await client.post("/api/v1/session", content=body, headers=headers)
    assert (at_limit.status_code, at_limit.json()["code"]) == (422, "UNKNOWN_FIELD")
    above = await client.post("/api/v1/session", content=body + " ", headers=headers)
    assert (above.status_code, above.json()["code"]) == (413, "BODY_TOO_LARGE")


async def test_a_body_without_a_length_is_cut_off_at_the_limit(sqlite_path: Path) -> None:
    """Sent in chunks over a real connection, fifty megabytes are refused after the first 64 KiB."""
    async with served(f"sqlite:///{sqlite_path}") as web:
        port = web.exchange.settings.port
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        head = (
            f"POST /api/v1/session HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        )
        writer.write(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
        chunk = b"4000\r\n" + b" " * 0x4000 + b"\r\n"
        sent = 0
        try:
            while sent < 50 * 1024 * 1024:
                writer.write(chunk)
                await writer.drain()
                sent += 0x4000
                await asyncio.sleep(0)
                if reader._buffer or reader.at_eof():  # type: ignore[attr-defined]
                    break
        except ConnectionError:
            pass
        status = (await reader.readline()).decode()
        writer.close()
    assert " 413 " in status
    assert sent < 16 * 1024 * 1024


@pytest.mark.parametrize("length", ["-1", "abc", "1e3", "99999999999999999999", "１"])
async def test_a_length_that_is_none_is_refused(web: Web, length: str) -> None:
    """A Content-Length that is not a small number is not believed."""
    headers = {"content-type": "application/json", "content-length": length.encode()}
    answer = await web.client().post("/api/v1/session", content=b"{}", headers=headers)  # type: ignore[arg-type]
    assert answer.status_code == 413


# Secrets in URLs


@pytest.mark.parametrize("name", ["token", "access_token", "sid", "TICKET", "api_key", "password"])
async def test_a_secret_in_the_url_is_refused_by_its_name(web: Web, name: str) -> None:
    """400 TOKEN_IN_URL, whatever its value."""
    answer = await web.client().get("/api/v1/lots", params={name: "anything"})
    assert (answer.status_code, answer.json()["code"]) == (400, "TOKEN_IN_URL")


async def test_a_token_in_the_url_counts_no_more(web: Web) -> None:
    """Whoever read the log cannot use it: the session is over, under whatever name the token was sent."""
    client = await web.signed_in("jia")
    answer = await client.get("/api/v1/lots", params={"q": client.cookies["sid"]})
    assert answer.json()["code"] == "TOKEN_IN_URL"
    assert (await client.get("/api/v1/session")).status_code == 401


async def test_a_key_in_the_url_counts_no_more(web: Web) -> None:
    """A program's key that stood in a URL is void."""
    account = await web.exchange.registers.accounts.get("jia")
    assert account is not None
    secret, _ = await web.app.state.sessions.new_key(account, "x", 10**12)
    assert (await web.client().get("/healthz", params={"x": secret})).json()["code"] == "TOKEN_IN_URL"
    assert (await web.client(authorization=f"Bearer {secret}").get("/api/v1/session")).status_code == 401


def test_ordinary_queries_hold_no_secrets() -> None:
    """Words, ids and hashes are let through; tokens are found by their form."""
    assert secrets_in(b"q=%E5%BA%9F%E6%B0%B4&cursor=50&id=7f6b1c1e-1f0a-4c62-9c6e-0f2b3a4c5d6e") == []
    assert secrets_in(b"digest=" + b"a" * 64) == []
    assert secrets_in(b"x=" + b"a" * 43) == ["a" * 43]
    assert secrets_in(b"x=ek_" + b"a" * 43) == ["ek_" + "a" * 43]


async def test_an_endless_query_is_refused(web: Web) -> None:
    """A query of ten thousand characters is not worth reading."""
    answer = await web.client().get("/api/v1/lots?q=" + "a" * 10_000)
    assert (answer.status_code, answer.json()["code"]) == (400, "URL_TOO_LONG")


# Pace


async def test_a_principal_has_ten_requests_a_second(web: Web) -> None:
    """Twenty at once, then 429 RATE_LIMITED with Retry-After; a second later ten more; another person is not slowed."""
    client = await web.signed_in("jia")
    statuses = [(await client.get("/api/v1/session")).status_code for _ in range(21)]
    assert statuses == [200] * 20 + [429]
    refused = await client.get("/api/v1/lots")
    assert (refused.json()["code"], refused.headers["retry-after"]) == ("RATE_LIMITED", "1")
    assert (await (await web.signed_in("yi")).get("/api/v1/session")).status_code == 200
    web.clock.advance(1_000_000)
    statuses = [(await client.get("/api/v1/session")).status_code for _ in range(11)]
    assert statuses == [200] * 10 + [429]


async def test_all_sessions_of_a_person_share_one_pace(web: Web) -> None:
    """Two browsers are not twice as fast."""
    one, two = await web.signed_in("jia"), await web.signed_in("jia")
    statuses = [(await client.get("/api/v1/session")).status_code for client in [one, two] * 11]
    assert statuses.count(429) == 2


# Headers


@pytest.mark.parametrize("path", ["/api/v1/lots", "/nothing/here", "/healthz", "/api/v1/session"])
async def test_every_answer_has_the_security_headers(web: Web, path: str) -> None:
    """Good answers and problems alike: a policy without inline scripts, no sniffing, no framing, no caching."""
    answer = await web.client().get(path)
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"
    assert "server" not in answer.headers
    assert "strict-transport-security" not in answer.headers


async def test_no_other_site_may_read(web: Web) -> None:
    """There is no CORS: a preflight gets no permission."""
    answer = await web.client(origin=EVIL).options(
        "/api/v1/lots", headers={"access-control-request-method": "GET"}
    )
    assert not [name for name in answer.headers if name.startswith("access-control")]
