"""Which function decides which command of a release, and which takes in which of its events."""

from collections.abc import Callable
from typing import Any, Protocol

from exchange.market import release_batch as batch
from exchange.market import release_commands as c
from exchange.market import release_decide as one
from exchange.market import release_events as e
from exchange.market.refusals import Events
from exchange.market.state import Market


class Asked(Protocol):
    """When a command is decided."""

    @property
    def at(self) -> int:
        """The instant, µs."""


DECIDE: dict[type, Callable[[Market, Any, Any], Events]] = {
    c.RecordScan: lambda market, command, ask: one.record_scan(market, command),
    c.NotifyRelease: lambda market, command, ask: one.notify(market, command, ask.at),
    c.AnswerRelease: lambda market, command, ask: one.answer(market, command, ask.at),
    c.RuleReleaseAnswer: lambda market, command, ask: one.rule(market, command, ask.at),
    c.AdvanceRelease: lambda market, command, ask: one.advance(market, command, ask.at),
    c.CloseRelease: lambda market, command, ask: one.close(market, command),
    c.FreezeBatch: lambda market, command, ask: batch.freeze(market, command, ask.at),
    c.PublishBatch: lambda market, command, ask: batch.publish(market, command, ask.at),
    c.FollowRelease: lambda market, command, ask: one.follow(market, command),
}
EVOLVE: dict[type, Callable[[Market, Any], None]] = {
    e.ReleaseScanned: one.scanned,
    e.ReleaseNotified: one.notified,
    e.ReleaseAnswered: one.answered,
    e.ReleaseAnswerRuled: one.ruled,
    e.ReleaseLapsed: one.lapsed,
    e.ReleaseDeferralEnded: one.deferral_ended,
    e.ReleaseClosed: one.closed,
    e.ReleaseFollowed: one.followed,
    e.BatchFrozen: batch.frozen,
    e.BatchPublished: batch.published,
}
