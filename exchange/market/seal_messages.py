"""Sealed bids in the custody of two officials: what is asked, and what happened.

Each official makes a key pair for one lot on a device of the own. The public half is published before the lot opens, the
private half, called a share, is posted after the close. With both shares everybody can open every envelope again.
"""

from typing import Literal

import msgspec

from exchange.market.command_base import Command
from exchange.market.event_base import Event

OfficialRole = Literal["operator", "auditor"]
ROLES: tuple[OfficialRole, ...] = ("operator", "auditor")
"""From the outside in: the operator's envelope holds the auditor's."""
CustodyKind = Literal["house", "two_officials"]


class OfficialKey(msgspec.Struct, frozen=True):
    """The public half of an official's key for one lot, an uncompressed P-256 point in base64url."""

    role: OfficialRole
    official: str
    """The account that published it."""
    key: str
    fingerprint: str
    """Hex SHA-256 of the point's octets, which people compare."""
    person: str = ""
    """Who stands behind the account, where a register knows it."""


class PublishOfficialKey(Command, frozen=True, tag=True):
    """An official publishes the own key for a lot; until the lot opens a later one takes its place."""

    lot: str
    role: OfficialRole
    official: str
    key: str
    person: str = ""


class GiveSealShare(Command, frozen=True, tag=True):
    """An official opens the own layer: posts the private half, the scalar of 32 octets in base64url."""

    lot: str
    role: OfficialRole
    official: str
    share: str
    person: str = ""


class AwaitShares(Command, frozen=True, tag=True):
    """The house: the lot is closed and waits for the shares of both officials."""

    lot: str


class LapseSeals(Command, frozen=True, tag=True):
    """The gavel: the time for the shares of a lot is over."""

    lot: str


SealCommand = PublishOfficialKey | GiveSealShare | AwaitShares | LapseSeals


class SealKeysPublished(Event, frozen=True, tag=True):
    """The keys to which bids on a lot are sealed as they now stand: with two of them the lot can open."""

    lot: str
    keys: tuple[OfficialKey, ...]


class SharesAwaited(Event, frozen=True, tag=True):
    """The lot waits for the shares of both officials until `until`; then it passes and every deposit goes back."""

    lot: str
    until: int


class SealShareGiven(Event, frozen=True, tag=True):
    """An official's private half for this lot, from now on public."""

    lot: str
    role: OfficialRole
    official: str
    share: str
    person: str = ""


class SealsLapsed(Event, frozen=True, tag=True):
    """The time is over and these shares were not given: the envelopes stay closed."""

    lot: str
    missing: tuple[OfficialRole, ...]


SealEvent = SealKeysPublished | SharesAwaited | SealShareGiven | SealsLapsed
