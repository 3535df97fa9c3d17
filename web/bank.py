"""The bank's desk behind every door: a statement booked whole, and the open orders as the bank takes them.

A statement is read and checked whole before its first credit is booked. Each credit is one command whose id
follows from the entry, so a statement that comes again, or was cut off in the middle, changes nothing twice.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from exchange.house.command import Command, Principal
from exchange.house.house import House
from exchange.house.remote import RemoteHouse
from exchange.house.state import State
from exchange.settings import Settings
from matching_engine.errors import Malformed
from settlement.bank_statement import BankCredit
from settlement.credit import is_told, suspended
from settlement.pain001 import Payer, Version, ready_orders, waiting_orders, write_pain001
from settlement.state import Credit
from settlement.statement_csv import ColumnMap
from web.api_trades import credit_command


class Waiting(msgspec.Struct, frozen=True):
    """Money of a statement that waits in suspense."""

    credit: str
    entry: str
    amount_fen: int
    reason: str


class Unmatched(msgspec.Struct, frozen=True):
    """An entry of a statement that says nothing of our orders, and why."""

    entry: str
    amount_fen: int
    reference: str
    code: str
    detail: str


class Booked(msgspec.Struct, frozen=True):
    """What became of a statement's credits: booked now, known from before, and which of them wait in suspense."""

    credits: int
    recorded: int
    known: int
    suspense: tuple[Waiting, ...]
    confirmed: int = 0
    """Orders that left the account."""
    returned: int = 0
    """Orders whose money came back."""
    orders_known: int = 0
    unmatched: tuple[Unmatched, ...] = ()
    """What names no order, or another amount: booked nowhere."""
    gaps: tuple[str, ...] = ()
    """Statements of the account that are missing, or do not go on from the one before."""


def column_map(plain: Any) -> ColumnMap:
    """A column map from plain data; Malformed for an unknown or a missing key."""
    try:
        return msgspec.convert(plain, ColumnMap)
    except msgspec.ValidationError as wrong:
        raise Malformed("map", str(wrong), "account, columns and what else a column map has") from wrong


async def book(house: House | RemoteHouse, principal: Principal, credits_: Iterable[BankCredit]) -> Booked:
    """Book the credits that the house does not know; Malformed, before any, when it knows one differently."""
    told = tuple(credits_)
    check_known(house.view, told)
    recorded = 0
    for credit in told:
        command = Command(credit_command(credit.id), principal, credit.command())
        if credit.id not in house.view.settlement.credits:
            outcome = await house.submit(command)
            recorded += outcome.refusal is None
    return Booked(len(told), recorded, len(told) - recorded, _waiting(house.view, told))


def check_known(view: State, told: Iterable[BankCredit]) -> None:
    """Malformed for the first credit that the house knows with other contents."""
    for credit in told:
        _check_known(view.settlement.credits.get(credit.id), credit)


def _check_known(known: Credit | None, credit: BankCredit) -> None:
    if known is None:
        return
    if not is_told(known, credit.reference, credit.payer, credit.amount_fen, credit.credited_on):
        expected = (
            f"what was booked before: {known.amount_fen} fen of {known.credited_on}, {known.reference!r}"
        )
        raise Malformed(credit.entry, f"{credit.amount_fen} fen of {credit.credited_on}", expected)


def _waiting(view: State, told: Iterable[BankCredit]) -> tuple[Waiting, ...]:
    found = ((credit, suspended(view.settlement, credit.id)) for credit in told)
    return tuple(
        Waiting(c.id, c.entry, item.amount_fen, item.reason) for c, item in found if item is not None
    )


def missing_setting(settings: Settings) -> str | None:
    """The first setting of the escrow account that is not given; None when all are."""
    names = ("escrow_name", "escrow_account", "escrow_bank")
    return next((f"LUOCHUI_{name.upper()}" for name in names if not getattr(settings, name)), None)


def pain001(view: State, settings: Settings, at: int, version: Version) -> bytes:
    """The open orders of a house that have their accounts, for its bank.

    Malformed without any, saying which wait for an account, or without the escrow account's settings.
    """
    missing = missing_setting(settings)
    if missing:
        raise Malformed(missing, "nothing", "the escrow account's holder, number and bank")
    payer = Payer(settings.escrow_name, settings.escrow_account, settings.escrow_bank)
    ready, waiting = ready_orders(view.settlement), waiting_orders(view.settlement)
    if waiting and not ready:
        named = ", ".join(order.payment for order in waiting[:5])
        raise Malformed(
            "orders", f"{len(waiting)} that wait for an account ({named})", "one with its account"
        )
    return write_pain001(ready, payer, at, version)
