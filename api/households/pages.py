"""The list of households and one household with its assessment, surveys and photos."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, make_response, render_template, request
from sqlalchemy import ColumnElement, false

from api.cases import timeline, worklists
from api.households.photo_captions import camera_note
from api.shared import area_names, household_access, uploads
from api.shared.flag_words import flag_figures, flag_name
from api.shared.law_texts import programme_title, reasons
from api.web import auth, transaction
from api.web.language import current, t, word
from api.web.paging import keyset_page
from survey.access.audit import record
from survey.access.viewer import Viewer
from survey.assessment import queries as assessment
from survey.intake.queries import is_entered
from survey.questionnaire import answers, load_form
from survey.registry import queries as registry
from survey.registry.models import Household, Person
from survey.registry.rows import SurveyVersion
from survey.standing import measures
from survey.standing import queries as standing
from survey.standing.models import StandingLine

blueprint = Blueprint("households", __name__, url_prefix="/households")

OUTCOMES = ("entitled", "needs_information", "not_registered", "lapsed", "not_entitled", "not_assessed")
PAGE_SIZE = 50


@blueprint.get("")
def index() -> Any:
    """Households of the viewer's areas, filtered and paged; every figure elsewhere opens this list."""
    viewer = auth.viewer()
    area_code = request.args.get("area") or None
    if area_code:
        area_names.visible_area(viewer, area_code)
    visible = viewer.visible(StandingLine.area_code, "household.read")
    names, amounts = _sees(viewer, "person.read", area_code), _sees(viewer, "amount.read", area_code)
    conditions = [*area_names.inside(viewer, StandingLine.area_code, area_code), *_filters(viewer, names)]
    page = keyset_page(
        _count(viewer, area_code, visible, conditions),
        standing.PLACE,
        lambda window: standing.houses_in(
            viewer.session,
            visible,
            *conditions,
            on=viewer.today,
            names=names,
            amounts=amounts,
            window=window,
        ),
        PAGE_SIZE,
    )
    programmes = worklists.found_in(viewer, StandingLine.programme)
    return render_template(
        "households/list.html",
        houses=page.rows,
        sees_names=names,
        sees_amounts=amounts,
        page=page,
        area_code=area_code,
        outcome_options=[(code, word(f"outcome.{code}")) for code in OUTCOMES],
        programme_options=[(code, programme_title(viewer, code)) for code in programmes],
        area_name=partial(area_names.area_name, viewer),
    )


def _sees(viewer: Viewer, action: str, area_code: str | None) -> bool:
    """Whether the viewer may see names or amounts of every house in the list."""
    return viewer.may(action, area_code) if area_code else viewer.everywhere(action, "household.read")


MARKED = {
    ("lapses", "soon"): "lapses_soon",
    ("point", "none"): "without_point",
    ("place", "unknown"): "unplaced",
    ("provisional", "yes"): "provisional",
}
"""Filters that are on or off, by the measure they list."""
FILTERS = ("outcome", "programme", "works_kind", "q", *(name for name, _ in MARKED))


def _count(
    viewer: Viewer, area_code: str | None, visible: ColumnElement[bool], wanted: list[ColumnElement[bool]]
) -> int:
    """How many households the list has: what is kept tells where one measure is asked at most."""
    told = [(name, value) for name in FILTERS if (value := request.args.get(name))]
    codes = [_measure_of(name, value) for name, value in told] or ["households"]
    code = codes[0] if len(codes) == 1 else None
    kept = worklists.figures_kept(viewer, area_code) if code else None
    return kept.total.measures[code] if kept and code else standing.count(viewer.session, visible, *wanted)


def _measure_of(name: str, value: str) -> str | None:
    """The measure that one filter lists by itself; None where it lists no measure."""
    if name == "outcome":
        return value if value in OUTCOMES else None
    return MARKED.get((name, value))


def _filters(viewer: Viewer, names: bool) -> list[ColumnElement[bool]]:
    """The list's filters, as named in its address; unknown values find nothing rather than everything."""
    asked, on = request.args, viewer.today
    conditions = [measures.condition("households", on)]
    if outcome := asked.get("outcome"):
        conditions.append(measures.condition(outcome, on) if outcome in OUTCOMES else false())
    marked = (code for (name, value), code in MARKED.items() if asked.get(name) == value)
    conditions += [measures.condition(code, on) for code in marked]
    if programme := asked.get("programme"):
        conditions.append(StandingLine.programme == programme)
    if works_kind := asked.get("works_kind"):
        conditions.append(StandingLine.works_kind == works_kind)
    if names:
        conditions += standing.named(asked.get("q", ""))
    return conditions


@blueprint.get("/<household_id>")
def household(household_id: str) -> Any:
    """One household: its case, what the criteria say and why, its surveys and photos. Problem 5001."""
    viewer = auth.viewer()
    house = household_access.visible_household(viewer, household_id)
    surveys = registry.survey_versions(viewer.session, house.id)
    assessments = assessment.history(viewer.session, house.id)
    current_row = next((row for row in assessments if row.is_current), None)
    latest = registry.latest_interview(viewer.session, house.id)
    interview = next((row for row in surveys if latest and row.id == latest.id), None)
    form = load_form(interview.form, interview.form_version) if interview else None
    sees_names = household_access.sees_names(viewer, house)
    photos = timeline.survey_photos(viewer, house)
    return render_template(
        "households/household.html",
        house=house,
        title=household_access.title(viewer, house),
        crumbs=area_names.crumbs(viewer, house.area_code, t("Hộ", "Household")) if house.area_code else [],
        place=area_names.area_name(viewer, house.area_code),
        assessment=current_row,
        lapses_soon=current_row is not None and current_row.lapses_soon(viewer.today),
        beside=next((row for row in assessments if row.is_beside), None),
        reasons=reasons(viewer, current_row) if current_row else None,
        sees_amounts=viewer.may("amount.read", house.area_code),
        sees_names=sees_names,
        interview=interview,
        flags=_flags(viewer, interview),
        flag_name=flag_name,
        flag_figures=flag_figures,
        camera_note=partial(camera_note, house),
        answers=answers(form, interview.answers, current()) if form and interview else (),
        persons=registry.persons(viewer.session, interview.person_ids) if interview and sees_names else [],
        statuses=registry.status_records(viewer.session, house.id),
        photos=photos,
        act_photos=timeline.act_photos(viewer, house),
        view=timeline.view(viewer, house, surveys, assessments, photos),
        entered=is_entered(viewer.session, house.id),
        today=viewer.today,
    )


def _flags(viewer: Viewer, interview: SurveyVersion | None) -> list[dict[str, Any]]:
    """What to look at; another household is named only to those who may see it."""
    visible = viewer.visible(Household.area_code, "household.read")
    flags = interview.flags if interview else []
    return [
        flag
        if registry.household(viewer.session, visible, flag.get("household", "")) is not None
        else {name: value for name, value in flag.items() if name != "household"}
        for flag in flags
    ]


@blueprint.post("/<household_id>/national-id")
def national_id(household_id: str) -> Any:
    """Show the full national id once; the reading is logged. Problem 6005 without the right."""
    viewer = auth.viewer()
    house = household_access.visible_household(viewer, household_id)
    viewer.require("national_id.read", house.area_code)
    with transaction.write() as session:
        record(
            session,
            at=viewer.now,
            actor_id=viewer.user_id,
            action="national_id.read",
            subject_kind="household",
            subject_id=household_id,
            area_code=house.area_code,
        )
    person = viewer.session.get(Person, house.head_person_id) if house.head_person_id else None
    page = render_template("households/national_id.html", person=person, household_id=household_id)
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/<household_id>/photos/<sha256>.jpg")
def photo(household_id: str, sha256: str) -> Any:
    """One photo of a household the viewer may see. Problem 1004."""
    viewer = auth.viewer()
    return uploads.served(viewer, household_access.visible_household(viewer, household_id), sha256)
