"""What a snapshot depends on beside the journal: the classes of the state, and the code that makes events into state.

Another fingerprint means that the same rows may add up to another state: the snapshot is then not used, and the
journal is read from an earlier point, or from its beginning, once.
"""

import hashlib
from functools import cache
from pathlib import Path

import msgspec

import exchange.house
import exchange.market
import matching_engine
import settlement

_MAKES_STATE = (matching_engine, settlement, exchange.market, exchange.house)


@cache
def fingerprint() -> str:
    """Hex SHA-256 of the source of every class of the state, of everything that turns events into it, and of the
    version of what turns it into bytes."""
    digest = hashlib.sha256(msgspec.__version__.encode() + b"\n")
    for package in _MAKES_STATE:
        root = Path(package.__path__[0])
        for path in sorted(root.rglob("*.py")):
            digest.update(path.relative_to(root).as_posix().encode() + b"\n" + path.read_bytes())
    return digest.hexdigest()
