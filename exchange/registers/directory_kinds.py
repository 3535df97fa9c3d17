"""What a directory holds, as data: each kind of entry is a file of `exchange/registers/kinds/`, read strictly.

A kind names its fields with their types, who may enter and publish, what everybody may see, and the clause of the
documents that asks for it. A new kind is a new file: pages, REST, tables and checks follow from it.
"""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal

import msgspec
import yaml

from exchange.registers.accounts import ROLES
from matching_engine.errors import Malformed

Type = Literal[
    "text",
    "choice",
    "date",
    "money_fen",
    "number",
    "organisation",
    "achievement",
    "trade",
    "shares",
    "url",
]
State = Literal["draft", "published", "retired"]
STATES: tuple[State, ...] = ("draft", "published", "retired")
ANYONE = "anyone"
"""Whoever signs in, in whatever role."""
COLUMNS = {"id": "编号", "owner": "所属单位编号", "state": "登记状态"}
MADE = {"made_score": "考核总分", "made_grade": "考核等级", "made_due_on": "应报日期"}
"""Columns that tables have beside the fields of a kind; no field may be called so."""
TAKEN = frozenset({*COLUMNS, *COLUMNS.values(), *MADE, *MADE.values()})
POINTS = 100


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in both languages."""

    zh: str
    en: str

    def said(self, language: str) -> str:
        """The one in the reader's language."""
        return self.zh if language == "zh" else self.en


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What asks for it: the row of the list in docs/concepts/directories.md, clause, and the phrase itself."""

    row: str
    clause: str
    phrase: str


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A field of an entry.

    `required`: true, or "publication" for what may be missing in a draft. `public`: whether everybody sees it in a
    published entry. `by`: the roles that alone may set it. `choices`: the word that is kept (Chinese) → English.
    """

    name: str
    zh: str
    en: str
    type: Type
    required: bool | Literal["publication"] = False
    public: bool = True
    choices: dict[str, str] = {}
    by: tuple[str, ...] = ()
    length: int = 300
    places: int = 0
    """Decimal places of a number; its value is kept as an integer without, as exact decimal text with places."""
    least: int | None = None
    most: int | None = None
    hint: Words | None = None

    def said(self, language: str) -> str:
        """Its label."""
        return self.zh if language == "zh" else self.en

    @property
    def column(self) -> str:
        """Its column in tables, where amounts are yuan."""
        return self.name.removesuffix("_fen")

    def word(self, value: str, language: str) -> str:
        """A choice in the reader's language."""
        return value if language == "zh" else self.choices.get(value, value)


class WeightSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The weights of an assessment from a year on, in hundredths of the whole: field → weight."""

    since: int
    weights: dict[str, int]


class Score(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A weighted score of fields from 0 to 100, and the grade that it makes: grade → the least score."""

    year: str
    sets: tuple[WeightSet, ...]
    grades: dict[str, int]
    grades_en: dict[str, str]

    def weights(self, year: int) -> WeightSet | None:
        """The weights that count in a year; None before the first."""
        return max((one for one in self.sets if one.since <= year), key=lambda one: one.since, default=None)


class Due(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When something is due: a day of a year that a field names, until the field `done` says that it was done."""

    year: str
    month: int
    day: int
    done: str
    years_after: int = 0


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of entry. `title` is the field that names an entry; `unique` fields tell entries apart, retired ones aside.

    `order`: pairs of dates or numbers of which the first is not above the second. `effect`: what publishing does
    beside, see `web.directories.EFFECTS`. `states`: other words for the states of this kind.
    """

    kind: str
    group: str
    name: Words
    about: Words
    sources: tuple[Source, ...]
    title: str
    fields: tuple[Field, ...]
    public: bool = True
    enter: tuple[str, ...] = ("operator",)
    publish: tuple[str, ...] = ("operator",)
    see: tuple[str, ...] = ()
    """Roles that see every entry, beside operators, auditors and those whom it belongs to."""
    unique: tuple[str, ...] = ()
    order: tuple[tuple[str, str], ...] = ()
    four_eyes: bool = False
    """Whoever entered or changed it last does not publish it."""
    effect: str = ""
    score: Score | None = None
    due: Due | None = None
    states: dict[State, Words] = {}

    def field(self, name: str) -> Field:
        """A field by its name; KeyError when there is none."""
        return self.by_name[name]

    @property
    def by_name(self) -> dict[str, Field]:
        """The fields by their names."""
        return {one.name: one for one in self.fields}

    def seen(self, inside: bool) -> tuple[Field, ...]:
        """The fields that a reader sees: all inside, the public ones outside."""
        return tuple(one for one in self.fields if inside or (self.public and one.public))


def read_kind(data: bytes, name: str) -> Kind:
    """The kind that a file describes; Malformed names the file, the place in it and what was expected."""
    try:
        plain = yaml.safe_load(data)
    except yaml.YAMLError as wrong:
        raise Malformed(name, " ".join(str(wrong).split())[:200], "YAML") from wrong
    try:
        kind = msgspec.convert(plain, Kind)
    except msgspec.ValidationError as wrong:
        raise _fault(str(wrong), plain, name) from wrong
    _check(kind, name)
    return kind


def _fault(message: str, plain: Any, name: str) -> Malformed:
    """The error about a file: where, what stands there, what was expected."""
    said, _, place = message.partition(" - at `")
    place = place.rstrip("`") or "$"
    unknown = said.removeprefix("Object contains unknown field `")
    if unknown != said:
        return Malformed(f"{name}, {place}", unknown.rstrip("`"), "no key but those that a kind has")
    return Malformed(f"{name}, {place}", _at(plain, place), said.removeprefix("Expected "))


def _at(plain: Any, place: str) -> object:
    """What stands at a place like "$.fields[3].en", short enough to repeat."""
    for part in re.findall(r"[\w-]+", place.removeprefix("$")):
        try:
            plain = plain[int(part)] if isinstance(plain, list) else plain[part]
        except (LookupError, TypeError, ValueError):
            return None
    return str(plain)[:120]


def _check(kind: Kind, name: str) -> None:
    """A kind whose parts fit each other; one error otherwise."""
    for place, got, expected in _faults(kind):
        raise Malformed(f"{name}, {place}", got, expected)


def _faults(kind: Kind) -> list[tuple[str, object, str]]:
    names = [one.name for one in kind.fields]
    labels = [label for one in kind.fields for label in dict.fromkeys((one.column, one.zh))]
    twice = sorted({label for label in labels if labels.count(label) > 1 or label in TAKEN})
    roles = [role for group in (kind.enter, kind.publish, kind.see) for role in group]
    roles += [role for one in kind.fields for role in one.by]
    named = [kind.title, *kind.unique, *(end for pair in kind.order for end in pair), *_used(kind)]
    found: list[tuple[str, object, str]] = [
        ("fields", one, "names and labels that are their own") for one in twice
    ]
    found += [
        ("roles", role, f"one of {', '.join(sorted(ROLES))}, {ANYONE}")
        for role in roles
        if role not in ROLES and role != ANYONE
    ]
    found += [("fields", one, f"one of {', '.join(names)}") for one in named if one not in names]
    found += [
        ("fields", one.name, "choices for a choice, and for nothing else")
        for one in kind.fields
        if bool(one.choices) != (one.type == "choice")
    ]
    found += [
        ("fields", one.name, "a name that ends in _fen for money, and for nothing else")
        for one in kind.fields
        if one.name.endswith("_fen") != (one.type == "money_fen")
    ]
    if sum(one.type == "achievement" for one in kind.fields) > 1:
        found.append(("fields", "achievement", "one field that names an achievement"))
    if not found and kind.public and not kind.field(kind.title).public:
        found.append(("title", kind.title, "a public field, for everybody sees it"))
    return found or _score_faults(kind)


def _used(kind: Kind) -> list[str]:
    scored = [name for one in kind.score.sets for name in one.weights] if kind.score else []
    years = [kind.score.year] if kind.score else []
    return scored + years + ([kind.due.year, kind.due.done] if kind.due else [])


def _score_faults(kind: Kind) -> list[tuple[str, object, str]]:
    if kind.score is None:
        return []
    found: list[tuple[str, object, str]] = [
        (f"score, since {one.since}", sum(one.weights.values()), f"weights that together are {POINTS}")
        for one in kind.score.sets
        if sum(one.weights.values()) != POINTS or min(one.weights.values()) < 0
    ]
    fields = [kind.field(name) for one in kind.score.sets for name in one.weights]
    found += [
        ("score", one.name, f"a number from 0 to {POINTS}")
        for one in fields
        if (one.type, one.least, one.most, one.places) != ("number", 0, POINTS, 0)
    ]
    if 0 not in kind.score.grades.values() or set(kind.score.grades) != set(kind.score.grades_en):
        found.append(("score, grades", sorted(kind.score.grades), "a grade from 0 on, each with its English"))
    return found


@cache
def kinds() -> Mapping[str, Kind]:
    """Every kind that is shipped, by its name, in the order of the groups; Malformed when a file is wrong."""
    folder = files("exchange.registers.kinds")
    found = [
        read_kind(one.read_bytes(), f"kinds/{one.name}")
        for one in sorted(folder.iterdir(), key=lambda one: one.name)
        if one.name.endswith(".yaml")
    ]
    ordered = {one.kind: one for one in sorted(found, key=lambda one: (GROUPS.index(one.group), one.kind))}
    if len(ordered) != len(found):
        raise Malformed("kinds", sorted(one.kind for one in found), "each kind once")
    return MappingProxyType(ordered)


GROUPS = ("supply", "services", "finance", "institutions", "deals", "oversight")
"""Headings under which the kinds stand on their page."""


def kind_named(name: str) -> Kind:
    """A kind by its name; Malformed when there is none."""
    found = kinds().get(name)
    if found is None:
        raise Malformed("kind", name[:64], f"one of {', '.join(kinds())}")
    return found
