"""Accounts to be paid to: a party states its own, two persons of the operator confirm; refunds are directed by two."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import Route

from settlement import account_commands as ac
from settlement.bank_account import BankAccount, fault, tidy
from settlement.default import EXCHANGE
from settlement.stated_account import effective
from web import errors
from web.pages.shell import Visit, page
from web.pages.statement import party_name

FIELDS = ("holder", "number", "bank_name", "bank_code", "bic")
CONFIRMS = frozenset({"operator"})
"""Roles whose people confirm."""


async def show(
    visit: Visit,
    status: int = 200,
    about: str = "",
    wrong: Mapping[str, str] | None = None,
    said: Mapping[str, str] | None = None,
) -> Response:
    """A party's own account with the form for another one; to operators, everything that waits for them."""
    principal, accounts = visit.principal, visit.state.settlement.payout_accounts
    party = _own(visit)
    confirms = bool(CONFIRMS & principal.roles)
    if party is None:
        raise errors.failure(403, "FORBIDDEN", "this page is for organisations that trade and for operators")
    own = accounts.get(party, [])
    waiting = [(id_, _name(visit, id_), all_[-1]) for id_, all_ in accounts.items() if all_[-1].pending]
    return visit.render(
        "payout.html",
        status,
        "/payout-account",
        party=party,
        name=_name(visit, party),
        effective=effective(own),
        stated=list(reversed(own)),
        waiting=waiting if confirms else [],
        confirms=confirms,
        account=principal.account,
        errors_of={about: wrong or {}},
        said_of={about: said or {}},
    )


def _own(visit: Visit) -> str | None:
    """Whose account the reader states: its organisation's; an operator that of the exchange, for its commissions."""
    principal = visit.principal
    return principal.party or (EXCHANGE if CONFIRMS & principal.roles else None)


def _name(visit: Visit, party: str) -> str:
    return visit.speech.text("The exchange") if party == EXCHANGE else party_name(visit, party)


def account_of(form: Mapping[str, str]) -> BankAccount:
    """The account that a form names."""
    return BankAccount(*(form.get(name, "") for name in FIELDS))


def complaint_of(visit: Visit, account: BankAccount) -> dict[str, str]:
    """What is wrong with an account, beside its field; nothing when a bank could pay to it."""
    found = fault(tidy(account))
    return {found.field: visit.speech.code("account_fault", found.field)} if found else {}


async def state(visit: Visit) -> Response:
    """State where one's own organisation is paid."""
    form, principal = visit.form(), visit.principal
    account = account_of(form)
    wrong = complaint_of(visit, account)
    if wrong:
        return await show(visit, 422, "own", wrong, form)
    body = ac.StatePayoutAccount(_own(visit) or "", account, principal.account)
    return await _step(visit, form, body, "own", "number")


async def confirm(visit: Visit) -> Response:
    """Confirm an account that a party stated; the second person makes it effective."""
    party = visit.part("party")
    body = ac.ConfirmPayoutAccount(party, _version(visit), visit.principal.account)
    return await _step(visit, visit.form(), body, party, "version")


async def reject(visit: Visit) -> Response:
    """Turn an account down, and say why."""
    form, party = visit.form(), visit.part("party")
    if not form.get("reason"):
        return await show(visit, 422, party, {"reason": visit.speech.text("Say why, please.")}, form)
    body = ac.RejectPayoutAccount(party, _version(visit), visit.principal.account, form["reason"][:200])
    return await _step(visit, form, body, party, "reason")


async def _step(visit: Visit, form: Mapping[str, str], body: Any, about: str, field: str) -> Response:
    failed = await visit.try_to(form, body)
    if failed is None:
        return visit.go("/payout-account")
    return await show(visit, errors.status_of(failed[0]), about, {field: failed[1]}, form)


def _version(visit: Visit) -> int:
    text = visit.part("version")
    if not (text.isascii() and text.isdecimal() and len(text) < 6):
        raise errors.not_found("account")
    return int(text)


ROUTES: list[Route] = [
    page("/payout-account", show),
    page("/payout-account", state, "POST"),
    page("/payout-account/{party}/{version}/confirmation", confirm, "POST"),
    page("/payout-account/{party}/{version}/rejection", reject, "POST"),
]
