"""What PostgreSQL can do to a journal: end its connections, lose its network, die, be misconfigured."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from exchange.ports import Fenced, Journal, Lease, OutcomeUnknown, Row, Unavailable, UnsafeStore
from exchange.store import migrate
from exchange.store.journal import open_journal
from matching_engine.errors import LuochuiError, Malformed
from tests.exchange.store.proxy import proxied
from tests.exchange.store.rows import everything, row, rows
from tests.services import databases
from tests.services.postgres import OwnPostgres, fresh_database, own_postgres

WAITING = (
    "SELECT pid FROM pg_stat_activity WHERE application_name = 'luochui commit' AND wait_event_type = 'Lock'"
)


@pytest.fixture
async def database(postgres_url: str) -> str:
    """A migrated database of the session's server."""
    await databases.migrated(postgres_url)
    return postgres_url


@pytest.fixture(scope="module")
def own_server() -> Iterator[OwnPostgres]:
    """A server that these tests may stop."""
    server = own_postgres()
    yield server
    server.stop()


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Journal]:
    """An open journal."""
    journal = open_journal(url)
    try:
        await journal.open()
        yield journal
    finally:
        await journal.close()


@asynccontextmanager
async def admin(url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection beside the journal's."""
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close(timeout=5)


@asynccontextmanager
async def held_up(url: str) -> AsyncIterator[asyncpg.Connection]:
    """While this holds the lease's row, an append is sent and cannot finish."""
    async with admin(url) as connection, connection.transaction():
        await connection.execute("SELECT 1 FROM lease FOR UPDATE")
        yield connection


async def until_waiting(connection: asyncpg.Connection) -> int:
    """The server's process that executes the append, as soon as it waits."""
    return int(str(await until(connection, WAITING)))


async def until(connection: asyncpg.Connection, query: str, *values: object) -> object:
    """The first answer to the query that is not nothing."""
    async with asyncio.timeout(5):
        while True:
            if answer := await connection.fetchval(query, *values):
                return answer
            await asyncio.sleep(0.01)


async def outcome(append: "asyncio.Task[None]") -> LuochuiError | None:
    """How an append ended."""
    try:
        await append
    except LuochuiError as error:
        return error
    return None


async def test_a_connection_ended_in_the_middle(database: str) -> None:
    """The answer is lost, nothing half is written, and the journal goes on over a new connection."""
    async with opened(database) as journal:
        lease = await journal.acquire("hub", "test", 1)
        async with held_up(database) as blocker:
            append = asyncio.create_task(journal.append(lease, rows(lease, 1, 50)))
            await blocker.fetchval("SELECT pg_terminate_backend($1)", await until_waiting(blocker))
            assert isinstance(await outcome(append), OutcomeUnknown)
        assert await everything(journal) == []
        await journal.append(lease, rows(lease, 1, 50))
        assert len(await everything(journal)) == 50


async def test_a_lost_append_cannot_commit_after_it_was_looked_for(database: str) -> None:
    """The network fails while the server still works on the append: once the journal was read, what it did not
    show never comes."""
    async with proxied(database) as proxy, opened(proxy.url) as journal:
        lease = await journal.acquire("hub", "test", 1)
        async with held_up(database) as blocker:
            append = asyncio.create_task(journal.append(lease, rows(lease, 1, 5)))
            await until_waiting(blocker)
            proxy.cut()
            assert isinstance(await outcome(append), OutcomeUnknown)
            assert await blocker.fetchval(WAITING), "the server still has the lost append"
            assert await everything(journal) == []
        await asyncio.sleep(0.2)
        assert await everything(journal) == []
        await journal.append(lease, [row(lease, 1, command_id="another")])
        assert [found.command_id for found in await everything(journal)] == ["another"]


async def test_a_lost_answer_is_found_by_reading(database: str) -> None:
    """The append was written and only its answer was lost: reading shows it, sending it again is a duplicate."""
    async with proxied(database) as proxy, opened(proxy.url) as journal:
        lease = await journal.acquire("hub", "test", 1)
        async with held_up(database) as blocker:
            append = asyncio.create_task(journal.append(lease, rows(lease, 1, 5)))
            pid = await until_waiting(blocker)
            proxy.cut()
        assert isinstance(await outcome(append), OutcomeUnknown)
        async with admin(database) as connection:
            done = "SELECT count(*) = 0 FROM pg_stat_activity WHERE pid = $1 AND state <> 'idle'"
            await until(connection, done, pid)
        assert await everything(journal) == rows(lease, 1, 5)


async def test_a_lock_held_too_long_is_unavailable(database: str) -> None:
    """Who holds the lease's row for longer than the lock timeout costs one append, of which nothing stays."""
    async with opened(database) as journal:
        lease = await journal.acquire("hub", "test", 1)
        async with held_up(database):
            with pytest.raises(Unavailable, match="lock timeout"):
                await journal.append(lease, rows(lease, 1, 1))
        await journal.append(lease, rows(lease, 1, 1))
        assert await everything(journal) == rows(lease, 1, 1)


async def test_a_cancelled_append_is_settled_before_the_next_read(database: str) -> None:
    """A task cancelled while its append is under way leaves no statement behind that commits later."""
    async with opened(database) as journal:
        lease = await journal.acquire("hub", "test", 1)
        async with held_up(database) as blocker:
            append = asyncio.create_task(journal.append(lease, rows(lease, 1, 5)))
            await until_waiting(blocker)
            append.cancel()
            with pytest.raises(asyncio.CancelledError):
                await append
            assert await everything(journal) == []
        await journal.append(lease, rows(lease, 1, 2))
        assert await everything(journal) == rows(lease, 1, 2)


async def test_a_takeover_during_an_append(database: str) -> None:
    """An append that waits while the house is taken over finds its epoch gone, however late it gets its turn."""
    async with opened(database) as old, opened(database) as new:
        lease = await old.acquire("hub", "old", 1)
        async with held_up(database) as blocker:
            append = asyncio.create_task(old.append(lease, rows(lease, 1, 5)))
            await until_waiting(blocker)
            await blocker.execute("UPDATE lease SET epoch = epoch + 1")
        assert isinstance(await outcome(append), Fenced)
        assert await everything(new) == []


async def test_the_lock_of_one_house_leaves_others_alone(database: str) -> None:
    """Writers of two houses in one database neither wait for nor end each other, also when one reconnects."""
    async with proxied(database) as proxy, opened(proxy.url) as one, opened(database) as two:
        north = await one.acquire("north", "one", 1)
        south = await two.acquire("south", "two", 1)
        proxy.cut()
        await until_renewed(one, north)
        await two.append(south, rows(south, 1, 1))
        await one.append(north, rows(north, 1, 1))
        assert await one.houses() == ["north", "south"]


async def until_renewed(journal: Journal, lease: Lease) -> None:
    """Give signs of life until one is taken again."""
    async with asyncio.timeout(5):
        while True:
            try:
                return await journal.renew(lease, 2)
            except Unavailable:
                await asyncio.sleep(0.01)


async def test_without_a_server_it_is_unavailable(own_server: OwnPostgres) -> None:
    """A dead server refuses every request, and after its recovery every acknowledged row is there."""
    with fresh_database(own_server) as url:
        await migrate.upgrade(url)
        async with opened(url) as journal:
            lease = await journal.acquire("hub", "test", 1)
            acknowledged = await _append_until_crash(own_server, journal, lease)
            with pytest.raises((Unavailable, OutcomeUnknown)):
                await journal.renew(lease, 2)
            with pytest.raises(Unavailable):
                await journal.append(lease, rows(lease, 900_000, 1))
            with pytest.raises(Unavailable):
                await everything(journal)
            own_server.restart()
            found = await everything(journal)
            assert found[: len(acknowledged)] == acknowledged
            assert [line.seq for line in found] == list(range(1, len(found) + 1))
            assert len(found) % 7 == 0, "a batch is there whole or not at all"
            await journal.append(lease, rows(lease, len(found) + 1, 1))


async def _append_until_crash(server: OwnPostgres, journal: Journal, lease: Lease) -> list[Row]:
    """Append batches of seven until the server is gone; the rows that were acknowledged."""
    crash = asyncio.get_running_loop().run_in_executor(None, _crash_soon, server)
    acknowledged: list[Row] = []
    while True:
        batch = rows(lease, len(acknowledged) + 1, 7)
        try:
            await journal.append(lease, batch)
        except (OutcomeUnknown, Unavailable):
            await crash
            return acknowledged
        acknowledged += batch


def _crash_soon(server: OwnPostgres) -> None:
    """Let some batches through, then stop the server as a power cut would."""
    time.sleep(0.3)
    server.crash()


async def test_nobody_listens_where_it_should(own_server: OwnPostgres) -> None:
    """A wrong port is Unavailable at once, not an error of the driver."""
    journal = open_journal("postgresql://luochui@127.0.0.1:1/postgres")
    with pytest.raises(Unavailable):
        await journal.open()
    await journal.close()


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
async def test_an_unsafe_server_is_refused(setting: str) -> None:
    """A server that would lose commits in a power cut is refused by the name of its setting; reading is allowed."""
    server = own_postgres(**{setting: "off"})
    try:
        await migrate.upgrade(server.url)
        with pytest.raises(UnsafeStore, match=f"{setting} is off and must be on"):
            async with opened(server.url):
                pass
        reading = open_journal(server.url, writable=False)
        await reading.open()
        assert await everything(reading) == []
        await reading.close()
    finally:
        server.stop()


async def test_commits_that_do_not_wait_are_refused(database: str) -> None:
    """synchronous_commit off for the database is found, wherever it was set; so is it by the next writer."""
    name = urlsplit(database).path.strip("/")
    async with opened(database) as journal, admin(database) as connection:
        await connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
        with pytest.raises(UnsafeStore, match="synchronous_commit is off and must be on"):
            await journal.acquire("hub", "test", 1)
        with pytest.raises(UnsafeStore, match="synchronous_commit is off and must be on"):
            async with opened(database):
                pass


async def test_text_that_postgresql_cannot_hold(database: str) -> None:
    """NUL in a text is refused as input, not taken for a lost connection."""
    async with opened(database) as journal:
        lease = await journal.acquire("hub", "test", 1)
        with pytest.raises(Malformed, match="journal row"):
            await journal.append(lease, [row(lease, 1, principal="a\0b")])
        await journal.append(lease, rows(lease, 1, 1))


async def test_the_role_of_a_house_may_append_only(database: str) -> None:
    """Under the granted role a house works, and the journal can be neither changed nor emptied nor migrated."""
    async with admin(database) as owner:
        await owner.execute("DROP ROLE IF EXISTS luochui_house")
        await owner.execute("CREATE ROLE luochui_house LOGIN")
        await migrate.grant(database, "luochui_house")
        parts = urlsplit(database)
        url = urlunsplit(parts._replace(netloc=f"luochui_house@{parts.hostname}:{parts.port}"))
        try:
            await migrate.check(url)
            async with opened(url) as journal, admin(url) as house:
                lease = await journal.acquire("hub", "test", 1)
                await journal.append(lease, rows(lease, 1, 3))
                await journal.renew(lease, 2)
                for forbidden in (
                    "UPDATE journal SET at = 0",
                    "DELETE FROM journal",
                    "TRUNCATE journal",
                    "DROP TABLE journal",
                    "UPDATE alembic_version SET version_num = 'x'",
                ):
                    with pytest.raises(asyncpg.InsufficientPrivilegeError):
                        await house.execute(forbidden)
                assert await everything(journal) == rows(lease, 1, 3)
        finally:
            await owner.execute("DROP OWNED BY luochui_house")
            await owner.execute("DROP ROLE luochui_house")


async def test_a_role_without_rights_is_told_what_it_lacks(database: str) -> None:
    """A role that was granted nothing is refused with the command that helps."""
    async with admin(database) as owner:
        await owner.execute("DROP ROLE IF EXISTS luochui_stranger")
        await owner.execute("CREATE ROLE luochui_stranger LOGIN")
        parts = urlsplit(database)
        url = urlunsplit(parts._replace(netloc=f"luochui_stranger@{parts.hostname}:{parts.port}"))
        try:
            with pytest.raises(UnsafeStore, match="luochui migrate --grant"):
                async with opened(url):
                    pass
        finally:
            await owner.execute("DROP ROLE luochui_stranger")
