"""Many households judged at a time: what is known of them is read by sets, those alike are thought through
once, and what is stored is compared with what the law says now.

The same as `judging` says of each household alone; a property test holds it. Reads only.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Text, cast, or_, select
from sqlalchemy.orm import Session

from survey import law
from survey.areas.places import Places
from survey.assessment import facts as facts_of
from survey.assessment import queries
from survey.assessment.judging import entry
from survey.assessment.models import AssessmentRow
from survey.cases import queries as cases
from survey.cases.models import Step
from survey.law.alike import KEPT
from survey.registry.models import Household, StatusRecord, Survey
from survey.registry.queries import INTERVIEWED
from survey.words import LANGUAGES

SURVEY = (
    Survey.id,
    Survey.envelope_id,
    Survey.version,
    Survey.household_id,
    Survey.visit,
    Survey.area_code,
    Survey.visited_on,
    Survey.captured_at,
    Survey.received_at,
    Survey.facts,
    (Survey.is_training == Household.is_training).label("counts"),
)
STORED = (
    AssessmentRow.id,
    AssessmentRow.household_id,
    AssessmentRow.survey_id,
    AssessmentRow.is_beside,
    AssessmentRow.release_sha256,
    cast(AssessmentRow.result, Text).label("text"),
    *(AssessmentRow.outcome, AssessmentRow.programme, AssessmentRow.amount_vnd, AssessmentRow.lapses_on),
)
STATUS = (
    StatusRecord.household_id,
    StatusRecord.fact,
    StatusRecord.value,
    *(StatusRecord.valid_from, StatusRecord.valid_to, StatusRecord.source),
)


@dataclass(frozen=True, slots=True)
class Judged:
    """One interview of a household: what the law says of it now, and what is stored of it."""

    survey: Row[Any]
    is_beside: bool
    household: law.Household
    like: law.Assessment
    stored: Row[Any] | None
    is_kept: bool

    @property
    def assessment(self) -> law.Assessment:
        """The assessment itself, from that of a household it is alike."""
        return self.household.assessment(self.like)


@dataclass(frozen=True, slots=True)
class Anew:
    """A household asked about again: the interview that counts (none where nobody was interviewed), the one
    beside it, and what stands of it that holds no longer.
    """

    household_id: str
    judged: tuple[Judged, ...]
    outdated: tuple[Row[Any], ...]

    @property
    def is_kept(self) -> bool:
        """Whether all that is stored says the same, so that nothing need be written."""
        return not self.outdated and all(one.is_kept for one in self.judged)

    @property
    def before(self) -> Row[Any] | None:
        """The assessment that counted until now."""
        known = [one.stored for one in self.judged if one.stored is not None]
        return next((row for row in (*known, *self.outdated) if not row.is_beside), None)


class Judge:
    """Asks a law about many households. What was thought through for one part of them serves the next."""

    def __init__(self, book: law.LawBook) -> None:
        self.book = book
        self._alike = law.Alike(book)
        self._texts: dict[int, tuple[law.Assessment, dict[str, str]]] = {}
        self._told: dict[tuple[int, str], bool] = {}

    def anew(self, session: Session, household_ids: Sequence[str]) -> list[Anew]:
        """Each household as it comes out now beside what is stored of it."""
        known = _Known(session, household_ids, self.book)
        told = [one for household_id in household_ids for one in known.interviews(household_id)]
        likes = self._alike.assess([household for *_, household in told])
        judged: defaultdict[str, list[Judged]] = defaultdict(list)
        for (survey, is_beside, household), like in zip(told, likes, strict=True):
            stored = known.stored[survey.household_id].get(is_beside)
            is_kept = stored is not None and self._is_kept(session, stored, survey, household, like)
            one = Judged(survey, is_beside, household, like, stored, is_kept)
            judged[survey.household_id].append(one)
        self._forget()
        return [_anew(each, judged[each], known.stored[each]) for each in household_ids]

    def _is_kept(
        self, session: Session, stored: Row[Any], survey: Row[Any], own: law.Household, like: law.Assessment
    ) -> bool:
        """Whether what is stored says the same, and reads the same, of whatever release it is."""
        if stored.survey_id != survey.id:
            return False
        texts = self._texts_of(like) | {"release": json.dumps(stored.release_sha256)}
        texts |= {name: json.dumps(value) for name, value in own.assessment(like).own().items()}
        text = "{" + ", ".join(f'"{name}": {value}' for name, value in texts.items()) + "}"
        # Mostly it is the same text, letter for letter, and need not be read.
        is_same = text == stored.text or json.loads(text) == json.loads(stored.text)
        return is_same and self._reads_the_same(session, like, stored.release_sha256)

    def _texts_of(self, like: law.Assessment) -> dict[str, str]:
        """The parts of the stored form of all that are alike, as JSON."""
        if id(like) not in self._texts:
            parts = {name: json.dumps(value) for name, value in like.to_dict().items()}
            self._texts[id(like)] = (like, parts)
        return self._texts[id(like)][1]

    def _reads_the_same(self, session: Session, like: law.Assessment, release: str) -> bool:
        """Whether the sentences and sources are those of the release it was made by: a law may be worded
        anew and give the same.
        """
        if release == self.book.release:
            return True
        key = (id(like), release)
        if key not in self._told:
            books = (self.book, queries.release(session, release))
            laws = [book.law_on(like.on, like.area_codes) for book in books]
            now, before = ([law.explain(like, one, lang) for lang in LANGUAGES] for one in laws)
            self._told[key] = now == before
        return self._told[key]

    def _forget(self) -> None:
        """Keep no more than a province's different households take."""
        if len(self._texts) > KEPT:
            self._texts.clear()
            self._told.clear()


def _anew(household_id: str, judged: Sequence[Judged], stored: Mapping[bool, Row[Any]]) -> Anew:
    kept = {one.stored.id for one in judged if one.is_kept and one.stored is not None}
    outdated = tuple(row for row in stored.values() if row.id not in kept)
    return Anew(household_id, tuple(judged), outdated)


class _Known:
    """What is known of some households, read by a fixed number of statements, however many they are."""

    def __init__(self, session: Session, household_ids: Sequence[str], book: law.LawBook) -> None:
        self._book = book
        self._places = Places(session)
        of_these = select(Household.id, Household.area_code).where(Household.id.in_(household_ids))
        self._area_codes: dict[str, str | None] = dict(session.execute(of_these).all())
        self._cases = cases.cases_of(session, household_ids)
        self._approvals = cases.approvals_of(session, self._cases.values())
        self._rested_on = _rested_on(session, self._approvals)
        self._surveys = _surveys(session, household_ids, self._rested_on.values())
        self._statuses = _by_household(session, STATUS, StatusRecord, household_ids)
        self.stored: dict[str, dict[bool, Row[Any]]] = defaultdict(dict)
        standing = AssessmentRow.is_current | AssessmentRow.is_beside
        stored: Any = select(*STORED)
        for row in session.execute(stored.where(AssessmentRow.household_id.in_(household_ids), standing)):
            self.stored[row.household_id][row.is_beside] = row

    def interviews(self, household_id: str) -> Iterator[tuple[Row[Any], bool, law.Household]]:
        """The interview that counts and the one beside it, if any, as the law is asked about them."""
        basis, beside = self._counting(household_id)
        acts = cases.case_facts(self._cases.get(household_id))
        if beside is not None:
            yield beside, True, self._asked(beside, acts)
        if basis is not None:
            yield basis, False, self._asked(basis, acts)

    def _counting(self, household_id: str) -> tuple[Row[Any] | None, Row[Any] | None]:
        """(what counts, a newer one beside it): interviews by the rule of `judging.counting`, from rows."""
        surveys = self._surveys[household_id]
        newest = _latest_interview(household_id, surveys)
        approval = self._approvals.get(household_id)
        if approval is None:
            return newest, None
        basis = _newest_version(self._rested_on.get(household_id), surveys)
        basis = basis or _latest_interview(household_id, surveys, approval.done_on) or newest
        return basis, newest if newest is not basis else None

    def _asked(self, survey: Row[Any], acts: dict[str, Any]) -> law.Household:
        """What the law is asked about one interview, as `judging.judge` asks it, from rows."""
        place, entered_on = entry(survey, self._area_codes[survey.household_id], acts)
        path, of_place = self._places.of(place, entered_on) if place else ((), {})
        rows = self._statuses[survey.household_id]
        own = [one for one in self._surveys[survey.household_id] if one.household_id == survey.household_id]
        until = sorted((one for one in own if one.visited_on <= survey.visited_on), key=_version)
        known = facts_of.together(survey.facts, of_place, facts_of.dated(rows, [*until, survey]), acts)
        return law.Household(self._book.known(known), survey.visited_on, path)


def _version(survey: Row[Any]) -> int:
    version: int = survey.version
    return version


def _by_household(
    session: Session, columns: Sequence[Any], table: type[StatusRecord], household_ids: Sequence[str]
) -> defaultdict[str, list[Row[Any]]]:
    """The rows of a table that belong to each household, newest first."""
    found: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    rows = select(*columns).where(table.household_id.in_(household_ids)).order_by(table.id.desc())
    for row in session.execute(rows):
        found[row.household_id].append(row)
    return found


def _rested_on(session: Session, approvals: Mapping[str, Step]) -> dict[str, int]:
    """The interview that each approval names; older ones name the assessment kept of it."""
    named = {household_id: step.values.get("survey_id") for household_id, step in approvals.items()}
    kept = {
        household_id: step.values["assessment_id"]
        for household_id, step in approvals.items()
        if named[household_id] is None and step.values.get("assessment_id") is not None
    }
    rows = select(AssessmentRow.id, AssessmentRow.survey_id).where(AssessmentRow.id.in_(kept.values()))
    of_kept = dict(session.execute(rows).all()) if kept else {}
    named |= {household_id: of_kept[assessment_id] for household_id, assessment_id in kept.items()}
    return {household_id: survey_id for household_id, survey_id in named.items() if survey_id is not None}


def _surveys(
    session: Session, household_ids: Sequence[str], named: Iterable[int]
) -> defaultdict[str, list[Row[Any]]]:
    """Every version of the records that ever were about each household, by record and version."""
    about = or_(Survey.household_id.in_(household_ids), Survey.id.in_(list(named)))
    records = select(Survey.envelope_id).where(about)
    rows = (
        select(*SURVEY)
        .join(Household, Household.id == Survey.household_id)
        .where(Survey.envelope_id.in_(records))
        .order_by(Survey.envelope_id, Survey.version)
    )
    by_record: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    for row in session.execute(rows):
        by_record[row.envelope_id].append(row)
    found: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    for versions in by_record.values():
        for household_id in {one.household_id for one in versions}:
            found[household_id] += versions
    return found


def _latest_interview(
    household_id: str, surveys: Sequence[Row[Any]], until: date | None = None
) -> Row[Any] | None:
    """The newest interview (until a day), by the rule of `registry.queries.latest_interview`, from rows."""
    made_at: dict[str, Any] = {}
    last: dict[str, Row[Any]] = {}
    for one in surveys:
        made_at.setdefault(one.envelope_id, min(one.captured_at, one.received_at))
        if one.visit == INTERVIEWED:
            last[one.envelope_id] = one  # of whichever household: it corrects those before it
    found = [one for one in last.values() if one.household_id == household_id and one.counts]
    in_time = [one for one in found if until is None or one.visited_on <= until]
    in_time.sort(key=lambda one: one.envelope_id)
    return max(in_time, key=lambda one: (one.visited_on, made_at[one.envelope_id]), default=None)


def _newest_version(survey_id: int | None, surveys: Sequence[Row[Any]]) -> Row[Any] | None:
    """As `registry.queries.newest_version`, of the interview of this id."""
    named = next((one for one in surveys if one.id == survey_id), None)
    if named is None:
        return None
    fit = [
        one
        for one in surveys
        if one.envelope_id == named.envelope_id
        and one.household_id == named.household_id
        and one.visit == INTERVIEWED
        and one.counts
    ]
    return fit[-1] if fit else None
