"""Who may do what at a negotiation table. To everybody but its two parties a table does not exist."""

from collections.abc import Callable
from typing import Any

from exchange.house.command import Denied, Principal
from exchange.house.state import State
from exchange.market import negotiation_commands as n

Check = Callable[[Principal, Any, State], None]
TRADERS = frozenset({"seller", "bidder"})


def _opens(principal: Principal, body: n.OpenTable, state: State) -> None:
    """The taker asks, the holder invites, the operator brings both together; each in its own name."""
    if "operator" in principal.roles and body.by == "":
        return
    listing = state.market.listings.get(body.listing)
    holder = listing.seller if listing else None
    if principal.party is None or body.by != principal.party or body.by not in (body.taker, holder):
        raise Denied("FORBIDDEN", "open a table for your own organisation")
    needed = "seller" if body.by == holder else "bidder"
    if needed not in principal.roles:
        raise Denied("FORBIDDEN", f"this takes the role {needed}")


def _sits(principal: Principal, body: Any, state: State) -> None:
    """A move is made by somebody of the table's parties, for that party."""
    table = state.market.negotiation.tables.get(body.table)
    if table is None or principal.party not in table.parties:
        raise Denied("TABLE_UNKNOWN", "there is no such table", 404)
    if body.party != principal.party:
        raise Denied("FORBIDDEN", "party is not your organisation")


def _objects(principal: Principal, body: n.ObjectAgreement, state: State) -> None:
    """Any enrolled organisation may object to what is under public notice."""
    if principal.party is None or body.party != principal.party:
        raise Denied("FORBIDDEN", "party is not your organisation")


def _role_only(principal: Principal, body: Any, state: State) -> None:
    """The role is enough."""


TABLE: dict[type, tuple[frozenset[str], Check]] = {
    n.OpenTable: (TRADERS | {"operator"}, _opens),
    **dict.fromkeys(
        (n.AnswerInvitation, n.OfferTerms, n.CounterTerms, n.AgreeTerms, n.WithdrawTerms, n.BreakOff),
        (TRADERS, _sits),
    ),
    n.ObjectAgreement: (TRADERS | {"broker"}, _objects),
    n.DecideAgreementObjection: (frozenset({"operator"}), _role_only),
}
"""Command → the roles of which one is needed, and the check against the state."""
