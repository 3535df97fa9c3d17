"""Streams: every event has its place, and only what everybody may see advances it."""

from typing import get_args

from exchange.house.command import HouseEvent
from exchange.house.streams import STREAMS, advances, stream_of
from matching_engine import events as le
from matching_engine.rejections import Rejection
from settlement import events as se


def test_every_event_type_has_a_stream() -> None:
    """An event without a place would stop the house: the table covers the closed union."""
    missing = [
        kind.__name__
        for kind in get_args(HouseEvent)
        if not issubclass(kind, le.Event) and kind not in STREAMS
    ]
    assert missing == []


def test_events_of_a_trade_stand_on_its_stream() -> None:
    """Contract, registration and claim are followed with the trade, found from their ids alone."""
    signed = se.ContractSigned("C-T-L1-1", "jia", "buyer", "jia", "00")
    assert stream_of(signed) == "trade/T-L1-1"
    assert stream_of(se.ClaimApproved("K-T-L1-1-2", "funder1", False)) == "trade/T-L1-1"
    credit = se.CreditRecorded("CR-1", "O-T-L1-1", "jia", 5, "2026-03-02", "O-T-L1-1")
    assert stream_of(credit) == "trade/T-L1-1"


def test_credits_without_a_target_go_to_suspense() -> None:
    """Money that fits nothing has a stream of its own, where an operator finds it."""
    credit = se.CreditRecorded("CR-1", "?", "jia", 5, "2026-03-02", None, "no such reference")
    assert stream_of(credit) == "suspense"


def test_a_refused_bid_does_not_advance_the_lot() -> None:
    """Watchers see no gap where one bidder's refusal stands, and cannot tell that there was one."""
    assert not advances(le.BidRefused("L1", "1234", Rejection.BID_BELOW_INCREMENT, 5))
    assert advances(le.ProxyRaised("L1", "1234", 5))
