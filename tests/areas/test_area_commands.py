"""The import commands: dry run, the account they print, their exit codes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from api.cli import import_areas, import_succession, import_villages
from api.web.extensions import db
from survey.areas.models import AreaRow


@pytest.fixture
def here(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The commands work on the test's own application."""

    @contextmanager
    def same() -> Iterator[Flask]:
        yield app

    for module in (import_areas, import_villages, import_succession):
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
