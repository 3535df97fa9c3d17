"""The programming interface as a page: every operation with what it takes, every code with its sentence.

Made from the same OpenAPI document that programs read, so it cannot say something else.
"""

import re
from functools import cache
from typing import Any

import msgspec
from starlette.responses import Response
from starlette.routing import Route

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


async def show(visit: Visit) -> Response:
    """The whole interface on one page."""
    whole = _document()
    schemas = {name: _fields(schema) for name, schema in whole["components"]["schemas"].items()}
    return visit.render(
        "api_docs.html",
        info=whole["info"],
        tags=whole["tags"],
        operations=operations(),
        schemas={name: fields for name, fields in schemas.items() if fields},
        words={name: whole["components"]["schemas"][name].get("description", "") for name in schemas},
        codes=[(code, visit.speech.code("refusal", code)) for code in visit.speech.known("refusal")],
    )


ROUTES: list[Route] = [page("/api/docs", show)]
