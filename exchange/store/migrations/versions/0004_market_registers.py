"""The wider registers: achievements in full, people and mandates, demands, evaluations, the repository, the search."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ID = sa.String(64)
TEXT = sa.String(300)
WORD = sa.String(64)
DAY = sa.String(10)

_ACHIEVEMENT: tuple[tuple[str, sa.types.TypeEngine[Any], str | None], ...] = (
    ("keywords", sa.JSON(), "[]"),
    ("region", WORD, ""),
    ("city", WORD, ""),
    ("funding", sa.JSON(), "[]"),
    ("category", WORD, None),
    ("secrecy", WORD, "未知"),
    ("secrecy_reviewer", TEXT, ""),
    ("secrecy_reviewed_on", DAY, None),
    ("stage", WORD, None),
    ("stages", sa.JSON(), "[]"),
    ("price_form", WORD, None),
    ("price_idea_fen", sa.BigInteger(), None),
    ("ip_items", sa.JSON(), "[]"),
    ("owners", sa.JSON(), "[]"),
    ("grants", sa.JSON(), "[]"),
    ("completers", sa.JSON(), "[]"),
    ("accepted_on", DAY, None),
    ("registered_on", DAY, None),
    ("granted_on", DAY, None),
    ("admitted_on", DAY, None),
    ("registration_no", WORD, ""),
    ("route", WORD, None),
    ("conversion_mode", WORD, None),
    ("converted_on", DAY, None),
    ("trial_until", DAY, None),
    ("impediment", sa.Text(), ""),
    ("contact", TEXT, ""),
    ("interim", sa.Boolean(), "0"),
    ("disclosed_on", DAY, None),
    ("disclosed_by", TEXT, ""),
    ("public_good", sa.Boolean(), "0"),
    ("zone", sa.String(100), ""),
)
"""Column, type, and what stands in the rows that are there already; None: nothing is known."""


def upgrade() -> None:
    """Widen organisations and achievements, and create the other tables."""
    op.add_column("organisation", sa.Column("unit_of", ID))
    op.add_column("organisation", sa.Column("affiliates", sa.JSON, nullable=False, server_default="[]"))
    for name, kind, silent in _ACHIEVEMENT:
        default = sa.text("false") if silent == "0" else silent
        op.add_column("achievement", sa.Column(name, kind, nullable=silent is None, server_default=default))
    _people()
    _demands()
    _evaluations()
    _appraisals()
    _items()
    _search()


def _versions(register: str) -> None:
    op.create_table(
        f"{register}_version",
        sa.Column(register, ID, sa.ForeignKey(f"{register}.id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("by", ID, nullable=False),
        sa.Column("body", sa.JSON, nullable=False),
    )


def _column(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _people() -> None:
    op.create_table(
        "person",
        sa.Column("id", ID, primary_key=True),
        _column("name", TEXT),
        sa.Column("organisation", ID, sa.ForeignKey("organisation.id"), index=True),
        sa.Column("account", ID, sa.ForeignKey("account.id")),
        _column("grade", WORD),
        _column("contact", TEXT),
        _column("version", sa.Integer()),
    )
    _versions("person")
    op.create_table(
        "mandate",
        sa.Column("id", ID, primary_key=True),
        sa.Column("person", ID, sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("organisation", ID, sa.ForeignKey("organisation.id"), nullable=False, index=True),
        _column("role", WORD),
        _column("valid_from", DAY),
        sa.Column("valid_until", DAY),
        _column("document_digest", sa.String(64)),
        sa.Column("revoked_on", DAY),
        _column("version", sa.Integer()),
    )
    _versions("mandate")


def _demands() -> None:
    op.create_table(
        "demand",
        sa.Column("id", ID, primary_key=True),
        _column("title", TEXT),
        _column("need", sa.Text()),
        _column("kind", WORD),
        sa.Column("field", sa.String(100), nullable=False, index=True),
        _column("keywords", sa.JSON()),
        _column("region", WORD),
        _column("city", WORD),
        sa.Column("budget_fen", sa.BigInteger),
        sa.Column("deadline", DAY),
        sa.Column("trl_min", sa.Integer),
        sa.Column("stage", WORD),
        sa.Column("holder", ID, sa.ForeignKey("organisation.id"), index=True),
        _column("holder_name", TEXT),
        _column("contact", TEXT),
        _column("state", WORD),
        _column("secrecy", WORD),
        sa.Column("published_on", DAY),
        _column("version", sa.Integer()),
    )
    _versions("demand")


def _evaluations() -> None:
    op.create_table(
        "evaluation",
        sa.Column("id", ID, primary_key=True),
        sa.Column("achievement", ID, sa.ForeignKey("achievement.id"), nullable=False, index=True),
        _column("category", WORD),
        _column("method", WORD),
        _column("values", sa.JSON()),
        _column("grade", WORD),
        sa.Column("commercial", sa.JSON),
        _column("summary", sa.Text()),
        _column("evaluator", TEXT),
        sa.Column("organisation", ID, sa.ForeignKey("organisation.id")),
        _column("organisation_name", TEXT),
        _column("credential", TEXT),
        _column("evaluated_on", DAY),
        _column("valid_until", DAY),
        _column("report_digest", sa.String(64)),
        sa.Column("signing_key", ID, sa.ForeignKey("signing_key.id"), nullable=False),
        _column("public_key", sa.String(64)),
        _column("signature", sa.String(128)),
        sa.Column("withdrawn_on", DAY),
        _column("version", sa.Integer()),
    )
    _versions("evaluation")


def _appraisals() -> None:
    op.create_table(
        "appraisal",
        sa.Column("id", ID, primary_key=True),
        sa.Column("achievement", ID, sa.ForeignKey("achievement.id"), nullable=False, index=True),
        _column("kind", WORD),
        _column("amount_fen", sa.BigInteger()),
        _column("made_by", TEXT),
        _column("credential", TEXT),
        _column("method", TEXT),
        _column("on", DAY),
        sa.Column("valid_until", DAY),
        _column("report_digest", sa.String(64)),
        _column("note", sa.Text()),
        _column("version", sa.Integer()),
    )
    _versions("appraisal")


def _items() -> None:
    op.create_table(
        "repository_item",
        sa.Column("id", ID, primary_key=True),
        sa.Column("kind", WORD, nullable=False, index=True),
        _column("title", TEXT),
        _column("number", TEXT),
        _column("holder_name", TEXT),
        sa.Column("issued_on", DAY),
        _column("url", sa.String(1000)),
        _column("achievements", sa.JSON()),
        _column("secrecy", WORD),
        _column("secrecy_reviewer", TEXT),
        sa.Column("secrecy_reviewed_on", DAY),
        _column("version", sa.Integer()),
    )
    _versions("repository_item")


def _search() -> None:
    op.create_table(
        "search_document",
        sa.Column("n", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("achievement", ID, sa.ForeignKey("achievement.id"), nullable=False, unique=True),
    )
    op.create_table(
        "search_posting",
        sa.Column("term", sa.LargeBinary, primary_key=True),
        sa.Column("block", sa.Integer, primary_key=True),
        _column("members", sa.LargeBinary()),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "search_block",
        sa.Column("block", sa.Integer, primary_key=True, autoincrement=False),
        _column("generation", sa.BigInteger()),
    )


def downgrade() -> None:
    """There is no way back: the registers are kept."""
    raise NotImplementedError("the registers are kept; restore a backup instead")
