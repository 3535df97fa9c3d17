"""What every page shares: one visit, its language, its form, and how it is answered.

A page is a coroutine from a Visit to a Response. Whatever it raises becomes a page in the reader's language, too:
nobody who is not signed in is sent to sign in and then back.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from exchange.bootstrap import Exchange
from exchange.house.command import Body, Command, Outcome, Principal
from exchange.house.state import State
from exchange.ports import Unavailable
from matching_engine.errors import Broken, LuochuiError
from matching_engine.money import format_yuan
from web import errors
from web.command_ids import new_command_id
from web.i18n import COOKIE, Language, Speech, choose, speech
from web.pages.navigation import navigation
from web.pages.stepping import FIELD, handled
from web.parse import command_id, read_form
from web.persons import with_person
from web.seal_views import waiting as seals_waiting
from web.sensitive import noted
from web.sessions import Caller
from web.step_up import StepUpNeeded

FORM = "application/x-www-form-urlencoded"
YEAR = 365 * 24 * 3600


@cache
def templates() -> Environment:
    """The one environment of all templates: everything is escaped, and a missing value is an error."""
    return Environment(
        loader=PackageLoader("web", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@dataclass(slots=True)
class Visit:
    """One request as a page sees it."""

    request: Request
    exchange: Exchange
    caller: Caller | None
    speech: Speech
    unread: int = 0
    """Notices that the reader has not read."""

    @property
    def state(self) -> State:
        """The committed state of the house."""
        return self.exchange.house.view

    @property
    def now(self) -> int:
        """The instant now, µs."""
        return self.exchange.house.clock.now()

    @property
    def who(self) -> Caller:
        """The caller; 401 when nobody signed in."""
        if self.caller is None:
            raise errors.failure(401, "NOT_SIGNED_IN", "sign in first")
        return self.caller

    @property
    def principal(self) -> Principal:
        """Who asks, as the house sees it; 401 when nobody signed in."""
        return self.who.principal

    def needs(self, role: str) -> Principal:
        """The caller in a role; 403 without it."""
        principal = self.principal
        if role not in principal.roles:
            raise errors.failure(403, "FORBIDDEN", f"this page is for the role {role}")
        return principal

    def part(self, name: str) -> str:
        """A part of the path."""
        return str(self.request.path_params[name])

    def form(self) -> dict[str, str]:
        """The fields of the form that was sent; 415 for any other kind of body."""
        kind = self.request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != FORM:
            raise errors.failure(415, "UNSUPPORTED_MEDIA_TYPE", f"expected {FORM}")
        fields = read_form(self.request.state.body)
        fields.pop(FIELD, None)
        return fields

    async def ask(self, form: Mapping[str, str], body: Body) -> Outcome:
        """Put a command to the house under the id that the form carries."""
        id_ = command_id(form.get("command", ""), "command")
        told = await with_person(self.request.app.state, self.who, body)
        command = Command(id_, self.principal, told)
        try:
            await self.request.app.state.gate.admit(self.who, command, self.exchange.house)
        except errors.Failure as missing:
            raise StepUpNeeded(missing) from missing
        return await self.exchange.house.submit(command)

    async def try_to(self, form: Mapping[str, str], body: Body) -> tuple[str, str] | None:
        """Ask, and say in the reader's language why not: (code, sentence); None when it is done."""
        try:
            outcome = await self.ask(form, body)
        except Broken:
            raise
        except LuochuiError as error:
            problem = errors.of_error(error)
            return problem.code, sentence(self.speech, problem.code, problem.detail)
        if outcome.refusal is None:
            return None
        return outcome.refusal.code, refusal_sentence(
            self.speech, outcome.refusal.code, outcome.refusal.minimum_fen
        )

    def go(self, path: str) -> Response:
        """On to another page."""
        return RedirectResponse(path, 303)

    def render(self, template: str, status: int = 200, path: str | None = None, **values: Any) -> Response:
        """A page in the reader's language. `path` is where it can be read again, when it answers a form."""
        own = path or self.request.url.path
        query = self.request.query_params if path is None else {}
        html = templates().get_template(template).render(frame(self, own, query), **values)
        response = HTMLResponse(html, status)
        response.headers["vary"] = "accept-language, cookie"
        response.headers["content-language"] = "zh-CN" if self.speech.language == "zh" else "en"
        wish = self.request.query_params.get("lang")
        if wish == self.speech.language:
            secure = self.exchange.settings.secure_cookies
            response.set_cookie(COOKIE, wish, max_age=YEAR, samesite="lax", secure=secure)
        return response


def sentence(s: Speech, code: str, detail: str = "") -> str:
    """The sentence for a code, or what the system says of it where the code is a new one."""
    found = s.code("refusal", code)
    return f"{code}: {detail}" if found == code and detail else found


def refusal_sentence(s: Speech, code: str, minimum_fen: int | None) -> str:
    """The sentence for a refusal, with what would have done."""
    if minimum_fen is None:
        return sentence(s, code)
    return f"{sentence(s, code)} {s.text('The next amount that counts: %(minimum)s.', minimum=s.money(minimum_fen))}"


def frame(visit: Visit, path: str, query: Mapping[str, str]) -> dict[str, Any]:
    """What the frame around every page needs."""
    s, caller = visit.speech, visit.caller
    other: Language = "en" if s.language == "zh" else "zh"
    bar, more = navigation(s, caller)
    return {
        "s": s,
        "_": s.text,
        "caller": caller,
        "house": visit.exchange.house.name,
        "nav": bar,
        "nav_more": more,
        "here": "/" + path.split("/")[1],
        "path": path,
        "unread": visit.unread,
        "other_language": f"{path}?{urlencode({**query, 'lang': other})}",
        "token": lambda: _token(caller),
        "new_id": new_command_id,
        "yuan": format_yuan,
        "words_for_script": "",
        "seals_waiting": seals_waiting(visit.state, caller.principal.roles) if caller else 0,
    }


def _token(caller: Caller | None) -> Markup:
    value = caller.csrf if caller and caller.csrf else ""
    return Markup('<input type="hidden" name="csrf" value="{}">').format(value)


def script_words(words: Mapping[str, Any]) -> Markup:
    """Texts for a page's script, as data that no browser runs."""
    text = json.dumps(words, ensure_ascii=False).replace("<", "\\u003c")
    return Markup(f'<script type="application/json" id="words">{text}</script>')  # noqa: S704 (escaped above)


def local_path(text: str) -> str:
    """A path of ours to go to next; the market for anything else, so that no link leads elsewhere."""
    plain = text.startswith("/") and not text.startswith("//") and "\\" not in text and text.isprintable()
    return text if plain else "/"


def speech_of(request: Request) -> Speech:
    """How to speak to whoever sent the request."""
    accepted = request.headers.get("accept-language", "")
    return speech(choose(request.query_params.get("lang"), request.cookies.get(COOKIE), accepted))


def visit_of(request: Request) -> Visit:
    """The visit of a request that came through the door, or was turned away at it."""
    caller = request.scope.get("state", {}).get("caller")
    return Visit(request, request.app.state.exchange, caller, speech_of(request))


Page = Callable[[Visit], Awaitable[Response]]


def page(path: str, handler: Page, method: str = "GET") -> Route:
    """The route of a page."""

    async def endpoint(request: Request) -> Response:
        visit = visit_of(request)
        try:
            visit.unread = await _unread(visit) if method == "GET" else 0
            response = await handled(visit, handler)
            await noted(request, path, response.status_code)
            return response
        except errors.Failure as failed:
            if failed.problem.code != "NOT_SIGNED_IN":
                raise
            back = path_and_query(request) if method == "GET" else "/"
            return visit.go(f"/sign-in?next={quote(back)}")

    return Route(path, endpoint, methods=[method], name=f"{method} {path}")


async def _unread(visit: Visit) -> int:
    """How many notices wait for the reader; none where that cannot be read now."""
    if visit.caller is None:
        return 0
    try:
        return await visit.exchange.registers.notices.unread(visit.caller.account.id)
    except Unavailable:
        return 0


def path_and_query(request: Request) -> str:
    """Where a request went, to come back to."""
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path


def error_page(request: Request, problem: errors.Problem) -> Response:
    """A problem as a page for people."""
    visit = visit_of(request)
    s = visit.speech
    return visit.render(
        "error.html",
        status=problem.status if problem.status != 202 else 200,
        path="/" if request.method != "GET" else None,
        heading=s.code("status", problem.status),
        sentence=sentence(s, problem.code, problem.detail or problem.title),
        detail=s.text("Request %(id)s", id=problem.request_id) if problem.request_id else "",
        code=problem.code,
        typed=request.method == "POST" and problem.status in (400, 413, 422),
    )
