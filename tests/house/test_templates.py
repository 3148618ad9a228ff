"""The templates: addresses come from the routes, and every line can be read without scrolling."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TEMPLATES = Path(__file__).resolve().parents[2] / "api" / "templates"
NAMES = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))
TYPED = re.compile(r"""\b(?:href|action|src)\s*=\s*["']?/""")
LONGEST_LINE = 200


def lines(name: str) -> list[str]:
    return (TEMPLATES / name).read_text("utf-8").splitlines()


# The shell of the field app names its files as the service worker keeps them.
@pytest.mark.parametrize("name", [name for name in NAMES if name != "field/shell.html"])
def test_no_address_is_typed_by_hand(name: str) -> None:
    typed = [number for number, line in enumerate(lines(name), start=1) if TYPED.search(line)]
    assert not typed, f"{name}: url_for(…) on the lines {typed}"


@pytest.mark.parametrize("name", NAMES)
def test_no_line_is_too_long_to_read(name: str) -> None:
    long = {n: len(line) for n, line in enumerate(lines(name), start=1) if len(line) > LONGEST_LINE}
    assert not long, f"{name}: longer than {LONGEST_LINE}: {long}"
