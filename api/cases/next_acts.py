"""Which acts a viewer may do for a household now: what the machine allows, by whom the law wants it done."""

from __future__ import annotations

from api.web import auth, clock
from api.web.extensions import db
from api.web.intake_context import book_in_force
from survey.approval import queries as approval
from survey.approval.chain import Chain, chain_on, signing_unit
from survey.areas import queries as areas
from survey.assessment import queries as assessment
from survey.cases import machine, procedure
from survey.cases.models import Step
from survey.cases.queries import History
from survey.cases.rows import Move, Progress
from survey.law.assessment import ELIGIBLE
from survey.problems import Problem
from survey.registry.models import Household

FORWARD = (
    "registration",
    "meeting",
    "posting",
    "review",
    "resubmission",
    "objection_answer",
    "approval",
    "start",
    "stage",
    "completion",
    "handover",
    "recovery",
)
"""Acts that take a case on its way, in its order; the others are exits, turns and remarks."""
NO_WAY_ON = ("rejected", "not_endorsed", "handed_over")
"""States after which a new registration is possible, but not what comes next."""


def may_do(kind: str, house: Household) -> bool:
    """Whether the viewer may do this kind of act for the household."""
    if kind == "approval":
        return may_approve(house.id, house.area_code)
    return auth.may(machine.acts()[kind]["right"], house.area_code)


def may_approve(household_id: str, area_code: str | None) -> bool:
    """Whether the viewer sits in the body that approves this household today."""
    signing = _signing(household_id, area_code)
    return signing is not None and auth.may("case.approve", signing)


def may_approve_some() -> bool:
    """Whether the viewer sits in the body that approves some of the reviewed cases of their areas today."""
    visible = auth.visible(Household.area_code, "case.approve")
    tree = areas.tree(db.session(), clock.today())
    chains = (chain_of(programme) for programme in approval.waiting_programmes(db.session(), visible))
    return any(
        auth.may("case.approve", signing_unit(tree, code, chain.list_body))
        for chain in chains
        if chain is not None
        for code in auth.areas("case.approve")
    )


def chain_of(programme: str | None) -> Chain | None:
    """Who approves a programme today; None where nothing says so."""
    try:
        return chain_on(programme, clock.today())
    except Problem:
        return None


def _signing(household_id: str, area_code: str | None) -> str | None:
    """The unit whose approval counts; None where no chain or no place is known."""
    row = assessment.current(db.session(), household_id)
    chain = chain_of(row.programme if row else None)
    tree = areas.tree(db.session(), clock.today())
    return signing_unit(tree, area_code, chain.list_body) if chain else None


def next_acts(house: Household, progress: Progress | None) -> list[str]:
    """What may come next and the viewer may do: the most likely first, if there is one, then the others."""
    possible = [
        kind
        for kind in machine.possible(progress)
        if _makes_sense(kind, house, progress) and may_do(kind, house)
    ]
    likely = likely_next(house, progress)
    return sorted(possible, key=lambda kind: (kind != likely, kind not in FORWARD))


def likely_next(house: Household, progress: Progress | None) -> str | None:
    """The act that takes the case on, whoever may do it; None where nothing has to come."""
    state = progress.state if progress else machine.NONE
    possible = [kind for kind in machine.possible(progress) if _makes_sense(kind, house, progress)]
    if progress and progress.objections and state not in ("registered", "endorsed"):
        return "objection_answer"
    if state in NO_WAY_ON or (state in (machine.NONE, machine.CANCELLED) and not _entitled(house)):
        return None
    if state == "withdrawn":
        return "recovery" if "recovery" in possible else None
    return next((kind for kind in FORWARD if kind in possible), None)


def _makes_sense(kind: str, house: Household, progress: Progress | None) -> bool:
    """Leave out a review before the posting that the law of the day asks for."""
    if kind != "review" or progress is None or progress.state != "endorsed":
        return True
    path = areas.path(db.session(), house.area_code, clock.today()) if house.area_code else ()
    return not procedure.needs_posting(book_in_force(db.session()), clock.today(), path)


def _entitled(house: Household) -> bool:
    row = assessment.current(db.session(), house.id)
    return row is not None and row.outcome in ELIGIBLE


def revocable(house: Household, histories: list[History]) -> set[str]:
    """The acts (by id) the viewer may revoke: the rest of the history is possible without them."""
    found: set[str] = set()
    for history in histories:
        for step, move in zip(history.steps, history.moves(), strict=True):
            rest = [other for other in history.moves() if other.act_id != move.act_id]
            if _may_take_away(step, house) and _is_possible(rest):
                found.add(move.act_id)
    return found


def _may_take_away(step: Step, house: Household) -> bool:
    """An approval is taken away by the body that gave it, everything else by whoever may do it."""
    if step.kind != "approval":
        return may_do(step.kind, house)
    tree = areas.tree(db.session(), clock.today())
    body = step.values.get("body") or "province"  # none was kept: then the highest may
    return auth.may("case.approve", signing_unit(tree, house.area_code, body))


def _is_possible(moves: list[Move]) -> bool:
    try:
        machine.fold(moves)
    except Problem:
        return False
    return True
