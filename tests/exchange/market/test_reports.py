"""Publishing a report: once it stands, nothing changes it; another edition needs a reason."""

import hashlib

import pytest

from exchange.market.decide import Ask, decide
from exchange.market.events import MarketRefused
from exchange.market.evolve import evolve
from exchange.market.report_messages import PublishReport, ReportPublished
from exchange.market.reports import TEXT_MAX
from exchange.market.state import Market
from matching_engine.errors import Malformed

END = 1_000_000


def publish(
    market: Market, text: str, reason: str = "", at: int = END + 1
) -> ReportPublished | MarketRefused:
    """Publish and let it become state."""
    (event,) = decide(market, PublishReport("2026-03", text, END, "op", reason), Ask(at, "c1", None))
    assert isinstance(event, ReportPublished | MarketRefused)
    evolve(market, event)
    return event


def test_a_report_is_frozen_with_the_digest_of_its_text() -> None:
    """The event carries the whole text and its SHA-256."""
    market = Market()
    event = publish(market, '{"a":1}')
    assert isinstance(event, ReportPublished)
    assert (event.edition, event.text) == (1, '{"a":1}')
    assert event.digest == hashlib.sha256(b'{"a":1}').hexdigest()
    assert market.reports["2026-03"][0].text == '{"a":1}'


def test_nothing_is_published_before_the_period_is_over() -> None:
    """At its last instant it is too early, an instant later it is not."""
    refused = publish(Market(), "x", at=END)
    assert isinstance(refused, MarketRefused)
    assert refused.code == "REPORT_OPEN"


@pytest.mark.parametrize(("text", "reason"), [("b", ""), ("b", "  "), ("a", "the same again")])
def test_another_edition_differs_and_says_why(text: str, reason: str) -> None:
    """Without a reason, or with nothing new in it, it is refused."""
    market = Market()
    publish(market, "a")
    refused = publish(market, text, reason)
    assert isinstance(refused, MarketRefused)
    assert refused.code == "REPORT_EXISTS"
    assert len(market.reports["2026-03"]) == 1


def test_an_edition_leaves_the_one_before_it_as_it_was() -> None:
    """Both stand, each with its digest."""
    market = Market()
    first = publish(market, "a")
    second = publish(market, "b", "a contract was counted twice")
    assert isinstance(first, ReportPublished)
    assert isinstance(second, ReportPublished)
    assert [one.text for one in market.reports["2026-03"]] == ["a", "b"]
    assert (market.reports["2026-03"][0].digest, second.edition) == (first.digest, 2)


@pytest.mark.parametrize("text", ["", "x" * (TEXT_MAX + 1)])
def test_a_text_of_no_or_too_great_length_is_malformed(text: str) -> None:
    """The error names the field."""
    with pytest.raises(Malformed, match="text"):
        publish(Market(), text)
