"""Proof for everyone: the keys and signed heads of each house's tree, its full tiles, and who waits for a head."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ID = sa.String(64)
WORD = sa.String(64)


def upgrade() -> None:
    """Create the tables; the tree of a journal that is there is made by its house when it starts."""
    op.create_table(
        "proof_key",
        sa.Column("house", ID, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("key_id", WORD, nullable=False),
        sa.Column("public_key", WORD, nullable=False),
        sa.Column("since", sa.BigInteger, nullable=False),
        sa.Column("previous", WORD, nullable=False),
        sa.Column("signature", sa.String(128), nullable=False),
    )
    op.create_table(
        "proof_head",
        sa.Column("house", ID, primary_key=True),
        sa.Column("size", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("root", WORD, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("key_id", WORD, nullable=False),
        sa.Column("signature", sa.String(128), nullable=False),
    )
    op.create_table(
        "proof_tile",
        sa.Column("house", ID, primary_key=True),
        sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("index", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("hashes", sa.LargeBinary, nullable=False),
        sa.Column("root", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "proof_wish",
        sa.Column("house", ID, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    """There is no way back: heads that were signed and told are kept."""
    raise NotImplementedError("signed heads are kept; restore a backup instead")
