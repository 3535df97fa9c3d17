"""What happened at a negotiation table. Each is seen by the table's own parties; what the public sees of an agreement
is made from the state (web.negotiation_views)."""

from exchange.market.event_base import Event
from exchange.market.negotiation_terms import TermSheet


class TableEvent(Event, frozen=True):
    """Something that happened at one table."""

    table: str


class TableOpened(TableEvent, frozen=True, tag=True):
    """A table stands between a holder and a taker; who did not open it is invited."""

    listing: str
    holder: str
    taker: str
    by: str
    completer: bool
    notice_days: int
    payment_days: int
    at: int


class TableJoined(TableEvent, frozen=True, tag=True):
    """An invited party sat down."""

    party: str


class TermsOffered(TableEvent, frozen=True, tag=True):
    """A sheet of terms stands until `expires_at`; `answers` is the number of the offer it counters, 0 for none."""

    number: int
    party: str
    answers: int
    sheet: TermSheet
    digest: str
    expires_at: int
    firm: bool


class TermsWithdrawn(TableEvent, frozen=True, tag=True):
    """Who offered took the offer back."""

    number: int
    party: str


class TermsLapsed(TableEvent, frozen=True, tag=True):
    """An offer stood its time and was not agreed to."""

    number: int


class TermsAgreed(TableEvent, frozen=True, tag=True):
    """Both sides agree to exactly this offer."""

    number: int
    party: str
    digest: str


class AgreementNoticed(TableEvent, frozen=True, tag=True):
    """Name and price are under public notice until `until`. `related` says why the taker is marked."""

    listing: str
    price_fen: int
    price_idea_fen: int
    related: tuple[str, ...]
    at: int
    until: int


class AgreementObjected(TableEvent, frozen=True, tag=True):
    """Somebody objects; `left` µs of the notice wait until it is decided."""

    objection: int
    party: str
    text: str
    at: int
    left: int


class AgreementObjectionDecided(TableEvent, frozen=True, tag=True):
    """An objection was decided; `until` is the new end of the notice, None while it stays suspended or has fallen."""

    objection: int
    upheld: bool
    reason: str
    until: int | None


class AgreementConfirmed(TableEvent, frozen=True, tag=True):
    """The notice is over without an objection left: the sale stands."""

    listing: str
    at: int


class AgreementUndone(TableEvent, frozen=True, tag=True):
    """The buyer of the agreement defaulted: the listing may be traded again."""

    listing: str


class TableEnded(TableEvent, frozen=True, tag=True):
    """Nothing more can happen here: broken_off, declined, listing_agreed, in_session, withdrawn, objection_upheld."""

    reason: str
    party: str
    words: str
    at: int


NegotiationEvent = (
    TableOpened
    | TableJoined
    | TermsOffered
    | TermsWithdrawn
    | TermsLapsed
    | TermsAgreed
    | AgreementNoticed
    | AgreementObjected
    | AgreementObjectionDecided
    | AgreementConfirmed
    | AgreementUndone
    | TableEnded
)
