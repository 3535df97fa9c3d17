"""What a house and the process that writes for it say to each other: msgpack, each message with its length in front."""

from collections.abc import Iterator, Sequence

from msgspec import msgpack

from exchange.ports import DuplicateCommand, Fenced, Lease, OutcomeUnknown, Row, Unavailable, UnsafeStore
from exchange.store.schema import WrongSchema
from matching_engine.errors import Broken, LuochuiError, Malformed

_LENGTH = 4
_ERRORS: dict[str, type[LuochuiError]] = {
    kind.__name__: kind
    for kind in (DuplicateCommand, Fenced, OutcomeUnknown, Unavailable, UnsafeStore, WrongSchema, Broken)
}
_batch = msgpack.Decoder(tuple[Lease, list[Row]])
_answer = msgpack.Decoder(tuple[str, list[str]] | None)
_encoder = msgpack.Encoder()


class Frames:
    """Whole messages out of a stream of bytes."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def add(self, data: bytes) -> Iterator[bytes]:
        """The messages that are whole with `data`."""
        held = self._bytes
        held += data
        while len(held) >= _LENGTH:
            end = _LENGTH + int.from_bytes(held[:_LENGTH])
            if len(held) < end:
                return
            message = bytes(held[_LENGTH:end])
            del held[:end]
            yield message


def batch(lease: Lease, rows: Sequence[Row]) -> bytes:
    """A batch to be written; Malformed for text that is none and numbers beyond 64 bits."""
    try:
        return _framed((lease, rows))
    except (UnicodeEncodeError, OverflowError) as error:
        raise Malformed("journal row", str(error), "64-bit integers and UTF-8 text") from error


def read_batch(message: bytes) -> tuple[Lease, list[Row]]:
    """What `batch` told."""
    return _batch.decode(message)


def done() -> bytes:
    """It is on disk."""
    return _framed(None)


def failed(error: LuochuiError) -> bytes:
    """It is not, or nobody knows."""
    if isinstance(error, Malformed):
        return _framed(("Malformed", [error.field, str(error.got), error.expected]))
    return _framed((type(error).__name__, [str(error)]))


def read_answer(message: bytes) -> LuochuiError | None:
    """What `done` or `failed` told; Broken for an error that is not the port's."""
    told = _answer.decode(message)
    if told is None:
        return None
    name, words = told
    return Malformed(*words) if name == "Malformed" else _ERRORS.get(name, Broken)(*words)


def _framed(value: object) -> bytes:
    encoded = _encoder.encode(value)
    return len(encoded).to_bytes(_LENGTH) + encoded
