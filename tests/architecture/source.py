"""One module of the source as the checks see it, and what they answer."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("matching_engine", "settlement", "exchange", "web")
_ESCAPE = re.compile(r"#\s*house-ok:(?P<reason>.*)$")


@dataclass(frozen=True, order=True)
class Finding:
    """A breach: where it stands and what it breaks."""

    path: str
    line: int
    what: str

    def __str__(self) -> str:
        """The form that an editor can jump to."""
        return f"{self.path}:{self.line}: {self.what}"


@dataclass(frozen=True)
class Source:
    """A module by its path below the root, with its text."""

    path: str
    text: str
    tree: ast.Module = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Parse once."""
        object.__setattr__(self, "tree", ast.parse(self.text))

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text."""
        return self.text.splitlines()

    @property
    def package(self) -> str:
        """The package at the top of its path."""
        return self.path.partition("/")[0]

    def finding(self, node: ast.AST, what: str) -> Finding:
        """A breach at this node."""
        return Finding(self.path, getattr(node, "lineno", 1), what)

    def excused(self, node: ast.AST) -> bool:
        """Whether a line of this node carries the escape with a reason."""
        first = getattr(node, "lineno", 1)
        last = getattr(node, "end_lineno", first)
        found = (_ESCAPE.search(line) for line in self.lines[first - 1 : last])
        return any(match and match["reason"].strip() for match in found)

    def empty_escapes(self) -> Iterator[Finding]:
        """Escapes that name no reason."""
        for number, line in enumerate(self.lines, start=1):
            match = _ESCAPE.search(line)
            if match and not match["reason"].strip():
                yield Finding(self.path, number, "an escape without a reason")


def modules(*folders: str, root: Path = ROOT) -> list[Source]:
    """Every module below these folders."""
    paths = [path for folder in folders for path in sorted((root / folder).rglob("*.py"))]
    return [Source(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")) for path in paths]
