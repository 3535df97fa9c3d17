"""Grants of roles by two persons, enrolment, and the access log over REST."""

from typing import Any

from starlette.responses import Response

from exchange.registers.access_log import KINDS
from exchange.registers.enrolments import Enrolment
from exchange.registers.grants import Grant
from web import errors, granting
from web.access_resources import (
    AccessPage,
    AccessQuery,
    AccessResource,
    EnrolmentBody,
    EnrolmentResource,
    EnrolmentsResource,
    GrantBody,
    GrantResource,
    GrantsResource,
)
from web.parse import BadInput
from web.routes import Ask, Operation, json
from web.views import iso

V1 = "/api/v1"
OVERSEERS = frozenset({"operator", "auditor"})


def _oversees(ask: Ask) -> None:
    if not ask.principal.roles & OVERSEERS:
        raise errors.failure(403, "FORBIDDEN", "for the roles operator and auditor")


async def list_grants(ask: Ask) -> GrantsResource:
    """Every grant, the latest first."""
    _oversees(ask)
    return GrantsResource([grant_resource(one) for one in await ask.exchange.registers.grants.list()])


async def propose_grant(ask: Ask) -> Response:
    """Propose all the roles that an account shall have; another operator confirms them."""
    body: GrantBody = ask.body
    made = await granting.propose(ask.request.app.state, ask.who, body.login, body.roles, body.reason)
    return json(grant_resource(made), 201)


async def confirm_grant(ask: Ask) -> GrantResource:
    """Confirm what another operator proposed; the account has the roles at once."""
    return grant_resource(await granting.decide(ask.request.app.state, ask.who, ask.path("grant"), True))


async def reject_grant(ask: Ask) -> GrantResource:
    """Turn a grant down; the proposer may, too."""
    return grant_resource(await granting.decide(ask.request.app.state, ask.who, ask.path("grant"), False))


def grant_resource(one: Grant) -> GrantResource:
    """A grant as overseers see it."""
    decided = iso(one.decided_at) if one.decided_at else None
    return GrantResource(
        one.id,
        one.account,
        one.roles,
        one.before,
        one.reason,
        one.proposed_by,
        iso(one.proposed_at),
        one.state,
        one.decided_by,
        decided,
    )


async def list_enrolments(ask: Ask) -> EnrolmentsResource:
    """What was checked at enrolment, the latest first."""
    _oversees(ask)
    found = await ask.exchange.registers.enrolments.list()
    return EnrolmentsResource([_enrolment(one) for one in found])


async def enter_enrolment(ask: Ask) -> Response:
    """Note that an organisation's code and an account's letter of authority were seen."""
    body: EnrolmentBody = ask.body
    made = await granting.enrol(
        ask.request.app.state,
        ask.who,
        body.organisation,
        body.code,
        body.letter,
        body.login,
        body.letter_digest,
        (body.person_name.strip(), body.person_number.strip()),
    )
    return json(_enrolment(made), 201)


def _enrolment(one: Enrolment) -> EnrolmentResource:
    return EnrolmentResource(
        one.id,
        one.organisation,
        one.account,
        one.code,
        one.letter,
        one.letter_digest,
        one.checked_by,
        iso(one.checked_at),
    )


async def list_access(ask: Ask) -> AccessPage:
    """The access log, the latest first: auditors see all of it, everybody else the rows of the own account."""
    query: AccessQuery = ask.query
    if query.kind and query.kind not in KINDS:
        raise BadInput("BAD_VALUE", "kind", query.kind, f"one of {', '.join(sorted(KINDS))}")
    whose = query.account if "auditor" in ask.principal.roles else ask.principal.account
    found = await ask.exchange.registers.access.list(
        account=whose, kind=query.kind, before=query.before, limit=query.limit
    )
    shown = [
        AccessResource(one.id, iso(one.at), one.kind, one.account, one.by, one.network, one.detail)
        for one in found
    ]
    return AccessPage(shown, found[-1].id if len(found) == query.limit else None)


def _operation(method: str, path: str, handler: Any, summary: str, returns: Any, **more: Any) -> Operation:
    return Operation(
        method, f"{V1}/{path}", handler, summary, "account", returns, errors=(403, 404, 409), **more
    )


OPERATIONS: tuple[Operation, ...] = (
    _operation("GET", "grants", list_grants, "Grants of roles", GrantsResource),
    _operation("POST", "grants", propose_grant, "Propose roles", GrantResource, body=GrantBody, status=201),
    _operation("POST", "grants/{grant}/confirmation", confirm_grant, "Confirm a grant", GrantResource),
    _operation("POST", "grants/{grant}/rejection", reject_grant, "Turn a grant down", GrantResource),
    _operation("GET", "enrolments", list_enrolments, "Enrolment checks", EnrolmentsResource),
    _operation(
        "POST",
        "enrolments",
        enter_enrolment,
        "Note a check",
        EnrolmentResource,
        body=EnrolmentBody,
        status=201,
    ),
    _operation("GET", "access-log", list_access, "The access log", AccessPage, query=AccessQuery),
)
