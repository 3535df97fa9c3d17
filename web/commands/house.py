"""`luochui house`: the nodes of the network, from the shell of whoever runs this one."""

import json
from datetime import date
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from exchange.registers import Node, Registers
from exchange.registers.feeds import Cursor
from exchange.registers.nodes import NodeKind
from exchange.settings import Settings
from exchange.store.clock import SystemClock
from exchange.store.node_key import node_key
from matching_engine.errors import Malformed
from settlement.dates import parse_date, shanghai_date
from web.commands.errors import NO, exits, quit_with
from web.commands.granting import Database, run
from web.commands.user import BY, AsJson
from web.parse import clean_text

house_app = typer.Typer(help="The nodes of the network: hub, sub-centres, outposts.", no_args_is_help=True)

Id = Annotated[str, typer.Argument(help="The node's id: the name of its house.")]
Day = Annotated[str | None, typer.Option(help="A day like 2026-11-22; without it, today.")]


@house_app.command("add")
def add(
    id: Id,  # noqa: A002  (the name of the argument)
    name_zh: Annotated[str | None, typer.Option(help="Name in Chinese.")] = None,
    name_en: Annotated[str | None, typer.Option(help="Name in English.")] = None,
    kind: Annotated[NodeKind | None, typer.Option(help="What the node is.")] = None,
    region: Annotated[str | None, typer.Option(help="Province key, like heilongjiang.")] = None,
    base_url: Annotated[
        str | None, typer.Option(help="Its address, like https://jishu.example.gov.cn.")
    ] = None,
    key: Annotated[
        str | None, typer.Option(help="Its public key: what `luochui house key` prints there.")
    ] = None,
    contact: Annotated[str | None, typer.Option(help="Whom to ask about it.")] = None,
    since: Day = None,
    database: Database = None,
) -> None:
    """Enter a node, or change what is given of it: every version is kept."""
    with exits():
        given = {"name_zh": name_zh, "name_en": name_en, "region": region, "contact": contact}
        texts = {field: clean_text(text, field) for field, text in given.items() if text is not None}
        more = {"kind": kind, "base_url": base_url, "public_key": key}
        values: dict[str, Any] = {
            **texts,
            **{field: value for field, value in more.items() if value is not None},
        }
        if since is not None:
            values["since"] = _day(since, "--since")

        async def enter(registers: Registers) -> Node:
            known = await registers.nodes.get(id)
            fresh = {
                "name_zh": id,
                "name_en": id,
                "kind": NodeKind.SUB_CENTRE,
                "since": _day(None, "--since"),
            }
            body = msgspec.to_builtins(known) if known else {"id": id, **fresh}
            try:
                node = msgspec.convert(msgspec.to_builtins({**body, **values}), Node)
            except msgspec.ValidationError as wrong:
                raise Malformed("node", id, str(wrong)) from wrong
            return await registers.nodes.enter(node, BY, SystemClock().now(), "luochui house add")

        made = run(database, enter)
        typer.echo(f"node {made.id}: {made.name_zh} {made.base_url or '(no address)'}", err=True)


@house_app.command("list")
def show_all(
    as_json: AsJson = False,
    house: Annotated[str | None, typer.Option(help="The house that reads; without it, this one.")] = None,
    database: Database = None,
) -> None:
    """List the nodes, and how far this house has read each."""
    with exits():
        own = house or Settings().house
        nodes, cursors = run(database, lambda registers: _known(registers, own))
    if as_json:
        for node in nodes:
            cursor = cursors.get(node.id)
            line = {"seq": cursor.seq if cursor else 0, "error": cursor.error if cursor else ""}
            typer.echo(json.dumps({**msgspec.to_builtins(node), **line}, ensure_ascii=False))
        return
    table = Table()
    for heading in ("id", "name", "kind", "address", "since", "until", "read to", "last error"):
        table.add_column(heading)
    for node in nodes:
        cursor = cursors.get(node.id)
        until = node.until.isoformat() if node.until else ""
        read = (str(cursor.seq), cursor.error) if cursor else ("0", "")
        table.add_row(node.id, node.name_zh, node.kind, node.base_url, node.since.isoformat(), until, *read)
    Console().print(table)


async def _known(registers: Registers, own: str) -> tuple[list[Node], dict[str, Cursor]]:
    return await registers.nodes.all(), await registers.feeds.cursors(own)


@house_app.command("show")
def show(id: Id, database: Database = None) -> None:  # noqa: A002  (the name of the argument)
    """Every version of a node, as JSON lines. Exit status 1 when there is none."""
    with exits():
        versions = run(database, lambda registers: registers.nodes.versions(id))
        if not versions:
            raise quit_with(f"there is no node {id}", NO)
        for one in versions:
            typer.echo(msgspec.json.encode(one).decode())


@house_app.command("retire")
def retire(id: Id, until: Day = None, database: Database = None) -> None:  # noqa: A002
    """Let a node be none from a day on: it is read and shown no more; its figures of before stay."""
    with exits():
        day = _day(until, "--until")

        async def end(registers: Registers) -> None:
            node = await _existing(registers, id)
            ended = msgspec.structs.replace(node, until=day)
            await registers.nodes.enter(ended, BY, SystemClock().now(), "luochui house retire")

        run(database, end)
        typer.echo(f"node {id}: none from {day} on", err=True)


@house_app.command("reread")
def reread(
    id: Id,  # noqa: A002  (the name of the argument)
    house: Annotated[str | None, typer.Option(help="The house that reads; without it, this one.")] = None,
    database: Database = None,
) -> None:
    """Let go of what was read from a node, and read it from its beginning: after it was restored from a backup."""
    with exits():
        reader = house or Settings().house
        if id == reader:
            raise Malformed("ID", id, "another node: a house never forgets what it published itself")

        async def forget(registers: Registers) -> None:
            await _existing(registers, id)
            await registers.feeds.forget(reader, id)

        run(database, forget)
        typer.echo(f"node {id}: will be read from its beginning", err=True)


@house_app.command("key")
def key() -> None:
    """Print the public key with which this house signs its feed, making the key where there is none."""
    with exits():
        settings = Settings()
        typer.echo(node_key(settings.var_dir, settings.house).public)


async def _existing(registers: Registers, id_: str) -> Node:
    node = await registers.nodes.get(id_)
    if node is None:
        raise Malformed("ID", id_, "a node that is in the register")
    return node


def _day(text: str | None, field: str) -> date:
    if text is None:
        return shanghai_date(SystemClock().now())
    day = parse_date(text)
    if day is None:
        raise Malformed(field, text, "a day like 2026-11-22")
    return day
