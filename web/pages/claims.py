"""Claims of trades: the election that both parties sign, each claim with its sum, approvals, dossier, the specialist."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from exchange.registers.signing_keys import SigningKey
from settlement import commands as sc
from settlement.claim_steps import missing_for_claims
from settlement.dates import shanghai_date
from settlement.election import election_digest, election_id, election_text
from settlement.missing_papers import missing_papers
from settlement.refusals import Refusal
from settlement.specialist import NAME_MAX
from settlement.specialist_messages import DeclareSpecialist
from settlement.state import Claim, Trade
from settlement.trade_tax import tax_lines
from web import errors
from web.api_claims import dossier_of, may_read
from web.documents.election_record import election_records, election_stands
from web.documents.page import to_html
from web.pages.rule_conflicts import conflicts_of
from web.pages.shell import Visit, page, sentence
from web.pages.trades import side_of, trade_page, visible_trade
from web.parse import BadInput
from web.signing import signed_election

SIDES: tuple[sc.Side, ...] = ("buyer", "seller")


# The election


def _side(text: str | None) -> sc.Side:
    for side in SIDES:
        if side == text:
            return side
    raise BadInput("BAD_VALUE", "side", text, "seller or buyer")


async def elect(visit: Visit) -> Response:
    """Say which side shall claim, by key or by one's account."""
    form, trade = visit.form(), visible_trade(visit, visit.part("trade"))
    side = _side(form.get("side"))
    on_claims = form.get("back") == "claims"
    try:
        body = await signed_election(visit.exchange, visit.principal, trade, side, form)
    except errors.Failure as wrong:
        problem = wrong.problem
        said = {"side": sentence(visit.speech, problem.code, problem.detail)}
        return await _of_trade(visit, trade, problem.status, said)
    failed = await visit.try_to(form, body)
    if failed is None:
        return visit.go(f"/trades/{trade.id}/claims" if on_claims else f"/trades/{trade.id}")
    status, said = errors.status_of(failed[0]), {"side": failed[1]}
    return await (_of_trade(visit, trade, status, said) if on_claims else trade_page(visit, status, said))


async def election_page(visit: Visit) -> Response:
    """The election's text for one side, with the words given under it, to read and print."""
    trade, side = visible_trade(visit, visit.part("trade")), _side(visit.part("side"))
    return HTMLResponse(to_html(election_text(trade, side), election_records(trade)))


async def _keys(visit: Visit, side: sc.Side | None) -> list[SigningKey]:
    if side is None:
        return []
    keys = await visit.exchange.registers.signing_keys.list(visit.principal.account)
    return [key for key in keys if key.revoked_at is None]


# The pages


async def claims_of_trade(visit: Visit) -> Response:
    """The claims of one trade, with the election."""
    return await _of_trade(visit, visible_trade(visit, visit.part("trade")))


async def _of_trade(
    visit: Visit, trade: Trade, status: int = 200, wrong: Mapping[str, str] | None = None
) -> Response:
    side = side_of(visit, trade)
    heading = visit.speech.text("Claims of %(trade)s", trade=trade.id)
    claims = [visit.state.settlement.claims[id_] for id_ in trade.claims]
    digests = {one: election_digest(trade, one) for one in SIDES}
    more = {"keys": await _keys(visit, side), "digests": digests, "election_id": election_id(trade.id)}
    return _claims(visit, heading, claims, trade, status, wrong, **more)


async def claims_desk(visit: Visit) -> Response:
    """Every claim, for those who approve: what waits first."""
    visit.needs("funder")
    claims = sorted(visit.state.settlement.claims.values(), key=lambda claim: len(claim.approvers) > 1)
    return _claims(visit, visit.speech.text("Claims"), claims)


def _claims(
    visit: Visit,
    heading: str,
    claims: list[Claim],
    trade: Trade | None = None,
    status: int = 200,
    wrong: Mapping[str, str] | None = None,
    **more: Any,
) -> Response:
    state = visit.state.settlement
    stands = {side: election_stands(trade, one) for side, one in trade.elections.items()} if trade else {}
    return visit.render(
        "claims.html",
        status,
        f"/trades/{trade.id}/claims" if trade else "/claims",
        heading=heading,
        trade=trade,
        side=side_of(visit, trade) if trade else None,
        claims=[_claim(visit, claim) for claim in claims],
        paid=trade is not None and missing_for_claims(state, trade) in (None, Refusal.ELECTION_MISSING),
        conflicts=conflicts_of(visit, trade) if trade else [],
        taxes=tax_lines(state, trade) if trade else (),
        tax_notes=TAX_NOTES,
        key_stands=stands,
        name_max=NAME_MAX,
        today=shanghai_date(visit.now).isoformat(),
        errors=wrong or {},
        **{"keys": [], "digests": {}, "election_id": "", **more},
    )


TAX_NOTES = {"CN/VAT-TECH": "vat", "CN/CIT-TECH-TRANSFER": "cit"}
"""What a reader has to know of a tax rule beside its line."""


def _claim(visit: Visit, claim: Claim) -> dict[str, Any]:
    principal, state = visit.principal, visit.state.settlement
    trade = state.trades[claim.trade]
    waits = len(claim.approvers) < 2 and principal.account not in claim.approvers
    rule = state.rulebook.find(claim.rule)
    outdated = rule is None or not rule.in_force(claim.claim_year)
    shares = (
        claim.claimant == "buyer" and principal.party == claim.party and claim.id not in state.specialists
    )
    return {
        **{name: getattr(claim, name) for name in claim.__slots__},
        "party_name": trade.party(claim.claimant).name,
        "may_approve": "funder" in principal.roles and waits,
        "may_read": may_read(principal, claim),
        "papers": missing_papers(state, claim) if may_read(principal, claim) else (),
        "share": state.specialists.get(claim.id),
        "may_share": shares,
        "outdated": outdated,
    }


# Steps


async def approve(visit: Visit) -> Response:
    """One official's approval; the second one, by another person, makes the claim payable."""
    form, principal = visit.form(), visit.needs("funder")
    claim = visit.state.settlement.claims.get(visit.part("claim"))
    if claim is None:
        raise errors.not_found("claim")
    failed = await visit.try_to(form, sc.ApproveClaim(claim.id, principal.account))
    if failed is None:
        return visit.go(f"/claims#{claim.id}")
    status, wrong = errors.status_of(failed[0]), {claim.id: failed[1]}
    return _claims(visit, visit.speech.text("Claims"), [claim], None, status, wrong)


async def share(visit: Visit) -> Response:
    """The enterprise says that it shares with its specialist."""
    form, principal = visit.form(), visit.principal
    claim = visit.state.settlement.claims.get(visit.part("claim"))
    if claim is None or not may_read(principal, claim):
        raise errors.not_found("claim")
    name, day = form.get("specialist", ""), form.get("agreed_on", "")
    body = DeclareSpecialist(claim.id, principal.party or "", principal.account, name, day)
    failed = await visit.try_to(form, body)
    if failed is None:
        return visit.go(f"/trades/{claim.trade}/claims#{claim.id}")
    trade = visible_trade(visit, claim.trade)
    return await _of_trade(visit, trade, errors.status_of(failed[0]), {f"share-{claim.id}": failed[1]})


async def claim_dossier(visit: Visit) -> Response:
    """The claim's dossier as a ZIP."""
    return dossier_of(visit.principal, visit.state.settlement, visit.part("claim"))


ROUTES: list[Route] = [
    page("/trades/{trade}/election", elect, "POST"),
    page("/trades/{trade}/election-{side}.html", election_page),
    page("/trades/{trade}/claims", claims_of_trade),
    page("/claims", claims_desk),
    page("/claims/{claim}/approvals", approve, "POST"),
    page("/claims/{claim}/specialist", share, "POST"),
    page("/claims/{claim}/dossier.zip", claim_dossier),
]
