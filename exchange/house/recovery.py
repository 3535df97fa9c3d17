"""How a house comes back: the state from the journal, and what an outage does to closing times."""

from exchange.house import codec, machine
from exchange.house.chain import GENESIS, link
from exchange.house.command import HOUSE, Command
from exchange.house.state import State, new_state
from exchange.ports import Journal
from matching_engine.commands import Postpone
from matching_engine.errors import Broken
from matching_engine.lot import due_at
from settlement.rulebook import Rulebook

REASON = "platform_outage"


async def replay(journal: Journal, house: str, rulebook: Rulebook) -> State:
    """The state that the journal adds up to; Broken when a row was changed (invariants 2, 3, 12, 13)."""
    state, before = new_state(rulebook), GENESIS
    async for row in journal.read(house):
        if link(before, row) != row.hash:
            raise Broken(f"invariant 13: the chain of house {house} breaks at seq {row.seq}")
        machine.apply(state, codec.recorded(row))
        before = row.hash
    return state


def postponements(state: State, epoch: int, since: int, now: int, grace: int) -> list[Command]:
    """After an outage from `since` to `now`: move every lot whose next instant fell into it, or comes within the grace.

    A lot is never hammered late: it gets the outage back, and `grace` for its bidders to return.
    """
    length = now - since + grace
    return [
        Command(f"o:{epoch}:{lot.id}:{since}", HOUSE, Postpone(lot.id, length, REASON))
        for lot in state.lots.values()
        if lot.closed_at is None
        and (due := due_at(lot)) is not None
        and lot.opens_at <= now
        and due <= now + grace
    ]
