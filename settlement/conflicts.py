"""Several rules on one trade and year: which applies, which it excludes, and why.

The reasons are codes with the rules and documents they are about; whoever shows them has the words.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Literal

import msgspec

from settlement.claims import ClaimLine, evaluate
from settlement.facts import Facts
from settlement.reasons import Reason
from settlement.rulebook import ON_REQUEST, ExclusiveChoice, Rule, Rulebook

Why = Literal[
    "elected",
    "not_elected",
    "decided_before",
    "implements",
    "succeeds",
    "out_of_force",
]


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """`applies` is the rule that is paid by, None while that is open; `excluded` are those it is not paid beside."""

    why: Why
    applies: str | None
    excluded: tuple[str, ...]
    documents: dict[str, str]
    """Rule → its document's number, of every rule named here."""
    by: str = ""
    """The rule that says so, like the one of one side."""
    valid_from: date | None = None
    valid_to: date | None = None


def conflicts(facts: Facts, book: Rulebook) -> tuple[Conflict, ...]:
    """Every conflict among the rules that the facts touch, those shown on request included."""
    lines = {line.rule: line for line in evaluate(facts, book, ON_REQUEST)}
    return (*_one_sides(facts, book, lines), *_related(book, lines), *_out_of_force(book, lines))


def _documents(book: Rulebook, *rules: str) -> dict[str, str]:
    found = {rule.id: rule.document or sheet.source.document for sheet in book.sheets for rule in sheet.rules}
    return {rule: found[rule] for rule in rules if rule in found}


def _one_sides(facts: Facts, book: Rulebook, lines: Mapping[str, ClaimLine]) -> Iterator[Conflict]:
    """Of two sides only one is supported: the one that both parties elected."""
    for rule in book.rules():
        if not isinstance(rule.formula, ExclusiveChoice):
            continue
        sides = [name for name in rule.formula.between if name in lines]
        if len(sides) < 2:
            continue
        why, applies = _side(facts, [lines[name] for name in sides])
        excluded = tuple(name for name in sides if name != applies)
        documents = _documents(book, rule.id, *sides)
        yield Conflict(why=why, applies=applies, excluded=excluded, documents=documents, by=rule.id)


def _side(facts: Facts, sides: list[ClaimLine]) -> tuple[Why, str | None]:
    if any(line.reason is Reason.ALREADY_CLAIMED for line in sides):
        return "decided_before", None
    chosen = next((line.rule for line in sides if line.claimant == facts.election), None)
    return ("elected", chosen) if chosen else ("not_elected", None)


def _related(book: Rulebook, lines: Mapping[str, ClaimLine]) -> Iterator[Conflict]:
    """A rule that implements or follows another: claims are drawn up by the policy; the other is for comparison."""
    for rule in book.rules():
        if rule.id not in lines:
            continue
        for relation in rule.relations:
            if relation.rule in lines:
                yield Conflict(
                    why=relation.kind,
                    applies=_drawn_up_by(book, rule, relation.rule),
                    excluded=(rule.id,),
                    documents=_documents(book, rule.id, relation.rule),
                    valid_from=rule.valid_from,
                    valid_to=rule.valid_to,
                )


def _drawn_up_by(book: Rulebook, rule: Rule, other: str) -> str | None:
    """The one of the two that takes part without being asked for, if only one does."""
    group = {one.id: sheet.group for sheet in book.sheets for one in sheet.rules}
    return other if group[rule.id] in ON_REQUEST and group[other] not in ON_REQUEST else None


def _out_of_force(book: Rulebook, lines: Mapping[str, ClaimLine]) -> Iterator[Conflict]:
    for rule in book.rules():
        if rule.id in lines and lines[rule.id].reason is Reason.NOT_IN_FORCE:
            yield Conflict(
                why="out_of_force",
                applies=None,
                excluded=(rule.id,),
                documents=_documents(book, rule.id),
                valid_from=rule.valid_from,
                valid_to=rule.valid_to,
            )
