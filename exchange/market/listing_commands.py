"""What can be asked of a listing, its notice, and those who are interested in it."""

from typing import Literal

from exchange.market.command_base import Command
from exchange.market.listing_terms import Papers
from exchange.market.mandate_messages import MandateCommand
from settlement.commands import Subject


class ReturnListing(Command, frozen=True, tag=True):
    """The operator does not admit a listing as it is, and says why."""

    listing: str
    reasons: str


class ResubmitListing(Command, frozen=True, tag=True):
    """The seller offers a returned listing again, with what has changed."""

    listing: str
    seller: str
    achievement_digest: str
    subject: Subject
    price_idea_fen: int
    papers: Papers


class WithdrawListing(Command, frozen=True, tag=True):
    """The seller takes its listing back before it stands in a session."""

    listing: str
    seller: str
    reasons: str


class FileObjection(Command, frozen=True, tag=True):
    """Anybody with a name objects to a listing under notice. Name and contact are for the exchange only."""

    objection: str
    listing: str
    grounds: str
    name: str
    contact: str


class DecideObjection(Command, frozen=True, tag=True):
    """The operator decides an objection with reasons; one that is upheld returns the listing, or takes it off."""

    objection: str
    decision: Literal["dismissed", "returned", "withdrawn"]
    reasons: str


class RegisterInterest(Command, frozen=True, tag=True):
    """A party wants a listing at `offer_fen`; a completer says so."""

    listing: str
    party: str
    offer_fen: int
    completer: bool = False


class RefuseInterest(Command, frozen=True, tag=True):
    """The operator finds a party not qualified, and says why."""

    listing: str
    party: str
    reasons: str


class AcknowledgeNotice(Command, frozen=True, tag=True):
    """A holder of priority confirms that it was told of a lot."""

    lot: str
    party: str


class FailSale(Command, frozen=True, tag=True):
    """The house: a sale of a listing was undone by its parties; `lot` is what it was sold as."""

    listing: str
    lot: str


class WithholdListing(Command, frozen=True, tag=True):
    """Hide a listing whose achievement may no longer be spoken of; `reasons` name no part of it."""

    listing: str
    reasons: str


class RestoreListing(Command, frozen=True, tag=True):
    """Show a listing again that was withheld, once a named reviewer found its achievement public."""

    listing: str
    reasons: str


class RefuseEntry(Command, frozen=True, tag=True):
    """The house: an entry does not stand, for its deposit came after the cut-off."""

    lot: str
    code: str
    deposit_until: int


ListingCommand = (
    ReturnListing
    | ResubmitListing
    | WithdrawListing
    | FileObjection
    | DecideObjection
    | RegisterInterest
    | RefuseInterest
    | AcknowledgeNotice
    | FailSale
    | WithholdListing
    | RestoreListing
    | RefuseEntry
    | MandateCommand
)
