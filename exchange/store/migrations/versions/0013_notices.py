"""Notices: what people follow and were told, mail, webhooks and their deliveries."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ID = sa.String(64)
WORD = sa.String(64)
TEXT = sa.String(300)


def upgrade() -> None:
    """Create the tables; no notice of the past is made."""
    _told()
    _mail()
    _webhooks()


def _account() -> sa.Column[str]:
    return sa.Column("account", ID, sa.ForeignKey("account.id"), nullable=False)


def _told() -> None:
    op.create_table(
        "follow",
        sa.Column("account", ID, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("kind", WORD, primary_key=True),
        sa.Column("subject", TEXT, primary_key=True),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_follow_subject", "follow", ["kind", "subject"])
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        _account(),
        sa.Column("house", ID, nullable=False),
        sa.Column("key", sa.String(160), nullable=False),
        sa.Column("word", WORD, nullable=False),
        sa.Column("path", TEXT, nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False, index=True),
        sa.Column("read_at", sa.BigInteger),
        sa.UniqueConstraint("account", "house", "key"),
    )
    op.create_table(
        "notice_cursor",
        sa.Column("house", ID, primary_key=True),
        sa.Column("seq", sa.BigInteger, nullable=False),
        sa.Column("book", sa.JSON, nullable=False),
    )


def _mail() -> None:
    op.create_table(
        "notice_contact",
        sa.Column("account", ID, sa.ForeignKey("account.id"), primary_key=True),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("proposed", TEXT, nullable=False),
        sa.Column("code", WORD, nullable=False),
        sa.Column("code_until", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("secret", WORD, nullable=False),
        sa.Column("muted", sa.JSON, nullable=False),
    )
    op.create_table(
        "notice_mail",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("account", ID, sa.ForeignKey("account.id"), nullable=False, index=True),
        sa.Column("notice", sa.Integer, sa.ForeignKey("notice.id")),
        sa.Column("code", WORD, nullable=False),
        sa.Column("address", TEXT, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("next_at", sa.BigInteger, nullable=False),
        sa.Column("error", TEXT, nullable=False),
    )
    op.create_index("ix_notice_mail_due", "notice_mail", ["state", "next_at"])


def _webhooks() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", ID, primary_key=True),
        sa.Column("organisation", ID, sa.ForeignKey("organisation.id"), nullable=False, index=True),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("kinds", sa.JSON, nullable=False),
        sa.Column("secret", WORD, nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("why", TEXT, nullable=False),
        sa.Column("by", ID, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("id", ID, primary_key=True),
        sa.Column("webhook", ID, sa.ForeignKey("webhook.id"), nullable=False),
        sa.Column("word", WORD, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("state", WORD, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("next_at", sa.BigInteger, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("code", sa.Integer),
        sa.Column("error", TEXT, nullable=False),
    )
    op.create_index("ix_webhook_delivery_due", "webhook_delivery", ["state", "next_at"])
    op.create_index("ix_webhook_delivery_webhook", "webhook_delivery", ["webhook", "at"])


def downgrade() -> None:
    """There is no way back: what people were told is kept."""
    raise NotImplementedError("the registers are kept; restore a backup instead")
