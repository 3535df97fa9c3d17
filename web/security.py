"""The door: everything that is checked before a handler sees a request, as pure ASGI.

In this order: no secret in the URL, size of the body, origin, who asks, form token, pace. Headers that tell
browsers to trust nothing from elsewhere go on every answer.
"""

import hmac
import re
from collections.abc import Collection
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from exchange.ports import Clock
from web.errors import Failure, failure
from web.key_terms import check_network
from web.limits import RATE, Limiter
from web.multipart import is_multipart, read_multipart
from web.parse import FORM_FIELDS_MAX
from web.sessions import KEY_PREFIX, Caller, Sessions

BODY_MAX = 64 * 1024
FORM_MAX = 256 * 1024
"""Of a page's form: ten thousand Chinese characters in a field take 90,000 bytes, and their fault stands beside it."""
STATEMENT_PATHS = frozenset({"/api/v1/bank/statements", "/bank/statements", "/bank/statements/booking"})
STATEMENT_MAX = 4 * 1024 * 1024
"""A bank's statement of a busy day is larger than any other body."""
IMPORT_PATHS = frozenset({"/api/v1/achievements/import", "/api/v1/demands/import", "/imports"})
IMPORT_MAX = 16 * 1024 * 1024
"""A table of some ten thousand rows; larger ones come through `luochui import`."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
SIGN_IN_PATHS = frozenset({"/api/v1/session", "/sign-in"})
"""Where there is no form token yet, or an old one; the origin is checked here as everywhere."""
OPEN_PREFIXES = ("/static/", "/healthz", "/readyz", "/metrics")
"""Paths whose answer is the same for everybody: nobody is looked up for them."""

_SECRET_NAMES = frozenset({"token", "access_token", "sid", "ticket", "key", "api_key", "password", "csrf"})
_SECRET = re.compile(rf"(?:{KEY_PREFIX})?[A-Za-z0-9_-]{{43}}", re.ASCII)

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)
HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "x-frame-options": "DENY",
}
HSTS = "max-age=31536000; includeSubDomains"


def origin_allowed(origin: str | None, origins: Collection[str]) -> bool:
    """Whether a browser's request may come from this page: exactly one of ours, never none."""
    return origin is not None and origin in origins


def csrf_failure(detail: str) -> Failure:
    """403: the request may have been made by another site's page."""
    return failure(403, "CSRF", detail)


def check_origin(headers: Headers, origins: Collection[str], has_cookie: bool) -> None:
    """A page of ours sent this, or no browser at all; a browser with our cookie always names its origin."""
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if origin is None and has_cookie:
        raise csrf_failure("a request with a cookie must name its Origin")
    if origin is not None and not origin_allowed(origin, origins):
        raise csrf_failure("the Origin is not one of this exchange")
    if site not in (None, "same-origin", "none"):
        raise csrf_failure(f"Sec-Fetch-Site is {site}")


def check_form_token(headers: Headers, body: bytes, caller: Caller | None) -> None:
    """A browser's session sends its token back, in X-CSRF-Token or in the form's field `csrf`."""
    if caller is None or caller.csrf is None:
        return
    sent = headers.get("x-csrf-token") or _form_token(headers, body)
    if not hmac.compare_digest(sent.encode(), caller.csrf.encode()):
        raise csrf_failure("the form token is missing or old; load the page again")


def _form_token(headers: Headers, body: bytes) -> str:
    content_type = headers.get("content-type", "")
    if is_multipart(content_type):
        return read_multipart(content_type, body).fields.get("csrf", "")
    if not content_type.startswith("application/x-www-form-urlencoded"):
        return ""
    try:
        fields = parse_qsl(body.decode("ascii"), max_num_fields=FORM_FIELDS_MAX)
    except ValueError:
        return ""
    return next((value for name, value in fields if name == "csrf"), "")


def secrets_in(query: bytes) -> list[str]:
    """What looks like a token, ticket, key or password in a query string."""
    text = query.decode("latin-1")
    if len(text) > 8192:
        raise failure(400, "URL_TOO_LONG", "the query is longer than 8192 characters")
    pairs = parse_qsl(text, keep_blank_values=True)
    return [value for name, value in pairs if name.lower() in _SECRET_NAMES or _SECRET.fullmatch(value)]


def body_limit(path: str) -> int:
    """How many bytes a body sent to a path may have."""
    if path in IMPORT_PATHS:
        return IMPORT_MAX
    if path in STATEMENT_PATHS:
        return STATEMENT_MAX
    return BODY_MAX if path.startswith("/api/") else FORM_MAX


class Door:
    """Checks a request, then hands it on with `state.caller` and `state.body`."""

    def __init__(
        self, app: ASGIApp, sessions: Sessions, origins: Collection[str], clock: Clock, rate: int = RATE
    ) -> None:
        self._app = app
        self._sessions = sessions
        self._origins = origins
        self._clock = clock
        self._pace = Limiter(rate, 2 * rate)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through or raise the Failure that says why not; sockets have a door of their own."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        await self._check_url(scope["query_string"])
        headers, state = Headers(scope=scope), scope.setdefault("state", {})
        state["caller"], state["body"] = None, b""
        if scope["path"].startswith(OPEN_PREFIXES):
            return await self._app(scope, receive, send)
        unsafe = scope["method"] not in SAFE
        if unsafe:
            check_origin(headers, self._origins, self._sessions.cookie_name in headers.get("cookie", ""))
            state["body"] = await read_body(headers, receive, body_limit(scope["path"]))
            receive = _replayed(state["body"], receive)
        caller, token = await self._sessions.caller(headers, renew=True)
        if unsafe and scope["path"] not in SIGN_IN_PATHS:
            check_form_token(headers, state["body"], caller)
        check_network(caller, scope["client"][0] if scope.get("client") else "")
        self._check_pace(caller)
        state["caller"] = caller
        return await self._app(scope, receive, self._with_cookie(send, token))

    async def _check_url(self, query: bytes) -> None:
        found = secrets_in(query) if query else []
        for secret in found:
            await self._sessions.void(secret)
        if found:
            raise failure(400, "TOKEN_IN_URL", "secrets do not belong in a URL; this one no longer counts")

    def _check_pace(self, caller: Caller | None) -> None:
        wait = self._pace.take(caller.account.id, self._clock.now()) if caller else 0
        if wait:
            seconds = str(-(-wait // 1_000_000))
            raise failure(429, "RATE_LIMITED", "slower, please", retry=True, headers={"retry-after": seconds})

    def _with_cookie(self, send: Send, token: str | None) -> Send:
        """Hand out the new token of a session whose roles changed."""
        if token is None:
            return send
        cookie = self._sessions.cookie(token)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("set-cookie", cookie)
            await send(message)

        return sending


async def read_body(headers: Headers, receive: Receive, limit: int = BODY_MAX) -> bytes:
    """The whole body; 413 as soon as it is, or says it is, above the limit."""
    length = headers.get("content-length", "0")
    if not length.isascii() or not length.isdigit() or int(length) > limit:
        raise _too_large(limit)
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise failure(400, "BODY_CUT_OFF", "the connection ended before the body did")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            raise _too_large(limit)
        if not message.get("more_body", False):
            return b"".join(parts)


def _too_large(limit: int) -> Failure:
    return failure(
        413, "BODY_TOO_LARGE", f"a body has at most {limit} bytes", headers={"connection": "close"}
    )


def _replayed(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body once more, for handlers that read it themselves."""
    given = False

    async def receiving() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receiving


class SecureHeaders:
    """Puts the security headers on every answer; what a handler set itself stays."""

    def __init__(self, app: ASGIApp, https: bool) -> None:
        self._app = app
        self._headers = {**HEADERS, "strict-transport-security": HSTS} if https else HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the headers."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if not scope["path"].startswith("/static/"):
                    headers.setdefault("cache-control", "no-store")
            await send(message)

        await self._app(scope, receive, sending if scope["type"] == "http" else send)
