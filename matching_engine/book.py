"""The order book of one listing: price, then time.

One book holds one seller's offer and the bids that compete for it; for a demand it is mirrored: one
buyer's bid and the offers that compete to serve it. It is never a continuous market between anonymous
parties, which such an exchange may not run (e-commerce law, art. 46): a book is made for one listing,
it knows the party behind every order, and it ends with the lot.

Prices are whole fen. A side keeps its price levels in a list of keys, best last, where the key of a bid
is its price and the key of an offer is the negative of it: on both sides the larger key is better, and a
bid meets an offer when their keys add up to zero or more. The orders of a level are linked to one
another in the order of their arrival, so an order leaves from anywhere in constant time.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator
from enum import StrEnum

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


class Order:
    """An order at rest; `quantity` is what is still open. To be read, not written."""

    __slots__ = ("_earlier", "_later", "order_id", "party", "price", "quantity", "side")

    def __init__(self, order_id: str, party: str, side: Side, price: int, quantity: int) -> None:
        self.order_id = order_id
        self.party = party
        self.side = side
        self.price = price
        self.quantity = quantity
        self._earlier: Order | None = None
        self._later: Order | None = None

    def __repr__(self) -> str:
        return f"Order({self.order_id!r}, {self.party!r}, {self.side.value}, {self.price}, {self.quantity})"


class _Level:
    """The orders at one price, in the order of their arrival."""

    __slots__ = ("first", "last")

    def __init__(self, first: Order) -> None:
        self.first: Order | None = first
        self.last: Order | None = first


class _Half:
    """One side: its levels by key, and their keys ascending, so the best is the last."""

    __slots__ = ("keys", "levels", "sign")

    def __init__(self, sign: int) -> None:
        self.sign = sign
        self.keys: list[int] = []
        self.levels: dict[int, _Level] = {}

    def append(self, order: Order) -> None:
        """Put an order behind all others of its price."""
        key = order.price * self.sign
        level = self.levels.get(key)
        if level is None:
            self.levels[key] = _Level(order)
            insort(self.keys, key)
            return
        last = level.last
        assert last is not None
        order._earlier = last
        last._later = order
        level.last = order

    def remove(self, order: Order) -> None:
        """Take an order out of its level, and the level out when it was the only one."""
        earlier, later = order._earlier, order._later
        key = order.price * self.sign
        if earlier is not None:
            earlier._later = later
            if later is not None:
                later._earlier = earlier
            else:
                self.levels[key].last = earlier
        elif later is not None:
            later._earlier = None
            self.levels[key].first = later
        else:
            del self.levels[key]
            keys = self.keys
            if keys[-1] == key:
                keys.pop()
            else:
                del keys[bisect_left(keys, key)]


class OrderBook:
    """The book of one listing. Its iteration order depends on nothing but the calls made."""

    __slots__ = ("_bids", "_offers", "_orders")

    def __init__(self) -> None:
        self._orders: dict[str, Order] = {}
        self._bids = _Half(1)
        self._offers = _Half(-1)

    def add(
        self, order_id: str, party: str, side: Side, price: int, quantity: int = 1
    ) -> list[Fill] | Rejection:
        """Trade an order against the other side, best price first and then oldest, and let the rest stand.

        Returns the fills in the order of trading, each at the price of the resting order. An order that
        would trade with one of its own party is refused whole: ORDER_SELF_TRADE comes back and nothing has
        changed. Malformed for a price or quantity below one, or an id that already rests.
        """
        self._check(order_id, price, quantity)
        fills = self._plan(order_id, party, side, price, quantity)
        if fills is None:
            return Rejection.ORDER_SELF_TRADE
        for maker_id, _, _, filled in fills:
            quantity -= filled
            self._fill(maker_id, filled)
        if quantity:
            self._append(Order(order_id, party, side, price, quantity))
        return fills

    def rest(self, order_id: str, party: str, side: Side, price: int, quantity: int = 1) -> Order:
        """Let an order stand without trading, for mechanisms that only rank. Malformed as in `add`."""
        self._check(order_id, price, quantity)
        order = Order(order_id, party, side, price, quantity)
        self._append(order)
        return order

    def cancel(self, order_id: str) -> bool:
        """Take an order out; False when it does not rest here."""
        order = self._orders.pop(order_id, None)
        if order is None:
            return False
        self._half(order.side).remove(order)
        return True

    def get(self, order_id: str) -> Order | None:
        """The resting order of that id."""
        return self._orders.get(order_id)

    def best(self, side: Side) -> Order | None:
        """The order that trades first."""
        half = self._half(side)
        return half.levels[half.keys[-1]].first if half.keys else None

    def ranked(self, side: Side) -> Iterator[Order]:
        """Resting orders, best price first and the oldest first in a price. The book must not change meanwhile."""
        half = self._half(side)
        for key in reversed(half.keys):
            order = half.levels[key].first
            while order is not None:
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
        return self._bids if side is Side.BID else self._offers

    def _check(self, order_id: str, price: int, quantity: int) -> None:
        if price <= 0:
            raise Malformed("price", price, "whole fen above zero")
        if quantity <= 0:
            raise Malformed("quantity", quantity, "a whole number above zero")
        if order_id in self._orders:
            raise Malformed("order_id", order_id, "an id that does not rest in the book")

    def _append(self, order: Order) -> None:
        self._orders[order.order_id] = order
        self._half(order.side).append(order)

    def _plan(self, order_id: str, party: str, side: Side, price: int, quantity: int) -> list[Fill] | None:
        """The fills that would follow; None when one of them would be a party's trade with itself."""
        half = self._half(side.other)
        limit = price * half.sign
        fills: list[Fill] = []
        for key in reversed(half.keys):
            if key < limit:
                break
            maker = half.levels[key].first
            while maker is not None:
                if maker.party == party:
                    return None
                filled = min(quantity, maker.quantity)
                fills.append((maker.order_id, order_id, maker.price, filled))
                quantity -= filled
                if not quantity:
                    return fills
                maker = maker._later
        return fills

    def _fill(self, maker_id: str, quantity: int) -> None:
        maker = self._orders[maker_id]
        maker.quantity -= quantity
        if not maker.quantity:
            self.cancel(maker_id)
