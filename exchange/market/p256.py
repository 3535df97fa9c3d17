"""Points of the curve P-256 (FIPS 186-5, SP 800-186): is a key one, and which public half has a private one.

For halves that are being made public, on which nothing secret depends any more: the running time tells of them. Sealing
and opening are done by a library, outside the pure parts.
"""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode

_P = 2**256 - 2**224 + 2**192 + 2**96 - 1
_N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
_G = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)

Point = tuple[int, int] | None
"""Affine coordinates; None is the point at infinity."""

OCTETS = 32


def is_public(key: str) -> bool:
    """Whether a text is a point of the curve: uncompressed, 65 octets, in base64url without padding."""
    data = _octets(key, 1 + 2 * OCTETS)
    if data is None or data[0] != 4:
        return False
    x, y = int.from_bytes(data[1 : 1 + OCTETS]), int.from_bytes(data[1 + OCTETS :])
    return x < _P and y < _P and (y * y - x * x * x + 3 * x - _B) % _P == 0


def public_of(private: str) -> str | None:
    """The public half of a private one (the scalar, 32 octets in base64url); None for a text that is none."""
    data = _octets(private, OCTETS)
    scalar = int.from_bytes(data) if data is not None else 0
    if not 0 < scalar < _N:
        return None
    point = _times(scalar)
    assert point is not None
    raw = b"\x04" + b"".join(part.to_bytes(OCTETS) for part in point)
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def fingerprint(key: str) -> str:
    """What people compare: the hex SHA-256 of a public half's octets."""
    return hashlib.sha256(urlsafe_b64decode(key + "=" * (-len(key) % 4))).hexdigest()


def _octets(text: str, size: int) -> bytes | None:
    """The octets of a text; None unless it is the one way of writing so many."""
    try:
        data = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except ValueError:
        return None
    one_way = urlsafe_b64encode(data).rstrip(b"=").decode() == text
    return data if one_way and len(data) == size else None


def _times(scalar: int) -> Point:
    """So many times the base point."""
    found: Point = None
    doubled: Point = _G
    while scalar:
        if scalar & 1:
            found = _plus(found, doubled)
        doubled = _plus(doubled, doubled)
        scalar >>= 1
    return found


def _plus(one: Point, other: Point) -> Point:
    if one is None or other is None:
        return other if one is None else one
    (x1, y1), (x2, y2) = one, other
    if x1 == x2 and (y1 + y2) % _P == 0:
        return None
    slope = (
        (3 * x1 * x1 - 3) * pow(2 * y1, -1, _P) if one == other else (y2 - y1) * pow(x2 - x1, -1, _P)
    ) % _P
    x3 = (slope * slope - x1 - x2) % _P
    return x3, (slope * (x1 - x3) - y1) % _P
