"""`luochui house rotate-key`, `luochui house proof-keys`: the keys with which a house signs heads of its journal."""

from typing import Annotated

import msgspec
import typer

from exchange.proof.maker import rotate
from exchange.proof.receipt import KeyList
from exchange.proof.running import proof_keys
from exchange.registers import Registers
from exchange.settings import Settings
from exchange.store.clock import SystemClock
from web.commands.errors import exits
from web.commands.granting import Database, run
from web.commands.house import house_app
from web.commands.user import AsJson
from web.views import iso

House = Annotated[str | None, typer.Option(help="Name of the house; without it, the configured one.")]


@house_app.command("rotate-key")
def rotate_key(
    house: House = None,
    lost: Annotated[
        bool, typer.Option("--lost", help="The old key is gone: the new one vouches for itself.")
    ] = False,
    database: Database = None,
) -> None:
    """Make a new key for heads, signed by the one in use. Run it where that one is; the house takes it by itself.

    What was signed before stays good. With --lost whoever trusted the old key must decide to trust the new one.
    """
    with exits():
        settings = Settings()
        name = house or settings.house
        keys = proof_keys(settings, name)

        async def enter(registers: Registers) -> str:
            entry, _ = await rotate(registers.proofs, keys, name, SystemClock().now(), lost)
            by = f"vouched for by {entry.previous}" if entry.previous else "vouching for itself"
            return f"house {name}: key {entry.key_id} (number {entry.number}), {by}"

        typer.echo(run(database, enter))
        typer.echo(f"its private half is in {keys.folder}", err=True)


@house_app.command("proof-keys")
def show_keys(house: House = None, as_json: AsJson = False, database: Database = None) -> None:
    """List the keys for heads; --json gives the file for `luochui verify --keys`. Publish the first one's id."""
    with exits():
        name = house or Settings().house
        found = run(database, lambda registers: registers.proofs.keys(name))
        if as_json:
            typer.echo(msgspec.json.encode(KeyList(name, found)))
            return
        for key in found:
            typer.echo(f"{key.number}  {key.key_id}  {key.public_key}  since {iso(key.since)}")
