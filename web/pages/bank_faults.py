"""What is wrong with a bank's file, in the reader's language: where, what is there, what was expected.

The readers of statements name a fault in English, as programs get it. Here each of their phrases has its pattern; what
stands in its places (a heading, an amount, an element of the schema) is said as it is.
"""

import re

from matching_engine.errors import Malformed
from matching_engine.money import format_yuan
from web.i18n import Speech

_N = r"(\d+)"
_PHRASES: tuple[tuple[str, str], ...] = (
    (r"nothing|None", "nothing"),
    (rf"{_N} bytes", "%(a)s bytes"),
    (rf"{_N} characters", "%(a)s characters"),
    (rf"{_N} rows", "%(a)s rows"),
    (rf"{_N} cells", "%(a)s cells"),
    (rf"{_N} entries", "%(a)s entries"),
    (rf"{_N} of them", "%(a)s of them"),
    (rf"at most {_N}", "at most %(a)s"),
    (rf"at most {_N} entries", "at most %(a)s entries"),
    (rf"byte {_N}", "byte %(a)s"),
    (r"file", "the file"),
    (rf"line {_N}", "line %(a)s"),
    (rf"line {_N} \((.+?)\)", "line %(a)s (%(b)s)"),
    (rf"line {_N}, (.+)", "line %(a)s, column %(b)s"),
    (rf"line {_N} \((.+?)\), (.+)", "line %(a)s (%(b)s), column %(c)s"),
    (r"columns\.(\w+)", "the column %(a)s"),
    (r"statement (.+)", "statement %(a)s"),
    (r"(.+), reference", "%(a)s, its reference"),
    (r"(.+), payer", "%(a)s, its payer"),
    (r"well-formed XML", "well-formed XML"),
    (r"XML without either", "XML without a document type or entity"),
    (r"a document type or entity declaration", "a document type or entity declaration"),
    (r"Document of (.+) or (.+)", "a document of %(a)s or %(b)s"),
    (r"(.+) in no namespace", "%(a)s without a namespace"),
    (r"at least one statement", "at least one statement"),
    (r"this element", "this element"),
    (r"a text", "a text"),
    (r"(.+) here, in the schema's sequence", "%(a)s here, in the sequence of the schema"),
    (
        r"none here: it stands elsewhere in the schema's sequence, or not at all",
        "none here: it stands elsewhere in the schema, or not at all",
    ),
    (r"one (\w+)", "%(a)s once"),
    (r"(.+) or Othr/Id of the account", "%(a)s or Othr/Id of the account"),
    (r"an amount above 0\.00", "an amount above 0.00"),
    (r"one amount above 0\.00", "one amount above 0.00"),
    (r"none or two amounts", "none or two amounts"),
    (r"a number of at most 18 digits", "a number of at most 18 digits"),
    (r"one balance (\w+) in a statement", "the balance %(a)s once in a statement"),
    (r"a balance (\w+)", "a balance %(a)s"),
    (r"no (\w+)", "no %(a)s"),
    (
        r"an amount that is not negative: debits are marked, not signed",
        "an amount without a sign: debits are marked",
    ),
    (r"an amount in yuan with at most two decimals, like 1234\.50", "an amount in yuan like 1234.50"),
    (r"a date like 2026-11-20", "a date like 2026-11-20"),
    (r"one reference for each entry", "one reference for each entry"),
    (r"a reference that stands before", "a reference that stands before"),
    (r"text in (.+)", "text in %(a)s"),
    (r"(\S+) in (\S+)", "%(a)s in %(b)s"),
    (r"one of the headings (.*)", "one of the headings: %(a)s"),
    (r"one of the headings", "one of the headings"),
    (r"the number of the account", "the number of the account"),
    (r"the bank's number of the movement", "the bank's number of the movement"),
    (
        r"a balance column, or opening and closing in the map",
        "a column of balances, or the opening and closing balance",
    ),
    (r"account, columns and what else a column map has", "the account and the columns"),
)
_MONEY: tuple[tuple[str, str], ...] = (
    (r"(-?\d+) fen", "%(a)s"),
    (r"(-?\d+) fen in transactions", "%(a)s in its transactions"),
    (r"(-?\d+) fen, by the rows", "%(a)s, by the rows"),
    (r"(-?\d+) fen, the entry's amount", "%(a)s, the amount of the entry"),
    (
        r"(-?\d+) fen, the opening balance and the booked entries",
        "%(a)s: the opening balance and the booked entries",
    ),
    (r"(-?\d+) fen of (.+)", "%(a)s of %(b)s"),
    (r"what was booked before: (-?\d+) fen of (.+), (.*)", "what was booked before: %(a)s of %(b)s, %(c)s"),
    (r"(\d+) entries, (-?\d+) fen", "%(a)s entries, %(b)s"),
    (
        r"what was imported before: (\d+) entries, closing with (-?\d+) fen",
        "what was imported before: %(a)s entries, closing with %(b)s",
    ),
)
_FEN = re.compile(r"(-?\d+) fen")


def fault(s: Speech, wrong: Malformed) -> str:
    """One sentence: where, what was expected, what is there."""
    return s.text(
        "%(field)s: %(expected)s expected, but there is %(got)s. Nothing was booked.",
        field=said(s, wrong.field),
        expected=said(s, wrong.expected),
        got=said(s, str(wrong.got)),
    )


def said(s: Speech, phrase: str) -> str:
    """A phrase of the readers in the reader's language; one that is none of theirs as it is."""
    for pattern, message in (*_MONEY, *_PHRASES):
        found = re.fullmatch(pattern, phrase, re.DOTALL)
        if found is not None:
            fens = {one[1] for one in _FEN.finditer(phrase)}
            places = [_place(text, fens) for text in found.groups()]
            return s.text(message, **dict(zip("abc", places, strict=False))) if places else s.text(message)
    return phrase


def _place(text: str, fens: set[str]) -> str:
    return f"¥{format_yuan(int(text))}" if text in fens else text


def messages() -> list[str]:
    """Every phrase, for the catalogues."""
    return [message for _, message in (*_MONEY, *_PHRASES)]
