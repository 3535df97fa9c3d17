"""Nodes of the network, their feeds as they were read, what stands at each, and to which node an account belongs."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ID = sa.String(64)
TEXT = sa.String(300)
WORD = sa.String(64)
DAY = sa.String(10)


def upgrade() -> None:
    """Create the tables; every achievement that is there waits to be published."""
    _nodes()
    _feeds()
    op.create_table(
        "catalogue_change",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("achievement", ID, nullable=False),
        sqlite_autoincrement=True,
    )
    op.execute("INSERT INTO catalogue_change (achievement) SELECT id FROM achievement ORDER BY id")
    op.add_column("account", sa.Column("node", ID))


def _nodes() -> None:
    op.create_table(
        "node",
        sa.Column("id", ID, primary_key=True),
        sa.Column("name_zh", TEXT, nullable=False),
        sa.Column("name_en", TEXT, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("region", WORD, nullable=False),
        sa.Column("base_url", TEXT, nullable=False),
        sa.Column("contact", TEXT, nullable=False),
        sa.Column("public_key", WORD, nullable=False),
        sa.Column("since", DAY, nullable=False),
        sa.Column("until", DAY),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "node_version",
        sa.Column("node", ID, sa.ForeignKey("node.id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("by", ID, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )


def _feeds() -> None:
    op.create_table(
        "node_cursor",
        sa.Column("reader", ID, primary_key=True),
        sa.Column("node", ID, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("link", WORD, nullable=False),
        sa.Column("journal_seq", sa.BigInteger, nullable=False),
        sa.Column("began_at", sa.BigInteger, nullable=False),
        sa.Column("read_at", sa.BigInteger),
        sa.Column("tried_at", sa.BigInteger),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("error", TEXT, nullable=False),
    )
    op.create_table(
        "node_fact",
        sa.Column("reader", ID, primary_key=True),
        sa.Column("node", ID, primary_key=True),
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("kind", WORD, nullable=False),
        sa.Column("subject", WORD, nullable=False),
        sa.Column("digest", WORD, nullable=False),
        sa.Column("body", sa.JSON),
        sa.Column("link", WORD, nullable=False),
        sa.Column("signature", sa.String(128), nullable=False),
    )
    op.create_index("ix_node_fact_subject", "node_fact", ["reader", "kind", "node", "subject", "at"])
    op.create_table(
        "node_item",
        sa.Column("reader", ID, primary_key=True),
        sa.Column("node", ID, primary_key=True),
        sa.Column("kind", WORD, primary_key=True),
        sa.Column("subject", WORD, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("digest", WORD, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )
    op.create_index("ix_node_item_state", "node_item", ["reader", "kind", "state", "seq"])


def downgrade() -> None:
    """There is no way back: what nodes published is kept."""
    raise NotImplementedError("the registers are kept; restore a backup instead")
