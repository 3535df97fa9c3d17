"""Alembic's entry: runs the steps on the connection that exchange.store.migrate hands over."""

from alembic import context
from sqlalchemy import Connection, text

# One migration at a time: a second one waits here and then finds nothing left to do.
_LOCK = 0x6C756F63687569

connection: Connection = context.config.attributes["connection"]
# SQLite's DDL is transactional as well, once the driver is kept from committing on its own (see migrate.py).
context.configure(connection=connection, transactional_ddl=True)
with context.begin_transaction():
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    context.run_migrations()
