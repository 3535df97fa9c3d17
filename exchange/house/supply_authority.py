"""Who may do what with trials, open licences, challenges and demands. To everybody but its two sides a trial does not exist."""

from collections.abc import Callable
from typing import Any

from exchange.house.command import Denied, Principal
from exchange.house.state import State
from exchange.market import challenge_messages as cm
from exchange.market import licence_messages as lm
from exchange.market import trial_messages as tm
from settlement import milestone_messages as ms

Check = Callable[[Principal, Any, State], None]
TRADERS = frozenset({"seller", "bidder"})


def _own(field: str) -> Check:
    """The command's `field` must be the principal's own organisation."""

    def check(principal: Principal, body: Any, state: State) -> None:
        if principal.party is None or getattr(body, field) != principal.party:
            raise Denied("FORBIDDEN", f"{field} is not your organisation")

    return check


def _proposes(principal: Principal, body: tm.ProposeTrial, state: State) -> None:
    """Holder or taker proposes, each in its own name."""
    listing = state.market.listings.get(body.listing)
    holder = listing.seller if listing else None
    if principal.party is None or body.by != principal.party or body.by not in (body.taker, holder):
        raise Denied("FORBIDDEN", "propose a trial for your own organisation")


def _tries(principal: Principal, body: Any, state: State) -> None:
    """The two sides of a trial act each for itself."""
    trial = state.market.trials.all.get(body.trial)
    if trial is None or principal.party not in trial.parties:
        raise Denied("TRIAL_UNKNOWN", "there is no such trial", 404)
    if body.party != principal.party:
        raise Denied("FORBIDDEN", "party is not your organisation")


def _looks_at_others(principal: Principal, body: Any, state: State) -> None:
    """Nobody publishes a declaration of the own organisation or an affiliate."""
    found = state.market.open_licences.all.get(body.licence)
    if found and principal.party and state.market.related(found.holder, principal.party):
        raise Denied("BID_CONFLICT_OF_INTEREST", "your organisation or an affiliate declared this licence")


def _works(principal: Principal, body: Any, state: State) -> None:
    """The two sides of a contract act each for itself, under the own account; to others it does not exist."""
    trade = state.settlement.trades.get(body.trade)
    if trade is None or principal.party not in (trade.seller.id, trade.buyer.id):
        raise Denied("NOT_FOUND", "there is no such trade", 404)
    if body.party != principal.party or body.author != principal.account:
        raise Denied("FORBIDDEN", "act for your own organisation, under your own account")


OPERATOR = frozenset({"operator"})
TABLE: dict[type, tuple[frozenset[str], Check]] = {
    tm.ProposeTrial: (TRADERS, _proposes),
    **dict.fromkeys(
        (tm.AgreeTrial, tm.LeaveTrial, tm.StartTrial, tm.ConvertTrial, tm.ReturnTrial), (TRADERS, _tries)
    ),
    lm.DeclareOpenLicence: (frozenset({"seller"}), _own("holder")),
    lm.WithdrawOpenLicence: (frozenset({"seller"}), _own("holder")),
    lm.TakeOpenLicence: (frozenset({"bidder"}), _own("taker")),
    lm.PublishOpenLicence: (OPERATOR, _looks_at_others),
    lm.ReturnOpenLicence: (OPERATOR, _looks_at_others),
    **dict.fromkeys(
        (ms.SubmitMilestone, ms.AcceptMilestone, ms.RejectMilestone, ms.GrantTime, ms.TerminateTrade),
        (TRADERS, _works),
    ),
    cm.PublishChallenge: (frozenset({"seller"}), _own("issuer")),
    cm.AnswerDemand: (TRADERS, _own("party")),
}
"""Command → the roles of which one is needed, and the check against the state."""
