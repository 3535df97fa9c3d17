"""The time of faults: processes are killed and hang, clocks step, the journal goes away; all drawn from the seed."""

import asyncio

from tests.simulation.world import World

SAFETY = 30.0
"""Virtual seconds in which everything may fail."""


async def havoc(world: World, seconds: float = SAFETY) -> None:
    """One misfortune after the other."""
    until = world.loop.time() + seconds
    while world.loop.time() < until:
        await asyncio.sleep(3 * world.random.random())
        misfortune = world.random.choice((_kill, _hang, _hang, _second, _outage, _step))
        world.loop.create_task(misfortune(world))


async def long_havoc(world: World) -> None:
    """The same for so long that the settlement of a market falls into it."""
    await havoc(world, 2.5 * SAFETY)


async def calm(world: World) -> None:
    """Nothing but what the faults bring."""
    await asyncio.sleep(SAFETY)


async def _kill(world: World) -> None:
    """kill −9 of somebody who runs."""
    if world.running:
        world.kill(world.random.choice(world.running).process)


async def _hang(world: World) -> None:
    """SIGSTOP, another takes the house, SIGCONT: the old one wakes up and does not know."""
    if not world.running:
        return
    one = world.random.choice(world.running)
    world.note(f"{one.process.name} hangs")
    one.process.hung = True
    await asyncio.sleep(0.5 + 5 * world.random.random())
    if one.process.hung and not one.process.dead:
        world.note(f"{one.process.name} goes on")
        world.loop.thaw(one.process)


async def _second(world: World) -> None:
    """Somebody starts the house a second time while the first one lives."""
    world.start_house()


async def _outage(world: World) -> None:
    """The journal cannot be reached by anybody."""
    if world.disk.down:
        return
    world.note("the journal is away")
    world.disk.down = True
    await asyncio.sleep(4 * world.random.random())
    world.disk.down = False
    world.note("the journal is back")


async def _step(world: World) -> None:
    """Somebody sets the clock of a machine, and sets it right again."""
    machine = world.random.choice(world.machines)
    machine.step_us = world.random.choice((-90_000_000, -700_000, 300_000, 2_000_000, 60_000_000))
    world.note(f"a clock steps by {machine.step_us} µs")
    await asyncio.sleep(5 * world.random.random())
    machine.step_us = 0
