"""The application: layers of pure ASGI around REST, pages, socket and static files.

Numbered → Measure → SecureHeaders → Problems → Door → router
"""

import secrets
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import structlog
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from exchange.bootstrap import Exchange
from matching_engine.errors import LuochuiError
from web import errors
from web.api import OPERATIONS
from web.credentials import Credentials
from web.key_terms import Seen
from web.metrics import Measure, Metrics
from web.passkeys import Passkeys
from web.protocol import Limits
from web.routes import problem_of, rest_routes
from web.second_factors import SecondFactors
from web.security import Door, SecureHeaders
from web.sessions import Sessions
from web.step_up import Gate
from web.tickets import Tickets

log = structlog.get_logger()

STATIC = Path(__file__).parent / "static"
ErrorPage = Callable[[Request, errors.Problem], Response]


def create_app(
    exchange: Exchange, routes: Sequence[BaseRoute] | None = None, error_page: ErrorPage | None = None
) -> Starlette:
    """The web of an exchange. `routes` stand beside REST: the pages, socket and static files of the product
    unless others are given; `error_page` shows a problem to people."""
    if routes is None:
        routes, error_page = _product()
    settings, clock, registers = exchange.settings, exchange.house.clock, exchange.registers
    sessions = Sessions(registers.sessions, clock, settings.secure_cookies, exchange.house.name)
    metrics = Metrics(exchange)
    app = Starlette(
        routes=[*rest_routes(OPERATIONS), *routes],
        middleware=[
            Middleware(Numbered),
            Middleware(Measure, metrics),
            Middleware(SecureHeaders, settings.secure_cookies),
            Middleware(Problems, error_page),
            Middleware(Door, sessions, settings.origins, clock, settings.rate_limit),
        ],
        exception_handlers={HTTPException: partial(_http_problem, error_page)},
    )
    app.router.redirect_slashes = False
    app.state.exchange = exchange
    app.state.sessions = sessions
    app.state.tickets = Tickets(registers.sessions, clock)
    app.state.credentials = Credentials(registers.accounts, clock, exchange.house.name)
    app.state.gate = Gate(registers.sessions, clock, settings.second_factor)
    app.state.signatures = Seen()
    app.state.factors = SecondFactors(registers, clock, settings)
    app.state.passkeys = Passkeys(registers, clock, settings, app.state.factors)
    app.state.metrics = metrics
    app.state.socket_limits = Limits(rate=settings.rate_limit, burst=2 * settings.rate_limit)
    return app


def _product() -> tuple[list[BaseRoute], ErrorPage]:
    """The pages, the socket and the static files."""
    from web.gateway import socket_route
    from web.pages import error_page, page_routes

    static = Mount("/static", StaticFiles(directory=STATIC), name="static")
    return [*socket_route(), *page_routes(), static], error_page


class Numbered:
    """Gives every request an id, for the answer's header, its problem, and the log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Number the request and answer it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        number = scope.setdefault("state", {})["request_id"] = secrets.token_hex(8)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["x-request-id"] = number
            await send(message)

        with structlog.contextvars.bound_contextvars(request=number):
            await self._app(scope, receive, sending)


class Problems:
    """Turns every error below it into its problem: JSON for programs, a page for people."""

    def __init__(self, app: ASGIApp, error_page: ErrorPage | None) -> None:
        self._app = app
        self._error_page = error_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or say what went wrong."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = False

        async def sending(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:
            if began:
                raise
            request = Request(scope, receive)
            problem, headers = _problem(error)
            await show(request, problem, headers, self._error_page)(scope, receive, send)


def _problem(error: Exception) -> tuple[errors.Problem, dict[str, str]]:
    if isinstance(error, LuochuiError):
        try:
            return problem_of(error)
        except LuochuiError:
            pass  # Broken, Fenced: the house ends by itself; the caller learns no more than of any fault.
    log.error("request failed", exc_info=error)
    return errors.Problem("INTERNAL", 500, "Internal error", "something is wrong on our side"), {}


async def _http_problem(error_page: ErrorPage | None, request: Request, error: Exception) -> Response:
    """The router's own answers: no such path, no such method."""
    assert isinstance(error, HTTPException)
    codes = {404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED"}
    problem = errors.failure(
        error.status_code, codes.get(error.status_code, "HTTP_ERROR"), error.detail
    ).problem
    return show(request, problem, dict(error.headers or {}), error_page)


def show(
    request: Request, problem: errors.Problem, headers: dict[str, str], error_page: ErrorPage | None
) -> Response:
    """The problem as the caller reads it best."""
    problem = errors.numbered(problem, request.scope.get("state", {}).get("request_id"))
    wants_page = "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/api/")
    if error_page is None or not wants_page:
        return errors.respond(problem, headers)
    response = error_page(request, problem)
    response.headers.update(headers)
    return response
