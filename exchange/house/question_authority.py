"""Who asks, who answers, who withholds: always under the own account."""

from collections.abc import Callable
from typing import Any

from exchange.house.command import Denied, Principal
from exchange.house.state import State
from exchange.market import question_messages as q

Check = Callable[[Principal, Any, State], None]
SIGNED_IN = frozenset(
    {"seller", "bidder", "broker", "registrar", "operator", "auditor", "funder", "bank", "evaluator"}
)


def _asks(principal: Principal, body: q.AskQuestion, state: State) -> None:
    """In the own name; the seller and its affiliates do not ask themselves."""
    if body.asker != principal.account or body.party != principal.party:
        raise Denied("FORBIDDEN", "ask under your own account")
    listing = state.market.listings.get(body.listing)
    if listing and principal.party and state.market.related(listing.seller, principal.party):
        raise Denied("BID_CONFLICT_OF_INTEREST", "your organisation or an affiliate offers this listing")


def _answers(principal: Principal, body: q.AnswerQuestion, state: State) -> None:
    """For the own organisation; a broker's mandate is looked at beside."""
    if body.author != principal.account:
        raise Denied("FORBIDDEN", "answer under your own account")
    if principal.party is None or (body.seller != principal.party and "broker" not in principal.roles):
        raise Denied("QUESTION_UNKNOWN", "there is no such question to your organisation", 404)


def _own_name(principal: Principal, body: Any, state: State) -> None:
    if body.author != principal.account:
        raise Denied("FORBIDDEN", "author is not your account")


TABLE: dict[type, tuple[frozenset[str], Check]] = {
    q.AskQuestion: (SIGNED_IN, _asks),
    q.AnswerQuestion: (frozenset({"seller", "broker"}), _answers),
    q.WithholdQuestion: (frozenset({"operator"}), _own_name),
    q.AllowQuestions: (frozenset({"operator"}), _own_name),
}
"""Command → roles and check."""
