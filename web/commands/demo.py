"""`luochui demo`: the whole market on this machine, with nothing but Python."""

import asyncio
import json
import logging
import socket
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from exchange.bootstrap import open_exchange
from exchange.demo import people
from exchange.demo.bank import DemoBank
from exchange.demo.demands import fill_demands
from exchange.demo.director import Director
from exchange.demo.history import LENGTH, History
from exchange.demo.once import BEGIN, Once, Stage
from exchange.demo.seed import LEAD, fill_registers, list_everything
from exchange.matchmaking.daily import recommending
from exchange.network.running import networking
from exchange.notices.running import notifying
from exchange.proof.running import proving
from exchange.releases.daily import scanning
from exchange.settings import Settings
from exchange.store.clock import ManualClock, SystemClock
from web.commands.errors import exits
from web.credentials import hash_password
from web.demo_bidders import Players
from web.logs import configure_logging
from web.server import listen, run, serve_app

STAGES_ZH = {
    "listing": "挂牌",
    "notice": "公示",
    "session": "专场",
    "entry": "报名",
    "deposit": "保证金",
    "bid": "竞价",
    "hammer": "落槌",
    "contract": "合同",
    "signature": "签署",
    "registration": "登记",
    "credit": "到账",
    "claim": "补助申领",
}


def demo(
    port: Annotated[int, typer.Option(help="Port of the pages.")] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    fast: Annotated[bool, typer.Option("--fast", help="Twenty times faster than people are.")] = False,
    once: Annotated[
        bool, typer.Option("--once", help="One lot through every stage, without a server.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --once: a JSON line for each stage.")] = False,
    var: Annotated[Path, typer.Option(help="Where the embedded database lives.")] = Path("var"),
) -> None:
    """Run the demo market: embedded SQLite, simulated bidders, accounts to sign in with."""
    configure_logging(level=logging.WARNING)
    with exits():
        if once:
            run(_once(as_json))
        else:
            var.mkdir(parents=True, exist_ok=True)
            url = f"sqlite:///{var / 'demo.db'}"
            run(_live(Settings(database_url=url, host=host, port=port, var_dir=var, demo=True), fast))


async def _once(as_json: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="luochui-") as folder:
        settings = Settings(database_url=f"sqlite:///{folder}/once.db", demo=True)
        clock = ManualClock(BEGIN)
        async with open_exchange(settings, clock, DemoBank(clock)) as exchange:
            async for stage in Once(exchange.own_house, clock).play():
                typer.echo(json.dumps(stage.as_line(), ensure_ascii=False) if as_json else _sentence(stage))


def _sentence(stage: Stage) -> str:
    facts = ", ".join(f"{name} {value}" for name, value in stage.facts.items())
    return f"seq {stage.seq:>3}  {STAGES_ZH[stage.stage]} {stage.stage}: {facts}"


async def _live(settings: Settings, fast: bool) -> None:
    with listen(settings.host, settings.port) as listening:
        await _seed(settings)
        await _trade(settings, fast, listening)


async def _trade(settings: Settings, fast: bool, listening: socket.socket) -> None:
    clock = SystemClock()
    async with open_exchange(settings, clock, DemoBank(clock), apart=True) as exchange:
        _greet(settings)
        players = Players(settings.public_url, people.PASSWORD)
        officials = settings.var_dir / "demo-officials"
        staged = Director(exchange.own_house, fast, officials=officials, play=players.play)
        director = asyncio.create_task(staged.run())
        try:
            async with (
                recommending(exchange),
                scanning(exchange),
                networking(exchange),
                proving(exchange),
                notifying(exchange),
            ):
                await serve_app(exchange, listening, director)
        finally:
            director.cancel()
            await players.leave()


async def _seed(settings: Settings) -> None:
    """Fill an empty market on a clock that runs ahead to the present; one that has begun is left as it is.

    A house that is opened on a clock of the past would find its open lots far from their close, and move it.
    """
    if has_begun(settings.var_dir / "demo.db"):
        return
    present = SystemClock().now()
    clock = ManualClock(present - LEAD - LENGTH)
    async with open_exchange(settings, clock, DemoBank(clock)) as exchange:
        await fill_registers(exchange, clock.now(), hash_password)
        await fill_demands(exchange.registers, clock.now())
        await History(exchange, clock).play()
        clock.advance(present - LEAD - clock.now())
        await list_everything(exchange, clock)


def has_begun(path: Path) -> bool:
    """Whether a market's journal in this file has a row."""
    if not path.exists():
        return False
    with closing(sqlite3.connect(path)) as database:
        tables = database.execute("SELECT 1 FROM sqlite_master WHERE name = 'journal'").fetchall()
        return bool(tables and database.execute("SELECT 1 FROM journal LIMIT 1").fetchall())


def _greet(settings: Settings) -> None:
    console = Console()
    table = Table(title="演示账号 · demo accounts", title_justify="left")
    for heading in ("账号 account", "身份 who", "角色 role"):
        table.add_column(heading)
    for account in people.ACCOUNTS:
        table.add_row(account.login, account.name, ", ".join(account.roles))
    console.print(table)
    console.print(f"密码 password: [bold]{people.PASSWORD}[/bold]")
    console.print(f"落槌 Luochui: [bold]{settings.public_url}[/bold]   (Ctrl-C ends it)")
