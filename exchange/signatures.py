"""Signatures of contracts by a party's own key: Ed25519 (RFC 8032) over the contract's statement.

Everything needed to check one stands in its event, so anybody can do it again without us.
"""

import re
import textwrap

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from matching_engine.errors import Malformed
from settlement.contract import statement
from settlement.election import election_id, election_statement
from settlement.events import ClaimantElected, ContractSigned

_HEX_KEY = re.compile(r"[0-9a-f]{64}")
_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----\s*([A-Za-z0-9+/=\s]{1,400}?)\s*-----END PUBLIC KEY-----")


def read_public_key(text: str) -> str:
    """The 32 octets of an Ed25519 key as hex, from a PEM public key or from hex; Malformed for anything else."""
    plain = text.strip()
    if _HEX_KEY.fullmatch(plain.lower()):
        return _checked(bytes.fromhex(plain))
    found = _PEM.fullmatch(plain)
    if found is None:
        raise Malformed("public_key", plain[:40], "a PEM public key (Ed25519) or its 64 hexadecimal digits")
    # Forms may fold lines: the body is cut again as PEM wants it.
    body = "\n".join(textwrap.wrap("".join(found[1].split()), 64))
    try:
        key = load_pem_public_key(f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n".encode())
    except ValueError as error:
        raise Malformed("public_key", plain[:40], "a PEM public key that can be read") from error
    if not isinstance(key, Ed25519PublicKey):
        raise Malformed("public_key", type(key).__name__, "an Ed25519 key")
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw).hex()


def _checked(raw: bytes) -> str:
    try:
        Ed25519PublicKey.from_public_bytes(raw)
    except ValueError as error:
        raise Malformed("public_key", raw.hex(), "an Ed25519 public key") from error
    return raw.hex()


def is_signature(public_key: str, contract: str, digest: str, signature: str) -> bool:
    """Whether `signature` (hex) is the key's (hex) over the statement of this contract and digest."""
    return verifies(public_key, statement(contract, digest), signature)


def is_election(public_key: str, election: str, digest: str, signature: str) -> bool:
    """The same of a joint election's statement."""
    return verifies(public_key, election_statement(election, digest), signature)


def verifies(public_key: str, message: bytes, signature: str) -> bool:
    """Whether `signature` (hex) is the key's (hex) over these bytes."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key))
        key.verify(bytes.fromhex(signature), message)
    except (ValueError, InvalidSignature):
        return False
    return True


def wrong_signature(event: object) -> str | None:
    """What is wrong with the signature that an event carries; None when it is right, or there is none."""
    if isinstance(event, ClaimantElected) and event.signature:
        id_ = election_id(event.trade)
        right = is_election(event.public_key, id_, event.digest, event.signature)
        return (
            None if right else f"the signature is not that of the key {event.key_id} over the election {id_}"
        )
    if not isinstance(event, ContractSigned) or not event.signature:
        return None
    if is_signature(event.public_key, event.contract, event.digest, event.signature):
        return None
    return f"the signature is not that of the key {event.key_id} over the contract {event.contract}"
