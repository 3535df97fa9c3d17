"""The key with which a house signs its feed: one file beside the keys of the vault, outside the database."""

from pathlib import Path
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from exchange.store.key_file import read_secret, write_secret
from matching_engine.errors import Malformed


class NodeKey:
    """An Ed25519 key."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @property
    def public(self) -> str:
        """The public half, 64 hexadecimal digits."""
        return self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()

    def sign(self, message: bytes) -> str:
        """The signature in hex."""
        return self._key.sign(message).hex()

    def pem(self) -> bytes:
        """The private half, for a file that nobody else can read."""
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def node_key(var_dir: Path, house: str) -> NodeKey:
    """The key of a house, made when it is asked for first.

    UnsafeStore when others can read its file, Malformed when it is no Ed25519 key.
    """
    return own_key(var_dir / "keys" / quote(house, safe="") / "node.pem", "node key")


def own_key(path: Path, what: str) -> NodeKey:
    """The key in a file, made when it is asked for first; `what` names it in errors."""
    if not path.exists():
        write_secret(path, NodeKey(Ed25519PrivateKey.generate()).pem())
    return read_key(path, what)


def read_key(path: Path, what: str) -> NodeKey:
    """The key in a file; UnsafeStore when others can read it, Malformed when it is no Ed25519 key."""
    try:
        key = load_pem_private_key(read_secret(path), None)
    except ValueError as error:
        raise Malformed(what, str(path), "a PEM private key that can be read") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise Malformed(what, str(path), "an Ed25519 key")
    return NodeKey(key)
