"""The programming interface as pages: every operation with what it takes, every type, every code with its sentence.

Made from the same OpenAPI document that programs read, so it cannot say something else.
"""

import re
from functools import cache
from typing import Any

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from web import errors
from web.api import OPERATIONS
from web.openapi import document
from web.pages.shell import Visit, page

Json = dict[str, Any]

_REFERENCE = re.compile(r"#/components/schemas/(\w+)")


@cache
def _document() -> Json:
    found: Json = msgspec.json.decode(document(OPERATIONS))
    return found


def _type(schema: Json) -> str:
    """A schema in a few words: "integer", "LotResource", "string | null"."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(_type(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"[{_type(schema.get('items', {}))}]"
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    kind = schema.get("format") or schema.get("type") or "any"
    return " | ".join(kind) if isinstance(kind, list) else str(kind)


def _fields(schema: Json) -> list[Json]:
    """The fields of an object: name, type, whether it must be there, and what it means."""
    required = schema.get("required", [])
    return [
        {
            "name": name,
            "type": _type(one),
            "required": name in required,
            "text": one.get("description", ""),
        }
        for name, one in schema.get("properties", {}).items()
    ]


def _answer(answer: Json) -> str:
    """The type of an answer's first form; a dash for one without a body."""
    for media in answer.get("content", {}).values():
        return _type(media.get("schema", {}))
    return "—"


def _operation(path: str, method: str, operation: Json) -> Json:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    answers = [
        (status, _answer(answer)) for status, answer in operation["responses"].items() if int(status) < 400
    ]
    parameters = [
        {
            "name": one["name"],
            "type": _type(one["schema"]),
            "required": one.get("required", False),
            "text": one.get("description", one["in"]),
        }
        for one in operation["parameters"]
    ]
    return {
        "id": operation["operationId"],
        "line": f"{method.upper()} {path}",
        "tag": operation["tags"][0],
        "text": operation["description"],
        "signed_in": bool(operation["security"]),
        "parameters": parameters,
        "bodies": _REFERENCE.findall(str(body)),
        "answers": answers,
        "problems": [status for status in operation["responses"] if int(status) >= 400],
    }


def operations() -> list[Json]:
    """Every operation, as the page shows it."""
    return [
        _operation(path, method, operation)
        for path, methods in _document()["paths"].items()
        for method, operation in methods.items()
    ]


def types() -> dict[str, Json]:
    """Every type that has fields: what it means, and its fields."""
    found = {}
    for name, schema in _document()["components"]["schemas"].items():
        fields = _fields(schema)
        if fields:
            found[name] = {"text": schema.get("description", ""), "fields": fields}
    return found


async def show(visit: Visit) -> Response:
    """Everything by name: operations under their headings, and every code with its sentence."""
    whole = _document()
    return visit.render(
        "api_docs.html",
        info=whole["info"],
        tags=whole["tags"],
        operations=operations(),
        codes=[(code, visit.speech.code("refusal", code)) for code in visit.speech.known("refusal")],
    )


async def show_tag(visit: Visit) -> Response:
    """The operations of one heading, each with what it takes and gives."""
    name = visit.part("tag")
    tag = next((one for one in _document()["tags"] if one["name"] == name), None)
    if tag is None:
        raise errors.not_found("tag")
    chosen = [one for one in operations() if one["tag"] == name]
    return visit.render("api_tag.html", tag=tag, operations=chosen, known=types())


async def show_type(visit: Visit) -> Response:
    """One type with its fields."""
    name, known = visit.part("type"), types()
    if name not in known:
        raise errors.not_found("type")
    return visit.render("api_type.html", name=name, one=known[name], known=known)


ROUTES: list[Route] = [
    page("/api/docs", show),
    page("/api/docs/types/{type}", show_type),
    page("/api/docs/{tag}", show_tag),
]
