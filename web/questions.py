"""Questions as readers may see them: answered ones for everybody, others for asker, seller and operators."""

import hashlib
from typing import Any

from exchange.bootstrap import Exchange
from exchange.house.command import Principal
from exchange.market import question_messages as q
from exchange.market import questions
from exchange.market.listing_state import Listing
from exchange.market.mandates import acts
from exchange.market.state import Market
from settlement.dates import shanghai_date
from web import errors
from web.api_listings import brokered_by, may_see

OVERSEERS = frozenset({"operator", "auditor"})


def listing_of(exchange: Exchange, principal: Principal | None, id_: str) -> Listing:
    """The listing, if the reader may see it; 404 otherwise."""
    one = exchange.house.view.market.listings.get(id_)
    if one is None or not may_see(principal, one):
        raise errors.not_found("listing")
    return one


def shown(exchange: Exchange, principal: Principal | None, listing: Listing) -> list[q.Question]:
    """What of a listing's questions the reader sees, in the order in which they were asked."""
    market = exchange.house.view.market
    mine = principal is not None and answers_for(exchange, principal, listing)
    found = []
    for one in questions.of_listing(market, listing.id):
        overseer = principal is not None and bool(principal.roles & OVERSEERS)
        asker = principal is not None and one.asker == principal.account
        if one.public or overseer or asker or (mine and not one.withheld):
            found.append(one)
    return found


def answers_for(exchange: Exchange, principal: Principal, listing: Listing) -> bool:
    """Whether the reader may answer for the seller: its people with a mandate, or its broker."""
    market, today = exchange.house.view.market, shanghai_date(exchange.house.clock.now())
    if principal.party == listing.seller and "seller" in principal.roles:
        if listing.seller not in market.mandated:
            return True
        return acts(market, principal.account, listing.seller, "seller", today)
    return "broker" in principal.roles and listing.seller in brokered_by(exchange, principal)


def may_ask(exchange: Exchange, principal: Principal | None, listing: Listing) -> bool:
    """Whether the reader may ask now."""
    if principal is None:
        return False
    state = exchange.house.view
    own = principal.party is not None and state.market.related(listing.seller, principal.party)
    lot = state.lots.get(state.market.lot_of(listing.id) or "")
    return not own and questions.taken(state.market, listing, exchange.house.clock.now(), lot)


def to_answer(exchange: Exchange, principal: Principal) -> list[q.Question]:
    """The questions that wait for the reader, oldest first."""
    market = exchange.house.view.market
    sellers = [principal.party] if principal.party and "seller" in principal.roles else []
    if "broker" in principal.roles:
        sellers += brokered_by(exchange, principal)
    found = [one for seller in dict.fromkeys(sellers) for one in questions.waiting_for(market, seller)]
    return [one for one in found if answers_for(exchange, principal, market.listings[one.listing])]


def question_id(principal: Principal, command: str) -> str:
    """An id that follows from who asks and the command's id: asked again, it is the same."""
    seed = f"{principal.account}\n{command}"
    return f"Q-{hashlib.sha256(seed.encode()).hexdigest()[:12]}"


def known(market: Market, id_: str) -> q.Question:
    """A question; 404 when there is none such."""
    found = market.questions.get(id_)
    if found is None:
        raise errors.failure(404, "QUESTION_UNKNOWN", "there is no such question")
    return found


def answer_to(exchange: Exchange, principal: Principal, id_: str, text: str) -> q.AnswerQuestion:
    """The command with which the reader answers."""
    market = exchange.house.view.market
    found = known(market, id_)
    seller = market.listings[found.listing].seller
    return q.AnswerQuestion(found.id, found.listing, seller, text, principal.account)


def view(one: q.Question, principal: Principal | None) -> dict[str, Any]:
    """A question as the reader sees it; nobody but its asker learns who asked."""
    return {
        "id": one.id,
        "listing": one.listing,
        "number": one.number,
        "text": one.text,
        "answer": one.answer,
        "asked_at": one.asked_at,
        "answered_at": one.answered_at,
        "withheld": one.withheld,
        "mine": principal is not None and one.asker == principal.account,
    }
