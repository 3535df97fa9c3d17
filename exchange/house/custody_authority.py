"""Who may keep sealed bids closed, and open them: an operator and an auditor, each under the own account and role."""

from collections.abc import Callable
from typing import Any

from exchange.house.command import Denied, Principal
from exchange.house.state import State
from exchange.market.seal_messages import ROLES, GiveSealShare, PublishOfficialKey

Check = Callable[[Principal, Any, State], None]


def _official(principal: Principal, body: PublishOfficialKey | GiveSealShare, state: State) -> None:
    """The role must be the principal's own, and the lot none in which its organisation takes part."""
    if body.role not in principal.roles or body.official != principal.account:
        raise Denied("FORBIDDEN", "act in your own role, under your own account")
    market, own = state.market, principal.party
    parties = [market.seller_of(body.lot), *(one.party for one in market.entries.get(body.lot, {}).values())]
    if own is not None and any(party is not None and market.related(party, own) for party in parties):
        raise Denied("BID_CONFLICT_OF_INTEREST", "your organisation or an affiliate takes part in this lot")


TABLE: dict[type, tuple[frozenset[str], Check]] = dict.fromkeys(
    (PublishOfficialKey, GiveSealShare), (frozenset(ROLES), _official)
)
"""Command → the roles of which one is needed, and the check against the state."""
