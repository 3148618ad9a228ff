"""What was judged by the day its record arrived, and what has rested on it since. Reads only.

Assessments of engine 1 asked the law about the day of receipt or of assessing again. Nothing approved changes
by being told here: a person looks at each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from survey import law
from survey.approval.models import CaseList
from survey.assessment.judging import counting, judge
from survey.assessment.models import LAPSED, AssessmentRow
from survey.cases import queries as cases
from survey.registry.models import Household

BY_DAY_OF_RECEIPT = "1"
"""The version of the engine whose assessments were asked on the day of receipt."""

Result = tuple[str, str | None, int | None]  # outcome, programme, amount in đồng


@dataclass(frozen=True, slots=True)
class Rejudgement:
    """One household: what was asked and said, what its own days give, and what rests on the old result.

    `lists` are the frozen lists it stands in: (area, year, version). A household without a case may have been
    kept from registering.
    """

    household_id: str
    area_code: str | None
    asked_on: date
    visited_on: date
    before: Result
    after: Result
    lapses_on: date | None
    case_state: str | None
    approved_on: date | None
    approved_vnd: int | None
    lists: tuple[tuple[str, int, int], ...]

    @property
    def has_changed(self) -> bool:
        """Whether outcome, programme or amount come out otherwise."""
        return self.before != self.after


def by_day_of_receipt(session: Session, *conditions: ColumnElement[bool]) -> list[str]:
    """The households whose current assessment was asked about the day of receipt."""
    wanted = (
        select(AssessmentRow.household_id)
        .join(Household, Household.id == AssessmentRow.household_id)
        .where(AssessmentRow.is_current, AssessmentRow.engine_version == BY_DAY_OF_RECEIPT, *conditions)
        .order_by(Household.area_code, AssessmentRow.household_id)
    )
    return list(session.scalars(wanted))


def rejudged(
    session: Session, household_ids: Iterable[str], book: law.LawBook, today: date
) -> Iterator[Rejudgement]:
    """What each household's own days give, beside what is stored, both as of today; nothing is written."""
    lists = _lists(session)
    wanted = select(AssessmentRow).where(AssessmentRow.is_current)
    for household_id in household_ids:
        row = session.scalar(wanted.where(AssessmentRow.household_id == household_id))
        basis = counting(session, household_id).basis
        if row is None or basis is None:
            continue
        made = judge(session, basis, book, cases.act_facts(session, household_id))
        case = cases.case_of(session, household_id)
        yield Rejudgement(
            household_id=household_id,
            area_code=session.get_one(Household, household_id).area_code,
            asked_on=date.fromisoformat(row.result["on"]),
            visited_on=basis.visited_on,
            before=(row.outcome_on(today), row.programme, row.amount_on(today)),
            after=_as_of(made, today),
            lapses_on=made.lapses_on,
            case_state=case.state if case else None,
            approved_on=case.approved_on if case else None,
            approved_vnd=case.amount_vnd if case else None,
            lists=tuple(lists.get(household_id, ())),
        )


def _as_of(made: law.Assessment, today: date) -> Result:
    """A result as of a day: a programme that has ended without the household gives it nothing."""
    if made.lapses_on is not None and made.lapses_on <= today:
        return LAPSED, made.programme, None
    return made.outcome, made.programme, made.amount_on(today)


def _lists(session: Session) -> dict[str, list[tuple[str, int, int]]]:
    """The frozen lists that each household stands in."""
    found: defaultdict[str, list[tuple[str, int, int]]] = defaultdict(list)
    for one in session.scalars(select(CaseList).order_by(CaseList.id)):
        for row in one.rows:
            found[row["household_id"]].append((one.area_code, one.year, one.version))
    return found
