"""What waits for whom: the filters of the work lists, their counts, and the lines of the first page."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from sqlalchemy import ColumnElement, false, select

from api.shared import area_names
from api.web.intake_context import book_in_force
from api.web.language import day, t
from survey.access.viewer import Viewer
from survey.approval import postings
from survey.approval.models import NoticePage
from survey.approval.next_acts import may_approve_some
from survey.areas import queries as areas
from survey.areas.names import folded_name
from survey.assessment import queries as assessment
from survey.assessment.models import AssessmentRow
from survey.cases import lists, machine, procedure
from survey.cases import queries as cases
from survey.cases.models import Case
from survey.cases.rows import CaseRow, WaitingCount
from survey.law.assessment import ELIGIBLE
from survey.registry.models import Household, Person

LIVE = Case.state != machine.CANCELLED
"""A case opened by mistake is in no list."""
SORTS: dict[str, tuple[Any, ...]] = {"since": (Case.since,), "-since": (Case.since.desc(),), "place": ()}


def visible(viewer: Viewer) -> ColumnElement[bool]:
    """Households of the viewer's areas."""
    return viewer.visible(Household.area_code, "household.read")


def area_asked(viewer: Viewer) -> str | None:
    """The area of the address, if the viewer may see it. Problem 1004."""
    code = request.args.get("area") or None
    if code:
        area_names.visible_area(viewer, code)
    return code


def sees(viewer: Viewer, action: str, area_code: str | None) -> bool:
    """Whether the viewer may do `action` for every household of a list."""
    return viewer.may(action, area_code) if area_code else viewer.everywhere(action, "household.read")


def notes(viewer: Viewer, area_code: str | None) -> list[str]:
    """What a workbook says under its title: where, and as of when."""
    place = area_names.area_name(viewer, area_code) if area_code else t("địa bàn của tôi", "my areas")
    return [f"{t('Địa bàn', 'Area')}: {place}", f"{t('Số liệu đến ngày', 'As of')} {day(viewer.today)}"]


def no_case(viewer: Viewer) -> list[ColumnElement[bool]]:
    """Households that should have a case and have none."""
    return [assessment.outcome(viewer.today).in_(ELIGIBLE), lists.without_case()]


def filters(viewer: Viewer, names: bool) -> list[ColumnElement[bool]]:
    """The list's filters as named in its address; unknown values find nothing rather than everything."""
    asked = request.args
    conditions = [
        *area_names.inside(viewer, asked.get("area") or None),
        *_standing(asked.get("state"), asked.get("phase")),
    ]
    if works_kind := asked.get("works_kind"):
        conditions.append(Case.works_kind == works_kind)
    if programme := asked.get("programme"):
        conditions.append(Case.programme == programme)
    if year := asked.get("year"):
        known = year.isascii() and year.isdigit() and len(year) == 4
        conditions.append(Case.year == int(year) if known else false())
    if obstacle := asked.get("obstacle"):
        conditions.append(lists.has_obstacle(None if obstacle == "any" else obstacle))
    if asked.get("flagged"):
        conditions.append(Case.flags > 0)
    if asked.get("objection"):
        conditions.append(Case.objections > 0)
    if asked.get("recovery"):
        conditions.append(Case.recovery_due_vnd > 0)
    if asked.get("scan"):
        conditions.append(lists.lacks_scan())
    return [*conditions, *_named(names)]


def _standing(state: str | None, phase: str | None) -> list[ColumnElement[bool]]:
    conditions = [LIVE]
    if state:
        conditions.append(Case.state == state)
    if phase:
        conditions.append(Case.state.in_(machine.states(phase)))
    return conditions


def _named(names: bool) -> list[ColumnElement[bool]]:
    """The search by the head's name, with or without marks, for those who read names."""
    text = request.args.get("q", "").strip()
    if not text or not names:
        return []
    named = Person.folded_name.contains(folded_name(text)[:100], autoescape=True)
    return [Household.head_person_id.in_(select(Person.id).where(named))]


def filters_without_case(viewer: Viewer, names: bool) -> list[ColumnElement[bool]]:
    """The filters that mean something for households without a case."""
    conditions = [*area_names.inside(viewer, request.args.get("area") or None), *no_case(viewer)]
    if works_kind := request.args.get("works_kind"):
        conditions.append(AssessmentRow.works_kind == works_kind)
    if programme := request.args.get("programme"):
        conditions.append(AssessmentRow.programme == programme)
    return [*conditions, *_named(names)]


def without_case(
    viewer: Viewer,
    conditions: list[ColumnElement[bool]],
    *,
    names: bool,
    amounts: bool,
    offset: int,
    limit: int,
) -> list[CaseRow]:
    """Households without a case as rows of a work list."""
    houses = assessment.houses(
        viewer.session,
        visible(viewer),
        *conditions,
        as_of=viewer.today,
        names=names,
        amounts=amounts,
        offset=offset,
        limit=limit,
    )
    return [
        CaseRow(
            case_id="",
            household_id=house.household_id,
            head_name=house.head_name,
            area_code=house.village_code,
            year=None,
            state=machine.NONE,
            since=house.surveyed_on or viewer.today,
            works_kind=house.works_kind,
            programme=house.programme,
            amount_vnd=house.amount_vnd,
            reason=None,
            objections=0,
            obstacles=0,
            flags=len(house.flags),
        )
        for house in houses
    ]


def bulk_acts(viewer: Viewer, state: str | None) -> list[str]:
    """The acts that the viewer may record for a whole list of households in this state."""
    possible = {rule.act for rule in machine.rules() if state in rule.origins}
    if state == "endorsed" and procedure.needs_posting(book_in_force(viewer.session), viewer.today, ()):
        possible.discard("review")
    if state not in (machine.NONE, "not_registered"):
        possible.discard("registration")
    acts = machine.acts().items()
    return [kind for kind, act in acts if act.bulk and kind in possible and viewer.can(act.right)]


def area_options(viewer: Viewer, code: str | None) -> list[tuple[str, str]]:
    """The units to choose from: those above the chosen one, itself, and those under it."""
    tree = areas.tree(viewer.session, viewer.today)
    found = [("", t("tất cả địa bàn của tôi", "all my areas"))]
    if code and code in tree.names:
        way = [step for step in reversed(tree.path(code)) if viewer.may("household.read", step)]
        found += [(step, tree.names[step].name) for step in way]
        under = [code]
    else:
        under = area_names.own_areas(viewer, "household.read")
        found += [(step, tree.names[step].name) for step in under] if len(under) > 1 else []
    below = [child for step in under for child in tree.below.get(step, ())]
    return found + [(child, f"– {tree.names[child].name}") for child in below]


# --- figures


def by_phase(states: dict[str, WaitingCount]) -> dict[str, int]:
    """How many cases lie on each part of the way; they add up to all that were not opened by mistake."""
    phases = dict.fromkeys(machine.phases().values(), 0)
    for state, waiting in states.items():
        if state != machine.CANCELLED:
            phases[machine.phases()[state]] += waiting.count
    return phases


def oldest_hint(viewer: Viewer, waiting: WaitingCount) -> str:
    """Since when the oldest waits."""
    days = (viewer.today - waiting.oldest).days
    return t(
        f"lâu nhất từ {day(waiting.oldest)} · {days} ngày",
        f"oldest since {day(waiting.oldest)} · {days} days",
    )


def waits_for_me(viewer: Viewer) -> list[dict[str, Any]]:
    """What waits for the viewer's own acts, by their rights; each line opens the list it counts."""
    states = lists.waiting(viewer.session, visible(viewer))
    items = [
        {
            "count": states[state].count,
            "label": t(vi, en),
            "hint": oldest_hint(viewer, states[state]),
            "href": url_for("work.listed", state=state),
            "tone": "warn",
        }
        for state, vi, en in _my_states(viewer)
        if state in states
    ]
    return [item for item in [*items, *_my_conditions(viewer)] if item["count"]]


WAITING = (
    ("returned", "hồ sơ bị trả lại, cần bổ sung", "cases returned for completion"),
    ("registered", "hồ sơ chờ họp thôn bình xét", "cases wait for the village meeting"),
    ("endorsed", "hồ sơ chờ niêm yết", "cases wait to be posted"),
    ("posted", "hồ sơ chờ xã rà soát", "cases wait for the commune's review"),
    ("reviewed", "hồ sơ chờ phê duyệt", "cases wait for approval"),
    ("finished", "nhà xây xong chưa nghiệm thu", "finished houses not accepted yet"),
)
"""The states in which a case waits for an office, in words."""


def _my_states(viewer: Viewer) -> list[tuple[str, str, str]]:
    """The states in which a case waits for somebody with the viewer's rights."""
    return [told for told in WAITING if _is_mine(viewer, machine.waiting_acts()[told[0]])]


def _is_mine(viewer: Viewer, kind: str) -> bool:
    """Whether the viewer does this kind of act; an approval is given by the body whose act it is."""
    return viewer.can(machine.acts()[kind].right) and (kind != "approval" or may_approve_some(viewer))


def _my_conditions(viewer: Viewer) -> list[dict[str, Any]]:
    """What waits whatever the state: objections, obstacles overdue, papers to be signed."""
    session, mine = viewer.session, visible(viewer)
    items: list[dict[str, Any]] = []
    if viewer.can("case.review"):
        items.append(
            {
                "count": cases.count_cases(session, mine, LIVE, Case.objections > 0),
                "label": t("hồ sơ có phản ánh chưa trả lời", "cases with an unanswered objection"),
                "href": url_for("work.listed", objection="yes"),
                "tone": "bad",
            }
        )
    if viewer.can("posting.publish"):
        mine_posted = viewer.visible(NoticePage.area_code, "posting.publish")
        items.append(
            {
                "count": postings.count_open_objections(session, mine_posted),
                "label": t("phản ánh qua trang niêm yết chưa xử lý", "objections from the web not settled"),
                "href": url_for("postings.index"),
                "tone": "bad",
            }
        )
    if viewer.can("case.record") or viewer.can("case.review"):
        items.append(
            {
                "count": lists.count_obstacles(session, mine, lists.overdue(viewer.today)),
                "label": t("vướng mắc quá hạn gỡ", "obstacles overdue"),
                "href": url_for("obstacles.index", overdue="yes"),
                "tone": "bad",
            }
        )
    if viewer.can("case.record"):
        items.append(
            {
                "count": cases.count_cases(session, mine, LIVE, lists.lacks_scan()),
                "label": t("hồ sơ có việc chưa có bản ký", "cases with an act without its signed paper"),
                "href": url_for("work.listed", scan="missing"),
                "tone": "warn",
            }
        )
    return items
