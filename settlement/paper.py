"""A text of ours as lines with a meaning: what every form of a document (page, DOCX, PDF) is made from."""

import re
from enum import StrEnum
from typing import NamedTuple

_HEADING = re.compile(r"第[一二三四五六七八九十]+条 ")
_CLAUSE = re.compile(r"(\d+\.\d+) (.*)")
_ITEM = re.compile(r"（[一二三四五六七八九十\d]+）|第\d+期：")
_FACT = re.compile(r"([^，。；：]{2,24})：(.+)")


class LineKind(StrEnum):
    """What a line is."""

    TITLE = "title"
    FACT = "fact"
    HEADING = "heading"
    CLAUSE = "clause"
    ITEM = "item"
    PARAGRAPH = "paragraph"


class Line(NamedTuple):
    """A line: `label` is a fact's name or a clause's number, else empty."""

    kind: LineKind
    text: str
    label: str = ""


def lines_of(text: str) -> tuple[Line, ...]:
    """The lines of a contract or a confirmation; the first one is its title, facts stand before the articles."""
    found: list[Line] = []
    for raw in filter(None, text.split("\n")):
        in_head = not any(line.kind is LineKind.HEADING for line in found)
        found.append(_line(raw, in_head) if found else Line(LineKind.TITLE, raw))
    return tuple(found)


def _line(raw: str, in_head: bool) -> Line:
    if _HEADING.match(raw):
        return Line(LineKind.HEADING, raw)
    clause = _CLAUSE.fullmatch(raw)
    if clause:
        return Line(LineKind.CLAUSE, clause[2], clause[1])
    if _ITEM.match(raw):
        return Line(LineKind.ITEM, raw)
    fact = _FACT.fullmatch(raw)
    if in_head and fact:
        return Line(LineKind.FACT, fact[2], fact[1])
    return Line(LineKind.PARAGRAPH, raw)
