"""Which function decides which command of a negotiation, in the form in which the market calls it."""

from collections.abc import Callable
from typing import Any, Protocol

from exchange.market import negotiation_commands as c
from exchange.market import negotiation_decide as tables
from exchange.market import negotiation_notice as notice
from exchange.market.refusals import Events
from exchange.market.state import Market


class Asked(Protocol):
    """When a command is decided."""

    @property
    def at(self) -> int:
        """The instant, µs."""


def _at(decide: Callable[[Market, Any, int], Events]) -> Callable[[Market, Any, Any], Events]:
    def asked(market: Market, command: Any, ask: Asked) -> Events:
        return decide(market, command, ask.at)

    return asked


def _undo(market: Market, command: c.UndoAgreement, _at: int) -> Events:
    return notice.undo(market, command)


DECIDE: dict[type, Callable[[Market, Any, Any], Events]] = {
    c.OpenTable: _at(tables.open_table),
    c.AnswerInvitation: _at(tables.answer_invitation),
    c.OfferTerms: _at(tables.offer),
    c.CounterTerms: _at(tables.counter),
    c.AgreeTerms: _at(tables.agree),
    c.WithdrawTerms: _at(tables.withdraw),
    c.BreakOff: _at(tables.break_off),
    c.LapseTerms: _at(tables.lapse),
    c.ObjectAgreement: _at(notice.object_agreement),
    c.DecideAgreementObjection: _at(notice.decide_objection),
    c.ConfirmAgreement: _at(notice.confirm),
    c.CloseTables: _at(notice.close_tables),
    c.UndoAgreement: _at(_undo),
}
"""Command → its decision."""
