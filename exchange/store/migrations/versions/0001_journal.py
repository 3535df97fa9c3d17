"""The journal and the lease of its writer."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "journal",
        sa.Column("house", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("stream_seq", sa.BigInteger, nullable=False),
        sa.Column("command_id", sa.Text, nullable=False),
        sa.Column("part", sa.Integer, nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("principal", sa.Text, nullable=False),
        sa.Column("causation", sa.Text),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("house", "seq", name="journal_pkey"),
        sa.UniqueConstraint("house", "command_id", "part", name="journal_command"),
        # The rows lie in the order in which they are read back.
        sqlite_with_rowid=False,
    )
    # A stream is read from a stream_seq on, which never decreases with seq: the index gives it ready sorted.
    op.create_index("journal_stream", "journal", ["house", "stream", "stream_seq", "seq"])
    op.create_table(
        "lease",
        sa.Column("house", sa.Text, nullable=False),
        sa.Column("epoch", sa.BigInteger, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("alive_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("house", name="lease_pkey"),
    )


def downgrade() -> None:
    """There is no way back from a journal: it would lose what binds people."""
    raise NotImplementedError("the journal is append only; restore a backup instead")
