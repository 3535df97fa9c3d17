"""The tables around signing in: second factors, grants of roles, enrolment, and the access log."""

from sqlalchemy import JSON, BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from exchange.registers.models import ID, TEXT, Base


class FactorRow(Base):
    """A second factor. `secret` is a TOTP secret, encrypted, or a passkey's public key; `credential` a passkey's id."""

    __tablename__ = "second_factor"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    account: Mapped[str] = mapped_column(ID, ForeignKey("account.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    label: Mapped[str] = mapped_column(TEXT)
    secret: Mapped[str] = mapped_column(Text)
    credential: Mapped[str | None] = mapped_column(String(1400), unique=True)
    counter: Mapped[int] = mapped_column(BigInteger)
    """The last TOTP step that was used, or a passkey's count of signatures."""
    created_at: Mapped[int] = mapped_column(BigInteger)
    confirmed_at: Mapped[int | None] = mapped_column(BigInteger)
    used_at: Mapped[int | None] = mapped_column(BigInteger)


class RecoveryCodeRow(Base):
    """A recovery code that was not used yet; only its hash."""

    __tablename__ = "recovery_code"

    account: Mapped[str] = mapped_column(ID, ForeignKey("account.id"), primary_key=True)
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)


class FactorGuardRow(Base):
    """How many wrong codes an account sent in a row, and when the last of them."""

    __tablename__ = "second_factor_guard"

    account: Mapped[str] = mapped_column(ID, ForeignKey("account.id"), primary_key=True)
    failures: Mapped[int]
    failed_at: Mapped[int] = mapped_column(BigInteger)


class GrantRow(Base):
    """Roles that somebody proposed for an account, and what became of it."""

    __tablename__ = "role_grant"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    account: Mapped[str] = mapped_column(ID, ForeignKey("account.id"), index=True)
    roles: Mapped[list[str]] = mapped_column(JSON)
    before: Mapped[list[str]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(TEXT)
    proposed_by: Mapped[str] = mapped_column(ID)
    proposed_at: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(String(16), index=True)
    decided_by: Mapped[str | None] = mapped_column(ID)
    decided_at: Mapped[int | None] = mapped_column(BigInteger)


class EnrolmentRow(Base):
    """That somebody of the exchange saw an organisation's code and the letter of authority of an account."""

    __tablename__ = "enrolment"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    organisation: Mapped[str] = mapped_column(ID, ForeignKey("organisation.id"), index=True)
    account: Mapped[str | None] = mapped_column(ID, index=True)
    code: Mapped[str] = mapped_column(String(64))
    letter: Mapped[str] = mapped_column(TEXT)
    letter_digest: Mapped[str] = mapped_column(String(64))
    checked_by: Mapped[str] = mapped_column(ID)
    checked_at: Mapped[int] = mapped_column(BigInteger)


class AccessEventRow(Base):
    """A sign-in, a failure, a step-up, a grant: who, when, from which network."""

    __tablename__ = "access_event"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[int] = mapped_column(BigInteger, index=True)
    kind: Mapped[str] = mapped_column(String(32))
    account: Mapped[str] = mapped_column(ID, index=True)
    by: Mapped[str] = mapped_column(ID)
    network: Mapped[str] = mapped_column(String(64))
    detail: Mapped[dict[str, object]] = mapped_column(JSON)
