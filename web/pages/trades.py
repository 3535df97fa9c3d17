"""What follows from a trade: its stages and its contract. To strangers none of it exists."""

from collections.abc import Mapping

from starlette.responses import Response
from starlette.routing import Route

from exchange.registers.signing_keys import SigningKey
from settlement import commands as sc
from settlement.state import Contract, ContractState, Signature, Trade
from web import errors
from web.api_trades import may_see
from web.pages.negotiation import negotiation
from web.pages.rule_conflicts import conflicts_of
from web.pages.shell import Visit, page, sentence
from web.pages.stages import by_agreement, stages_of
from web.pages.trade_money import money_of
from web.signing import signed, stands


def visible_trade(visit: Visit, id_: str) -> Trade:
    """The trade, if there is one that the caller may see; 404 otherwise."""
    trade = visit.state.settlement.trades.get(id_)
    if trade is None or not may_see(visit.principal, trade):
        raise errors.not_found("trade")
    return trade


def side_of(visit: Visit, trade: Trade) -> sc.Side | None:
    """The side on which the caller stands."""
    party = visit.principal.party
    return trade.side_of(party) if party else None


async def trade_page(
    visit: Visit,
    status: int = 200,
    wrong: Mapping[str, str] | None = None,
    said: Mapping[str, str] | None = None,
) -> Response:
    """A sale and every step of it; `said` is a plan of payment that was refused."""
    trade = visible_trade(visit, visit.part("trade"))
    state = visit.state.settlement
    return visit.render(
        "trade.html",
        status,
        f"/trades/{trade.id}",
        trade=trade,
        agreed=by_agreement(trade),
        side=side_of(visit, trade),
        contract=state.contracts.get(trade.contract or ""),
        registration=state.registrations.get(trade.registration or ""),
        **money_of(visit, trade, said),
        claims=[state.claims[id_] for id_ in trade.claims],
        paid=_is_paid(visit, trade),
        conflicts=conflicts_of(visit, trade),
        stages=await stages_of(visit, trade),
        errors=wrong or {},
    )


# The contract


def _contract(visit: Visit) -> tuple[Contract, Trade]:
    contract = visit.state.settlement.contracts.get(visit.part("contract"))
    if contract is None:
        _ = visit.principal
        raise errors.not_found("contract")
    return contract, visible_trade(visit, contract.trade)


async def contract_page(
    visit: Visit, status: int = 200, wrong: Mapping[str, str] | None = None, typed: str = ""
) -> Response:
    """The text, its digest, who signed it; `typed` are the words of a proposal that was refused."""
    contract, trade = _contract(visit)
    side = side_of(visit, trade)
    given = {signature.side: signature for signature in contract.signatures}
    sides: tuple[sc.Side, ...] = ("seller", "buyer")
    return visit.render(
        "contract.html",
        status,
        f"/contracts/{contract.id}",
        contract=contract,
        trade=trade,
        signatures=[_shown(contract, trade.party(one).name, given.get(one)) for one in sides],
        keys=await _keys(visit, side),
        party=trade.party(side).name if side else "",
        may_sign=side is not None and side not in given and contract.state is ContractState.DRAFTED,
        **negotiation(contract, trade, side is not None, visit.request.query_params.get("clause", ""), typed),
        errors=wrong or {},
    )


def _shown(contract: Contract, name: str, signature: Signature | None) -> tuple[str, Signature | None, bool]:
    """A party, its signature, and whether one made by key stands when checked again."""
    return name, signature, signature is not None and bool(signature.key_id) and stands(contract, signature)


async def _keys(visit: Visit, side: sc.Side | None) -> list[SigningKey]:
    """The caller's keys that may sign."""
    if side is None:
        return []
    keys = await visit.exchange.registers.signing_keys.list(visit.principal.account)
    return [key for key in keys if key.revoked_at is None]


async def sign(visit: Visit) -> Response:
    """Sign the text that was shown, for one's organisation, by key or by one's account."""
    form = visit.form()
    contract, _ = _contract(visit)
    if form.get("read") != "yes":
        unread = visit.speech.text("Please confirm that you have read the text.")
        return await contract_page(visit, 422, {"read": unread})
    try:
        body = await signed(visit.exchange, visit.principal, contract, form)
    except errors.Failure as wrong:
        problem = wrong.problem
        told = {"digest": sentence(visit.speech, problem.code, problem.detail)}
        return await contract_page(visit, problem.status, told)
    failed = await visit.try_to(form, body)
    if failed is None:
        return visit.go(f"/contracts/{contract.id}")
    return await contract_page(visit, errors.status_of(failed[0]), {"digest": failed[1]})


async def propose(visit: Visit) -> Response:
    """Propose other words for one clause, for one's organisation."""
    form, principal = visit.form(), visit.principal
    contract, _ = _contract(visit)
    change = sc.Change(form.get("clause", ""), form.get("words", ""))
    digest, party = form.get("digest", ""), principal.party or ""
    body = sc.ProposeText(contract.id, party, principal.account, digest, (change,))
    failed = await visit.try_to(form, body)
    if failed is None:
        return visit.go(f"/contracts/{contract.id}#versions")
    return await contract_page(visit, errors.status_of(failed[0]), {"words": failed[1]}, change.text)


def _is_paid(visit: Visit, trade: Trade) -> bool:
    """Whether the contract is registered and the seller has the money, from which claims are counted."""
    payment = visit.state.settlement.payments.get(trade.payment or "")
    registration = visit.state.settlement.registrations.get(trade.registration or "")
    registered = registration is not None and registration.in_force
    return registered and payment is not None and payment.paid_on is not None


ROUTES: list[Route] = [
    page("/trades/{trade}", trade_page),
    page("/contracts/{contract}", contract_page),
    page("/contracts/{contract}/signatures", sign, "POST"),
    page("/contracts/{contract}/versions", propose, "POST"),
]
