"""The registers: organisations, accounts with their sign-ins and keys, achievements, and every version of them."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.String(64)
TEXT = sa.String(300)


def upgrade() -> None:
    """Create the tables."""
    _organisations()
    _accounts()
    _achievements()


def _organisations() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", ID, primary_key=True),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("region", sa.String(64), nullable=False),
        sa.Column("code", sa.String(64), nullable=False, unique=True),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("representative", TEXT, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    _versions("organisation")


def _versions(register: str) -> None:
    op.create_table(
        f"{register}_version",
        sa.Column(register, ID, sa.ForeignKey(f"{register}.id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("by", ID, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )


def _accounts() -> None:
    op.create_table(
        "account",
        sa.Column("id", ID, primary_key=True),
        sa.Column("login", sa.String(64), nullable=False, unique=True),
        sa.Column("password_hash", TEXT, nullable=False),
        sa.Column("display_name", TEXT, nullable=False),
        sa.Column("organisation", ID, sa.ForeignKey("organisation.id")),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "web_session",
        sa.Column("id", ID, primary_key=True),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("account", ID, sa.ForeignKey("account.id"), nullable=False, index=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False, index=True),
    )
    op.create_table(
        "ticket",
        sa.Column("ticket_hash", sa.String(64), primary_key=True),
        sa.Column("session", ID, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False, index=True),
    )
    op.create_table(
        "api_key",
        sa.Column("id", ID, primary_key=True),
        sa.Column("key_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("account", ID, sa.ForeignKey("account.id"), nullable=False, index=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )


def _achievements() -> None:
    op.create_table(
        "achievement",
        sa.Column("id", ID, primary_key=True),
        sa.Column("holder", ID, sa.ForeignKey("organisation.id"), index=True),
        sa.Column("holder_name", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("abstract", sa.Text, nullable=False),
        sa.Column("field", sa.String(100), nullable=False),
        sa.Column("trl", sa.Integer),
        sa.Column("ipc", sa.String(32), nullable=False),
        sa.Column("ip", sa.JSON, nullable=False),
        sa.Column("published_on", sa.String(10), nullable=False),
        sa.Column("source_url", sa.String(1000), nullable=False),
        sa.Column("source_note", sa.Text, nullable=False),
        sa.Column("inferred", sa.JSON, nullable=False),
        sa.Column("opening_price_fen", sa.BigInteger),
        sa.Column("increment_fen", sa.BigInteger),
        sa.Column("sold_price_fen", sa.BigInteger),
        sa.Column("price_note", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("ix_achievement_field_id", "achievement", ["field", "id"])
    _versions("achievement")


def downgrade() -> None:
    """There is no way back: accounts and what was offered are kept."""
    raise NotImplementedError("the registers are kept; restore a backup instead")
