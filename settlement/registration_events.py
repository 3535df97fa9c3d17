"""What happened to a contract at the registration office. Every date is written down, so that no later calendar moves it."""

from settlement.event_base import Event
from settlement.filing import Cost, FilingForm
from settlement.review import Answer


class FilingPrepared(Event, frozen=True, tag=True):
    """A filing that the seller has still to complete; `missing` are the fields that the trade does not tell."""

    registration: str
    contract: str
    trade: str
    office: str
    office_code: str
    total_fen: int
    form: FilingForm
    missing: tuple[str, ...]


class FilingCompleted(Event, frozen=True, tag=True):
    """The applicant corrected the form."""

    registration: str
    trade: str
    author: str
    form: FilingForm


class RegistrationSubmitted(Event, frozen=True, tag=True):
    """The contract lies with the registration office under a provisional id (`TC-…`); its clock runs until `due_on`."""

    registration: str
    contract: str
    trade: str
    office: str
    total_fen: int
    office_code: str = ""
    form: FilingForm | None = None
    filed_on: str = ""
    due_on: str = ""
    clock: str = ""
    """The source of the clock."""


class SupplementRequested(Event, frozen=True, tag=True):
    """The office asked for more; its clock stands still until the answer."""

    registration: str
    trade: str
    registrar: str
    items: tuple[str, ...]
    words: str
    requested_on: str


class SupplementAnswered(Event, frozen=True, tag=True):
    """The applicant answered: the clock begins anew on this day."""

    registration: str
    trade: str
    author: str
    words: str
    form: FilingForm | None
    answered_on: str
    due_on: str


class RegistrationAccepted(Event, frozen=True, tag=True):
    """A registrar has the filing in hand."""

    registration: str
    trade: str
    registrar: str
    accepted_on: str


class ReviewAnswered(Event, frozen=True, tag=True):
    """A registrar said of items of the checklist whether they fit; `summary`: by registering in one step."""

    registration: str
    trade: str
    registrar: str
    answers: tuple[Answer, ...]
    answered_on: str
    summary: bool = False


class ContractClassified(Event, frozen=True, tag=True):
    """The kind is recognised, and the technology value: the total less its itemised non-technical cost."""

    registration: str
    trade: str
    registrar: str
    kind: str
    costs: tuple[Cost, ...]
    total_fen: int
    technology_fen: int
    classified_on: str
    person: str = ""


class RegistrationDisputed(Event, frozen=True, tag=True):
    """Marked as disputed, and why."""

    registration: str
    trade: str
    registrar: str
    words: str
    disputed_on: str


class SecondReviewOpened(Event, frozen=True, tag=True):
    """Another person decides: the total reaches the threshold ("amount"), or the filing is disputed."""

    registration: str
    trade: str
    first_registrar: str
    cause: str
    threshold_fen: int
    opened_on: str
    due_on: str


class ContractRegistered(Event, frozen=True, tag=True):
    """Registered under a 16-digit number; total value and technology value apart."""

    registration: str
    contract: str
    trade: str
    number: str
    registrar: str
    registered_on: str
    total_fen: int
    technology_fen: int
    first_registrar: str = ""
    """Who classified it, where a second person registered."""


class RegistrationRefused(Event, frozen=True, tag=True):
    """Not registered, and why: codes of the closed list, and words."""

    registration: str
    contract: str
    trade: str
    registrar: str
    reason: str
    codes: tuple[str, ...] = ()
    refused_on: str = ""


class ChangeProposed(Event, frozen=True, tag=True):
    """A change of a total so large that another person has to confirm it."""

    registration: str
    trade: str
    registrar: str
    reason: str
    form: FilingForm
    kind: str
    total_fen: int
    threshold_fen: int
    proposed_on: str
    person: str = ""


class RegistrationChanged(Event, frozen=True, tag=True):
    """A new version of the registered facts, under the same number, at the office that registered."""

    registration: str
    trade: str
    version: int
    registrar: str
    first_registrar: str
    reason: str
    form: FilingForm
    kind: str
    total_fen: int
    technology_fen: int
    changed_on: str


class RegistrationCancelled(Event, frozen=True, tag=True):
    """Struck out (注销); claims that are not paid are paid no more."""

    registration: str
    trade: str
    registrar: str
    reason: str
    cancelled_on: str


class RevocationProposed(Event, frozen=True, tag=True):
    """One registrar wants the registration taken back."""

    registration: str
    trade: str
    registrar: str
    reason: str
    proposed_on: str
    person: str = ""


class RegistrationRevoked(Event, frozen=True, tag=True):
    """Taken back (撤销) by two people; claims that are not paid are paid no more."""

    registration: str
    trade: str
    registrar: str
    first_registrar: str
    reason: str
    revoked_on: str


class IncomeCertified(Event, frozen=True, tag=True):
    """So much of a receipt is technical income: receipt × technology value ÷ total, rounded down once."""

    registration: str
    trade: str
    number: int
    receipt: str
    received_fen: int
    received_on: str
    technology_fen: int
    registrar: str
    certified_on: str


class IncomeReduced(Event, frozen=True, tag=True):
    """Money was given back, or the technology value fell: certified before less this is what still counts."""

    registration: str
    trade: str
    reduced_fen: int
    received_fen: int
    """What is left of the receipts that were certified."""
    reduced_on: str


RegistrationEvent = (
    FilingPrepared
    | FilingCompleted
    | RegistrationSubmitted
    | SupplementRequested
    | SupplementAnswered
    | RegistrationAccepted
    | ReviewAnswered
    | ContractClassified
    | RegistrationDisputed
    | SecondReviewOpened
    | ContractRegistered
    | RegistrationRefused
    | ChangeProposed
    | RegistrationChanged
    | RegistrationCancelled
    | RevocationProposed
    | RegistrationRevoked
    | IncomeCertified
    | IncomeReduced
)
