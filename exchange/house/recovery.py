"""How a house comes back: the state from the journal, and what an outage does to closing times."""

from exchange.house import codec, machine
from exchange.house.chain import GENESIS, link
from exchange.house.command import HOUSE, Command
from exchange.house.decided import Decided
from exchange.house.state import State, new_state
from exchange.ports import Journal
from matching_engine.commands import Postpone
from matching_engine.errors import Broken
from matching_engine.lot import LifecycleState, Lot, due_at
from settlement.rulebook import Rulebook

REASON = "platform_outage"


async def replay(journal: Journal, house: str, rulebook: Rulebook, decided: Decided | None = None) -> State:
    """The state that the journal adds up to; Broken when a row was changed (invariants 2, 3, 12, 13).

    The ids of its commands are entered in `decided`.
    """
    state, before = new_state(rulebook), GENESIS
    async for row in journal.read(house):
        if link(before, row) != row.hash:
            raise Broken(f"invariant 13: the chain of house {house} breaks at seq {row.seq}")
        machine.apply(state, codec.recorded(row))
        before = row.hash
        if decided is not None:
            decided.add(row.command_id)
    return state


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
