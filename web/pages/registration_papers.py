"""The papers of a registration as pages and downloads, for its parties and the offices."""

from starlette.responses import Response
from starlette.routing import Route

from web.documents.registration_papers import (
    PAPER_FORMS,
    REGISTRATION_PAPERS,
    PaperForm,
    RegistrationPaper,
    registration_paper,
)
from web.pages.registration import visible
from web.pages.shell import Page, Visit, page


def _page(paper: RegistrationPaper, form: PaperForm) -> Page:
    async def show(visit: Visit) -> Response:
        one = visible(visit)
        content, media, headers = await registration_paper(visit.state.settlement, one, paper, form)
        return Response(content, media_type=media, headers=headers)

    return show


ROUTES: list[Route] = [
    page(f"/registrations/{{registration}}/{paper}.{form}", _page(paper, form))
    for paper in REGISTRATION_PAPERS
    for form in PAPER_FORMS
]
