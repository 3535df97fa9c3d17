"""The papers of a trade in their forms, for pages and programs alike: the contract and the confirmation of sale."""

import asyncio
from typing import Literal, NamedTuple

from settlement.confirmation import confirmation
from settlement.state import Settlement, Trade
from web import errors
from web.documents.docx import to_docx
from web.documents.page import to_html
from web.documents.pdf import NoPdf, to_pdf
from web.documents.record import Record, records_of

Paper = Literal["contract", "confirmation"]
Form = Literal["html", "docx", "pdf"]
PAPERS: tuple[Paper, ...] = ("contract", "confirmation")
FORMS: tuple[Form, ...] = ("html", "docx", "pdf")
MEDIA: dict[Form, str] = {
    "html": "text/html",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


class Source(NamedTuple):
    """What a paper is made of: its name, its text, its signatures, its time (µs)."""

    name: str
    text: str
    records: tuple[Record, ...]
    at: int


def source(state: Settlement, trade: Trade, paper: Paper) -> Source:
    """What a paper of a trade is made of; 404 for a contract that is not drafted yet."""
    if paper == "confirmation":
        return Source(f"confirmation-{trade.id}", confirmation(trade), (), trade.hammered_at)
    contract = state.contracts.get(trade.contract or "")
    if contract is None:
        raise errors.not_found("contract")
    return Source(contract.id, contract.text, records_of(contract, trade), trade.hammered_at)


async def written(made_of: Source, form: Form) -> bytes:
    """The paper in a form; 503 PDF_UNAVAILABLE names the package that this machine lacks for a PDF."""
    if form == "html":
        return to_html(made_of.text, made_of.records).encode()
    if form == "docx":
        return to_docx(made_of.text, made_of.records, made_of.at)
    whole = to_html(made_of.text, made_of.records, whole=True)
    try:
        return await asyncio.to_thread(to_pdf, whole)
    except NoPdf as missing:
        raise errors.failure(503, "PDF_UNAVAILABLE", str(missing)) from missing


def attached(name: str, form: Form) -> dict[str, str]:
    """The header that makes a browser keep the file; a page is shown instead."""
    return {} if form == "html" else {"content-disposition": f'attachment; filename="{name}.{form}"'}
