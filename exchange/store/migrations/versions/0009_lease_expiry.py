"""When a lease ends by itself, and where its holder can be reached.

An old row has neither: its holder is taken for gone, and for reachable over the bus alone.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add both columns; a house of the version before goes on writing its own ones."""
    op.add_column("lease", sa.Column("expires_at", sa.BigInteger))
    op.add_column("lease", sa.Column("address", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    """There is no way back: a lease without an end could never be taken from a holder that hangs."""
    raise NotImplementedError("leases keep their end; restore a backup instead")
