"""Negotiating, keeping and signing contracts over REST: versions and redlines, papers of a trade, one's signing keys."""

from typing import Annotated, Literal

import msgspec
from starlette.responses import Response

from matching_engine.errors import Malformed
from settlement import commands as sc
from settlement.redline import redline
from settlement.state import Contract, TextVersion
from web import errors
from web.api_trades import visible_trade
from web.contract_resources import (
    ProposalBody,
    RedlineResource,
    SigningKeyBody,
    SigningKeyPage,
    SigningKeyResource,
    TextResource,
    TextVersionPage,
    TextVersionResource,
    key_resource,
    piece_resource,
)
from web.decisions import decision
from web.documents.papers import MEDIA, Form, attached, source, written
from web.parse import BadInput
from web.resources import Decision, Taken
from web.routes import Ask, Operation
from web.signing import add_key
from web.views import iso

V1 = "/api/v1"
TRADING = frozenset({"seller", "bidder"})
Count = Annotated[int, msgspec.Meta(ge=1, le=100_000)]


class RedlineQuery(Taken, frozen=True):
    """Between which versions; the first and the last unless named."""

    old: Count | None = None
    new: Count | None = None


class PaperQuery(Taken, frozen=True):
    """In which form."""

    form: Literal["html", "docx", "pdf"] = "docx"


def _contract(ask: Ask) -> Contract:
    """The contract, if there is one that the caller may see; 404 otherwise."""
    found = ask.exchange.house.view.settlement.contracts.get(ask.path("contract"))
    if found is None:
        raise errors.not_found("contract")
    visible_trade(ask, found.trade, "contract")
    return found


async def propose_text(ask: Ask) -> Decision:
    """Propose other words for clauses: it makes a new version and voids the signatures given so far."""
    body: ProposalBody = ask.body
    changes = tuple(sc.Change(change.clause, change.text) for change in body.changes)
    party, author = ask.principal.party or "", ask.principal.account
    command = sc.ProposeText(_contract(ask).id, party, author, body.digest, changes)
    return decision(await ask.submit(command))


async def list_versions(ask: Ask) -> TextVersionPage:
    """Every text that lay before the parties, oldest first, without its words."""
    found = _contract(ask)
    return TextVersionPage(found.id, [_version(one) for one in found.versions])


def _version(one: TextVersion) -> TextVersionResource:
    return TextVersionResource(one.number, one.digest, iso(one.at), one.side, one.author)


async def show_version(ask: Ask) -> TextResource:
    """One version with its words."""
    text = ask.path("version")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0
    one = _numbered(_contract(ask), number)
    return TextResource(one.number, one.digest, iso(one.at), one.side, one.author, one.text)


def _numbered(contract: Contract, number: int) -> TextVersion:
    if not 1 <= number <= len(contract.versions):
        raise errors.not_found("version")
    return contract.versions[number - 1]


async def show_redline(ask: Ask) -> RedlineResource:
    """What changed between two versions, piece by piece in reading order."""
    query: RedlineQuery = ask.query
    found = _contract(ask)
    old, new = query.old or 1, query.new or len(found.versions)
    pieces = redline(_numbered(found, old).text, _numbered(found, new).text)
    return RedlineResource(found.id, old, new, [piece_resource(piece) for piece in pieces])


# The papers of a trade


async def download_contract(ask: Ask) -> Response:
    """The contract as a file: DOCX, a page to print, or PDF where this machine can make one."""
    return await _paper(ask, "contract")


async def download_confirmation(ask: Ask) -> Response:
    """The confirmation of sale as a file, in the same forms."""
    return await _paper(ask, "confirmation")


async def _paper(ask: Ask, paper: Literal["contract", "confirmation"]) -> Response:
    query: PaperQuery = ask.query
    form: Form = query.form
    trade = visible_trade(ask, ask.path("trade"))
    made_of = source(ask.exchange.house.view.settlement, trade, paper)
    content = await written(made_of, form)
    return Response(content, media_type=MEDIA[form], headers=attached(made_of.name, form))


# One's signing keys


def _signs(ask: Ask) -> None:
    if not TRADING & ask.principal.roles:
        raise errors.failure(403, "FORBIDDEN", "keys are for those who sign contracts")


async def list_keys(ask: Ask) -> SigningKeyPage:
    """One's own public keys, the newest first, revoked ones too."""
    _signs(ask)
    keys = await ask.exchange.registers.signing_keys.list(ask.principal.account)
    return SigningKeyPage([key_resource(key) for key in keys])


async def enter_key(ask: Ask) -> SigningKeyResource:
    """Enter an Ed25519 public key, PEM or 64 hexadecimal digits, with which contracts are signed from now on."""
    _signs(ask)
    body: SigningKeyBody = ask.body
    ask.request.app.state.gate.demand(ask.who)
    try:
        key = await add_key(ask.exchange, ask.principal, {"public_key": body.public_key, "label": body.label})
    except Malformed as wrong:
        field = "label" if wrong.field == "label" else "public_key"
        raise BadInput("BAD_VALUE", field, wrong.got, wrong.expected) from wrong
    return key_resource(key)


async def revoke_key(ask: Ask) -> SigningKeyResource:
    """End one of one's keys: it signs nothing more, what it signed stays. Revoked twice, it is revoked once."""
    _signs(ask)
    keys, at = ask.exchange.registers.signing_keys, ask.exchange.house.clock.now()
    try:
        return key_resource(await keys.revoke(ask.path("key"), ask.principal.account, at))
    except Malformed as wrong:
        raise errors.not_found("key") from wrong


_ONE = f"{V1}/contracts/{{contract}}"
_FILES = tuple(MEDIA.values())

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "POST",
        f"{_ONE}/versions",
        propose_text,
        "Propose other words for clauses",
        "settlement",
        Decision,
        status=201,
        body=ProposalBody,
        binds=True,
        errors=(404, 409),
    ),
    Operation(
        "GET",
        f"{_ONE}/versions",
        list_versions,
        "Versions of a contract",
        "settlement",
        TextVersionPage,
        errors=(404,),
    ),
    Operation(
        "GET",
        f"{_ONE}/versions/{{version}}",
        show_version,
        "A version of a contract",
        "settlement",
        TextResource,
        errors=(404,),
    ),
    Operation(
        "GET",
        f"{_ONE}/redline",
        show_redline,
        "What changed between two versions",
        "settlement",
        RedlineResource,
        query=RedlineQuery,
        errors=(404,),
    ),
    Operation(
        "GET",
        f"{V1}/trades/{{trade}}/contract",
        download_contract,
        "The contract as a file",
        "settlement",
        query=PaperQuery,
        errors=(404, 503),
        media_types=_FILES,
    ),
    Operation(
        "GET",
        f"{V1}/trades/{{trade}}/confirmation",
        download_confirmation,
        "The confirmation of sale as a file",
        "settlement",
        query=PaperQuery,
        errors=(404, 503),
        media_types=_FILES,
    ),
    Operation("GET", f"{V1}/signing-keys", list_keys, "One's signing keys", "settlement", SigningKeyPage),
    Operation(
        "POST",
        f"{V1}/signing-keys",
        enter_key,
        "Enter a signing key",
        "settlement",
        SigningKeyResource,
        status=201,
        body=SigningKeyBody,
    ),
    Operation(
        "DELETE",
        f"{V1}/signing-keys/{{key}}",
        revoke_key,
        "Revoke a signing key",
        "settlement",
        SigningKeyResource,
        errors=(404,),
    ),
)
