"""The tables of daily recommendations."""

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from exchange.registers.models import DAY, ID, WORD, Base


class RecommendationRunRow(Base):
    """One day's computation: a day without this row is unfinished and is done again."""

    __tablename__ = "recommendation_run"

    day: Mapped[str] = mapped_column(DAY, primary_key=True)
    scheme: Mapped[str] = mapped_column(WORD)
    lexicon: Mapped[str] = mapped_column(WORD)
    needs: Mapped[int]
    supplies: Mapped[int]
    lists: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[int] = mapped_column(BigInteger)


class RecommendationRow(Base):
    """One place of a list: `side` says whether `subject` is a demand (need) or an achievement (supply)."""

    __tablename__ = "recommendation"
    __table_args__ = (Index("ix_recommendation_owner_day", "owner", "day"),)

    day: Mapped[str] = mapped_column(DAY, primary_key=True)
    side: Mapped[str] = mapped_column(WORD, primary_key=True)
    subject: Mapped[str] = mapped_column(ID, primary_key=True)
    rank: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    owner: Mapped[str | None] = mapped_column(ID)
    body: Mapped[dict[str, object]] = mapped_column(JSON)


class RecommendationFeedbackRow(Base):
    """What an organisation says of a match; the newest counts, the others are kept."""

    __tablename__ = "recommendation_feedback"

    need: Mapped[str] = mapped_column(ID, primary_key=True)
    supply: Mapped[str] = mapped_column(ID, primary_key=True)
    organisation: Mapped[str] = mapped_column(ID, ForeignKey("organisation.id"), primary_key=True)
    at: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    account: Mapped[str] = mapped_column(ID)
    verdict: Mapped[str] = mapped_column(WORD)
