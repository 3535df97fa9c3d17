"""A receipt: what a bidder was told about one decision, and whether the journal says the same.

The receipt itself is the hash of the decision's row. It depends on every row before, so a journal that was
written again in any other way cannot contain it.
"""

from typing import Any

import msgspec

from exchange.ports import Row
from matching_engine.errors import Malformed

_ROW_FIELDS = (
    "house",
    "seq",
    "epoch",
    "at",
    "stream",
    "stream_seq",
    "command_id",
    "part",
    "principal",
    "type",
)
_OWN_NAMES = {name: name for name in _ROW_FIELDS}
_ACK_NAMES = {"id": "command_id", "lot": "lot", "seq": "stream_seq", "ts": "at_ms", "kind": "type"}
SIGNED = "luochui receipt v1"
"""The form of a signed receipt (exchange.proof.receipt), which tells of its row in the same words."""
EXPECTED = (
    'a JSON object with the 64 hex digits of "receipt": the acknowledgement of a bid as it came (t: ack),'
    f" or any of {', '.join(_ROW_FIELDS)}"
)


class Receipt(msgspec.Struct, frozen=True):
    """The hash of a row in hex, and what else the holder was told about it."""

    receipt: str
    told: dict[str, Any]

    def names(self, row: Row) -> bool:
        """Whether this is the receipt of that row."""
        return row.hash.hex() == self.receipt

    def contradicts(self, row: Row) -> list[str]:
        """Where the row says something else than the holder was told; empty when all of it is true."""
        says = {
            **msgspec.structs.asdict(row),
            "lot": row.stream.removeprefix("lot/"),
            "at_ms": row.at // 1000,
        }
        return [
            f"{name}: the receipt says {told!r}, the journal {says[name]!r}"
            for name, told in self.told.items()
            if told != says[name]
        ]


def read_receipt(data: bytes) -> Receipt:
    """The receipt in a file; Malformed names the field that is wrong."""
    try:
        given = msgspec.json.decode(data, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise Malformed("receipt", str(error), EXPECTED) from error
    if given.get("form") == SIGNED:
        given = {name: value for name, value in given.items() if name in (*_ROW_FIELDS, "receipt")}
    receipt = given.pop("receipt", None)
    if not isinstance(receipt, str) or not _is_hash(receipt):
        raise Malformed("receipt.receipt", receipt, EXPECTED)
    is_ack = given.pop("t", None) == "ack"
    if is_ack:
        given.pop("i", None)
    return Receipt(receipt.lower(), _told(given, _ACK_NAMES if is_ack else _OWN_NAMES))


def _told(given: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    for name in given:
        if name not in names:
            raise Malformed(f"receipt.{name}", given[name], EXPECTED)
    return {names[name]: value for name, value in given.items()}


def _is_hash(text: str) -> bool:
    try:
        return len(bytes.fromhex(text)) == 32 and len(text) == 64
    except ValueError:
        return False
