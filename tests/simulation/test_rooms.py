"""The hub in simulation: whatever dies, whoever watches is told everything in order, or told a whole state instead."""

from collections.abc import Callable
from random import Random

import pytest

from tests.simulation.apart import havoc_apart
from tests.simulation.faults import Faults, rough
from tests.simulation.rooms import Person, WorldWithRooms
from tests.simulation.run import run
from web.audience import Audience
from web.hub import Hub


@pytest.mark.parametrize("seed", range(1, 9))
def test_screens_have_no_gap(seed: int) -> None:
    """Fast and slow readers, processes killed, the bus lost: every screen ends with the newest, and had no gap."""
    report = run(seed, faults=rough, chaos=havoc_apart, world=WorldWithRooms)
    assert report.broken is None, f"{report}\n" + "\n".join(report.trace[-40:])


def test_people_are_told_news_and_states() -> None:
    """In these runs screens are told single events as well as states: neither way is untried."""
    people: list[Person] = []

    class Noted(WorldWithRooms):
        def __init__(
            self, seed: int, faults: Callable[[Random], Faults], crash_at: int | None = None
        ) -> None:
            super().__init__(seed, faults, crash_at)
            people.extend(self.people)

    for seed in (1, 2, 3):
        run(seed, faults=rough, chaos=havoc_apart, world=Noted)
    assert sum(person.news for person in people) > 10
    assert sum(person.states for person in people) > 10


def test_a_hub_that_leaves_something_out_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted hub that forgets every third piece of news breaks invariant 16 within a few seeds."""
    heard = Hub._hear
    calls: list[int] = []

    def forgetful(hub: Hub, audience: Audience, events: list[object]) -> None:
        calls.append(1)
        if len(calls) % 3:
            heard(hub, audience, events)  # type: ignore[arg-type]  # Passed on as it came.

    monkeypatch.setattr(Hub, "_hear", forgetful)
    said = [run(seed, world=WorldWithRooms).broken or "" for seed in range(1, 6)]
    assert any(one.startswith("invariant 16") for one in said), said
