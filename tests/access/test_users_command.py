"""`nhavung users`: accounts from the server's command line."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from api.cli.users import command
from api.web import transaction
from survey.access.models import User
from survey.problems import Problem


@pytest.fixture
def run(world, monkeypatch):
    """Run `nhavung users …` on the database of the test."""
    monkeypatch.setattr("api.cli.context.create_app", lambda: world)
    return lambda *arguments: CliRunner().invoke(command, arguments, catch_exceptions=False)


def test_creating_an_account_prints_its_slip(run, session):
    answer = run("create", "moi", "--name", "Hoàng Văn Mới", "--role", "admin", "--area", "06")
    assert answer.exit_code == 0
    assert "mật khẩu tạm:" in answer.output
    assert session.scalar(select(User.must_change_password).where(User.username == "moi"))


def test_the_area_of_an_account_may_be_told_by_its_name(run):
    run("create", "moi", "--name", "Hoàng Văn Mới", "--role", "officer", "--area", "Thôn 1, Nam Mẫu")
    assert "moi\tHoàng Văn Mới\tofficer@V1" in run("list", "--role", "officer").output


def test_resetting_a_password_prints_a_new_slip(run):
    assert "Hoàng Thị Lan" in run("reset", "LAN").output


def test_an_unknown_account_is_a_numbered_problem(run):
    with pytest.raises(Problem) as refused:
        run("reset", "khongco")
    assert refused.value.number == 6018


def test_the_list_shows_posts_and_shut_accounts(run, session):
    assert run("deactivate", "duy").exit_code == 0
    lines = run("list", "--role", "officer").output.splitlines()
    assert "lan\tHoàng Thị Lan\tofficer@01900" in lines


def test_even_the_operator_leaves_one_administrator(run):
    with pytest.raises(Problem) as refused:
        run("deactivate", "admin")
    assert refused.value.number == 6017


def test_a_list_with_a_bad_row_is_told_row_by_row(run, tmp_path, session):
    path = tmp_path / "list.csv"
    path.write_text("username;full name;role;area code\nmoi;Hoàng Mới;officer;99\n", "utf-8")
    with pytest.raises(Problem) as refused:
        run("import", str(path))
    assert refused.value.number == 6030
    with transaction.write() as writing:
        assert writing.scalar(select(User.id).where(User.username == "moi")) is None
