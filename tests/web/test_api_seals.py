"""Sealed bids over REST and the socket: what is taken, what is refused, and that nobody reads an amount too early."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import httpx2
import pytest

from exchange.demo.data import load
from exchange.demo.steps import NOTICE, Steps
from exchange.market.commands import LotPlan
from exchange.store import nested
from exchange.store.envelope import FORMAT, seal_bid
from exchange.store.official_key import KeyFile, new_key
from matching_engine.terms import HOUR, Mechanism, Terms
from tests.exchange.house.running import LOT
from tests.exchange.house.sealing import open_sealed
from tests.web.asking import bid, post, refusal
from tests.web.running import Web
from tests.web.served import served, talking

FEN = 123_456_789_012_347
"""An amount that nothing else in a database or a log looks like."""
SEALS, SCORES = f"lots/{LOT}/seals", f"lots/{LOT}/scores"


async def sealed_lot(web: Web, mechanism: Mechanism = Mechanism.SEALED_FIRST_PRICE, **terms: Any) -> str:
    """A sealed lot that takes bids from jia and yi; its key, as anybody may fetch it."""
    await open_sealed(web.exchange.own_house, web.clock, mechanism, ("jia", "yi"), **terms)
    answer = await web.client().get(f"/api/v1/lots/{LOT}/seal-key")
    (own,) = answer.json()["keys"]
    assert answer.json() == {"lot": LOT, "format": FORMAT, "key": own["key"], "keys": [own]}
    assert own["role"] == "house"
    return str(answer.json()["key"])


def envelope(web: Web, key: str, login: str, amount_fen: int) -> dict[str, str]:
    """A sealed bid as a program makes it."""
    code = web.exchange.house.view.market.code_of(LOT, login) or ""
    made, commitment = seal_bid(key, LOT, code, amount_fen)
    return {"envelope": made, "commitment": commitment}


async def test_a_sealed_bid_from_the_key_to_the_opening(web: Web) -> None:
    """Fetched key, sealed, handed in once, closed: then everybody reads the amounts, and not before."""
    key = await sealed_lot(web)
    jia, yi, anybody = await web.signed_in("jia"), await web.signed_in("yi"), web.client()
    body = envelope(web, key, "jia", 200_000_000)
    answer = await post(jia, SEALS, body, "jia-seals-it")
    assert answer.status_code == 201, answer.text
    assert answer.json()["events"][0]["kind"] == "BidSealed"
    assert (await post(jia, SEALS, body, "jia-seals-it")).json() == answer.json()
    again = await post(jia, SEALS, envelope(web, key, "jia", 300_000_000))
    assert refusal(again) == (409, "BID_ALREADY_SEALED")
    await post(yi, SEALS, envelope(web, key, "yi", 100))
    assert refusal(await anybody.get(f"/api/v1/{SEALS}")) == (404, "NOT_FOUND")
    await web.pass_time(HOUR)
    shown = (await anybody.get(f"/api/v1/{SEALS}")).json()
    assert [(one["amount_fen"], one["void"]) for one in shown["openings"]] == [
        (200_000_000, False),
        (100, True),
    ]
    late = await post(await web.signed_in("jia"), SEALS, envelope(web, key, "jia", 300_000_000))
    assert refusal(late) == (409, "LOT_CLOSED")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("envelope", ""),
        ("envelope", "A" * 211),
        ("envelope", "AQ" * 2000),
        ("envelope", "密封"),
        ("commitment", ""),
        ("commitment", "G" * 64),
        ("commitment", "a" * 63),
    ],
)
async def test_what_is_no_envelope_is_refused_at_the_door(web: Web, field: str, value: str) -> None:
    """422 BAD_ENVELOPE names the field, and nothing is journaled: the bidder can still seal."""
    key = await sealed_lot(web)
    jia, seq = await web.signed_in("jia"), web.exchange.house.view.seq
    answer = await post(jia, SEALS, {**envelope(web, key, "jia", FEN), field: value})
    assert refusal(answer) == (422, "BAD_ENVELOPE")
    assert answer.json()["field"] == field
    assert web.exchange.house.view.seq == seq
    assert (await post(jia, SEALS, envelope(web, key, "jia", FEN))).status_code == 201


async def test_who_may_seal(web: Web) -> None:
    """Nobody without a sign-in, an entry and the right mechanism; an open lot has no key."""
    key = await sealed_lot(web)
    body = envelope(web, key, "jia", FEN)
    assert refusal(await post(web.client(), SEALS, body)) == (401, "NOT_SIGNED_IN")
    assert refusal(await post(await web.signed_in("bing"), SEALS, body)) == (403, "ENTRY_REQUIRED")
    assert (await post(await web.signed_in("operator"), SEALS, body)).status_code == 403
    assert refusal(await post(await web.signed_in("jia"), "lots/L404/seals", body)) == (404, "LOT_UNKNOWN")
    assert refusal(await bid(await web.signed_in("jia"), FEN, confirm=True)) == (409, "WRONG_MECHANISM")


async def test_an_open_lot_has_neither_key_nor_openings(web: Web) -> None:
    """404 for both, and its bidders cannot seal."""
    lot = await web.open_lot()
    for path in ("seal-key", "seals"):
        assert (await web.client().get(f"/api/v1/lots/{lot}/{path}")).status_code == 404
    made, commitment = "AQQ" + "A" * 208, "0" * 64
    answer = await post(await web.signed_in("jia"), SEALS, {"envelope": made, "commitment": commitment})
    assert refusal(answer) == (409, "WRONG_MECHANISM")


async def test_scores_over_rest(web: Web) -> None:
    """The operator scores after the close; everybody else, and everything else, is refused; then the lot opens."""
    key = await sealed_lot(web, Mechanism.WEIGHTED, weights={"price": "40", "quality": "60"})
    jia, operator = await web.signed_in("jia"), await web.signed_in("operator")
    await post(jia, SEALS, envelope(web, key, "jia", FEN))
    code = web.exchange.house.view.market.code_of(LOT, "jia")
    body = {"bidder": code, "scores": {"quality": "87.5"}}
    assert refusal(await post(operator, SCORES, body)) == (409, "LOT_NOT_CLOSED")
    await web.pass_time(HOUR)
    jia, operator = await web.signed_in("jia"), await web.signed_in("operator")
    assert (await post(jia, SCORES, body)).status_code == 403
    for scores, code_wanted in (
        ({"quality": "101"}, "SCORE_RANGE"),
        ({"looks": "1"}, "SCORE_ATTRIBUTES"),
        ({"quality": 87}, "BAD_TYPE"),
        ({"quality": 87.5}, "BAD_TYPE"),
    ):
        wrong = await post(operator, SCORES, {"bidder": code, "scores": scores})
        assert refusal(wrong) == (422, code_wanted)
    assert refusal(await post(operator, SCORES, {**body, "bidder": "9999"})) == (409, "BID_NOT_SEALED")
    assert (await web.client().get(f"/api/v1/{SEALS}")).status_code == 404
    assert (await post(operator, SCORES, body)).status_code == 201
    await web.exchange.own_house.settled()
    (opening,) = (await web.client().get(f"/api/v1/{SEALS}")).json()["openings"]
    told = {name: opening[name] for name in ("bidder", "amount_fen", "void", "scores")}
    assert told == {"bidder": code, "amount_fen": FEN, "void": False, "scores": {"quality": "87.5"}}


# The canary (invariant 14)


def needles(fen: int) -> Iterator[bytes]:
    """The ways in which an amount could lie somewhere in the clear."""
    yuan, rest = divmod(fen, 100)
    yield from (b"%d" % fen, b"%d.%02d" % (yuan, rest), f"{yuan:,}.{rest:02d}".encode(), f"{fen:,}".encode())
    yield from (b"%x" % fen, b"%X" % fen)
    size = (fen.bit_length() + 7) // 8
    orders: tuple[Literal["big", "little"], ...] = ("big", "little")
    for order in orders:
        yield fen.to_bytes(size, order)


def assert_hidden(data: bytes, where: str) -> None:
    """Fail if the amount can be read in `data` in any form."""
    for needle in needles(FEN):
        assert needle not in data, f"{needle!r} can be read in {where}"


async def looked_at(web: Web, command: str) -> list[httpx2.Response]:
    """Everything that REST and the pages tell of a lot, to its bidder, a rival, the operator and anybody."""
    paths = [
        f"/api/v1/lots{rest}"
        for rest in ("", f"/{LOT}", f"/{LOT}/events", f"/{LOT}/seals", f"/{LOT}/seal-key")
    ]
    paths += [f"/api/v1/commands/{command}", "/", f"/lots/{LOT}"]
    people = [await web.signed_in(login) for login in ("jia", "yi", "operator")]
    return [await one.get(path) for one in (*people, web.client()) for path in paths]


async def test_a_sealed_amount_is_readable_nowhere_before_the_opening(
    sqlite_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Not in the database, its write-ahead log, the key files, the logs, REST, the pages or the socket; then it is."""
    async with served(f"sqlite:///{sqlite_path}") as web:
        weights = {"price": "1", "quality": "1"}
        key = await sealed_lot(web, Mechanism.WEIGHTED, weights=weights)
        async with talking(web, "jia") as jia, talking(web) as anybody:
            heard = []
            for talk in (jia, anybody):
                await talk.send("sub", lot=LOT)
                heard.append(await talk.until("snap"))
            answer = await jia.ask("seal", lot=LOT, id="jia-seals-it", **envelope(web, key, "jia", FEN))
            assert answer["t"] == "ack", answer
            await web.pass_time(HOUR)
            heard.append(await anybody.until("ev"))
            await anybody.send("sub", lot=LOT)
            heard += [answer, await anybody.until("snap")]
        assert_hidden(repr(heard).encode(), "the socket")
        for response in await looked_at(web, "jia-seals-it"):
            assert_hidden(response.content, str(response.url))
        for file in sqlite_path.parent.rglob("*"):
            if file.is_file():
                assert_hidden(file.read_bytes(), str(file))
        logs = capfd.readouterr()
        assert_hidden((logs.out + logs.err).encode(), "the logs")
        await _open(web)
        assert b"%d" % FEN in b"".join(
            file.read_bytes() for file in sqlite_path.parent.glob("*") if file.is_file()
        )
        assert str(FEN) in (await web.client().get(f"/api/v1/{SEALS}")).text


async def _open(web: Web) -> None:
    code = web.exchange.house.view.market.code_of(LOT, "jia")
    answer = await post(await web.signed_in("operator"), SCORES, {"bidder": code, "scores": {"quality": "1"}})
    assert answer.status_code == 201
    await web.exchange.own_house.settled()


# Two officials


async def officials_lot(web: Web) -> dict[str, KeyFile]:
    """A sealed lot that two officials keep closed, not open yet, with jia and yi admitted; the officials' key files."""
    house, clock = web.exchange.own_house, web.clock
    steps = Steps(house, "officials")
    await steps.enrol()
    await steps.offer("A1", load()[0])
    clock.advance(NOTICE)
    await house.gavel.strike()
    opens_at = clock.now() + HOUR
    terms = Terms(Mechanism.SEALED_FIRST_PRICE, 160_000_000, opens_at, opens_at + HOUR)
    await steps.schedule("S1", "专场", (LotPlan(LOT, "A1", terms, 16_000_000),), "two_officials")
    for login in ("jia", "yi"):
        await steps.enter(login, LOT)
    await house.settled()
    for login in ("jia", "yi"):
        await steps.pay_deposit(login, LOT)
    return {"operator": new_key(LOT, "operator"), "auditor": new_key(LOT, "auditor")}


async def test_two_officials_over_rest(web: Web) -> None:
    """Keys by roles, an envelope of the nested size only, shares after the close; then anybody opens every envelope again."""
    files = await officials_lot(web)
    keys, shares = f"lots/{LOT}/seal-keys", f"lots/{LOT}/seal-shares"
    anybody = web.client()
    body = {"key": files["operator"].public_key}
    assert refusal(await post(await web.signed_in("jia"), keys, body)) == (403, "FORBIDDEN")
    assert refusal(await post(await web.signed_in("operator"), keys, {"key": "x"})) == (
        422,
        "SEAL_KEY_INVALID",
    )
    assert (await post(await web.signed_in("operator"), keys, body)).status_code == 201
    assert (await anybody.get(f"/api/v1/lots/{LOT}/seal-key")).status_code == 404, "one key of two is none"
    made = await post(await web.signed_in("auditor"), keys, {"key": files["auditor"].public_key})
    assert made.status_code == 201, made.text
    shown = (await anybody.get(f"/api/v1/lots/{LOT}/seal-key")).json()
    assert (shown["format"], shown["key"]) == (nested.FORMAT, None)
    assert [(one["role"], one["official"]) for one in shown["keys"]] == [
        ("operator", "operator"),
        ("auditor", "auditor"),
    ]
    await web.pass_time(HOUR)
    jia, code = await web.signed_in("jia"), web.exchange.house.view.market.code_of(LOT, "jia") or ""
    old, commitment = seal_bid(files["operator"].public_key, LOT, code, FEN)
    wrong = await post(jia, SEALS, {"envelope": old, "commitment": commitment})
    assert refusal(wrong) == (422, "BAD_ENVELOPE")
    made_bid = nested.seal_to([one["key"] for one in shown["keys"]], LOT, code, FEN)
    sealed = dict(zip(("envelope", "commitment"), made_bid, strict=True))
    assert (await post(jia, SEALS, sealed)).status_code == 201
    operator = await web.signed_in("operator")
    share = {"share": files["operator"].share()}
    assert refusal(await post(operator, shares, share)) == (409, "SEAL_SHARE_EARLY")
    await web.pass_time(HOUR)
    operator, auditor = await web.signed_in("operator"), await web.signed_in("auditor")
    assert refusal(await post(operator, shares, {"share": files["auditor"].share()})) == (
        422,
        "SEAL_SHARE_WRONG",
    )
    assert (await post(operator, shares, share)).status_code == 201
    assert (await anybody.get(f"/api/v1/{SEALS}")).status_code == 404
    assert (await post(auditor, shares, {"share": files["auditor"].share()})).status_code == 201
    await web.exchange.own_house.settled()
    told = (await anybody.get(f"/api/v1/{SEALS}")).json()
    given = {one["role"]: one["share"] for one in told["shares"]}
    (one,) = told["openings"]
    held = LOT, one["bidder"], one["envelope"], one["commitment"]
    assert nested.open_envelope(given["operator"], given["auditor"], *held) == one["amount_fen"] == FEN
    session = (await anybody.get("/api/v1/sessions/S1")).json()
    assert session["sealed_custody"] == "two_officials"
