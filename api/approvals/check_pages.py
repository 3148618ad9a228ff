"""Checks: joined duties that the level above looks at and draws from; decisions against the result."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Blueprint, render_template, request

from api.approvals import official_acts
from api.shared import area_names
from api.shared.flag_words import flag_name
from api.web import auth
from api.web.intake_context import intake_context
from api.web.language import word
from api.web.paging import page_of
from survey.access.viewer import Viewer
from survey.approval import queries
from survey.approval.models import OfficialAct
from survey.approval.watched import Watched, watched
from survey.areas import queries as areas
from survey.registry.models import Household

blueprint = Blueprint("checking", __name__, url_prefix="/approvals/checks")

PAGE_SIZE = 50


@blueprint.get("")
def index() -> Any:
    """Joined duties and decisions against the assessment, of the units below; those drawn, or open, alone."""
    viewer = auth.viewer()
    viewer.require_somewhere("duty.read")
    book = intake_context(viewer).duties
    found = [
        one
        for one in watched(
            viewer.session,
            viewer.visible(Household.area_code, "duty.read"),
            book,
            names=viewer.everywhere("person.read", "duty.read"),
        )
        if _is_above(viewer, one)
    ]
    kind = request.args.get("kind", "")
    shown = [one for one in found if _is_of(one, kind)]
    page = page_of(len(shown), PAGE_SIZE)
    return render_template(
        "approvals/checks.html",
        rows=shown[page.offset : page.offset + page.size],
        page=page,
        kind=kind,
        counts={code: sum(_is_of(one, code) for one in found) for code in ("", "joined", "drawn", "against")},
        one_in=book.draw_one_in,
        acts={
            act.id: act.name
            for act in queries.acts(viewer.session, _named(found), official_acts.visible_acts(viewer))
        },
        flag_name=flag_name,
        duties=lambda flag: ", ".join(word(f"duty.{duty}") for duty in flag.get("duties", ())),
        area_name=partial(area_names.area_name, viewer),
    )


def _is_above(viewer: Viewer, one: Watched) -> bool:
    """Whether the viewer looks from above the unit that joined the duties; at all else by area alone."""
    unit = one.flag.get("unit") if one.flag else None
    if unit is None:
        return True
    path = areas.tree(viewer.session, viewer.today).path(unit)
    return len(path) < 2 or viewer.may("duty.read", path[1])


def _is_of(one: Watched, kind: str) -> bool:
    of_kind = {"joined": one.flag is not None, "drawn": one.is_drawn, "against": one.is_open}
    return of_kind.get(kind, True)


def _named(found: list[Watched]) -> Any:
    return OfficialAct.id.in_([one.official_act_id for one in found if one.official_act_id])
