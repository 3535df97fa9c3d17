"""My desk: the lots, deposits, trades and contracts of the caller's organisation, and what waits for it."""

from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from settlement.state import Contract, ContractState, Deposit, DepositState, Trade
from web import errors
from web.pages.challenges import waiting_milestones
from web.pages.lots import summary, you
from web.pages.negotiations import waiting
from web.pages.questions import waiting_questions
from web.pages.shell import Visit, page
from web.pages.stages import stage_now
from web.pages.trials import waiting_trials
from web.withheld import title_of

LOTS_SHOWN = 40
TRADES_SHOWN = 100
DEPOSITS_SHOWN = 100
ENDED = (DepositState.RELEASED, DepositState.APPLIED)


async def desk(visit: Visit) -> Response:
    """The page."""
    party = visit.principal.party
    if party is None:
        raise errors.failure(403, "FORBIDDEN", "this page is for organisations that trade")
    state = visit.state
    deposits = [one for one in state.settlement.deposits.values() if one.party == party]
    trades = [one for one in state.settlement.trades.values() if one.side_of(party)]
    facts = state.market.parties.get(party)
    return visit.render(
        "desk.html",
        organisation=facts.name if facts else party,
        to_do=to_do(visit, party, deposits, trades),
        lots=_lots(visit, party),
        priority_notices=_notices(visit, party),
        deposits=[one for one in reversed(deposits) if one.state not in ENDED],
        deposits_ended=[one for one in reversed(deposits) if one.state in ENDED][:DEPOSITS_SHOWN],
        trades=[trade_row(visit, party, trade) for trade in reversed(trades[-TRADES_SHOWN:])],
        listings=[one for one in state.market.listings.values() if one.seller == party],
    )


def _lots(visit: Visit, party: str) -> list[dict[str, Any]]:
    """Lots the organisation entered or sells: the live ones first, then the newest."""
    market = visit.state.market
    entered = [lot for (lot, one) in market.codes if one == party]
    sold = [
        placed.lot for placed in market.lot_plans.values() if market.listings[placed.listing].seller == party
    ]
    rows = []
    for lot in dict.fromkeys([*reversed(entered), *reversed(sold)]):
        own = you(visit.state, lot, visit.principal)
        rows.append({**summary(visit.exchange, lot, visit.now), "standing": own.kind, "code": own.code})
    return sorted(rows, key=lambda row: row["closed_at"] is not None)[:LOTS_SHOWN]


def _notices(visit: Visit, party: str) -> list[tuple[str, str, int, bool]]:
    """The lots, not ended yet, on which the organisation was told of its right of first refusal."""
    state = visit.state
    told = [(lot, known) for (lot, one), known in state.market.priority_notices.items() if one == party]
    return [
        (
            lot,
            title_of(state.market.listings[state.market.lot_plans[lot].listing]),
            state.lots[lot].opens_at,
            known,
        )
        for lot, known in told
        if state.lots[lot].closed_at is None
    ]


def trade_row(visit: Visit, party: str, trade: Trade) -> dict[str, Any]:
    state = visit.state.settlement
    contract = state.contracts.get(trade.contract or "")
    registration = state.registrations.get(trade.registration or "")
    payment = state.payments.get(trade.payment or "")
    return {
        "id": trade.id,
        "title": trade.subject.title,
        "side": trade.side_of(party),
        "contract": contract,
        "price_fen": trade.price_fen,
        "stage": stage_now(
            trade,
            str(contract.state) if contract else None,
            str(registration.state) if registration else None,
            bool(payment and payment.paid_on),
        ),
    }


def to_do(visit: Visit, party: str, deposits: list[Deposit], trades: list[Trade]) -> list[tuple[str, str]]:
    """What waits for the organisation: deposits to pay, contracts to sign, prices due, elections to state."""
    s, state = visit.speech, visit.state.settlement
    tasks = [
        (
            s.text("Pay the deposit for %(lot)s: %(amount)s", lot=one.lot, amount=s.money(one.amount_fen)),
            f"/lots/{one.lot}",
        )
        for one in deposits
        if one.state is DepositState.CALLED and visit.state.lots[one.lot].closed_at is None
    ]
    tasks += _offers(visit, party)
    tasks += waiting(visit, party)
    tasks += waiting_trials(visit, party)
    tasks += waiting_questions(visit)
    for trade in trades:
        tasks += waiting_milestones(visit, party, trade)
        contract = state.contracts.get(trade.contract or "")
        if contract and _signs(contract, party):
            tasks.append((s.text("Sign the contract %(id)s", id=contract.id), f"/contracts/{contract.id}"))
        owed = state.obligations.get(trade.obligation or "")
        if owed and owed.debtor == party and not owed.met and not owed.cancelled:
            text = s.text(
                "Pay %(amount)s for %(id)s by %(day)s",
                amount=s.money(owed.missing_fen),
                id=trade.id,
                day=s.day(owed.due_on),
            )
            tasks.append((text, f"/trades/{trade.id}"))
        if contract and trade.side_of(party) not in trade.elected and not trade.election:
            tasks.append((s.text("Say which side claims for %(id)s", id=trade.id), f"/trades/{trade.id}"))
    return tasks


def _offers(visit: Visit, party: str) -> list[tuple[str, str]]:
    """Lots whose winner has not paid, which the organisation may have at its own bid."""
    s = visit.speech
    return [
        (
            s.text(
                "Answer by %(time)s whether you take %(lot)s for %(amount)s",
                time=s.time(offer.until),
                lot=lot,
                amount=s.money(offer.price_fen),
            ),
            f"/lots/{lot}/second-best",
        )
        for lot, offer in visit.state.market.offers.items()
        if offer.party == party and offer.accepted is None and visit.now <= offer.until
    ]


def _signs(contract: Contract, party: str) -> bool:
    signed = any(signature.party == party for signature in contract.signatures)
    return contract.state is ContractState.DRAFTED and not signed


ROUTES: list[Route] = [page("/desk", desk)]
