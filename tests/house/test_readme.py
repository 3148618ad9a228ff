"""The README names every setting and every way in."""

from __future__ import annotations

import re
from pathlib import Path

from flask import Flask

ROOT = Path(__file__).resolve().parents[2]
FAMILIES = ("/accounts", "/approvals", "/devices", "/inbox", "/static", "/work")
"""Pages listed by their common beginning."""
README = (ROOT / "README.md").read_text("utf-8")


def test_every_setting_is_explained() -> None:
    settings = set(re.findall(r"NHAVUNG_[A-Z_]+", (ROOT / "api" / "web" / "config.py").read_text("utf-8")))
    assert {name for name in settings if f"`{name}`" not in README} == set()


def test_every_page_and_resource_is_listed(app: Flask) -> None:
    known = re.sub(r"[<>]", "", README)
    for rule in app.url_map.iter_rules():
        address = re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", r"\1", rule.rule)
        family = "/" + address.split("/")[1]
        assert address in known or (family in FAMILIES and family in known), rule


def test_every_command_is_listed() -> None:
    from api.cli import COMMANDS, IMPORTS

    for name in [*COMMANDS, *IMPORTS]:
        assert f"`{name}`" in README or f"nhavung {name}" in README or f"import {name}" in README, name
