"""The table of docs/concepts/directories.md follows from the kinds, and every row says where its clause is."""

import re

from exchange.registers.directory_kinds import kinds
from scripts.directory_table import ALSO, ELSEWHERE, PAGE, page

PERIPHERAL = [
    "LY5",
    "LY6",
    "LY7",
    "LY9",
    "LY17",
    "LY18",
    "LY19",
    "LY20",
    "LY21",
    "LY23",
    "HZ1",
    "HZ3",
    "HZ10",
    "HZ11",
    "HZ16",
    "HZ17",
    "HZ18",
    "HZ19",
    "JN2",
    "JN3",
    "JN4",
    "JN5",
    "JN7",
    "JN8",
    "JN9",
    "JN10",
    "JN11",
    "HLJ1",
    "HLJ2",
    "HLJ3",
    "HLJ4",
    "HLJ7",
    "HLJ8",
    "HLJ11",
    "HLJ13",
    "HLJ18",
    "HLJ20",
    "GX4",
    "GX5",
    "GX6",
    "GX8",
    "GX9",
]
"""The clauses of the five documents that ask for a list, a record or a form."""


def rows() -> dict[str, str]:
    """The rows of the table: name → where."""
    cells = [line.strip("| ").split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines()]
    return {one[0]: one[3] for one in cells if len(one) == 4 and re.fullmatch(r"[A-Z]{2,3}\d+", one[0])}


def test_the_table_is_up_to_date() -> None:
    """`python -m scripts.directory_table` would change nothing."""
    assert PAGE.read_text(encoding="utf-8") == page()


def test_every_clause_is_somewhere() -> None:
    """Each has a kind or says where else it is, and no row is there that nobody asked for."""
    found = rows()
    assert set(found) == set(PERIPHERAL)
    for name, where in found.items():
        named = re.findall(r"`([a-z-]+)`", where)
        assert name in ELSEWHERE or set(named) & set(kinds()), name


def test_what_is_said_elsewhere_is_there() -> None:
    """Every page that the table leads to is in the documentation."""
    texts = [where for _, _, where in ELSEWHERE.values()] + list(ALSO.values())
    pages = [page for text in texts for page in re.findall(r"\]\(([^)]+)\)", text)]
    assert pages
    assert all((PAGE.parent / page).is_file() for page in pages)
    assert set(ALSO) <= set(rows())
