"""`luochui bank`: statements from the bank in, orders to the bank out."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import httpx2
import msgspec
import typer

from exchange.bootstrap import open_exchange, read_rulebook
from exchange.house import codec, machine
from exchange.house.command import Principal
from exchange.house.state import State, new_state
from exchange.ports import Unavailable
from exchange.settings import Settings
from exchange.store.clock import SystemClock
from exchange.store.journal import open_journal
from matching_engine.errors import Malformed
from settlement.pain001 import waiting_orders
from settlement.statement_csv import ColumnMap
from settlement.strict_yaml import read_yaml
from web.bank import Booked, column_map, pain001
from web.bank_file import book_file, read_file
from web.commands.errors import NO, exits, quit_with
from web.logs import configure_logging

KEY = "LUOCHUI_KEY"
"""The variable with the key of an account of the role `bank`, for --server."""
SHELL = Principal("shell", None, frozenset({"bank"}))
"""Who books when the command opens the database itself."""
SECONDS = 60

bank_app = typer.Typer(help="Statements from the bank, orders to the bank.", no_args_is_help=True)

Database = Annotated[
    str | None,
    typer.Option(
        metavar="URL", help="The database of a house that is not running; without it, the configured one."
    ),
]
Server = Annotated[
    str | None, typer.Option(metavar="URL", help=f"A running server instead; the key is read from {KEY}.")
]


@bank_app.command("import")
def import_(
    statement: Annotated[Path, typer.Argument(metavar="FILE", help="camt.053, or CSV with --map.")],
    map_: Annotated[
        Path | None, typer.Option("--map", metavar="MAP.yaml", help="The columns of a CSV.")
    ] = None,
    database: Database = None,
    server: Server = None,
) -> None:
    """Book a statement: what came in, what our orders paid, what came back.

    The file is checked whole first; imported again, it changes nothing. An entry that fits no order of ours, or is
    for another amount, is named and not booked; so is a statement that is missing in between.

    Exit status 0 booked, or known before; 1 the server said no; 2 bad usage or input: nothing was booked.
    """
    with exits():
        _one_of(database, server)
        columns = column_map(read_yaml(_read(map_))) if map_ else None
        data = _read(statement)
        if server is not None:
            _show(_send(server, data, columns))
        else:
            _show(asyncio.run(_book(database, data, columns)))


@bank_app.command("export")
def export(
    version: Annotated[Literal["03", "09"], typer.Option(help="Version of pain.001.001.")] = "09",
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Write here instead of stdout.")] = None,
    database: Database = None,
    server: Server = None,
) -> None:
    """Write the open payout and refund orders as ISO 20022 pain.001, for the bank to execute.

    An order whose party has no confirmed account waits: it is not in the file, and stderr names it.
    """
    with exits():
        _one_of(database, server)
        if server is not None:
            document = _ask(server, "GET", f"/bank/orders/pain001?version={version}")
        else:
            settings = _settings(database)
            state = asyncio.run(_replay(settings))
            document = pain001(state, settings, SystemClock().now(), version)
            for order in waiting_orders(state.settlement):
                typer.echo(f"{order.payment} waits: no confirmed account of {order.party}", err=True)
        if out is None:
            sys.stdout.buffer.write(document)
        else:
            out.write_bytes(document)


def _one_of(database: str | None, server: str | None) -> None:
    if database is not None and server is not None:
        raise Malformed("--server", "a server and a database", "one of them")


def _settings(database: str | None) -> Settings:
    settings = Settings(role="all")
    return settings.model_copy(update={"database_url": database}) if database else settings


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Malformed(str(path), error.strerror, "a file that can be read") from error


async def _book(database: str | None, data: bytes, columns: ColumnMap | None) -> Booked:
    """Read the whole file, then open the house and book."""
    file = read_file(data, columns)
    settings = _settings(database)
    configure_logging(settings.log_json)
    async with open_exchange(settings) as exchange:
        return await book_file(exchange.house, SHELL, file)


async def _replay(settings: Settings) -> State:
    """The state of the configured house, without disturbing whoever runs it."""
    state = new_state(read_rulebook(settings.rules_dir))
    journal = open_journal(settings.database_url, writable=False)
    try:
        await journal.open()
        async for row in journal.read(settings.house):
            machine.apply(state, codec.recorded(row))
    finally:
        await journal.close()
    return state


def _send(server: str, data: bytes, columns: ColumnMap | None) -> Booked:
    encoding = columns.encoding if columns else "utf-8"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as wrong:
        raise Malformed("file", f"byte {wrong.start}", f"text in {encoding}") from wrong
    body = {"content": text, **({"map": columns} if columns else {})}
    answer = _ask(server, "POST", "/bank/statements", msgspec.json.encode(body))
    return msgspec.json.decode(answer, type=Booked)


def _ask(server: str, method: str, path: str, body: bytes | None = None) -> bytes:
    """The server's answer; its problem as one line and status 1."""
    key = os.environ.get(KEY)
    if not key:
        raise Malformed(KEY, "nothing", "the key of an account of the role bank")
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    try:
        answer = httpx2.request(
            method, f"{server.rstrip('/')}/api/v1{path}", content=body, headers=headers, timeout=SECONDS
        )
    except httpx2.HTTPError as error:
        raise Unavailable(f"{server}: {error}") from error
    if answer.status_code != 200:
        raise quit_with(f"{server}: {answer.status_code} {answer.text[:500]}", NO)
    return answer.content


def _show(booked: Booked) -> None:
    typer.echo(f"{booked.credits} credits: {booked.recorded} booked, {booked.known} known before")
    for item in booked.suspense:
        typer.echo(f"  in suspense: {item.amount_fen} fen of {item.entry}: {item.reason} ({item.credit})")
    orders = booked.confirmed + booked.returned + booked.orders_known
    if orders:
        typer.echo(
            f"{orders} of our orders: {booked.confirmed} paid, {booked.returned} came back, "
            f"{booked.orders_known} known before"
        )
    for other in booked.unmatched:
        typer.echo(f"  not booked: {other.amount_fen} fen of {other.entry}: {other.code}, {other.detail}")
    for line in booked.gaps:
        typer.echo(f"  {line}")
