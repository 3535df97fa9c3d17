"""The rule sets: dated, sourced, and read as strictly as they are written."""

from typing import get_args

import pytest

from exchange.market.listing_terms import RuleSet
from exchange.market.rule_sets import deposit_range, figures, interest_figures, least_notice, load
from exchange.market.rules import shipped
from matching_engine.errors import Malformed
from matching_engine.terms import DAY
from settlement.dates import shanghai_date
from settlement.working_days import working_days_between

AT = 1_772_413_200_000_000
MILLION = 100_000_000
"""Fen of a million yuan."""


def test_every_figure_names_its_source() -> None:
    """No rule set leaves a figure without its rule, and no range is empty."""
    for name in get_args(RuleSet):
        one = figures(name, AT)
        sources = (one.announce_source, one.display_source, one.deposit_source, one.priority_source)
        assert all(sources)
        least, most = deposit_range(name, 101, AT)
        assert 0 < least <= most
    assert interest_figures(AT).cycle_working_days == 5


@pytest.mark.parametrize(
    ("price_fen", "days"), [(MILLION + 1, 10), (10 * MILLION, 10), (10 * MILLION + 1, 20)]
)
def test_state_assets_wait_by_their_price(price_fen: int, days: int) -> None:
    """Above one million yuan ten working days, above ten million twenty; both edges belong to the shorter."""
    least = least_notice("competition", "enterprise", price_fen, AT)
    assert least.working
    assert working_days_between(shanghai_date(AT), shanghai_date(least.until)) == days
    assert not least_notice("competition", "enterprise", MILLION, AT).working
    assert not least_notice("competition", "institution", price_fen, AT).working


def test_a_later_edition_does_not_reach_back() -> None:
    """Before an edition begins the one before it counts; its own day is inside."""
    text = shipped().replace(b"  LISTED_BIDDING:", _LATER + b"  LISTED_BIDDING:", 1)
    book = load(text)
    assert [one.announce_days for one in book.sessions["AUCTION_LAW"]] == [7, 9]


_LATER = b"""    - from: 2099-01-01
      announce_days: 9
      announce_source: a
      display_days: 2
      display_source: b
      deposit_percent: [5, 20]
      deposit_source: c
      deposit_cutoff_working_days: 1
      deposit_cutoff_source: d
      priority_notice_days: 3
      priority_source: e
      payment_days: 3650
"""


def test_a_file_with_an_unknown_figure_is_refused() -> None:
    """Nothing is silently passed over."""
    with pytest.raises(Malformed):
        load(shipped() + b"\nextra: 1\n")


def test_the_longest_notice_that_applies_counts() -> None:
    """By agreement fifteen days, among bidders seven."""
    assert least_notice("competition", "none", 1, AT).until == AT + 7 * DAY
    assert least_notice("agreement", "none", 1, AT).until == AT + 15 * DAY
