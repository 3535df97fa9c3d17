"""The envelope of a sealed bid that the house alone keeps closed: what a program or browser makes, and what is in it.

    envelope    base64url, no padding, of  version (1) ‖ ephemeral point (65) ‖ nonce (12) ‖ ciphertext and tag (80)
    plaintext   {"amount_fen":…,"salt":"…"}, canonical JSON, then blanks up to 64 octets; the salt is 16 random
                octets in base64url
    key         HKDF-SHA-256 of the ECDH secret on P-256; salt: ephemeral point ‖ lot's point; info: luochui.seal.v1
    cipher      AES-256-GCM; additional data: luochui.seal.v1 ⏎ lot ⏎ bidder's code
    commitment  hex SHA-256 of the plaintext

Every envelope has the same size, so it tells nothing of the amount. The additional data bind it to its lot and its
bidder: copied by somebody else it cannot be opened. The salt keeps a commitment from being guessed. Everything here
is in WebCrypto as well; web/static/seal.js makes the same envelopes.
"""

import hashlib
import os
import re
from typing import Annotated

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from exchange.store.layer import CURVE as CURVE
from exchange.store.layer import MORE, b64, point_of, unb64, unwrap, wrap
from exchange.store.layer import public_text as public_text
from exchange.store.layer import raw_point as raw_point
from matching_engine import canonical
from matching_engine.errors import Malformed
from matching_engine.money import LIMIT_FEN

FORMAT = "luochui.seal.v1"
VERSION = 1
_PLAIN, _SALT = 64, 16
_SIZE = 1 + MORE + _PLAIN

_TEXT = re.compile(r"[A-Za-z0-9_-]{211}", re.ASCII)
_COMMITMENT = re.compile(r"[0-9a-f]{64}", re.ASCII)


class BadEnvelope(Malformed):
    """Something that is no envelope, or no commitment: it is not taken into the box."""


class _Held(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    amount_fen: Annotated[int, msgspec.Meta(ge=1, le=LIMIT_FEN)]
    salt: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{22}$")]


_held = msgspec.json.Decoder(_Held)


def check_envelope(envelope: str) -> None:
    """Look at size and form, which is all that anybody can do before the opening; BadEnvelope otherwise."""
    data = _unpacked(envelope)
    if data is None or data[0] != VERSION or data[1] != 4:
        expected = f"an envelope of {FORMAT}: 211 characters of base64url"
        raise BadEnvelope("envelope", envelope[:24], expected)


def check_commitment(commitment: str) -> None:
    """BadEnvelope unless it is a hex SHA-256."""
    if not _COMMITMENT.fullmatch(commitment):
        raise BadEnvelope("commitment", commitment[:72], "64 hexadecimal digits in lower case")


def new_salt() -> str:
    """Sixteen random octets in base64url."""
    return b64(os.urandom(_SALT))


def commitment_of(amount_fen: int, salt: str) -> str:
    """The commitment of an amount and a salt: whoever kept both proves with it what was sealed."""
    return hashlib.sha256(plaintext(amount_fen, salt)).hexdigest()


def seal_bid(
    public_key: str, lot: str, bidder: str, amount_fen: int, salt: str | None = None
) -> tuple[str, str]:
    """The envelope of a bid of `amount_fen` on `lot` under the code `bidder`, and its commitment.

    Malformed when the key is no point of P-256 or the amount is not above zero and within the limit. Give a salt of
    `new_salt` and keep it, to be able to prove later what was sealed.
    """
    recipient, plain = point_of(public_key), plaintext(amount_fen, salt or new_salt())
    layer = wrap(FORMAT, recipient, lot, bidder, plain)
    return b64(bytes([VERSION]) + layer), hashlib.sha256(plain).hexdigest()


def plaintext(amount_fen: int, salt: str) -> bytes:
    """What is sealed, 64 octets for every amount; Malformed for one that is not above zero and within the limit."""
    if not 1 <= amount_fen <= LIMIT_FEN:
        raise Malformed("amount_fen", amount_fen, f"from 1 to {LIMIT_FEN} fen")
    return canonical.encode(_Held(amount_fen, salt)).ljust(_PLAIN)


def open_envelope(
    private_key: ec.EllipticCurvePrivateKey, lot: str, bidder: str, envelope: str, commitment: str
) -> int | None:
    """The amount in fen; None for an envelope that cannot be read or is not what its commitment says."""
    data = _unpacked(envelope)
    if data is None or data[0] != VERSION:
        return None
    plain = unwrap(FORMAT, private_key, lot, bidder, data[1:])
    return None if plain is None else amount_of(plain, commitment)


def amount_of(plain: bytes, commitment: str) -> int | None:
    """The amount of a plaintext; None when it holds none, or is not what its commitment says."""
    if hashlib.sha256(plain).hexdigest() != commitment:
        return None
    text = plain.rstrip(b" ")
    try:
        held = _held.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return held.amount_fen if canonical.encode(held) == text else None


def _unpacked(envelope: str) -> bytes | None:
    """The octets of an envelope; None unless the text is the one way of writing them."""
    if not _TEXT.fullmatch(envelope):
        return None
    data = unb64(envelope)
    return data if len(data) == _SIZE and b64(data) == envelope else None
