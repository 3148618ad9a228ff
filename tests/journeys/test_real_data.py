"""Real files of others, from the import to map and workbook: every row accounted for, no household lost."""

from __future__ import annotations

import csv
import gzip
import json
import os
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from api.cli import cli
from api.web.extensions import db
from survey.assessment.models import AssessmentRow
from survey.intake.models import ReceivedEnvelope
from survey.registry.models import Household, Survey

Run = Callable[..., str]
Find = Callable[[str], Path]

MAPPINGS = Path(__file__).parents[1] / "mappings"
WHOLE = os.environ.get("HYPOTHESIS_PROFILE") == "prove"
"""The 5,867 buildings of Nepal take minutes: the ordinary run sends a part of them."""
EVERY = 15
OLDEST_YEARS = 150
"""Older buildings than this are always sent: some are older than the form allows, and wait."""
FILES = {
    "bangladesh_kobo": "survey/bangladesh_msna_2018_kobo.csv.gz",
    "safi_odk": "survey/safi_2016_odk.csv",
    "nepal_kavre": "survey/nepal_kavre_2015.csv.gz",
}
VILLAGES = 954


@dataclass(frozen=True)
class Taken:
    """What is there after everything went in, read once an engine: plain values that outlive the database."""

    villages: str
    rows: dict[str, int]
    counts: dict[str, Counter[str]]
    states: Counter[str]
    surveys: list[tuple[str, str, list[dict[str, Any]]]]
    households: dict[str, float | None]
    assessed: Counter[str]
    drawn: dict[str, float | None]
    listed: list[str]
    budget: str


_taken: dict[str, Taken] = {}


@pytest.fixture
def run(app, monkeypatch) -> Run:
    """Run `nhavung …` on the database of the test; gives what it printed."""
    monkeypatch.setattr("api.cli.context.create_app", lambda: app)

    def running(*arguments: str | Path) -> str:
        done = CliRunner().invoke(cli, [str(one) for one in arguments], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    return running


@pytest.fixture
def taken(storage, run: Run, real_data: Find, tmp_path: Path) -> Taken:
    """Everything taken in by the commands, once an engine."""
    if storage.url not in _taken:
        villages = take_areas(run, real_data)
        files = {name: real_data(file) for name, file in FILES.items()}
        files["nepal_kavre"] = files["nepal_kavre"] if WHOLE else part_of(files["nepal_kavre"], tmp_path)
        said = {name: take_households(run, file, name) for name, file in files.items()}
        _taken[storage.url] = look(run, tmp_path, villages, files, said)
    return _taken[storage.url]


def take_areas(run: Run, find: Find) -> str:
    """Bac Kan of 2024 and Thai Nguyen since July 2025, then the 954 places; what the last import said."""
    old, new = find("bac_kan_2024.gpkg"), find("thai_nguyen_2025.gpkg")
    for level, until in (("province", ()), ("district", ("--until", "2025-06-30")), ("commune", ())):
        run("import", "areas", old, "--from", "2020-02-01", "--level", level, *until, "--uncertainty-m", 500)
    for level in ("province", "commune"):
        run("import", "areas", new, "--from", "2025-07-01", "--level", level, "--uncertainty-m", 50)
    return run("import", "villages", find("bac_kan_villages.geojson"), "--from", "2020-02-01")


def part_of(path: Path, folder: Path) -> Path:
    """A file of every fifteenth building and the oldest ones."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as handle:
        header, *rows = csv.reader(handle)
    age = header.index("age_building")
    kept = [
        row for place, row in enumerate(rows) if place % EVERY == 0 or OLDEST_YEARS <= int(row[age]) < 999
    ]
    with (folder / "nepal.csv").open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([header, *kept])
    return folder / "nepal.csv"


def take_households(run: Run, file: Path, mapping: str) -> Counter[str]:
    """Import one file through its mapping; the counts of the result as the command printed them."""
    said = run("import", "households", file, "--mapping", MAPPINGS / f"{mapping}.toml", "--yes")
    result = said.split("Kết quả / result:")[1]
    return Counter({word: int(number) for word, number in re.findall(r"/ ([a-z ]+): (\d+)", result)})


def look(run: Run, folder: Path, villages: str, files: dict[str, Path], said: dict[str, Any]) -> Taken:
    """Read database, map and workbook of the province."""
    run("map", "06", "-o", folder / "map.html")
    budget = run("budget", "06", "-o", folder / "budget.xlsx")
    session = db.session()
    current = select(AssessmentRow.household_id).where(AssessmentRow.is_current)
    return Taken(
        villages=villages,
        rows={name: lines_of(file) for name, file in files.items()},
        counts=said,
        states=Counter(session.scalars(select(ReceivedEnvelope.state))),
        surveys=[
            tuple(row) for row in session.execute(select(Survey.household_id, Survey.visit, Survey.flags))
        ],
        households={row[0]: row[1] for row in session.execute(select(Household.id, Household.lon))},
        assessed=Counter(session.scalars(current)),
        drawn=houses_of(folder / "map.html"),
        listed=ids_of(folder / "budget.xlsx"),
        budget=budget,
    )


def lines_of(file: Path) -> int:
    """Rows of a CSV, counted apart from the program's own reader."""
    opener: Any = gzip.open if file.suffix == ".gz" else open
    with opener(file, "rt", encoding="utf-8", newline="") as handle:
        return sum(1 for _ in csv.reader(handle)) - 1


def houses_of(file: Path) -> dict[str, float | None]:
    """The houses of a map file and their longitude; none for those listed as not shown."""
    start = "nhavung.houses(nhavung_map, "
    data, _ = json.JSONDecoder().raw_decode(file.read_text("utf-8").split(start)[1])
    return dict(zip(data["id"], data["lon"], strict=True))


def ids_of(file: Path) -> list[str]:
    """The household ids of a budget workbook, in the last column of its list."""
    rows = CalamineWorkbook.from_path(str(file)).get_sheet_by_name("Danh sách hộ").to_python()
    column = rows[0].index("Mã hộ")
    return [row[column] for row in rows[1:]]


def test_the_villages_go_in_first(taken: Taken):
    assert str(VILLAGES) in taken.villages


@pytest.mark.parametrize("name", FILES)
def test_every_row_is_stored_waiting_or_refused(taken: Taken, name: str):
    counts = taken.counts[name]
    parts = counts["stored"] + counts["waiting in the inbox"] + counts["refused"]
    assert parts == counts["total"] == taken.rows[name]


def test_the_files_are_whole(taken: Taken):
    assert (taken.rows["bangladesh_kobo"], taken.rows["safi_odk"]) == (292, 81)
    assert taken.rows["nepal_kavre"] == 5867 if WHOLE else taken.rows["nepal_kavre"] > 350


def test_what_the_command_says_is_what_the_database_holds(taken: Taken):
    total = sum(taken.counts.values(), Counter())
    assert taken.states == {"stored": total["stored"], "waiting": total["waiting in the inbox"]}
    assert len(taken.surveys) == len(taken.households) == total["stored"]


def test_buildings_older_than_the_form_allows_wait_in_the_inbox(taken: Taken):
    assert taken.counts["nepal_kavre"]["waiting in the inbox"] == 3


def test_every_interview_is_assessed_once_and_no_other_visit_is(taken: Taken):
    interviewed = Counter(household for household, visit, _ in taken.surveys if visit == "interviewed")
    assert taken.assessed == interviewed
    assert len(interviewed) < len(taken.surveys)


def test_foreign_points_are_outside_every_area(taken: Taken):
    placed = {household for household, lon in taken.households.items() if lon is not None}
    flags = {household: {flag["code"] for flag in found} for household, _, found in taken.surveys}
    assert placed
    assert all("outside" in flags[household] for household in placed)


def test_every_household_is_on_the_map_or_listed_as_not_shown(taken: Taken):
    assert taken.drawn.keys() == taken.households.keys()
    drawn = {household for household, lon in taken.drawn.items() if lon is not None}
    assert drawn == {household for household, lon in taken.households.items() if lon is not None}


def test_every_household_is_in_the_workbook_once(taken: Taken):
    assert Counter(taken.listed) == Counter(taken.households.keys())
