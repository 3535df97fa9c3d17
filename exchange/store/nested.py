"""The envelope of a sealed bid that two officials keep closed: one inside the other.

    envelope    base64url, no padding, of  version (2) ‖ outer layer to the operator's key
    outer       holds the inner layer, to the auditor's key
    inner       holds the plaintext of exchange.store.envelope, 64 octets
    names       luochui.seal.v2.outer and luochui.seal.v2.inner (see exchange.store.layer)
    commitment  hex SHA-256 of the plaintext

Neither official can read an amount without the other, and every envelope has the same size. The private halves are
posted after the close; with both of them, and what the journal holds, everybody can open every envelope again.
"""

import hashlib
import re
from collections.abc import Sequence

from exchange.store import envelope as single
from exchange.store.envelope import BadEnvelope, amount_of, new_salt, plaintext
from exchange.store.layer import MORE, b64, point_of, private_of, unb64, unwrap, wrap
from matching_engine.errors import Malformed

FORMAT = "luochui.seal.v2"
VERSION = 2
OUTER, INNER = f"{FORMAT}.outer", f"{FORMAT}.inner"
SIZE = 1 + MORE + MORE + 64
LENGTH = -(-SIZE * 4 // 3)
"""Characters of every envelope."""

_TEXT = re.compile(rf"[A-Za-z0-9_-]{{{LENGTH}}}", re.ASCII)


def check_envelope(envelope: str) -> None:
    """Look at size and form, which is all that anybody can do before the opening; BadEnvelope otherwise."""
    data = _unpacked(envelope)
    if data is None or data[1] != 4:
        expected = f"an envelope of {FORMAT}: {LENGTH} characters of base64url"
        raise BadEnvelope("envelope", envelope[:24], expected)


def seal_bid(
    operator_key: str, auditor_key: str, lot: str, bidder: str, amount_fen: int, salt: str | None = None
) -> tuple[str, str]:
    """The envelope of a bid of `amount_fen` on `lot` under the code `bidder`, and its commitment; errors as of the single one."""
    plain = plaintext(amount_fen, salt or new_salt())
    inner = wrap(INNER, point_of(auditor_key), lot, bidder, plain)
    outer = wrap(OUTER, point_of(operator_key), lot, bidder, inner)
    return b64(bytes([VERSION]) + outer), hashlib.sha256(plain).hexdigest()


def open_envelope(
    operator_share: str, auditor_share: str, lot: str, bidder: str, envelope: str, commitment: str
) -> int | None:
    """The amount in fen; None for an envelope that cannot be read or is not what its commitment says."""
    data = _unpacked(envelope)
    if data is None:
        return None
    inner = unwrap(OUTER, private_of(operator_share), lot, bidder, data[1:])
    plain = unwrap(INNER, private_of(auditor_share), lot, bidder, inner) if inner is not None else None
    return None if plain is None else amount_of(plain, commitment)


def seal_to(
    keys: Sequence[str], lot: str, bidder: str, amount_fen: int, salt: str | None = None
) -> tuple[str, str]:
    """Seal to the published keys of a lot, from the outside in: one of the house, or those of two officials."""
    if len(keys) == 1:
        return single.seal_bid(keys[0], lot, bidder, amount_fen, salt)
    if len(keys) != 2:
        raise Malformed("keys", len(keys), "the one key of the house, or those of operator and auditor")
    return seal_bid(keys[0], keys[1], lot, bidder, amount_fen, salt)


def _unpacked(envelope: str) -> bytes | None:
    """The octets of an envelope; None unless the text is the one way of writing them."""
    if not _TEXT.fullmatch(envelope):
        return None
    data = unb64(envelope)
    one_way = len(data) == SIZE and b64(data) == envelope
    return data if one_way and data[0] == VERSION else None
