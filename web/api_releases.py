"""The one-year rule over REST: what a holder is asked and answers, batches frozen and published, and their files."""

from starlette.responses import Response

from exchange.house.command import Outcome
from exchange.market import release_commands as c
from exchange.market.release_batch import batch_id
from exchange.market.release_terms import Answer
from exchange.releases import batch_file
from exchange.releases.outcomes import pipeline
from settlement.dates import shanghai_date
from web import errors, releases
from web import resources as r
from web.api_market import V1, require_role
from web.decisions import decision
from web.release_resources import (
    BatchesResource,
    BatchFreezeBody,
    BatchItemResource,
    BatchOutResource,
    BatchResource,
    ReleaseAfterBody,
    ReleaseAnswerBody,
    ReleaseNoticeResource,
    ReleaseResource,
    ReleaseRulingBody,
    ReleasesResource,
)
from web.routes import Ask, Operation, json
from web.views import iso

NDJSON = "application/x-ndjson"


async def list_releases(ask: Ask) -> ReleasesResource:
    """The own results on their way to the market, and those one was told of; for overseers all that may be named."""
    found = await releases.cases_of(ask.exchange, ask.principal)
    state = ask.exchange.house.view
    scan = state.market.releases.scan
    return ReleasesResource(
        [_release(one) for one in found.shown],
        found.hidden,
        scan.day if scan else None,
        pipeline(state),
    )


def _release(one: releases.CaseView) -> ReleaseResource:
    case = one.case
    notices = [
        ReleaseNoticeResource(notice.kind, iso(notice.at), [to.name for to in notice.recipients])
        for notice in case.notices
    ]
    return ReleaseResource(
        case.achievement,
        one.row.title,
        case.holder,
        case.stage,
        case.clock,
        case.last_day,
        case.candidate_from,
        notices,
        None if case.answer_until is None else iso(case.answer_until),
        case.answer.kind if case.answer else None,
        case.ruling,
        case.declines,
        list(case.batches),
    )


async def answer_release(ask: Ask) -> r.Decision:
    """Answer for a result of one's own organisation."""
    require_role(ask, "seller")
    body: ReleaseAnswerBody = ask.body
    return decision(await ask.submit(await answer_command(ask, body.answer())))


async def answer_command(ask: Ask, answer: Answer) -> c.AnswerRelease:
    """The command of an answer; a consent without a contact takes the register's."""
    achievement, principal = ask.path("achievement"), ask.principal
    answer = await releases.with_contact(ask.exchange, principal, achievement, answer)
    return c.AnswerRelease(achievement, principal.party or "", answer, principal.account)


async def rule_release(ask: Ask) -> r.Decision:
    """Find a proof of conversion or a reason for deferral enough, or not."""
    require_role(ask, "operator")
    body: ReleaseRulingBody = ask.body
    command = c.RuleReleaseAnswer(ask.path("achievement"), body.accepted, body.reasons, ask.principal.account)
    return decision(await ask.submit(command))


async def follow_release(ask: Ask) -> r.Decision:
    """After a release without a taker: an open licence, or the next batch."""
    require_role(ask, "seller")
    body: ReleaseAfterBody = ask.body
    party, account = ask.principal.party or "", ask.principal.account
    return decision(await ask.submit(c.FollowRelease(ask.path("achievement"), party, body.choice, account)))


async def freeze_batch(ask: Ask) -> Response:
    """Close the list of a cut-off's quarter."""
    require_role(ask, "operator")
    cutoff = ask.body.cutoff or shanghai_date(ask.exchange.house.clock.now())
    outcome = await releases.freeze(ask.exchange, ask.principal, cutoff, ask.command)
    made = _accepted(ask, outcome)
    batch = batch_id(ask.exchange.settings.batch_prefix, cutoff)
    return json(made, 201, {"location": f"{V1}/batches/{batch}"})


async def publish_batch(ask: Ask) -> r.Decision:
    """Publish a frozen batch, by another operator than the one who froze it."""
    require_role(ask, "operator")
    return _accepted(ask, await releases.publish(ask.exchange, ask.principal, ask.path("batch"), ask.command))


def _accepted(ask: Ask, outcome: Outcome) -> r.Decision:
    """The receipt of a batch; its lines are read from the batch, where what may not be named is left out."""
    if outcome.refusal is not None:
        raise errors.Failure(errors.of_refusal(outcome.refusal, ask.command))
    first = outcome.first
    return r.Decision(outcome.command_id, True, None, first.seq, iso(first.at), first.receipt, [])


async def list_batches(ask: Ask) -> BatchesResource:
    """Published batches; for overseers frozen ones as well."""
    principal = ask.caller.principal if ask.caller else None
    return BatchesResource([_batch(one) for one in await releases.batches_of(ask.exchange, principal)])


async def show_batch(ask: Ask) -> BatchResource:
    """One batch."""
    principal = ask.caller.principal if ask.caller else None
    return _batch(await releases.batch_of(ask.exchange, principal, ask.path("batch")))


async def export_batch(ask: Ask) -> Response:
    """A published batch as a file whose digest anybody can check (`luochui batch verify`)."""
    principal = ask.caller.principal if ask.caller else None
    view = await releases.batch_of(ask.exchange, principal, ask.path("batch"))
    if view.batch.published_at is None:
        raise errors.not_found("published batch")
    name = f'attachment; filename="{view.batch.id}.jsonl"'
    body = batch_file.written(view.batch, releases.hidden_of(view))
    return Response(body, headers={"content-disposition": name}, media_type=NDJSON)


def _batch(view: releases.BatchView) -> BatchResource:
    batch = view.batch
    return BatchResource(
        batch.id,
        batch.cutoff,
        None if batch.published_at is None else iso(batch.published_at),
        batch.digest,
        len(view.items) + view.hidden,
        [_item(one) for one in view.items],
        view.hidden,
        [BatchOutResource(one.achievement, one.reason) for one in view.fell_out],
        view.hidden_out,
        batch.counts,
    )


def _item(one: releases.Item) -> BatchItemResource:
    line = one.line
    return BatchItemResource(
        number=one.number,
        achievement=line.achievement,
        title=line.title,
        holder_name=line.holder_name,
        category=line.category,
        field=line.field,
        trl=line.trl,
        stage=line.stage,
        price_idea_fen=line.price_idea_fen,
        contact=line.contact,
        clock=line.clock,
        last_day=line.last_day,
        candidate_from=line.candidate_from,
        outcome=one.outcome.kind,
        listing=one.outcome.listing,
    )


def _post(path: str, handler: object, summary: str, body: object = None, status: int = 200) -> Operation:
    return Operation(
        "POST",
        f"{V1}/{path}",
        handler,  # type: ignore[arg-type]
        summary,
        "market",
        r.Decision,
        status=status,
        body=body,
        binds=True,
        errors=(403, 404, 409),
    )


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "GET",
        f"{V1}/unconverted",
        list_releases,
        "Results under the one-year rule",
        "market",
        ReleasesResource,
    ),
    _post(
        "unconverted/{achievement}/answer", answer_release, "Answer a notice of release", ReleaseAnswerBody
    ),
    _post(
        "unconverted/{achievement}/ruling", rule_release, "Rule on a proof or a deferral", ReleaseRulingBody
    ),
    _post(
        "unconverted/{achievement}/after", follow_release, "Say what comes after a release", ReleaseAfterBody
    ),
    _post("batches", freeze_batch, "Freeze a batch", BatchFreezeBody, 201),
    _post("batches/{batch}/publication", publish_batch, "Publish a batch"),
    Operation("GET", f"{V1}/batches", list_batches, "Batches", "market", BatchesResource, signed_in=False),
    Operation(
        "GET",
        f"{V1}/batches/{{batch}}",
        show_batch,
        "A batch",
        "market",
        BatchResource,
        signed_in=False,
        errors=(404,),
    ),
    Operation(
        "GET",
        f"{V1}/batches/{{batch}}/export",
        export_batch,
        "A batch as a file to check",
        "market",
        signed_in=False,
        errors=(404,),
        media_types=(NDJSON,),
    ),
)
