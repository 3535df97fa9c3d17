"""The canary: amounts sealed by a program and by a browser are nowhere to be read in a real server before both shares."""

import asyncio
import json
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.async_api import Browser, Page
from typer.testing import CliRunner

from exchange.demo import people
from matching_engine.money import format_yuan
from tests.exchange.house.running import LOT
from tests.process.market import sign_in
from tests.services.process import end_with_parent
from web.cli import app

PROGRAM_FEN, BROWSER_FEN = 987_654_321_098_765, 123_456_789_012_347
"""Amounts that nothing else in a database, a log or a process looks like."""
SIGNS_IN = {"LUOCHUI_PASSWORD": people.PASSWORD}


class Server:
    """The server's process: where it answers, what it says, and its clock."""

    def __init__(self, url: str, log: Path) -> None:
        self._log = log
        command = [sys.executable, "-m", "tests.process.sealed_server", url]
        with log.open("wb") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=out, preexec_fn=end_with_parent)
        self.address, self.code = "", ""

    async def start(self) -> None:
        """Wait until it says where it is."""
        async with asyncio.timeout(60):
            while (found := re.search(r'^\{"address".*\}$', self.log(), re.MULTILINE)) is None:
                assert self.process.poll() is None, self.log()
                await asyncio.sleep(0.05)
        said = json.loads(found[0])
        self.address, self.code = said["address"], said["code"]

    def log(self) -> str:
        """Everything that it said."""
        return self._log.read_text()

    def ten_minutes(self) -> None:
        """Let its clock jump."""
        self.process.send_signal(signal.SIGUSR1)


@pytest.fixture
async def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    """A server over an embedded database in a directory of its own."""
    house = tmp_path / "house"
    house.mkdir()
    monkeypatch.setenv("LUOCHUI_VAR_DIR", str(house / "var"))
    server = Server(f"sqlite:///{house / 'house.db'}", tmp_path / "log")
    try:
        await server.start()
        yield server
        server.process.terminate()
        assert await asyncio.to_thread(server.process.wait, 20) == 0, server.log()
    finally:
        server.process.kill()
        server.process.wait()


def needles(fen: int) -> tuple[bytes, ...]:
    """The ways in which an amount could lie in a memory or a file: digits (of JSON, fen or yuan), octets, CPython's integer."""
    halves = (fen & (2**30 - 1)).to_bytes(4, "little") + (fen >> 30).to_bytes(4, "little")
    return b"%d" % (fen // 100), fen.to_bytes(8, "little"), halves


def told(data: bytes) -> bool:
    """Whether one of the amounts can be read here."""
    return any(needle in data for fen in (PROGRAM_FEN, BROWSER_FEN) for needle in needles(fen))


def shown(data: bytes) -> bool:
    """Whether a page or an answer shows one of them, also with its thousands apart."""
    return told(data.replace(b",", b""))


def memory(pid: int) -> Iterator[bytes]:
    """Everything that a process has in its memory and could write to."""
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as mem:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            found = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
            if found is None:
                continue
            begin, end = int(found[1], 16), int(found[2], 16)
            mem.seek(begin)
            try:
                yield mem.read(end - begin)
            except OSError:
                continue  # a region of the kernel's own


def remembers(server: Server, word: bytes) -> bool:
    """Whether a server's process has a word in its memory."""
    return any(word in region for region in memory(server.process.pid))


async def command(*args: str, **env: str) -> dict[str, str]:
    """What `luochui seal` prints; it brings its own loop, so it runs beside this one."""
    done = await asyncio.to_thread(CliRunner().invoke, app, ["seal", *args], env=env)
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.stdout))


async def in_state(client: httpx2.AsyncClient, state: str) -> None:
    """Wait until the lot stands there."""
    async with asyncio.timeout(60):
        while (await client.get(f"/api/v1/lots/{LOT}")).json().get("state") != state:
            await asyncio.sleep(0.2)


async def member(browser: Browser, server: Server, login: str, path: str) -> Page:
    """Somebody signed in, on a page."""
    context = await browser.new_context(base_url=server.address, locale="en-US")
    context.set_default_timeout(60_000)
    page = await context.new_page()
    await page.goto(f"/sign-in?next={path}")
    await page.fill("#account", login)
    await page.fill("#password", people.PASSWORD)
    await page.click("main form button")
    await page.wait_for_url(f"**{path}")
    return page


async def look_everywhere(server: Server, folder: Path, clients: list[httpx2.AsyncClient]) -> dict[str, bool]:
    """Where an amount can be read: the files of the server, its log, its memory, and what it tells each of these."""
    found = {str(file): told(file.read_bytes()) for file in folder.rglob("*") if file.is_file()}
    found["the log"] = told(server.log().encode())
    found["the memory"] = any(told(region) for region in memory(server.process.pid))
    paths = [f"/api/v1/lots{rest}" for rest in ("", *(f"/{LOT}{more}" for more in ("", "/events", "/seals")))]
    for client in clients:
        for path in (*paths, f"/lots/{LOT}", "/seals", "/"):
            found[path] = found.get(path, False) or shown((await client.get(path)).content)
    return found


async def test_sealed_amounts_are_nowhere_before_both_shares(
    server: Server, tmp_path: Path, browser: Browser
) -> None:
    """Keys and shares of a page and of a command, bids of a program and of a room; one share alone tells nothing either."""
    house, own, file = tmp_path / "house", tmp_path / "auditor.json", tmp_path / "operator.json"
    as_auditor = ("--server", server.address, "--account", "auditor")
    operator = await member(browser, server, "operator", "/seals")
    jia = await sign_in(server.address, "jia")
    await publish_both(server, operator, own, file, as_auditor)
    server.ten_minutes()
    await in_state(jia, "open")

    keys = (await jia.get(f"/api/v1/lots/{LOT}/seal-key")).json()["keys"]
    bid = ("--lot", LOT, "--bidder", server.code, "--amount", format_yuan(PROGRAM_FEN))
    body = await command(*bid, "--server", server.address)
    made = await jia.post(f"/api/v1/lots/{LOT}/seals", json=body, headers={"idempotency-key": "jia-seals-it"})
    assert made.status_code == 201, made.text
    room = await member(browser, server, "yi", f"/lots/{LOT}")
    await room.fill("#amount", format_yuan(BROWSER_FEN))
    await room.click("[data-ask=seal] button")
    await room.wait_for_selector('[data-standing="sealed"]')
    prints = [await one.inner_text() for one in await room.query_selector_all("code.print")]
    assert prints == [one["fingerprint"] for one in keys]
    server.ten_minutes()
    await in_state(jia, "awaiting_opening")

    everybody = [jia, *[await sign_in(server.address, one) for one in ("yi", "operator", "auditor")]]
    assert remembers(server, body["commitment"].encode()), "the search finds what is there"
    assert readable(await look_everywhere(server, house, everybody)) == []
    await command("open", str(own), *as_auditor, **SIGNS_IN)
    assert readable(await look_everywhere(server, house, everybody)) == []

    await operator.reload()
    await operator.set_input_files("[data-file]", file)
    await operator.click("[data-give] button.main")
    await in_state(jia, "hammered")
    opened = (await jia.get(f"/api/v1/lots/{LOT}/seals")).json()
    assert {one["amount_fen"] for one in opened["openings"]} == {PROGRAM_FEN, BROWSER_FEN}
    after = readable(await look_everywhere(server, house, everybody))
    assert {"the memory", f"/api/v1/lots/{LOT}/seals"} <= set(after)
    assert any(path.startswith(str(house / "house.db")) for path in after)
    for client in everybody:
        await client.aclose()


async def publish_both(
    server: Server, operator: Page, own: Path, file: Path, as_auditor: tuple[str, ...]
) -> None:
    """The auditor's key by command, the operator's on the page; both files stay outside the server's directory."""
    await command("keygen", "--lot", LOT, "--role", "auditor", "--out", str(own))
    await command("publish", str(own), *as_auditor, **SIGNS_IN)
    async with operator.expect_download() as download:
        await operator.click("[data-new]")
    await (await download.value).save_as(file)
    await operator.click("[data-make] button.main")
    await operator.wait_for_url(f"**/seals#{LOT}")


def readable(found: dict[str, bool]) -> list[str]:
    """Where an amount was read."""
    return [place for place, there in found.items() if there]
