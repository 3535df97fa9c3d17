"""A broker's clients: who gave a mandate, where they stand, a lot entered and an achievement offered in their name.

Every step names the client; the house asks for the mandate at each, and keeps a broker to one side of a listing
(Civil Code, art. 168).
"""

from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from exchange.market.commands import ApplyEntry, SubmitListing
from exchange.market.mandate_messages import MandateGranted
from exchange.market.mandates import holds
from matching_engine.errors import LuochuiError
from settlement.commands import Subject
from settlement.dates import shanghai_date
from web import errors
from web.api_listings import objection_id, own_achievement
from web.pages.listings import ASSETS, PAPER_LISTS, PAPER_TEXTS, papers_of, tried
from web.pages.shell import Visit, page, sentence
from web.parse import BadInput, yuan
from web.withheld import title_of

OFFERED = 500
Said = dict[str, str]


def mandates_of(visit: Visit) -> list[MandateGranted]:
    """The broker's mandates that are in force today."""
    today = shanghai_date(visit.now)
    return [
        one
        for one in visit.state.market.mandates.values()
        if one.role == "broker" and one.account == visit.principal.account and holds(one, today)
    ]


async def clients(
    visit: Visit, status: int = 200, wrong: Said | None = None, said: Said | None = None
) -> Response:
    """My clients, with their lots and listings, and the two forms."""
    visit.needs("broker")
    mandates = mandates_of(visit)
    market = visit.state.market
    return visit.render(
        "clients.html",
        status,
        "/clients",
        clients=[_client(visit, one) for one in mandates],
        names=[(one.party, market.parties[one.party].name) for one in mandates],
        lots=[
            (id_, title_of(market.listings[market.lot_plans[id_].listing]))
            for id_, lot in visit.state.lots.items()
            if lot.closed_at is None
        ][:OFFERED],
        achievements=await _achievements(visit, [one.party for one in mandates]),
        paper_texts=PAPER_TEXTS,
        paper_lists=PAPER_LISTS,
        assets=ASSETS,
        form=said or {},
        errors=wrong or {},
    )


def _client(visit: Visit, mandate: MandateGranted) -> dict[str, Any]:
    """One client: its mandate, the lots it is entered in, and what it offers."""
    state, party = visit.state, mandate.party
    market = state.market
    entered = []
    for id_, lot in state.lots.items():
        code = market.code_of(id_, party)
        entry = market.entry(id_, code) if code else None
        if code is not None and entry is not None:
            deposit = state.settlement.deposits.get(entry.deposit)
            title = title_of(market.listings[market.lot_plans[id_].listing])
            entered.append({"lot": lot, "title": title, "code": code, "deposit": deposit})
    return {
        "mandate": mandate,
        "name": market.parties[party].name,
        "from": visit.speech.day(mandate.valid_from),
        "until": visit.speech.day(mandate.valid_until)
        if mandate.valid_until
        else visit.speech.text("until revoked"),
        "entries": list(reversed(entered))[:OFFERED],
        "listings": [one for one in market.listings.values() if one.seller == party][:OFFERED],
    }


async def _achievements(visit: Visit, parties: list[str]) -> list[tuple[str, str, str]]:
    """What the clients hold that may be offered: id, title, whose."""
    register, market = visit.exchange.registers.achievements, visit.state.market
    return [
        (row.id, row.title, market.parties[party].name)
        for party in parties
        for row in await register.list(holder=party, limit=OFFERED)
        if row.public
    ]


async def enter(visit: Visit) -> Response:
    """Apply for a client's admission to a lot."""
    visit.needs("broker")
    form = visit.form()
    lot, client = form.get("lot", ""), form.get("client", "")
    wrong = {
        name: sentence(visit.speech, "MISSING_FIELD") for name in ("lot", "client") if not form.get(name)
    }
    if wrong:
        return await clients(visit, 422, wrong, form)
    refused = await visit.try_to(form, ApplyEntry(lot, client))
    if refused is not None:
        return await clients(visit, errors.status_of(refused[0]), {"lot": refused[1]}, form)
    return visit.go(f"/clients#{client}")


async def offer(visit: Visit) -> Response:
    """Offer a client's achievement, as the register has it."""
    visit.needs("broker")
    form, s = visit.form(), visit.speech
    try:
        row = await own_achievement(visit.exchange, visit.principal, form.get("achievement", ""))
        price_fen, papers = yuan(form.get("price", ""), "price"), papers_of(form)
    except BadInput as bad:
        return await clients(visit, 422, {bad.field: sentence(s, bad.code)}, form)
    except LuochuiError as error:
        problem = errors.of_error(error)
        return await clients(visit, 422, {"achievement": sentence(s, problem.code, problem.detail)}, form)
    listing = f"A-{objection_id(visit.principal, form.get('command', ''))[3:]}"
    subject = Subject(listing, row.title, row.abstract, row.field, row.ip_lines)
    body = SubmitListing(listing, row.id, row.digest(), row.holder or "", subject, price_fen, papers)
    failed = await tried(visit, form, body)
    if failed is not None:
        return await clients(visit, failed[0], {"achievement": failed[1]}, form)
    return visit.go(f"/clients#{row.holder}")


ROUTES: list[Route] = [
    page("/clients", clients),
    page("/clients/entries", enter, "POST"),
    page("/clients/listings", offer, "POST"),
]
