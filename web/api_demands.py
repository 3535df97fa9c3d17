"""Demands over REST: published, changed version by version, ended, and answered with an achievement."""

from datetime import date
from typing import Annotated

import msgspec
from starlette.responses import Response

from exchange.registers.words import DemandKind, DemandState, Stage
from web import demands as rules
from web import resources as r
from web.api_catalogue import demand_resource
from web.api_market import V1, Id, Line
from web.catalogue_resources import DemandResource
from web.decisions import decision
from web.routes import Ask, Operation, json
from web.views import iso


class DemandBody(r.Taken, frozen=True):
    """What an organisation looks for; a change states it whole."""

    title: Line
    need: Annotated[str, msgspec.Meta(max_length=20_000)] = ""
    kind: DemandKind = DemandKind.NEED
    field: Annotated[str, msgspec.Meta(max_length=100)] = ""
    keywords: Annotated[tuple[Line, ...], msgspec.Meta(max_length=50)] = ()
    region: Annotated[str, msgspec.Meta(max_length=64)] = ""
    """Province, by key or by name."""
    city: Annotated[str, msgspec.Meta(max_length=64)] = ""
    budget_fen: r.Amount | None = None
    deadline: date | None = None
    trl_min: Annotated[int, msgspec.Meta(ge=1, le=9)] | None = None
    stage: Stage | None = None
    contact: Annotated[str, msgspec.Meta(max_length=300)] = ""


class DemandStateBody(r.Taken, frozen=True):
    """How a demand ended: 已对接, 已结束 or 已撤回."""

    state: DemandState
    reason: Annotated[str, msgspec.Meta(max_length=2_000)] = ""


class DemandAnswerBody(r.Taken, frozen=True):
    """An achievement of one's own, with a listing of it where there is one, and how it meets the demand."""

    achievement: Id
    words: Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]
    listing: Annotated[str, msgspec.Meta(max_length=64)] = ""


class DemandAnswerResource(r.Given, frozen=True):
    """An answer, for the demand's issuer and its sender."""

    number: int
    achievement: str
    party: str
    listing: str
    words: str
    at: r.Instant


class DemandAnswers(r.Given, frozen=True):
    """The answers to a demand that the reader may see."""

    answers: list[DemandAnswerResource]


async def list_demand_answers(ask: Ask) -> DemandAnswers:
    """Answers: the issuer and overseers see all, who answered its own."""
    demand = await rules.visible(ask.exchange, ask.principal, ask.path("demand"))
    found = rules.answers(ask.exchange, ask.principal, demand)
    return DemandAnswers(
        [
            DemandAnswerResource(one.number, one.achievement, one.party, one.listing, one.words, iso(one.at))
            for one in found
        ]
    )


async def publish_demand(ask: Ask) -> Response:
    """Publish a demand of one's organisation."""
    facts = msgspec.to_builtins(ask.body)
    made = await rules.publish(ask.exchange, ask.principal, ask.command, facts)
    return json(demand_resource(made), 201, {"location": f"{V1}/demands/{made.id}"})


async def change_demand(ask: Ask) -> DemandResource:
    """The next version of one's own demand; said again it changes nothing."""
    facts = msgspec.to_builtins(ask.body)
    return demand_resource(await rules.change(ask.exchange, ask.principal, ask.path("demand"), facts))


async def end_demand(ask: Ask) -> DemandResource:
    """Matched, closed or withdrawn."""
    body: DemandStateBody = ask.body
    id_ = ask.path("demand")
    return demand_resource(await rules.end(ask.exchange, ask.principal, id_, body.state, body.reason))


async def answer_demand(ask: Ask) -> r.Decision:
    """Answer a demand with an achievement."""
    body: DemandAnswerBody = ask.body
    command = await rules.answer(
        ask.exchange, ask.principal, ask.path("demand"), body.achievement, body.listing, body.words
    )
    return decision(await ask.submit(command))


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "GET",
        f"{V1}/demands/{{demand}}/answers",
        list_demand_answers,
        "Answers to a demand",
        "market",
        DemandAnswers,
        errors=(404,),
    ),
    Operation(
        "POST",
        f"{V1}/demands",
        publish_demand,
        "Publish a demand",
        "market",
        DemandResource,
        status=201,
        body=DemandBody,
        binds=True,
        errors=(403, 409),
    ),
    Operation(
        "POST",
        f"{V1}/demands/{{demand}}/versions",
        change_demand,
        "Change a demand",
        "market",
        DemandResource,
        body=DemandBody,
        binds=True,
        errors=(403, 404, 409),
    ),
    Operation(
        "POST",
        f"{V1}/demands/{{demand}}/state",
        end_demand,
        "End a demand",
        "market",
        DemandResource,
        body=DemandStateBody,
        binds=True,
        errors=(403, 404, 409),
    ),
    Operation(
        "POST",
        f"{V1}/demands/{{demand}}/answers",
        answer_demand,
        "Answer a demand with an achievement",
        "market",
        r.Decision,
        status=201,
        body=DemandAnswerBody,
        binds=True,
        errors=(403, 404, 409),
    ),
)
