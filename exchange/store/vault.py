"""The vault: the private halves of the keys to which bids are sealed, one file for each lot, outside the database.

Whoever has a file of this directory and a copy of the journal can read that lot's bids before the opening. The
directory and its files are for the owner of the process only, and nothing of them is ever logged.
"""

import hashlib
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from exchange.ports import UnsafeStore
from exchange.store.envelope import CURVE, open_envelope, public_text
from matching_engine.errors import LuochuiError


class KeyLost(LuochuiError):
    """The key of a lot is not where it was put: bring it back, or cancel the lot."""


class FileVault:
    """Keys of one house in a directory; see exchange.ports.Vault."""

    def __init__(self, directory: Path, house: str) -> None:
        self._directory = directory / quote(house, safe="")

    def public_key(self, lot: str) -> str:
        """The public half of a lot's key, made and kept on disk when it is asked for first."""
        key = self._load(lot)
        if key is None:
            self._keep(lot, ec.generate_private_key(CURVE))
            key = self._load(lot)
        if key is None:
            raise KeyLost(f"the key of lot {lot} was made and is gone")
        return public_text(key)

    def holds(self, lot: str, public_key: str) -> bool:
        """Whether the private half of this very key is here."""
        key = self._load(lot)
        return key is not None and public_text(key) == public_key

    def open(self, lot: str, bidder: str, envelope: str, commitment: str) -> int | None:
        """The amount in fen that a bidder sealed for a lot; None for an envelope that does not open to one."""
        key = self._load(lot)
        if key is None:
            raise KeyLost(f"the key of lot {lot} is not in the vault")
        return open_envelope(key, lot, bidder, envelope, commitment)

    def _path(self, lot: str) -> Path:
        """A name that any lot id has, however it is written."""
        return self._directory / f"{hashlib.sha256(lot.encode()).hexdigest()}.pem"

    def _load(self, lot: str) -> ec.EllipticCurvePrivateKey | None:
        try:
            with self._path(lot).open("rb") as file:
                if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                    raise UnsafeStore(f"{file.name}: others can read it; its mode must be 600")
                data = file.read()
        except FileNotFoundError:
            return None
        return _read(data, lot)

    def _keep(self, lot: str, key: ec.EllipticCurvePrivateKey) -> None:
        """Write the key where nobody else can read it, whole or not at all; one that is there already stays."""
        path = self._path(lot)
        self._directory.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._directory.mkdir(mode=0o700, exist_ok=True)
        draft = _write(path.parent, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        try:
            with suppress(FileExistsError):
                os.link(draft, path)
        finally:
            draft.unlink()
        _sync_directory(path.parent)


def _read(data: bytes, lot: str) -> ec.EllipticCurvePrivateKey:
    try:
        key = load_pem_private_key(data, None)
    except ValueError as error:
        raise KeyLost(f"the key of lot {lot} is damaged") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise KeyLost(f"the key of lot {lot} is not one of P-256")
    return key


def _write(folder: Path, data: bytes) -> Path:
    """A new file with mode 600, on disk when this returns."""
    descriptor, name = tempfile.mkstemp(prefix="new-", dir=folder)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return Path(name)


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
