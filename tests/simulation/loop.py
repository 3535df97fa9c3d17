"""An event loop with virtual time: it never waits, and everything it does follows from its seed.

When nothing is ready, time jumps to the next timer. What is ready at one time runs in an order that the seed
chooses. Every callback belongs to the process in whose context it was made: a process that was killed runs
nothing any more, one that hangs runs everything later.
"""

import asyncio
import contextvars
import heapq
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeVar

T = TypeVar("T")

PROCESS: contextvars.ContextVar["Process | None"] = contextvars.ContextVar("process", default=None)
"""The simulated process that runs now; None: the world itself, which cannot die."""
STEPS_MAX = 300_000
"""Callbacks after which a run that does not end is a fault."""


class Stuck(Exception):
    """Nothing is ready, no timer runs, and the run is not at its end."""


@dataclass(eq=False)
class Process:
    """A simulated process: everything that runs in its context."""

    name: str
    dead: bool = False
    hung: bool = False
    held: list[asyncio.Handle] = field(default_factory=list)
    """What it would have run. It is kept, so that nothing of a dead process is cleaned up by the interpreter."""
    context: contextvars.Context = field(default_factory=contextvars.copy_context)

    def __post_init__(self) -> None:
        self.context.run(PROCESS.set, self)

    @property
    def runs(self) -> bool:
        """Whether it does anything now."""
        return not (self.dead or self.hung)


class SimulatedLoop(asyncio.BaseEventLoop):
    """See the module; `after` is called after each callback with its process."""

    _ready: deque[asyncio.Handle]
    _scheduled: list[asyncio.TimerHandle]

    def __init__(self, random: Random) -> None:
        super().__init__()
        self.steps = 0
        self.after: Callable[[Process | None], None] = lambda process: None
        self.processes: list[Process] = []
        self._random = random
        self._virtual = 0.0
        self._outside = contextvars.copy_context()

    def time(self) -> float:
        """Seconds since the beginning of the world."""
        return self._virtual

    def process(self, name: str) -> Process:
        """A new process, without anything to do."""
        made = Process(name)
        self.processes.append(made)
        return made

    def spawn(self, process: Process, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Let a process do something."""
        return asyncio.Task(work, loop=self, context=process.context.copy())

    def later(self, seconds: float, do: Callable[..., Any], *given: Any) -> None:
        """Let the world do something: it is done whether or not the process that began it still lives."""
        self.call_later(seconds, do, *given, context=self._outside)

    def thaw(self, process: Process) -> None:
        """A process that hung goes on as if nothing had been."""
        process.hung = False
        held, process.held = process.held, []
        self._ready.extend(held)

    def finish(self) -> None:
        """End everything that is left, dead or alive, so that nothing outlives the run."""
        self.after, self.steps = lambda process: None, 0
        for process in self.processes:
            process.dead = False
            self.thaw(process)
        for _ in range(100):
            tasks = asyncio.all_tasks(self)
            if not tasks:
                break
            for task in tasks:
                task.cancel()
            self.run_until_complete(asyncio.sleep(1))
        self.close()

    def run_in_executor(self, executor: Any, func: Callable[..., T], *args: Any) -> "asyncio.Future[T]":  # type: ignore[override]
        """There are no threads: the work is done in its turn, and its answer comes as later."""
        future: asyncio.Future[T] = self.create_future()
        self.call_soon(self._execute, future, func, args)
        return future

    @staticmethod
    def _execute(future: "asyncio.Future[T]", func: Callable[..., T], args: tuple[Any, ...]) -> None:
        if future.cancelled():
            return
        try:
            future.set_result(func(*args))
        except Exception as error:
            future.set_exception(error)

    def _run_once(self) -> None:
        """One round: what is ready now, shuffled. (The base class calls this for ever.)"""
        self._forget_cancelled()
        if not self._ready:
            if not self._scheduled:
                raise Stuck(f"nothing is left to do at {self._virtual} s")
            self._virtual = max(self._virtual, self._scheduled[0].when())
        while self._scheduled and self._scheduled[0].when() <= self._virtual:
            timer = heapq.heappop(self._scheduled)
            timer._scheduled = False  # type: ignore[attr-defined]
            self._ready.append(timer)
        ready = list(self._ready)
        self._ready.clear()
        self._random.shuffle(ready)
        for at, handle in enumerate(ready):
            try:
                self._run_handle(handle)
            except BaseException:
                self._ready.extendleft(reversed(ready[at + 1 :]))
                raise

    def _forget_cancelled(self) -> None:
        while self._scheduled and self._scheduled[0].cancelled():
            timer = heapq.heappop(self._scheduled)
            timer._scheduled = False  # type: ignore[attr-defined]

    def _run_handle(self, handle: asyncio.Handle) -> None:
        if handle.cancelled():
            return
        process = handle._context.get(PROCESS)  # type: ignore[attr-defined]  # Set by Handle.__init__.
        if process is not None and not process.runs:
            process.held.append(handle)
            return
        self.steps += 1
        if self.steps > STEPS_MAX:
            raise Stuck(f"invariant 18: {STEPS_MAX} callbacks and no end; the last was {handle!r}")
        handle._run()
        self.after(process)

    def _write_to_self(self) -> None:
        """Nobody waits in a system call."""

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Cancelled timers are thrown away when they come up."""
