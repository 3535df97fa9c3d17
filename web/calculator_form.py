"""The calculator's form: fields named by their paths in a fact file, read into the mapping of one."""

import re
from collections.abc import Mapping
from typing import Any

from matching_engine.errors import Malformed
from matching_engine.money import format_yuan
from settlement.facts import VOCABULARY, Kind
from settlement.rulebook import Lookup, RewardMin, Rulebook
from web.parse import BadInput, yuan

CREDIT_ROWS, REFUND_ROWS = 6, 2
MONEY_FIELDS = ("contract.total", "contract.non_technical")
CHOICES: dict[str, tuple[str, ...]] = {
    "contract.kind": ("development", "assignment", "licence", "consulting", "service"),
    "seller.kind": ("university", "research_institute", "enterprise"),
    "buyer.kind": ("university", "research_institute", "enterprise"),
    "election": ("buyer", "seller"),
    "contract.registered": ("yes", "no"),
    "specialist": ("yes", "no"),
}
_NOTHING = ("0", "0.0", "0.00")
_ROW = re.compile(r"(credits|refunds)\[([0-9])\]\.(on|amount)", re.ASCII)
_COUNT = re.compile(r"[0-9]{1,6}", re.ASCII)
_PLAIN = ("jurisdiction", "project", "seller.region", "buyer.region")


def others(book: Rulebook) -> list[tuple[str, Kind, tuple[str, ...], tuple[str, ...]]]:
    """The facts under `other` that the book asks for: path, kind, the cases to choose from, the rules that ask."""
    asked: dict[str, list[str]] = {}
    cases: dict[str, tuple[str, ...]] = {}
    for rule in book.rules():
        facts = [*rule.touching()]
        if isinstance(rule.formula, RewardMin):
            facts.append(rule.formula.key)
            cases[rule.formula.key] = tuple(rule.formula.table)
        if isinstance(rule.formula, Lookup):
            facts.append(rule.formula.of)
            cases[rule.formula.of] = tuple(rule.formula.table)
        for fact in dict.fromkeys(facts):
            if fact.startswith("other."):
                asked.setdefault(fact, []).append(rule.id)
    found = []
    for fact, rules in asked.items():
        own = ("yes", "no") if VOCABULARY[fact] is Kind.FLAG else cases.get(fact, ())
        found.append((fact, VOCABULARY[fact], own, tuple(dict.fromkeys(rules))))
    return found


def read(form: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The facts that the form states, and what is wrong with it: field → code of a sentence."""
    raw: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for name, text in form.items():
        try:
            _take(raw, name, text)
        except (BadInput, Malformed) as error:
            wrong[name] = error.code if isinstance(error, BadInput) else "BAD_VALUE"
    for block, rows in (("credits", CREDIT_ROWS), ("refunds", REFUND_ROWS)):
        wrong |= _half_rows(form, block, rows)
        if block in raw:
            raw[block] = [raw[block][number] for number in sorted(raw[block])]
    if "credits" in raw:
        raw.setdefault("project", "1")
        if "claim_year" not in form:
            wrong["claim_year"] = "MISSING_FIELD"
    if "contract" in raw:
        raw["contract"].setdefault("non_technical", "0.00")
    return raw, wrong


def field_of(path: str, form: Mapping[str, str]) -> str:
    """The form's field that a path of the fact file is about; rows count from the first that was filled in."""
    row = re.fullmatch(r"(credits|refunds)\[([0-9]+)\]\.(\w+)", path)
    if row is None:
        return path
    filled = [n for n in range(10) if f"{row[1]}[{n}].on" in form or f"{row[1]}[{n}].amount" in form]
    place = int(row[2])
    return f"{row[1]}[{filled[place] if place < len(filled) else place}].{row[3]}"


def _half_rows(form: Mapping[str, str], block: str, rows: int) -> dict[str, str]:
    """A row with a date and no amount, or the other way round."""
    wrong = {}
    for number in range(rows):
        given = [part for part in ("on", "amount") if f"{block}[{number}].{part}" in form]
        if len(given) == 1:
            missing = "amount" if given == ["on"] else "on"
            wrong[f"{block}[{number}].{missing}"] = "MISSING_FIELD"
    return wrong


def _take(raw: dict[str, Any], name: str, text: str) -> None:
    """Put one field where a fact file has it; what the form does not have is passed over."""
    row = _ROW.fullmatch(name)
    if row is not None:
        block = raw.setdefault(row[1], {})
        block.setdefault(int(row[2]), {})[row[3]] = _money(text, name) if row[3] == "amount" else text
        return
    value = _value(name, text)
    if value is None:
        return
    block_name, _, key = name.partition(".")
    if key:
        raw.setdefault(block_name, {})[key] = value
    else:
        raw[name] = value


def _value(name: str, text: str) -> Any:
    if name in CHOICES:
        return _choice(name, text)
    if name in _PLAIN:
        return text
    if name == "claim_year":
        return _count(text, name)
    if name in MONEY_FIELDS:
        return _money(text, name)
    kind = VOCABULARY.get(name) if name.startswith("other.") else None
    if kind is Kind.FLAG:
        return _choice(name, text)
    if kind is Kind.COUNT:
        return _count(text, name)
    if kind is Kind.MONEY:
        return _money(text, name)
    return text if kind is not None else None


def _choice(name: str, text: str) -> Any:
    allowed = CHOICES.get(name, ("yes", "no"))
    if text not in allowed:
        raise BadInput("BAD_VALUE", name, text, "one of " + ", ".join(allowed))
    return text == "yes" if "yes" in allowed else text


def _count(text: str, name: str) -> int:
    if not _COUNT.fullmatch(text):
        raise BadInput("BAD_NUMBER", name, text, "a whole number from 0")
    return int(text)


def _money(text: str, name: str) -> str:
    return "0.00" if text in _NOTHING else format_yuan(yuan(text, name))
