"""KNOW: the law as dated and cited data, and the small pure engine that reads it.

book = load_book()
law = book.law_on(date(2025, 5, 15), ("01234", "06"))
assessment = assess({"people": 4, ...}, law)
for reason in explain(assessment, law, "vi"): ...

`expressions` turns clause text into trees, `evaluation` gives their three-valued meaning (scalar,
NumPy), `loader` reads and checks the files, `book` holds them, `rules` fixes them on dates, `assess` and
`bulk` judge one household and millions, `alike` gives many their whole assessments, `explain` says why,
`phone` hands the law to a browser.
"""

from __future__ import annotations

from survey.law.alike import Alike
from survey.law.assess import ENGINE_VERSION, assess, replay
from survey.law.assessment import Assessment, ComponentAmount, Household
from survey.law.book import LawBook
from survey.law.bulk import assess_many
from survey.law.columns import Columns
from survey.law.explain import Reason, explain
from survey.law.facts import Dated
from survey.law.loader import load_book
from survey.law.phone import json_law
from survey.law.rules import LawOnDate

__all__ = [
    "ENGINE_VERSION",
    "Alike",
    "Assessment",
    "Columns",
    "ComponentAmount",
    "Dated",
    "Household",
    "LawBook",
    "LawOnDate",
    "Reason",
    "assess",
    "assess_many",
    "explain",
    "json_law",
    "load_book",
    "replay",
]
