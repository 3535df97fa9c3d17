"""What the REST interface takes and gives about contracts and their signatures."""

from typing import Annotated, Literal

import msgspec

from exchange.registers.signing_keys import SigningKey
from settlement.commands import Side
from settlement.redline import Piece
from settlement.state import Contract, Signature
from web.resources import Date, Given, Instant, Taken
from web.signing import stands
from web.views import iso


class SignatureBody(Taken, frozen=True):
    """The hex SHA-256 of the text that the signer saw; by key: a registered key and its signature (hex) over the
    three lines `luochui contract v1`, the contract's id and the digest."""

    digest: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
    key_id: Annotated[str, msgspec.Meta(pattern=r"^(k-[0-9a-f]{20})?$")] = ""
    signature: Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{128})?$")] = ""


class SignatureResource(Given, frozen=True):
    """Who signed which text, and how; `verified` says whether a signature by key was right when checked just now."""

    side: Side
    party: str
    signer: str
    digest: str
    at: Instant
    by: Literal["account", "key"]
    verified: bool | None
    key_id: str
    public_key: str
    signature: str
    certificate_issuer: str


class ContractResource(Given, frozen=True):
    """A technology contract with its whole text; `version` counts the texts that there were."""

    id: str
    trade: str
    kind: str
    state: str
    version: int
    digest: str
    effective_on: Date | None
    signatures: list[SignatureResource]
    text: str


class ClauseBody(Taken, frozen=True):
    """Other words for a clause, by its number, like "4.3"."""

    clause: Annotated[str, msgspec.Meta(min_length=1, max_length=20)]
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]


class ProposalBody(Taken, frozen=True):
    """Changes of the text with this digest; whole or not at all."""

    digest: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
    changes: Annotated[list[ClauseBody], msgspec.Meta(min_length=1, max_length=100)]


class TextVersionResource(Given, frozen=True):
    """A text that lay before the parties; version 1 is the exchange's own and has no side."""

    version: int
    digest: str
    at: Instant
    side: Side | None
    author: str | None


class TextResource(Given, frozen=True):
    """A version with its words."""

    version: int
    digest: str
    at: Instant
    side: Side | None
    author: str | None
    text: str


class TextVersionPage(Given, frozen=True):
    """All versions of a contract, oldest first."""

    contract: str
    versions: list[TextVersionResource]


class PieceResource(Given, frozen=True):
    """A stretch of text that stayed, went or came."""

    kind: Literal["same", "removed", "added"]
    text: str


class RedlineResource(Given, frozen=True):
    """Two versions in one: without the added pieces it is the old text, without the removed ones the new."""

    contract: str
    old: int
    new: int
    pieces: list[PieceResource]


class SigningKeyBody(Taken, frozen=True):
    """A public key (Ed25519): PEM, or its 32 bytes in hex."""

    public_key: Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
    label: Annotated[str, msgspec.Meta(max_length=60)] = ""


class SigningKeyResource(Given, frozen=True):
    """A signing key; `certificate_issuer` is empty unless a licensed authority certified it."""

    id: str
    public_key: str
    label: str
    created_at: Instant
    certificate_issuer: str
    revoked_at: Instant | None


class SigningKeyPage(Given, frozen=True):
    """One's keys."""

    keys: list[SigningKeyResource]


def key_resource(key: SigningKey) -> SigningKeyResource:
    """A key as REST gives it."""
    revoked_at = None if key.revoked_at is None else iso(key.revoked_at)
    return SigningKeyResource(
        key.id, key.public_key, key.label, iso(key.created_at), key.certificate_issuer, revoked_at
    )


def piece_resource(piece: Piece) -> PieceResource:
    """A piece of a redline as REST gives it."""
    return PieceResource(piece.kind, piece.text)


def contract_resource(contract: Contract) -> ContractResource:
    """The contract as REST gives it."""
    return ContractResource(
        id=contract.id,
        trade=contract.trade,
        kind=contract.kind,
        state=contract.state.value,
        version=len(contract.versions),
        digest=contract.digest,
        effective_on=contract.effective_on,
        signatures=[_signature(contract, one) for one in contract.signatures],
        text=contract.text,
    )


def _signature(contract: Contract, one: Signature) -> SignatureResource:
    return SignatureResource(
        one.side,
        one.party,
        one.signer,
        one.digest,
        iso(one.at),
        "key" if one.key_id else "account",
        stands(contract, one) if one.key_id else None,
        one.key_id,
        one.public_key,
        one.signature,
        one.certificate_issuer,
    )
