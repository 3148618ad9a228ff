"""Approved lists as people read them: rows with names by right, differences in words, a new version."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from api.shared import area_names
from api.shared.law_texts import programme_title
from api.web.language import current, num, t, word
from survey.access.viewer import Viewer
from survey.approval import actions, lists, queries
from survey.approval.chain import list_bodies
from survey.approval.models import OfficialAct
from survey.approval.rows import (
    Change,
    Differences,
    ListDeparture,
    ListRow,
    ListVersion,
    OfficialActRow,
    WaitingCase,
)
from survey.areas import queries as areas
from survey.areas.names import person_sort_key
from survey.problems import Problem

NOTHING_NEW = 5433


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One household of a list, without what the viewer has no right to."""

    number: int
    row: ListRow
    head_name: str | None
    place: str
    act: OfficialActRow | None
    state: str | None


@dataclass(frozen=True, slots=True)
class ListDifference:
    """One difference in words. `kind`: added, removed or changed."""

    kind: str
    row: ListRow
    head_name: str | None
    place: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sight:
    """Whether a viewer sees heads' names and amounts in a list."""

    names: bool
    amounts: bool


def list_area(viewer: Viewer, code: str) -> str:
    """The code of an area, also one that is no more, whose lists the viewer may read. Problem 1004."""
    if not viewer.may("paper.read", code):
        raise Problem(1004, what=code)
    return code


def unit_name(viewer: Viewer, code: str | None, on: date | None = None) -> str:
    """A unit's own name on a day (or today), also of one that has become another since."""
    for day in (on, viewer.today):
        names = areas.tree(viewer.session, day).names if day else {}
        if code in names:
            return names[code].name
    return area_names.area_name(viewer, code)


def sight(viewer: Viewer, code: str) -> Sight:
    """What the viewer may see of the lists of an area."""
    return Sight(viewer.may("person.read", code), viewer.may("amount.read", code))


def name_of(viewer: Viewer, rows: Iterable[ListRow], sees: Sight) -> dict[str, str | None]:
    """Names of the heads of rows, by person; none without the right."""
    ids = {row.person_id for row in rows if row.person_id}
    return queries.head_names(viewer.session, ids) if sees.names else {}


def shown(
    viewer: Viewer,
    rows: Iterable[ListRow],
    decided: Mapping[str, OfficialActRow],
    sees: Sight,
    offset: int = 0,
    size: int | None = None,
) -> list[ShownRow]:
    """Rows by village and head's given name, numbered through the list; `size` of them from `offset`."""
    kept = list(rows)
    names = name_of(viewer, kept, sees)
    kept.sort(
        key=lambda row: (row.area_code or "~", person_sort_key(_name(names, row) or ""), row.household_id)
    )
    part = kept[offset : offset + size] if size else kept
    states = queries.states(viewer.session, [row.case_id for row in part])
    return [
        ShownRow(
            number=number,
            row=row,
            head_name=_name(names, row),
            place=area_names.area_name(viewer, row.area_code),
            act=decided.get(row.case_id),
            state=states.get(row.case_id),
        )
        for number, row in enumerate(part, offset + 1)
    ]


def _name(names: Mapping[str, str | None], row: ListRow) -> str | None:
    return names.get(row.person_id) if row.person_id else None


# --- differences


def changes(
    viewer: Viewer, code: str, year: int, last: ListVersion | None
) -> tuple[Differences, list[ListDeparture], list[ListRow]]:
    """What differs between the newest version and today: the differences, who left and why, today's rows."""
    rows = queries.current_rows(viewer.session, code, year, viewer.today)
    found = lists.differences(last.rows if last else (), rows)
    return found, queries.left(viewer.session, found.removed), rows


def told(
    viewer: Viewer, found: Differences, left: Iterable[ListDeparture], sees: Sight
) -> list[ListDifference]:
    """Differences in words: who came, who left and why, what changed from what to what."""
    both = [row for change in found.changed for row in (change.before, change.after)]
    names = name_of(viewer, [*found.added, *found.removed, *both], sees)
    why = {one.row.case_id: one for one in left}
    told = [_told(viewer, "added", row, names, ()) for row in found.added]
    told += [_told(viewer, "removed", row, names, (_why(why.get(row.case_id)),)) for row in found.removed]
    for change in found.changed:
        texts = tuple(_change(viewer, change, field, names, sees) for field in change.fields)
        told.append(_told(viewer, "changed", change.after, names, texts))
    return told


def _told(
    viewer: Viewer, kind: str, row: ListRow, names: Mapping[str, str | None], texts: tuple[str, ...]
) -> ListDifference:
    return ListDifference(kind, row, _name(names, row), area_names.area_name(viewer, row.area_code), texts)


def _why(left: ListDeparture | None) -> str:
    """Why a household is on the list no longer."""
    if left is None or left.state in queries.APPROVED:
        return t("không còn thuộc địa bàn hoặc năm của danh sách", "no longer of this area or year")
    if left.state == "withdrawn" and left.reason:
        return word(f"withdrawal_reason.{left.reason}")
    return word(f"case_state.{left.state}")


def _change(viewer: Viewer, change: Change, field: str, names: Mapping[str, str | None], sees: Sight) -> str:
    if field == "amount_vnd" and not sees.amounts:
        return word("list_field.amount_vnd")
    before, after = (_field(viewer, row, field, names) for row in (change.before, change.after))
    return f"{word(f'list_field.{field}')}: {before} → {after}"


def _field(viewer: Viewer, row: ListRow, field: str, names: Mapping[str, str | None]) -> str:
    value = getattr(row, field)
    if field == "works_kind":
        return word(f"works_kind.{value}") if value else "–"
    if field == "programme":
        return programme_title(viewer, value)
    if field == "person_id":
        return _name(names, row) or t("chưa rõ tên", "name unknown")
    return area_names.area_name(viewer, value) if field == "area_code" else num(value)


# --- a new version


def freeze(
    viewer: Viewer,
    session: Session,
    code: str,
    year: int,
    *,
    reason: str | None = None,
    official_act_id: int | None = None,
) -> None:
    """Freeze today's list of an area and year as its next version. Problems 5433, 5434."""
    rows = queries.current_rows(session, code, year, viewer.today)
    actions.freeze_list(
        session, viewer.actor, code, year, rows, reason=reason, official_act_id=official_act_id
    )


def commune_of(viewer: Viewer, area_code: str | None) -> str | None:
    """The commune on whose list a household of this area stands."""
    return queries.commune_of(areas.tree(viewer.session, viewer.today), area_code)


def freeze_joined(
    viewer: Viewer,
    session: Session,
    cases: Iterable[WaitingCase],
    done_on: date,
    act_id: int | None,
    remark: str = "",
    due_on: date | None = None,
) -> list[tuple[str, int]]:
    """A new version of every list (commune, year) that these approved households join; `due_on`: by when
    their decision was promised. Problem 5436.
    """
    places = [(commune_of(viewer, case.area_code), case.year or done_on.year) for case in cases]
    if placeless := sum(commune is None for commune, _ in places):
        raise Problem(5436, count=placeless)
    reason = f"Phê duyệt ngày {done_on:%d/%m/%Y}" + (f": {remark}" if remark else "")
    joined = sorted({(code, year) for code, year in places if code})
    for commune, year in joined:
        _freeze_one(viewer, session, commune, year, reason, act_id)
        newest = queries.newest_version(session, commune, year) if due_on else None
        if due_on and newest and newest.head.act is None:
            actions.promise_decision(session, viewer.actor, newest.head.id, due_on)
    return joined


def _freeze_one(
    viewer: Viewer, session: Session, commune: str, year: int, reason: str, act_id: int | None
) -> None:
    """A new version; where a household only came back after a revocation, the one there is stands."""
    try:
        freeze(viewer, session, commune, year, reason=reason, official_act_id=act_id)
    except Problem as problem:
        last = queries.newest_version(session, commune, year)
        if problem.number != NOTHING_NEW or last is None:
            raise
        if act_id is not None:
            actions.attach_act(session, viewer.actor, last.head.id, session.get_one(OfficialAct, act_id))


def chain_note(act: OfficialActRow | None) -> str | None:
    """A doubt about the body of an act: lists of its day were to be approved by another level."""
    if act is None:
        return None
    bodies = list_bodies(act.signed_on)
    if not bodies:
        return Problem(5416, on=act.signed_on.isoformat()).message(current())
    if act.issuer_level in bodies:
        return None
    got = word(f"level.{act.issuer_level}")
    expected = ", ".join(word(f"level.{body}") for body in sorted(bodies))
    return t(
        f"Văn bản của cấp {got}; danh sách ngày đó do cấp {expected} phê duyệt",
        f"An act of the {got}; lists of that day were approved by the {expected}",
    )
