"""Claims over REST beside the trade's own pages: the calculator, the dossier."""

from typing import Annotated

import msgspec
from starlette.responses import Response

from exchange.house.command import Principal
from settlement.specialist import NAME_MAX
from settlement.specialist_messages import DeclareSpecialist
from settlement.state import Claim, Settlement
from web import api_rewards as rewards
from web import errors
from web.calculator import CalculateBody, CalculationResource, calculation
from web.decisions import decision
from web.documents.dossier import dossier
from web.resources import Date, Decision, Taken
from web.routes import Ask, Operation, json

V1 = "/api/v1"


async def calculate_claims(ask: Ask) -> CalculationResource:
    """What each rule grants on stated facts, and why; nothing is kept, nobody has to sign in."""
    body: CalculateBody = ask.body
    return calculation(body, ask.exchange.house.view.settlement.rulebook)


ZIP = "application/zip"
READERS = frozenset({"funder", "auditor"})
"""Who reads a dossier beside the claimant."""


def dossier_of(principal: Principal, state: Settlement, claim_id: str) -> Response:
    """The dossier of a claim, for its claimant and those who fund and audit; to others it does not exist."""
    claim = state.claims.get(claim_id)
    if claim is None or not may_read(principal, claim):
        raise errors.not_found("claim")
    name = f'attachment; filename="dossier-{claim.id}.zip"'
    return Response(dossier(state, claim), media_type=ZIP, headers={"content-disposition": name})


def may_read(principal: Principal, claim: Claim) -> bool:
    """Whether somebody reads a claim's dossier."""
    own = principal.party is not None and principal.party == claim.party
    return own or bool(READERS & principal.roles)


async def claim_dossier(ask: Ask) -> Response:
    """Everything that a claim rests on, as one ZIP with a manifest."""
    return dossier_of(ask.principal, ask.exchange.house.view.settlement, ask.path("claim"))


class SpecialistBody(Taken, frozen=True):
    """The specialist's name and the day of the agreement."""

    specialist: Annotated[str, msgspec.Meta(min_length=1, max_length=NAME_MAX)]
    agreed_on: Date


async def declare_specialist(ask: Ask) -> Response:
    """Share a tenth of one's subsidy with one's transfer specialist; journaled, once."""
    body: SpecialistBody = ask.body
    claim, state = ask.path("claim"), ask.exchange.house.view.settlement
    found, who = state.claims.get(claim), ask.principal
    if found is None or who.party != found.party:
        raise errors.not_found("claim")
    command = DeclareSpecialist(claim, found.party, who.account, body.specialist, body.agreed_on)
    return json(decision(await ask.submit(command)), 201)


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "POST",
        f"{V1}/claims/calculate",
        calculate_claims,
        "What each rule grants on stated facts",
        "settlement",
        CalculationResource,
        body=CalculateBody,
        signed_in=False,
    ),
    Operation(
        "GET",
        f"{V1}/claims/{{claim}}/dossier",
        claim_dossier,
        "The dossier of a claim",
        "settlement",
        errors=(404,),
        media_types=(ZIP,),
    ),
    Operation(
        "POST",
        f"{V1}/claims/{{claim}}/specialist",
        declare_specialist,
        "Share a subsidy with one's specialist",
        "settlement",
        Decision,
        status=201,
        body=SpecialistBody,
        binds=True,
        errors=(404, 409),
    ),
    *rewards.OPERATIONS,
)
