"""What the REST interface takes and gives, as types: handlers read them, the OpenAPI document shows them.

Money is an integer count of fen (`…_fen`), instants are ISO 8601 with offset, dates are calendar dates of
Asia/Shanghai.
"""

from typing import Annotated, Any, Literal

import msgspec

from matching_engine.lifecycle import LifecycleState, Phase
from matching_engine.money import LIMIT_FEN
from matching_engine.terms import Mechanism
from settlement.commands import Side

Amount = Annotated[int, msgspec.Meta(ge=1, le=LIMIT_FEN, description="Fen, above zero.")]
Fen = Annotated[int, msgspec.Meta(ge=0, le=LIMIT_FEN, description="Fen.")]
Instant = Annotated[str, msgspec.Meta(extra_json_schema={"format": "date-time"})]
Date = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$", extra_json_schema={"format": "date"})]
Word = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Limit = Annotated[int, msgspec.Meta(ge=1, le=200)]
Place = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
"""Where a page begins: a count of entries or a seq, as large as any JSON reader keeps whole."""


class Taken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body or query: nothing unknown in it."""


class Given(msgspec.Struct, frozen=True):
    """An answer."""


# Signing in


class SignInBody(Taken, frozen=True):
    """Login and password."""

    account: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    password: Annotated[
        str, msgspec.Meta(min_length=1, max_length=512, extra_json_schema={"format": "password"})
    ]


class AccountResource(Given, frozen=True):
    """Whoever is signed in."""

    id: str
    login: str
    name: str
    party: str | None
    roles: list[str]


class SessionResource(Given, frozen=True):
    """A session. `csrf` goes into X-CSRF-Token with every request that changes something."""

    account: AccountResource
    csrf: str | None
    expires_at: Instant


class TicketResource(Given, frozen=True):
    """A ticket for `hello` on the socket, good once."""

    ticket: str
    expires_at: Instant


# Lots


class LotQuery(Taken, frozen=True):
    """Which lots."""

    state: LifecycleState | None = None
    mechanism: Mechanism | None = None
    house: Word | None = None
    q: Word | None = None
    """Words of the title, or a lot's id."""
    cursor: Place = 0
    """`next` of the page before."""
    limit: Limit = 50


class RungResource(Given, frozen=True):
    """One rung of the increment ladder."""

    from_fen: Fen
    step_fen: Amount


class ExtensionResource(Given, frozen=True):
    """The soft close; lengths in milliseconds."""

    trigger_ms: int
    length_ms: int
    base: Literal["bid", "close"]
    max_count: int | None
    max_total_ms: int | None


class DutchResource(Given, frozen=True):
    """The descending clock."""

    step_fen: Amount
    every_ms: int
    floor_fen: Fen


class WinnerResource(Given, frozen=True):
    """One award, to the code that stands for the bidder."""

    bidder: str
    price_fen: Fen


class LotResource(Given, frozen=True, forbid_unknown_fields=True):
    """A lot as everybody may see it: never the reserve, never a maximum, never who is behind a code."""

    lot: str
    title: str
    listing: str
    session: str
    deposit_fen: Fen
    mechanism: Mechanism
    direction: Literal["sell", "buy"]
    opening_price_fen: Fen
    ladder: list[RungResource]
    increment_rule: Literal["at_least", "multiple"]
    extension: ExtensionResource | None
    dutch: DutchResource | None
    min_bidders: int
    quantity: int
    pricing: Literal["uniform", "pay_as_bid"]
    weights: dict[str, str] | None
    state: LifecycleState
    phase: Phase | None
    lead_fen: Fen | None
    leader: str | None
    minimum_fen: Fen | None
    """The least that would lead now."""
    step_fen: Amount | None
    bids: int | None
    extensions: int
    opens_at: Instant
    free_until: Instant | None
    closes_at: Instant | None
    window_until: Instant | None
    """End of the window in which holders of a right of first refusal may still match."""
    clock_from: Instant | None
    """Where the periods of a descending clock are counted from; suspensions move it."""
    closed_at: Instant | None
    reason: str | None
    winners: list[WinnerResource]
    seq: int
    epoch: int


class LotPage(Given, frozen=True):
    """One page of lots; `next` is the cursor of the one after, null at the end."""

    lots: list[LotResource]
    next: int | None


class EventQuery(Taken, frozen=True):
    """Which events of a lot."""

    after: Place = 0
    """The seq of the last event that is known already."""
    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 200


class EventPage(Given, frozen=True):
    """Public events of a lot in order of seq, without a gap; `next` is the `after` of the next page."""

    lot: str
    epoch: int
    seq: int
    events: list[dict[str, Any]]
    next: int | None


class BidBody(Taken, frozen=True):
    """A bid; with `max_fen` the exchange goes on bidding up to it. `confirm`: an amount beyond ten times the price is meant."""

    amount_fen: Amount
    max_fen: Amount | None = None
    confirm: bool = False


class AcceptBody(Taken, frozen=True):
    """Take the price of the instant; `amount_fen` is the price that was seen."""

    amount_fen: Amount | None = None


# Decisions


class RefusalResource(Given, frozen=True):
    """Why a command changed nothing, and what would have done."""

    code: str
    detail: str
    minimum_fen: Fen | None


class Decision(Given, frozen=True):
    """The one true answer to a command: its events, or its refusal. Both are in the journal, with a receipt."""

    command: str
    accepted: bool
    refusal: RefusalResource | None
    seq: int | None
    """Place in the journal of the house."""
    at: Instant | None
    receipt: str | None
    """Hash of the first event's row: proof of the decision, see `luochui verify --receipt`."""
    events: list[dict[str, Any]]


# Trades


class PartyResource(Given, frozen=True):
    """A side of a trade."""

    id: str
    name: str


class ObligationResource(Given, frozen=True):
    """What the buyer owes. Money carries `reference`; `deposit_fen` is the part that the deposit paid."""

    id: str
    amount_fen: Fen
    deposit_fen: Fen
    received_fen: Fen
    due_on: Date
    reference: str
    met: bool


class ChargeResource(Given, frozen=True):
    """Something owed beside the price; without a reference it is deducted, not paid in."""

    id: str
    kind: str
    debtor: str
    creditor: str
    amount_fen: Fen
    received_fen: Fen
    due_on: Date
    reference: str
    met: bool
    cancelled: bool


class CreditResource(Given, frozen=True):
    """Money that arrived for a trade."""

    credit: str
    payer: str
    amount_fen: Fen
    credited_on: Date
    assigned: bool = False
    """It waited in suspense, and a person found what it was for."""


class CreditPage(Given, frozen=True):
    """The money of a trade: what was credited, what the deposit paid, when the seller was paid."""

    trade: str
    deposit_fen: Fen
    credits: list[CreditResource]
    paid_to_seller_on: Date | None


class ClaimResource(Given, frozen=True):
    """A claim on public money, with the clause that grants it."""

    id: str
    trade: str
    rule: str
    claimant: Side
    party: str
    claim_year: int
    base_fen: Fen
    amount_fen: Fen
    document: str
    clause: str
    quote: str
    state: str
    approvers: list[str]
    paid_on: Date | None


class ClaimPage(Given, frozen=True):
    """The claims of a trade."""

    trade: str
    election: Side | None
    claims: list[ClaimResource]


class TradeResource(Given, frozen=True):
    """A sale and where its settlement stands."""

    trade: str
    lot: str
    title: str
    mechanism: str
    price_fen: Fen
    hammered_at: Instant
    seller: PartyResource
    buyer: PartyResource
    obligation: ObligationResource | None
    contract_state: str | None
    registration_state: str | None
    registration_number: str | None
    election: Side | None
    claims: int
    failed: str | None
    """Why nothing more comes of the sale: a default, or rescission by both parties."""
    kept_fen: dict[Side, int]
    """Which side said that the sale shall be undone, and what the seller keeps then."""
    charges: list["ChargeResource"]
    """What is owed beside the price: commissions, royalties, debts of a default."""
    links: dict[str, str]
    """`lot`, `contract`, `registration`, `credits`, `claims`: where the rest stands, once it exists."""


# Steps of the settlement


class RegisterBody(Taken, frozen=True, tag_field="decision", tag="register"):
    """The registrar's number; `registered_on` is today unless it says otherwise."""

    number: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{16}$")]
    registered_on: Date | None = None
    non_technical_fen: Fen = 0


class RefuseBody(Taken, frozen=True, tag_field="decision", tag="refuse"):
    """The registrar's reason for not registering."""

    reason: Word


class ElectionBody(Taken, frozen=True):
    """Which side shall claim; by key: the hex SHA-256 of the election's text, a registered key and its signature (hex)
    over the three lines `luochui election v1`, `E-` with the trade's id, and the digest."""

    side: Side
    digest: Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?$")] = ""
    key_id: Annotated[str, msgspec.Meta(pattern=r"^(k-[0-9a-f]{20})?$")] = ""
    signature: Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{128})?$")] = ""


class CreditBody(Taken, frozen=True):
    """The bank tells of money that arrived on the escrow account; `credit` is the bank's own reference."""

    credit: Annotated[str, msgspec.Meta(pattern=r"^[0-9A-Za-z._-]{1,64}$")]
    reference: Word
    payer: Word
    amount_fen: Amount
    credited_on: Date


class Health(Given, frozen=True):
    """Alive, or ready: the name of each part that was looked at, and whether it is well."""

    status: str
    checks: dict[str, bool]
