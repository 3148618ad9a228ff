"""The work lists: what waits in each state, the cases behind every count, acts for many at once."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for

from api.cases import recording, worklists
from api.forms.fields import options_of
from api.forms.parsing import parse
from api.shared import area_names
from api.shared.act_words import REASON_WORDS, dot, reason_text
from api.shared.law_texts import programme_title
from api.shared.workbook import Column, table
from api.web import auth, navigation
from api.web.errors import status_of
from api.web.language import t, word
from api.web.paging import KeysetPage, keyset_page
from survey.access.viewer import Viewer, refusal
from survey.cases import lists, machine
from survey.cases.rows import ActStep, CaseRow
from survey.problems import Problem
from survey.questionnaire import load_form
from survey.registry.models import Household
from survey.standing import measures
from survey.standing import queries as standing
from survey.standing.models import StandingLine
from survey.words import both

blueprint = Blueprint("work", __name__, url_prefix="/work")

PAGE_SIZE = 50
ENTRY_PHASES = ("deciding", "not_started", "under_way", "done", "closed")


@blueprint.get("")
def index() -> Any:
    """What waits in each state, of my areas or one of them; each count opens its list."""
    viewer = auth.viewer()
    area_code = worklists.area_asked(viewer)
    figures, states = worklists.figures(viewer, area_code)
    return render_template(
        "cases/work.html",
        phases=[(phase, _of_phase(viewer, phase, states, area_code)) for phase in ENTRY_PHASES],
        counts=worklists.by_phase(states),
        without=worklists.item(
            "without_case",
            figures["without_case"],
            url_for("work.listed", state=machine.NONE, area=area_code),
            hint=t("ghi đăng ký, hoặc cam kết không đăng ký", "register them, or record their statement"),
        ),
        obstacles=_obstacles(viewer, area_code),
        waiting=worklists.waits_for_me(viewer) if not area_code else [],
        area_code=area_code,
        area_options=worklists.area_options(viewer, area_code),
        may_record=viewer.can("case.record"),
    )


def _obstacles(viewer: Viewer, area_code: str | None) -> dict[str, Any]:
    return worklists.item(
        "obstacles",
        worklists.obstacles(viewer, area_code).total(),
        url_for("obstacles.index", area=area_code),
        hint=t("theo loại và cơ quan chủ trì gỡ", "by kind and lead body"),
    )


def _of_phase(
    viewer: Viewer, phase: str, states: dict[str, Any], area_code: str | None
) -> list[dict[str, Any]]:
    """The states of a phase in which cases stand."""
    return [
        worklists.item(
            measures.by_state()[state],
            states[state].count,
            url_for("work.listed", state=state, area=area_code),
            "",
            worklists.oldest_hint(viewer, states[state]) if phase not in ("closed", "done") else None,
        )
        for state in machine.states(phase)
        if state in states
    ]


# --- the list behind a count


@blueprint.route("/list", methods=["GET", "POST"])
def listed() -> Any:
    """The cases of a state or phase, filtered, sorted and paged; many can be acted on at once."""
    viewer = auth.viewer()
    if request.method == "POST":
        return _act_on_many(viewer)
    return _list_page(viewer)


def _list_page(
    viewer: Viewer, problem: Problem | None = None, refused: dict[str, list[Any]] | None = None
) -> str:
    """The list; after a refused act with what was chosen and typed, and who cannot take it."""
    area_code, state = worklists.area_asked(viewer), request.args.get("state")
    names, amounts = (
        worklists.sees(viewer, "person.read", area_code),
        worklists.sees(viewer, "amount.read", area_code),
    )
    page = _page(viewer, state, names=names, amounts=amounts)
    acts = worklists.bulk_acts(viewer, state)
    return render_template(
        "cases/list.html",
        title=_title(state),
        rows=page.rows,
        page=page,
        state=state,
        shows_state=not state,
        area_code=area_code,
        sees_names=names,
        sees_amounts=amounts,
        sort=request.args.get("sort", "since"),
        why=_why(viewer, page.rows, names),
        acts=acts,
        forms={kind: load_form(kind).questions for kind in acts},
        chosen=set(request.form.getlist("household")) - set(refused or ()),
        refused=refused or {},
        problem=problem,
        typed=request.form,
        act_id=recording.act_id_of_form(),
        done=_done_act(viewer),
        reason_options=lambda question: list(options_of(question)),
        today=viewer.today,
        area_name=partial(area_names.area_name, viewer),
        dot=dot,
        **_options(viewer, area_code),
    )


def _title(state: str | None) -> str:
    if state == machine.NONE:
        return t("Hộ chưa có hồ sơ", "Households without a case")
    if state in measures.by_state():
        known = measures.measures()[measures.by_state()[state]]
        told = t(known.vi, known.en)
        return told[0].upper() + told[1:]
    phase = request.args.get("phase")
    if phase in ENTRY_PHASES:
        return t("Hồ sơ: ", "Cases: ") + word(f"phase.{phase}")
    return t("Hồ sơ hỗ trợ", "Cases")


def _page(viewer: Viewer, state: str | None, *, names: bool, amounts: bool) -> KeysetPage:
    """One page of the list; the same conditions count it and choose it."""
    session, mine, wanted = viewer.session, worklists.visible(viewer), worklists.filters(viewer, names)
    asked = request.args.get("sort", "since") if state != machine.NONE else "place"
    return keyset_page(
        worklists.count(viewer, wanted),
        standing.ORDERS.get(asked, standing.PLACE),
        lambda window: standing.cases(
            session, mine, *wanted, on=viewer.today, names=names, amounts=amounts, window=window
        ),
        PAGE_SIZE,
    )


def _why(viewer: Viewer, rows: list[CaseRow], names: bool) -> dict[str, dict[str, Any]]:
    """Why and by whom a household went off the way or back; typed text only for those who read names."""
    told = {row.case_id: row for row in rows if row.state in REASON_WORDS}
    return {
        case_id: _reason(told[case_id], done, names)
        for case_id, done in lists.reasons(viewer.session, told).items()
    }


def _reason(row: CaseRow, done: ActStep, names: bool) -> dict[str, Any]:
    follow_up_on = done.values.get("follow_up_on")
    return {
        "reason": reason_text(row.state, row.reason),
        "remarks": done.texts.get("remarks") if names else None,
        "follow_up_by": done.texts.get("follow_up_by") if names else None,
        "follow_up_on": date.fromisoformat(follow_up_on) if follow_up_on else None,
        "done_on": done.done_on,
    }


def _done_act(viewer: Viewer) -> str | None:
    """The act just recorded from this list, to look at or take back."""
    act_id = request.args.get("done", "")
    visible = viewer.visible(Household.area_code, "household.read")
    known = lists.done_by(viewer.session, visible, act_id) if len(act_id) == 36 else []
    return act_id if known else None


def _options(viewer: Viewer, area_code: str | None) -> dict[str, Any]:
    """What the filters offer."""
    programmes = worklists.found_in(viewer, StandingLine.case_programme)
    years = worklists.found_in(viewer, StandingLine.year)
    kinds = load_form("obstacle").questions["kind"].choices
    return {
        "area_options": worklists.area_options(viewer, area_code),
        "programme_options": [(code, programme_title(viewer, code)) for code in programmes],
        "year_options": [(str(year), str(year)) for year in years],
        "obstacle_options": [("any", t("có vướng mắc", "any obstacle"))]
        + [(kind, word(f"obstacle_kind.{kind}")) for kind in kinds],
    }


# --- one act for many households


def _act_on_many(viewer: Viewer) -> Any:
    """Record one act for the chosen households, all or none; those who cannot take it are told apart."""
    kind = request.form.get("act", "")
    act = machine.acts().get(kind)
    if act is None or not act.bulk:
        raise refusal("case.record")
    if not viewer.can(act.right):
        raise Problem(6005, **both("action", "act", kind))
    common, rows = _common(kind), _chosen(kind)
    try:
        if not rows:
            raise Problem(5413)
        receipt = recording.record(
            viewer, kind, {**common, "households": rows}, act_id=recording.act_id_of_form()
        )
    except Problem as problem:
        told, refused = _refused(viewer, problem, kind, common, rows)
        return _list_page(viewer, told, refused), status_of(told.number)
    flash(
        t(
            f"Đã ghi: {word(f'act.{kind}')} cho {len(rows)} hộ.",
            f"{word(f'act.{kind}')}: {len(rows)} households.",
        ),
        "ok",
    )
    recording.tell_flags(viewer, receipt.id)
    return redirect(navigation.here(done=receipt.id, **navigation.FIRST_PAGE))


def _common(kind: str) -> dict[str, Any]:
    """What is said of all of them: the day, and for this act its reason and words."""
    questions = load_form(kind).questions
    typed = {"done_on": request.form.get("done_on", "")}
    typed |= {code: request.form.get(f"{kind}.{code}", "") for code in ("year", "reason", "remarks")}
    return {
        code: parse(questions[code], text)
        for code, text in typed.items()
        if code in questions and text.strip()
    }


def _chosen(kind: str) -> list[dict[str, Any]]:
    """The chosen households, each once; a registration says what each asks for. Problem 5463."""
    rows: list[dict[str, Any]] = []
    chosen = dict.fromkeys(request.form.getlist("household"))
    if len(chosen) > PAGE_SIZE:
        raise Problem(5463, got=len(chosen), limit=PAGE_SIZE)
    for household in chosen:
        row = {"household": household}
        if kind == "registration" and (works_kind := request.form.get(f"works_kind.{household}")):
            row["works_kind"] = works_kind
        rows.append(row)
    return rows


def _refused(
    viewer: Viewer, problem: Problem, kind: str, common: dict[str, Any], rows: list[dict[str, Any]]
) -> tuple[Problem, dict[str, list[Any]]]:
    """What to say, and which households cannot take the act: they are left out of the choice."""
    faults = problem.details.get("rows", [])
    if problem.number != 5420 or any(recording.is_general(fault) for fault in faults):
        return problem, {}
    refused = recording.refusals(viewer, kind, common, rows)
    if not refused:
        return problem, {}
    return Problem(5462, refused=len(refused), rest=len(rows) - len(refused)), refused


# --- as a workbook


@blueprint.get("/not-registered.xlsx")
def not_registered() -> Any:
    """Eligible households that signed a statement of not registering, as a workbook; names by right."""
    viewer = auth.viewer()
    area_code = worklists.area_asked(viewer)
    names = worklists.sees(viewer, "person.read", area_code)
    declined = measures.condition("declined", viewer.today)
    found = standing.cases(
        viewer.session,
        worklists.visible(viewer),
        *area_names.inside(viewer, StandingLine.area_code, area_code),
        declined,
        on=viewer.today,
        names=names,
        amounts=False,
    ).rows
    why = _why(viewer, found, names)
    columns = (
        Column(t("Chủ hộ", "Head"), 28),
        Column(t("Nơi ở", "Place"), 28),
        Column(t("Năm", "Year"), 8),
        Column(t("Lý do", "Reason"), 30),
        Column(t("Ngày ký cam kết", "Statement signed on"), 16),
        Column(t("Người theo dõi, vận động tiếp", "Who follows up"), 28),
        Column(t("Ngày hỏi lại", "Follow up on"), 14),
        Column(t("Ghi chú", "Remarks"), 40),
    )
    rows = []
    for row in found:
        told = why.get(row.case_id, {})
        year = str(row.year) if row.year else ""
        parts = ("reason", "done_on", "follow_up_by", "follow_up_on", "remarks")
        rows.append(
            (
                row.head_name,
                area_names.area_name(viewer, row.area_code),
                year,
                *(told.get(one) for one in parts),
            )
        )
    title = t("Hộ đủ điều kiện nhưng chưa đăng ký", "Eligible but not registered")
    book = table(title, worklists.notes(viewer, area_code), columns, rows)
    return send_file(book, as_attachment=True, download_name=f"chua-dang-ky-{viewer.today:%Y%m%d}.xlsx")
