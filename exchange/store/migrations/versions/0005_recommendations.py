"""Daily recommendations of matching, what was computed each day, and what the readers say of them."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ID = sa.String(64)
WORD = sa.String(64)
DAY = sa.String(10)


def upgrade() -> None:
    """Create the three tables."""
    op.create_table(
        "recommendation_run",
        sa.Column("day", DAY, primary_key=True),
        sa.Column("scheme", WORD, nullable=False),
        sa.Column("lexicon", WORD, nullable=False),
        sa.Column("needs", sa.Integer, nullable=False),
        sa.Column("supplies", sa.Integer, nullable=False),
        sa.Column("lists", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "recommendation",
        sa.Column("day", DAY, primary_key=True),
        sa.Column("side", WORD, primary_key=True),
        sa.Column("subject", ID, primary_key=True),
        sa.Column("rank", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("owner", ID),
        sa.Column("body", sa.JSON, nullable=False),
    )
    op.create_index("ix_recommendation_owner_day", "recommendation", ["owner", "day"])
    op.create_table(
        "recommendation_feedback",
        sa.Column("need", ID, primary_key=True),
        sa.Column("supply", ID, primary_key=True),
        sa.Column("organisation", ID, sa.ForeignKey("organisation.id"), primary_key=True),
        sa.Column("at", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("account", ID, nullable=False),
        sa.Column("verdict", WORD, nullable=False),
    )


def downgrade() -> None:
    """There is no way back: what was recommended to whom is kept."""
    raise NotImplementedError("the registers are kept; restore a backup instead")
