"""Official acts at the edge: who may see and change them, and reading one from a form with its scan."""

from __future__ import annotations

from datetime import date

from flask import current_app, request
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased
from werkzeug.datastructures import FileStorage

from api.web import scan_files
from api.web.intake_context import book_in_force
from api.web.language import current, day, num, t, word
from survey import spelling
from survey.access.viewer import Viewer
from survey.approval import act_changes, actions, issuers, queries
from survey.approval.models import CaseList, OfficialAct
from survey.approval.rows import USABLE, NewOfficialAct, OfficialActRow
from survey.areas import queries as areas
from survey.areas.names import nfc
from survey.problems import Problem

MOST_CHOICES = 400
MOST_OFFERED = 200
OF_OTHERS = ("issued", "before", "withdrawn")
"""States in which an act of a unit above is seen by all below it; a citation is its own unit's matter."""
INCOMPLETE = 5437
"""The problem of a form whose fields say themselves what they lack."""
ASKED = ("act_name", "signed_on", "issuer", "subject", "signer")
"""The fields of an act to keep."""
CORRECTABLE = ("act_name", "signed_on", "subject", "signer", "reason")
"""The fields of a correction; an act of another issuer is another act."""
MOST_REASON = 300


def visible_acts(viewer: Viewer) -> ColumnElement[bool]:
    """Acts kept for my areas, issued by my units or units above them, or carrying a list that I see."""
    higher = above(viewer, "paper.read", viewer.today)
    mine = viewer.visible(OfficialAct.area_code, "paper.read")
    seen_lists = or_(viewer.visible(CaseList.area_code, "paper.read"), CaseList.area_code.in_(higher))
    carrying = select(CaseList.official_act_id).where(seen_lists)
    citation = aliased(OfficialAct)
    cited = or_(viewer.visible(citation.area_code, "paper.read"), citation.id.in_(carrying))
    return or_(
        mine,
        and_(OfficialAct.issuer_code.in_(higher), OfficialAct.state.in_(OF_OTHERS)),
        OfficialAct.issuer_code.in_(issuers.spoken_for(viewer)),
        OfficialAct.id.in_(carrying),
        OfficialAct.id.in_(select(citation.joined_id).where(cited)),
    )


def above(viewer: Viewer, action: str, on: date) -> set[str]:
    """My areas and the units above them on a day."""
    tree = areas.tree(viewer.session, on)
    return {step for code in viewer.areas(action) for step in tree.path(code)}


def visible_act(viewer: Viewer, act_id: int) -> OfficialActRow:
    """One act the viewer may see. Problem 1004."""
    found = visible_or_none(viewer, act_id)
    if found is None:
        raise Problem(1004, what=str(act_id))
    return found


def visible_or_none(viewer: Viewer, act_id: int | None) -> OfficialActRow | None:
    """The act where there is one that the viewer may see."""
    found = queries.acts(viewer.session, OfficialAct.id == act_id, visible_acts(viewer)) if act_id else []
    return found[0] if found else None


def label(act: OfficialActRow) -> str:
    """An act's number as text, never without what is not sure about it."""
    return act.name if act.is_sure else f"{act.name} ({word(f'official_act_state.{act.state}')})"


def offered_acts(viewer: Viewer) -> list[tuple[str, str]]:
    """Acts that a list may be tied to, the newest first."""
    usable = OfficialAct.state.in_(USABLE)
    found = queries.acts(viewer.session, visible_acts(viewer), usable, limit=MOST_OFFERED)
    return [(str(act.id), f"{label(act)} · {day(act.signed_on)} · {act.issuer}") for act in found]


# --- who may change what


def is_keeper(viewer: Viewer, act: OfficialActRow) -> bool:
    """Whether the act is the viewer's unit's to correct and withdraw: its issuer's, or who cites it."""
    return issuers.speaks_for(viewer, act.issuer_code if act.state == "issued" else act.area_code)


def require_keeper(viewer: Viewer, act: OfficialActRow) -> None:
    """Refuse whoever the act does not belong to. Problem 5450."""
    if not is_keeper(viewer, act):
        raise Problem(
            5450, unit=_unit_name(viewer, act.issuer_code if act.state == "issued" else act.area_code)
        )


def require_issuer(viewer: Viewer, act: OfficialActRow) -> None:
    """Refuse whoever does not speak for the unit that issued an act. Problem 5450."""
    if not issuers.speaks_for(viewer, act.issuer_code):
        raise Problem(5450, unit=act.issuer)


def _unit_name(viewer: Viewer, code: str) -> str:
    unit = issuers.holder(viewer.session, code, viewer.today)
    return areas.tree(viewer.session, viewer.today).names[unit].name if unit else code


def sets_targets(viewer: Viewer, act: OfficialActRow) -> bool:
    """Whether the viewer says what totals an act sets: its issuer's staff; who cites a unit outside notes
    them until a second person has confirmed the act.
    """
    if act.state == "cited":
        outside = queries.outside(viewer.session, viewer.today)
        return act.issuer_code in outside and issuers.speaks_for(viewer, act.area_code)
    return act.state == "issued" and issuers.speaks_for(viewer, act.issuer_code)


def is_second(viewer: Viewer, act: OfficialActRow) -> bool:
    """Whether the viewer may be the second person for an act of a unit outside the program."""
    return (
        act.state in ("cited", "before")
        and act.issuer_code in queries.outside(viewer.session, viewer.today)
        and viewer.may(issuers.KEEP, act.area_code)
    )


# --- the form


def issuer_options(viewer: Viewer) -> list[tuple[str, str]]:
    """Units offered as issuer (code, name): mine, those above, those below down to communes, and ended
    ones whose papers mine hold.
    """
    tree = areas.tree(viewer.session, viewer.today)
    own = viewer.areas(issuers.KEEP)
    higher = above(viewer, issuers.KEEP, viewer.today)
    offered = [
        (code, name.name)
        for code, name in tree.names.items()
        if name.level != "village" and (code in higher or own & set(tree.path(code)))
    ]
    ended = [code for code in issuers.spoken_for(viewer) if code not in tree.names]
    return [*offered, *areas.last_names(viewer.session, ended)][:MOST_CHOICES]


def programme_options(viewer: Viewer) -> list[tuple[str, str]]:
    """Every programme of the law, for a total that an act sets."""
    return [(one.id, one.title[current()]) for one in book_in_force(viewer.session).programmes]


def _is_related(viewer: Viewer, code: str, signed_on: date) -> bool:
    """Whether an issuer is mine, above or below, on the day it signed or today."""
    own = viewer.areas(issuers.KEEP)
    for on in (signed_on, viewer.today):
        tree = areas.tree(viewer.session, on)
        if code in above(viewer, issuers.KEEP, on) or own & set(tree.path(code)):
            return True
    return False


def own_area(viewer: Viewer) -> str:
    """The area for which the person asking keeps acts. Problem 6005 for somebody who keeps none."""
    viewer.require_somewhere(issuers.KEEP)
    return min(viewer.areas(issuers.KEEP))


def is_typed() -> bool:
    """Whether the form says anything of an act: what somebody typed is kept or refused, never dropped."""
    upload = request.files.get("file")
    return any(_typed(name) for name in ASKED) or bool(upload and upload.filename)


def is_another_typed(act: OfficialActRow) -> bool:
    """Whether the form says something else than an act does."""
    return any(_typed(name) not in ("", said) for name, said in as_form(act).items())


def keep_from_form(viewer: Viewer, session: Session) -> tuple[OfficialAct, list[OfficialAct]]:
    """Keep the act of the form, with its scan if one was chosen, and the citations it joins; an act of
    another unit is cited. Problems 5430 to 5432, 5437, 5438, 1003.
    """
    new = _new_act(viewer)
    is_issuer = issuers.speaks_for(viewer, new.issuer_code)
    if not is_issuer and not _is_related(viewer, new.issuer_code, new.signed_on):
        raise Problem(5431, area_code=new.issuer_code[:20])
    act, joined = actions.keep_official_act(session, viewer.actor, new, is_issuer=is_issuer)
    add_file_from_form(viewer, session, act)
    return act, joined


def told(act: OfficialAct, joined: list[OfficialAct]) -> str:
    """What keeping an act came to: kept, cited, or kept and confirming what others cited."""
    if act.state == "cited":
        return t(
            f"Đã ghi viện dẫn; chờ {act.issuer} xác nhận.", f"The act is cited and waits for {act.issuer}."
        )
    kept = t("Đã lưu văn bản.", "The official act is kept.")
    if not joined:
        return kept
    return f"{kept} {_told_joined(act, joined)}"


def _told_joined(act: OfficialAct, joined: list[OfficialAct]) -> str:
    """How many citations an act confirmed, and in how many of them something else is said."""
    other = sum(1 for one in joined if act_changes.differences(one, act))
    return t(
        f"{num(len(joined))} viện dẫn được xác nhận, trong đó {num(other)} ghi khác trích yếu hoặc người ký.",
        f"{num(len(joined))} citations are confirmed, {num(other)} of them with another subject or signer.",
    )


def corrected_from_form(viewer: Viewer, act: OfficialActRow) -> tuple[NewOfficialAct, str]:
    """What the form says that an act shall say, and why; its issuer stays. Problem 5437."""
    number, symbol = _number_and_symbol()
    signed_on, reason = day_of(request.form.get("signed_on")), _typed("reason")
    if wrong := _wrong_fields(CORRECTABLE):
        raise _incomplete(wrong)
    signer = _typed("signer") or None
    new = NewOfficialAct(
        number, symbol, signed_on or act.signed_on, act.issuer_code, _typed("subject"), act.area_code, signer
    )
    return new, reason


def as_form(act: OfficialActRow) -> dict[str, str]:
    """The fields of a form as an act fills them."""
    return {
        "act_name": act.name,
        "signed_on": act.signed_on.isoformat(),
        "issuer": act.issuer_code,
        "subject": act.subject,
        "signer": act.signer or "",
    }


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
    named = [code for code, name in issuer_options(viewer) if name.casefold() == typed.casefold()]
    return named[0] if len(named) == 1 else typed


def _new_act(viewer: Viewer) -> NewOfficialAct:
    """What the form says of an act, its number as people write it: 407/QĐ-UBND. Problem 5437."""
    number, symbol = _number_and_symbol()
    signed_on, issuer = day_of(request.form.get("signed_on")), _issuer(viewer, _typed("issuer"))
    wrong = _wrong_fields()
    if wrong or signed_on is None:
        raise _incomplete(wrong)
    unit = issuers.holder(viewer.session, issuer, viewer.today)
    area_code = unit if unit and issuers.speaks_for(viewer, issuer) else own_area(viewer)
    return NewOfficialAct(
        number, symbol, signed_on, issuer, _typed("subject"), area_code, _typed("signer") or None
    )


def _incomplete(wrong: dict[str, str]) -> Problem:
    names = {code: said for code, (said, _) in _expected().items()}
    return Problem(INCOMPLETE, fields="; ".join(names[code] for code in wrong))


def errors_of(problem: Problem | None, fields: tuple[str, ...] = ASKED) -> dict[str, str]:
    """What to say at each field of the form that a problem is about; nothing for another problem."""
    return _wrong_fields(fields) if problem and problem.number == INCOMPLETE else {}


def _wrong_fields(fields: tuple[str, ...] = ASKED) -> dict[str, str]:
    """The fields of the form that are not right, by their name, each with what is expected there."""
    number, symbol = _number_and_symbol()
    is_right = {
        "act_name": number and symbol and len(number) <= 20 and len(symbol) <= 40,
        "signed_on": day_of(request.form.get("signed_on")),
        "issuer": _typed("issuer"),
        "subject": _typed("subject") and len(_typed("subject")) <= 300,
        "signer": len(_typed("signer")) <= 120,
        "reason": _typed("reason") and len(_typed("reason")) <= MOST_REASON,
    }
    return {code: asked for code, (_, asked) in _expected().items() if code in fields and not is_right[code]}


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
        "reason": (
            t("lý do", "reason"),
            t("Ghi lý do, không quá 300 ký tự.", "Say why, 300 characters at most."),
        ),
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
