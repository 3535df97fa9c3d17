"""One run: a world, a story in it, faults for a while, then none; at its end everything must be finished."""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from typing import Any

import structlog

from tests.simulation.clients import Client
from tests.simulation.english import play, resume
from tests.simulation.faults import Faults, quiet
from tests.simulation.loop import Stuck
from tests.simulation.oracles import InvariantFell
from tests.simulation.world import World

PATIENCE = 600.0
"""Virtual seconds after the last fault in which everything must finish."""

Story = Callable[[World], Coroutine[Any, Any, None]]
Chaos = Callable[[World], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class Report:
    """What became of a run."""

    seed: int
    crash_at: int | None
    broken: str | None
    digest: str
    borders: int
    steps: int
    seconds: float
    rows: int
    crashes: int
    epochs: int
    trace: tuple[str, ...]

    def __str__(self) -> str:
        crash = "" if self.crash_at is None else f" CRASH={self.crash_at}"
        verdict = self.broken or "every invariant held"
        return (
            f"SEED={self.seed}{crash}: {verdict}\n  {self.steps} callbacks, {self.borders} steps,"
            f" {self.seconds:.1f} virtual s, {self.rows} rows, {self.epochs} epochs, {self.crashes} crashes\n"
            f"  trace {self.digest}"
        )


def run(
    seed: int,
    story: Story = play,
    faults: Callable[[Random], Faults] = quiet,
    chaos: Chaos | None = None,
    crash_at: int | None = None,
    world: type[World] = World,
) -> Report:
    """Play a story in a world of this seed."""
    with _silence():
        made = world(seed, faults, crash_at)
        broken = None
        try:
            made.loop.run_until_complete(_whole(made, story, chaos))
        except (InvariantFell, Stuck) as error:
            broken = str(error)
        finally:
            digest, seconds, steps = made.digest, made.loop.time(), made.loop.steps
            made.loop.finish()
    lease = made.disk.leases.get("hub")
    return Report(
        seed,
        crash_at,
        broken,
        digest,
        made.borders,
        steps,
        seconds,
        made.disk.head("hub"),
        made.crashes,
        lease.epoch if lease else 0,
        tuple(made.trace),
    )


async def _whole(world: World, story: Story, chaos: Chaos | None) -> None:
    """The time of faults, then the time of peace; then the last look."""
    tasks = [
        world.loop.create_task(world.supervise()),
        world.loop.create_task(resume(world, Client(world, "operator2"))),
    ]
    playing = world.loop.create_task(story(world))
    if chaos is not None:
        await chaos(world)
    world.heal()
    done, _ = await asyncio.wait((playing,), timeout=PATIENCE)
    if not done:
        raise InvariantFell(
            f"invariant 18: {'; '.join(world.oracles.unfinished()) or 'the story does not end'}"
        )
    playing.result()
    await _agree(world)
    for task in tasks:
        task.cancel()


async def _agree(world: World) -> None:
    """Some house lives, shows all that is on disk, and is looked at for the last time."""
    await asyncio.sleep(5)
    for _ in range(100):
        living = [one for one in world.running if one.house.alive]
        if living and living[-1].house.view.seq == world.disk.head("hub") and world.settled():
            world.oracles.final(living[-1].house)
            return
        await asyncio.sleep(1)
    raise InvariantFell("invariant 18: no house lives that shows the whole journal to all who follow")


@contextmanager
def _silence() -> Iterator[None]:
    """The house's own log would be most of the run: the trace says more."""
    before = structlog.get_config()
    level = logging.getLogger("asyncio").level
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL),
        logger_factory=structlog.ReturnLoggerFactory(),
    )
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        structlog.configure(**before)
        logging.getLogger("asyncio").setLevel(level)
