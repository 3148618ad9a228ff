"""Duties apart, at the one door that all acts go through: who holds what of a case, and what that refuses.

Whoever runs a record answers for it: its sender, or the other person who mends it or lets it through.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, literal, null, or_, select, union_all
from sqlalchemy.orm import Session

from survey.access.queries import is_unconfirmed
from survey.approval.duties import CONFIRMED, DECIDED, ENTERED, PAYMENT, SURVEY, Allowance
from survey.areas import queries as areas
from survey.assessment import queries as assessment
from survey.cases.models import Act, Case, Step
from survey.days import day_of
from survey.intake import queries
from survey.intake.models import ReceivedEnvelope
from survey.intake.rows import IntakeContext
from survey.problems import Problem
from survey.questionnaire import Fault
from survey.registry.models import Household, Survey
from survey.words import LANGUAGES, both, word

Hands = dict[str, dict[str, set[int | None]]]
"""household id -> duty -> the accounts that hold it. None is nobody: the program, or the operator."""
IMPORTED = "imported"
"""In the place of a duty: nobody knows who holds it, the record was imported or came before the rule."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """One household for which this account may not do `duty`: it holds `held`, or nobody knows who does.

    With an `allowance` it is taken all the same, and listed for the level above.
    """

    household_id: str
    duty: str
    held: tuple[str, ...]
    is_unknown: bool = False
    allowance: Allowance | None = None

    @property
    def problem(self) -> Problem:
        """Problem 5480 with the duties by name, never with people's names; 5482 where nobody is known."""
        held = {
            f"held_{lang}": ", ".join(word(f"duty.{duty}", lang) for duty in self.held) for lang in LANGUAGES
        }
        return Problem(5482 if self.is_unknown else 5480, **held, **both("duty", "duty", self.duty))


def _hands() -> Any:
    """Who sent, mended or let through any version of what made these households' cases: one statement."""
    sent = ReceivedEnvelope
    of_these: Any = bindparam("households", expanding=True)
    surveys = (
        select(
            Survey.household_id,
            literal(SURVEY),
            sent.sender_id,
            sent.let_through_by,
            null(),
            null(),
            sent.received_at,
        )
        .join(sent, sent.envelope_id == Survey.envelope_id)
        .where(Survey.household_id.in_(of_these))
    )
    acts = (
        select(
            Case.household_id,
            Act.kind,
            sent.sender_id,
            sent.let_through_by,
            Act.actor_id,
            Act.confirmed_by,
            Act.received_at,
        )
        .join(Step, Step.act_id == Act.id)
        .join(Case, Case.id == Step.case_id)
        .outerjoin(sent, sent.envelope_id == Act.envelope_id)
        .where(Case.household_id.in_(of_these), or_(Case.is_newest, Case.is_active))
        .where(Act.kind.in_(bindparam("kinds", expanding=True)))
    )
    return union_all(surveys, acts)


_who = _hands()  # made once: every decision asks


def hands(session: Session, household_ids: Collection[str], context: IntakeContext) -> Hands:
    """The accounts that hold each duty of the newest case of these households, by their records and acts."""
    asked = {"households": sorted(household_ids), "kinds": list(context.duties.kinds)}
    found: Hands = defaultdict(lambda: defaultdict(set))
    for household_id, kind, sender, through, actor, confirmed_by, received_at in session.execute(_who, asked):
        duty = context.duties.duty_of(kind)
        if duty is None:
            continue
        is_entered = duty == DECIDED and confirmed_by is not None
        of_household = found[household_id]
        if is_entered:
            of_household[CONFIRMED].add(confirmed_by)
            duty = ENTERED
        known = {one for one in (sender, None if is_entered else through, actor) if one is not None}
        of_household[duty] |= known
        if not known:
            rule = context.duties.rule(DECIDED, None, day_of(received_at))
            was_before = kind == SURVEY or rule is None
            of_household[IMPORTED if was_before else duty].add(None)
    return found


@dataclass(frozen=True, slots=True)
class Apart:
    """What was found as an account was about to do a duty: who holds what, which households refuse it."""

    duty: str
    doer_id: int | None
    hands: Hands
    conflicts: tuple[Conflict, ...]
    is_ruled: bool


def look(
    session: Session,
    doer_id: int | None,
    duty: str,
    household_ids: Sequence[str],
    context: IntakeContext,
    *,
    received_on: date,
    entered_by: Collection[int | None] = (),
) -> Apart:
    """Whether `doer_id` may do `duty` for these households, by the rules of the day it was received.

    `entered_by` are the hands of the very decision that is to be confirmed.
    """
    book, held = context.duties, hands(session, household_ids, context)
    judged = assessment.current_of(session, list(household_ids)) if book.names_programmes else {}
    found, is_ruled = [], False
    for household_id in household_ids:
        programme = judged[household_id].programme if household_id in judged else None
        apart = book.apart(duty, programme, received_on)
        is_own = book.rule(duty, programme, received_on) is not None
        is_ruled = is_ruled or is_own
        of_household = {**held.get(household_id, {})}
        of_household[ENTERED] = {*of_household.get(ENTERED, ()), *entered_by}
        joined, unknown = (
            tuple(one for one in book.duties if one in apart and who in of_household.get(one, ()))
            for who in (doer_id, None)
        )
        if doer_id is not None and joined:
            allowance = _allowance(session, household_id, (duty, *joined), context)
            found.append(Conflict(household_id, duty, joined, allowance=allowance))
        elif unknown and is_own:
            found.append(Conflict(household_id, duty, unknown, is_unknown=True))
    return Apart(duty, doer_id, held, tuple(found), is_ruled)


def _allowance(
    session: Session, household_id: str, duties: Sequence[str], context: IntakeContext
) -> Allowance | None:
    """The exception of the household's unit, where there is one for any of these duties."""
    if not context.duties.allowances:
        return None
    household = session.get_one(Household, household_id)
    path = areas.path(session, household.area_code, context.today) if household.area_code else ()
    return context.duties.allowance(duties, path, context.today)


def faults(session: Session, seen: Apart) -> Iterator[Fault]:
    """What refuses the act. Problems 5480, 5481 nobody does it, 5482, 5483 a password set by another."""
    if seen.is_ruled and seen.doer_id is None:
        yield Fault("", Problem(5481, **both("duty", "duty", seen.duty)))
        return
    if seen.is_ruled and seen.doer_id is not None and is_unconfirmed(session, seen.doer_id):
        yield Fault("", Problem(5483))
    for one in seen.conflicts:
        if one.allowance is None:
            yield Fault("household", one.problem, one.household_id)


def flags(seen: Apart) -> Iterator[dict[str, Any]]:
    """What the level above should look at: duties joined by an exception, one hand in all, imports."""
    if not seen.is_ruled:
        return
    for one in seen.conflicts:
        if one.allowance is not None:
            told = {"duties": [*one.held, one.duty], "act": one.allowance.act, "unit": one.allowance.unit}
            yield {"code": "duties_joined", "household": one.household_id, **told}
    for household_id, of_household in seen.hands.items():
        if seen.duty == DECIDED and None in of_household.get(IMPORTED, ()):
            yield {"code": "recorder_unknown", "household": household_id}
        if seen.duty == PAYMENT and _is_whole_life(of_household, seen.doer_id):
            yield {"code": "one_hand", "household": household_id}


def _is_whole_life(of_household: Mapping[str, set[int | None]], doer_id: int | None) -> bool:
    """Whether one account did everything from the survey to the payment."""
    decided = of_household.get(DECIDED, set()) | of_household.get(ENTERED, set())
    stages = (of_household.get("surveyed", set()), of_household.get("registered", set()), decided)
    return all(doer_id in stage for stage in stages)


def senders(session: Session, envelope_id: str) -> set[int | None]:
    """Everybody who sent or let through a version of one record."""
    found = queries.versions(session, [envelope_id]).get(envelope_id, [])
    return {one for row in found for one in (row.sender_id, row.let_through_by) if one is not None}
