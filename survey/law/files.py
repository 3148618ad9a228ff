"""Law files -> one raw dictionary, with the file of each entry remembered for problem texts. No checks of
meaning.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from survey.law.shapes import SHAPE
from survey.problems import Problem

MAX_BYTES = 300_000
DAY = timedelta(days=1)
SECTIONS = ("facts", "sources", "values", "derived", "clauses", "programmes", "supplements", "frame")

Raw = dict[str, Any]  # section -> name -> entry; and the shape of the text
Origins = dict[tuple[str, str], str]  # (section, name) -> file


def shipped_folder() -> Path:
    """The folder of the law that ships with the program."""
    return Path(__file__).parent


def read_folders(folders: list[Path]) -> tuple[Raw, Origins]:
    """Read folders in order; an entry of a later folder takes the place of an earlier one of the same name.

    A later value that gives only `area` adds its periods to the earlier value's and keeps the rest.

    Raises: Problem 2001 (unreadable), 2002 (too large), 2003 (unknown part), 2006 (twice in one folder),
    2050 (no folder).
    """
    raw: Raw = {section: {} for section in SECTIONS} | {"shape": SHAPE}
    origins: Origins = {}
    for folder in folders:
        if not folder.is_dir():
            raise Problem(2050, folder=str(folder))
        seen: Origins = {}
        for section, name, entry, file in _entries(folder):
            if (section, name) in seen:
                raise Problem(2006, file=file, name=name, other=seen[section, name])
            seen[section, name] = file
            raw[section][name] = _laid_over(section, raw[section].get(name), entry)
        origins |= seen
    return raw, origins


def _laid_over(section: str, below: Any, entry: Any) -> Any:
    only_areas = section == "values" and isinstance(entry, dict) and set(entry) <= {"area"}
    if below is None or not only_areas or not isinstance(entry["area"], dict):
        return entry
    areas = dict(below.get("area", {}))
    for code, periods in entry["area"].items():
        is_list = isinstance(periods, list)  # anything else is refused when the law is built
        areas[code] = [*_kept(areas.get(code, []), periods), *periods] if is_list else periods
    return {**below, "area": areas}


def _kept(shipped: list[Any], own: list[Any]) -> list[Any]:
    """The days of shipped periods that no own period with `replaces = true` covers; other days in common are
    refused when the law is built (Problem 2008).
    """
    for period in own:
        if isinstance(period, dict) and period.get("replaces"):
            shipped = [part for one in shipped for part in _outside(one, period)]
    return shipped


def _outside(period: Any, taken: Any) -> Iterator[Any]:
    """What is left of a period before and after another one."""
    first, last = (taken.get("from", date.min), taken.get("until", date.max))
    own_first, own_last = (period.get("from", date.min), period.get("until", date.max))
    if own_last < first or last < own_first:
        yield period
        return
    if own_first < first:
        yield {**period, "until": first - DAY}
    if last < own_last:
        yield {**period, "from": last + DAY}


CASES = "cases/"
"""Worked cases lie beside the law and are no part of it (see `cases`)."""


def _entries(folder: Path) -> Iterator[tuple[str, str, Any, str]]:
    for path in sorted(folder.rglob("*.toml")):
        file = path.relative_to(folder).as_posix()
        if file.startswith(CASES):
            continue
        content = _read(path, file)
        try:
            entries = list(_split(file, content))
        except RecursionError as error:
            raise Problem(2001, file=file, reason=str(error)) from None
        yield from ((section, name, entry, file) for section, name, entry in entries)


def _read(path: Path, file: str) -> dict[str, Any]:
    try:
        if (size := path.stat().st_size) > MAX_BYTES:
            raise Problem(2002, file=file, got=size, limit=MAX_BYTES)
        return tomllib.loads(path.read_text("utf-8-sig"))  # Notepad of Windows writes a mark of three bytes
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError, RecursionError) as error:
        raise Problem(2001, file=file, reason=str(error)) from None


def _split(file: str, content: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """The entries of one file: which section it belongs to is told by its place."""
    top = file.split("/")[0]
    if file in ("facts.toml", "sources.toml"):
        yield from ((file.removesuffix(".toml"), name, entry) for name, entry in content.items())
    elif file == "frame.toml":
        yield "frame", "frame", content
    elif top == "values":
        yield from (("values", name, entry) for name, entry in _dotted(content))
    elif top == "clauses":
        yield from _conditions(file, content)
    elif top in ("programmes", "supplements"):
        yield top, str(content.get("id", file)), content
    else:
        raise Problem(
            2003,
            file=file,
            entry="-",
            key=file,
            expected="facts.toml, values/, clauses/, programmes/, supplements/ …",
        )


def _dotted(content: dict[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """`[support.xnt_new]` arrives as nested tables; an entry is one that has a unit, periods or areas."""
    for key, entry in content.items():
        if isinstance(entry, dict) and not {"unit", "dated", "area"} & set(entry):
            yield from _dotted(entry, f"{before}{key}.")
        else:
            yield before + key, entry


def _conditions(file: str, content: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for key in set(content) - {"derived", "clause"}:
        raise Problem(2003, file=file, entry="-", key=key, expected="derived, clause")
    derived, clauses = content.get("derived", {}), content.get("clause", [])
    for key, told, kind in (("derived", derived, dict), ("clause", clauses, list)):
        if not isinstance(told, kind):
            raise Problem(2005, file=file, entry="-", key=key, got=repr(told)[:80], expected=f"[{key}]")
    yield from (("derived", name, entry) for name, entry in derived.items())
    for entry in clauses:
        if not isinstance(entry, dict) or "code" not in entry:
            raise Problem(2004, file=file, entry="clause", key="code")
        yield "clauses", str(entry["code"]), entry
