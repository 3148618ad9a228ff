"""The database is made by the migrations: up, down, up again; the models say the same as the tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from acting import AGREE, household, take
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from makers import FIRST_DAY, NOON, envelope, new_id
from sqlalchemy import inspect, select

from api.cli.context import operator
from api.web.database import downgrade, upgrade
from api.web.extensions import db
from api.web.intake_context import intake_context
from survey.access.models import User
from survey.access.queries import posts
from survey.access.rights import may
from survey.approval.models import AllocationTarget, CaseList, OfficialAct, OfficialActFile
from survey.intake.actions import receive
from survey.intake.envelope import read
from survey.registry.models import Survey


def test_migrations_go_up_down_and_up_again(app, storage) -> None:
    storage.world.clear()  # new tables count their rows from one again: what was copied before would collide
    downgrade(app)
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    upgrade(app)
    assert set(db.metadata.tables) <= set(inspect(db.engine).get_table_names())


def test_surveys_stored_before_get_the_day_of_their_visit(world, storage) -> None:
    storage.world.clear()
    first = envelope({"visited_on": "2025-01-15"}, id=new_id())
    second = envelope(id=first["id"], base_version=1, captured_at="2025-05-15T10:00:00+07:00")
    after_midnight = envelope(captured_at="2025-05-13T18:30:00+00:00")
    mai_id = db.session.scalar(select(User.id).where(User.username == "mai"))
    clerk = replace(intake_context(operator()), sender_id=mai_id)
    for sent in (first, second, after_midnight):
        assert receive(db.session(), read(sent), clerk).state == "stored"
    db.session.commit()
    db.session.remove()
    downgrade(world, "0004")
    upgrade(world)
    days = dict(db.session.execute(select(Survey.envelope_id, Survey.visited_on)).all())
    assert days == {first["id"]: date(2025, 1, 15), after_midnight["id"]: date(2025, 5, 14)}


def test_acts_kept_before_there_was_a_rule_are_marked_unless_their_keeper_was_the_issuer(
    world, storage
) -> None:
    storage.world.clear()
    ids = dict(db.session.execute(select(User.username, User.id)).all())
    keepers = {
        "1": ("01900", "mai"),
        "2": ("06", "mai"),
        "3": ("06", "son"),
        "4": ("06", "hoa"),
        "5": ("06", None),
    }
    for number, (issuer, keeper) in keepers.items():
        act = OfficialAct(
            number=number,
            symbol="QĐ-UBND",
            signed_on=FIRST_DAY,
            issuer_code=issuer,
            issuer_level="commune",
            issuer="Nam Mẫu",
            area_code="01900",
            subject="Thử",
            kept_by=ids.get(keeper),
            kept_at=NOON,
            state="issued",
        )
        db.session.add(act)
    db.session.flush()
    acts = dict(db.session.execute(select(OfficialAct.number, OfficialAct.id)).all())
    first = {"official_act_id": acts["2"], "area_code": "01900"}
    total = {"year": 2025, "programme": "*", "works_kind": "*", "households": 1, "amount_vnd": 999}
    db.session.add(AllocationTarget(**first, **total))
    file = {"sha256": "0" * 64, "kind": "pdf", "size_bytes": 1, "added_at": NOON}
    db.session.add(OfficialActFile(**first, **file))
    frozen = {"area_code": "01900", "year": 2025, "sha256": "0" * 64, "rows": [], "left": [], "made_at": NOON}
    for version, carried in enumerate((None, acts["2"]), start=1):
        counted = {"households": 0, "amount_vnd": 0}
        db.session.add(CaseList(**frozen, **counted, version=version, official_act_id=carried))
    db.session.commit()
    db.session.remove()
    downgrade(world, "0007")
    upgrade(world)
    states = dict(db.session.execute(select(OfficialAct.number, OfficialAct.state)).all())
    assert states == {"1": "issued", "2": "before", "3": "issued", "4": "before", "5": "before"}
    assert set(db.session.scalars(select(OfficialAct.subject))) == {"Thử"}
    assert db.session.scalar(select(AllocationTarget.official_act_id)) == acts["2"]
    assert db.session.scalar(select(OfficialActFile.official_act_id)) == acts["2"]
    carrying = select(CaseList.official_act_id).order_by(CaseList.version)
    assert list(db.session.scalars(carrying)) == [None, acts["2"]]


def test_going_back_keeps_one_act_of_a_number_with_its_lists(world, storage) -> None:
    storage.world.clear()
    same = {"number": "1", "symbol": "QĐ-UBND", "signed_on": FIRST_DAY, "issuer_code": "06"}
    said = {"issuer_level": "province", "issuer": "Bắc Kạn", "subject": "Thử", "kept_at": NOON}
    cited = OfficialAct(**same, **said, area_code="01900", state="joined")
    issued = OfficialAct(**same, **said, area_code="06", state="issued")
    db.session.add_all([cited, issued])
    db.session.flush()
    cited.joined_id = issued.id
    frozen = {"area_code": "01900", "year": 2025, "sha256": "0" * 64, "rows": [], "left": [], "made_at": NOON}
    counted = {"version": 1, "households": 0, "amount_vnd": 0}
    db.session.add(CaseList(**frozen, **counted, official_act_id=cited.id))
    kept = issued.id
    db.session.commit()
    db.session.remove()
    downgrade(world, "0007")
    upgrade(world)
    assert list(db.session.scalars(select(OfficialAct.id))) == [kept]
    assert db.session.scalar(select(CaseList.official_act_id)) == kept


def test_the_models_equal_the_migrated_tables(session) -> None:
    context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
    assert compare_metadata(context, db.metadata) == []


def test_who_approved_is_proposed_as_a_signer_and_signs_nothing_until_an_administrator_says_so(
    world, storage, sign_in
) -> None:
    storage.world.clear()
    house = household(sign_in("mai"))
    take(sign_in("mai"), house, *AGREE[:-1])
    take(sign_in("son"), house, "approval")
    db.session.remove()
    downgrade(world, "0007")
    upgrade(world)
    son_id = db.session.scalar(select(User.id).where(User.username == "son"))
    (proposed,) = [post for post in posts(db.session(), [son_id]) if post.role == "signer"]
    assert (proposed.area_code, proposed.holds(date(2100, 1, 1))) == ("06", False)
    assert not may(db.session(), son_id, "case.approve", "06", date(2100, 1, 1))
    assert may(db.session(), son_id, "case.review", "06", date(2100, 1, 1))
