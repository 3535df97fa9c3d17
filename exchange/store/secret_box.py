"""A box for small secrets at rest: AES-256-GCM under a key in a file of its own, outside the database.

Whoever has the database alone reads nothing of them; the key file belongs into the backup of `var/keys`, and every
web process of a house needs the same one.
"""

import hmac
import os
import secrets
import stat
from base64 import urlsafe_b64decode, urlsafe_b64encode
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from exchange.ports import UnsafeStore
from matching_engine.errors import LuochuiError, Malformed

FILE = "second-factors.key"
_NONCE = 12


class SecretLost(LuochuiError):
    """What is in the database was sealed with another key than the one in the file."""


class SecretBox:
    """Seals and opens; the key is read, or made, at the first use."""

    def __init__(self, keys_dir: Path) -> None:
        self._path = keys_dir / FILE
        self._key: bytes | None = None

    def seal(self, secret: bytes, about: str) -> str:
        """The secret as text that only this box opens, and only for the same `about`."""
        nonce = secrets.token_bytes(_NONCE)
        return urlsafe_b64encode(nonce + self._cipher().encrypt(nonce, secret, about.encode())).decode()

    def open(self, sealed: str, about: str) -> bytes:
        """What was sealed; SecretLost when the key is another one."""
        data = urlsafe_b64decode(sealed)
        try:
            return self._cipher().decrypt(data[:_NONCE], data[_NONCE:], about.encode())
        except InvalidTag as error:
            raise SecretLost(f"{self._path} is not the key that sealed {about}; restore it") from error

    def alias(self, text: str) -> str:
        """What stands for a text, always the same, and tells it to nobody who lacks the key (HMAC-SHA-256)."""
        return hmac.digest(self._whole_key(), b"alias/" + text.encode(), "sha256").hex()[:32]

    def _cipher(self) -> AESGCM:
        return AESGCM(self._whole_key())

    def _whole_key(self) -> bytes:
        if self._key is None:
            if not self._path.exists():
                _make(self._path)
            self._key = _read(self._path)
        return self._key


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
            raise UnsafeStore(f"{path}: others can read it; its mode must be 600")
        data = file.read().strip()
    try:
        key = bytes.fromhex(data.decode("ascii"))
    except ValueError:
        key = b""
    if len(key) != 32:
        raise Malformed("second factor key", str(path), "64 hexadecimal digits")
    return key


def _make(path: Path) -> None:
    """A new key, whole or not at all; one that another process just made stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{FILE}-{os.getpid()}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secrets.token_hex(32).encode())
        file.flush()
        os.fsync(file.fileno())
    try:
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
