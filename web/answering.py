"""The answers to the decisions of a commit, written one after the other before any room hears of them.

Without a pause between them: whoever reads them wakes up once, and waking somebody is what costs.
"""

import asyncio

import structlog

from web import messages as m
from web.audience import Watcher
from web.transport import Frame, Pipe, frame_of

log = structlog.get_logger()


class Answering:
    """What a process answered and has not written yet."""

    def __init__(self) -> None:
        self._answers: list[tuple[Pipe, Frame]] = []

    def add(self, watcher: Watcher, message: m.Outbound) -> None:
        """Have an answer written together with the others of its commit, or of this turn of the loop."""
        if not self._answers:
            asyncio.get_running_loop().call_soon(self.write)
        self._answers.append((watcher.pipe, frame_of(m.encode(message))))

    def write(self) -> None:
        """Write what was answered since the last time. The house calls this: one bad socket may not reach it."""
        answers, self._answers = self._answers, []
        for pipe, frame in answers:
            try:
                pipe.write(frame)
            except Exception:
                log.exception("answer not sent")
