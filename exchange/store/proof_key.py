"""The private keys with which a house signs tree heads: files of mode 600 beside its other keys, or the environment."""

from pathlib import Path
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from exchange.store.key_file import write_secret
from exchange.store.node_key import NodeKey, read_key
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
        return read_key(path, "proof key") if path.exists() else None

    def make(self) -> NodeKey:
        """The key of a house that has none yet: that of the environment, else the newest file here, else a new one."""
        if self._given is not None:
            return self._given
        files = sorted(self.folder.glob("*.pem"), key=lambda path: path.stat().st_mtime_ns)
        return read_key(files[-1], "proof key") if files else self.make_file()

    def make_file(self) -> NodeKey:
        """A new key in a file of its own."""
        key = NodeKey(Ed25519PrivateKey.generate())
        write_secret(self._path(key.public), key.pem())
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
