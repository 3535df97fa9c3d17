"""The order book against its slow twin, and the promises of its docstrings one by one."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching_engine.book import OrderBook, Side
from matching_engine.errors import Malformed
from matching_engine.rejections import Rejection
from tests.matching_engine.naive_book import NaiveBook, meets

BID, OFFER = Side.BID, Side.OFFER

ids = st.sampled_from([f"o{n}" for n in range(12)])
parties = st.sampled_from(["p", "q", "r", "s"])
prices = st.one_of(st.integers(1, 6), st.integers(1, 10**15), st.integers(-1, 0))
orders = st.tuples(ids, parties, st.sampled_from(Side), prices, st.integers(0, 5))
steps = st.one_of(
    st.tuples(st.just("add"), orders),
    st.tuples(st.just("rest"), orders),
    st.tuples(st.just("cancel"), st.tuples(ids)),
)
scripts = st.lists(steps, max_size=60)


def answer(book: Any, verb: str, arguments: tuple[object, ...]) -> object:
    """What a book says to one step; an error is an answer, and a resting order is not compared."""
    try:
        said = getattr(book, verb)(*arguments)
    except Malformed as error:
        return error.field, error.got, error.expected
    return None if verb == "rest" else said


def rows(book: OrderBook | NaiveBook, side: Side) -> list[tuple[object, ...]]:
    """One side as plain data, best first."""
    return [(o.order_id, o.party, o.side, o.price, o.quantity) for o in book.ranked(side)]


def state(book: OrderBook | NaiveBook) -> object:
    """Everything a book can show."""
    return [(rows(book, side), book.depth(side)) for side in Side]


@given(scripts)
def test_every_answer_is_the_twins(script: list[tuple[str, tuple[object, ...]]]) -> None:
    """After any steps, on both sides, answers, ranking, depth, best and size are those of the slow twin."""
    book, twin = OrderBook(), NaiveBook()
    for verb, arguments in script:
        assert answer(book, verb, arguments) == answer(twin, verb, arguments)
        assert state(book) == state(twin)
        assert len(book) == len(twin.rows)
        for side in Side:
            best = book.best(side)
            assert (best and best.order_id) == (rows(twin, side)[0][0] if rows(twin, side) else None)


@pytest.mark.parametrize("seed", range(5))
def test_a_long_random_script_ends_in_the_twins_state(seed: int) -> None:
    """Three thousand steps over many levels leave the same book as the slow twin's."""
    chance = random.Random(seed)
    book, twin = OrderBook(), NaiveBook()
    for n in range(3000):
        if chance.random() < 0.3:
            step: tuple[str, tuple[object, ...]] = ("cancel", (f"o{chance.randrange(n + 1)}",))
        else:
            side = chance.choice((BID, OFFER))
            price = 10**14 + chance.randrange(200) + (60 if side is OFFER else 0)
            step = ("add", (f"o{n}", f"{side}{n % 7}", side, price, chance.randint(1, 9)))
        assert answer(book, *step) == answer(twin, *step)
    assert state(book) == state(twin)


@pytest.mark.parametrize("side", Side)
def test_thousands_of_levels_keep_their_rank(side: Side) -> None:
    """Levels opened and closed anywhere among three thousand leave a ranking that is still sorted."""
    chance = random.Random(7)
    book = OrderBook()
    standing: dict[int, str] = {}
    for n in range(6000):
        price = chance.randint(1, 3000)
        if price in standing:
            assert book.cancel(standing.pop(price))
        else:
            standing[price] = f"o{n}"
            book.add(f"o{n}", "P", side, price)
    assert [order.price for order in book.ranked(side)] == sorted(standing, reverse=side is BID)
    swept = book.add("sweep", "T", side.other, 1500, len(standing))
    reached = sorted((p for p in standing if meets(side.other, 1500, p)), reverse=side is BID)
    assert isinstance(swept, list)
    assert [price for _, _, price, _ in swept] == reached


@given(scripts)
def test_quantity_is_conserved(script: list[tuple[str, tuple[object, ...]]]) -> None:
    """What came in on a side has been traded, was cancelled, or is at rest; no fen and no unit is lost."""
    book = OrderBook()
    came, gone = dict.fromkeys(Side, 0), dict.fromkeys(Side, 0)
    for verb, arguments in script:
        resting = book.get(str(arguments[0]))
        cancelled = (resting.side, resting.quantity) if resting else None
        said = answer(book, verb, arguments)
        if verb == "cancel":
            if cancelled:
                gone[cancelled[0]] += cancelled[1]
        elif said is None or isinstance(said, list):
            _, _, side, _, quantity = arguments
            came[side] += quantity  # type: ignore[index, operator]
            for _, _, _, filled in said or ():
                gone[BID] += filled
                gone[OFFER] += filled
    for side in Side:
        assert came[side] - gone[side] == sum(quantity for _, quantity in book.depth(side))


@given(scripts, ids)
def test_cancel_never_touches_others(script: list[tuple[str, tuple[object, ...]]], order_id: str) -> None:
    """A cancelled order is gone, and every other order keeps its place, price and quantity."""
    book = OrderBook()
    for verb, arguments in script:
        answer(book, verb, arguments)
    before = {side: [row for row in rows(book, side) if row[0] != order_id] for side in Side}
    was = order_id in book
    assert book.cancel(order_id) is was
    assert {side: rows(book, side) for side in Side} == before
    assert order_id not in book
    assert book.cancel(order_id) is False


@given(st.lists(st.tuples(st.sampled_from(Side), st.integers(1, 5)), max_size=40))
def test_rank_is_price_then_time(placed: list[tuple[Side, int]]) -> None:
    """The highest bid and the lowest offer stand first; at one price the earliest stands first."""
    book = OrderBook()
    for n, (side, price) in enumerate(placed):
        book.rest(str(n), f"p{n}", side, price)
    bids = sorted((-price, n) for n, (side, price) in enumerate(placed) if side is BID)
    offers = sorted((price, n) for n, (side, price) in enumerate(placed) if side is OFFER)
    assert [int(o.order_id) for o in book.ranked(BID)] == [n for _, n in bids]
    assert [int(o.order_id) for o in book.ranked(OFFER)] == [n for _, n in offers]


@given(scripts)
def test_trading_leaves_nothing_crossed(script: list[tuple[str, tuple[object, ...]]]) -> None:
    """When every order came in by `add`, the best bid stays under the best offer."""
    book = OrderBook()
    for verb, arguments in script:
        answer(book, "add" if verb == "rest" else verb, arguments)
        bid, offer = book.best(BID), book.best(OFFER)
        assert bid is None or offer is None or not meets(BID, bid.price, offer.price)


@pytest.mark.parametrize(("side", "resting", "worse"), [(BID, OFFER, 105), (OFFER, BID, 95)])
def test_fills_run_best_first_at_the_resting_price(side: Side, resting: Side, worse: int) -> None:
    """A taker pays the price that stood, sweeps level by level, and rests with what is left."""
    book = OrderBook()
    book.add("late", "B", resting, worse, 2)
    book.add("first", "A", resting, 100, 1)
    book.add("second", "C", resting, 100, 3)
    assert book.add("taker", "T", side, worse, 9) == [
        ("first", "taker", 100, 1),
        ("second", "taker", 100, 3),
        ("late", "taker", worse, 2),
    ]
    assert rows(book, side) == [("taker", "T", side, worse, 3)]
    assert rows(book, resting) == []


def test_a_partly_filled_order_keeps_its_place() -> None:
    """The order a taker leaves half filled is still the oldest of its price."""
    book = OrderBook()
    book.add("old", "A", OFFER, 100, 5)
    book.add("new", "B", OFFER, 100, 5)
    assert book.add("t", "T", BID, 100, 2) == [("old", "t", 100, 2)]
    assert [(o.order_id, o.quantity) for o in book.ranked(OFFER)] == [("old", 3), ("new", 5)]


@pytest.mark.parametrize("side", Side)
def test_self_trade_changes_nothing(side: Side) -> None:
    """An order that would reach its own party is refused whole, even where strangers stand before."""
    book = OrderBook()
    book.add("stranger", "A", side.other, 100, 1)
    book.add("own", "P", side.other, 100, 1)
    before = state(book)
    assert book.add("t", "P", side, 100, 2) is Rejection.ORDER_SELF_TRADE
    assert state(book) == before
    assert "t" not in book
    assert book.add("t", "P", side, 100, 1) == [("stranger", "t", 100, 1)]


@pytest.mark.parametrize(
    ("order_id", "price", "quantity", "field"),
    [
        ("new", 0, 1, "price"),
        ("new", -5, 1, "price"),
        ("new", 100, 0, "quantity"),
        ("old", 100, 1, "order_id"),
    ],
)
@pytest.mark.parametrize("verb", ["add", "rest"])
def test_bad_input_is_one_error_and_changes_nothing(
    verb: str, order_id: str, price: int, quantity: int, field: str
) -> None:
    """Price or quantity below one and an id in use raise Malformed naming the field; the book is as before."""
    book = OrderBook()
    book.add("old", "A", OFFER, 100, 2)
    before = state(book)
    with pytest.raises(Malformed) as error:
        getattr(book, verb)(order_id, "B", BID, price, quantity)
    assert error.value.field == field
    assert state(book) == before


def test_resting_without_trading_ranks_crossed_orders() -> None:
    """`rest` lets a bid stand above an offer, for mechanisms that rank first and award later."""
    book = OrderBook()
    book.rest("o", "S", OFFER, 100)
    assert book.rest("b", "B", BID, 150).quantity == 1
    assert (book.best(BID), book.best(OFFER)) == (book.get("b"), book.get("o"))


def test_side_knows_its_other() -> None:
    """Bids trade with offers, and offers with bids."""
    assert BID.other is OFFER
    assert OFFER.other is BID


def test_an_order_prints_what_it_is() -> None:
    """A reader of a failed test sees id, party, side, price and open quantity."""
    book = OrderBook()
    book.add("b", "B", BID, 7, 2)
    assert repr(book.get("b")) == "Order('b', 'B', bid, 7, 2)"
