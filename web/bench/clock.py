"""The clock of the benchmarks, and the quiet that it needs."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_CPUCLOCK_SCHED = 2
"""Linux's name of the clock of another process is made of its number and of this: clock_getcpuclockid(3), which Python
does not offer. /proc tells the same in hundredths of a second."""


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the garbage collector out: what stands is frozen, and nothing is collected behind one's back.

    A house runs the same way. Whoever measures calls `seconds`, which collects before the clock starts.
    """
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.unfreeze()


def seconds(loop: Callable[[], object]) -> float:
    """How long the processor works on `loop`, once, with the garbage of what ran before swept away first.

    Processor time, not the clock on the wall: what else the machine does meanwhile does not count.
    """
    gc.collect()
    start = time.thread_time()
    loop()
    return time.thread_time() - start


def used_by(pid: int) -> float:
    """Seconds of the processor that a process has used, all threads together; 0 where the system does not tell."""
    try:
        return time.clock_gettime(~pid << 3 | _CPUCLOCK_SCHED)
    except OSError:
        return 0.0
