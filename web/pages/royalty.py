"""A trade's royalty on its page: the periods reported, the next one for the buyer, the books for the seller to ask for."""

from collections.abc import Mapping

from starlette.responses import Response
from starlette.routing import Route

from exchange.house.command import Body
from settlement.royalty_commands import RecordInspection, ReportRoyalty, RequestInspection
from settlement.state import Trade
from web import errors
from web.pages.shell import Visit, page, sentence
from web.pages.trades import trade_page, visible_trade
from web.parse import BadInput, yuan


async def report(visit: Visit) -> Response:
    """The buyer reports a period's basis."""
    form, trade = visit.form(), visible_trade(visit, visit.part("trade"))
    basis_fen, wrong = _basis(visit, form, "basis")
    if wrong:
        return await trade_page(visit, 422, wrong, said=form)
    party, period = visit.principal.party or "", _number(form.get("period", ""))
    body = ReportRoyalty(trade.id, party, visit.principal.account, period, basis_fen)
    return await _step(visit, form, trade, body, "basis")


async def inspect(visit: Visit) -> Response:
    """The seller asks for the books behind a period."""
    form, trade = visit.form(), visible_trade(visit, visit.part("trade"))
    number = _number(visit.part("period"))
    body = RequestInspection(trade.id, visit.principal.party or "", visit.principal.account, number)
    return await _step(visit, form, trade, body, f"inspection-{number}")


async def found(visit: Visit) -> Response:
    """The operator records what the books said, as both parties have confirmed."""
    form, trade = visit.form(), visible_trade(visit, visit.part("trade"))
    number = _number(visit.part("period"))
    field = f"found-{number}"
    basis_fen, wrong = _basis(visit, form, field)
    if wrong:
        return await trade_page(visit, 422, wrong, said=form)
    body = RecordInspection(trade.id, number, basis_fen, visit.principal.account)
    return await _step(visit, form, trade, body, field)


def _basis(visit: Visit, form: Mapping[str, str], field: str) -> tuple[int, dict[str, str]]:
    """An amount that may be nothing, or what is wrong with it."""
    text = form.get(field, "")
    try:
        return (0 if text in ("0", "0.0", "0.00") else yuan(text, field)), {}
    except BadInput as bad:
        return 0, {field: sentence(visit.speech, bad.code)}


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 5):
        raise errors.not_found("period")
    return int(text)


async def _step(visit: Visit, form: Mapping[str, str], trade: Trade, body: Body, field: str) -> Response:
    failed = await visit.try_to(form, body)
    if failed is None:
        return visit.go(f"/trades/{trade.id}#royalty")
    return await trade_page(visit, errors.status_of(failed[0]), {field: failed[1]}, said=form)


ROUTES: list[Route] = [
    page("/trades/{trade}/royalties", report, "POST"),
    page("/trades/{trade}/royalties/{period}/inspection", inspect, "POST"),
    page("/trades/{trade}/royalties/{period}/finding", found, "POST"),
]
