"""Questions about a listing over REST: asked, answered for everybody, withheld, allowed while the lot is open."""

from typing import Annotated

import msgspec
from starlette.responses import Response

from exchange.market import question_messages as q
from exchange.market.questions import TEXT_MAX
from web import questions
from web import resources as r
from web.api_market import V1, require_role
from web.decisions import decision
from web.resources import Given, Instant, Taken
from web.routes import Ask, Operation, json
from web.views import iso

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=TEXT_MAX)]


class QuestionResource(Given, frozen=True):
    """A question; `number` stands for its asker. `withheld` says why it is hidden, to those who still see it."""

    question: str
    listing: str
    number: int
    text: str
    asked_at: Instant
    answer: str | None
    answered_at: Instant | None
    withheld: str
    mine: bool


class QuestionPage(Given, frozen=True):
    """What the reader sees of a listing's questions, and whether it may ask now."""

    questions: list[QuestionResource]
    may_ask: bool


class QuestionBody(Taken, frozen=True):
    """A question or an answer."""

    text: Text


class QuestionReasonsBody(Taken, frozen=True):
    """Why."""

    reasons: Text


class QuestionAllowanceBody(Taken, frozen=True):
    """Whether questions are taken while the lot is open, and why."""

    allowed: bool
    reasons: Text


async def list_questions(ask: Ask) -> QuestionPage:
    """The questions about a listing: answered ones for everybody, others for asker, seller and overseers."""
    principal = ask.caller.principal if ask.caller else None
    listing = questions.listing_of(ask.exchange, principal, ask.path("listing"))
    found = [
        _resource(questions.view(one, principal)) for one in questions.shown(ask.exchange, principal, listing)
    ]
    return QuestionPage(found, questions.may_ask(ask.exchange, principal, listing))


def _resource(shown: dict[str, object]) -> QuestionResource:
    at = {name: _instant(shown[name]) for name in ("asked_at", "answered_at")}
    rest = {name: value for name, value in shown.items() if name not in ("id", *at)}
    return QuestionResource(question=shown["id"], **rest, **at)  # type: ignore[arg-type]


def _instant(value: object) -> str | None:
    return iso(value) if isinstance(value, int) else None


async def ask_question(ask: Ask) -> Response:
    """Ask the seller; the question is public with its answer, the asker never."""
    principal = ask.principal
    listing = questions.listing_of(ask.exchange, principal, ask.path("listing"))
    id_ = questions.question_id(principal, ask.command)
    command = q.AskQuestion(id_, listing.id, ask.body.text, principal.account, principal.party)
    made = decision(await ask.submit(command))
    return json(made, 201, {"location": f"{V1}/listings/{listing.id}/questions"})


async def answer_question(ask: Ask) -> r.Decision:
    """Answer for everybody to read, once."""
    command = questions.answer_to(ask.exchange, ask.principal, ask.path("question"), ask.body.text)
    return decision(await ask.submit(command))


async def withhold_question(ask: Ask) -> r.Decision:
    """Take question and answer out of sight."""
    require_role(ask, "operator")
    command = q.WithholdQuestion(ask.path("question"), ask.body.reasons, ask.principal.account)
    return decision(await ask.submit(command))


async def allow_questions(ask: Ask) -> r.Decision:
    """Let questions be asked while the lot is open, or only before it."""
    require_role(ask, "operator")
    body: QuestionAllowanceBody = ask.body
    command = q.AllowQuestions(ask.path("listing"), body.allowed, body.reasons, ask.principal.account)
    return decision(await ask.submit(command))


def _post(path: str, handler: object, summary: str, body: object) -> Operation:
    return Operation(
        "POST",
        f"{V1}/{path}",
        handler,  # type: ignore[arg-type]
        summary,
        "market",
        r.Decision,
        status=201 if handler is ask_question else 200,
        body=body,
        binds=True,
        errors=(403, 404, 409),
    )


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "GET",
        f"{V1}/listings/{{listing}}/questions",
        list_questions,
        "Questions about a listing",
        "market",
        QuestionPage,
        signed_in=False,
        errors=(404,),
    ),
    _post("listings/{listing}/questions", ask_question, "Ask about a listing", QuestionBody),
    _post("questions/{question}/answer", answer_question, "Answer a question", QuestionBody),
    _post("questions/{question}/withholding", withhold_question, "Hide a question", QuestionReasonsBody),
    _post(
        "listings/{listing}/questions/allowance",
        allow_questions,
        "Questions while a lot is open",
        QuestionAllowanceBody,
    ),
)
