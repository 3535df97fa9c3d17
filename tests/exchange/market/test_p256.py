"""Points of P-256, against the library that seals and opens."""

from cryptography.hazmat.primitives.asymmetric import ec

from exchange.market.p256 import fingerprint, is_public, public_of
from exchange.store.layer import CURVE, b64, private_text, public_text

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def test_public_halves_are_those_of_the_library() -> None:
    """The smallest and the largest scalar, and some of chance."""
    keys = [ec.derive_private_key(scalar, CURVE) for scalar in (1, 2, 3, ORDER - 1)]
    keys += [ec.generate_private_key(CURVE) for _ in range(8)]
    for key in keys:
        assert public_of(private_text(key)) == public_text(key)
        assert is_public(public_text(key))


def test_what_is_no_scalar_has_no_public_half() -> None:
    """Zero, the order and more, another length, another way of writing, no base64."""
    for scalar in (0, ORDER, 2**256 - 1):
        assert public_of(b64(scalar.to_bytes(32))) is None
    good = b64((5).to_bytes(32))
    for text in ("", "x", good[:-1], good + "=", good + "A", "密" * 43, b64(bytes(31)), good[:-1] + "G"):
        assert public_of(text) is None


def test_what_is_no_point_is_found() -> None:
    """Off the curve, compressed, coordinates beyond the field, other lengths."""
    key = ec.derive_private_key(7, CURVE).public_key().public_numbers()
    x, y = key.x.to_bytes(32), key.y.to_bytes(32)
    assert is_public(b64(b"\x04" + x + y))
    for raw in (
        b"\x04" + x + x,
        b"\x02" + x + y,
        b"\x04" + (2**256 - 1).to_bytes(32) + y,
        b"\x04" + x + y + b"\x00",
        bytes(65),
        b"",
    ):
        assert not is_public(b64(raw))
    assert len(fingerprint(b64(b"\x04" + x + y))) == 64
