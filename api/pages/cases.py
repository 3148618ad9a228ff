"""Acts of a household's case: the form of each kind, what an act decided, scans that come later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request

from api import auth, clock, evidence, houses, places, recording, transaction
from api.act_fields import Field, as_typed, faults_by_control, fields, payload_of, rows_typed
from api.case_forms import beginning, choices, money_hint
from api.case_rights import may_do, revocable
from api.case_words import act_title
from api.errors import status_of
from api.extensions import db
from api.filling.choose import kind_telling
from api.language import t, word
from survey.access.audit import record
from survey.cases import lists, machine
from survey.cases import queries as cases
from survey.cases.actions import add_photo
from survey.cases.models import Act
from survey.cases.rows import Done
from survey.problems import Problem
from survey.questionnaire import Form, load_form
from survey.registry.models import Household

blueprint = Blueprint("cases", __name__, url_prefix="/cases")

SEEN_AT_THE_HOUSE = ("start", "stage", "completion", "handover", "obstacle")
"""Acts for which a page asks for photos of the house at once; for others they can be opened."""
MONEY = ("payment", "recovery", "withdrawal")


@blueprint.route("/<household_id>/<kind>/new", methods=["GET", "POST"])
def new(household_id: str, kind: str) -> Any:
    """The form of one act for one household. Problems 1004, 5001, 6005."""
    house = houses.visible_household(household_id)
    _require(kind, house)
    form = load_form(kind)
    if request.method == "GET":
        begun = as_typed(form, {**_beginning(kind, house), **_asked_for(form)})
        return _page(house, form, begun)
    typed = request.form.to_dict()
    if roster := typed.get("add_row"):
        return _page(house, form, typed | _new_row(form, roster, typed))
    return _record(house, form, typed)


def _require(kind: str, house: Household) -> None:
    """Refuse a kind there is not, or without its right. Whoever may do an act may also revoke it."""
    known = machine.acts()
    if kind not in known:
        raise Problem(1004, what=kind[:40])
    if kind == machine.REVOCATION:
        is_allowed = any(may_do(one, house) for one in known)
    else:
        is_allowed = may_do(kind, house)
    if not is_allowed:
        raise Problem(6005, action=word(f"act.{kind}"))


def _beginning(kind: str, house: Household) -> dict[str, Any]:
    return beginning(kind, house, cases.progress_of(db.session(), house.id))


def _asked_for(form: Form) -> dict[str, Any]:
    """Which act is to be revoked or objection answered, when a link named it."""
    found = {code: request.args.get(code) for code in ("act", "objection", "obstacle")}
    return {code: value for code, value in found.items() if value and code in form.questions}


def _new_row(form: Form, roster: str, typed: Mapping[str, str]) -> dict[str, str]:
    """One more empty row of a roster, for browsers without scripts."""
    question = form.questions.get(roster)
    if question is None or question.kind != "roster":
        return {}
    number = max(rows_typed(f"answer.{roster}", typed), default=-1) + 1
    return {f"answer.{roster}.{number}.{column.code}": "" for column in question.columns}


def _record(house: Household, form: Form, typed: dict[str, str]) -> Any:
    """Record what the form says; with faults, the form again with what was typed."""
    payload, kept = payload_of(form, typed | {"answer.households.0.household": house.id})
    _of_this_house(form, payload, house)
    try:
        receipt = recording.record(
            form.code, payload, act_id=recording.act_id_of_form(), files=evidence.uploads()
        )
    except Problem as problem:
        return _page(house, form, typed, problem, kept), status_of(problem.number)
    return _told(house, form, payload, receipt.id)


def _of_this_house(form: Form, payload: dict[str, Any], house: Household) -> None:
    """An act from this page is about this household, whatever the form says."""
    if "household" in form.questions:
        payload["household"] = house.id
    if "households" in form.questions:
        row = next(iter(payload.get("households", [])), {})
        payload["households"] = [{**row, "household": house.id}]


def _told(house: Household, form: Form, payload: Mapping[str, Any], act_id: str) -> Any:
    """Back to the household, with a way to take it back at once."""
    if form.code == machine.REVOCATION:
        flash(
            t("Đã hủy bước ghi nhầm; bước cũ vẫn nằm trong lịch sử.", "Revoked; it stays in the history."),
            "ok",
        )
        return redirect(f"/households/{house.id}")
    title = act_title(form.code, payload.get("stage") or payload.get("outcome"))
    flash(t(f"Đã ghi: {title}.", f"Recorded: {title}."), "ok")
    return redirect(f"/households/{house.id}?done={act_id}")


def _page(
    house: Household,
    form: Form,
    typed: Mapping[str, str],
    problem: Problem | None = None,
    kept: Mapping[str, list[int]] | None = None,
) -> str:
    """The page of a form. `problem`: what the first try met; `kept`: rows of rosters that counted then."""
    histories = cases.histories(db.session(), [house.id]).get(house.id, [])
    newest = histories[0] if histories else None
    options = choices(form.code, house, newest, revocable(house, histories))
    typed = _only_choice(form, dict(typed), options)
    at, rest = faults_by_control(_rows(problem), kept or {}, _controls(form, typed, options))
    if problem is not None and problem.number == 5420:
        problem = Problem(5420, rows=rest)
    progress = newest.progress if newest else None
    return render_template(
        "cases/form.html",
        house=house,
        house_title=houses.title(house),
        place=places.area_name(house.area_code),
        kind=form.code,
        title=act_title(form.code, None),
        state=progress.state if progress else machine.NONE,
        fields=fields(form, typed, at, options),
        problem=problem,
        act_id=recording.act_id_of_form(),
        paper=machine.acts()[form.code].get("paper"),
        shows_photos=form.code in SEEN_AT_THE_HOUSE,
        money=money_hint(house, progress) if form.code in MONEY else None,
        crumbs=[
            *places.crumbs(house.area_code or "", None),
            (houses.title(house), f"/households/{house.id}"),
        ],
    )


def _rows(problem: Problem | None) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = problem.details.get("rows", []) if problem else []
    return rows


def _only_choice(form: Form, typed: dict[str, str], options: Mapping[str, Any]) -> dict[str, str]:
    """Where only one thing can be meant, it stands there already."""
    for code, offered in options.items():
        name = f"answer.{code}"
        is_chosen = form.questions.get(code) is not None and form.questions[code].kind != "text"
        if is_chosen and len(offered) == 1 and not typed.get(name):
            typed[name] = offered[0][0]
    return typed


def _controls(form: Form, typed: Mapping[str, str], options: Mapping[str, Any]) -> set[str]:
    """The names of the controls a page shows."""
    found: set[str] = set()
    for one in fields(form, typed, {}, options):
        cells = [one] if isinstance(one, Field) else [cell for row in one.rows for cell in row]
        found.update(cell.name for cell in cells if cell.kind != "hidden")
        found.update([] if isinstance(one, Field) else [f"answer.{one.code}"])
    return found - {"answer.households"}


# --- one act


@blueprint.get("/acts/<act_id>")
def act(act_id: str) -> Any:
    """What one act decided, household by household: a meeting, a posting, a review of many. Problem 1004."""
    row, done = _visible_act(act_id)
    sample = done[0][0]
    return render_template(
        "cases/act.html",
        act=row,
        title=word(f"act.{row.kind}"),
        rows=[_decided(one, house, name) for one, house, name in done],
        place=places.name_then(row.area_code, row.done_on),
        texts=[sample.texts[code] for code in ("remarks",) if code in sample.texts]
        if _sees_all(done)
        else [],
        flags=row.flags,
        paper=machine.acts()[row.kind].get("paper"),
        has_scan=cases.has_scan(db.session(), row.id),
        village_paper=kind_telling(row.kind) if auth.can("paper.read") else None,
        may_add=all(may_do(row.kind, house) for _, house, _ in done),
        house_id=done[0][1].id,
        revocation_id=recording.revocation_id(act_id),
        today=clock.today(),
    )


def _decided(done: Done, house: Household, name: str | None) -> dict[str, Any]:
    """One household's line."""
    return {
        "household_id": house.id,
        "head_name": name if houses.sees_names(house) else None,
        "area": places.area_name(house.area_code),
        "done": done,
    }


def _sees_all(done: list[tuple[Done, Household, str | None]]) -> bool:
    return all(houses.sees_names(house) for _, house, _ in done)


def _visible_act(act_id: str) -> tuple[Act, list[tuple[Done, Household, str | None]]]:
    """The act and its counting steps for households the viewer may see. Problem 1004 when there are none."""
    row = cases.newest_act(db.session(), act_id)
    visible = auth.visible(Household.area_code, "household.read")
    done = lists.done_by(db.session(), visible, act_id) if row else []
    if row is None or not done:
        raise Problem(1004, what=act_id[:40])
    return row, done


@blueprint.post("/acts/<act_id>/scan")
def add_scan(act_id: str) -> Any:
    """Add a signed scan or a photo to an act that has been recorded. Problems 1004, 4109, 5461, 6005."""
    row, done = _visible_act(act_id)
    if not all(may_do(row.kind, house) for _, house, _ in done):
        raise Problem(6005, action=word(f"act.{row.kind}"))
    files = evidence.uploads()
    if not files:
        raise Problem(5461)
    kept = evidence.keep(files)
    act_row_id, area_code, user_id = row.id, row.area_code, auth.user_id()
    with transaction.write() as session:
        evidence.arrived(session, kept)
        for file in files:
            add_photo(session, act_row_id, file.sha256, file.slot, clock.now(), user_id)
        record(
            session,
            at=clock.now(),
            actor_id=user_id,
            action="act.photo_added",
            subject_kind="act",
            subject_id=act_id,
            area_code=area_code,
            photos=len(files),
        )
    flash(t("Đã thêm ảnh vào việc đã ghi.", "Added to the act."), "ok")
    return redirect(auth.safe_next(request.form.get("next")))
