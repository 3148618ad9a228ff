"""The inbox: records that wait, a page to mend and re-run each, setting aside with a reason."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for

from api.forms.fields import Field
from api.forms.mending import AS_JSON, changed_answers, mending_fields
from api.inbox.naming import head_in, kind_of, named
from api.shared import area_names
from api.shared.flag_words import flag_text
from api.web import auth, transaction
from api.web.intake_context import intake_context
from api.web.language import current, t, word
from api.web.paging import page_of
from survey.access.audit import record
from survey.access.viewer import Viewer
from survey.areas.told import unit_told
from survey.cases import machine
from survey.days import day_of
from survey.intake import actions, queries
from survey.intake.models import ReceivedEnvelope
from survey.intake.rows import STORED, Receipt
from survey.problems import Problem
from survey.questionnaire import Form, Question, check, doubts, load_form

blueprint = Blueprint("inbox", __name__, url_prefix="/inbox")

PAGE_SIZE = 50
LOGGED = ("national_id", "phone")
"""What of a person is logged whenever it is read in full."""


@blueprint.get("")
def index() -> Any:
    """What waits, oldest first."""
    viewer = auth.viewer()
    condition = _condition(viewer, "inbox.read")
    page = page_of(queries.count_inbox(viewer.session, condition), PAGE_SIZE)
    waiting = queries.inbox(viewer.session, condition, page.offset, page.size)
    return render_template(
        "inbox/list.html",
        waiting=waiting,
        named=named(viewer, waiting),
        page=page,
        area_name=partial(area_names.area_name, viewer),
    )


@blueprint.get("/aside")
def aside() -> Any:
    """What was set aside, oldest first, each with its reason and the way back."""
    viewer = auth.viewer()
    condition = queries.put_aside(viewer.visible(ReceivedEnvelope.area_code, "inbox.read"), viewer.user_id)
    page = page_of(queries.count_inbox(viewer.session, condition), PAGE_SIZE)
    rows = queries.inbox(viewer.session, condition, page.offset, page.size)
    return render_template(
        "inbox/aside_list.html",
        rows=rows,
        named=named(viewer, rows),
        page=page,
        area_name=partial(area_names.area_name, viewer),
    )


def _condition(viewer: Viewer, action: str) -> Any:
    return queries.in_inbox(viewer.visible(ReceivedEnvelope.area_code, action), viewer.user_id)


def _row(viewer: Viewer, row_id: int, action: str) -> ReceivedEnvelope:
    row = queries.waiting_row(viewer.session, _condition(viewer, action), row_id)
    if row is None:
        raise Problem(1004, what=t(f"bản ghi chờ {row_id}", f"waiting record {row_id}"))
    return row


@blueprint.get("/<int:row_id>")
def envelope(row_id: int) -> Any:
    """One waiting record: its faults, and its answers to mend."""
    viewer = auth.viewer()
    row = _row(viewer, row_id, "inbox.read")
    content = json.loads(row.body or "{}")
    hidden = () if viewer.may("national_id.read", row.area_code) else ("national_id",)
    fields = mending_fields(_form(content), content.get("payload", {}), row.faults, hidden)
    _log_reading(viewer, row, _shown_of_persons(_form(content), fields))
    page = render_template(
        "inbox/envelope.html",
        row=row,
        content=content,
        of_whom=" · ".join(
            filter(None, (kind_of(content), head_in(content), area_names.area_name(viewer, row.area_code)))
        ),
        fields=fields,
        flags=_doubts(row, content),
        may_mend=viewer.can("inbox.mend"),
        may_let_through=viewer.can("inbox.let_through"),
        anew=_form_anew(row, content),
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


def _shown_of_persons(form: Form, fields: Sequence[Field]) -> list[str]:
    """Which of a person's national id and telephone number stand on the page in full, in rosters too."""
    shown: set[str] = set()
    for field in fields:
        question = form.questions[field.name.removeprefix("answer.")]
        if question.kind in AS_JSON:
            shown.update(name for name in LOGGED if name in field.value)
        elif question.personal in LOGGED and field.value:
            shown.add(question.personal)
    return sorted(shown)


def _log_reading(viewer: Viewer, row: ReceivedEnvelope, shown: list[str]) -> None:
    """Every reading of a full national id or telephone number leaves an entry; it ends the reading so far."""
    if not shown:
        return
    envelope_id, area_code, version = row.envelope_id, row.area_code, row.version
    with transaction.write() as session:
        for name in shown:
            record(
                session,
                at=viewer.now,
                actor_id=viewer.user_id,
                action=f"{name}.read",
                subject_kind="envelope",
                subject_id=envelope_id,
                area_code=area_code,
                version=version,
            )


def _doubts(row: ReceivedEnvelope, content: dict[str, Any]) -> list[str]:
    """What can hardly be true in a record that waits, in words."""
    form = _form(content)
    values = check(form, content.get("payload", {})).values
    visited_on = values.get("visited_on") or day_of(row.captured_at or row.received_at).isoformat()
    return [flag_text(flag) for flag in doubts(form, values, date.fromisoformat(visited_on))]


def _form_anew(row: ReceivedEnvelope, content: dict[str, Any]) -> tuple[str, str] | None:
    """(title, address) of the form that records a whole village's act anew, with names instead of ids."""
    kind = content.get("form")
    act = machine.acts().get(str(kind)) if row.kind == "act" else None
    if act is None or not act.of_village or not row.area_code:
        return None
    return word(f"act.{kind}"), url_for(f"entries.{kind}", area=row.area_code)


def _form(content: dict[str, Any]) -> Form:
    """The form the record says, or the current one where we do not know it."""
    try:
        return load_form(content.get("form", "household"), content.get("form_version"))
    except Problem:
        return load_form("household")


@blueprint.post("/<int:row_id>/mend")
def mend(row_id: int) -> Any:
    """Store the mended answers as the record's next version and run it; without changes, run it as it is."""
    viewer = auth.viewer()
    row = _row(viewer, row_id, "inbox.let_through")
    content = json.loads(row.body or "{}")
    form = _form(content)
    changes = changed_answers(form, content.get("payload", {}), row.faults, request.form)
    changes = {code: _answer(viewer, form.questions[code], changed) for code, changed in changes.items()}
    if changes:
        _row(viewer, row_id, "inbox.mend")
    with transaction.write() as session:
        working = intake_context(viewer)
        receipt = (
            actions.mend(session, row_id, changes, working)
            if changes
            else actions.run_again(session, row_id, working)
        )
    return _told(viewer, receipt)


def _answer(viewer: Viewer, question: Question, changed: Any) -> Any:
    """A mended answer; a unit typed by its name is its code. One that nobody knows is kept, and told."""
    if question.kind != "area" or not isinstance(changed, str):
        return changed
    try:
        return unit_told(viewer.session, changed, viewer.today).code
    except Problem as problem:
        flash(problem.message(current()), "warn")
        return changed


def _told(viewer: Viewer, receipt: Receipt) -> Any:
    """Back to the household it became, or to what still waits."""
    if receipt.state == STORED:
        flash(t("Bản ghi đã được xử lý và đối chiếu.", "The record was processed and assessed."), "ok")
        return redirect(url_for("households.household", household_id=receipt.household_id))
    row = queries.version(viewer.session, receipt.id, receipt.version)
    flash(t("Bản ghi vẫn còn lỗi, xem bên dưới.", "The record still has faults, see below."), "warn")
    return redirect(url_for("inbox.envelope", row_id=row.id) if row else url_for("inbox.index"))


@blueprint.post("/<int:row_id>/aside")
def set_aside(row_id: int) -> Any:
    """Take a record out of the inbox with a reason; it stays kept and can be put back."""
    viewer = auth.viewer()
    _row(viewer, row_id, "inbox.mend")
    reason = request.form.get("reason", "").strip()
    if not reason:
        raise Problem(1002, fields=t("lý do", "reason"))
    with transaction.write() as session:
        actions.set_aside(session, row_id, reason[:200], intake_context(viewer))
    flash(t("Đã cất bản ghi; nội dung vẫn được giữ.", "Set aside; its content is kept."), "ok")
    return render_template("inbox/aside.html", row_id=row_id)


@blueprint.post("/<int:row_id>/back")
def put_back(row_id: int) -> Any:
    """Undo the setting aside; what has been mended meanwhile has a next version and stays settled."""
    viewer = auth.viewer()
    row = viewer.session.get(ReceivedEnvelope, row_id)
    if row is None or queries.has_version(viewer.session, row.envelope_id, row.version + 1):
        raise Problem(1004, what=str(row_id))
    viewer.require("inbox.mend", row.area_code)
    with transaction.write() as session:
        actions.set_aside(session, row_id, "", intake_context(viewer), undo=True)
    flash(t("Bản ghi đã trở lại hộp chờ xử lý.", "The record is back in the inbox."), "ok")
    return redirect(url_for("inbox.envelope", row_id=row_id))
