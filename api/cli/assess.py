"""`nhavung assess`: assess all households of an area again by the law in force."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import click

from api.cli.context import app_context, operator

if TYPE_CHECKING:
    from survey import law
    from survey.access.viewer import Viewer
    from survey.approval.rejudged import Rejudgement, Result
    from survey.assessment.rows import Reassessment

MOST_MISSING = 5


@click.command("assess")
@click.option("--area", help="Only this area and what is under it.")
@click.option(
    "--changed-by-key-dates",
    "by_key_dates",
    is_flag=True,
    help="List what was judged by the day of receipt and what rests on it; assess it again on confirmation.",
)
@click.option("--yes", is_flag=True, help="Confirm beforehand.")
def command(area: str | None, by_key_dates: bool, yes: bool) -> None:
    """Assess all households (of an area) again by the law in force; old assessments stay.

    What comes out as it is stored is not written again: a run that was broken off goes on where it ended.
    """
    from api.shared.area_names import inside
    from api.web.intake_context import book_in_force
    from survey.approval.rejudged import by_day_of_receipt
    from survey.areas.told import unit_told
    from survey.assessment import queries
    from survey.problems import Problem
    from survey.registry.models import Household

    with app_context():
        viewer = operator()
        area_code = unit_told(viewer.session, area, viewer.today).code if area else None
        wanted = inside(viewer, Household.area_code, area_code)
        book = book_in_force(viewer.session)
        if by_key_dates:
            if book.shape == 1:
                raise Problem(5003, release=book.release[:8])
            ids = by_day_of_receipt(viewer.session, *wanted)
            _list(viewer, ids, book)
            if not ids or not (yes or click.confirm("Đối chiếu lại các hộ này?")):
                return
        else:
            ids = queries.household_ids(viewer.session, *wanted)
        _assess(viewer, ids, book)


def _assess(viewer: Viewer, ids: Sequence[str], book: law.LawBook) -> None:
    done, changed, kept = 0, 0, 0
    outcomes: Counter[str] = Counter()
    missing: Counter[str] = Counter()
    with click.progressbar(length=len(ids), label="Đối chiếu lại") as bar:
        for household in _reassessed(viewer, ids, book, bar.update):
            done, changed, kept = done + 1, changed + household.has_changed, kept + household.is_kept
            outcomes[household.outcome] += 1
            missing.update(household.missing_facts)
    said = f"Đã đối chiếu lại {done} trên {len(ids)} hộ theo bản luật {book.release[:8]}"
    click.echo(f"{said}; {changed} hộ đổi kết quả, {kept} hộ giữ nguyên kết quả đã lưu.")
    _tell(outcomes, missing, book)


def _reassessed(
    viewer: Viewer, ids: Sequence[str], book: law.LawBook, told: Callable[[int], None]
) -> Iterator[Reassessment]:
    """Households some at a time: all are read, what comes out otherwise is written in a short turn."""
    from api.web import transaction
    from survey.assessment import actions
    from survey.assessment.bulk import Judge

    judge = Judge(book)
    for start in range(0, len(ids), actions.AT_A_TIME):
        some = ids[start : start + actions.AT_A_TIME]
        anew = judge.anew(viewer.session, some)
        yield from actions.told(one for one in anew if one.is_kept)
        if outdated := [one.household_id for one in anew if not one.is_kept]:
            with transaction.write() as session:
                yield from list(actions.reassess_some(session, outdated, judge, viewer.now))
        viewer.session.rollback()  # nothing is read over a whole province in one breath
        told(len(some))


def _tell(outcomes: Counter[str], missing: Counter[str], book: law.LawBook) -> None:
    """How the households came out, and what is lacking most where information is."""
    from api.web.language import num
    from survey.words import word

    for outcome, households in outcomes.most_common():
        click.echo(f"  {num(households)} hộ {word(f'outcome.{outcome}')}")
    for fact, households in missing.most_common(MOST_MISSING):
        click.echo(f"    còn thiếu: {book.facts[fact].label['vi']} ({num(households)} hộ)")


def _list(viewer: Viewer, ids: Sequence[str], book: law.LawBook) -> None:
    """Every household whose own days give another result, with what rests on the old one."""
    from survey.approval.rejudged import rejudged

    found = list(rejudged(viewer.session, ids, book, viewer.today))
    changed = [one for one in found if one.has_changed]
    for one in changed:
        click.echo(_line(one))
    click.echo(
        f"{len(found)} hộ đã đối chiếu theo ngày nhận: {len(changed)} hộ có kết quả khác theo ngày của hộ, "
        f"{len(found) - len(changed)} hộ giữ nguyên. Mức đã phê duyệt và danh sách đã chốt không tự đổi."
    )


def _line(one: Rejudgement) -> str:
    before, after = _result(one.before), _result(one.after)
    days = f"khảo sát {one.visited_on:%d/%m/%Y}, đã xét theo {one.asked_on:%d/%m/%Y}"
    return f"{one.household_id} ({one.area_code or '–'}): {days}: {before} → {after}; {_rests(one)}"


def _result(result: Result) -> str:
    from api.web.language import num
    from survey.words import word

    outcome, programme, amount = result
    parts = (word(f"outcome.{outcome}"), programme, f"{num(amount)} đồng" if amount is not None else None)
    return ", ".join(filter(None, parts))


def _rests(one: Rejudgement) -> str:
    """What has been done on the strength of the old result."""
    from api.web.language import num
    from survey.words import word

    if one.case_state is None:
        return "chưa có hồ sơ: có thể đã không được đăng ký"
    parts = [f"hồ sơ: {word(f'case_state.{one.case_state}')}"]
    if one.approved_on:
        parts.append(f"phê duyệt {one.approved_on:%d/%m/%Y}, {num(one.approved_vnd or 0)} đồng")
    parts += [f"danh sách {area} năm {year} bản {version}" for area, year, version in one.lists]
    return "; ".join(parts)
