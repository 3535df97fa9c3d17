"""What a sleeper notices of cores that stand still."""

import os
import signal
import time

import pytest

from web.bench import processes
from web.bench.standstill import SLACK, Watch, share


def test_only_what_is_too_late_counts_and_only_at_the_end() -> None:
    """Of the last second: a tenth and a twentieth that it slept too long; a timer may be a bit late, and what was before
    does not count."""
    late = [(0.5, 0.3), (1.2, 0.1), (1.5, SLACK / 2), (1.9, 0.05), (2.0, 0.0)]
    assert share(late, 1.0) == pytest.approx(0.15)
    assert share([], 1.0) == 0.0
    assert share([(5.0, 4.9)], 1.0) == 1.0  # no more than all of it


def test_a_sleeper_that_is_held_up_tells_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is stopped for half a second has stood still for at least that, in the second before its end."""
    monkeypatch.setattr(processes, "cores", lambda: None)
    with Watch(2.0) as watch:
        (sleeper,) = watch._sleepers
        os.kill(sleeper.pid, signal.SIGSTOP)
        time.sleep(0.6)
        os.kill(sleeper.pid, signal.SIGCONT)
        time.sleep(0.1)
    assert 0.25 <= watch.share <= 1.0


def test_each_core_of_the_benchmark_is_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    """One sleeper on the servers' core, one on those of everybody else; an error ends both and is told."""
    first = min(os.sched_getaffinity(0))
    monkeypatch.setattr(processes, "cores", lambda: ({first}, {first}))
    watch = Watch(0.1)
    with pytest.raises(KeyError) as raised, watch:
        raise KeyError(*[os.sched_getaffinity(sleeper.pid) for sleeper in watch._sleepers])
    assert raised.value.args == ({first}, {first})
    assert [sleeper.returncode for sleeper in watch._sleepers] == [0, 0]
