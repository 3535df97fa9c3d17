"""In SQLite a row enters the index of streams later, together with its neighbours (exchange.store.sqlite_streams).

There a commit writes whole pages, and bids on a hundred lots touched fifty pages of the index. PostgreSQL writes the
entries alone and keeps its index. Rows that the version before still writes are found behind what is entered.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Put a table in the place of the index, with all rows in it, and say up to where it goes."""
    if op.get_context().dialect.name != "sqlite":
        return
    op.create_table(
        "journal_by_stream",
        sa.Column("house", sa.Text, nullable=False),
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("stream_seq", sa.BigInteger, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("house", "stream", "stream_seq", "seq", name="journal_by_stream_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "journal_sorted",
        sa.Column("house", sa.Text, nullable=False),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("house", name="journal_sorted_pkey"),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO journal_by_stream SELECT house, stream, stream_seq, seq FROM journal"
        " ORDER BY house, stream, stream_seq, seq"
    )
    op.execute("INSERT INTO journal_sorted SELECT house, max(seq) FROM journal GROUP BY house")
    op.drop_index("journal_stream", "journal")


def downgrade() -> None:
    """Put the index back; nothing is lost."""
    if op.get_context().dialect.name == "sqlite":
        op.create_index("journal_stream", "journal", ["house", "stream", "stream_seq", "seq"])
        op.drop_table("journal_by_stream")
        op.drop_table("journal_sorted")
