"""Entries of the trail in words; they hold ids, codes and counts, never a personal value."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import url_for

from api.web.language import current
from survey.access.viewer import Viewer
from survey.words import glossary

PAGES = {
    "household": ("households.household", "household_id", "household.read"),
    "account": ("accounts.show", "user_id", "accounts.manage"),
}
"""Where the subject of an entry has a page: kind -> endpoint, its argument, the right it takes."""


def action_words(code: str) -> str:
    """What was done, in words; an action without any by its code."""
    return _word(f"entry.{code.replace('.', '_')}", code)


def subject_words(kind: str) -> str:
    """What kind of thing it was done to, in words."""
    return _word(f"entry_subject.{kind}", kind)


def _word(name: str, code: str) -> str:
    labels = glossary().get(name)
    return labels[current()] if labels else code


def detail_words(details: Mapping[str, Any]) -> str:
    """The details of an entry on one line."""
    told = {name: value for name, value in details.items() if value not in (None, "", [])}
    return " · ".join(
        _word(f"role.{value}", _short(value)) if name == "role" else f"{name} {_short(value)}"
        for name, value in told.items()
    )


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:12]}…"


def subject_address(viewer: Viewer, kind: str, subject_id: str) -> str | None:
    """The page of what something was done to, if it has one that they may open."""
    if kind not in PAGES or (kind == "account" and not subject_id.isdigit()):
        return None
    endpoint, argument, action = PAGES[kind]
    if not viewer.can(action):
        return None
    return url_for(endpoint, **dict[str, Any]({argument: subject_id}))
