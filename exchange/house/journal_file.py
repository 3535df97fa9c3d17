"""The journal as a file: a JSON line for each row, with all that is needed to verify it anywhere.

The body is carried as the text it was hashed as, hashes in hex; nothing is reformatted.
"""

import msgspec

from exchange.house.verify import BadRow
from exchange.ports import Row
from matching_engine.errors import Malformed

_HASH_DIGITS = 64


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row as a line: the fields of `Row`, its bytes as text."""

    house: str
    seq: int
    epoch: int
    at: int
    stream: str
    stream_seq: int
    command_id: str
    part: int
    request: str
    principal: str
    causation: str | None
    type: str
    body: str
    hash: str


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Line)


def to_line(row: Row) -> bytes:
    """The line of a row, with its line end; BadRow when the body is no text at all."""
    try:
        body = row.body.decode()
    except UnicodeDecodeError as error:
        raise BadRow(row, "the body is not UTF-8") from error
    return _encoder.encode({**msgspec.structs.asdict(row), "body": body, "hash": row.hash.hex()}) + b"\n"


def from_line(data: bytes, number: int) -> Row:
    """The row of a line; Malformed names the line by its `number`."""
    try:
        line = _decoder.decode(data)
        if len(line.hash) != _HASH_DIGITS:
            raise ValueError(f"hash of {len(line.hash)} digits, not {_HASH_DIGITS}")
        values = {
            **msgspec.structs.asdict(line),
            "body": line.body.encode(),
            "hash": bytes.fromhex(line.hash),
        }
    except (msgspec.DecodeError, ValueError) as error:
        raise Malformed(f"line {number}", str(error), "a row of `luochui export journal`") from error
    return Row(**values)
