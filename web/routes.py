"""A REST operation as one value: its path, what it takes and gives, and who may ask.

The router, the checks before a handler, and the OpenAPI document all read the same table.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exchange.bootstrap import Exchange
from exchange.house.command import Body, Command, Outcome, Principal
from exchange.ports import OutcomeUnknown, Unavailable
from matching_engine.errors import LuochuiError
from web import errors
from web.key_terms import checked
from web.parse import BadInput, clean_text, command_id, parse
from web.persons import with_person
from web.sensitive import noted
from web.sessions import Caller

JSON = "application/json"
S = TypeVar("S", bound=msgspec.Struct)
T = TypeVar("T")


@dataclass(slots=True)
class Ask:
    """One request as a handler sees it."""

    request: Request
    exchange: Exchange
    caller: Caller | None
    body: Any = None
    query: Any = None
    command: str = ""
    """The Idempotency-Key of an operation that binds."""

    @property
    def who(self) -> Caller:
        """The caller; 401 when nobody signed in."""
        if self.caller is None:
            raise not_signed_in()
        return self.caller

    @property
    def principal(self) -> Principal:
        """Who asks, as the house sees it; 401 when nobody signed in."""
        return self.who.principal

    def path(self, name: str) -> str:
        """A part of the path, as text that can be seen."""
        return clean_text(str(self.request.path_params[name]), name)

    async def submit(self, body: Body, command: str = "") -> Outcome:
        """Ask the house in the caller's name; a refusal is raised as its problem."""
        id_ = command or self.command
        try:
            told = await with_person(self.request.app.state, self.who, body)
            asked = Command(id_, self.principal, told)
            await self.request.app.state.gate.admit(self.who, asked, self.exchange.house)
            outcome = await self.exchange.house.submit(asked)
        except (Unavailable, OutcomeUnknown) as error:
            raise errors.Failure(errors.of_error(error, id_)) from error
        if outcome.refusal is not None:
            raise errors.Failure(errors.of_refusal(outcome.refusal, id_))
        return outcome


def not_signed_in() -> errors.Failure:
    """401: sign in, or send a key."""
    return errors.failure(401, "NOT_SIGNED_IN", "sign in first", headers={"www-authenticate": "Bearer"})


Handler = Callable[[Ask], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path. `errors` are the statuses it may answer beside its own and those of every operation."""

    method: str
    path: str
    handler: Handler
    summary: str
    tag: str
    returns: Any = None
    status: int = 200
    body: Any = None
    """A struct type, or a tagged union of them."""
    query: type[msgspec.Struct] | None = None
    signed_in: bool = True
    binds: bool = False
    """Takes an Idempotency-Key: repeated with the same key, it has one effect and one answer."""
    errors: tuple[int, ...] = ()
    media_types: tuple[str, ...] = (JSON,)
    path_notes: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The operation's id, from its handler."""
        return getattr(self.handler, "__name__", "operation").strip("_")


def rest_routes(operations: Sequence[Operation]) -> list[Route]:
    """One route for each path, whatever methods it has."""
    by_path: dict[str, dict[str, Operation]] = defaultdict(dict)
    for operation in operations:
        assert operation.method not in by_path[operation.path], f"{operation.method} {operation.path} twice"
        by_path[operation.path][operation.method] = operation
    return [Route(path, _endpoint(found), methods=list(found)) for path, found in by_path.items()]


def _endpoint(operations: dict[str, Operation]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        operation = operations[method]
        request.state.operation = f"{operation.method} {operation.path}"
        answer = await operation.handler(_ask(request, operation))
        response = answer if isinstance(answer, Response) else json(answer, operation.status)
        await noted(request, operation.path, response.status_code)
        return response

    return endpoint


def _ask(request: Request, operation: Operation) -> Ask:
    """Everything a handler needs, checked: who, key, query, body; in this order."""
    exchange = request.app.state.exchange
    caller = checked(request, request.state.caller, operation, exchange.house.clock.now())
    ask = Ask(request, exchange, caller)
    if operation.signed_in:
        _ = ask.who
    if operation.binds:
        ask.command = idempotency_key(request)
    if operation.query is not None:
        ask.query = read_query(request, operation.query)
    elif request.query_params:
        raise BadInput(
            "UNKNOWN_FIELD", next(iter(request.query_params))[:60], "a parameter", "no such parameter"
        )
    if operation.body is not None:
        ask.body = read_body(request, operation.body)
    return ask


def idempotency_key(request: Request) -> str:
    """The client's command id, from the header Idempotency-Key."""
    key = request.headers.get("idempotency-key")
    if key is None:
        raise BadInput(
            "IDEMPOTENCY_KEY_REQUIRED", "Idempotency-Key", "nothing", "a UUID or ULID of your choice", 400
        )
    return command_id(key, "Idempotency-Key")


def read_body(request: Request, type_: type[T]) -> T:
    """The body as a struct; 415 unless it says that it is JSON."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != JSON:
        raise errors.failure(
            415, "UNSUPPORTED_MEDIA_TYPE", f"expected {JSON}, got {media_type[:60] or 'nothing'}"
        )
    return parse(request.state.body, type_)


def read_query(request: Request, type_: type[S]) -> S:
    """The query as a struct, by the rules of bodies: no key twice, nothing unknown, text that can be seen."""
    pairs = request.query_params.multi_items()
    known = {one.encode_name for one in msgspec.structs.fields(type_)}
    values: dict[str, str] = {}
    for name, value in pairs:
        if name in values:
            raise BadInput("DUPLICATE_KEY", name, "the parameter twice", "each parameter once", 400)
        if name not in known:
            raise BadInput("UNKNOWN_FIELD", name, "a parameter", "no such parameter")
        values[name] = clean_text(value, name)
    try:
        return msgspec.convert(values, type_, strict=False)
    except msgspec.ValidationError as wrong:
        expected, _, where = str(wrong).partition(" - at `$.")
        field_ = where.rstrip("`")
        raise BadInput("BAD_VALUE", field_ or "query", values.get(field_), expected) from None


_encoder = msgspec.json.Encoder()


def json(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer as JSON; nothing at all for None."""
    if value is None:
        return Response(status_code=204 if status == 200 else status, headers=headers)
    return Response(_encoder.encode(value), status, headers, JSON)


def problem_of(error: LuochuiError) -> tuple[errors.Problem, dict[str, str]]:
    """The problem and headers that an error answers with."""
    problem = errors.of_error(error)
    return problem, error.headers if isinstance(error, errors.Failure) else {}
