"""What each rule grants on given facts, and why: pure, exact, one line a rule.

A rule is *touched* when its jurisdiction matches and every fact of its conditions and its formula is stated; it then
gets a line even when it grants nothing. Thresholds, rates and caps work on the unrounded base; only the amount is
rounded, once, as the rule says. The first test that fails names the reason, in this order: who is eligible
(`requires`), whether the rule was in force, its conditions, whether it was paid before, which side was elected.
"""

import operator
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

import msgspec

from matching_engine.errors import Malformed, require
from matching_engine.money import format_yuan, round_down, round_half_up, round_up
from settlement.facts import VOCABULARY, Facts, Kind, stated
from settlement.formulas import Worked, work_out
from settlement.reasons import Reason
from settlement.rulebook import (
    EVERYWHERE,
    ON_REQUEST,
    Condition,
    ExclusiveChoice,
    RateCap,
    Rule,
    Rulebook,
    Sheet,
)


class ClaimLine(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule says on the facts. `amount_fen` is what may be paid now; `base_fen` is rounded down for display.

    `valid` is set only by rules that judge (an award in a range, a share above a floor); `detail` names the
    condition that failed.
    """

    rule: str
    claimant: str
    base_fen: int
    amount_fen: int
    reason: Reason
    document: str
    clause: str | None
    quote: str
    valid: bool | None = None
    detail: str | None = None

    @property
    def payable(self) -> bool:
        """Whether there is anything to pay."""
        return self.amount_fen > 0


def evaluate(facts: Facts, rulebook: Rulebook, include: Iterable[str] = ()) -> list[ClaimLine]:
    """A line for each rule that the facts touch, in the order of the book.

    `include` names groups that take part on request only ("implement"). Malformed: an unknown group, or a prior
    claim that the book cannot place.
    """
    left_out = _left_out(include)
    _check_prior(facts, rulebook)
    lines: dict[str, ClaimLine] = {}
    for sheet in rulebook.sheets:
        if sheet.jurisdiction not in (facts.jurisdiction, EVERYWHERE) or sheet.group in left_out:
            continue
        for rule in sheet.rules:
            if _touched(rule, facts):
                granted = {name: line.amount_fen for name, line in lines.items()}
                worked = work_out(rule.formula, facts, granted)
                lines[rule.id] = _line(sheet, rule, worked, _refusal(rule, facts, rulebook))
    _check_one_side(rulebook, lines)
    return list(lines.values())


_Refusal = tuple[Reason, str]
"""Why a rule grants nothing: the code, and the condition that failed in words."""

_ROUND: dict[str, Callable[[Fraction], int]] = {"down": round_down, "half_up": round_half_up, "up": round_up}


def _left_out(include: Iterable[str]) -> tuple[str, ...]:
    """The groups that nobody asked for."""
    asked = tuple(include)
    for group in asked:
        if group not in ON_REQUEST:
            raise Malformed("include", group, "one of " + ", ".join(ON_REQUEST))
    return tuple(group for group in ON_REQUEST if group not in asked)


def _touched(rule: Rule, facts: Facts) -> bool:
    if isinstance(rule.formula, ExclusiveChoice):
        return False
    return all(stated(facts, fact) is not None for fact in rule.touching())


def _line(sheet: Sheet, rule: Rule, worked: Worked, refusal: _Refusal | None) -> ClaimLine:
    amount_fen = 0 if refusal else _ROUND[rule.rounding](worked.amount)
    _check_amount(rule, amount_fen)
    reason = refusal[0] if refusal else worked.reason
    if amount_fen == 0 and reason in (Reason.GRANTED, Reason.TAX_DUE):
        reason = Reason.UNDER_ONE_FEN
    return ClaimLine(
        rule=rule.id,
        claimant=rule.claimant.role,
        base_fen=round_down(worked.base),
        amount_fen=amount_fen,
        reason=reason,
        document=rule.document or sheet.source.document,
        clause=rule.clause,
        quote=rule.quote,
        valid=False if refusal and worked.valid else worked.valid,
        detail=refusal[1] if refusal else None,
    )


def _check_amount(rule: Rule, amount_fen: int) -> None:
    require(amount_fen >= 0, f"{rule.id} never pays less than nothing")
    if isinstance(rule.formula, RateCap) and rule.formula.cap is not None:
        require(amount_fen <= rule.formula.cap, f"{rule.id} pays at most its cap")


def _refusal(rule: Rule, facts: Facts, book: Rulebook) -> _Refusal | None:
    """Why the rule grants nothing, whatever its formula says; None when it may grant."""
    for condition in rule.requires:
        if not _holds(condition, facts):
            return condition.reason, _failed(condition, facts)
    if facts.claim_year is not None and not rule.in_force(facts.claim_year):
        return Reason.NOT_IN_FORCE, f"from {rule.valid_from} to {rule.valid_to or 'now'}"
    for condition in rule.conditions:
        if not _holds(condition, facts):
            return condition.reason, _failed(condition, facts)
    if _decided_before(rule, facts, book):
        return Reason.ALREADY_CLAIMED, "paid once per " + ", ".join(rule.once_per)
    if rule.choice and facts.election != rule.claimant.role:
        reason = Reason.OTHER_SIDE_ELECTED if facts.election else Reason.NO_ELECTION
        return reason, f"elected: {facts.election or 'nobody'}"
    return None


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "in": lambda value, allowed: value in allowed,
    "ge": operator.ge,
    "gt": operator.gt,
    "le": operator.le,
    "lt": operator.lt,
}
_SIGN = {"eq": "=", "in": "one of", "ge": "≥", "gt": ">", "le": "≤", "lt": "<"}


def _holds(condition: Condition, facts: Facts) -> bool:
    value = stated(facts, condition.fact)
    return condition.if_stated if value is None else _COMPARE[condition.op](value, condition.value)


def _failed(condition: Condition, facts: Facts) -> str:
    """The condition and what stands against it, as in "needs received ≥ 500000.00, is 499999.99"."""
    say = _say_fen if VOCABULARY[condition.fact] is Kind.MONEY else _say
    value = stated(facts, condition.fact)
    found = "not stated" if value is None else say(value)
    return f"needs {condition.fact} {_SIGN[condition.op]} {say(condition.value)}, is {found}"


def _say(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _say_fen(value: Any) -> str:
    return format_yuan(round_down(Fraction(value)))


def _decided_before(rule: Rule, facts: Facts, book: Rulebook) -> bool:
    """Whether a prior claim stands for the same thing, by this rule or by one that may not be paid beside it."""
    if not rule.once_per:
        return False
    now = {"project": facts.project, "claim_year": facts.claim_year, "level": facts.other.get("level")}
    rivals = book.rivals(rule)
    return any(
        prior.rule in rivals and all(getattr(prior, key) == now[key] for key in rule.once_per)
        for prior in facts.prior
    )


def _check_prior(facts: Facts, book: Rulebook) -> None:
    """A prior claim that cannot be placed could let the same thing be paid twice."""
    for index, prior in enumerate(facts.prior):
        if prior.journaled:
            continue
        rule = book.find(prior.rule)
        if rule is None:
            raise Malformed(f"prior[{index}].rule", prior.rule, "the id of a rule in the book")
        for key in rule.once_per:
            if getattr(prior, key) is None:
                raise Malformed(f"prior[{index}].{key}", None, f"a value: {rule.id} is paid once for each")


def _check_one_side(book: Rulebook, lines: Mapping[str, ClaimLine]) -> None:
    for rule in book.rules():
        if isinstance(rule.formula, ExclusiveChoice):
            paid = [name for name in rule.formula.between if name in lines and lines[name].payable]
            require(len(paid) <= 1, f"{rule.id}: at most one side is paid, not {paid}")
