"""The services themselves: if these fail, look here before you look at the product."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import asyncpg
import pytest
import redis
from playwright.async_api import Page

from tests.architecture.source import ROOT
from tests.services.postgres import Postgres, fresh_database
from tests.services.redis import answers, own_database

_INK = """text => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 48;
    const pen = canvas.getContext("2d");
    pen.font = "40px sans-serif";
    pen.fillText(text, 2, 40);
    return canvas.toDataURL();
}"""


async def test_postgres_is_as_durable_as_in_real_use(postgres_url: str) -> None:
    """A commit that the tests see acknowledged is on disk: none of the three switches is off."""
    connection = await asyncpg.connect(postgres_url)
    try:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            assert await connection.fetchval(f"SHOW {setting}") == "on"
    finally:
        await connection.close()


async def test_each_database_is_empty_and_gone_afterwards(postgres_server: Postgres) -> None:
    """What one test writes cannot reach another, even when it leaves a connection open."""
    with fresh_database(postgres_server) as url:
        left_open = await asyncpg.connect(url)
        await left_open.execute("CREATE TABLE mark (id int)")
    left_open.terminate()
    with fresh_database(postgres_server) as url:
        connection = await asyncpg.connect(url)
        assert await connection.fetchval("SELECT to_regclass('mark')") is None
        names = await connection.fetch("SELECT datname FROM pg_database WHERE datname LIKE 'luochui_test_%'")
        await connection.close()
    assert url.rpartition("/")[2] in {row["datname"] for row in names}


def test_redis_is_empty_for_each_test(redis_url: str) -> None:
    """A key left behind is gone before the next test reads."""
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("mark", "1")


def test_redis_is_empty_for_the_next_test_too(redis_url: str) -> None:
    """The second half of the pair: whichever runs later would find the other's key."""
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0
        client.set("mark", "1")


def test_sqlite_path_is_free(sqlite_path: Path) -> None:
    """The embedded database starts from nothing, in a folder that exists."""
    assert sqlite_path.parent.is_dir()
    assert not sqlite_path.exists()


async def test_browser_writes_chinese(page: Page) -> None:
    """Two characters give two different pictures: there is a Chinese font, not a row of empty boxes."""
    await page.set_content("<h1>落槌</h1>")
    assert await page.inner_text("h1") == "落槌"
    first, second, blank = [await page.evaluate(_INK, text) for text in ("落", "槌", " ")]
    assert len({first, second, blank}) == 3


@pytest.mark.parametrize(("ci", "status", "word"), [("", 0, "NOT TESTED"), ("true", 1, "CI is set")])
def test_a_missing_browser_is_said_and_fails_in_ci(ci: str, status: int, word: str) -> None:
    """Where no browser can be had its tests skip and the last lines say so; in CI that is a failure."""
    one = f"{Path(__file__)}::test_browser_writes_chinese"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", one],
        env={**os.environ, "TEST_CHROMIUM": "/nonexistent/chromium", "CI": ci},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == status, done.stdout
    assert word in done.stdout


def test_a_server_dies_with_the_tests(tmp_path: Path) -> None:
    """A test process that is killed leaves no server behind."""
    script = "import os, signal\nfrom tests.services.redis import own_redis\nserver = own_redis()\n"
    script += "print(server.url, flush=True)\nos.kill(os.getpid(), signal.SIGKILL)"
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    url = done.stdout.strip()
    assert url.startswith("redis://127.0.0.1:")
    for _ in range(100):
        if not answers(url):
            return
        time.sleep(0.05)
    pytest.fail(f"{url} still answers")


def test_each_process_of_the_tests_has_a_redis_database_of_its_own() -> None:
    """Tests that run beside each other on one given server cannot empty each other's database."""
    urls = {own_database("redis://:word@host:6379/3", worker) for worker in ("gw0", "gw1")}
    assert urls == {"redis://:word@host:6379/3", "redis://:word@host:6379/4"}
    assert own_database("redis://host:6379", "gw1") == "redis://host:6379/1"
