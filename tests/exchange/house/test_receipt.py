"""A bidder's receipt against the journal."""

from typing import Any

import msgspec
import pytest

from exchange.house.receipt import read_receipt
from matching_engine.errors import Malformed
from tests.exchange.house.written import journal

ROW = journal()[6]
HASH = ROW.hash.hex()


def given(**fields: Any) -> bytes:
    """A receipt file."""
    return msgspec.json.encode(fields)


def test_the_hash_alone_finds_the_row() -> None:
    """The receipt names one row of the journal and no other, in capitals or not."""
    receipt = read_receipt(given(receipt=HASH.upper()))
    assert receipt.names(ROW)
    assert not receipt.names(journal()[5])
    assert receipt.contradicts(ROW) == []


def test_an_acknowledgement_as_it_came() -> None:
    """The frame that the socket sent is a receipt: id, lot, the lot's seq, milliseconds and kind are compared."""
    ack = {
        "t": "ack",
        "i": 3,
        "id": ROW.command_id,
        "lot": "L1",
        "seq": ROW.stream_seq,
        "ts": ROW.at // 1000,
        "receipt": HASH,
        "kind": "BidAccepted",
    }
    assert read_receipt(given(**ack)).contradicts(ROW) == []
    assert read_receipt(given(**{**ack, "lot": "L2"})).contradicts(ROW) == [
        "lot: the receipt says 'L2', the journal 'L1'"
    ]
    assert len(read_receipt(given(**{**ack, "id": "x", "seq": 99, "ts": 1})).contradicts(ROW)) == 3


def test_fields_of_the_row_are_compared() -> None:
    """Whatever the holder was told beside the hash must be what the journal says."""
    told = {"house": "hub", "seq": ROW.seq, "at": ROW.at, "command_id": ROW.command_id, "type": ROW.type}
    assert read_receipt(given(receipt=HASH, **told)).contradicts(ROW) == []
    wrong = read_receipt(given(receipt=HASH, **{**told, "at": ROW.at + 1})).contradicts(ROW)
    assert wrong == [f"at: the receipt says {ROW.at + 1}, the journal {ROW.at}"]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (b"no json", "receipt"),
        (b"[]", "receipt"),
        (given(seq=1), "receipt.receipt"),
        (given(receipt="ab"), "receipt.receipt"),
        (given(receipt="z" * 64), "receipt.receipt"),
        (given(receipt=" ".join(["ab"] * 32)), "receipt.receipt"),
        (given(receipt=7), "receipt.receipt"),
        (given(receipt=HASH, amount_fen=5), "receipt.amount_fen"),
    ],
)
def test_what_is_no_receipt_is_malformed(data: bytes, field: str) -> None:
    """Anything else is refused by its field, so that no claim in it goes unchecked."""
    with pytest.raises(Malformed) as refused:
        read_receipt(data)
    assert refused.value.field == field
