"""How long a core stood still: what a process notices of it that only sleeps.

On a machine that others have a part of, a core does nothing for some milliseconds now and then, for whoever is on it.
The slowest hundredth of anything is then of that kind as soon as it happens in a hundredth of the time.

`python -m web.bench.standstill SECONDS` sleeps until its stdin ends, and writes in which share of the last seconds it slept
too long.
"""

import select
import subprocess
import sys
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from web.bench import processes

PAUSE, SLACK = 0.002, 0.001
"""Seconds that it sleeps each time, and by which any timer may be late."""


class Watch:
    """Watches the cores of a benchmark for the length of a block; afterwards `share` is that of its last `seconds` for
    which a core stood still, whichever did for longest."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.share = 0.0
        self._sleepers: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        self._sleepers = [
            processes.start(on, "web.bench.standstill", str(self._seconds))
            for on in processes.cores() or (None,)
        ]
        for sleeper in self._sleepers:
            assert sleeper.stdout
            sleeper.stdout.readline()  # it sleeps from now on
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        told = [sleeper.communicate()[0] for sleeper in self._sleepers]
        if error is None:
            self.share = max(map(float, told))


def main() -> None:
    """Sleep, and tell."""
    late: list[tuple[float, float]] = []
    ended, last = False, time.perf_counter()  # who reads "ready" may stop us at once: that counts already
    print("ready", flush=True)
    while not ended:
        ended = bool(select.select([sys.stdin], [], [], PAUSE)[0])
        now = time.perf_counter()
        late.append(
            (now, now - last - PAUSE)
        )  # the last too: who could not run until the end was late as well
        last = now
    print(share(late, float(sys.argv[1])))


def share(late: Sequence[tuple[float, float]], seconds: float) -> float:
    """Of the last `seconds` the share in which a process slept too long, given when it woke up and how late it was."""
    since = late[-1][0] - seconds if late else 0.0
    return sum(min(by, at - since) for at, by in late if at > since and by > SLACK) / seconds


if __name__ == "__main__":
    main()
