"""The clock of the benchmarks, and the quiet that it needs."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


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
