"""A market in a database, ready for a server process: one lot that opens at once, with its bidders admitted."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx2

from exchange.bootstrap import open_exchange
from exchange.demo import people
from exchange.demo.bank import DemoBank
from exchange.demo.data import load
from exchange.demo.seed import LEAD, fill_registers
from exchange.demo.steps import NOTICE, Steps, plan_lot
from exchange.settings import Settings
from exchange.store.clock import ManualClock, SystemClock
from matching_engine.terms import DAY
from tests.exchange.house.running import LOT
from tests.services import databases
from tests.services.process import end_with_parent, free_port
from web.bench.processes import children
from web.credentials import hash_password

OPENING, STEP = 160_000_000, 8_000_000
SHORT = "L2"
"""A lot that ends while others go on."""


async def prepare(
    url: str, bidders: tuple[str, ...] = ("jia", "yi"), length: int = DAY, short: int | None = None
) -> None:
    """Fill registers, list an achievement eight days ago, and put it up now for `length` µs; another for `short`."""
    lengths = {LOT: length} if short is None else {LOT: length, SHORT: short}
    await databases.migrated(url)
    present = SystemClock().now()
    clock = ManualClock(present - LEAD)
    async with open_exchange(Settings(database_url=url), clock, DemoBank(clock)) as exchange:
        await fill_registers(exchange, clock.now(), hash_password)
        house, steps = exchange.own_house, Steps(exchange.own_house, "prepare")
        await steps.enrol()
        for n in range(len(lengths)):
            await steps.offer(f"A{n + 1}", load()[n])
        clock.advance(NOTICE)
        await house.gavel.strike()
        clock.advance(SystemClock().now() - clock.now())
        plans = [
            plan_lot(lot, f"A{n + 1}", load()[0], clock.now() + 1, lasts)
            for n, (lot, lasts) in enumerate(lengths.items())
        ]
        await steps.schedule("S1", "专场", plans)
        places = [(login, lot) for lot in lengths for login in bidders]
        for login, lot in places:
            await steps.enter(login, lot)
        await house.settled()
        for login, lot in places:
            await steps.pay_deposit(login, lot)
        await house.settled()


@asynccontextmanager
async def serving(url: str, *options: str) -> AsyncIterator["Server"]:
    """A server that is ready; it ends with the block, with status 0 unless the block failed."""
    server = Server(url, free_port(), *options)
    try:
        await server.start()
        yield server
        assert server.stop() == 0
    finally:
        server.close()


class Server:
    """A `luochui serve` process."""

    def __init__(self, url: str, port: int, *options: str) -> None:
        self.port = port
        self._command = [
            sys.executable,
            "-m",
            "web",
            "serve",
            "--database",
            url,
            "--port",
            str(port),
            *options,
        ]
        self._process: subprocess.Popen[bytes] | None = None
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 (open as long as the server)

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self, says: str = '"ready"') -> None:
        """Start the process and wait until its probe says so: that it is ready, or that it stands by."""
        self._process = self._spawn()
        await self.until(says)

    async def until(self, says: str = '"ready"') -> None:
        """Wait until the probe of readiness says something."""
        deadline = time.monotonic() + 30
        async with httpx2.AsyncClient(base_url=self.address) as client:
            while time.monotonic() < deadline:
                with suppress(httpx2.TransportError):
                    if says in (await client.get("/readyz")).text:
                        return
                assert self._process is not None
                assert self._process.poll() is None, self.log()
                await asyncio.sleep(0.02)
        raise AssertionError(f"the server did not say {says}: {self.log()}")

    def _spawn(self) -> subprocess.Popen[bytes]:
        environment = {"LUOCHUI_SECOND_FACTOR": "enrolled", **os.environ}
        return subprocess.Popen(self._command, stderr=self._log, preexec_fn=end_with_parent, env=environment)

    def log(self) -> str:
        """What it said on stderr."""
        self._log.seek(0)
        return self._log.read().decode()

    def kill(self) -> None:
        """kill −9."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def kill_writer(self) -> None:
        """kill −9 to the process that writes its embedded journal."""
        assert self._process is not None
        (writer,) = children(self._process.pid)
        os.kill(writer, signal.SIGKILL)

    def signal(self, number: signal.Signals) -> None:
        """SIGSTOP, SIGCONT: let it hang, and wake it."""
        assert self._process is not None
        self._process.send_signal(number)

    async def ended(self) -> int:
        """The exit status of a process that ends by itself."""
        assert self._process is not None
        return await asyncio.to_thread(self._process.wait, 20)

    @property
    def status(self) -> int | None:
        """The exit status of one that ended; None while it runs or was not started."""
        return self._process.poll() if self._process is not None else None

    def again(self) -> None:
        """Start one that ended, and wait for nothing."""
        self._process = self._spawn()

    async def says(self, *words: str) -> None:
        """AssertionError unless its probe of readiness says one of these now."""
        async with httpx2.AsyncClient(base_url=self.address, timeout=2) as client:
            try:
                answer = (await client.get("/readyz")).text
            except httpx2.TransportError as error:
                raise AssertionError(f"no answer: {error!r}") from error
        assert any(word in answer for word in words), answer

    def stop(self) -> int:
        """Ask it to end, and give its exit status."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
        return self._process.wait(20)

    def close(self) -> None:
        """Whatever happened, it runs no longer."""
        if self._process is not None and self._process.poll() is None:
            self.kill()
        self._log.close()


async def sign_in(address: str, login: str) -> httpx2.AsyncClient:
    """A browser in which an account of the demo is signed in."""
    client = httpx2.AsyncClient(base_url=address, headers={"origin": address}, timeout=10)
    answer = await client.post("/api/v1/session", json={"account": login, "password": people.PASSWORD})
    assert answer.status_code == 200, answer.text
    client.headers["x-csrf-token"] = answer.json()["csrf"]
    return client
