"""Filling the market: organisations enrolled, achievements entered, listings offered and admitted."""

import hashlib
from itertools import islice
from typing import Annotated

import msgspec
from starlette.responses import Response

from exchange.house.command import Principal
from exchange.market.commands import AdmitListing, EnrolParty, SubmitListing
from exchange.market.rule_sets import NOTICE_DAYS
from exchange.market.state import Listing, ListingState
from exchange.registers.accounts import STAFF
from exchange.registers.achievements import Achievement
from exchange.registers.organisations import Organisation
from matching_engine.errors import Malformed
from matching_engine.terms import DAY
from settlement.commands import PartyFacts, Subject
from web import errors
from web import resources as r
from web.decisions import decision
from web.parse import BadInput
from web.routes import Ask, Operation, json
from web.views import iso

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


class AchievementResource(r.Given, frozen=True):
    """An achievement as the register has it; `digest` is the hex SHA-256 of its row, which listings carry."""

    achievement: str
    title: str
    holder: str | None
    holder_name: str
    abstract: str
    field: str
    trl: int | None
    ipc: str
    ip: list[str]
    published_on: str
    source_url: str
    source_note: str
    inferred: list[str]
    digest: str


class ListingBody(r.Taken, frozen=True):
    """Which achievement is offered, and at about which price."""

    achievement: Id
    price_idea_fen: r.Amount


class AdmissionBody(r.Taken, frozen=True):
    """For how many days the listing is under public notice."""

    notice_days: Annotated[int, msgspec.Meta(ge=0, le=365)]


class ListingQuery(r.Taken, frozen=True):
    """Which listings."""

    state: ListingState | None = None
    cursor: Annotated[int, msgspec.Meta(ge=0)] = 0
    """`next` of the page before."""
    limit: r.Limit = 50


class ListingResource(r.Given, frozen=True):
    """An achievement offered, as it was when it was offered."""

    listing: str
    achievement: str
    achievement_digest: str
    seller: r.PartyResource
    title: str
    abstract: str
    field: str
    ip: list[str]
    price_idea_fen: r.Fen
    state: str
    notice_until: r.Instant | None


class ListingPage(r.Given, frozen=True):
    """One page of listings; `next` is the cursor of the one after, null at the end."""

    listings: list[ListingResource]
    next: int | None


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
    row = await _row_of(ask)
    known = await ask.exchange.registers.achievements.get(row.id)
    if known is None:
        known = await _add(ask, row)
    if known != row:
        raise errors.failure(409, "IDEMPOTENCY_MISMATCH", "this id stands for another achievement")
    return json(_achievement(row), 201, {"location": f"{V1}/achievements/{row.id}"})


async def _row_of(ask: Ask) -> Achievement:
    """The row that the body asks for, under the id that follows from its key."""
    body: AchievementBody = ask.body
    holder = await _organisation(ask, _holder(ask, body), "holder")
    return Achievement(
        id=own_id(ask, "R"),
        title=body.title,
        holder=holder.id,
        holder_name=holder.name,
        abstract=body.abstract,
        field=body.field,
        trl=body.trl,
        ipc=body.ipc,
        ip=body.ip,
        published_on=body.published_on,
        source_url=body.source_url,
        source_note=body.source_note,
    )


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


async def show_achievement(ask: Ask) -> AchievementResource:
    """An achievement: for its holder and staff, and for everybody signed in once it was admitted for sale."""
    return _achievement(await _visible_achievement(ask, ask.path("achievement")))


async def _visible_achievement(ask: Ask, id_: str) -> Achievement:
    row = await ask.exchange.registers.achievements.get(id_)
    if row is None or not _may_see_achievement(ask, row):
        raise errors.not_found("achievement")
    return row


def _may_see_achievement(ask: Ask, row: Achievement) -> bool:
    if _is_staff(ask.principal) or (row.holder is not None and row.holder == ask.principal.party):
        return True
    listings = ask.exchange.house.view.market.listings.values()
    return any(one.achievement == row.id and one.state is not ListingState.SUBMITTED for one in listings)


def _achievement(row: Achievement) -> AchievementResource:
    shown = {name: getattr(row, name) for name in AchievementResource.__struct_fields__ if hasattr(row, name)}
    lists = {"ip": list(row.ip), "inferred": list(row.inferred)}
    return AchievementResource(**{**shown, **lists, "achievement": row.id, "digest": row.digest()})


# Listings


async def submit_listing(ask: Ask) -> Response:
    """Offer an achievement of one's own organisation. What is offered is what the register says of it."""
    require_role(ask, "seller")
    body: ListingBody = ask.body
    row = await _visible_achievement(ask, body.achievement)
    if row.holder is None or row.holder != ask.principal.party:
        raise errors.failure(403, "FORBIDDEN", "offer achievements of your own organisation")
    listing = own_id(ask, "A")
    subject = Subject(listing, row.title, row.abstract, row.field, row.ip)
    command = SubmitListing(listing, row.id, row.digest(), row.holder, subject, body.price_idea_fen)
    made = decision(await ask.submit(command))
    return json(made, 201, {"location": f"{V1}/listings/{listing}"})


async def admit_listing(ask: Ask) -> Response:
    """Admit a listing: it is under public notice from now on, then it may be traded."""
    require_role(ask, "operator")
    body: AdmissionBody = ask.body
    if body.notice_days < NOTICE_DAYS and not ask.exchange.settings.demo:
        expected = f"at least {NOTICE_DAYS} days (auction law, art. 45)"
        raise BadInput("NOTICE_TOO_SHORT", "notice_days", body.notice_days, expected)
    listing = ask.path("listing")
    made = decision(await ask.submit(AdmitListing(listing, body.notice_days * DAY)))
    return json(made, 201, {"location": f"{V1}/listings/{listing}"})


async def list_listings(ask: Ask) -> ListingPage:
    """Listings in the order in which they were offered, a page at a time."""
    query: ListingQuery = ask.query
    found: list[ListingResource] = []
    listings = ask.exchange.house.view.market.listings.values()
    for place, one in enumerate(islice(listings, query.cursor, None), query.cursor):
        if not _may_see(ask, one) or query.state not in (None, one.state):
            continue
        if len(found) == query.limit:
            return ListingPage(found, place)
        found.append(_listing(ask, one))
    return ListingPage(found, None)


async def show_listing(ask: Ask) -> ListingResource:
    """A listing; one that is not admitted yet exists for its seller and staff only."""
    one = ask.exchange.house.view.market.listings.get(ask.path("listing"))
    if one is None or not _may_see(ask, one):
        raise errors.not_found("listing")
    return _listing(ask, one)


def _may_see(ask: Ask, listing: Listing) -> bool:
    if listing.state is not ListingState.SUBMITTED:
        return True
    principal = ask.caller.principal if ask.caller else None
    return _is_staff(principal) or (principal is not None and principal.party == listing.seller)


def _listing(ask: Ask, one: Listing) -> ListingResource:
    seller = ask.exchange.house.view.market.parties[one.seller]
    return ListingResource(
        listing=one.id,
        achievement=one.achievement,
        achievement_digest=one.achievement_digest,
        seller=r.PartyResource(seller.id, seller.name),
        title=one.subject.title,
        abstract=one.subject.abstract,
        field=one.subject.field,
        ip=list(one.subject.ip),
        price_idea_fen=one.price_idea_fen,
        state=one.state.value,
        notice_until=None if one.notice_until is None else iso(one.notice_until),
    )


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
    query = ListingQuery if returns is ListingPage else None
    return Operation(
        "GET",
        f"{V1}/{path}",
        handler,  # type: ignore[arg-type]
        summary,
        "market",
        returns,
        query=query,
        signed_in=signed_in,
        errors=(404,),
    )


OPERATIONS: tuple[Operation, ...] = (
    _post("parties", enrol_party, "Enrol an organisation", PartyBody),
    _get("parties/{party}", show_party, "A party", EnrolledResource, True),
    _post("achievements", enter_achievement, "Enter an achievement", AchievementBody, AchievementResource),
    _get("achievements/{achievement}", show_achievement, "An achievement", AchievementResource, True),
    _post("listings", submit_listing, "Offer an achievement", ListingBody),
    _post("listings/{listing}/admission", admit_listing, "Admit a listing", AdmissionBody),
    _get("listings", list_listings, "Listings", ListingPage, False),
    _get("listings/{listing}", show_listing, "A listing", ListingResource, False),
)
