"""The public view: every mechanism fits the published type, and nothing secret is in it or in any event."""

import json
from typing import Any

import msgspec
import pytest

from exchange.house.command import Recorded
from exchange.house.state import State
from exchange.market.state import Listing, PlacedLot
from matching_engine import commands as c
from matching_engine import events as e
from matching_engine import lot as lots
from matching_engine.terms import HOUR, MINUTE, DutchClock, Extension, Holder, Mechanism, Rung, Terms
from settlement.commands import Subject
from tests.exchange.house.running import BEGIN, RULEBOOK
from web.resources import LotResource
from web.views import event_view, iso, lot_view, ms, step_fen

SECRET = 987_654_321
OPENS, CLOSES = BEGIN, BEGIN + HOUR


def terms(mechanism: Mechanism, **more: Any) -> Terms:
    """Terms with a secret reserve, whatever the mechanism."""
    facts: dict[str, Any] = {
        "mechanism": mechanism,
        "opening_price_fen": 1_000_000,
        "opens_at": OPENS,
        "closes_at": CLOSES,
        "reserve_price_fen": SECRET,
        "ladder": (Rung(0, 10_000), Rung(2_000_000, 50_000)),
        "extension": Extension(5 * MINUTE, 5 * MINUTE, max_count=3, max_total=30 * MINUTE),
    }
    if mechanism is Mechanism.DUTCH:
        facts |= {"dutch": DutchClock(100_000, 5 * MINUTE, 500_000), "ladder": (), "extension": None}
    if mechanism in (Mechanism.WEIGHTED, Mechanism.CHALLENGE):
        facts |= {"weights": {"price": "60", "maturity": "40"}}
    if mechanism is Mechanism.CHALLENGE:
        facts |= {"direction": "buy"}
    return Terms(**facts | more)


class Market:
    """One lot in a state, driven command by command."""

    def __init__(self, chosen: Terms) -> None:
        from exchange.house.state import new_state

        self.state: State = new_state(RULEBOOK)
        subject = Subject("A1", "演示<成果>")
        self.state.market.listings["A1"] = Listing("A1", "a", "d", "seller", subject, 1)
        self.state.market.lot_plans["L1"] = PlacedLot("L1", "A1", "S1", 5_000)
        self.recorded: list[Recorded] = []
        self.seq = 0
        self.ask(c.PutUp("L1", chosen), OPENS - HOUR)

    def ask(self, command: c.LotCommand, at: int) -> None:
        """Decide and evolve."""
        lot = self.state.lots.get("L1")
        for event in lots.decide(lot, command, at):
            self.state.lots["L1"] = lots.evolve(self.state.lots.get("L1"), event, at)
            self.seq += e.public(event) is not None
            self.state.streams["lot/L1"] = self.seq
            place = ("hub", 3, len(self.recorded) + 1, at, "lot/L1", self.seq, "cmd", "jia")
            self.recorded.append(Recorded(*place, event, b"\0"))

    def admit(self, *bidders: str) -> None:
        """Let bidders in."""
        for bidder in bidders:
            self.ask(c.SetEntry("L1", bidder, c.EntryStatus.ADMITTED), OPENS - HOUR)

    def shown(self) -> dict[str, Any]:
        """The view, in milliseconds."""
        return lot_view(self.state, "L1", 3)


@pytest.mark.parametrize("mechanism", list(Mechanism))
def test_every_mechanism_fits_the_published_type(mechanism: Mechanism) -> None:
    """Announced and open, each lot's view is a LotResource with nothing left over, and the reserve is not in it."""
    market = Market(terms(mechanism))
    for at in (None, OPENS):
        if at is not None:
            market.ask(c.Advance("L1"), at)
        view = lot_view(market.state, "L1", 3, iso)
        msgspec.convert(view, LotResource)
        assert str(SECRET) not in json.dumps(view)
        assert (view["title"], view["deposit_fen"], view["epoch"]) == ("演示<成果>", 5_000, 3)
    told = [event_view(one) for one in market.recorded]
    assert str(SECRET) not in json.dumps(told)


def test_the_view_follows_the_bidding() -> None:
    """Lead, leader, minimum, step by the ladder, count and close, in milliseconds."""
    market = Market(terms(Mechanism.ENGLISH))
    market.admit("7001", "7002")
    market.ask(c.Bid("L1", "7001", 1_000_000), OPENS)
    market.ask(c.Bid("L1", "7002", 2_000_000), CLOSES - MINUTE)
    view = market.shown()
    assert (view["state"], view["lead_fen"], view["leader"], view["bids"]) == ("open", 2_000_000, "7002", 2)
    assert (view["minimum_fen"], view["step_fen"], view["extensions"]) == (2_050_000, 50_000, 1)
    assert view["closes_at"] == ms(CLOSES - MINUTE + 5 * MINUTE)
    assert view["opens_at"] == ms(OPENS)
    assert view["extension"] == {
        "trigger_ms": 300_000,
        "length_ms": 300_000,
        "base": "bid",
        "max_count": 3,
        "max_total_ms": 1_800_000,
    }


def test_the_step_before_the_first_bid_is_the_opening_prices() -> None:
    """The ladder is asked at the opening price; a Dutch lot has none."""
    assert step_fen(Market(terms(Mechanism.ENGLISH, opening_price_fen=3_000_000)).state.lots["L1"]) == 50_000
    assert step_fen(Market(terms(Mechanism.DUTCH)).state.lots["L1"]) is None


@pytest.mark.parametrize(
    "mechanism", [Mechanism.SEALED_FIRST_PRICE, Mechanism.MULTI_AWARD, Mechanism.WEIGHTED]
)
def test_the_box_tells_nothing_before_it_is_opened(mechanism: Mechanism) -> None:
    """Sealed bids change neither the view nor the public events, not even a count."""
    market = Market(terms(mechanism, reserve_price_fen=None))
    market.admit("7001", "7002")
    market.ask(c.Advance("L1"), OPENS)
    before, public = market.shown(), [event_view(one) for one in market.recorded if event_view(one)]
    for bidder in ("7001", "7002"):
        market.ask(c.Seal("L1", bidder, "envelope", "commitment"), OPENS + 1)
    assert market.shown() == before
    assert [event_view(one) for one in market.recorded if event_view(one)] == public
    assert before["bids"] is None
    market.ask(c.Advance("L1"), CLOSES)
    assert market.shown()["state"] == "awaiting_opening"
    assert market.shown()["bids"] is None
    openings = tuple(c.Opening(bidder, 1_500_000 + n) for n, bidder in enumerate(("7001", "7002")))
    market.ask(c.OpenSeals("L1", openings), CLOSES + 1)
    assert market.shown()["bids"] == 2
    assert market.shown()["winners"]


def test_private_events_have_no_view() -> None:
    """Entries, refusals and raised maxima are told to nobody; a maximum beside a bid is left out."""
    market = Market(terms(Mechanism.ENGLISH))
    market.admit("7001", "7002")
    market.ask(c.Bid("L1", "7001", 1_000_000, 555_555_500), OPENS)
    market.ask(c.Bid("L1", "7001", 1_000_000, 666_666_600), OPENS)
    market.ask(c.Bid("L1", "7002", 1_000_001), OPENS)
    views = [view for one in market.recorded if (view := event_view(one)) is not None]
    assert [view["kind"] for view in views] == ["LotPutUp", "LotOpened", "BidAccepted"]
    assert [view["seq"] for view in views] == [1, 2, 3]
    assert "555555500" not in json.dumps(views)
    assert "666666600" not in json.dumps(views)
    assert market.shown()["bids"] == 1
    assert market.state.lots["L1"].accepted == 2


def test_instants_of_events_are_milliseconds_or_iso() -> None:
    """Every instant of a suspended, resumed and hammered lot is told in the form that was asked for."""
    market = Market(
        terms(
            Mechanism.ENGLISH,
            reserve_price_fen=None,
            priority=(Holder("7002", 1, "after"),),
            priority_window=HOUR,
        )
    )
    market.admit("7001", "7002")
    market.ask(c.Bid("L1", "7001", 1_000_000), OPENS)
    market.ask(c.Suspend("L1", "platform_fault"), OPENS + MINUTE)
    market.ask(c.Resume("L1"), OPENS + 2 * MINUTE)
    market.ask(c.Advance("L1"), CLOSES + MINUTE)
    assert market.shown()["window_until"] == ms(CLOSES + MINUTE + HOUR)
    market.ask(c.Advance("L1"), CLOSES + MINUTE + HOUR)
    by_kind = {view["kind"]: view for one in market.recorded if (view := event_view(one)) is not None}
    assert by_kind["LotResumed"]["moved_ms"] == 60_000
    assert by_kind["LotResumed"]["closes_at"] == ms(CLOSES + MINUTE)
    assert by_kind["PriorityWindowOpened"]["until"] == ms(CLOSES + MINUTE + HOUR)
    assert by_kind["Hammered"]["closed_at"] == ms(CLOSES + MINUTE + HOUR)
    as_iso = {view["kind"]: view for one in market.recorded if (view := event_view(one, iso)) is not None}
    assert as_iso["Hammered"]["closed_at"] == "2026-03-02T11:01:00+08:00"
    assert as_iso["LotPutUp"]["terms"]["opens_at"] == "2026-03-02T09:00:00+08:00"
    assert as_iso["LotPutUp"]["at"] == "2026-03-02T08:00:00+08:00"


def test_what_concerns_no_lot_has_no_view() -> None:
    """An event of the market is not shown among a lot's."""
    from exchange.market.events import ListingAdmitted

    assert (
        event_view(Recorded("hub", 1, 1, BEGIN, "listing/A1", 1, "c", "p", ListingAdmitted("A1"), b"\0"))
        is None
    )
