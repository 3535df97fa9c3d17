"""Second factors, step-up, own sessions and keys, from the outside: one market, one story after another."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pyotp
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from starlette.datastructures import Headers

from exchange.demo import people
from tests.web.asking import OPENING, STEP, bid, post, refusal
from tests.web.running import Web, key, running_web
from web.key_terms import signing_text

MINUTE = 60_000_000


@pytest_asyncio.fixture
async def web(sqlite_path: Path, tmp_path: Path) -> AsyncIterator[Web]:
    """A market in which whoever has a second factor is asked for it."""
    async with running_web(f"sqlite:///{sqlite_path}", var_dir=tmp_path) as web:
        yield web


def code_at(web: Web, secret: str) -> str:
    """What the app shows at this moment."""
    return pyotp.TOTP(secret).at(web.clock.now() // 1_000_000)


async def enrolled(web: Web, login: str = "jia") -> tuple[httpx2.AsyncClient, str, list[str]]:
    """Somebody with an authenticator app, signed in anew: browser, secret, recovery codes."""
    first = await web.signed_in(login)
    secret = (await first.post("/api/v1/factors/totp", json={"label": "手机"})).json()["secret"]
    sent = {"code": code_at(web, secret)}
    codes = (await first.post("/api/v1/factors/totp/confirmation", json=sent)).json()["recovery_codes"]
    web.clock.advance(MINUTE)
    return await web.signed_in(login), secret, codes


async def show(client: httpx2.AsyncClient, code: str) -> httpx2.Response:
    """Step up with a code."""
    return await client.post("/api/v1/session/step-up", json={"code": code})


async def test_the_first_bid_asks_once_and_keeps_its_command_id(web: Web) -> None:
    """Refused with the page to go to; the same id after the code is the bid; the next bid is not asked again."""
    await web.open_lot()
    client, secret, _ = await enrolled(web)
    id_ = key()
    answer = await bid(client, OPENING, id_)
    assert refusal(answer) == (403, "STEP_UP_REQUIRED")
    assert answer.json()["link"] == "/account/confirm"
    assert (await show(client, code_at(web, secret))).status_code == 200
    assert (await bid(client, OPENING, id_)).status_code == 201
    web.clock.advance(6 * MINUTE)
    assert (await bid(client, OPENING, id_)).status_code == 201
    assert (await bid(await web.signed_in("yi"), OPENING + STEP)).status_code == 201
    assert (await bid(client, OPENING + 2 * STEP)).status_code == 201
    other = await web.signed_in("jia")
    assert refusal(await bid(other, OPENING + 4 * STEP)) == (403, "STEP_UP_REQUIRED")


async def test_a_code_counts_once_and_guessing_ends(web: Web) -> None:
    """The same code is refused again, and the sixth wrong one is not even looked at; time heals it."""
    client, secret, _ = await enrolled(web)
    code = code_at(web, secret)
    assert (await show(client, code)).status_code == 200
    assert refusal(await show(client, code)) == (403, "BAD_CODE")
    for _ in range(4):
        assert refusal(await show(client, "000000")) == (403, "BAD_CODE")
    web.clock.advance(MINUTE)
    assert refusal(await show(client, code_at(web, secret))) == (429, "TOO_MANY_ATTEMPTS")
    web.clock.advance(15 * MINUTE)
    assert (await show(client, code_at(web, secret))).status_code == 200


async def test_recovery_codes_are_used_up_and_removal_asks_first(web: Web) -> None:
    """One code opens once; without a fresh factor none is removed and none added; after the last one nobody is asked."""
    await web.open_lot()
    client, _, codes = await enrolled(web)
    factors = (await client.get("/api/v1/factors")).json()
    path = f"/api/v1/factors/{factors['factors'][0]['factor']}"
    assert factors["recovery_codes_left"] == 10
    assert refusal(await client.delete(path)) == (403, "STEP_UP_REQUIRED")
    assert refusal(await client.post("/api/v1/factors/totp", json={})) == (403, "STEP_UP_REQUIRED")
    assert (await show(client, codes[0].lower())).status_code == 200
    assert refusal(await show(client, codes[0])) == (403, "BAD_CODE")
    assert (await client.delete(path)).status_code == 204
    assert (await client.get("/api/v1/factors")).json()["factors"] == []
    assert (await bid(await web.signed_in("jia"), OPENING)).status_code == 201


async def test_secrets_are_sealed_at_rest(web: Web, sqlite_path: Path, tmp_path: Path) -> None:
    """Neither the secret nor a recovery code is in the database, and only the owner can read the key."""
    _, secret, codes = await enrolled(web)
    stored = b"".join(path.read_bytes() for path in sqlite_path.parent.glob(f"{sqlite_path.name}*"))
    assert secret.encode() not in stored
    assert codes[0].encode() not in stored
    assert (tmp_path / "keys" / "second-factors.key").stat().st_mode & 0o777 == 0o600


async def test_a_key_is_held_to_its_scopes_networks_and_end(web: Web) -> None:
    """A key that may read does not bid; one for another network is refused; one that ended is none."""
    await web.open_lot()
    client = await web.signed_in("jia")
    asked = {"label": "报价程序", "scopes": ["read"], "days": 1}
    made = (await client.post("/api/v1/keys", json=asked)).json()
    program = web.client(authorization=f"Bearer {made['secret']}")
    assert (await program.get("/api/v1/lots")).status_code == 200
    assert refusal(await bid(program, OPENING)) == (403, "SCOPE")
    assert refusal(await program.post("/api/v1/keys", json=asked)) == (403, "SCOPE")
    asked = {"label": "x", "scopes": ["read", "bid"], "networks": ["203.0.113.9/24"]}
    there = (await client.post("/api/v1/keys", json=asked)).json()
    assert there["key"]["networks"] == ["203.0.113.0/24"]
    authorization = f"Bearer {there['secret']}"
    assert refusal(await web.client(authorization=authorization).get("/api/v1/lots")) == (403, "NETWORK")
    assert (await bid(web.client("203.0.113.7", authorization=authorization), OPENING)).status_code == 201
    wrong = {**asked, "networks": ["here"]}
    assert refusal(await client.post("/api/v1/keys", json=wrong)) == (422, "BAD_VALUE")
    assert (await client.delete(f"/api/v1/keys/{there['key']['key']}")).status_code == 204
    web.clock.advance(25 * 60 * MINUTE)
    assert refusal(await program.get("/api/v1/lots")) == (401, "BAD_KEY")


async def test_an_enrolled_accounts_key_must_be_strong_or_sign(web: Web) -> None:
    """A key from before the second factor is too weak to bid; a signed request is not; a changed one is refused."""
    await web.open_lot()
    before = await web.signed_in("jia")
    asked = {"label": "alt", "scopes": ["bid"]}
    weak = (await before.post("/api/v1/keys", json=asked)).json()["secret"]
    client, secret, _ = await enrolled(web)
    assert refusal(await bid(web.client(authorization=f"Bearer {weak}"), OPENING)) == (
        403,
        "SIGNATURE_REQUIRED",
    )
    assert refusal(await client.post("/api/v1/keys", json=asked)) == (403, "STEP_UP_REQUIRED")
    assert (await show(client, code_at(web, secret))).status_code == 200
    strong = (await client.post("/api/v1/keys", json=asked)).json()["secret"]
    assert (await bid(web.client(authorization=f"Bearer {strong}"), OPENING)).status_code == 201
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    signing = (await client.post("/api/v1/keys", json={**asked, "public_key": public})).json()
    program = web.client(authorization=f"Bearer {signing['secret']}")
    assert refusal(await bid(program, OPENING)) == (403, "SIGNATURE_REQUIRED")

    async def sent(amount: int, signed: int, age: int = 0) -> httpx2.Response:
        path, id_ = "/api/v1/lots/L1/bids", key()
        created = web.clock.now() // 1_000_000 - age
        body = json.dumps({"amount_fen": amount}).encode()
        text = signing_text("POST", path, json.dumps({"amount_fen": signed}).encode(), created, id_)
        header = f'keyid="{signing["key"]["key"]}", created={created}, signature="{private.sign(text).hex()}"'
        headers = {"idempotency-key": id_, "luochui-signature": header, "content-type": "application/json"}
        return await program.post(path, content=body, headers=headers)

    amount = OPENING + 2 * STEP
    assert refusal(await sent(amount, OPENING)) == (401, "BAD_SIGNATURE")
    assert refusal(await sent(amount, amount, age=61)) == (401, "SIGNATURE_OLD")
    assert (await bid(await web.signed_in("yi"), OPENING + STEP)).status_code == 201
    assert (await sent(amount, amount)).status_code == 201


async def test_one_ends_other_sessions_and_sees_where_they_are(web: Web) -> None:
    """The list names device and network; ending the others leaves this one and notes it."""
    first = await web.signed_in("jia")
    agent = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
    second = web.client("203.0.113.7", **agent)
    signed = await second.post("/api/v1/session", json={"account": "jia", "password": people.PASSWORD})
    assert signed.status_code == 200
    sessions, closed = web.app.state.sessions, list[str]()
    cookie = f"{sessions.cookie_name}={second.cookies[sessions.cookie_name]}"
    who, _ = await sessions.caller(Headers({"cookie": cookie}))
    sessions.follow(who, lambda: closed.append("socket"))
    shown = (await first.get("/api/v1/own-sessions")).json()["sessions"]
    assert {(one["device"], one["network"]) for one in shown} >= {("Firefox, Linux", "203.0.113.0/24")}
    assert [one["current"] for one in shown].count(True) == 1
    assert (await first.delete("/api/v1/own-sessions/nobodys")).status_code == 404
    assert (await first.delete("/api/v1/own-sessions")).status_code == 204
    assert (await second.get("/api/v1/session")).status_code == 401
    assert closed == ["socket"]
    assert (await first.get("/api/v1/session")).status_code == 200
    kinds = [one.kind for one in await web.exchange.registers.access.list()]
    assert kinds[:3] == ["session_ended", "signed_in", "signed_in"]


async def test_where_a_factor_is_required_nobody_binds_without_one(sqlite_path: Path, tmp_path: Path) -> None:
    """Under the policy of a real exchange the first thing that binds leads to enrolment; entering a lot does not."""
    url = f"sqlite:///{sqlite_path}"
    async with running_web(url, var_dir=tmp_path, second_factor="required") as web:
        await web.open_lot()
        client = await web.signed_in("jia")
        answer = await bid(client, OPENING)
        assert refusal(answer) == (403, "SECOND_FACTOR_REQUIRED")
        assert answer.json()["link"] == "/account"
        assert (await post(client, "lots/L1/entries")).json().get("code") != "SECOND_FACTOR_REQUIRED"
