"""The keys of one's programs: what each may do, where from, until when."""

from collections.abc import Mapping

from starlette.responses import Response
from starlette.routing import Route

from exchange.registers.sessions import SCOPES
from matching_engine.errors import Malformed
from web.own_keys import end_key, make_key
from web.pages.shell import Visit, page
from web.parse import BadInput

DAYS = ("30", "90", "180", "366")
_FIELDS = frozenset({"label", "networks", "public_key", "scopes"})


async def keys_page(
    visit: Visit, status: int = 200, wrong: Mapping[str, str] | None = None, secret: str = ""
) -> Response:
    """One's keys, and the form for another one."""
    keys = await visit.exchange.registers.sessions.keys_of(visit.who.account.id, visit.now)
    said = visit.form() if visit.request.method == "POST" and wrong else {}
    return visit.render(
        "own_keys.html",
        status,
        "/account/keys",
        keys=keys,
        scopes=sorted(SCOPES),
        days=DAYS,
        said=said,
        secret=secret,
        errors=wrong or {},
    )


async def add(visit: Visit) -> Response:
    """Make a key and show its secret, this once."""
    form = visit.form()
    scopes = [scope for scope in sorted(SCOPES) if form.get(f"scope_{scope}")]
    networks = form.get("networks", "").replace(",", " ").split()
    days = int(form["days"]) if form.get("days") in DAYS else 90
    try:
        secret, _ = await make_key(
            visit.request,
            visit.who,
            form.get("label", ""),
            scopes,
            days,
            networks,
            form.get("public_key", ""),
        )
    except (BadInput, Malformed) as bad:
        told = {
            "label": visit.speech.text("Give the key a name of at most 60 characters."),
            "networks": visit.speech.text("Write networks like 203.0.113.0/24, one after another."),
            "public_key": visit.speech.text("This is no Ed25519 public key."),
            "scopes": visit.speech.text("Choose at least one scope."),
        }
        field = bad.field if bad.field in _FIELDS else "label"
        return await keys_page(visit, 422, {field: told[field]})
    return await keys_page(visit, secret=secret)


async def end(visit: Visit) -> Response:
    """End a key."""
    visit.form()
    await end_key(visit.request, visit.who, visit.part("key"))
    return visit.go("/account/keys")


ROUTES: list[Route] = [
    page("/account/keys", keys_page),
    page("/account/keys", add, "POST"),
    page("/account/keys/{key}/end", end, "POST"),
]
