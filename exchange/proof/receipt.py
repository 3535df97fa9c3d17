"""A signed receipt: one decision of the house, the row that says it, and the proof that a signed head covers the row.

Whoever holds it needs nobody to check it: the row's hash follows from what is told of the row, the head's root from
that hash and the proof, and the head's signature from the house's key. What a holder may not see enters as a digest.
"""

import hashlib
from collections.abc import Sequence
from typing import Annotated, Literal, TypeVar

import msgspec

from exchange.house import codec
from exchange.house.command import Outcome
from exchange.ports import Row
from exchange.proof.heads import (
    Consistency,
    Count,
    Hash,
    ProofKey,
    TreeHead,
    wrong_head,
    wrong_keys,
)
from exchange.proof.merkle import extends, includes, leaf_hash
from matching_engine import canonical
from matching_engine.errors import Malformed
from matching_engine.events import Event, public

FORM = "luochui receipt v1"
REFUSALS = frozenset({"BidRefused", "CommandRefused", "MarketRefused", "SettlementRefused"})
"""Types of events that say no, and in `code` why."""
S = TypeVar("S")
Text = Annotated[str, msgspec.Meta(max_length=400)]


class SignedReceipt(msgspec.Struct, frozen=True):
    """A decision of a house with its proof. Instants are µs since 1970 (UTC), hashes hexadecimal digits.

    `request` is the digest of the account and the command's body, `before` the hash of the journal's row before,
    `receipt` that of this row, which the acknowledgement already named. `body` is the event's text as it was hashed;
    null where its reader may know the digest alone.
    """

    form: Literal["luochui receipt v1"]
    house: Text
    command_id: Text
    principal: Text
    request: Hash
    decision: Literal["accepted", "refused"]
    code: Text | None
    seq: Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]
    epoch: Count
    at: Count
    stream: Text
    stream_seq: Count
    part: Count
    causation: Text | None
    type: Text
    body: Annotated[str, msgspec.Meta(max_length=200_000)] | None
    body_digest: Hash
    before: Hash
    receipt: Hash
    head: TreeHead
    inclusion: Annotated[list[Hash], msgspec.Meta(max_length=64)]
    keys: Annotated[list[ProofKey], msgspec.Meta(max_length=1000)]


class Step(msgspec.Struct, frozen=True):
    """One thing that was checked: `wrong` says what does not hold; None when it does."""

    name: str
    wrong: str | None
    said: str = ""


def make_receipt(
    outcome: Outcome,
    row: Row,
    before: bytes,
    shows_body: bool,
    head: TreeHead,
    path: Sequence[bytes],
    keys: Sequence[ProofKey],
) -> SignedReceipt:
    """The receipt of the row that answers a command."""
    refusal = outcome.refusal
    return SignedReceipt(
        form="luochui receipt v1",
        house=row.house,
        command_id=row.command_id,
        principal=row.principal,
        request=row.request,
        decision="refused" if refusal else "accepted",
        code=refusal.code if refusal else None,
        seq=row.seq,
        epoch=row.epoch,
        at=row.at,
        stream=row.stream,
        stream_seq=row.stream_seq,
        part=row.part,
        causation=row.causation,
        type=row.type,
        body=row.body.decode() if shows_body else None,
        body_digest=hashlib.sha256(row.body).hexdigest(),
        before=before.hex(),
        receipt=row.hash.hex(),
        head=head,
        inclusion=[one.hex() for one in path],
        keys=list(keys),
    )


def is_everybodys(row: Row) -> bool:
    """Whether the whole event of a row is one that everybody may see."""
    event = codec.recorded(row).event
    return isinstance(event, Event) and public(event) == event


def row_hash(told: SignedReceipt) -> str:
    """The hash of the row that the receipt tells of, as the chain of the journal has it (exchange.house.chain)."""
    fields = (
        *(told.house, told.seq, told.epoch, told.at, told.stream, told.stream_seq, told.command_id),
        *(told.part, told.request, told.principal, told.causation, told.type, told.body_digest),
    )
    return hashlib.sha256(bytes.fromhex(told.before) + canonical.encode(fields)).hexdigest()


def read_signed(data: bytes) -> SignedReceipt:
    """The signed receipt in a file; Malformed names the field that is wrong."""
    return _read(data, SignedReceipt, "receipt", "what /api/v1/commands/{id}/receipt answers")


def looks_signed(data: bytes) -> bool:
    """Whether a file says that it is a signed receipt."""
    try:
        found = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return isinstance(found, dict) and found.get("form") == FORM


class KeyList(msgspec.Struct, frozen=True):
    """The keys of a house, as /api/v1/proof/keys gives them."""

    house: Text
    keys: Annotated[list[ProofKey], msgspec.Meta(max_length=1000)]


def read_keys(data: bytes) -> list[ProofKey]:
    """The keys in a file of /api/v1/proof/keys."""
    found = _read(data, KeyList, "keys", "what /api/v1/proof/keys answers")
    return found.keys


def read_later(data: bytes) -> Consistency:
    """A later head in a file, alone or with the proof of consistency."""
    wanted = "what /api/v1/proof/heads/latest or /api/v1/proof/consistency answers"
    if b'"path"' in data:
        return _read(data, Consistency, "head", wanted)
    head = _read(data, TreeHead, "head", wanted)
    return Consistency(head.house, head.size, head.size, [], head)


def _read(data: bytes, kind: type[S], field: str, expected: str) -> S:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Malformed(field, str(error), expected) from error


def check_receipt(told: SignedReceipt, trusted: Sequence[ProofKey] = ()) -> list[Step]:
    """Everything that the receipt proves by itself, step by step; with `trusted` keys also whose it is."""
    anchor = told.keys[0].key_id if told.keys else "none"
    said = "from the keys given" if trusted else f"believing the first key {anchor}"
    return [
        Step("row", _wrong_row(told), f"seq {told.seq} of house {told.house}, {told.type}"),
        Step("decision", _wrong_decision(told), told.decision + (f" {told.code}" if told.code else "")),
        Step("keys", wrong_keys(told.house, told.keys, trusted), f"{len(told.keys)} in a row, {said}"),
        Step("signature", _wrong_signature(told), f"key {told.head.key_id}"),
        Step("inclusion", _wrong_inclusion(told), f"in the first {told.head.size} rows"),
    ]


def _wrong_row(told: SignedReceipt) -> str | None:
    if told.body is not None and hashlib.sha256(told.body.encode()).hexdigest() != told.body_digest:
        return "the event is not the one of the digest"
    return None if row_hash(told) == told.receipt else "the row told of does not have this hash"


def _wrong_decision(told: SignedReceipt) -> str | None:
    refused = told.type in REFUSALS
    if refused != (told.decision == "refused") or refused != (told.code is not None):
        return f"{told.decision} is not what an event {told.type} says"
    if not refused or told.body is None:
        return None
    try:
        code = msgspec.json.decode(told.body.encode(), type=dict[str, object]).get("code")
    except msgspec.DecodeError:
        return "the event is not JSON"
    return None if code == told.code else f"the event says {code}, not {told.code}"


def _wrong_signature(told: SignedReceipt) -> str | None:
    if told.head.house != told.house:
        return f"the head is one of house {told.head.house}"
    return wrong_head(told.head, told.keys)


def _wrong_inclusion(told: SignedReceipt) -> str | None:
    leaf, path = leaf_hash(bytes.fromhex(told.receipt)), [bytes.fromhex(one) for one in told.inclusion]
    root = bytes.fromhex(told.head.root)
    stands = includes(leaf, told.seq - 1, told.head.size, path, root)
    return None if stands else "the row is not in the tree of the head"


def check_later(told: SignedReceipt, later: Consistency, keys: Sequence[ProofKey]) -> Step:
    """Whether a later head, signed by the house, still holds the tree of the receipt."""
    return Step("head", _wrong_later(told.head, later, keys), f"{told.head.size} of {later.second} rows")


def _wrong_later(head: TreeHead, later: Consistency, keys: Sequence[ProofKey]) -> str | None:
    if later.head is None:
        return "the file holds no signed head"
    if (later.house, later.head.house, later.second) != (head.house, head.house, later.head.size):
        return "the head is another one than the proof is about"
    if wrong := wrong_head(later.head, keys):
        return wrong
    if later.first != head.size:
        return (
            f"there is no proof from {head.size} rows on: "
            f"get /api/v1/proof/consistency?first={head.size}&second={later.second}"
        )
    path = [bytes.fromhex(one) for one in later.path]
    roots = bytes.fromhex(head.root), bytes.fromhex(later.head.root)
    holds = extends(head.size, roots[0], later.second, roots[1], path)
    return None if holds else "the later tree does not begin with that of the receipt: two pasts were told"
