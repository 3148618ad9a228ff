"""The plan of the house: imports go down only, clock and commits stand in one place, docstrings tell why."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("survey", "maps", "api")

# Module prefix -> floor. The longest prefix that fits counts; a module may import its own floor's
# room and anything below; rooms of one floor number must not import each other.
FLOORS = {
    "survey": 0,
    "survey.db": 0,
    "survey.days": 0,
    "survey.encryption": 0,
    "survey.problems": 0,
    "survey.touched": 0,
    "survey.words": 0,
    "survey.law": 1,
    "survey.operation": 1,
    "survey.questionnaire": 2,
    "survey.areas": 3,
    "survey.access": 4,
    "survey.registry": 5,
    "survey.trail": 5,
    "survey.cases": 6,
    "survey.assessment": 7,
    "survey.approval": 8,
    "survey.works": 9,
    "survey.intake": 10,
    "survey.standing": 11,
    "survey.fieldwork": 12,
    "survey.finance": 12,
    "maps": 13,
    "api": 14,
    "api.web": 15,
    "api.shared": 16,
    "api.forms": 17,
    "api.accounts": 18,
    "api.backups": 18,
    "api.budget": 18,
    "api.cases": 18,
    "api.demo": 18,
    "api.field": 18,
    "api.gis": 18,
    "api.imports": 18,
    "api.inbox": 18,
    "api.law": 18,
    "api.map": 18,
    "api.papers": 18,
    "api.status": 18,
    "api.trail": 18,
    "api.approvals": 19,
    "api.areas": 19,
    "api.households": 19,
    "api.app": 20,
    "api.cli": 21,
}
FEATURE_FLOORS = (18, 19)
ROOM_TO_ROOM = {"api.approvals": {"api.cases"}, "api.areas": {"api.cases"}, "api.households": {"api.cases"}}
"""Which feature room of the edge takes something from which other; the others take nothing from any."""
MAPS_MAY_SEE = ("survey.problems", "survey.words", "survey.areas.shapes", "maps")
NO_WEB = ("flask", "flask_sqlalchemy", "flask_login", "werkzeug", "marshmallow_sqlalchemy")


def modules() -> list[Path]:
    """Every module of the program."""
    return [
        path
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if "node_modules" not in path.parts
    ]


def name_of(path: Path) -> str:
    """The dotted name of a module."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def floor_of(module: str) -> tuple[int, str]:
    """(floor, room) of a module."""
    room = max((prefix for prefix in FLOORS if module == prefix or module.startswith(prefix + ".")), key=len)
    return FLOORS[room], room


def imports_of(path: Path) -> list[tuple[str, int]]:
    """Every module that is imported anywhere in a file (also inside functions), with its line."""
    found = []
    known = {name_of(module) for module in modules()}
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.append((inner if inner in known else node.module, node.lineno))
    return found


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_a_module_imports_only_its_own_room_and_the_floors_below(path: Path) -> None:
    name = name_of(path)
    floor, room = floor_of(name)
    for imported, line in imports_of(path):
        if imported.split(".")[0] not in PACKAGES:
            continue
        other_floor, other_room = floor_of(imported)
        assert other_room == room or other_floor < floor, f"{path}:{line} imports {imported} from above"
        if floor in FEATURE_FLOORS and other_floor in FEATURE_FLOORS:
            assert other_room in {room, *ROOM_TO_ROOM.get(room, ())}, f"{path}:{line} imports {imported}"


def test_the_domain_and_the_maps_know_nothing_of_the_web() -> None:
    for path in modules():
        if name_of(path).startswith(("survey", "maps")):
            used = {imported.split(".")[0] for imported, _ in imports_of(path)}
            assert not used & set(NO_WEB), path


def test_maps_are_drawn_from_rows_alone() -> None:
    for path in modules():
        if name_of(path).startswith("maps"):
            ours = [imported for imported, _ in imports_of(path) if imported.split(".")[0] in PACKAGES]
            assert all(
                imported.startswith(MAPS_MAY_SEE) or imported.endswith(".rows") for imported in ours
            ), path


def calls(path: Path) -> list[tuple[str, int]]:
    """(attribute or name called, line) of every call."""
    tree = ast.parse(path.read_text("utf-8"))
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            found.append((getattr(called, "attr", getattr(called, "id", "")), node.lineno))
    return found


def test_only_one_module_commits() -> None:
    committing = {name_of(path) for path in modules() for call, _ in calls(path) if call == "commit"}
    assert committing == {"api.web.transaction"}


def test_only_one_module_reads_the_clock() -> None:
    reading = {
        name_of(path)
        for path in modules()
        for call, line in calls(path)
        if call in {"now", "today", "utcnow"}
        and f"clock.{call}" not in path.read_text("utf-8").splitlines()[line - 1]
    }
    assert reading <= {"api.web.clock"}


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_modules_and_public_functions_say_what_they_are_for(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert ast.get_docstring(tree), path
    outer = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    methods = [node for cls in outer if isinstance(cls, ast.ClassDef) for node in cls.body]
    for node in [*outer, *methods]:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{path}:{node.name}"
