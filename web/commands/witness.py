"""`luochui witness`: somebody outside who remembers what a house said of its journal, and shouts when it changes."""

import asyncio
from pathlib import Path
from typing import Annotated

import httpx2
import typer

from exchange.ports import Unavailable
from exchange.proof.witness import Fetch, Fork, Witness
from exchange.store.clock import SystemClock
from exchange.store.node_key import own_key
from matching_engine.errors import Malformed
from web.commands.errors import exits
from web.views import iso

SECONDS = 10.0
BYTES_MAX = 1_000_000


def witness(
    server: Annotated[str, typer.Option(metavar="URL", help="The house, like https://jishu.example.gov.cn.")],
    folder: Annotated[Path, typer.Option("--dir", metavar="DIR", help="Where the witness keeps its files.")],
    every: Annotated[int, typer.Option(min=1, help="Seconds between two looks.")] = 60,
    once: Annotated[bool, typer.Option("--once", help="Look once and end.")] = False,
) -> None:
    """Watch the signed heads of a house: check each against the last one kept, countersign it, keep it.

    DIR/witness.pem is the witness's own key and stays private; DIR/public may be served to everybody as it is.
    DIR/metrics.prom has figures for Prometheus. Exit status 70 when the house contradicts what was kept: a fork.
    """
    with exits():
        if not server.startswith(("http://", "https://")):
            raise Malformed("--server", server, "an address like https://jishu.example.gov.cn")
        asyncio.run(_watch(server.rstrip("/"), folder, every, once))


async def _watch(server: str, folder: Path, every: int, once: bool) -> None:
    witness = Witness(folder / "public", own_key(folder / "witness.pem", "witness key"))
    clock = SystemClock()
    async with httpx2.AsyncClient(timeout=SECONDS, follow_redirects=False) as client:

        async def fetch(path: str) -> bytes:
            return await get(client, f"{server}/api/v1/proof/{path}")

        while True:
            try:
                await look(witness, fetch, folder, clock.now())
            except (Unavailable, Malformed) as error:
                if once:
                    raise
                typer.echo(f"luochui: {error}", err=True)
            if once:
                return
            await asyncio.sleep(every)


async def look(witness: Witness, fetch: Fetch, folder: Path, at: int) -> None:
    """Look once, say what is new, and leave the figures; Fork when the house contradicts what was kept."""
    try:
        kept = await witness.look(fetch, at)
    except Fork:
        write_figures(folder, 0, at, forked=True)
        raise
    if kept is not None:
        typer.echo(f"{iso(at)} house {kept.head.house}: {kept.head.size} rows, root {kept.head.root}")
    write_figures(folder, witness.size, at, forked=False)


async def get(client: httpx2.AsyncClient, url: str) -> bytes:
    """The body of an answer, bounded in size; Unavailable when there is none."""
    try:
        async with client.stream("GET", url, headers={"accept": "application/json"}) as answer:
            data = b""
            async for chunk in answer.aiter_bytes():
                data += chunk
                if len(data) > BYTES_MAX:
                    raise Unavailable(f"{url}: more than {BYTES_MAX} bytes")
            if answer.status_code != 200:
                raise Unavailable(f"{url} answers {answer.status_code}")
            return data
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        raise Unavailable(f"{url}: {type(error).__name__} {error}".strip()) from error


def write_figures(folder: Path, size: int, at: int, forked: bool) -> None:
    """Figures as Prometheus reads them from a file."""
    lines = [f"luochui_witness_fork {int(forked)}", f"luochui_witness_seen_seconds {at // 1_000_000}"]
    if not forked:
        lines.append(f"luochui_witness_tree_size {size}")
    draft = folder / "metrics.prom.new"
    draft.write_text("".join(f"{line}\n" for line in lines))
    draft.replace(folder / "metrics.prom")
