"""The facts of the law as the questionnaire sees them: type, choices, unit, range and wording of each.

One small door to `survey/law/facts.toml`, so that nothing about a fact is written down twice.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any


@cache
def fact_definitions() -> Mapping[str, Mapping[str, Any]]:
    """Every fact by its name, as its file has it (`type`, `origin`, `vi`, `en`, and what else it states)."""
    path = Path(__file__).parents[1] / "law" / "facts.toml"
    return tomllib.loads(path.read_text("utf-8"))
