"""Tables of households: each row is answered as if it stood alone, and two laws are compared row by row."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from law.made_facts import BOOK, HUT, facts, value_of

from api.cli.law_table import ADDED, AssessedFile, compare_books
from survey import law

ON = date(2025, 5, 15)
NEIGHBOURS = st.lists(
    st.fixed_dictionaries(
        {}, optional={name: st.none() | value_of(fact) for name, fact in BOOK.facts.items()}
    ),
    max_size=8,
)


def as_text(value: Any) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def table_of(households: list[dict[str, Any]], folder: Path) -> Path:
    path = folder / "in.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["name", *BOOK.facts])
        writer.writerows([f"Hộ {n}", *map(as_text, one.values())] for n, one in enumerate(households))
    return path


def answers_alone(household: dict[str, Any], on: law.LawOnDate) -> dict[str, str]:
    """What one row is answered, said by the way of one household."""
    made = law.assess(household, on)
    reasons = [f"{one.text} [{one.citation}]" if one.citation else one.text for one in law.explain(made, on)]
    amount = made.amount_vnd
    return {
        "outcome": made.outcome,
        "house_class": made.house_class,
        "programme": made.programme or "",
        "works_kind": made.works_kind or "",
        "amount_vnd": "" if amount is None else str(amount),
        "components": " ".join(f"{part.code}={part.amount_vnd}" for part in made.components),
        "house_total_vnd": "" if amount is None else str(made.house_total_vnd),
        "missing_facts": " ".join(made.missing_facts),
        "reasons": " ".join(reasons),
    }


@settings(max_examples=40)
@given(st.lists(facts(unknown_share=6), min_size=1, max_size=4), NEIGHBOURS)
def test_every_row_is_answered_as_if_it_stood_alone(tmp_path, households, neighbours):
    rows = [*households, *({**dict.fromkeys(BOOK.facts), **HUT, **one} for one in neighbours)]
    on = BOOK.law_on(ON, ("06",))
    job = AssessedFile(table_of(rows, tmp_path), on, "vi")
    job.write(tmp_path / "out.csv", lambda _: None)
    written = csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text("utf-8-sig")))
    assert not job.bad
    for row, household in zip(written, rows, strict=True):
        assert {name: row[name] for name in ADDED} == answers_alone(household, on)


DEARER = """
[xnt.new]
unit = "VND/house"
key_date = "started_on"
vi = "a"
en = "a"
dated = [
  {until = 2025-06-30, value = 70_000_000, source = "523/TB-VPCP", verified = true},
  {from = 2025-07-01, value = 75_000_000, source = "523/TB-VPCP", verified = true},
]
"""


@settings(max_examples=25)
@given(
    st.lists(facts(unknown_share=8), min_size=1, max_size=6),
    NEIGHBOURS,
    st.none() | st.just(date(2025, 8, 1)),
)
def test_two_laws_are_compared_household_by_household(tmp_path, households, neighbours, today):
    (tmp_path / "values").mkdir(exist_ok=True)
    (tmp_path / "values" / "own.toml").write_text(DEARER, "utf-8")
    dearer = law.load_book(tmp_path)
    told = [law.Household(one, ON, ("06",)) for one in (*households, *(HUT | one for one in neighbours))]
    moves = compare_books(BOOK, dearer, told, today)
    pairs = [
        tuple(
            law.assess(one.facts, book.law_on(ON, ("06",))).as_of(today or date.min)
            for book in (BOOK, dearer)
        )
        for one in told
    ]
    differences = [(after.amount_vnd or 0) - (before.amount_vnd or 0) for before, after in pairs]
    said = [[(one.outcome, one.programme, one.works_kind) for one in pair] for pair in pairs]
    moved = [bool(money) or was != comes for money, (was, comes) in zip(differences, said, strict=True)]
    assert (moves.total, moves.moved) == (len(told), sum(moved))
    assert moves.after_vnd - moves.before_vnd == sum(differences)
    assert sum(count for count, _ in moves.changed.values()) == sum(moved)
    assert sum(money for _, money in moves.changed.values()) == sum(differences)
