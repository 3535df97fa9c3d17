"""The processes of a benchmark: servers and clients, each on a core of its own where there are two.

A server that does not end by itself is killed: nothing outlives the benchmark.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from matching_engine.errors import Broken
from web.bench.bidders import Plan, Result

_START_SECONDS, _STOP_SECONDS = 30, 20
_MARGIN_SECONDS = 60
"""What a client may take beyond the time that it measures."""
_PYTHON = (sys.executable, "-m")


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def cores() -> tuple[set[int], set[int]] | None:
    """The core of the servers and those of everybody else; None where there is one only or no way to choose."""
    if not hasattr(os, "sched_getaffinity"):
        return None
    first, *others = sorted(os.sched_getaffinity(0))
    return ({first}, set(others)) if others else None


class Server:
    """A process that listens on `port`; `beside` are those that it started with itself, such as the one that writes."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, beside: Sequence[int] = ()) -> None:
        self.process, self.port, self.beside = process, port, list(beside)

    def memory(self) -> int:
        """Octets of the process that lie in memory and are its own."""
        lines = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        return 1024 * sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))

    def metric(self, name: str) -> float:
        """A count that the house publishes."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        return float(next(line.rpartition(" ")[2] for line in lines if line.startswith(f"{name}{{")))


@contextmanager
def serving(arguments: Sequence[str], port: int, path: str, **environment: str) -> Iterator[Server]:
    """A server `python -m …` that answers at `path` (any answer at all), until the end of the block."""
    chosen = cores()
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(  # noqa: S603  (our own modules)
            [*_PYTHON, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            env={**os.environ, "LUOCHUI_SECOND_FACTOR": "off", **environment},
        )
        try:
            if chosen:
                os.sched_setaffinity(process.pid, chosen[0])
            _await(process, lambda: _answers(port, path))
            beside = children(process.pid)
            if chosen:
                # What writes a database has no part of the server's core, as PostgreSQL has none.
                for child in beside:
                    os.sched_setaffinity(child, chosen[1])
            yield Server(process, port, beside)
        except Broken as broken:
            log.seek(0)
            raise Broken(f"{broken}\n{log.read().decode(errors='replace')[-2000:]}") from broken
        finally:
            stop(process)


def children(pid: int) -> list[int]:
    """The processes that a process started; none where the system does not tell."""
    told = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for threads in told for child in threads.read_text(encoding="ascii").split()]


def run(*arguments: str) -> None:
    """A command `python -m …` to its end; Broken with its last words when it fails."""
    done = subprocess.run([*_PYTHON, *arguments], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise Broken(f"{' '.join(arguments[:2])}: {done.stderr.strip()[-500:]}")


def _answers(port: int, path: str) -> bool:
    if not path:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5):
            return True
    except OSError:
        return False


def _await(process: subprocess.Popen[bytes], ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise Broken("a server of the benchmark did not start")
        time.sleep(0.02)


def await_port(process: subprocess.Popen[bytes], port: int) -> None:
    """Wait until a process listens; Broken when it does not."""
    _await(process, lambda: _answers(port, ""))


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to end; kill it when it does not."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def start(on: set[int] | None, *arguments: str) -> subprocess.Popen[bytes]:
    """A process `python -m …` on some cores (None: on any), that is spoken to through its pipes."""
    process = subprocess.Popen(  # noqa: S603  (our own module)
        [*_PYTHON, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    if on:
        os.sched_setaffinity(process.pid, on)
    return process


def bid(plan: Plan) -> Result:
    """Let a process of bidders play a plan; Broken when it could not."""
    (result,) = by_turns(1, plan)
    return result


def by_turns(turns: int, *plans: Plan) -> list[Result]:
    """Let a process of bidders play plans, now a part of the one and now of the other; Broken when it could not."""
    chosen = cores()
    process = start(chosen[1] if chosen else None, "web.bench.bidders", str(turns))
    seconds = sum(plan.warm + plan.seconds + _MARGIN_SECONDS for plan in plans)
    try:
        out, err = process.communicate(msgspec.json.encode(plans), seconds)
    finally:
        stop(process)
    if process.returncode != 0:
        raise Broken(f"the bidders gave up: {err.decode(errors='replace').strip().splitlines()[-1]}")
    return msgspec.json.decode(out, type=list[Result])
