"""Open licences over REST: what anybody may take, declarations, the operator's look."""

from typing import Any, cast

import msgspec
from starlette.responses import Response

from exchange.market import licence_messages as m
from exchange.market.licence_state import LicenceState, OpenLicence
from settlement.deal import Payment
from web import errors
from web import resources as r
from web import supply_resources as s
from web.api_market import V1
from web.api_trials import OVERSEERS, act, maybe, page_of
from web.decisions import decision
from web.routes import Ask, Operation, json
from web.views import iso

PUBLIC = (LicenceState.OPEN, LicenceState.WITHDRAWN, LicenceState.LAPSED)
"""States in which anybody may know of a declaration; before that it is its holder's and the operator's."""
_SAME = ("patent", "patent_kind", "granted_on", "fees_paid_until", "expires_on", "fee_fen", "term_months")
_FURTHER = ("territory", "evaluation_report", "small_firm_free", "public_good", "payment_days")


def _sees_all(ask: Ask, one: OpenLicence) -> bool:
    principal = ask.caller.principal if ask.caller else None
    return principal is not None and (one.holder == principal.party or bool(principal.roles & OVERSEERS))


def _may_see(ask: Ask, one: OpenLicence) -> bool:
    withheld = ask.exchange.house.view.market.listings[one.listing].withheld
    return _sees_all(ask, one) or (one.state in PUBLIC and not withheld)


def _seen(ask: Ask) -> OpenLicence:
    one = ask.exchange.house.view.market.open_licences.all.get(ask.path("licence"))
    if one is None or not _may_see(ask, one):
        raise errors.failure(404, "LICENCE_UNKNOWN", "there is no such open licence")
    return one


def _resource(ask: Ask, one: OpenLicence) -> s.LicenceResource:
    listing = ask.exchange.house.view.market.listings[one.listing]
    facts: dict[str, Any] = {name: getattr(one.terms, name) for name in (*_SAME, *_FURTHER)}
    return s.LicenceResource(
        licence=one.id,
        listing=one.listing,
        title=listing.subject.title,
        abstract=listing.subject.abstract,
        holder=_party(ask, one.holder),
        state=one.state,
        payment=cast(dict[str, Any], msgspec.to_builtins(one.terms.payment)),
        declared_at=iso(one.declared_at),
        until=maybe(one.until),
        reasons=one.reasons,
        taken=len(one.taken),
        takers=_takers(ask, one),
        **facts,
    )


def _takers(ask: Ask, one: OpenLicence) -> list[s.TakerResource]:
    """Who took a licence, as far as the caller may know: its holder all, a taker its own."""
    party = ask.caller.principal.party if ask.caller else None
    every = _sees_all(ask, one)
    return [
        s.TakerResource(
            taken.number, _party(ask, taken.taker), taken.fee_fen, taken.free, taken.trade, iso(taken.at)
        )
        for taken in one.taken.values()
        if every or taken.taker == party
    ]


def _party(ask: Ask, id_: str) -> r.PartyResource:
    return r.PartyResource(id_, ask.exchange.house.view.market.parties[id_].name)


async def list_licences(ask: Ask) -> s.LicencePage:
    """Open licences that the caller may know of, the newest first."""
    query: s.SupplyQuery = ask.query
    every = reversed(ask.exchange.house.view.market.open_licences.all.values())
    shown, after = page_of((one for one in every if _may_see(ask, one)), query)
    return s.LicencePage([_resource(ask, one) for one in shown], after)


async def show_licence(ask: Ask) -> s.LicenceResource:
    """One open licence: the patent, the terms, and how many took one."""
    return _resource(ask, _seen(ask))


async def declare_licence(ask: Ask) -> Response:
    """Declare that anybody may have a licence at these terms; the operator looks at it before it is published."""
    body: s.LicenceBody = ask.body
    facts = {name: getattr(body.terms, name) for name in body.terms.__struct_fields__}
    payment = msgspec.convert(msgspec.to_builtins(body.terms.payment), Payment)
    terms = m.LicenceTerms(**{**facts, "payment": payment})
    command = m.DeclareOpenLicence(body.listing, ask.principal.party or "", terms)
    return json(decision(await ask.submit(command)), 201, {"location": f"{V1}/open-licences"})


async def take_licence(ask: Ask) -> r.Decision:
    """Take a licence at the fee that was seen: the contract follows by itself (patent law, art. 51)."""
    body: s.TakerBody = ask.body
    licence, party = ask.path("licence"), ask.principal.party or ""
    return decision(await ask.submit(m.TakeOpenLicence(licence, party, body.fee_fen, body.small_firm)))


async def review_licence(ask: Ask) -> r.Decision:
    """Publish a declaration after a look at the register of patents, or send it back with reasons."""
    licence = ask.path("licence")
    if isinstance(ask.body, s.PublishReview):
        return decision(await ask.submit(m.PublishOpenLicence(licence, ask.body.evidence)))
    return decision(await ask.submit(m.ReturnOpenLicence(licence, ask.body.reasons)))


async def withdraw_licence(ask: Ask) -> r.Decision:
    """Take the own declaration back; licences given before stay (patent law, art. 50)."""
    body: s.ReasonsBody = ask.body
    command = m.WithdrawOpenLicence(ask.path("licence"), ask.principal.party or "", body.reasons)
    return decision(await ask.submit(command))


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "GET",
        f"{V1}/open-licences",
        list_licences,
        "Open licences",
        "supply",
        s.LicencePage,
        query=s.SupplyQuery,
        signed_in=False,
    ),
    act("open-licences", declare_licence, "Declare an open licence", s.LicenceBody),
    Operation(
        "GET",
        f"{V1}/open-licences/{{licence}}",
        show_licence,
        "An open licence",
        "supply",
        s.LicenceResource,
        signed_in=False,
        errors=(404,),
    ),
    act("open-licences/{licence}/takers", take_licence, "Take an open licence", s.TakerBody),
    act("open-licences/{licence}/review", review_licence, "Look at a declaration", s.AnyReview),
    act("open-licences/{licence}/withdrawal", withdraw_licence, "Take a declaration back", s.ReasonsBody),
)
