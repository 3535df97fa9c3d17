"""Results under the one-year rule: what a holder is asked and answers; what the exchange rules on, freezes, publishes."""

from collections.abc import Mapping
from datetime import date
from typing import get_args

from starlette.responses import Response
from starlette.routing import Route

from exchange.house.command import Body, Denied, Outcome
from exchange.market import release_commands as c
from exchange.market.release_state import ANSWERABLE, Stage
from exchange.market.release_terms import AfterKind, Answer, AnswerKind
from exchange.market.unconverted import CONVERTING, Mode
from exchange.releases.outcomes import pipeline
from matching_engine.errors import Broken, LuochuiError
from settlement.dates import parse_date, shanghai_date
from web import errors, releases
from web.pages.shell import Visit, page, refusal_sentence, sentence
from web.parse import BadInput, command_id, yuan

Wrong = Mapping[str, str]
ANSWERS: tuple[AnswerKind, ...] = get_args(AnswerKind)
AFTER: tuple[AfterKind, ...] = get_args(AfterKind)
RULED = (Stage.CLAIMED, Stage.ASKED)
CASES_SHOWN = 200


async def show(
    visit: Visit, status: int = 200, wrong: Wrong | None = None, form: Wrong | None = None
) -> Response:
    """What is due, for a holder; what waits for a decision, for an operator."""
    principal = visit.principal
    if principal.party is None and not principal.roles & releases.OVERSEERS:
        raise errors.failure(403, "FORBIDDEN", "this page is for holders and the exchange")
    found = await releases.cases_of(visit.exchange, principal)
    state, today = visit.state, shanghai_date(visit.now)
    operates = "operator" in principal.roles
    return visit.render(
        "unconverted.html",
        status,
        "/unconverted",
        own=[one for one in found.shown if one.owns][:CASES_SHOWN],
        told=[one for one in found.shown if not one.owns and one.case.stage not in RULED][:CASES_SHOWN],
        to_rule=[one for one in found.shown if one.case.stage in RULED] if operates else [],
        hidden=found.hidden,
        sells="seller" in principal.roles,
        operates=operates,
        batches=await releases.batches_of(visit.exchange, principal) if operates else [],
        scan=state.market.releases.scan,
        counts=pipeline(state),
        today=today.isoformat(),
        answerable=ANSWERABLE,
        after=AFTER,
        stages=Stage,
        modes=[one.value for one in Mode if one in CONVERTING],
        errors=wrong or {},
        form=form or {},
    )


async def answer(visit: Visit) -> Response:
    """One of the four answers, each with its own form."""
    visit.needs("seller")
    form, kind, id_ = visit.form(), visit.part("answer"), visit.part("achievement")
    if kind not in ANSWERS:
        raise errors.not_found("answer")
    try:
        said = _answer_of(kind, form)
    except BadInput as bad:
        text = f"{sentence(visit.speech, bad.code)} {bad.field}: {bad.expected}"
        return await show(visit, 422, {f"{kind}-{id_}": text}, form)
    principal = visit.principal
    said = await releases.with_contact(visit.exchange, principal, id_, said)
    body = c.AnswerRelease(id_, principal.party or "", said, principal.account)
    return await _asked(visit, form, body, f"{kind}-{id_}")


def _answer_of(kind: AnswerKind, form: Mapping[str, str]) -> Answer:
    mode = form.get("mode", "")
    if mode and mode not in tuple(Mode):
        raise BadInput("BAD_VALUE", "mode", mode, f"one of {', '.join(CONVERTING)}")
    return Answer(
        kind,
        reasons=form.get("reasons", ""),
        evidence=form.get("evidence", ""),
        contact=form.get("contact", ""),
        price_idea_fen=yuan(form["price"], "price") if form.get("price") else None,
        mode=Mode(mode) if mode else None,
        converted_on=_day(form, "converted_on"),
        deferred_until=_day(form, "deferred_until"),
    )


def _day(form: Mapping[str, str], name: str) -> date | None:
    text = form.get(name, "")
    day = parse_date(text) if text else None
    if text and day is None:
        raise BadInput("BAD_VALUE", name, text, "a date like 2026-11-20")
    return day


async def _asked(visit: Visit, form: Mapping[str, str], body: Body, field: str) -> Response:
    """Ask the house and come back; why not stands beside the form."""
    try:
        outcome = await visit.ask(form, body)
    except Denied as denied:
        text = sentence(visit.speech, denied.code, denied.detail)
        return await show(visit, denied.status, {field: text}, form)
    return await _told(visit, outcome, form, field)


async def _told(visit: Visit, outcome: Outcome, form: Mapping[str, str], field: str) -> Response:
    refusal = outcome.refusal
    if refusal is None:
        return visit.go("/unconverted")
    text = refusal_sentence(visit.speech, refusal.code, refusal.minimum_fen)
    said = {field: f"{text} {refusal.detail}" if refusal.detail else text}
    return await show(visit, errors.status_of(refusal.code), said, form)


async def rule(visit: Visit) -> Response:
    """The operator looked at a proof or a reason."""
    principal, form, id_ = visit.needs("operator"), visit.form(), visit.part("achievement")
    accepted = form.get("accepted", "") == "yes"
    body = c.RuleReleaseAnswer(id_, accepted, form.get("reasons", ""), principal.account)
    return await _asked(visit, form, body, f"ruling-{id_}")


async def follow(visit: Visit) -> Response:
    """What comes after a release without a taker."""
    principal, form, id_ = visit.needs("seller"), visit.form(), visit.part("achievement")
    choice = next((one for one in AFTER if one == form.get("choice")), None)
    if choice is None:
        raise errors.failure(422, "BAD_VALUE", f"choice: one of {', '.join(AFTER)}", field="choice")
    body = c.FollowRelease(id_, principal.party or "", choice, principal.account)
    return await _asked(visit, form, body, f"after-{id_}")


async def freeze(visit: Visit) -> Response:
    """Close the list of a cut-off."""
    principal, form = visit.needs("operator"), visit.form()
    cutoff = parse_date(form.get("cutoff", ""))
    if cutoff is None:
        text = f"{sentence(visit.speech, 'BAD_VALUE')} cutoff: a date like 2026-11-20"
        return await show(visit, 422, {"cutoff": text}, form)
    id_ = command_id(form.get("command", ""), "command")
    try:
        outcome = await releases.freeze(visit.exchange, principal, cutoff, id_)
    except Broken:
        raise
    except LuochuiError as error:
        problem = errors.of_error(error)
        said = {"cutoff": f"{sentence(visit.speech, problem.code)} {problem.detail}"}
        return await show(visit, problem.status, said, form)
    return await _told(visit, outcome, form, "cutoff")


async def publish(visit: Visit) -> Response:
    """Publish what another operator froze."""
    principal, form, id_ = visit.needs("operator"), visit.form(), visit.part("batch")
    command = command_id(form.get("command", ""), "command")
    try:
        outcome = await releases.publish(visit.exchange, principal, id_, command)
    except Denied as denied:
        said = {f"batch-{id_}": sentence(visit.speech, denied.code, denied.detail)}
        return await show(visit, denied.status, said, form)
    if outcome.refusal is None:
        return visit.go(f"/zones/unconverted#{id_}")
    return await _told(visit, outcome, form, f"batch-{id_}")


ROUTES: list[Route] = [
    page("/unconverted", show),
    page("/unconverted/batches", freeze, "POST"),
    page("/unconverted/batches/{batch}/publication", publish, "POST"),
    page("/unconverted/{achievement}/ruling", rule, "POST"),
    page("/unconverted/{achievement}/after", follow, "POST"),
    page("/unconverted/{achievement}/answers/{answer}", answer, "POST"),
]
