"""The plan of the field app: scripts import from below only, and none imports itself by a detour."""

from __future__ import annotations

import posixpath
import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

FIELD = Path(__file__).resolve().parents[2] / "api" / "static" / "field"
IMPORT = re.compile(r"""(?:^(?:import|export)\b[^"();]*|\bimport\()"(\.[^"]+)""", re.MULTILINE)

# Folder -> floor. A script may import its own folder and the floors below; what starts the app stands on top.
FLOORS = {"law": 0, "ui": 0, "store": 1, "router.js": 2, "lock.js": 3, "form": 3, "screens": 4, "app.js": 5}


def imports() -> dict[str, set[str]]:
    """The scripts each script imports, also where it does so later, by their paths below the field app."""
    return {
        path.relative_to(FIELD).as_posix(): {
            posixpath.normpath((path.parent.relative_to(FIELD) / name).as_posix())
            for name in IMPORT.findall(path.read_text("utf-8"))
        }
        for path in sorted(FIELD.rglob("*.js"))
    }


def test_no_script_of_the_field_app_imports_itself_by_a_detour() -> None:
    order = list(TopologicalSorter(imports()).static_order())
    assert set(order) == {path.relative_to(FIELD).as_posix() for path in FIELD.rglob("*.js")}


@pytest.mark.parametrize("path", [path for path in imports() if path not in ("sw.js", "too_old.js")])
def test_a_script_of_the_field_app_imports_its_own_folder_and_the_floors_below(path: str) -> None:
    def room_of(script: str) -> str:
        return script.partition("/")[0]

    above = [
        other
        for other in imports()[path]
        if room_of(other) != room_of(path) and FLOORS[room_of(other)] >= FLOORS[room_of(path)]
    ]
    assert above == []
