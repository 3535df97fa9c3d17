"""The tables of notices: what people follow and were told, mail, webhooks and what came of their deliveries."""

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from exchange.registers.models import ID, TEXT, WORD, Base

KEY = String(160)


class FollowRow(Base):
    """What an account wants to be told of."""

    __tablename__ = "follow"
    __table_args__ = (Index("ix_follow_subject", "kind", "subject"),)

    account: Mapped[str] = mapped_column(ID, ForeignKey("account.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(WORD, primary_key=True)
    subject: Mapped[str] = mapped_column(TEXT, primary_key=True)
    title: Mapped[str] = mapped_column(TEXT)
    at: Mapped[int] = mapped_column(BigInteger)


class NoticeRow(Base):
    """One thing that an account was told; `key` names what happened, once for each account."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("account", "house", "key"),
        Index("ix_notice_unread", "account", "read_at"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    account: Mapped[str] = mapped_column(ID, ForeignKey("account.id"))
    house: Mapped[str] = mapped_column(ID)
    key: Mapped[str] = mapped_column(KEY)
    word: Mapped[str] = mapped_column(WORD)
    path: Mapped[str] = mapped_column(TEXT)
    facts: Mapped[dict[str, object]] = mapped_column(JSON)
    at: Mapped[int] = mapped_column(BigInteger, index=True)
    read_at: Mapped[int | None] = mapped_column(BigInteger)


class NoticeCursorRow(Base):
    """How far a house's journal was told, and what has to be remembered until it is told."""

    __tablename__ = "notice_cursor"

    house: Mapped[str] = mapped_column(ID, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    book: Mapped[dict[str, object]] = mapped_column(JSON)


class ContactRow(Base):
    """How an account is reached: its address once a code proved it, its language, the kinds without mail."""

    __tablename__ = "notice_contact"

    account: Mapped[str] = mapped_column(ID, ForeignKey("account.id"), primary_key=True)
    address: Mapped[str] = mapped_column(TEXT)
    proposed: Mapped[str] = mapped_column(TEXT)
    code: Mapped[str] = mapped_column(WORD)
    code_until: Mapped[int] = mapped_column(BigInteger)
    tries: Mapped[int]
    language: Mapped[str] = mapped_column(String(8))
    secret: Mapped[str] = mapped_column(WORD)
    muted: Mapped[list[str]] = mapped_column(JSON)


class MailRow(Base):
    """A notice, or a code, that goes by mail."""

    __tablename__ = "notice_mail"
    __table_args__ = (Index("ix_notice_mail_due", "state", "next_at"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    account: Mapped[str] = mapped_column(ID, ForeignKey("account.id"), index=True)
    notice: Mapped[int | None] = mapped_column(ForeignKey("notice.id"))
    code: Mapped[str] = mapped_column(WORD)
    address: Mapped[str] = mapped_column(TEXT)
    state: Mapped[str] = mapped_column(WORD)
    tries: Mapped[int]
    at: Mapped[int] = mapped_column(BigInteger)
    next_at: Mapped[int] = mapped_column(BigInteger)
    error: Mapped[str] = mapped_column(TEXT)


class WebhookRow(Base):
    """An organisation's address for notices, with the secret that signs them."""

    __tablename__ = "webhook"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    organisation: Mapped[str] = mapped_column(ID, ForeignKey("organisation.id"), index=True)
    url: Mapped[str] = mapped_column(String(500))
    kinds: Mapped[list[str]] = mapped_column(JSON)
    secret: Mapped[str] = mapped_column(WORD)
    enabled: Mapped[bool]
    why: Mapped[str] = mapped_column(TEXT)
    by: Mapped[str] = mapped_column(ID)
    at: Mapped[int] = mapped_column(BigInteger)


class DeliveryRow(Base):
    """A message to a webhook: its body as it is signed, how often it was tried, and the last answer."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index("ix_webhook_delivery_due", "state", "next_at"),
        Index("ix_webhook_delivery_webhook", "webhook", "at"),
    )

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    webhook: Mapped[str] = mapped_column(ID, ForeignKey("webhook.id"))
    word: Mapped[str] = mapped_column(WORD)
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(WORD)
    tries: Mapped[int]
    at: Mapped[int] = mapped_column(BigInteger)
    next_at: Mapped[int] = mapped_column(BigInteger)
    until: Mapped[int] = mapped_column(BigInteger)
    code: Mapped[int | None]
    error: Mapped[str] = mapped_column(TEXT)
