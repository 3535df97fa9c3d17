"""The snapshots of a machine beside a journal that is read from its first row."""

from exchange.house.snapshot import Unusable, decode
from exchange.house.verify import Verifier
from exchange.store.snapshots import SnapshotFiles
from settlement.rulebook import Rulebook


class SnapshotCheck:
    """Compares each snapshot of a house with what the rows up to it add up to."""

    def __init__(self, files: SnapshotFiles | None, house: str, rulebook: Rulebook) -> None:
        self._house = house
        self._rulebook = rulebook
        self._paths = {int(path.stem): path for path in files.paths(house)} if files else {}
        self._same: list[int] = []
        self._unused: dict[int, str] = {}
        self._forged: list[int] = []

    def compare(self, rows: Verifier) -> None:
        """Compare the snapshot at the last row that was verified, where there is one."""
        path = self._paths.pop(rows.rows, None)
        if path is None:
            return
        try:
            found = decode(path.read_bytes(), self._house, self._rulebook)
        except Unusable as unusable:
            self._unused[rows.rows] = str(unusable)
        else:
            (self._same if rows.adds_up_to(found.state) else self._forged).append(rows.rows)

    @property
    def wrong(self) -> str | None:
        """A snapshot that a house would start from, and that its journal does not add up to."""
        if not self._forged:
            return None
        return (
            f"the snapshot at seq {self._forged[0]} is not what the rows up to it add up to: remove the file"
        )

    @property
    def sentences(self) -> list[str]:
        """What was found, a sentence for each snapshot."""
        said = [f"snapshot at seq {seq}: the same state" for seq in self._same]
        said += [f"snapshot at seq {seq}: not used, {why}" for seq, why in self._unused.items()]
        return said + [f"snapshot at seq {seq}: not used, the journal ends before" for seq in self._paths]

    @property
    def facts(self) -> dict[str, object]:
        """The same for programs; nothing where there is no snapshot."""
        unused = [*self._unused, *self._paths]
        facts = {"verified": self._same, "not_used": unused, "forged": self._forged}
        return {"snapshots": facts} if any(facts.values()) else {}
