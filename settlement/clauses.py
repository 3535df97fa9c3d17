"""The clauses of a contract's text, by their numbers: what is negotiated one by one."""

import re

_CLAUSE = re.compile(r"(\d+\.\d+) ")
_HEADING = re.compile(r"第[一二三四五六七八九十]+条")
FIXED_ARTICLES = ("2", "7")
"""What is sold and at which price: as the sale was confirmed (auction law, art. 51 and 52), not to be negotiated again."""
TEXT_MAX = 4000


def clauses_of(text: str) -> dict[str, str]:
    """Number → words, in order; a clause goes on over the lines of its items."""
    found: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in text.split("\n"):
        start = _CLAUSE.match(line)
        if start:
            current = found[start[1]] = [line[start.end() :]]
        elif not line or _HEADING.match(line):
            current = None
        elif current is not None:
            current.append(line)
    return {number: "\n".join(lines) for number, lines in found.items()}


def replace_clause(text: str, number: str, words: str) -> str:
    """The text with other words under a number that it has."""
    old = clauses_of(text)[number]
    return f"\n{text}".replace(f"\n{number} {old}", f"\n{number} {words}", 1)[1:]


def is_fixed(number: str) -> bool:
    """Whether a clause states what the sale decided."""
    return number.partition(".")[0] in FIXED_ARTICLES


def tidy(words: str) -> str:
    """Blank lines and blanks at the ends of lines are dropped."""
    lines = (" ".join(line.split()) for line in words.splitlines())
    return "\n".join(line for line in lines if line)


def words_fault(words: str) -> str | None:
    """Why tidy words cannot stand in a clause; None when they can."""
    if len(words) > TEXT_MAX:
        return f"{len(words)} characters, expected at most {TEXT_MAX}"
    if any(_CLAUSE.match(f"{line} ") or _HEADING.match(line) for line in words.split("\n")):
        return "a line that begins like an article or a clause of its own"
    return None
