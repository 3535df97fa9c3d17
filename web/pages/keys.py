"""The keys with which one signs contracts: made in the browser, or brought as a public key."""

from collections.abc import Mapping

from starlette.responses import Response
from starlette.routing import Route

from matching_engine.errors import Malformed
from web import errors
from web.pages.shell import Visit, page
from web.signing import add_key

SIGNING = frozenset({"seller", "bidder", "evaluator"})


def _needs_party(visit: Visit) -> None:
    """Keys are for those who can sign."""
    if not SIGNING & visit.principal.roles:
        raise errors.failure(403, "FORBIDDEN", "keys are for those who sign contracts or evaluations")


async def keys_page(visit: Visit, status: int = 200, wrong: Mapping[str, str] | None = None) -> Response:
    """One's keys, and the two ways to another one."""
    _needs_party(visit)
    keys = await visit.exchange.registers.signing_keys.list(visit.principal.account)
    return visit.render(
        "keys.html", status, "/keys", keys=keys, account=visit.principal.account, errors=wrong or {}
    )


async def add(visit: Visit) -> Response:
    """Enter a public key."""
    form = visit.form()
    _needs_party(visit)
    visit.request.app.state.gate.demand(visit.who)
    try:
        await add_key(visit.exchange, visit.principal, form)
    except Malformed as bad:
        told = {
            "public_key": visit.speech.text(
                "This is no Ed25519 public key, or it is in the register already."
            ),
            "label": visit.speech.text("The name is too long."),
        }
        field = "label" if bad.field == "label" else "public_key"
        return await keys_page(visit, 422, {field: told[field]})
    return visit.go("/keys")


async def revoke(visit: Visit) -> Response:
    """End one of one's keys."""
    visit.form()
    _needs_party(visit)
    try:
        at = visit.now
        await visit.exchange.registers.signing_keys.revoke(visit.part("key"), visit.principal.account, at)
    except Malformed as bad:
        raise errors.failure(404, "KEY_UNKNOWN", str(bad)) from bad
    return visit.go("/keys")


ROUTES: list[Route] = [
    page("/keys", keys_page),
    page("/keys", add, "POST"),
    page("/keys/{key}/revocation", revoke, "POST"),
]
