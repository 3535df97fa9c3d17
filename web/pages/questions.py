"""Questions on a listing's page, and those that wait for the seller."""

from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from exchange.house.command import Body
from exchange.market import question_messages as q
from exchange.market.listing_state import Listing
from web import errors
from web import questions as rules
from web.pages.shell import Visit, page


def part(visit: Visit, listing: Listing) -> dict[str, Any]:
    """What a listing's page needs for its questions."""
    principal, exchange = visit.caller.principal if visit.caller else None, visit.exchange
    return {
        "list": [rules.view(one, principal) for one in rules.shown(exchange, principal, listing)],
        "may_ask": rules.may_ask(exchange, principal, listing),
        "answers": principal is not None and rules.answers_for(exchange, principal, listing),
        "withholds": principal is not None and "operator" in principal.roles,
        "allowed": listing.id in visit.state.market.questions_allowed,
    }


async def to_answer(visit: Visit) -> Response:
    """Everything that waits for the reader's answer."""
    market, found = visit.state.market, rules.to_answer(visit.exchange, visit.principal)
    rows = [
        {**rules.view(one, visit.principal), "title": market.listings[one.listing].subject.title}
        for one in found
    ]
    return visit.render("questions.html", rows=rows)


def waiting_questions(visit: Visit) -> list[tuple[str, str]]:
    """Tasks of the desk."""
    count = len(rules.to_answer(visit.exchange, visit.principal))
    return [(visit.speech.text("Questions to answer: %(n)s", n=count), "/questions")] if count else []


async def ask(visit: Visit) -> Response:
    """Ask about a listing."""
    form, principal = visit.form(), visit.principal
    listing = rules.listing_of(visit.exchange, principal, visit.part("listing"))
    id_ = rules.question_id(principal, form.get("command", ""))
    text = form.get("text", "").replace("\r\n", "\n")
    body = q.AskQuestion(id_, listing.id, text, principal.account, principal.party)
    return await _done(visit, form, body, f"/listings/{listing.id}#questions")


async def answer(visit: Visit) -> Response:
    """Answer for everybody."""
    form = visit.form()
    text = form.get("text", "").replace("\r\n", "\n")
    body = rules.answer_to(visit.exchange, visit.principal, visit.part("question"), text)
    return await _done(visit, form, body, f"/listings/{body.listing}#questions")


async def withhold(visit: Visit) -> Response:
    """Hide a question."""
    principal, form = visit.needs("operator"), visit.form()
    found = rules.known(visit.state.market, visit.part("question"))
    body = q.WithholdQuestion(found.id, form.get("reasons", ""), principal.account)
    return await _done(visit, form, body, f"/listings/{found.listing}#questions")


async def allow(visit: Visit) -> Response:
    """Questions while the lot is open, or not any more."""
    principal, form = visit.needs("operator"), visit.form()
    listing = visit.part("listing")
    allowed = form.get("allowed") == "yes"
    body = q.AllowQuestions(listing, allowed, form.get("reasons", ""), principal.account)
    return await _done(visit, form, body, f"/listings/{listing}#questions")


async def _done(visit: Visit, form: dict[str, str], body: Body, path: str) -> Response:
    failed = await visit.try_to(form, body)
    if failed is not None:
        raise errors.failure(errors.status_of(failed[0]), failed[0], failed[1])
    return visit.go(path)


ROUTES: list[Route] = [
    page("/questions", to_answer),
    page("/listings/{listing}/questions", ask, "POST"),
    page("/questions/{question}/answer", answer, "POST"),
    page("/questions/{question}/withholding", withhold, "POST"),
    page("/listings/{listing}/questions/allowance", allow, "POST"),
]
