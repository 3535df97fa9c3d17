"""An evaluator's form, in two steps: what is found, then the signature over it."""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from exchange.market.unconverted import Category
from exchange.registers import Achievement
from exchange.registers.evaluations import VALUES, statement
from exchange.registers.words import Method
from matching_engine.errors import LuochuiError, Malformed
from matching_engine.money import parse_yuan
from web import errors
from web.catalogue import visible
from web.catalogue_resources import EvaluationBody
from web.evaluations import EVALUATOR, draft, enter
from web.pages.catalogue import facet_word
from web.pages.shell import Visit, page, sentence

AMOUNTS = ("research_spend_fen", "contracts_fen", "new_sales_fen", "potential_fen", "market_fen")
FIGURES = ("maturity", "competitiveness")
TEXTS = ("prospects", "risk")
PLAIN = ("category", "method", "evaluated_on", "valid_until", "report_digest", "credential", "summary")


async def form(visit: Visit) -> Response:
    """The first step."""
    row = await _row(visit)
    return await _page(visit, row, {})


async def send(visit: Visit) -> Response:
    """The second step, or the evaluation entered."""
    sent, row = visit.form(), await _row(visit)
    try:
        body = _body(sent)
        if not sent.get("signature"):
            made = await draft(visit.exchange, visit.who.account, row, body)
            return await _page(visit, row, sent, statement=statement(made))
    except (Malformed, errors.Failure) as wrong:
        return await _page(visit, row, sent, status=422, wrong=_wrong(visit, wrong))
    visit.request.app.state.gate.demand(visit.who)
    try:
        await enter(visit.exchange, visit.who.account, row, body)
    except (Malformed, errors.Failure) as wrong:
        return await _page(visit, row, sent, status=422, wrong=_wrong(visit, wrong))
    return visit.go(f"/achievements/{row.id}#evaluations")


def _wrong(visit: Visit, error: LuochuiError) -> dict[str, str]:
    """What is wrong, in the reader's language, by the field beside which it stands."""
    problem = errors.of_error(error)
    name = (problem.field or "form").rpartition(".")[2]
    return {name: sentence(visit.speech, problem.code, problem.detail)}


async def _row(visit: Visit) -> Achievement:
    visit.needs(EVALUATOR)
    return await visible(visit.exchange, visit.principal, visit.part("achievement"))


def _body(sent: dict[str, str]) -> EvaluationBody:
    """The body that the form's fields state; Malformed names the first that is wrong."""
    commercial: dict[str, Any] = {name: parse_yuan(sent[name], name) for name in AMOUNTS if sent.get(name)}
    commercial |= {name: _figure(sent, name) for name in FIGURES if sent.get(name)}
    commercial |= {name: sent[name] for name in TEXTS if sent.get(name)}
    plain: dict[str, Any] = {name: sent.get(name, "") for name in (*PLAIN, "signing_key", "signature")}
    plain["values"] = {name: _figure(sent, name) for name in VALUES if sent.get(name)}
    plain["commercial"] = commercial or None
    try:
        return msgspec.convert(plain, EvaluationBody)
    except msgspec.ValidationError as wrong:
        expected, _, field = str(wrong).partition(" - at `$.")
        raise Malformed(field.rstrip("`") or "form", "this", expected) from None


def _figure(sent: dict[str, str], name: str) -> int:
    text = sent[name]
    if not (text.isascii() and text.isdecimal() and len(text) < 4):
        raise Malformed(name, text, "a whole number")
    return int(text)


async def _page(
    visit: Visit,
    row: Achievement,
    sent: dict[str, str],
    *,
    status: int = 200,
    statement: bytes = b"",
    wrong: Mapping[str, str] | None = None,
) -> Response:
    keys = await visit.exchange.registers.signing_keys.list(visit.principal.account)
    return visit.render(
        "evaluation.html",
        status,
        f"/achievements/{row.id}/evaluation",
        row=row,
        sent=sent,
        statement=statement,
        wrong=wrong or {},
        beside=(*PLAIN, *VALUES, *AMOUNTS, *FIGURES, *TEXTS, "signing_key", "signature"),
        keys=[key for key in keys if key.revoked_at is None],
        categories=list(Category),
        methods=list(Method),
        values=VALUES,
        amounts=AMOUNTS,
        figures=FIGURES,
        texts=TEXTS,
        fields=(*PLAIN, *VALUES, *AMOUNTS, *FIGURES, *TEXTS),
        word=lambda one: facet_word(visit.speech, "word", one),
    )


ROUTES: list[Route] = [
    page("/achievements/{achievement}/evaluation", form),
    page("/achievements/{achievement}/evaluation", send, "POST"),
]
