"""The vault of a simulated house: keys follow from their lots, so that a run can be repeated byte for byte.

An envelope is its amount, bound to lot and bidder, in the form that the product's own envelopes have; that those
keep their secret is tested elsewhere.
"""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.hazmat.primitives.asymmetric import ec

from exchange.store.envelope import CURVE, public_text


def sealed(lot: str, bidder: str, amount_fen: int) -> tuple[str, str]:
    """Envelope and commitment of an amount."""
    text = f"{lot} {bidder} {amount_fen}"
    envelope = urlsafe_b64encode(text.encode()).decode()
    return envelope, hashlib.sha256(text.encode()).hexdigest()


class SimulatedVault:
    """See exchange.ports.Vault. Every process of the house has the same keys, as from one directory."""

    def public_key(self, lot: str) -> str:
        """The public half."""
        secret = int.from_bytes(hashlib.sha256(lot.encode()).digest()) >> 1
        return public_text(ec.derive_private_key(secret, CURVE))

    def holds(self, lot: str, public_key: str) -> bool:
        """Whether it is the key of this lot."""
        return public_key == self.public_key(lot)

    def open(self, lot: str, bidder: str, envelope: str, commitment: str) -> int | None:
        """The amount, unless lot, bidder or commitment are another's."""
        held_lot, held_bidder, amount = urlsafe_b64decode(envelope).decode().split(" ")
        whole = (held_lot, held_bidder) == (lot, bidder) and sealed(lot, bidder, int(amount))[1] == commitment
        return int(amount) if whole else None
