"""Publishing a report: the operator's command, and the event that freezes its whole text."""

import msgspec

from exchange.market.command_base import Command
from exchange.market.event_base import Event


class PublishReport(Command, frozen=True, tag=True):
    """Publish the report of a period that is over; another edition of it needs a reason."""

    period: str
    text: str
    ends_at: int
    """The last instant (µs) of the period: nothing is published before it is over."""
    author: str
    reason: str = ""


class ReportPublished(Event, frozen=True, tag=True):
    """A report as it was published, for good: its canonical text and the hex SHA-256 of it."""

    period: str
    edition: int
    text: str
    digest: str
    author: str
    reason: str
    at: int


class Published(msgspec.Struct, frozen=True):
    """An edition in the state."""

    period: str
    edition: int
    text: str
    digest: str
    author: str
    reason: str
    at: int


ReportCommand = PublishReport
ReportEvent = ReportPublished
