"""The tables of the network: nodes, how far each feed was read, its facts, and what stands by them."""

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from exchange.registers.models import DAY, ID, TEXT, WORD, Base


class NodeRow(Base):
    """A house of the network."""

    __tablename__ = "node"

    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name_zh: Mapped[str] = mapped_column(TEXT)
    name_en: Mapped[str] = mapped_column(TEXT)
    kind: Mapped[str] = mapped_column(WORD)
    region: Mapped[str] = mapped_column(WORD)
    base_url: Mapped[str] = mapped_column(TEXT)
    contact: Mapped[str] = mapped_column(TEXT)
    public_key: Mapped[str] = mapped_column(WORD)
    since: Mapped[str] = mapped_column(DAY)
    until: Mapped[str | None] = mapped_column(DAY)
    version: Mapped[int]


class NodeVersionRow(Base):
    """What a node's row was, from when, and by whom."""

    __tablename__ = "node_version"

    node: Mapped[str] = mapped_column(ID, ForeignKey("node.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[int] = mapped_column(BigInteger)
    by: Mapped[str] = mapped_column(ID)
    body: Mapped[dict[str, object]] = mapped_column(JSON)


class NodeCursorRow(Base):
    """How far `reader` has the feed of `node`; for a house's own feed both are the house, and `journal_seq` is what
    of its journal was published."""

    __tablename__ = "node_cursor"

    reader: Mapped[str] = mapped_column(ID, primary_key=True)
    node: Mapped[str] = mapped_column(ID, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    link: Mapped[str] = mapped_column(WORD)
    journal_seq: Mapped[int] = mapped_column(BigInteger)
    began_at: Mapped[int] = mapped_column(BigInteger)
    read_at: Mapped[int | None] = mapped_column(BigInteger)
    tried_at: Mapped[int | None] = mapped_column(BigInteger)
    failures: Mapped[int] = mapped_column(Integer)
    error: Mapped[str] = mapped_column(TEXT)


class NodeFactRow(Base):
    """One fact of a feed. The body is gone once its subject was withdrawn; the digest stays, and with it the chain."""

    __tablename__ = "node_fact"
    __table_args__ = (Index("ix_node_fact_subject", "reader", "kind", "node", "subject", "at"),)

    reader: Mapped[str] = mapped_column(ID, primary_key=True)
    node: Mapped[str] = mapped_column(ID, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[str] = mapped_column(WORD)
    subject: Mapped[str] = mapped_column(WORD)
    digest: Mapped[str] = mapped_column(WORD)
    body: Mapped[dict[str, object] | None] = mapped_column(JSON(none_as_null=True))
    link: Mapped[str] = mapped_column(WORD)
    signature: Mapped[str] = mapped_column(String(128))


class NodeItemRow(Base):
    """What stands by the newest fact of a subject; it can be made again from the facts."""

    __tablename__ = "node_item"
    __table_args__ = (Index("ix_node_item_state", "reader", "kind", "state", "seq"),)

    reader: Mapped[str] = mapped_column(ID, primary_key=True)
    node: Mapped[str] = mapped_column(ID, primary_key=True)
    kind: Mapped[str] = mapped_column(WORD, primary_key=True)
    subject: Mapped[str] = mapped_column(WORD, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(WORD)
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(WORD)
    body: Mapped[dict[str, object]] = mapped_column(JSON)


class CatalogueChangeRow(Base):
    """An achievement that changed and is not published yet."""

    __tablename__ = "catalogue_change"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    achievement: Mapped[str] = mapped_column(ID)
