"""The law gives Bac Kan's published list of 2025: 4,716 houses, 261.06 billion đồng."""

from __future__ import annotations

from collections import Counter
from datetime import date

import numpy as np
from law.made_facts import BOOK, HUT

from survey.law import assess_many

MERIT = {"merit_status": True, "permanent_residence": True, "poverty_status": "none"}
POOR_DISTRICT = {
    "poverty_status": "poor",
    "poor_district": True,
    "people": 6,
    "separated_on": date(2015, 5, 1),
}
MINORITY = {"poverty_status": "poor", "ethnic_minority": True}
OTHER = {"poverty_status": "near_poor"}
LIST = [  # group, new, repair: Decision 407/QĐ-UBND
    ("MERIT-2025", MERIT, 158, 100),
    ("NTP-SPR", POOR_DISTRICT, 141, 22),
    ("NTP-EM", MINORITY, 1083, 1),
    ("XNT-2024", OTHER, 2604, 607),
]


def list_of_2025():
    households = [
        HUT | facts | {"works_kind": kind}
        for _, facts, new, repair in LIST
        for kind, count in (("new", new), ("repair", repair))
        for _ in range(count)
    ]
    names = sorted({name for one in households for name in one})
    columns = {name: np.array([one.get(name) for one in households], object) for name in names}
    return assess_many(columns, BOOK, date(2025, 2, 20), ("06",))


def test_bac_kan_in_2025():
    result = list_of_2025()
    rows = [result.row(place) for place in range(len(result))]
    assert {row["outcome"] for row in rows} == {"entitled"}
    assert Counter(row["works_kind"] for row in rows) == {"new": 3986, "repair": 730}
    houses = Counter(row["programme"] for row in rows)
    assert houses == {"MERIT-2025": 258, "NTP-SPR": 163, "NTP-EM": 1084, "XNT-2024": 3211}
    money = Counter()
    for row in rows:
        money[row["programme"]] += row["amount_vnd"]
    assert money == {
        "MERIT-2025": 12_480_000_000,
        "NTP-SPR": 9_120_000_000,
        "NTP-EM": 65_010_000_000,
        "XNT-2024": 174_450_000_000,
    }
