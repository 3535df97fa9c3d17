"""`luochui batch`: whether an exported batch is what was published."""

from pathlib import Path
from typing import Annotated

import typer

from exchange.releases.batch_file import fault, read
from matching_engine.errors import Malformed
from web.commands.errors import NO, exits, quit_with
from web.views import iso

batch_app = typer.Typer(
    help="Batches of results released under the one-year rule.", no_args_is_help=True, add_completion=False
)


@batch_app.callback()
def _batch() -> None:
    """Batches of results released under the one-year rule."""


@batch_app.command("verify")
def verify_batch(
    file: Annotated[
        Path, typer.Argument(metavar="BATCH.jsonl", help="The file of a batch.", show_default=False)
    ],
) -> None:
    """Check the lines of a published batch: their number, their order, and the digest that the exchange printed.

    Exit status 0 when they are what was published, 1 when not, 2 when the file is none of a batch. A file from which
    a result was left out because it is secret now cannot have the digest, and says so.
    """
    with exits():
        head, lines = read(_bytes(file))
    wrong = fault(head, lines)
    if wrong is not None:
        raise quit_with(f"{file}: {head.batch}: {wrong}", NO)
    typer.echo(
        f"{head.batch}: {head.results} results, published {iso(head.published_at)}, digest {head.digest}"
    )


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Malformed(str(file), error.strerror, "a file that can be read") from error
