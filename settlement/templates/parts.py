"""What texts are made of: clauses, each with the law it comes from, in sections that are numbered by themselves."""

from collections.abc import Iterable
from typing import NamedTuple

_NUMERALS = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二", "十三")


class Clause(NamedTuple):
    """A clause: where it comes from (民法典 is the Civil Code), and its words with `$places`."""

    law: str
    text: str


class Section(NamedTuple):
    """An article of the contract."""

    heading: str
    clauses: tuple[Clause, ...]


class Draft(NamedTuple):
    """A whole contract of one kind: title, version, what seller and buyer are called, recital, sections."""

    title: str
    version: str
    seller: str
    buyer: str
    recital: str
    sections: tuple[Section, ...]


def written(sections: Iterable[Section]) -> str:
    """第一条 … with clauses 1.1, 1.2 …"""
    blocks = []
    for number, section in enumerate(sections, 1):
        lines = [f"第{_NUMERALS[number - 1]}条 {section.heading}"]
        lines += [f"{number}.{part} {clause.text}" for part, clause in enumerate(section.clauses, 1)]
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)
