"""The bank's desk over REST: statements in, orders out, what became of them, and the way out of suspense."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from starlette.responses import Response

from settlement import commands as sc
from settlement.dates import parse_date, shanghai_date
from settlement.pain001 import open_orders
from settlement.state import PaymentOrder
from settlement.statement_csv import ColumnMap
from settlement.statements import open_items, overdue_releases, statement
from web import errors
from web.account_resources import AccountResource, account_resource
from web.bank import Booked, pain001
from web.bank_file import book_file, read_file
from web.decisions import decision
from web.parse import BadInput
from web.resources import Date, Decision, Given, Taken, Word
from web.routes import Ask, Operation
from web.views import iso

V1 = "/api/v1"
DESK = frozenset({"bank", "operator", "auditor"})
"""Roles that see what the bank has to do."""


class StatementBody(Taken, frozen=True):
    """A bank's statement as text: camt.053 in UTF-8, or CSV with the map of its columns."""

    content: Annotated[str, msgspec.Meta(min_length=1)]
    map: ColumnMap | None = None


class ConfirmationBody(Taken, frozen=True):
    """The bank executed an order."""

    bank_reference: Word
    paid_on: Date


class VoidBody(Taken, frozen=True):
    """Why the bank did not execute an order, or what came back."""

    reason: Word


class AssignmentBody(Taken, frozen=True):
    """The deposit or obligation that money in suspense was meant for."""

    target: Word


class Pain001Query(Taken, frozen=True):
    """Which version of pain.001.001."""

    version: Literal["03", "09"] = "09"


class PeriodQuery(Taken, frozen=True):
    """The first and the last day of a statement."""

    first_on: Date | None = None
    last_on: Date | None = None


class OrderResource(Given, frozen=True):
    """Money that the bank is to move."""

    payment: str
    kind: str
    subject: str
    party: str
    amount_fen: int
    purpose: str
    ordered_at: str
    account: AccountResource | None
    """Where it pays to; none: it waits, and no pain.001 has it."""
    waits: bool


class OrderPage(Given, frozen=True):
    """The open orders on the escrow account, and the deposits whose last instant for going back has passed."""

    orders: list[OrderResource]
    overdue_deposits: list[str]


class SuspenseResource(Given, frozen=True):
    """Money that fits nothing, and why."""

    credit: str
    reference: str
    payer: str
    amount_fen: int
    credited_on: str
    reason: str


class SuspensePage(Given, frozen=True):
    """Everything in suspense."""

    suspense: list[SuspenseResource]


class MovementResource(Given, frozen=True):
    """A movement on a party's accounts; more held for the party is positive."""

    booked_on: str
    value_on: str
    kind: str
    reference: str
    account: str
    counter: str
    amount_fen: int
    balance_fen: int


class OpenItemResource(Given, frozen=True):
    """Something still owed: what of it was paid, what is missing, and whether its day is over."""

    obligation: str
    trade: str
    kind: str
    due_on: str
    amount_fen: int
    paid_fen: int
    missing_fen: int
    overdue: bool
    reference: str


class AccountStatementResource(Given, frozen=True):
    """A party's account with the house over a period."""

    party: str
    first_on: str
    last_on: str
    opening_fen: int
    movements: list[MovementResource]
    closing_fen: int
    owed: list[OpenItemResource]
    """What the party owes as the books stand now, each part with its own due date; overdue by the last day, or today."""


def _for(ask: Ask, roles: frozenset[str]) -> None:
    if not ask.principal.roles & roles:
        raise errors.failure(403, "FORBIDDEN", f"for the roles {', '.join(sorted(roles))}")


async def import_statement(ask: Ask) -> Booked:
    """Book a bank's statement: what came in, what our orders paid, what came back.

    It is checked whole first; sent again, it changes nothing.
    """
    _for(ask, frozenset({"bank"}))
    body: StatementBody = ask.body
    encoding = body.map.encoding if body.map else "utf-8"
    file = read_file(body.content.encode(encoding), body.map)
    return await book_file(ask.exchange.house, ask.principal, file)


async def list_orders(ask: Ask) -> OrderPage:
    """What the bank is to pay from escrow and has not confirmed."""
    _for(ask, DESK)
    house = ask.exchange.house
    orders = [_order(order) for order in open_orders(house.view.settlement)]
    late = overdue_releases(house.view.settlement, house.clock.now())
    return OrderPage(orders, [deposit.id for deposit in late])


def _order(o: PaymentOrder) -> OrderResource:
    account = account_resource(o.creditor) if o.creditor else None
    at = iso(o.ordered_at)
    return OrderResource(
        o.payment, o.kind.value, o.subject, o.party, o.amount_fen, o.purpose, at, account, account is None
    )


async def export_orders(ask: Ask) -> Response:
    """The open orders as ISO 20022 pain.001."""
    _for(ask, frozenset({"bank"}))
    query: Pain001Query = ask.query
    house = ask.exchange.house
    document = pain001(house.view, ask.exchange.settings, house.clock.now(), query.version)
    return Response(document, media_type="application/xml")


async def confirm_payment(ask: Ask) -> Decision:
    """The bank executed an order."""
    body: ConfirmationBody = ask.body
    command = sc.ConfirmPayment(ask.path("payment"), body.bank_reference, body.paid_on)
    return decision(await ask.submit(command))


async def void_payment(ask: Ask) -> Decision:
    """The bank did not execute an order, or the money came back."""
    body: VoidBody = ask.body
    return decision(await ask.submit(sc.VoidPayment(ask.path("payment"), body.reason)))


async def expire_payment(ask: Ask) -> Decision:
    """An order that the bank has not answered in time counts no more."""
    return decision(await ask.submit(sc.ExpirePayment(ask.path("payment"))))


async def repeat_payment(ask: Ask) -> Decision:
    """Order the money of a void or expired order again."""
    return decision(await ask.submit(sc.RepeatPayment(ask.path("payment"))))


async def list_suspense(ask: Ask) -> SuspensePage:
    """Money that fits nothing yet."""
    _for(ask, DESK)
    items = ask.exchange.house.view.settlement.suspense
    return SuspensePage(
        [
            SuspenseResource(s.credit, s.reference, s.payer, s.amount_fen, s.credited_on, s.reason)
            for s in items
        ]
    )


async def refund_suspense(ask: Ask) -> Decision:
    """Order money in suspense back to its payer."""
    return decision(await ask.submit(sc.RefundSuspense(ask.path("credit"))))


async def assign_suspense(ask: Ask) -> Decision:
    """Give money in suspense to what it was meant for."""
    body: AssignmentBody = ask.body
    return decision(await ask.submit(sc.AssignSuspense(ask.path("credit"), body.target)))


async def show_statement(ask: Ask) -> AccountStatementResource:
    """What moved for a party from one day to another; only its own people, operators and auditors see it."""
    party, principal = ask.path("party"), ask.principal
    house, query = ask.exchange.house, ask.query
    allowed = principal.party == party or principal.roles & {"operator", "auditor"}
    if not allowed or party not in house.view.market.parties:
        raise errors.not_found("party")
    first, last = _day(query.first_on, "first_on", date.min), _day(query.last_on, "last_on", date.max)
    if last < first:
        raise BadInput("BAD_VALUE", "last_on", query.last_on, "a day not before first_on")
    found = statement(house.view.settlement, party, first, last)
    lines = [MovementResource(*line) for line in found.lines]
    day = min(last, shanghai_date(house.clock.now()))
    owed = [OpenItemResource(*item) for item in open_items(house.view.settlement, party, day)]
    return AccountStatementResource(
        party, found.first_on, found.last_on, found.opening_fen, lines, found.closing_fen, owed
    )


def _day(text: str | None, field: str, default: date) -> date:
    """A day of the query; the ends of the calendar are left out, for nothing was booked on them."""
    if text is None:
        return default.replace(year=min(max(default.year, 2000), 2999))
    found = parse_date(text)
    if found is None or not 2000 <= found.year <= 2999:
        raise BadInput("BAD_VALUE", field, text, "a date like 2026-11-20")
    return found


def _act(path: str, handler: object, summary: str, body: object = None) -> Operation:
    return Operation(
        "POST",
        f"{V1}/bank/{path}",
        handler,  # type: ignore[arg-type]
        summary,
        "bank",
        Decision,
        status=201,
        body=body,
        binds=True,
        errors=(404, 409),
    )


OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "POST",
        f"{V1}/bank/statements",
        import_statement,
        "Import a bank's statement",
        "bank",
        Booked,
        body=StatementBody,
        errors=(409,),
    ),
    Operation("GET", f"{V1}/bank/orders", list_orders, "Open orders", "bank", OrderPage),
    Operation(
        "GET",
        f"{V1}/bank/orders/pain001",
        export_orders,
        "Open orders as pain.001",
        "bank",
        query=Pain001Query,
        media_types=("application/xml",),
    ),
    Operation("GET", f"{V1}/bank/suspense", list_suspense, "Money in suspense", "bank", SuspensePage),
    _act("orders/{payment}/confirmation", confirm_payment, "The bank paid an order", ConfirmationBody),
    _act("orders/{payment}/void", void_payment, "The bank did not pay an order", VoidBody),
    _act("orders/{payment}/expiry", expire_payment, "An order expired"),
    _act("orders/{payment}/repetition", repeat_payment, "Give an order again"),
    _act("suspense/{credit}/refund", refund_suspense, "Send money in suspense back"),
    _act("suspense/{credit}/assignment", assign_suspense, "Assign money in suspense", AssignmentBody),
    Operation(
        "GET",
        f"{V1}/parties/{{party}}/statement",
        show_statement,
        "A party's statement",
        "bank",
        AccountStatementResource,
        query=PeriodQuery,
        errors=(404,),
    ),
)
