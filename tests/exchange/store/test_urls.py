"""Database addresses: the forms that are taken, and that a password is never shown."""

from pathlib import Path

import pytest

from exchange.store import urls
from matching_engine.errors import Malformed


def test_sqlite_files() -> None:
    """Three slashes for a relative file, four for an absolute one, with or without the driver's name."""
    assert urls.sqlite_path("sqlite:///var/luochui.db") == Path("var/luochui.db")
    assert urls.sqlite_path("sqlite:////var/luochui.db") == Path("/var/luochui.db")
    assert urls.sqlite_path("sqlite+aiosqlite:///a.db") == Path("a.db")
    assert str(urls.async_engine_url("sqlite:///a.db")) == "sqlite+aiosqlite:///a.db"


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+asyncpg"])
def test_postgresql_addresses(scheme: str) -> None:
    """All three spellings give asyncpg and SQLAlchemy an address each understands, password included."""
    url = f"{scheme}://u:p%40ss@db:5433/hub?sslmode=require"
    assert not urls.is_sqlite(url)
    assert urls.postgres_dsn(url) == "postgresql://u:p%40ss@db:5433/hub?sslmode=require"
    engine = urls.async_engine_url(url)
    assert (engine.drivername, engine.password, dict(engine.query)) == (
        "postgresql+asyncpg",
        "p@ss",
        {"ssl": "require"},
    )


@pytest.mark.parametrize(
    "url", ["", "mysql://u:secret@h/d", "var/luochui.db", "postgresql://u:secret@h:port/d"]
)
def test_other_addresses_are_malformed(url: str) -> None:
    """What is neither is refused with the forms that are taken, and without its password."""
    with pytest.raises(Malformed) as refused:
        urls.is_sqlite(url)
    assert "sqlite:///file.db" in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_shown_address_has_no_password() -> None:
    """Messages and logs carry the address without its secret."""
    assert urls.shown("postgres://u:secret@h/d") == "postgresql://u:***@h/d"
