"""The page of an act's form: for one household, or the correction of a recorded act of one or many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import render_template, request, url_for

from api.cases import recording
from api.cases.form_choices import choices, money_hint
from api.forms import faults
from api.forms.fields import Field, Options, Table, anchors, fields, with_errors
from api.forms.parsing import parse_day
from api.shared import area_names, household_access
from api.shared.act_words import act_title
from api.web.language import day, t
from survey.access.viewer import Viewer
from survey.approval.next_acts import revocable
from survey.cases import machine
from survey.cases import queries as cases
from survey.cases.queries import History
from survey.intake.corrections import Correction
from survey.problems import Problem
from survey.questionnaire import Form
from survey.registry.models import Household


def sheet(
    viewer: Viewer,
    house: Household,
    form: Form,
    typed: Mapping[str, str],
    problem: Problem | None = None,
    kept: Mapping[str, list[int]] | None = None,
    about: Correction | None = None,
) -> str:
    """The page of a form. `problem`: what the first try met; `kept`: rows of rosters that counted then;
    `about`: the act that is corrected.
    """
    history, options = _choices(viewer, house, form, about)
    typed = _only_choice(form, dict(typed), options)
    is_many = about is not None and len(about.names) > 1
    controls = fields(form, typed, options)
    households = _sent(house, typed, kept or {})
    found = faults.shown(
        _explained(viewer, problem, house, history, typed, about),
        kept or {},
        anchors(controls, bare=is_many),
        households,
        about.names if about is not None and is_many else None,
    )
    made = [_hinted(one, about) for one in with_errors(controls, found.at)]
    progress = history.progress if history else None
    act, title = machine.acts()[form.code], act_title(form.code, None)
    return render_template(
        "cases/form.html",
        house=house,
        house_title=_title(viewer, house, about),
        place=area_names.area_name(viewer, house.area_code),
        title=f"{t('Sửa', 'Correct')}: {title} {day(about.act.done_on)}" if about else title,
        state=progress.state if progress else machine.NONE,
        fields=made,
        lines=_lines(about, made, found.rows) if about is not None and is_many else None,
        correcting=about,
        back=_crumb(viewer, house, about)[1],
        problem=problem,
        told=found.lines,
        act_id=about.act.envelope_id if about else recording.act_id_of_form(),
        paper=act.paper,
        shows_photos=act.at_house,
        money=money_hint(viewer, house, progress) if act.money else None,
        crumbs=[*area_names.crumbs(viewer, house.area_code or "", None), _crumb(viewer, house, about)],
    )


def _title(viewer: Viewer, house: Household, about: Correction | None) -> str:
    if about is None or len(about.names) == 1:
        return household_access.title(viewer, house)
    return t(f"{len(about.names)} hộ", f"{len(about.names)} households")


def _crumb(viewer: Viewer, house: Household, about: Correction | None) -> tuple[str, str]:
    """Where one came from: the household, or the act that is corrected."""
    if about is None:
        return household_access.title(viewer, house), url_for("households.household", household_id=house.id)
    return act_title(about.act.kind, None), url_for("cases.act", act_id=about.act.envelope_id)


def _choices(
    viewer: Viewer, house: Household, form: Form, about: Correction | None
) -> tuple[History | None, dict[str, Options]]:
    """The case the form is about (as it stood before the act that is corrected), and what can be chosen."""
    if about is None:
        histories = cases.histories(viewer.session, [house.id]).get(house.id, [])
        newest = histories[0] if histories else None
        return newest, choices(viewer, form.code, house, newest, revocable(viewer, house, histories))
    options = choices(viewer, form.code, house, about.history, ())
    stated = about.answers.get("area_code")
    if stated and stated not in dict(options["area_code"]):
        options["area_code"] = (*options["area_code"], (stated, area_names.area_name(viewer, stated)))
    return about.history, options


def _only_choice(form: Form, typed: dict[str, str], options: Mapping[str, Any]) -> dict[str, str]:
    """Where only one thing can be meant, it stands there already."""
    for code, offered in options.items():
        name = f"answer.{code}"
        is_chosen = form.questions.get(code) is not None and form.questions[code].kind != "text"
        if is_chosen and len(offered) == 1 and not typed.get(name):
            typed[name] = offered[0][0]
    return typed


def _sent(house: Household, typed: Mapping[str, str], kept: Mapping[str, list[int]]) -> list[str]:
    """The households of the rows that were sent, in their order."""
    return [typed.get(f"answer.households.{row}.household", house.id) for row in kept.get("households", [0])]


def _explained(
    viewer: Viewer,
    problem: Problem | None,
    house: Household,
    history: History | None,
    typed: Mapping[str, str],
    about: Correction | None,
) -> list[faults.Fault]:
    """The faults; a day that contradicts another step names it."""
    told = faults.of(problem)
    if not told:
        return []
    done_on = parse_day(typed.get("answer.done_on", ""))
    if about is None:
        return faults.with_steps(told, [history] if history else [], done_on)
    found = cases.histories(viewer.session, list(about.names))
    newest = [of_household[0] for of_household in found.values()]
    return faults.with_steps(told, newest, done_on, about.act.envelope_id)


def _hinted(one: Field | Table, about: Correction | None) -> Field | Table:
    """A national id that a correction keeps is not shown; leaving its field empty keeps it."""
    has_kept = about is not None and "national_id" in about.answers
    if isinstance(one, Field) and has_kept and one.name == "answer.national_id":
        return replace(one, hint=t("để trống: giữ số đã ghi", "leave empty to keep the recorded one"))
    return one


def _lines(about: Correction, made: list[Field | Table], wrong: Mapping[str, str]) -> list[dict[str, Any]]:
    """A line a household of an act about many: who it is, whether it stays, its controls."""
    table = next((one for one in made if isinstance(one, Table) and one.code == "households"), None)
    chosen = set(request.form.getlist("chosen")) if request.method == "POST" else set(about.names)
    lines = []
    for cells in table.rows if table else ():
        key = next(cell for cell in cells if cell.kind == "hidden")
        if key.value in about.names:
            who = {"household_id": key.value, "head_name": about.names[key.value], "key": key}
            told = {"stays": key.value in chosen, "error": wrong.get(key.value)}
            lines.append({**who, **told, "cells": [cell for cell in cells if cell.kind != "hidden"]})
    return lines
