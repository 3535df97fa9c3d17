"""What people enter for reports: the indicators of a demonstration zone, and a holder's annual report."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.String(64)
LONG_ID = sa.String(200)
WORD = sa.String(64)
DAY = sa.String(10)


def upgrade() -> None:
    """Create both registers with their versions."""
    op.create_table(
        "indicator_entry",
        sa.Column("id", LONG_ID, primary_key=True),
        sa.Column("zone", WORD, nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_index("ix_indicator_entry_zone_year", "indicator_entry", ["zone", "year"])
    _versions("indicator_entry")
    op.create_table(
        "annual_report",
        sa.Column("id", LONG_ID, primary_key=True),
        sa.Column("holder", ID, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("year", sa.Integer, nullable=False),
        sa.Column("entered", sa.JSON, nullable=False),
        sa.Column("remarks", sa.Text, nullable=False),
        sa.Column("submitted_on", DAY),
        sa.Column("version", sa.Integer, nullable=False),
    )
    _versions("annual_report")


def _versions(register: str) -> None:
    op.create_table(
        f"{register}_version",
        sa.Column(register, LONG_ID, sa.ForeignKey(f"{register}.id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("by", ID, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )


def downgrade() -> None:
    """There is no way back: what was entered is kept."""
    raise NotImplementedError("the registers are kept; restore a backup instead")
