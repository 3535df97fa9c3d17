"""A box for small secrets at rest: AES-256-GCM under a key in a file of its own, outside the database.

Whoever has the database alone reads nothing of them; the key file belongs into the backup of `var/keys`, and every
web process of a house needs the same one.
"""

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from exchange.store.key_file import read_secret, write_secret
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
                write_secret(self._path, secrets.token_hex(32).encode())
            self._key = _read(self._path)
        return self._key


def _read(path: Path) -> bytes:
    try:
        key = bytes.fromhex(read_secret(path).strip().decode("ascii"))
    except ValueError:
        key = b""
    if len(key) != 32:
        raise Malformed("second factor key", str(path), "64 hexadecimal digits")
    return key
