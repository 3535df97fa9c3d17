"""The private keys with which a house signs tree heads: files of mode 600 beside its other keys, or the environment."""

import os
import stat
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from exchange.ports import UnsafeStore
from exchange.store.node_key import NodeKey
from matching_engine.errors import Malformed


class ProofKeys:
    """The private keys of one house. `given` is a key from the environment: a PEM text, or 64 hexadecimal digits."""

    def __init__(self, var_dir: Path, house: str, given: str = "") -> None:
        self.folder = var_dir / "keys" / quote(house, safe="") / "proof"
        self._given = _from_text(given) if given else None

    def find(self, public_key: str) -> NodeKey | None:
        """The private half of a key, or None when it is not here; UnsafeStore when others can read its file."""
        if self._given is not None and self._given.public == public_key:
            return self._given
        path = self._path(public_key)
        return read_key(path) if path.exists() else None

    def make(self) -> NodeKey:
        """The key of a house that has none yet: that of the environment, else the newest file here, else a new one."""
        if self._given is not None:
            return self._given
        files = sorted(self.folder.glob("*.pem"), key=lambda path: path.stat().st_mtime_ns)
        return read_key(files[-1]) if files else self.make_file()

    def make_file(self) -> NodeKey:
        """A new key in a file of its own."""
        key = NodeKey(Ed25519PrivateKey.generate())
        write_key(self._path(key.public), key)
        return key

    def _path(self, public_key: str) -> Path:
        return self.folder / f"{public_key}.pem"


def _from_text(text: str) -> NodeKey:
    plain = text.strip()
    try:
        if len(plain) == 64:
            return NodeKey(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(plain)))
        key = load_pem_private_key(plain.replace("\\n", "\n").encode(), None)
    except ValueError as error:
        raise Malformed(
            "LUOCHUI_PROOF_KEY", "something else", "a PEM private key, or 64 hexadecimal digits"
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise Malformed("LUOCHUI_PROOF_KEY", type(key).__name__, "an Ed25519 key")
    return NodeKey(key)


def read_key(path: Path) -> NodeKey:
    """The key in a file; UnsafeStore when others can read it, Malformed when it is no Ed25519 key."""
    with path.open("rb") as file:
        if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
            raise UnsafeStore(f"{path}: others can read it; its mode must be 600")
        data = file.read()
    try:
        key = load_pem_private_key(data, None)
    except ValueError as error:
        raise Malformed("proof key", str(path), "a PEM private key that can be read") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise Malformed("proof key", str(path), "an Ed25519 key")
    return NodeKey(key)


def write_key(path: Path, key: NodeKey) -> None:
    """Keep a key in a file, whole or not at all; a file that is there stays."""
    for folder in reversed(path.parents[:3]):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}-{os.getpid()}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key.pem())
        file.flush()
        os.fsync(file.fileno())
    try:
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()


def own_key(path: Path) -> NodeKey:
    """The key in a file, made when it is asked for first."""
    if not path.exists():
        write_key(path, NodeKey(Ed25519PrivateKey.generate()))
    return read_key(path)
