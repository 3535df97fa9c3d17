"""The part of the OpenAPI document that says what webhooks receive (OpenAPI 3.1, `webhooks`)."""

from typing import Any

from exchange.notices.told import kind_of
from exchange.notices.words import WORDS
from web.following import CHOSEN

Json = dict[str, Any]

DESCRIPTION = (
    "Sent to every enabled webhook of an organisation whose people are told something of its kinds, signed as Standard "
    "Webhooks 1.0: `webhook-signature` holds `v1,` and the base64 of HMAC-SHA256 under the secret (after `whsec_`, "
    "base64) over `{webhook-id}.{webhook-timestamp}.{body}`. Any 2xx within five seconds is taken for received; "
    "everything else is repeated with growing pauses for a day under the same `webhook-id`, then the webhook is "
    "disabled. 410 disables it at once. Redirects are not followed. `type` is one of: "
    + ", ".join(f"`{word}`" for word in WORDS if kind_of(word) in CHOSEN or word == "webhook.test")
    + "."
)
_HEADERS = {
    "webhook-id": "The message's id; the same however often it is sent.",
    "webhook-timestamp": "When this attempt was made, in seconds since the epoch.",
    "webhook-signature": "`v1,` and the signature in base64.",
}


def webhooks(schema: Json) -> Json:
    """The messages that go out; `schema` is that of their body."""
    headers = [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string"}, "description": text}
        for name, text in _HEADERS.items()
    ]
    return {
        "notice": {
            "post": {
                "summary": "Something that an organisation's people are told",
                "description": DESCRIPTION,
                "tags": ["webhooks"],
                "parameters": headers,
                "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
                "responses": {"2XX": {"description": "Received"}, "410": {"description": "Send no more"}},
            }
        }
    }
