"""Publishing reports: an edition stands as it is; what is wrong in it is put right in another edition, with its reason."""

from collections.abc import Callable
from typing import Any

from exchange.market.refusals import Events, MarketRefusal, refuse
from exchange.market.report_messages import Published, PublishReport, ReportPublished
from exchange.market.state import Market
from matching_engine import canonical
from matching_engine.errors import Malformed

TEXT_MAX = 400_000
"""Characters of a report."""


def publish(market: Market, command: PublishReport, at: int) -> Events:
    """The text is frozen with its digest, after the period's last instant."""
    if not 0 < len(command.text) <= TEXT_MAX:
        raise Malformed("text", len(command.text), f"1 to {TEXT_MAX} characters")
    if at <= command.ends_at:
        return refuse(command.period, command, MarketRefusal.REPORT_OPEN, "the period is not over")
    editions = market.reports.get(command.period, ())
    digest = canonical.digest(command.text.encode()).hex()
    if editions and (not command.reason.strip() or editions[-1].digest == digest):
        detail = "it is published; another edition says something else, and why"
        return refuse(command.period, command, MarketRefusal.REPORT_EXISTS, detail)
    made = (command.period, len(editions) + 1, command.text, digest, command.author, command.reason, at)
    return (ReportPublished(*made),)


def published(market: Market, event: ReportPublished) -> None:
    """Keep the edition beside those before it."""
    made = (event.period, event.edition, event.text, event.digest, event.author, event.reason, event.at)
    market.reports[event.period] = (*market.reports.get(event.period, ()), Published(*made))


DECIDE: dict[type, Callable[[Market, Any, Any], Events]] = {
    PublishReport: lambda market, command, ask: publish(market, command, ask.at),
}
EVOLVE: dict[type, Callable[[Market, Any], None]] = {ReportPublished: published}
