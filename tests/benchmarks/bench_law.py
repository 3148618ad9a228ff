"""The full law over many households, against what a user would write by hand.

python tests/benchmarks/bench_law.py [--rows 1600000]

Prints sizes, seconds and ratios. The two rivals answer only the house definition of Decision 55; the engine
answers that, seven programmes, amounts, reasons and missing facts.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np

from survey.law import LawBook, assess, assess_many, explain, load_book

ON = date(2025, 5, 15)
UNKNOWN_SHARE = 0.05  # of every answer


def main(rows: int) -> None:
    """Run all and print one line each."""
    book = load_book()
    columns = households(book, rows)
    law = book.law_on(ON, ("06",))
    assess_many({name: column[:1000] for name, column in columns.items()}, law.book, law.on)  # compile first
    full, result = timed(lambda: assess_many(columns, law.book, law.on, law.area_codes))
    needs = float((result.outcome == 1).mean())
    print(
        f"full law, {rows:,} households, {len(columns)} facts, {len(book.clause_codes)} clauses: {full:.2f} s"
    )
    print(f"  {rows / full / 1e6:.2f} M households/s; {needs:.0%} need information and are told what")
    by_hand, _ = timed(lambda: house_by_hand(book, columns))
    print(f"house definition alone, NumPy by hand: {by_hand:.3f} s (full law: {full / by_hand:.1f} times)")
    some = min(rows, 100_000)
    by_row, _ = timed(lambda: house_by_row(book, {name: column[:some] for name, column in columns.items()}))
    by_row *= rows / some
    print(
        f"house definition alone, Python row by row: {by_row:.2f} s ({by_row / full:.1f} times the full law)"
    )
    one_household(book)


def one_household(book: LawBook) -> None:
    """One assessment with its explanation."""
    law = book.law_on(ON, ("06",))
    facts = {
        "people": 4,
        "area_m2": 40.0,
        "house_tenure": "own",
        "foundation_material": "earth",
        "frame_material": "temporary_wood",
        "wall_material": "bamboo",
        "roof_frame_material": "bamboo",
        "roof_material": "leaf",
        "land_disputed": False,
        "planning_breach": False,
        "must_demolish": False,
        "poverty_status": "near_poor",
        "merit_status": False,
        "helped_before": False,
        "poor_district": False,
        "disaster_damage": "none",
        "works_kind": "new",
        "registered": True,
    }
    explain(assess(facts, law), law)
    alone, _ = timed(lambda: [assess(facts, law) for _ in range(100)], runs=10)
    told, _ = timed(lambda: [explain(assess(facts, law), law) for _ in range(100)], runs=10)
    print(f"one household: {alone * 10:.3f} ms, with its explanation {told * 10:.3f} ms")


def households(book: LawBook, rows: int) -> dict[str, Any]:
    """Made-up households, every survey, area and record fact, one answer in twenty unknown."""
    random = np.random.default_rng(1)
    columns: dict[str, Any] = {}
    for fact in book.facts.values():
        if fact.type == "date":
            continue
        unknown = random.random(rows, np.float32) < UNKNOWN_SHARE
        if fact.kind == "truth":
            columns[fact.name] = np.where(unknown, 1, (random.random(rows, np.float32) < 0.3) * 2).astype(
                np.uint8
            )
        elif fact.kind == "choice":
            codes = random.integers(0, len(fact.choices), rows, np.int8)
            columns[fact.name] = np.where(unknown, np.int8(-1), codes)
        else:
            low, high = {"people": (1, 9), "area_m2": (5, 90), "year_built": (1980, 2025)}.get(
                fact.name, (2000, 2025)
            )
            columns[fact.name] = np.where(unknown, np.nan, random.integers(low, high, rows))
    columns["ntp_paid_vnd"] = np.where(random.random(rows) < 0.9, 0.0, 40_000_000.0)
    columns["separated_on"] = np.full(rows, np.datetime64("2015-01-01"))
    return columns


_PARTS = {
    "foundation_material": [
        "cement_mortar",
        "concrete",
        "reinforced_concrete",
        "brick",
        "stone",
        "tile",
        "wood",
    ],
    "frame_material": ["reinforced_concrete", "iron", "steel", "durable_wood"],
    "wall_material": ["brick", "stone", "durable_wood", "metal", "concrete"],
    "roof_frame_material": ["reinforced_concrete", "iron", "steel", "durable_wood"],
    "roof_material": ["reinforced_concrete", "tile"],
}


def _durable(book: LawBook, fact: str) -> list[int]:
    return [book.facts[fact].choices.index(code) for code in _PARTS[fact]]


def _code(book: LawBook, fact: str, code: str) -> int:
    return book.facts[fact].choices.index(code)


def house_by_hand(book: LawBook, c: dict[str, Any]) -> Any:
    """Decision 55 as one would write it once in NumPy: no unknowns, no reasons, no dates."""
    durable = {fact: np.isin(c[fact], _durable(book, fact)) for fact in _PARTS}
    no_frame = c["frame_material"] == _code(book, "frame_material", "no_frame")
    sheet = (c["roof_material"] == _code(book, "roof_material", "sheet")) & (c["sheet_roof_tied"] == 2)
    frame_wall = durable["wall_material"] & (durable["frame_material"] | no_frame)
    roof = durable["roof_frame_material"] & (durable["roof_material"] | sheet)
    soft = (~durable["foundation_material"]).astype(np.int8) + ~frame_wall + ~roof
    single = (c["people"] == 1) & (c["area_m2"] < 18)
    family = (c["people"] > 1) & (c["area_m2"] < 30) & (c["area_m2"] / c["people"] < 8)
    old = (2025 - c["year_built"] >= 20) & (c["ever_repaired"] == 0) & (c["degraded"] == 2)
    excluded = (c["planning_breach"] == 2) | (c["must_demolish"] == 2) | (c["land_disputed"] == 2)
    own = c["house_tenure"] == _code(book, "house_tenure", "own")
    return own & ~excluded & (single | family | (soft >= 2) | old)


def house_by_row(book: LawBook, columns: dict[str, Any]) -> list[bool]:
    """Decision 55 as one would write it once in Python, a household at a time."""
    durable = {fact: set(_durable(book, fact)) for fact in _PARTS}
    no_frame, sheet = _code(book, "frame_material", "no_frame"), _code(book, "roof_material", "sheet")
    own = _code(book, "house_tenure", "own")
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    names = list(columns)
    return [_temporary(dict(zip(names, row, strict=True)), durable, no_frame, sheet, own) for row in rows]


def _temporary(h: dict[str, Any], durable: dict[str, set[int]], no_frame: int, sheet: int, own: int) -> bool:
    if h["house_tenure"] != own or 2 in (h["planning_breach"], h["must_demolish"], h["land_disputed"]):
        return False
    frame = h["frame_material"] in durable["frame_material"] or h["frame_material"] == no_frame
    covered = h["roof_material"] in durable["roof_material"] or (
        h["roof_material"] == sheet and h["sheet_roof_tied"] == 2
    )
    soft = h["foundation_material"] not in durable["foundation_material"]
    soft += not (frame and h["wall_material"] in durable["wall_material"])
    soft += not (covered and h["roof_frame_material"] in durable["roof_frame_material"])
    if h["people"] == 1 and h["area_m2"] < 18:
        return True
    if h["people"] > 1 and h["area_m2"] < 30 and h["area_m2"] / h["people"] < 8:
        return True
    return soft >= 2 or (2025 - h["year_built"] >= 20 and h["ever_repaired"] == 0 and h["degraded"] == 2)


def timed(work: Callable[[], Any], runs: int = 2) -> tuple[float, Any]:
    """Seconds of the best run, and what it gave."""
    best, result = float("inf"), None
    for _ in range(runs):
        start = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - start)
    return best, result


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_600_000)
    main(parser.parse_args().rows)
