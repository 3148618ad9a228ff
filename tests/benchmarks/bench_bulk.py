"""A province assessed again: the first run after a change of law, and one where nothing changed.

python tests/benchmarks/bench_bulk.py [--households 2000] [--database URL]

Prints seconds, statements and bytes written; 350,000 households are a large province. Households are those of
a small one many times over, half of them with an approved case.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from click.testing import CliRunner
from flask import Flask
from sqlalchemy import event, func, insert, select

sys.path.insert(0, str(Path(__file__).parents[1]))
from acting import AGREE, step
from makers import NOON, envelope, make_world

from api.app import create_app
from api.cli.assess import command
from api.web import transaction
from api.web.config import from_environment
from api.web.database import upgrade
from api.web.extensions import db
from survey import law
from survey.access.models import User
from survey.assessment.actions import store_release
from survey.assessment.models import AssessmentRow
from survey.cases.models import Case, Step
from survey.intake.actions import receive
from survey.intake.envelope import read
from survey.intake.rows import IntakeContext
from survey.registry.models import Household, StatusRecord, Survey

MODELS = 60
"""Households that come through the door, to be copied."""
COPIED = (Household, Survey, StatusRecord, Case, Step, AssessmentRow)
REFERENCES = {
    "household_id": "households",
    "survey_id": "surveys",
    "case_id": "cases",
    "assessment_id": "assessments",
}
DEARER = """
[xnt.new]
unit = "VND/house"
key_date = "started_on"
vi = "Hỗ trợ xây mới, hộ nghèo và cận nghèo khác"
en = "New house, other poor and near-poor"
dated = [{from = 2024-04-13, value = 77_000_000, source = "523/TB-VPCP", verified = true}]
"""


def main(households: int = 2_000, database: str | None = None) -> None:
    """Make the households, assess them again by the same law, by a dearer one, and once more."""
    with tempfile.TemporaryDirectory() as folder:
        app = made(Path(folder), households, database)
        for said in ("same law", "dearer law", "dearer law, again"):
            if said == "dearer law":
                release_dearer(app, Path(folder) / "law")
            before = written(app)
            seconds, told = timed(app)
            each, reads = seconds / households * 1e3, told["SELECT"] + told["PRAGMA"]
            print(f"{said}: {households:,} households in {seconds:.1f} s, {each:.2f} ms each")
            more = written(app) - before
            print(f"  {reads:,} reading and {told.total() - reads:,} writing statements, {more:,} bytes")


def made(folder: Path, households: int, database: str | None) -> Flask:
    """An application on a database with so many households."""
    url = database or f"sqlite:///{folder / 'nhavung.sqlite'}"
    environment = {
        "NHAVUNG_DATA_FOLDER": str(folder),
        "NHAVUNG_DATABASE_URL": url,
        "NHAVUNG_SECRET_KEY": "a key for benchmarks only",
        "NHAVUNG_PINNED_DATE": "2025-05-15",
    }
    app = create_app(from_environment(environment))
    upgrade(app)
    with app.app_context():
        with transaction.write() as session:
            make_world(session)
            book = law.load_book()
            store_release(session, book, None, NOON)
            come_in(session, book)
        copies = Copies(db.session())
        for _ in range(-(-households // MODELS) - 1):
            with transaction.write() as session:
                copies.add(session)
        copies.count_on()
    return app


def come_in(session: Any, book: law.LawBook) -> None:
    """The households that are copied: of several kinds, half of them approved."""
    people = dict(session.execute(select(User.username, User.id)).all())
    kinds: list[dict[str, Any]] = [{}, {"works_kind": "repair"}, {"roof_material": None, "works_kind": None}]
    kinds += [{"wall_material": "brick", "foundation_material": "concrete", "year_built": 2020}]
    for number in range(MODELS):
        changed = {
            "people": 1 + number % 7,
            "area_m2": 20.0 + number,
            "visited_on": f"2025-05-0{1 + number % 9}",
        }
        sent = envelope(kinds[number % 4] | changed | {"area_code": f"V{1 + number % 2}"})
        acts = [step(sent["id"], name, done_on="2025-05-10") for name in AGREE] if number % 2 == 0 else []
        for raw in (sent, *acts):
            sender = people["son" if raw["form"] == "approval" else "mai"]
            receive(session, read(raw), IntakeContext(sender, None, date(2025, 5, 15), NOON, book))


class Copies:
    """Copies of the first households, each with ids of its own."""

    def __init__(self, session: Any) -> None:
        self.originals = {
            model.__tablename__: [dict(row) for row in session.execute(select(model.__table__)).mappings()]
            for model in COPIED
        }
        self.numbers = Counter(
            {
                name: max((row["id"] for row in rows if is_numbered(row)), default=0)
                for name, rows in self.originals.items()
            }
        )

    def add(self, session: Any) -> None:
        """One copy of all."""
        ids: dict[Any, Any] = {}
        for model in COPIED:
            rows = [self.copied(model.__tablename__, row, ids) for row in self.originals[model.__tablename__]]
            if rows:
                session.execute(insert(model), rows)

    def count_on(self) -> None:
        """PostgreSQL counts by itself, and is told how far the copies went."""
        if db.engine.dialect.name == "postgresql":
            with db.engine.begin() as connection:
                for table, last in self.numbers.items():
                    if last:
                        sequence = func.pg_get_serial_sequence(table, "id")
                        connection.execute(select(func.setval(sequence, last)))

    def copied(self, table: str, row: dict[str, Any], ids: dict[Any, Any]) -> dict[str, Any]:
        """A row under new ids."""
        fresh = dict(row)
        if "id" in row:
            self.numbers[table] += 1
            fresh["id"] = ids[table, row["id"]] = (
                self.numbers[table] if is_numbered(row) else str(uuid.uuid4())
            )
        for column, of in REFERENCES.items():
            if row.get(column) is not None:
                fresh[column] = ids[of, row[column]]
        if table == "surveys":
            fresh["envelope_id"] = fresh["household_id"]
        if table == "status_records":
            fresh["source"] = f"survey:{fresh['household_id']}/1"
        if table == "steps" and row["kind"] == "approval":
            fresh["values"] = row["values"] | {"survey_id": ids["surveys", row["values"]["survey_id"]]}
        return fresh


def is_numbered(row: dict[str, Any]) -> bool:
    """Whether rows of its table have numbers for ids."""
    return isinstance(row.get("id"), int)


def release_dearer(app: Flask, folder: Path) -> None:
    """A law in force by which new houses of one programme get more."""
    (folder / "values").mkdir(parents=True)
    (folder / "values" / "own.toml").write_text(DEARER, "utf-8")
    with app.app_context(), transaction.write() as session:
        store_release(session, law.load_book(folder), None, NOON)


def timed(app: Flask) -> tuple[float, Counter[str]]:
    """Seconds of `nhavung assess`, and what it said to the database by its first word."""
    told: Counter[str] = Counter()

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        told[statement.split()[0]] += not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE"))

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
        begun = time.perf_counter()
        run(app)
        seconds = time.perf_counter() - begun
        event.remove(db.engine, "before_cursor_execute", note)
    return seconds, told


def run(app: Flask) -> None:
    """`nhavung assess` on this application."""
    from api.cli import context

    made_otherwise: Callable[[], Flask] = context.create_app
    context.create_app = lambda: app
    try:
        done = CliRunner().invoke(command, catch_exceptions=False)
    finally:
        context.create_app = made_otherwise
    if done.exit_code:
        raise RuntimeError(done.output)
    print("  " + done.output.strip().splitlines()[1])


def written(app: Flask) -> int:
    """Bytes of the database, and of its log where that is a file."""
    with app.app_context():
        if db.engine.dialect.name == "postgresql":
            with db.engine.connect() as connection:
                return int(connection.scalar(select(func.pg_database_size(func.current_database()))) or 0)
        file = Path(db.engine.url.database or "")
        return sum(each.stat().st_size for each in file.parent.glob(file.name + "*"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", type=int, default=2_000)
    parser.add_argument("--database")
    given = parser.parse_args()
    main(given.households, given.database)
