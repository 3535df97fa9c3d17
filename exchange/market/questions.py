"""Questions about a listing and their answers: part of what all bidders know alike.

They are taken from the listing's notice until its lot opens, so that nobody learns more than others while bids are
made; the operator may allow them longer. A question is public with its answer, its asker never is.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from exchange.market import question_messages as q
from exchange.market.listing_state import Listing, ListingState
from exchange.market.refusals import Events, MarketRefusal, Unfit, refuse
from exchange.market.state import Market
from matching_engine.state import Lot

TEXT_MAX = 2000
WAITING_MAX = 5
"""Questions of one account about one listing that may wait for an answer."""
TAKEN = (
    ListingState.NOTICE,
    ListingState.OBJECTED,
    ListingState.TRADABLE,
    ListingState.IN_SESSION,
    ListingState.AGREEMENT_NOTICE,
)


def ask(market: Market, command: q.AskQuestion, at: int, lot: Lot | None) -> Events:
    """The question waits for the seller; `lot` is the listing's, as the engine has it."""
    unfit = _unfit(market, command, at, lot)
    if unfit is not None:
        return refuse(command.listing, command, unfit[0], unfit[1])
    number = len(market.questions_of.get(command.listing, ())) + 1
    asked = (
        command.question,
        command.listing,
        number,
        command.text.strip(),
        command.asker,
        command.party,
        at,
    )
    return (q.QuestionAsked(*asked),)


def _unfit(market: Market, command: q.AskQuestion, at: int, lot: Lot | None) -> Unfit | None:
    listing = market.listings.get(command.listing)
    if listing is None or listing.withheld or listing.notice_until is None:
        return MarketRefusal.LISTING_UNKNOWN, "there is no such listing"
    if command.question in market.questions:
        return MarketRefusal.QUESTION_EXISTS, "the question id is taken"
    if not fits(command.text):
        return MarketRefusal.QUESTION_TEXT, f"a question has 1 to {TEXT_MAX} characters"
    if not taken(market, listing, at, lot):
        return MarketRefusal.QUESTION_CLOSED, "questions are taken until the lot opens"
    waiting = [one for one in of_listing(market, listing.id) if one.asker == command.asker]
    if sum(one.answer is None and not one.withheld for one in waiting) >= WAITING_MAX:
        return MarketRefusal.QUESTION_LIMIT, f"{WAITING_MAX} questions of yours wait for their answers"
    return None


def fits(text: str) -> bool:
    """Whether a text can be a question or an answer."""
    return len(text.strip()) > 0 and len(text) <= TEXT_MAX


def taken(market: Market, listing: Listing, at: int, lot: Lot | None) -> bool:
    """Whether a question about a listing may be asked at an instant (µs)."""
    if listing.state not in TAKEN:
        return False
    if lot is None or listing.state is not ListingState.IN_SESSION or at < lot.opens_at:
        return True
    return lot.closed_at is None and listing.id in market.questions_allowed


def of_listing(market: Market, listing: str) -> list[q.Question]:
    """Every question about a listing, in the order in which they were asked."""
    return [market.questions[id_] for id_ in market.questions_of.get(listing, ())]


def waiting_for(market: Market, seller: str) -> list[q.Question]:
    """The questions that a seller has not answered, oldest first."""
    return [
        one
        for one in market.questions.values()
        if one.answer is None and not one.withheld and market.listings[one.listing].seller == seller
    ]


def answer(market: Market, command: q.AnswerQuestion, at: int) -> Events:
    """The seller answers once, for everybody."""
    known = market.questions.get(command.question)
    listing = market.listings.get(command.listing)
    if known is None or known.withheld or listing is None or known.listing != listing.id:
        return refuse(command.question, command, MarketRefusal.QUESTION_UNKNOWN, "there is no such question")
    if listing.seller != command.seller:
        return refuse(command.question, command, MarketRefusal.QUESTION_UNKNOWN, "no question to this seller")
    if known.answer is not None:
        return refuse(command.question, command, MarketRefusal.QUESTION_ANSWERED, "it has been answered")
    if not fits(command.text):
        detail = f"an answer has 1 to {TEXT_MAX} characters"
        return refuse(command.question, command, MarketRefusal.QUESTION_TEXT, detail)
    return (q.QuestionAnswered(known.id, known.listing, command.text.strip(), command.author, at),)


def withhold(market: Market, command: q.WithholdQuestion, at: int) -> Events:
    """Out of sight, with a reason."""
    known = market.questions.get(command.question)
    if known is None or known.withheld:
        return refuse(command.question, command, MarketRefusal.QUESTION_UNKNOWN, "there is no such question")
    if not fits(command.reasons):
        detail = f"say why, in 1 to {TEXT_MAX} characters"
        return refuse(command.question, command, MarketRefusal.REASONS_MISSING, detail)
    return (q.QuestionWithheld(known.id, known.listing, command.reasons.strip(), command.author, at),)


def allow(market: Market, command: q.AllowQuestions) -> Events:
    """Questions while the lot is open, or not any more; always with a reason."""
    if command.listing not in market.listings:
        return refuse(command.listing, command, MarketRefusal.LISTING_UNKNOWN, "there is no such listing")
    if not fits(command.reasons):
        detail = f"say why, in 1 to {TEXT_MAX} characters"
        return refuse(command.listing, command, MarketRefusal.REASONS_MISSING, detail)
    return (q.QuestionsAllowed(command.listing, command.allowed, command.reasons.strip(), command.author),)


def asked(market: Market, event: q.QuestionAsked) -> None:
    """It waits."""
    market.questions[event.question] = q.Question(
        event.question, event.listing, event.number, event.text, event.asker, event.party, event.at
    )
    market.questions_of.setdefault(event.listing, []).append(event.question)


def answered(market: Market, event: q.QuestionAnswered) -> None:
    """It is public."""
    known = market.questions[event.question]
    market.questions[event.question] = msgspec.structs.replace(known, answer=event.text, answered_at=event.at)


def withheld(market: Market, event: q.QuestionWithheld) -> None:
    """It is hidden."""
    known = market.questions[event.question]
    market.questions[event.question] = msgspec.structs.replace(known, withheld=event.reasons)


def allowed(market: Market, event: q.QuestionsAllowed) -> None:
    """Remember where questions go on."""
    if event.allowed:
        market.questions_allowed[event.listing] = event.reasons
    else:
        market.questions_allowed.pop(event.listing, None)


DECIDE: dict[type, Callable[[Market, Any, Any], Events]] = {
    q.AskQuestion: lambda market, command, a: ask(market, command, a.at, a.lot),
    q.AnswerQuestion: lambda market, command, a: answer(market, command, a.at),
    q.WithholdQuestion: lambda market, command, a: withhold(market, command, a.at),
    q.AllowQuestions: lambda market, command, a: allow(market, command),
}
EVOLVE: dict[type, Callable[[Market, Any], None]] = {
    q.QuestionAsked: asked,
    q.QuestionAnswered: answered,
    q.QuestionWithheld: withheld,
    q.QuestionsAllowed: allowed,
}
