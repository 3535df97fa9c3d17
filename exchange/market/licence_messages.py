"""Open licences (专利开放许可): what is declared, what can be asked, and what happened (patent law, art. 50 and 51)."""

from typing import Literal

import msgspec

from exchange.market.command_base import Command
from exchange.market.event_base import Event
from settlement.deal import Payment

PatentKind = Literal["invention", "utility_model", "design"]
Free = Literal["", "public_good", "small_firm"]
"""Why a licence cost nothing: the declaration is of the public-good catalogue, or the taker is a small firm."""


class LicenceTerms(msgspec.Struct, frozen=True, omit_defaults=True):
    """A declaration. Dates are ISO texts of Asia/Shanghai; `fee_fen` is what each licence costs, 0 only for public good."""

    patent: str
    """Number of the patent."""
    patent_kind: PatentKind
    granted_on: str
    fees_paid_until: str
    """Until when the annual fees are paid."""
    expires_on: str
    """The last day on which the offer may be accepted."""
    fee_fen: int
    payment: Payment = Payment()
    term_months: int | None = None
    territory: str = ""
    evaluation_report: str = ""
    """Number of the evaluation report of a utility model or design (patent law, art. 50)."""
    pledge: str = ""
    pledge_consent: str = ""
    small_firm_free: bool = False
    """Small and micro enterprises pay nothing (Heilongjiang, part four, (四))."""
    public_good: bool = False
    """Of the public-good catalogue: nobody pays anything (Heilongjiang, part two, (一))."""
    payment_days: int = 5


class DeclareOpenLicence(Command, frozen=True, tag=True):
    """The holder of a tradable listing declares that it licenses to anybody at these terms."""

    listing: str
    holder: str
    terms: LicenceTerms


class PublishOpenLicence(Command, frozen=True, tag=True):
    """The operator looked at the register of patents: `evidence` names what it saw."""

    licence: str
    evidence: str


class ReturnOpenLicence(Command, frozen=True, tag=True):
    """The operator does not publish a declaration, and says why."""

    licence: str
    reasons: str


class TakeOpenLicence(Command, frozen=True, tag=True):
    """A taker accepts the declaration at the fee that it saw; a small firm says so under its own name."""

    licence: str
    taker: str
    fee_fen: int
    small_firm: bool = False


class WithdrawOpenLicence(Command, frozen=True, tag=True):
    """The holder takes the declaration back; licences given before stay (patent law, art. 50)."""

    licence: str
    holder: str
    reasons: str


class LapseOpenLicence(Command, frozen=True, tag=True):
    """The gavel: the last day of the offer is over."""

    licence: str


class OpenLicenceDeclared(Event, frozen=True, tag=True):
    """A declaration waits for the operator."""

    licence: str
    listing: str
    holder: str
    terms: LicenceTerms
    at: int


class OpenLicencePublished(Event, frozen=True, tag=True):
    """Anybody may take a licence until `until`."""

    licence: str
    listing: str
    evidence: str
    at: int
    until: int


class OpenLicenceReturned(Event, frozen=True, tag=True):
    """The declaration went back with reasons."""

    licence: str
    reasons: str


class OpenLicenceTaken(Event, frozen=True, tag=True):
    """A licence is given; `trade` carries its contract and fee, empty where there is nothing to pay."""

    licence: str
    listing: str
    number: int
    taker: str
    fee_fen: int
    free: Free
    trade: str
    at: int


class OpenLicenceWithdrawn(Event, frozen=True, tag=True):
    """No more licences are given; `lapsed` at the end of its days."""

    licence: str
    reasons: str
    lapsed: bool
    at: int


LicenceCommand = (
    DeclareOpenLicence
    | PublishOpenLicence
    | ReturnOpenLicence
    | TakeOpenLicence
    | WithdrawOpenLicence
    | LapseOpenLicence
)
LicenceEvent = (
    OpenLicenceDeclared | OpenLicencePublished | OpenLicenceReturned | OpenLicenceTaken | OpenLicenceWithdrawn
)
