"""The tables of the wider registers: people and mandates, demands, evaluations, the repository, the search index."""

from sqlalchemy import JSON, BigInteger, ForeignKey, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from exchange.registers.models import DAY, ID, TEXT, WORD, Base


class VersionColumns:
    """The columns of every table of versions beside the one that names the row."""

    version: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[int] = mapped_column(BigInteger)
    by: Mapped[str] = mapped_column(ID)

    @declared_attr
    def body(cls) -> Mapped[dict[str, object]]:  # noqa: N805  (SQLAlchemy gives the class)
        """What the row was."""
        return mapped_column(JSON)


class PersonRow(Base):
    """Somebody who acts for organisations; `account` signs in for him or her."""

    __tablename__ = "person"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(TEXT)
    organisation: Mapped[str | None] = mapped_column(ID, ForeignKey("organisation.id"), index=True)
    account: Mapped[str | None] = mapped_column(ID, ForeignKey("account.id"))
    grade: Mapped[str] = mapped_column(WORD)
    contact: Mapped[str] = mapped_column(TEXT)
    version: Mapped[int]


class PersonVersionRow(VersionColumns, Base):
    """What a person's row was."""

    __tablename__ = "person_version"

    person: Mapped[str] = mapped_column(ID, ForeignKey("person.id"), primary_key=True)


class MandateRow(Base):
    """That a person acts for an organisation in a role, from a day to a day."""

    __tablename__ = "mandate"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    person: Mapped[str] = mapped_column(ID, ForeignKey("person.id"), index=True)
    organisation: Mapped[str] = mapped_column(ID, ForeignKey("organisation.id"), index=True)
    role: Mapped[str] = mapped_column(WORD)
    valid_from: Mapped[str] = mapped_column(DAY)
    valid_until: Mapped[str | None] = mapped_column(DAY)
    document_digest: Mapped[str] = mapped_column(String(64))
    revoked_on: Mapped[str | None] = mapped_column(DAY)
    version: Mapped[int]


class MandateVersionRow(VersionColumns, Base):
    """What a mandate was."""

    __tablename__ = "mandate_version"

    mandate: Mapped[str] = mapped_column(ID, ForeignKey("mandate.id"), primary_key=True)


class DemandRow(Base):
    """What an enterprise or an authority looks for."""

    __tablename__ = "demand"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    title: Mapped[str] = mapped_column(TEXT)
    need: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(WORD)
    field: Mapped[str] = mapped_column(String(100), index=True)
    keywords: Mapped[list[str]] = mapped_column(JSON)
    region: Mapped[str] = mapped_column(WORD)
    city: Mapped[str] = mapped_column(WORD)
    budget_fen: Mapped[int | None] = mapped_column(BigInteger)
    deadline: Mapped[str | None] = mapped_column(DAY)
    trl_min: Mapped[int | None]
    stage: Mapped[str | None] = mapped_column(WORD)
    holder: Mapped[str | None] = mapped_column(ID, ForeignKey("organisation.id"), index=True)
    holder_name: Mapped[str] = mapped_column(TEXT)
    contact: Mapped[str] = mapped_column(TEXT)
    state: Mapped[str] = mapped_column(WORD)
    secrecy: Mapped[str] = mapped_column(WORD)
    published_on: Mapped[str | None] = mapped_column(DAY)
    version: Mapped[int]


class DemandVersionRow(VersionColumns, Base):
    """What a demand was."""

    __tablename__ = "demand_version"

    demand: Mapped[str] = mapped_column(ID, ForeignKey("demand.id"), primary_key=True)


class EvaluationRow(Base):
    """An evaluation of an achievement, as its evaluator signed it."""

    __tablename__ = "evaluation"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    achievement: Mapped[str] = mapped_column(ID, ForeignKey("achievement.id"), index=True)
    category: Mapped[str] = mapped_column(WORD)
    method: Mapped[str] = mapped_column(WORD)
    values: Mapped[dict[str, int]] = mapped_column(JSON)
    grade: Mapped[str] = mapped_column(WORD)
    commercial: Mapped[dict[str, object] | None] = mapped_column(JSON)
    summary: Mapped[str] = mapped_column(Text)
    evaluator: Mapped[str] = mapped_column(TEXT)
    organisation: Mapped[str | None] = mapped_column(ID, ForeignKey("organisation.id"))
    organisation_name: Mapped[str] = mapped_column(TEXT)
    credential: Mapped[str] = mapped_column(TEXT)
    evaluated_on: Mapped[str] = mapped_column(DAY)
    valid_until: Mapped[str] = mapped_column(DAY)
    report_digest: Mapped[str] = mapped_column(String(64))
    signing_key: Mapped[str] = mapped_column(ID, ForeignKey("signing_key.id"))
    public_key: Mapped[str] = mapped_column(String(64))
    signature: Mapped[str] = mapped_column(String(128))
    withdrawn_on: Mapped[str | None] = mapped_column(DAY)
    version: Mapped[int]


class EvaluationVersionRow(VersionColumns, Base):
    """What an evaluation was."""

    __tablename__ = "evaluation_version"

    evaluation: Mapped[str] = mapped_column(ID, ForeignKey("evaluation.id"), primary_key=True)


class AppraisalRow(Base):
    """A price on record: an appraisal of the asset, or a price that holder and taker agreed."""

    __tablename__ = "appraisal"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    achievement: Mapped[str] = mapped_column(ID, ForeignKey("achievement.id"), index=True)
    kind: Mapped[str] = mapped_column(WORD)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    made_by: Mapped[str] = mapped_column(TEXT)
    credential: Mapped[str] = mapped_column(TEXT)
    method: Mapped[str] = mapped_column(TEXT)
    on: Mapped[str] = mapped_column(DAY)
    valid_until: Mapped[str | None] = mapped_column(DAY)
    report_digest: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Text)
    version: Mapped[int]


class AppraisalVersionRow(VersionColumns, Base):
    """What a price on record was."""

    __tablename__ = "appraisal_version"

    appraisal: Mapped[str] = mapped_column(ID, ForeignKey("appraisal.id"), primary_key=True)


class ItemRow(Base):
    """A light item of the repository: a report, a paper, a property right, with the achievements it belongs to."""

    __tablename__ = "repository_item"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    kind: Mapped[str] = mapped_column(WORD, index=True)
    title: Mapped[str] = mapped_column(TEXT)
    number: Mapped[str] = mapped_column(TEXT)
    holder_name: Mapped[str] = mapped_column(TEXT)
    issued_on: Mapped[str | None] = mapped_column(DAY)
    url: Mapped[str] = mapped_column(String(1000))
    achievements: Mapped[list[str]] = mapped_column(JSON)
    secrecy: Mapped[str] = mapped_column(WORD)
    secrecy_reviewer: Mapped[str] = mapped_column(TEXT)
    secrecy_reviewed_on: Mapped[str | None] = mapped_column(DAY)
    version: Mapped[int]


class ItemVersionRow(VersionColumns, Base):
    """What an item was."""

    __tablename__ = "repository_item_version"

    repository_item: Mapped[str] = mapped_column(ID, ForeignKey("repository_item.id"), primary_key=True)


class SearchDocumentRow(Base):
    """The number under which the index knows an achievement; a larger one came later."""

    __tablename__ = "search_document"

    n: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    achievement: Mapped[str] = mapped_column(ID, ForeignKey("achievement.id"), unique=True)


class SearchPostingRow(Base):
    """Which achievements of a block stand under a term, as a bitmap or a list."""

    __tablename__ = "search_posting"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012  (SQLAlchemy reads it once)

    term: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    block: Mapped[int] = mapped_column(Integer, primary_key=True)
    members: Mapped[bytes] = mapped_column(LargeBinary)


class SearchBlockRow(Base):
    """How often a block was changed: readers keep what they read of it until then."""

    __tablename__ = "search_block"

    block: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    generation: Mapped[int] = mapped_column(BigInteger)
