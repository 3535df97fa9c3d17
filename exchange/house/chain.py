"""The hash chain of the journal: every row's hash covers the row and the hash before it."""

import hashlib

from exchange.ports import Row
from matching_engine import canonical

GENESIS = bytes(32)
"""The hash before the first row of a house."""


Head = tuple[str, int, int, int, str, int, str, int, str, str, str | None, str]
"""Everything in a row before its body, in the order of its fields: `house` to `type`."""


def link(before: bytes, row: Row) -> bytes:
    """The hash of a row that follows on the hash `before`."""
    head = (
        row.house,
        row.seq,
        row.epoch,
        row.at,
        row.stream,
        row.stream_seq,
        row.command_id,
        row.part,
        row.request,
        row.principal,
        row.causation,
        row.type,
    )
    return chained(before, head, row.body)


def chained(before: bytes, head: Head, body: bytes) -> bytes:
    """SHA-256 over the hash before and the canonical bytes of everything in the row but its own hash.

    The body enters as its digest: a row can be checked without trusting how its body was stored.
    """
    told = canonical.encode((*head, hashlib.sha256(body).hexdigest()))
    return hashlib.sha256(before + told).digest()
