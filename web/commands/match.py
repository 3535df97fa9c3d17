"""`luochui match`: achievements for a demand, and how well matching does on the labelled set."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from exchange.matchmaking import entries
from exchange.matchmaking.evaluation import AT, Measured, measure, rankers
from exchange.matchmaking.labelled import PartName, labelled_set
from exchange.matchmaking.market import Market
from exchange.matchmaking.published import lexicon, scheme
from exchange.matchmaking.score import Match
from exchange.matchmaking.values import Need, Supply
from exchange.registers import Registers
from exchange.settings import Settings
from exchange.store import migrate, urls
from exchange.store.clock import SystemClock
from matching_engine.errors import Malformed
from matching_engine.money import parse_yuan
from settlement.dates import shanghai_date
from settlement.strict_yaml import read_yaml
from web.commands.errors import NO, exits

match_app = typer.Typer(help="Matching of supply and demand, with explanations.", no_args_is_help=True)
AsJson = Annotated[bool, typer.Option("--json", help="One JSON line for each match or figure.")]


class DemandFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A demand as somebody writes it down; `budget` in yuan with two decimals."""

    title: str
    need: str = ""
    field: str = ""
    trl_min: Annotated[int, msgspec.Meta(ge=1, le=9)] | None = None
    region: str = ""
    budget: str | None = None


@match_app.command("demand")
def demand(
    file: Annotated[Path, typer.Argument(metavar="DEMAND.yaml", help="The demand.", show_default=False)],
    top: Annotated[int, typer.Option(min=1, max=100, help="How many matches.")] = 10,
    database: Annotated[
        str | None, typer.Option(metavar="URL", help="The registers; without it, the configured ones.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Rank the register's released achievements for a demand, with what speaks for each and against it.

    Exit status 0 when something was found, 1 when nothing fits, 2 for a bad file.
    """
    with exits():
        need = read_demand(file)
        supplies = asyncio.run(_supplies(database or Settings().database_url))
    market = Market(supplies, (), lexicon(), scheme())
    found = market.for_need(need, top)
    if as_json:
        typer.echo(b"".join(msgspec.json.encode(one) + b"\n" for one in found), nl=False)
    else:
        _show(found, {one.id: one for one in market.supplies})
    if not found:
        raise typer.Exit(NO)


@match_app.command("evaluate")
def evaluate(
    part: Annotated[str, typer.Option(help="tuning or held-out.")] = "held-out",
    as_json: AsJson = False,
) -> None:
    """Measure recall among the first ten and reciprocal rank on the labelled set, beside two floors in the same run."""
    with exits():
        if part not in ("tuning", "held-out"):
            raise Malformed("--part", part, "tuning or held-out")
        measured = _measured("tuning" if part == "tuning" else "held-out")
    if as_json:
        for one in measured:
            for name, value in ((f"recall_at_{AT}", one.recall), ("mrr", one.reciprocal_rank)):
                line = {"name": f"{one.name}_{name}", "measured": round(float(value), 4), "unit": "fraction"}
                typer.echo(msgspec.json.encode(line))
        return
    table = Table(title=f"{part}: {measured[0].demands} demands", title_justify="left")
    for heading in ("", f"recall@{AT}", "MRR"):
        table.add_column(heading, justify="right" if heading else "left")
    for one in measured:
        table.add_row(one.name, f"{float(one.recall):.3f}", f"{float(one.reciprocal_rank):.3f}")
    Console().print(table)


def _measured(part: PartName) -> list[Measured]:
    labelled = labelled_set()
    judged = labelled.part(part)
    return [measure(name, ranker, judged) for name, ranker in rankers(labelled, lexicon(), scheme()).items()]


def read_demand(file: Path) -> Need:
    """A demand from its file; Malformed names the file and the field."""
    try:
        content: Any = read_yaml(file.read_bytes())
        found = msgspec.convert(content, DemandFile)
    except OSError as error:
        raise Malformed(str(file), error.strerror, "a file that can be read") from error
    except msgspec.ValidationError as wrong:
        raise Malformed(str(file), str(wrong), "title, need, field, trl_min, region, budget") from wrong
    budget = None if found.budget is None else parse_yuan(found.budget, "budget")
    return Need("-", found.title, found.need, found.field, found.trl_min, found.region, budget, open=True)


async def _supplies(url: str) -> list[Supply]:
    """The register's achievements today. What the house alone knows (sold, listed) is not looked at."""
    if urls.is_sqlite(url) and not urls.sqlite_path(url).exists():
        raise Malformed("--database", url, "a database that is there")
    await migrate.check(url)
    registers = Registers(url)
    try:
        await registers.open()
        return await entries.supplies(registers, shanghai_date(SystemClock().now()), {})
    finally:
        await registers.close()


def _show(found: Sequence[Match], supplies: dict[str, Supply]) -> None:
    console = Console(highlight=False)
    for rank, one in enumerate(found, 1):
        title = supplies[one.supply].title
        console.print(
            Text(f"{rank:>2}. {one.points / 10_000:5.1f}  {one.supply}  {title}", "bold"), soft_wrap=True
        )
        parts = "  ".join(
            f"{part.name} {part.points / 10_000:.1f}/{part.weight / 10:g}" for part in one.parts
        )
        console.print(Text(f"      {parts}", "dim"), soft_wrap=True)
        said = ", ".join(_said(term.term, term.need_words, term.supply_words) for term in one.terms[:8])
        console.print(Text(f"      for: {said}"), soft_wrap=True)
        against = ", ".join(part.note for part in one.against()[:3])
        console.print(Text(f"      against: {against}"), soft_wrap=True)
    if not found:
        console.print("Nothing in the register shares enough with this demand.")


def _said(term: str, need_words: Sequence[str], supply_words: Sequence[str]) -> str:
    if not need_words or not supply_words or need_words == supply_words:
        return term.removeprefix("=")
    return f"{'/'.join(need_words)}≈{'/'.join(supply_words)}"
