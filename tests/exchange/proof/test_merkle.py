"""The Merkle tree against the known vectors of RFC 6962's reference, and against its own definition."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.proof.merkle import (
    EMPTY,
    Node,
    consistency_ranges,
    extends,
    fold,
    includes,
    inclusion_ranges,
    leaf_hash,
    node_hash,
    proof,
)
from exchange.proof.tree import WIDTH, Tile, Tree, open_ends, place_of

LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
HASHES = [leaf_hash(one) for one in LEAVES]
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def reference(hashes: list[bytes]) -> bytes:
    """MTH exactly as the RFC defines it."""
    if len(hashes) < 2:
        return hashes[0] if hashes else EMPTY
    k = 1
    while 2 * k < len(hashes):
        k *= 2
    return node_hash(reference(hashes[:k]), reference(hashes[k:]))


def node_of(hashes: list[bytes]):  # type: ignore[no-untyped-def]  # a closure for `proof`
    """Perfect subtrees over these leaves."""

    def node(one: Node) -> bytes:
        level, index = one
        return reference(hashes[index << level : (index + 1) << level])

    return node


@pytest.mark.parametrize("size", range(1, 9))
def test_the_known_roots(size: int) -> None:
    """The eight trees of the reference have the roots that everybody else computes."""
    assert fold(HASHES[:size]).hex() == ROOTS[size - 1]
    assert reference(HASHES[:size]).hex() == ROOTS[size - 1]


def test_the_known_proofs() -> None:
    """Two inclusion proofs and a consistency proof of the reference, hash by hash."""
    node = node_of(HASHES)
    assert [one.hex() for one in proof(inclusion_ranges(0, 8), node)] == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]
    assert [one.hex() for one in proof(inclusion_ranges(2, 3), node)] == [ROOTS[1]]
    assert [one.hex() for one in proof(consistency_ranges(6, 8), node)] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        ROOTS[3],
    ]


def test_every_proof_of_small_trees() -> None:
    """Every leaf of every tree up to 20 is proved, every pair of sizes is consistent, and nothing else passes."""
    hashes = [leaf_hash(bytes([n])) for n in range(20)]
    node = node_of(hashes)
    for size in range(1, 21):
        root = reference(hashes[:size])
        for index in range(size):
            path = proof(inclusion_ranges(index, size), node)
            assert includes(hashes[index], index, size, path, root)
            assert not includes(hashes[index], index, size, [*path, root], root)
            assert not path or not includes(hashes[index], index, size, path[:-1], root)
            assert size == 1 or not includes(hashes[index], (index + 1) % size, size, path, root)
        for first in range(1, size + 1):
            path, old = proof(consistency_ranges(first, size), node), reference(hashes[:first])
            assert extends(first, old, size, root, path)
            assert not extends(first, leaf_hash(b"other"), size, root, path)
            assert not extends(first, old, size, leaf_hash(b"other"), path)
            assert not extends(first, old, size, root, [*path, root])
    assert extends(0, EMPTY, 5, reference(hashes[:5]), [])
    assert not extends(5, hashes[0], 4, hashes[0], [hashes[0]])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 400), min_size=1, max_size=6), st.data())
def test_a_tree_in_tiles_is_the_tree(steps: list[int], data: st.DataObject) -> None:
    """However the leaves came, root and proofs from tiles are those of the definition, and it goes on from them."""
    total = sum(steps)
    hashes = [leaf_hash(n.to_bytes(4, "big")) for n in range(total)]
    tree, tiles, at = Tree(), dict[tuple[int, int], Tile](), 0
    for step in steps:
        tiles.update({(one.level, one.index): one for one in tree.append(hashes[at : at + step])})
        at += step
        tree = Tree(at, [_entries(level, part, hashes, tiles) for level, part in enumerate(open_ends(at))])
        assert tree.root() == fold(hashes[:at])
    if total:
        assert fold(hashes) == reference(hashes)
        index = data.draw(st.integers(0, total - 1))
        path = proof(inclusion_ranges(index, total), lambda one: _from_tiles(one, hashes, tiles))
        assert includes(hashes[index], index, total, path, fold(hashes))


def _entries(
    level: int, part: tuple[int, int], hashes: list[bytes], tiles: dict[tuple[int, int], Tile]
) -> list[bytes]:
    begin, end = part
    return hashes[begin:end] if level == 0 else [tiles[level - 1, n].root for n in range(begin, end)]


def _from_tiles(one: Node, hashes: list[bytes], tiles: dict[tuple[int, int], Tile]) -> bytes:
    level, index, first, count = place_of(one)
    base = index * WIDTH + first
    if (level, index) in tiles:
        held = tiles[level, index].hashes
        return fold([held[32 * n : 32 * n + 32] for n in range(first, first + count)])
    return fold(_entries(level, (base, base + count), hashes, tiles))
