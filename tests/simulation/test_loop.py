"""The simulated loop: time jumps, the order follows from the seed, and the dead run nothing."""

import asyncio
from random import Random

import pytest

from tests.simulation.loop import SimulatedLoop, Stuck


def order_of(seed: int) -> list[int]:
    """In which order ten tasks that are ready at once run."""
    loop, ran = SimulatedLoop(Random(seed)), []

    async def note(number: int) -> None:
        ran.append(number)

    async def all_at_once() -> None:
        await asyncio.gather(*(note(number) for number in range(10)))

    loop.run_until_complete(all_at_once())
    loop.finish()
    return ran


def test_the_order_follows_from_the_seed() -> None:
    """One seed, one order; other seeds, other orders; nothing is left out."""
    assert order_of(1) == order_of(1)
    assert len({tuple(order_of(seed)) for seed in range(20)}) > 10
    assert sorted(order_of(3)) == list(range(10))


def test_time_jumps() -> None:
    """A week passes at once, and shorter sleeps end before longer ones."""
    loop, ended = SimulatedLoop(Random(1)), []

    async def sleep(seconds: float) -> None:
        await asyncio.sleep(seconds)
        ended.append((seconds, loop.time()))

    async def all_at_once() -> None:
        await asyncio.gather(sleep(604_800), sleep(1), sleep(60))

    loop.run_until_complete(all_at_once())
    loop.finish()
    assert ended == [(1, 1), (60, 60), (604_800, 604_800)]


def test_waiting_for_nothing_is_a_fault() -> None:
    """A run in which nobody will ever do anything again does not hang: it fails."""
    loop = SimulatedLoop(Random(1))

    async def wait() -> None:
        await asyncio.Event().wait()

    with pytest.raises(Stuck, match="nothing is left to do"):
        loop.run_until_complete(wait())
    loop.finish()


def test_the_dead_run_nothing_and_the_hung_run_later() -> None:
    """A killed process ends in the middle; one that hangs goes on where it was; threads are turns of the loop."""
    loop, ticks = SimulatedLoop(Random(1)), {"killed": 0, "hung": 0}
    killed, hung = loop.process("killed"), loop.process("hung")

    async def tick(name: str) -> None:
        while True:
            ticks[name] += await asyncio.to_thread(lambda: 1)
            await asyncio.sleep(1)

    async def whole() -> tuple[dict[str, int], dict[str, int]]:
        loop.spawn(killed, tick("killed"))
        loop.spawn(hung, tick("hung"))
        await asyncio.sleep(2.5)
        killed.dead = hung.hung = True
        await asyncio.sleep(10)
        still = dict(ticks)
        loop.thaw(hung)
        await asyncio.sleep(2)
        return still, dict(ticks)

    still, after = loop.run_until_complete(whole())
    loop.finish()
    assert still == {"killed": 3, "hung": 3}
    assert after["killed"] == 3
    assert after["hung"] > 3
