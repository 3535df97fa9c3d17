"""Proof for everyone: a Merkle tree over the journal of a house, its signed heads, receipts, and witnesses of both."""
