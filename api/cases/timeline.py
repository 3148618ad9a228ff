"""A household's case as its page shows it: where it stands, what may come next, its history, its photos."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import request, url_for

from api.cases import recording
from api.shared import area_names, household_access, uploads
from api.shared.act_words import act_title, dot, hands_of_decision, reason_text
from api.shared.flag_words import flag_text
from api.shared.law_texts import programme_title
from api.web import clock
from api.web.intake_context import book_in_force
from api.web.language import current, day, minute, num, t, word
from survey.access.viewer import Viewer
from survey.approval.next_acts import likely_next, may_do, next_acts, revocable
from survey.assessment.models import AssessmentRow
from survey.cases import lists, machine
from survey.cases import queries as cases
from survey.cases.models import Case
from survey.cases.rows import HistoryEntry, Progress
from survey.questionnaire import answers, load_form
from survey.registry import queries as registry
from survey.registry.models import Household, Person
from survey.registry.rows import CAMERA, PhotoEntry, SurveyVersion

MOVING = frozenset(rule.act for rule in machine.rules() if rule.target != machine.SAME)
"""Acts after which a case stands elsewhere."""
UNSAID = (
    *("done_on", "stage", "outcome", "works_kind", "amount_vnd", "area_code"),
    *("official_act", "signed_by", "capacity"),
)
"""Answers that an entry's title, date or first line already says."""
SPOKEN = ("remarks", "content")
"""What somebody wrote in their own words: shown at once; the rest of an act opens."""


@dataclass(frozen=True, slots=True)
class Button:
    """An act that may come next, and where its form is."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything the household's page says of its case.

    `main` is the most likely next act, if it is the viewer's to do; `done` the act just recorded that may be
    undone; `pair` the house before and after.
    """

    case: Case | None
    state: str
    dot: str
    reason: str | None
    progress: Progress | None
    facts: list[tuple[str, str]]
    acts: frozenset[str]
    main: Button | None
    others: tuple[Button, ...]
    done: tuple[str, str] | None
    revocable: set[str]
    entries: list[dict[str, Any]]
    pair: tuple[dict[str, Any] | None, dict[str, Any] | None] | None


def view(
    viewer: Viewer,
    house: Household,
    surveys: list[SurveyVersion],
    assessments: list[AssessmentRow],
    photos: list[PhotoEntry],
) -> CaseView:
    """The case of a household with its merged history."""
    histories = cases.histories(viewer.session, [house.id]).get(house.id, [])
    newest = histories[0] if histories else None
    progress = newest.progress if newest else None
    state = progress.state if progress else machine.NONE
    allowed = revocable(viewer, house, histories)
    events = cases.events(viewer.session, house.id)
    book = book_in_force(viewer.session)
    acts = [] if house.is_training else next_acts(viewer, book, house, progress)
    likely = likely_next(viewer, book, house, progress)
    done = next((one.envelope_id for one in events if _just_done(one, allowed)), None)
    return CaseView(
        case=newest.case if newest else None,
        state=state,
        dot=dot(state),
        reason=reason_text(state, progress.reason) if progress else None,
        progress=progress,
        facts=_facts(viewer, house, progress) if progress else [],
        acts=frozenset(acts),
        main=_button(house, progress, likely) if likely in acts else None,
        others=tuple(_button(house, progress, kind) for kind in acts if kind != likely),
        done=(done, recording.revocation_id(viewer, done)) if done else None,
        revocable=allowed,
        entries=entries(viewer, house, events, surveys, assessments),
        pair=_pair(viewer, house, events, photos, progress),
    )


def _button(house: Household, progress: Progress | None, kind: str) -> Button:
    """A meeting or posting is about the whole village; a stage says which one comes."""
    if machine.acts()[kind].of_village and house.area_code:
        return Button(word(f"act.{kind}"), url_for(f"entries.{kind}", area=house.area_code))
    stages = machine.outcomes(progress, kind) if kind == "stage" else ()
    title = act_title(kind, stages[0] if len(stages) == 1 else None)
    return Button(title, url_for("cases.new", household_id=house.id, kind=kind))


def _facts(viewer: Viewer, house: Household, progress: Progress) -> list[tuple[str, str]]:
    """What has been decided, done and paid so far; what is not known yet is left out."""
    told: list[tuple[str, Any]] = [
        (t("Hình thức", "Works"), word(f"works_kind.{progress.works_kind}") if progress.works_kind else None),
        (t("Năm", "Year"), str(progress.year) if progress.year else None),
        (
            t("Chương trình phê duyệt", "Approved programme"),
            programme_title(viewer, progress.programme) if progress.programme else None,
        ),
        (t("Ngày phê duyệt", "Approved on"), progress.approved_on),
        (t("Khởi công", "Started"), progress.started_on),
        (t("Xây xong", "Finished"), progress.finished_on),
    ]
    if viewer.may("amount.read", house.area_code):
        amounts = (
            (t("Mức phê duyệt", "Approved amount"), progress.amount_vnd),
            (t("Đã chi", "Paid"), progress.paid_vnd or None),
            (t("Phải thu hồi", "Due back"), progress.recovery_due_vnd or None),
        )
        told += [(label, f"{num(vnd)} đồng") for label, vnd in amounts if vnd is not None]
    return [(label, day(value) if isinstance(value, date) else value) for label, value in told if value]


def _just_done(event: HistoryEntry, allowed: set[str]) -> bool:
    """The act somebody comes back from, which they may take back with one button."""
    wanted = request.args.get("done")
    return not event.is_revoked and event.envelope_id == wanted and event.envelope_id in allowed


# --- the time line


def entries(
    viewer: Viewer,
    house: Household,
    events: list[HistoryEntry],
    surveys: list[SurveyVersion],
    assessments: list[AssessmentRow],
) -> list[dict[str, Any]]:
    """Surveys, assessments and acts in one line, newest first."""
    numbers = lists.households_in(viewer.session, {event.act_id for event in events})
    found: list[tuple[datetime, int, dict[str, Any]]] = [
        (event.received_at, event.step_id, _act_entry(viewer, house, event, numbers.get(event.act_id, 1)))
        for event in events
    ]
    found += [(row.received_at, 0, _survey_entry(row)) for row in surveys]
    found += [(row.assessed_at, 0, _assessment_entry(row)) for row in assessments]
    return [entry for _, _, entry in sorted(found, key=lambda one: one[:2], reverse=True)]


def _survey_entry(row: SurveyVersion) -> dict[str, Any]:
    photos = f"{row.photos_arrived}/{row.photos_announced} {t('ảnh', 'photos')}"
    return {
        "at": minute(row.received_at),
        "title": f"{word('visit.' + row.visit)} · {t('phiên bản', 'version')} {row.version}",
        "text": photos if row.photos_announced else None,
        "who": row.officer_name,
    }


def _assessment_entry(row: AssessmentRow) -> dict[str, Any]:
    return {
        "at": minute(row.assessed_at),
        "title": t("Đối chiếu tiêu chí", "Assessed"),
        "text": word(f"outcome.{row.outcome}"),
    }


def _act_entry(viewer: Viewer, house: Household, event: HistoryEntry, households: int) -> dict[str, Any]:
    """One act: what, when done and when received, where, by whom, with what evidence."""
    spoken, more = _said(viewer, house, event)
    paper = machine.acts()[event.kind].paper
    is_revocation = event.kind == machine.REVOCATION
    return {
        "at": day(event.done_on),
        "title": _title(event),
        "text": _first_line(viewer, house, event),
        "spoken": spoken,
        "more": more,
        "who": _who(event),
        "place": area_names.name_then(viewer, event.area_code, event.done_on),
        "chips": _chips(viewer, house, event),
        "photos": (event.photos_arrived, event.photos_announced),
        "is_gone": event.is_revoked,
        "to_state": event.to_state if event.kind in MOVING and not event.is_revoked else None,
        "act_id": event.envelope_id,
        "revocation_id": recording.revocation_id(viewer, event.envelope_id),
        "households": households,
        "wants_scan": bool(paper) and not event.has_scan and not event.is_revoked and not is_revocation,
        "may_add": not event.is_revoked and not is_revocation and may_do(viewer, event.kind, house),
    }


def _chips(viewer: Viewer, house: Household, event: HistoryEntry) -> list[str]:
    """What to look at in the act, with its figures; what concerns its other households is theirs."""
    amounts = viewer.may("amount.read", house.area_code)
    ours = (flag for flag in event.flags if flag.get("household") in (None, house.id))
    return [flag_text(flag, amounts=amounts) for flag in ours]


def _title(event: HistoryEntry) -> str:
    if event.kind == machine.REVOCATION:
        undone = str(event.values.get("act", machine.REVOCATION))
        return f"{word('act.revocation')}: {word(f'act.{undone}')}"
    return act_title(event.kind, event.outcome)


def _who(event: HistoryEntry) -> str:
    received = f"{t('nhận lúc', 'received')} {minute(event.received_at)}"
    if event.kind == "approval" and event.actor_name:
        signed_by = event.texts.get("signed_by")
        hands = hands_of_decision(event.actor_name, event.confirmed_by_name, event.capacity, signed_by)
        return f"{hands} · {received}"
    return f"{event.actor_name or t('hệ thống', 'the system')} · {received}"


def _first_line(viewer: Viewer, house: Household, event: HistoryEntry) -> str | None:
    """What the act decided: works kind, votes, programme and money, the new head."""
    values, parts = event.values, []
    if values.get("works_kind"):
        parts.append(word(f"works_kind.{values['works_kind']}"))
    if "votes_for" in values:
        against = values.get("votes_against", 0)
        parts.append(
            t(
                f"{values['votes_for']} đồng ý, {against} không đồng ý",
                f"{values['votes_for']} for, {against} against",
            )
        )
    if event.kind == "approval" and values.get("programme"):
        parts.append(programme_title(viewer, values["programme"]))
    if values.get("against"):
        parts.append(t("quyết định khác kết quả đối chiếu", "decided otherwise than assessed"))
    if values.get("amount_vnd") is not None and viewer.may("amount.read", house.area_code):
        parts.append(f"{num(values['amount_vnd'])} đồng")
    if values.get("person_id") and household_access.sees_names(viewer, house):
        person = viewer.session.get(Person, values["person_id"])
        parts.append(person.full_name if person and person.full_name else "")
    return " · ".join(part for part in parts if part) or None


def _said(viewer: Viewer, house: Household, event: HistoryEntry) -> tuple[list[str], list[tuple[str, str]]]:
    """(what was written in words, the other answers by label); typed text only for those who read names."""
    texts = event.texts if household_access.sees_names(viewer, house) else {}
    form = load_form(event.kind)
    known = {
        code: value
        for code, value in {**event.values, **texts}.items()
        if code in form.questions and code not in UNSAID and form.questions[code].kind != "reference"
    }
    spoken = [str(known[code]) for code in SPOKEN if code in known]
    rest = answers(form, {code: value for code, value in known.items() if code not in SPOKEN}, current())
    return spoken, [(one.question.label, _as_text(one)) for one in rest]


def _as_text(answer: Any) -> str:
    if not answer.rows:
        return str(answer.text)
    return "; ".join(", ".join(row.values()) for row in answer.rows)


# --- photos


def _pair(
    viewer: Viewer,
    house: Household,
    events: list[HistoryEntry],
    photos: list[PhotoEntry],
    progress: Progress | None,
) -> tuple[dict[str, Any] | None, dict[str, Any] | None] | None:
    """The house before and after, side by side; None as long as nothing was built."""
    started = progress.started_on if progress else None
    if started is None:
        return None
    gone = {event.act_id for event in events if event.is_revoked}
    of_acts: list[dict[str, Any]] = [
        {"sha256": stored.stored_sha256, "at": act.done_on, "kind": act.kind}
        for act, photo, stored in cases.photos(viewer.session, house.id)
        if photo.slot == "front" and act.id not in gone
    ]
    at_start = [one for one in of_acts if one["kind"] == "start"]
    after = [one for one in of_acts if machine.acts()[one["kind"]].building]
    return _surveyed_before(photos, started) or next(iter(at_start), None), next(reversed(after), None)


def _surveyed_before(photos: list[PhotoEntry], started: date) -> dict[str, Any] | None:
    """The survey's photo of the front from before the start; the oldest one where all are later."""
    fronts = [photo for photo in photos if photo.slot == "front"]
    earlier = [photo for photo in fronts if photo.captured_at.astimezone(clock.ZONE).date() <= started]
    found = next(iter(earlier or fronts[-1:]), None)
    return {"sha256": found.stored_sha256, "at": found.captured_at} if found else None


def act_photos(viewer: Viewer, house: Household) -> list[dict[str, Any]]:
    """The photos and scans of the acts that the viewer may see, in the order of the acts."""
    return [
        {
            "stored_sha256": stored.stored_sha256,
            "slot": photo.slot,
            "title": word(f"act.{act.kind}"),
            "at": act.done_on,
            **{name: getattr(photo, name) for name in CAMERA},
        }
        for act, photo, stored in cases.photos(viewer.session, house.id)
        if uploads.shown(viewer, house, photo.slot)
    ]


def survey_photos(viewer: Viewer, house: Household) -> list[PhotoEntry]:
    """The photos of the surveys that the viewer may see."""
    return [
        photo
        for photo in registry.photos(viewer.session, house.id)
        if uploads.shown(viewer, house, photo.slot)
    ]
