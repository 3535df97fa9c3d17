"""Two languages: Chinese first, English beside it.

Message ids are the English sentences of templates and code; codes (refusals, states, kinds) are ids of their
own, like "refusal.LOT_CLOSED", and have a text in both catalogues. Catalogues are gettext .po files in
web/locale/, read and compiled in memory at first use, so that there is no build step to forget.
"""

import io
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Literal

from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations
from markupsafe import Markup, escape

from matching_engine.money import display_yuan
from settlement.dates import shanghai_time

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
COOKIE = "lang"
LOCALES = {"zh": "zh_Hans_CN", "en": "en_GB"}


def later(message: str) -> str:
    """Mark a message that is chosen here and spoken elsewhere, so that the catalogues are known to need it."""
    return message


@cache
def catalogue(language: Language) -> Translations:
    """The compiled catalogue of a language."""
    source = (files("web") / "locale" / f"{language}.po").read_bytes()
    binary = io.BytesIO()
    write_mo(binary, read_po(io.BytesIO(source), locale=language))
    binary.seek(0)
    return Translations(binary)


def choose(query: str | None, cookie: str | None, accepted: str) -> Language:
    """The reader's language: what the address asks, what was chosen before, what the browser prefers, Chinese."""
    for wish in (query, cookie):
        if wish in LANGUAGES:
            return wish
    return _preferred(accepted)


def _preferred(accepted: str) -> Language:
    """The best of an Accept-Language header (RFC 9110, 12.5.4) that we speak."""
    best: tuple[int, Language] = (0, "zh")
    for part in accepted[:200].split(","):
        tag, _, weight = part.strip().partition(";q=")
        language = tag.split("-")[0].lower()
        if language in LANGUAGES:
            rank = _thousandths(weight)
            if rank > best[0]:
                best = (rank, language)
    return best[1]


def _thousandths(weight: str) -> int:
    """A quality value as an integer: "0.8" is 800, nothing is 1000, nonsense is 0."""
    if not weight:
        return 1000
    whole, _, fraction = weight.strip().partition(".")
    digits = whole + fraction.ljust(3, "0")[:3]
    return min(int(digits), 1000) if digits.isascii() and digits.isdecimal() else 0


class Speech:
    """How a page speaks to one reader: texts, amounts, times."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self.locale = LOCALES[language]
        self._catalogue = catalogue(language)

    def text(self, message: str, **values: object) -> str:
        """A message in the reader's language; `values` fill its named places, made safe for HTML where it is one."""
        found = self._catalogue.gettext(message)
        return found % values if values else found

    def html(self, message: str, **values: object) -> Markup:
        """A message with markup of our own; values are escaped."""
        return Markup(self._catalogue.gettext(message)) % {k: escape(v) for k, v in values.items()}  # noqa: S704

    def word(self, value: str) -> str:
        """A value of one of the documents' lists, like a field of technology; itself where it is in none."""
        key = value.replace("、", "_")
        found = self.code("word", key)
        return value if found == key else found

    def code(self, family: str, code: object) -> str:
        """The sentence or word for a code, like code("refusal", "LOT_CLOSED"); the bare code where there is none."""
        key = f"{family}.{code}"
        found = self._catalogue.gettext(key)
        return str(code) if found == key else found

    def codes(self, family: str, codes: Sequence[str]) -> Mapping[str, str]:
        """The words for many codes, for a page's script."""
        return {code: self.code(family, code) for code in codes}

    def known(self, family: str) -> list[str]:
        """Every code of a family that has a text, in order."""
        start = f"{family}."
        return sorted(
            key.removeprefix(start)
            for key in self._catalogue._catalog
            if isinstance(key, str) and key.startswith(start)
        )

    def has(self, message: str) -> bool:
        """Whether the catalogue knows a message."""
        return self._catalogue.gettext(message) != message

    @staticmethod
    def money(fen: int | None) -> str:
        """ "¥1,650,000.00"; a dash for what is not known yet."""
        return "—" if fen is None else display_yuan(fen)

    def number(self, value: int) -> str:
        """A count, grouped."""
        return format_decimal(value, locale=self.locale)

    def time(self, at: int | None) -> str:
        """An instant (µs) to the second, with its zone."""
        if at is None:
            return "—"
        return f"{shanghai_time(at):%Y-%m-%d %H:%M:%S} UTC+8"

    @staticmethod
    def month_day(at: int) -> str:
        """The day of an instant (µs), "11-22"."""
        return f"{shanghai_time(at):%m-%d}"

    @staticmethod
    def clock(at: int) -> str:
        """The time of day of an instant (µs), "22:00:00"."""
        return f"{shanghai_time(at):%H:%M:%S}"

    @staticmethod
    def short_time(at: int | None) -> str:
        """An instant (µs) for tables under a note that names the zone."""
        return "—" if at is None else f"{shanghai_time(at):%m-%d %H:%M:%S}"

    def day(self, text: str | None) -> str:
        """A calendar date given as ISO text."""
        if not text:
            return "—"
        return format_date(
            date.fromisoformat(text), "long" if self.language == "zh" else "d MMMM yyyy", self.locale
        )

    def length(self, micros: int) -> str:
        """A length of time in its largest whole units: "5 分钟", "1 小时 30 分钟"."""
        rest, parts = micros // 1_000_000, []
        for name, seconds in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
            count, rest = divmod(rest, seconds)
            if count:
                parts.append(
                    self._catalogue.ngettext(f"%(n)d {name}", f"%(n)d {name}s", count) % {"n": count}
                )
        return " ".join(parts) or self.text("at once")


@cache
def speech(language: Language) -> Speech:
    """The one Speech of a language."""
    return Speech(language)
