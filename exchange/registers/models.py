"""The tables of the registers: organisations, accounts and their sessions and keys, achievements.

Ordinary relational rows, in SQLite and in PostgreSQL alike. Instants are integer µs, money is integer fen.
What binds anybody is not here but in the journal.
"""

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

ID = String(64)
TEXT = String(300)
WORD = String(64)
DAY = String(10)
"""A calendar date of Asia/Shanghai as ISO text."""


class Base(DeclarativeBase):
    """The metadata that the migrations are checked against."""


class OrganisationRow(Base):
    """A university, an institute, an enterprise, or an authority that works here."""

    __tablename__ = "organisation"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(TEXT)
    kind: Mapped[str] = mapped_column(String(32))
    region: Mapped[str] = mapped_column(String(64))
    code: Mapped[str] = mapped_column(String(64), unique=True)
    address: Mapped[str] = mapped_column(TEXT)
    representative: Mapped[str] = mapped_column(TEXT)
    unit_of: Mapped[str | None] = mapped_column(ID)
    affiliates: Mapped[list[str]] = mapped_column(JSON)
    version: Mapped[int]


class OrganisationVersionRow(Base):
    """What an organisation's row was, from when, and by whom."""

    __tablename__ = "organisation_version"

    organisation: Mapped[str] = mapped_column(ID, ForeignKey("organisation.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[int] = mapped_column(BigInteger)
    by: Mapped[str] = mapped_column(ID)
    body: Mapped[dict[str, object]] = mapped_column(JSON)


class AccountRow(Base):
    """A person who signs in. `revision` grows whenever every session of the account must end."""

    __tablename__ = "account"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    login: Mapped[str] = mapped_column(String(64), unique=True)
    password_hash: Mapped[str] = mapped_column(TEXT)
    display_name: Mapped[str] = mapped_column(TEXT)
    organisation: Mapped[str | None] = mapped_column(ID, ForeignKey("organisation.id"))
    roles: Mapped[list[str]] = mapped_column(JSON)
    enabled: Mapped[bool]
    revision: Mapped[int]
    created_at: Mapped[int] = mapped_column(BigInteger)
    node: Mapped[str | None] = mapped_column(ID)
    person: Mapped[str] = mapped_column(String(64), default="")
    """A hash of name and identity number, given at enrolment: two accounts of one person have the same; "": not known."""


class WebSessionRow(Base):
    """One sign-in. The token itself is nowhere; `id` stays when the token is changed."""

    __tablename__ = "web_session"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account: Mapped[str] = mapped_column(ID, ForeignKey("account.id"), index=True)
    revision: Mapped[int]
    """The account's revision when the session began; another one ends it."""
    roles: Mapped[list[str]] = mapped_column(JSON)
    """The roles the token was given for; others call for a new token."""
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[int] = mapped_column(BigInteger)
    seen_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)
    """The absolute end, however busy the session is."""
    stepped_up_at: Mapped[int | None] = mapped_column(BigInteger, default=None)
    """When a second factor was last shown in it."""
    confirmed: Mapped[list[str]] = mapped_column(JSON, default=list)
    """The market sessions in which it may bid without being asked again."""
    challenge: Mapped[str] = mapped_column(String(200), default="")
    """What a passkey has to sign next, with its end in front; taken once."""
    device: Mapped[str] = mapped_column(TEXT, default="")
    network: Mapped[str] = mapped_column(String(64), default="")
    """The network it began from, not the address."""


class TicketRow(Base):
    """A ticket that opens one socket for a sign-in; taken once, it is gone."""

    __tablename__ = "ticket"

    ticket_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    session: Mapped[str] = mapped_column(ID)
    """The sign-in it was given to; no foreign key, for a ticket outlives nobody by more than its seconds."""
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)


class ApiKeyRow(Base):
    """A program's key, for an account; only its hash is kept."""

    __tablename__ = "api_key"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account: Mapped[str] = mapped_column(ID, ForeignKey("account.id"), index=True)
    revision: Mapped[int]
    label: Mapped[str] = mapped_column(TEXT)
    created_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    networks: Mapped[list[str]] = mapped_column(JSON)
    """Where it counts; empty: anywhere."""
    public_key: Mapped[str] = mapped_column(String(64))
    """Ed25519, hex: whoever has one signs each request that changes something; "": none."""
    strong: Mapped[bool]
    """Made by somebody who had just shown a second factor."""


class SigningKeyRow(Base):
    """A public key with which an account signs contracts."""

    __tablename__ = "signing_key"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    account: Mapped[str] = mapped_column(ID, ForeignKey("account.id"), index=True)
    public_key: Mapped[str] = mapped_column(String(64), unique=True)
    label: Mapped[str] = mapped_column(TEXT)
    created_at: Mapped[int] = mapped_column(BigInteger)
    certificate_issuer: Mapped[str] = mapped_column(TEXT)
    revoked_at: Mapped[int | None] = mapped_column(BigInteger)
    version: Mapped[int]


class SigningKeyVersionRow(Base):
    """What a signing key's row was, from when, and by whom."""

    __tablename__ = "signing_key_version"

    signing_key: Mapped[str] = mapped_column(ID, ForeignKey("signing_key.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[int] = mapped_column(BigInteger)
    by: Mapped[str] = mapped_column(ID)
    body: Mapped[dict[str, object]] = mapped_column(JSON)


class AchievementRow(Base):
    """A scientific and technological achievement; `inferred` names the columns nobody stated."""

    __tablename__ = "achievement"
    __table_args__ = (Index("ix_achievement_field_id", "field", "id"),)

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    holder: Mapped[str | None] = mapped_column(ID, ForeignKey("organisation.id"), index=True)
    holder_name: Mapped[str] = mapped_column(TEXT)
    title: Mapped[str] = mapped_column(TEXT)
    abstract: Mapped[str] = mapped_column(Text)
    field: Mapped[str] = mapped_column(String(100))
    trl: Mapped[int | None]
    ipc: Mapped[str] = mapped_column(String(32))
    ip: Mapped[list[str]] = mapped_column(JSON)
    published_on: Mapped[str] = mapped_column(String(10))
    source_url: Mapped[str] = mapped_column(String(1000))
    source_note: Mapped[str] = mapped_column(Text)
    inferred: Mapped[list[str]] = mapped_column(JSON)
    opening_price_fen: Mapped[int | None] = mapped_column(BigInteger)
    increment_fen: Mapped[int | None] = mapped_column(BigInteger)
    sold_price_fen: Mapped[int | None] = mapped_column(BigInteger)
    price_note: Mapped[str] = mapped_column(Text)
    keywords: Mapped[list[str]] = mapped_column(JSON)
    region: Mapped[str] = mapped_column(WORD)
    city: Mapped[str] = mapped_column(WORD)
    funding: Mapped[list[object]] = mapped_column(JSON)
    category: Mapped[str | None] = mapped_column(WORD)
    secrecy: Mapped[str] = mapped_column(WORD)
    secrecy_reviewer: Mapped[str] = mapped_column(TEXT)
    secrecy_reviewed_on: Mapped[str | None] = mapped_column(DAY)
    stage: Mapped[str | None] = mapped_column(WORD)
    stages: Mapped[list[object]] = mapped_column(JSON)
    price_form: Mapped[str | None] = mapped_column(WORD)
    price_idea_fen: Mapped[int | None] = mapped_column(BigInteger)
    ip_items: Mapped[list[object]] = mapped_column(JSON)
    owners: Mapped[list[object]] = mapped_column(JSON)
    grants: Mapped[list[object]] = mapped_column(JSON)
    completers: Mapped[list[object]] = mapped_column(JSON)
    accepted_on: Mapped[str | None] = mapped_column(DAY)
    registered_on: Mapped[str | None] = mapped_column(DAY)
    granted_on: Mapped[str | None] = mapped_column(DAY)
    admitted_on: Mapped[str | None] = mapped_column(DAY)
    registration_no: Mapped[str] = mapped_column(WORD)
    route: Mapped[str | None] = mapped_column(WORD)
    conversion_mode: Mapped[str | None] = mapped_column(WORD)
    converted_on: Mapped[str | None] = mapped_column(DAY)
    trial_until: Mapped[str | None] = mapped_column(DAY)
    impediment: Mapped[str] = mapped_column(Text)
    contact: Mapped[str] = mapped_column(TEXT)
    interim: Mapped[bool]
    disclosed_on: Mapped[str | None] = mapped_column(DAY)
    disclosed_by: Mapped[str] = mapped_column(TEXT)
    public_good: Mapped[bool]
    zone: Mapped[str] = mapped_column(String(100))
    version: Mapped[int]


class AchievementVersionRow(Base):
    """What an achievement's row was, from when, and by whom."""

    __tablename__ = "achievement_version"

    achievement: Mapped[str] = mapped_column(ID, ForeignKey("achievement.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[int] = mapped_column(BigInteger)
    by: Mapped[str] = mapped_column(ID)
    body: Mapped[dict[str, object]] = mapped_column(JSON)
