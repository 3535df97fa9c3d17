"""A bank's file booked whole: money that came in, orders of ours that were paid or came back, and what is missing.

Debits come first, so that money which left and came back within one file is seen to do both. Every entry is one
command whose id follows from it: a file that comes again, or was cut off in the middle, changes nothing twice.
"""

import hashlib
from dataclasses import dataclass, field

import msgspec

from exchange.house.command import Command, Principal
from exchange.house.house import House
from exchange.house.remote import RemoteHouse
from exchange.house.state import State
from matching_engine.errors import Malformed
from settlement.bank_commands import NoteStatement
from settlement.bank_statement import BankCredit, BankDebit, BankFile
from settlement.bank_told import Told, of_debit, of_return, orders_by_name
from settlement.camt053 import read_camt053_file
from settlement.commands import ConfirmPayment
from settlement.statement_csv import ColumnMap, read_csv_file
from settlement.statement_head import StatementHead, gaps
from web.bank import Booked, Unmatched, book, check_known


def read_file(data: bytes, columns: ColumnMap | None) -> BankFile:
    """A camt.053 file, or a CSV under its column map; Malformed names what is wrong."""
    return read_camt053_file(data) if columns is None else read_csv_file(data, columns)


def check_file(view: State, file: BankFile) -> None:
    """Malformed for the first credit or statement that the house knows with other contents."""
    check_known(view, file.credits)
    for head in file.heads:
        known = view.settlement.statements.get(head.account, {}).get(head.statement)
        if known not in (None, head):
            expected = (
                f"what was imported before: {known.entries} entries, closing with {known.closing_fen} fen"
            )
            raise Malformed(
                f"statement {head.statement}", f"{head.entries} entries, {head.closing_fen} fen", expected
            )


@dataclass(slots=True)
class _Tally:
    """What became of debits and returns."""

    confirmed: int = 0
    returned: int = 0
    known: int = 0
    unmatched: list[Unmatched] = field(default_factory=list)

    def report(self, entry: BankDebit | BankCredit, code: str, detail: str) -> None:
        self.unmatched.append(Unmatched(entry.entry, entry.amount_fen, entry.reference, code, detail))


async def book_file(house: House | RemoteHouse, principal: Principal, file: BankFile) -> Booked:
    """Book a file; Malformed, before anything of it, when it contradicts what was booked."""
    check_file(house.view, file)
    tally = _Tally()
    for debit in file.debits:
        told = of_debit(orders_by_name(house.view.settlement), debit)
        await _take(house, principal, debit, told, tally)
    plain = []
    for credit in file.credits:
        back = _came_back(house.view, credit)
        if back is None:
            plain.append(credit)
        else:
            await _take(house, principal, credit, back, tally)
    booked = await book(house, principal, plain)
    for head in file.heads:
        await _note(house, principal, head)
    return msgspec.structs.replace(
        booked,
        confirmed=tally.confirmed,
        returned=tally.returned,
        orders_known=tally.known,
        unmatched=tuple(tally.unmatched),
        gaps=_gaps(house.view, file),
    )


def _came_back(view: State, credit: BankCredit) -> Told | None:
    """What the credit says of our orders; one that was booked as money that came in stays that."""
    if credit.id in view.settlement.credits:
        return None
    return of_return(orders_by_name(view.settlement), credit)


async def _take(
    house: House | RemoteHouse, principal: Principal, entry: BankDebit | BankCredit, told: Told, tally: _Tally
) -> None:
    """Ask the books what an entry says, or report that it says nothing."""
    if told.known:
        tally.known += 1
    elif told.command is None:
        tally.report(entry, told.mismatch.value if told.mismatch else "", told.detail)
    else:
        key = f"{told.command.payment}\n{entry.bank_reference}\n{type(told.command).__name__}"
        outcome = await house.submit(Command(_id("entry", key), principal, told.command))
        if outcome.refusal is not None:
            tally.report(entry, outcome.refusal.code, outcome.refusal.detail)
        elif isinstance(told.command, ConfirmPayment):
            tally.confirmed += 1
        else:
            tally.returned += 1


async def _note(house: House | RemoteHouse, principal: Principal, head: StatementHead) -> None:
    if head.statement not in house.view.settlement.statements.get(head.account, {}):
        id_ = _id("statement", f"{head.account}\n{head.statement}")
        await house.submit(Command(id_, principal, NoteStatement(head)))


def _id(kind: str, key: str) -> str:
    return f"{kind}-{hashlib.sha256(key.encode()).hexdigest()[:40]}"


def _gaps(view: State, file: BankFile) -> tuple[str, ...]:
    """What is missing of the accounts that the file is about."""
    known = view.settlement.statements
    accounts = dict.fromkeys(head.account for head in file.heads)
    return tuple(line for account in accounts for line in gaps(known.get(account, {}).values()))
