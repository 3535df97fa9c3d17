"""A registration desk for tests: the steps of the office, short to write."""

from datetime import date

import msgspec

from settlement.commands import PartyFacts
from settlement.dates import end_of_day
from settlement.deal import ContractKind, Deal
from settlement.filing import Cost, FilingForm
from settlement.registration_commands import (
    AcceptRegistration,
    AnswerReview,
    CertifyIncome,
    ClassifyContract,
    RegisterContract,
)
from settlement.registration_state import Registration
from settlement.review import Answer, checklist
from tests.settlement.desk import (
    CONTRACT,
    FACTORY,
    REGISTRATION,
    SUBJECT,
    UNIVERSITY,
    Desk,
    sign,
    trade,
)

FIRST, SECOND = "registrar-1", "registrar-2"


def noon(day: str) -> int:
    """An instant (µs) on a day in Shanghai: twelve hours before its end."""
    return end_of_day(date.fromisoformat(day)) - 12 * 3600 * 1_000_000


def filed(
    price_fen: int = 170_000_000,
    seller: PartyFacts = UNIVERSITY,
    on: str = "2026-11-20",
    kind: ContractKind = "assignment",
    field: str = SUBJECT.field,
    follow: bool = True,
) -> Desk:
    """A contract signed by both on a day, and filed by itself."""
    desk = Desk(follow=follow)
    subject = msgspec.structs.replace(SUBJECT, field=field, deal=Deal(kind))
    desk.ask(trade(deposit=None, price_fen=price_fen, seller=seller, subject=subject), noon(on))
    for party in (seller, FACTORY):
        desk.ask(sign(desk, party), noon(on))
    return desk


def registration_of(desk: Desk) -> Registration:
    """The registration of the desk's one trade."""
    return desk.state.registrations[REGISTRATION]


def fitting(kind: ContractKind = "assignment", but: tuple[str, ...] = ()) -> tuple[Answer, ...]:
    """An answer to every item: it fits, but for some."""
    return tuple(Answer(item, item not in but, "看不清" if item in but else "") for item in checklist(kind))


def looked_at(desk: Desk, registrar: str = FIRST, but: tuple[str, ...] = ()) -> Desk:
    """Accepted, and every item answered."""
    desk.ask(AcceptRegistration(REGISTRATION, registrar))
    kind = desk.state.contracts[CONTRACT].kind
    desk.ask(AnswerReview(REGISTRATION, registrar, fitting(kind, but)))
    return desk


def classified(desk: Desk, costs: tuple[Cost, ...] = (), registrar: str = FIRST) -> Desk:
    """Looked at and classified as what it is."""
    looked_at(desk, registrar)
    kind = desk.state.contracts[CONTRACT].kind
    desk.ask(ClassifyContract(REGISTRATION, registrar, kind, costs))
    return desk


def give_number(
    registrar: str = FIRST, number: str | None = None, on: str = "2026-11-25"
) -> RegisterContract:
    """Register under a number, or the next one."""
    return RegisterContract(REGISTRATION, number, registrar, on)


def registered(price_fen: int = 170_000_000, costs: tuple[Cost, ...] = ()) -> Desk:
    """Registered by the whole way, below the threshold of a second review."""
    desk = classified(filed(price_fen), costs)
    desk.ask(give_number())
    return desk


def certify(receipt: str, registrar: str = FIRST) -> CertifyIncome:
    """Certify the income of a receipt."""
    return CertifyIncome(REGISTRATION, registrar, receipt)


def form(desk: Desk, **changes: object) -> FilingForm:
    """The form as filed, with some fields changed."""
    filed_form = registration_of(desk).form
    assert filed_form is not None
    return msgspec.structs.replace(filed_form, **changes)
