"""What the rules grant on stated facts, as REST and the calculator page give it; nothing is kept and nobody is asked."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

import msgspec

from matching_engine.money import format_yuan
from settlement.claims import ClaimLine, evaluate
from settlement.conflicts import Conflict, conflicts
from settlement.facts import Facts, parse_facts
from settlement.reasons import EXPLAINED
from settlement.rulebook import Rule, Rulebook
from settlement.worksheet import Step, worksheet
from web.resources import Given, Taken

Block = dict[str, Any]
FACTS_MAX = 400
"""Movements or prior claims in one question; no trade has a tenth of it."""


class CalculateBody(Taken, frozen=True):
    """The facts as in a fact file: amounts are texts of yuan with two decimals. `include`: groups shown on request."""

    jurisdiction: str
    claim_year: int | None = None
    project: str | None = None
    contract: Block | None = None
    seller: Block | None = None
    buyer: Block | None = None
    credits: Annotated[list[Block], msgspec.Meta(max_length=FACTS_MAX)] | None = None
    refunds: Annotated[list[Block], msgspec.Meta(max_length=FACTS_MAX)] | None = None
    election: str | None = None
    specialist: bool | None = None
    prior: Annotated[list[Block], msgspec.Meta(max_length=FACTS_MAX)] | None = None
    other: Block | None = None
    include: tuple[Literal["implement"], ...] = ()


class StepResource(Given, frozen=True):
    """A figure of the calculation; `sign` and `holds` compare the base with it."""

    name: str
    value: str
    unit: Literal["yuan", "rate", "word"]
    sign: str
    holds: bool | None


class LineResource(Given, frozen=True):
    """What a rule grants on the facts, and how; amounts are texts of yuan."""

    rule: str
    claimant: str
    base: str
    amount: str
    payable: bool
    reason: str
    explained: str
    detail: str | None
    document: str
    clause: str | None
    quote: str
    valid: bool | None
    steps: list[StepResource]


class ConflictResource(Given, frozen=True):
    """Rules of which at most one is paid: which applies, which it excludes, why, and the documents' numbers."""

    why: str
    applies: str | None
    excluded: list[str]
    documents: dict[str, str]
    by: str
    valid_from: str | None
    valid_to: str | None


class CalculationResource(Given, frozen=True):
    """A line for each rule that the facts touch, and the conflicts among the rules."""

    lines: list[LineResource]
    conflicts: list[ConflictResource]


class Worked(msgspec.Struct, frozen=True):
    """A line with its rule and the steps to it."""

    line: ClaimLine
    rule: Rule
    steps: tuple[Step, ...]


def calculate(raw: object, book: Rulebook, include: Iterable[str] = ()) -> tuple[Facts, list[Worked]]:
    """The facts of `raw`, and each line with its steps; Malformed names the field that is wrong."""
    facts = parse_facts(raw)
    worked = []
    for line in evaluate(facts, book, include):
        rule = book.find(line.rule)
        assert rule is not None
        worked.append(Worked(line, rule, worksheet(facts, rule, line)))
    return facts, worked


def facts_of_body(body: CalculateBody) -> Block:
    """The body as the mapping of a fact file."""
    raw: Block = msgspec.to_builtins(body)
    del raw["include"]
    return raw


def calculation(body: CalculateBody, book: Rulebook) -> CalculationResource:
    """The answer of REST."""
    facts, worked = calculate(facts_of_body(body), book, body.include)
    found = conflicts(facts, book)
    return CalculationResource([_line(one) for one in worked], [_conflict(one) for one in found])


def _line(one: Worked) -> LineResource:
    line = one.line
    return LineResource(
        rule=line.rule,
        claimant=line.claimant,
        base=format_yuan(line.base_fen),
        amount=format_yuan(line.amount_fen),
        payable=line.payable,
        reason=line.reason.value,
        explained=EXPLAINED[line.reason],
        detail=line.detail,
        document=line.document,
        clause=line.clause,
        quote=line.quote,
        valid=line.valid,
        steps=steps_of(one.steps),
    )


def steps_of(steps: Iterable[Step]) -> list[StepResource]:
    """The steps as REST gives them."""
    return [StepResource(step.name, step.value, step.unit, step.sign, step.holds) for step in steps]


def _conflict(one: Conflict) -> ConflictResource:
    return ConflictResource(
        why=one.why,
        applies=one.applies,
        excluded=list(one.excluded),
        documents=one.documents,
        by=one.by,
        valid_from=one.valid_from.isoformat() if one.valid_from else None,
        valid_to=one.valid_to.isoformat() if one.valid_to else None,
    )
