"""Making and ending the keys of one's programs, for the interface and the page alike."""

from collections.abc import Iterable
from ipaddress import ip_network

from starlette.requests import Request

from exchange.registers.sessions import SCOPES, ApiKey, KeyTerms
from exchange.signatures import read_public_key
from web import errors
from web.parse import BadInput, clean_text
from web.second_factors import session_only
from web.sessions import Caller

DAY = 24 * 3600 * 1_000_000
KEYS_MAX = 20


def checked_networks(texts: Iterable[str]) -> tuple[str, ...]:
    """Networks in one form; BadInput for what is none."""
    found = []
    for text in texts:
        try:
            found.append(str(ip_network(text.strip(), strict=False)))
        except ValueError:
            raise BadInput(
                "BAD_VALUE", "networks", text, "networks like 203.0.113.0/24 or 2001:db8::/48"
            ) from None
    return tuple(dict.fromkeys(found))


def checked_terms(scopes: Iterable[str], networks: Iterable[str], public_key: str, strong: bool) -> KeyTerms:
    """What a key may do, checked; BadInput names the field."""
    chosen = frozenset(scopes)
    if not chosen or chosen - SCOPES:
        raise BadInput(
            "BAD_VALUE", "scopes", ", ".join(sorted(chosen)), f"some of {', '.join(sorted(SCOPES))}"
        )
    public = read_public_key(public_key) if public_key.strip() else ""
    return KeyTerms(chosen, checked_networks(networks), public, strong)


async def make_key(
    request: Request,
    caller: Caller,
    label: str,
    scopes: Iterable[str],
    days: int,
    networks: Iterable[str] = (),
    public_key: str = "",
) -> tuple[str, ApiKey]:
    """A new key of the caller's account and its secret; strong when a second factor was shown just now.

    SESSION_REQUIRED for a program: a key makes no keys. Who has a second factor shows it first.
    """
    if caller.sign_in is None:
        raise session_only()
    state = request.app.state
    state.factors.may_change(caller)
    terms = checked_terms(scopes, networks, public_key, state.factors.is_fresh(caller))
    at = state.exchange.house.clock.now()
    if len(await state.exchange.registers.sessions.keys_of(caller.account.id, at)) >= KEYS_MAX:
        raise errors.failure(409, "TOO_MANY_KEYS", f"an account has at most {KEYS_MAX} keys; end one")
    name = clean_text(" ".join(label.split()), "label")
    if not 1 <= len(name) <= 60:
        raise BadInput("BAD_VALUE", "label", name, "1 to 60 characters")
    secret, key = await state.sessions.new_key(caller.account, name, days * DAY, terms)
    await state.factors.note(caller, "key_made", key=key.id, scopes=sorted(terms.scopes), strong=terms.strong)
    return secret, key


async def end_key(request: Request, caller: Caller, key: str) -> None:
    """End a key of the caller's account; 404 for one of somebody else."""
    state = request.app.state
    if caller.sign_in is None:
        raise session_only()
    if not await state.exchange.registers.sessions.end_own_key(caller.account.id, key):
        raise errors.not_found("key of yours")
    await state.factors.note(caller, "key_ended", key=key)
