"""Sizes that one person can read in one sitting, and a docstring that says what a module is for."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.architecture.source import Finding, Source

FUNCTION_LINES = 50
FILE_LINES = 400


def check_sizes(source: Source) -> Iterator[Finding]:
    """Functions over 50 lines (their docstring included) and files over 400."""
    if len(source.lines) > FILE_LINES:
        yield Finding(source.path, 1, f"{len(source.lines)} lines; at most {FILE_LINES}")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield source.finding(node, f"{node.name} has {lines} lines; at most {FUNCTION_LINES}")


def check_docstring(source: Source) -> Iterator[Finding]:
    """A module that does not say what it is for; the empty `__init__` of a folder of tests has nothing to say."""
    if source.package == "tests" and not source.text:
        return
    if not (ast.get_docstring(source.tree) or "").strip():
        yield Finding(source.path, 1, "no module docstring")
