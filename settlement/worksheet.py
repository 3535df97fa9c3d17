"""How a line came to its amount, step by step: what an official adds up again by hand.

The steps are texts of exact figures, so that they can be journaled with a claim and never change with a rule book.
Nothing is rounded before the last step.
"""

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any, Literal

import msgspec

from matching_engine.money import format_yuan
from settlement.claims import ClaimLine
from settlement.facts import VOCABULARY, Facts, Kind, in_year, received, stated
from settlement.rulebook import (
    CarveOut,
    ExemptBase,
    HalfOverExempt,
    Lookup,
    OnMoney,
    Range,
    RateCap,
    RewardMin,
    Rule,
    ShareFloor,
    WagesExclusion,
)

StepName = Literal[
    "CREDITED",
    "REFUNDED",
    "TECHNOLOGY_SHARE",
    "RECEIVED",
    "THRESHOLD",
    "SUBSIDY",
    "TOTAL",
    "NON_TECHNICAL",
    "BASE",
    "EXEMPT",
    "ABOVE",
    "RATE",
    "HALF",
    "CASE",
    "FLOOR",
    "SHARE",
    "LEAST",
    "MOST",
    "EXACT",
    "CAP",
    "CAPPED",
    "ROUNDING",
    "AMOUNT",
]
Unit = Literal["yuan", "rate", "word"]
_SIGN = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}


class Step(msgspec.Struct, frozen=True):
    """One figure of the sheet. `sign` and `holds` are those of a comparison: whether the base is `sign` the value."""

    name: StepName
    value: str
    unit: Unit = "yuan"
    sign: str = ""
    holds: bool | None = None


def worksheet(facts: Facts, rule: Rule, line: ClaimLine) -> tuple[Step, ...]:
    """The steps from the money to `line`, which `rule` gave on `facts`."""
    return (*_money(facts, rule), *_thresholds(facts, rule), *_formula(facts, rule, line), *_end(rule, line))


def exact_yuan(fen: Fraction) -> str:
    """Yuan without rounding: "999999.999", or "0.333333… (1/3)" where no decimal is exact."""
    value = fen / 100
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    sign, places = ("-" if value < 0 else ""), 2
    while rest == 1 and value * 10**places % 1:
        places += 1
    shown = places if rest == 1 else 6
    whole, part = divmod(abs(value.numerator) * 10**shown // value.denominator, 10**shown)
    text = f"{sign}{whole}.{part:0{shown}d}"
    return text if rest == 1 else f"{text}… ({value.numerator}/{value.denominator})"


def percent(rate: Fraction) -> str:
    """ "30%", "12.5%"; a rate of a rule file has at most six decimals."""
    text = exact_yuan(rate * 10_000).rstrip("0").rstrip(".")
    return f"{text}%"


def _money(facts: Facts, rule: Rule) -> Iterator[Step]:
    """Where the rule works on money received: what came, what went back, which part is technology."""
    contract, base = facts.contract, received(facts)
    if "received" not in rule.touching() or contract is None or base is None or facts.credits is None:
        return
    total, other = contract.total_fen or 1, contract.non_technical_fen or 0
    yield Step("CREDITED", format_yuan(in_year(facts.credits, facts.claim_year)))
    yield Step("REFUNDED", format_yuan(in_year(facts.refunds, facts.claim_year)))
    yield Step("TECHNOLOGY_SHARE", f"{format_yuan(total - other)} / {format_yuan(total)}", "word")
    yield Step("RECEIVED", exact_yuan(base))


def _thresholds(facts: Facts, rule: Rule) -> Iterator[Step]:
    for condition in rule.conditions:
        if VOCABULARY[condition.fact] is not Kind.MONEY or not isinstance(condition.value, int):
            continue
        value, sign = Fraction(stated(facts, condition.fact)), _SIGN[condition.op]
        bound = condition.value
        holds = {"≥": value >= bound, ">": value > bound, "≤": value <= bound, "<": value < bound}[sign]
        yield Step("THRESHOLD", format_yuan(bound), "yuan", sign, holds)


def _formula(facts: Facts, rule: Rule, line: ClaimLine) -> Iterator[Step]:
    if isinstance(rule.formula, OnMoney) and rule.formula.of != "received":
        yield Step("BASE", exact_yuan(_base(facts, rule.formula.of)))
    shown = _SHOWN.get(type(rule.formula))
    if shown:
        yield from shown(facts, rule.formula, line)


def _base(facts: Facts, name: str) -> Fraction:
    return max(Fraction(stated(facts, name)), Fraction(0))


def _rate_cap(facts: Facts, formula: RateCap, _: ClaimLine) -> Iterator[Step]:
    full = _base(facts, formula.of) * formula.rate
    yield Step("RATE", percent(formula.rate), "rate")
    yield Step("EXACT", exact_yuan(full))
    if formula.cap is not None:
        yield Step("CAP", format_yuan(formula.cap), "yuan", "≤", full <= formula.cap)
        yield Step("CAPPED", exact_yuan(min(full, Fraction(formula.cap))))


def _carve_out(_: Facts, formula: CarveOut, line: ClaimLine) -> Iterator[Step]:
    yield Step("SUBSIDY", format_yuan(line.base_fen))
    yield Step("RATE", percent(formula.rate), "rate")
    yield Step("EXACT", exact_yuan(line.base_fen * formula.rate))


def _range(facts: Facts, formula: Range, _: ClaimLine) -> Iterator[Step]:
    award = _base(facts, formula.of)
    yield Step("LEAST", format_yuan(formula.min), "yuan", "≥", award >= formula.min)
    if formula.max is not None:
        yield Step("MOST", format_yuan(formula.max), "yuan", "≤", award <= formula.max)


def _share_floor(facts: Facts, formula: ShareFloor, _: ClaimLine) -> Iterator[Step]:
    share = stated(facts, formula.of)
    yield Step("SHARE", percent(share), "rate")
    yield Step("FLOOR", percent(formula.floor), "rate", "≥", share >= formula.floor)


def _lookup(facts: Facts, formula: Lookup, _: ClaimLine) -> Iterator[Step]:
    yield Step("CASE", str(stated(facts, formula.of)), "word")


def _half_over_exempt(facts: Facts, formula: HalfOverExempt, _: ClaimLine) -> Iterator[Step]:
    above = max(_base(facts, formula.of) - formula.exempt, Fraction(0))
    yield Step("EXEMPT", format_yuan(formula.exempt))
    yield Step("ABOVE", exact_yuan(above))
    yield Step("RATE", percent(formula.tax_rate), "rate")
    yield Step("HALF", exact_yuan(above * formula.tax_rate / 2))


def _exempt_base(facts: Facts, formula: ExemptBase, _: ClaimLine) -> Iterator[Step]:
    yield Step("TOTAL", exact_yuan(_base(facts, formula.total)))
    yield Step("NON_TECHNICAL", exact_yuan(_base(facts, formula.non_technical)))


def _reward_min(facts: Facts, formula: RewardMin, _: ClaimLine) -> Iterator[Step]:
    share = formula.table.get(stated(facts, formula.key), formula.table[formula.default])
    yield Step("RATE", percent(share), "rate")
    yield Step("EXACT", exact_yuan(_base(facts, formula.of) * share))


def _wages_exclusion(facts: Facts, formula: WagesExclusion, _: ClaimLine) -> Iterator[Step]:
    yield Step("RATE", percent(formula.share), "rate")
    yield Step("EXACT", exact_yuan(_base(facts, formula.of) * formula.share))


def _end(rule: Rule, line: ClaimLine) -> Iterator[Step]:
    yield Step("ROUNDING", rule.rounding, "word")
    yield Step("AMOUNT", format_yuan(line.amount_fen))


_SHOWN: dict[type, Callable[[Facts, Any, ClaimLine], Iterator[Step]]] = {
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
