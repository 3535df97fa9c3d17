"""The arrow of imports: web → exchange → settlement → matching_engine → the standard library (+ msgspec).

Pure parts may import pure parts only: what they reach is as pure as they are.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch

from tests.architecture.source import PACKAGES, Finding, Source

# What each package may import of the four; itself always.
_BELOW = {
    "matching_engine": frozenset[str](),
    "settlement": frozenset({"matching_engine"}),
    "exchange": frozenset({"matching_engine", "settlement"}),
    "web": frozenset({"matching_engine", "settlement", "exchange"}),
}
# The packages whose libraries are counted out one by one, and the files that may use one more.
_LIBRARIES = {"matching_engine": frozenset({"msgspec"}), "settlement": frozenset({"msgspec"})}
_ONE_MORE = {"settlement/strict_yaml.py": frozenset({"yaml"})}
# The web's own libraries.
_NOT_IN_EXCHANGE = frozenset({"starlette", "jinja2", "typer", "uvicorn", "websockets", "multipart"})

PURE = (
    "matching_engine/*",
    "settlement/*",
    "exchange/__init__.py",
    "exchange/market/*",
    "exchange/matchmaking/__init__.py",
    "exchange/matchmaking/index.py",
    "exchange/matchmaking/market.py",
    "exchange/matchmaking/numbers.py",
    "exchange/matchmaking/parts.py",
    "exchange/matchmaking/score.py",
    "exchange/matchmaking/tokens.py",
    "exchange/matchmaking/values.py",
    "exchange/reports/__init__.py",
    "exchange/reports/facts.py",
    "exchange/reports/figures.py",
    "exchange/reports/index.py",
    "exchange/reports/ocds.py",
    "exchange/reports/periodic.py",
    "exchange/reports/projector.py",
    "exchange/network/__init__.py",
    "exchange/network/figures.py",
    "exchange/notices/__init__.py",
    "exchange/notices/pace.py",
    "exchange/notices/table.py",
    "exchange/notices/told.py",
    "exchange/notices/trade_table.py",
    "exchange/notices/words.py",
    "exchange/proof/__init__.py",
    "exchange/proof/merkle.py",
    "exchange/proof/tree.py",
    "exchange/house/__init__.py",
    "exchange/house/authority.py",
    "exchange/house/chain.py",
    "exchange/house/command.py",
    "exchange/house/erasure.py",
    "exchange/house/journal_rights.py",
    "exchange/house/machine.py",
    "exchange/house/custody_authority.py",
    "exchange/house/custody_reactions.py",
    "exchange/house/listing_reactions.py",
    "exchange/house/mandate_authority.py",
    "exchange/house/negotiation_authority.py",
    "exchange/house/negotiation_reactions.py",
    "exchange/house/question_authority.py",
    "exchange/house/replay.py",
    "exchange/house/release_authority.py",
    "exchange/house/release_streams.py",
    "exchange/house/queries.py",
    "exchange/house/reactions.py",
    "exchange/house/registration_authority.py",
    "exchange/house/state.py",
    "exchange/house/stop_authority.py",
    "exchange/house/stop_reactions.py",
    "exchange/monitoring/*",
    "exchange/house/streams.py",
    "exchange/house/supply_authority.py",
    "exchange/house/supply_reactions.py",
    "exchange/house/supply_streams.py",
)
# Protocols of the edge and the records they exchange: they describe waiting and so say `async`, but they do nothing.
PORTS = "exchange/ports.py"
# Modules of the standard library that touch the world, or wait for it.
IMPURE_MODULES = frozenset(
    {
        *("asyncio", "concurrent", "contextvars", "multiprocessing", "queue", "sched", "threading"),
        *("glob", "importlib", "io", "mmap", "os", "pathlib", "shelve", "shutil", "sqlite3", "tempfile"),
        *("ftplib", "http", "select", "selectors", "smtplib", "socket", "socketserver", "ssl", "urllib"),
        *("ctypes", "getpass", "locale", "logging", "signal", "subprocess", "warnings"),
        *("random", "secrets", "time"),
    }
)


@dataclass(frozen=True)
class Import:
    """One imported module, with the name taken from it ("" for `import module`)."""

    node: ast.stmt
    module: str
    name: str

    @property
    def top(self) -> str:
        """The package at the top."""
        return self.module.partition(".")[0]

    def path(self, known: frozenset[str]) -> str | None:
        """The file that is imported, if it is one of the known ones."""
        base = self.module.replace(".", "/")
        deepest_first = [f"{base}/{self.name}.py", f"{base}/{self.name}/__init__.py"] if self.name else []
        candidates = [*deepest_first, f"{base}.py", f"{base}/__init__.py"]
        return next((path for path in candidates if path in known), None)


def imports(source: Source) -> Iterator[Import]:
    """Every import of a module, wherever it stands; a relative one made absolute."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from (Import(node, alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = _absolute(source.path, node)
            yield from (Import(node, module, alias.name) for alias in node.names)


def _absolute(path: str, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    folder = path.split("/")[: -node.level]
    return ".".join([*folder, *filter(None, [node.module])])


def is_pure(path: str) -> bool:
    """Whether a file belongs to the pure parts."""
    return any(fnmatch(path, pattern) for pattern in PURE)


def check_arrow(source: Source) -> Iterator[Finding]:
    """Imports against the arrow, and libraries where they do not belong."""
    for each in imports(source):
        if each.top in PACKAGES:
            if each.top != source.package and each.top not in _BELOW[source.package]:
                yield source.finding(each.node, f"{source.package} imports {each.top}, against the arrow")
        elif each.top not in sys.stdlib_module_names and not _library_allowed(source, each.top):
            yield source.finding(each.node, f"{source.package} may not use the library {each.top}")


def _library_allowed(source: Source, library: str) -> bool:
    if library in {"tests", "scripts"}:
        return False
    if source.package == "exchange":
        return library not in _NOT_IN_EXCHANGE
    allowed = _LIBRARIES.get(source.package)
    return allowed is None or library in allowed | _ONE_MORE.get(source.path, frozenset())


def check_pure_imports(source: Source, known: frozenset[str]) -> Iterator[Finding]:
    """In a pure part: modules that touch the world, other libraries than msgspec, impure parts of ours."""
    for each in imports(source):
        if source.excused(each.node):
            continue
        target = each.path(known)
        if each.top in IMPURE_MODULES:
            yield source.finding(each.node, f"a pure part imports {each.module}")
        elif each.top in PACKAGES and target and target != PORTS and not is_pure(target):
            yield source.finding(
                each.node, f"a pure part imports {target}, which is not in the table of pure parts"
            )
        elif each.top not in {
            *PACKAGES,
            *sys.stdlib_module_names,
            "msgspec",
            *_ONE_MORE.get(source.path, ()),
        }:
            yield source.finding(each.node, f"a pure part uses the library {each.top}")
