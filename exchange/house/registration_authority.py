"""Who may do what at the registration desk: the seller's side files, registrars decide, nobody for the own organisation.

That a second person is another one is decided with the state, in settlement.
"""

from collections.abc import Callable
from typing import Any

from exchange.house.command import Denied, Principal
from exchange.house.state import State
from settlement import registration_commands as rc
from settlement.state import Trade

Check = Callable[[Principal, Any, State], None]
FILERS = frozenset({"seller", "bidder", "broker"})
"""Whoever sells: in a demand the seller is the bidder who won."""
REGISTRARS = frozenset({"registrar"})


def _trade_of(body: Any, state: State) -> Trade | None:
    """The trade of the contract or registration that a command names."""
    settlement = state.settlement
    if isinstance(body, rc.SubmitRegistration):
        contract = settlement.contracts.get(body.contract)
        return settlement.trades.get(contract.trade) if contract else None
    registration = settlement.registrations.get(body.registration)
    return settlement.trades.get(registration.trade) if registration else None


def _files(principal: Principal, body: Any, state: State) -> None:
    """The seller's organisation files, each under the own account; to others the filing does not exist."""
    trade = _trade_of(body, state)
    if trade is None or principal.party != trade.seller.id:
        raise Denied("NOT_FOUND", "there is no such filing", 404)
    if getattr(body, "author", principal.account) != principal.account:
        raise Denied("FORBIDDEN", "author is not your account")


def _registers(principal: Principal, body: Any, state: State) -> None:
    """A registrar acts under the own account, and never on a contract of the own organisation."""
    if body.registrar != principal.account:
        raise Denied("FORBIDDEN", "registrar is not your account")
    trade = _trade_of(body, state)
    if trade is not None and principal.party in (trade.seller.id, trade.buyer.id):
        raise Denied("FOUR_EYES", "nobody registers a contract of the own organisation")


REGISTRATION_TABLE: dict[type, tuple[frozenset[str], Check]] = {
    rc.SubmitRegistration: (FILERS, _files),
    rc.CompleteFiling: (FILERS, _files),
    rc.AnswerSupplement: (FILERS, _files),
    rc.AcceptRegistration: (REGISTRARS, _registers),
    rc.AnswerReview: (REGISTRARS, _registers),
    rc.RequestSupplement: (REGISTRARS, _registers),
    rc.ClassifyContract: (REGISTRARS, _registers),
    rc.DisputeRegistration: (REGISTRARS, _registers),
    rc.RegisterContract: (REGISTRARS, _registers),
    rc.RefuseRegistration: (REGISTRARS, _registers),
    rc.ChangeRegistration: (REGISTRARS, _registers),
    rc.ConfirmChange: (REGISTRARS, _registers),
    rc.CancelRegistration: (REGISTRARS, _registers),
    rc.RevokeRegistration: (REGISTRARS, _registers),
    rc.CertifyIncome: (REGISTRARS, _registers),
}
"""Command → roles and check. ReduceIncome is not here: only the house asks it."""
