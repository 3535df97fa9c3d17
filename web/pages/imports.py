"""Tables sent in from a page: a file, and then what became of each of its rows."""

from starlette.responses import Response
from starlette.routing import Route

from exchange.registers.columns import ACHIEVEMENT, DEMAND
from exchange.registers.imports import Report
from matching_engine.errors import Malformed
from web import errors
from web.catalogue import KINDS, take_file
from web.multipart import is_multipart, read_multipart
from web.pages.shell import Visit, page

CHINESE = {one.name: one.chinese for one in (*DEMAND, *ACHIEVEMENT)}
ROWS_SHOWN = 500
"""Refused rows that a page shows; REST and the command show all."""


def _may(visit: Visit) -> list[str]:
    """What the reader may import; 403 when that is nothing."""
    roles = visit.principal.roles
    kinds = [
        kind
        for kind, role in (("achievements", "seller"), ("demands", "bidder"))
        if roles & {"operator", role}
    ]
    if not kinds:
        raise errors.failure(403, "FORBIDDEN", "for sellers, bidders and operators")
    return kinds


async def form(visit: Visit) -> Response:
    """The form."""
    return _page(visit)


async def take(visit: Visit) -> Response:
    """Take the file, and report."""
    kinds = _may(visit)
    content_type = visit.request.headers.get("content-type", "")
    if not is_multipart(content_type):
        raise errors.failure(415, "UNSUPPORTED_MEDIA_TYPE", "expected a form with a file")
    sent = read_multipart(content_type, visit.request.state.body)
    kind = sent.fields.get("kind", "")
    upload = sent.files.get("file")
    if kind not in KINDS or kind not in kinds:
        raise errors.failure(422, "BAD_VALUE", f"expected one of {', '.join(kinds)}", field="kind")
    if upload is None:
        return _page(visit, status=422, wrong=visit.speech.text("Choose a file."))
    try:
        strict = "strict" in sent.fields
        report = await take_file(visit.exchange, visit.principal, kind, upload.content, strict)
    except Malformed as error:
        return _page(visit, status=422, wrong=str(error), name=upload.name)
    return _page(visit, 200 if report.whole else 422, report=report, name=upload.name)


def _page(
    visit: Visit, status: int = 200, *, report: Report | None = None, wrong: str = "", name: str = ""
) -> Response:
    refused = [row for row in report.rows if row.outcome == "refused"] if report else []
    return visit.render(
        "imports.html",
        status,
        "/imports",
        kinds=_may(visit),
        report=report,
        refused=refused[:ROWS_SHOWN],
        column=lambda name: CHINESE.get(name, name) if visit.speech.language == "zh" else name,
        rest=max(0, len(refused) - ROWS_SHOWN),
        wrong=wrong,
        name=name,
    )


ROUTES: list[Route] = [page("/imports", form), page("/imports", take, "POST")]
