"""A published batch as a file that anybody can check: a head with the digest, then the canonical lines."""

from datetime import date
from typing import TypeVar

import msgspec

from exchange.market.release_batch import canonical_lines, digest_of, line_order
from exchange.market.release_state import Batch
from exchange.market.release_terms import BatchLine
from matching_engine import canonical
from matching_engine.errors import Malformed

T = TypeVar("T")


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The first line: which batch, its cut-off, when it was published (µs), how many lines, their digest."""

    batch: str
    cutoff: date
    published_at: int
    results: int
    digest: str


def written(batch: Batch, hidden: frozenset[str] = frozenset()) -> bytes:
    """The file. Lines of what may not be named any more are left out: the head still counts and binds them."""
    head = Head(batch.id, batch.cutoff, batch.published_at or 0, len(batch.lines), batch.digest)
    shown = [line for line in batch.lines if line.achievement not in hidden]
    return canonical.encode(head) + b"\n" + canonical_lines(shown)


def read(data: bytes) -> tuple[Head, tuple[BatchLine, ...]]:
    """Head and lines of a file; Malformed names the line."""
    rows = data.splitlines()
    if not rows:
        raise Malformed("line 1", "nothing", "the head of a batch")
    head = _decoded(rows[0], 1, Head)
    return head, tuple(_decoded(row, n, BatchLine) for n, row in enumerate(rows[1:], 2))


def _decoded(row: bytes, number: int, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(row, type=kind)
    except msgspec.MsgspecError as wrong:
        raise Malformed(f"line {number}", str(wrong), "a line of an exported batch") from wrong


def fault(head: Head, lines: tuple[BatchLine, ...]) -> str | None:
    """What is wrong with a batch; None when its lines are those that were published, in their order."""
    if len(lines) != head.results:
        return f"{len(lines)} lines, and the head says {head.results}"
    if list(lines) != sorted(lines, key=line_order):
        return "the lines do not stand in their order"
    if digest_of(lines) != head.digest:
        return f"the lines have the digest {digest_of(lines)}, and the head says {head.digest}"
    return None
