"""Before the handshake of a socket is answered: the exact Origin, the subprotocol, no secret in the address."""

from collections.abc import Sequence

import structlog
from starlette.websockets import WebSocket

from web import errors
from web.protocol import SUBPROTOCOL
from web.security import origin_allowed, secrets_in
from web.sessions import Sessions

log = structlog.get_logger()


async def deny(socket: WebSocket, status: int, code: str, detail: str) -> None:
    """Answer the handshake with a problem instead of a socket."""
    log.info("socket denied", code=code, client=socket.client.host if socket.client else None)
    problem = errors.failure(status, code, detail).problem
    await socket.send_denial_response(errors.respond(problem))


async def fault_of(
    socket: WebSocket, sessions: Sessions, origins: Sequence[str]
) -> tuple[int, str, str] | None:
    """Why this handshake gets no socket: status, code, sentence."""
    try:
        found = secrets_in(socket.scope["query_string"])
    except errors.Failure as error:
        return error.problem.status, error.problem.code, error.problem.detail
    for secret in found:
        await sessions.void(secret)
    if found:
        return 400, "TOKEN_IN_URL", "secrets do not belong in a URL; this one no longer counts"
    origin = socket.headers.get("origin")
    if origin is not None and not origin_allowed(origin, origins):
        return 403, "ORIGIN", "this origin may not open a socket here"
    if origin is None and "cookie" in socket.headers:
        return 403, "ORIGIN", "a cookie came without an origin"
    if SUBPROTOCOL not in socket.scope.get("subprotocols", ()):
        return 400, "SUBPROTOCOL", f"offer the subprotocol {SUBPROTOCOL}"
    return None
