"""Command ids of our own pages and programs."""

import secrets
import time
import uuid


def new_command_id() -> str:
    """A UUID of version 7 (RFC 9562, 5.7): milliseconds since the epoch, then 74 random bits.

    Nobody guesses it, and ids of one moment lie side by side in the journal's index: random ones would make an
    embedded database write a page for each command.
    """
    milliseconds = time.time_ns() // 1_000_000
    high = milliseconds << 16 | 7 << 12 | secrets.randbits(12)
    return str(uuid.UUID(int=high << 64 | 2 << 62 | secrets.randbits(62)))
