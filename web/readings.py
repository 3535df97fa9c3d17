"""The application's one reading of its database's journals, and today by the house's clock."""

from datetime import date
from typing import Any

from exchange.bootstrap import Exchange
from exchange.reports.reading import Reading
from settlement.dates import shanghai_date


def reading_of(state: Any, exchange: Exchange) -> Reading:
    """The application's one reading; `state` is the application's."""
    found: Reading | None = getattr(state, "reading", None)
    if found is None:
        found = state.reading = Reading(exchange.settings.database_url)
    return found


def today_of(exchange: Exchange) -> date:
    """Today in Shanghai, by the house's clock."""
    return shanghai_date(exchange.house.clock.now())
