"""What can be asked about a registration. Dates are ISO texts of Asia/Shanghai; `registrar` and `author` are accounts."""

from settlement.command_base import Command
from settlement.deal import ContractKind
from settlement.filing import Cost, FilingForm
from settlement.review import Answer


class SubmitRegistration(Command, frozen=True, tag=True):
    """File a concluded contract for recognition and registration, as the seller side does; the office by name or code."""

    contract: str
    office: str


class CompleteFiling(Command, frozen=True, tag=True):
    """Correct or complete the form while it is a draft, or while the office waits for a supplement."""

    registration: str
    author: str
    form: FilingForm


class RequestSupplement(Command, frozen=True, tag=True):
    """Ask the applicant for what is missing: items of the checklist or fields of the form, and words."""

    registration: str
    registrar: str
    items: tuple[str, ...]
    words: str


class AnswerSupplement(Command, frozen=True, tag=True):
    """Give what the office asked for; `form` when fields of it change."""

    registration: str
    author: str
    words: str
    form: FilingForm | None = None


class AcceptRegistration(Command, frozen=True, tag=True):
    """Take the filing in hand."""

    registration: str
    registrar: str


class AnswerReview(Command, frozen=True, tag=True):
    """Say of items of the checklist whether they fit; an item may be answered anew until the decision."""

    registration: str
    registrar: str
    answers: tuple[Answer, ...]
    person: str = ""


class ClassifyContract(Command, frozen=True, tag=True):
    """Recognise the kind of contract and its non-technical cost; total and technology value are apart from then on."""

    registration: str
    registrar: str
    kind: ContractKind
    costs: tuple[Cost, ...] = ()
    person: str = ""


class DisputeRegistration(Command, frozen=True, tag=True):
    """Mark a filing as disputed: another person has to look at it."""

    registration: str
    registrar: str
    words: str


class RegisterContract(Command, frozen=True, tag=True):
    """Register under a 16-digit number; None takes the next one of the office.

    Asked of a filing that is not classified yet, it does all at once: the registrar answers for every item of the list
    that has no answer, and `non_technical_fen` stands for cost that the form does not itemise.
    """

    registration: str
    number: str | None
    registrar: str
    registered_on: str
    non_technical_fen: int = 0
    person: str = ""


class RefuseRegistration(Command, frozen=True, tag=True):
    """Refuse, with words and with codes of the closed list; without codes those of the items that do not fit count."""

    registration: str
    registrar: str
    reason: str
    codes: tuple[str, ...] = ()
    person: str = ""


class ChangeRegistration(Command, frozen=True, tag=True):
    """Register what the parties have changed; `form` has the new facts and costs. A large total waits for a second person."""

    registration: str
    registrar: str
    reason: str
    form: FilingForm
    kind: ContractKind
    total_fen: int
    person: str = ""


class ConfirmChange(Command, frozen=True, tag=True):
    """The second person confirms a change that waits."""

    registration: str
    registrar: str
    person: str = ""


class CancelRegistration(Command, frozen=True, tag=True):
    """Strike a registration out (注销): the contract was ended or will not be performed."""

    registration: str
    registrar: str
    reason: str


class RevokeRegistration(Command, frozen=True, tag=True):
    """Take a registration back (撤销): asked by one person, done when another one asks for it too."""

    registration: str
    registrar: str
    reason: str
    person: str = ""


class CertifyIncome(Command, frozen=True, tag=True):
    """Certify how much of a receipt is technical income; `receipt` is a credit of the bank, or the deposit."""

    registration: str
    registrar: str
    receipt: str


class ReduceIncome(Command, frozen=True, tag=True):
    """Money was given back: certify no more than what is left of it. The house asks this of itself."""

    registration: str


RegistrationCommand = (
    SubmitRegistration
    | CompleteFiling
    | RequestSupplement
    | AnswerSupplement
    | AcceptRegistration
    | AnswerReview
    | ClassifyContract
    | DisputeRegistration
    | RegisterContract
    | RefuseRegistration
    | ChangeRegistration
    | ConfirmChange
    | CancelRegistration
    | RevokeRegistration
    | CertifyIncome
    | ReduceIncome
)
