"""The key of an official for one lot, as a file on a device of the official; the house never sees it before the opening.

    {"format":"luochui.official-key.v1","lot":…,"role":…,"public_key":…,"private_key":…}

With a passphrase there is no `private_key` but `salt` (16 octets), `nonce` (12) and `sealed`: the private half under
AES-256-GCM with a key of PBKDF2-HMAC-SHA-256, 600 000 rounds; additional data: format ⏎ lot ⏎ role ⏎ public key. Octets
are in base64url without padding. A browser writes and reads the same files (web/static/official.js).
"""

import os
import stat
from pathlib import Path
from typing import Final, Literal

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from exchange.market.seal_messages import OfficialRole
from exchange.store.layer import CURVE, b64, private_of, private_text, public_text, unb64
from matching_engine.errors import Malformed

FORMAT: Final = "luochui.official-key.v1"
ROUNDS = 600_000
"""Rounds of PBKDF2: what costs an attacker who has the file most of the time."""


class KeyFile(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What stands in the file."""

    format: Literal["luochui.official-key.v1"]
    lot: str
    role: OfficialRole
    public_key: str
    private_key: str = ""
    salt: str = ""
    nonce: str = ""
    sealed: str = ""

    @property
    def closed(self) -> bool:
        """Whether it takes a passphrase."""
        return bool(self.sealed)

    def share(self, passphrase: str = "") -> str:
        """The private half; Malformed when the passphrase is wrong or the halves do not belong together."""
        share = self._opened(passphrase) if self.closed else self.private_key
        if public_text(private_of(share)) != self.public_key:
            raise Malformed("private_key", "another one", "the private half of public_key")
        return share

    def _opened(self, passphrase: str) -> str:
        try:
            cipher = AESGCM(_stretched(passphrase, unb64(self.salt)))
            return cipher.decrypt(unb64(self.nonce), unb64(self.sealed), _bound_to(self)).decode()
        except (ValueError, InvalidTag) as error:
            raise Malformed("passphrase", "another one", "the passphrase of this key file") from error


def new_key(lot: str, role: OfficialRole, passphrase: str = "") -> KeyFile:
    """A new key pair for one lot, closed with a passphrase unless that is empty."""
    key = ec.generate_private_key(CURVE)
    public, private = public_text(key), private_text(key)
    if not passphrase:
        return KeyFile(FORMAT, lot, role, public, private)
    bare = KeyFile(FORMAT, lot, role, public)
    salt, nonce = os.urandom(16), os.urandom(12)
    sealed = AESGCM(_stretched(passphrase, salt)).encrypt(nonce, private.encode(), _bound_to(bare))
    return msgspec.structs.replace(bare, salt=b64(salt), nonce=b64(nonce), sealed=b64(sealed))


def write_key(path: Path, key: KeyFile) -> None:
    """A new file that only its owner reads; Malformed when there is one already: a key is never written over."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Malformed(str(path), error.strerror, "a new file: keys are never written over") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(key) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read_key(path: Path) -> KeyFile:
    """The key of a file; Malformed when it is none, or others can read it."""
    try:
        with path.open("rb") as file:
            if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                raise Malformed(str(path), "a file that others can read", "mode 600: chmod 600 it")
            return msgspec.json.decode(file.read(), type=KeyFile)
    except OSError as error:
        raise Malformed(str(path), error.strerror, "a key file that can be read") from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Malformed(str(path), "something else", f"a key file of {FORMAT}") from error


def _stretched(passphrase: str, salt: bytes) -> bytes:
    return PBKDF2HMAC(hashes.SHA256(), 32, salt, ROUNDS).derive(passphrase.encode())


def _bound_to(key: KeyFile) -> bytes:
    return "\n".join((FORMAT, key.lot, key.role, key.public_key)).encode()
