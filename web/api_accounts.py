"""Payout accounts over REST: a party states its own, two persons of the operator confirm, refunds are directed."""

from settlement import account_commands as ac
from settlement.default import EXCHANGE
from settlement.stated_account import StatedAccount, effective
from web import errors
from web.account_resources import AccountBody, AccountResource, account_resource
from web.decisions import decision
from web.resources import Decision, Given, Taken, Word
from web.routes import Ask, Operation
from web.views import iso

V1 = "/api/v1"
OVERSEERS = frozenset({"operator", "auditor", "bank"})


class RejectionBody(Taken, frozen=True):
    """Why an account is turned down."""

    reason: Word


class StatedResource(Given, frozen=True):
    """An account as it was stated, and how far it has come."""

    version: int
    account: AccountResource
    state: str
    stated_by: str
    stated_at: str
    confirmed_by: list[str]
    reason: str


class PayoutAccountResource(Given, frozen=True):
    """Where a party is paid, and every account it stated, the latest first."""

    party: str
    effective: AccountResource | None
    stated: list[StatedResource]


class PendingResource(Given, frozen=True):
    """A stated account that waits for the operator."""

    party: str
    stated: StatedResource


class PendingPage(Given, frozen=True):
    """All that wait."""

    accounts: list[PendingResource]


def _stated(one: StatedAccount) -> StatedResource:
    return StatedResource(
        one.version,
        account_resource(one.account),
        one.state.value,
        one.stated_by,
        iso(one.stated_at),
        list(one.confirmed_by),
        one.reason,
    )


async def show_account(ask: Ask) -> PayoutAccountResource:
    """Where a party is paid; its own people, operators, auditors and the bank see it."""
    party, principal, view = ask.path("party"), ask.principal, ask.exchange.house.view
    allowed = principal.party == party or principal.roles & OVERSEERS
    if not allowed or (party != EXCHANGE and party not in view.market.parties):
        raise errors.not_found("party")
    stated = view.settlement.payout_accounts.get(party, [])
    account = effective(stated)
    return PayoutAccountResource(
        party, account_resource(account) if account else None, [_stated(one) for one in reversed(stated)]
    )


async def list_pending(ask: Ask) -> PendingPage:
    """Accounts that wait for a person of the operator."""
    if not ask.principal.roles & OVERSEERS:
        raise errors.failure(403, "FORBIDDEN", f"for the roles {', '.join(sorted(OVERSEERS))}")
    found = ask.exchange.house.view.settlement.payout_accounts
    return PendingPage(
        [PendingResource(party, _stated(all_[-1])) for party, all_ in found.items() if all_[-1].pending]
    )


async def state_account(ask: Ask) -> Decision:
    """State where one's own organisation is paid."""
    body: AccountBody = ask.body
    command = ac.StatePayoutAccount(ask.path("party"), body.account(), ask.principal.account)
    return decision(await ask.submit(command))


async def confirm_account(ask: Ask) -> Decision:
    """Confirm a stated account; the second person makes it effective."""
    party, version = ask.path("party"), _version(ask)
    return decision(await ask.submit(ac.ConfirmPayoutAccount(party, version, ask.principal.account)))


async def reject_account(ask: Ask) -> Decision:
    """Turn a stated account down."""
    body: RejectionBody = ask.body
    command = ac.RejectPayoutAccount(ask.path("party"), _version(ask), ask.principal.account, body.reason)
    return decision(await ask.submit(command))


async def direct_payment(ask: Ask) -> Decision:
    """Name the account of a refund that waits for one; a second person names the same."""
    body: AccountBody = ask.body
    command = ac.DirectPayment(ask.path("payment"), body.account(), ask.principal.account)
    return decision(await ask.submit(command))


def _version(ask: Ask) -> int:
    text = ask.path("version")
    if not (text.isascii() and text.isdecimal() and len(text) < 6):
        raise errors.not_found("account")
    return int(text)


def _act(path: str, handler: object, summary: str, body: object = None) -> Operation:
    return Operation(
        "POST",
        f"{V1}/{path}",
        handler,  # type: ignore[arg-type]
        summary,
        "bank",
        Decision,
        status=201,
        body=body,
        binds=True,
        errors=(404, 409),
    )


_OWN = "parties/{party}/payout-account"

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "GET",
        f"{V1}/{_OWN}",
        show_account,
        "Where a party is paid",
        "bank",
        PayoutAccountResource,
        errors=(404,),
    ),
    Operation(
        "GET", f"{V1}/bank/payout-accounts", list_pending, "Accounts to be confirmed", "bank", PendingPage
    ),
    _act(_OWN, state_account, "State where one is paid", AccountBody),
    _act(f"{_OWN}/{{version}}/confirmation", confirm_account, "Confirm an account"),
    _act(f"{_OWN}/{{version}}/rejection", reject_account, "Turn an account down", RejectionBody),
    _act("bank/orders/{payment}/account", direct_payment, "Name the account of a refund", AccountBody),
)
