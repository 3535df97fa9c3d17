"""How a command ends when something is wrong: one clear line on stderr, and the published exit status."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from pydantic import ValidationError

from exchange.ports import Fenced, Taken, Unavailable, UnsafeStore
from exchange.secret_values import veil
from exchange.store.schema import WrongSchema
from matching_engine.errors import Broken, Malformed
from web.commands.statuses import BAD_INPUT, BROKEN, NO

__all__ = ["BAD_INPUT", "NO", "exits", "quit_with"]


@contextmanager
def exits() -> Iterator[None]:
    """Turn the error tree into exit statuses: 2 for bad input or a bad setting, 70 when an invariant fell."""
    try:
        yield
    except (Malformed, UnsafeStore, WrongSchema, Unavailable, Taken) as wrong:
        raise quit_with(str(wrong), BAD_INPUT) from wrong
    except ValidationError as wrong:
        fault = wrong.errors()[0]
        name = "LUOCHUI_" + "_".join(map(str, fault["loc"])).upper()
        raise quit_with(f"{name}: {fault['msg']}", BAD_INPUT) from wrong  # its value may be a secret
    except (Broken, Fenced) as broken:
        raise quit_with(str(broken), BROKEN) from broken


def quit_with(line: str, status: int) -> typer.Exit:
    """Say one line on stderr and give the exit to raise."""
    typer.echo(veil(f"luochui: {line}"), err=True)
    return typer.Exit(status)
