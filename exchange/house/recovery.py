"""How a house comes back: the state from the journal, and what an outage does to closing times."""

import asyncio
import gc
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from exchange.house import codec, machine, snapshot
from exchange.house.chain import link
from exchange.house.command import HOUSE, Command
from exchange.house.decided import Decided
from exchange.house.snapshot import Snapshot, Unusable
from exchange.house.state import State, new_state
from exchange.ports import Journal, Snapshots
from matching_engine.commands import Postpone
from matching_engine.errors import Broken
from matching_engine.lot import LifecycleState, Lot, due_at
from settlement.rulebook import Rulebook

log = structlog.get_logger()

REASON = "platform_outage"
_LARGE = 100_000
"""Objects of a state that the garbage collector is kept away from for good: that of a few thousand lots."""


async def replay(
    journal: Journal,
    house: str,
    rulebook: Rulebook,
    decided: Decided | None = None,
    snapshots: Snapshots | None = None,
) -> State:
    """The state that the journal adds up to; Broken when a row was changed (invariants 2, 3, 12, 13).

    It begins at the newest snapshot that is one of this journal, made by this program, and at the first row where
    there is none. The ids of its commands are entered in `decided`.
    """
    state, decided = new_state(rulebook), Decided() if decided is None else decided
    with uncollected():
        found = await usable(journal, house, rulebook, snapshots) if snapshots is not None else None
        if found is not None:
            state = found.state
            decided.take(found.decided)
        async for row in journal.read(house, state.seq):
            if link(state.hash, row) != row.hash:
                raise Broken(f"invariant 13: the chain of house {house} breaks at seq {row.seq}")
            machine.apply(state, codec.recorded(row))
            decided.add(row.command_id)
    return state


@contextmanager
def uncollected() -> Iterator[None]:
    """A state that grows has nothing to collect: looking for it again and again would be half of the time. A large
    one is not looked at afterwards either."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            if gc.get_count()[0] > _LARGE:
                gc.freeze()
            gc.enable()


async def usable(journal: Journal, house: str, rulebook: Rulebook, snapshots: Snapshots) -> Snapshot | None:
    """The newest snapshot to start from; each that is not one is told in the log, and passed over."""
    for name, data in snapshots.newest(house):
        try:
            found = await asyncio.to_thread(snapshot.decode, data, house, rulebook)
            await _refuse_foreign(journal, found)
        except Unusable as wrong:
            log.warning("a snapshot is not used", house=house, snapshot=name, reason=str(wrong))
        else:
            log.info("read from a snapshot", house=house, snapshot=name, seq=found.label.seq)
            return found
    return None


async def _refuse_foreign(journal: Journal, found: Snapshot) -> None:
    """Its seq must be in the journal, with its hash: a journal that was restored to an earlier day went another way."""
    async for row in journal.read(found.label.house, found.label.seq - 1):
        if (row.seq, row.hash) != (found.label.seq, found.state.hash):
            raise Unusable(f"the journal has another row at seq {found.label.seq}")
        return
    raise Unusable(f"the journal does not go as far as seq {found.label.seq}")


def postponements(state: State, epoch: int, since: int, now: int, grace: int) -> list[Command]:
    """After an outage from `since` to `now`: move every lot that would have closed in it, or closes within the grace.

    A lot is never hammered late: it gets the outage back, and `grace` for its bidders to return.
    """
    length = now - since + grace
    return [
        Command(f"o:{epoch}:{lot.id}:{since}", HOUSE, Postpone(lot.id, length, REASON))
        for lot in state.lots.values()
        if (closing := _next_closing(lot)) is not None and closing <= now + grace
    ]


def _next_closing(lot: Lot) -> int | None:
    """The next instant at which time alone decides something about an open lot; for one to come, its close."""
    return lot.closes_at if lot.state is LifecycleState.ANNOUNCED else due_at(lot)
