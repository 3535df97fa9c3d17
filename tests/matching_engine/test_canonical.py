"""One byte encoding: the same value gives the same bytes."""

import hashlib

from matching_engine import canonical
from matching_engine.events import BidRefused, Hammered, Winner
from matching_engine.rejections import Rejection


def test_keys_are_sorted_and_nothing_is_left_to_chance() -> None:
    """Keys in order, no blanks, UTF-8 as it is."""
    assert canonical.encode({"b": 1, "a": [None, True, "落槌"]}) == '{"a":[null,true,"落槌"],"b":1}'.encode()


def test_events_carry_their_type() -> None:
    """A struct is encoded with its tag, its fields sorted, and values by their names."""
    refused = BidRefused("L1", "A", Rejection.LOT_CLOSED)
    assert canonical.encode(refused) == (
        b'{"bidder":"A","code":"LOT_CLOSED","lot":"L1","minimum_fen":null,"type":"BidRefused"}'
    )
    hammered = Hammered("L1", (Winner("A", 10**15),), 5)
    assert b'"winners":[{"bidder":"A","price_fen":1000000000000000}]' in canonical.encode(hammered)


def test_the_digest_is_sha_256() -> None:
    """Anybody can recompute it."""
    assert canonical.digest(b"abc") == hashlib.sha256(b"abc").digest()
