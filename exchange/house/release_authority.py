"""Who may do what about a release: the holder answers, the operators rule, freeze and publish, each under the own account."""

from collections.abc import Callable
from typing import Any

from exchange.house.command import Denied, Principal
from exchange.house.state import State
from exchange.market import release_commands as c

Check = Callable[[Principal, Any, State], None]
OPERATORS = frozenset({"operator"})


def _holds(principal: Principal, body: Any, state: State) -> None:
    """To others than its holder a result that waits for release does not exist."""
    case = state.market.releases.cases.get(body.achievement)
    if case is None or principal.party is None or case.holder != principal.party:
        raise Denied("RELEASE_UNKNOWN", "no notice of such a result went to you", 404)
    if body.holder != principal.party or body.author != principal.account:
        raise Denied("FORBIDDEN", "answer for your own organisation, under your own account")


def _own_name(principal: Principal, body: Any, state: State) -> None:
    if body.author != principal.account:
        raise Denied("FORBIDDEN", "author is not your account")


def _rules(principal: Principal, body: c.RuleReleaseAnswer, state: State) -> None:
    """Nobody rules on an answer of the own organisation."""
    _own_name(principal, body, state)
    case = state.market.releases.cases.get(body.achievement)
    if case is not None and principal.party is not None and case.holder == principal.party:
        raise Denied("BID_CONFLICT_OF_INTEREST", "your organisation holds this result")


def _publishes(principal: Principal, body: c.PublishBatch, state: State) -> None:
    """Two persons: one freezes, another publishes."""
    _own_name(principal, body, state)
    batch = state.market.releases.batches.get(body.batch)
    if batch is not None and batch.frozen_by == principal.account:
        raise Denied("FOUR_EYES", "another operator publishes what you froze")


TABLE: dict[type, tuple[frozenset[str], Check]] = {
    c.AnswerRelease: (frozenset({"seller"}), _holds),
    c.FollowRelease: (frozenset({"seller"}), _holds),
    c.RuleReleaseAnswer: (OPERATORS, _rules),
    c.FreezeBatch: (OPERATORS, _own_name),
    c.PublishBatch: (OPERATORS, _publishes),
}
"""Command → roles and check. Scans, notices and what falls due only the house asks."""
