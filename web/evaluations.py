"""Evaluations at the edge: what an evaluator states, what is signed, and what is entered; for REST and pages."""

import hashlib
from datetime import date

import msgspec

from exchange.bootstrap import Exchange
from exchange.house.command import Principal
from exchange.registers import Account, Achievement, Evaluation
from exchange.registers import evaluations as ev
from matching_engine.errors import Malformed
from web import errors
from web.catalogue_resources import EvaluationBody, EvaluationResource
from web.parse import BadInput

EVALUATOR = "evaluator"


async def draft(exchange: Exchange, account: Account, row: Achievement, body: EvaluationBody) -> Evaluation:
    """The evaluation that the body states, unsigned; its statement is what the evaluator signs.

    403 for anybody who is no evaluator, or who belongs to the holder: nobody evaluates his own house.
    """
    principal = account.principal
    if EVALUATOR not in principal.roles:
        raise errors.failure(403, "FORBIDDEN", f"for the role {EVALUATOR}")
    await _independent(exchange, principal, row)
    own = await exchange.registers.organisations.get(principal.party) if principal.party else None
    made = Evaluation(
        id="",
        achievement=row.id,
        category=body.category,
        method=body.method,
        values={name: body.values[name] for name in ev.VALUES if name in body.values},
        grade=ev.grade_of(body.values),
        evaluator=account.display_name,
        evaluated_on=_day(body.evaluated_on, "evaluated_on"),
        valid_until=_day(body.valid_until, "valid_until"),
        report_digest=body.report_digest,
        signing_key="",
        public_key="",
        signature="",
        commercial=body.commercial,
        summary=body.summary,
        organisation=own.id if own else None,
        organisation_name=own.name if own else "",
        credential=body.credential,
    )
    if not made.values:
        raise BadInput("BAD_VALUE", "values", "nothing", f"scores of some of {', '.join(ev.VALUES)}")
    if made.valid_until < made.evaluated_on:
        raise BadInput("BAD_VALUE", "valid_until", body.valid_until, f"{body.evaluated_on} or later")
    return made


async def _independent(exchange: Exchange, principal: Principal, row: Achievement) -> None:
    if row.holder is None or principal.party is None:
        return
    holder = await exchange.registers.organisations.get(row.holder)
    related = {row.holder, *(holder.affiliates if holder else ()), holder.unit_of if holder else None}
    if principal.party in related:
        raise errors.failure(403, "FORBIDDEN", "nobody evaluates what the own organisation holds")


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput("BAD_VALUE", field, text, "a date like 2026-11-20") from None


async def enter(exchange: Exchange, account: Account, row: Achievement, body: EvaluationBody) -> Evaluation:
    """The evaluation entered, signed by a key of the account; entered again, it is the same one."""
    made = await draft(exchange, account, row, body)
    key = await exchange.registers.signing_keys.get(body.signing_key)
    if key is None or key.account != account.id:
        raise errors.failure(404, "KEY_UNKNOWN", "there is no such key of yours", field="signing_key")
    if key.revoked_at is not None:
        raise errors.failure(409, "KEY_REVOKED", "the key was revoked", field="signing_key")
    id_ = "E-" + hashlib.sha256(ev.statement(made)).hexdigest()[:16]
    signature = "".join(body.signature.split()).lower()
    signed = msgspec.structs.replace(
        made, id=id_, signing_key=key.id, public_key=key.public_key, signature=signature
    )
    if not signed.genuine:
        raise errors.failure(
            422, "SIGNATURE_INVALID", "not the key's signature over the statement", field="signature"
        )
    evaluations = exchange.registers.evaluations
    known = await evaluations.get(id_)
    if known is not None:
        return known
    try:
        return await evaluations.add(signed, account.id, exchange.house.clock.now())
    except Malformed as wrong:
        raise BadInput("BAD_VALUE", wrong.field, wrong.got, wrong.expected) from wrong


def resource(one: Evaluation, today: date) -> EvaluationResource:
    """The evaluation as REST gives it."""
    shown = msgspec.to_builtins(one)
    more = {
        "evaluation": one.id,
        "score": one.score,
        "stands": one.stands(today),
        "statement": ev.statement(one).decode(),
        "genuine": one.genuine,
    }
    fields = {
        field.name: {**shown, **more}[field.name] for field in msgspec.structs.fields(EvaluationResource)
    }
    return msgspec.convert(fields, EvaluationResource)
