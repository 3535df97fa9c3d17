"""The page on which anybody checks a certificate or sheet: number and digest in, a plain answer out."""

from starlette.responses import Response
from starlette.routing import Route

from settlement.registration_numbers import malformed
from web.pages.shell import Visit, page, sentence
from web.paper_check import DIGEST, check_paper


async def show(visit: Visit) -> Response:
    """The form and, once both are given, the answer."""
    query = visit.request.query_params
    said = {name: "".join(query.get(name, "").split())[:80] for name in ("number", "digest")}
    said["digest"] = said["digest"].lower()
    errors = {}
    asked = "digest" in query and bool(said["number"] or said["digest"])  # a link may give the number alone
    if asked and malformed(said["number"]):
        errors["number"] = sentence(visit.speech, "NUMBER_MALFORMED")
    if asked and not DIGEST.fullmatch(said["digest"]):
        errors["digest"] = visit.speech.text("A digest has 64 characters: digits, and letters from a to f.")
    answered = asked and not errors
    verdict = check_paper(visit.state.settlement, said["number"], said["digest"]) if answered else None
    return visit.render("paper_check.html", 422 if errors else 200, said=said, errors=errors, verdict=verdict)


ROUTES: list[Route] = [page("/papers/check", show)]
