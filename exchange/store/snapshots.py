"""Snapshots as files: `var/snapshots/<house>/<seq>.snapshot`, each there whole or not at all."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

KEPT = 3
"""How many snapshots of a house stay: one that turns out to be damaged is not the last."""
_ENDING = ".snapshot"


class SnapshotFiles:
    """The snapshots of one machine. Each machine makes its own from the journal, and trusts no other's."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def paths(self, house: str) -> list[Path]:
        """The files of a house, the newest first."""
        found = (path for path in self._of(house).glob(f"*{_ENDING}") if path.stem.isdigit())
        return sorted(found, key=lambda path: int(path.stem), reverse=True)

    def seqs(self, house: str) -> list[int]:
        """The seqs at which there are snapshots, the newest first."""
        return [int(path.stem) for path in self.paths(house)]

    def newest(self, house: str) -> Iterator[tuple[str, bytes]]:
        """Name and bytes of each snapshot of a house, the newest first."""
        for path in self.paths(house):
            try:
                yield str(path), path.read_bytes()
            except FileNotFoundError:
                continue  # It was pruned in this moment: there is a newer one.

    def write(self, house: str, seq: int, data: bytes) -> Path:
        """Put a snapshot there: a crash leaves it whole or not at all. Old ones go."""
        directory = self._of(house)
        directory.mkdir(parents=True, exist_ok=True)
        path, unfinished = directory / f"{seq:020d}{_ENDING}", directory / "unfinished"
        with unfinished.open("wb") as file:
            os.fchmod(file.fileno(), 0o600)  # It holds maxima and other secrets of the journal.
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        _sync(directory)
        for old in self.paths(house)[KEPT:]:
            old.unlink(missing_ok=True)
        return path

    @contextmanager
    def alone(self, house: str) -> Iterator[bool]:
        """Whether nobody else on this machine makes a snapshot of the house now; nobody will, within the block."""
        directory = self._of(house)
        directory.mkdir(parents=True, exist_ok=True)
        with (directory / "lock").open("wb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True

    def _of(self, house: str) -> Path:
        return self._directory / quote(house, safe="")


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
