"""The tables of proof: keys, signed heads, full tiles of the tree, and up to which row somebody waits for a head."""

from sqlalchemy import BigInteger, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from exchange.registers.models import ID, WORD, Base


class ProofKeyRow(Base):
    """A key for heads, with the signature that vouches for it."""

    __tablename__ = "proof_key"

    house: Mapped[str] = mapped_column(ID, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    key_id: Mapped[str] = mapped_column(WORD)
    public_key: Mapped[str] = mapped_column(WORD)
    since: Mapped[int] = mapped_column(BigInteger)
    previous: Mapped[str] = mapped_column(WORD)
    signature: Mapped[str] = mapped_column(String(128))


class ProofHeadRow(Base):
    """A signed head."""

    __tablename__ = "proof_head"

    house: Mapped[str] = mapped_column(ID, primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[str] = mapped_column(WORD)
    at: Mapped[int] = mapped_column(BigInteger)
    key_id: Mapped[str] = mapped_column(WORD)
    signature: Mapped[str] = mapped_column(String(128))


class ProofTileRow(Base):
    """A full tile: 256 hashes of a level, and the root over them."""

    __tablename__ = "proof_tile"

    house: Mapped[str] = mapped_column(ID, primary_key=True)
    level: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hashes: Mapped[bytes] = mapped_column(LargeBinary)
    root: Mapped[bytes] = mapped_column(LargeBinary)


class ProofWishRow(Base):
    """The last row for which somebody wants a head now."""

    __tablename__ = "proof_wish"

    house: Mapped[str] = mapped_column(ID, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
