"""`nhavung export`, as an operator types it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyogrio
import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sending import send

from api.cli import export as command
from api.cli import problem_of

Export = Callable[..., Result]


@pytest.fixture
def export(sign_in, world: Flask, monkeypatch: pytest.MonkeyPatch) -> Export:
    """Export from the test's own application: two households in Nam Mẫu, one of them without a point."""

    @contextmanager
    def same() -> Iterator[Flask]:
        yield world

    monkeypatch.setattr(command, "app_context", same)
    lan = sign_in("lan")
    send(lan, {"head_name": "Đặng Văn Sình"})
    send(lan, {"head_name": "Nông Văn Đài", "point": None})
    return lambda *arguments: CliRunner().invoke(command.command, [str(one) for one in arguments])


def problem(done: Result) -> int | None:
    """The number of the problem a command ended with."""
    found = problem_of(done.exception) if done.exception else None
    return found.number if found else None


def test_it_says_what_was_written_and_what_could_not_be_drawn(export: Export, tmp_path: Path) -> None:
    path = tmp_path / "ho.gpkg"
    done = export("households", "01900", "-o", path, "--crs", "vn2000")
    assert done.exit_code == 0, done.output
    assert "1 dòng có vị trí, 1 dòng không vẽ được, EPSG:9213" in done.output
    assert pyogrio.read_info(path, layer="households")["crs"] == "EPSG:9213"


@pytest.mark.parametrize("kind", ["villages", "communes"])
def test_units_are_written_too(export: Export, tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"{kind}.geojson"
    assert export(kind, "06", "-o", path).exit_code == 0
    assert len(json.loads(path.read_text("utf-8"))["features"]) == {"villages": 3, "communes": 2}[kind]


def test_an_area_may_be_told_by_its_name(export: Export, tmp_path: Path) -> None:
    path = tmp_path / "thon.geojson"
    assert export("villages", "Nam Mẫu", "-o", path).exit_code == 0
    assert len(json.loads(path.read_text("utf-8"))["features"]) == 2


def test_a_file_to_hand_on_has_no_names(export: Export, tmp_path: Path) -> None:
    path = tmp_path / "ho.gpkg"
    assert export("households", "06", "-o", path, "--without-names").exit_code == 0
    assert "head_name" not in pyogrio.read_info(path, layer="households")["fields"]
    assert "Đặng Văn Sình".encode() not in path.read_bytes()


def test_any_zone_may_be_named_by_its_code(export: Export, tmp_path: Path) -> None:
    path = tmp_path / "ho.gpkg"
    assert export("households", "06", "-o", path, "--crs", "EPSG:9210").exit_code == 0
    assert pyogrio.read_info(path, layer="households")["crs"] == "EPSG:9210"


@pytest.mark.parametrize(
    ("arguments", "number"),
    [
        (("households", "99", "-o", "a.gpkg"), 3040),
        (("households", "06", "-o", "a.shp"), 7020),
        (("households", "06", "-o", "a.geojson", "--crs", "vn2000"), 7023),
        (("households", "06", "-o", "a.gpkg", "--crs", "EPSG:99999"), 3021),
        (("communes", "V1", "-o", "a.gpkg"), 7022),
        (("households", "06", "-o", "no/such/folder/a.gpkg"), 1012),
    ],
)
def test_what_cannot_be_written_is_a_problem_and_leaves_the_old_file(
    export: Export, tmp_path: Path, monkeypatch, arguments: tuple[str, ...], number: int
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("a.gpkg", "a.geojson", "a.shp"):
        Path(name).write_text("kept", "utf-8")
    assert problem(export(*arguments)) == number
    assert [path.read_text("utf-8") for path in sorted(tmp_path.iterdir())] == ["kept"] * 3
