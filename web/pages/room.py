"""The page of one lot: what is offered, and the live room in which its price forms.

The page is whole without a script: price, history and chart are drawn on the server, and every step is a plain
form. The script then keeps it current from the seq that the page was drawn at, so nothing is missed between.
"""

from collections.abc import Mapping
from typing import Any, cast

from markupsafe import Markup
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from exchange.house.command import Body, Outcome, Principal, Recorded
from exchange.market.commands import ApplyEntry
from exchange.registers.follows import FollowKind
from matching_engine import commands as lc
from matching_engine import events as le
from matching_engine.errors import Broken, LuochuiError
from matching_engine.lot import Lot
from matching_engine.terms import Mechanism
from web import errors
from web.bids import bid_of, code_for
from web.charts import Point, price_chart
from web.pages.catalogue import badge_of
from web.pages.lots import LIVE, You, next_instant, shown_price, you
from web.pages.notices import followed
from web.pages.paths import Path, Paths
from web.pages.room_rules import achievement_facts, rules
from web.pages.room_words import room_words
from web.pages.shell import Visit, page, refusal_sentence, script_words, sentence
from web.parse import BadInput, yuan
from web.rooms import PRICE_STEPS, RECENT
from web.seal_views import officials_of
from web.views import SEALED, iso, lot_view
from web.withheld import lot_hidden

QUICK = (1, 2, 5)
"""Steps of the quick bids."""
BIDDING = (Mechanism.ENGLISH, Mechanism.LISTED)
TAKING = (Mechanism.DUTCH, Mechanism.OPEN_LICENCE)
CAN_ACT = ("admitted", "leading", "outbid", "licensed", "deposit_unpaid", "not_admitted")
"""Standings whose forms are on the page; they are shown while the lot is open and the bidder admitted."""
FORMS_OPEN = ("admitted", "leading", "outbid")


class Said(dict[str, str]):
    """What was typed into a form that comes back; empty where nothing was."""

    def __missing__(self, key: str) -> str:
        return ""


def known_lot(visit: Visit) -> str:
    """The lot of the path; 404 when there is none."""
    lot = visit.part("lot")
    principal = visit.caller.principal if visit.caller else None
    if lot not in visit.state.lots or lot_hidden(visit.state, lot, principal):
        raise errors.failure(404, "LOT_UNKNOWN", "there is no such lot")
    return lot


async def path_of(visit: Visit, lot: str) -> Path:
    """The price path of a lot."""
    state = visit.request.app.state
    if not hasattr(state, "paths"):
        state.paths = Paths(visit.exchange.house)
    return await cast(Paths, state.paths).of(lot)


async def room(visit: Visit) -> Response:
    """The page of a lot."""
    return await show(visit, known_lot(visit))


async def show(
    visit: Visit,
    lot: str,
    status: int = 200,
    wrong: Mapping[str, str] | None = None,
    said: Mapping[str, str] = {},
) -> Response:
    """The page, with what was wrong with a form where one brought the reader here."""
    s, state = visit.speech, visit.state
    path = await path_of(visit, lot)
    done = await _done(visit)
    one = state.lots[lot]
    placed = state.market.lot_plans[lot]
    listing = state.market.listings[placed.listing]
    achievement = await visit.exchange.registers.achievements.get(listing.achievement)
    principal = visit.caller.principal if visit.caller else None
    own = you(state, lot, principal)
    return visit.render(
        "lot.html",
        status,
        f"/lots/{lot}",
        lot=lot_view(state, lot, visit.exchange.house.epoch),
        session=state.market.sessions[placed.session],
        deposit_until=placed.deposit_until,
        entry_over=placed.deposit_until is not None and visit.now > placed.deposit_until,
        entry_late=(lot, own.code) in state.market.entries_refused,
        subject=listing.subject,
        seller=state.market.parties[listing.seller].name,
        digest=listing.achievement_digest,
        more_facts=achievement_facts(s, achievement),
        badge=await badge_of(visit, listing.achievement),
        rules=rules(s, one, placed.deposit_fen),
        you=own,
        follow=await followed(visit, (FollowKind.LOT, lot), (FollowKind.SESSION, placed.session)),
        sealed=one.terms.mechanism in SEALED,
        seal_officials=officials_of(state, lot),
        suspended_why=path.suspended_why,
        ended=_ended(visit, one),
        history=[step for row in reversed(path.steps[-RECENT:]) for step in _steps(row, principal)],
        has_path=_has_path(one),
        chart=chart(visit, lot, path.steps),
        errors=wrong or {},
        form_values=Said(said),
        done=done,
        saved=visit.request.query_params.get("done", "") if done else "",
        words_for_script=script_words(room_words(visit)),
        **_price(visit, one),
        **_forms(one, own),
    )


def _price(visit: Visit, lot: Lot) -> dict[str, Any]:
    s = visit.speech
    shown_as, shown_fen = shown_price(lot, visit.now)
    clock_as, clock_at = next_instant(lot)
    sealed = lot.terms.mechanism in SEALED and lot.closed_at is None
    bids = "" if sealed or not lot.accepted else s.text("%(n)s bids", n=s.number(lot.accepted))
    if lot.leader and not sealed and not lot.ended:
        bids = f"{s.text('%(code)s leads', code=lot.leader)} · {bids}"
    if lot.extensions:
        bids += " · " + s.text("extended %(n)s times", n=s.number(lot.extensions))
    return {
        "shown_as": shown_as,
        "shown_fen": shown_fen,
        "clock_as": clock_as,
        "clock_at": clock_at,
        "clock_iso": "" if clock_at is None else iso(clock_at),
        "bids_line": bids,
    }


def _has_path(lot: Lot) -> bool:
    """Whether a price moves that a chart could show: not in a box, and not where the fee is fixed."""
    return lot.terms.mechanism not in SEALED and lot.terms.mechanism is not Mechanism.OPEN_LICENCE


def _forms(lot: Lot, own: You) -> dict[str, Any]:
    """Which forms stand on the page, and whether they can be used now."""
    mechanism = lot.terms.mechanism
    live = lot.state in LIVE
    minimum = lot.minimum_fen
    step = 0 if minimum is None or not lot.terms.ladder else lot.ladder.step_at(lot.lead_fen or minimum)
    return {
        "may_bid": own.kind in CAN_ACT and lot.closed_at is None,
        "forms_open": live and own.kind in FORMS_OPEN,
        "form": _form(mechanism),
        "proxy": mechanism is Mechanism.ENGLISH
        or (mechanism is Mechanism.LISTED and lot.phase == "competition"),
        "quick": [(n, minimum + lot.sign * (n - 1) * step) for n in QUICK]
        if minimum is not None and step
        else [],
        "may_match": any(holder.bidder == own.code for holder in lot.terms.priority),
    }


def _form(mechanism: Mechanism) -> str:
    """Which form a mechanism takes: an amount, the price that stands, or an envelope."""
    if mechanism in BIDDING:
        return "bid"
    return "accept" if mechanism in TAKING else "seal"


def _ended(visit: Visit, lot: Lot) -> dict[str, str]:
    """The banner of a lot that has ended."""
    s = visit.speech
    if lot.closed_at is None:
        return {"word": "", "text": ""}
    word = s.code("lot", lot.state)
    if not lot.winners:
        return {"word": word, "text": s.code("reason", lot.reason) if lot.reason else ""}
    awards = [s.text("%(price)s to %(code)s", price=s.money(w.price_fen), code=w.bidder) for w in lot.winners]
    return {"word": word, "text": "; ".join(awards)}


async def _done(visit: Visit) -> str:
    """The receipt of the step that brought the reader back here by form."""
    id_ = visit.request.query_params.get("done", "")
    if not id_ or visit.caller is None:
        return ""
    outcome = await visit.exchange.house.answer_of(id_)
    if outcome is None or not outcome.recorded or outcome.first.principal != visit.principal.account:
        return ""
    return receipt(visit, outcome)


def receipt(visit: Visit, outcome: Outcome) -> str:
    """One line: decided and durable, with its place and its proof."""
    s, first = visit.speech, outcome.first
    return s.text(
        "%(what)s Journal no. %(seq)s, receipt %(receipt)s.",
        what=s.code("done", type(first.event).__name__),
        seq=s.number(first.seq),
        receipt=first.receipt[:16],
    )


def _steps(row: Recorded, reader: Principal | None) -> list[dict[str, Any]]:
    """The lines of the list of bids that an event makes: one, or one for each envelope that was opened."""
    event = row.event
    if isinstance(event, le.SealsOpened):
        opened = sorted(event.openings, key=lambda one: -(one.amount_fen or 0))
        return [
            _line(row, "void" if one.bidder in event.void else "opened", one.bidder, one.amount_fen, "")
            for one in opened
        ]
    assert isinstance(event, PRICE_STEPS)
    bidder = event.leader if isinstance(event, le.CompetitionOpened) else event.bidder
    own = row.command_id if reader is not None and row.principal == reader.account else ""
    return [_line(row, type(event).__name__, bidder, event.amount_fen, own)]


def _line(row: Recorded, kind: str, bidder: str, amount_fen: int | None, own: str) -> dict[str, Any]:
    """`own` is the command of the reader's that made it; empty for what others did."""
    return {
        "command": own,
        "seq": row.stream_seq,
        "kind": kind,
        "bidder": bidder,
        "amount_fen": amount_fen,
        "extended": getattr(row.event, "extended", False),
        "at": row.at,
        "iso": iso(row.at),
    }


def chart(visit: Visit, lot: str, steps: list[Recorded]) -> Markup:
    """The price path up to now, or to the end."""
    one = visit.state.lots[lot]
    until = one.closed_at if one.closed_at is not None else max(visit.now, one.opens_at)
    points = _clock_path(one, until)
    points += [Point(row.at, row.event.amount_fen) for row in steps if isinstance(row.event, PRICE_STEPS)]
    hammered = bool(one.winners)
    if hammered and (not points or points[-1].fen != one.winners[0].price_fen):
        points.append(Point(until, one.winners[0].price_fen))
    return price_chart(visit.speech, points, one.opens_at, until, one.terms.opening_price_fen, hammered)


def _clock_path(lot: Lot, until: int) -> list[Point]:
    """The steps of a descending clock so far."""
    clock = lot.terms.dutch
    if clock is None or until < lot.opens_at:
        return []
    stands = until if lot.suspended_at is None else lot.suspended_at
    last = min(
        max(0, stands - lot.clock_from) // clock.every, -(-lot.terms.opening_price_fen // clock.step_fen)
    )
    starts = (lot.clock_from + n * clock.every for n in range(last + 1))
    return [Point(at, price) for at in starts if (price := lot.clock_price(at)) is not None]


async def chart_alone(visit: Visit) -> Response:
    """The chart as it is now, for the script of an open room."""
    lot = known_lot(visit)
    path = await path_of(visit, lot)
    return HTMLResponse(str(chart(visit, lot, path.steps)), media_type="image/svg+xml")


# Steps by form


async def bid(visit: Visit) -> Response:
    """A bid by form: an amount typed or a quick step, with a maximum if one is given."""
    lot, form, field = known_lot(visit), visit.form(), "amount"
    try:
        amount = yuan(form.get("amount", ""), "amount")
        maximum = yuan(form["max"], "max") if "max" in form else None
        if maximum is not None and maximum < amount:
            raise BadInput("MAX_BELOW_BID", "max", form["max"], "a maximum not under the bid")
        body = bid_of(visit.state, visit.principal, lot, amount, maximum, form.get("confirm") == "yes")
    except BadInput as wrong:
        return await show(visit, lot, wrong.status, {wrong.field: sentence(visit.speech, wrong.code)}, form)
    except errors.Failure as failed:
        field = failed.problem.field or "amount"
        wrong_text = sentence(visit.speech, failed.problem.code, failed.problem.detail)
        return await show(visit, lot, failed.problem.status, {field: wrong_text}, form)
    return await _step_of(visit, lot, form, body, field)


async def accept(visit: Visit) -> Response:
    """Take the price that stands."""
    lot, form = known_lot(visit), visit.form()
    seen = yuan(form["amount"], "amount") if "amount" in form else None
    return await _step_of(visit, lot, form, lc.Accept(lot, _code(visit, lot), seen), "amount")


async def match(visit: Visit) -> Response:
    """Exercise a right of first refusal."""
    lot, form = known_lot(visit), visit.form()
    return await _step_of(visit, lot, form, lc.Match(lot, _code(visit, lot)), "match")


async def enter(visit: Visit) -> Response:
    """Apply for admission to a lot."""
    lot, form = known_lot(visit), visit.form()
    return await _step_of(visit, lot, form, ApplyEntry(lot, visit.principal.party or ""), "entry")


def _code(visit: Visit, lot: str) -> str:
    return code_for(visit.state, visit.principal, lot)


async def _step_of(visit: Visit, lot: str, form: Mapping[str, str], body: Body, field: str) -> Response:
    """Ask the house; back to the room with a receipt, or with the refusal beside the field."""
    s = visit.speech
    try:
        outcome = await visit.ask(form, body)
    except Broken:
        raise
    except LuochuiError as error:
        problem = errors.of_error(error)
        wrong = {field: sentence(s, problem.code, problem.detail)}
        return await show(visit, lot, problem.status if problem.status != 202 else 200, wrong, form)
    refusal = outcome.refusal
    if refusal is None:
        return visit.go(f"/lots/{lot}?done={outcome.command_id}#bid")
    wrong = {field: refusal_sentence(s, refusal.code, refusal.minimum_fen)}
    decided = {**form, "decided": outcome.command_id}
    return await show(visit, lot, errors.status_of(refusal.code), wrong, decided)


ROUTES: list[Route] = [
    page("/lots/{lot}", room),
    page("/lots/{lot}/chart", chart_alone),
    page("/lots/{lot}/bids", bid, "POST"),
    page("/lots/{lot}/acceptances", accept, "POST"),
    page("/lots/{lot}/matches", match, "POST"),
    page("/lots/{lot}/entries", enter, "POST"),
]
