"""Who read what is confidential, when and why: one row for each reading, and whose affair it was."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ID = sa.String(64)
TEXT = sa.String(300)


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "read_audit",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("house", ID, nullable=False),
        sa.Column("reader", ID, nullable=False),
        sa.Column("party", ID),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("subject", TEXT, nullable=False),
        sa.Column("why", TEXT, nullable=False),
        sa.Column("address", ID, nullable=False),
        sa.Column("request", ID, nullable=False),
        sa.Column("owners", sa.JSON, nullable=False),
    )
    op.create_index("ix_read_audit_reader", "read_audit", ["reader", "id"])
    op.create_index("ix_read_audit_kind", "read_audit", ["kind", "id"])
    op.create_table(
        "read_audit_owner",
        sa.Column("owner", ID, primary_key=True),
        sa.Column("read", sa.String(40), sa.ForeignKey("read_audit.id"), primary_key=True),
    )


def downgrade() -> None:
    """There is no way back: who read what is kept."""
    raise NotImplementedError("the audit of reads is kept; restore a backup instead")
