"""62 to 64: somebody with the database, the wrong settings, a second house; and that no number of the list is missing.

These need a database server or a process of their own. Each is proved once, where its machinery is tested; what is
named here must exist there and be collected.
"""

import ast
import inspect
import re
from importlib import import_module
from pathlib import Path

ELSEWHERE = {
    62: (
        "tests.web.test_verify_command::test_an_edited_row_in_the_database_is_found",
        "tests.process.test_refusing::test_a_journal_with_an_edited_row",
    ),
    63: (
        "tests.process.test_refusing::test_a_database_that_would_lose_commits",
        "tests.exchange.store.test_safety::test_python_o_is_noticed",
    ),
    64: (
        "tests.process.test_refusing::test_a_second_house_of_the_same_name",
        "tests.process.test_failover::test_a_holder_that_hangs_is_fenced",
    ),
}
ALL = range(1, 65)


def proved(number: int, *words: str) -> None:
    """The tests of a number exist, say what they prove, and look for the answer in these words."""
    text = ""
    for name in ELSEWHERE[number]:
        module, _, function = name.partition("::")
        test = getattr(import_module(module), function)
        assert inspect.getdoc(test), name
        assert not [
            mark for mark in getattr(test, "pytestmark", ()) if mark.name in ("skip", "skipif", "xfail")
        ]
        text += inspect.getsource(test)
    for word in words:
        assert word in text, word


def test_62_an_edited_row_of_the_journal() -> None:
    """`luochui verify` names the row and says no; the house does not start on it, exit status 70."""
    proved(
        62, '(result.exit_code, result.stdout) == (1, "")', "not verified", "status == 70", "breaks at seq"
    )


def test_63_unsafe_settings_and_missing_assertions() -> None:
    """PostgreSQL that would lose commits, and python -O: the house refuses to start and names what is wrong."""
    proved(63, "status == 2", "synchronous_commit is off", '"-O"', "returncode != 0")


def test_64_a_second_house_and_one_that_came_back() -> None:
    """A second house of the name does not start; one that hung while another took over is fenced and ends with 70."""
    proved(64, "has a holder", "ended() == 70")


def test_every_number_of_the_list_has_its_test() -> None:
    """A test whose name begins with the number stands in one of these modules."""
    found = {int(name[5:7]) for name in _names() if re.match(r"test_\d\d_", name)}
    assert sorted(set(ALL) - found) == []


def test_what_the_threat_model_names_exists() -> None:
    """Every file that it points to is there, and every link leads somewhere."""
    root = Path(__file__).parents[2]
    for page in (root / "docs/concepts/threats.md", root / "SECURITY.md"):
        text = page.read_text(encoding="utf-8")
        named = re.findall(
            r"`((?:tests|web|exchange|settlement|matching_engine|scripts|docs)/[\w/.-]+)`", text
        )
        linked = re.findall(r"\]\(([^)#]+)", text)
        assert len(named) + len(linked) > 5
        assert [one for one in named if not (root / one).exists()] == []
        assert [one for one in linked if not (page.parent / one).exists()] == []


def _names() -> list[str]:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in Path(__file__).parent.glob("test_*.py")]
    return [
        node.name
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
