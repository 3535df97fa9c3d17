"""How long a house is without a holder: from kill −9 or SIGSTOP of one process to the first answer of its standby."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx2

from matching_engine.errors import Broken
from web.server import listen

START_SECONDS = 60.0
LOOK_EVERY = 0.002


class _Process:
    """A `luochui serve` that owns or awaits the house."""

    def __init__(self, url: str, var: Path, lease_seconds: float) -> None:
        with listen("127.0.0.1", 0) as free:
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 (open as long as the process)
        command = [sys.executable, "-m", "web", "serve", "--standby", "--database", url, "--port", str(port)]
        self.process = subprocess.Popen(  # noqa: S603  (this program itself)
            [*command, "--var", str(var)],
            env={
                **os.environ,
                "LUOCHUI_LEASE_SECONDS": str(lease_seconds),
                "LUOCHUI_SECOND_FACTOR": "off",
            },
            stderr=self._log,
        )

    async def says(self, word: str) -> float:
        """When its probe first says so, by the monotonic clock; Broken when the process ends before."""
        deadline = time.monotonic() + START_SECONDS
        async with httpx2.AsyncClient(base_url=self.address, timeout=5) as client:
            while time.monotonic() < deadline:
                try:
                    if word in (await client.get("/readyz")).text:
                        return time.monotonic()
                except httpx2.TransportError:
                    pass
                if self.process.poll() is not None:
                    break
                await asyncio.sleep(LOOK_EVERY)
        self._log.seek(0)
        last = self._log.read().decode().strip().rpartition("\n")[2]
        raise Broken(f"a server did not say {word!r}: {last}")

    def end(self) -> None:
        """Whatever state it is in."""
        self.process.kill()
        self.process.wait()
        self._log.close()


async def measure_takeover(url: str, lease_seconds: float, how: signal.Signals = signal.SIGKILL) -> float:
    """Seconds from SIGKILL (or SIGSTOP) of the holder to the standby's ready answer, on a migrated PostgreSQL database."""
    with tempfile.TemporaryDirectory(prefix="luochui-takeover-") as var:
        holder = _Process(url, Path(var), lease_seconds)
        standby = None
        try:
            await holder.says('"ready"')
            standby = _Process(url, Path(var), lease_seconds)
            await standby.says("is held by")
            began = time.monotonic()
            holder.process.send_signal(how)
            return await standby.says('"ready"') - began
        finally:
            for one in (holder, standby):
                if one is not None:
                    one.end()
