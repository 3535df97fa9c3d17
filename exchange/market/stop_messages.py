"""Stopping lots with four eyes: what can be asked, and what happened.

One operator proposes, another person confirms. A suspension may be put into force at once by one operator for a short
time (`EMERGENCY`), because a fault in the last minute of a lot cannot wait; a cancellation never.
"""

from typing import Literal

from exchange.market.command_base import Command
from exchange.market.event_base import Event

Action = Literal["suspend", "cancel"]


class ProposeStop(Command, frozen=True, tag=True):
    """An operator wants a lot, or every lot of a session that has not ended, suspended or cancelled, and says why.

    Exactly one of `lot` and `session` is named. `at_once`: suspend now, for the short time that one operator may alone.
    `person` is who stands behind the account, where the register of people knows it.
    """

    action: Action
    reason: str
    author: str
    lot: str = ""
    session: str = ""
    at_once: bool = False
    person: str = ""


class ConfirmStop(Command, frozen=True, tag=True):
    """Another person agrees: it comes into force, or stays in force."""

    stop: str
    approver: str
    person: str = ""


class WithdrawStop(Command, frozen=True, tag=True):
    """An operator takes a proposal back, turns another's down, or lifts a suspension: what it holds goes on."""

    stop: str
    author: str
    reason: str = ""


class LapseStop(Command, frozen=True, tag=True):
    """The gavel: nobody confirmed in time."""

    stop: str


class StopProposed(Event, frozen=True, tag=True):
    """A stop waits for a second person until `until`; `at_once` says that its lots stand still already."""

    stop: str
    action: Action
    lots: tuple[str, ...]
    session: str
    reason: str
    author: str
    person: str
    at_once: bool
    at: int
    until: int


class StopConfirmed(Event, frozen=True, tag=True):
    """A second person agreed."""

    stop: str
    approver: str
    person: str
    at: int


class StopWithdrawn(Event, frozen=True, tag=True):
    """The proposal was taken back or turned down, or the suspension lifted."""

    stop: str
    author: str
    reason: str
    at: int


class StopLapsed(Event, frozen=True, tag=True):
    """Nobody confirmed in time: the proposal is void, and what an emergency stop held goes on."""

    stop: str
    at: int


StopCommand = ProposeStop | ConfirmStop | WithdrawStop | LapseStop
StopEvent = StopProposed | StopConfirmed | StopWithdrawn | StopLapsed
