"""The values of a directory's entry: read from JSON, from forms and cells, checked, and written out again.

Pure. Money is integer fen; a number with places is exact decimal text; shares are fractions in lowest terms.
"""

import re
from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Any
from urllib.parse import urlsplit

import msgspec

from exchange.registers.directory_kinds import Field, Kind
from exchange.registers.shares import check_whole, read_share, shown
from matching_engine.errors import Malformed
from matching_engine.money import LIMIT_FEN, format_yuan, parse_yuan
from settlement.dates import parse_date

Values = dict[str, Any]

EXPECTED = {
    "missing": "a value",
    "text": "a text of printable characters that is not too long",
    "choice": "one of the words of the list",
    "date": "a date like 2026-11-20",
    "money": "an amount like 1650000.00, not below zero",
    "number": "a number with no more places than the field has, within its bounds",
    "organisation": "the id of an organisation that is in the register",
    "achievement": "the id of an achievement that is in the register",
    "trade": "the id of a trade of this house",
    "url": "an address that begins with https:// or http://",
    "shares": "names with shares that together are 1, like 甲|60%;乙|2/5",
    "order": "a value that is not below the one it follows",
    "field": "a field of this kind",
    "role": "no change: this field is set by others",
    "year": "a year for which weights are known",
    "taken": "an entry that is not there yet",
}
"""The faults of a field: code → what was expected; pages say it in the reader's language."""
_ID_MAX = 64
_PARTS_MAX = 50
_NUMBER = re.compile(r"(-?)(\d{1,15})(?:\.(\d{1,6}))?", re.ASCII)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")
_LONG = 300
"""A text that may be longer may have lines, too."""


class WrongField(Malformed):
    """A field of an entry that is not as its kind says; `code` is one of EXPECTED."""

    def __init__(self, field: str, got: object, code: str) -> None:
        super().__init__(field, str(got)[:60] if got is not None else None, EXPECTED[code])
        self.code = code


class Known(msgspec.Struct, frozen=True):
    """What references may name; None: whatever has the form of an id."""

    organisations: Collection[str] | None = None
    achievements: Collection[str] | None = None
    trades: Collection[str] | None = None


def from_text(field: Field, text: str) -> Any:
    """The value of a form's field or of a cell; None for an empty one."""
    text = text.strip()
    if not text:
        return None
    if field.type == "money_fen":
        return _money(field, text)
    if field.type == "number" and not field.places:
        return int(text) if re.fullmatch(r"-?\d{1,15}", text, re.ASCII) else _wrong(field, text, "number")
    if field.type == "shares":
        return [_share_part(field, part) for part in re.split("[;；\n]", text) if part.strip()]
    return text


def _money(field: Field, text: str) -> int:
    plain = text.replace(",", "").removeprefix("¥")
    plain = plain if "." in plain else f"{plain}.00"
    try:
        return parse_yuan(plain, field.name)
    except Malformed:
        return int(_wrong(field, text, "money"))


def _share_part(field: Field, part: str) -> dict[str, str]:
    name, _, share = part.replace("｜", "|").partition("|")
    return {"name": name.strip(), "share": share.strip()}


def to_text(field: Field, value: Any) -> str:
    """What a form or a table shows of a value, so that it can be read again."""
    if value is None:
        return ""
    if field.type == "money_fen":
        return format_yuan(value).replace(",", "")
    if field.type == "shares":
        return ";".join(f"{one['name']}|{one['share']}" for one in value)
    return str(value)


def said(field: Field, value: Any, language: str) -> str:
    """What a page says of a value that is there."""
    if field.type == "choice":
        return field.word(str(value), language)
    if field.type == "shares":
        return " · ".join(f"{one['name']} {shown(one['share'])}" for one in value)
    return to_text(field, value)


def check(kind: Kind, given: Mapping[str, Any], known: Known, *, publishing: bool) -> Values:
    """The values in the order of their names, without empty ones; WrongField for the first that is wrong."""
    values, faults = gather(kind, given, known, publishing=publishing)
    for fault in faults.values():
        raise fault
    return values


def gather(
    kind: Kind, given: Mapping[str, Any], known: Known, *, publishing: bool
) -> tuple[Values, dict[str, WrongField]]:
    """The values that are right, and for each field that is not, what is wrong with it."""
    values: Values = {}
    faults = {name: WrongField(name, given[name], "field") for name in sorted(set(given) - set(kind.by_name))}
    for field in sorted(kind.fields, key=lambda one: one.name):
        try:
            value = _checked(field, given.get(field.name), known)
            if value is not None:
                values[field.name] = value
            elif field.required is True or (field.required == "publication" and publishing):
                _wrong(field, None, "missing")
        except WrongField as wrong:
            faults[field.name] = wrong
    if not faults:
        faults.update({wrong.field: wrong for wrong in _between(kind, values)})
    return values, faults


def _wrong(field: Field, got: object, code: str) -> Any:
    raise WrongField(field.name, got, code)


def _checked(field: Field, value: Any, known: Known) -> Any:
    """A value as it is kept; None where nothing is said."""
    if value is None or value == "" or value == []:
        return None
    if field.type == "money_fen":
        fits = type(value) is int and 0 <= value <= LIMIT_FEN
        return value if fits else _wrong(field, value, "money")
    if field.type == "number":
        return _number(field, value)
    if field.type == "shares":
        return _shares(field, value)
    if not isinstance(value, str):
        return _wrong(field, value, field.type)
    return _text(field, value.strip(), known)


def _text(field: Field, value: str, known: Known) -> str:
    """A text, a choice, a date, an address, or an id."""
    among = {
        "organisation": known.organisations,
        "achievement": known.achievements,
        "trade": known.trades,
    }
    if field.type == "choice":
        fits = value in field.choices
    elif field.type == "date":
        fits = parse_date(value) is not None
    elif field.type == "url":
        fits = _is_address(value)
    elif field.type in among:
        others = among[field.type]
        fits = len(value) <= _ID_MAX and (others is None or value in others)
    else:
        lines = "\n" in value or "\t" in value or "\r" in value
        fits = len(value) <= field.length and (field.length > _LONG or not lines)
    return value if fits and not _CONTROL.search(value) else str(_wrong(field, value, field.type))


def _is_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return (
        parts.scheme in ("https", "http") and bool(parts.hostname) and len(value) <= 1000 and " " not in value
    )


def _number(field: Field, value: Any) -> int | str:
    """A whole number, or decimal text in its shortest form."""
    match = _NUMBER.fullmatch(value) if isinstance(value, str) and field.places else None
    if type(value) is int:
        exact, text = Fraction(value), str(value)
    elif match is not None and len((match[3] or "").rstrip("0")) <= field.places:
        exact = Fraction(value)
        places = (match[3] or "").rstrip("0")
        text = f"{match[1] if exact else ''}{int(match[2])}{'.' + places if places else ''}"
    else:
        return int(_wrong(field, value, "number"))
    low = field.least is not None and exact < field.least
    high = field.most is not None and exact > field.most
    if low or high or abs(exact) >= 10**15:
        return int(_wrong(field, value, "number"))
    return text if field.places else int(text)


def _shares(field: Field, value: Any) -> list[dict[str, str]]:
    """Names with their exact shares, which make one whole."""
    if not isinstance(value, list) or len(value) > _PARTS_MAX:
        return list(_wrong(field, value, "shares"))
    read = []
    for part in value:
        whole = isinstance(part, dict) and set(part) == {"name", "share"}
        if not whole or not all(isinstance(one, str) for one in part.values()):
            return list(_wrong(field, part, "shares"))
        name = part["name"].strip()
        if not 0 < len(name) <= _LONG or _CONTROL.search(name) or re.search("[|;；｜\n]", name):
            return list(_wrong(field, name, "shares"))
        try:
            read.append({"name": name, "share": read_share(part["share"], field.name)})
        except Malformed:
            return list(_wrong(field, part["share"], "shares"))
    try:
        check_whole((part["share"] for part in read), field.name)
    except Malformed as wrong:
        return list(_wrong(field, wrong.got, "shares"))
    return read


def withheld(kind: Kind, old: Values, new: Values, roles: Collection[str]) -> list[WrongField]:
    """The fields that the holder of these roles may not set and that are not as they were."""
    return [
        WrongField(one.name, new.get(one.name), "role")
        for one in kind.fields
        if one.by and not set(one.by) & set(roles) and new.get(one.name) != old.get(one.name)
    ]


def _between(kind: Kind, values: Values) -> list[WrongField]:
    """What two fields say that cannot both be true."""
    found = []
    for first, second in kind.order:
        if first in values and second in values and _rank(values[first]) > _rank(values[second]):
            found.append(WrongField(second, values[second], "order"))
    if kind.score is not None and kind.score.weights(int(values.get(kind.score.year, 0))) is None:
        found.append(WrongField(kind.score.year, values.get(kind.score.year), "year"))
    return found


def _rank(value: Any) -> Any:
    """Dates by their text, figures by their value."""
    return Fraction(value) if isinstance(value, int) or _NUMBER.fullmatch(value) else value


def figures(kind: Kind, values: Values) -> dict[str, str]:
    """What follows from the values: the score with its grade, the day something is due. Kept with the entry."""
    found: dict[str, str] = {}
    if kind.score is not None:
        weighing = kind.score.weights(int(values[kind.score.year]))
        if weighing is not None and all(name in values for name in weighing.weights):
            hundredths = sum(int(values[name]) * weight for name, weight in weighing.weights.items())
            found["score"] = f"{hundredths // 100}.{hundredths % 100:02d}"
            found["grade"] = _grade(kind.score.grades, Fraction(hundredths, 100))
    if kind.due is not None and kind.due.year in values:
        year = int(values[kind.due.year]) + kind.due.years_after
        found["due_on"] = f"{year:04d}-{kind.due.month:02d}-{kind.due.day:02d}"
    return found


def _grade(grades: Mapping[str, int], score: Fraction) -> str:
    """The best grade whose least score is reached."""
    return max((least, grade) for grade, least in grades.items() if score >= least)[1]


def overdue(kind: Kind, values: Values, made: Mapping[str, str], today: str) -> bool:
    """Whether something was due before `today` (ISO) and is not done."""
    return (
        kind.due is not None and kind.due.done not in values and "due_on" in made and made["due_on"] < today
    )
