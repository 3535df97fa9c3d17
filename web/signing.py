"""The edge of signing: a signature by key is checked against the register before the house is asked."""

from collections.abc import Mapping

from exchange.bootstrap import Exchange
from exchange.house.command import Principal
from exchange.registers.signing_keys import SigningKey, key_id
from exchange.signatures import is_election, is_signature, read_public_key
from matching_engine.errors import Malformed
from settlement import commands as sc
from settlement.election import election_id
from settlement.state import Contract, Signature, Trade
from web import errors

LABEL_MAX = 60
KEYS_MAX = 20


async def signed(
    exchange: Exchange, principal: Principal, contract: Contract, form: Mapping[str, str]
) -> sc.SignContract:
    """The command that a form asks for: with its key and signature when it names a key, else by account alone.

    Failure KEY_UNKNOWN, KEY_REVOKED or SIGNATURE_INVALID says why a key does not sign.
    """
    digest, party = form.get("digest", ""), principal.party or ""
    wanted = form.get("key_id", "")
    if not wanted:
        return sc.SignContract(contract.id, party, principal.account, digest)
    key = await _key(exchange, principal, wanted)
    signature = _signature(form)
    if not is_signature(key.public_key, contract.id, digest, signature):
        detail = "the signature is not that of the key over this contract and digest"
        raise errors.failure(422, "SIGNATURE_INVALID", detail, field="signature")
    return sc.SignContract(
        contract.id,
        party,
        principal.account,
        digest,
        key.id,
        key.public_key,
        signature,
        key.certificate_issuer,
    )


async def signed_election(
    exchange: Exchange, principal: Principal, trade: Trade, side: sc.Side, form: Mapping[str, str]
) -> sc.ElectClaimant:
    """The election that a form asks for, by key or by account alone; the same Failures as `signed`."""
    digest, party = form.get("digest", ""), principal.party or ""
    wanted = form.get("key_id", "")
    if not wanted:
        return sc.ElectClaimant(trade.id, party, side, principal.account, digest)
    key = await _key(exchange, principal, wanted)
    signature = _signature(form)
    if not is_election(key.public_key, election_id(trade.id), digest, signature):
        detail = "the signature is not that of the key over this election and digest"
        raise errors.failure(422, "SIGNATURE_INVALID", detail, field="signature")
    by_key = (key.id, key.public_key, signature, key.certificate_issuer)
    return sc.ElectClaimant(trade.id, party, side, principal.account, digest, *by_key)


async def _key(exchange: Exchange, principal: Principal, wanted: str) -> SigningKey:
    """A key of the caller's that may sign."""
    key = await exchange.registers.signing_keys.get(wanted)
    if key is None or key.account != principal.account:
        raise errors.failure(404, "KEY_UNKNOWN", "there is no such key of yours", field="key_id")
    if key.revoked_at is not None:
        raise errors.failure(409, "KEY_REVOKED", "the key was revoked", field="key_id")
    return key


def _signature(form: Mapping[str, str]) -> str:
    """The hex of a signature, however it was broken into lines."""
    return "".join(form.get("signature", "").split()).lower()


def stands(contract: Contract, signature: Signature) -> bool:
    """Whether a stored signature by key is right, checked again from the event alone."""
    return is_signature(signature.public_key, contract.id, signature.digest, signature.signature)


async def add_key(exchange: Exchange, principal: Principal, form: Mapping[str, str]) -> SigningKey:
    """Enter a public key for the caller; Malformed names what is wrong with it."""
    keys = exchange.registers.signing_keys
    public = read_public_key(form.get("public_key", ""))
    label = " ".join(form.get("label", "").split())
    if len(label) > LABEL_MAX:
        raise Malformed("label", f"{len(label)} characters", f"at most {LABEL_MAX}")
    if len(await keys.list(principal.account)) >= KEYS_MAX:
        raise Malformed("public_key", f"key {KEYS_MAX + 1}", f"at most {KEYS_MAX} keys an account")
    at = exchange.house.clock.now()
    key = SigningKey(key_id(public), principal.account, public, label, at)
    return await keys.add(key, principal.account, at)
