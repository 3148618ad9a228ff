"""What may come next in a household's case: by its state, and by the rights of whoever looks."""

from __future__ import annotations

from survey import law
from survey.access.viewer import Viewer
from survey.approval import queries as approval
from survey.approval.chain import Chain, chain_on, signing_unit
from survey.areas import queries as areas
from survey.assessment import queries as assessment
from survey.cases import machine, procedure
from survey.cases.models import Step
from survey.cases.queries import History
from survey.cases.rows import CaseEvent, Progress
from survey.law.assessment import ELIGIBLE
from survey.problems import Problem
from survey.registry.models import Household

NO_WAY_ON = ("rejected", "not_endorsed", "handed_over")
"""States after which a new registration is possible, but not what comes next."""


def may_do(viewer: Viewer, kind: str, house: Household) -> bool:
    """Whether the viewer may do this kind of act for the household."""
    if kind == "approval":
        return may_approve(viewer, house.id, house.area_code)
    return viewer.may(machine.acts()[kind].right, house.area_code)


def may_approve(viewer: Viewer, household_id: str, area_code: str | None) -> bool:
    """Whether the viewer sits in the body that approves this household today."""
    signing = _signing(viewer, household_id, area_code)
    return signing is not None and viewer.may("case.approve", signing)


def may_approve_some(viewer: Viewer) -> bool:
    """Whether the viewer sits in the body that approves some of the reviewed cases of their areas today."""
    visible = viewer.visible(Household.area_code, "case.approve")
    tree = areas.tree(viewer.session, viewer.today)
    programmes = approval.waiting_programmes(viewer.session, visible)
    return any(
        viewer.may("case.approve", signing_unit(tree, code, chain.list_body))
        for chain in (chain_of(viewer, programme) for programme in programmes)
        if chain is not None
        for code in viewer.areas("case.approve")
    )


def chain_of(viewer: Viewer, programme: str | None) -> Chain | None:
    """Who approves a programme today; None where nothing says so."""
    try:
        return chain_on(programme, viewer.today)
    except Problem:
        return None


def _signing(viewer: Viewer, household_id: str, area_code: str | None) -> str | None:
    """The unit whose approval counts; None where no chain or no place is known."""
    row = assessment.current(viewer.session, household_id)
    chain = chain_of(viewer, row.programme if row else None)
    tree = areas.tree(viewer.session, viewer.today)
    return signing_unit(tree, area_code, chain.list_body) if chain else None


def next_acts(viewer: Viewer, book: law.LawBook, house: Household, progress: Progress | None) -> list[str]:
    """What may come next and the viewer may do: the most likely first, if there is one, then the others."""
    possible = [kind for kind in _sensible(viewer, book, house, progress) if may_do(viewer, kind, house)]
    likely = likely_next(viewer, book, house, progress)
    return sorted(possible, key=lambda kind: (kind != likely, not machine.acts()[kind].takes_on))


def likely_next(viewer: Viewer, book: law.LawBook, house: Household, progress: Progress | None) -> str | None:
    """The act that takes the case on, whoever may do it; None where nothing has to come."""
    state = progress.state if progress else machine.NONE
    possible = _sensible(viewer, book, house, progress)
    if progress and progress.objections and state not in ("registered", "endorsed"):
        return "objection_answer"
    if state in NO_WAY_ON or (state in (machine.NONE, machine.CANCELLED) and not _entitled(viewer, house)):
        return None
    if state == "withdrawn":
        return "recovery" if "recovery" in possible else None
    return next((kind for kind, act in machine.acts().items() if act.takes_on and kind in possible), None)


def _sensible(viewer: Viewer, book: law.LawBook, house: Household, progress: Progress | None) -> list[str]:
    """The acts that could come next, without a review before the posting that the law of the day asks for."""
    possible = list(machine.possible(progress))
    if "review" in possible and progress is not None and progress.state == "endorsed":
        path = areas.path(viewer.session, house.area_code, viewer.today) if house.area_code else ()
        if procedure.needs_posting(book, viewer.today, path):
            possible.remove("review")
    return possible


def _entitled(viewer: Viewer, house: Household) -> bool:
    row = assessment.current(viewer.session, house.id)
    return row is not None and row.outcome in ELIGIBLE


def revocable(viewer: Viewer, house: Household, histories: list[History]) -> set[str]:
    """The acts (by id) the viewer may revoke: the rest of the history is possible without them."""
    found: set[str] = set()
    for history in histories:
        for step, move in zip(history.steps, history.events(), strict=True):
            rest = [other for other in history.events() if other.act_id != move.act_id]
            if _may_take_away(viewer, step, house) and _is_possible(rest):
                found.add(move.act_id)
    return found


def _may_take_away(viewer: Viewer, step: Step, house: Household) -> bool:
    """An approval is taken away by the body that gave it, everything else by whoever may do it."""
    if step.kind != "approval":
        return may_do(viewer, step.kind, house)
    tree = areas.tree(viewer.session, viewer.today)
    body = step.values.get("body") or "province"  # none was kept: then the highest may
    return viewer.may("case.approve", signing_unit(tree, house.area_code, body))


def _is_possible(moves: list[CaseEvent]) -> bool:
    try:
        machine.replay(moves)
    except Problem:
        return False
    return True
