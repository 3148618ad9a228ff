"""What waits for whom: the filters of the work lists, their counts, and the lines of the first page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
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
from survey.cases import machine, procedure
from survey.cases.rows import WaitingCount
from survey.intake import queries as intake
from survey.intake.models import ReceivedEnvelope
from survey.standing import measures
from survey.standing import queries as standing
from survey.standing.models import StandingLine, StandingObstacle
from survey.standing.rollups import Figures, Hindrance, Rollup, rollup, tally, waiting

HAS_CASE = StandingLine.case_id.is_not(None)
"""A case opened by mistake is in no list."""


def visible(viewer: Viewer) -> ColumnElement[bool]:
    """Households of the viewer's areas."""
    return viewer.visible(StandingLine.area_code, "household.read")


def visible_obstacles(viewer: Viewer) -> ColumnElement[bool]:
    """Obstacles of the viewer's areas."""
    return viewer.visible(StandingObstacle.area_code, "household.read")


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


MARKED = {
    "flagged": "flagged",
    "objection": "objections",
    "recovery": "recovery_due",
    "scan": "papers_unsigned",
}
"""Filters that are on or off, by the measure they list."""


def filters(viewer: Viewer, names: bool) -> list[ColumnElement[bool]]:
    """The list's filters as named in its address; unknown values find nothing rather than everything."""
    asked, on, line = request.args, viewer.today, StandingLine
    state, works_kind, programme = asked.get("state"), asked.get("works_kind"), asked.get("programme")
    conditions = area_names.inside(viewer, line.area_code, asked.get("area") or None)
    if state == machine.NONE:
        conditions.append(measures.condition("without_case", on))
        conditions += [line.works_kind == works_kind] if works_kind else []
        conditions += [line.programme == programme] if programme else []
        return [*conditions, *(standing.named(asked.get("q", "")) if names else ())]
    conditions.append(measures.condition("cases", on))
    conditions += [line.case_state == state] if state else []
    conditions += [line.case_works_kind == works_kind] if works_kind else []
    conditions += [line.case_programme == programme] if programme else []
    if phase := asked.get("phase"):
        conditions.append(line.case_state.in_(machine.states(phase)))
    if year := asked.get("year"):
        known = year.isascii() and year.isdigit() and len(year) == 4
        conditions.append(line.year == int(year) if known else false())
    if obstacle := asked.get("obstacle"):
        conditions.append(_hindered(obstacle))
    conditions += [measures.condition(code, on) for name, code in MARKED.items() if asked.get(name)]
    return [*conditions, *(standing.named(asked.get("q", "")) if names else ())]


FILTERS = ("state", "works_kind", "programme", "phase", "year", "obstacle", "q", *MARKED)


def count(viewer: Viewer, wanted: Sequence[ColumnElement[bool]]) -> int:
    """How many households the list of the address has; what is kept tells it for one filter at most."""
    told = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    kept = figures_kept(viewer, request.args.get("area") or None) if len(told) < 2 else None
    name, value = next(iter(told.items()), ("", ""))
    counted = kept.total if kept else Figures()
    figures = {
        "": lambda: counted.measures["cases"],
        "state": lambda: counted.measures["without_case"] if value == machine.NONE else counted.states[value],
        "phase": lambda: counted.measures[value] if value in machine.phases().values() else 0,
    } | {mark: partial(counted.measures.__getitem__, code) for mark, code in MARKED.items()}
    if kept is None or name not in figures:
        return standing.count(viewer.session, visible(viewer), *wanted)
    return figures[name]()


def _hindered(kind: str) -> ColumnElement[bool]:
    """Households with an open obstacle of a kind, or of any."""
    open_ones = select(StandingObstacle.household_id).where(standing.holds(StandingObstacle))
    if kind != "any":
        open_ones = open_ones.where(StandingObstacle.kind == kind)
    return StandingLine.household_id.in_(open_ones)


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
    for state, told in states.items():
        phases[machine.phases()[state]] += told.count
    return phases


def oldest_hint(viewer: Viewer, told: WaitingCount) -> str:
    """Since when the oldest waits."""
    days = (viewer.today - told.oldest).days
    return t(
        f"lâu nhất từ {day(told.oldest)} · {days} ngày",
        f"oldest since {day(told.oldest)} · {days} days",
    )


def item(measure: str, count: int, href: str, tone: str = "warn", hint: str | None = None) -> dict[str, Any]:
    """A line of what waits: a figure by its measure's name, and the list of what it counts."""
    known = measures.measures()[measure]
    told = {"count": count, "label": t(known.vi, known.en), "hint": hint, "href": href, "tone": tone}
    return told | {"measure": measure}


def figures(
    viewer: Viewer, area_code: str | None = None
) -> tuple[Mapping[str, int], dict[str, WaitingCount]]:
    """(figures by measure, cases by state) of an area, or of all the viewer may see."""
    if (found := figures_kept(viewer, area_code)) is not None:
        return found.total.measures, waiting(found)
    seen, on = visible(viewer), viewer.today
    counted = [code for code, measure in measures.measures().items() if measure.of == "households"]
    return measures.totals(viewer.session, counted, seen, on=on), standing.waiting(viewer.session, seen)


def figures_kept(viewer: Viewer, area_code: str | None = None) -> Rollup | None:
    """What is kept of an area, or of all the viewer may see; None where their posts are in several."""
    known = area_code or _only_area(viewer)
    return rollup(viewer.session, known, viewer.today) if known else None


def obstacles(viewer: Viewer, area_code: str | None = None) -> Counter[Hindrance]:
    """The open obstacles of an area, or of all the viewer may see, counted by the unit right under it (none:
    unknown), or by those of the viewer's posts.
    """
    if (kept := figures_kept(viewer, area_code)) is not None:
        top = area_code or _only_area(viewer)
        own = {one.unit for one in kept.obstacles} - {top}
        return Counter(
            {
                one._replace(unit=one.unit if one.unit in own else None): count
                for one, count in kept.obstacles.items()
            }
        )
    found: Counter[Hindrance] = Counter()
    tree, own = areas.tree(viewer.session, viewer.today), {*area_names.own_areas(viewer, "household.read")}
    for village, *told, number in standing.obstacles_by_area(viewer.session, visible_obstacles(viewer)):
        unit = next((step for step in reversed(tree.path(village or "")) if step in own), None)
        found[Hindrance(unit, *told)] += number
    return found


def _only_area(viewer: Viewer) -> str | None:
    """The one area that the viewer's posts are in, where it exists today."""
    own = area_names.own_areas(viewer, "household.read")
    return own[0] if len(own) == 1 and viewer.areas("household.read") == {*own} else None


def found_in(viewer: Viewer, column: Any) -> list[Any]:
    """The values that occur in a column among all that the viewer may see, for a filter."""
    if (found := figures_kept(viewer)) is not None:
        return found.found(column)
    return standing.found_in(viewer.session, visible(viewer), column)


def waits_for_me(viewer: Viewer) -> list[dict[str, Any]]:
    """What waits for the viewer's own acts, by their rights; each line opens the list it counts."""
    counts, states = figures(viewer)
    items = [
        item(
            state,
            states[state].count,
            url_for("work.listed", state=state),
            hint=oldest_hint(viewer, states[state]),
        )
        for state in _my_states(viewer)
        if state in states
    ]
    return [one for one in [*items, *_my_conditions(viewer, counts)] if one["count"]]


WAITING = ("returned", "registered", "endorsed", "posted", "reviewed", "finished")
"""The states in which a case waits for an office; each is a measure too."""


def _my_states(viewer: Viewer) -> list[str]:
    """The states in which a case waits for somebody with the viewer's rights."""
    return [state for state in WAITING if _is_mine(viewer, machine.waiting_acts()[state])]


def _is_mine(viewer: Viewer, kind: str) -> bool:
    """Whether the viewer does this kind of act; an approval is given by the body whose act it is."""
    return viewer.can(machine.acts()[kind].right) and (kind != "approval" or may_approve_some(viewer))


def _my_conditions(viewer: Viewer, counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """What waits whatever the state: no case yet, objections, obstacles overdue, papers to be signed."""
    session, records = viewer.session, viewer.can("case.record")
    wanted = {
        "without_case": (records, url_for("work.listed", state=machine.NONE), "warn"),
        "declined": (records, url_for("work.listed", state="not_registered"), "warn"),
        "objections": (viewer.can("case.review"), url_for("work.listed", objection="yes"), "bad"),
        "papers_unsigned": (records, url_for("work.listed", scan="missing"), "warn"),
    }
    items = [item(code, counts[code], *shown) for code, (is_mine, *shown) in wanted.items() if is_mine]
    if viewer.can("posting.publish"):
        mine_posted = viewer.visible(NoticePage.area_code, "posting.publish")
        items.append(
            {
                "counts": "written objections",
                "count": postings.count_open_objections(session, mine_posted),
                "label": t("phản ánh qua trang niêm yết chưa xử lý", "objections from the web not settled"),
                "href": url_for("postings.index"),
                "tone": "bad",
            }
        )
    if viewer.can("decision.enter"):
        entered = viewer.visible(ReceivedEnvelope.area_code, "decision.enter")
        items.append(
            {
                "count": len(intake.to_compare(session, entered)),
                "label": t("quyết định chờ đối chiếu bản ký", "decisions to compare with the signed paper"),
                "href": url_for("comparing.index"),
                "tone": "warn",
            }
        )
    if records or viewer.can("case.review"):
        late = tally(obstacles(viewer), chosen=lambda one: one.is_overdue(viewer.today)).total()
        items.append(item("obstacles_overdue", late, url_for("obstacles.index", overdue="yes"), "bad"))
    return items
