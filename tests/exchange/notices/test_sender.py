"""Webhooks: signed so that any Standard Webhooks library agrees, repeated, given up, delivered again."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from exchange.notices.outward import Outward
from exchange.notices.payload import signature
from exchange.notices.sender import PAUSES, SECOND, Sender, pause_after
from exchange.notices.teller import DAY, Teller
from exchange.registers.webhooks import Webhook
from tests.exchange.notices.test_outward import receiver
from tests.exchange.notices.test_teller import new_teller, tell, told, words
from tests.web.running import Web, running_web

OK = b"HTTP/1.1 204 No Content\r\n\r\n"
BAD = b"HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n"
GONE = b"HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n"


@pytest.fixture
async def web(sqlite_path: Path) -> AsyncIterator[Web]:
    """A demo, where webhooks may go to this machine."""
    async with running_web(f"sqlite:///{sqlite_path}", demo=True) as made:
        yield made


@pytest.fixture
async def sender(web: Web) -> AsyncIterator[Sender]:
    """A sender."""
    way = Outward(demo=True)
    yield Sender(web.exchange.registers, way, web.clock)
    await way.close()


@asynccontextmanager
async def hooked(web: Web, answer: bytes) -> AsyncIterator[tuple[Webhook, list[bytes], Teller]]:
    """A webhook of jia's for its deposits and openings, at a receiver that answers so; and what there is to tell."""
    webhooks, now = web.exchange.registers.webhooks, web.clock.now()
    async with receiver(answer) as (port, heard), new_teller(web) as teller:
        hook = await webhooks.add("jia", f"http://127.0.0.1:{port}/hook", ["money", "opening"], "jia", now)
        await teller.step()
        await web.open_lot("jia", "yi")
        await tell(teller)
        yield hook, heard, teller


def test_the_signature_is_that_of_standard_webhooks() -> None:
    """The example of the specification: id, timestamp and payload give the signature that it prints."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = '{"test": 2432232314}'
    made = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body)
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_pauses_grow_and_differ() -> None:
    """Each attempt waits longer; chance moves it a fifth; the last pause repeats."""
    middle = [pause_after(n, 0.5) for n in range(1, len(PAUSES) + 3)]
    assert middle == [seconds * SECOND for seconds in (*PAUSES, PAUSES[-1], PAUSES[-1])]
    assert pause_after(1, 0.0) == 4 * SECOND


async def test_a_message_arrives_signed_once(web: Web, sender: Sender) -> None:
    """Deposit called, held, lot open: each one message with the organisation's sentence, not the other's."""
    async with hooked(web, OK) as (hook, heard, _):
        assert await sender.round() == 3
        assert await sender.round() == 0
        bodies = []
        for message in heard:
            head, _, body = message.partition(b"\r\n\r\n")
            names = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
            key = base64.b64decode(hook.secret.removeprefix("whsec_"))
            signed = f"{names['webhook-id']}.{names['webhook-timestamp']}.{body.decode()}".encode()
            expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
            assert names["webhook-signature"] == f"v1,{expected}"
            bodies.append(json.loads(body))
        assert sorted(one["type"] for one in bodies) == ["money.called", "money.held", "opening.open"]
        assert {one["data"]["organisation"] for one in bodies} == {"jia"}
        states = {one.state for one in await web.exchange.registers.webhooks.deliveries(hook.id)}
        assert states == {"sent"}


async def test_a_dead_receiver_is_tried_for_a_day_and_shut_with_a_notice(web: Web, sender: Sender) -> None:
    """Failed: later again; after a day the webhook is shut, its people know why, and a redelivery is possible."""
    async with hooked(web, BAD) as (hook, heard, teller):
        webhooks = web.exchange.registers.webhooks
        assert await sender.round() == 3
        first = (await webhooks.deliveries(hook.id))[0]
        assert (first.state, first.tries, first.code) == ("due", 1, 500)
        assert await sender.round() == 0
        web.clock.advance(10 * SECOND)
        assert await sender.round() == 3
        web.clock.advance(DAY)
        await sender.round()
        shut = await webhooks.get(hook.id)
        assert shut is not None
        assert not shut.enabled
        assert "500" in shut.why
        assert {one.state for one in await webhooks.deliveries(hook.id)} <= {"failed", "dropped"}
        await tell(teller)
        assert (await words(web, "jia")).count("webhook.disabled") == 1
        assert "500" in (await told(web, "jia"))[-1].facts["why"]
        before = len(heard)
        await webhooks.set_enabled(hook.id, True)
        assert await webhooks.again(first.id, web.clock.now(), web.clock.now() + DAY)
        await sender.round()
        assert len(heard) == before + 1


async def test_whoever_is_gone_is_not_asked_again(web: Web, sender: Sender) -> None:
    """410: shut at once."""
    async with hooked(web, GONE) as (hook, _, _):
        await sender.round()
        shut = await web.exchange.registers.webhooks.get(hook.id)
        assert shut is not None
        assert not shut.enabled


async def test_a_delivery_has_one_taker(web: Web) -> None:
    """Of two processes that find the same delivery one takes it."""
    async with hooked(web, OK) as (hook, _, _):
        webhooks = web.exchange.registers.webhooks
        one = (await webhooks.deliveries(hook.id))[0]
        assert await webhooks.claim(one, web.clock.now() + 1) is not None
        assert await webhooks.claim(one, web.clock.now() + 1) is None
