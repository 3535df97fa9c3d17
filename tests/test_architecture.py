"""The rules of the house, proved on its source; and the checks themselves, proved on source that breaks them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain

import pytest

from tests.architecture.imports import PORTS, check_arrow, check_pure_imports, is_pure
from tests.architecture.purity import check_pure
from tests.architecture.shape import check_docstring, check_sizes
from tests.architecture.source import PACKAGES, ROOT, Finding, Source, modules
from tests.architecture.text import check_text, tracked

OURS = modules(*PACKAGES)
KNOWN = frozenset(source.path for source in OURS)


def assert_none(findings: Iterable[Finding]) -> None:
    """Fail with one line for each breach."""
    found = sorted(findings)
    assert not found, "\n" + "\n".join(map(str, found))


def whats(findings: Iterable[Finding]) -> str:
    """What was found, as one text to look into."""
    return " | ".join(each.what for each in findings)


def test_the_four_packages_are_read() -> None:
    """The rules below look at something: each package has modules, and pure parts are among them."""
    assert {source.package for source in OURS} == set(PACKAGES)
    assert any(is_pure(path) for path in KNOWN)


def test_imports_follow_the_arrow() -> None:
    """web → exchange → settlement → matching_engine → the standard library and msgspec."""
    assert_none(chain.from_iterable(map(check_arrow, OURS)))


def test_pure_parts_import_pure_parts_only() -> None:
    """Nothing that a pure part reaches touches the world; the ports only describe it."""
    parts = [source for source in OURS if is_pure(source.path) or source.path == PORTS]
    assert_none(each for source in parts for each in check_pure_imports(source, KNOWN))


def test_pure_parts_are_pure() -> None:
    """No clock, chance, world, float or set's order decides anything in a pure part."""
    assert_none(each for source in OURS if is_pure(source.path) for each in check_pure(source))


def test_files_and_functions_stay_small() -> None:
    """No function over fifty lines, no file over four hundred."""
    assert_none(chain.from_iterable(map(check_sizes, OURS)))


def test_every_module_says_what_it_is_for() -> None:
    """A docstring opens every module, those of tests and scripts too."""
    assert_none(chain.from_iterable(map(check_docstring, [*OURS, *modules("tests", "scripts")])))


def test_the_repository_stands_alone() -> None:
    """No tracked file names a registry's host or a path of one machine, or leaves work unfinished."""
    files = tracked(ROOT)
    assert files
    texts = (
        (path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8", errors="replace"))
        for path in files
    )
    assert_none(each for path, text in texts for each in check_text(path, text))


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("matching_engine/x.py", "import settlement.ledger", "matching_engine imports settlement"),
        ("matching_engine/x.py", "from ..web import cli", "matching_engine imports web"),
        ("matching_engine/x.py", "import yaml", "library yaml"),
        ("settlement/x.py", "def f():\n    import exchange", "settlement imports exchange"),
        ("settlement/x.py", "import yaml", "library yaml"),
        ("settlement/x.py", "from sqlalchemy import select", "library sqlalchemy"),
        ("exchange/x.py", "from starlette.responses import Response", "library starlette"),
        ("exchange/reports/x.py", "from web import views", "exchange imports web"),
        ("web/x.py", "from tests.services import postgres", "library tests"),
    ],
)
def test_an_import_against_the_arrow_is_found(path: str, text: str, expected: str) -> None:
    """Absolute, relative or hidden in a function: it is found."""
    assert expected in whats(check_arrow(Source(path, text)))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "matching_engine/x.py",
            "import json, msgspec\nfrom matching_engine.money import Fen\nfrom . import book",
        ),
        ("settlement/strict_yaml.py", "import yaml\nfrom matching_engine import money"),
        ("exchange/store/x.py", "import sqlalchemy\nfrom settlement import ledger"),
        ("web/x.py", "import starlette\nfrom exchange import ports\nfrom matching_engine import money"),
    ],
)
def test_an_import_along_the_arrow_is_let_be(path: str, text: str) -> None:
    """What the arrow allows is not reported."""
    assert_none(check_arrow(Source(path, text)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import asyncio", "imports asyncio"),
        ("from logging import getLogger", "imports logging"),
        ("from exchange.store import journal", "exchange/store/journal.py"),
        ("import exchange.store.journal", "exchange/store/journal.py"),
        ("from exchange.house import dispatcher", "exchange/house/dispatcher.py"),
        ("import cryptography", "library cryptography"),
    ],
)
def test_an_impure_import_is_found(text: str, expected: str) -> None:
    """The world's modules, our own impure parts, other libraries than msgspec."""
    known = frozenset(
        {"exchange/store/journal.py", "exchange/house/dispatcher.py", "exchange/house/state.py"}
    )
    source = Source("exchange/house/machine.py", text)
    assert expected in whats(check_pure_imports(source, known))
    pure = Source(
        "exchange/house/machine.py", "from exchange.house import state\nfrom exchange.house.state import S"
    )
    assert_none(check_pure_imports(pure, known))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from datetime import datetime\nx = datetime.now()", "asks the clock"),
        ("import datetime\nx = datetime.datetime.utcnow()", "asks the clock"),
        ("from datetime import date\nx = date.today()", "asks the clock"),
        ("x = time.monotonic()", "time.monotonic"),
        ("x = random.choice(y)", "random.choice"),
        ("x = uuid4()", "draws lots"),
        ("x = uuid.uuid4()", "draws lots"),
        ("x = secrets.token_hex()", "secrets.token_hex"),
        ("x = os.environ", "os.environ"),
        ("x = open(y)", "touches the world"),
        ("rate = 0.3", "float literal"),
        ("def f(rate: float) -> None: ...", "float, as a type"),
        ("x: list[float] = []", "float, as a type"),
        ("async def f() -> None: ...", "async"),
        ("for x in {1, 2}: ...", "order of a set"),
        ("x = [y for y in set(z)]", "order of a set"),
        ("def f(z: set[int]) -> list[int]:\n    return list(z)", "order of a set"),
        ("def f(z):\n    w = frozenset(z) | {1}\n    for x in w: ...", "order of a set"),
        (
            "class A:\n    bidders: frozenset[str]\ndef f(a):\n    return ','.join(a.bidders)",
            "order of a set",
        ),
        ("def f(z: set[int]):\n    return min((x for x in z), key=abs)", "order of a set"),
        ("def f(z: set[int]):\n    return [*z]", "order of a set"),
        ("def f(z: set[int]):\n    return z.pop()", "order of a set"),
        ("x = 0.3  # house-ok:", "an escape without a reason"),
        ("x = 0.3  # house-ok:", "float literal"),
    ],
)
def test_an_impurity_is_found(text: str, expected: str) -> None:
    """Each banned thing, in the forms in which it slips in."""
    assert expected in whats(check_pure(Source("matching_engine/x.py", text)))


@pytest.mark.parametrize(
    "text",
    [
        "rate = 0.3  # house-ok: a weight that no money passes through",
        "def f(z: set[int]) -> list[int]:\n    return sorted(z)",
        "def f(z: set[int]) -> bool:\n    return any(x > 1 for x in z) and 3 in z",
        "def f(z: set[int]) -> set[int]:\n    return {x + 1 for x in z}",
        "def f(z: list[int]) -> int:\n    return z.pop()",
        "def f(z: dict[str, set[int]]):\n    for k in z: ...",
        "def f(clock):\n    return clock.now",
        "def g(z: set[int]): ...\ndef f(z: list[int]):\n    for x in z: ...",
    ],
)
def test_what_is_pure_is_let_be(text: str) -> None:
    """An escape with a reason, and what only looks like a breach."""
    assert_none(check_pure(Source("matching_engine/x.py", text)))


def test_size_and_docstring_are_measured() -> None:
    """One line over the bound is found, the bound itself is not."""
    function = "def f():\n" + "    x = 1\n" * 49
    assert_none(check_sizes(Source("web/x.py", function)))
    assert "51 lines" in whats(check_sizes(Source("web/x.py", function + "    x = 1\n")))
    assert_none(check_sizes(Source("web/x.py", "x = 1\n" * 400)))
    assert "401 lines" in whats(check_sizes(Source("web/x.py", "x = 1\n" * 401)))
    assert "docstring" in whats(check_docstring(Source("web/x.py", "x = 1")))
    assert_none(check_docstring(Source("web/x.py", '"""Says it."""')))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("index-url = https://pypi" + ".org/simple", "registry"),
        ("see /work" + "/main/README.md", "path of one machine"),
        ("see .." + "/shared/design", "path of one machine"),
        ("# TO" + "DO later", "unfinished"),
    ],
)
def test_a_line_that_ties_the_repository_down_is_found(text: str, expected: str) -> None:
    """A host, a machine's path, a work marker."""
    assert expected in whats(check_text("x", text))
