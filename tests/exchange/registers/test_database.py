"""The connection: the models are what the migrations make, and a lost database is Unavailable."""

import asyncio
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from exchange.ports import Unavailable
from exchange.registers import Organisation, Registers
from exchange.registers.models import Base
from tests.exchange.registers.conftest import AT


def _differences(connection: Connection) -> list[object]:
    """What a migration would still have to do for the tables of the registers."""
    names = set(Base.metadata.tables)
    context = MigrationContext.configure(
        connection,
        opts={"include_object": lambda thing, name, kind, reflected, other: kind != "table" or name in names},
    )
    return list(compare_metadata(context, Base.metadata))


async def test_the_migrations_make_what_the_models_say(registers: Registers) -> None:
    """No table, column or index of the models differs from the migrated database."""
    async with registers.database.engine.connect() as connection:
        assert await connection.run_sync(_differences) == []


async def test_a_database_without_tables_is_unavailable(sqlite_path: Path) -> None:
    """Opening says what is missing instead of failing later."""
    registers = Registers(f"sqlite:///{sqlite_path}")
    with pytest.raises(Unavailable, match="migrated"):
        await registers.open()
    await registers.close()


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    """A connection refused is Unavailable, not a stack trace of the driver."""
    registers = Registers("postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(Unavailable):
        await registers.open()
    await registers.close()


async def test_writers_at_the_same_time_all_get_their_turn(registers: Registers) -> None:
    """Thirty concurrent writers neither fail nor lose a row."""

    async def enter(n: int) -> None:
        await registers.organisations.add(
            Organisation(f"o{n}", f"o{n}", "enterprise", "zhejiang", f"c{n}"), "op", AT
        )

    await asyncio.gather(*(enter(n) for n in range(30)))
    assert len(await registers.organisations.list()) == 30


async def test_changes_at_the_same_time_make_versions_without_a_gap(registers: Registers) -> None:
    """Twenty concurrent changes of one row give versions 1 to 21."""
    start = Organisation("o", "o", "enterprise", "zhejiang", "c")
    await registers.organisations.add(start, "op", AT)
    await asyncio.gather(*(registers.organisations.change(start, f"p{n}", AT + n) for n in range(20)))
    assert [one.version for one in await registers.organisations.versions("o")] == list(range(1, 22))


async def test_foreign_keys_hold(registers: Registers) -> None:
    """A version of nothing cannot stand in either database."""
    statement = "INSERT INTO organisation_version VALUES ('ghost', 1, 0, 'x', '{}')"
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        async with registers.database.writing() as session:
            await session.execute(text(statement))
