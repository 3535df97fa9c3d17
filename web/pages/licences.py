"""Open licences: what anybody may take with one word, the public-good catalogue, declarations and the operator's look."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from exchange.market import licence_messages as m
from exchange.market.licence_state import LicenceState, OpenLicence
from exchange.market.state import ListingState
from settlement.deal import Payment
from web import errors
from web.pages.negotiations import number
from web.pages.shell import Visit, page, sentence
from web.parse import BadInput, yuan

SHOWN = 200
PATENT_KINDS: tuple[m.PatentKind, ...] = ("invention", "utility_model", "design")


async def licences(
    visit: Visit,
    status: int = 200,
    wrong: Mapping[str, str] | None = None,
    said: Mapping[str, str] | None = None,
) -> Response:
    """What is open; for a seller its own declarations, for the operator those that wait."""
    principal = visit.caller.principal if visit.caller else None
    market = visit.state.market
    roles, party = (principal.roles, principal.party) if principal else (frozenset[str](), None)
    everything = [
        one
        for one in reversed(market.open_licences.all.values())
        if not market.listings[one.listing].withheld
    ]
    own = [one for one in everything if party is not None and one.holder == party]
    listings = [
        one for one in market.listings.values() if one.seller == party and one.state is ListingState.TRADABLE
    ]
    return visit.render(
        "licences.html",
        status,
        "/licences",
        open=[_row(visit, one) for one in everything if one.state is LicenceState.OPEN][:SHOWN],
        own=[_row(visit, one) for one in own][:SHOWN],
        waiting=[_row(visit, one) for one in everything if one.state is LicenceState.DECLARED]
        if "operator" in roles
        else [],
        listings=listings if party is not None and "seller" in roles else [],
        party=party,
        bids="bidder" in roles,
        kinds=[(kind, visit.speech.code("patent_kind", kind)) for kind in PATENT_KINDS],
        said=said or {},
        errors=wrong or {},
    )


def _row(visit: Visit, one: OpenLicence) -> dict[str, Any]:
    market = visit.state.market
    party = visit.caller.principal.party if visit.caller else None
    mine = one.taken.get(party or "")
    return {
        "licence": one,
        "title": market.listings[one.listing].subject.title,
        "abstract": market.listings[one.listing].subject.abstract,
        "holder": market.parties[one.holder].name,
        "mine": mine,
        "takers": [(market.parties[taken.taker].name, taken) for taken in one.taken.values()]
        if party == one.holder
        else [],
    }


async def declare(visit: Visit) -> Response:
    """Declare an open licence by form."""
    form = visit.form()
    try:
        terms = _terms(form)
    except BadInput as bad:
        return await licences(
            visit, bad.status, {bad.field: sentence(visit.speech, bad.code, str(bad))}, form
        )
    body = m.DeclareOpenLicence(form.get("listing", ""), visit.principal.party or "", terms)
    outcome = await visit.ask(form, body)
    if outcome.refusal is not None:
        told = sentence(visit.speech, outcome.refusal.code)
        wrong = {"listing": f"{told} {outcome.refusal.detail or ''}".strip()}
        return await licences(visit, errors.status_of(outcome.refusal.code), wrong, form)
    return visit.go("/licences#own")


def _terms(form: Mapping[str, str]) -> m.LicenceTerms:
    kind = form.get("patent_kind", "")
    if kind not in PATENT_KINDS:
        raise BadInput("BAD_VALUE", "patent_kind", kind, " ".join(PATENT_KINDS))
    public_good = form.get("public_good") == "yes"
    return m.LicenceTerms(
        patent=form.get("patent", ""),
        patent_kind=kind,
        granted_on=form.get("granted_on", ""),
        fees_paid_until=form.get("fees_paid_until", ""),
        expires_on=form.get("expires_on", ""),
        fee_fen=0 if public_good else yuan(form.get("fee", ""), "fee"),
        payment=Payment(),
        term_months=number(form["term_months"], "term_months") if "term_months" in form else None,
        territory=form.get("territory", ""),
        evaluation_report=form.get("evaluation_report", ""),
        pledge=form.get("pledge", ""),
        pledge_consent=form.get("pledge_consent", ""),
        small_firm_free=form.get("small_firm_free") == "yes",
        public_good=public_good,
    )


async def take(visit: Visit) -> Response:
    """One click: the licence is given at the fee that stood on the page."""
    form, id_ = visit.form(), visit.part("licence")
    fee = form.get("fee_fen", "")
    if not (fee.isascii() and fee.isdecimal() and len(fee) < 17):
        raise BadInput("BAD_VALUE", "fee_fen", fee, "the fee of the page in fen")
    body = m.TakeOpenLicence(id_, visit.principal.party or "", int(fee), form.get("small_firm") == "yes")
    return await _step(visit, form, id_, body)


async def withdraw(visit: Visit) -> Response:
    """The holder takes its declaration back."""
    form, id_ = visit.form(), visit.part("licence")
    body = m.WithdrawOpenLicence(id_, visit.principal.party or "", form.get("reasons", ""))
    return await _step(visit, form, id_, body)


async def look(visit: Visit) -> Response:
    """The operator publishes a declaration or sends it back."""
    form, id_ = visit.form(), visit.part("licence")
    words = form.get("words", "")
    body: m.LicenceCommand = (
        m.PublishOpenLicence(id_, words) if form.get("publish") == "yes" else m.ReturnOpenLicence(id_, words)
    )
    return await _step(visit, form, id_, body)


async def _step(visit: Visit, form: Mapping[str, str], id_: str, body: m.LicenceCommand) -> Response:
    refused = await visit.try_to(form, body)
    if refused is not None:
        return await licences(visit, errors.status_of(refused[0]), {id_: refused[1]})
    return visit.go("/licences")


async def export(visit: Visit) -> Response:
    """The register of open licences as CSV: what anybody may know of it."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(
        (
            "licence",
            "title",
            "holder",
            "patent",
            "kind",
            "fee",
            "small_firm_free",
            "public_good",
            "state",
            "taken",
        )
    )
    for one in visit.state.market.open_licences.all.values():
        hidden = visit.state.market.listings[one.listing].withheld
        if hidden or one.state in (LicenceState.DECLARED, LicenceState.RETURNED):
            continue
        row = _row(visit, one)
        terms = one.terms
        fee = f"{terms.fee_fen // 100}.{terms.fee_fen % 100:02d}"
        table.writerow(
            [
                _plain(text)
                for text in (
                    one.id,
                    row["title"],
                    row["holder"],
                    terms.patent,
                    terms.patent_kind,
                    fee,
                    str(terms.small_firm_free).lower(),
                    str(terms.public_good).lower(),
                    one.state.value,
                    str(len(one.taken)),
                )
            ]
        )
    headers = {"content-disposition": 'attachment; filename="open-licences.csv"'}
    return Response("\ufeff" + out.getvalue(), 200, headers, "text/csv; charset=utf-8")


def _plain(text: str) -> str:
    """A cell that no table program takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text


ROUTES: list[Route] = [
    page("/licences", licences),
    page("/licences", declare, "POST"),
    page("/licences.csv", export),
    page("/licences/{licence}/taken", take, "POST"),
    page("/licences/{licence}/withdrawal", withdraw, "POST"),
    page("/licences/{licence}/look", look, "POST"),
]
