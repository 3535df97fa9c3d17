"""The special zone of a published batch: the facet of the search by which its results are found."""

import msgspec

from exchange.house.state import State
from exchange.market.release_state import Batch
from exchange.registers import Registers

ZONE = "未转化成果专场"
_BY = "house"


def zone_of(batch: str) -> str:
    """The zone of a batch, as the search names it."""
    return f"{ZONE} {batch}"


async def set_zones(registers: Registers, state: State, at: int) -> int:
    """See that every published result stands in the zone of its newest batch; how many rows were changed.

    What is public no longer has no place in any index, and its row is left alone.
    """
    batches = sorted(published(state), key=lambda one: one.published_at or 0)
    wanted = {line.achievement: zone_of(batch.id) for batch in batches for line in batch.lines}
    rows = await registers.achievements.get_many(list(wanted))
    changed = [
        msgspec.structs.replace(row, zone=wanted[id_])
        for id_, row in rows.items()
        if row.public and row.zone != wanted[id_]
    ]
    for row in changed:
        await registers.achievements.change(row, _BY, at, "released together under the one-year rule")
    return len(changed)


def published(state: State) -> list[Batch]:
    """The batches that are public, in the order in which they were frozen."""
    return [one for one in state.market.releases.batches.values() if one.published_at is not None]
