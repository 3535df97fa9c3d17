"""The form of an achievement: which fields it has, how a value stands in them, and how they are read back.

The fields follow from the struct that REST takes; what is wrong is found row by row, so that it can be said beside the
field it stands in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Literal

import msgspec

from exchange.market.unconverted import Category, Mode, Secrecy, Source
from exchange.registers import facts
from exchange.registers.achievements import Achievement
from exchange.registers.regions import short_name
from exchange.registers.words import Field, IpKind, LegalStatus, Level, PriceForm, Right, Route, Stage
from web.parse import BadInput, yuan

Kind = Literal["text", "area", "date", "number", "money", "tick", "choice", "list", "lines"]
Form = Mapping[str, str]
SPARE = 2
"""Empty rows below those that are filled."""
_MARKS = ("，", "、", ";", "；", "\n", "\r")


@dataclass(frozen=True, slots=True)
class One:
    """One field: its name in the struct, how it is typed in, and the words to choose from with their family."""

    name: str
    kind: Kind = "text"
    length: int = 300
    choices: tuple[str, ...] = ()
    family: str = "word"
    needed: bool = False


def _choice(name: str, words: type[StrEnum], family: str = "word", needed: bool = False) -> One:
    return One(name, "choice", choices=tuple(word.value for word in words), family=family, needed=needed)


@dataclass(frozen=True, slots=True)
class Rows:
    """A part that comes in a list: a struct, its fields, and how many rows there may be."""

    name: str
    struct: type[msgspec.Struct]
    fields: tuple[One, ...]
    most: int = 20


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the form under its own heading."""

    name: str
    fields: tuple[One, ...]
    lists: tuple[Rows, ...] = field(default=())


FORM: tuple[Part, ...] = (
    Part(
        "what",
        (
            One("title", needed=True),
            One("abstract", "area", 20_000),
            _choice("field", Field),
            One("keywords", "list"),
            One("region", length=64),
            One("city", length=64),
            One("ipc", length=32),
            One("contact"),
            One("zone", length=100),
            One("interim", "tick"),
            One("public_good", "tick"),
        ),
    ),
    Part(
        "maturity",
        (One("trl", "number", 1), _choice("stage", Stage)),
        (
            Rows(
                "stages",
                facts.StageReached,
                (_choice("stage", Stage, needed=True), One("reached_on", "date"), One("place")),
            ),
        ),
    ),
    Part(
        "funding",
        (
            _choice("category", Category),
            One("accepted_on", "date"),
            One("registered_on", "date"),
            One("registration_no", length=12),
            One("granted_on", "date"),
            One("admitted_on", "date"),
            _choice("route", Route),
        ),
        (
            Rows(
                "funding",
                facts.FundingSource,
                (
                    _choice("kind", Source, "funding", needed=True),
                    _choice("level", Level),
                    One("programme"),
                    One("project_no", length=100),
                    One("share", length=20),
                    One("duty"),
                ),
            ),
        ),
    ),
    Part(
        "property",
        (One("ip", "lines", 20_000),),
        (
            Rows(
                "ip_items",
                facts.IpItem,
                (
                    _choice("kind", IpKind, needed=True),
                    One("number", length=100),
                    One("title"),
                    _choice("status", LegalStatus),
                    One("granted_on", "date"),
                    One("expires_on", "date"),
                    One("pledged", "tick"),
                ),
            ),
            Rows(
                "owners",
                facts.Owner,
                (One("name", needed=True), One("share", length=20), One("organisation", length=64)),
            ),
        ),
    ),
    Part(
        "people",
        (One("disclosed_on", "date"), One("disclosed_by")),
        (
            Rows(
                "completers",
                facts.Completer,
                (
                    One("name", needed=True),
                    One("role", length=100),
                    One("organisation"),
                    One("leader", "tick"),
                ),
            ),
            Rows(
                "grants",
                facts.RightsGrant,
                (
                    _choice("right", Right, needed=True),
                    One("to", needed=True),
                    One("share", length=20),
                    One("years", "number", 3),
                    One("from_on", "date"),
                ),
            ),
        ),
    ),
    Part("price", (_choice("price_form", PriceForm), One("price_idea_fen", "money", 24))),
    Part(
        "secrecy",
        (
            _choice("secrecy", Secrecy, needed=True),
            One("secrecy_reviewer"),
            One("secrecy_reviewed_on", "date"),
        ),
    ),
    Part(
        "conversion",
        (
            _choice("conversion_mode", Mode, "conversion"),
            One("converted_on", "date"),
            One("trial_until", "date"),
            One("impediment", "area", 2_000),
            One("published_on", length=10),
            One("source_url", length=1_000),
            One("source_note", length=2_000),
        ),
    ),
)


class Wrong(Exception):
    """What is wrong with a form: the code beside each field."""

    def __init__(self, faults: dict[str, str]) -> None:
        super().__init__(", ".join(faults))
        self.faults = faults


# From the register into the fields


def said_of(row: Achievement) -> dict[str, str]:
    """A row as the fields of its form."""
    said: dict[str, str] = {}
    for part in FORM:
        said |= {one.name: _shown(one, getattr(row, one.name)) for one in part.fields}
        for rows in part.lists:
            for n, value in enumerate(getattr(row, rows.name), 1):
                said |= {
                    f"{rows.name}-{n}-{one.name}": _shown(one, getattr(value, one.name))
                    for one in rows.fields
                }
    said["region"] = short_name(row.region) if row.region else ""
    return {name: text for name, text in said.items() if text}


def _shown(one: One, value: Any) -> str:
    if value is None or value is False:
        return ""
    if one.kind == "tick":
        return "yes"
    if one.kind == "money":
        return f"{value // 100}.{value % 100:02d}"
    if one.kind == "list":
        return "、".join(value)
    return "\n".join(value) if one.kind == "lines" else str(value)


def rows_shown(rows: Rows, said: Form) -> range:
    """The numbers of the rows that a form shows: those that hold something, and some empty ones."""
    used = [
        n
        for n in range(1, rows.most + 1)
        if any(f"{rows.name}-{n}-{one.name}" in said for one in rows.fields)
    ]
    return range(1, min(rows.most, max(used, default=0) + SPARE) + 1)


# From the fields into the struct


def stated(form: Form) -> dict[str, Any]:
    """What the form states, as plain values of the struct; Wrong with the code of every field that cannot be read."""
    faults: dict[str, str] = {}
    found: dict[str, Any] = {}
    for part in FORM:
        for one in part.fields:
            _read(one, one.name, form, found, faults)
        for rows in part.lists:
            found[rows.name] = _rows(rows, form, faults)
    if faults:
        raise Wrong(faults)
    return found


def _rows(rows: Rows, form: Form, faults: dict[str, str]) -> tuple[Any, ...]:
    made = []
    for n in range(1, rows.most + 1):
        names = {one.name: f"{rows.name}-{n}-{one.name}" for one in rows.fields}
        if not any(form.get(name) for name in names.values()):
            continue
        values: dict[str, Any] = {}
        for one in rows.fields:
            _read(one, names[one.name], form, values, faults)
        if any(name in faults for name in names.values()):
            continue
        try:
            made.append(msgspec.convert(values, rows.struct))
        except msgspec.ValidationError as fault:
            wrong = str(fault).partition("`$.")[2].rstrip("`").partition("[")[0]
            faults[names.get(wrong, names[rows.fields[0].name])] = fault_code(fault)
    return tuple(made)


def _read(one: One, name: str, form: Form, found: dict[str, Any], faults: dict[str, str]) -> None:
    """One field into `found`, or its fault; an empty one is left to the struct's default."""
    text = form.get(name, "")
    if one.kind == "tick":
        found[one.name] = text == "yes"
    elif not text:
        if one.needed:
            faults[name] = "MISSING_FIELD"
    else:
        try:
            found[one.name] = _value(one, name, text)
        except BadInput as bad:
            faults[name] = bad.code


def _value(one: One, name: str, text: str) -> Any:
    if one.kind == "money":
        return yuan(text, name)
    if one.kind == "number":
        if not (text.isascii() and text.isdecimal() and len(text) <= one.length):
            raise BadInput("BAD_NUMBER", name, text, "a whole number")
        return int(text)
    if one.kind == "date":
        try:
            return date.fromisoformat(text) if len(text) == 10 else _no_date(name, text)
        except ValueError:
            _no_date(name, text)
    if len(text) > one.length:
        raise BadInput("TEXT_TOO_LONG", name, text, f"at most {one.length} characters")
    if one.kind == "choice" and text not in one.choices:
        raise BadInput("BAD_VALUE", name, text, " ".join(one.choices))
    if one.kind == "lines":
        return tuple(line.strip() for line in text.splitlines() if line.strip())
    return _items(text) if one.kind == "list" else text


def fault_code(fault: msgspec.ValidationError) -> str:
    """What to say of a value that its struct does not take."""
    return "TEXT_TOO_LONG" if "length <=" in str(fault) else "BAD_VALUE"


def _no_date(name: str, text: str) -> date:
    raise BadInput("BAD_DATE", name, text, "a day like 2026-03-02") from None


def _items(text: str) -> tuple[str, ...]:
    for mark in _MARKS:
        text = text.replace(mark, ",")
    return tuple(item.strip() for item in text.split(",") if item.strip())


def names(parts: Sequence[Part] = FORM) -> list[str]:
    """Every name of a field that needs words, once."""
    found = [one.name for part in parts for one in part.fields]
    found += [one.name for part in parts for rows in part.lists for one in rows.fields]
    return list(dict.fromkeys(found))
