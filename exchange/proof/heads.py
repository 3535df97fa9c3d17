"""What a house signs about its journal: tree heads, and the keys it signs them with, each key by the one before.

A head says that the first `size` rows have this root. Whoever holds two heads of a house that do not agree holds the
proof that the house told two pasts. Texts that are signed are lines, so that anybody can write them again by hand.
"""

import hashlib
from collections.abc import Sequence
from typing import Annotated, Protocol

import msgspec

from exchange.signatures import verifies

Hash = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[^\n\r]+$")]
KeyId = Annotated[str, msgspec.Meta(pattern=r"^p-[0-9a-f]{20}$")]
Signed = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{128}$")]

OVERLAP = 300_000_000
"""µs after which a key that was replaced signs nothing more: clocks of two machines differ a little."""


class TreeHead(msgspec.Struct, frozen=True):
    """The first `size` rows of the journal of `house` have this Merkle root; signed at `at` (µs since 1970, UTC)."""

    house: Name
    size: Count
    root: Hash
    at: Count
    key_id: KeyId
    signature: Signed


class ProofKey(msgspec.Struct, frozen=True):
    """A key for heads: the `number`th of the house from 1, used from `since` (µs) on.

    `previous` is the id of the key that signed this entry; empty for a key that vouches for itself.
    """

    house: Name
    number: Annotated[int, msgspec.Meta(ge=1, le=100_000)]
    key_id: KeyId
    public_key: Hash
    since: Count
    previous: Annotated[str, msgspec.Meta(pattern=r"^(p-[0-9a-f]{20})?$")]
    signature: Signed


class Consistency(msgspec.Struct, frozen=True):
    """The proof that the tree of `second` rows begins with that of `first` rows, and the signed head of the second."""

    house: Name
    first: Count
    second: Count
    path: Annotated[list[Hash], msgspec.Meta(max_length=128)]
    head: TreeHead | None = None


class Signer(Protocol):
    """A private key; it never leaves its place."""

    @property
    def public(self) -> str:
        """The public half, 64 hexadecimal digits."""

    def sign(self, message: bytes) -> str:
        """The signature in hex."""


def key_id(public_key: str) -> str:
    """The id of a key follows from it: the first 20 digits of its SHA-256."""
    return f"p-{hashlib.sha256(bytes.fromhex(public_key)).hexdigest()[:20]}"


def head_text(house: str, size: int, root: str, at: int, key: str) -> bytes:
    """What the signature of a head is over."""
    return f"luochui tree head v1\n{house}\n{size}\n{root}\n{at}\n{key}\n".encode()


def key_text(key: ProofKey) -> bytes:
    """What the signature of a key's entry is over."""
    lines = (key.house, key.number, key.key_id, key.public_key, key.since, key.previous)
    return ("luochui proof key v1\n" + "".join(f"{line}\n" for line in lines)).encode()


def sign_head(signer: Signer, house: str, size: int, root: bytes, at: int) -> TreeHead:
    """A new head."""
    key = key_id(signer.public)
    return TreeHead(
        house, size, root.hex(), at, key, signer.sign(head_text(house, size, root.hex(), at, key))
    )


def enter_key(
    house: str, new: Signer, at: int, before: ProofKey | None = None, old: Signer | None = None
) -> ProofKey:
    """The entry of a new key, signed by the old one; without an old one it vouches for itself."""
    number = before.number + 1 if before else 1
    previous = key_id(old.public) if old else ""
    entry = ProofKey(house, number, key_id(new.public), new.public, at, previous, "0" * 128)
    return msgspec.structs.replace(entry, signature=(old or new).sign(key_text(entry)))


def wrong_keys(house: str, keys: Sequence[ProofKey], trusted: Sequence[ProofKey] = ()) -> str | None:
    """What is wrong with a list of keys; None when each is vouched for by the one before, from a trusted one on.

    Without trusted keys the first one is believed, and no later one that vouches for itself.
    """
    if not keys:
        return "there are no keys"
    known = {one.key_id: one.public_key for one in trusted}
    for place, key in enumerate(keys):
        if key.house != house:
            return f"key {key.key_id} is one of house {key.house}"
        if key_id(key.public_key) != key.key_id:
            return f"key {key.key_id} is not the one it names"
        if place and (key.number, key.since >= keys[place - 1].since) != (keys[place - 1].number + 1, True):
            return f"key {key.key_id} does not follow the one before"
        if not _vouched(key, known, is_anchor=not trusted and place == 0):
            return f"nobody who is known vouches for key {key.key_id}"
        known[key.key_id] = key.public_key
    return None


def _vouched(key: ProofKey, known: dict[str, str], is_anchor: bool) -> bool:
    if known.get(key.key_id) == key.public_key:
        return True
    by = key.public_key if is_anchor and not key.previous else known.get(key.previous, "")
    return bool(by) and verifies(by, key_text(key), key.signature)


def vouched_run(keys: Sequence[ProofKey], key: str = "") -> Sequence[ProofKey]:
    """The keys that hang together with one of them, by id, or with the last: a lost key ends a run, its successor
    vouches for itself and begins another."""
    place = next((n for n, one in enumerate(keys) if one.key_id == key), len(keys) - 1)
    begins = [n for n, one in enumerate(keys) if n == 0 or not one.previous]
    begin = max((n for n in begins if n <= place), default=0)
    return keys[begin : min((n for n in begins if n > place), default=len(keys))]


def wrong_head(head: TreeHead, keys: Sequence[ProofKey]) -> str | None:
    """What is wrong with a head by keys that are believed; None when it is signed by one of them in its time."""
    place = next((n for n, one in enumerate(keys) if one.key_id == head.key_id), None)
    if place is None:
        return f"key {head.key_id} is not one of the house"
    key = keys[place]
    if key.house != head.house:
        return f"key {key.key_id} is one of house {key.house}"
    text = head_text(head.house, head.size, head.root, head.at, head.key_id)
    if not verifies(key.public_key, text, head.signature):
        return f"the signature is not that of key {head.key_id}"
    if head.at < key.since:
        return f"key {key.key_id} was not in use yet"
    if place + 1 < len(keys) and head.at > keys[place + 1].since + OVERLAP:
        return f"key {key.key_id} was replaced before"
    return None
