"""Fixtures for every test: the two servers, an embedded database, and a browser.

A server starts when the first test asks for it and ends with the session. PostgreSQL and Redis always can
be had (the extra `test` brings their binaries), so a test that needs one never skips. A browser may be
missing on a developer's machine: its tests then skip and the summary says so; under CI=true they fail.
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from playwright.async_api import Browser, Page, async_playwright

from tests.services import browser as browsers
from tests.services import databases
from tests.services.postgres import Postgres, fresh_database, start_postgres
from tests.services.process import ServiceUnavailable
from tests.services.redis import Redis, empty, start_redis
from web import credentials

_NO_BROWSER = "no Chromium that runs, or no Chinese font"
_MARKERS = {
    "postgres": {"postgres_server", "postgres_url"},
    "redis": {"redis_server", "redis_url"},
    "browser": {"chromium", "chromium_address", "browser", "page"},
}
_SOURCES = pytest.StashKey[dict[str, str]]()


_MEMORY = Path("/dev/shm")
_PLENTY = 4 << 30


def pytest_configure(config: pytest.Config) -> None:
    """Keep a record of where each service came from; test where a disk makes nobody wait, if there is such a place.

    Killing a process loses nothing there that it would keep on a disk.
    """
    if "TMPDIR" not in os.environ and _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _PLENTY:
        os.environ["TMPDIR"] = os.environ["PYTEST_DEBUG_TEMPROOT"] = str(_MEMORY)
        tempfile.tempdir = None
    config.stash[_SOURCES] = {}


def pytest_collection_finish() -> None:
    """Thousands of collected tests are no garbage: the collector need not look at them again and again."""
    gc.collect()
    gc.freeze()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """One of several processes tells the first where its services came from."""
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["services"] = session.config.stash[_SOURCES]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any, error: object) -> None:
    """Take in what another process says when it ends."""
    node.config.stash[_SOURCES].update(getattr(node, "workeroutput", {}).get("services", {}))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test by the services that its fixtures need, so `-m 'not postgres'` selects truly."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        for marker, names in _MARKERS.items():
            if fixtures & names:
                item.add_marker(marker)


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """A command under test configures the log for its own streams, which end with it; the next test logs anew.

    Tracebacks are plain, as the product's are: one with the values of all variables takes seconds to write.
    """
    *before, _ = structlog.get_config()["processors"]
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*before, plain])
    yield
    structlog.reset_defaults()


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """A password is hashed without much work in this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(credentials, "HASHER", databases.CHEAP)
        yield


@pytest.fixture
def dear_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """A password is hashed with all the work that it takes outside of tests."""
    monkeypatch.setattr(credentials, "HASHER", databases.DEAR)


@pytest.fixture(scope="session")
def postgres_server(pytestconfig: pytest.Config) -> Iterator[Postgres]:
    """The PostgreSQL server of this session."""
    try:
        server = start_postgres()
    except ServiceUnavailable as error:
        pytest.fail(str(error), pytrace=False)
    pytestconfig.stash[_SOURCES]["PostgreSQL"] = server.source
    yield server
    databases.forget(server)
    server.stop()


@pytest.fixture
def postgres_url(postgres_server: Postgres) -> Iterator[str]:
    """An empty database for one test, as `postgresql://user@127.0.0.1:port/name`."""
    with fresh_database(postgres_server) as url:
        yield url


@pytest.fixture(scope="session")
def redis_server(pytestconfig: pytest.Config) -> Iterator[Redis]:
    """The Redis server of this session."""
    try:
        server = start_redis()
    except ServiceUnavailable as error:
        pytest.fail(str(error), pytrace=False)
    pytestconfig.stash[_SOURCES]["Redis"] = server.source
    yield server
    server.stop()


@pytest.fixture
def redis_url(redis_server: Redis) -> str:
    """An empty Redis database for one test, as `redis://127.0.0.1:port/0`."""
    empty(redis_server.url)
    return redis_server.url


@pytest.fixture
def sqlite_path(tmp_path: Path) -> Path:
    """Where one test may keep an embedded database; the file does not exist yet."""
    return tmp_path / "luochui.sqlite3"


@pytest.fixture(scope="session")
def chromium(pytestconfig: pytest.Config) -> Path:
    """The browser's program; the test is skipped when there is none, and fails under CI=true."""
    path = browsers.find_chromium()
    if path and browsers.has_chinese_font():
        pytestconfig.stash[_SOURCES]["Chromium"] = f"{path} ({browsers.version(path)})"
        return path
    if os.environ.get("CI"):
        pytest.fail(f"CI is set and there is {_NO_BROWSER}: run `make test` as root on Debian", pytrace=False)
    pytest.skip(_NO_BROWSER)


@pytest.fixture(scope="session")
def chromium_address(chromium: Path) -> Iterator[str]:
    """One browser for all tests of a process: starting one takes as long as most of what is tested in it."""
    with browsers.running(chromium) as address:
        yield address


@pytest.fixture
async def browser(chromium_address: str) -> AsyncIterator[Browser]:
    """The running browser in the test's own event loop; contexts that a test made end with it."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.connect_over_cdp(chromium_address)
        yield running
        for context in running.contexts[1:]:
            await context.close()
        await running.close()


@pytest.fixture
async def page(browser: Browser) -> AsyncIterator[Page]:
    """An empty page as a visitor in China sees it; an error in a page's script fails the test."""
    context = await browser.new_context(
        locale="zh-CN", timezone_id="Asia/Shanghai", viewport={"width": 1280, "height": 900}
    )
    opened = await context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    await context.close()
    assert not errors, f"errors in the page's scripts: {errors}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say where the servers came from, and what was not tested for want of a browser."""
    sources = config.stash[_SOURCES]
    skipped = [r for r in terminalreporter.stats.get("skipped", []) if _NO_BROWSER in str(r.longrepr)]
    if not sources and not skipped:
        return
    terminalreporter.section("services")
    for name, source in sources.items():
        terminalreporter.write_line(f"{name}: {source}")
    if skipped:
        terminalreporter.write_line(f"NOT TESTED, {_NO_BROWSER}: {len(skipped)} browser test(s)", yellow=True)
        for report in skipped:
            terminalreporter.write_line(f"  {report.nodeid}")
