"""Snapshots while a process serves: made by a process of their own, so that no bid waits for them."""

import asyncio
import os
import resource
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from exchange.bootstrap import Exchange, snapshot_files
from exchange.settings import Settings

log = structlog.get_logger()

LOOK = 5.0
"""Seconds between two looks at how far the house has come."""
REST = 10
"""How many times what it took of a processor is waited after a snapshot: it costs a tenth of a core, however fast
events come."""
_NICE = 19
"""Next to nothing while the house wants the same core; what it leaves is enough."""


@asynccontextmanager
async def snapshotting(exchange: Exchange, look: float = LOOK) -> AsyncIterator[None]:
    """Within the block, a snapshot is made whenever the house has come far enough since the last."""
    task = asyncio.create_task(_keep_on(exchange, look), name="snapshots")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _keep_on(exchange: Exchange, look: float) -> None:
    every, files = exchange.settings.snapshot_events, snapshot_files(exchange.settings)
    last = next(iter(files.seqs(exchange.settings.house)), 0)
    while every:
        await asyncio.sleep(look)
        seq = exchange.house.view.seq
        if seq < last:
            last = 0  # Files of another journal lie there.
        if seq - last >= every:
            last, began = seq, _used()
            await _make(exchange.settings)
            await asyncio.sleep(REST * (_used() - began))


def _used() -> float:
    """Seconds of a processor that the children of this process have used which ended so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


async def _make(settings: Settings) -> None:
    """Run `luochui snapshot`; one that fails costs nothing but time at the next start."""
    given = {
        "LUOCHUI_DATABASE_URL": settings.database_url,
        "LUOCHUI_HOUSE": settings.house,
        "LUOCHUI_VAR_DIR": str(settings.var_dir),
    }
    command = [sys.executable, "-m", "web", "snapshot"]
    # From a thread and with nothing to do before the program: the loop's own way copies the tables of all the
    # house's memory first, during which no bid is answered.
    process = await asyncio.to_thread(
        subprocess.Popen, command, env=os.environ | given, stderr=subprocess.PIPE
    )
    try:
        os.setpriority(os.PRIO_PROCESS, process.pid, _NICE)
        _, said = await asyncio.to_thread(process.communicate)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    if process.returncode:
        log.warning(
            "no snapshot was made", house=settings.house, reason=said.decode(errors="replace").strip()
        )
