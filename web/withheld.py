"""What is hidden because its achievement may not be spoken of: one answer for pages, REST, socket and feeds."""

from collections.abc import Iterable, Sequence

from exchange.bootstrap import Exchange
from exchange.house.command import Command, Principal
from exchange.house.state import State
from exchange.market.listing_commands import WithholdListing
from exchange.market.listing_state import Listing
from exchange.market.state import Session
from exchange.market.withholding import OVER
from exchange.registers.accounts import STAFF

HIDDEN = "—"
"""Stands where a title would."""
REGISTER = Principal("register", None, frozenset({"operator"}))
"""In whose name a listing is withheld when the register's row is no longer public."""
REASONS = "成果不再公开"


def listing_of_lot(state: State, lot: str) -> Listing:
    """What a lot sells."""
    return state.market.listings[state.market.lot_plans[lot].listing]


def title_of(one: Listing) -> str:
    """The title of a listing where anybody may read it."""
    return HIDDEN if one.withheld else one.subject.title


def session_title(state: State, session: Session) -> str:
    """The title of a session; it may be that of its one listing."""
    hidden = any(listing_of_lot(state, lot).withheld for lot in session.lots)
    return HIDDEN if hidden else session.title


def lot_hidden(state: State, lot: str, principal: Principal | None) -> bool:
    """Whether a lot does not exist for somebody now: for all but staff and its seller."""
    one = listing_of_lot(state, lot)
    if not one.withheld:
        return False
    return principal is None or not (principal.roles & STAFF or principal.party == one.seller)


def count(state: State) -> int:
    """How many listings are withheld: the only thing that everybody may know of them."""
    return sum(bool(one.withheld) for one in state.market.listings.values())


async def follow(exchange: Exchange, achievements: Iterable[str] | None = None) -> Sequence[str]:
    """Withhold every listing whose achievement the register has as not public; of these achievements, or of all.

    The ids of the listings that were withheld. Asked again it changes nothing.
    """
    house = exchange.house
    wanted = None if achievements is None else frozenset(achievements)
    shown = [
        one
        for one in house.view.market.listings.values()
        if not one.withheld and one.state not in OVER and (wanted is None or one.achievement in wanted)
    ]
    rows = await exchange.registers.achievements.get_many(
        list(dict.fromkeys(one.achievement for one in shown))
    )
    secret = [one.id for one in shown if one.achievement in rows and not rows[one.achievement].public]
    for id_ in secret:
        command = f"withhold-{id_}-{house.view.seq}"[:64]
        await house.submit(Command(command, REGISTER, WithholdListing(id_, REASONS)))
    return secret
