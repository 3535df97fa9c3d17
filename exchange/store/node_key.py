"""The key with which a house signs its feed: one file beside the keys of the vault, outside the database."""

import os
import stat
from contextlib import suppress
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

from exchange.ports import UnsafeStore
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
    path = var_dir / "keys" / quote(house, safe="") / "node.pem"
    if not path.exists():
        _make(path)
    with path.open("rb") as file:
        if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
            raise UnsafeStore(f"{path}: others can read it; its mode must be 600")
        data = file.read()
    try:
        key = load_pem_private_key(data, None)
    except ValueError as error:
        raise Malformed("node key", str(path), "a PEM private key that can be read") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise Malformed("node key", str(path), "an Ed25519 key")
    return NodeKey(key)


def _make(path: Path) -> None:
    """A new key, whole or not at all; one that another process just made stays."""
    path.parent.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    draft = path.with_name(f"node-{os.getpid()}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
