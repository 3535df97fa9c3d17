"""What the market adds to sealed bids: one key a lot, and scores in their time, of their bids, in their range."""

from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.market import commands as c
from exchange.market import events as e
from exchange.market.decide import Ask, decide
from exchange.market.evolve import evolve
from exchange.market.refusals import Events
from exchange.market.sealing import attributes, takes_seals, unscored
from exchange.market.state import Market
from matching_engine import commands as lc
from matching_engine import lot as lots
from matching_engine.terms import DutchClock, Mechanism, Rung, Terms

OPENS, CLOSES = 1_000, 2_000
WEIGHTS = {"price": "40", "quality": "35", "service": "25"}
GOOD = {"quality": "90", "service": "0"}


def lot_of(mechanism: Mechanism, weights: dict[str, str] | None = None) -> lots.Lot:
    """A lot that is not open yet."""
    direction: Literal["sell", "buy"] = "buy" if mechanism is Mechanism.CHALLENGE else "sell"
    terms = Terms(
        mechanism,
        100,
        OPENS,
        CLOSES,
        direction,
        ladder=(Rung(0, 1),),
        dutch=DutchClock(1, 1, 1),
        weights=weights,
    )
    return step(None, lc.PutUp("L1", terms), 0)


def step(lot: lots.Lot | None, command: lc.LotCommand, at: int) -> lots.Lot:
    """The lot after a command."""
    for event in lots.decide(lot, command, at):
        lot = lots.evolve(lot, event, at)
    assert lot is not None
    return lot


def closed(*bidders: str) -> lots.Lot:
    """A weighted lot after its close, with a sealed bid of each bidder."""
    lot = lot_of(Mechanism.WEIGHTED, WEIGHTS)
    for bidder in bidders:
        lot = step(lot, lc.SetEntry("L1", bidder, lc.EntryStatus.ADMITTED), 0)
        lot = step(lot, lc.Seal("L1", bidder, "envelope", "commitment"), OPENS)
    return step(lot, lc.Advance("L1"), CLOSES)


def ask(market: Market, body: c.MarketCommand, lot: lots.Lot | None) -> Events:
    """Decide and let the events become state."""
    events = decide(market, body, Ask(0, "id", lot))
    for event in events:
        evolve(market, event)
    return events


def code(events: Events) -> str:
    """The code of the refusal that the events are."""
    assert isinstance(events[0], e.MarketRefused)
    return events[0].code


@pytest.mark.parametrize("mechanism", list(Mechanism))
def test_which_lots_take_seals_and_what_is_scored(mechanism: Mechanism) -> None:
    """The five sealed kinds; of them the weighted ones are scored, on everything but the price."""
    lot = lot_of(mechanism, WEIGHTS)
    weighted = mechanism in (Mechanism.WEIGHTED, Mechanism.CHALLENGE)
    sealed = weighted or mechanism.startswith("sealed") or mechanism is Mechanism.MULTI_AWARD
    assert takes_seals(lot) == sealed
    assert attributes(lot) == (("quality", "service") if weighted else ())


def test_a_lot_has_one_key() -> None:
    """Published once, for a sealed lot that there is."""
    market, lot = Market(), lot_of(Mechanism.SEALED_FIRST_PRICE)
    assert ask(market, c.PublishSealKey("L1", "k"), lot) == (e.SealKeyPublished("L1", "k"),)
    assert market.seal_keys == {"L1": "k"}
    assert code(ask(market, c.PublishSealKey("L1", "other"), lot)) == "SEAL_KEY_EXISTS"
    assert code(ask(market, c.PublishSealKey("L2", "k"), None)) == "LOT_UNKNOWN"
    assert code(ask(market, c.PublishSealKey("L2", "k"), lot_of(Mechanism.ENGLISH))) == "LOT_TERMS"


def test_scores_arrive_one_bid_after_the_other() -> None:
    """A bid is waited for until it is scored; a later score takes the place of an earlier one."""
    market, lot = Market(), closed("1000", "2000")
    assert unscored(market, lot) == ("1000", "2000")
    ask(market, c.ScoreBid("L1", "2000", GOOD), lot)
    assert unscored(market, lot) == ("1000",)
    ask(market, c.ScoreBid("L1", "1000", GOOD), lot)
    assert unscored(market, lot) == ()
    better = {"quality": "91", "service": "1.5"}
    ask(market, c.ScoreBid("L1", "1000", better), lot)
    assert market.scores["L1"] == {"2000": GOOD, "1000": better}


@pytest.mark.parametrize(
    ("bidder", "scores", "refusal"),
    [
        ("3000", GOOD, "BID_NOT_SEALED"),
        ("1000", {}, "SCORE_ATTRIBUTES"),
        ("1000", {"quality": "1"}, "SCORE_ATTRIBUTES"),
        ("1000", {**GOOD, "price": "1"}, "SCORE_ATTRIBUTES"),
        ("1000", {**GOOD, "looks": "1"}, "SCORE_ATTRIBUTES"),
        ("1000", {**GOOD, "quality": "100.0000000001"}, "SCORE_RANGE"),
        ("1000", {**GOOD, "quality": "-0"}, "SCORE_RANGE"),
        ("1000", {**GOOD, "quality": " 1"}, "SCORE_RANGE"),
        ("1000", {**GOOD, "quality": "١"}, "SCORE_RANGE"),
    ],
)
def test_scores_that_do_not_fit(bidder: str, scores: dict[str, str], refusal: str) -> None:
    """Refused with the code that says why, and nothing is kept."""
    market = Market()
    assert code(ask(market, c.ScoreBid("L1", bidder, scores), closed("1000"))) == refusal
    assert market.scores == {}


def test_scores_have_their_time() -> None:
    """Not before the close, not after the opening; the refusal does not tell whether there is a bid."""
    market, lot = Market(), lot_of(Mechanism.WEIGHTED, WEIGHTS)
    for at in (0, OPENS, CLOSES - 1):
        lot = step(lot, lc.Advance("L1"), at)
        assert code(ask(market, c.ScoreBid("L1", "1000", GOOD), lot)) == "LOT_NOT_CLOSED"
    lot = step(closed("1000"), lc.OpenSeals("L1", (lc.Opening("1000", 500, GOOD),)), CLOSES)
    assert lot.ended
    assert code(ask(market, c.ScoreBid("L1", "1000", GOOD), lot)) == "LOT_CLOSED"


@given(st.integers(0, 100), st.integers(0, 10**6))
def test_every_decimal_up_to_a_hundred_is_a_score(whole: int, part: int) -> None:
    """Whole points and parts of them; above a hundred nothing."""
    text = f"{whole}.{part:06d}"[:9]
    events = ask(Market(), c.ScoreBid("L1", "1000", {**GOOD, "quality": text}), closed("1000"))
    above = whole == 100 and int(text.partition(".")[2]) > 0
    assert isinstance(events[0], e.MarketRefused if above else e.BidScored)
