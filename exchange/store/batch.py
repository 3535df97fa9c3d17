"""What must hold of a batch before it is sent, and what it means when the database took none of it."""

from collections.abc import Sequence

from exchange.ports import DuplicateCommand, Fenced, Lease, Row
from matching_engine.errors import Broken, LuochuiError


def check(lease: Lease, rows: Sequence[Row]) -> None:
    """Broken unless the rows are of the lease's house and epoch and follow each other without a gap."""
    house, epoch = lease.house, lease.epoch
    for due, row in enumerate(rows, rows[0].seq):
        if row.house != house:
            raise Broken(f"a batch is of one house: {row.house!r} in one of {house!r}")
        if row.epoch != epoch:
            raise Broken(f"a row carries the writer's epoch: {row.epoch}, not {epoch}")
        if row.seq != due:
            raise Broken(f"seq is gapless: {row.seq} where {due} was due")


def refusal(
    lease: Lease, rows: Sequence[Row], epoch: int | None, duplicate: str | None, head: int
) -> LuochuiError:
    """Why nothing was written, from what stands now: the house's epoch, a known command id, the last seq.

    A lost lease comes first, because a fenced writer must stop whatever else is wrong with its batch.
    """
    if epoch != lease.epoch:
        return Fenced(f"house {lease.house}: epoch {lease.epoch} is over, epoch {epoch} writes")
    if duplicate is not None:
        return DuplicateCommand(duplicate)
    if head >= rows[0].seq:
        return Fenced(f"house {lease.house}: seq {rows[0].seq} is taken, the journal ends at {head}")
    if head + 1 < rows[0].seq:
        return Broken(
            f"seq is gapless: the journal of {lease.house} ends at {head}, rows begin at {rows[0].seq}"
        )
    return Broken("one command id, one effect: two rows of a batch carry the same command id and part")
