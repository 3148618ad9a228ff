"""`nhavung import households`: says what it found, exits with 1 when a row was refused."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli.import_households import command

MAPPING = """
source = "list-2025"
id = ["STT"]
captured_at = {default = "2025-05-15T08:00:00+07:00"}
constants = {visit = "interviewed", area_code = "V1"}
answer = [{from = "Số khẩu", to = "people"}, {from = "Mái", to = "roof_material", codes = {ton = "sheet"}}]
"""


@pytest.fixture
def run(world, tmp_path: Path, monkeypatch):
    """Run the command on a small file in a dry run, with further options."""
    monkeypatch.setattr("api.cli.context.create_app", lambda: world)
    (tmp_path / "list.toml").write_text(MAPPING, "utf-8")

    def running(rows: str, *options: str):
        (tmp_path / "list.csv").write_text(f"STT;Số khẩu;Mái;Khác\n{rows}", "utf-8-sig")
        mapping = ["--mapping", str(tmp_path / "list.toml")]
        return CliRunner().invoke(command, [str(tmp_path / "list.csv"), *mapping, "--dry-run", *options])

    return running


def test_the_plan_says_encoding_delimiter_counts_and_unused_columns(run):
    done = run("1;4;ton;x\n2;99;ton;x\n")
    assert done.exit_code == 0
    for said in ("utf-8-sig", "semicolon", "stored: 1", "inbox: 1", "total: 2", "Khác"):
        assert said in done.output


def test_every_bad_row_is_told_with_its_line(run):
    done = run("1;99;ton;x\n")
    assert "line 2: Số khẩu" in done.output


def test_an_unknown_code_is_told_with_its_count(run):
    assert "Mái = lá (2)" in run("1;4;lá;x\n2;4;lá;x\n").output


def test_a_refused_row_makes_the_command_fail(run):
    assert run(";4;ton;x\n").exit_code == 1


def test_the_report_holds_every_bad_row(run, tmp_path):
    run("".join(f"{n};99;ton;x\n" for n in range(30)), "--report", str(tmp_path / "bad.csv"))
    with (tmp_path / "bad.csv").open(encoding="utf-8-sig") as handle:
        rows = list(csv.reader(handle))
    assert len(rows) == 31
    assert rows[0][-2:] == ["việc cần làm", "what to do"]
    assert all(step.strip() for row in rows for step in row[-2:])


def test_the_template_is_written_and_said(tmp_path):
    done = CliRunner().invoke(command, ["--template", str(tmp_path / "form.xlsx")])
    assert done.exit_code == 0
    assert (tmp_path / "form.xlsx").stat().st_size > 5_000


def test_a_command_without_a_file_says_what_it_needs():
    assert "--template" in CliRunner().invoke(command, []).output
