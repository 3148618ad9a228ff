"""Lists of households: read page by page along an index, searched by the words of names."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from acting import household, send_act, take
from counting import statements
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from makers import FIRST_DAY, NOON, new_id
from sqlalchemy import insert, select, text, true, update

from api.web.extensions import db
from survey.areas.names import folded_name, person_sort_key
from survey.assessment.queries import NOT_ASSESSED
from survey.keyset import Window
from survey.registry.actions import renew_words
from survey.registry.models import Household, NameWord, Person
from survey.registry.queries import headed_by
from survey.standing import measures, queries
from survey.standing.models import StandingLine, StandingObstacle
from survey.standing.rows import NO_CASE, NOT_NEWEST

EXAMPLES = hypothesis_settings(max_examples=25)
SIZE = 3
PLACES = st.sampled_from([None, "V1", "V3"])
NAMES = st.sampled_from(["Nông Văn An", "Triệu Thị Ân", "Bàn Văn An"])
DAYS = st.integers(0, 3).map(lambda days: FIRST_DAY - timedelta(days=days))
ROWS = st.lists(st.tuples(PLACES, NAMES, DAYS, st.none() | DAYS), min_size=1, max_size=14)
LISTS = {
    **queries.ORDERS,
    "due": queries.FIRST_DUE,
}


def put(rows: list[tuple[str | None, str, date, date | None]]) -> list[str]:
    """Households with a case and an open obstacle each; their ids."""
    session, ids = db.session(), [new_id() for _ in rows]
    for household_id, (area, name, since, due_on) in zip(ids, rows, strict=True):
        case_id = new_id()
        told = {"area_code": area, "is_training": False}
        house = {"id": household_id, "sort_key": person_sort_key(name), "created_at": NOON, **told}
        session.execute(insert(Household), [house])
        when = {"household_id": household_id, "from_at": NOON, "to_at": None}
        state = {"case_id": case_id, "case_state": "approved", "since": since}
        line = NO_CASE | NOT_NEWEST | state | told | when | {"outcome": NOT_ASSESSED, "has_point": True}
        session.execute(
            insert(StandingLine), [line | {"is_newest": True, "commune_code": "01900", "cause": "act"}]
        )
        hindered = {"act_id": new_id(), "kind": "weather", "lead": None, "since": since, "due_on": due_on}
        known = {"case_id": case_id, "case_state": "approved", **told, **when}
        session.execute(insert(StandingObstacle), [hindered | known])
    return ids


def leave(household_id: str) -> None:
    """The household is in no list any more."""
    for table in (StandingLine, StandingObstacle):
        gone = update(table).where(table.household_id == household_id).values(to_at=NOON)
        db.session().execute(gone, execution_options={"synchronize_session": False})


def page(name: str, window: Window) -> Any:
    """One page of a list."""
    session = db.session()
    if name == "due":
        return queries.obstacles(session, true(), names=False, window=window)
    has_case = measures.condition("cases", FIRST_DAY)
    return queries.cases(session, true(), has_case, on=FIRST_DAY, names=False, amounts=False, window=window)


def order_of(name: str) -> list[str]:
    """All of a list by plain Python."""
    session = db.session()
    lines = {
        row.household_id: row
        for row in session.scalars(select(StandingLine).where(StandingLine.to_at.is_(None)))
    }
    houses = {row.id: row for row in session.scalars(select(Household))}
    due = {
        row.household_id: row
        for row in session.scalars(select(StandingObstacle).where(StandingObstacle.to_at.is_(None)))
    }

    def place(one: str) -> tuple[Any, ...]:
        area = houses[one].area_code
        return (area is None, area or "", houses[one].sort_key, one)

    def key(one: str) -> tuple[Any, ...]:
        day = due[one].due_on
        since = lines[one].since.toordinal()
        by = {"place": (), "since": (since,), "-since": (-since,)}
        if name == "due":
            return (day is None, day or date.min, due[one].since, due[one].id)
        return (*by[name], *place(one))

    return sorted(lines, key=key)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("is_backward", [False, True])
@EXAMPLES
@given(rows=ROWS, leaving=st.lists(st.integers(0, 13), max_size=6))
def test_a_household_that_leaves_a_list_between_two_pages_lets_none_be_skipped_or_repeated(
    world, name, is_backward, rows, leaving
) -> None:
    savepoint = db.session.begin_nested()
    ids = put(rows)
    whole = order_of(name)
    window, seen = Window(LISTS[name], SIZE, is_backward=is_backward), []
    gone: set[str] = set()
    while found := page(name, window):
        shown = [row.household_id for row in found.rows]
        if not shown:
            break
        assert len(shown) <= SIZE
        seen = [*shown, *seen] if is_backward else [*seen, *shown]
        if leaving and (left := ids[leaving.pop() % len(ids)]) not in gone:
            gone.add(left)
            leave(left)
        if not found.has_more:
            break
        window = Window(
            LISTS[name], SIZE, found.first if is_backward else found.last, is_backward=is_backward
        )
    assert len(seen) == len(set(seen))
    assert [one for one in whole if one not in gone] == [one for one in seen if one not in gone]
    assert [one for one in whole if one in seen] == seen
    savepoint.rollback()
    db.session.rollback()


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_read_along_an_index_and_never_sorted_as_a_whole(world, name) -> None:
    put([(place, "Nông Văn An", FIRST_DAY, FIRST_DAY) for place in ("V1", "V3", None)])
    start = page(name, Window(LISTS[name], 1)).last
    for window in (
        Window(LISTS[name], SIZE),
        Window(LISTS[name], SIZE, start),
        Window(LISTS[name], SIZE, start, True),
    ):
        plans = explained(lambda window=window: page(name, window))
        assert plans
        for plan in plans:
            assert not sorts_all(plan), plan
    db.session.rollback()


def explained(read: Callable[[], object]) -> list[str]:
    """How the database would answer each statement that reads a list, were sorting dear."""
    session = db.session()
    is_postgres = session.get_bind().dialect.name == "postgresql"
    if is_postgres:
        for way in (
            "enable_sort",
            "enable_seqscan",
            "enable_bitmapscan",
            "enable_hashjoin",
            "enable_mergejoin",
        ):
            session.execute(text(f"SET LOCAL {way} = off"))
    with statements() as asked:
        read()
    plans = []
    for statement, parameters in asked:
        if " LIMIT " not in statement:
            continue
        explain = "EXPLAIN" if is_postgres else "EXPLAIN QUERY PLAN"
        rows = session.connection().exec_driver_sql(f"{explain} {statement}", parameters)
        plans.append("\n".join(str(row[-1] if not is_postgres else row[0]) for row in rows))
    return plans


def sorts_all(plan: str) -> bool:
    """Whether a plan sorts rows that no index has in order; those level by the first columns it may."""
    lines = [line.strip().removeprefix("->").strip() for line in plan.splitlines()]
    return any(line.startswith("Sort  (") or line == "USE TEMP B-TREE FOR ORDER BY" for line in lines)


# --- by name

WORDS = st.sampled_from(
    ["Đinh", "Đình", "Nông", "Nong", "Văn", "Vân", "An", "Ánh", "H'Rai", "Ê-đê", "Ðức", "đan"]
)
FULL_NAMES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)
ASKED = st.lists(
    st.one_of(WORDS, WORDS.map(folded_name), WORDS.map(str.upper), WORDS.map(lambda word: word[:2])),
    min_size=1,
    max_size=3,
).map(" ".join)


def scanned(asked: str) -> set[str]:
    """The same search by looking at every name that some head bears or bore."""
    words: dict[str, set[str]] = {}
    for person in db.session.scalars(select(Person).where(Person.role == "head")):
        for word in "".join(
            sign if sign.isalnum() else " " for sign in folded_name(person.full_name or "")
        ).split():
            words.setdefault(person.household_id, set()).add(word)
    wanted = "".join(sign if sign.isalnum() else " " for sign in folded_name(asked)).split()
    return {
        house
        for house, known in words.items()
        if all(any(word.startswith(one) for word in known) for one in wanted)
    }


def found(asked: str) -> set[str]:
    """The households that the words find."""
    each = headed_by(asked)
    chosen = select(Household.id).where(*(Household.id.in_(one) for one in each))
    return set(db.session.scalars(chosen))


@EXAMPLES
@given(names=st.lists(st.lists(FULL_NAMES, min_size=1, max_size=2), max_size=8), asked=ASKED)
def test_words_find_whom_a_look_at_every_name_finds(world, names, asked) -> None:
    savepoint = db.session.begin_nested()
    session = db.session()
    for heads in names:
        (house,) = put([("V1", heads[-1], FIRST_DAY, None)])
        for name in heads:
            told = {"id": new_id(), "household_id": house, "role": "head", "position": 0, "full_name": name}
            session.execute(insert(Person), [told | {"folded_name": folded_name(name), "created_at": NOON}])
        renew_words(session, [house])
    assert found(asked) == scanned(asked)
    savepoint.rollback()
    db.session.rollback()


def test_a_household_is_found_by_its_head_and_by_those_before_and_no_more_when_the_name_is_gone(
    world, sign_in
) -> None:
    mai = sign_in("mai")
    house = household(mai, head_name="Đặng Thị Thơm")
    take(mai, house, "registration")
    send_act(
        mai,
        "head_change",
        household=house,
        done_on="2025-05-10",
        reason="died",
        head_name="Triệu Văn Được",
    )

    def list_has(asked: str) -> bool:
        return house in mai.get("/households", query_string={"q": asked}).text

    for asked in ("duoc trieu", "TRIỆU", "thơm", "dang thi", "Đặ"):
        assert list_has(asked), asked
    for asked in ("hom", "duoc x", "?", "%", "_"):
        assert not list_has(asked), asked
    db.session.connection().execute(  # past the program, which writes rows one by one
        update(Person).where(Person.household_id == house).values(full_name=None, folded_name=None)
    )
    renew_words(db.session(), [house])
    assert not db.session.scalar(select(NameWord).where(NameWord.household_id == house))
    db.session.rollback()
