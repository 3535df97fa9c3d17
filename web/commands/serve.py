"""`luochui serve`: the real thing."""

import asyncio
import socket
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from exchange.bootstrap import open_exchange
from exchange.matchmaking.daily import recommending
from exchange.network.running import networking
from exchange.notices.running import notifying
from exchange.proof.running import proving
from exchange.releases.daily import scanning
from exchange.settings import Settings
from web.commands.errors import exits
from web.logs import configure_logging
from web.server import listen, run, serve_app
from web.snapshots import snapshotting
from web.standby import Waiting


def serve(
    database: Annotated[
        str | None, typer.Option(help="sqlite:///file.db or postgresql://user@host/name")
    ] = None,
    redis: Annotated[str | None, typer.Option(help="redis://host, for processes apart")] = None,
    role: Annotated[Literal["all", "web", "house"] | None, typer.Option(help="What this process is.")] = None,
    house: Annotated[str | None, typer.Option(help="Name of the house.")] = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    standby: Annotated[
        bool | None, typer.Option("--standby", help="Wait for the house, and own it when its holder is gone.")
    ] = None,
    var: Annotated[Path | None, typer.Option(help="Directory for files of this process.")] = None,
) -> None:
    """Serve pages, API, socket and house. Options win over LUOCHUI_… variables."""
    given: dict[str, Any] = {
        "database_url": database,
        "redis_url": redis,
        "role": role,
        "house": house,
        "standby": standby,
        "host": host,
        "port": port,
        "var_dir": var,
    }
    with exits():
        settings = Settings(**{name: value for name, value in given.items() if value is not None})
        if "second_factor" not in settings.model_fields_set:
            settings = settings.model_copy(update={"second_factor": "required"})
        configure_logging(settings.log_json)
        run(_serve(settings))


async def _serve(settings: Settings) -> None:
    with listen(settings.host, settings.port) as listening:
        await _serve_on(listening, settings)


async def _serve_on(listening: socket.socket, settings: Settings) -> None:
    waiting = Waiting(listening, settings)
    try:
        await _open_and_serve(listening, settings, waiting)
    except asyncio.CancelledError:
        if not waiting.ended:
            raise


async def _open_and_serve(listening: socket.socket, settings: Settings, waiting: Waiting) -> None:
    async with open_exchange(settings, waiting=waiting, apart=True) as exchange:
        typer.echo(f"luochui: house {settings.house} at {settings.public_url}", err=True)
        if settings.role == "web":
            async with snapshotting(exchange):
                await serve_app(exchange, listening)
        else:
            async with (
                snapshotting(exchange),
                recommending(exchange),
                scanning(exchange),
                networking(exchange),
                proving(exchange),
                notifying(exchange),
            ):
                await serve_app(exchange, listening)
