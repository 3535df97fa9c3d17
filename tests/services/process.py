"""A server that lives no longer than the test session: finding it, starting it, waiting for it, ending it."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_START_SECONDS = 60
_STOP_SECONDS = 30
_PR_SET_PDEATHSIG = 1


class ServiceUnavailable(Exception):
    """A service that the tests need could not be found or did not start; the text says why."""


@dataclass(frozen=True)
class Account:
    """The unprivileged user under which a server runs when the tests run as root."""

    name: str
    uid: int
    gid: int


def unprivileged(*names: str) -> Account | None:
    """The first of these users that exists, or None when the tests do not run as root anyway."""
    if os.geteuid() != 0:
        return None
    for name in names:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise ServiceUnavailable(f"running as root, and none of these users exists: {', '.join(names)}")


def on_path(names: Sequence[str], folders: Sequence[Path] = ()) -> Path | None:
    """The first program of these names, in the folders given first and then on PATH."""
    for name in names:
        search = os.pathsep.join([*map(str, folders), os.environ.get("PATH", os.defpath)])
        found = shutil.which(name, path=search)
        if found:
            return Path(found).resolve()
    return None


def installed(package: str) -> Path | None:
    """The folder of an installed package, found without importing it."""
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def end_with_parent() -> None:
    """Ask Linux to end this server when the test process dies, however it dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def as_account(account: Account | None) -> dict[str, object]:
    """The arguments of `subprocess` that give up root's rights for good."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


class Server:
    """One server process with its log; `start` returns when `ready` first says so."""

    def __init__(
        self, command: Sequence[str | Path], log: Path, ready: Callable[[], bool], account: Account | None
    ) -> None:
        self._command = [str(part) for part in command]
        self._log = log
        self._ready = ready
        self._account = account
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process and wait for it; ServiceUnavailable carries the end of its log."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # type: ignore[call-overload]  # the account's arguments vary
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._log.parent,
                start_new_session=True,  # Ctrl-C ends the tests first, then they end the server.
                preexec_fn=end_with_parent,
                **as_account(self._account),
            )
        deadline = time.monotonic() + _START_SECONDS
        while not self._ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise ServiceUnavailable(f"{self._command[0]} did not start:\n{self.log_tail()}")
            time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Signal the process and wait for its end; SIGINT is the fast, clean way for both servers."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(how)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def kill(self) -> None:
        """End the process as a power cut would: nothing is flushed, nobody is told."""
        self.stop(signal.SIGKILL)

    def signal(self, number: signal.Signals) -> None:
        """SIGSTOP, SIGCONT, SIGKILL to the process and the ones it started: let it hang, wake it, or end it at once."""
        assert self._process is not None
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for one in (pid, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(one, number)

    def log_tail(self) -> str:
        """The last lines the server wrote."""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-20:])
