"""The order book's slow, readable twin: one list in order of arrival, sorted whenever somebody asks.

It says what price, then time means; the real book must answer the same to every question.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from matching_engine.book import Fill, Side
from matching_engine.errors import Malformed
from matching_engine.rejections import Rejection


@dataclass(frozen=True)
class Row:
    """An order at rest."""

    order_id: str
    party: str
    side: Side
    price: int
    quantity: int


class NaiveBook:
    """Rows in order of arrival, and nothing else."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def add(
        self, order_id: str, party: str, side: Side, price: int, quantity: int = 1
    ) -> list[Fill] | Rejection:
        """Trade what can be traded, best price first and then oldest, and let the rest stand."""
        self._check(order_id, price, quantity)
        after, fills = list(self.rows), []
        for maker in self.ranked(side.other):
            if not quantity or not meets(side, price, maker.price):
                break
            if maker.party == party:
                return Rejection.ORDER_SELF_TRADE
            traded = min(quantity, maker.quantity)
            quantity -= traded
            fills.append((maker.order_id, order_id, maker.price, traded))
            after[after.index(maker)] = replace(maker, quantity=maker.quantity - traded)
        if quantity:
            after.append(Row(order_id, party, side, price, quantity))
        self.rows = [row for row in after if row.quantity]
        return fills

    def rest(self, order_id: str, party: str, side: Side, price: int, quantity: int = 1) -> None:
        """Let an order stand without trading."""
        self._check(order_id, price, quantity)
        self.rows.append(Row(order_id, party, side, price, quantity))

    def cancel(self, order_id: str) -> bool:
        """Take an order out; False when it does not rest here."""
        before = len(self.rows)
        self.rows = [row for row in self.rows if row.order_id != order_id]
        return len(self.rows) < before

    def ranked(self, side: Side) -> list[Row]:
        """The orders of a side, best first; sorting keeps the order of arrival inside a price."""
        rows = (row for row in self.rows if row.side is side)
        return sorted(rows, key=lambda row: -row.price if side is Side.BID else row.price)

    def depth(self, side: Side) -> list[tuple[int, int]]:
        """(price, open quantity) of each level, best first."""
        prices = dict.fromkeys(row.price for row in self.ranked(side))
        return [(price, sum(row.quantity for row in self.at(side, price))) for price in prices]

    def at(self, side: Side, price: int) -> Iterator[Row]:
        """The orders of one level."""
        return (row for row in self.rows if row.side is side and row.price == price)

    def _check(self, order_id: str, price: int, quantity: int) -> None:
        if price <= 0:
            raise Malformed("price", price, "whole fen above zero")
        if quantity <= 0:
            raise Malformed("quantity", quantity, "a whole number above zero")
        if any(row.order_id == order_id for row in self.rows):
            raise Malformed("order_id", order_id, "an id that does not rest in the book")


def meets(side: Side, price: int, resting: int) -> bool:
    """Whether an order of `side` at `price` trades with one resting opposite at `resting`."""
    return resting <= price if side is Side.BID else resting >= price
