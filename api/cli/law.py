"""`nhavung law`: check, show and try the law; compare two; release one. Only `release` needs the database."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from api.cli.law_table import Moves
    from survey import law
    from survey.law.book import Component, Period, Programme, Supplement, Value

DAY = click.DateTime(["%Y-%m-%d", "%d/%m/%Y"])
LAW = click.option(
    "--law", "folder", type=click.Path(path_type=Path), help="Law folder laid over the shipped law."
)
ON = click.option("--on", type=DAY, help="Survey date (default: today).")
AREA = click.option("--area", "areas", multiple=True, help="Area code; repeat from village to province.")
LANG = click.option("--lang", type=click.Choice(["vi", "en"]), default="vi", show_default=True)


@click.group("law")
def command() -> None:
    """Check, show, try, compare and release the law."""


def _folder(folder: Path | None) -> Path | None:
    """The operator's law folder: as asked for, else as set; None: the shipped law alone."""
    from api.web.config import from_environment

    return folder or from_environment().law_folder


def _book(folder: Path | None) -> law.LawBook:
    from survey.law import load_book

    return load_book(_folder(folder))


def _day(on: datetime | None) -> date:
    """The day asked for, or the working day of this environment."""
    if on is not None:
        return on.date()
    from api.cli.context import app_context
    from api.web import clock

    with app_context():
        return clock.today()


@command.command("check")
@LAW
@click.option(
    "--cases", type=click.Path(path_type=Path), help="Folder of worked cases (shipped law: its own)."
)
def check(folder: Path | None, cases: Path | None) -> None:
    """Read the law files, check everything, and try the worked cases."""
    own = _folder(folder)
    book = _book(own)
    if cases or own is None:
        _check_cases(book, cases)
    _warn(book)
    unverified = sum(not period.cite.verified for value in book.values.values() for period in value.dated)
    click.echo(
        f"Luật đọc được: {len(book.facts)} dữ kiện, {len(book.values)} giá trị, "
        f"{len(book.clause_codes)} điều kiện, {len(book.programmes)} chương trình, "
        f"{len(book.sources)} văn bản; {unverified} mức chưa kiểm chứng."
    )
    click.echo(f"Bản luật: {book.release}")


def _warn(book: law.LawBook) -> None:
    """Print what can be read but is hardly meant."""
    from survey.law import load_book
    from survey.law.warnings import warnings

    shipped = load_book()
    found = list(
        warnings(book, shipped, _known_areas() if book.override_areas > shipped.override_areas else ())
    )
    for one in found:
        click.secho(f"[{one.number}] {one.message('vi')}\n  ({one.message('en')})", fg="yellow", err=True)


def _known_areas() -> set[str]:
    """The codes of all areas of the database, ended ones too; none where there is no database yet."""
    from sqlalchemy import select
    from sqlalchemy.exc import SQLAlchemyError

    from api.cli.context import app_context, operator
    from survey.areas.models import AreaRow

    try:
        with app_context():
            return set(operator().session.scalars(select(AreaRow.code).distinct()))
    except SQLAlchemyError:
        return set()


def _check_cases(book: law.LawBook, folder: Path | None) -> None:
    from survey.law.cases import SHIPPED, differences, read_cases
    from survey.problems import Problem

    cases = read_cases(folder or SHIPPED)
    failed = [(case, found) for case in cases if (found := differences(case, book))]
    for case, found in failed:
        click.secho(
            f"{case.file}: {case.say['vi']}\n  {'; '.join(found)}  [{case.source}]", fg="red", err=True
        )
    if failed:
        raise Problem(2040, count=len(failed), first=failed[0][0].say["vi"])
    click.echo(f"{len(cases)} ví dụ cho kết quả đúng như mong đợi.")


@command.command("facts")
@LANG
@LAW
def facts(lang: str, folder: Path | None) -> None:
    """List every fact the law may ask for: the column names of `law assess`."""
    for fact in _book(folder).facts.values():
        click.echo(f"{fact.name:22} {fact.origin:7} {fact.label[lang]} ({fact.expected()})")


@command.command("show")
@ON
@AREA
@LANG
@LAW
def show(on: datetime | None, areas: tuple[str, ...], lang: str, folder: Path | None) -> None:
    """Print the law in force on a day (for a place) as a person reads it, with its sources."""
    current = _book(folder).law_on(_day(on), areas)
    place = f", {' < '.join(areas)}" if areas else ""
    click.secho(f"{current.on:%d/%m/%Y}{place} · {current.release[:8]}", bold=True)
    _show_house(current, lang)
    for programme in current.today.programmes:
        _show_programme(current, programme, lang)
    for supplement in current.today.supplements:
        _show_supplement(current, supplement, lang)
    click.echo("\n* chưa kiểm chứng / not confirmed")


def _show_house(current: law.LawOnDate, lang: str) -> None:
    from survey.words import word

    book = current.book
    click.secho(f"\n{word('house_class.temporary_or_dilapidated', lang)}", bold=True)
    for code in book.frame.because + book.frame.against:
        if current.today.definitions[code].op != "const":  # otherwise it is not law on this day in this place
            _show_clause(current, code, "-", lang)


def _show_clause(current: law.LawOnDate, code: str, mark: str, lang: str) -> None:
    from survey.law.explain import general_text

    clause = current.book.clauses[code]
    star = "" if clause.cite.verified else " *"
    click.echo(
        f"  {mark} {general_text(code, current, lang)} [{current.book.citation(clause.cite, lang)}]{star}"
    )


def _show_programme(current: law.LawOnDate, programme: Programme, lang: str) -> None:
    from survey.words import word

    star = "" if programme.cite.verified else " *"
    until = f"{programme.span.last:%d/%m/%Y}" if programme.span.last else "…"
    click.secho(f"\n{programme.id}: {programme.title[lang]}{star}", bold=True)
    click.echo(f"  {programme.span.first:%d/%m/%Y} – {until}, {word(f'key_date.{programme.key_date}', lang)}")
    for mark, codes in (("+", programme.all), ("∨", programme.any), ("−", programme.none)):
        for code in codes:
            _show_clause(current, code, mark, lang)
    _show_amounts(current, programme.components, lang)


def _show_supplement(current: law.LawOnDate, one: Supplement, lang: str) -> None:
    star = "" if one.component.cite.verified else " *"
    added = ", ".join(one.programmes) or "tất cả / all"
    click.secho(f"\n{one.id} (+ {added}): {one.title[lang]}{star}", bold=True)
    for mark, codes in (("+", one.all), ("∨", one.any), ("−", one.none)):
        for code in codes:
            _show_clause(current, code, mark, lang)
    _show_amounts(current, (one.component,), lang)


def _show_amounts(current: law.LawOnDate, components: Iterable[Component], lang: str) -> None:
    for name, value, period in _amounts(current, components):
        star = "" if period.cite.verified else " *"
        amount = f"{int(period.value or 0):,}".replace(",", ".")
        cited = current.book.citation(period.cite, lang)
        click.echo(f"  = {value.label[lang]}: {amount} đồng [{cited}]{star}  ({name})")


def _amounts(current: law.LawOnDate, components: Iterable[Component]) -> Iterable[tuple[str, Value, Period]]:
    """The values that amounts are made of, as they are on the law's date."""
    from survey.law.expressions import names

    prices = [price for one in components for price in one.prices.values()]
    used = dict.fromkeys(name for price in prices for name in names(price.tree))
    for name in used:
        value = current.book.values.get(name)
        period = current.period(name) if value else None
        if value is not None and period is not None:
            yield name, value, period


@command.command("assess")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--on", type=DAY, required=True, help="Survey date.")
@AREA
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), required=True)
@LANG
@LAW
def assess_file(
    file: Path, on: datetime, areas: tuple[str, ...], output: Path, lang: str, folder: Path | None
) -> None:
    """Assess every row of a table (CSV or spreadsheet) whose columns are named like facts.

    Bad rows are listed with their line and left out; the exit code is 1 if there were any.
    """
    from api.cli.law_table import AssessedFile

    job = AssessedFile(file, _book(folder).law_on(on.date(), areas), lang)
    for note in job.notes:
        click.echo(note, err=True)
    with click.progressbar(length=job.lines, label="Đối chiếu") as bar:
        job.write(output, bar.update)
    for line, reason in job.bad[:50]:
        click.secho(f"dòng {line}: {reason}", fg="red", err=True)
    if len(job.bad) > 50:
        click.secho(f"… và {len(job.bad) - 50} dòng nữa", fg="red", err=True)
    click.echo(f"{job.good} hộ đã đối chiếu, {len(job.bad)} dòng lỗi → {output}")
    if job.bad:
        raise SystemExit(1)


@command.command("compare")
@click.argument("old")
@click.argument("new")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@click.option("--on", type=DAY, help="Survey date of the file's rows.")
@AREA
def compare(old: str, new: str, file: Path | None, on: datetime | None, areas: tuple[str, ...]) -> None:
    """Which households and how much money would move from OLD law to NEW.

    OLD and NEW are law folders, "shipped", or the hash of a stored release. The households are those of
    FILE, or without FILE the current assessments of the database.
    """
    from api.cli.law_table import compare_books, households_of_file

    if file is not None:
        households = households_of_file(file, _named_book(new), _day(on), areas)
        moves = compare_books(_named_book(old), _named_book(new), households)
    else:
        moves = _compare_stored(old, new)
    for (before, after), (count, money) in sorted(moves.changed.items()):
        difference = f"{money:+,}".replace(",", ".")
        click.echo(f"  {count:>7} hộ  {before} → {after}  {difference} đồng")
    totals = f"{moves.before_vnd:,} → {moves.after_vnd:,}".replace(",", ".")
    click.echo(f"{moves.total} hộ, {moves.moved} hộ đổi kết quả; tổng tiền {totals} đồng")


def _named_book(name: str) -> law.LawBook:
    """A folder over the shipped law, or the shipped law itself."""
    from survey.law import load_book

    return load_book(None if name == "shipped" else Path(name))


def _compare_stored(old: str, new: str) -> Moves:
    from api.cli.context import app_context, operator
    from api.cli.law_table import compare_books
    from api.web.extensions import db
    from survey.assessment import queries

    def book(name: str) -> law.LawBook:
        is_hash = len(name) == 64 and not Path(name).exists()
        return queries.release(db.session(), name) if is_hash else _named_book(name)

    with app_context():
        households = queries.current_facts(db.session())
        return compare_books(book(old), book(new), households, operator().today)


@command.command("release")
@LAW
def release(folder: Path | None) -> None:
    """Store the law files in the database and assess by them from now on."""
    from api.cli.context import app_context
    from api.web import clock, transaction
    from survey.assessment.actions import store_release

    with app_context():
        book = _book(folder)
        with transaction.write() as session:
            store_release(session, book, None, clock.now())
        click.echo(f"Đã đưa vào áp dụng bản luật {book.release}.")
