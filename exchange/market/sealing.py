"""What the market adds to sealed bids: the key they are sealed to, and the scores of what is weighed beside the price."""

from exchange.market.commands import PublishSealKey, ScoreBid
from exchange.market.events import BidScored, SealKeyPublished
from exchange.market.refusals import Events, MarketRefusal, refuse
from exchange.market.state import Market
from matching_engine.lifecycle import LifecycleState
from matching_engine.mechanisms.sealed import Sealed
from matching_engine.mechanisms.weighted import PRICE, Weighted, decimal
from matching_engine.state import Lot

SCORE_MAX = 100

_BEFORE_CLOSE = (LifecycleState.ANNOUNCED, LifecycleState.OPEN, LifecycleState.SUSPENDED)


def takes_seals(lot: Lot) -> bool:
    """Whether bids on a lot are sealed."""
    return isinstance(lot.rules, Sealed)


def attributes(lot: Lot) -> tuple[str, ...]:
    """What evaluators score: every attribute that the terms weigh beside the price."""
    weights = lot.terms.weights if isinstance(lot.rules, Weighted) else None
    return tuple(name for name in weights or () if name != PRICE)


def unscored(market: Market, lot: Lot) -> tuple[str, ...]:
    """The codes whose sealed bids still wait for scores."""
    if not attributes(lot):
        return ()
    return tuple(code for code in lot.sealed if code not in market.scores.get(lot.id, {}))


def publish_key(market: Market, command: PublishSealKey, lot: Lot | None) -> Events:
    """The key of a lot, once and for all."""
    if lot is None:
        return refuse(command.lot, command, MarketRefusal.LOT_UNKNOWN, "there is no such lot")
    if not takes_seals(lot):
        return refuse(command.lot, command, MarketRefusal.LOT_TERMS, "bids on this lot are not sealed")
    if command.lot in market.seal_keys:
        return refuse(command.lot, command, MarketRefusal.SEAL_KEY_EXISTS, "the lot has its key already")
    return (SealKeyPublished(command.lot, command.key),)


def score_bid(command: ScoreBid, lot: Lot | None) -> Events:
    """The scores of one bid, all at once; who has sealed a bid is nobody's business before the close."""
    if lot is None:
        return refuse(command.lot, command, MarketRefusal.LOT_UNKNOWN, "there is no such lot")
    refused = _too_early_or_late(command, lot) or _not_to_be_scored(command, lot) or _bad_scores(command)
    return refused or (BidScored(command.lot, command.bidder, command.scores),)


def _too_early_or_late(command: ScoreBid, lot: Lot) -> Events | None:
    if lot.state is LifecycleState.AWAITING_OPENING:
        return None
    if lot.state in _BEFORE_CLOSE:
        detail = "scores are given after the close and before the opening"
        return refuse(command.lot, command, MarketRefusal.LOT_NOT_CLOSED, detail)
    return refuse(
        command.lot, command, MarketRefusal.LOT_CLOSED, "the bids on this lot are not sealed any more"
    )


def _not_to_be_scored(command: ScoreBid, lot: Lot) -> Events | None:
    wanted = attributes(lot)
    if sorted(command.scores) != sorted(wanted) or not wanted:
        detail = f"the terms ask for scores of {', '.join(wanted) or 'nothing'}; all of them, and no others"
        return refuse(command.lot, command, MarketRefusal.SCORE_ATTRIBUTES, detail)
    if command.bidder not in lot.sealed:
        return refuse(command.lot, command, MarketRefusal.BID_NOT_SEALED, "no sealed bid has this code")
    return None


def _bad_scores(command: ScoreBid) -> Events | None:
    for name, text in command.scores.items():
        value = decimal(text)
        if value is None or value > SCORE_MAX:
            detail = f'{name} is a decimal text from 0 to {SCORE_MAX}, like "87.5"'
            return refuse(command.lot, command, MarketRefusal.SCORE_RANGE, detail)
    return None
