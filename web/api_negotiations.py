"""Negotiation tables and agreements over REST: what programs of the two parties need, and what is public of the result."""

from typing import Annotated, Any

import msgspec
from starlette.responses import Response

from exchange.market import negotiation_commands as c
from exchange.market.negotiation_rules import NOTICE_DAYS
from exchange.market.negotiation_state import Table
from web import errors
from web import messages as m
from web.decisions import decision
from web.resources import Decision, Given, Taken, Word
from web.routes import Ask, Operation, json
from web.table_moves import move_of
from web.table_views import Sight, agreement_view, agreements, move_view, sight, table_view
from web.term_sheets import Terms
from web.views import iso

V1 = "/api/v1"
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]


class OpenBody(Taken, frozen=True):
    """A listing, and the taker where it is not oneself. `completer`: the taker is, or belongs to, a completer.

    The notice of an agreement has 15 days or more; only on the listing of a rehearsal may it have fewer.
    """

    listing: Word
    taker: Word | None = None
    completer: bool = False
    notice_days: Annotated[int, msgspec.Meta(ge=0, le=3_650)] = NOTICE_DAYS


class Move(Taken, frozen=True, tag_field="move"):
    """A move at a table."""


class JoinMove(Move, frozen=True, tag="join"):
    """Sit down, or decline."""

    accept: bool


class OfferMove(Move, frozen=True, tag="offer"):
    """Offer a sheet of terms for some minutes."""

    terms: Terms
    minutes: m.Minutes
    firm: bool = False


class CounterMove(Move, frozen=True, tag="counter"):
    """Answer an offer with another sheet."""

    answers: m.Number
    terms: Terms
    minutes: m.Minutes
    firm: bool = False


class AgreeMove(Move, frozen=True, tag="agree"):
    """Agree to exactly the offer with this number and digest."""

    answers: m.Number
    digest: m.Digest


class WithdrawMove(Move, frozen=True, tag="withdraw"):
    """Take the own offer back."""

    answers: m.Number


class BreakMove(Move, frozen=True, tag="break"):
    """Leave the table for good."""

    reason: m.Reason = ""


AnyMove = JoinMove | OfferMove | CounterMove | AgreeMove | WithdrawMove | BreakMove
_MESSAGES: dict[type, Any] = {
    JoinMove: m.Join,
    OfferMove: m.Offer,
    CounterMove: m.Counter,
    AgreeMove: m.Agree,
    WithdrawMove: m.Withdraw,
    BreakMove: m.Break,
}
"""REST body → the message of the socket that says the same."""


class AgreementObjectionBody(Taken, frozen=True):
    """Why."""

    text: Text


class AgreementObjectionDecisionBody(Taken, frozen=True):
    """Whether the objection is upheld, and why."""

    upheld: bool
    reason: Text


class TablePage(Given, frozen=True):
    """The caller's tables."""

    tables: list[dict[str, Any]]


class TableResource(Given, frozen=True):
    """A table as it stands, and its events as its parties see them."""

    table: dict[str, Any]
    moves: list[dict[str, Any]]


class AgreementPage(Given, frozen=True):
    """The agreements under public notice."""

    agreements: list[dict[str, Any]]


def _seen(ask: Ask, id_: str) -> tuple[Table, Sight]:
    """The table and how much of it the caller may see; 404 for everybody whom it does not concern."""
    table = ask.exchange.house.view.market.negotiation.tables.get(id_)
    seen = sight(ask.principal, table)
    if table is None or seen is None:
        raise errors.failure(404, "TABLE_UNKNOWN", "there is no such table")
    return table, seen


async def open_table(ask: Ask) -> Response:
    """Ask the holder of a listing for a table, or as its holder or operator invite a taker."""
    body: OpenBody = ask.body
    principal = ask.principal
    by = "" if principal.party is None and "operator" in principal.roles else principal.party or ""
    command = c.OpenTable(body.listing, body.taker or by, by, body.completer, body.notice_days)
    return json(decision(await ask.submit(command)), 201, {"location": f"{V1}/negotiations"})


async def list_tables(ask: Ask) -> TablePage:
    """The tables of the caller's organisation, the newest first; for an operator the metadata of all."""
    house = ask.exchange.house
    tables = house.view.market.negotiation.tables
    found = [(one, seen) for one in reversed(tables.values()) if (seen := sight(ask.principal, one))]
    return TablePage([table_view(house.view, one, seen, house.epoch, iso) for one, seen in found])


async def show_table(ask: Ask) -> TableResource:
    """One table: how it stands and every event of it."""
    table, seen = _seen(ask, ask.path("table"))
    house = ask.exchange.house
    rows = await house.history(f"table/{table.id}") if seen == "whole" else []
    moves = [view for row in rows if (view := move_view(row, iso)) is not None]
    return TableResource(table_view(house.view, table, seen, house.epoch, iso), moves)


async def move(ask: Ask) -> Decision:
    """Make a move at a table; what the socket's messages of the same names do."""
    table = ask.path("table")
    facts = {name: getattr(ask.body, name) for name in ask.body.__struct_fields__}
    message = _MESSAGES[type(ask.body)](i=0, id=ask.command, table=table, **facts)
    return decision(await ask.submit(move_of(message, ask.principal)))


async def list_agreements(ask: Ask) -> AgreementPage:
    """What the law makes public of the agreements under notice."""
    state = ask.exchange.house.view
    return AgreementPage([agreement_view(state, table, iso) for table in agreements(state)])


async def object_to(ask: Ask) -> Decision:
    """Object to an agreement under notice; the notice is suspended until the objection is decided."""
    body: AgreementObjectionBody = ask.body
    command = c.ObjectAgreement(ask.path("table"), ask.principal.party or "", body.text)
    return decision(await ask.submit(command))


async def decide_on(ask: Ask) -> Decision:
    """Decide an objection to an agreement."""
    body: AgreementObjectionDecisionBody = ask.body
    number = ask.path("objection")
    if not (number.isascii() and number.isdecimal() and len(number) < 6):
        raise errors.not_found("objection")
    command = c.DecideAgreementObjection(ask.path("table"), int(number), body.upheld, body.reason)
    return decision(await ask.submit(command))


def _act(path: str, handler: Any, summary: str, body: Any) -> Operation:
    return Operation(
        "POST",
        f"{V1}/{path}",
        handler,
        summary,
        "negotiation",
        Decision,
        status=201,
        body=body,
        binds=True,
        errors=(404, 409),
    )


OPERATIONS: tuple[Operation, ...] = (
    _act("negotiations", open_table, "Open a negotiation table", OpenBody),
    Operation("GET", f"{V1}/negotiations", list_tables, "My tables", "negotiation", TablePage),
    Operation(
        "GET",
        f"{V1}/negotiations/{{table}}",
        show_table,
        "A table",
        "negotiation",
        TableResource,
        errors=(404,),
    ),
    _act("negotiations/{table}/moves", move, "A move at a table", AnyMove),
    Operation(
        "GET",
        f"{V1}/agreements",
        list_agreements,
        "Agreements under notice",
        "negotiation",
        AgreementPage,
        signed_in=False,
    ),
    _act("agreements/{table}/objections", object_to, "Object to an agreement", AgreementObjectionBody),
    _act(
        "agreements/{table}/objections/{objection}/decision",
        decide_on,
        "Decide an objection to an agreement",
        AgreementObjectionDecisionBody,
    ),
)
