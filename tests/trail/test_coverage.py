"""The trail answers for every table, or says why not."""

from __future__ import annotations

import pytest
from sqlalchemy import inspect

from api.web.extensions import db
from survey.access.models import User
from survey.db import Base
from survey.trail import coverage


def test_every_table_is_covered_or_left_out_with_a_reason() -> None:
    covered, left_out = set(coverage.tables()), coverage.left_out()
    assert covered | set(left_out) == set(db.metadata.tables)
    assert not covered & set(left_out)
    assert all(left_out.values())


def test_columns_bear_one_name_in_the_database_and_in_the_program() -> None:
    for mapper in Base.registry.mappers:
        assert {one.key for one in inspect(mapper).column_attrs} == {one.name for one in mapper.columns}


def test_a_row_is_hashed_alike_before_it_is_written_and_after_it_is_read(world) -> None:
    users = coverage.tables()["users"]
    row = db.session.query(User).filter_by(username="mai").one()
    written = users.hash_of(vars(row))
    read = db.session.execute(users.table.select().where(users.table.c.id == row.id)).mappings().one()
    assert users.hash_of(read) == written
    assert len(written) == coverage.LENGTH


def test_what_nobody_could_check_afterwards_is_refused(world) -> None:
    with pytest.raises(RuntimeError, match="one by one"):
        db.session.execute(db.update(User).values(full_name="Ai đó"))
    with pytest.raises(RuntimeError, match="one by one"):
        db.session.execute(db.delete(User))
