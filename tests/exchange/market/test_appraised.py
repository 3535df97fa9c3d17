"""Prices under the appraisal, and the least time for bids: refused with the figure and the rule, waived for rehearsals."""

from typing import Any

import msgspec
import pytest

from exchange.demo.steps import CHECKED, NOTICE
from exchange.market import commands as c
from exchange.market.appraised import lowest_fen
from exchange.market.events import ListingAdmitted, MarketRefused, SessionScheduled
from exchange.market.listing_terms import Check, Checked, Competition, Offering, Papers
from exchange.market.refusals import MarketRefusal
from exchange.market.state import Market
from matching_engine.terms import DAY, HOUR, DutchClock, Mechanism, Terms
from tests.exchange.market.test_decide import AT, ask, code, market, schedule

__all__ = ["market"]

NOW = AT + NOTICE
OPENING = 160_000_000


def put_up(market: Market, papers: Papers, **terms: Any) -> Any:
    """The answer to a session of the first listing with these papers, under other terms."""
    market.listings["A1"].papers = papers
    told: dict[str, Any] = {name: terms.pop(name) for name in ("rule_set", "rehearsal") if name in terms}
    fixed = schedule()
    plan = fixed.lots[0]
    changed = msgspec.structs.replace(plan, terms=msgspec.structs.replace(plan.terms, **terms))
    return ask(market, msgspec.structs.replace(fixed, lots=(changed,), **told), NOW)


@pytest.mark.parametrize(
    ("appraised_fen", "fits"), [(OPENING * 10 // 7, True), (OPENING * 10 // 7 + 1, False)]
)
def test_seventy_percent_of_the_appraisal(market: Market, appraised_fen: int, fits: bool) -> None:
    """Exactly 70 % will do, a fen less will not; the refusal carries percent, amount and rule."""
    (first, *_) = put_up(market, Papers(appraised_fen=appraised_fen))
    assert isinstance(first, SessionScheduled) is fits
    if not fits:
        assert isinstance(first, MarketRefused)
        assert first.code == MarketRefusal.RESERVE_BELOW_APPRAISAL
        assert (first.facts["percent"], first.facts["least_fen"]) == (70, OPENING + 1)


def test_a_reserve_lifts_the_lowest_price(market: Market) -> None:
    """A lot that opens low and has a secret reserve is sold at the reserve or not at all."""
    papers = Papers(appraised_fen=OPENING * 2)
    assert code(put_up(market, papers)) == MarketRefusal.RESERVE_BELOW_APPRAISAL
    assert isinstance(put_up(market, papers, reserve_price_fen=OPENING * 14 // 10)[0], SessionScheduled)


def test_a_rehearsal_is_held_to_no_appraisal(market: Market) -> None:
    """Practice may be as cheap as it likes."""
    assert isinstance(put_up(market, Papers(appraised_fen=OPENING * 9), rehearsal=True)[0], SessionScheduled)


@pytest.mark.parametrize(
    ("papers", "refused"),
    [
        (Papers(state_asset="enterprise", appraised_fen=OPENING * 10 // 9 + 9), True),
        (Papers(state_asset="enterprise", appraised_fen=OPENING * 10 // 9), False),
        (Papers(state_asset="institution", appraised_fen=OPENING * 10 // 8), False),
        (Papers(state_asset="enterprise", appraised_fen=OPENING * 10 // 8, price_approval="批复"), False),
    ],
)
def test_state_assets_under_ninety_percent_need_an_approval(
    market: Market, papers: Papers, refused: bool
) -> None:
    """Order 32: of enterprises only, under 90 % only, and not where the approval is among the papers."""
    (first, *_) = put_up(market, papers)
    if refused:
        assert first.code == MarketRefusal.PRICE_BELOW_APPRAISAL
        assert "order 32" in str(first.facts["rule"])
    else:
        assert isinstance(first, SessionScheduled)


def test_bids_are_taken_for_a_day(market: Market) -> None:
    """Under the auction law's figures 24 hours will do and a microsecond less will not; listed bidding names its own."""
    opens_at = NOW + 30 * DAY
    short = {"opens_at": opens_at, "closes_at": opens_at + 24 * HOUR - 1}
    first = put_up(market, Papers(), rule_set="AUCTION_LAW", **short)[0]
    assert (first.code, first.facts["hours"]) == (MarketRefusal.BIDDING_TOO_SHORT, 24)
    longer = short | {"closes_at": opens_at + 24 * HOUR}
    assert isinstance(put_up(market, Papers(), rule_set="AUCTION_LAW", **longer)[0], SessionScheduled)


def test_listed_bidding_names_its_own_length(market: Market) -> None:
    """An hour will do where the exchange's own rule set says nothing."""
    opens_at = NOW + HOUR
    made = put_up(market, Papers(), opens_at=opens_at, closes_at=opens_at + HOUR)
    assert isinstance(made[0], SessionScheduled)


def test_the_asking_price_of_an_offering_too(market: Market) -> None:
    """A listing is not admitted at an asking price under the appraisal's part."""
    papers = Papers(state_asset="enterprise", appraisal="评估报告", appraised_fen=OPENING * 10 // 8)
    submitted = c.SubmitListing(
        "A2", "demo-1", "00", "university", market.listings["A1"].subject, OPENING, papers
    )
    ask(market, submitted)
    checks = (
        *(one for one in CHECKED if one.check is not Check.APPRAISAL),
        Checked(Check.APPRAISAL, "confirmed", "评估报告"),
    )
    offering = Offering(OPENING, Competition(1_000_000, OPENING // 10))
    assert code(ask(market, c.AdmitListing("A2", None, checks, offering=offering))) == (
        MarketRefusal.PRICE_BELOW_APPRAISAL
    )
    dear = Offering(OPENING * 9 // 8, Competition(1_000_000, OPENING // 10))
    assert isinstance(ask(market, c.AdmitListing("A2", None, checks, offering=dear))[0], ListingAdmitted)


def test_the_lowest_price_of_each_mechanism() -> None:
    """The floor of a clock, the opening price elsewhere, the reserve where it is higher, none where the lowest wins."""
    at: dict[str, Any] = {"opening_price_fen": 100, "opens_at": 0, "closes_at": HOUR}
    assert lowest_fen(Terms(mechanism=Mechanism.SEALED_FIRST_PRICE, **at)) == 100
    assert lowest_fen(Terms(mechanism=Mechanism.ENGLISH, reserve_price_fen=150, **at)) == 150
    clock = DutchClock(10, HOUR, 40)
    assert (
        lowest_fen(
            Terms(mechanism=Mechanism.DUTCH, dutch=clock, opening_price_fen=100, opens_at=0, closes_at=None)
        )
        == 40
    )
    assert lowest_fen(Terms(mechanism=Mechanism.MULTI_AWARD, direction="buy", **at)) is None
