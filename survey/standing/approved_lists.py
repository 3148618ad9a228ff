"""The approved lists of a year beside their frozen versions, kept in the process by communes.

What a unit's list comes to is counted from rows again only when something of its communes was written since,
or versions were frozen or given an act.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date
from threading import Lock
from typing import Any

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from survey.approval import queries
from survey.approval.rows import AreaList, ListHead
from survey.areas.tree import Tree, last_change, revision, tree
from survey.standing.models import CommuneRevision

KEPT = 20_000
_lists: OrderedDict[tuple[Any, ...], tuple[Any, AreaList | None]] = OrderedDict()
_guard = Lock()


def area_lists(
    session: Session,
    roots: Collection[str],
    visible: ColumnElement[bool],
    year: int,
    on: date,
    heads: Sequence[ListHead],
    *,
    above: Collection[str] = (),
) -> list[AreaList]:
    """Every unit of `roots` that has households on an approved list of the year, or a frozen version of one,
    in Vietnamese order. `heads`: the versions of the year that may be seen; `above`: units over the roots,
    whose lists may carry decisions too. Of a commune seen in part (`visible`) those seen are counted.
    """
    known = tree(session, on)
    marks = _marks(session, known)
    whole, partly = _units(known, roots)
    codes = whole | {one.area_code for one in heads} - {*above}
    found = _kept(session, known, marks, codes - partly, year, on, heads)
    found |= queries.area_lists(session, partly, year, on, heads, visible) if partly else {}

    def order(code: str | None) -> tuple[str, str]:
        """As the tree sorts its units; households whose commune is unknown come last."""
        return (known.names[code].sort_key if code in known.names else "~", code or "~")

    return [found[code] for code in sorted(found, key=order)]


Marks = dict[str | None, tuple[tuple[str, int], ...]]


def _units(known: Tree, roots: Collection[str]) -> tuple[set[str | None], set[str | None]]:
    """The communes in these areas (none: households of no commune, at a root), and those of which only a part
    is. One that was made today has no mark yet.
    """
    tops = {root for root in roots if root in known.names}
    is_root = any(known.names[root].parent_code is None for root in tops)
    whole: set[str | None] = {
        code
        for code, name in known.names.items()
        if name.level == "commune" and not tops.isdisjoint(known.path(code))
    }
    whole |= {None} if is_root else set()
    partly: set[str | None] = {queries.commune_of(known, root) for root in tops}
    return whole, partly - whole - {None}


def _kept(
    session: Session,
    known: Tree,
    marks: Marks,
    codes: set[str | None],
    year: int,
    on: date,
    heads: Sequence[ListHead],
) -> dict[str | None, AreaList]:
    """The lists of whole units, those counted anew of which something has changed."""
    key = (str(session.get_bind()), revision(session), last_change(session, on), year)
    prints = {
        code: (marks.get(code, ()), [(one.sha256, one.act and (one.act.id, one.act.state)) for one in some])
        for code, some in queries.about(known, codes, heads).items()
    }
    with _guard:
        kept = {code: _lists.get((*key, code)) for code in codes}
    old = {code: told[1] for code, told in kept.items() if told and told[0] == prints[code]}
    changed = codes - old.keys()
    made = queries.area_lists(session, changed, year, on, heads, true()) if changed else {}
    with _guard:
        for code in changed:
            _lists[(*key, code)] = (prints[code], made.get(code))
        while len(_lists) > KEPT:
            _lists.popitem(last=False)
    newest = {one.id: one for one in heads}
    return {
        code: replace(one, newest=newest[one.newest.id] if one.newest else None)
        for code, one in {**old, **made}.items()
        if one is not None
    }


def _marks(session: Session, known: Tree) -> Marks:
    """The marks of what was written, by the unit of today and those around it."""
    found: defaultdict[str | None, list[tuple[str, int]]] = defaultdict(list)
    asked = select(CommuneRevision.commune_code, CommuneRevision.revision)
    for code, mark in session.execute(asked.order_by(CommuneRevision.commune_code)):
        path = known.path(code)
        units = set(path) | ({None} if queries.commune_of(known, code) is None else set())
        for unit in units:
            found[unit].append((code, mark))
    return {unit: tuple(told) for unit, told in found.items()}
