"""Evaluations and prices on record over REST."""

import hashlib
from datetime import date

import msgspec
from starlette.responses import Response

from exchange.registers import Achievement, Appraisal
from exchange.registers import evaluations as ev
from exchange.registers.words import AppraisalKind
from settlement.dates import shanghai_date
from web import catalogue, errors
from web import catalogue_resources as c
from web import evaluations as edge
from web.parse import BadInput
from web.routes import Ask, Operation, json

V1 = "/api/v1/achievements/{achievement}"


async def _row(ask: Ask) -> Achievement:
    principal = ask.caller.principal if ask.caller else None
    return await catalogue.visible(ask.exchange, principal, ask.path("achievement"))


def _today(ask: Ask) -> date:
    return shanghai_date(ask.exchange.house.clock.now())


async def list_evaluations(ask: Ask) -> list[c.EvaluationResource]:
    """The evaluations of an achievement, the newest first, each with what is needed to check its signature."""
    row = await _row(ask)
    found = await ask.exchange.registers.evaluations.of(row.id)
    return [edge.resource(one, _today(ask)) for one in found]


async def draft_evaluation(ask: Ask) -> c.StatementResource:
    """The statement to sign for an evaluation; nothing is entered."""
    made = await edge.draft(ask.exchange, ask.who.account, await _row(ask), ask.body)
    statement = ev.statement(made)
    return c.StatementResource(statement.decode(), statement.hex(), made.grade.value, made.score)


async def enter_evaluation(ask: Ask) -> Response:
    """Enter a signed evaluation; sent again, it is the same one."""
    ask.request.app.state.gate.demand(ask.who)
    made = await edge.enter(ask.exchange, ask.who.account, await _row(ask), ask.body)
    return json(edge.resource(made, _today(ask)), 201)


async def withdraw_evaluation(ask: Ask) -> c.EvaluationResource:
    """Withdraw an evaluation: it stays on record and counts no more. For its evaluator, and for operators."""
    row = await _row(ask)
    registers, id_ = ask.exchange.registers, ask.path("evaluation")
    one = await registers.evaluations.get(id_)
    if one is None or one.achievement != row.id:
        raise errors.not_found("evaluation")
    first = (await registers.evaluations.versions(id_))[0]
    if first.by != ask.principal.account and "operator" not in ask.principal.roles:
        raise errors.failure(403, "FORBIDDEN", "for the evaluator, and for operators")
    if one.withdrawn_on is None:
        gone = msgspec.structs.replace(one, withdrawn_on=_today(ask))
        one = await registers.evaluations.change(gone, ask.principal.account, ask.exchange.house.clock.now())
    return edge.resource(one, _today(ask))


async def list_prices(ask: Ask) -> list[c.PriceResource]:
    """The prices on record of an achievement, the newest first."""
    row = await _row(ask)
    return [_price(one) for one in await ask.exchange.registers.appraisals.of(row.id)]


async def enter_price(ask: Ask) -> Response:
    """Put an appraisal or an agreed price on record: the holder for its own, an operator for any."""
    row, body = await _row(ask), ask.body
    principal = ask.principal
    holds = "seller" in principal.roles and row.holder is not None and row.holder == principal.party
    if not holds and "operator" not in principal.roles:
        raise errors.failure(403, "FORBIDDEN", "for the holder, and for operators")
    seed = f"{row.id}\n{principal.account}\n{ask.command}"
    made = Appraisal(
        id="P-" + hashlib.sha256(seed.encode()).hexdigest()[:16],
        achievement=row.id,
        kind=AppraisalKind(body.kind),
        amount_fen=body.amount_fen,
        made_by=body.made_by,
        on=_day(body.on, "on"),
        credential=body.credential,
        method=body.method,
        valid_until=_day(body.valid_until, "valid_until") if body.valid_until else None,
        report_digest=body.report_digest,
        note=body.note,
    )
    appraisals = ask.exchange.registers.appraisals
    known = await appraisals.get(made.id)
    if known is None:
        known = await appraisals.add(made, principal.account, ask.exchange.house.clock.now())
    if known != made:
        raise errors.failure(409, "IDEMPOTENCY_MISMATCH", "this id stands for another price")
    return json(_price(made), 201)


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput("BAD_VALUE", field, text, "a date like 2026-11-20") from None


def _price(one: Appraisal) -> c.PriceResource:
    shown = {**msgspec.to_builtins(one), "price": one.id}
    fields = {field.name: shown[field.name] for field in msgspec.structs.fields(c.PriceResource)}
    return msgspec.convert(fields, c.PriceResource)


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "GET",
        f"{V1}/evaluations",
        list_evaluations,
        "Evaluations of an achievement",
        "market",
        list[c.EvaluationResource],
        signed_in=False,
        errors=(404,),
    ),
    Operation(
        "POST",
        f"{V1}/evaluations/statement",
        draft_evaluation,
        "What an evaluator signs",
        "market",
        c.StatementResource,
        body=c.EvaluationBody,
        errors=(404,),
    ),
    Operation(
        "POST",
        f"{V1}/evaluations",
        enter_evaluation,
        "Enter a signed evaluation",
        "market",
        c.EvaluationResource,
        status=201,
        body=c.EvaluationBody,
        errors=(404, 409),
    ),
    Operation(
        "POST",
        f"{V1}/evaluations/{{evaluation}}/withdrawal",
        withdraw_evaluation,
        "Withdraw an evaluation",
        "market",
        c.EvaluationResource,
        errors=(404,),
    ),
    Operation(
        "GET",
        f"{V1}/prices",
        list_prices,
        "Prices on record",
        "market",
        list[c.PriceResource],
        signed_in=False,
        errors=(404,),
    ),
    Operation(
        "POST",
        f"{V1}/prices",
        enter_price,
        "Put a price on record",
        "market",
        c.PriceResource,
        status=201,
        body=c.PriceBody,
        binds=True,
        errors=(404, 409),
    ),
)
