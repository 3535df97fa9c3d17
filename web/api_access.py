"""One's own account over REST: second factors, step-up, sessions, keys."""

from typing import Any

from starlette.responses import Response

from exchange.house.step_up import FRESH_FOR
from exchange.registers import SignIn
from exchange.registers.sessions import ApiKey
from web import errors
from web.access_resources import (
    CodeBody,
    CodesResource,
    FactorResource,
    FactorsResource,
    KeyBody,
    KeyResource,
    KeysResource,
    LabelBody,
    NewKeyResource,
    NewPasskeyBody,
    OptionsBody,
    OptionsResource,
    OwnSession,
    OwnSessions,
    SecretResource,
    StepUpBody,
    StepUpResource,
)
from web.own_keys import end_key, make_key
from web.parse import BadInput
from web.routes import Ask, Operation, json
from web.second_factors import checked_label
from web.views import iso

V1 = "/api/v1"


async def step_up(ask: Ask) -> StepUpResource:
    """Show a second factor: for five minutes this session may sign, approve, and make its first bid."""
    body: StepUpBody = ask.body
    state = ask.request.app.state
    if body.passkey is not None:
        await state.passkeys.step_up(ask.who, body.passkey.answer())
    elif body.code is not None:
        await state.factors.step_up(ask.who, body.code)
    else:
        raise BadInput("MISSING_FIELD", "code", "nothing", "a code, or a passkey's answer")
    return StepUpResource(iso(ask.exchange.house.clock.now() + FRESH_FOR))


async def list_factors(ask: Ask) -> FactorsResource:
    """The second factors of one's account, without their secrets."""
    factors, account = ask.exchange.registers.factors, ask.who.account.id
    shown = [
        FactorResource(
            one.id, one.kind, one.label, iso(one.created_at), iso(one.used_at) if one.used_at else None
        )
        for one in await factors.list(account)
    ]
    sign_in = ask.who.sign_in
    until = sign_in.stepped_up_at + FRESH_FOR if sign_in and sign_in.stepped_up_at else 0
    fresh = until >= ask.exchange.house.clock.now()
    return FactorsResource(shown, await factors.codes_left(account), iso(until) if fresh else None)


async def begin_totp(ask: Ask) -> SecretResource:
    """A new secret for an authenticator app; it counts once its first code was sent."""
    body: LabelBody = ask.body
    label = checked_label(body.label, "TOTP")
    made = await ask.request.app.state.factors.begin_totp(ask.who, label)
    return SecretResource(made.factor, made.secret, made.uri)


async def confirm_totp(ask: Ask) -> CodesResource:
    """The first code of the new secret: from now on it counts."""
    body: CodeBody = ask.body
    return CodesResource(list(await ask.request.app.state.factors.confirm_totp(ask.who, body.code)))


async def passkey_options(ask: Ask) -> OptionsResource:
    """What a browser's `navigator.credentials` is to make or to sign; good for five minutes, once."""
    body: OptionsBody = ask.body
    return OptionsResource(await ask.request.app.state.passkeys.options(ask.who, body.purpose))


async def add_passkey(ask: Ask) -> CodesResource:
    """Enter a passkey that the browser made."""
    body: NewPasskeyBody = ask.body
    label = checked_label(body.label, "Passkey")
    added = await ask.request.app.state.passkeys.add(ask.who, body.passkey.answer(), label)
    return CodesResource(list(added))


async def remove_factor(ask: Ask) -> None:
    """Take a second factor away; it takes a fresh one to do so."""
    await ask.request.app.state.factors.remove(ask.who, ask.path("factor"))


async def make_codes(ask: Ask) -> CodesResource:
    """Ten other recovery codes; those before are void."""
    return CodesResource(list(await ask.request.app.state.factors.remake_codes(ask.who)))


async def list_own_sessions(ask: Ask) -> OwnSessions:
    """One's sessions, with device and network, the latest use first."""
    found = await ask.request.app.state.sessions.own(ask.who)
    return OwnSessions([own_session(one, ask.who.id) for one in found])


def own_session(one: SignIn, current: str) -> OwnSession:
    """A session as its owner sees it."""
    return OwnSession(
        one.id,
        one.device,
        one.network,
        iso(one.created_at),
        iso(one.seen_at),
        iso(one.expires_at),
        one.id == current,
    )


async def end_session(ask: Ask) -> None:
    """End one of one's sessions; its sockets close within a second."""
    if not await ask.request.app.state.sessions.end_own(ask.who, [ask.path("session")]):
        raise errors.not_found("session of yours")
    await ask.request.app.state.factors.note(ask.who, "session_ended", count=1)


async def end_other_sessions(ask: Ask) -> None:
    """End every session of one's account but this one."""
    sessions = ask.request.app.state.sessions
    others = [one.id for one in await sessions.own(ask.who) if one.id != ask.who.id]
    if others:
        count = await sessions.end_own(ask.who, others)
        await ask.request.app.state.factors.note(ask.who, "session_ended", count=count)


async def list_api_keys(ask: Ask) -> KeysResource:
    """The keys of one's account that count."""
    at = ask.exchange.house.clock.now()
    found = await ask.exchange.registers.sessions.keys_of(ask.who.account.id, at)
    return KeysResource([key_resource(one) for one in found])


async def create_key(ask: Ask) -> Response:
    """Make a key for a program; its secret is in this answer and nowhere else."""
    body: KeyBody = ask.body
    secret, key = await make_key(
        ask.request, ask.who, body.label, body.scopes, body.days, body.networks, body.public_key
    )
    return json(NewKeyResource(key_resource(key), secret), 201)


def key_resource(key: ApiKey) -> KeyResource:
    """A key without its secret."""
    terms = key.terms
    return KeyResource(
        key.id,
        key.label,
        sorted(terms.scopes),
        list(terms.networks),
        terms.public_key,
        terms.strong,
        iso(key.created_at),
        iso(key.expires_at),
    )


async def remove_key(ask: Ask) -> None:
    """End a key of one's account."""
    await end_key(ask.request, ask.who, ask.path("key"))


def _operation(
    method: str, path: str, handler: Any, summary: str, returns: Any = None, **more: Any
) -> Operation:
    status = more.pop("status", 200 if returns is not None else 204)
    return Operation(
        method, f"{V1}/{path}", handler, summary, "account", returns, status, errors=(403, 404, 409), **more
    )


OPERATIONS: tuple[Operation, ...] = (
    _operation("POST", "session/step-up", step_up, "Show a second factor", StepUpResource, body=StepUpBody),
    _operation("GET", "factors", list_factors, "Second factors", FactorsResource),
    _operation("POST", "factors/totp", begin_totp, "A secret for an app", SecretResource, body=LabelBody),
    _operation(
        "POST",
        "factors/totp/confirmation",
        confirm_totp,
        "The app's first code",
        CodesResource,
        body=CodeBody,
    ),
    _operation(
        "POST", "factors/passkey-options", passkey_options, "Ask a passkey", OptionsResource, body=OptionsBody
    ),
    _operation(
        "POST", "factors/passkeys", add_passkey, "Enter a passkey", CodesResource, body=NewPasskeyBody
    ),
    _operation("DELETE", "factors/{factor}", remove_factor, "Take a second factor away"),
    _operation("POST", "factors/recovery-codes", make_codes, "Other recovery codes", CodesResource),
    _operation("GET", "own-sessions", list_own_sessions, "Own sessions", OwnSessions),
    _operation("DELETE", "own-sessions", end_other_sessions, "End all other sessions"),
    _operation("DELETE", "own-sessions/{session}", end_session, "End a session"),
    _operation("GET", "keys", list_api_keys, "Keys of programs", KeysResource),
    _operation("POST", "keys", create_key, "Make a key", NewKeyResource, body=KeyBody, status=201),
    _operation("DELETE", "keys/{key}", remove_key, "End a key"),
)
