"""`nhavung import households`: other people's household files through a mapping, a plan always first."""

from __future__ import annotations

import csv
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from api.cli.context import app_context, operator

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from api.imports.households import Plan, Result
    from survey.intake.rows import Envelope, Foreseen, IntakeContext

SHOWN = 20
"""Reasons shown on the screen; --report writes all of them."""
OUTCOMES = {
    "stored": "lưu / stored",
    "waiting": "chờ bổ sung trong hộp thư / waiting in the inbox",
    "refused": "không nhận / refused",
    "passed": "không phải hộ (tiêu đề, dòng tổng, ghi chú) / no households (headings, totals, notes)",
}
TOLD = {
    **OUTCOMES,
    "corrected": "sửa / corrected",
    "gone": "không còn trong tệp, không xóa / no longer in the file, not deleted",
    "said": "đã sửa hoặc cần xem / mended, or to be looked at",
}
"""What a reason may be told under."""
REPORT_TITLES = (
    "dòng / line",
    "kết quả / outcome",
    "số / number",
    "lý do",
    "reason",
    "việc cần làm",
    "what to do",
)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("households")
@click.argument("file", type=FILE, required=False)
@click.option(
    "--mapping", type=FILE, help="How its columns become ours (TOML). Our own Excel form needs none."
)
@click.option("--sheet", help="The sheet of a workbook; otherwise the first.")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option("--yes", is_flag=True, help="Do not ask before writing.")
@click.option(
    "--correct", is_flag=True, help="Rows that differ from what was imported of them before correct it."
)
@click.option("--as", "username", help="The account in whose name it is done.")
@click.option("--report", type=NEW_FILE, help="Write every row that needs a look, with its reason (CSV).")
@click.option("--template", type=NEW_FILE, help="Write an empty Excel form to fill in, instead of importing.")
def command(
    file: Path | None,
    mapping: Path | None,
    sheet: str | None,
    *,
    dry_run: bool,
    yes: bool,
    correct: bool,
    username: str | None,
    report: Path | None,
    template: Path | None,
) -> None:
    """Import household surveys from FILE (CSV, also .gz, or XLSX, XLS, ODS)."""
    from api.web.intake_context import intake_context

    if template:
        _write_template(template)
        return
    if file is None:
        raise click.UsageError("FILE, or --template OUT.xlsx")
    with app_context():
        viewer = operator()
        context = replace(intake_context(viewer), sender_id=_account_id(viewer.session, username))
        planned = _plan(file, mapping, sheet, context, correct=correct)
        _say_plan(planned)
        reasons = _reasons(planned)
        question = f"Nhập {planned.rows} dòng / Import {planned.rows} rows?"
        refused = bool(planned.refused)
        if not dry_run and planned.prepared and (yes or click.confirm(question)):
            result = _apply(planned, context)
            _say_result(planned, result)
            reasons = _reasons(planned, result)
            refused = bool(result.refused)
    if report:
        _write_report(report, reasons)
    if refused:
        sys.exit(1)


def _plan(
    file: Path, mapping_file: Path | None, sheet: str | None, context: IntakeContext, *, correct: bool
) -> Plan:
    """What each row would become, by the same checks as the intake makes."""
    from api.imports.again import Again
    from api.imports.households import foretold, plan
    from api.imports.mapping import load_mapping
    from api.imports.template import mapping_of
    from api.imports.units import Units
    from api.web.extensions import db
    from survey.intake.actions import foresee

    session = db.session()
    mapping = load_mapping(mapping_file) if mapping_file else mapping_of(file)
    planned = plan(file, mapping, sheet, Units(session, context.today, mapping.within))
    planned = Again(session, context, correct).beside_kept(planned)
    with click.progressbar(length=len(planned.prepared), label="Đang kiểm tra / checking") as bar:

        def asked(envelope: Envelope) -> Foreseen:
            bar.update(1)
            return foresee(session, envelope, context)

        return foretold(planned, asked)


def _write_template(path: Path) -> None:
    from api.imports.template import write_template

    write_template(path)
    click.echo(f"Đã ghi mẫu nhập liệu / form written: {path}")


def _say_plan(planned: Plan) -> None:
    """What was detected and what each row would become, every code the mapping does not name included."""
    click.secho(f"{planned.file}: {planned.rows} dòng / rows", bold=True)
    for note in planned.notes:
        click.echo(f"  {note}")
    if planned.unmapped_columns:
        shown = ", ".join(planned.unmapped_columns[:SHOWN])
        more = " …" if len(planned.unmapped_columns) > SHOWN else ""
        click.echo(f"  Cột không dùng / columns not used ({len(planned.unmapped_columns)}): {shown}{more}")
    for (column, code), count in sorted(planned.unknown_codes.items()):
        click.echo(f"  Mã lạ / unknown code: {column} = {code[:60]} ({count})")
    for visit, count in planned.visits().items():
        click.echo(f"  {_visit(visit)}: {count}")
    click.echo("Dự kiến / planned:")
    _say_counts(planned.counts())
    corrected = sum(row.correction is not None for row in planned.prepared)
    _say_of_them(known=sum(row.is_known for row in planned.prepared), corrected=corrected)
    if planned.gone:
        click.echo(f"  {TOLD['gone']}: {len(planned.gone)}")
    reasons = _reasons(planned)
    for kind, text in TOLD.items():
        _say_reasons(text, [reason for reason in reasons if reason.outcome == kind])


def _say_of_them(*, known: int, corrected: int) -> None:
    if known:
        click.echo(f"  trong đó đã có từ trước / of them here before: {known}")
    if corrected:
        click.echo(f"  trong đó sửa / of them corrected: {corrected}")


def _say_reasons(title: str, reasons: list[Reason]) -> None:
    """The first reasons of one outcome, each with its line."""
    if reasons:
        click.echo(f"{title}:", err=True)
    for reason in reasons[:SHOWN]:
        line = f"dòng / line {reason.line}: " if reason.line else ""
        click.echo(f"  {line}{reason.vi}", err=True)
    if len(reasons) > SHOWN:
        click.echo(f"  … {len(reasons) - SHOWN} lý do nữa / more (--report FILE.csv)", err=True)


def _visit(code: str) -> str:
    from survey.words import glossary

    labels = glossary().get(f"visit.{code}")
    return f"{labels['vi']} / {labels['en']}" if labels else code or "?"


def _say_counts(counts: dict[str, int]) -> None:
    for outcome, count in counts.items():
        click.echo(f"  {OUTCOMES[outcome]}: {count}")
    click.echo(f"  cộng / total: {sum(counts.values())}")


def _apply(planned: Plan, context: IntakeContext) -> Result:
    """Send the rows through the intake under a progress bar."""
    from api.imports.households import apply
    from survey.intake.actions import receive

    with click.progressbar(length=len(planned.prepared), label="Đang nhập / importing") as bar:
        return apply(
            planned,
            lambda session, envelope: receive(session, envelope, context),
            on_progress=bar.update,
        )


def _account_id(session: Session, username: str | None) -> int | None:
    from survey.access.queries import account_by_username

    if username is None:
        return None
    account = account_by_username(session, username)
    if account is None:
        raise click.BadParameter(f"không có tài khoản / no account {username}", param_hint="--as")
    return account.id


def _say_result(planned: Plan, result: Result) -> None:
    click.echo("Kết quả / result:")
    _say_counts(
        {
            "stored": result.stored,
            "waiting": result.waiting,
            "refused": len(result.refused),
            "passed": result.passed,
        }
    )
    _say_of_them(known=result.known, corrected=result.corrected)
    for row in result.refused[len(planned.refused) :][:SHOWN]:
        click.echo(f"  dòng / line {row.line}: {row.problem.message('vi')}", err=True)


class Reason(NamedTuple):
    """Why a row was not simply stored, or what is said of one that was; a record that is gone has no line."""

    line: int
    outcome: str
    number: int
    vi: str
    en: str
    next_vi: str
    next_en: str


def _reasons(planned: Plan, result: Result | None = None) -> list[Reason]:
    """Every row with its reason, in the order of the file: as foreseen, or as it came to be."""
    from survey.problems import Problem

    problems = [(row.line, "passed", row.problem) for row in planned.passed]
    refused = (result or planned).refused
    problems += [(row.line, "refused", row.problem) for row in refused]
    lost = {row.line for row in refused}
    problems += [
        (row.line, "corrected", row.correction)
        for row in planned.prepared
        if row.correction and row.line not in lost
    ]
    problems += [(0, "gone", problem) for problem in planned.gone]
    problems += [(one.line, "said", one.problem) for one in planned.said]
    if result is None:
        problems += [(row.line, "waiting", fault.problem) for row in planned.prepared for fault in row.faults]
    told = [
        Reason(
            line,
            outcome,
            problem.number,
            problem.message("vi"),
            problem.message("en"),
            problem.next_step("vi"),
            problem.next_step("en"),
        )
        for line, outcome, problem in problems
    ]
    for line, fault in result.reasons if result else ():
        steps = Problem(fault["number"])
        told.append(
            Reason(
                line,
                "waiting",
                fault["number"],
                fault["vi"],
                fault["en"],
                steps.next_step("vi"),
                steps.next_step("en"),
            )
        )
    return sorted(told)


def _write_report(path: Path, reasons: list[Reason]) -> None:
    """The rows with their reasons as CSV with a byte-order mark, so that Excel reads the Vietnamese right."""
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(REPORT_TITLES)
        writer.writerows((reason.line or "", *reason[1:]) for reason in reasons)
    click.echo(f"Đã ghi danh sách lý do / reasons written: {path}")
