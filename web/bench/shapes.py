"""What an order costs when there is much of something: orders on one level, levels, lots; and its memory."""

import random
import tracemalloc
from collections.abc import Callable, Sequence
from functools import partial

from matching_engine import book as installed
from matching_engine.book import OrderBook, Side
from web.bench import engines, workload
from web.bench.clock import seconds
from web.bench.report import Figure, median_ratio

SITTING = 50
BIDS_A_LOT = 40
FEW_LOTS, _FEW_LEVELS, _FEW_ORDERS = 10, 250, 1_000
_PRICE_FEN = 100_000_000

Tick = Callable[[], None]


def one_level(orders: int, rounds: int, tick: Tick) -> Figure:
    """A take with `orders` standing on its level, beside one with a thousand; the whole level is taken."""
    few: list[float] = []
    many: list[float] = []
    for _ in range(rounds):
        small = [_level(_FEW_ORDERS) for _ in range(max(1, orders // _FEW_ORDERS))]
        few.append(seconds(partial(_take_all, small, _FEW_ORDERS)) / len(small) / _FEW_ORDERS)
        many.append(seconds(partial(_take_all, [_level(orders)], orders)) / orders)
        tick()
    name = f"cost of a take, {orders:,} orders on one level ÷ {_FEW_ORDERS:,}"
    return Figure(name, median_ratio(many, few), "×", 1.5, at_most=True)


def many_levels(operations: int, rounds: int, tick: Tick) -> Figure:
    """An operation of the script where nearly every order has a price of its own, beside one at 250 prices."""
    engine = engines.ours(installed)
    few = workload.write(operations, _FEW_LEVELS, operations // 2).ops
    many = workload.write(operations, operations * 20, operations // 2).ops
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        times[0].append(seconds(engine(few).loop))
        times[1].append(seconds(engine(many).loop))
        tick()
    levels = len({op.price for op in many})
    name = f"cost of an operation, {levels:,} prices ÷ {_FEW_LEVELS}"
    return Figure(name, median_ratio(times[1], times[0]), "×")


def many_lots(lots: int, operations: int, rounds: int, tick: Tick) -> list[Figure]:
    """A bid and the withdrawal of the one before it, where many lots stand, beside ten lots.

    Bids come in sittings, as in a house: fifty lots of the catalogue at a time, forty bids a lot. Scattered
    evenly over all lots every bid meets a lot that has left the caches of the processor; the floor shows
    how much of that is the machine's.
    """
    few, many = _books(FEW_LOTS), _books(lots)
    near, sat, far = (
        spread(operations, FEW_LOTS),
        in_sittings(operations, lots),
        spread(operations, lots),
    )
    plain_few, plain_many = _plain(FEW_LOTS), _plain(lots)
    loops: dict[str, Callable[[], object]] = {
        "few": lambda: _bid(few, near),
        "sat": lambda: _bid(many, sat),
        "far": lambda: _bid(many, far),
        "floor few": lambda: _note(plain_few, near),
        "floor far": lambda: _note(plain_many, far),
    }
    times: dict[str, list[float]] = {name: [] for name in loops}
    for _ in range(rounds):
        for name, loop in loops.items():
            times[name].append(seconds(loop))
        tick()
    name = f"cost of a bid, {lots:,} lots ÷ {FEW_LOTS}"
    return [
        Figure(f"{name}, in sittings", median_ratio(times["sat"], times["few"]), "×", 1.5, at_most=True),
        Figure(f"{name}, scattered", median_ratio(times["far"], times["few"]), "×"),
        Figure(f"floor: {name}, scattered", median_ratio(times["floor far"], times["floor few"]), "×"),
    ]


def memory(orders: int) -> Figure:
    """What an order takes while it rests, its texts and numbers not counted: the caller made those."""
    engine = engines.ours(installed)
    passive = [op for op in workload.write(orders * 2, _FEW_LEVELS, orders * 2).ops if op.adds]
    run = engine(passive)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    run.loop()
    taken = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return Figure("memory of a resting order", taken / run.resting(), "bytes")


def in_sittings(operations: int, lots: int, seed: int = 2) -> list[int]:
    """Which lot each operation is for: a sitting of lots from anywhere in the catalogue, then the next."""
    chance = random.Random(seed)
    order: list[int] = []
    while len(order) < operations:
        sitting = [chance.randrange(lots) for _ in range(SITTING)]
        order += chance.choices(sitting, k=SITTING * BIDS_A_LOT)
    return order[:operations]


def spread(operations: int, lots: int, seed: int = 3) -> list[int]:
    """Which lot each operation is for, evenly over all of them."""
    chance = random.Random(seed)
    return [chance.randrange(lots) for _ in range(operations)]


def _level(orders: int) -> OrderBook:
    book = OrderBook()
    for n in range(orders):
        book.add(f"offer-{n}", "seller", Side.OFFER, _PRICE_FEN)
    return book


def _take_all(books: Sequence[OrderBook], orders: int) -> None:
    for book in books:
        for n in range(orders):
            book.add(f"bid-{n}", "bidder", Side.BID, _PRICE_FEN)


def _books(lots: int) -> list[OrderBook]:
    """Lots with the seller's offer and three bids each."""
    books = [OrderBook() for _ in range(lots)]
    for book in books:
        book.add("offer", "seller", Side.OFFER, 2 * _PRICE_FEN)
        for n in range(3):
            book.add(f"bid-{n}", f"bidder-{n}", Side.BID, _PRICE_FEN + n)
    return books


def _bid(books: Sequence[OrderBook], order: Sequence[int]) -> None:
    for lot in order:
        book = books[lot]
        book.add("bid", "bidder", Side.BID, _PRICE_FEN + 3)
        book.cancel("bid")


def _plain(lots: int) -> list[dict[str, tuple[str, int]]]:
    return [{f"bid-{n}": ("bidder", n) for n in range(4)} for _ in range(lots)]


def _note(lots: Sequence[dict[str, tuple[str, int]]], order: Sequence[int]) -> None:
    events = []
    for lot in order:
        orders = lots[lot]
        orders["bid"] = ("bidder", _PRICE_FEN)
        del orders["bid"]
        events.append(("bid", "bidder", _PRICE_FEN))
