"""People, mandates and repository items over REST: the operator's registers."""

from datetime import date
from typing import Annotated

import msgspec
from starlette.responses import Response

from exchange.bootstrap import Exchange
from exchange.house.command import Command, Principal
from exchange.market.mandate_messages import GrantMandate, RevokeMandate
from exchange.market.unconverted import Secrecy
from exchange.registers import Item, Mandate, Person
from exchange.registers.words import ItemKind, MandateRole
from matching_engine.errors import Malformed
from settlement.dates import shanghai_date
from web import errors
from web import resources as r
from web.api_market import V1, Id, Line, own_id, require_role
from web.parse import BadInput
from web.routes import Ask, Operation, json


class PersonBody(r.Taken, frozen=True):
    """Somebody who acts for organisations; `account` signs in for him or her."""

    name: Line
    organisation: Id | None = None
    account: Id | None = None
    grade: Annotated[str, msgspec.Meta(max_length=64)] = ""
    """Of a technology broker: 初级, 中级, 高级."""
    contact: Annotated[str, msgspec.Meta(max_length=300)] = ""


class PersonResource(r.Given, frozen=True):
    """A person of the register."""

    person: str
    name: str
    organisation: str | None
    account: str | None
    grade: str
    contact: str


class MandateBody(r.Taken, frozen=True):
    """That a person acts for an organisation; a broker's mandate names the client."""

    person: Id
    organisation: Id
    role: MandateRole
    valid_from: date
    valid_until: date | None = None
    document_digest: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$")] = ""
    """SHA-256 of the letter."""


class MandateResource(r.Given, frozen=True):
    """A mandate; `holds` says whether it is in force today."""

    mandate: str
    person: str
    organisation: str
    role: str
    valid_from: r.Date
    valid_until: r.Date | None
    document_digest: str
    revoked_on: r.Date | None
    holds: bool


class RegisterQuery(r.Taken, frozen=True):
    """Whose."""

    organisation: Annotated[str, msgspec.Meta(max_length=64)] = ""


class ItemBody(r.Taken, frozen=True):
    """A report, a paper or a property right, with the achievements it belongs to."""

    kind: ItemKind
    title: Line
    number: Annotated[str, msgspec.Meta(max_length=300)] = ""
    holder_name: Annotated[str, msgspec.Meta(max_length=300)] = ""
    issued_on: date | None = None
    url: Annotated[str, msgspec.Meta(max_length=1000, pattern=r"^(https?://.+)?$")] = ""
    achievements: Annotated[tuple[Id, ...], msgspec.Meta(max_length=200)] = ()
    secrecy: Secrecy = Secrecy.UNKNOWN
    secrecy_reviewer: Annotated[str, msgspec.Meta(max_length=300)] = ""
    secrecy_reviewed_on: date | None = None


class ItemQuery(r.Taken, frozen=True):
    """Which items."""

    kind: ItemKind | None = None
    cursor: Annotated[str, msgspec.Meta(max_length=64)] = ""
    """`next` of the page before."""
    limit: r.Limit = 50


class ItemResource(r.Given, frozen=True):
    """An item of the repository."""

    item: str
    kind: str
    title: str
    number: str
    holder_name: str
    issued_on: r.Date | None
    url: str
    achievements: list[str]


class ItemPage(r.Given, frozen=True):
    """One page of items by id; `next` is null at the end."""

    items: list[ItemResource]
    next: str | None


async def enter_person(ask: Ask) -> Response:
    """Enter somebody who acts for organisations."""
    require_role(ask, "operator")
    row = Person(own_id(ask, "N"), **msgspec.structs.asdict(ask.body))
    await _add(ask, ask.exchange.registers.people, row)
    return json(_person(row), 201)


async def list_people(ask: Ask) -> list[PersonResource]:
    """The people of an organisation, for itself and for overseers."""
    whose = _whose(ask)
    return [_person(one) for one in await ask.exchange.registers.people.list(whose, limit=1000)]


async def enter_mandate(ask: Ask) -> Response:
    """Enter a mandate of which the letter was seen."""
    require_role(ask, "operator")
    row = Mandate(own_id(ask, "M"), **msgspec.structs.asdict(ask.body))
    await _add(ask, ask.exchange.registers.mandates, row)
    await enforce(ask.exchange, ask.principal, ask.command, row)
    return json(_mandate(ask, row), 201)


async def list_mandates(ask: Ask) -> list[MandateResource]:
    """The mandates of an organisation, for itself and for overseers."""
    whose = _whose(ask)
    return [_mandate(ask, one) for one in await ask.exchange.registers.mandates.list(whose)]


async def revoke_mandate(ask: Ask) -> MandateResource:
    """Revoke a mandate from today on: the organisation that gave it, or an operator."""
    mandates = ask.exchange.registers.mandates
    row = await mandates.get(ask.path("mandate"))
    principal = ask.principal
    if row is None or not ("operator" in principal.roles or row.organisation == principal.party):
        raise errors.not_found("mandate")
    now = ask.exchange.house.clock.now()
    revoked = await mandates.revoke(row.id, shanghai_date(now), principal.account, now)
    await unenforce(ask.exchange, principal, f"revoke-{row.id}"[:64], row)
    return _mandate(ask, revoked)


async def enforce(exchange: Exchange, principal: Principal, command: str, row: Mandate) -> None:
    """Let the house know of a mandate whose person signs in with an account: from then on it is asked for.

    An organisation that is not enrolled yet acts nowhere; its mandates count once they are entered after enrolment.
    """
    person = await exchange.registers.people.get(row.person)
    if person is None or not person.account or row.organisation not in exchange.house.view.market.parties:
        return
    until = row.valid_until.isoformat() if row.valid_until else None
    body = GrantMandate(
        row.id,
        row.organisation,
        person.account,
        row.role.value,
        row.valid_from.isoformat(),
        until,
        row.document_digest,
        person.organisation if row.role is MandateRole.BROKER else None,
    )
    await exchange.house.submit(Command(command, principal, body))


async def unenforce(exchange: Exchange, principal: Principal, command: str, row: Mandate) -> None:
    """Let the house know that a mandate is revoked."""
    if row.id in exchange.house.view.market.mandates:
        await exchange.house.submit(Command(command, principal, RevokeMandate(row.id, row.organisation)))


async def enter_item(ask: Ask) -> Response:
    """Enter a report, a paper or a property right."""
    require_role(ask, "operator")
    body: ItemBody = ask.body
    known = await ask.exchange.registers.achievements.get_many(body.achievements)
    for n, id_ in enumerate(body.achievements):
        if id_ not in known:
            raise BadInput("BAD_VALUE", f"achievements[{n}]", id_, "an achievement that is in the register")
    row = Item(own_id(ask, "I"), **msgspec.structs.asdict(body))
    await _add(ask, ask.exchange.registers.items, row)
    return json(await _item(ask, row), 201)


async def list_items(ask: Ask) -> ItemPage:
    """Public items by id, a page at a time; achievements among them that are not public are left out."""
    query: ItemQuery = ask.query
    found = await ask.exchange.registers.items.list(query.kind, query.cursor, query.limit + 1)
    shown = found[: query.limit]
    following = shown[-1].id if len(found) > query.limit else None
    return ItemPage([await _item(ask, one) for one in shown], following)


def _whose(ask: Ask) -> str:
    query: RegisterQuery = ask.query
    principal = ask.principal
    overseer = bool(principal.roles & {"operator", "auditor"})
    whose = query.organisation or principal.party
    if not whose:
        raise BadInput("MISSING_FIELD", "organisation", "nothing", "whose people")
    if not overseer and whose != principal.party:
        raise errors.not_found("organisation")
    return whose


async def _add(ask: Ask, register: object, row: Person | Mandate | Item) -> None:
    """Enter a row under the id that follows from its key; the same request again changes nothing."""
    known = await register.get(row.id)  # type: ignore[attr-defined]  # one of the three registers
    if known is None:
        try:
            await register.add(row, ask.principal.account, ask.exchange.house.clock.now())  # type: ignore[attr-defined]
        except Malformed as wrong:
            raise BadInput("BAD_VALUE", wrong.field, wrong.got, wrong.expected) from wrong
    elif known != row:
        raise errors.failure(409, "IDEMPOTENCY_MISMATCH", "this id stands for another row")


def _person(row: Person) -> PersonResource:
    return PersonResource(row.id, row.name, row.organisation, row.account, row.grade, row.contact)


def _mandate(ask: Ask, row: Mandate) -> MandateResource:
    today = shanghai_date(ask.exchange.house.clock.now())
    shown = {**msgspec.to_builtins(row), "mandate": row.id, "holds": row.holds(today)}
    fields = {field.name: shown[field.name] for field in msgspec.structs.fields(MandateResource)}
    return msgspec.convert(fields, MandateResource)


async def _item(ask: Ask, row: Item) -> ItemResource:
    known = await ask.exchange.registers.achievements.get_many(row.achievements)
    public = [id_ for id_ in row.achievements if id_ in known and known[id_].public]
    issued = row.issued_on.isoformat() if row.issued_on else None
    return ItemResource(
        row.id, row.kind.value, row.title, row.number, row.holder_name, issued, row.url, public
    )


def _post(path: str, handler: object, summary: str, body: object, returns: object) -> Operation:
    return Operation(
        "POST",
        f"{V1}/{path}",
        handler,  # type: ignore[arg-type]
        summary,
        "market",
        returns,
        status=201,
        body=body,
        binds=True,
        errors=(403, 409),
    )


OPERATIONS: tuple[Operation, ...] = (
    _post("people", enter_person, "Enter a person", PersonBody, PersonResource),
    Operation(
        "GET",
        f"{V1}/people",
        list_people,
        "People",
        "market",
        list[PersonResource],
        query=RegisterQuery,
        errors=(404,),
    ),
    _post("mandates", enter_mandate, "Enter a mandate", MandateBody, MandateResource),
    Operation(
        "GET",
        f"{V1}/mandates",
        list_mandates,
        "Mandates",
        "market",
        list[MandateResource],
        query=RegisterQuery,
        errors=(404,),
    ),
    Operation(
        "POST",
        f"{V1}/mandates/{{mandate}}/revocation",
        revoke_mandate,
        "Revoke a mandate",
        "market",
        MandateResource,
        errors=(404,),
    ),
    _post("repository", enter_item, "Enter a report, paper or property right", ItemBody, ItemResource),
    Operation(
        "GET",
        f"{V1}/repository",
        list_items,
        "Reports, literature, property",
        "market",
        ItemPage,
        query=ItemQuery,
        signed_in=False,
    ),
)
