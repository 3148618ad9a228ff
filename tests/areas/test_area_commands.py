"""The import commands: dry run, the account they print, their exit codes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from api.cli import import_areas, import_facts, import_succession, import_villages, problem_of
from api.cli.serve import tell_next_steps
from api.web.extensions import db
from survey.areas.models import AreaFact, AreaRow


@pytest.fixture
def here(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The commands work on the test's own application."""

    @contextmanager
    def same() -> Iterator[Flask]:
        yield app

    for module in (import_areas, import_facts, import_villages, import_succession):
        monkeypatch.setattr(module, "app_context", same)
    (tmp_path / "provinces.csv").write_text("code,name\n06,Tỉnh Bắc Kạn\n", "utf-8")
    (tmp_path / "communes.csv").write_text("code,name,parent\n01834,Xã A,06\n01840,Xã B,07\n", "utf-8")
    return tmp_path


def run(module, *arguments: object):
    return CliRunner().invoke(module.command, [str(argument) for argument in arguments])


def test_a_dry_run_says_what_would_happen_and_writes_nothing(here: Path):
    result = run(
        import_areas, here / "provinces.csv", "--level", "province", "--from", "01/01/2020", "--dry-run"
    )
    assert result.exit_code == 0
    assert "1 thêm mới / added" in result.output
    assert db.session().query(AreaRow).count() == 0


def test_refused_rows_are_told_with_their_reason_and_written_to_a_file(here: Path):
    run(import_areas, here / "provinces.csv", "--level", "province", "--from", "2020-01-01")
    arguments = ("--level", "commune", "--from", "2020-01-01", "--refused", here / "refused.csv")
    result = run(import_areas, here / "communes.csv", *arguments)
    assert result.exit_code == 0
    assert "[3012]" in result.output
    assert "3,3012" in (here / "refused.csv").read_text("utf-8-sig")


def test_a_file_of_which_nothing_could_be_taken_exits_with_one(here: Path):
    result = run(import_areas, here / "communes.csv", "--level", "commune", "--from", "2020-01-01")
    assert result.exit_code == 1


def test_a_day_written_wrongly_is_told_with_both_ways_of_writing_it(here: Path):
    result = run(import_areas, here / "provinces.csv", "--level", "province", "--from", "2020-13-01")
    assert result.exit_code == 2
    assert "01/07/2025" in result.output


def test_villages_and_successions_come_in_by_their_commands(here: Path):
    run(import_areas, here / "provinces.csv", "--level", "province", "--from", "2020-01-01")
    (here / "communes.csv").write_text("code,name,parent\n01834,Xã A,06\n01840,Xã B,06\n", "utf-8")
    run(import_areas, here / "communes.csv", "--level", "commune", "--from", "2020-01-01")
    (here / "villages.csv").write_text("thon,ma_xa\nThôn 1,01834\n", "utf-8")
    assert run(import_villages, here / "villages.csv", "--from", "2020-01-01").exit_code == 0
    (here / "pairs.csv").write_text("old,new\n01834,01840\n01840,01840\n", "utf-8")
    result = run(
        import_succession, here / "pairs.csv", "--from", "2025-07-01", "--legal-act", "1683/NQ-UBTVQH15"
    )
    assert "2 thêm mới / added" in result.output


@pytest.fixture
def places(here: Path) -> Path:
    """A province and two communes are there."""
    (here / "communes.csv").write_text("code,name,parent\n01834,Xã Nà Thử,06\n01840,Xã Hai,06\n", "utf-8")
    for file, level in (("provinces.csv", "province"), ("communes.csv", "commune")):
        run(import_areas, here / file, "--level", level, "--from", "2020-01-01")
    return here


FACTS = "area_code,fact,value,from,until,source\n"


def test_facts_are_taken_by_code_zero_or_name_and_a_second_time_change_nothing(places: Path):
    (places / "facts.csv").write_text(
        f"{FACTS}6,minority_area,có,2025-07-01,,QĐ 1\nNà Thử,poor_district,false,01/07/2025,,QĐ 2\n",
        "utf-8",
    )
    assert "2 thêm mới / added" in run(import_facts, places / "facts.csv").output
    assert "2 giữ nguyên / unchanged" in run(import_facts, places / "facts.csv").output
    kept = [(row.area_code, row.fact, row.value) for row in db.session().query(AreaFact)]
    assert kept == [("06", "minority_area", True), ("01834", "poor_district", False)]


@pytest.mark.parametrize(
    ("row", "number"),
    [
        ("99,minority_area,true,2025-07-01,,QĐ", 3040),
        ("06,minority,true,2025-07-01,,QĐ", 3048),
        ("06,minority_area,maybe,2025-07-01,,QĐ", 2031),
        ("06,minority_area,,2025-07-01,,QĐ", 3048),
        ("06,minority_area,true,2025-13-01,,QĐ", 3048),
        ("06,minority_area,true,2025-07-01,,", 3048),
    ],
)
def test_each_bad_fact_is_told_and_then_nothing_is_written(places: Path, row: str, number: int):
    (places / "facts.csv").write_text(f"{FACTS}06,minority_area,true,2025-07-01,,QĐ\n{row}\n", "utf-8")
    done = run(import_facts, places / "facts.csv")
    assert f"dòng / row 3: [{number}]" in done.output
    assert problem_of(done.exception).number == 3030
    assert db.session().query(AreaFact).count() == 0


def test_facts_without_a_column_they_need_are_refused_by_its_name(places: Path):
    (places / "facts.csv").write_text(
        "ma,fact,value,from,source\n06,minority_area,true,2025-07-01,QĐ\n", "utf-8"
    )
    problem = problem_of(run(import_facts, places / "facts.csv").exception)
    assert (problem.number, problem.details["missing"]) == (3047, "area_code")


def readme_table(first_line: str) -> str:
    """The example file of the README that begins with this line."""
    text = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    (table,) = [block.strip() for block in text.split("```") if block.strip().startswith(first_line)]
    return table


def test_the_files_of_the_readme_come_in_as_they_stand_there(here: Path):
    (here / "p.csv").write_text("code,name\n19,Tỉnh Thái Nguyên\n", "utf-8")
    (here / "c.csv").write_text("code,name,parent\n01906,Xã Ba Bể,19\n", "utf-8")
    (here / "v.csv").write_text(readme_table("ten_thon,xa,"), "utf-8")
    (here / "f.csv").write_text(readme_table("area_code,fact,"), "utf-8")
    since = ("--from", "2025-07-01")
    run(import_areas, here / "p.csv", "--level", "province", *since)
    run(import_areas, here / "c.csv", "--level", "commune", *since)
    assert "2 thêm mới / added" in run(import_villages, here / "v.csv", *since).output
    assert "4 thêm mới / added" in run(import_facts, here / "f.csv").output


def test_villages_of_which_most_were_refused_say_so_and_exit_with_one(here: Path):
    run(import_areas, here / "provinces.csv", "--level", "province", "--from", "2020-01-01")
    run(import_areas, here / "communes.csv", "--level", "commune", "--from", "2020-01-01")
    (here / "villages.csv").write_text(
        "name,parent,lon,lat\nThôn 1,01834,105.6,22.4\nThôn 2,09999,105.6,22.4\nThôn 3,09999,105.6,22.4\n",
        "utf-8",
    )
    result = run(import_villages, here / "villages.csv", "--from", "2020-01-01")
    assert result.exit_code == 1
    assert "Phần lớn tệp không nhận được: 2/3 dòng" in result.output
    assert "1 thêm mới / added" in result.output


def test_serving_an_empty_folder_says_what_is_to_be_done_next(app: Flask, capsys: pytest.CaptureFixture[str]):
    tell_next_steps(app)
    told = capsys.readouterr().out
    assert "nhavung import areas" in told
    assert "nhavung users create admin" in told
    assert "nhavung law release" in told


def test_serving_a_province_says_nothing_of_first_steps(world: Flask, capsys: pytest.CaptureFixture[str]):
    tell_next_steps(world)
    told = capsys.readouterr().out
    assert "nhavung import areas" not in told
    assert "nhavung users create" not in told
