"""The code that stands for a bidder in a lot: it tells neither name nor order of entry."""

import hashlib
from collections.abc import Collection


def bidder_code(lot: str, salt: str, taken: Collection[str]) -> str:
    """Four digits that nobody else has; `salt` is known to its party only."""
    attempt = 0
    while True:
        draw = hashlib.sha256(f"{lot}\n{salt}\n{attempt}".encode()).digest()
        code = f"{1000 + int.from_bytes(draw[:4]) % 9000}"
        if code not in taken:
            return code
        attempt += 1
