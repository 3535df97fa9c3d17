"""Filling the market: organisations enrolled, achievements entered."""

import hashlib
from datetime import date
from typing import Annotated

import msgspec
from starlette.responses import Response

from exchange.house.command import Principal
from exchange.market.commands import EnrolParty
from exchange.market.unconverted import Category, Mode, Secrecy
from exchange.registers import admission
from exchange.registers.accounts import STAFF
from exchange.registers.achievements import Achievement
from exchange.registers.facts import Completer, FundingSource, IpItem, Owner, RightsGrant, StageReached
from exchange.registers.organisations import Organisation
from exchange.registers.regions import region_key
from exchange.registers.words import PriceForm, Route, Stage
from matching_engine.errors import Malformed
from settlement.commands import PartyFacts
from web import errors
from web import resources as r
from web.catalogue import visible
from web.catalogue_resources import AchievementDetail, detail
from web.decisions import decision
from web.parse import BadInput
from web.routes import Ask, Operation, json
from web.withheld import follow

V1 = "/api/v1"

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Line = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]


class PartyBody(r.Taken, frozen=True):
    """An organisation of the register, by its id, and the ids of those it is affiliated with."""

    party: Id
    affiliates: Annotated[tuple[Id, ...], msgspec.Meta(max_length=200)] = ()


class EnrolledResource(r.Given, frozen=True):
    """An organisation that may trade here."""

    id: str
    name: str
    kind: str
    region: str
    code: str
    address: str
    representative: str
    affiliates: list[str]


class AchievementBody(r.Taken, frozen=True):
    """An achievement. `holder` is the organisation that holds it, for a seller always the own one."""

    title: Line
    holder: Id | None = None
    abstract: Annotated[str, msgspec.Meta(max_length=20_000)] = ""
    field: Annotated[str, msgspec.Meta(max_length=100)] = ""
    trl: Annotated[int, msgspec.Meta(ge=1, le=9)] | None = None
    """Technology readiness level (GB/T 22900)."""
    ipc: Annotated[str, msgspec.Meta(max_length=32)] = ""
    ip: Annotated[tuple[Line, ...], msgspec.Meta(max_length=100)] = ()
    """Intellectual property, one line each: kind, number, status."""
    published_on: Annotated[str, msgspec.Meta(pattern=r"^(\d{4}(-\d{2}(-\d{2})?)?)?$")] = ""
    """A date, or the year or month where the source gives no more."""
    source_url: Annotated[str, msgspec.Meta(max_length=1000, pattern=r"^(https?://.+)?$")] = ""
    source_note: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    keywords: Annotated[tuple[Line, ...], msgspec.Meta(max_length=50)] = ()
    region: Annotated[str, msgspec.Meta(max_length=64)] = ""
    """Province, by key or by name."""
    city: Annotated[str, msgspec.Meta(max_length=64)] = ""
    funding: Annotated[tuple[FundingSource, ...], msgspec.Meta(max_length=50)] = ()
    category: Category | None = None
    secrecy: Secrecy = Secrecy.UNKNOWN
    """Nobody but the holder and overseers sees what is not 公开 by a named reviewer on a stated day."""
    secrecy_reviewer: Annotated[str, msgspec.Meta(max_length=300)] = ""
    secrecy_reviewed_on: date | None = None
    stage: Stage | None = None
    stages: Annotated[tuple[StageReached, ...], msgspec.Meta(max_length=50)] = ()
    price_form: PriceForm | None = None
    price_idea_fen: r.Amount | None = None
    ip_items: Annotated[tuple[IpItem, ...], msgspec.Meta(max_length=100)] = ()
    owners: Annotated[tuple[Owner, ...], msgspec.Meta(max_length=100)] = ()
    """Shares as fractions in lowest terms, like 7/10."""
    grants: Annotated[tuple[RightsGrant, ...], msgspec.Meta(max_length=100)] = ()
    completers: Annotated[tuple[Completer, ...], msgspec.Meta(max_length=200)] = ()
    accepted_on: date | None = None
    registered_on: date | None = None
    granted_on: date | None = None
    admitted_on: date | None = None
    registration_no: Annotated[str, msgspec.Meta(max_length=12)] = ""
    route: Route | None = None
    conversion_mode: Mode | None = None
    converted_on: date | None = None
    trial_until: date | None = None
    impediment: Annotated[str, msgspec.Meta(max_length=2000)] = ""
    contact: Annotated[str, msgspec.Meta(max_length=300)] = ""
    interim: bool = False
    disclosed_on: date | None = None
    disclosed_by: Annotated[str, msgspec.Meta(max_length=300)] = ""
    public_good: bool = False
    zone: Annotated[str, msgspec.Meta(max_length=100)] = ""


def require_role(ask: Ask, *roles: str) -> None:
    """403 unless the caller holds one of the roles."""
    if not ask.principal.roles & frozenset(roles):
        raise errors.failure(403, "FORBIDDEN", f"for the roles {', '.join(sorted(roles))}")


def own_id(ask: Ask, prefix: str) -> str:
    """An id that follows from the caller and the Idempotency-Key: asked again, it is the same."""
    seed = f"{prefix}\n{ask.principal.account}\n{ask.command}"
    return f"{prefix}-{hashlib.sha256(seed.encode()).hexdigest()[:12]}"


def _is_staff(principal: Principal | None) -> bool:
    return principal is not None and bool(principal.roles & STAFF)


# Parties


async def enrol_party(ask: Ask) -> Response:
    """Take an organisation of the register in as a party; its facts are those of the register."""
    require_role(ask, "operator")
    body: PartyBody = ask.body
    row = await _organisation(ask, body.party, "party")
    for n, other in enumerate(body.affiliates):
        await _organisation(ask, other, f"affiliates[{n}]")
    made = decision(await ask.submit(EnrolParty(row.facts(), tuple(dict.fromkeys(body.affiliates)))))
    return json(made, 201, {"location": f"{V1}/parties/{row.id}"})


async def _organisation(ask: Ask, id_: str, field: str) -> Organisation:
    row = await ask.exchange.registers.organisations.get(id_)
    if row is None:
        raise BadInput("BAD_VALUE", field, id_, "an organisation that is in the register")
    return row


async def show_party(ask: Ask) -> EnrolledResource:
    """A party as it was enrolled, for itself and for staff; to everybody else it does not exist."""
    id_, market = ask.path("party"), ask.exchange.house.view.market
    party = market.parties.get(id_)
    if party is None or not (_is_staff(ask.principal) or ask.principal.party == id_):
        raise errors.not_found("party")
    return _enrolled(party, market.affiliates[id_])


def _enrolled(party: PartyFacts, affiliates: tuple[str, ...]) -> EnrolledResource:
    return EnrolledResource(**msgspec.structs.asdict(party), affiliates=list(affiliates))


# Achievements


async def enter_achievement(ask: Ask) -> Response:
    """Enter an achievement in the register: a seller for the own organisation, an operator for any."""
    require_role(ask, "seller", "operator")
    row = await _row_of(ask, ask.body)
    known = await ask.exchange.registers.achievements.get(row.id)
    if known is None:
        known = await _add(ask, row)
    if known != row:
        raise errors.failure(409, "IDEMPOTENCY_MISMATCH", "this id stands for another achievement")
    return json(detail(row), 201, {"location": f"{V1}/achievements/{row.id}"})


async def _row_of(ask: Ask, body: AchievementBody) -> Achievement:
    """The row that the body asks for, under the id that follows from its key."""
    holder = await _organisation(ask, _holder(ask, body), "holder")
    region = region_key(body.region) if body.region else ""
    if region is None:
        raise BadInput("BAD_VALUE", "region", body.region, "a province like 河南 or henan")
    given = {field: getattr(body, field) for field in body.__struct_fields__}
    fixed = {"id": own_id(ask, "R"), "holder": holder.id, "holder_name": holder.name, "region": region}
    return _checked(Achievement(**{**given, **fixed}))


async def change_achievement(ask: Ask) -> AchievementDetail:
    """Replace an achievement by what the body states, as its next version: its holder's sellers, and operators.

    What is found public is found so by somebody else than who enters it. A listing of what is public no longer is withheld.
    """
    require_role(ask, "seller", "operator")
    achievements = ask.exchange.registers.achievements
    known = await visible(ask.exchange, ask.principal, ask.path("achievement"))
    if "operator" not in ask.principal.roles and known.holder != ask.principal.party:
        raise errors.failure(403, "FORBIDDEN", "change achievements of your own organisation")
    body: AchievementBody = ask.body
    wanted = msgspec.structs.replace(body, holder=body.holder or known.holder)
    stated = await _row_of(ask, wanted)
    fields = (*body.__struct_fields__, "holder_name")
    row = msgspec.structs.replace(known, **{name: getattr(stated, name) for name in fields})
    await _reviewed_by_another(ask, known, row)
    if row != known:
        now = ask.exchange.house.clock.now()
        await achievements.change(row, ask.principal.account, now)
        await follow(ask.exchange, [row.id])
    return detail(row)


async def _reviewed_by_another(ask: Ask, known: Achievement, row: Achievement) -> None:
    """Nobody finds public what he or she enters."""
    same = (known.secrecy_reviewer, known.secrecy_reviewed_on) == (
        row.secrecy_reviewer,
        row.secrecy_reviewed_on,
    )
    account = await ask.exchange.registers.accounts.get(ask.principal.account)
    own = {account.login, account.display_name} if account else set()
    if row.public and not same and row.secrecy_reviewer in own:
        detail_ = "the review is somebody else's, not that of who enters it"
        raise errors.failure(409, "FOUR_EYES", detail_, field="secrecy_reviewer")


def _checked(row: Achievement) -> Achievement:
    """The row, if its parts fit each other."""
    try:
        return admission.checked(row)
    except Malformed as wrong:
        raise BadInput("BAD_VALUE", wrong.field, wrong.got, wrong.expected) from wrong


def _holder(ask: Ask, body: AchievementBody) -> str:
    if "operator" in ask.principal.roles:
        if body.holder is None:
            raise BadInput("MISSING_FIELD", "holder", "nothing", "the organisation that holds it")
        return body.holder
    if body.holder not in (None, ask.principal.party):
        raise errors.failure(403, "FORBIDDEN", "enter achievements of your own organisation")
    return ask.principal.party or ""


async def _add(ask: Ask, row: Achievement) -> Achievement:
    """The row entered; where the same request came twice at once, what the other one entered."""
    achievements = ask.exchange.registers.achievements
    try:
        return await achievements.add(row, ask.principal.account, ask.exchange.house.clock.now())
    except Malformed:
        known = await achievements.get(row.id)
        if known is None:
            raise
        return known


def _post(path: str, handler: object, summary: str, body: object, returns: object = r.Decision) -> Operation:
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
        errors=(403, 404, 409),
    )


def _get(path: str, handler: object, summary: str, returns: object, signed_in: bool) -> Operation:
    return Operation(
        "GET",
        f"{V1}/{path}",
        handler,  # type: ignore[arg-type]
        summary,
        "market",
        returns,
        signed_in=signed_in,
        errors=(404,),
    )


OPERATIONS: tuple[Operation, ...] = (
    _post("parties", enrol_party, "Enrol an organisation", PartyBody),
    _get("parties/{party}", show_party, "A party", EnrolledResource, True),
    Operation(
        "PUT",
        f"{V1}/achievements/{{achievement}}",
        change_achievement,
        "Change an achievement",
        "market",
        AchievementDetail,
        body=AchievementBody,
        binds=True,
        errors=(403, 404, 409),
    ),
    _post("achievements", enter_achievement, "Enter an achievement", AchievementBody, AchievementDetail),
)
