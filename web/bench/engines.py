"""The engines under the same script: three floors, our book from source and compiled, and peers from PyPI.

Every engine gets its operations prepared in its own terms, outside the clock. Inside the clock each runs
one loop that makes the peer's order, hands it over and keeps the trades, so all do the same work.
"""

from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from typing import Any

import matching_engine
from matching_engine.book import Side
from web.bench.workload import Op

SOURCE = Path(matching_engine.__file__).with_name("book.py")
COMPILED = SOURCE.parents[1] / "build" / "compiled" / "matching_engine"

Trade = tuple[object, object, int, int]
"""Resting order, incoming order, price, quantity."""

Loop = Callable[[], None]
"""What the clock measures."""


class Run:
    """A fresh engine with its operations ready: call `loop` once, then ask what it did."""

    def __init__(
        self, loop: Loop, trades: Callable[[], Iterable[Trade]] | None, resting: Callable[[], int]
    ) -> None:
        self.loop = loop
        self.trades = trades
        self.resting = resting


Engine = Callable[[Sequence[Op]], Run]


def iterate(ops: Sequence[Op]) -> Run:
    """Floor: go through the operations and do nothing."""

    def loop() -> None:
        for _adds, _order_id, _party, _side, _price, _quantity in rows:
            pass

    rows = [(op.adds, *op[2:]) for op in ops]
    return Run(loop, None, int)


class _Nothing:
    def add(self, order_id: str, party: str, side: Side, price: int, quantity: int) -> None:
        pass

    def cancel(self, order_id: str) -> None:
        pass


def dispatch(ops: Sequence[Op]) -> Run:
    """Floor: call an empty method for each operation."""

    def loop() -> None:
        add, cancel = nothing.add, nothing.cancel
        for adds, order_id, party, side, price, quantity in rows:
            if adds:
                add(order_id, party, side, price, quantity)
            else:
                cancel(order_id)

    nothing = _Nothing()
    rows = [(op.adds, *op[2:]) for op in ops]
    return Run(loop, None, int)


class _Noting:
    def __init__(self) -> None:
        self.orders: dict[str, tuple[str, Side, int, int]] = {}
        self.events: list[tuple[str, str, int, int]] = []

    def add(self, order_id: str, party: str, side: Side, price: int, quantity: int) -> None:
        self.orders[order_id] = (party, side, price, quantity)
        self.events.append((order_id, party, price, quantity))

    def cancel(self, order_id: str) -> None:
        party, _, price, quantity = self.orders.pop(order_id)
        self.events.append((order_id, party, price, quantity))


def dispatch_dict_event(ops: Sequence[Op]) -> Run:
    """Floor: keep each order in a dict by its id, and write one event tuple for each operation."""

    def loop() -> None:
        add, cancel = noting.add, noting.cancel
        for adds, order_id, party, side, price, quantity in rows:
            if adds:
                add(order_id, party, side, price, quantity)
            else:
                cancel(order_id)

    noting = _Noting()
    rows = [(op.adds, *op[2:]) for op in ops]
    return Run(loop, None, lambda: len(noting.orders))


def ours(module: ModuleType) -> Engine:
    """Our book, from whichever build of it `module` is."""

    def engine(ops: Sequence[Op]) -> Run:
        def loop() -> None:
            add, cancel, keep = book.add, book.cancel, trades.extend
            for adds, order_id, party, side, price, quantity in rows:
                if adds:
                    fills = add(order_id, party, side, price, quantity)
                    if fills:
                        keep(fills)
                else:
                    cancel(order_id)

        book: Any = module.OrderBook()
        trades: list[Trade] = []
        rows = [(op.adds, op.order_id, op.party, module.Side(op.side), op.price, op.quantity) for op in ops]
        return Run(loop, lambda: trades, lambda: len(book))

    return engine


def akhil4n(name: str) -> Engine:
    """akhil4n-orderbook (pure Python) and cython-orderbook, which is the same in Cython, by module name."""

    def engine(ops: Sequence[Op]) -> Run:
        def loop() -> None:
            order_of, add, cancel = peer.Order, book.add_limit_order, book.cancel_order
            for adds, order_id, side, price, quantity in rows:
                if adds:
                    order = order_of(side=side, price=price, original_quantity=quantity)
                    order.order_id = order_id
                    add(order)
                else:
                    cancel(order_id)

        def trades() -> Iterable[Trade]:
            return ((t.filler_id, t.aggressor_id, t.price, t.quantity_filled) for t in book.trade_log)

        peer: Any = import_module(name)
        book = peer.OrderBook()
        sides = {Side.BID: peer.OrderSide.BID, Side.OFFER: peer.OrderSide.ASK}
        rows = [(op.adds, op.order_id, sides[op.side], op.price, op.quantity) for op in ops]
        return Run(loop, trades, lambda: len(book.orders))

    return engine


def lightmatchingengine(ops: Sequence[Op]) -> Run:
    """lightmatchingengine: numbers its orders itself, from one; reports each trade from both sides."""

    def loop() -> None:
        add, cancel = book.add_order, book.cancel_order
        for adds, number, side, price, quantity in rows:
            if adds:
                order, made = add("lot", price, quantity, side)
                if made:
                    kept.append((order.order_id, made))
            else:
                cancel(number, "lot")

    def trades() -> Iterable[Trade]:
        for taker, made in kept:
            for t in made:
                if t.order_id != taker:
                    yield names[t.order_id - 1], names[taker - 1], t.trade_price, t.trade_qty

    def resting() -> int:
        sides = book.order_books["lot"].bids, book.order_books["lot"].asks
        return sum(len(orders) for side in sides for orders in side.values())

    peer: Any = import_module("lightmatchingengine.lightmatchingengine")
    book = peer.LightMatchingEngine()
    kept: list[tuple[int, list[Any]]] = []
    names = [op.order_id for op in ops if op.adds]
    sides = {Side.BID: peer.Side.BUY, Side.OFFER: peer.Side.SELL}
    rows = [(op.adds, op.number + 1, sides[op.side], op.price, op.quantity) for op in ops]
    return Run(loop, trades, resting)


def limit_order_book(ops: Sequence[Op]) -> Run:
    """limit-order-book (C++): does less, for it tells nobody which trades it made."""

    def loop() -> None:
        buy, sell, cancel = book.limit_buy, book.limit_sell, book.cancel
        for adds, number, buys, price, quantity in rows:
            if adds:
                (buy if buys else sell)(number, quantity, price)
            else:
                cancel(number)

    peer: Any = import_module("limit_order_book")
    book = peer.LimitOrderBook()
    rows = [(op.adds, op.number, op.side is Side.BID, op.price, op.quantity) for op in ops]
    return Run(loop, None, book.count)


FLOORS: dict[str, Engine] = {
    "iterate": iterate,
    "dispatch": dispatch,
    "dispatch + dict + event": dispatch_dict_event,
}
PEERS: dict[str, tuple[str, Engine]] = {
    "akhil4n-orderbook": ("orderbook", akhil4n("orderbook")),
    "cython-orderbook": ("cython_orderbook", akhil4n("cython_orderbook")),
    "lightmatchingengine": ("lightmatchingengine", lightmatchingengine),
    "limit-order-book": ("limit_order_book", limit_order_book),
}


def load_source() -> ModuleType:
    """Our book from its Python source, even where a compiled one is installed."""
    return _load(SourceFileLoader("book_from_source", str(SOURCE)))


def load_compiled() -> ModuleType | str:
    """Our book as compiled by mypyc from this very source, or a word on why there is none."""
    for suffix in EXTENSION_SUFFIXES:
        for folder in (COMPILED, SOURCE.parent):
            library = folder / f"book{suffix}"
            if library.exists():
                if (folder / "book.py").read_bytes() != SOURCE.read_bytes():
                    return "the compiled order book is older than its source: run `make compiled`"
                if (
                    str(folder) not in matching_engine.__path__
                ):  # mypyc's library lies beside the module that it loads
                    matching_engine.__path__.append(str(folder))
                return _load(ExtensionFileLoader("matching_engine.book", str(library)))
    return "no compiled order book: `make compiled` builds one beside the source"


def _load(loader: SourceFileLoader | ExtensionFileLoader) -> ModuleType:
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module
