"""Who watches a run: what must hold at every instant, and what must hold at its end.

They know the disk and every commit as it happens, not what the house thinks of it. The invariants have the
numbers of docs/concepts/simulation.md.
"""

from collections.abc import Sequence

from exchange.house.command import Command, Outcome, Recorded
from exchange.house.digest import state_digest
from exchange.house.house import House
from exchange.house.remote import RemoteHouse
from exchange.house.state import State
from exchange.house.verify import BadRow, Verifier
from exchange.ports import Lease, Row
from settlement.rulebook import Rulebook
from settlement.state import DepositState
from tests.simulation.auditor import Auditor
from tests.simulation.bank import BankBooks
from tests.simulation.journal import Disk
from tests.simulation.money_auditor import MoneyAuditor

ENDED = (DepositState.RELEASED, DepositState.APPLIED, DepositState.FORFEITED)


class InvariantFell(AssertionError):
    """An invariant does not hold: its number, and what was seen."""


class Oracles:
    """All watchers of one run. `truth` is the state that the rows on the disk add up to."""

    def __init__(self, disk: Disk, bank: BankBooks, rulebook: Rulebook) -> None:
        self.acknowledged: dict[str, Outcome] = {}
        self._disk = disk
        self._verifier = Verifier("hub", rulebook)
        self._auditors = (Auditor(), MoneyAuditor(bank))
        self._broken: str | None = None

    @property
    def truth(self) -> State:
        """What is on the disk, replayed."""
        return self._verifier._state

    def breaks(self, what: str) -> None:
        """Remember the first invariant that fell; the loop raises it after the callback that saw it."""
        self._broken = self._broken or what

    def raise_broken(self) -> None:
        """End the run when an invariant fell."""
        if self._broken is not None:
            raise InvariantFell(self._broken)

    # At every commit

    def committed(self, lease: Lease, rows: Sequence[Row]) -> None:
        """Rows came on disk: by the holder of the lease alone, chained, gapless, each command once, books at zero."""
        held = self._disk.leases[lease.house]
        if held.epoch != lease.epoch:
            self.breaks(f"invariant 15: epoch {lease.epoch} wrote while {held.epoch} owns the house")
        for row in rows:
            try:
                recorded = self._verifier.take(row)
            except BadRow as bad:
                self.breaks(f"invariants 2, 3, 7, 12, 13: {bad}")
                return
            if wrong := self._verifier.wrong_books():
                self.breaks(f"invariant 9: after seq {row.seq}: {wrong}")
            for auditor in self._auditors:
                if fault := auditor.take(recorded):
                    self.breaks(fault)

    # At every step of a house

    def look(self, house: House | RemoteHouse) -> None:
        """The dirty reader: the view shows what is on the disk, and nothing else."""
        behind = getattr(house, "_dispatcher", None) or getattr(house, "_follower", None)
        if behind is None or behind.view.seq == 0:
            return
        view, rows = behind.view, self._disk.rows.get(house.name, [])
        if view.seq > len(rows) or rows[view.seq - 1].hash != view.hash:
            self.breaks(f"invariant 8: the view shows seq {view.seq}, the journal ends at {len(rows)}")

    def watch(self, house: House | RemoteHouse) -> None:
        """Subscribe to a house as the hub does: every batch is on disk, and follows the one before."""
        last = house.view.seq

        def hear(batch: Sequence[Recorded]) -> None:
            nonlocal last
            for recorded in batch:
                if recorded.seq != last + 1:
                    self.breaks(f"invariant 16: a subscriber hears seq {recorded.seq} after {last}")
                last = recorded.seq
                self._on_disk(recorded, "a subscriber hears")

        house.watch(hear)

    def promised(self, command: Command, outcome: Outcome) -> None:
        """An acknowledgement leaves the house: all of it is on disk, and it is the one true answer."""
        for recorded in outcome.recorded:
            self._on_disk(recorded, "an acknowledgement shows")
        rows = self._disk.of_command("hub", command.id)
        if [row.hash.hex() for row in rows] != [one.receipt for one in outcome.recorded]:
            self.breaks(f"invariant 7: {command.id} was answered otherwise than decided")
        known = self.acknowledged.setdefault(command.id, outcome)
        if known != outcome:
            self.breaks(f"invariant 7: {command.id} has two answers")

    def _on_disk(self, recorded: Recorded, who: str) -> None:
        rows = self._disk.rows.get(recorded.house, [])
        if recorded.seq > len(rows) or rows[recorded.seq - 1].hash.hex() != recorded.receipt:
            self.breaks(f"invariant 8: {who} seq {recorded.seq}, which is not in the journal")

    # At the end

    def unfinished(self) -> list[str]:
        """What is left to do: nothing, when the faults have stopped for long enough."""
        state = self.truth
        return [
            *(f"lot {lot.id} is {lot.state.value}" for lot in state.lots.values() if lot.closed_at is None),
            *(f"reaction {id_} is pending" for id_ in state.pending),
            *(f"payment {id_} is open" for id_ in state.settlement.payments_open),
            *(
                f"deposit {deposit.id} is {deposit.state.value}"
                for deposit in state.settlement.deposits.values()
                if deposit.state not in ENDED
            ),
        ]

    def final(self, house: House) -> None:
        """The last look: every acknowledgement is on disk, and the live view is the replayed state."""
        for command_id, outcome in self.acknowledged.items():
            rows = self._disk.of_command("hub", command_id)
            if [row.seq for row in rows] != [one.seq for one in outcome.recorded]:
                self.breaks(f"invariant 1: {command_id} was acknowledged and is not in the journal")
        if left := self.unfinished():
            self.breaks(f"invariant 18: {'; '.join(left)}")
        if state_digest(house.view) != self._verifier.state_digest:
            self.breaks("invariant 12: the live view is not what the journal adds up to")
        for auditor in self._auditors:
            if fault := auditor.final():
                self.breaks(fault)
        self.raise_broken()
