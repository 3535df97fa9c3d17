"""The pages of negotiation: my tables, one table with its moves and forms, and the agreements under public notice.

A table's page is whole without a script. The script carries the forms over the socket and asks for the live part
again whenever the table has moved, so every word and difference is written here and nowhere else.
"""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from exchange.house.command import Recorded
from exchange.house.negotiation_reactions import trade_of
from exchange.market import negotiation_commands as c
from exchange.market import negotiation_events as n
from exchange.market.negotiation_rules import NOTICE_DAYS
from exchange.market.negotiation_state import LIVE, Table, TableState
from exchange.market.negotiation_terms import TermSheet
from exchange.market.state import Listing, ListingState
from matching_engine.terms import HOUR
from settlement.deal import Deal
from web import errors
from web.pages import term_form
from web.pages.room import Said
from web.pages.room_words import table_words
from web.pages.shell import Visit, page, script_words, sentence
from web.parse import BadInput
from web.table_views import Sight, agreements, sight
from web.views import iso, ms
from web.withheld import title_of

SHOWN = 100
"""Tables in a list, and listings that can be asked for."""


def _table(visit: Visit) -> tuple[Table, Sight]:
    """The table of the path and how much of it the reader may see; 404 for whom it does not concern."""
    table = visit.state.market.negotiation.tables.get(visit.part("table"))
    seen = sight(visit.principal, table)
    if table is None or seen is None:
        raise errors.failure(404, "TABLE_UNKNOWN", "there is no such table")
    return table, seen


# My tables


async def tables(visit: Visit, status: int = 200, wrong: Mapping[str, str] | None = None) -> Response:
    """The reader's tables, and the listings for which it may ask."""
    principal, market = visit.principal, visit.state.market
    seen = [one for one in reversed(market.negotiation.tables.values()) if sight(principal, one)]
    return visit.render(
        "negotiations.html",
        status,
        "/negotiations",
        tables=[_row(visit, one) for one in seen[:SHOWN]],
        listings=[one for one in market.listings.values() if _may_ask(visit, one)][:SHOWN],
        own=[one for one in market.listings.values() if _may_invite(visit, one)][:SHOWN],
        parties=[one for one in market.parties.values() if one.id != principal.party],
        errors=wrong or {},
    )


def waiting(visit: Visit, party: str) -> list[tuple[str, str]]:
    """The tables at which it is a party's turn to answer, for the list of what waits for it."""
    s, book = visit.speech, visit.state.market.negotiation
    own = [book.tables[id_] for id_ in book.of_party.get(party, ())]
    return [
        (s.text("Answer at the table %(id)s", id=table.id), f"/negotiations/{table.id}")
        for table in own
        if _turn(table, party) in ("join", "answer")
    ]


def _may_ask(visit: Visit, listing: Listing) -> bool:
    principal = visit.principal
    return (
        listing.state is ListingState.TRADABLE
        and not listing.withheld
        and "bidder" in principal.roles
        and listing.seller != principal.party
    )


def _may_invite(visit: Visit, listing: Listing) -> bool:
    principal = visit.principal
    own = "seller" in principal.roles and listing.seller == principal.party
    return listing.state is ListingState.TRADABLE and own


def _row(visit: Visit, table: Table) -> dict[str, Any]:
    market = visit.state.market
    return {
        "id": table.id,
        "title": title_of(market.listings[table.listing]),
        "holder": market.parties[table.holder].name,
        "taker": market.parties[table.taker].name,
        "state": table.state.value,
        "offers": table.offers,
        "your_turn": _turn(table, visit.principal.party) in ("answer", "join"),
    }


async def open_table(visit: Visit) -> Response:
    """Ask for a table, or invite a taker to one."""
    form, party = visit.form(), visit.principal.party or ""
    taker, id_ = form.get("taker", party), form.get("listing", "")
    listing = visit.state.market.listings.get(id_)
    # a rehearsal is over on the same day: nobody waits two weeks to see how it ends
    days = 0 if listing is not None and listing.rehearsal else NOTICE_DAYS
    body = c.OpenTable(id_, taker, party, form.get("completer") == "yes", days)
    wrong = await visit.try_to(form, body)
    if wrong is not None:
        return await tables(visit, errors.status_of(wrong[0]), {"listing": wrong[1]})
    return visit.go("/negotiations")


# One table


def _turn(table: Table, party: str | None) -> str:
    """What waits for a party: join, answer, wait, offer; or nothing."""
    if party not in table.parties:
        return ""
    if table.state is TableState.INVITED:
        return "" if party in table.joined else "join"
    if table.state is not TableState.OPEN:
        return ""
    if table.standing is None:
        return "offer"
    return "wait" if table.standing.party == party else "answer"


async def show(
    visit: Visit,
    status: int = 200,
    wrong: Mapping[str, str] | None = None,
    said: Mapping[str, str] | None = None,
) -> Response:
    """The page of a table."""
    table, seen = _table(visit)
    live = await _live(visit, table, seen)
    values = {**live["values"], **(said or {})}
    return visit.render(
        "negotiation.html",
        status,
        f"/negotiations/{table.id}",
        **live,
        form_values=Said(values),
        choices=choices(visit),
        errors=wrong or {},
        words_for_script=script_words(table_words(visit)),
    )


async def live_part(visit: Visit) -> Response:
    """The moves and what can be done now, for the script of an open page."""
    table, seen = _table(visit)
    return visit.render("negotiation_live.html", **await _live(visit, table, seen), errors={})


async def _live(visit: Visit, table: Table, seen: Sight) -> dict[str, Any]:
    house, s = visit.exchange.house, visit.speech
    rows = await house.history(f"table/{table.id}") if seen == "whole" else []
    moves, last = _moves(visit, table, rows)
    listing = visit.state.market.listings[table.listing]
    turn = _turn(table, visit.principal.party)
    standing = table.standing if seen == "whole" else None
    return {
        "table": table,
        "title": title_of(listing),
        "price_idea_fen": listing.price_idea_fen,
        "holder": visit.state.market.parties[table.holder].name,
        "taker": visit.state.market.parties[table.taker].name,
        "seq": rows[-1].stream_seq if rows else 0,
        "epoch": house.epoch,
        "whole": seen == "whole",
        "moves": moves,
        "turn": turn,
        "standing": standing,
        "standing_lines": term_form.lines_of(s, standing.sheet) if standing else [],
        "ends": ms(standing.expires_at) if standing else None,
        "values": term_form.values_of(
            last or TermSheet(listing.price_idea_fen, listing.subject.deal or Deal())
        ),
        "may_leave": table.state in LIVE and visit.principal.party in table.parties,
        "trade": trade_of(table.id) if table.state is TableState.CONCLUDED else "",
    }


def _moves(visit: Visit, table: Table, rows: list[Recorded]) -> tuple[list[dict[str, Any]], TermSheet | None]:
    """The moves as lines, each offer beside the one before it; and the last sheet offered."""
    s, last = visit.speech, None
    moves = []
    for row in rows:
        event = row.event
        party = getattr(event, "party", getattr(event, "by", ""))
        entry: dict[str, Any] = {
            "seq": row.stream_seq,
            "kind": type(event).__name__,
            "text": s.code("move", type(event).__name__),
            "who": visit.state.market.parties[party].name if party in visit.state.market.parties else "",
            "mine": party != "" and party == visit.principal.party,
            "at": row.at,
            "iso": iso(row.at),
            "receipt": row.receipt,
            "number": getattr(event, "number", None),
            "terms": [],
            "words": _event_words(visit, event),
        }
        if isinstance(event, n.TermsOffered):
            entry["terms"] = term_form.changed(s, last, event.sheet)
            last = event.sheet
        moves.append(entry)
    return moves, last


def _event_words(visit: Visit, event: object) -> str:
    """What an event says beside its name."""
    s = visit.speech
    if isinstance(event, n.TableEnded):
        return " · ".join(filter(None, (s.code("table_reason", event.reason), event.words)))
    if isinstance(event, n.AgreementNoticed):
        return s.text("until %(time)s", time=s.time(event.until))
    if isinstance(event, n.AgreementObjected):
        return event.text
    return event.reason if isinstance(event, n.AgreementObjectionDecided) else ""


def choices(visit: Visit) -> dict[str, list[tuple[str, str]]]:
    s = visit.speech
    return {
        "kind": [(one, s.code("deal_kind", one)) for one in term_form.KINDS],
        "form": [
            (one, s.code("deal_form", one) if one else s.text("as is usual")) for one in term_form.FORM_NAMES
        ],
        "licence": [(one, s.code("licence_kind", one)) for one in term_form.LICENCES],
        "payment": [(one, s.code("payment_form", one)) for one in term_form.PAYMENTS],
        "basis": [(one, s.code("royalty_basis", one)) for one in term_form.BASES],
    }


async def move(visit: Visit) -> Response:
    """A move by form; back to the table, or to the form with what was wrong."""
    table, _ = _table(visit)
    form = visit.form()
    try:
        body = _body(table.id, visit.principal.party or "", form)
    except BadInput as wrong:
        return await show(
            visit, wrong.status, {wrong.field: sentence(visit.speech, wrong.code, str(wrong))}, form
        )
    refused = await visit.try_to(form, body)
    if refused is not None:
        return await show(visit, errors.status_of(refused[0]), {"move": refused[1]}, form)
    return visit.go(f"/negotiations/{table.id}#now")


def _body(table: str, party: str, form: Mapping[str, str]) -> c.NegotiationCommand:
    """The command of a form."""
    kind = form.get("move", "")
    if kind == "join":
        return c.AnswerInvitation(table, party, form.get("accept") == "yes")
    if kind == "break":
        return c.BreakOff(table, party, form.get("reason", ""))
    if kind == "offer":
        return c.OfferTerms(
            table, party, term_form.sheet_from(form), _valid_for(form), form.get("firm") == "yes"
        )
    answers = number(form.get("answers", ""), "answers")
    if kind == "counter":
        sheet, firm = term_form.sheet_from(form), form.get("firm") == "yes"
        return c.CounterTerms(table, party, answers, sheet, _valid_for(form), firm)
    if kind == "withdraw":
        return c.WithdrawTerms(table, party, answers)
    if kind == "agree" and form.get("read") == "yes":
        return c.AgreeTerms(table, party, answers, form.get("digest", ""))
    raise BadInput("BAD_VALUE", "move", kind, "a move, and for an agreement the tick")


def _valid_for(form: Mapping[str, str]) -> int:
    return number(form.get("hours", ""), "hours") * HOUR


def number(text: str, field: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 5):
        raise BadInput("BAD_VALUE", field, text, "a whole number")
    return int(text)


# Agreements under notice


async def agreement_list(visit: Visit, status: int = 200, wrong: Mapping[str, str] | None = None) -> Response:
    """What the law makes public, with a way to object; for the operator, to decide."""
    caller = visit.caller
    roles, party = (caller.principal.roles, caller.principal.party) if caller else (frozenset[str](), None)
    found = agreements(visit.state)
    return visit.render(
        "agreements.html",
        status,
        "/agreements",
        agreements=[_agreement(visit, one) for one in found],
        may_object=party is not None and bool(roles & {"seller", "bidder", "broker"}),
        may_decide="operator" in roles,
        party=party,
        errors=wrong or {},
    )


def _agreement(visit: Visit, table: Table) -> dict[str, Any]:
    listing = visit.state.market.listings[table.listing]
    sheet = table.agreed.sheet if table.agreed else None
    s = visit.speech
    return {
        "table": table,
        "subject": listing.subject,
        "holder": visit.state.market.parties[table.holder].name,
        "price_fen": sheet.price_fen if sheet else None,
        "price_idea_fen": listing.price_idea_fen,
        "way": f"{s.code('deal_kind', sheet.deal.kind)} · {s.code('payment_form', sheet.deal.payment.form)}"
        if sheet
        else "",
        "related": [s.code("related", one) for one in table.related],
        "objections": [(number, table.objections[number]) for number in table.open_objections],
    }


async def object_to(visit: Visit) -> Response:
    """Object to an agreement by form."""
    form = visit.form()
    table = visit.part("table")
    wrong = await visit.try_to(
        form, c.ObjectAgreement(table, visit.principal.party or "", form.get("text", ""))
    )
    if wrong is not None:
        return await agreement_list(visit, errors.status_of(wrong[0]), {table: wrong[1]})
    return visit.go("/agreements")


async def decide_on(visit: Visit) -> Response:
    """Decide an objection by form."""
    form, table = visit.form(), visit.part("table")
    objection = number(form.get("objection", ""), "objection")
    upheld, reason = form.get("upheld") == "yes", form.get("reason", "")
    wrong = await visit.try_to(form, c.DecideAgreementObjection(table, objection, upheld, reason))
    if wrong is not None:
        return await agreement_list(visit, errors.status_of(wrong[0]), {table: wrong[1]})
    return visit.go("/agreements")


ROUTES: list[Route] = [
    page("/negotiations", tables),
    page("/negotiations", open_table, "POST"),
    page("/negotiations/{table}", show),
    page("/negotiations/{table}/live", live_part),
    page("/negotiations/{table}/moves", move, "POST"),
    page("/agreements", agreement_list),
    page("/agreements/{table}/objections", object_to, "POST"),
    page("/agreements/{table}/decisions", decide_on, "POST"),
]
