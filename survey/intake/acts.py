"""From a kept envelope of kind `act` to a recorded act: check, who may, what it decides, record, assess.

Acts come by page and by phone alike. An impossible step is a fault: the act waits until what it builds on
has arrived.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from survey.access.queries import capacity_of
from survey.approval.chain import chain_on, signing_unit
from survey.approval.duties import CONFIRMED, DECIDED, ENTERED
from survey.approval.models import OfficialAct
from survey.approval.queries import not_usable, scanned
from survey.approval.rows import SURE, USABLE
from survey.areas import queries as areas
from survey.assessment import queries as assessment
from survey.assessment.judging import Approvable, for_approval
from survey.assessment.models import LAPSED, AssessmentRow
from survey.cases import machine, procedure
from survey.cases import queries as cases
from survey.cases.actions import Changes, record_act
from survey.cases.models import Step
from survey.cases.rows import NewAct, Target
from survey.days import day_of
from survey.intake import apart, checks
from survey.intake.apart import Apart
from survey.intake.judged import judge_anew
from survey.intake.models import ReceivedEnvelope
from survey.intake.rights import may
from survey.intake.rows import MAX_FAULTS, Envelope, IntakeContext, ProcessingResult
from survey.law.assessment import ELIGIBLE
from survey.problems import Problem
from survey.questionnaire import Fault, PersonInput, act_forms, check, load_form, split_personal, split_texts
from survey.registry.actions import add_head, lock, set_head
from survey.registry.models import Household
from survey.words import both
from survey.works.checks import photo_flags, progress_flags

META = ("household", "area_code", "done_on", "point")
"""Questions that are columns of the act or name its household, not what it decided."""
NOT_FOUND_ENTITLED = ("not_entitled", "needs_information", "not_assessed")
"""An approval against these takes a numbered act and a reason (quyết định khác kết quả đối chiếu)."""
RECORDING = ("registered", "reviewed")
"""Duties that come before any decision: only their correction can come after one, by whoever decided."""
Values = dict[str, Any]


def process_act(
    session: Session, envelope: Envelope, row: ReceivedEnvelope, context: IntakeContext
) -> ProcessingResult:
    """Check one act and, if nothing is wrong with it, record it and assess its households again."""
    kind = envelope.form
    if kind not in act_forms():
        problem = Problem(4001, form=kind[:60], version=envelope.form_version, known=", ".join(act_forms()))
        return ProcessingResult([Fault("form", problem).to_dict()])
    try:
        form = load_form(kind, envelope.form_version)
    except Problem as problem:
        return ProcessingResult([Fault("form", problem).to_dict()])
    checked = check(form, envelope.payload)
    values = checked.values
    rows = _rows(session, kind, values)
    known = _households(session, [row["household"] for row in rows])
    where = _area(session, values, known, context)
    concerns = tuple(dict.fromkeys(row["household"] for row in rows)) or (values.get("act") or envelope.id,)
    faults = [*_from_file(envelope, context), *checked.faults]
    faults += _wrong_references(session, kind, values, rows, known, context)
    faults += _wrong_votes(kind, values)
    try:
        if not faults:
            lock(session, known)  # what is looked at now holds until the act is recorded
            done = _done_as(session, envelope, row, values, known, context)
            faults = list(_refused(session, envelope, values, known, done, context))
        if not faults:
            with session.begin_nested():
                _record(session, envelope, row, values, rows, known, done, context)
                if done.duty == ENTERED:  # possible as it stands: it takes effect once it is compared
                    raise Problem(5484)
    except Problem as problem:
        faults.append(Fault("", problem))
    if faults:
        return ProcessingResult([fault.to_dict() for fault in faults[:MAX_FAULTS]], where, concerns=concerns)
    return ProcessingResult([], where, next(iter(known), None), concerns)


@dataclass(frozen=True, slots=True)
class DoneAs:
    """As what duty an act is done by whoever runs it, and what was found of its households.

    Of an approval: how they are assessed now, and what it would rest on that day.
    """

    duty: str | None
    seen: Apart | None
    judged: Mapping[str, AssessmentRow]
    approvable: Mapping[str, Approvable]
    sender_id: int | None


def _done_as(
    session: Session,
    envelope: Envelope,
    row: ReceivedEnvelope,
    values: Values,
    known: dict[str, Household],
    context: IntakeContext,
) -> DoneAs:
    """The duty of an act and whose hands are in the cases of its households; decisions by their door."""
    duty, entered_by = context.duties.duty_of(envelope.form), set[int | None]()
    judged: Mapping[str, AssessmentRow] = {}
    approvable: Mapping[str, Approvable] = {}
    if envelope.form == "approval":
        judged = assessment.current_of(session, list(known))
        approvable = for_approval(session, list(known), context.book, date.fromisoformat(values["done_on"]))
        duty = _door(session, values, known, context)
        entered_by = apart.senders(session, envelope.id) if duty == CONFIRMED else set()
    if duty is None or (duty in RECORDING and not envelope.base_version):
        return DoneAs(duty, None, judged, approvable, row.sender_id)
    seen = apart.look(
        session,
        context.sender_id,
        duty,
        list(known),
        context,
        received_on=day_of(row.received_at),
        entered_by=entered_by,
    )
    return DoneAs(duty, seen, judged, approvable, row.sender_id)


def _door(session: Session, values: Values, known: dict[str, Household], context: IntakeContext) -> str:
    """By which door a decision comes: signed here, or entered from paper, or compared with its paper."""
    if context.confirms:
        return CONFIRMED
    if context.sender_id is None:
        return DECIDED
    units = {
        signing_unit(areas.tree(session, context.today), household.area_code, values["body"])
        for household in known.values()
    }
    if all(may(session, "case.approve", unit, context) for unit in units):
        return DECIDED
    enters = all(may(session, "decision.enter", unit, context) for unit in units)
    return ENTERED if enters else DECIDED


def _from_file(envelope: Envelope, context: IntakeContext) -> Iterator[Fault]:
    """What decides or takes back in a queue file: that proves the phone, not who held it. Problem 4317."""
    is_recording = machine.acts()[envelope.form].right == "case.record"
    if context.is_from_file and (not is_recording or envelope.form == machine.REVOCATION):
        yield Fault("", Problem(4317, **both("act", "act", envelope.form)))


def _rows(session: Session, kind: str, values: Values) -> list[Values]:
    """What the act says of each household: the rows of its list, or the one household it names."""
    if kind == machine.REVOCATION and values.get("act"):
        steps = cases.steps_of(session, values["act"])
        homes = cases.households_of(session, steps)
        named = dict.fromkeys(homes[step.case_id] for step in steps)
        return [{"household": household_id} for household_id in named]
    if values.get("household"):
        return [{"household": values["household"]}]
    return [row for row in values.get("households", ()) if row.get("household")]


_of_these = select(Household).where(Household.id.in_(bindparam("ids", expanding=True)))


def _households(session: Session, ids: Iterable[str]) -> dict[str, Household]:
    """The households we know, in the order in which they are named."""
    named = list(ids)
    found = {one.id: one for one in session.scalars(_of_these, {"ids": named})} if named else {}
    return {each: found[each] for each in named if each in found}


def _area(
    session: Session, values: Values, known: dict[str, Household], context: IntakeContext
) -> str | None:
    """Where the act was done: the unit it states, if there is one, else where its first household lives."""
    stated: str | None = values.get("area_code")
    if stated and areas.path(session, stated, context.today):
        return stated
    return next((household.area_code for household in known.values()), None)


def _wrong_references(
    session: Session,
    kind: str,
    values: Values,
    rows: list[Values],
    known: dict[str, Household],
    context: IntakeContext,
) -> Iterator[Fault]:
    """Units and households we do not know, the same one twice, none at all, a day that has not come."""
    code = values.get("area_code")
    if code and not areas.path(session, code, context.today):
        yield Fault("area_code", Problem(4105, area_code=code), code)
    if not rows:
        yield _nobody(kind)
    seen: set[str] = set()
    for row in rows:
        if row["household"] not in known:
            yield Fault("household", Problem(4104, household=row["household"]), row["household"])
        if row["household"] in seen:
            yield Fault("households", Problem(5415, household=row["household"]), row["household"])
        seen.add(row["household"])
    done_on = date.fromisoformat(values["done_on"]) if values.get("done_on") else context.today
    if done_on > context.today:
        days = {"done_on": f"{done_on:%d/%m/%Y}", "today": f"{context.today:%d/%m/%Y}"}
        yield Fault("done_on", Problem(5417, **days), values["done_on"])


def _wrong_votes(kind: str, values: Values) -> Iterator[Fault]:
    """More votes than voters: every household of a meeting with its own fault, in its own row."""
    if kind == "meeting" and "present" in values:
        for number, problem in procedure.wrong_votes(values["present"], values.get("households", ())):
            yield Fault(f"households[{number}].votes_for", problem)


def _nobody(kind: str) -> Fault:
    """An act about no household; a revocation of something that is not (or no longer) there."""
    if kind == machine.REVOCATION:
        return Fault("act", Problem(5412))
    return Fault("households", Problem(5413))


def _refused(
    session: Session,
    envelope: Envelope,
    values: Values,
    known: dict[str, Household],
    done: DoneAs,
    context: IntakeContext,
) -> list[Fault]:
    """What speaks against the act beside its answers: rights, duties, then what it decides or pays."""
    kind = envelope.form
    found = list(_wrong_body(values, known, done)) if kind == "approval" else []
    found += _not_allowed(session, envelope, values, known, done, context)
    found += apart.faults(session, done.seen) if done.seen else ()
    if kind == "approval" and not found:
        found += _wrong_decision(session, values, known, done)
    if kind == "payment" and not found and done.seen and done.seen.is_ruled:
        found += _wrong_payment(session, envelope, values, known)
    return found


def _not_allowed(
    session: Session,
    envelope: Envelope,
    values: Values,
    known: dict[str, Household],
    done: DoneAs,
    context: IntakeContext,
) -> Iterator[Fault]:
    """What the sender has no right to do there: kept, and confirmed by those who have.

    Whoever takes a step away, by a correction or a revocation, needs the right to that step too.
    """
    kind = envelope.form
    if context.sender_id is None:
        return
    places = {household.area_code for household in known.values()}
    places |= {values["area_code"]} if values.get("area_code") else set()
    wanted = {(kind, code, values.get("body")) for code in places} if kind != machine.REVOCATION else set()
    taken_away = _taken_away(session, envelope, values)
    homes = cases.households_of(session, taken_away)
    areas_of = {one.id: one.area_code for one in _households(session, homes.values()).values()}
    away = {(step.kind, areas_of[homes[step.case_id]], step.values.get("body")) for step in taken_away}
    tree = areas.tree(session, context.today)
    # What is compared was entered by somebody who may: whoever sent it, not only whoever compares it.
    entering = replace(context, sender_id=done.sender_id) if done.duty == CONFIRMED else context
    asked = [*((one, True) for one in wanted), *((one, False) for one in away)]
    for (act, code, body), is_new in sorted(asked, key=str):
        where = signing_unit(tree, code, body or "province") if act == "approval" else code
        # A decision of before is taken away by whoever may decide, also where the new one comes from paper.
        is_from_paper = is_new and done.duty in (ENTERED, CONFIRMED)
        right = "decision.enter" if is_from_paper else machine.acts()[act].right
        if not (may(session, right, where, context) and may(session, right, where, entering)):
            yield Fault("household", Problem(4113, area_code=where or "?", **both("act", "act", act)), where)


def _taken_away(session: Session, envelope: Envelope, values: Values) -> list[Step]:
    """The steps that this act puts others in the place of, or revokes."""
    steps = cases.steps_of(session, envelope.id, before=envelope.version) if envelope.base_version else []
    revoked = cases.steps_of(session, values["act"]) if envelope.form == machine.REVOCATION else []
    return [*steps, *revoked]


def _wrong_body(values: Values, known: dict[str, Household], done: DoneAs) -> Iterator[Fault]:
    """An approval by a body that does not carry the list that day."""
    done_on = date.fromisoformat(values["done_on"])
    for household_id in known:
        row = done.judged.get(household_id)
        body = chain_on(row.programme if row else None, done_on).list_body
        if values["body"] != body:
            words = {**both("got", "level", values["body"]), **both("expected", "level", body)}
            yield Fault("body", Problem(5418, on=values["done_on"], **words))
            return


def _wrong_decision(
    session: Session, values: Values, known: dict[str, Household], done: DoneAs
) -> Iterator[Fault]:
    """A decision from paper without its paper; one against the assessment without its act and reason."""
    number = values.get("official_act")
    act = session.get(OfficialAct, number) if number is not None else None
    if number is not None and act is None:
        yield Fault("official_act", Problem(5495), number)
    if act is not None and act.state == "joined" and act.joined_id is not None:
        act = session.get_one(OfficialAct, act.joined_id)  # what was cited is now the issuer's own
    if act is not None and act.state not in USABLE:
        yield Fault("official_act", not_usable(act), number)
    is_sure = act is not None and act.state in SURE
    papers = [number or 0, act.id if act else 0]
    if done.duty in (ENTERED, CONFIRMED) and not (
        is_sure and values.get("signed_by") and scanned(session, papers)
    ):
        yield Fault("official_act", Problem(5485))
    if done.seen is None or not (done.seen.is_ruled or done.duty == ENTERED):
        return
    for household_id, outcome in against(known, done).items():
        if act is None or act.state not in USABLE or not values.get("against_reason"):
            yield Fault("household", Problem(5486, **both("outcome", "outcome", outcome)), household_id)


def against(household_ids: Iterable[str], done: DoneAs) -> dict[str, str]:
    """The households whose interview that counts for the approval finds no entitlement: by what outcome."""
    found = {one: done.approvable[one].made.outcome for one in household_ids if one in done.approvable}
    told = {one: found.get(one, "not_assessed") for one in household_ids}
    return {one: outcome for one, outcome in told.items() if outcome in NOT_FOUND_ENTITLED}


def _wrong_payment(
    session: Session, envelope: Envelope, values: Values, known: dict[str, Household]
) -> Iterator[Fault]:
    """Money without an approved amount, or above it: today's payments are all of the budget. 5487, 5488."""
    for case in cases.cases_of(session, list(known)).values():
        paid_vnd = case.paid_vnd + values["amount_vnd"]
        if envelope.base_version:
            corrected = cases.steps_of(session, envelope.id, before=envelope.version)
            paid_vnd -= sum(step.values["amount_vnd"] for step in corrected)
        if case.approved_on is not None and case.amount_vnd is None:
            yield Fault("amount_vnd", Problem(5487), values["amount_vnd"])
        elif case.amount_vnd is not None and paid_vnd > case.amount_vnd:
            yield Fault("amount_vnd", Problem(5488), values["amount_vnd"])


def _record(
    session: Session,
    envelope: Envelope,
    row: ReceivedEnvelope,
    values: Values,
    rows: list[Values],
    known: dict[str, Household],
    done: DoneAs,
    context: IntakeContext,
) -> None:
    """Record the act, follow a new head, and assess again whose facts it changed."""
    changes = record_act(session, _new_act(session, envelope, row, values, rows, known, done, context))
    _follow_heads(session, list(changes))
    _assess_changed(session, changes, context)


def _assess_changed(session: Session, changes: Changes, context: IntakeContext) -> None:
    """Approval, start of building, another kind of works: the law is asked again with what is known now."""
    changed = {one: told for one, told in changes.items() if told[0] != told[1]}
    counted = assessment.counted_of(session, list(changed)) if changed else {}
    other = [
        one
        for one, (before, after) in changed.items()
        if one in counted and counted[one].facts | before != counted[one].facts | after
    ]
    if other:
        judge_anew(session, other, context, counted=counted)


def _new_act(
    session: Session,
    envelope: Envelope,
    row: ReceivedEnvelope,
    values: Values,
    rows: list[Values],
    known: dict[str, Household],
    done: DoneAs,
    context: IntakeContext,
) -> NewAct:
    """The checked values as the cases room takes them."""
    form = load_form(envelope.form, envelope.form_version)
    impersonal, persons = split_personal(form, values)
    details, texts = split_texts(form, impersonal)
    area_code = _area(session, values, known, context)
    path = areas.path(session, area_code, context.today) if area_code else ()
    point = values.get("point") or {}
    if done.duty == DECIDED:
        details |= _signed_here(session, known, values, context)
    new = NewAct(
        envelope_id=envelope.id,
        version=envelope.version,
        kind=envelope.form,
        form_version=form.version,
        area_code=area_code,
        done_on=date.fromisoformat(values["done_on"]),
        captured_at=envelope.captured_at,
        received_at=row.received_at,
        actor_id=context.sender_id if done.duty == DECIDED else row.sender_id,
        confirmed_by=context.sender_id if done.duty == CONFIRMED else None,
        device_id=row.device_id,
        lon=point.get("lon"),
        lat=point.get("lat"),
        accuracy_m=point.get("accuracy_m"),
        point_source=point.get("source"),
        details={code: value for code, value in details.items() if code != "point"},
        texts=texts,
        flags=[
            *checks.device_flags(session, row, context),
            *checks.point_flags(point),
            *checks.time_flags(envelope.captured_at, row.received_at),
        ],
        photos=envelope.photos,
        targets=_targets(session, envelope.form, details, rows, path, persons, done, context),
    )
    new.flags.extend(_flags(session, new, known, path, done, context))
    return new


def _signed_here(
    session: Session, known: dict[str, Household], values: Values, context: IntakeContext
) -> Values:
    """In whose place the decider signs, by their appointment of today."""
    tree = areas.tree(session, context.today)
    first = next(iter(known.values()))
    unit = signing_unit(tree, first.area_code, values["body"])
    path = tree.path(unit) if unit else ()
    capacity = capacity_of(session, context.sender_id or 0, path, context.today)
    return {"capacity": capacity} if capacity else {}


def _targets(
    session: Session,
    kind: str,
    details: Values,
    rows: list[Values],
    path: tuple[str, ...],
    persons: list[PersonInput],
    done: DoneAs,
    context: IntakeContext,
) -> tuple[Target, ...]:
    """What the act decides for each household."""
    common = {
        code: value for code, value in details.items() if code not in META and not isinstance(value, list)
    }
    ids = [one["household"] for one in rows]
    rests_on = _rests_on(session, kind, details, ids, done)
    contrary = against(ids, done) if kind == "approval" else {}
    targets = []
    for one in rows:
        own = {code: value for code, value in one.items() if code != "household"}
        household_id = one["household"]
        values = common | own | rests_on.get(household_id, {})
        if household_id in contrary:
            values["against"] = contrary[household_id]
        if kind == "head_change":
            values["person_id"] = add_head(session, household_id, persons[0], context.now)
            values["previous_person_id"] = session.get_one(Household, household_id).head_person_id
        targets.append(Target(household_id, _outcome(kind, details, own, path, context), values))
    return tuple(targets)


def _rests_on(
    session: Session, kind: str, details: Values, household_ids: list[str], done: DoneAs
) -> dict[str, Values]:
    """The assessments that steps rest on, kept with them: the newest, or what is approved."""
    if kind in ("registration", "objection", "objection_answer"):
        newest = assessment.newest_of(session, household_ids)
        return {household_id: {"assessment_id": row.id} for household_id, row in newest.items()}
    if kind == "approval":
        return _approved(date.fromisoformat(details["done_on"]), done)
    return {}


def _approved(on: date, done: DoneAs) -> dict[str, Values]:
    """What is approved: programme and amount of the interview that counted that day, entering on it.

    A programme that had ended by then gives no amount.
    """
    return {
        household_id: {
            "survey_id": one.survey.id,
            "assessment_id": one.assessment_id,
            "programme": one.made.programme,
            "amount_vnd": None if one.made.lapses_on and one.made.lapses_on <= on else one.made.amount_vnd,
        }
        for household_id, one in done.approvable.items()
    }


def _outcome(
    kind: str, details: Values, own: Values, path: tuple[str, ...], context: IntakeContext
) -> str | None:
    """The outcome of an act for a household: by vote, by stage, by answer."""
    on = date.fromisoformat(details["done_on"])
    if kind == "meeting":
        return procedure.vote(context.book, on, path, details["present"], own)
    if kind == "review":
        # By the law of today: a day long ago must not be a way around the posting.
        return "passed" if procedure.needs_posting(context.book, context.today, path) else "passed_unposted"
    named = details.get("stage") if kind == "stage" else details.get("outcome")
    return named if isinstance(named, str) else None


def _flags(
    session: Session,
    new: NewAct,
    known: dict[str, Household],
    path: tuple[str, ...],
    done: DoneAs,
    context: IntakeContext,
) -> Iterator[checks.Flag]:
    """What a person should look at; flags refuse nothing."""
    yield from apart.flags(done.seen) if done.seen else ()
    yield from photo_flags(session, new)
    if new.kind == "meeting":
        yield from procedure.meeting_flags(context.book, new.done_on, path, new.details)
    if new.kind == "posting":
        until = date.fromisoformat(new.details["until"])
        yield from procedure.posting_flags(context.book, path, new.done_on, until)
    told = progress_flags(session, new, known)
    judged = assessment.current_of(session, list(known)) if new.kind == "registration" else done.judged
    for household_id in known:
        for flag in told[household_id]:
            yield {**flag, "household": household_id}
        row = judged.get(household_id)
        if new.kind == "registration" and (row is None or row.outcome not in ELIGIBLE):
            yield {"code": "not_entitled_yet", "household": household_id}
        if row is not None and row.outcome_on(new.done_on) == LAPSED:
            yield {"code": "programme_ended", "household": household_id}


def _follow_heads(session: Session, household_ids: list[str]) -> None:
    """The head is whom the last counting change of head named; a head told by a later survey stays."""
    for household_id, changes in cases.head_changes(session, household_ids).items():
        household = session.get_one(Household, household_id)
        head = cases.head_by(changes, household.head_person_id)
        if head and head != household.head_person_id:
            set_head(session, household_id, head)
