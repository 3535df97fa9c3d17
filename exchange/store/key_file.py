"""Secrets in files of their own: read by their owner alone, written whole or not at all, never written over."""

import os
import stat
from contextlib import suppress
from pathlib import Path

from exchange.ports import UnsafeStore


def read_secret(path: Path) -> bytes:
    """What stands in a file; UnsafeStore when others can read it."""
    with path.open("rb") as file:
        if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
            raise UnsafeStore(f"{path}: others can read it; its mode must be 600")
        return file.read()


def write_secret(path: Path, data: bytes) -> None:
    """A new file, whole or not at all; one that another process just made stays."""
    for folder in reversed(path.parents[:3]):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}-{os.getpid()}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    try:
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
