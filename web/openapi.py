"""The OpenAPI 3.1 document, generated from the table of operations and their types."""

import inspect
import re
from collections.abc import Sequence
from typing import Any

import msgspec

from exchange.notices.payload import WebhookMessage
from web.errors import TITLES, Problem
from web.openapi_webhooks import webhooks
from web.resources import Taken
from web.routes import Operation

Json = dict[str, Any]

REF = "#/components/schemas/{name}"
PROBLEM = "application/problem+json"
VERSION = "1"

_INFO = {
    "title": "Luochui 落槌",
    "version": VERSION,
    "summary": "An open technology exchange: lots, bids, trades and what follows from them.",
    "description": (
        "Money is an integer count of fen. Instants are ISO 8601 with offset. A request that binds carries "
        "`Idempotency-Key`: repeated with the same key and body it has one effect and one answer, which "
        "`/api/v1/commands/{command}` shows for ever. Browsers send their session cookie with `X-CSRF-Token`, "
        "programs `Authorization: Bearer ek_…`. Errors are problem documents with a `code`."
    ),
    "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
}
_TAGS = {
    "session": "Signing in and out",
    "market": "Parties, achievements, listings and sessions",
    "directories": "Services, events, vouchers, equipment, records: directories of many kinds",
    "lots": "What everybody may see",
    "bidding": "Steps on a lot",
    "commands": "What became of a command",
    "negotiation": "Tables of two parties, and the agreements that come of them",
    "account": "One's own account: second factors, sessions, keys; grants of roles, enrolment, the access log",
    "supply": "Trials before conversion, open licences, challenges and their milestones",
    "settlement": "What follows from a trade, for those whom it concerns",
    "registration": "The registration desk: filings, their review, numbers, changes, technical income",
    "bank": "The bank behind the escrow account",
    "notices": "What people follow and are told, and how they are reached",
    "webhooks": "Signed messages to addresses of an organisation",
    "network": "Other nodes: who they are, what they tell, their figures",
    "audit": "The journal as its readers may see it, and who read what is confidential",
    "proof": "The signed tree over the journal: heads, proofs, receipts",
    "about": "The process itself",
}
_SECURITY = {
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-sid",
        "description": "`sid` on a demo without https.",
    },
    "key": {"type": "http", "scheme": "bearer"},
}
_EVERYWHERE = (400, 401, 413, 422, 429)
_PATH_PARAMETER = re.compile(r"{(\w+)}")


def document(operations: Sequence[Operation]) -> bytes:
    """The document as JSON."""
    types = _types(operations)
    _, components = msgspec.json.schema_components(types, ref_template=REF)
    paths: dict[str, Json] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": _INFO,
            "tags": [{"name": name, "description": text} for name, text in _TAGS.items()],
            "paths": paths,
            "webhooks": webhooks(_schema(WebhookMessage)),
            "components": {"schemas": components, "securitySchemes": _SECURITY},
        }
    )


def _types(operations: Sequence[Operation]) -> list[Any]:
    """Every type that the document shows; queries become parameters and need no schema of their own."""
    found: list[Any] = [Problem, WebhookMessage]
    for operation in operations:
        for one in (operation.body, operation.returns):
            if one is not None and one not in found:
                found.append(one)
    return found


def _operation(operation: Operation) -> Json:
    shown: Json = {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": inspect.getdoc(operation.handler) or "",
        "tags": [operation.tag],
        "parameters": [*_in_path(operation), *_in_query(operation), *_in_headers(operation)],
        "responses": _responses(operation),
        "security": [{"session": []}, {"key": []}] if operation.signed_in else [],
    }
    if operation.body is not None:
        content = {"application/json": {"schema": _schema(operation.body)}}
        shown["requestBody"] = {"required": True, "content": content}
    return shown


def _in_path(operation: Operation) -> list[Json]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in _PATH_PARAMETER.findall(operation.path)
    ]


def _in_query(operation: Operation) -> list[Json]:
    if operation.query is None:
        return []
    assert issubclass(operation.query, Taken)
    _, components = msgspec.json.schema_components([operation.query], ref_template=REF)
    schemas = components[operation.query.__name__]["properties"]
    return [
        {"name": name, "in": "query", "required": False, "schema": _not_null(_inline(schema, components))}
        for name, schema in schemas.items()
    ]


def _inline(schema: Json, components: dict[str, Json]) -> Json:
    """A parameter's schema without references: its types are in no body."""
    if "$ref" in schema:
        return components[schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        return {**schema, "anyOf": [_inline(one, components) for one in schema["anyOf"]]}
    return schema


def _not_null(schema: Json) -> Json:
    """A parameter is there or not; null is no text of a query."""
    plain = {name: value for name, value in schema.items() if not (name == "default" and value is None)}
    if "anyOf" in plain:
        kept = [one for one in plain.pop("anyOf") if one.get("type") != "null"]
        return {**plain, **kept[0]} if len(kept) == 1 else {**plain, "anyOf": kept}
    return plain


def _in_headers(operation: Operation) -> list[Json]:
    headers: list[Json] = []
    if operation.binds:
        schema = {"type": "string", "pattern": "^[0-9A-Za-z_-]{8,64}$"}
        text = "The command's id, a UUID or ULID of your choice; repeat it until you have the answer."
        headers.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": True,
                "schema": schema,
                "description": text,
            }
        )
    if operation.method != "GET" and operation.signed_in:
        text = "With a session cookie: `csrf` of the session."
        headers.append(
            {"name": "X-CSRF-Token", "in": "header", "schema": {"type": "string"}, "description": text}
        )
    return headers


def _responses(operation: Operation) -> Json:
    statuses = {*_EVERYWHERE, *operation.errors}
    if operation.signed_in:
        statuses |= {403}
    if operation.method != "GET":
        statuses |= {403}
    if operation.body is not None:
        statuses |= {415}
    if operation.binds or operation.path.endswith("/session"):
        statuses |= {503}
    if operation.binds:
        statuses |= {202}
    responses = {str(status): _problem(status) for status in sorted(statuses)}
    if operation.status < 400:
        responses[str(operation.status)] = _answer(operation)
    return dict(sorted(responses.items()))


def _problem(status: int) -> Json:
    return {"description": TITLES[status], "content": {PROBLEM: {"schema": _schema(Problem)}}}


def _answer(operation: Operation) -> Json:
    if operation.status == 204:
        return {"description": "Done"}
    schema = {"schema": _schema(operation.returns)} if operation.returns else {}
    content = {
        media: schema if media == "application/json" else {"schema": {"type": "string"}}
        for media in operation.media_types
    }
    return {"description": operation.summary, "content": content}


def _schema(type_: Any) -> Any:
    """The reference to a type's schema, or one for each member of a union."""
    (schema,), _ = msgspec.json.schema_components([type_], ref_template=REF)
    return schema
