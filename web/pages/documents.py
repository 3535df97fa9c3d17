"""Documents of a trade, for its parties and the staff: the contract and the confirmation of sale, to keep and print."""

import asyncio
from collections.abc import Callable

from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from settlement.confirmation import confirmation
from settlement.redline import redline, redline_text
from web import errors
from web.documents.docx import to_docx
from web.documents.page import to_html
from web.documents.pdf import NoPdf, to_pdf
from web.documents.record import Record, records_of
from web.pages.shell import Page, Visit, page
from web.pages.trades import visible_trade

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FORMATS = ("html", "docx", "pdf")
Source = tuple[str, str, tuple[Record, ...], int]
"""The document's name, text, signatures, and time (µs)."""


def _contract(visit: Visit) -> Source:
    trade = visible_trade(visit, visit.part("trade"))
    contract = visit.state.settlement.contracts.get(trade.contract or "")
    if contract is None:
        raise errors.not_found("contract")
    return contract.id, contract.text, records_of(contract, trade), trade.hammered_at


def _confirmation(visit: Visit) -> Source:
    trade = visible_trade(visit, visit.part("trade"))
    return f"confirmation-{trade.id}", confirmation(trade), (), trade.hammered_at


def _page(source: Callable[[Visit], Source], format_: str) -> Page:
    async def show(visit: Visit) -> Response:
        name, text, records, at = source(visit)
        if format_ == "html":
            return HTMLResponse(to_html(text, records))
        if format_ == "docx":
            return _file(to_docx(text, records, at), f"{name}.docx", DOCX)
        try:
            made = await asyncio.to_thread(to_pdf, to_html(text, records, whole=True))
        except NoPdf as missing:
            raise errors.failure(503, "PDF_UNAVAILABLE", str(missing)) from missing
        return _file(made, f"{name}.pdf", "application/pdf")

    return show


async def _redline(visit: Visit) -> Response:
    """Every change between the first text and the last one, as plain text."""
    contract = visit.state.settlement.contracts.get(visit.part("contract"))
    if contract is None:
        _ = visit.principal
        raise errors.not_found("contract")
    visible_trade(visit, contract.trade)
    return PlainTextResponse(redline_text(redline(contract.versions[0].text, contract.text)))


def _file(content: bytes, name: str, kind: str) -> Response:
    return Response(
        content, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'}
    )


ROUTES: list[Route] = [
    page(f"/trades/{{trade}}/{name}.{format_}", _page(source, format_))
    for name, source in (("contract", _contract), ("confirmation", _confirmation))
    for format_ in FORMATS
]
ROUTES.append(page("/contracts/{contract}/redline.txt", _redline))
