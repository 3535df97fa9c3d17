"""The edge before a bid: slips of the finger, unknown lots, and the code that stands for the bidder."""

import pytest

from exchange.house.command import Principal
from exchange.market.state import Entry
from matching_engine import commands as c
from matching_engine.terms import Mechanism
from tests.web.test_views import OPENS, Market, terms
from web.bids import bid_of, unconfirmed
from web.errors import Failure

JIA = Principal("a-jia", "jia", frozenset({"bidder"}))


@pytest.mark.parametrize(
    ("amount_fen", "max_fen", "confirm", "asked"),
    [
        (1_000_000, None, False, False),
        (10_000_000, None, False, False),
        (10_000_001, None, False, True),
        (10_000_001, None, True, False),
        (1_000_000, 10_000_000, False, False),
        (1_000_000, 10_000_001, False, True),
        (1_000_000, 10_000_001, True, False),
    ],
)
def test_more_than_ten_times_the_opening_price_is_asked_about(
    amount_fen: int, max_fen: int | None, confirm: bool, asked: bool
) -> None:
    """Exactly ten times is still a bid; one fen more needs a word, in the maximum as well."""
    lot = Market(terms(Mechanism.ENGLISH)).state.lots["L1"]
    assert unconfirmed(lot, amount_fen, confirm, max_fen) is asked


def test_the_lead_counts_once_there_is_one() -> None:
    """After a bid the leading price is the measure."""
    market = Market(terms(Mechanism.ENGLISH))
    market.admit("7001")
    market.ask(c.Bid("L1", "7001", 5_000_000), OPENS)
    assert not unconfirmed(market.state.lots["L1"], 50_000_000, False)
    assert unconfirmed(market.state.lots["L1"], 50_000_001, False)


def test_where_the_lowest_wins_a_tenth_is_asked_about() -> None:
    """A buyer's lot mirrors it."""
    lot = Market(terms(Mechanism.ENGLISH, direction="buy", reserve_price_fen=None)).state.lots["L1"]
    assert not unconfirmed(lot, 100_000, False)
    assert unconfirmed(lot, 99_999, False)


def test_the_bid_is_made_under_the_partys_code() -> None:
    """Who has entered bids as its code; who has not, as nobody, which the house refuses."""
    market = Market(terms(Mechanism.ENGLISH))
    assert bid_of(market.state, JIA, "L1", 1_000_000) == c.Bid("L1", "", 1_000_000)
    market.state.market.entries["L1"] = {"7001": Entry("L1", "jia", "7001", "D-L1-7001")}
    market.state.market.codes["L1", "jia"] = "7001"
    assert bid_of(market.state, JIA, "L1", 1_000_000, 2_000_000) == c.Bid("L1", "7001", 1_000_000, 2_000_000)


def test_an_unknown_lot_and_a_slip_never_reach_the_house() -> None:
    """404 LOT_UNKNOWN and 409 BID_UNCONFIRMED are answered at the edge."""
    market = Market(terms(Mechanism.ENGLISH))
    for lot, amount_fen, status, code in (
        ("L9", 1, 404, "LOT_UNKNOWN"),
        ("L1", 10**9, 409, "BID_UNCONFIRMED"),
    ):
        with pytest.raises(Failure) as failed:
            bid_of(market.state, JIA, lot, amount_fen)
        assert (failed.value.problem.status, failed.value.problem.code) == (status, code)
