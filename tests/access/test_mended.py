"""Doors that once stood open: tokens, cookies and rights that outlived their reason, and what logs tell."""

from __future__ import annotations

import re
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import request
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from api.app import create_app
from api.web import auth, secret_keys
from api.web.config import from_environment
from survey.access.models import Appointment, AuditEntry, Device, User
from survey.problems import Problem

PASSWORD = "một câu dễ nhớ"
NEW = "mưa rơi trên mái tôn"


def enrol(client) -> str:
    """Enrol a device and give its token."""
    answer = client.post("/devices", data={"label": "Điện thoại thử"})
    return re.search(r'class="secret">([^<]+)<', answer.text).group(1)


def opens(client, token: str) -> bool:
    """Whether the interface answers a token."""
    answer = client.get("/api/v1/areas/01900/children", headers={"Authorization": f"Bearer {token}"})
    return answer.status_code == 200


def change(client, current: str = PASSWORD):
    """Send the form of the password page."""
    return client.post("/password", data={"current": current, "new": NEW, "again": NEW})


def id_of(session, username: str) -> int:
    """The id of an account."""
    return session.scalar(select(User.id).where(User.username == username))


# --- tokens


def test_a_password_reset_ends_the_tokens_says_so_and_is_in_the_audit_log(sign_in, client, session):
    token, lan = enrol(sign_in("lan")), id_of(session, "lan")
    page = sign_in("admin").post(f"/accounts/{lan}/password").text
    assert not opens(client, token)
    assert "đã bị thu hồi" in page
    entry = session.scalar(select(AuditEntry).where(AuditEntry.action == "device.revoked"))
    assert (entry.subject_id, entry.actor_id) == (str(lan), id_of(session, "admin"))


def test_a_new_password_ends_the_tokens(make_account, enter, client):
    make_account("nga", "officer", "01900")
    nga = enter("nga")
    token = enrol(nga)
    assert opens(client, token)
    change(nga)
    assert not opens(client, token)


def test_the_tokens_of_a_shut_account_stay_dead_when_it_is_opened_again(sign_in, client, session):
    token, lan, admin = enrol(sign_in("lan")), id_of(session, "lan"), sign_in("admin")
    admin.post(f"/accounts/{lan}/deactivate")
    admin.post(f"/accounts/{lan}/reactivate")
    assert not opens(client, token)


def test_an_administrator_gets_no_token_that_speaks_for_somebody_else(sign_in, session):
    admin, lan = sign_in("admin"), id_of(session, "lan")
    admin.post("/devices", data={"label": "Máy lạ", "user_id": lan})
    assert session.scalars(select(Device.user_id)).all() == [id_of(session, "admin")]
    assert "user_id" not in admin.get(f"/accounts/{lan}").text


def test_ten_devices_are_enough_until_one_is_revoked(sign_in, session):
    lan = sign_in("lan")
    for _ in range(10):
        enrol(lan)
    answer = lan.post("/devices", data={"label": "Máy thứ mười một"})
    assert answer.status_code == 409
    assert "6042" in answer.text
    lan.post(f"/devices/{session.scalar(select(Device.id))}/revoke")
    assert enrol(lan)


# --- rights


@pytest.mark.parametrize("role", ["auditor", "finance", "admin"])
def test_an_administrator_gives_no_post_to_their_own_account(make_account, enter, session, role):
    nga = make_account("nga", "admin", "01900")
    form = {"role": role, "area_code": "01900", "valid_from": "2025-05-15"}
    answer = enter("nga").post(f"/accounts/{nga}/posts", data=form)
    assert answer.status_code == 403
    assert "6019" in answer.text
    assert (
        session.scalar(select(func.count()).select_from(Appointment).where(Appointment.user_id == nga)) == 1
    )


# --- sessions


def copied_cookie(client, world):
    """Another browser with the same cookie."""
    copy = world.test_client()
    copy.set_cookie("nhavung", client.get_cookie("nhavung").value)
    return copy


def test_signing_out_ends_a_copied_cookie(make_account, enter, world):
    make_account("nga", "admin", "06")
    nga = enter("nga")
    copy = copied_cookie(nga, world)
    assert copy.get("/accounts").status_code == 200
    nga.post("/sign-out")
    assert copy.get("/accounts").location.startswith("/sign-in")
    assert enter("nga").get("/accounts").status_code == 200


def test_a_shut_account_opened_again_has_no_open_sessions(sign_in, session):
    officer, admin, lan = sign_in("lan"), sign_in("admin"), id_of(session, "lan")
    admin.post(f"/accounts/{lan}/deactivate")
    admin.post(f"/accounts/{lan}/reactivate")
    assert officer.get("/households").status_code == 302


def test_guessing_the_current_password_in_an_open_session_is_slowed(make_account, enter):
    make_account("nga", "admin", "06")
    nga = enter("nga")
    assert ["6023" in change(nga, "sai mật khẩu").text for _ in range(5)] == [True] * 5
    answer = change(nga)
    assert answer.status_code == 400
    assert "6002" in answer.text


def test_wrong_guesses_are_forgotten_once_the_password_is_changed(make_account, enter, session):
    nga = make_account("nga", "admin", "06")
    client = enter("nga")
    change(client, "sai mật khẩu")
    assert session.get_one(User, nga).failed_attempts == 1
    assert change(client).status_code == 302
    assert session.get_one(User, nga).failed_attempts == 0


@pytest.mark.parametrize("target", ["//[", "http://[", "//[::1", "/\\["])
def test_a_broken_address_to_go_on_to_leads_home(sign_in, client, target):
    assert auth.safe_next(target) == "/"
    assert client.get("/sign-in", query_string={"next": target}).status_code == 200
    assert sign_in("lan").get("/sign-in", query_string={"next": target}).location == "/"


def test_a_forged_host_is_not_printed_on_a_slip(sign_in, session):
    path = f"/accounts/{id_of(session, 'lan')}/password"
    answer = sign_in("admin").post(path, base_url="http://xau.example", headers={"Host": "xau.example"})
    assert "xau.example" not in answer.text


# --- logs and keys


def test_a_statement_that_fails_names_no_person(session):
    with pytest.raises(SQLAlchemyError) as caught:
        session.execute(text("INSERT INTO nowhere VALUES (:name)"), {"name": "Triệu Văn Tâm"})
    session.rollback()
    assert "Triệu" not in str(caught.value)


def test_a_row_that_the_database_refuses_is_not_in_the_error(world, session):
    with pytest.raises(SQLAlchemyError) as caught:
        session.execute(text("UPDATE users SET must_change_password = NULL"))
    session.rollback()
    told = "".join(traceback.format_exception(caught.value))
    assert "must_change_password" in told
    assert not any(value in told for value in ("Hoàng", "argon2", "DETAIL"))


def settings_of(folder: Path):
    """Settings without a key of their own."""
    return from_environment({"NHAVUNG_DATA_FOLDER": str(folder)})


@pytest.mark.parametrize("content", [b"", b"\n", bytes(64), b"short"])
def test_a_key_file_that_a_crash_left_empty_is_refused(tmp_path: Path, content: bytes):
    (tmp_path / "secret.key").write_bytes(content)
    with pytest.raises(Problem) as caught:
        secret_keys.secret_key(settings_of(tmp_path))
    assert caught.value.number == 6050
    assert (tmp_path / "secret.key").read_bytes() == content


def test_processes_that_start_together_share_one_whole_key(tmp_path: Path):
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: secret_keys.secret_key(settings_of(tmp_path)), range(16)))
    assert len(made) == 1
    assert len(made.pop()) == 64
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]
    assert (tmp_path / "secret.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("proxies", "believed"), [("0", "127.0.0.1"), ("1", "203.0.113.9")])
def test_only_proxies_of_our_own_are_believed_about_who_calls(tmp_path: Path, proxies: str, believed: str):
    told = {"NHAVUNG_DATA_FOLDER": str(tmp_path), "NHAVUNG_PROXIES": proxies}
    app = create_app(from_environment(told))
    seen = []
    app.before_request(lambda: seen.append(request.remote_addr))
    app.test_client().get("/sign-in", headers={"X-Forwarded-For": "198.51.100.1, 203.0.113.9"})
    assert seen == [believed]
