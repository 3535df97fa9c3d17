"""The Merkle tree of RFC 9162 (section 2.1), the one of RFC 6962: its hashes, its proofs and their verification.

Pure. A tree is told by its leaves in their order; proofs are told as ranges of leaves, so that whoever keeps the
hashes decides how. Ranges are (begin, end), from 0, without `end`.
"""

import hashlib
from collections.abc import Callable, Sequence

Range = tuple[int, int]
Node = tuple[int, int]
"""A perfect subtree: its level and its place there. (0, 5) is the sixth leaf, (8, 0) stands over the first 256."""

EMPTY = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf (2.1.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def leaf_hashes(rows: Sequence[bytes]) -> list[bytes]:
    """The hashes of many leaves; a call for each would cost half as much again."""
    sha256 = hashlib.sha256
    return [sha256(b"\x00" + data).digest() for data in rows]


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over two others (2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """The root over hashes of leaves, or of equal perfect subtrees of which the last may be a smaller one.

    Pairs are joined level by level and an odd last one goes up as it is, which gives the tree of 2.1.1.
    """
    level, sha256 = list(hashes), hashlib.sha256  # node_hash, without a call for each
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        pairs = zip(level[::2], level[1::2], strict=False)
        level = [sha256(b"\x01" + left + right).digest() for left, right in pairs] + odd
    return level[0] if level else EMPTY


def _split(width: int) -> int:
    """The largest power of two below `width`, which is at least 2."""
    return 1 << (width - 1).bit_length() - 1


def inclusion_ranges(index: int, size: int) -> list[Range]:
    """What the inclusion proof of a leaf in the tree of `size` leaves is made of, from the leaf up (2.1.3.1)."""
    begin, end, found = 0, size, list[Range]()
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((begin, middle))
            begin = middle
    return found[::-1]


def consistency_ranges(first: int, second: int) -> list[Range]:
    """What the proof is made of that the tree of `second` leaves begins with that of `first` (2.1.4.1)."""
    begin, end, found, whole = 0, second, list[Range](), True
    while first != end:
        middle = begin + _split(end - begin)
        if first <= middle:
            found.append((middle, end))
            end = middle
        else:
            found.append((begin, middle))
            begin, whole = middle, False
    return ([] if whole else [(begin, end)]) + found[::-1]


def perfect(part: Range) -> list[Node]:
    """The perfect subtrees of a range that a proof asks for, the largest first."""
    begin, end = part
    found = list[Node]()
    while begin < end:
        level = (end - begin).bit_length() - 1
        found.append((level, begin >> level))
        begin += 1 << level
    return found


def join(hashes: Sequence[bytes]) -> bytes:
    """The hash over a range from those of its perfect subtrees, the largest first."""
    joined = hashes[-1]
    for left in reversed(hashes[:-1]):
        joined = node_hash(left, joined)
    return joined


def proof(ranges: Sequence[Range], node: Callable[[Node], bytes]) -> list[bytes]:
    """The hashes of a proof, from those of perfect subtrees."""
    return [join([node(one) for one in perfect(part)]) for part in ranges]


def includes(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether `path` proves that the leaf with this hash stands at `index` of the tree (2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def extends(first: int, first_root: bytes, second: int, second_root: bytes, path: Sequence[bytes]) -> bool:
    """Whether `path` proves that the second tree begins with the first (2.1.4.2); every tree begins with the empty one."""
    if first == second:
        return not path and first_root == second_root
    if first == 0:
        return not path and first_root == EMPTY
    hashes = [first_root, *path] if first & (first - 1) == 0 else list(path)
    if not 0 < first < second or not hashes:
        return False
    return _extends(first, first_root, second, second_root, hashes)


def _extends(first: int, first_root: bytes, second: int, second_root: bytes, hashes: list[bytes]) -> bool:
    place, last = first - 1, second - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root
