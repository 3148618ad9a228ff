"""Acts of a household's case: the form of each kind, what an act decided, scans that come later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from api.cases import recording
from api.cases.form_choices import beginning
from api.cases.form_page import sheet
from api.forms import faults
from api.forms.parsing import payload_of, rows_typed
from api.forms.writing import as_typed
from api.shared import area_names, household_access, uploads
from api.shared.act_words import act_title
from api.shared.flag_words import flag_lines
from api.web import auth, transaction
from api.web.errors import status_of
from api.web.language import current, minute, t, word
from survey.access.audit import record
from survey.access.viewer import Viewer
from survey.approval.next_acts import may_do
from survey.cases import lists, machine
from survey.cases import queries as cases
from survey.cases.actions import add_photo
from survey.cases.models import Act
from survey.cases.rows import ActStep
from survey.intake import corrections
from survey.intake.corrections import Correction, Rows, may_change_all
from survey.problems import Problem
from survey.questionnaire import Form, load_form
from survey.registry.models import Household
from survey.words import both

blueprint = Blueprint("cases", __name__, url_prefix="/cases")


@blueprint.route("/<household_id>/<kind>/new", methods=["GET", "POST"])
def new(household_id: str, kind: str) -> Any:
    """The form of one act for one household. Problems 1004, 5001, 6005."""
    viewer = auth.viewer()
    house = household_access.visible_household(viewer, household_id)
    _require(viewer, kind, house)
    if kind == "approval":  # decided where the list, its totals and its paper are
        return redirect(url_for("approving.index", area=house.area_code))
    form = load_form(kind)
    if request.method == "GET":
        begun = as_typed(form, {**_beginning(viewer, kind, house), **_asked_for(form)})
        return sheet(viewer, house, form, begun)
    typed = request.form.to_dict()
    if roster := typed.get("add_row"):
        return sheet(viewer, house, form, typed | _new_row(form, roster, typed))
    return _record(viewer, house, form, typed)


def _require(viewer: Viewer, kind: str, house: Household) -> None:
    """Refuse a kind there is not, or without its right. Whoever may do an act may also revoke it."""
    known = machine.acts()
    if kind not in known:
        raise Problem(1004, what=kind[:40])
    if kind == machine.REVOCATION:
        is_allowed = any(may_do(viewer, one, house) for one in known)
    else:
        is_allowed = may_do(viewer, kind, house)
    if not is_allowed:
        raise Problem(6005, **both("action", "act", kind))


def _beginning(viewer: Viewer, kind: str, house: Household) -> dict[str, Any]:
    return beginning(viewer, kind, house, cases.progress_of(viewer.session, house.id))


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


def _record(viewer: Viewer, house: Household, form: Form, typed: dict[str, str]) -> Any:
    """Record what the form says; with faults, the form again with what was typed."""
    payload, kept = payload_of(form, typed | {"answer.households.0.household": house.id})
    _of_this_house(form, payload, house)
    try:
        receipt = recording.record(
            viewer, form.code, payload, act_id=recording.act_id_of_form(), files=uploads.uploads()
        )
    except Problem as problem:
        if form.code == machine.REVOCATION and "back" in typed:
            return _not_revoked(problem, str(payload.get("act")))
        return sheet(viewer, house, form, typed, problem, kept), status_of(problem.number)
    return _told(viewer, house, form, payload, receipt.id)


def _not_revoked(problem: Problem, act_id: str) -> Any:
    """Back to the act's own page: it says what has to be revoked first."""
    told = [str(fault[current()]) for fault in faults.of(problem)] or [problem.message(current())]
    flash(f"{t('Chưa hủy được.', 'Not revoked.')} {' '.join(told)}", "bad")
    return redirect(url_for("cases.act", act_id=act_id))


def _of_this_house(form: Form, payload: dict[str, Any], house: Household) -> None:
    """An act from this page is about this household, whatever the form says."""
    if "household" in form.questions:
        payload["household"] = house.id
    if "households" in form.questions:
        row: dict[str, Any] = next(iter(payload.get("households", [])), {})
        payload["households"] = [{**row, "household": house.id}]


def _told(viewer: Viewer, house: Household, form: Form, payload: Mapping[str, Any], act_id: str) -> Any:
    """Back to the household, with a way to take it back at once and what a person should look at."""
    if form.code == machine.REVOCATION:
        stays = t("Bước cũ vẫn nằm trong lịch sử.", "It stays in the history.")
        flash(f"{_revoked_for(viewer, act_id)} {stays}", "ok")
        return redirect(url_for("households.household", household_id=house.id))
    title = act_title(form.code, payload.get("stage") or payload.get("outcome"))
    flash(t(f"Đã ghi: {title}.", f"Recorded: {title}."), "ok")
    recording.tell_flags(viewer, act_id)
    return redirect(url_for("households.household", household_id=house.id, done=act_id))


def _revoked_for(viewer: Viewer, act_id: str) -> str:
    """How many households a revocation was about."""
    act = cases.newest_act(viewer.session, act_id)
    count = lists.households_in(viewer.session, [act.id]).get(act.id, 0) if act else 0
    if count < 2:
        return t("Đã hủy bước ghi nhầm.", "Revoked.")
    return t(f"Đã hủy cho {count} hộ.", f"Revoked for {count} households.")


# --- one act


@blueprint.get("/acts/<act_id>")
def act(act_id: str) -> Any:
    """What one act decided, household by household: a meeting, a posting, a review of many. Problem 1004."""
    viewer = auth.viewer()
    row, done = _visible_act(viewer, act_id)
    sample = done[0][0]
    may_add = row.kind != machine.REVOCATION and all(may_do(viewer, row.kind, house) for _, house, _ in done)
    return render_template(
        "cases/act.html",
        act=row,
        title=word(f"act.{row.kind}"),
        rows=[_decided(viewer, one, house, name) for one, house, name in done],
        place=area_names.name_then(viewer, row.area_code, row.done_on),
        texts=[sample.texts[code] for code in ("remarks",) if code in sample.texts]
        if _sees_all(viewer, done)
        else [],
        flags=flag_lines(row.flags, amounts=all(_sees_amounts(viewer, house) for _, house, _ in done)),
        paper=machine.acts()[row.kind].paper,
        has_scan=cases.has_scan(viewer.session, row.id),
        printed=machine.acts()[row.kind].printed if viewer.can("paper.read") else None,
        may_add=may_add,
        revocation=corrections.revocation(viewer, row, done) if may_add else None,
        hindrance=corrections.not_correctable(viewer, row, done) if may_add else None,
        house_id=done[0][1].id,
        revocation_id=recording.revocation_id(viewer, act_id),
        act_title=act_title,
        today=viewer.today,
    )


def _sees_amounts(viewer: Viewer, house: Household) -> bool:
    return viewer.may("amount.read", house.area_code)


def _decided(viewer: Viewer, done: ActStep, house: Household, name: str | None) -> dict[str, Any]:
    """A household that an act decided: its name only to those who may see it, and the step it took."""
    return {
        "household_id": house.id,
        "head_name": name if household_access.sees_names(viewer, house) else None,
        "area": area_names.area_name(viewer, house.area_code),
        "done": done,
    }


def _sees_all(viewer: Viewer, done: Rows) -> bool:
    return all(household_access.sees_names(viewer, house) for _, house, _ in done)


def _visible_act(viewer: Viewer, act_id: str) -> tuple[Act, list[tuple[ActStep, Household, str | None]]]:
    """The act and its counting steps for households the viewer may see. Problem 1004 when there are none."""
    row = cases.newest_act(viewer.session, act_id)
    visible = viewer.visible(Household.area_code, "household.read")
    done = lists.done_by(viewer.session, visible, act_id) if row else []
    if row is None or not done:
        raise Problem(1004, what=act_id[:40])
    return row, done


@blueprint.post("/acts/<act_id>/scan")
def add_scan(act_id: str) -> Any:
    """Add a signed scan or a photo to an act that has been recorded. Problems 1004, 4109, 5461, 6005."""
    viewer = auth.viewer()
    row, done = _visible_act(viewer, act_id)
    if not may_change_all(viewer, row, done):
        raise Problem(6005, **both("action", "act", row.kind))
    files = uploads.uploads()
    if not files:
        raise Problem(5461)
    kept = uploads.keep(files)
    act_row_id, area_code, user_id = row.id, row.area_code, viewer.user_id
    with transaction.write() as session:
        uploads.arrived(viewer, session, kept)
        for file in files:
            add_photo(session, act_row_id, file.announced(), viewer.now, user_id)
        record(
            session,
            at=viewer.now,
            actor_id=user_id,
            action="act.photo_added",
            subject_kind="act",
            subject_id=act_id,
            area_code=area_code,
            photos=len(files),
        )
    flash(t("Đã thêm ảnh vào việc đã ghi.", "Added to the act."), "ok")
    return redirect(auth.safe_next(request.form.get("next")))


# --- a correction


@blueprint.route("/acts/<act_id>/correct", methods=["GET", "POST"])
def correct(act_id: str) -> Any:
    """The form of a recorded act, filled with what was recorded; sent, it is the next version of the act.

    Problems 1004, 5465, 6005.
    """
    viewer = auth.viewer()
    row, done = _visible_act(viewer, act_id)
    about = corrections.correction(viewer, row, done)
    form = load_form(row.kind)
    if request.method == "GET":
        return sheet(viewer, about.house, form, as_typed(form, corrections.shown(form, about)), about=about)
    typed = request.form.to_dict()
    if roster := typed.get("add_row"):
        return sheet(viewer, about.house, form, typed | _new_row(form, roster, typed), about=about)
    return _record_correction(viewer, form, typed, about)


def _record_correction(viewer: Viewer, form: Form, typed: dict[str, str], about: Correction) -> Any:
    """Record the next version; with faults, or when somebody was faster, the form again as it was typed."""
    payload, kept = payload_of(form, typed)
    payload = corrections.with_unseen(form, about, payload)
    _leave_out(payload, kept, about)
    base = typed.get("base_version", "")
    try:
        recording.record(
            viewer,
            form.code,
            payload,
            act_id=about.act.envelope_id,
            files=uploads.uploads(),
            base_version=max(1, int(base)) if base.isascii() and base.isdigit() else about.act.version,
            photos=corrections.photos_of(viewer.session, about.act),
        )
    except Problem as problem:
        return _again(viewer, form, typed, problem, kept, about.act.envelope_id)
    flash(t("Đã sửa; bản trước vẫn nằm trong lịch sử.", "Corrected; the earlier version stays."), "ok")
    return redirect(url_for("cases.act", act_id=about.act.envelope_id))


def _leave_out(payload: dict[str, Any], kept: dict[str, list[int]], about: Correction) -> None:
    """Households that were taken out of an act about many, and any that never were in it, are left out."""
    if "households" not in kept:
        return
    stay = set(request.form.getlist("chosen")) if len(about.names) > 1 else set(about.names)
    pairs = list(zip(kept["households"], payload.get("households", []), strict=False))
    pairs = [(number, row) for number, row in pairs if row.get("household") in stay & set(about.names)]
    payload["households"] = [row for _, row in pairs]
    kept["households"] = [number for number, _ in pairs]


def _again(
    viewer: Viewer,
    form: Form,
    typed: dict[str, str],
    problem: Problem,
    kept: Mapping[str, list[int]],
    act_id: str,
) -> Any:
    """The form once more, on top of whatever is the newest version by now."""
    about = corrections.correction(viewer, *_visible_act(viewer, act_id))
    status = status_of(problem.number)
    return sheet(viewer, about.house, form, typed, _who_was_faster(problem, form), kept, about), status


def _who_was_faster(problem: Problem, form: Form) -> Problem:
    """A conflict in a person's words: who, when, and at which questions."""
    if problem.number != 4102:
        return problem
    when, labels = problem.details["when"], {code: one.labels for code, one in form.questions.items()}
    codes = problem.details["changed"].split(", ")
    changed = ", ".join(labels[code][current()] if code in labels else code for code in codes)
    told = minute(datetime.fromisoformat(when)) if when != "…" else when
    return Problem(5464, who=problem.details["who"], when=told, changed=changed)
