"""What a waiting record is called in words: its kind, and the household it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.shared.act_words import act_title
from api.web.language import num, t
from survey.access.viewer import Viewer
from survey.cases import machine
from survey.intake.rows import InboxRow
from survey.registry import queries as registry
from survey.registry.models import Household


@dataclass(frozen=True, slots=True)
class Named:
    """A record's kind and whose it is ("" where it does not say, or not to the viewer)."""

    kind: str
    of_whom: str


def named(viewer: Viewer, rows: Sequence[InboxRow]) -> dict[int, Named]:
    """By the number of the row; the names of all households by one statement, each by right."""
    about = {row.row_id: households_in(row.content) for row in rows}
    visible = viewer.visible(Household.area_code, "person.read")
    ids = {one for ids in about.values() for one in ids if _may_be_id(one)}
    heads = registry.head_names(viewer.session, visible, ids)
    return {row.row_id: Named(kind_of(row.content), _of_whom(viewer, row, heads)) for row in rows}


def kind_of(content: Mapping[str, Any]) -> str:
    """*Khảo sát hộ*, or the act with its stage or outcome."""
    form, told = content.get("form"), _payload(content)
    if form in machine.acts():
        return act_title(str(form), _text(told.get("stage")) or _text(told.get("outcome")) or None)
    return t("Khảo sát hộ", "Survey of a household")


def head_in(content: Mapping[str, Any]) -> str:
    """The head's name as the record says it; "" where it does not say."""
    return _text(_payload(content).get("head_name")).strip()[:120]


def households_in(content: Mapping[str, Any]) -> list[str]:
    """The ids of the households a record names, in its order."""
    told = _payload(content)
    rows = told.get("households")
    many = [row.get("household") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return [one for one in (told.get("household"), *many) if isinstance(one, str)]


def _of_whom(viewer: Viewer, row: InboxRow, heads: Mapping[str, str]) -> str:
    sees = viewer.may("person.read", row.area_code)
    if sees and (said := head_in(row.content)):
        return said
    about = households_in(row.content)
    known = [heads[one] for one in about if one in heads]
    if not known:
        return t(f"{num(len(about))} hộ", f"{num(len(about))} households") if len(about) > 1 else ""
    others = len(about) - 1
    return known[0] + (t(f" và {num(others)} hộ khác", f" and {num(others)} others") if others else "")


def _may_be_id(told: str) -> bool:
    """Whether a database can be asked for it: a record that waits may say anything."""
    return len(told) <= 36 and told.isprintable()


def _payload(content: Mapping[str, Any]) -> Mapping[str, Any]:
    found = content.get("payload")
    return found if isinstance(found, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
