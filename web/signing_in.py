"""Signing in and out, for the interface and for the form alike: the password, the session, the row in the access log."""

import structlog
from starlette.requests import Request

from exchange.registers import Account, SignIn
from web.devices import device_of, network_of
from web.errors import Failure
from web.sessions import Caller

log = structlog.get_logger()


async def sign_in(
    request: Request, login: str, password: str, before: Caller | None
) -> tuple[Account, str, SignIn]:
    """Begin a session: the account, the token for the cookie, and the session. Failures are noted and raised."""
    state, network = request.app.state, network_of(request)
    access, at = state.exchange.registers.access, state.exchange.house.clock.now()
    client = request.client
    try:
        account = await state.credentials.sign_in(login, password, client.host if client else "")
    except Failure as failed:
        if failed.problem.status != 429:
            known = await state.exchange.registers.accounts.credentials(login.strip().lower())
            about = known[0].id if known else ""
            await access.note(
                "sign_in_failed", about, at, by="-", network=network, detail={"code": failed.problem.code}
            )
        raise
    device = device_of(request)
    token, begun = await state.sessions.sign_in(account, before, device, network)
    await access.note("signed_in", account.id, at, network=network, detail={"device": device})
    log.info("signed in", account=account.id)
    return account, token, begun


async def sign_out(request: Request, caller: Caller) -> None:
    """End the session, and note it."""
    state = request.app.state
    await state.sessions.sign_out(caller)
    at = state.exchange.house.clock.now()
    await state.exchange.registers.access.note(
        "signed_out", caller.account.id, at, network=network_of(request)
    )
