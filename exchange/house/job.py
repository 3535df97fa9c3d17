"""A command on its way through the dispatcher, and who hears of it."""

import asyncio
from collections.abc import Callable

import msgspec

from exchange.house.command import Command, Conflict, Outcome
from matching_engine.errors import LuochuiError

Hearer = Callable[[Outcome | LuochuiError], None]
"""Who is told the answer to a command, or why there is none."""


class Job(msgspec.Struct):
    """A command in the queue."""

    command: Command
    request: str
    at: int
    hearers: list[Hearer]
    """Everybody who waits for the answer: who gives up waiting takes nothing from the others."""
    own: bool = False
    """Whether the house asked itself, and the command may be without effect."""


def mismatch() -> Conflict:
    return Conflict("IDEMPOTENCY_MISMATCH", "this id stands for another command")


def same(held: tuple[str, Outcome], request: str) -> Outcome | Conflict:
    """The answer that is held for an id, if it was given to the same request."""
    return held[1] if held[0] == request else mismatch()


def settle(waiter: asyncio.Future[Outcome], answer: Outcome | LuochuiError) -> None:
    if waiter.done():
        return
    if isinstance(answer, LuochuiError):
        waiter.set_exception(answer)
    else:
        waiter.set_result(answer)
