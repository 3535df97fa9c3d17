"""How a rule's formula works on the facts: exact fractions of fen in, exact fractions out; nothing is rounded here."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import msgspec

from settlement import tax
from settlement.facts import Facts, stated
from settlement.reasons import Reason
from settlement.rulebook import (
    AnyFormula,
    CarveOut,
    ExemptBase,
    HalfOverExempt,
    Lookup,
    Range,
    RateCap,
    RewardMin,
    ShareFloor,
    WagesExclusion,
)

NOTHING = Fraction(0)


class Worked(msgspec.Struct, frozen=True):
    """What a formula gives, in fen. `valid` is set by the formulas that judge."""

    base: Fraction
    amount: Fraction
    reason: Reason = Reason.GRANTED
    valid: bool | None = None


def work_out(formula: AnyFormula, facts: Facts, granted: Mapping[str, int]) -> Worked:
    """The formula on the facts; every fact it needs is stated. `granted`: fen by rule, of the rules before."""
    return _WORK[type(formula)](formula, facts, granted)


def _rate_cap(formula: RateCap, facts: Facts, _: Mapping[str, int]) -> Worked:
    base = _money(facts, formula.of)
    full = base * formula.rate
    return Worked(base, full if formula.cap is None else min(full, Fraction(formula.cap)))


def _carve_out(formula: CarveOut, _: Facts, granted: Mapping[str, int]) -> Worked:
    whole = Fraction(granted.get(formula.of, 0))
    return Worked(whole, whole * formula.rate, Reason.GRANTED if whole else Reason.NO_SUBSIDY)


def _range(formula: Range, facts: Facts, _: Mapping[str, int]) -> Worked:
    award = _money(facts, formula.of)
    if formula.min <= award and (formula.max is None or award <= formula.max):
        return Worked(award, award, valid=True)
    return Worked(award, NOTHING, Reason.OUT_OF_RANGE, valid=False)


def _share_floor(formula: ShareFloor, facts: Facts, _: Mapping[str, int]) -> Worked:
    met: bool = stated(facts, formula.of) >= formula.floor
    return Worked(NOTHING, NOTHING, Reason.FLOOR_MET if met else Reason.BELOW_FLOOR, valid=met)


def _lookup(formula: Lookup, facts: Facts, _: Mapping[str, int]) -> Worked:
    amount = formula.table.get(stated(facts, formula.of))
    return Worked(NOTHING, Fraction(amount or 0), Reason.NOT_IN_TABLE if amount is None else Reason.GRANTED)


def _half_over_exempt(formula: HalfOverExempt, facts: Facts, _: Mapping[str, int]) -> Worked:
    base = _money(facts, formula.of)
    due = tax.half_over_exempt(base, formula.exempt, formula.tax_rate)
    return Worked(base, due, Reason.TAX_DUE if due else Reason.EXEMPT)


def _exempt_base(formula: ExemptBase, facts: Facts, _: Mapping[str, int]) -> Worked:
    total = _money(facts, formula.total)
    return Worked(total, tax.exempt_base(total, _money(facts, formula.non_technical)))


def _reward_min(formula: RewardMin, facts: Facts, _: Mapping[str, int]) -> Worked:
    base = _money(facts, formula.of)
    share = formula.table.get(stated(facts, formula.key), formula.table[formula.default])
    return Worked(base, tax.reward_floor(base, share))


def _wages_exclusion(formula: WagesExclusion, facts: Facts, _: Mapping[str, int]) -> Worked:
    base = _money(facts, formula.of)
    return Worked(base, tax.wages_exclusion(base, formula.share))


def _money(facts: Facts, name: str) -> Fraction:
    """The sum of money `name`, never below nothing: what went back beyond what came earns no claim."""
    return max(Fraction(stated(facts, name)), NOTHING)


_WORK: dict[type[Any], Callable[[Any, Facts, Mapping[str, int]], Worked]] = {
    RateCap: _rate_cap,
    CarveOut: _carve_out,
    Range: _range,
    ShareFloor: _share_floor,
    Lookup: _lookup,
    HalfOverExempt: _half_over_exempt,
    ExemptBase: _exempt_base,
    RewardMin: _reward_min,
    WagesExclusion: _wages_exclusion,
}
