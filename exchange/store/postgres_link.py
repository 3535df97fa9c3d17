"""Connections to PostgreSQL as the journal needs them, and what their failures mean."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from exchange.ports import Unavailable, UnsafeStore
from exchange.store.safety import POSTGRES_SETTINGS, refuse_unsafe_postgres
from exchange.store.schema import WrongSchema
from matching_engine.errors import LuochuiError, Malformed

CONNECT_SECONDS = 5.0
STATEMENT_SECONDS = 5
LOCK_SECONDS = 2
ANSWER_SECONDS = 7.0
"""How long an answer is awaited: longer than the server works, so that its own timeouts answer first."""

LOST = (
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
)
"""The connection went away, or may have: no answer came, or it was ended from outside."""


async def connect(dsn: str, purpose: str) -> asyncpg.Connection:
    """A connection with time limits; Unavailable when there is none to be had."""
    try:
        return await asyncpg.connect(dsn, timeout=CONNECT_SECONDS, server_settings=session(purpose))
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise port_error(error) from error


def session(purpose: str) -> dict[str, str]:
    """The settings of a session. The fence needs READ COMMITTED: a statement must see the epoch of now."""
    return {
        "application_name": f"luochui {purpose}",
        "default_transaction_isolation": "read committed",
        "statement_timeout": f"{STATEMENT_SECONDS}s",
        "lock_timeout": f"{LOCK_SECONDS}s",
        "idle_in_transaction_session_timeout": f"{STATEMENT_SECONDS}s",
    }


async def refuse_unsafe(connection: asyncpg.Connection | PoolConnectionProxy) -> None:
    """UnsafeStore when the server's settings, as this session has them, could lose a commit."""
    found = await connection.fetch(
        "SELECT name, setting FROM pg_settings WHERE name = ANY($1)", list(POSTGRES_SETTINGS)
    )
    refuse_unsafe_postgres({row["name"]: row["setting"] for row in found})


@contextmanager
def port_errors() -> Iterator[None]:
    """Turn the driver's errors into the port's, for what may be asked again without harm."""
    try:
        yield
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError) as error:
        raise port_error(error) from error


def port_error(error: Exception) -> LuochuiError:
    """What a failure means when the server said no, or was never reached: nothing was written."""
    text = f"journal: {str(error) or type(error).__name__}"
    if isinstance(error, asyncpg.DataError):
        return Malformed("journal row", str(error), "64-bit integers and text without NUL")
    if isinstance(error, asyncpg.UndefinedTableError | asyncpg.UndefinedColumnError):
        return WrongSchema(f"{text}; run luochui migrate")
    if isinstance(error, asyncpg.InsufficientPrivilegeError):
        return UnsafeStore(f"{text}; run luochui migrate --grant with this role")
    return Unavailable(text)
