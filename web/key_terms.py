"""What a program's key may do: the scope of each request, the networks it counts in, and signed requests.

A signed request carries `Luochui-Signature: keyid="…", created=…, signature="…"`: Ed25519 over these lines, in the
way of RFC 9421 with fixed components, so that nothing has to be negotiated:

    luochui-request-1
    POST
    /api/v1/lots/L1/bids
    <hex SHA-256 of the body>
    <created, seconds since 1970>
    <Idempotency-Key, or nothing>

It counts for sixty seconds. Within them the Idempotency-Key lets a copy do no more than the request itself; where
an operation asks for none and yet changes something, a process takes each signature once only.
"""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from starlette.requests import Request

from exchange.registers.sessions import ApiKey
from web import errors
from web.sessions import Caller

if TYPE_CHECKING:
    from web.routes import Operation

HEADER = "luochui-signature"
WINDOW = 60_000_000
"""µs before and after now in which a request may say it was made."""
_FORM = re.compile(
    r'keyid="([0-9A-Za-z_-]{1,64})", ?created=([0-9]{1,12}), ?signature="([0-9a-f]{128})"', re.ASCII
)
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Seen:
    """Signatures that were used, for as long as they would count again; the oldest go when there are too many."""

    def __init__(self, most: int = 100_000) -> None:
        self._until: OrderedDict[str, int] = OrderedDict()
        self._most = most

    def first(self, signature: str, now: int) -> bool:
        """Whether a signature comes for the first time; noted with that."""
        while self._until and (len(self._until) >= self._most or next(iter(self._until.values())) < now):
            self._until.popitem(last=False)
        if signature in self._until:
            return False
        self._until[signature] = now + 2 * WINDOW
        return True


SCOPE_OF_TAG = {
    "lots": "trade",
    "supply": "trade",
    "bidding": "bid",
    "network": "bid",
    "market": "trade",
    "negotiation": "trade",
    "directories": "trade",
    "webhooks": "trade",
    "settlement": "settle",
    "registration": "settle",
    "bank": "settle",
    "notices": "trade",
    "commands": "read",
    "session": "read",
}
"""The scope for a request that changes something, by the operation's tag. A tag that is not here is for sessions only."""
_ADMIN_PATHS = re.compile(
    r"/(suspension|scores|second-best|reopening|admission|return|withholding|restoration|decision|ruling|refusal"
    r"|publication|priority-notice|review|import|mandates|people|parties|repository|batches)$"
    r"|^/api/v1/(sessions|stops)\b|^/api/v1/lots/[^/]+/(cancellation|seal-keys|seal-shares)$",
    re.ASCII,
)
"""What runs the exchange, among tags that are for those who trade as well."""
_SPLIT_TAGS = frozenset({"bidding", "market", "negotiation", "directories", "lots", "supply"})


def scope_of(operation: "Operation") -> str | None:
    """The scope that a key needs for an operation; None: no key may, whatever it is for."""
    if operation.method in _SAFE:
        return "read" if operation.tag not in ("access",) else "admin"
    if operation.tag in _SPLIT_TAGS and _ADMIN_PATHS.search(operation.path):
        return "admin"
    return SCOPE_OF_TAG.get(operation.tag)


_ROLE_SCOPES = {
    "operator": {"admin", "settle"},
    "evaluator": {"trade"},
    **{key: {"bid", "trade", "settle"} for key in ("seller", "bidder", "broker")},
    **{key: {"settle"} for key in ("registrar", "funder", "bank")},
}


def scopes_of(roles: Iterable[str]) -> frozenset[str]:
    """The scopes of what these roles work with; every key may read."""
    return frozenset({"read"}.union(*(_ROLE_SCOPES.get(role, set()) for role in roles)))


def check_scope(caller: Caller | None, scope: str | None) -> None:
    """403 SCOPE unless the caller is no program, or its key is for this."""
    if caller is None or caller.key is None or scope in caller.key.terms.scopes:
        return
    wanted = f"the scope {scope}" if scope else "a person's session"
    raise errors.failure(
        403, "SCOPE", f"this takes {wanted}; the key is for {', '.join(_scopes(caller.key))}"
    )


def _scopes(key: ApiKey) -> list[str]:
    return sorted(key.terms.scopes) or ["nothing"]


def check_network(caller: Caller | None, address: str) -> None:
    """403 NETWORK for a key that is used from elsewhere than it may be."""
    if caller is None or caller.key is None or not caller.key.terms.networks:
        return
    try:
        at = ip_address(address)
    except ValueError:
        at = None
    if at is None or not any(at in ip_network(network) for network in caller.key.terms.networks):
        raise errors.failure(403, "NETWORK", "this key does not count in your network")


def check_message(caller: Caller, scope: str) -> None:
    """Refuse a key on the socket that is not for this, or whose requests are signed: a message has no signature."""
    if caller.key is None:
        return
    check_scope(caller, scope)
    if caller.key.terms.public_key:
        raise errors.failure(403, "SIGNATURE_REQUIRED", "this key binds over REST only, where it signs")


def signing_text(method: str, path: str, body: bytes, created: int, command: str) -> bytes:
    """The lines that a request's signature is over; `path` with its query as it was sent, `created` in seconds."""
    digest = hashlib.sha256(body).hexdigest()
    return f"luochui-request-1\n{method}\n{path}\n{digest}\n{created}\n{command}".encode()


def checked(request: Request, caller: Caller | None, operation: "Operation", now: int) -> Caller | None:
    """The caller of a REST operation: a key within its scope, and signed for where it has a public key."""
    check_scope(caller, scope_of(operation))
    if caller is None or caller.key is None or not caller.key.terms.public_key:
        return caller
    if operation.method in _SAFE and HEADER not in request.headers:
        return caller
    once = operation.method not in _SAFE and not operation.binds
    _check_signature(request, caller.key, once, now)
    return msgspec.structs.replace(caller, signed=True)


def _check_signature(request: Request, key: ApiKey, once: bool, now: int) -> None:
    found = _FORM.fullmatch(request.headers.get(HEADER, ""))
    if found is None:
        raise _unsigned("SIGNATURE_REQUIRED", 'sign with: keyid="…", created=…, signature="…"')
    created = int(found[2])
    if abs(now - created * 1_000_000) > WINDOW:
        raise _unsigned("SIGNATURE_OLD", "created is more than sixty seconds from now")
    path = request.scope.get("raw_path") or request.url.path.encode()
    query = request.scope["query_string"]
    whole = (path + b"?" + query if query else path).decode("latin-1")
    text = signing_text(
        request.method, whole, request.state.body, created, request.headers.get("idempotency-key", "")
    )
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(key.terms.public_key))
    try:
        public.verify(bytes.fromhex(found[3]), text)
    except InvalidSignature:
        raise _unsigned("BAD_SIGNATURE", "the signature is not one of this key over this request") from None
    if found[1] != key.id:
        raise _unsigned("BAD_SIGNATURE", "keyid is not the key in Authorization")
    if once and not request.app.state.signatures.first(found[3], now):
        raise _unsigned("BAD_SIGNATURE", "this signature was used before: sign anew, a second later")


def _unsigned(code: str, detail: str) -> errors.Failure:
    return errors.failure(401 if code != "SIGNATURE_REQUIRED" else 403, code, detail, link="/account/keys")
