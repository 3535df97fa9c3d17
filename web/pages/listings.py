"""Listings: what is offered and under notice, a seller's own, one listing with its objections and those who want it."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from exchange.house.command import Body, Command, Denied
from exchange.market import listing_commands as lc
from exchange.market.admission import BEFORE_SESSION
from exchange.market.commands import SubmitListing
from exchange.market.listing_state import Listing, ListingState
from exchange.market.listing_terms import Papers
from exchange.registers.accounts import STAFF
from exchange.registers.achievements import Achievement
from exchange.registers.follows import FollowKind
from matching_engine.terms import DAY
from settlement.commands import Subject
from web import errors
from web.api_listings import PUBLIC, may_see, objection_id, own_achievement
from web.pages import questions
from web.pages.catalogue import badge_of
from web.pages.notices import followed
from web.pages.refusal_words import rule, words
from web.pages.shell import Visit, page, sentence
from web.parse import BadInput, command_id, yuan
from web.withheld import count

LISTINGS_SHOWN = 200
ROWS_MAX = 500
PAPER_TEXTS = (
    "register_number",
    "secrecy_reviewer",
    "title_status",
    "mandate",
    "impediment",
    "impediment_consent",
    "appraisal",
    "price_approval",
)
PAPER_LISTS = ("co_owners", "consents", "holders")
ASSETS = ("none", "institution", "enterprise")
Wrong = Mapping[str, str]


async def listings(
    visit: Visit, status: int = 200, wrong: Wrong | None = None, form: Wrong | None = None
) -> Response:
    """What everybody may see; before it, for a seller, its own listings and the form to offer one."""
    principal = visit.caller.principal if visit.caller else None
    market = visit.state.market
    sells = principal is not None and principal.party is not None and "seller" in principal.roles
    own = [one for one in market.listings.values() if sells and principal and one.seller == principal.party]
    shown = [
        one
        for one in market.listings.values()
        if one.state in (ListingState.NOTICE, ListingState.OBJECTED) and not one.withheld
    ]
    return visit.render(
        "listings.html",
        status,
        "/listings",
        sells=sells,
        own=[row(visit, one) for one in reversed(own)],
        noticed=[row(visit, one) for one in reversed(shown[-LISTINGS_SHOWN:])],
        withheld=count(visit.state),
        achievements=await _achievements(visit) if sells else [],
        paper_texts=PAPER_TEXTS,
        paper_lists=PAPER_LISTS,
        assets=ASSETS,
        form=form or _chosen(visit),
        errors=wrong or {},
    )


def _chosen(visit: Visit) -> Wrong:
    """The achievement that the page of one asked to offer."""
    chosen = visit.request.query_params.get("achievement", "")
    return {"achievement": chosen} if chosen else {}


def rule_words(visit: Visit) -> Callable[[str], str]:
    """How a page names the rule that a figure comes from, in the reader's language."""

    return lambda source: rule(visit.speech, source)


def row(visit: Visit, one: Listing) -> dict[str, Any]:
    """A listing as lists show it."""
    return {
        "id": one.id,
        "title": one.subject.title,
        "seller": visit.state.market.parties[one.seller].name,
        "state": str(one.state),
        "until": one.notice_until if one.state is ListingState.NOTICE else None,
        "days_left": _days_left(visit, one),
        "objections": sum(visit.state.market.objections[id_].decision is None for id_ in one.objections),
        "parties": len(one.qualified) if one.offering else None,
        "price_fen": one.offering.asking_fen if one.offering else one.price_idea_fen,
        "rehearsal": one.rehearsal,
    }


def _days_left(visit: Visit, one: Listing) -> int | None:
    """Whole days until the end of a running notice, the last one counted."""
    if one.state is not ListingState.NOTICE or one.notice_until is None:
        return None
    return max(0, -(-(one.notice_until - visit.now) // DAY))


async def _achievements(visit: Visit) -> list[tuple[str, str]]:
    rows = await visit.exchange.registers.achievements.list(
        holder=visit.principal.party or "", limit=ROWS_MAX
    )
    return [(one.id, one.title) for one in rows if one.public]


def papers_of(form: Mapping[str, str]) -> Papers:
    """The papers of a form; lists are written with commas or a line each."""
    texts = {name: form.get(name, "")[:300] for name in PAPER_TEXTS}
    lists = {name: _items(form.get(name, "")) for name in PAPER_LISTS}
    asset = form.get("state_asset", "none")
    if asset not in ASSETS:
        raise BadInput("BAD_VALUE", "state_asset", asset, "none, institution or enterprise")
    appraised = yuan(form["appraised"], "appraised") if form.get("appraised") else None
    return Papers(**texts, **lists, state_asset=asset, appraised_fen=appraised)  # type: ignore[arg-type]


def _items(text: str) -> tuple[str, ...]:
    for mark in ("，", "、", ";", "；", "\n", "\r"):
        text = text.replace(mark, ",")
    return tuple(item.strip()[:200] for item in text.split(",") if item.strip())[:50]


async def submit(visit: Visit) -> Response:
    """Offer an achievement of the own organisation."""
    visit.needs("seller")
    form = visit.form()
    try:
        achievement = await _own_row(visit, form.get("achievement", ""))
        price_fen, papers = yuan(form.get("price", ""), "price"), papers_of(form)
    except BadInput as bad:
        return await listings(visit, 422, {bad.field: sentence(visit.speech, bad.code)}, form)
    listing = f"A-{objection_id(visit.principal, form.get('command', ''))[3:]}"
    subject = Subject(
        listing, achievement.title, achievement.abstract, achievement.field, achievement.ip_lines
    )
    body = SubmitListing(
        listing, achievement.id, achievement.digest(), visit.principal.party or "", subject, price_fen, papers
    )
    failed = await tried(visit, form, body)
    return (
        visit.go(f"/listings/{listing}")
        if failed is None
        else await listings(visit, failed[0], {"achievement": failed[1]}, form)
    )


async def _own_row(visit: Visit, id_: str) -> Achievement:
    try:
        return await own_achievement(visit.exchange, visit.principal, id_)
    except errors.Failure as failed:
        raise BadInput(failed.problem.code, "achievement", id_, "an achievement of yours") from failed


async def tried(visit: Visit, form: Mapping[str, str], body: Body) -> tuple[int, str] | None:
    """Ask; why not, as a status and a sentence that ends with the figure and the rule."""
    principal = visit.caller.principal if visit.caller else PUBLIC
    id_ = command_id(form.get("command", ""), "command")
    try:
        outcome = await visit.exchange.house.submit(Command(id_, principal, body))
    except Denied as denied:
        return denied.status, sentence(visit.speech, denied.code, denied.detail)
    refusal = outcome.refusal
    if refusal is None:
        return None
    return errors.status_of(refusal.code), words(visit.speech, refusal)


def listing_of(visit: Visit) -> Listing:
    """The listing of the path, if the reader may see it; 404 otherwise."""
    one = visit.state.market.listings.get(visit.part("listing"))
    if one is None or not may_see(visit.caller.principal if visit.caller else None, one):
        raise errors.not_found("listing")
    return one


async def listing(
    visit: Visit, status: int = 200, wrong: Wrong | None = None, form: Wrong | None = None
) -> Response:
    """One listing: what is offered, its notice, objections, interest, versions."""
    one, market = listing_of(visit), visit.state.market
    principal = visit.caller.principal if visit.caller else None
    party = principal.party if principal else None
    staff = principal is not None and bool(principal.roles & STAFF)
    mine = one.interests.get(party or "")
    return visit.render(
        "listing.html",
        status,
        f"/listings/{one.id}",
        one=one,
        row=row(visit, one),
        seller=market.parties[one.seller],
        objections=[market.objections[id_] for id_ in one.objections],
        waiting=[interest for interest in one.interests.values() if interest.refused is None],
        lot=market.lot_of(one.id),
        follow=await followed(visit, (FollowKind.LISTING, one.id)),
        questions=questions.part(visit, one),
        mine=mine,
        staff=staff,
        owns=party == one.seller,
        may_withdraw=party == one.seller and one.state in BEFORE_SESSION,
        may_return=party == one.seller and one.state is ListingState.RETURNED,
        may_object=one.state in (ListingState.NOTICE, ListingState.OBJECTED) and party != one.seller,
        rule=rule_words(visit),
        may_want=_may_want(visit, one) and mine is None,
        badge=await badge_of(visit, one.achievement),
        paper_texts=PAPER_TEXTS,
        paper_lists=PAPER_LISTS,
        assets=ASSETS,
        form=form or _stated(one),
        errors=wrong or {},
    )


def _stated(one: Listing) -> dict[str, str]:
    """The papers as the fields of their form."""
    papers = one.papers
    texts = {name: str(getattr(papers, name)) for name in PAPER_TEXTS}
    lists = {name: ", ".join(getattr(papers, name)) for name in PAPER_LISTS}
    return {**texts, **lists, "state_asset": papers.state_asset}


def _may_want(visit: Visit, one: Listing) -> bool:
    caller = visit.caller
    if caller is None or one.offering is None or one.state is not ListingState.NOTICE:
        return False
    return "bidder" in caller.principal.roles and caller.principal.party not in (None, one.seller)


async def _answered(visit: Visit, form: Mapping[str, str], body: Body, field: str) -> Response:
    failed = await tried(visit, form, body)
    if failed is None:
        return visit.go(f"/listings/{visit.part('listing')}")
    return await listing(visit, failed[0], {field: failed[1]}, form)


async def objection(visit: Visit) -> Response:
    """Object; somebody without an account gives a name and a contact."""
    form, one = visit.form(), listing_of(visit)
    for name in ("grounds", "name", "contact"):
        if not form.get(name):
            return await listing(visit, 422, {name: visit.speech.text("Please fill this in.")}, form)
    principal = visit.caller.principal if visit.caller else PUBLIC
    id_ = objection_id(principal, form.get("command", ""))
    body = lc.FileObjection(id_, one.id, form["grounds"], form["name"][:300], form["contact"][:300])
    return await _answered(visit, form, body, "grounds")


async def interest(visit: Visit) -> Response:
    """Want the listing, for the own organisation."""
    principal, form, one = visit.needs("bidder"), visit.form(), listing_of(visit)
    try:
        offer_fen = yuan(form.get("offer", ""), "offer")
    except BadInput as bad:
        return await listing(visit, 422, {"offer": sentence(visit.speech, bad.code)}, form)
    body = lc.RegisterInterest(one.id, principal.party or "", offer_fen, form.get("completer") == "yes")
    return await _answered(visit, form, body, "offer")


async def withdrawal(visit: Visit) -> Response:
    """Take the own listing back."""
    principal, form, one = visit.needs("seller"), visit.form(), listing_of(visit)
    reasons = form.get("reasons", "")[:2000]
    body = lc.WithdrawListing(one.id, principal.party or "", reasons)
    return await _answered(visit, form, body, "reasons")


async def again(visit: Visit) -> Response:
    """Offer a returned listing again, as the register has the achievement now."""
    principal, form, one = visit.needs("seller"), visit.form(), listing_of(visit)
    try:
        achievement = await _own_row(visit, one.achievement)
        price_fen, papers = yuan(form.get("price", ""), "price"), papers_of(form)
    except BadInput as bad:
        return await listing(visit, 422, {bad.field: sentence(visit.speech, bad.code)}, form)
    subject = Subject(
        one.id, achievement.title, achievement.abstract, achievement.field, achievement.ip_lines
    )
    body = lc.ResubmitListing(one.id, principal.party or "", achievement.digest(), subject, price_fen, papers)
    return await _answered(visit, form, body, "price")


async def acknowledge(visit: Visit) -> Response:
    """Confirm the notice of a lot on which the own organisation has a right of first refusal."""
    form, party = visit.form(), visit.principal.party or ""
    failed = await visit.try_to(form, lc.AcknowledgeNotice(visit.part("lot"), party))
    if failed is not None:
        raise errors.failure(errors.status_of(failed[0]), failed[0], failed[1])
    return visit.go("/desk")


ROUTES: list[Route] = [
    page("/listings", listings),
    page("/listings", submit, "POST"),
    page("/listings/{listing}", listing),
    page("/listings/{listing}/objections", objection, "POST"),
    page("/listings/{listing}/interest", interest, "POST"),
    page("/listings/{listing}/withdrawal", withdrawal, "POST"),
    page("/listings/{listing}/versions", again, "POST"),
    page("/lots/{lot}/priority-notice", acknowledge, "POST"),
]
