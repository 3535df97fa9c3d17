"""How the lots stand that two officials keep closed: what pages and desks say of them."""

from exchange.house.state import State
from exchange.market.custody import two_officials
from exchange.market.seal_messages import ROLES, OfficialKey, OfficialRole
from exchange.market.sealing import takes_seals, unscored
from matching_engine.lifecycle import LifecycleState
from matching_engine.lot import Lot

ENDED_SHOWN = 20


def officials_of(state: State, lot: str) -> list[OfficialKey]:
    """The keys of a lot that two officials keep closed, from the outside in; empty for every other lot."""
    known = state.market.custody.keys.get(lot, {})
    return [known[role] for role in ROLES if role in known]


def stage_of(state: State, lot: Lot) -> str:
    """Where a lot stands on the way from its keys to its opening."""
    custody = state.market.custody
    if lot.state is LifecycleState.ANNOUNCED:
        return "keys" if custody.keyless(lot.id) else "ready"
    if lot.state is LifecycleState.AWAITING_OPENING:
        return "scores" if unscored(state.market, lot) else "shares"
    if not lot.ended:
        return "sealed"
    if lot.id in custody.lapsed:
        return "lapsed"
    return "ended" if custody.missing(lot.id) else "opened"


def kept_closed(state: State) -> list[Lot]:
    """The lots that two officials keep closed, those that need somebody first, then the newest."""
    found = [
        lot
        for lot in reversed(state.lots.values())
        if takes_seals(lot) and two_officials(state.market, lot.id)
    ]
    running = [lot for lot in found if not lot.ended]
    running.sort(key=lambda lot: state.market.custody.due.get(lot.id, lot.opens_at))
    return running + [lot for lot in found if lot.ended][:ENDED_SHOWN]


def waiting(state: State, roles: frozenset[str]) -> int:
    """How many lots wait for the key or the share of an official in these roles."""
    own = [role for role in ROLES if role in roles]
    return sum(_waits(state, lot, role) for role in own for lot in _running(state))


def _waits(state: State, lot: Lot, role: OfficialRole) -> bool:
    stage, custody = stage_of(state, lot), state.market.custody
    return (stage == "keys" and role in custody.keyless(lot.id)) or (
        stage == "shares" and role in custody.missing(lot.id)
    )


def _running(state: State) -> list[Lot]:
    return [
        lot
        for lot in state.lots.values()
        if not lot.ended and takes_seals(lot) and two_officials(state.market, lot.id)
    ]
