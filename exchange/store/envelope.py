"""The envelope of a sealed bid: what a bidder's program or browser makes, and what the opening reads.

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

import binascii
import hashlib
import os
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from matching_engine import canonical
from matching_engine.errors import Malformed
from matching_engine.money import LIMIT_FEN

FORMAT = "luochui.seal.v1"
VERSION = 1
CURVE = ec.SECP256R1()
_POINT, _NONCE, _PLAIN, _TAG, _SALT = 65, 12, 64, 16, 16
_SIZE = 1 + _POINT + _NONCE + _PLAIN + _TAG

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
    return _b64(os.urandom(_SALT))


def commitment_of(amount_fen: int, salt: str) -> str:
    """The commitment of an amount and a salt: whoever kept both proves with it what was sealed."""
    return hashlib.sha256(_plain(amount_fen, salt)).hexdigest()


def seal_bid(
    public_key: str, lot: str, bidder: str, amount_fen: int, salt: str | None = None
) -> tuple[str, str]:
    """The envelope of a bid of `amount_fen` on `lot` under the code `bidder`, and its commitment.

    Malformed when the key is no point of P-256 or the amount is not above zero and within the limit. Give a salt of
    `new_salt` and keep it, to be able to prove later what was sealed.
    """
    if not 1 <= amount_fen <= LIMIT_FEN:
        raise Malformed("amount_fen", amount_fen, f"from 1 to {LIMIT_FEN} fen")
    recipient, plain = _point(public_key), _plain(amount_fen, salt or new_salt())
    ephemeral, nonce = ec.generate_private_key(CURVE), os.urandom(_NONCE)
    point = raw_point(ephemeral.public_key())
    key = _derive(ephemeral.exchange(ec.ECDH(), recipient), point, raw_point(recipient))
    sealed = AESGCM(key).encrypt(nonce, plain, _bound_to(lot, bidder))
    return _b64(bytes([VERSION]) + point + nonce + sealed), hashlib.sha256(plain).hexdigest()


def _plain(amount_fen: int, salt: str) -> bytes:
    return canonical.encode(_Held(amount_fen, salt)).ljust(_PLAIN)


def open_envelope(
    private_key: ec.EllipticCurvePrivateKey, lot: str, bidder: str, envelope: str, commitment: str
) -> int | None:
    """The amount in fen; None for an envelope that cannot be read or is not what its commitment says."""
    data = _unpacked(envelope)
    if data is None or data[0] != VERSION:
        return None
    point, nonce, sealed = data[1 : 1 + _POINT], data[1 + _POINT : -_PLAIN - _TAG], data[-_PLAIN - _TAG :]
    try:
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point)
        key = _derive(private_key.exchange(ec.ECDH(), theirs), point, raw_point(private_key.public_key()))
        plain = AESGCM(key).decrypt(nonce, sealed, _bound_to(lot, bidder))
    except (ValueError, InvalidTag):
        return None
    return _amount(plain) if hashlib.sha256(plain).hexdigest() == commitment else None


def _amount(plain: bytes) -> int | None:
    text = plain.rstrip(b" ")
    try:
        held = _held.decode(text)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    return held.amount_fen if canonical.encode(held) == text else None


def raw_point(key: ec.EllipticCurvePublicKey) -> bytes:
    """The uncompressed point, 65 octets, as WebCrypto imports it."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def public_text(key: ec.EllipticCurvePrivateKey) -> str:
    """The public half of a key, as it is published."""
    return _b64(raw_point(key.public_key()))


def _point(public_key: str) -> ec.EllipticCurvePublicKey:
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, _unb64(public_key))
    except ValueError as error:
        raise Malformed("public_key", public_key[:100], "an uncompressed P-256 point in base64url") from error


def _derive(secret: bytes, ephemeral: bytes, recipient: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, ephemeral + recipient, FORMAT.encode()).derive(secret)


def _bound_to(lot: str, bidder: str) -> bytes:
    return f"{FORMAT}\n{lot}\n{bidder}".encode()


def _unpacked(envelope: str) -> bytes | None:
    """The octets of an envelope; None unless the text is the one way of writing them."""
    if not _TEXT.fullmatch(envelope):
        return None
    data = _unb64(envelope)
    return data if len(data) == _SIZE and _b64(data) == envelope else None


def _b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError(str(error)) from error
