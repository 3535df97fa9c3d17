"""The bank's desk: orders to be paid, money in suspense, the trial balance; statements come in beside it.

The bank answers for orders, the operator for what is in suspense and for orders that ended unpaid; the auditor
looks on.
"""

from collections.abc import Mapping
from itertools import groupby
from typing import Any, Literal

from starlette.responses import Response
from starlette.routing import Route

from exchange.house.command import Body
from matching_engine.errors import Malformed
from settlement import account_commands as ac
from settlement import commands as sc
from settlement.chart import chart_line
from settlement.dates import due_date, end_of_day, shanghai_date
from settlement.forecast import awaited, suggest
from settlement.pain001 import Version, ready_orders
from settlement.payments import ORDER_DAYS
from settlement.state import PaymentKind, PaymentOrder, PaymentState
from settlement.statements import overdue_releases
from web import errors
from web.bank import missing_setting, pain001
from web.pages.payout import account_of, complaint_of
from web.pages.shell import Visit, page
from web.pages.statement import party_name

DESK = frozenset({"bank", "operator", "auditor"})
"""Roles that see the desk."""
DONE_SHOWN = 40
ITEMS_SHOWN = 100
FIELD_OF = {"DATE_INVALID": "paid_on", "TARGET_UNFIT": "target"}
"""Refusal → the field it is about; else the form's own."""


def needs_desk(visit: Visit) -> None:
    """403 for those who have nothing to do here."""
    if not DESK & visit.principal.roles:
        raise errors.failure(403, "FORBIDDEN", "this page is for the bank, operators and auditors")


async def desk(
    visit: Visit,
    status: int = 200,
    about: str = "",
    wrong: Mapping[str, str] | None = None,
    said: Mapping[str, str] | None = None,
) -> Response:
    """The page; `wrong` and `said` belong to the order or credit `about` which a form was."""
    needs_desk(visit)
    roles, state = visit.principal.roles, visit.state.settlement
    return visit.render(
        "bank.html",
        status,
        "/bank",
        roles=roles,
        pending=[_order(visit, one) for one in list(state.payments_open.values())[:ITEMS_SHOWN]],
        waiting=len(state.payments_open),
        unpaid=[_order(visit, one) for one in state.payments.values() if _ended_unpaid(one)],
        done=[_order(visit, one) for one in _done(visit)],
        overdue=[one.id for one in overdue_releases(state, visit.now)],
        exportable=len(ready_orders(state)),
        missing=missing_setting(visit.exchange.settings),
        suspense=_suspense(visit),
        balance=trial_balance(visit),
        today=shanghai_date(visit.now).isoformat(),
        about=about,
        errors_of={about: wrong or {}},
        said_of={about: said or {}},
    )


def _ended_unpaid(order: PaymentOrder) -> bool:
    """Whether money waits to be ordered again."""
    return order.state in (PaymentState.VOID, PaymentState.EXPIRED) and not order.repeated_as


def _done(visit: Visit) -> list[PaymentOrder]:
    """The orders that the bank executed last, the newest first."""
    paid = [one for one in visit.state.settlement.payments.values() if one.state is PaymentState.POSTED]
    return paid[: -DONE_SHOWN - 1 : -1]


def _order(visit: Visit, order: PaymentOrder) -> dict[str, Any]:
    return {
        "order": order,
        "to": party_name(visit, order.party),
        "may_expire": visit.now > end_of_day(due_date(order.ready_at or order.ordered_at, ORDER_DAYS)),
        "takes_account": order.kind is PaymentKind.REFUND and order.creditor is None,
    }


def _suspense(visit: Visit) -> list[dict[str, Any]]:
    """What waits, each with what it may be meant for."""
    state = visit.state.settlement
    if not state.suspense:
        return []
    names = {id_: party.name for id_, party in visit.state.market.parties.items()}
    open_ = awaited(state)
    return [
        {
            "item": item,
            "suggestions": [(one, names.get(one.party, one.party)) for one in suggest(item, open_, names)],
        }
        for item in state.suspense[:ITEMS_SHOWN]
    ]


def trial_balance(visit: Visit) -> list[dict[str, Any]]:
    """The open accounts under their lines of the chart, with what each line adds up to."""
    zh = visit.speech.language == "zh"
    lines = []
    by_code = sorted(
        visit.state.settlement.ledger.trial_balance(), key=lambda one: chart_line(one.account).code
    )
    for line, postings in groupby(by_code, key=lambda one: chart_line(one.account)):
        items = list(postings)
        lines.append(
            {
                "code": line.code,
                "name": line.zh if zh else line.en,
                "fen": sum(one.amount_fen for one in items),
                "items": items if line.item else [],
            }
        )
    return lines


# Orders


async def export(visit: Visit) -> Response:
    """The open orders as ISO 20022 pain.001, for the bank to execute."""
    visit.needs("bank")
    version: Version = "03" if visit.request.query_params.get("version") == "03" else "09"
    try:
        document = pain001(visit.state, visit.exchange.settings, visit.now, version)
    except Malformed as wrong:
        raise errors.failure(409, "NO_ORDERS", str(wrong)) from wrong
    name = f"orders-{shanghai_date(visit.now).isoformat()}-{version}.xml"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(document, media_type="application/xml", headers=headers)


async def executed(visit: Visit) -> Response:
    """The bank paid an order."""
    form, payment = visit.form(), visit.part("payment")
    if not form.get("bank_reference"):
        wrong = {"bank_reference": visit.speech.text("The bank's reference, please.")}
        return await desk(visit, 422, payment, wrong, form)
    body = sc.ConfirmPayment(payment, form["bank_reference"][:200], form.get("paid_on", ""))
    return await _step(visit, form, body, payment, "bank_reference")


async def returned(visit: Visit) -> Response:
    """The bank did not pay an order, or the money came back."""
    form, payment = visit.form(), visit.part("payment")
    if not form.get("reason"):
        wrong = {"reason": visit.speech.text("Say why, please.")}
        return await desk(visit, 422, payment, wrong, form)
    return await _step(visit, form, sc.VoidPayment(payment, form["reason"][:200]), payment, "reason")


async def expired(visit: Visit) -> Response:
    """An order that the bank has not answered counts no more."""
    payment = visit.part("payment")
    return await _step(visit, visit.form(), sc.ExpirePayment(payment), payment, "order")


async def repeat(visit: Visit) -> Response:
    """Order the money of a void or expired order again."""
    payment = visit.part("payment")
    return await _step(visit, visit.form(), sc.RepeatPayment(payment), payment, "order")


async def direct(visit: Visit) -> Response:
    """Name the account of a refund that waits for one; a second person names the same."""
    form, payment = visit.form(), visit.part("payment")
    account = account_of(form)
    wrong = complaint_of(visit, account)
    if wrong:
        return await desk(visit, 422, payment, wrong, form)
    body = ac.DirectPayment(payment, account, visit.principal.account)
    return await _step(visit, form, body, payment, "number")


# Suspense


async def assign(visit: Visit) -> Response:
    """Give money in suspense to what it was meant for: one of the suggestions, or an id that was typed."""
    form, credit = visit.form(), visit.part("credit")
    target = form.get("other") or form.get("target", "")
    if not target:
        wrong = {"target": visit.speech.text("Choose a deposit or an obligation, or write its id.")}
        return await desk(visit, 422, credit, wrong, form)
    return await _step(visit, form, sc.AssignSuspense(credit, target), credit, "target")


async def refund(visit: Visit) -> Response:
    """Send money in suspense back to its payer, once the operator has said to mean it."""
    form, credit = visit.form(), visit.part("credit")
    if form.get("sure") != "yes":
        wrong = {"sure": visit.speech.text("Please confirm that the money shall go back.")}
        return await desk(visit, 422, credit, wrong, form)
    return await _step(visit, form, sc.RefundSuspense(credit), credit, "sure")


async def _step(visit: Visit, form: Mapping[str, str], body: Body, about: str, field: str) -> Response:
    needs_desk(visit)
    failed = await visit.try_to(form, body)
    if failed is None:
        return visit.go("/bank")
    code, text = failed
    return await desk(visit, errors.status_of(code), about, {FIELD_OF.get(code, field): text}, form)


def _act(kind: Literal["orders/{payment}", "suspense/{credit}"], name: str, handler: Any) -> Route:
    return page(f"/bank/{kind}/{name}", handler, "POST")


ROUTES: list[Route] = [
    page("/bank", desk),
    page("/bank/orders.xml", export),
    _act("orders/{payment}", "confirmation", executed),
    _act("orders/{payment}", "void", returned),
    _act("orders/{payment}", "expiry", expired),
    _act("orders/{payment}", "repetition", repeat),
    _act("orders/{payment}", "account", direct),
    _act("suspense/{credit}", "assignment", assign),
    _act("suspense/{credit}", "refund", refund),
]
