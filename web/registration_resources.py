"""What the REST interface takes and gives about the registration of contracts."""

from typing import Annotated, Any, Literal

import msgspec

from settlement import filing as f
from settlement.deal import ContractKind
from settlement.registration_state import RegistrationState
from settlement.review import RefuseReason
from web.resources import Amount, Date, Fen, Given, Limit, Place, Taken, Word

Words = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]


# What is taken


class RegistrationQuery(Taken, frozen=True):
    """Which registrations; `office` by name or six-digit code, `due_by` the last day of the clock, `cursor` from `next`."""

    state: RegistrationState | None = None
    office: Word | None = None
    due_by: Date | None = None
    cursor: Place = 0
    limit: Limit = 50


class PaperQuery(Taken, frozen=True):
    """In which form; `txt` is the text whose SHA-256 the paper states."""

    form: Literal["html", "docx", "pdf", "txt"] = "docx"


class PaperCheckQuery(Taken, frozen=True):
    """The number on a paper, and its SHA-256 in small letters."""

    number: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{16}$")]
    digest: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")]


class ListQuery(Taken, frozen=True):
    """Which contracts: year of registration (or filing), office by name or code, amounts below or from the second review's."""

    form: Literal["csv", "xlsx"] = "xlsx"
    year: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}$")] | None = None
    office: Word | None = None
    size: Literal["all", "below", "from"] = "all"


class CostBody(Taken, frozen=True):
    """An item of the price that is not for technology."""

    kind: f.CostKind
    amount_fen: Amount
    note: Annotated[str, msgspec.Meta(max_length=200)] = ""


class PartyFilingBody(Taken, frozen=True):
    """A party in the form: nature of the form's list, country of the customs list, region of GB/T 2260."""

    nature: Annotated[str, msgspec.Meta(max_length=3)] = ""
    country: Annotated[str, msgspec.Meta(max_length=3)] = f.CHINA
    region: Annotated[str, msgspec.Meta(max_length=6)] = ""


Costs = Annotated[tuple[CostBody, ...], msgspec.Meta(max_length=f.COSTS_MAX)]


class FilingBody(Taken, frozen=True):
    """The fields of the filing form; `field`, `ip` and `programme` are keys of the closed lists."""

    project: Annotated[str, msgspec.Meta(max_length=200)] = ""
    field: Annotated[str, msgspec.Meta(max_length=40)] = ""
    ip: Annotated[str, msgspec.Meta(max_length=40)] = ""
    programme: Annotated[str, msgspec.Meta(max_length=40)] = "none"
    valid_from: Annotated[str, msgspec.Meta(max_length=10)] = ""
    valid_to: Date | None = None
    seller: PartyFilingBody = PartyFilingBody()
    buyer: PartyFilingBody = PartyFilingBody()
    added_investment_fen: Fen | None = None
    added_output_fen: Fen | None = None
    costs: Costs = ()
    filler: Annotated[str, msgspec.Meta(max_length=100)] = ""

    def form(self) -> f.FilingForm:
        """The form as settlement takes it."""
        return f.FilingForm(
            project=self.project,
            field=self.field,
            ip=self.ip,
            programme=self.programme,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            seller=f.PartyFiling(self.seller.nature, self.seller.country, self.seller.region),
            buyer=f.PartyFiling(self.buyer.nature, self.buyer.country, self.buyer.region),
            added_investment_fen=self.added_investment_fen,
            added_output_fen=self.added_output_fen,
            costs=costs(self.costs),
            filler=self.filler,
        )


def costs(items: tuple[CostBody, ...]) -> tuple[f.Cost, ...]:
    """The items as settlement takes them."""
    return tuple(f.Cost(item.kind, item.amount_fen, item.note) for item in items)


class SubmissionBody(Taken, frozen=True):
    """To which office, by name or six-digit code; none: where it was filed or prepared."""

    office: Word | None = None


class SupplementRequestBody(Taken, frozen=True):
    """What is missing: items of the checklist or fields of the form, and words."""

    items: Annotated[list[Word], msgspec.Meta(min_length=1, max_length=40)]
    words: Words


class SupplementBody(Taken, frozen=True):
    """The applicant's answer; `form` whole, when fields of it change."""

    words: Words
    form: FilingBody | None = None


class FindingBody(Taken, frozen=True):
    """What was found about an item; `words` when it does not fit."""

    item: Word
    fits: bool
    words: Annotated[str, msgspec.Meta(max_length=2000)] = ""


class FindingsBody(Taken, frozen=True):
    """Answers about items of the checklist."""

    answers: Annotated[list[FindingBody], msgspec.Meta(min_length=1, max_length=40)]


class ClassificationBody(Taken, frozen=True):
    """The kind recognised and the non-technical cost, itemised."""

    kind: ContractKind
    costs: Costs = ()


class WordsBody(Taken, frozen=True):
    """The reason, in words."""

    words: Words


class NumberBody(Taken, frozen=True):
    """The number that the national system gave, or none for the office's next; registered today unless it says otherwise."""

    number: Annotated[str, msgspec.Meta(min_length=1, max_length=40)] | None = None
    registered_on: Date | None = None


class RefusalBody(Taken, frozen=True):
    """Why it is not registered: codes of the closed list, and words."""

    codes: Annotated[list[RefuseReason], msgspec.Meta(min_length=1, max_length=6)]
    words: Words


class ChangeBody(Taken, frozen=True):
    """What the parties have changed: the whole form, the kind, the total, and why."""

    words: Words
    form: FilingBody
    kind: ContractKind
    total_fen: Amount


class IncomeBody(Taken, frozen=True):
    """Which receipt: a credit of the bank, or the deposit."""

    receipt: Word


# What is given


class ClockResource(Given, frozen=True):
    """The office's clock: since when, until when, working days left (none when it is over), and whether it is over."""

    filed_on: Date | None
    due_on: Date | None
    working_days_left: int
    overdue: bool


class CheckResource(Given, frozen=True):
    """An item of the checklist: the question in both languages and the answer, if there is one."""

    item: str
    question_zh: str
    question_en: str
    fits: bool | None
    words: str
    registrar: str | None
    on: Date | None


class SupplementResource(Given, frozen=True):
    """What was asked for, and the answer."""

    items: list[str]
    words: str
    registrar: str
    requested_on: Date
    answer: str | None
    author: str | None
    answered_on: Date | None


class RegisteredVersionResource(Given, frozen=True):
    """The registered facts from a day on."""

    number: int
    on: Date
    registrar: str
    reason: str
    project: str
    kind: str
    total_fen: Fen
    technology_fen: Fen
    costs: list[dict[str, Any]]


class ProposalResource(Given, frozen=True):
    """What another person has still to confirm."""

    move: Literal["change", "revoke"]
    registrar: str
    reason: str
    proposed_on: Date


class CertificateResource(Given, frozen=True):
    """One certificate of technical income."""

    number: int
    receipt: str
    received_fen: Fen
    received_on: Date
    technology_fen: Fen
    registrar: str
    certified_on: Date


class PaperVerdict(Given, frozen=True):
    """Which paper the digest is of; `differs`: of none as they stand now; `unknown`: no contract has the number."""

    number: str
    verdict: Literal["certificate", "income_sheet", "differs", "unknown"]


class ReceiptResource(Given, frozen=True):
    """Money of the price; below zero: given back or forfeited. `certificate` is the number of its certificate."""

    receipt: str
    kind: str
    amount_fen: int
    received_on: Date
    certificate: int | None


class IncomePage(Given, frozen=True):
    """Receipts and certificates; `certified_fen` is what still counts after reductions."""

    registration: str
    total_fen: Fen
    technology_fen: Fen | None
    received_fen: int
    certified_fen: Fen
    reduced_fen: Fen
    receipts: list[ReceiptResource]
    certificates: list[CertificateResource]


class RegistrationLine(Given, frozen=True):
    """A registration in a list."""

    id: str
    trade: str
    contract: str
    project: str
    seller: str
    buyer: str
    kind: str
    state: str
    office: str
    office_code: str
    total_fen: Fen
    technology_fen: Fen | None
    number: str | None
    registered_on: Date | None
    second_review: str | None
    clock: ClockResource


class RegistrationPage(Given, frozen=True):
    """Registrations, those due first; `next` is the cursor of the next page."""

    registrations: list[RegistrationLine]
    next: int | None


class HistoryResource(Given, frozen=True):
    """An event of the registration, whole, with its place in the journal."""

    kind: str
    seq: int
    at: str
    facts: dict[str, Any]


class RegistrationResource(Given, frozen=True):
    """A contract at the registration office; total and technology value are always apart."""

    id: str
    trade: str
    contract: str
    state: str
    office: str
    office_code: str
    total_fen: Fen
    technology_fen: Fen | None
    number: str | None
    proposed_number: str | None
    """The number that the office would give today."""
    registrar: str | None
    first_registrar: str | None
    registered_on: Date | None
    reason: str | None
    refuse_codes: list[str]
    kind: str
    costs: list[dict[str, Any]]
    form: dict[str, Any]
    unstated: list[str]
    """Fields that the form asks for and nobody has stated."""
    second_review: str | None
    disputed: str | None
    clock: ClockResource
    checklist: list[CheckResource]
    supplements: list[SupplementResource]
    versions: list[RegisteredVersionResource]
    proposal: ProposalResource | None
    ended_on: Date | None
    certified_fen: Fen
    moves: list[str]
    """What the table of moves allows now."""
    history: list[HistoryResource]
