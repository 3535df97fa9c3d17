"""The register of the keys with which contracts are signed, and every version of them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID = sa.String(64)


def upgrade() -> None:
    """Create both tables."""
    op.create_table(
        "signing_key",
        sa.Column("id", ID, primary_key=True),
        sa.Column("account", ID, sa.ForeignKey("account.id"), nullable=False, index=True),
        sa.Column("public_key", sa.String(64), nullable=False, unique=True),
        sa.Column("label", sa.String(300), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("certificate_issuer", sa.String(300), nullable=False),
        sa.Column("revoked_at", sa.BigInteger),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "signing_key_version",
        sa.Column("signing_key", ID, sa.ForeignKey("signing_key.id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("by", ID, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )


def downgrade() -> None:
    """There is no way back: who signed with which key is kept."""
    raise NotImplementedError("the registers are kept; restore a backup instead")
