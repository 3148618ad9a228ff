"""One meeting or posting of a village entered at once: the daily pages of a commune's clerk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import ColumnElement

from api.cases import recording
from api.cases.form_choices import posting_end
from api.forms import faults
from api.forms.fields import Field, anchors, fields, with_errors
from api.forms.parsing import payload_of, rows_typed
from api.forms.writing import as_typed
from api.shared import area_names, uploads
from api.web import auth
from api.web.errors import status_of
from api.web.language import current, t, word
from survey.access.viewer import Viewer
from survey.areas import queries as areas
from survey.cases import lists, machine
from survey.cases import queries as cases
from survey.problems import Problem
from survey.questionnaire import load_form
from survey.standing import queries as standing
from survey.standing.models import StandingLine

blueprint = Blueprint("entries", __name__, url_prefix="/work")

USUAL = ("begins_at", "venue", "households_total")
USUAL_NAMES = ("chair_name", "chair_position", "commune_name", "commune_position", "secretary_name")
"""What a village's next meeting usually says again: offered, to be changed where it is not so."""


@blueprint.route("/meeting", methods=["GET", "POST"])
def meeting() -> Any:
    """The votes of one village meeting for all its registered households. Problems 1004, 6005."""
    viewer = auth.viewer()
    return _entry(viewer, "meeting")


@blueprint.route("/posting", methods=["GET", "POST"])
def posting() -> Any:
    """The public posting of a village's endorsed households. Problems 1004, 6005."""
    viewer = auth.viewer()
    return _entry(viewer, "posting")


def _entry(viewer: Viewer, kind: str) -> Any:
    code = request.args.get("area") or request.form.get("answer.area_code") or ""
    if not code:
        return _choose_village(viewer, kind)
    area_names.visible_area(viewer, code, "case.record")
    if request.method == "GET":
        return _page(viewer, kind, code, _begun(viewer, kind, code))
    typed = {**request.form.to_dict(), "answer.area_code": code}
    if "fill" in typed:
        return _page(viewer, kind, code, _filled(typed))
    return _record(viewer, kind, code, typed)


def _waits_for(kind: str) -> ColumnElement[bool]:
    return StandingLine.case_state.in_(machine.acts()[kind].waits_in)


def _choose_village(viewer: Viewer, kind: str) -> Any:
    """The villages where households wait for this act; the only one opens at once."""
    mine = viewer.visible(StandingLine.area_code, "case.record")
    waiting = (StandingLine.is_newest, _waits_for(kind))
    found = standing.grouped(viewer.session, mine, (StandingLine.area_code,), *waiting)
    tree = areas.tree(viewer.session, viewer.today)
    counts: dict[str, int] = {}
    for code, count in found:
        if (now := next(iter(tree.path(code or "")), None)) is not None:
            counts[now] = counts.get(now, 0) + count
    if len(counts) == 1:
        return redirect(url_for(f"entries.{kind}", area=next(iter(counts))))
    ordered = sorted(
        counts, key=lambda code: [tree.names[step].sort_key for step in reversed(tree.path(code))]
    )
    rows = [(code, area_names.area_name(viewer, code), counts[code]) for code in ordered]
    return render_template("cases/choose.html", kind=kind, title=word(f"act.{kind}"), rows=rows)


def _begun(viewer: Viewer, kind: str, code: str) -> dict[str, str]:
    """Today, the households that wait, and what the village's last meeting said of itself."""
    form = load_form(kind)
    rows = [
        {"household": row.household_id, "works_kind": row.works_kind} for row in _waiting(viewer, kind, code)
    ]
    values: dict[str, Any] = {"area_code": code, "done_on": viewer.today.isoformat(), "households": rows}
    if kind == "posting":
        values["until"] = posting_end(viewer, code)
    last = lists.newest_in(viewer.session, kind, code)
    repeated = USUAL + (USUAL_NAMES if viewer.may("person.read", code) else ())
    values |= {name: last[name] for name in repeated if name in last and name in form.questions}
    return as_typed(form, values)


def _waiting(viewer: Viewer, kind: str, code: str) -> list[Any]:
    """The cases of an area that wait for this act."""
    mine = viewer.visible(StandingLine.area_code, "case.record")
    conditions = [*area_names.inside(viewer, StandingLine.area_code, code), _waits_for(kind)]
    names = viewer.may("person.read", code)
    return standing.cases(viewer.session, mine, *conditions, on=viewer.today, names=names, amounts=False).rows


def _filled(typed: dict[str, str]) -> dict[str, str]:
    """Everybody present agreed, for browsers without scripts."""
    present = typed.get("answer.present", "")
    for row in rows_typed("answer.households", typed):
        typed[f"answer.households.{row}.votes_for"] = present
        typed[f"answer.households.{row}.votes_against"] = "0" if present else ""
    return typed


def _record(viewer: Viewer, kind: str, code: str, typed: dict[str, str]) -> Any:
    """Record the act for the households that were voted on, or chosen; then show what it decided."""
    payload, kept = payload_of(load_form(kind), typed)
    _leave_out(kind, payload, kept)
    try:
        receipt = recording.record(
            viewer, kind, payload, act_id=recording.act_id_of_form(), files=uploads.uploads()
        )
    except Problem as problem:
        return _page(viewer, kind, code, typed, _of_each(viewer, problem, kind, payload), kept), status_of(
            problem.number
        )
    count = len(payload["households"])
    flash(
        t(f"Đã ghi: {word(f'act.{kind}')}, {count} hộ.", f"{word(f'act.{kind}')}: {count} households."), "ok"
    )
    return redirect(url_for("cases.act", act_id=receipt.id))


def _of_each(viewer: Viewer, problem: Problem, kind: str, payload: Mapping[str, Any]) -> Problem:
    """A step that is not possible, told for every household that cannot take it: each is tried alone.

    What is the same for all of them is told once.
    """
    problems, rows = faults.of(problem), payload.get("households", [])
    if problem.number != 5420 or not rows or any(fault["question"] for fault in problems):
        return problem
    common = {code: value for code, value in payload.items() if code != "households"}
    refused = recording.refusals(viewer, kind, common, rows)
    histories = cases.histories(viewer.session, list(refused))
    told = [
        {**fault, "household": household}
        for household, theirs in refused.items()
        for fault in faults.with_steps(theirs, histories.get(household, [])[:1], payload.get("done_on"))
    ]
    if len(refused) == len(rows) > 1 and len({fault[current()] for fault in told}) == 1:
        return Problem(5420, rows=[{**told[0], "household": None}])
    return Problem(5420, rows=[{**fault, "question": ""} for fault in told]) if told else problem


def _leave_out(kind: str, payload: dict[str, Any], kept: dict[str, list[int]]) -> None:
    """Households without a vote, or without a tick, are not part of the act."""
    chosen = set(request.form.getlist("chosen"))
    numbers, rows = [], []
    for number, row in zip(kept["households"], payload.get("households", []), strict=False):
        voted = "votes_for" in row or "votes_against" in row
        if voted if kind == "meeting" else row.get("household") in chosen:
            numbers.append(number)
            rows.append(row)
    payload["households"], kept["households"] = rows, numbers


def _page(
    viewer: Viewer,
    kind: str,
    code: str,
    typed: dict[str, str],
    problem: Problem | None = None,
    kept: Mapping[str, list[int]] | None = None,
) -> str:
    """The page of the entry, with what was typed and what was wrong with it."""
    form, known = load_form(kind), {row.household_id: row for row in _waiting(viewer, kind, code)}
    names = {household_id: row.head_name for household_id, row in known.items()}
    sent = [typed.get(f"answer.households.{row}.household", "") for row in (kept or {}).get("households", [])]
    controls = fields(form, typed, {})
    found = faults.shown(faults.of(problem), kept or {}, anchors(controls), sent, names)
    made = with_errors(controls, found.at)
    head = [one for one in made if isinstance(one, Field) and one.name != "answer.area_code"]
    return render_template(
        f"cases/{kind}.html",
        title=word(f"act.{kind}"),
        place=area_names.area_name(viewer, code),
        area_code=code,
        head={one.name.removeprefix("answer."): one for one in head},
        rows=_table_rows(known, made, found.rows),
        chosen=set(request.form.getlist("chosen")) if request.method == "POST" else None,
        problem=problem,
        told=found.lines,
        act_id=recording.act_id_of_form(),
        today=viewer.today,
        crumbs=area_names.crumbs(viewer, code, word(f"act.{kind}")),
    )


def _table_rows(known: Mapping[str, Any], made: list[Any], wrong: Mapping[str, str]) -> list[dict[str, Any]]:
    """A line a household: who it is, what is wrong with it, and its controls by column."""
    table = next((one for one in made if not isinstance(one, Field)), None)
    lines = []
    for cells in table.rows if table else ():
        by_column = {cell.name.rpartition(".")[2]: cell for cell in cells}
        household_id = by_column["household"].value
        row = known.get(household_id)
        lines.append(
            {
                "household_id": household_id,
                "head_name": row.head_name if row else None,
                "area_code": row.area_code if row else None,
                "is_known": row is not None,
                "error": wrong.get(household_id),
                "cells": by_column,
            }
        )
    return lines
