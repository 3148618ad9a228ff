"""The list of households and one household with its assessment, surveys and photos."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, make_response, render_template, request
from sqlalchemy import ColumnElement, select

from api import auth, case_view, clock, evidence, houses, places, transaction
from api.camera_notes import camera_note
from api.extensions import db
from api.flag_words import flag_figures, flag_name
from api.language import current, t, word
from api.law_texts import programme_title, reasons
from api.paging import page_of
from survey.access.audit import record
from survey.areas.names import folded_name
from survey.assessment import queries as assessment
from survey.assessment.models import AssessmentRow
from survey.questionnaire import answers, load_form
from survey.registry import queries as registry
from survey.registry.models import Household, Person
from survey.registry.rows import SurveyVersion

blueprint = Blueprint("households", __name__, url_prefix="/households")

OUTCOMES = ("entitled", "needs_information", "not_registered", "lapsed", "not_entitled", "not_assessed")
PAGE_SIZE = 50


@blueprint.get("")
def index() -> Any:
    """Households of the viewer's areas, filtered and paged; every figure elsewhere opens this list."""
    area_code = request.args.get("area") or None
    if area_code:
        places.visible_area(area_code)
    visible = auth.visible(Household.area_code, "household.read")
    names, amounts = _sees("person.read", area_code), _sees("amount.read", area_code)
    conditions = [*places.inside(area_code), *_filters(names)]
    page = page_of(assessment.count_houses(db.session(), visible, *conditions), PAGE_SIZE)
    houses = assessment.houses(
        db.session(),
        visible,
        *conditions,
        as_of=clock.today(),
        names=names,
        amounts=amounts,
        offset=page.offset,
        limit=page.size,
    )
    return render_template(
        "households/list.html",
        houses=houses,
        sees_names=names,
        sees_amounts=amounts,
        page=page,
        area_code=area_code,
        outcome_options=[(code, word(f"outcome.{code}")) for code in OUTCOMES],
        programme_options=[(code, programme_title(code)) for code in _programmes(visible)],
        area_name=places.area_name,
    )


def _sees(action: str, area_code: str | None) -> bool:
    """Whether the viewer may see names or amounts of every house in the list."""
    return auth.may(action, area_code) if area_code else auth.everywhere(action, "household.read")


def _filters(names: bool) -> list[ColumnElement[bool]]:
    """The list's filters, as named in its address; unknown values find nothing rather than everything."""
    conditions: list[ColumnElement[bool]] = []
    if outcome := request.args.get("outcome"):
        conditions.append(assessment.outcome(clock.today()) == outcome)
    if request.args.get("lapses") == "soon":
        conditions.append(assessment.lapses_soon(clock.today()))
    if programme := request.args.get("programme"):
        conditions.append(AssessmentRow.programme == programme)
    if works_kind := request.args.get("works_kind"):
        conditions.append(AssessmentRow.works_kind == works_kind)
    if request.args.get("point") == "none":
        conditions.append(Household.lon.is_(None))
    if request.args.get("place") == "unknown":
        conditions.append(Household.area_code.is_(None))
    if (text := request.args.get("q", "").strip()) and names:
        named = Person.folded_name.contains(folded_name(text)[:100], autoescape=True)
        conditions.append(Household.head_person_id.in_(select(Person.id).where(named)))
    return conditions


def _programmes(visible: ColumnElement[bool]) -> list[str]:
    """Programmes that occur, for the filter."""
    keys = (AssessmentRow.programme,)
    return sorted(row[0] for row in assessment.grouped(db.session(), visible, keys) if row[0])


@blueprint.get("/<household_id>")
def household(household_id: str) -> Any:
    """One household: its case, what the criteria say and why, its surveys and photos. Problem 5001."""
    house = houses.visible_household(household_id)
    surveys = registry.survey_versions(db.session(), house.id)
    assessments = assessment.history(db.session(), house.id)
    current_row = next((row for row in assessments if row.is_current), None)
    latest = registry.latest_interview(db.session(), house.id)
    interview = next((row for row in surveys if latest and row.id == latest.id), None)
    form = load_form(interview.form, interview.form_version) if interview else None
    sees_names = houses.sees_names(house)
    photos = case_view.survey_photos(house)
    return render_template(
        "households/household.html",
        house=house,
        title=houses.title(house),
        crumbs=places.crumbs(house.area_code, t("Hộ", "Household")) if house.area_code else [],
        place=places.area_name(house.area_code),
        assessment=current_row,
        lapses_soon=current_row is not None and current_row.lapses_soon(clock.today()),
        beside=next((row for row in assessments if row.is_beside), None),
        reasons=reasons(current_row) if current_row else None,
        sees_amounts=auth.may("amount.read", house.area_code),
        sees_names=sees_names,
        interview=interview,
        flags=_flags(interview),
        flag_name=flag_name,
        flag_figures=flag_figures,
        camera_note=partial(camera_note, house),
        answers=answers(form, interview.answers, current()) if form and interview else (),
        persons=registry.persons(db.session(), interview.person_ids) if interview and sees_names else [],
        statuses=registry.status_records(db.session(), house.id),
        photos=photos,
        act_photos=case_view.act_photos(house),
        view=case_view.view(house, surveys, assessments, photos),
        today=clock.today(),
    )


def _flags(interview: SurveyVersion | None) -> list[dict[str, Any]]:
    """What to look at; another household is named only to those who may see it."""
    visible = auth.visible(Household.area_code, "household.read")
    flags = interview.flags if interview else []
    return [
        flag
        if registry.household(db.session(), visible, flag.get("household", "")) is not None
        else {name: value for name, value in flag.items() if name != "household"}
        for flag in flags
    ]


@blueprint.post("/<household_id>/national-id")
def national_id(household_id: str) -> Any:
    """Show the full national id once; the reading is logged. Problem 6005 without the right."""
    house = houses.visible_household(household_id)
    auth.require("national_id.read", house.area_code)
    with transaction.write() as session:
        record(
            session,
            at=clock.now(),
            actor_id=auth.user_id(),
            action="national_id.read",
            subject_kind="household",
            subject_id=household_id,
            area_code=house.area_code,
        )
    person = db.session().get(Person, house.head_person_id) if house.head_person_id else None
    page = render_template("households/national_id.html", person=person, household_id=household_id)
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/<household_id>/photos/<sha256>.jpg")
def photo(household_id: str, sha256: str) -> Any:
    """One photo of a household the viewer may see. Problem 1004."""
    return evidence.served(houses.visible_household(household_id), sha256)
