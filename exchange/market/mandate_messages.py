"""Mandates in the house: who may act for an organisation, granted on a letter that was seen, and revoked."""

from typing import Literal

from exchange.market.command_base import Command
from exchange.market.event_base import Event

ActingRole = Literal["seller", "bidder", "broker"]


class GrantMandate(Command, frozen=True, tag=True):
    """The operator has seen the letter: `account` acts for `party` in a role, from one day to another (both included).

    `agency` is the broker's own organisation; the party of a broker's mandate is its client.
    """

    mandate: str
    party: str
    account: str
    role: ActingRole
    valid_from: str
    valid_until: str | None = None
    document_digest: str = ""
    agency: str | None = None


class RevokeMandate(Command, frozen=True, tag=True):
    """End a mandate at once: the organisation that gave it, or the operator."""

    mandate: str
    party: str


class MandateGranted(Event, frozen=True, tag=True):
    """The account may act for the party."""

    mandate: str
    party: str
    account: str
    role: ActingRole
    valid_from: str
    valid_until: str | None = None
    document_digest: str = ""
    agency: str | None = None


class MandateRevoked(Event, frozen=True, tag=True):
    """It may no longer."""

    mandate: str
    party: str


MandateCommand = GrantMandate | RevokeMandate
MandateEvent = MandateGranted | MandateRevoked
