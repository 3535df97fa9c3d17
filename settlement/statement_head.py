"""A bank's statement as a whole: its account, its number and its balances, and what is missing between statements."""

from collections.abc import Iterable
from itertools import pairwise

import msgspec


class StatementHead(msgspec.Struct, frozen=True):
    """A statement without its entries; `number` is the bank's count of statements, where it counts."""

    account: str
    statement: str
    number: int | None
    opening_fen: int
    closing_fen: int
    first_on: str
    last_on: str
    entries: int


def gaps(heads: Iterable[StatementHead]) -> tuple[str, ...]:
    """One line for each statement that is missing between those of one account, or does not go on from the one before.

    Numbers may begin anew with a year. Statements without numbers must open with the balance that another one closed
    with, but for the earliest.
    """
    known = sorted(heads, key=lambda head: (head.last_on, head.number or 0, head.statement))
    numbered = [head for head in known if head.number is not None]
    found = [line for one, next_ in pairwise(numbered) if (line := _break(one, next_))]
    plain = [head for head in known if head.number is None]
    closings = {head.closing_fen: head.statement for head in known}
    found += [_opens_elsewhere(head) for head in plain[1:] if head.opening_fen not in closings]
    return tuple(found)


def _break(one: StatementHead, next_: StatementHead) -> str | None:
    """What is wrong between two statements that should follow each other."""
    last, number = one.number or 0, next_.number or 0
    new_year = next_.last_on[:4] > one.last_on[:4] and number == 1
    if number > last + 1:
        missing = str(last + 1) if number == last + 2 else f"{last + 1} to {number - 1}"
        return f"{one.account}: statement {missing} is missing, between {one.statement} and {next_.statement}"
    if (number == last + 1 or new_year) and one.closing_fen != next_.opening_fen:
        balances = f"{one.closing_fen} fen and {next_.opening_fen} fen"
        return f"{one.account}: {one.statement} closes and {next_.statement} opens with another balance, {balances}"
    return None


def _opens_elsewhere(head: StatementHead) -> str:
    return (
        f"{head.account}: no statement closes with {head.opening_fen} fen, with which {head.statement} opens"
    )
