"""A snapshot: the whole state of a house at a seq, and the table of its command ids, as the bytes of one file.

A line that names the form, a line of JSON that says what the file is of (`Label`), then state and table, each
compressed. Nothing of it is trusted because it is there: the bytes must have the digest of the label, the program
be the one that made them and read them back, and the journal have the label's hash at the label's seq
(exchange.house.recovery).
"""

import hashlib
import zlib
from dataclasses import dataclass

import msgspec

from exchange.house import state_form
from exchange.house.decided import Decided
from exchange.house.fingerprint import fingerprint
from exchange.house.state import State
from matching_engine.errors import LuochuiError
from settlement.rulebook import Rulebook

FORM = b"luochui snapshot 3\n"
"""The form of the file; another one is not read."""
_LEVEL = 1


class Unusable(LuochuiError):
    """A snapshot that must not be started from, and why."""


class Label(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a snapshot is of, and what must hold of it."""

    house: str
    seq: int
    at: int
    hash: str
    """The hash of the journal's row at `seq`, in hex."""
    fingerprint: str
    """Of the program that made it (exchange.house.fingerprint)."""
    state_bytes: int
    body: str
    """Hex SHA-256 of everything after the label."""


_labels = msgspec.json.Decoder(Label)


@dataclass(slots=True)
class Snapshot:
    """A state with its table of ids, and the label that they came under."""

    label: Label
    state: State
    decided: Decided


def encode(house: str, state: State, decided: Decided, rulebook: Rulebook) -> bytes:
    """The file of a state; it was read back, and is the same state. Unusable when it is not."""
    packed = zlib.compress(state_form.encode(state), _LEVEL)
    body = packed + zlib.compress(decided.bits, _LEVEL)
    label = Label(
        house=house,
        seq=state.seq,
        at=state.at,
        hash=state.hash.hex(),
        fingerprint=fingerprint(),
        state_bytes=len(packed),
        body=hashlib.sha256(body).hexdigest(),
    )
    file = FORM + msgspec.json.encode(label) + b"\n" + body
    if decode(file, house, rulebook).state != state:
        raise Unusable(f"a snapshot of house {house} at seq {state.seq} does not read back as the same state")
    return file


def read_label(data: bytes, house: str) -> tuple[Label, bytes]:
    """The label of a file and its undamaged body; Unusable for a file of another form, house or program."""
    form, _, rest = data.partition(b"\n")
    if form + b"\n" != FORM:
        raise Unusable("it is not a snapshot of the form that this program reads")
    line, _, body = rest.partition(b"\n")
    try:
        label = _labels.decode(line)
    except msgspec.DecodeError as error:
        raise Unusable(f"its label is damaged: {error}") from error
    if hashlib.sha256(body).hexdigest() != label.body:
        raise Unusable("it is damaged: its bytes are not those that were written")
    if label.house != house:
        raise Unusable(f"it is of house {label.house}")
    if label.fingerprint != fingerprint():
        raise Unusable("another version of the program made it")
    return label, body


def decode(data: bytes, house: str, rulebook: Rulebook) -> Snapshot:
    """The snapshot in the bytes of a file; Unusable says why it must not be used."""
    label, body = read_label(data, house)
    try:
        state = state_form.decode(zlib.decompress(body[: label.state_bytes]), rulebook)
        decided = Decided(zlib.decompress(body[label.state_bytes :]))
    except Exception as error:  # Whoever forges a digest can write anything at all behind it.
        raise Unusable(f"its state cannot be read: {error!r}") from error
    if (state.seq, state.at, state.hash.hex()) != (label.seq, label.at, label.hash):
        raise Unusable("its state is not that of its label")
    return Snapshot(label, state, decided)
