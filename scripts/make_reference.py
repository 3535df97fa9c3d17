"""Write docs/reference/: the pages that follow from the code. `--check` says whether they are up to date."""

import inspect
import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import get_args

import msgspec
import typer

from exchange.house.command import Body, HouseEvent
from exchange.market.refusals import MarketRefusal
from exchange.registers.columns import ACHIEVEMENT, DEMAND
from matching_engine.rejections import Rejection
from settlement.reasons import EXPLAINED
from settlement.refusals import Refusal
from web.cli import root

FOLDER = Path(__file__).parent.parent / "docs" / "reference"
NOTE = "<!-- Written by scripts/make_reference.py; change the code, then run it. -->\n\n"


def pages() -> dict[str, str]:
    """Every page by its file name."""
    return {
        "commands.md": _commands(),
        "messages.md": _structs("Commands", get_args(Body)) + "\n" + _structs("Events", get_args(HouseEvent)),
        "refusals.md": _refusals(),
        "import.md": _import_columns(),
    }


def _commands() -> str:
    """The command line, as its own help states it."""
    lines = ["# The `luochui` command\n"]
    for path, command in _walk("luochui", root()):
        lines.append(f"## `{path}`\n\n{inspect.cleandoc(command.help or '')}\n")
        rows = [_parameter(parameter) for parameter in command.params if parameter.name != "help"]
        if rows:
            lines.append("| parameter | meaning |\n|---|---|\n" + "\n".join(rows) + "\n")
    return NOTE + "\n".join(lines)


def _walk(
    path: str, command: "typer.core.TyperCommand | object"
) -> Iterable[tuple[str, "typer.core.TyperCommand"]]:
    children = getattr(command, "commands", None)
    if children is None:
        yield path, command  # type: ignore[misc]
        return
    for name in sorted(children):
        yield from _walk(f"{path} {name}", children[name])


def _parameter(parameter: object) -> str:
    names = ", ".join(f"`{name}`" for name in getattr(parameter, "opts", ()))
    meaning = (getattr(parameter, "help", None) or "").replace("|", "\\|")
    return f"| {names} | {meaning} |"


def _structs(title: str, kinds: Iterable[type]) -> str:
    """Each message of a closed union: what it says and what it carries."""
    lines = [f"# {title}\n"]
    for kind in kinds:
        fields = ", ".join(f"`{field.name}`" for field in msgspec.structs.fields(kind))
        lines.append(f"* **{kind.__name__}** — {_first_line(kind)} ({fields})")
    return ("" if title == "Events" else NOTE) + "\n".join(lines) + "\n"


def _first_line(kind: type) -> str:
    return inspect.cleandoc(kind.__doc__ or "").splitlines()[0]


def _import_columns() -> str:
    """The columns of the tables that `luochui import` takes."""
    lines = ["# Columns of imported tables\n"]
    for title, columns in (("Achievements", ACHIEVEMENT), ("Demands", DEMAND)):
        lines.append(f"## {title}\n\n| column | 列名 | meaning |\n|---|---|---|")
        for column in columns:
            needed = " **Needed.**" if column.needed else ""
            meaning = column.meaning.replace("|", "\\|")
            lines.append(f"| `{column.name}` | {column.chinese} | {meaning}{needed} |")
        lines.append("")
    return NOTE + "\n".join(lines)


def _refusals() -> str:
    """Every code that a command can be refused with, and every reason of a claim."""
    lines = ["# Refusals\n"]
    for title, codes in (("Lots", Rejection), ("Market", MarketRefusal), ("Settlement", Refusal)):
        lines.append(f"## {title}\n\n" + "\n".join(f"* `{code}`" for code in _codes(codes)) + "\n")
    reasons = "\n".join(f"* `{reason}` — {text}" for reason, text in EXPLAINED.items())
    return NOTE + "\n".join(lines) + f"\n## Reasons of claims\n\n{reasons}\n"


def _codes(kind: type[StrEnum]) -> list[str]:
    return sorted(code.value for code in kind)


def stale() -> list[str]:
    """The pages that the code has left behind."""
    return [
        name
        for name, text in pages().items()
        if not (FOLDER / name).is_file() or (FOLDER / name).read_text(encoding="utf-8") != text
    ]


def main() -> int:
    """Write the pages, or with --check only say which are stale."""
    if "--check" in sys.argv[1:]:
        for name in stale():
            print(f"docs/reference/{name} is stale: run python scripts/make_reference.py")
        return 1 if stale() else 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
