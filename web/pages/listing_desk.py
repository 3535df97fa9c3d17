"""The operator's desk for listings: the checklist before admission, objections to decide, parties, sessions to set."""

from collections.abc import Mapping

from starlette.responses import Response
from starlette.routing import Route

from exchange.house.command import Body
from exchange.market import listing_commands as lc
from exchange.market.commands import AdmitListing
from exchange.market.listing_state import Listing, ListingState
from exchange.market.listing_terms import (
    Check,
    Checked,
    Competition,
    Offering,
    Sale,
)
from exchange.market.rule_sets import interest_figures, least_notice
from matching_engine.terms import DAY, HOUR
from web import errors
from web.api_listings import may_be_restored
from web.pages import session_desk
from web.pages.checklist import rows
from web.pages.listings import row, rule_words, tried
from web.pages.shell import Visit, page, sentence
from web.parse import BadInput, yuan
from web.withheld import follow

Wrong = Mapping[str, str]


async def desk(visit: Visit, status: int = 200, wrong: Wrong | None = None) -> Response:
    """What waits: submissions, objections, running notices, and what may be put up."""
    visit.needs("operator")
    await follow(visit.exchange)
    market = visit.state.market
    listings = list(market.listings.values())
    return visit.render(
        "listing_desk.html",
        status,
        "/operator/listings",
        submitted=[row(visit, one) for one in listings if one.state is ListingState.SUBMITTED],
        objections=[
            (one, market.listings[one.listing]) for one in market.objections.values() if one.decision is None
        ],
        running=[row(visit, one) for one in listings if one.state is ListingState.NOTICE],
        tradable=[row(visit, one) for one in listings if one.state is ListingState.TRADABLE],
        withheld=[row(visit, one) for one in listings if one.withheld],
        errors=wrong or {},
    )


async def admission(
    visit: Visit, status: int = 200, wrong: Wrong | None = None, form: Wrong | None = None
) -> Response:
    """One submission with its checklist, or those who want a listing under notice."""
    visit.needs("operator")
    one = _listing(visit)
    papers = one.papers
    least = least_notice("competition", papers.state_asset, one.price_idea_fen, visit.now)
    return visit.render(
        "listing_check.html",
        status,
        f"/operator/listings/{one.id}",
        one=one,
        row=row(visit, one),
        seller=visit.state.market.parties[one.seller],
        parties=visit.state.market.parties,
        checks=await rows(visit, one),
        least=least,
        rule=rule_words(visit),
        figures=interest_figures(visit.now),
        demo=visit.exchange.settings.demo,
        form=form or {},
        errors=wrong or {},
    )


def _listing(visit: Visit) -> Listing:
    one = visit.state.market.listings.get(visit.part("listing"))
    if one is None:
        raise errors.not_found("listing")
    return one


async def admit(visit: Visit) -> Response:
    """Confirm the checks and publish the notice."""
    visit.needs("operator")
    form, one = visit.form(), _listing(visit)
    try:
        body = _admission(visit, one, form)
    except BadInput as bad:
        return await admission(visit, 422, {bad.field: session_desk.beside(visit.speech, bad)}, form)
    failed = await tried(visit, form, body)
    if failed is None:
        return visit.go("/operator/listings")
    return await admission(visit, failed[0], {"admit": failed[1]}, form)


def _admission(visit: Visit, one: Listing, form: Mapping[str, str]) -> AdmitListing:
    checks = []
    for check in Check:
        outcome = form.get(f"outcome-{check}", "")
        if outcome in ("confirmed", "not_needed"):
            checks.append(Checked(check, outcome, form.get(f"evidence-{check}", "")[:300]))  # type: ignore[arg-type]
    days = form.get("days", "")
    length = None if not days else _count(form, "days", 365) * DAY
    sale: Sale = "agreement" if form.get("sale") == "agreement" else "competition"
    return AdmitListing(
        one.id,
        length,
        tuple(checks),
        sale,
        _offering(form),
        _rehearsal(visit, form),
    )


def _offering(form: Mapping[str, str]) -> Offering | None:
    """The terms for those who register interest; None when no asking price is named."""
    if not form.get("asking"):
        return None
    competition = Competition(
        increment_fen=yuan(form.get("increment", ""), "increment"),
        deposit_fen=yuan(form.get("deposit", ""), "deposit"),
        length=_count(form, "hours", 24 * 90) * HOUR,
    )
    return Offering(
        yuan(form["asking"], "asking"),
        competition,
        _count(form, "cycle", 60),
        _count(form, "extensions", 100),
        _count(form, "min_parties", 100),
    )


def _count(form: Mapping[str, str], field: str, most: int) -> int:
    text = form.get(field, "")
    if not (text.isascii() and text.isdecimal() and len(text) < 5 and int(text) <= most):
        raise BadInput("BAD_VALUE", field, text, f"0–{most}")
    return int(text)


def _rehearsal(visit: Visit, form: Mapping[str, str]) -> bool:
    wanted = form.get("rehearsal") == "yes"
    if wanted and not visit.exchange.settings.demo:
        raise BadInput("REHEARSAL_ONLY", "rehearsal", "yes", "")
    return wanted


async def back(visit: Visit) -> Response:
    """Send a submission back with reasons."""
    visit.needs("operator")
    form, one = visit.form(), _listing(visit)
    failed = await tried(visit, form, lc.ReturnListing(one.id, form.get("reasons", "")[:2000]))
    return (
        visit.go("/operator/listings")
        if failed is None
        else await admission(visit, failed[0], {"reasons": failed[1]}, form)
    )


async def withhold(visit: Visit) -> Response:
    """Hide a listing."""
    visit.needs("operator")
    form, one = visit.form(), _listing(visit)
    return await _hiding(visit, form, lc.WithholdListing(one.id, form.get("reasons", "")[:2000]))


async def restore(visit: Visit) -> Response:
    """Show a hidden listing again."""
    visit.needs("operator")
    form, one = visit.form(), _listing(visit)
    try:
        await may_be_restored(visit.exchange, one.id)
    except errors.Failure as failed:
        told = {"withhold": sentence(visit.speech, failed.problem.code)}
        return await admission(visit, failed.problem.status, told, form)
    return await _hiding(visit, form, lc.RestoreListing(one.id, form.get("reasons", "")[:2000]))


async def _hiding(visit: Visit, form: Mapping[str, str], body: Body) -> Response:
    failed = await tried(visit, form, body)
    if failed is None:
        return visit.go(f"/operator/listings/{visit.part('listing')}")
    return await admission(visit, failed[0], {"withhold": failed[1]}, form)


async def ruling(visit: Visit) -> Response:
    """Decide an objection."""
    form, id_ = visit.form(), visit.part("objection")
    decision = form.get("decision", "")
    if decision not in ("dismissed", "returned", "withdrawn"):
        return await desk(visit, 422, {id_: visit.speech.text("Please fill this in.")})
    body = lc.DecideObjection(id_, decision, form.get("reasons", "")[:2000])  # type: ignore[arg-type]
    return await _step(visit, form, body, id_)


async def disqualify(visit: Visit) -> Response:
    """Find a party not qualified."""
    form, one = visit.form(), _listing(visit)
    party = visit.part("party")
    failed = await tried(visit, form, lc.RefuseInterest(one.id, party, form.get("reasons", "")[:2000]))
    if failed is None:
        return visit.go(f"/operator/listings/{one.id}")
    return await admission(visit, failed[0], {f"party-{party}": failed[1]}, form)


async def _step(visit: Visit, form: Mapping[str, str], body: Body, about: str) -> Response:
    visit.needs("operator")
    failed = await tried(visit, form, body)
    return (
        visit.go("/operator/listings") if failed is None else await desk(visit, failed[0], {about: failed[1]})
    )


ROUTES: list[Route] = [
    page("/operator/listings", desk),
    page("/operator/listings/{listing}", admission),
    page("/operator/listings/{listing}/admission", admit, "POST"),
    page("/operator/listings/{listing}/return", back, "POST"),
    page("/operator/listings/{listing}/withholding", withhold, "POST"),
    page("/operator/listings/{listing}/restoration", restore, "POST"),
    page("/operator/listings/{listing}/interest/{party}", disqualify, "POST"),
    page("/operator/objections/{objection}", ruling, "POST"),
    *session_desk.ROUTES,
]
