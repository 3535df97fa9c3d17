"""The directories: entries of every kind in one table, with their versions."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.String(64)


def upgrade() -> None:
    """Create the two tables."""
    op.create_table(
        "directory_entry",
        sa.Column("id", ID, primary_key=True),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("title", sa.String(300), nullable=False),
        sa.Column("fields", sa.JSON, nullable=False),
        sa.Column("figures", sa.JSON, nullable=False),
        sa.Column("owner", ID, sa.ForeignKey("organisation.id"), index=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("entered_by", ID, nullable=False),
        sa.Column("entered_at", sa.BigInteger, nullable=False),
        sa.Column("changed_by", ID, nullable=False),
        sa.Column("achievement", ID, index=True),
        sa.Column("unique_key", sa.String(64)),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("ix_directory_entry_kind_state", "directory_entry", ["kind", "state", "entered_at"])
    op.create_index("ux_directory_entry_key", "directory_entry", ["kind", "unique_key"], unique=True)
    op.create_table(
        "directory_entry_version",
        sa.Column("directory_entry", ID, sa.ForeignKey("directory_entry.id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("by", ID, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )


def downgrade() -> None:
    """There is no way back: the directories are kept."""
    raise NotImplementedError("the registers are kept; restore a backup instead")
