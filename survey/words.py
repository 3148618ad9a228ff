"""The glossary: code -> Vietnamese and English label. Screens, forms and exports take their words here."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

LANGUAGES = ("vi", "en")


@cache
def glossary() -> dict[str, dict[str, str]]:
    """All words, keyed `group.code`, each with `vi` and `en`."""
    raw = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
    return {f"{group}.{code}": labels for group, words in raw.items() for code, labels in words.items()}


def word(code: str, lang: str = "vi") -> str:
    """The label of `code` in `lang`. Raises KeyError for a code the glossary does not hold."""
    return glossary()[code][lang]


def both(name: str, group: str, code: str) -> dict[str, str]:
    """`{name}_vi` and `{name}_en`: a word in both languages, as details of a problem."""
    return {f"{name}_{lang}": word(f"{group}.{code}", lang) for lang in LANGUAGES}
