"""Tables of the trail: what a transaction wrote, the nodes of the tree, its signed roots, who seals."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from survey.db import Base, Sha256

RowId = BigInteger().with_variant(Integer, "sqlite")


class WriteSet(Base):
    """What one transaction wrote (tập ghi): by table, the key and keyed hash of each row.

    Its row is inserted last, while the rows it tells of are held: of two that wrote the same row the later
    has the larger id. `rows` is canonical text, and `sha256` its hash, which the leaves of the transaction's
    entries carry.
    """

    __tablename__ = "write_sets"

    id: Mapped[int] = mapped_column(RowId, primary_key=True)
    transaction_id: Mapped[str] = mapped_column(String(32), unique=True)
    sha256: Mapped[str] = mapped_column(Sha256)
    rows: Mapped[str] = mapped_column(Text)


class MerkleNode(Base):
    """The root of a complete subtree: level 0 is a leaf, by the entry's `sequence`. Never changed."""

    __tablename__ = "merkle_nodes"

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(Sha256)


class Checkpoint(Base):
    """A root of the tree, signed when it was reached (mã kiểm chứng)."""

    __tablename__ = "checkpoints"

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root_sha256: Mapped[str] = mapped_column(Sha256)
    signed_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text)


class SealerLease(Base):
    """One row: who may seal, until when; locked while a chunk is sealed, so that there are never two."""

    __tablename__ = "sealer_leases"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    holder: Mapped[str] = mapped_column(String(40))
    until: Mapped[datetime]
