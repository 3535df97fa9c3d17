"""Answers of one commit go out together, in order, and at the latest with the turn of the loop."""

import asyncio
from typing import Any

import pytest

from web import messages as m
from web.answering import Answering
from web.audience import Watcher
from web.transport import Frame


class Out:
    """A way out that remembers what was written."""

    def __init__(self, written: list[tuple[str, bytes]], name: str) -> None:
        self._written, self._name = written, name

    def write(self, frame: Frame) -> None:
        """Remember a frame."""
        self._written.append((self._name, frame.text))


def watcher(out: Any) -> Watcher:
    """Somebody who gets answers there."""
    return Watcher(out, None, lambda *_: None)


@pytest.mark.parametrize("told", [True, False], ids=["by the house", "by the loop"])
async def test_answers_are_written_together(told: bool) -> None:
    """Nothing is written one by one; the house says when all are there, and else the turn of the loop ends."""
    written: list[tuple[str, bytes]] = []
    answering = Answering()
    for name in ("jia", "yi"):
        answering.add(watcher(Out(written, name)), m.Ping())
    assert written == []
    if told:
        answering.write()
    else:
        await asyncio.sleep(0)
    assert written == [(name, m.encode(m.Ping())) for name in ("jia", "yi")]
    await asyncio.sleep(0)
    assert len(written) == 2
