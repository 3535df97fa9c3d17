"""Trades and what follows from them, for those whom they concern; to everybody else they do not exist."""

import hashlib
import hmac
from typing import Any, TypeVar

import msgspec
from starlette.responses import Response

from exchange.house.command import Command, Principal
from exchange.house.negotiation_reactions import MECHANISM
from settlement import commands as sc
from settlement import events as se
from settlement.dates import shanghai_date
from settlement.state import Claim, Contract, Obligation, Registration, Settlement, Trade
from web import errors
from web import resources as r
from web.contract_resources import ContractResource, SignatureBody, contract_resource
from web.decisions import decision
from web.routes import Ask, json, not_signed_in
from web.signing import signed, signed_election
from web.views import iso

OVERSEERS = frozenset({"registrar", "operator", "auditor", "funder"})
"""Roles that see every trade."""
SIGNATURE = "luochui-signature"
BANK = Principal("bank-callback", None, frozenset({"bank"}))
"""The bank, when a signature proves it."""

T = TypeVar("T", Contract, Registration, Claim)


def may_see(principal: Principal, trade: Trade) -> bool:
    """Its parties see a trade, and those who register, run, audit or fund."""
    return principal.party in (trade.seller.id, trade.buyer.id) or bool(OVERSEERS & principal.roles)


def _settlement(ask: Ask) -> Settlement:
    return ask.exchange.house.view.settlement


def visible_trade(ask: Ask, id_: str, what: str = "trade") -> Trade:
    """The trade, if there is one that the caller may see; 404 otherwise."""
    trade = _settlement(ask).trades.get(id_)
    if trade is None or not may_see(ask.principal, trade):
        raise errors.not_found(what)
    return trade


def _visible(ask: Ask, found: T | None, what: str) -> T:
    """A contract, registration or claim of a trade that the caller may see; 404 otherwise."""
    if found is None:
        raise errors.not_found(what)
    visible_trade(ask, found.trade, what)
    return found


async def show_trade(ask: Ask) -> r.TradeResource:
    """A sale, and where its settlement stands."""
    trade = visible_trade(ask, ask.path("trade"))
    state = _settlement(ask)
    contract = state.contracts.get(trade.contract or "")
    registration = state.registrations.get(trade.registration or "")
    obligation = state.obligations.get(trade.obligation or "")
    return r.TradeResource(
        trade=trade.id,
        lot=trade.lot,
        title=trade.subject.title,
        mechanism=trade.mechanism,
        price_fen=trade.price_fen,
        hammered_at=iso(trade.hammered_at),
        seller=r.PartyResource(trade.seller.id, trade.seller.name),
        buyer=r.PartyResource(trade.buyer.id, trade.buyer.name),
        obligation=_obligation(obligation) if obligation else None,
        contract_state=contract.state.value if contract else None,
        registration_state=registration.state.value if registration else None,
        registration_number=registration.number if registration else None,
        election=trade.election,
        claims=len(trade.claims),
        failed=trade.failed,
        kept_fen=dict(trade.rescission),
        charges=[_charge(o) for o in state.obligations.values() if o.trade == trade.id and o.kind != "price"],
        links=_links(trade),
    )


def _charge(o: Obligation) -> r.ChargeResource:
    return r.ChargeResource(
        o.id,
        o.kind,
        o.debtor,
        o.creditor,
        o.amount_fen,
        o.received_fen,
        o.due_on,
        o.reference,
        o.met,
        o.cancelled,
    )


def _obligation(owed: Obligation) -> r.ObligationResource:
    return r.ObligationResource(
        owed.id, owed.amount_fen, owed.deposit_fen, owed.received_fen, owed.due_on, owed.reference, owed.met
    )


def _links(trade: Trade) -> dict[str, str]:
    """Where the rest stands; what does not exist yet has no link."""
    base = "/api/v1"
    by_listing = trade.lot == trade.subject.listing
    place = "negotiation" if trade.mechanism == MECHANISM else "listing" if by_listing else "lot"
    links = {
        "self": f"{base}/trades/{trade.id}",
        place: f"{base}/{place}s/{trade.lot}",
        "contract": f"{base}/contracts/{trade.contract}" if trade.contract else "",
        "registration": f"{base}/registrations/{trade.registration}" if trade.registration else "",
        "credits": f"{base}/trades/{trade.id}/credits",
        "claims": f"{base}/trades/{trade.id}/claims",
    }
    return {name: link for name, link in links.items() if link}


async def show_contract(ask: Ask) -> ContractResource:
    """The contract of a trade: text, digest, signatures."""
    found = _visible(ask, _settlement(ask).contracts.get(ask.path("contract")), "contract")
    return contract_resource(found)


async def list_credits(ask: Ask) -> r.CreditPage:
    """The money of a trade, as the bank told of it, with what a person took out of suspense for it."""
    trade = visible_trade(ask, ask.path("trade"))
    state, house = _settlement(ask), ask.exchange.house
    events = [row.event for row in await house.history(f"trade/{trade.id}")]
    money = [
        r.CreditResource(event.credit, event.payer, event.amount_fen, event.credited_on)
        for event in events
        if isinstance(event, se.CreditRecorded)
    ]
    money += await _assigned(ask, trade)
    obligation = state.obligations.get(trade.obligation or "")
    payment = state.payments.get(trade.payment or "")
    return r.CreditPage(
        trade.id, obligation.deposit_fen if obligation else 0, money, payment.paid_on if payment else None
    )


async def _assigned(ask: Ask, trade: Trade) -> list[r.CreditResource]:
    """What was taken out of suspense for what a trade makes due."""
    state = _settlement(ask)
    found = [row.event for row in await ask.exchange.house.history("suspense")]
    own = [
        (event, state.credits[event.credit])
        for event in found
        if isinstance(event, se.SuspenseAssigned)
        and (owed := state.obligations.get(event.target)) is not None
        and owed.trade == trade.id
    ]
    return [
        r.CreditResource(event.credit, told.payer, event.amount_fen, told.credited_on, True)
        for event, told in own
    ]


async def list_claims(ask: Ask) -> r.ClaimPage:
    """The claims of a trade, each with the clause that grants it."""
    trade = visible_trade(ask, ask.path("trade"))
    claims = _settlement(ask).claims
    return r.ClaimPage(trade.id, trade.election, [_claim(claims[id_]) for id_ in trade.claims])


async def show_claim(ask: Ask) -> r.ClaimResource:
    """One claim."""
    return _claim(_visible(ask, _settlement(ask).claims.get(ask.path("claim")), "claim"))


def _claim(claim: Claim) -> r.ClaimResource:
    return r.ClaimResource(
        id=claim.id,
        trade=claim.trade,
        rule=claim.rule,
        claimant=claim.claimant,
        party=claim.party,
        claim_year=claim.claim_year,
        base_fen=claim.base_fen,
        amount_fen=claim.amount_fen,
        document=claim.document,
        clause=claim.clause,
        quote=claim.quote,
        state=claim.state.value,
        approvers=list(claim.approvers),
        paid_on=claim.paid_on,
    )


# Steps


async def sign_contract(ask: Ask) -> Response:
    """Sign a contract for one's organisation, by a registered key or under one's own account."""
    body: SignatureBody = ask.body
    contract = _visible(ask, _settlement(ask).contracts.get(ask.path("contract")), "contract")
    return await _step(ask, await signed(ask.exchange, ask.principal, contract, msgspec.to_builtins(body)))


async def decide_registration(ask: Ask) -> Response:
    """Register a contract under its 16-digit number, or refuse with a reason."""
    body: r.RegisterBody | r.RefuseBody = ask.body
    found = _visible(ask, _settlement(ask).registrations.get(ask.path("registration")), "registration")
    registrar = ask.principal.account
    if isinstance(body, r.RefuseBody):
        return await _step(ask, sc.RefuseRegistration(found.id, registrar, body.reason))
    on = body.registered_on or shanghai_date(ask.exchange.house.clock.now()).isoformat()
    return await _step(ask, sc.RegisterContract(found.id, body.number, registrar, on, body.non_technical_fen))


async def approve_claim(ask: Ask) -> Response:
    """Approve a claim; the second approval, by another person, makes it payable."""
    claim = _visible(ask, _settlement(ask).claims.get(ask.path("claim")), "claim")
    return await _step(ask, sc.ApproveClaim(claim.id, ask.principal.account))


async def elect_claimant(ask: Ask) -> Response:
    """Say which side shall claim; it binds once both parties said the same."""
    body: r.ElectionBody = ask.body
    trade = visible_trade(ask, ask.path("trade"))
    form = {name: text for name, text in msgspec.to_builtins(body).items() if name != "side"}
    return await _step(ask, await signed_election(ask.exchange, ask.principal, trade, body.side, form))


async def _step(ask: Ask, body: Any) -> Response:
    return json(decision(await ask.submit(body)), 201)


# The bank


async def record_credit(ask: Ask) -> Response:
    """The bank tells of money. Told twice, it is recorded once, and the answer is the same.

    Asked by an account with the role `bank`, or by the bank's system with `Luochui-Signature`, the hex
    HMAC-SHA-256 of the body under the shared secret.
    """
    body: r.CreditBody = ask.body
    principal = _bank(ask)
    command = Command(credit_command(body.credit), principal, sc.RecordCredit(*_fields(body)))
    outcome = await ask.exchange.house.submit(command)
    refusal = outcome.refusal
    if refusal is not None and refusal.code != "CREDIT_KNOWN":
        raise errors.Failure(errors.of_refusal(refusal, command.id))
    return json(decision(outcome))


def _fields(body: r.CreditBody) -> tuple[str, str, str, int, str]:
    return body.credit, body.reference, body.payer, body.amount_fen, body.credited_on


def credit_command(credit: str) -> str:
    """The command id of a bank's reference: the bank repeats the credit, not an id of ours."""
    return f"credit-{hashlib.sha256(credit.encode()).hexdigest()[:40]}"


def _bank(ask: Ask) -> Principal:
    """Who tells of money: the bank's signature, or an account; 401 for a signature that is wrong."""
    signature = ask.request.headers.get(SIGNATURE)
    if signature is None or (ask.caller is not None and ask.caller.signed):
        if ask.caller is None:
            raise not_signed_in()
        return ask.principal
    secret = ask.exchange.settings.bank_secret
    if secret is None or not _signed(secret.get_secret_value(), ask.request.state.body, signature):
        raise errors.failure(401, "BAD_SIGNATURE", f"{SIGNATURE} does not fit the body")
    return BANK


def _signed(secret: str, body: bytes, signature: str) -> bool:
    expected = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.strip().lower().encode())
