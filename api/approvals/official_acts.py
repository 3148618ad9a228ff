"""Official acts at the edge: which ones a person may see, and reading one from a form with its scan."""

from __future__ import annotations

from datetime import date

from flask import current_app, request
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from api.web import scan_files
from api.web.intake_context import book_in_force
from api.web.language import current, t
from survey import spelling
from survey.access.viewer import Viewer
from survey.approval import actions, queries
from survey.approval.models import CaseList, OfficialAct
from survey.approval.rows import NewOfficialAct, OfficialActRow
from survey.areas import queries as areas
from survey.areas.names import nfc
from survey.problems import Problem

MOST_CHOICES = 400
INCOMPLETE = 5437
"""The problem of a form whose fields say themselves what they lack."""


def visible_acts(viewer: Viewer) -> ColumnElement[bool]:
    """Acts kept for my areas, issued by units above them, or carrying a list of mine."""
    of_lists = select(CaseList.official_act_id).where(viewer.visible(CaseList.area_code, "paper.read"))
    return or_(
        viewer.visible(OfficialAct.area_code, "paper.read"),
        OfficialAct.issuer_code.in_(above(viewer, "paper.read", viewer.today)),
        OfficialAct.id.in_(of_lists),
    )


def above(viewer: Viewer, action: str, on: date) -> set[str]:
    """My areas and the units above them on a day."""
    tree = areas.tree(viewer.session, on)
    return {step for code in viewer.areas(action) for step in tree.path(code)}


def visible_act(viewer: Viewer, act_id: int) -> OfficialActRow:
    """One act the viewer may see. Problem 1004."""
    found = queries.acts(viewer.session, OfficialAct.id == act_id, visible_acts(viewer))
    if not found:
        raise Problem(1004, what=str(act_id))
    return found[0]


def issuers(viewer: Viewer) -> list[tuple[str, str]]:
    """Units offered as issuer (code, name): mine, those above and those below down to communes."""
    tree = areas.tree(viewer.session, viewer.today)
    own = viewer.areas("official_act.keep")
    higher = above(viewer, "official_act.keep", viewer.today)
    offered = [
        (code, name.name)
        for code, name in tree.names.items()
        if name.level != "village" and (code in higher or own & set(tree.path(code)))
    ]
    return offered[:MOST_CHOICES]


def programme_options(viewer: Viewer) -> list[tuple[str, str]]:
    """Every programme of the law, for a total that an act sets."""
    return [(one.id, one.title[current()]) for one in book_in_force(viewer.session).programmes]


def _is_related(viewer: Viewer, code: str, signed_on: date) -> bool:
    """Whether an issuer is mine, above or below, on the day it signed or today."""
    own = viewer.areas("official_act.keep")
    for day in (signed_on, viewer.today):
        tree = areas.tree(viewer.session, day)
        if code in above(viewer, "official_act.keep", day) or own & set(tree.path(code)):
            return True
    return False


def own_area(viewer: Viewer) -> str:
    """The area for which the person asking keeps acts. Problem 6005 for somebody who keeps none."""
    viewer.require_somewhere("official_act.keep")
    return min(viewer.areas("official_act.keep"))


def keep_from_form(viewer: Viewer, session: Session) -> OfficialAct:
    """Keep the act of the form, with its scan if one was chosen. Problems 5430 to 5432, 5437, 5438, 1003."""
    new = _new_act(viewer)
    if not _is_related(viewer, new.issuer_code, new.signed_on):
        raise Problem(5431, area_code=new.issuer_code[:20])
    act = actions.keep_official_act(session, viewer.actor, new)
    add_file_from_form(viewer, session, act)
    return act


def add_file_from_form(viewer: Viewer, session: Session, act: OfficialAct) -> bool:
    """Keep the scan of the form, for the area of whoever adds it; False when there was none."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return False
    stored = _stored(upload)
    actions.add_file(
        session,
        viewer.actor,
        act,
        own_area(viewer),
        sha256=stored.sha256,
        kind=stored.kind,
        size=stored.size_bytes,
    )
    return True


def _stored(upload: FileStorage) -> scan_files.StoredScan:
    received = upload.stream.read(scan_files.MAX_BYTES + 1)
    return scan_files.store(current_app.config["SETTINGS"].data_folder, received)


def _issuer(viewer: Viewer, typed: str) -> str:
    """The code of the unit meant by what was typed: a code, or the name of one unit alone."""
    named = [code for code, name in issuers(viewer) if name.casefold() == typed.casefold()]
    return named[0] if len(named) == 1 else typed


def _new_act(viewer: Viewer) -> NewOfficialAct:
    """What the form says of an act, its number as people write it: 407/QĐ-UBND. Problem 5437."""
    number, symbol = _number_and_symbol()
    signed_on, issuer = day_of(request.form.get("signed_on")), _issuer(viewer, _typed("issuer"))
    wrong = _wrong_fields()
    if wrong or signed_on is None:
        names = {code: said for code, (said, _) in _expected().items()}
        raise Problem(INCOMPLETE, fields="; ".join(names[code] for code in wrong))
    return NewOfficialAct(
        number, symbol, signed_on, issuer, _typed("subject"), own_area(viewer), _typed("signer") or None
    )


def errors_of(problem: Problem | None) -> dict[str, str]:
    """What to say at each field of the form that a problem is about; nothing for another problem."""
    return _wrong_fields() if problem and problem.number == INCOMPLETE else {}


def _wrong_fields() -> dict[str, str]:
    """The fields of the form that are not right, by their name, each with what is expected there."""
    number, symbol = _number_and_symbol()
    is_right = {
        "act_name": number and symbol and len(number) <= 20 and len(symbol) <= 40,
        "signed_on": day_of(request.form.get("signed_on")),
        "issuer": _typed("issuer"),
        "subject": _typed("subject") and len(_typed("subject")) <= 300,
        "signer": len(_typed("signer")) <= 120,
    }
    return {code: asked for code, (_, asked) in _expected().items() if not is_right[code]}


def _expected() -> dict[str, tuple[str, str]]:
    """What each field of the form is called and what it asks for."""
    return {
        "act_name": (
            t("số, ký hiệu", "number and symbol"),
            t("Ghi số, dấu / và ký hiệu, như 407/QĐ-UBND.", "Give number, / and symbol, like 407/QĐ-UBND."),
        ),
        "signed_on": (t("ngày ký", "day"), t("Chọn ngày ký.", "Choose the day it was signed.")),
        "issuer": (t("đơn vị ban hành", "issuer"), t("Chọn đơn vị ban hành.", "Choose who issued it.")),
        "subject": (
            t("trích yếu", "subject"),
            t("Ghi trích yếu, không quá 300 ký tự.", "Give its subject, 300 characters at most."),
        ),
        "signer": (t("người ký", "signer"), t("Không quá 120 ký tự.", "120 characters at most.")),
    }


def _typed(name: str) -> str:
    return nfc(request.form.get(name, ""))


def _number_and_symbol() -> tuple[str, str]:
    """407 and QĐ-UBND of 407/QĐ-UBND."""
    number, _, symbol = _typed("act_name").partition("/")
    return nfc(number), nfc(symbol)


def day_of(text: str | None) -> date | None:
    """A day as a form sends it, or None."""
    return spelling.day(text or "")
