"""The papers of a village: minutes of its meeting, the list to post, the commitments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from api.papers import data
from api.papers.filling.common import as_date, as_time, household_data, place_of, vi
from api.web.intake_context import book_in_force
from survey.access.viewer import Viewer
from survey.approval import postings
from survey.approval.columns import posting_columns
from survey.areas import queries as areas
from survey.assessment import queries as assessment
from survey.cases import procedure
from survey.cases import queries as cases
from survey.cases.models import Act, Step
from survey.registry.models import Household

Houses = Sequence[Household]


def _meeting(
    viewer: Viewer, code: str, houses: Houses, act: Act | None, _site: str | None
) -> data.MeetingData:
    """The meeting as it was recorded; before it, the households to be voted on with blanks for the votes."""
    said, typed = (act.details, cases.texts_of(act)) if act else ({}, {})
    return data.MeetingData(
        place=place_of(viewer, code),
        year=_year(viewer, act),
        held_on=act.done_on if act else None,
        from_time=as_time(typed.get("begins_at")),
        until_time=as_time(typed.get("ends_at")),
        venue=typed.get("venue"),
        chair=data.Person(typed.get("chair_name"), typed.get("chair_position")),
        commune_representative=data.Person(typed.get("commune_name"), typed.get("commune_position")),
        secretary=data.Person(typed.get("secretary_name")),
        households=said.get("households_total"),
        present=said.get("present"),
        rule=_rule(viewer, code, act.done_on if act else viewer.today),
        rows=_voted(viewer, act, houses) if act else tuple(_row(viewer, house) for house in houses),
        opinions=typed.get("remarks"),
    )


def _rule(viewer: Viewer, code: str, on: date) -> str | None:
    """When a household counts as agreed, and whether the text that says so was read."""
    path = areas.path(viewer.session, code, viewer.today)
    asked = procedure.asked(book_in_force(viewer.session), procedure.VOTES, on, path)
    if asked.value is None:
        return None
    unread = "" if asked.is_verified else " (chưa đối chiếu được với văn bản gốc)"
    return f"Hộ được đề nghị khi có trên {asked.value:g} % số người dự họp đồng ý{unread}."


def _voted(viewer: Viewer, act: Act, houses: Houses) -> tuple[data.MeetingRow, ...]:
    """The votes on every household that the reader may see."""
    found = cases.steps_by_household(viewer.session, act.id)
    return tuple(_row(viewer, house, found[house.id]) for house in houses if house.id in found)


def _row(viewer: Viewer, house: Household, step: Step | None = None) -> data.MeetingRow:
    known = household_data(viewer, house, step.done_on if step else None)
    votes = step.values if step else {}
    return data.MeetingRow(
        head_name=known.head_name,
        status=known.status,
        works_kind=votes.get("works_kind") or known.works_kind,
        votes_for=votes.get("votes_for"),
        votes_against=votes.get("votes_against"),
        passed=step.outcome == "passed" if step else None,
    )


def _year(viewer: Viewer, act: Act | None) -> int:
    return (act.done_on if act else viewer.today).year


def _commitments(
    viewer: Viewer, code: str, houses: Houses, act: Act | None, _site: str | None
) -> data.CommitmentData:
    rows = []
    for house in houses:
        known = household_data(viewer, house)
        rows.append(
            data.CommitmentRow(
                head_name=known.head_name,
                village=known.place.village,
                status=known.status,
                works_kind=known.works_kind,
                amount_vnd=known.amount_vnd,
            )
        )
    return data.CommitmentData(place=place_of(viewer, code), year=_year(viewer, act), rows=tuple(rows))


COLUMNS = {
    "head_name": data.PostingColumn("Họ và tên chủ hộ", 2.4),
    "village": data.PostingColumn("Thôn", 1.2),
    "works_kind": data.PostingColumn("Hình thức", 1.1, "center"),
    "group": data.PostingColumn("Nhóm chương trình", 2.2),
    "amount": data.PostingColumn("Mức hỗ trợ (đồng)", 1.3, "right"),
}
"""How the columns that may be public (survey/approval/posting_columns.toml) look on the sheet."""


def _posting(
    viewer: Viewer, code: str, houses: Houses, act: Act | None, site: str | None
) -> data.PostingData:
    """The list as it was posted; before it, the households that the village endorsed."""
    typed = cases.texts_of(act) if act else {}
    columns = [name for name in posting_columns().names if name in COLUMNS]
    place = place_of(viewer, code)
    until = as_date(act.details.get("until")) if act else None
    return data.PostingData(
        title=f"Danh sách hộ được đề nghị hỗ trợ nhà ở năm {_year(viewer, act)}",
        columns=tuple(COLUMNS[name] for name in columns),
        rows=tuple(_cells(viewer, house, columns, act) for house in _posted(viewer, act, houses)),
        place=place,
        posted_from=act.done_on if act else None,
        posted_until=until,
        where=typed.get("venue"),
        objection_address=f"Ủy ban nhân dân {place.commune}" if place.commune else None,
        objection_until=until,
        objection_url=_web_page(viewer, act, site),
    )


def _web_page(viewer: Viewer, act: Act | None, site: str | None) -> str | None:
    """The address of the posting's page, for the QR; none where it was not published or not reached."""
    posting = postings.posting(viewer.session, act.envelope_id) if act and site else None
    return f"{site}p/{posting.token}" if posting and posting.token else None


def _posted(viewer: Viewer, act: Act | None, houses: Houses) -> list[Household]:
    if act is None:
        return list(houses)
    named = cases.steps_by_household(viewer.session, act.id)
    return [house for house in houses if house.id in named]


def _cells(
    viewer: Viewer, house: Household, columns: Sequence[str], act: Act | None
) -> tuple[str | int | None, ...]:
    known = household_data(viewer, house, act.done_on if act else None)
    cells: dict[str, str | int | None] = {
        "head_name": known.head_name,
        "village": known.place.village,
        "works_kind": vi(f"works_kind.{known.works_kind}") if known.works_kind else None,
        "group": vi(f"programme_group.{posting_columns().group_of(_programme(viewer, house))}"),
        "amount": known.amount_vnd,
    }
    return tuple(cells[name] for name in columns)


def _programme(viewer: Viewer, house: Household) -> str | None:
    """The programme approved, else as assessed, by its id; only its group is ever posted."""
    case, row = cases.case_of(viewer.session, house.id), assessment.current(viewer.session, house.id)
    return (case.programme if case else None) or (row.programme if row else None)


VILLAGE_PAPERS: dict[str, Callable[[Viewer, str, Houses, Act | None, str | None], Any]] = {
    "meeting_minutes": _meeting,
    "commitments": _commitments,
    "posting_list": _posting,
}
