"""Keys, heads and tiles in both databases: added once, never replaced."""

import pytest

from exchange.proof.heads import ProofKey, TreeHead
from exchange.proof.tree import Tile
from exchange.registers import Registers
from matching_engine.errors import Broken

KEY = ProofKey("hub", 1, "p-" + "1" * 20, "a" * 64, 5, "", "b" * 128)


def head(size: int, root: str = "c" * 64) -> TreeHead:
    """A head of a size."""
    return TreeHead("hub", size, root, 9, KEY.key_id, "d" * 128)


async def test_what_proves_a_journal_is_kept(registers: Registers) -> None:
    """Keys and heads come back in order; a second root over the same rows is an invariant that fell; a wish only grows."""
    proofs = registers.proofs
    assert await proofs.enter(KEY) == KEY
    assert await proofs.enter(ProofKey("hub", 1, "p-" + "2" * 20, "e" * 64, 6, "", "b" * 128)) == KEY
    assert (await proofs.keys("hub"), await proofs.keys("north")) == ([KEY], [])
    tiles = [Tile(0, n, bytes([n]) * 8192, bytes([n]) * 32) for n in range(3)]
    await proofs.keep(head(600), tiles[:2])
    await proofs.keep(head(800), tiles)
    await proofs.keep(head(800), [])
    with pytest.raises(Broken, match="another root over 800 rows"):
        await proofs.keep(head(800, "f" * 64), [])
    assert await proofs.latest("hub") == head(800)
    assert [one.size for one in await proofs.heads("hub", 600)] == [800]
    assert (await proofs.head("hub", 600), await proofs.head("hub", 601)) == (head(600), None)
    assert await proofs.roots("hub", 0, 1, 3) == [one.root for one in tiles[1:]]
    assert (await proofs.tile("hub", 0, 2), await proofs.tile("hub", 1, 0)) == (tiles[2].hashes, None)
    await proofs.wish("hub", 7)
    await proofs.wish("hub", 3)
    assert (await proofs.wished("hub"), await proofs.wished("north")) == (7, 0)
    assert await proofs.houses() == ["hub"]
