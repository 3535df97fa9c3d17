"""Files of the registration desk over REST: certificate, sheet of technical income, the filing forms as a list."""

from starlette.responses import Response

from settlement.filing_list import MixedList, selected
from web import errors
from web import registration_resources as r
from web.api_trades import OVERSEERS, may_see
from web.documents.filing_table import TABLE_MEDIA, table_response
from web.documents.papers import MEDIA
from web.documents.registration_papers import RegistrationPaper, registration_paper
from web.paper_check import check_paper
from web.routes import Ask, Operation

V1 = "/api/v1"


async def download_certificate(ask: Ask) -> Response:
    """The certificate of registration as a file; 404 while there is no number."""
    return await _paper(ask, "certificate")


async def download_income_sheet(ask: Ask) -> Response:
    """The sheet of technical income as a file; 404 while there is no number."""
    return await _paper(ask, "income-sheet")


async def _paper(ask: Ask, paper: RegistrationPaper) -> Response:
    query: r.PaperQuery = ask.query
    state = ask.exchange.house.view.settlement
    one = state.registrations.get(ask.path("registration"))
    if one is None or not may_see(ask.principal, state.trades[one.trade]):
        raise errors.not_found("registration")
    content, media, headers = await registration_paper(state, one, paper, query.form)
    return Response(content, media_type=media, headers=headers)


async def export_registrations(ask: Ask) -> Response:
    """The filing form's fields, one row a contract; 409 LIST_MIXED where a province keeps large contracts apart."""
    if not OVERSEERS & ask.principal.roles:
        raise errors.failure(403, "FORBIDDEN", "the list is for the offices")
    query: r.ListQuery = ask.query
    state = ask.exchange.house.view.settlement
    try:
        found = selected(state, query.year, query.office, query.size)
    except MixedList as mixed:
        raise errors.failure(409, "LIST_MIXED", str(mixed)) from mixed
    return table_response(state, found, query.form, f"registrations-{query.year or 'all'}")


async def check_registration_paper(ask: Ask) -> r.PaperVerdict:
    """Whether a certificate or sheet that somebody shows is the one that stands now; for anyone."""
    query: r.PaperCheckQuery = ask.query
    state = ask.exchange.house.view.settlement
    return r.PaperVerdict(query.number, check_paper(state, query.number, query.digest))


_ONE = f"{V1}/registrations/{{registration}}"
_FILES = (*MEDIA.values(), "text/plain")

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "GET",
        f"{V1}/paper-checks",
        check_registration_paper,
        "Check a certificate or sheet of technical income",
        "registration",
        r.PaperVerdict,
        query=r.PaperCheckQuery,
        signed_in=False,
    ),
    Operation(
        "GET",
        f"{V1}/registration-list",
        export_registrations,
        "The filing forms as a list",
        "registration",
        query=r.ListQuery,
        errors=(403, 409),
        media_types=tuple(TABLE_MEDIA.values()),
    ),
    Operation(
        "GET",
        f"{_ONE}/certificate",
        download_certificate,
        "The certificate of registration as a file",
        "registration",
        query=r.PaperQuery,
        errors=(404, 503),
        media_types=_FILES,
    ),
    Operation(
        "GET",
        f"{_ONE}/income-sheet",
        download_income_sheet,
        "The sheet of technical income as a file",
        "registration",
        query=r.PaperQuery,
        errors=(404, 503),
        media_types=_FILES,
    ),
)
