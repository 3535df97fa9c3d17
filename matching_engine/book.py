"""The order book of one listing: price, then time.

One book holds one seller's offer and the bids that compete for it; for a demand it is mirrored: one
buyer's bid and the offers that compete to serve it. It is never a continuous market between anonymous
parties, which such an exchange may not run (e-commerce law, art. 46): a book is made for one listing,
it knows the party behind every order, and it ends with the lot.

Prices are whole fen. Each side orders its price levels by a key: the price of a bid, the negative of the
price of an offer. On both sides the larger key is better, and a bid meets an offer when their keys add up
to zero or more. The orders of a level stand in a ring in the order of their arrival, closed by a blank
order of quantity zero, so an order joins and leaves from anywhere in constant time and no place is special.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator
from enum import StrEnum
from itertools import chain

from matching_engine.errors import Malformed
from matching_engine.rejections import Rejection

Fill = tuple[str, str, int, int]
"""Resting order, incoming order, price of the resting order in fen, quantity."""


class Side(StrEnum):
    """Which way an order goes."""

    BID = "bid"
    OFFER = "offer"

    @property
    def other(self) -> "Side":
        """The side that this one trades with."""
        return Side.OFFER if self is Side.BID else Side.BID


_BID = Side.BID  # a global is read faster than a member
_RUN = 512


class Order:
    """An order at rest; `quantity` is what is still open. To be read, not written."""

    __slots__ = ("_earlier", "_later", "order_id", "party", "price", "quantity", "side")

    def __init__(
        self,
        order_id: str,
        party: str,
        side: Side,
        price: int,
        quantity: int,
        earlier: "Order | None" = None,
        later: "Order | None" = None,
    ) -> None:
        """Stand between two others; alone, close a ring of its own."""
        self.order_id = order_id
        self.party = party
        self.side = side
        self.price = price
        self.quantity = quantity
        self._earlier: Order = earlier or self
        self._later: Order = later or self

    def __repr__(self) -> str:
        return f"Order({self.order_id!r}, {self.party!r}, {self.side.value}, {self.price}, {self.quantity})"


_NOWHERE = Order("", "", _BID, 0, 0)


def _untie(blank: Order) -> None:
    """Free a blank from itself, so that it goes at once and not with a collection of garbage."""
    blank._earlier = blank._later = _NOWHERE


def _last(run: list[int]) -> int:
    return run[-1]


class _Half:
    """One side: the blank of each level by its key, and all keys ascending, the best at the very end.

    The keys lie in runs of at most `_RUN`, so a new level moves few others, however many there are. `best`
    is the last run; it is empty only where the whole side is.
    """

    __slots__ = ("best", "blanks", "runs")

    def __init__(self) -> None:
        self.blanks: dict[int, Order] = {}
        self.best: list[int] = []
        self.runs = [self.best]

    def open(self, key: int, side: Side, price: int) -> Order:
        """Make a level and return its blank."""
        blank = self.blanks[key] = Order("", "", side, price, 0)
        best = self.best
        if (not best or key > best[-1]) and len(best) < _RUN:  # better than all, as usual where bids compete
            best.append(key)
        else:
            self._insert(key)
        return blank

    def _insert(self, key: int) -> None:
        runs = self.runs
        at = min(bisect_left(runs, key, key=_last), len(runs) - 1)
        run = runs[at]
        insort(run, key)
        if len(run) > _RUN:
            runs[at : at + 1] = [run[: _RUN // 2], run[_RUN // 2 :]]
            self.best = runs[-1]

    def close_best(self) -> None:
        """Drop the best level, which is empty."""
        best = self.best
        _untie(self.blanks.pop(best.pop()))
        if not best and len(self.runs) > 1:
            self.runs.pop()
            self.best = self.runs[-1]

    def close(self, key: int) -> None:
        """Drop a level that is empty."""
        if key == self.best[-1]:
            self.close_best()
            return
        _untie(self.blanks.pop(key))
        at = bisect_left(self.runs, key, key=_last)
        run = self.runs[at]
        del run[bisect_left(run, key)]
        if not run:
            del self.runs[at]


class OrderBook:
    """The book of one listing. Its iteration order depends on nothing but the calls made."""

    __slots__ = ("_bids", "_offers", "_orders")

    def __init__(self) -> None:
        self._orders: dict[str, Order] = {}
        self._bids = _Half()
        self._offers = _Half()

    def add(
        self, order_id: str, party: str, side: Side, price: int, quantity: int = 1
    ) -> list[Fill] | Rejection:
        """Trade an order against the other side, best price first and then oldest, and let the rest stand.

        Returns the fills in the order of trading, each at the price of the resting order. An order that
        would trade with one of its own party is refused whole: ORDER_SELF_TRADE comes back and nothing has
        changed. Malformed for a price or quantity below one, or an id that already rests.
        """
        if price <= 0 or quantity <= 0 or order_id in self._orders:
            raise self._malformed(order_id, price, quantity)
        if side is _BID:
            own, other, key = self._bids, self._offers, price
        else:
            own, other, key = self._offers, self._bids, -price
        fills: list[Fill] = []
        if other.best and other.best[-1] + key >= 0:
            quantity = self._plan(other, order_id, party, key, quantity, fills)
            if quantity < 0:
                return Rejection.ORDER_SELF_TRADE
            self._execute(other, fills)
        if quantity:
            blank = own.blanks.get(key) or own.open(key, side, price)
            last = blank._earlier
            last._later = blank._earlier = self._orders[order_id] = Order(
                order_id, party, side, price, quantity, last, blank
            )
        return fills

    def rest(self, order_id: str, party: str, side: Side, price: int, quantity: int = 1) -> Order:
        """Let an order stand without trading, for mechanisms that only rank. Malformed as in `add`."""
        if price <= 0 or quantity <= 0 or order_id in self._orders:
            raise self._malformed(order_id, price, quantity)
        half = self._half(side)
        key = price if side is _BID else -price
        blank = half.blanks.get(key) or half.open(key, side, price)
        last = blank._earlier
        order = Order(order_id, party, side, price, quantity, last, blank)
        last._later = blank._earlier = self._orders[order_id] = order
        return order

    def cancel(self, order_id: str) -> bool:
        """Take an order out; False when it does not rest here."""
        order = self._orders.pop(order_id, None)
        if order is None:
            return False
        earlier, later = order._earlier, order._later
        earlier._later, later._earlier = later, earlier
        if earlier is later:
            self._half(order.side).close(order.price if order.side is _BID else -order.price)
        return True

    def get(self, order_id: str) -> Order | None:
        """The resting order of that id."""
        return self._orders.get(order_id)

    def best(self, side: Side) -> Order | None:
        """The order that trades first."""
        half = self._half(side)
        return half.blanks[half.best[-1]]._later if half.best else None

    def ranked(self, side: Side) -> Iterator[Order]:
        """Resting orders, best price first and the oldest first in a price. The book must not change meanwhile."""
        half = self._half(side)
        for key in chain.from_iterable(map(reversed, reversed(half.runs))):
            order = half.blanks[key]._later
            while order.quantity:
                yield order
                order = order._later

    def depth(self, side: Side) -> list[tuple[int, int]]:
        """(price in fen, open quantity) of each level, best first."""
        totals: dict[int, int] = {}
        for order in self.ranked(side):
            totals[order.price] = totals.get(order.price, 0) + order.quantity
        return list(totals.items())

    def __len__(self) -> int:
        return len(self._orders)

    def __contains__(self, order_id: str) -> bool:
        return order_id in self._orders

    def _half(self, side: Side) -> _Half:
        return self._bids if side is _BID else self._offers

    def _malformed(self, order_id: str, price: int, quantity: int) -> Malformed:
        if price <= 0:
            return Malformed("price", price, "whole fen above zero")
        if quantity <= 0:
            return Malformed("quantity", quantity, "a whole number above zero")
        return Malformed("order_id", order_id, "an id that does not rest in the book")

    def _plan(
        self, other: _Half, order_id: str, party: str, key: int, quantity: int, fills: list[Fill]
    ) -> int:
        """Write the fills that would follow and return what stays open; below zero when a party meets itself."""
        for run in reversed(other.runs):
            for opposite in reversed(run):
                if opposite + key < 0:
                    return quantity
                maker = other.blanks[opposite]._later
                while filled := maker.quantity:
                    if maker.party == party:
                        return -1
                    if filled >= quantity:
                        fills.append((maker.order_id, order_id, maker.price, quantity))
                        return 0
                    fills.append((maker.order_id, order_id, maker.price, filled))
                    quantity -= filled
                    maker = maker._later
        return quantity

    def _execute(self, other: _Half, fills: list[Fill]) -> None:
        """Take from the resting orders what the fills say; each is the first of the best level then."""
        orders = self._orders
        for maker_id, _, _, filled in fills:
            maker = orders[maker_id]
            if maker.quantity > filled:
                maker.quantity -= filled
                return
            del orders[maker_id]
            blank, later = maker._earlier, maker._later
            blank._later, later._earlier = later, blank
            if blank is later:
                other.close_best()
