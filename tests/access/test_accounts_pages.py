"""Accounts by page: a commune's administrator works inside the commune, and nobody locks everybody out."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from survey.access.models import Appointment, AuditEntry, User


def new_account(**form):
    """The form of a new account."""
    return {
        "username": "moi",
        "full_name": "Hoàng Văn Mới",
        "role": "officer",
        "area_code": "V1",
        "valid_from": "2025-05-15",
        "valid_to": "",
        **form,
    }


def slip_password(page: str) -> str:
    """The temporary password on a page of slips."""
    return re.search(r'class="secret">([^<]+)<', page).group(1)


def id_of(session, username: str) -> int:
    """The id of an account."""
    return session.scalar(select(User.id).where(User.username == username))


def test_the_slip_of_a_new_account_opens_the_door_once(sign_in, world):
    answer = sign_in("admin").post("/accounts/new", data=new_account())
    assert answer.headers["Cache-Control"] == "no-store"
    client = world.test_client()
    form = {"username": "moi", "password": slip_password(answer.text)}
    assert client.post("/sign-in", data=form).location.startswith("/password")


def test_the_temporary_password_is_stored_nowhere_but_as_a_hash(sign_in, session):
    password = slip_password(sign_in("admin").post("/accounts/new", data=new_account()).text)
    user = session.scalar(select(User).where(User.username == "moi"))
    entries = session.scalars(select(AuditEntry)).all()
    assert password not in user.password_hash
    assert not any(password in str(entry.details) for entry in entries)


@pytest.mark.parametrize(
    ("form", "number"),
    [
        ({"username": "lan"}, 6010),
        ({"username": "Tên có dấu"}, 6011),
        ({"full_name": " "}, 6012),
        ({"role": "king"}, 6013),
        ({"area_code": "99999"}, 6014),
        ({"valid_to": "2025-05-14"}, 6016),
        ({"valid_from": "hôm qua"}, 4005),
    ],
)
def test_a_form_that_does_not_do_is_shown_again_with_its_problem(sign_in, session, form, number):
    answer = sign_in("admin").post("/accounts/new", data=new_account(**form))
    assert answer.status_code in (400, 409)
    assert str(number) in answer.text
    assert session.scalar(select(User.id).where(User.full_name == "Hoàng Văn Mới")) is None


def test_the_unit_of_a_post_may_be_typed_by_name(sign_in, session):
    assert (
        sign_in("admin").post("/accounts/new", data=new_account(area_code="xã Xuân Lạc")).status_code == 200
    )
    post = select(Appointment.area_code).join(User).where(User.full_name == "Hoàng Văn Mới")
    assert session.scalar(post) == "01901"


def test_a_commune_administrator_finds_only_the_people_of_the_commune(make_account, enter):
    make_account("nga", "admin", "01900")
    page = enter("nga").get("/accounts").text
    assert all(name in page for name in ("Hoàng Thị Lan", "Triệu Thị Mai"))
    assert not any(name in page for name in ("Nông Văn Duy", "Bàn Văn Sơn", "Quản trị tỉnh"))


@pytest.mark.parametrize("area", ["06", "01901", "V3"])
def test_a_commune_administrator_gives_no_post_outside_or_above_the_commune(make_account, enter, area):
    make_account("nga", "admin", "01900")
    answer = enter("nga").post("/accounts/new", data=new_account(area_code=area))
    assert answer.status_code == 403
    assert "6015" in answer.text


def test_a_commune_administrator_resets_the_password_of_an_officer_of_the_commune(
    make_account, enter, session, world
):
    make_account("nga", "admin", "01900")
    answer = enter("nga").post(f"/accounts/{id_of(session, 'lan')}/password")
    form = {"username": "lan", "password": slip_password(answer.text)}
    assert world.test_client().post("/sign-in", data=form).location.startswith("/password")


@pytest.mark.parametrize("username", ["duy", "son", "admin"])
@pytest.mark.parametrize("act", ["password", "deactivate", "name", "posts"])
def test_accounts_outside_the_commune_do_not_exist_for_its_administrator(
    make_account, enter, session, username, act
):
    make_account("nga", "admin", "01900")
    data = new_account()
    answer = enter("nga").post(f"/accounts/{id_of(session, username)}/{act}", data=data)
    assert answer.status_code == 404
    assert "6018" in answer.text


def test_one_post_above_the_commune_takes_a_person_out_of_its_administrators_reach(
    make_account, enter, sign_in, session
):
    make_account("nga", "admin", "01900")
    lan = id_of(session, "lan")
    granted = sign_in("admin").post(f"/accounts/{lan}/posts", data=new_account(area_code="06"))
    assert granted.status_code == 302
    assert enter("nga").post(f"/accounts/{lan}/password").status_code == 404


def test_an_officer_has_no_business_among_the_accounts(sign_in):
    answer = sign_in("lan").get("/accounts")
    assert answer.status_code == 403
    assert "6005" in answer.text


def test_the_last_administrator_of_the_province_cannot_be_shut(sign_in, session):
    admin = id_of(session, "admin")
    answer = sign_in("admin").post(f"/accounts/{admin}/deactivate")
    assert answer.status_code == 409
    assert "6017" in answer.text
    assert session.get_one(User, admin).is_active


def test_the_last_administrator_of_the_province_keeps_the_post(sign_in, session):
    admin = id_of(session, "admin")
    post = session.scalar(select(Appointment.id).where(Appointment.user_id == admin))
    answer = sign_in("admin").post(f"/accounts/{admin}/posts/{post}/end")
    assert answer.status_code == 409
    assert session.get_one(Appointment, post).valid_to is None


def test_with_a_second_administrator_the_first_may_go(make_account, sign_in, session):
    make_account("hai", "admin", "06")
    answer = sign_in("admin").post(f"/accounts/{id_of(session, 'admin')}/deactivate")
    assert answer.status_code == 302
    assert not session.scalar(select(User.is_active).where(User.username == "admin"))


def test_a_post_that_ended_takes_its_rights_along_at_once(sign_in, session):
    lan = id_of(session, "lan")
    officer, admin = sign_in("lan"), sign_in("admin")
    page = "/api/v1/areas/01900/children"
    assert officer.get(page).status_code == 200
    post = session.scalar(select(Appointment.id).where(Appointment.user_id == lan))
    admin.post(f"/accounts/{lan}/posts/{post}/end")
    assert officer.get(page).status_code == 403


def test_names_are_found_without_accents_and_sorted_by_given_name(make_account, sign_in):
    for username, name in (("a1", "Đặng Thị Ánh"), ("a2", "Đặng Thị An"), ("a3", "Đặng Thị Bé")):
        make_account(username, "officer", "V1", full_name=name)
    page = sign_in("admin").get("/accounts?search=dang+thi").text
    assert re.findall(r">(Đặng Thị \w+)</a>", page) == ["Đặng Thị An", "Đặng Thị Ánh", "Đặng Thị Bé"]


def test_a_long_list_is_paged_and_says_how_many_there_are(make_account, sign_in):
    for number in range(60):
        make_account(f"nguoi{number:02}", "officer", "V1", full_name=f"Người {number:02}")
    client = sign_in("admin")
    first, second = client.get("/accounts").text, client.get("/accounts?page=2").text
    assert "1–50 trên 67" in first
    assert "51–67 trên 67" in second


def test_a_name_cannot_become_code(make_account, sign_in):
    make_account("xau", "officer", "V1", full_name="<img src=x onerror=alert(1)>")
    page = sign_in("admin").get("/accounts").text
    assert "<img" not in page
    assert "&lt;img" in page
