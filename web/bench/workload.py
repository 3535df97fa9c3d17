"""One seeded script of orders, the same for every engine.

Most orders rest near the best price, takers cross by a few steps, and cancels hit any order that stands;
the number at rest climbs in a straight line to its target. The book itself steers the writing, so every
cancel of the script finds its order, in every engine that keeps price and time.
"""

import random
from dataclasses import dataclass
from typing import NamedTuple

from matching_engine.book import OrderBook, Side

MIDDLE_FEN = 1_000_000_000_000
STEP_FEN = 1_000
PARTIES = 1_000


class Op(NamedTuple):
    """One operation; for a cancel, everything behind the id is that of the order it takes out."""

    adds: bool
    number: int
    """The how-manieth order of the script this is or takes out, from zero."""
    order_id: str
    party: str
    side: Side
    price: int
    quantity: int


@dataclass(frozen=True, slots=True)
class Script:
    """Operations, and how the book stands after them."""

    ops: list[Op]
    resting: int


class _Writer:
    def __init__(self, levels: int, seed: int) -> None:
        self.chance = random.Random(seed)
        self.steps = levels // 2
        self.book = OrderBook()
        self.adds: list[Op] = []
        self.live: list[Op] = []

    def add(self, side: Side, price: int) -> Op:
        number, quantity = len(self.adds), self.chance.randint(1, 10)
        op = Op(True, number, f"order-{number}", f"{side}-{number % PARTIES}", side, price, quantity)
        self.adds.append(op)
        self.book.add(op.order_id, op.party, op.side, op.price, op.quantity)
        if op.order_id in self.book:
            self.live.append(op)
        return op

    def passive(self) -> Op:
        """An order on its own side of the middle; the lowest of four throws lies near the best."""
        side = self.chance.choice((Side.BID, Side.OFFER))
        away = 1 + min(self.chance.randrange(self.steps) for _ in range(4))
        return self.add(side, MIDDLE_FEN + (away if side is Side.OFFER else -away) * STEP_FEN)

    def taker(self) -> Op:
        """An order that crosses the best of the other side by up to three steps."""
        side = self.chance.choice((Side.BID, Side.OFFER))
        best = self.book.best(side.other)
        if best is None:
            return self.passive()
        beyond = self.chance.randrange(4) * STEP_FEN
        return self.add(side, best.price + (beyond if side is Side.BID else -beyond))

    def cancel(self) -> Op:
        """Take out any order that stands; those that were traded away are dropped on the way."""
        while True:
            at = self.chance.randrange(len(self.live))
            self.live[at], self.live[-1] = self.live[-1], self.live[at]
            op = self.live.pop()
            if self.book.cancel(op.order_id):
                return op._replace(adds=False)


def write(operations: int, levels: int, resting: int, seed: int = 1) -> Script:
    """A script of so many operations on so many price levels that leaves about `resting` orders."""
    writer = _Writer(levels, seed)
    ops = [writer.passive()]
    for n in range(1, operations):
        if len(writer.book) < max(1, resting * (n + 1) // operations):
            ops.append(writer.passive())
        else:
            ops.append(writer.chance.choice((writer.taker, writer.cancel))())
    return Script(ops, len(writer.book))
