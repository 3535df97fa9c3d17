"""Challenges (揭榜挂帅, 赛马制): a published need with bounty, stages and awards; and answers to demands.

The award itself is decided by the mechanism `challenge` over sealed proposals; here stands what is published before,
what the session is held to, and the contract that follows: commissioned development, paid stage by stage
(Civil Code, art. 852; Hangzhou, part three, (一) 2; Luoyang, part seven, (十七)).
"""

import msgspec

from exchange.market import challenge_messages as m
from exchange.market.commands import LotPlan
from exchange.market.refusals import Events, MarketRefusal, refuse
from exchange.market.state import Listing, ListingState, Market
from matching_engine.mechanisms.weighted import PRICE, decimal
from matching_engine.money import LIMIT_FEN
from matching_engine.terms import Mechanism
from settlement import deal as deals
from settlement.commands import Subject
from settlement.deal import Deal, Instalment, Payment

Fault = tuple[MarketRefusal, str]
STAGES_MAX, AWARDS_MAX, CURE_MAX = 24, 20, 180
WORDS_MAX = 2_000
_BEFORE = (
    ListingState.SUBMITTED,
    ListingState.RETURNED,
    ListingState.NOTICE,
    ListingState.OBJECTED,
    ListingState.TRADABLE,
)


def publish(market: Market, command: m.PublishChallenge, at: int) -> Events:
    """The issuer's terms, until the listing stands in a session."""
    listing = market.listings.get(command.listing)
    if listing is None or listing.seller != command.issuer:
        return refuse(
            command.listing, command, MarketRefusal.LISTING_UNKNOWN, "there is no such listing of yours"
        )
    if listing.state not in _BEFORE:
        return refuse(listing.id, command, MarketRefusal.LISTING_STATE, f"{listing.id} is {listing.state}")
    wrong = terms_fault(command.terms)
    if wrong is not None:
        return refuse(listing.id, command, MarketRefusal.CHALLENGE_TERMS, wrong)
    return (m.ChallengePublished(listing.id, command.terms, at),)


def terms_fault(terms: m.ChallengeTerms) -> str | None:
    """What is wrong with a challenge: field, what came, what was expected; None when nothing is."""
    if not 1 <= terms.bounty_fen <= LIMIT_FEN:
        return f"bounty_fen: got {terms.bounty_fen}, expected 1 to {LIMIT_FEN}"
    if not 1 <= terms.awards_max <= AWARDS_MAX:
        return f"awards_max: got {terms.awards_max}, expected 1 to {AWARDS_MAX}"
    if not 1 <= len(terms.stages) <= STAGES_MAX:
        return f"stages: got {len(terms.stages)}, expected 1 to {STAGES_MAX}"
    return _weights_fault(terms.weights) or _stages_fault(terms)


def _weights_fault(weights: dict[str, str] | None) -> str | None:
    if weights is None:
        return None
    values = [decimal(text) for text in weights.values()]
    if PRICE not in weights or len(weights) < 2 or any(value is None for value in values):
        return f"weights: got {sorted(weights)}, expected decimals for price and at least one merit"
    return None


def _stages_fault(terms: m.ChallengeTerms) -> str | None:
    stages = terms.stages
    for stage in stages:
        if not stage.title.strip() or not stage.criteria.strip() or len(stage.title) > 100:
            return "stages: a stage has a title of at most 100 characters, and criteria"
        if len(stage.criteria) > WORDS_MAX or not 0 <= stage.cure_days <= CURE_MAX:
            return f"stages: criteria up to {WORDS_MAX} characters, cure_days 0 to {CURE_MAX}"
        if stage.days < 1 or stage.share_bp < 1:
            return f"stages: got {stage.days} days and {stage.share_bp}, expected 1 or more of both"
    if sum(stage.share_bp for stage in stages) != 10_000:
        return f"stages: got {sum(stage.share_bp for stage in stages)} ten-thousandths, expected 10000"
    days = [stage.days for stage in stages]
    if days != sorted(set(days)) or days[-1] > 3650:
        return f"stages: got days {days}, expected rising ones up to 3650"
    kept = [terms.awards_max, *(stage.keep for stage in stages if stage.keep)]
    if stages[-1].keep or any(stage.keep < 0 for stage in stages) or kept != sorted(set(kept), reverse=True):
        return f"stages: got {kept[1:]} that go on, expected ever fewer of {terms.awards_max}, none after the last"
    return deals.fault(deal_of(terms))


def deal_of(terms: m.ChallengeTerms) -> Deal:
    """Commissioned development, its price in a part for each stage."""
    if len(terms.stages) == 1:
        return Deal("development", "commissioned")
    parts = tuple(Instalment(stage.share_bp, stage.days) for stage in terms.stages)
    return Deal("development", "commissioned", payment=Payment("instalments", parts))


def subject_of(market: Market, listing: Listing) -> Subject:
    """What a trade of a listing states: of a challenge the deal that its stages make."""
    terms = market.challenges.get(listing.id)
    if terms is None or listing.subject.deal is not None:
        return listing.subject
    return msgspec.structs.replace(listing.subject, deal=deal_of(terms))


def session_fault(market: Market, plan: LotPlan) -> Fault | None:
    """Where a lot differs from the challenge that was published for its listing."""
    terms, lot = market.challenges.get(plan.listing), plan.terms
    if terms is None:
        return None
    if lot.mechanism is not Mechanism.CHALLENGE:
        return MarketRefusal.CHALLENGE_TERMS, f"mechanism: got {lot.mechanism}, expected challenge"
    if lot.opening_price_fen != terms.bounty_fen:
        return MarketRefusal.CHALLENGE_TERMS, f"opening price: the published bounty is {terms.bounty_fen} fen"
    if lot.quantity != terms.awards_max:
        return MarketRefusal.CHALLENGE_TERMS, f"quantity: {terms.awards_max} awards are published"
    if (lot.weights or None) != (terms.weights or None):
        return MarketRefusal.CHALLENGE_TERMS, "weights: they are not those published"
    return None


def answer(market: Market, command: m.AnswerDemand, at: int) -> Events:
    """An achievement for a demand; once each."""
    if command.party not in market.parties:
        return refuse(
            command.demand, command, MarketRefusal.PARTY_UNKNOWN, f"{command.party} is not enrolled"
        )
    if command.party == command.issuer:
        return refuse(command.demand, command, MarketRefusal.TABLE_PARTIES, "nobody answers its own demand")
    if not 0 < len(command.words.strip()) <= WORDS_MAX:
        detail = f"words: how it meets the demand, in 1 to {WORDS_MAX} characters"
        return refuse(command.demand, command, MarketRefusal.TERMS_INVALID, detail)
    listing = market.listings.get(command.listing)
    if command.listing and (listing is None or listing.seller != command.party):
        return refuse(
            command.demand, command, MarketRefusal.LISTING_UNKNOWN, "there is no such listing of yours"
        )
    known = market.demand_answers.get(command.demand, ())
    if any(one.party == command.party and one.achievement == command.achievement for one in known):
        return refuse(command.demand, command, MarketRefusal.ANSWER_EXISTS, "you answered with this before")
    number = len(known) + 1
    return (
        m.DemandAnswered(
            command.demand,
            number,
            command.issuer,
            command.achievement,
            command.party,
            command.listing,
            command.words,
            at,
        ),
    )


def published(market: Market, event: m.ChallengePublished) -> None:
    """The terms of the listing's award."""
    market.challenges[event.listing] = event.terms


def answered(market: Market, event: m.DemandAnswered) -> None:
    """One more answer."""
    market.demand_answers[event.demand] = (*market.demand_answers.get(event.demand, ()), event)
