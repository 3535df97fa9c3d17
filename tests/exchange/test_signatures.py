"""Signatures by a party's own key: right ones, forged ones, and the journal that is checked again offline."""

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from exchange.signatures import is_signature, read_public_key, wrong_signature
from matching_engine.errors import Malformed
from settlement.contract import statement
from settlement.events import ContractSigned

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
DIGEST = "ab" * 32


def signature(contract: str = "C-1", digest: str = DIGEST) -> str:
    """The key's signature over a statement."""
    return KEY.sign(statement(contract, digest)).hex()


def test_a_signature_covers_contract_and_digest() -> None:
    """Another contract, another text, another key or an altered signature does not pass."""
    good = signature()
    assert is_signature(PUBLIC, "C-1", DIGEST, good)
    assert not is_signature(PUBLIC, "C-2", DIGEST, good)
    assert not is_signature(PUBLIC, "C-1", "ac" * 32, good)
    assert not is_signature("00" * 32, "C-1", DIGEST, good)
    assert not is_signature(PUBLIC, "C-1", DIGEST, good[:-2] + ("00" if good[-2:] != "00" else "01"))
    assert not is_signature("zz", "C-1", DIGEST, good)
    assert not is_signature(PUBLIC, "C-1", DIGEST, "short")


def test_the_statement_is_the_published_one() -> None:
    """Octet by octet what other programs sign."""
    assert statement("C-T-L1-1", "00ff") == b"luochui contract v1\nC-T-L1-1\n00ff"


def test_keys_are_read_from_pem_and_hex() -> None:
    """PEM with line ends of any kind, or folded into one line by a form; hex in either case."""
    for text in (PEM, PEM.replace("\n", "\r\n"), PEM.replace("\n", " "), PUBLIC, f" {PUBLIC.upper()} "):
        assert read_public_key(text) == PUBLIC


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x" * 64,
        PUBLIC[:-2],
        PEM.replace("PUBLIC", "PRIVATE"),
        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----",
        ec.generate_private_key(ec.SECP256R1())
        .public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        .decode(),
    ],
)
def test_what_is_no_ed25519_key_is_named(text: str) -> None:
    """One clear error with its field."""
    with pytest.raises(Malformed) as wrong:
        read_public_key(text)
    assert wrong.value.field == "public_key"


def test_an_event_is_checked_by_what_it_holds() -> None:
    """A right signature and an account's confirmation pass; a forged one is named."""
    event = ContractSigned("C-1", "jia", "buyer", "jia", DIGEST, "k-1", PUBLIC, signature())
    assert wrong_signature(event) is None
    assert wrong_signature(ContractSigned("C-1", "jia", "buyer", "jia", DIGEST)) is None
    forged = msgspec.structs.replace(event, signature=signature("C-2"))
    assert "key k-1 over the contract C-1" in (wrong_signature(forged) or "")
