"""Signing in and out, tickets, and the answer to one's own command."""

from starlette.responses import Response

from exchange.registers import Account
from web import errors, signing_in
from web.decisions import decision
from web.resources import AccountResource, Decision, SessionResource, SignInBody, TicketResource
from web.routes import Ask, json
from web.sessions import Caller
from web.tickets import LIFETIME
from web.views import iso


async def sign_in(ask: Ask) -> Response:
    """Begin a session; its token goes into a cookie that no script can read."""
    body: SignInBody = ask.body
    account, token, begun = await signing_in.sign_in(ask.request, body.account, body.password, ask.caller)
    cookie = ask.request.app.state.sessions.cookie(token)
    return json(session_resource(Caller(account, begun)), headers={"set-cookie": cookie})


async def sign_out(ask: Ask) -> Response:
    """End the session here and on every socket of it."""
    await signing_in.sign_out(ask.request, ask.who)
    return json(None, headers={"set-cookie": ask.request.app.state.sessions.no_cookie()})


async def show_session(ask: Ask) -> SessionResource:
    """Who is signed in, and the form token."""
    return session_resource(ask.who)


async def issue_ticket(ask: Ask) -> TicketResource:
    """A ticket for `hello` on the socket; a program with a key needs none."""
    if ask.who.sign_in is None:
        raise errors.failure(403, "SESSION_REQUIRED", "a key opens the socket itself, in Authorization")
    state, now = ask.request.app.state, ask.exchange.house.clock.now()
    return TicketResource(await state.tickets.issue(ask.who.sign_in.id), iso(now + LIFETIME))


async def show_command(ask: Ask) -> Decision:
    """What became of one's own command; to anybody else it does not exist."""
    outcome = await ask.exchange.house.answer_of(ask.path("command"))
    if outcome is None or not outcome.recorded or outcome.recorded[0].principal != ask.principal.account:
        raise errors.not_found("command of yours")
    return decision(outcome)


def session_resource(caller: Caller) -> SessionResource:
    """The session as its owner sees it."""
    end = caller.sign_in.expires_at if caller.sign_in else caller.key.expires_at if caller.key else 0
    return SessionResource(account_resource(caller.account), caller.csrf, iso(end))


def account_resource(account: Account) -> AccountResource:
    """The account as its owner sees it."""
    return AccountResource(
        account.id, account.login, account.display_name, account.organisation, sorted(account.roles)
    )
