"""The AsyncAPI 3.0 document of the socket, generated from its messages."""

from typing import Any, get_args

import msgspec

from web import messages as m

Json = dict[str, Any]

REF = "#/components/schemas/{name}"
SERVER_MESSAGES = (
    m.Welcome,
    m.Snap,
    m.Delta,
    m.Ev,
    m.TableSnap,
    m.TableDelta,
    m.TableEv,
    m.You,
    m.Ack,
    m.TableAck,
    m.Rej,
    m.Told,
    m.Presence,
    m.Ping,
    m.Bye,
)

_INFO = {
    "title": "Luochui 落槌: the socket",
    "version": "1",
    "description": (
        "One socket at `/ws`, subprotocol `luochui.v1`, JSON text frames, inbound at most 4096 octets. `t` names the "
        "message, `i` is the client's request id and is echoed. Money is an integer count of fen, instants are integer "
        "milliseconds since the epoch. The first message is `hello`; a browser brings its session cookie and a one-use "
        "ticket, a program `Authorization: Bearer ek_…`; watching needs neither."
    ),
}


def document() -> bytes:
    """The document as JSON."""
    client: tuple[type, ...] = get_args(m.ClientMessage)
    _, schemas = msgspec.json.schema_components([*client, *SERVER_MESSAGES], ref_template=REF)
    messages = {_name(kind): _message(kind) for kind in (*client, *SERVER_MESSAGES)}
    return msgspec.json.encode(
        {
            "asyncapi": "3.0.0",
            "info": _INFO,
            "defaultContentType": "application/json",
            "channels": {
                "socket": {
                    "address": "/ws",
                    "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
                }
            },
            "operations": {
                "hear": _operation("receive", "What a client may say.", client),
                "tell": _operation("send", "What the house says.", SERVER_MESSAGES),
            },
            "components": {"messages": messages, "schemas": schemas},
        }
    )


def _name(kind: type) -> str:
    return kind.__name__


def _message(kind: type) -> Json:
    return {
        "name": kind.__struct_config__.tag,  # type: ignore[attr-defined]
        "summary": (kind.__doc__ or "").strip(),
        "payload": {"$ref": REF.format(name=_name(kind))},
    }


def _operation(action: str, summary: str, kinds: tuple[type, ...]) -> Json:
    return {
        "action": action,
        "summary": summary,
        "channel": {"$ref": "#/channels/socket"},
        "messages": [{"$ref": f"#/channels/socket/messages/{_name(kind)}"} for kind in kinds],
    }
