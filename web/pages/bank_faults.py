"""What is wrong with a bank's file, in the reader's language: where, what is there, what was expected.

The readers of statements name a fault in English, as programs get it. Here each of their phrases has its pattern; what
stands in its places (a heading, an amount, an element of the schema) is said as it is.
"""

import re

from matching_engine.errors import Malformed
from matching_engine.money import format_yuan
from web.i18n import Speech, later

_N = r"(\d+)"
_PHRASES: tuple[tuple[str, str], ...] = (
    (r"nothing|None", later("nothing")),
    (rf"{_N} bytes", later("%(a)s bytes")),
    (rf"{_N} characters", later("%(a)s characters")),
    (rf"{_N} rows", later("%(a)s rows")),
    (rf"{_N} cells", later("%(a)s cells")),
    (rf"{_N} entries", later("%(a)s entries")),
    (rf"{_N} of them", later("%(a)s of them")),
    (rf"at most {_N}", later("at most %(a)s")),
    (rf"at most {_N} entries", later("at most %(a)s entries")),
    (rf"byte {_N}", later("byte %(a)s")),
    (r"file", later("the file")),
    (rf"line {_N}", later("line %(a)s")),
    (rf"line {_N} \((.+?)\)", later("line %(a)s (%(b)s)")),
    (rf"line {_N}, (.+)", later("line %(a)s, column %(b)s")),
    (rf"line {_N} \((.+?)\), (.+)", later("line %(a)s (%(b)s), column %(c)s")),
    (r"columns\.(\w+)", later("the column %(a)s")),
    (r"statement (.+)", later("statement %(a)s")),
    (r"(.+), reference", later("%(a)s, its reference")),
    (r"(.+), payer", later("%(a)s, its payer")),
    (r"well-formed XML", later("well-formed XML")),
    (r"XML without either", later("XML without a document type or entity")),
    (r"a document type or entity declaration", later("a document type or entity declaration")),
    (r"Document of (.+) or (.+)", later("a document of %(a)s or %(b)s")),
    (r"(.+) in no namespace", later("%(a)s without a namespace")),
    (r"at least one statement", later("at least one statement")),
    (r"this element", later("this element")),
    (r"a text", later("a text")),
    (r"(.+) here, in the schema's sequence", later("%(a)s here, in the sequence of the schema")),
    (
        r"none here: it stands elsewhere in the schema's sequence, or not at all",
        later("none here: it stands elsewhere in the schema, or not at all"),
    ),
    (r"one (\w+)", later("%(a)s once")),
    (r"(.+) or Othr/Id of the account", later("%(a)s or Othr/Id of the account")),
    (r"an amount above 0\.00", later("an amount above 0.00")),
    (r"one amount above 0\.00", later("one amount above 0.00")),
    (r"none or two amounts", later("none or two amounts")),
    (r"a number of at most 18 digits", later("a number of at most 18 digits")),
    (r"one balance (\w+) in a statement", later("the balance %(a)s once in a statement")),
    (r"a balance (\w+)", later("a balance %(a)s")),
    (r"no (\w+)", later("no %(a)s")),
    (
        r"an amount that is not negative: debits are marked, not signed",
        later("an amount without a sign: debits are marked"),
    ),
    (r"an amount in yuan with at most two decimals, like 1234\.50", later("an amount in yuan like 1234.50")),
    (r"a date like 2026-11-20", later("a date like 2026-11-20")),
    (r"one reference for each entry", later("one reference for each entry")),
    (r"a reference that stands before", later("a reference that stands before")),
    (r"text in (.+)", later("text in %(a)s")),
    (r"(\S+) in (\S+)", later("%(a)s in %(b)s")),
    (r"one of the headings (.*)", later("one of the headings: %(a)s")),
    (r"one of the headings", later("one of the headings")),
    (r"the number of the account", later("the number of the account")),
    (r"the bank's number of the movement", later("the bank's number of the movement")),
    (
        r"a balance column, or opening and closing in the map",
        later("a column of balances, or the opening and closing balance"),
    ),
    (r"account, columns and what else a column map has", later("the account and the columns")),
)
_MONEY: tuple[tuple[str, str], ...] = (
    (r"(-?\d+) fen", later("%(a)s")),
    (r"(-?\d+) fen in transactions", later("%(a)s in its transactions")),
    (r"(-?\d+) fen, by the rows", later("%(a)s, by the rows")),
    (r"(-?\d+) fen, the entry's amount", later("%(a)s, the amount of the entry")),
    (
        r"(-?\d+) fen, the opening balance and the booked entries",
        later("%(a)s: the opening balance and the booked entries"),
    ),
    (r"(-?\d+) fen of (.+)", later("%(a)s of %(b)s")),
    (
        r"what was booked before: (-?\d+) fen of (.+), (.*)",
        later("what was booked before: %(a)s of %(b)s, %(c)s"),
    ),
    (r"(\d+) entries, (-?\d+) fen", later("%(a)s entries, %(b)s")),
    (
        r"what was imported before: (\d+) entries, closing with (-?\d+) fen",
        later("what was imported before: %(a)s entries, closing with %(b)s"),
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
