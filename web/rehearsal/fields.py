"""Reading one mapping of a file strictly: every error names the path, what came and what was expected."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NoReturn

from matching_engine.errors import Malformed
from matching_engine.mechanisms.weighted import decimal
from matching_engine.money import parse_yuan
from matching_engine.terms import DAY, HOUR, MINUTE, SECOND

TEXT_MAX = 64
"""Ids, codes and names are short."""
REASON_MAX = 500
DAYS_MAX = 36_500
"""No duration is longer than a hundred years."""

_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)? ?([Zz]|[+-][0-9]{2}:?[0-9]{2})",
    re.ASCII,
)
_DURATION = re.compile(r"([0-9]{1,12})([smhd])", re.ASCII)
_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_YEARS = range(1970, 3000)


class Fields:
    """A mapping of the file, at `path`; keys that are not `known` are refused. A null is a key left out."""

    def __init__(self, value: object, path: str, known: Sequence[str] | None) -> None:
        if not isinstance(value, Mapping):
            raise Malformed(path or "file", _shown(value), "a mapping")
        self.path = path
        self.raw: Mapping[str, Any] = value
        for key in value:
            if known is not None and key not in known:
                raise Malformed(
                    self.at(key), _shown(value[key]), f"no such key; known are {', '.join(known)}"
                )

    def at(self, key: str) -> str:
        """The path of a key."""
        return f"{self.path}.{key}" if self.path else key

    def has(self, key: str) -> bool:
        """Whether the key is there with a value."""
        return self.raw.get(key) is not None

    def wrong(self, key: str, expected: str) -> NoReturn:
        """Say that the value of a key is not what was expected."""
        raise Malformed(self.at(key), _shown(self.raw.get(key)), expected)

    def text(self, key: str, longest: int = TEXT_MAX) -> str:
        """A printable text."""
        return as_text(self.raw.get(key), self.at(key), longest)

    def choice(self, key: str, options: Sequence[str], default: str | None = None) -> str:
        """One of the options."""
        value = self.raw.get(key)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or value not in options:
            self.wrong(key, f"one of {', '.join(options)}")
        return value

    def yuan(self, key: str) -> int:
        """An amount in fen, written as yuan."""
        try:
            return parse_yuan(self.raw.get(key), self.at(key))
        except Malformed as wrong:
            self.wrong(key, wrong.expected)

    def whole(self, key: str, default: int | None = None) -> int:
        """A whole number above zero."""
        value = self.raw.get(key)
        if value is None and default is not None:
            return default
        if type(value) is not int or value < 1:
            self.wrong(key, "a whole number above zero")
        return value

    def instant(self, key: str) -> int:
        """Microseconds of an instant written with an offset."""
        value = self.raw.get(key)
        expected = "an instant with an offset, like 2026-11-20T10:00:00+08:00"
        if not isinstance(value, str) or _INSTANT.fullmatch(value) is None:
            self.wrong(key, expected)
        try:
            moment = datetime.fromisoformat(
                value.upper().replace(" +", "+").replace(" -", "-").replace(" Z", "Z")
            )
            at = (moment - _EPOCH) // timedelta(microseconds=1)
        except (ValueError, OverflowError):
            self.wrong(key, expected)
        if moment.year not in _YEARS:
            self.wrong(key, f"a year from {_YEARS[0]} to {_YEARS[-1]}")
        return at

    def duration(self, key: str) -> int:
        """Microseconds of a duration like 90s, 5m, 2h or 1d."""
        value = self.raw.get(key)
        match = _DURATION.fullmatch(value) if isinstance(value, str) else None
        if match is None:
            self.wrong(key, "a duration like 90s, 5m, 2h or 1d")
        length = int(match[1]) * _UNITS[match[2]]
        if length > DAYS_MAX * DAY:
            self.wrong(key, f"at most {DAYS_MAX}d")
        return length

    def number(self, key: str) -> str:
        """The text of a decimal number, zero or more, so that no float is ever made of it."""
        value = self.raw.get(key)
        if isinstance(value, Decimal):
            value = format(value, "f")
        elif type(value) is int:
            value = str(value)
        if not isinstance(value, str) or decimal(value) is None:
            self.wrong(key, "a decimal number, zero or more")
        return value

    def items(self, key: str) -> list[object]:
        """A list."""
        value = self.raw.get(key)
        if not isinstance(value, list):
            self.wrong(key, "a list")
        return value

    def inner(self, key: str, known: Sequence[str] | None) -> "Fields":
        """A mapping within."""
        return Fields(self.raw.get(key), self.at(key), known)


def as_text(value: object, path: str, longest: int = TEXT_MAX) -> str:
    """A printable text that is not empty; a number must stand in quotes to be one."""
    if not isinstance(value, str) or not 0 < len(value) <= longest or not value.isprintable():
        raise Malformed(
            path, _shown(value), f"a text of 1 to {longest} printable characters, numbers in quotes"
        )
    return value


def _shown(value: object) -> object:
    """The value as a person wrote it, cut where it is long."""
    if isinstance(value, Decimal):
        return _Plain(format(value, "f"))
    if isinstance(value, str) and len(value) > TEXT_MAX:
        return value[:TEXT_MAX] + "…"
    if isinstance(value, Mapping | list) and len(repr(value)) > TEXT_MAX:
        return _Plain("a mapping" if isinstance(value, Mapping) else "a list")
    return value


class _Plain(str):
    """A text shown without quotes."""

    __slots__ = ()
    __repr__ = str.__str__
