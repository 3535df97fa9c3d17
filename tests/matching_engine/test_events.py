"""What everybody may see of an event."""

from typing import get_args

import msgspec
import pytest

from matching_engine import events as e
from matching_engine.commands import EntryStatus, Opening
from matching_engine.events import LotEvent, public
from matching_engine.rejections import Rejection
from tests.matching_engine.room import ENGLISH, like

PRIVATE: tuple[LotEvent, ...] = (
    e.EntrySet("L1", "A", EntryStatus.ADMITTED),
    e.MaximumRaised("L1", "A", 5000),
    e.BidSealed("L1", "A", "envelope", "commitment"),
    e.BidRefused("L1", "A", Rejection.BID_BELOW_OPENING, 1000),
    e.CommandRefused("L1", "Resume", Rejection.LOT_STATE),
)


@pytest.mark.parametrize("event", PRIVATE, ids=lambda event: type(event).__name__)
def test_what_concerns_one_bidder_only_is_not_shown(event: LotEvent) -> None:
    """Entries, maxima, sealed bids and refusals are nobody else's business."""
    assert public(event) is None


def test_a_maximum_is_taken_out_of_a_bid() -> None:
    """A bid is shown without what stands behind it; one without a maximum is shown as it is."""
    assert public(e.BidAccepted("L1", "A", 1000, 5, max_fen=9000)) == e.BidAccepted("L1", "A", 1000, 5)
    plain = e.BidAccepted("L1", "A", 1000, 5)
    assert public(plain) is plain


def test_a_reserve_is_taken_out_of_the_terms() -> None:
    """The published terms are everything but the reserve."""
    assert public(e.LotPutUp("L1", like(ENGLISH, reserve_price_fen=7))) == e.LotPutUp("L1", ENGLISH)


def test_opened_seals_are_for_everybody() -> None:
    """After the opening the amounts are public."""
    opened = e.SealsOpened("L1", (Opening("A", 1000),))
    assert public(opened) is opened


def test_the_union_is_closed() -> None:
    """Every event class is in the union, with its own name as the tag, and reads back as itself."""
    kinds = {kind for kind in vars(e).values() if isinstance(kind, type) and issubclass(kind, e.Event)} - {
        e.Event
    }
    assert set(get_args(LotEvent)) == kinds
    for event in PRIVATE:
        assert msgspec.json.decode(msgspec.json.encode(event), type=LotEvent) == event
