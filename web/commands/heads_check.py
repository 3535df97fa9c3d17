"""The signed heads of a house against its journal: what was signed must still be what the journal says."""

from collections.abc import Sequence

from exchange.ports import Row
from exchange.proof.heads import ProofKey, TreeHead, vouched_run, wrong_head, wrong_keys
from exchange.proof.merkle import leaf_hash
from exchange.proof.tree import Tree


class HeadsCheck:
    """Takes the rows of one house in their order, and compares the root wherever a head was signed."""

    def __init__(self, house: str, heads: Sequence[TreeHead] = (), keys: Sequence[ProofKey] = ()) -> None:
        self._house = house
        self._heads = {one.size: one for one in heads}
        self._last = max(self._heads, default=0)
        self._tree = Tree()
        self._right = 0
        self._first_wrong = wrong_keys(house, vouched_run(keys)) if keys else None
        self._keys = keys

    def take(self, row: Row) -> None:
        """The next row."""
        if row.seq > self._last:
            return
        self._tree.append([leaf_hash(row.hash)])
        head = self._heads.get(row.seq)
        if head is None:
            return
        wrong = wrong_head(head, self._keys) if self._keys else None
        if wrong is None and self._tree.root().hex() != head.root:
            wrong = f"the journal has another root than the head signed over its first {head.size} rows"
        self._right += wrong is None
        self._first_wrong = self._first_wrong or wrong

    @property
    def wrong(self) -> str | None:
        """What is wrong with the heads; None when all of them hold."""
        if self._first_wrong is None and self._tree.size < self._last:
            return f"a head was signed over {self._last} rows, the journal ends at {self._tree.size}"
        return self._first_wrong

    @property
    def facts(self) -> dict[str, object]:
        """For --json: how many heads hold, and over how many rows the last one is."""
        return {"heads": self._right, "proved_to": self._last} if self._heads else {}

    @property
    def sentences(self) -> list[str]:
        """For people."""
        return [f"{self._right} signed heads hold, the last over {self._last} rows"] if self._heads else []
