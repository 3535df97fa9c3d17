"""One layer of encryption to a P-256 key: what every envelope of a sealed bid is made of.

    layer   ephemeral point (65) ‖ nonce (12) ‖ ciphertext and tag
    key     HKDF-SHA-256 of the ECDH secret; salt: ephemeral point ‖ the recipient's point; info: the name of the layer
    cipher  AES-256-GCM; additional data: the name of the layer ⏎ lot ⏎ bidder's code

The additional data bind a layer to its place, its lot and its bidder: copied elsewhere it does not open.
"""

import binascii
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from matching_engine.errors import Malformed

CURVE = ec.SECP256R1()
POINT, NONCE, TAG, SCALAR = 65, 12, 16, 32
MORE = POINT + NONCE + TAG
"""Octets by which a layer is longer than what is in it."""


def wrap(name: str, recipient: ec.EllipticCurvePublicKey, lot: str, bidder: str, plain: bytes) -> bytes:
    """A layer around `plain` that only the recipient's private half opens."""
    ephemeral, nonce = ec.generate_private_key(CURVE), os.urandom(NONCE)
    point = raw_point(ephemeral.public_key())
    key = _derive(name, ephemeral.exchange(ec.ECDH(), recipient), point, raw_point(recipient))
    return point + nonce + AESGCM(key).encrypt(nonce, plain, _bound_to(name, lot, bidder))


def unwrap(
    name: str, private_key: ec.EllipticCurvePrivateKey, lot: str, bidder: str, layer: bytes
) -> bytes | None:
    """What is in a layer; None for one that is for another key, place, lot or bidder, or was changed."""
    point, nonce, sealed = layer[:POINT], layer[POINT : POINT + NONCE], layer[POINT + NONCE :]
    try:
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point)
        secret = private_key.exchange(ec.ECDH(), theirs)
        key = _derive(name, secret, point, raw_point(private_key.public_key()))
        return AESGCM(key).decrypt(nonce, sealed, _bound_to(name, lot, bidder))
    except (ValueError, InvalidTag):
        return None


def raw_point(key: ec.EllipticCurvePublicKey) -> bytes:
    """The uncompressed point, 65 octets, as WebCrypto imports it."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def public_text(key: ec.EllipticCurvePrivateKey) -> str:
    """The public half of a key, as it is published."""
    return b64(raw_point(key.public_key()))


def private_text(key: ec.EllipticCurvePrivateKey) -> str:
    """The private half, a scalar of 32 octets in base64url, as it is posted at the opening."""
    return b64(key.private_numbers().private_value.to_bytes(SCALAR))


def private_of(text: str) -> ec.EllipticCurvePrivateKey:
    """The key of a private half; Malformed, which does not repeat it, for anything else."""
    try:
        data = unb64(text)
        if len(data) == SCALAR and b64(data) == text:
            return ec.derive_private_key(int.from_bytes(data), CURVE)
    except ValueError:
        pass
    raise Malformed("share", "something else", "the private half of a P-256 key: 32 octets in base64url")


def point_of(public_key: str) -> ec.EllipticCurvePublicKey:
    """The key of a published public half; Malformed for anything else."""
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, unb64(public_key))
    except ValueError as error:
        raise Malformed("public_key", public_key[:100], "an uncompressed P-256 point in base64url") from error


def b64(data: bytes) -> str:
    """Base64url without padding."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Its octets; ValueError for a text that is none."""
    try:
        return urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
    except binascii.Error as error:
        raise ValueError(str(error)) from error


def _derive(name: str, secret: bytes, ephemeral: bytes, recipient: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, ephemeral + recipient, name.encode()).derive(secret)


def _bound_to(name: str, lot: str, bidder: str) -> bytes:
    return f"{name}\n{lot}\n{bidder}".encode()
