"""Papers to print and sign: of one household, or of a whole village or commune at once; PDF or Word."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, current_app, redirect, render_template, request, send_file, url_for

from api.papers.blocks import Paper
from api.papers.filling.choose import TELLING, kind_of, kind_telling, of_act, of_area, of_household
from api.papers.kinds import KINDS, Kind
from api.shared import area_names
from api.web import auth
from api.web.language import t
from survey.access.viewer import Viewer
from survey.cases import queries as cases
from survey.problems import Problem
from survey.registry import queries as registry
from survey.registry.models import Household, Person

blueprint = Blueprint("papers", __name__, url_prefix="/papers")

FORMATS = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@blueprint.get("")
def index() -> Any:
    """Which papers there are, for the viewer's own area."""
    viewer = auth.viewer()
    codes = area_names.own_areas(viewer, "paper.read")
    return redirect(url_for("papers.area", code=codes[0]) if codes else url_for("home.index"))


@blueprint.get("/areas/<code>")
def area(code: str) -> Any:
    """The papers of a unit: each kind for all its households or villages, and the units below."""
    viewer = auth.viewer()
    unit = area_names.visible_area(viewer, code, "paper.read")
    return render_template(
        "papers/area.html",
        area=unit,
        below=area_names.children(viewer, code),
        kinds=list(KINDS.values()),
        crumbs=area_names.crumbs(viewer, code, t("Biểu mẫu", "Papers")),
    )


@blueprint.get("/areas/<code>/<kind>.<form>")
def area_file(code: str, kind: str, form: str) -> Any:
    """All papers of a kind in one file. Problems 7010 too many, 7011 nobody to print it for."""
    viewer = auth.viewer()
    unit = area_names.visible_area(viewer, code, "paper.read")
    chosen = _kind(kind, form)
    return _file(of_area(viewer, chosen, code, _site()), form, f"{chosen.code}-{unit.code}")


@blueprint.get("/households/<uuid:household_id>")
def household(household_id: Any) -> Any:
    """The papers of one household and of its village. Problem 5001."""
    viewer = auth.viewer()
    house = _household(viewer, str(household_id))
    head = viewer.session.get(Person, house.head_person_id) if house.head_person_id else None
    return render_template(
        "papers/household.html",
        house=house,
        head_name=head.full_name if head and viewer.may("person.read", house.area_code) else None,
        place=area_names.area_name(viewer, house.area_code),
        kinds=list(KINDS.values()),
    )


def _household(viewer: Viewer, household_id: str) -> Household:
    visible = viewer.visible(Household.area_code, "paper.read")
    house = registry.household(viewer.session, visible, household_id)
    if house is None:
        raise Problem(5001)
    return house


@blueprint.get("/households/<uuid:household_id>/<kind>.<form>")
def household_file(household_id: Any, kind: str, form: str) -> Any:
    """One paper of one household; a village's paper is that of its village. Problem 5001."""
    viewer = auth.viewer()
    house = _household(viewer, str(household_id))
    chosen = _kind(kind, form)
    if chosen.per == "village":
        return redirect(_address_of_village(viewer, house, chosen, form))
    return _file([of_household(viewer, chosen, house)], form, f"{chosen.code}-{house.id[:8]}")


def _address_of_village(viewer: Viewer, house: Household, kind: Kind, form: str) -> str:
    """Where its village's paper stands: that of the act which named this household, if one did."""
    told = TELLING[kind.code][0] if kind.code in TELLING else ""
    act_id = cases.newest_of(viewer.session, house.id, told)
    if act_id:
        return url_for("papers.act_file", act_id=act_id, form=form)
    return url_for("papers.area_file", code=str(house.area_code), kind=kind.code, form=form)


@blueprint.get("/acts/<uuid:act_id>.<form>")
def act_file(act_id: Any, form: str) -> Any:
    """The minutes or the posted list of an act that was recorded. Problem 1004."""
    viewer = auth.viewer()
    act = cases.newest_act(viewer.session, str(act_id))
    kind = kind_telling(act.kind) if act else None
    if act is None or kind is None:
        raise Problem(1004, what=str(act_id))
    _kind(kind.code, form)
    return _file(of_act(viewer, act, _site()), form, f"{kind.code}-{act.done_on}")


def _site() -> str | None:
    """Where postings stand on the web, for a posted list's QR; None where the province keeps them off."""
    return request.host_url if current_app.config["SETTINGS"].public_postings else None


def _kind(code: str, form: str) -> Kind:
    """The kind of paper, in a format there is. Problem 1004."""
    if form not in FORMATS:
        raise Problem(1004, what=f"{code}.{form}"[:60])
    return kind_of(code)


def _file(papers: Sequence[Paper], form: str, name: str) -> Any:
    from api.papers.pdf import pdf
    from api.papers.word_file import docx

    content = pdf(papers) if form == "pdf" else docx(papers)
    response = send_file(
        io.BytesIO(content),
        mimetype=FORMATS[form],
        as_attachment=form != "pdf" or "save" in request.args,
        download_name=f"{name}.{form}",
    )
    response.headers["Cache-Control"] = "no-store"
    return response
