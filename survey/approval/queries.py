"""Reads of approval: current rows of a list, its frozen versions, official acts and what they carry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, exists, extract, func, or_, select
from sqlalchemy.orm import Session, aliased

from survey.access.models import User
from survey.approval import lists
from survey.approval.models import (
    AllocationTarget,
    CaseList,
    OfficialAct,
    OfficialActEvent,
    OfficialActFile,
    PromisedDecision,
    UnitOutside,
)
from survey.approval.rows import (
    ActEvent,
    AreaList,
    Decision,
    DueDecision,
    ListDeparture,
    ListHead,
    ListRow,
    ListVersion,
    NewTarget,
    OfficialActRow,
    OutsideRow,
)
from survey.areas import queries as areas
from survey.areas.tree import Tree, holds
from survey.assessment.models import AssessmentRow
from survey.cases import machine
from survey.cases.models import Act, Case, Step
from survey.cases.queries import texts_of
from survey.db import one_of
from survey.problems import Problem
from survey.registry.models import Household, Person
from survey.words import both

APPROVED = machine.states("not_started", "under_way", "done")
"""States of cases that stand on an approved list: approved or beyond, not withdrawn."""


def case_year() -> ColumnElement[int]:
    """The year of a case's list: that of its registration, else of its approval."""
    return func.coalesce(Case.year, extract("year", Case.approved_on))


def _approved(*conditions: ColumnElement[bool]) -> Any:
    """The columns of list rows of everything that stands on an approved list; training left out.

    Columns, not entities: a province asks for thousands.
    """
    return (
        select(
            Household.id,
            Case.id,
            Household.head_person_id,
            Household.area_code,
            Case.programme,
            Case.works_kind,
            Case.amount_vnd,
            Case.approved_on,
        )
        .select_from(Case)
        .join(Household, Household.id == Case.household_id)
        .where(Case.state.in_(APPROVED), ~Household.is_training, *conditions)
    )


def current_rows(session: Session, area_code: str, year: int, on: date) -> list[ListRow]:
    """What an area's list of a year would be now, in the order of households; a household once."""
    inside = Household.area_code.in_(areas.subtree([area_code], on))
    asked = _approved(inside, case_year() == year).order_by(Case.household_id, Case.is_newest)
    return list({row[0]: _row(row) for row in session.execute(asked)}.values())


def _row(columns: Any) -> ListRow:
    house, case, person, area, programme, works_kind, amount_vnd, approved_on = columns
    day = approved_on.isoformat() if approved_on else None
    return ListRow(house, case, person, area, programme, works_kind, amount_vnd, day)


def left(session: Session, removed: Iterable[ListRow]) -> list[ListDeparture]:
    """Where the cases of rows that left a list stand now, with the reason the case gives."""
    rows = {row.case_id: row for row in removed}
    cases = session.scalars(select(Case).where(Case.id.in_(list(rows))))
    return [ListDeparture(rows[case.id], case.state, case.reason) for case in cases]


# --- frozen versions


def versions(session: Session, *conditions: ColumnElement[bool]) -> list[ListHead]:
    """Frozen versions without their rows, the newest first."""
    kept = (CaseList.id, CaseList.area_code, CaseList.year, CaseList.version, CaseList.sha256)
    told = (CaseList.households, CaseList.amount_vnd, CaseList.made_at, CaseList.reason)
    statement = (
        select(*kept, *told, CaseList.official_act_id, User.full_name)
        .outerjoin(User, User.id == CaseList.made_by)
        .where(*conditions)
        .order_by(CaseList.made_at.desc(), CaseList.id.desc())
    )
    rows = session.execute(statement).all()
    acts = acts_by_id(session, {one.official_act_id for one in rows if one.official_act_id})
    return [
        ListHead(
            id=one.id,
            area_code=one.area_code,
            year=one.year,
            version=one.version,
            sha256=one.sha256,
            households=one.households,
            amount_vnd=one.amount_vnd,
            made_at=one.made_at,
            made_by_name=one.full_name,
            reason=one.reason,
            act=acts.get(one.official_act_id or 0),
        )
        for one in rows
    ]


def version(session: Session, area_code: str, year: int, number: int) -> ListVersion | None:
    """One frozen version with its rows, checked against its hash."""
    numbered = (CaseList.area_code == area_code, CaseList.year == year, CaseList.version == number)
    heads = versions(session, *numbered)
    return _whole(session, heads)[0] if heads else None


def newest_version(session: Session, area_code: str, year: int) -> ListVersion | None:
    """The newest frozen version of an area's list of a year."""
    of_list = (CaseList.area_code == area_code, CaseList.year == year)
    newest = session.scalar(select(func.max(CaseList.version)).where(*of_list))
    return version(session, area_code, year, newest) if newest else None


def _whole(session: Session, heads: Sequence[ListHead]) -> list[ListVersion]:
    """Frozen versions with their rows and who left, each checked, in the order of `heads`."""
    wanted = select(CaseList.id, CaseList.rows, CaseList.left).where(
        CaseList.id.in_([head.id for head in heads])
    )
    kept = {row.id: (row.rows, row.left) for row in session.execute(wanted)}
    return [
        ListVersion(
            head,
            lists.read(kept[head.id][0]),
            lists.read_left(kept[head.id][1]),
            verify(head, *kept[head.id]),
        )
        for head in heads
    ]


def _frozen_rows(session: Session, heads: Iterable[ListHead]) -> dict[int, tuple[ListRow, ...]]:
    """The rows of versions by their ids, not checked: that is for whoever opens or exports one."""
    found: dict[int, tuple[ListRow, ...]] = {}
    for ids in areas.chunks(sorted({head.id for head in heads})):
        asked = select(CaseList.id, CaseList.rows).where(CaseList.id.in_(ids))
        found |= {list_id: lists.read(rows) for list_id, rows in session.execute(asked)}
    return found


def verify(head: ListHead, rows: list[Any], left: list[Any]) -> bool:
    """Whether a stored version still is what was frozen: its hash, and its own totals."""
    text = lists.canonical(head.area_code, head.year, head.version, rows, left)
    totals = (len(rows), lists.total_vnd(lists.read(rows)))
    return lists.sha256_of(text) == head.sha256 and totals == (head.households, head.amount_vnd)


def decisions_of(
    session: Session,
    area_code: str,
    year: int,
    on: date,
    *,
    until: int | None = None,
    now: Sequence[ListRow] = (),
) -> dict[str, OfficialActRow]:
    """The official act that carries each case of an area's list, by case id; missing: *chưa có quyết định*.

    Lists of units that became this one, and of units above it, count too. `until`: the id of the version
    up to which one looks; `now`: rows as they stand today, to leave out what changed since.
    """
    about = or_(
        CaseList.area_code.in_(areas.subtree([area_code], on)),
        CaseList.area_code.in_(areas.path(session, area_code, on)),
    )
    conditions = [about, CaseList.year == year, *([CaseList.id <= until] if until else [])]
    known = versions(session, *conditions)
    acts = {one.act.id: one.act for one in known if one.act}
    decided = _decided(known, _frozen_rows(session, known), now)
    return {case_id: acts[act_id] for case_id, act_id in decided.items()}


def _decided(
    known: Sequence[ListHead], rows: Mapping[int, Iterable[ListRow]], now: Sequence[ListRow]
) -> dict[str, int]:
    """Act id by case, from versions (the newest first), their rows, and the rows of today."""
    frozen = [(rows[one.id], one.act.id if one.act else None) for one in reversed(known)]
    return lists.decisions([*frozen, (now, None)])


def about(
    tree: Tree, codes: Iterable[str | None], heads: Sequence[ListHead]
) -> dict[str | None, list[ListHead]]:
    """For each unit those versions, in their order, that may carry decisions of its households: its own and
    those of units above and below it, and of what it was before.
    """
    place = {one.id: number for number, one in enumerate(heads)}
    of_unit: defaultdict[str | None, list[ListHead]] = defaultdict(list)
    at_or_below: defaultdict[str | None, list[ListHead]] = defaultdict(list)
    for one in heads:
        of_unit[one.area_code].append(one)
        for step in {*tree.path(one.area_code), one.area_code}:
            at_or_below[step].append(one)
    return {
        code: sorted(
            [*at_or_below[code], *(one for step in tree.path(code or "")[1:] for one in of_unit[step])],
            key=lambda one: place[one.id],
        )
        for code in codes
    }


def area_lists(
    session: Session,
    codes: Collection[str | None],
    year: int,
    on: date,
    heads: Sequence[ListHead],
    visible: ColumnElement[bool],
) -> dict[str | None, AreaList]:
    """The lists of units (none: households of no known commune) as they are now, of those that have
    households or a frozen version; `heads`: the frozen versions of the year, the newest first.
    """
    tree = areas.tree(session, on)
    now: defaultdict[str | None, list[ListRow]] = defaultdict(list)
    inside = [known for code in codes if code for known in {code, *tree.under(code)}]
    placed = one_of(session, Household.area_code, inside)
    if None in codes:
        placed = or_(placed, _unplaced(session, tree))
    for columns in session.execute(_approved(visible, placed, case_year() == year)):
        row = _row(columns)
        now[commune_of(tree, row.area_code)].append(row)
    of_code = about(tree, codes, heads)
    frozen = _frozen_rows(session, (one for some in of_code.values() for one in some))
    sure = {one.act.id for one in heads if one.act and one.act.is_sure}
    found = {}
    for code in codes:
        is_higher = code in tree.names and tree.names[code].level != "commune"
        rows = current_rows(session, code, year, on) if code and is_higher else now[code]
        newest = next((one for one in heads if one.area_code == code), None)
        if rows or newest:
            decided = _decided(of_code[code], frozen, rows)
            before = frozen[newest.id] if newest else ()
            found[code] = _area_list(code, rows, newest, before, decided, sure, is_commune=not is_higher)
    return found


def _unplaced(session: Session, tree: Tree) -> ColumnElement[bool]:
    """Households that no commune is known for."""
    placed = [code for code in (*tree.names, *tree.above, *tree.became) if commune_of(tree, code)]
    return or_(Household.area_code.is_(None), ~one_of(session, Household.area_code, placed))


def _area_list(
    code: str | None,
    rows: list[ListRow],
    newest: ListHead | None,
    before: Iterable[ListRow],
    decided: Mapping[str, int],
    sure: Collection[int],
    *,
    is_commune: bool,
) -> AreaList:
    return AreaList(
        area_code=code,
        households=len(rows),
        amount_vnd=lists.total_vnd(rows),
        undecided=sum(1 for row in rows if row.case_id not in decided),
        unsure=sum(1 for row in rows if row.case_id in decided and decided[row.case_id] not in sure),
        newest=newest,
        is_current=not lists.differences(before, rows),
        is_commune=is_commune,
    )


def commune_of(tree: Tree, area_code: str | None) -> str | None:
    """The commune of a village on the tree's day: whose list its households stand on."""
    path = tree.path(area_code) if area_code else ()
    return next((code for code in path if tree.names[code].level == "commune"), None)


def years(session: Session) -> list[int]:
    """The years for which there are cases on a list or frozen lists, newest first."""
    of_cases = select(case_year()).where(Case.state.in_(APPROVED)).distinct()
    found = {*session.scalars(of_cases), *session.scalars(select(CaseList.year).distinct())}
    return sorted((int(year) for year in found if year is not None), reverse=True)


# --- what waits for approval


def waiting_programmes(session: Session, *conditions: ColumnElement[bool]) -> set[str | None]:
    """The programmes that reviewed cases are assessed for."""
    statement = (
        select(AssessmentRow.programme)
        .join(Household, Household.id == AssessmentRow.household_id)
        .join(Case, Case.household_id == Household.id)
        .where(AssessmentRow.is_current, Case.state == "reviewed", ~Household.is_training, *conditions)
    )
    return set(session.scalars(statement.distinct()))


def states(session: Session, case_ids: Collection[str]) -> dict[str, str]:
    """Where these cases stand now."""
    statement = select(Case.id, Case.state).where(Case.id.in_(list(case_ids)))
    return dict(session.execute(statement).all())


def head_names(session: Session, person_ids: Collection[str]) -> dict[str, str | None]:
    """Names of the persons that list rows refer to."""
    statement = select(Person.id, Person.full_name).where(Person.id.in_(list(person_ids)))
    return dict(session.execute(statement).all())


def due_decisions(session: Session, *conditions: ColumnElement[bool]) -> list[DueDecision]:
    """Promised decisions that no act has met, the first due first; conditions on `CaseList`."""
    later = aliased(CaseList)
    met = exists().where(
        later.area_code == CaseList.area_code,
        later.year == CaseList.year,
        later.version >= CaseList.version,
        later.official_act_id.is_not(None),
    )
    statement = (
        select(CaseList.area_code, CaseList.year, CaseList.version, PromisedDecision.due_on)
        .join(PromisedDecision, PromisedDecision.case_list_id == CaseList.id)
        .where(~met, *conditions)
        .order_by(PromisedDecision.due_on, CaseList.id)
    )
    return [DueDecision(*row) for row in session.execute(statement).all()]


# --- official acts


def acts(
    session: Session, *conditions: ColumnElement[bool], offset: int = 0, limit: int | None = None
) -> list[OfficialActRow]:
    """Official acts, the newest first."""
    statement = (
        select(OfficialAct, User.full_name)
        .outerjoin(User, User.id == OfficialAct.kept_by)
        .where(*conditions)
        .order_by(OfficialAct.signed_on.desc(), OfficialAct.id.desc())
    )
    rows = session.execute(statement.offset(offset).limit(limit))
    return [
        OfficialActRow(
            id=act.id,
            number=act.number,
            symbol=act.symbol,
            signed_on=act.signed_on,
            issuer_code=act.issuer_code,
            issuer_level=act.issuer_level,
            issuer=act.issuer,
            area_code=act.area_code,
            signer=act.signer,
            subject=act.subject,
            kept_by=act.kept_by,
            kept_at=act.kept_at,
            kept_by_name=keeper,
            state=act.state,
            joined_id=act.joined_id,
            changes=act.changes,
        )
        for act, keeper in rows
    ]


def count_acts(session: Session, *conditions: ColumnElement[bool]) -> int:
    """How many acts the same conditions list."""
    return session.scalar(select(func.count()).select_from(OfficialAct).where(*conditions)) or 0


def acts_by_id(session: Session, ids: Collection[int]) -> dict[int, OfficialActRow]:
    """Those of the official acts that exist, a joined citation as the issuer's act; no ids ask nothing."""
    if not ids:
        return {}
    found = {act.id: act for act in acts(session, OfficialAct.id.in_(list(ids)))}
    joined = {act.joined_id for act in found.values() if act.joined_id} - found.keys()
    known = (
        found | {act.id: act for act in acts(session, OfficialAct.id.in_(list(joined)))} if joined else found
    )
    return {id: known.get(act.joined_id or 0, act) for id, act in found.items()}


def events(session: Session, act_id: int) -> list[ActEvent]:
    """What became of an act, the newest first."""
    statement = (
        select(OfficialActEvent, User.full_name)
        .outerjoin(User, User.id == OfficialActEvent.by)
        .where(OfficialActEvent.official_act_id == act_id)
        .order_by(OfficialActEvent.place.desc())
    )
    told = ("number", "symbol", "signed_on", "signer", "subject")
    return [
        ActEvent(
            kind=event.kind,
            at=event.at,
            by=event.by,
            by_name=name,
            reason=event.reason,
            before={field: getattr(event, field) for field in told} if event.kind == "corrected" else {},
        )
        for event, name in session.execute(statement)
    ]


def cited_groups(session: Session) -> list[tuple[str, str, str, int | None, int]]:
    """(state, issuer, citing unit, who entered it, how many) of citations that wait for somebody."""
    told = (OfficialAct.state, OfficialAct.issuer_code, OfficialAct.area_code, OfficialAct.kept_by)
    asked = select(*told, func.count()).where(OfficialAct.state.in_(("cited", "declined"))).group_by(*told)
    return [(row[0], row[1], row[2], row[3], row[4]) for row in session.execute(asked)]


def not_usable(act: OfficialAct) -> Problem:
    """Problem 5458: no decision and no list rests on an act in this state."""
    return Problem(5458, name=f"{act.number}/{act.symbol}", **both("state", "official_act_state", act.state))


def outside(session: Session, on: date) -> frozenset[str]:
    """The units that do not use the program on a day."""
    return frozenset(session.scalars(select(UnitOutside.area_code).where(holds(UnitOutside, on))))


def units_outside(session: Session, *conditions: ColumnElement[bool]) -> list[OutsideRow]:
    """Units named as not using the program, ended ones too, the newest first."""
    statement = (
        select(UnitOutside, User.full_name)
        .outerjoin(User, User.id == UnitOutside.named_by)
        .where(*conditions)
        .order_by(UnitOutside.valid_to.is_not(None), UnitOutside.valid_from.desc(), UnitOutside.id.desc())
    )
    return [
        OutsideRow(unit.id, unit.area_code, unit.valid_from, unit.valid_to, unit.ground, unit.named_at, name)
        for unit, name in session.execute(statement)
    ]


def files(
    session: Session, act_ids: Collection[int], *conditions: ColumnElement[bool]
) -> list[OfficialActFile]:
    """The scans of acts that meet the conditions, the newest first."""
    statement = select(OfficialActFile).where(OfficialActFile.official_act_id.in_(list(act_ids)), *conditions)
    return list(session.scalars(statement.order_by(OfficialActFile.id.desc())))


def scanned(session: Session, act_ids: Collection[int]) -> set[int]:
    """Which of these acts have a scan at all."""
    statement = select(OfficialActFile.official_act_id).where(
        OfficialActFile.official_act_id.in_(list(act_ids))
    )
    return set(session.scalars(statement.distinct()))


def target_of(session: Session, act_id: int, new: NewTarget) -> AllocationTarget | None:
    """The total that an act sets already for the same area, year, programme and works."""
    return session.scalar(
        select(AllocationTarget).where(
            AllocationTarget.official_act_id == act_id,
            AllocationTarget.area_code == new.area_code,
            AllocationTarget.year == new.year,
            AllocationTarget.programme == new.programme,
            AllocationTarget.works_kind == new.works_kind,
        )
    )


def targets(session: Session, act_id: int, *conditions: ColumnElement[bool]) -> list[AllocationTarget]:
    """The totals that an act sets."""
    statement = select(AllocationTarget).where(AllocationTarget.official_act_id == act_id, *conditions)
    return list(
        session.scalars(
            statement.order_by(AllocationTarget.year, AllocationTarget.area_code, AllocationTarget.id)
        )
    )


def decisions_behind(session: Session, case_ids: Collection[str]) -> list[Decision]:
    """The counting approvals of these cases, the newest first: signed, entered and compared by whom."""
    later, confirming = aliased(Step), aliased(User)
    counts = (
        select(Step.act_id, func.count())
        .where(Step.case_id.in_(list(case_ids)), Step.kind == "approval")
        .where(~exists().where(later.replaces_id == Step.id))
        .group_by(Step.act_id)
    )
    households: dict[int, int] = dict(session.execute(counts).all())
    statement = (
        select(Act, User.full_name, confirming.full_name)
        .outerjoin(User, User.id == Act.actor_id)
        .outerjoin(confirming, confirming.id == Act.confirmed_by)
        .where(Act.id.in_(list(households)))
        .order_by(Act.done_on.desc(), Act.id.desc())
    )
    return [
        Decision(
            act_id=act.envelope_id,
            done_on=act.done_on,
            actor_name=actor,
            confirmed_by_name=confirmed_by,
            capacity=act.details.get("capacity"),
            signed_by=texts_of(act).get("signed_by"),
            households=households[act.id],
        )
        for act, actor, confirmed_by in session.execute(statement)
    ]
