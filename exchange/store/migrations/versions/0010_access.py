"""Who gets in, and how surely: second factors, what a sign-in and a key may do, grants, enrolment, the access log.

Keys that were made before could do everything their account could; they go on so.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.String(64)
TEXT = sa.String(300)
OLD_SCOPES = '["admin", "bid", "read", "settle", "trade"]'


def upgrade() -> None:
    """Add the columns and create the tables."""
    op.add_column("web_session", sa.Column("stepped_up_at", sa.BigInteger))
    op.add_column("web_session", sa.Column("confirmed", sa.JSON, nullable=False, server_default="[]"))
    op.add_column("web_session", sa.Column("challenge", sa.String(200), nullable=False, server_default=""))
    op.add_column("web_session", sa.Column("device", TEXT, nullable=False, server_default=""))
    op.add_column("web_session", sa.Column("network", sa.String(64), nullable=False, server_default=""))
    op.add_column("api_key", sa.Column("scopes", sa.JSON, nullable=False, server_default=OLD_SCOPES))
    op.add_column("api_key", sa.Column("networks", sa.JSON, nullable=False, server_default="[]"))
    op.add_column("api_key", sa.Column("public_key", sa.String(64), nullable=False, server_default=""))
    op.add_column("api_key", sa.Column("strong", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("account", sa.Column("person", sa.String(64), nullable=False, server_default=""))
    _factors()
    _records()


def _factors() -> None:
    op.create_table(
        "second_factor",
        sa.Column("id", ID, primary_key=True),
        sa.Column("account", ID, sa.ForeignKey("account.id"), nullable=False, index=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("label", TEXT, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("credential", sa.String(1400), unique=True),
        sa.Column("counter", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("confirmed_at", sa.BigInteger),
        sa.Column("used_at", sa.BigInteger),
    )
    op.create_table(
        "recovery_code",
        sa.Column("account", ID, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("code_hash", sa.String(64), primary_key=True),
    )
    op.create_table(
        "second_factor_guard",
        sa.Column("account", ID, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("failed_at", sa.BigInteger, nullable=False),
    )


def _records() -> None:
    op.create_table(
        "role_grant",
        sa.Column("id", ID, primary_key=True),
        sa.Column("account", ID, sa.ForeignKey("account.id"), nullable=False, index=True),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("before", sa.JSON, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("proposed_by", ID, nullable=False),
        sa.Column("proposed_at", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(16), nullable=False, index=True),
        sa.Column("decided_by", ID),
        sa.Column("decided_at", sa.BigInteger),
    )
    op.create_table(
        "enrolment",
        sa.Column("id", ID, primary_key=True),
        sa.Column("organisation", ID, sa.ForeignKey("organisation.id"), nullable=False, index=True),
        sa.Column("account", ID, index=True),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("letter", TEXT, nullable=False),
        sa.Column("letter_digest", sa.String(64), nullable=False),
        sa.Column("checked_by", ID, nullable=False),
        sa.Column("checked_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "access_event",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.BigInteger, nullable=False, index=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("account", ID, nullable=False, index=True),
        sa.Column("by", ID, nullable=False),
        sa.Column("network", sa.String(64), nullable=False),
        sa.Column("detail", sa.JSON, nullable=False),
    )


def downgrade() -> None:
    """There is no way back: without its factor an account would be open to a password alone."""
    raise NotImplementedError("second factors are kept; restore a backup instead")
