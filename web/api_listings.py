"""Listings over REST: offered, checked, under notice with its objections, wanted by parties, taken back."""

import hashlib
from itertools import islice

from starlette.responses import Response

from exchange.bootstrap import Exchange
from exchange.house.command import Command, Principal
from exchange.market import listing_commands as lc
from exchange.market.commands import AdmitListing, SubmitListing
from exchange.market.listing_terms import Checked
from exchange.market.mandates import clients
from exchange.market.rule_sets import least_notice
from exchange.market.state import Listing, ListingState
from exchange.market.unconverted import Secrecy
from exchange.registers.accounts import STAFF
from exchange.registers.achievements import Achievement
from matching_engine.terms import DAY
from settlement.commands import Subject
from settlement.dates import shanghai_date
from web import errors
from web import resources as r
from web.api_market import V1, own_id, require_role
from web.catalogue import visible
from web.decisions import decision
from web.listing_resources import (
    AgainBody,
    ListingAdmissionBody,
    ListingBody,
    ListingInterestBody,
    ListingObjection,
    ListingObjectionBody,
    ListingPage,
    ListingQuery,
    ListingReasonsBody,
    ListingResource,
    ListingRulingBody,
    OfferingResource,
)
from web.parse import BadInput
from web.routes import Ask, Operation, json
from web.views import iso

PUBLIC = Principal("public", None, frozenset({"public"}))
"""Somebody with a name, without an account."""


async def submit_listing(ask: Ask) -> Response:
    """Offer an achievement of one's own organisation. What is offered is what the register says of it."""
    require_role(ask, "seller", "broker")
    body: ListingBody = ask.body
    row = await own_achievement(ask.exchange, ask.principal, body.achievement)
    listing = own_id(ask, "A")
    subject = Subject(listing, row.title, row.abstract, row.field, row.ip_lines)
    papers = body.papers.papers()
    command = SubmitListing(
        listing, row.id, row.digest(), row.holder or "", subject, body.price_idea_fen, papers
    )
    made = decision(await ask.submit(command))
    return json(made, 201, {"location": f"{V1}/listings/{listing}"})


def brokered_by(exchange: Exchange, principal: Principal) -> list[str]:
    """The organisations for which a broker acts today."""
    today = shanghai_date(exchange.house.clock.now())
    return clients(exchange.house.view.market, principal.account, None, today)


async def own_achievement(exchange: Exchange, principal: Principal, id_: str) -> Achievement:
    """An achievement of the caller's organisation that may be offered; 403 for another's, 409 for one that is secret or not reviewed."""
    row = await visible(exchange, principal, id_)
    brokered = "broker" in principal.roles and row.holder in brokered_by(exchange, principal)
    if row.holder is None or (row.holder != principal.party and not brokered):
        raise errors.failure(403, "FORBIDDEN", "offer achievements of your own organisation")
    if row.secrecy not in (Secrecy.PUBLIC, Secrecy.UNKNOWN):
        raise errors.failure(
            409, "SECRET", "what is secret is offered to nobody (promotion of transformation, art. 11)"
        )
    if not row.public:
        detail = "nothing is offered before a named reviewer found it public on a stated day"
        raise errors.failure(409, "ACHIEVEMENT_NOT_PUBLIC", detail, field="achievement")
    return row


async def resubmit_listing(ask: Ask) -> r.Decision:
    """Offer a returned listing again, with the achievement as the register has it now."""
    require_role(ask, "seller")
    one, body = _own(ask), ask.body
    row = await own_achievement(ask.exchange, ask.principal, one.achievement)
    subject = Subject(one.id, row.title, row.abstract, row.field, row.ip_lines)
    papers = body.papers.papers()
    command = lc.ResubmitListing(one.id, one.seller, row.digest(), subject, body.price_idea_fen, papers)
    return decision(await ask.submit(command))


async def withdraw_listing(ask: Ask) -> r.Decision:
    """Take a listing back, as long as it stands in no session."""
    require_role(ask, "seller")
    one = _own(ask)
    return decision(await ask.submit(lc.WithdrawListing(one.id, one.seller, ask.body.reasons)))


def _own(ask: Ask) -> Listing:
    one = ask.exchange.house.view.market.listings.get(ask.path("listing"))
    if one is None or one.seller != ask.principal.party:
        raise errors.not_found("listing")
    return one


async def admit_listing(ask: Ask) -> Response:
    """Confirm every check of a listing: it is under public notice from now on, then it may be traded."""
    require_role(ask, "operator")
    body: ListingAdmissionBody = ask.body
    allow_rehearsal(ask, body.rehearsal)
    length = None if body.notice_days is None else body.notice_days * DAY
    if length is not None and not body.rehearsal:
        now = ask.exchange.house.clock.now()
        least = least_notice("competition", "none", 0, now)
        if now + length < least.until:
            expected = f"at least {least.figure} ({least.source})"
            raise BadInput("NOTICE_TOO_SHORT", "notice_days", body.notice_days, expected)
    checks = tuple(Checked(one.check, one.outcome, one.evidence) for one in body.checks)
    offering = body.offering.offering() if body.offering else None
    listing = ask.path("listing")
    command = AdmitListing(listing, length, checks, body.sale, offering, body.rehearsal)
    made = decision(await ask.submit(command))
    return json(made, 201, {"location": f"{V1}/listings/{listing}"})


def allow_rehearsal(ask: Ask, wanted: bool) -> None:
    """Rehearsals are for an exchange where nothing real is sold."""
    if wanted and not ask.exchange.settings.demo:
        raise BadInput("REHEARSAL_ONLY", "rehearsal", wanted, "false: this exchange is not in demo mode")


async def return_listing(ask: Ask) -> r.Decision:
    """Send a listing back to its seller, with reasons."""
    require_role(ask, "operator")
    return decision(await ask.submit(lc.ReturnListing(ask.path("listing"), ask.body.reasons)))


async def withhold_listing(ask: Ask) -> r.Decision:
    """Hide a listing whose achievement may no longer be spoken of; its notice and its lot stand still."""
    require_role(ask, "operator")
    return decision(await ask.submit(lc.WithholdListing(ask.path("listing"), ask.body.reasons)))


async def restore_listing(ask: Ask) -> r.Decision:
    """Show a withheld listing again, once the register has its achievement as public."""
    require_role(ask, "operator")
    await may_be_restored(ask.exchange, ask.path("listing"))
    return decision(await ask.submit(lc.RestoreListing(ask.path("listing"), ask.body.reasons)))


async def may_be_restored(exchange: Exchange, listing: str) -> None:
    """409 while the register has the achievement of a listing as not public."""
    one = exchange.house.view.market.listings.get(listing)
    row = await exchange.registers.achievements.get(one.achievement) if one else None
    if row is not None and not row.public:
        detail = "a named reviewer has to find the achievement public first"
        raise errors.failure(409, "ACHIEVEMENT_NOT_PUBLIC", detail)


async def file_objection(ask: Ask) -> Response:
    """Object to a listing under notice; no account is needed, a name and a contact are."""
    body: ListingObjectionBody = ask.body
    principal = ask.caller.principal if ask.caller else PUBLIC
    objection = objection_id(principal, ask.command)
    listing = ask.path("listing")
    command = lc.FileObjection(objection, listing, body.grounds, body.name, body.contact)
    outcome = await ask.exchange.house.submit(Command(ask.command, principal, command))
    if outcome.refusal is not None:
        raise errors.Failure(errors.of_refusal(outcome.refusal, ask.command))
    return json(decision(outcome), 201, {"location": f"{V1}/listings/{listing}"})


def objection_id(principal: Principal, command: str) -> str:
    """An id that follows from who asks and the command's id: asked again, it is the same."""
    seed = f"{principal.account}\n{command}"
    return f"OB-{hashlib.sha256(seed.encode()).hexdigest()[:12]}"


async def decide_objection(ask: Ask) -> r.Decision:
    """Dismiss an objection, or uphold it: the listing goes back to its seller, or off."""
    require_role(ask, "operator")
    body: ListingRulingBody = ask.body
    return decision(await ask.submit(lc.DecideObjection(ask.path("objection"), body.decision, body.reasons)))


async def register_interest(ask: Ask) -> r.Decision:
    """Say that the own organisation wants a listing, at the asking price or above."""
    require_role(ask, "bidder", "broker")
    body: ListingInterestBody = ask.body
    party = body.client or ask.principal.party or ""
    command = lc.RegisterInterest(ask.path("listing"), party, body.offer_fen, body.completer)
    return decision(await ask.submit(command))


async def refuse_interest(ask: Ask) -> r.Decision:
    """Find a party not qualified, with reasons."""
    require_role(ask, "operator")
    command = lc.RefuseInterest(ask.path("listing"), ask.path("party"), ask.body.reasons)
    return decision(await ask.submit(command))


async def acknowledge_notice(ask: Ask) -> r.Decision:
    """Confirm that the own organisation knows of a lot on which it has a right of first refusal."""
    return decision(await ask.submit(lc.AcknowledgeNotice(ask.path("lot"), ask.principal.party or "")))


async def list_listings(ask: Ask) -> ListingPage:
    """Listings in the order in which they were offered, a page at a time."""
    query: ListingQuery = ask.query
    found: list[ListingResource] = []
    principal = ask.caller.principal if ask.caller else None
    listings = ask.exchange.house.view.market.listings.values()
    for place, one in enumerate(islice(listings, query.cursor, None), query.cursor):
        if not may_see(principal, one) or query.state not in (None, one.state):
            continue
        if len(found) == query.limit:
            return ListingPage(found, place)
        found.append(_listing(ask, one))
    return ListingPage(found, None)


async def show_listing(ask: Ask) -> ListingResource:
    """A listing; one that is not admitted yet exists for its seller and staff only."""
    one = ask.exchange.house.view.market.listings.get(ask.path("listing"))
    if one is None or not may_see(ask.caller.principal if ask.caller else None, one):
        raise errors.not_found("listing")
    return _listing(ask, one)


def may_see(principal: Principal | None, listing: Listing) -> bool:
    """Whether a listing exists for somebody: once its notice was published, for everybody."""
    published = listing.notice_until is not None and not listing.withheld
    if published and listing.state is not ListingState.RETURNED:
        return True
    if principal is None:
        return False
    return bool(principal.roles & STAFF) or principal.party == listing.seller


def _listing(ask: Ask, one: Listing) -> ListingResource:
    market = ask.exchange.house.view.market
    seller = market.parties[one.seller]
    objections = [market.objections[id_] for id_ in one.objections]
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
        sale=one.sale,
        version=len(one.versions),
        rehearsal=one.rehearsal,
        notice_until=None if one.notice_until is None else iso(one.notice_until),
        notice_source=one.notice_source,
        objections=[ListingObjection(ob.id, ob.grounds, ob.decision, ob.reasons) for ob in objections],
        offering=_offering(one),
        withdrawn=one.withdrawn,
    )


def _offering(one: Listing) -> OfferingResource | None:
    if one.offering is None:
        return None
    waiting = [interest for interest in one.interests.values() if interest.refused is None]
    return OfferingResource(
        asking_fen=one.offering.asking_fen,
        increment_fen=one.offering.competition.increment_fen,
        deposit_fen=one.offering.competition.deposit_fen,
        min_parties=one.offering.min_parties,
        extensions=one.extensions,
        extensions_max=one.offering.extensions_max,
        parties=len(waiting),
        related_takers=[interest.relation for interest in waiting if interest.relation != "none"],
    )


def _post(path: str, handler: object, summary: str, body: object = None, status: int = 201) -> Operation:
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
        signed_in=handler is not file_objection,
        errors=(403, 404, 409),
    )


OPERATIONS: tuple[Operation, ...] = (
    _post("listings", submit_listing, "Offer an achievement", ListingBody),
    _post("listings/{listing}/versions", resubmit_listing, "Offer a returned listing again", AgainBody),
    _post("listings/{listing}/withdrawal", withdraw_listing, "Take a listing back", ListingReasonsBody),
    _post("listings/{listing}/admission", admit_listing, "Admit a listing", ListingAdmissionBody),
    _post("listings/{listing}/return", return_listing, "Send a listing back", ListingReasonsBody),
    _post("listings/{listing}/withholding", withhold_listing, "Hide a listing", ListingReasonsBody),
    _post("listings/{listing}/restoration", restore_listing, "Show a hidden listing", ListingReasonsBody),
    _post("listings/{listing}/objections", file_objection, "Object to a listing", ListingObjectionBody),
    _post("objections/{objection}/decision", decide_objection, "Decide an objection", ListingRulingBody),
    _post("listings/{listing}/interest", register_interest, "Want a listing", ListingInterestBody),
    _post(
        "listings/{listing}/interest/{party}/refusal", refuse_interest, "Not qualified", ListingReasonsBody
    ),
    _post("lots/{lot}/priority-notice", acknowledge_notice, "Acknowledge a notice"),
    Operation(
        "GET",
        f"{V1}/listings",
        list_listings,
        "Listings",
        "market",
        ListingPage,
        query=ListingQuery,
        signed_in=False,
    ),
    Operation(
        "GET",
        f"{V1}/listings/{{listing}}",
        show_listing,
        "A listing",
        "market",
        ListingResource,
        signed_in=False,
        errors=(404,),
    ),
)
