"""Documents of a trade, for its parties and the staff: the contract and the confirmation of sale, to keep and print."""

from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from settlement.redline import redline, redline_text
from web import errors
from web.documents.papers import FORMS, MEDIA, PAPERS, Form, Paper, attached, source, written
from web.pages.shell import Page, Visit, page
from web.pages.trades import visible_trade


def _page(paper: Paper, form: Form) -> Page:
    async def show(visit: Visit) -> Response:
        trade = visible_trade(visit, visit.part("trade"))
        made_of = source(visit.state.settlement, trade, paper)
        content = await written(made_of, form)
        return Response(content, media_type=MEDIA[form], headers=attached(made_of.name, form))

    return show


async def _redline(visit: Visit) -> Response:
    """Every change between the first text and the last one, as plain text."""
    contract = visit.state.settlement.contracts.get(visit.part("contract"))
    if contract is None:
        _ = visit.principal
        raise errors.not_found("contract")
    visible_trade(visit, contract.trade)
    return PlainTextResponse(redline_text(redline(contract.versions[0].text, contract.text)))


ROUTES: list[Route] = [
    page(f"/trades/{{trade}}/{paper}.{form}", _page(paper, form)) for paper in PAPERS for form in FORMS
]
ROUTES.append(page("/contracts/{contract}/redline.txt", _redline))
