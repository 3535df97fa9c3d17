"""A PostgreSQL to measure on: an empty database on a server that is given, or a server of our own for a while."""

import asyncio
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from exchange.ports import Unavailable
from web.bench.processes import cores, free_port, stop

VARIABLE = "LUOCHUI_BENCH_POSTGRES"
MISSING = f"set {VARIABLE} to a postgresql:// address, or put initdb and postgres on the PATH"
_START_SECONDS = 30
_SETTINGS = ("fsync=on", "full_page_writes=on", "synchronous_commit=on", "listen_addresses=127.0.0.1")


@contextmanager
def database() -> Iterator[str | None]:
    """The address of an empty database that is dropped afterwards; None where there is no PostgreSQL."""
    given = os.environ.get(VARIABLE)
    programs = shutil.which("initdb"), shutil.which("postgres")
    if given:
        with _fresh(given) as url:
            yield url
    elif programs[0] and programs[1]:
        with _server(Path(programs[0]), Path(programs[1])) as server, _fresh(server) as url:
            yield url
    else:
        yield None


@contextmanager
def _fresh(server: str) -> Iterator[str]:
    name = f"luochui_bench_{os.getpid()}"
    asyncio.run(_execute(server, f'CREATE DATABASE "{name}"'))
    try:
        yield urlunsplit(urlsplit(server)._replace(scheme="postgresql", path=f"/{name}"))
    finally:
        asyncio.run(_execute(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


async def _execute(url: str, statement: str) -> None:
    # asyncpg is an extra (luochui[postgres]).
    import asyncpg

    try:
        connection = await asyncpg.connect(url, timeout=10)
    except (OSError, asyncpg.PostgresError) as error:
        raise Unavailable(f"{VARIABLE}: {error}") from error
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@contextmanager
def _server(initdb: Path, postgres: Path) -> Iterator[str]:
    """A durable server on a loopback port, in a directory of its own; under another account when we are root."""
    account = _account()
    with tempfile.TemporaryDirectory(prefix="luochui-bench-") as directory:
        if account:
            shutil.chown(directory, account["user"])
        data, port = Path(directory) / "data", free_port()
        _run(
            [initdb, "-D", data, "--auth=trust", "--username=luochui", "--encoding=UTF8", "--no-locale"],
            account,
        )
        settings = [f"--{setting}" for setting in (*_SETTINGS, f"port={port}", "unix_socket_directories=")]
        process = subprocess.Popen(  # noqa: S603  (PostgreSQL itself)
            [postgres, "-D", data, *settings],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=directory,
            start_new_session=True,
            **account,
        )
        try:
            chosen = cores()
            if chosen:
                os.sched_setaffinity(process.pid, chosen[1])
            url = f"postgresql://luochui@127.0.0.1:{port}/postgres"
            _await(url)
            yield url
        finally:
            stop(process)


def _account() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name for entry in pwd.getpwall()}
    name = next(name for name in ("postgres", "nobody") if name in names)
    return {"user": name, "extra_groups": []}


def _run(command: Sequence[str | Path], account: dict[str, Any]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", **account)  # noqa: S603  (initdb)


def _await(url: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            return asyncio.run(_execute(url, "SELECT 1"))
        except Unavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
