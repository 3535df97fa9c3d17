"""The rule book: dated rules of subsidies, rewards and taxes, each with its document, clause and quote.

A rule file (a *sheet*) is YAML, one source a file; its shape is the structs below, and a key they do not name is an
error. `load_rulebook` takes the bytes of the files, so the book stays as pure as the rest: who reads the disk is
elsewhere (`settlement.rules.shipped` for the rules that come with the product).
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Any, Literal

import msgspec

from matching_engine.errors import Malformed
from matching_engine.money import parse_yuan
from settlement.facts import VOCABULARY, Kind
from settlement.reasons import Reason
from settlement.strict_yaml import read_yaml

Group = Literal["policy", "implement", "national"]
GROUPS: tuple[Group, ...] = ("policy", "implement", "national")
"""The order in which lines are shown."""

ON_REQUEST: tuple[Group, ...] = ("implement",)
"""Groups that take part only when they are asked for."""

EVERYWHERE = "cn"
"""The jurisdiction whose rules hold everywhere."""


class Fen(int):
    """Whole fen, written in the file as a text of yuan."""


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A block of a rule file: no key but those named."""


class Source(_Strict, frozen=True):
    """Where the rules stand. `document` is the number, or the title where there is none."""

    document: str
    title: str
    issuer: str
    issued: date | None
    note: str | None = None


class Claimant(_Strict, frozen=True):
    """Who may ask; `role` names the side."""

    role: str
    entity: tuple[str, ...]
    where: str | None = None


class Condition(_Strict, frozen=True):
    """`fact op value`, or else `reason`. With `if_stated` a fact that nobody stated does no harm."""

    fact: str
    op: Literal["eq", "in", "ge", "gt", "le", "lt"]
    value: str | bool | int | tuple[str, ...]
    reason: Reason
    if_stated: bool = False


class Formula(_Strict, frozen=True, tag_field="type"):
    """How the amount follows; `needs` are the facts without which it cannot."""

    def needs(self) -> tuple[tuple[str, Kind], ...]:
        return ()


class OnMoney(Formula, frozen=True):
    """A formula on one sum of money, the fact `of`."""

    of: str

    def needs(self) -> tuple[tuple[str, Kind], ...]:
        return ((self.of, Kind.MONEY),)


class RateCap(OnMoney, frozen=True, tag="rate_cap"):
    """A rate of the base, up to the cap."""

    rate: Fraction
    cap: Fen | None


class Range(OnMoney, frozen=True, tag="range"):
    """Somebody decides the amount; it must lie in the range, both ends included."""

    min: Fen
    max: Fen | None


class HalfOverExempt(OnMoney, frozen=True, tag="half_over_exempt"):
    """Nothing up to `exempt`, half of `tax_rate` above."""

    exempt: Fen
    tax_rate: Fraction


class WagesExclusion(OnMoney, frozen=True, tag="wages_exclusion"):
    """The share of an award that is not taxed as wages."""

    share: Fraction


class RewardMin(OnMoney, frozen=True, tag="reward_min"):
    """The least share of the base, by the fact `key`; `default` where the table does not name it."""

    key: str
    table: dict[str, Fraction]
    default: str


class ShareFloor(Formula, frozen=True, tag="share_floor"):
    """A share that must reach the floor; no money follows."""

    of: str
    floor: Fraction

    def needs(self) -> tuple[tuple[str, Kind], ...]:
        return ((self.of, Kind.SHARE),)


class Lookup(Formula, frozen=True, tag="lookup"):
    """A fixed amount for each case."""

    of: str
    table: dict[str, Fen]

    def needs(self) -> tuple[tuple[str, Kind], ...]:
        return ((self.of, Kind.TEXT),)


class ExemptBase(Formula, frozen=True, tag="exempt_base"):
    """The total less its non-technical part."""

    total: str
    non_technical: str

    def needs(self) -> tuple[tuple[str, Kind], ...]:
        return ((self.total, Kind.MONEY), (self.non_technical, Kind.MONEY))


class CarveOut(Formula, frozen=True, tag="carve_out"):
    """A rate of what the rule `of` grants, taken out of it."""

    of: str
    rate: Fraction


class ExclusiveChoice(Formula, frozen=True, tag="exclusive_choice"):
    """Of the rules `between`, at most one pays: the one whose side is elected. Prints no line of its own."""

    between: tuple[str, ...]


AnyFormula = (
    RateCap
    | Range
    | HalfOverExempt
    | WagesExclusion
    | RewardMin
    | ShareFloor
    | Lookup
    | ExemptBase
    | CarveOut
    | ExclusiveChoice
)


class Example(_Strict, frozen=True):
    """A worked example: an amount, whether it is valid, or the amount of each side."""

    given: dict[str, str | bool | int | None]
    gives: str | bool | dict[str, str]
    note: str | None = None


class Relation(_Strict, frozen=True):
    """How a rule stands to another one on the same thing; of the two at most one is ever paid."""

    rule: str
    kind: Literal["implements", "succeeds"]


class Rule(_Strict, frozen=True, kw_only=True):
    """One rule. `requires` decides who is eligible; the facts of `conditions` and `formula` touch the rule."""

    id: str
    document: str | None = None
    clause: str | None
    quote: str
    benefit: str | None = None
    claimant: Claimant
    valid_from: date | None
    valid_to: date | None
    base: str | None = None
    requires: tuple[Condition, ...] = ()
    conditions: tuple[Condition, ...] = ()
    formula: AnyFormula
    rounding: Literal["down", "half_up", "up"]
    once_per: tuple[Literal["project", "claim_year", "level"], ...] = ()
    choice: str | None = None
    relations: tuple[Relation, ...] = ()
    further: tuple[str, ...] = ()
    decision: str | None = None
    examples: tuple[Example, ...]

    def touching(self) -> tuple[str, ...]:
        """The facts that must all be stated for this rule to say anything."""
        return tuple(c.fact for c in self.conditions) + tuple(fact for fact, _ in self.formula.needs())

    def in_force(self, year: int) -> bool:
        """Whether the rule was in force on some day of `year`."""
        begun = self.valid_from is None or self.valid_from.year <= year
        return begun and (self.valid_to is None or year <= self.valid_to.year)


class Sheet(_Strict, frozen=True):
    """One rule file."""

    source: Source
    jurisdiction: str
    group: Group
    rules: tuple[Rule, ...]


class Rulebook(msgspec.Struct, frozen=True):
    """All sheets, in the order in which their lines are shown."""

    sheets: tuple[Sheet, ...]

    def rules(self) -> Iterator[Rule]:
        """Every rule."""
        return (rule for sheet in self.sheets for rule in sheet.rules)

    def find(self, rule_id: str) -> Rule | None:
        """The rule of that id."""
        return next((rule for rule in self.rules() if rule.id == rule_id), None)

    def rivals(self, rule: Rule) -> tuple[str, ...]:
        """The rules of which only one is ever paid for the same thing: itself, and the other side's."""
        choice = self.find(rule.choice) if rule.choice else None
        return (
            choice.formula.between if choice and isinstance(choice.formula, ExclusiveChoice) else (rule.id,)
        )


def load_rulebook(files: Mapping[str, bytes]) -> Rulebook:
    """The book of the rule files `files`, bytes by name; Malformed names the file and the place in it."""
    if not files:
        raise Malformed("rules", "no file", "at least one rule file (*.yaml)")
    sheets = [_sheet(name, files[name]) for name in sorted(files)]
    book = Rulebook(tuple(sorted(sheets, key=lambda sheet: GROUPS.index(sheet.group))))
    _check_references(book)
    return book


_RATE = re.compile(r"0\.[0-9]{1,6}|1\.0{1,6}", re.ASCII)
_PLACE = re.compile(r"(?P<what>.*?)(?: - at `\$?\.?(?P<path>.*)`)?", re.DOTALL)


def _read_number(kind: type, raw: object) -> Any:
    """Amounts and rates stand in a rule file as texts, so that none passes through binary fractions."""
    if kind is Fen:
        try:
            return Fen(parse_yuan(raw))
        except Malformed as error:
            raise ValueError(f"Expected {error.expected}, got {raw!r}") from error
    if not isinstance(raw, str) or not _RATE.fullmatch(raw):
        raise ValueError(f'Expected a rate like "0.30", got {raw!r}')
    return Fraction(raw)


def _sheet(name: str, data: bytes) -> Sheet:
    try:
        sheet = msgspec.convert(read_yaml(data), Sheet, dec_hook=_read_number)
    except Malformed as error:
        raise Malformed(f"{name}: {error.field}", error.got, error.expected) from error
    except msgspec.ValidationError as error:
        place = _PLACE.fullmatch(str(error))
        what, path = (place["what"], place["path"]) if place else (str(error), None)
        raise Malformed(f"{name}: {path or 'file'}", what, "the shape of a rule file") from error
    return msgspec.structs.replace(sheet, rules=tuple(_bound(name, rule) for rule in sheet.rules))


def _bound(name: str, rule: Rule) -> Rule:
    """The rule with its facts known and the values of its conditions read by the kind of their fact."""
    where = f"{name}: {rule.id}"
    for fact, kind in rule.formula.needs():
        if VOCABULARY.get(fact) is not kind:
            raise Malformed(where, fact, f"a fact of kind {kind}")
    return msgspec.structs.replace(
        rule,
        requires=tuple(_bound_condition(where, condition) for condition in rule.requires),
        conditions=tuple(_bound_condition(where, condition) for condition in rule.conditions),
    )


def _bound_condition(where: str, condition: Condition) -> Condition:
    kind = VOCABULARY.get(condition.fact)
    if kind is None:
        raise Malformed(f"{where} fact", condition.fact, "a fact of the vocabulary")
    fits = {
        Kind.MONEY: isinstance(condition.value, str) and condition.op in ("ge", "gt", "le", "lt"),
        Kind.COUNT: type(condition.value) is int and condition.op != "in",
        Kind.FLAG: isinstance(condition.value, bool) and condition.op == "eq",
        Kind.TEXT: isinstance(condition.value, tuple if condition.op == "in" else str)
        and condition.op in ("eq", "in"),
        Kind.SHARE: False,
    }
    if not fits[kind]:
        raise Malformed(f"{where} {condition.fact}", condition.value, f"an operator and a value for {kind}")
    if kind is Kind.MONEY:
        value = parse_yuan(condition.value, f"{where} {condition.fact}")
        return msgspec.structs.replace(condition, value=value)
    return condition


def _check_references(book: Rulebook) -> None:
    """Ids are unique; a choice stands between sides, and a carve-out comes after what it is carved out of."""
    seen: list[str] = []
    for rule in book.rules():
        if rule.id in seen:
            raise Malformed("rules", rule.id, "each rule id once")
        if isinstance(rule.formula, CarveOut) and rule.formula.of not in seen:
            raise Malformed(f"{rule.id}: formula.of", rule.formula.of, "the id of a rule that stands before")
        if isinstance(rule.formula, RewardMin) and rule.formula.default not in rule.formula.table:
            raise Malformed(f"{rule.id}: formula.default", rule.formula.default, "a key of the table")
        if rule.choice is not None:
            _check_choice(book, rule)
        seen.append(rule.id)


def _check_choice(book: Rulebook, rule: Rule) -> None:
    if rule.id not in book.rivals(rule) or book.find(str(rule.choice)) is None:
        raise Malformed(f"{rule.id}: choice", rule.choice, "an exclusive choice that names this rule")
    if rule.claimant.role not in ("buyer", "seller"):
        raise Malformed(
            f"{rule.id}: claimant.role", rule.claimant.role, "buyer or seller, who can be elected"
        )
