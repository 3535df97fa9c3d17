"""What a webhook receives, and how it is signed (Standard Webhooks 1.0: webhook-id, -timestamp, -signature)."""

import base64
import hashlib
import hmac
from typing import Any

import msgspec

from exchange.notices.told import Told
from exchange.notices.words import say
from exchange.registers.webhooks import SECRET_PREFIX
from settlement.dates import shanghai_time


class WebhookNotice(msgspec.Struct, frozen=True):
    """What the notice says. `facts` are those of its sentence: money in integer fen, instants in µs since the epoch."""

    house: str
    organisation: str
    url: str
    """The page that it leads to."""
    facts: dict[str, Any]
    zh: str
    en: str


class WebhookMessage(msgspec.Struct, frozen=True):
    """The body of every message: `type` is the notice's word, `timestamp` when it happened (ISO 8601)."""

    type: str
    timestamp: str
    data: WebhookNotice


def body_of(house: str, organisation: str, base_url: str, told: Told, at: int) -> str:
    """The text that is signed and sent."""
    words = (say(told.word, told.facts, language) for language in ("zh", "en"))
    data = WebhookNotice(house, organisation, f"{base_url}{told.path}", told.facts, *words)
    return msgspec.json.encode(WebhookMessage(told.word, shanghai_time(at).isoformat(), data)).decode()


def message_id(house: str, key: str, webhook: str) -> str:
    """The id of a message: the same for the same notice, however often it is made."""
    seed = f"{house}\n{key}\n{webhook}"
    return f"msg_{hashlib.sha256(seed.encode()).hexdigest()[:32]}"


def signature(secret: str, id_: str, timestamp: int, body: str) -> str:
    """`v1,` and the HMAC-SHA256 over id, timestamp (seconds) and body, in base64."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = hmac.new(key, f"{id_}.{timestamp}.{body}".encode(), hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"
