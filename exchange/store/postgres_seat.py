"""The one seat of each house in PostgreSQL: an advisory lock that the connection which commits holds.

When a process dies, its connection ends and the lock is free: whoever waits for it has it in the same moment. A
process that hangs keeps its connection, but its lease ends: it is fenced first (the epoch goes on, so nothing that
it sent counts) and its connection is ended after that.
"""

import asyncio
import hashlib

import asyncpg

from exchange.ports import Standing

NOW_US = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"
"""The time of the database: the only clock that holders and those who wait have in common."""

_END_HOLDER = """
SELECT pg_terminate_backend(pid) FROM pg_locks
WHERE locktype = 'advisory' AND objsubid = 1 AND granted AND pid <> pg_backend_pid()
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND classid::bigint = (($1::bigint >> 32) & 4294967295) AND objid::bigint = ($1::bigint & 4294967295)
"""
# Only our own literal goes into the texts.
STANDING = f"""
SELECT house, epoch, holder, alive_at, coalesce(expires_at, 0) - {NOW_US}, address FROM lease WHERE house = $1
"""  # noqa: S608
_FENCE = f"""
UPDATE lease SET epoch = epoch + 1, holder = '', address = '', expires_at = {NOW_US} + $3
WHERE house = $1 AND epoch = $2 AND coalesce(expires_at, 0) <= {NOW_US} RETURNING 1
"""  # noqa: S608
_LEAVE = f"UPDATE lease SET address = '', expires_at = {NOW_US} + $3 WHERE house = $1 AND epoch = $2"  # noqa: S608

_TRIES, _BETWEEN = 10, 0.02


def lease_key(house: str, epoch: int) -> int:
    """The lock of one lease: it tells a lost connection of ours from another's."""
    return _key(f"luochui {house} {epoch}")


def seat_key(house: str) -> int:
    """The lock of the house's seat."""
    return _key(f"luochui seat of {house}")


def _key(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], signed=True)


async def hold(connection: asyncpg.Connection, key: int) -> None:
    """Hold a lock that only a lost connection of ours can still have: what that sent must not commit any more."""
    if await connection.fetchval("SELECT pg_try_advisory_lock($1)", key):
        return
    await connection.fetch(_END_HOLDER, key)
    # The lock is free when the other session has ended; lock_timeout bounds the wait.
    await connection.execute("SELECT pg_advisory_lock($1)", key)


async def sit(connection: asyncpg.Connection, house: str) -> bool:
    """Take the seat if nobody has it."""
    return bool(await connection.fetchval("SELECT pg_try_advisory_lock($1)", seat_key(house)))


async def sit_again(connection: asyncpg.Connection, house: str) -> bool:
    """Take the seat back after a lost connection, whose end may take the server a moment."""
    for _ in range(_TRIES):
        if await sit(connection, house):
            return True
        await asyncio.sleep(_BETWEEN)
    return False


async def queue(connection: asyncpg.Connection, house: str) -> None:
    """Wait for the seat; asked again at each lock timeout, so that no old snapshot stands in the way of a vacuum."""
    while True:
        try:
            await connection.execute("SELECT pg_advisory_lock($1)", seat_key(house))
        except asyncpg.LockNotAvailableError:
            continue
        return


async def fence(connection: asyncpg.Connection, standing: Standing, lease_us: int) -> bool:
    """The epoch first, the connection after it: in between nothing of the old holder counts any more.

    Whoever gets the seat has the length of a lease to begin; only then could it be fenced in its turn. So the
    connection that ends is the one that holds the lease's lock: when its holder is gone, another may have the seat
    already. If the lease has no holder, it was fenced before, and who still has the seat did not begin.
    """
    fenced = await connection.fetchval(_FENCE, standing.house, standing.epoch, lease_us)
    if fenced is None:
        return False
    ends = lease_key(standing.house, standing.epoch) if standing.holder else seat_key(standing.house)
    await connection.fetch(_END_HOLDER, ends)
    return True


async def leave(connection: asyncpg.Connection, house: str, epoch: int | None, lease_us: int) -> None:
    """Free the seat; whoever waits for it has the length of a lease to begin."""
    if epoch is not None:
        await connection.execute(_LEAVE, house, epoch, lease_us)
    await connection.execute("SELECT pg_advisory_unlock($1)", seat_key(house))
