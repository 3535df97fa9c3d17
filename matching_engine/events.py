"""What happened to a lot: a closed union, past tense.

Events carry everything `evolve` needs; it never computes a decision again. What must not be seen by
others (a maximum, a refused amount, an envelope) is taken out by `public`.
"""

from typing import get_args

import msgspec

from matching_engine.commands import EntryStatus, Opening
from matching_engine.rejections import Rejection
from matching_engine.terms import Terms


class Event(msgspec.Struct, frozen=True, tag_field="type", gc=False):
    """Something that happened to one lot."""

    lot: str


class LotPutUp(Event, frozen=True, tag=True):
    """The lot exists, under these terms."""

    terms: Terms


class EntrySet(Event, frozen=True, tag=True):
    """The entry desk's decision about a bidder stands."""

    bidder: str
    status: EntryStatus


class LotOpened(Event, frozen=True, tag=True):
    """The lot takes bids."""


class BidAccepted(Event, frozen=True, tag=True):
    """A bid stands at `amount_fen`. `extended` says whether it moved the close to `closes_at`."""

    bidder: str
    amount_fen: int
    closes_at: int | None
    extended: bool = False
    max_fen: int | None = None


class ProxyRaised(Event, frozen=True, tag=True):
    """The exchange bid for `bidder`, who leads at `amount_fen`."""

    bidder: str
    amount_fen: int


class MaximumRaised(Event, frozen=True, tag=True):
    """The leader replaced its maximum; price and close are as before."""

    bidder: str
    max_fen: int


class BidMatched(Event, frozen=True, tag=True):
    """A holder of priority matched the lead at `amount_fen`. `leads` is False when a standing maximum met the match."""

    bidder: str
    amount_fen: int
    closes_at: int | None
    extended: bool = False
    leads: bool = True


class BidSealed(Event, frozen=True, tag=True):
    """A sealed bid lies in the box."""

    bidder: str
    envelope: str
    commitment: str


class SealsOpened(Event, frozen=True, tag=True):
    """All sealed bids are open; bidders in `void` do not count."""

    openings: tuple[Opening, ...]
    void: tuple[str, ...] = ()


class LicenceAccepted(Event, frozen=True, tag=True):
    """A taker accepted the published fee of an open licence."""

    bidder: str
    amount_fen: int


class BidRefused(Event, frozen=True, tag=True):
    """A bidder's step was refused, and what would have done."""

    bidder: str
    code: Rejection
    minimum_fen: int | None = None


class CommandRefused(Event, frozen=True, tag=True):
    """An operator's step changed nothing."""

    command: str
    code: Rejection


class CompetitionOpened(Event, frozen=True, tag=True):
    """Two or more offers stood on a listed lot: they now compete, `leader` leading at `amount_fen`."""

    leader: str
    amount_fen: int
    bidders: tuple[str, ...]


class OfferStands(Event, frozen=True, tag=True):
    """No offer was made on a listed lot by `free_until`: the asking price stands for the first taker."""


class Closed(Event, frozen=True, tag=True):
    """No more bids; the sealed bids wait for their opening."""

    closed_at: int


class PriorityWindowOpened(Event, frozen=True, tag=True):
    """The hammer waits for holders of a right of first refusal until `until`."""

    leader: str
    amount_fen: int
    until: int


class Winner(msgspec.Struct, frozen=True):
    """One award."""

    bidder: str
    price_fen: int


class Hammered(Event, frozen=True, tag=True):
    """Sold: the winners in order of award."""

    winners: tuple[Winner, ...]
    closed_at: int


class Passed(Event, frozen=True, tag=True):
    """Not sold: NO_BIDS, TOO_FEW_BIDDERS or RESERVE_NOT_MET."""

    reason: str
    closed_at: int


class Cancelled(Event, frozen=True, tag=True):
    """Ended by the operator."""

    reason: str
    closed_at: int


class LotSuspended(Event, frozen=True, tag=True):
    """The clock of the lot stands."""

    reason: str


class LotResumed(Event, frozen=True, tag=True):
    """The clock of the lot goes on; every future instant moved by `moved`."""

    moved: int
    closes_at: int | None


class LotPostponed(Event, frozen=True, tag=True):
    """Every future instant of the lot moved by `moved` because of an outage."""

    moved: int
    closes_at: int | None
    reason: str


LotEvent = (
    LotPutUp
    | EntrySet
    | LotOpened
    | BidAccepted
    | ProxyRaised
    | MaximumRaised
    | BidMatched
    | BidSealed
    | SealsOpened
    | LicenceAccepted
    | BidRefused
    | CommandRefused
    | CompetitionOpened
    | OfferStands
    | Closed
    | PriorityWindowOpened
    | Hammered
    | Passed
    | Cancelled
    | LotSuspended
    | LotResumed
    | LotPostponed
)

KINDS = frozenset(get_args(LotEvent))
"""All of them. To look a type up costs a third of what `isinstance` with a struct above it does, which msgspec answers."""

PRIVATE = frozenset({EntrySet, MaximumRaised, BidSealed, BidRefused, CommandRefused})
"""Events that concern one bidder or operator only."""


def public(event: LotEvent) -> LotEvent | None:
    """The event as everybody may see it; None for what concerns one bidder only."""
    if type(event) in PRIVATE:
        return None
    if isinstance(event, BidAccepted):
        return event if event.max_fen is None else msgspec.structs.replace(event, max_fen=None)
    if isinstance(event, LotPutUp) and event.terms.reserve_price_fen is not None:
        return LotPutUp(event.lot, msgspec.structs.replace(event.terms, reserve_price_fen=None))
    return event
