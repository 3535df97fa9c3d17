"""The keys with which people sign contracts for their organisations; private keys are never here."""

import hashlib

import msgspec
from sqlalchemy import select

from exchange.registers.models import SigningKeyRow, SigningKeyVersionRow
from exchange.registers.versioned import Versioned
from matching_engine.errors import Malformed


class SigningKey(msgspec.Struct, frozen=True):
    """An account's Ed25519 public key as hex. `certificate_issuer` names the licensed certification authority whose
    certificate for this key was seen (electronic signature law, art. 16); empty for a key nobody vouches for."""

    id: str
    account: str
    public_key: str
    label: str
    created_at: int
    certificate_issuer: str = ""
    revoked_at: int | None = None


def key_id(public_key: str) -> str:
    """The id of a key follows from it: the first 20 digits of its SHA-256."""
    return f"k-{hashlib.sha256(bytes.fromhex(public_key)).hexdigest()[:20]}"


class SigningKeys(Versioned[SigningKey]):
    """The register of signing keys."""

    value = SigningKey
    row = SigningKeyRow
    history = SigningKeyVersionRow
    name = "signing_key"

    async def list_all(self, after: str = "", limit: int = 100) -> list[SigningKey]:
        """Keys of all accounts with id > `after`, by id."""
        query = select(SigningKeyRow).where(SigningKeyRow.id > after).order_by(SigningKeyRow.id)
        return await self._select(query.limit(limit))

    async def list(self, account: str) -> list[SigningKey]:
        """The keys of an account, the newest first, revoked ones too."""
        query = select(SigningKeyRow).where(SigningKeyRow.account == account)
        return await self._select(query.order_by(SigningKeyRow.created_at.desc(), SigningKeyRow.id))

    async def certify(self, id: str, issuer: str, by: str, at: int, reason: str) -> SigningKey:  # noqa: A002
        """Note whose certificate for a key was seen, or with an empty issuer that it counts no more; why stays on record.

        What was signed before keeps the words under which it was signed. Malformed for an unknown or revoked key, for
        a missing reason, and when nothing would change.
        """
        key = await self.get(id)
        if key is None or key.revoked_at is not None:
            raise Malformed("signing_key", id, "a key that is in use")
        if not reason:
            raise Malformed("reason", "nothing", "what was checked, and by whom")
        if key.certificate_issuer == issuer:
            raise Malformed("issuer", issuer or "nothing", "another one than is known")
        return await self.change(msgspec.structs.replace(key, certificate_issuer=issuer), by, at, reason)

    async def revoke(self, id: str, account: str, at: int) -> SigningKey:  # noqa: A002  (the column's name)
        """End a key of an account: it signs nothing more, what it signed stays. Malformed for a key of somebody else."""
        key = await self.get(id)
        if key is None or key.account != account:
            raise Malformed("signing_key", id, "a key of yours")
        if key.revoked_at is not None:
            return key
        return await self.change(msgspec.structs.replace(key, revoked_at=at), account, at)
