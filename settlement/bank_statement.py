"""A bank's statement as settlement needs it, whatever file it came in: the credits, each with a stable id.

A statement is taken whole or not at all: its readers check every entry and the sum before they give any.
"""

import hashlib
import re
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from matching_engine.errors import Malformed
from settlement.bank_account import BankAccount
from settlement.commands import RecordCredit
from settlement.dates import parse_date
from settlement.statement_head import StatementHead

ENTRIES_MAX = 20_000
TEXT_MAX = 1000
LIMIT_BYTES = 16 << 20
_AMOUNT = re.compile(r"([0-9]{1,13})(?:\.([0-9]{1,2})0*)?", re.ASCII)


class BankCredit(NamedTuple):
    """Money that came in. `id` follows from account, statement and entry, so the same entry has it again."""

    id: str
    entry: str
    reference: str
    """What the payer wrote: end-to-end id and free text; empty when there is neither."""
    payer: str
    amount_fen: int
    credited_on: str
    payer_account: BankAccount | None = None
    """Where it came from, if the bank told."""
    bank_reference: str = ""
    returned: str = ""
    """Why money came back that had been paid; empty for money that came in."""

    def command(self) -> RecordCredit:
        """The one command that books it."""
        return RecordCredit(
            self.id, self.reference, self.payer, self.amount_fen, self.credited_on, self.payer_account
        )


class BankDebit(NamedTuple):
    """Money that left the account: by one of our orders, or by the bank's own doing."""

    entry: str
    reference: str
    """End-to-end id and free text."""
    payee: str
    amount_fen: int
    paid_on: str
    bank_reference: str
    reversal: bool = False
    """The bank took back money that had come in."""


class BankFile(NamedTuple):
    """A file of statements, read whole."""

    credits: tuple[BankCredit, ...]
    debits: tuple[BankDebit, ...]
    heads: tuple[StatementHead, ...]


def credit_id(account: str, statement: str, entry: str) -> str:
    """The id of an entry of a statement of an account."""
    return "B-" + hashlib.sha256(f"{account}\n{statement}\n{entry}".encode()).hexdigest()[:26]


def fen(text: str, field: str) -> int:
    """The fen of an amount like "1234.5"; Malformed for a sign, a third digit or anything else."""
    found = _AMOUNT.fullmatch(text.strip())
    if found is None:
        if text.strip().startswith("-"):
            raise Malformed(field, text, "an amount that is not negative: debits are marked, not signed")
        raise Malformed(field, text, "an amount in yuan with at most two decimals, like 1234.50")
    return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))


def day(text: str, field: str) -> str:
    """The date of "2026-11-20", "20261120", "2026/11/20", or of an ISO date and time."""
    digits = re.sub(r"[-/.]", "", text.strip().partition("T")[0])
    found: date | None = None
    if re.fullmatch(r"[0-9]{8}", digits, re.ASCII):
        found = parse_date(f"{digits[:4]}-{digits[4:6]}-{digits[6:]}")
    if found is None:
        raise Malformed(field, text, "a date like 2026-11-20")
    return found.isoformat()


def distinct(credits_: Iterable[BankCredit]) -> tuple[BankCredit, ...]:
    """The credits, unless two entries have one reference: then neither could be told from the other."""
    seen: dict[str, str] = {}
    found = tuple(credits_)
    for credit in found:
        for field, text in (("reference", credit.reference), ("payer", credit.payer)):
            if len(text) > TEXT_MAX:
                raise Malformed(f"{credit.entry}, {field}", f"{len(text)} characters", f"at most {TEXT_MAX}")
        if credit.id in seen:
            raise Malformed(credit.entry, "a reference that stands before", "one reference for each entry")
        seen[credit.id] = credit.entry
    return found
