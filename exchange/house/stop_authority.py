"""Who stops lots: operators, each under the own account, and two of them for what is to last."""

from collections.abc import Callable
from typing import Any

from exchange.house.command import Denied, Principal
from exchange.house.state import State
from exchange.market import stop_messages as sm

Check = Callable[[Principal, Any, State], None]
_OPERATOR = frozenset({"operator"})


def _own_name(principal: Principal, body: sm.ProposeStop | sm.WithdrawStop, state: State) -> None:
    if body.author != principal.account:
        raise Denied("FORBIDDEN", "author is not your account")


def _second(principal: Principal, body: sm.ConfirmStop, state: State) -> None:
    """Nobody confirms the own proposal, under whichever account."""
    if body.approver != principal.account:
        raise Denied("FORBIDDEN", "approver is not your account")
    stop = state.market.stops.all.get(body.stop)
    if stop is not None and stop.is_of(principal.account, body.person):
        raise Denied("FOUR_EYES", "another person confirms what you proposed")


TABLE: dict[type, tuple[frozenset[str], Check]] = {
    sm.ProposeStop: (_OPERATOR, _own_name),
    sm.ConfirmStop: (_OPERATOR, _second),
    sm.WithdrawStop: (_OPERATOR, _own_name),
}
"""Command → roles and check. That a stop lapses only the house asks."""
