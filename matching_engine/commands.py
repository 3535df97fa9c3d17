"""What a lot can be asked: a closed union, imperative.

`bidder` is the bidder's code in the lot (the paddle), which stands for the bidder until the end
(rules on online judicial auctions, art. 18); who is behind it, the house knows.
"""

from enum import StrEnum

import msgspec

from matching_engine.terms import Terms


class EntryStatus(StrEnum):
    """Whether a bidder may bid on a lot."""

    ADMITTED = "admitted"
    NOT_ADMITTED = "not_admitted"
    DEPOSIT_UNPAID = "deposit_unpaid"
    RELATED = "related"


class Command(msgspec.Struct, frozen=True, tag_field="type", gc=False):
    """A request to one lot."""

    lot: str


class PutUp(Command, frozen=True, tag=True):
    """Put a lot up under its terms."""

    terms: Terms


class SetEntry(Command, frozen=True, tag=True):
    """Record what the entry desk decided about a bidder."""

    bidder: str
    status: EntryStatus


class Bid(Command, frozen=True, tag=True):
    """Bid `amount_fen`; with `max_fen` the exchange goes on bidding for its owner up to it."""

    bidder: str
    amount_fen: int
    max_fen: int | None = None


class Match(Command, frozen=True, tag=True):
    """Exercise a right of first refusal at the lead."""

    bidder: str


class Seal(Command, frozen=True, tag=True):
    """Hand in a sealed bid: ciphertext and commitment, opaque to the engine."""

    bidder: str
    envelope: str
    commitment: str


class Accept(Command, frozen=True, tag=True):
    """Take the clock price (dutch) or the published fee (open_licence).

    `amount_fen` is the price the taker saw; where it is given and is not the price of the instant, nothing is taken.
    """

    bidder: str
    amount_fen: int | None = None


class Advance(Command, frozen=True, tag=True):
    """The gavel: let everything happen that is due now."""


class Opening(msgspec.Struct, frozen=True):
    """What one envelope held; `amount_fen` is None when it could not be read. Scores are decimal texts."""

    bidder: str
    amount_fen: int | None
    scores: dict[str, str] | None = None


class OpenSeals(Command, frozen=True, tag=True):
    """Bring the amounts of the sealed bids, at or after the close."""

    openings: tuple[Opening, ...]


class PassUnopened(Command, frozen=True, tag=True):
    """End a closed lot whose envelopes could not be opened, without a sale; the reason is told."""

    reason: str


class Suspend(Command, frozen=True, tag=True):
    """Stop the clock of a lot and say why (rules on online judicial auctions, art. 28)."""

    reason: str


class Resume(Command, frozen=True, tag=True):
    """Let the clock of a lot go on."""


class Cancel(Command, frozen=True, tag=True):
    """End a lot without a sale and say why."""

    reason: str


class Postpone(Command, frozen=True, tag=True):
    """After an outage: move every future instant of the lot by `length`, so that it is never hammered late."""

    length: int
    reason: str


LotCommand = (
    PutUp
    | SetEntry
    | Bid
    | Match
    | Seal
    | Accept
    | Advance
    | OpenSeals
    | PassUnopened
    | Suspend
    | Resume
    | Cancel
    | Postpone
)
