"""`nhavung import facts`: units by code or name, and nothing of a table that has a cell without its value."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from api.cli import cli
from api.web.extensions import db
from survey.areas.queries import area_facts
from survey.problems import Problem

TITLES = ("area_code", "fact", "value", "from", "until", "source")


@pytest.fixture
def take(world, tmp_path: Path, monkeypatch):
    """Import rows of facts; gives what the command came to."""
    monkeypatch.setattr("api.cli.context.create_app", lambda: world)

    def taking(*rows: tuple):
        book = openpyxl.Workbook()
        for row in (("Đặc điểm địa bàn",), TITLES, *rows):
            book.active.append(row)
        book.save(tmp_path / "facts.xlsx")
        return CliRunner().invoke(cli, ["import", "facts", str(tmp_path / "facts.xlsx")])

    return taking


def test_a_unit_is_meant_by_its_name_or_by_a_code_without_its_zero(take):
    row = ("minority_area", "true", "2024-01-01", None, "1/QĐ")
    assert take(("Nam Mẫu", *row), (1901, *row)).exit_code == 0
    for code in ("01900", "01901"):
        assert area_facts(db.session(), [code], date(2025, 5, 15))["minority_area"] is True


def test_a_last_day_that_is_an_error_is_not_left_open(take):
    done = take(("01900", "minority_area", "true", "2024-01-01", "#REF!", "1/QĐ"))
    assert isinstance(done.exception, Problem)
    assert (done.exception.number, "#REF!" in done.output) == (3030, True)
