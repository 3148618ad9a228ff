"""The README's chapter on law files: its example is law that helps, its table names every key."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from law.made_facts import HUT

from survey.law import assess, load_book, shapes

README = (Path(__file__).resolve().parents[2] / "README.md").read_text("utf-8")
CHAPTER = README.split("\n## A law file of your own\n")[1].split("\n## ")[0]
SHAPES = (
    shapes.FACT,
    shapes.VALUE,
    shapes.PERIOD,
    shapes.BOUNDS,
    shapes.CLAUSE,
    shapes.PROGRAMME,
    shapes.COMPONENT,
    shapes.SUPPLEMENT,
    shapes.TRANCHE,
    shapes.END,
    shapes.AMOUNT,
    shapes.PRIORITY,
)


@pytest.fixture
def book(tmp_path):
    """The law with the chapter's files laid over it, as a person would copy them."""
    for path, text in re.findall(r"```toml\n# (\S+)\n(.*?)```", CHAPTER, re.DOTALL):
        file = tmp_path / path
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
    return load_book(tmp_path)


@pytest.mark.parametrize(
    ("works_kind", "area", "on", "parts"),
    [
        ("new", "19", "2026-03-01", [45, 15, 10]),
        ("repair", "19", "2026-03-01", [22.5, 7.5, 10]),
        ("new", "10", "2026-06-30", [45, 15, 10]),
        ("new", "10", "2026-07-01", [60, 20, 10]),
    ],
)
def test_the_example_gives_what_a_reader_expects(book, works_kind, area, on, parts):
    facts = HUT | {"works_kind": works_kind, "has_special_hardship": True}
    made = assess(facts, book.law_on(date.fromisoformat(on), (area,)))
    assert made.programme == "TINH-2026"
    assert [part.amount_vnd / 1_000_000 for part in made.components] == parts
    assert made.amount_vnd == sum(parts[:2]) * 1_000_000


def test_every_key_of_a_law_file_is_named():
    keys = {key for shape in SHAPES for key in shape}
    assert {key for key in keys if not re.search(rf"`[^`]*\b{key}\b[^`]*`", CHAPTER)} == set()
