"""`luochui claims`: what each rule grants on the facts of a file, and why."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from matching_engine.errors import Malformed
from matching_engine.money import format_yuan
from settlement.claims import ClaimLine, evaluate
from settlement.facts import parse_facts
from settlement.reasons import EXPLAINED
from settlement.rulebook import load_rulebook
from settlement.rules import shipped
from settlement.strict_yaml import read_yaml


def claims(
    facts: Annotated[Path, typer.Argument(metavar="FACTS.yaml", help="The fact file.", show_default=False)],
    rules: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Rule files (*.yaml) to use instead of the shipped ones."),
    ] = None,
    include: Annotated[
        list[str] | None, typer.Option(metavar="GROUP", help="Also rules of this group: implement.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line for each rule.")] = False,
) -> None:
    """Print what each rule that the facts touch grants, with its document, clause and quote.

    Exit status 0 when the answer is printed, whatever it is; 2 for bad input.
    """
    with _bad_input(rules or "rules"):
        book = load_rulebook(shipped() if rules is None else _rule_files(rules))
    with _bad_input(facts):
        lines = evaluate(parse_facts(read_yaml(facts.read_bytes())), book, include or ())
    if as_json:
        for line in lines:
            typer.echo(msgspec.json.encode(as_record(line)))
    else:
        _show(lines)


def as_record(line: ClaimLine) -> dict[str, object]:
    """The line as `--json` prints it: amounts as texts of yuan, `valid` only where the rule judges."""
    record: dict[str, object] = {
        "rule": line.rule,
        "claimant": line.claimant,
        "base": format_yuan(line.base_fen),
        "amount": format_yuan(line.amount_fen),
        "payable": line.payable,
        "reason": line.reason,
        "document": line.document,
        "clause": line.clause,
        "quote": line.quote,
    }
    return record if line.valid is None else {**record, "valid": line.valid}


def _rule_files(directory: Path) -> dict[str, bytes]:
    if not directory.is_dir():
        raise Malformed("--rules", directory.name, "a directory of rule files")
    return {path.name: path.read_bytes() for path in directory.glob("*.yaml")}


@contextmanager
def _bad_input(where: object) -> Iterator[None]:
    """Bad input ends the command with status 2 and one line of bounded length that says where it is."""
    try:
        yield
    except (Malformed, OSError) as error:
        said = f"expected a readable file, got {error.strerror}" if isinstance(error, OSError) else str(error)
        typer.echo(" ".join(f"{where}: {said}".split())[:500], err=True)
        raise typer.Exit(2) from error


def _show(lines: Sequence[ClaimLine]) -> None:
    """A table of what is granted, and below it why, with the words of the document."""
    console = Console(highlight=False)
    if not lines:
        console.print("No rule is touched by these facts.")
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("Rule", no_wrap=True)
    table.add_column("Base", justify="right", no_wrap=True)
    table.add_column("Amount", justify="right", no_wrap=True)
    table.add_column("Reason", no_wrap=True)
    for line in lines:
        amount = Text(format_yuan(line.amount_fen), style="bold green" if line.payable else "dim")
        table.add_row(Text(line.rule), format_yuan(line.base_fen), amount, line.reason)
    console.print(table)
    for line in lines:
        console.print(Text.assemble("\n", (line.rule, "bold"), f", {line.claimant}: {_why(line)}"))
        console.print(Padding(Text(" ".join(filter(None, (line.document, line.clause)))), (0, 2)))
        console.print(Padding(Text(f"“{line.quote}”", style="dim"), (0, 2)))


def _why(line: ClaimLine) -> str:
    verdict = {None: "", True: "valid: ", False: "not valid: "}[line.valid]
    detail = f" ({line.detail})" if line.detail else ""
    return f"{verdict}{EXPLAINED[line.reason]}{detail}"
