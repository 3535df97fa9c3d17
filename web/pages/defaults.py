"""Forms of a trade's money: instalments, the buyer's default, the offer to the runner-up and its answer, the re-auction."""

from collections.abc import Mapping

from starlette.responses import Response
from starlette.routing import Route

from exchange.house.command import Body
from exchange.market import commands as mc
from exchange.market.resale import LOWER_MAX_PERCENT, runner_up
from exchange.market.state import Offer
from matching_engine.lot import Lot
from matching_engine.terms import HOUR
from settlement import commands as sc
from settlement.dates import parse_date
from settlement.default import COMMISSION_MAX
from settlement.instalments import next_due
from settlement.state import Trade
from web import errors
from web.pages.shell import Visit, page, sentence
from web.pages.trade_money import ROWS_MAX, failing
from web.pages.trades import trade_page, visible_trade
from web.parse import BadInput, yuan

HOURS_MAX = 720


def _for_operator(visit: Visit) -> Trade:
    visit.needs("operator")
    return visible_trade(visit, visit.part("trade"))


# Instalments


async def agree(visit: Visit) -> Response:
    """Record the parts in which the parties agreed to have the price paid."""
    form, trade = visit.form(), _for_operator(visit)
    parts, wrong = _parts(visit, form)
    owed = visit.state.settlement.obligation_of(trade.id)
    total_fen = sum(part.amount_fen for part in parts)
    if not wrong and total_fen != owed.amount_fen:
        s = visit.speech
        made, price = s.money(total_fen), s.money(owed.amount_fen)
        wrong["plan"] = s.text("The parts make %(made)s, the price is %(price)s.", made=made, price=price)
    if wrong:
        return await trade_page(visit, 422, wrong, form)
    return await _step(visit, form, sc.AgreeInstalments(trade.id, tuple(parts)), trade, "plan")


def _parts(visit: Visit, form: Mapping[str, str]) -> tuple[list[sc.Part], dict[str, str]]:
    """The parts that were typed, and what is wrong, each beside its field; rows without anything are passed over."""
    s, parts, wrong = visit.speech, [], {}
    for place in range(ROWS_MAX):
        day, amount = form.get(f"due_on-{place}", ""), form.get(f"amount-{place}", "")
        if not day and not amount:
            continue
        if parse_date(day) is None:
            wrong[f"due_on-{place}"] = s.text("A date, please.")
        try:
            parts.append(sc.Part(day, yuan(amount, f"amount-{place}")))
        except BadInput as bad:
            wrong[bad.field] = sentence(s, bad.code)
    return parts, wrong


# A default


def _floor_fen(lot: Lot) -> int | None:
    """The lowest opening price of a re-auction; None where the lowest offer wins."""
    if lot.terms.direction != "sell":
        return None
    return -(-lot.terms.opening_price_fen * (100 - LOWER_MAX_PERCENT) // 100)


async def default_page(
    visit: Visit,
    status: int = 200,
    wrong: Mapping[str, str] | None = None,
    said: Mapping[str, str] | None = None,
) -> Response:
    """What declaring the default will do, figure by figure, before anybody declares it."""
    trade = _for_operator(visit)
    figures = failing(visit, trade)
    lot = visit.state.lots.get(trade.lot)
    return visit.render(
        "default.html",
        status,
        f"/trades/{trade.id}/default",
        trade=trade,
        owed=visit.state.settlement.obligation_of(trade.id),
        due_on=next_due(visit.state.settlement.obligation_of(trade.id)),
        figures=figures,
        next_best=runner_up(visit.state.market, lot) if lot else None,
        floor_fen=_floor_fen(lot) if lot else None,
        commission_max_fen=int(trade.price_fen * COMMISSION_MAX),
        errors=wrong or {},
        said=said or {},
    )


def _commission(text: str, field: str) -> int | None:
    """An agreed commission; None, left empty, is what the sale's own came to."""
    if not text:
        return None
    return 0 if text in ("0", "0.0", "0.00") else yuan(text, field)


async def declare(visit: Visit) -> Response:
    """Declare the default, once the figures were seen."""
    form, trade = visit.form(), _for_operator(visit)
    fens: dict[str, int | None] = {}
    wrong: dict[str, str] = {}
    for side in ("buyer", "seller"):
        field = f"{side}_commission"
        try:
            fens[side] = _commission(form.get(field, ""), field)
        except BadInput as bad:
            wrong[field] = sentence(visit.speech, bad.code)
    if form.get("seen") != "yes":
        wrong["seen"] = visit.speech.text("Please confirm that you have seen what follows.")
    if wrong:
        return await default_page(visit, 422, wrong, form)
    failed = await visit.try_to(form, sc.DeclareDefault(trade.id, fens["buyer"], fens["seller"]))
    if failed is None:
        return visit.go(f"/trades/{trade.id}")
    field = "buyer_commission" if failed[0] == "DEFAULT_COMMISSION" else "seen"
    return await default_page(visit, errors.status_of(failed[0]), {field: failed[1]}, form)


async def offer(visit: Visit) -> Response:
    """Offer the lot to the runner-up at its own bid, for some hours."""
    form, trade = visit.form(), _for_operator(visit)
    hours = form.get("hours", "")
    if not (hours.isascii() and hours.isdecimal() and len(hours) < 4 and 1 <= int(hours) <= HOURS_MAX):
        wrong = {"hours": visit.speech.text("1 to %(most)s hours, please.", most=HOURS_MAX)}
        return await trade_page(visit, 422, wrong)
    return await _step(visit, form, mc.OfferSecondBest(trade.lot, int(hours) * HOUR), trade, "hours")


async def reopen(visit: Visit) -> Response:
    """Put the listing up again: it may be placed in another session."""
    form, trade = visit.form(), _for_operator(visit)
    return await _step(visit, form, mc.ReopenListing(trade.subject.listing), trade, "reopen")


async def _step(visit: Visit, form: Mapping[str, str], body: Body, trade: Trade, field: str) -> Response:
    failed = await visit.try_to(form, body)
    if failed is None:
        return visit.go(f"/trades/{trade.id}#money")
    said = form if field == "plan" else None
    return await trade_page(visit, errors.status_of(failed[0]), {field: failed[1]}, said)


# The runner-up


def _offered(visit: Visit) -> Offer:
    """The offer to the reader's organisation; to others it does not exist."""
    found = visit.state.market.offers.get(visit.part("lot"))
    if found is None or found.party != visit.principal.party:
        raise errors.not_found("offer")
    return found


async def offered(visit: Visit, status: int = 200, wrong: Mapping[str, str] | None = None) -> Response:
    """What the runner-up is asked, and until when."""
    found, lot = _offered(visit), visit.part("lot")
    market = visit.state.market
    listing = market.listings[market.lot_plans[lot].listing]
    trades = [
        one.id
        for one in visit.state.settlement.trades.values()
        if one.lot == lot and one.side_of(found.party) is not None
    ]
    return visit.render(
        "offer.html",
        status,
        f"/lots/{lot}/second-best",
        lot=lot,
        offer=found,
        title=listing.subject.title,
        payment_days=market.sessions[market.lot_plans[lot].session].payment_days,
        standing=found.accepted is None and visit.now <= found.until,
        trades=trades,
        errors=wrong or {},
    )


async def answer(visit: Visit) -> Response:
    """Take the lot at one's own bid, or leave it."""
    form, found, lot = visit.form(), _offered(visit), visit.part("lot")
    wish = form.get("answer")
    if wish not in ("accept", "decline"):
        raise BadInput("BAD_VALUE", "answer", wish, "accept or decline")
    if wish == "accept" and form.get("sure") != "yes":
        return await offered(
            visit, 422, {"sure": visit.speech.text("Please confirm that you buy at this price.")}
        )
    failed = await visit.try_to(form, mc.AnswerSecondBest(lot, found.party, wish == "accept"))
    if failed is None:
        return visit.go(f"/lots/{lot}/second-best")
    return await offered(visit, errors.status_of(failed[0]), {"answer": failed[1]})


ROUTES: list[Route] = [
    page("/trades/{trade}/instalments", agree, "POST"),
    page("/trades/{trade}/default", default_page),
    page("/trades/{trade}/default", declare, "POST"),
    page("/trades/{trade}/second-best", offer, "POST"),
    page("/trades/{trade}/reopening", reopen, "POST"),
    page("/lots/{lot}/second-best", offered),
    page("/lots/{lot}/second-best", answer, "POST"),
]
