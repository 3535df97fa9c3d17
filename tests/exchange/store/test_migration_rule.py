"""Migrations run while houses serve: they add, and take nothing away that the version before reads or writes."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange.store import migrations

VERSIONS = sorted((Path(migrations.__path__[0]) / "versions").glob("0*.py"))
TAKING = frozenset(
    {
        "drop_table",
        "drop_column",
        "drop_constraint",
        "rename_table",
        "drop_table_comment",
        "batch_alter_table",
    }
)
"""Operations after which a program of the version before no longer finds what it works with."""
TAKING_SQL = (
    "drop table",
    "drop column",
    "rename",
    "truncate",
    "delete from",
    "alter column",
    "set not null",
)
CHANGES_COLUMN = frozenset({"nullable", "type_", "new_column_name"})


def breaches(source: str) -> Iterator[str]:
    """What of an upgrade takes away, with its line; nothing where the migration is marked `CONTRACT = True`."""
    tree = ast.parse(source)
    if any(is_contract(node) for node in tree.body):
        return
    for function in tree.body:
        if isinstance(function, ast.FunctionDef) and function.name != "downgrade":
            for node in ast.walk(function):
                yield from _breaches_at(node)


def is_contract(node: ast.stmt) -> bool:
    """Whether a statement marks its migration as one that is run when no old process is left."""
    return isinstance(node, ast.Assign) and ast.unparse(node) == "CONTRACT = True"


def _breaches_at(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        words = " ".join(node.value.lower().split())
        yield from (f"line {node.lineno}: {taking}" for taking in TAKING_SQL if taking in words)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        name, given = node.func.attr, {keyword.arg: keyword.value for keyword in node.keywords}
        if name in TAKING:
            yield f"line {node.lineno}: {name}"
        if name == "alter_column" and CHANGES_COLUMN & given.keys():
            yield f"line {node.lineno}: alter_column"
        if name == "add_column" and _must_be_given(node):
            yield f"line {node.lineno}: a column that the version before does not fill"


def _must_be_given(call: ast.Call) -> bool:
    """Whether an added column is NOT NULL without a default of the server's."""
    column = next((part for part in ast.walk(call) if isinstance(part, ast.Call) and part is not call), None)
    given = {keyword.arg: ast.unparse(keyword.value) for keyword in column.keywords} if column else {}
    return given.get("nullable") == "False" and "server_default" not in given


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: path.stem)
def test_a_migration_only_adds(path: Path) -> None:
    """Every migration that ships, unless it is marked as the second half of a change that was begun a release ago."""
    assert list(breaches(path.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    "statement",
    [
        'op.drop_table("lease")',
        'op.drop_column("lease", "holder")',
        'op.rename_table("lease", "term")',
        'op.alter_column("lease", "holder", nullable=False)',
        'op.alter_column("lease", "holder", new_column_name="who")',
        'op.add_column("lease", sa.Column("x", sa.Text(), nullable=False))',
        'op.execute("ALTER TABLE lease DROP COLUMN holder")',
        'op.execute("DELETE  FROM journal")',
    ],
)
def test_what_takes_away_is_found(statement: str) -> None:
    """Each way to break the version before is refused, and allowed in a marked migration."""
    source = f"def upgrade():\n    {statement}\n"
    assert len(list(breaches(source))) == 1
    assert list(breaches(f"CONTRACT = True\n{source}")) == []


@pytest.mark.parametrize(
    "statement",
    [
        'op.add_column("lease", sa.Column("x", sa.Text(), nullable=True))',
        'op.add_column("lease", sa.Column("x", sa.Text(), nullable=False, server_default=""))',
        'op.create_index("by_holder", "lease", ["holder"])',
    ],
)
def test_what_adds_is_not(statement: str) -> None:
    """Columns that may be empty or fill themselves, and indices."""
    assert list(breaches(f"def upgrade():\n    {statement}\n")) == []


def test_the_way_back_may_take_away() -> None:
    """`downgrade` undoes what was added."""
    assert list(breaches('def downgrade():\n    op.drop_table("x")\n')) == []
