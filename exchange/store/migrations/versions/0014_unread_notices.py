"""Every page tells how many notices are unread: counted from an index, however many were told."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the index."""
    op.create_index("ix_notice_unread", "notice", ["account", "read_at"])


def downgrade() -> None:
    """Drop it; nothing is lost."""
    op.drop_index("ix_notice_unread", "notice")
