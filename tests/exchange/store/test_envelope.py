"""Envelopes: what is sealed opens to the same amount, and nothing else does."""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from exchange.store import envelope as e
from matching_engine.errors import Malformed
from matching_engine.money import LIMIT_FEN

KEY = ec.generate_private_key(e.CURVE)
PUBLIC = e.public_text(KEY)
AMOUNTS = st.integers(1, LIMIT_FEN)
WORDS = st.text(st.characters(exclude_categories=("Cc", "Cs")), min_size=1, max_size=40)


def opened(envelope: str, commitment: str, lot: str = "L1", bidder: str = "1234") -> int | None:
    """What the envelope holds for that lot and bidder."""
    return e.open_envelope(KEY, lot, bidder, envelope, commitment)


@given(AMOUNTS, WORDS, WORDS)
def test_what_is_sealed_opens(amount_fen: int, lot: str, bidder: str) -> None:
    """Every lawful amount comes back, for any lot and any code."""
    envelope, commitment = e.seal_bid(PUBLIC, lot, bidder, amount_fen)
    e.check_envelope(envelope)
    e.check_commitment(commitment)
    assert opened(envelope, commitment, lot, bidder) == amount_fen


@given(AMOUNTS, st.integers(0, 158 * 8 - 1))
def test_a_flipped_bit_voids(amount_fen: int, bit: int) -> None:
    """Version, point, nonce, ciphertext or tag: no bit of an envelope can change."""
    envelope, commitment = e.seal_bid(PUBLIC, "L1", "1234", amount_fen)
    data = bytearray(urlsafe_b64decode(envelope + "="))
    data[bit // 8] ^= 1 << bit % 8
    assert opened(urlsafe_b64encode(data).decode().rstrip("="), commitment) is None


@given(st.data())
def test_a_changed_character_voids(data: st.DataObject) -> None:
    """The text is the one way of writing its octets: another last character is another envelope."""
    envelope, commitment = e.seal_bid(PUBLIC, "L1", "1234", 5)
    at = data.draw(st.integers(0, len(envelope) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda char: char != envelope[at]))
    assert opened(envelope[:at] + other + envelope[at + 1 :], commitment) is None


@given(AMOUNTS, WORDS, WORDS)
def test_another_lot_or_code_voids(amount_fen: int, lot: str, bidder: str) -> None:
    """An envelope is bound to its lot and bidder: copied or moved, it opens to nothing."""
    envelope, commitment = e.seal_bid(PUBLIC, lot, bidder, amount_fen)
    assert opened(envelope, commitment, lot + "x", bidder) is None
    assert opened(envelope, commitment, lot, "x" + bidder) is None
    assert opened(envelope, commitment, bidder, lot) == (amount_fen if lot == bidder else None)


def test_another_key_voids() -> None:
    """Sealed to a key that is not the lot's, an envelope opens to nothing."""
    other = e.public_text(ec.generate_private_key(e.CURVE))
    assert opened(*e.seal_bid(other, "L1", "1234", 5)) is None


def test_a_false_commitment_voids() -> None:
    """The commitment is of this very plaintext: not of another bid of the same amount, and in lower case."""
    envelope, commitment = e.seal_bid(PUBLIC, "L1", "1234", 5)
    _, another = e.seal_bid(PUBLIC, "L1", "1234", 5)
    assert another != commitment
    assert opened(envelope, another) is None
    assert opened(envelope, commitment.upper()) is None


@given(AMOUNTS, AMOUNTS)
def test_size_tells_nothing(one_fen: int, other_fen: int) -> None:
    """One fen and ten trillion yuan make envelopes of the same size."""
    one, other = (e.seal_bid(PUBLIC, "L1", "1234", fen) for fen in (one_fen, other_fen))
    assert (len(one[0]), len(one[1])) == (len(other[0]), len(other[1])) == (211, 64)


@pytest.mark.parametrize(
    "plain",
    [
        b'{"amount_fen":5}',
        b'{"amount_fen":0,"salt":"AAAAAAAAAAAAAAAAAAAAAA"}',
        b'{"amount_fen":-5,"salt":"AAAAAAAAAAAAAAAAAAAAAA"}',
        b'{"amount_fen":5.0,"salt":"AAAAAAAAAAAAAAAAAAAAAA"}',
        b'{"amount_fen":5e0,"salt":"AAAAAAAAAAAAAAAAAAAAAA"}',
        b'{"amount_fen":"5","salt":"AAAAAAAAAAAAAAAAAAAAAA"}',
        b'{"amount_fen":true,"salt":"AAAAAAAAAAAAAAAAAAAAAA"}',
        b'{"amount_fen":1000000000000001,"salt":"AAAAAAAAAAAAAAAAAAAAAA"}',
        b'{"amount_fen": 5,"salt":"AAAAAAAAAAAAAAAAAAAAAA"}',
        b'{"salt":"AAAAAAAAAAAAAAAAAAAAAA","amount_fen":5}',
        b'{"amount_fen":5,"amount_fen":6,"salt":"AAAAAAAAAAAAAAAA"}',
        b'{"amount_fen":5,"salt":"short"}',
        b'{"amount_fen":5,"salt":"AAAAAAAAAAAAAAAAAAAAAA","x":1}',
        b"\xff\xfe",
        b"",
    ],
)
def test_a_plaintext_of_another_form_voids(plain: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rightly encrypted, wrongly written: only the canonical form is a bid, so each amount is written one way."""
    monkeypatch.setattr("matching_engine.canonical.encode", lambda held: plain)
    envelope, commitment = e.seal_bid(PUBLIC, "L1", "1234", 5)
    monkeypatch.undo()
    assert commitment == hashlib.sha256(plain.ljust(64)).hexdigest()
    assert opened(envelope, commitment) is None


def test_anything_else_is_no_envelope() -> None:
    """Size, alphabet, version, kind of point and the unused last bits are looked at before the box."""
    good, _ = e.seal_bid(PUBLIC, "L1", "1234", 5)
    for bad in (
        "",
        "5",
        good[:-1],
        good + "A",
        good[:-1] + "B",
        good[:-1] + "=",
        "B" + good[1:],
        good[0] + "B" + good[2:],
    ):
        with pytest.raises(e.BadEnvelope):
            e.check_envelope(bad)
    for bad in ("", "0" * 63, "0" * 65, "G" * 64, "A" * 64, "٠" * 64):
        with pytest.raises(e.BadEnvelope):
            e.check_commitment(bad)


@pytest.mark.parametrize("amount_fen", [0, -1, LIMIT_FEN + 1])
def test_an_unlawful_amount_is_not_sealed(amount_fen: int) -> None:
    """The sealer refuses what the opening would not count."""
    with pytest.raises(Malformed, match="amount_fen"):
        e.seal_bid(PUBLIC, "L1", "1234", amount_fen)


def test_a_key_that_is_none() -> None:
    """A text that is no point of the curve is named, not used."""
    for key in ("", "A", "AAAA", PUBLIC[:-1], "C" + PUBLIC[1:], "B" * 87):
        with pytest.raises(Malformed, match="public_key"):
            e.seal_bid(key, "L1", "1234", 5)


def test_amount_and_salt_prove_what_was_sealed() -> None:
    """Whoever kept them computes the commitment again; another amount has another one."""
    salt = e.new_salt()
    _, commitment = e.seal_bid(PUBLIC, "L1", "1234", 5, salt)
    assert e.commitment_of(5, salt) == commitment != e.commitment_of(6, salt)


def test_a_known_envelope_still_opens() -> None:
    """The format does not drift: an envelope made by the first version of the browser's script opens to its amount."""
    key = ec.derive_private_key(0xC0FFEE, e.CURVE)
    assert e.open_envelope(key, "L1", "1234", GOLDEN, GOLDEN_COMMITMENT) == 165_000_000


GOLDEN = "AQTpf18nX4D3GzI4aKbXD9YhcBWajHypkUIri_lwdDXFAFWuvbACLQTEP_lTMF6Q3Q--h9pg5DBZHJnD4Qu2TrSHYjMwbTp--N36nlK3ZHli2YFM5rmIZXYhsU5oxWTToj530jzugYY1hVNmn58XQXIbCofxUsJsH0hcrv3NAe80FV6jlS0raIqM8dw6zZtYiGbBhOBxG1X5VcDTvAE"
GOLDEN_COMMITMENT = "c100622cd8c909f819ad2607272650aa74f9bc3ba682ec28f1c5f573314e1947"
