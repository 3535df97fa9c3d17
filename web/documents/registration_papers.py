"""The papers of a registration in their forms: the certificate and the sheet of technical income."""

from typing import Literal

from settlement.certificate import certificate, income_sheet
from settlement.dates import end_of_day, parse_date
from settlement.registration_state import Registration
from settlement.state import Settlement
from web import errors
from web.documents.papers import FORMS, MEDIA, Form, Source, attached, written

RegistrationPaper = Literal["certificate", "income-sheet"]
PaperForm = Literal["html", "docx", "pdf", "txt"]
REGISTRATION_PAPERS: tuple[RegistrationPaper, ...] = ("certificate", "income-sheet")
PAPER_FORMS: tuple[PaperForm, ...] = (*FORMS, "txt")
Answer = tuple[bytes, str, dict[str, str]]
"""Content, media type, headers."""


def paper_text(state: Settlement, one: Registration, paper: RegistrationPaper) -> str:
    """The text; 404 for a contract that has no number, for then there is nothing to certify."""
    if one.number is None:
        raise errors.not_found(paper)
    return certificate(state, one) if paper == "certificate" else income_sheet(state, one)


async def registration_paper(
    state: Settlement, one: Registration, paper: RegistrationPaper, form: PaperForm
) -> Answer:
    """A paper as a file; 503 PDF_UNAVAILABLE names what this machine lacks for a PDF."""
    text, name = paper_text(state, one, paper), f"{paper}-{one.number}"
    if form == "txt":
        return text.encode(), "text/plain", {}
    day = parse_date(one.registered_on or "")
    source = Source(name, text, (), end_of_day(day) if day else 0)
    shape: Form = form
    return await written(source, shape), MEDIA[shape], attached(name, shape)
