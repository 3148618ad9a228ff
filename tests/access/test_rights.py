"""Rights follow from posts: role, area, term; nothing else."""

from __future__ import annotations

from datetime import date

import pytest
from makers import FIRST_DAY, NOON
from sqlalchemy import select

from api.web import transaction
from survey.access import rights
from survey.access.actions import deactivate, grant_post
from survey.access.models import AuditEntry
from survey.access.rows import Actor, NewAppointment
from survey.areas.models import AreaRow

OPERATOR = Actor(None, FIRST_DAY, NOON)


def test_every_action_names_only_known_roles_and_somebody_holds_it():
    assert all(roles and roles <= set(rights.ROLES) for roles in rights.RIGHTS.values())


def test_an_auditor_only_reads():
    held = {action for action, roles in rights.RIGHTS.items() if "auditor" in roles}
    assert held <= rights.READS


def test_an_officer_sees_no_amount_unless_the_operator_says_so():
    assert "officer" not in rights.table()["amount.read"]
    assert "officer" in rights.table(officers_see_amounts=True)["amount.read"]


def test_an_action_nobody_defined_is_refused_loudly(make_account, session):
    user_id = make_account("nga", "admin", "06")
    with pytest.raises(KeyError):
        rights.areas_allowed(session, user_id, "everything.do", FIRST_DAY)


def test_a_post_covers_its_commune_and_the_villages_below(make_account, session):
    user_id = make_account("nga", "officer", "01900")
    reached = [
        code
        for code in ("06", "01900", "V1", "V2", "01901", "V3")
        if rights.may(session, user_id, "survey.send", code, FIRST_DAY)
    ]
    assert reached == ["01900", "V1", "V2"]


@pytest.mark.parametrize(
    ("day", "allowed"),
    [
        (date(2025, 2, 28), False),
        (date(2025, 3, 1), True),
        (date(2025, 4, 30), True),
        (date(2025, 5, 1), False),
    ],
)
def test_a_post_holds_from_its_first_to_its_last_day(make_account, session, day, allowed):
    term = {"valid_from": date(2025, 3, 1), "valid_to": date(2025, 4, 30)}
    user_id = make_account("nga", "officer", "01900", **term)
    assert rights.may(session, user_id, "survey.send", "V1", day) is allowed


def test_two_posts_in_two_communes_reach_both_and_each_with_its_own_right(make_account, session):
    user_id = make_account("nga", "officer", "01900")
    with transaction.write() as writing:
        grant_post(writing, OPERATOR, user_id, NewAppointment("finance", "01901", FIRST_DAY))
    assert rights.areas_allowed(session, user_id, "budget.read", FIRST_DAY) == {"01901"}
    assert rights.areas_allowed(session, user_id, "household.read", FIRST_DAY) == {"01900", "01901"}


def test_a_row_without_an_area_is_seen_from_the_root_only(make_account, session):
    root, commune = make_account("goc", "committee", "06"), make_account("xa", "committee", "01900")
    assert rights.may(session, root, "household.read", None, FIRST_DAY)
    assert not rights.may(session, commune, "household.read", None, FIRST_DAY)


def test_the_condition_for_queries_agrees_with_the_question_for_one_area(make_account, session):
    user_id = make_account("nga", "officer", "01900")
    condition = rights.visible(AreaRow.code, session, user_id, "map.read", FIRST_DAY)
    listed = set(session.scalars(select(AreaRow.code).where(condition)))
    every = session.scalars(select(AreaRow.code)).all()
    assert listed == {code for code in every if rights.may(session, user_id, "map.read", code, FIRST_DAY)}


def test_a_shut_account_has_no_rights_whatever_posts_it_holds(make_account, session):
    user_id = make_account("nga", "committee", "06")
    with transaction.write() as writing:
        deactivate(writing, OPERATOR, user_id)
    assert not rights.may(session, user_id, "map.read", "06", FIRST_DAY)


def test_making_an_account_leaves_an_entry_without_any_name(make_account, session):
    make_account("nga", "officer", "01900", full_name="Tên Không Được Ghi")
    entries = session.scalars(select(AuditEntry).where(AuditEntry.area_code == "01900")).all()
    assert {entry.action for entry in entries} >= {"account.created", "post.granted"}
    assert "Tên" not in " ".join(str(entry.details) for entry in entries)
