"""What the REST interface takes and gives about contracts and their signatures."""

from typing import Annotated, Literal

import msgspec

from settlement.commands import Side
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
