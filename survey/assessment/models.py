"""Tables of the assessments (kết quả đối chiếu tiêu chí) and the releases of the law they used."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from survey.db import Base, Sha256, UuidText, Vnd

LAPSED = "lapsed"
"""The outcome, as of a day, of a household whose programme has ended without it."""
SOON = timedelta(days=60)
"""How long before its end a programme warns of the households it would leave."""


class LawText(Base):
    """The whole law as data, all dates, under the SHA-256 of its canonical text; never changed."""

    __tablename__ = "law_texts"

    sha256: Mapped[str] = mapped_column(Sha256, primary_key=True)
    canonical: Mapped[str] = mapped_column(Text)


class LawRelease(Base):
    """From when on the server assesses by which law; the newest row counts, going back is one more row."""

    __tablename__ = "law_releases"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(Sha256, ForeignKey("law_texts.sha256"))
    released_at: Mapped[datetime]
    released_by: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class AmountPattern(Base):
    """What amounts are made of (các hợp phần): each different one stands once.

    `parts`: of each component code, kind, payer, amount_vnd and is_apart, in the order of the law. `later`:
    what a house begun later would get, where no start is known: [[first day as ISO text, amount_vnd, parts]],
    each until the next.
    """

    __tablename__ = "amount_patterns"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(Sha256, unique=True)
    parts: Mapped[list[Any]]
    later: Mapped[list[Any]] = mapped_column(server_default="[]")

    def as_of(self, on: date) -> tuple[int | None, list[Any]]:
        """(amount_vnd, parts) of a house begun on a day; amount None: that of the assessment itself."""
        begun = [(amount_vnd, parts) for first, amount_vnd, parts in self.later if first <= on.isoformat()]
        return begun[-1] if begun else (None, self.parts)


class AssessmentRow(Base):
    """One assessment of one household: facts, release and engine version replay it for ever.

    Advice, never a decision. `result` is the whole assessment, its facts too; the columns beside it serve
    lists and sums.
    The newest is current; the old ones stay. One beside it is of a newer interview, made after the approval:
    it changes no sum.
    """

    __tablename__ = "assessments"
    __table_args__ = (
        Index(
            "uq_assessments_current",
            "household_id",
            unique=True,
            sqlite_where=text("is_current"),
            postgresql_where=text("is_current"),
        ),
        Index(
            "uq_assessments_beside",
            "household_id",
            unique=True,
            sqlite_where=text("is_beside"),
            postgresql_where=text("is_beside"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[str] = mapped_column(UuidText, ForeignKey("households.id"), index=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("surveys.id"), index=True)
    is_current: Mapped[bool] = mapped_column(default=True)
    is_beside: Mapped[bool] = mapped_column(default=False)
    assessed_on: Mapped[date]
    assessed_at: Mapped[datetime]
    release_sha256: Mapped[str] = mapped_column(Sha256, ForeignKey("law_texts.sha256"))
    engine_version: Mapped[str] = mapped_column(String(20))
    result: Mapped[dict[str, Any]]
    outcome: Mapped[str] = mapped_column(String(20), index=True)
    house_class: Mapped[str] = mapped_column(String(30))
    programme: Mapped[str | None] = mapped_column(String(40))
    works_kind: Mapped[str | None] = mapped_column(String(10))
    amount_vnd: Mapped[int | None] = mapped_column(Vnd)
    amount_pattern_id: Mapped[int | None] = mapped_column(ForeignKey("amount_patterns.id"))
    is_provisional: Mapped[bool]
    lapses_on: Mapped[date | None]

    def amount_on(self, on: date) -> int | None:
        """The amount as of a day: that of a house begun on it, if none is begun yet; none once lapsed."""
        if self.outcome_on(on) == LAPSED:
            return None
        later = [told[2] for told in self.result.get("if_started", ()) if told[0] <= on.isoformat()]
        return later[-1] if later else self.amount_vnd

    def outcome_on(self, on: date) -> str:
        """The outcome as of a day: `lapsed` once its programme has ended without the household."""
        return LAPSED if self.lapses_on is not None and self.lapses_on <= on else self.outcome

    def lapses_soon(self, on: date) -> bool:
        """Whether its programme ends without the household within `SOON` of a day."""
        return self.lapses_on is not None and on < self.lapses_on <= on + SOON
