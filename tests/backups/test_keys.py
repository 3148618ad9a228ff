"""Keys: missing, new, wrong, swapped, another server's; from either sheet; a backup without them."""

from __future__ import annotations

from pathlib import Path

import pytest
from fielding import as_phone
from reading import text_of
from sending import send
from sheets import KEYS, printed

from api.backups import recovery_keys
from api.backups.sheet import Sheet, pdf
from api.web.queue_key import NAME as QUEUE
from api.web.secret_keys import NAME as SECRET
from survey.problems import Problem


@pytest.fixture
def server(new_server):
    """A server with a record and both keys in use."""
    made = new_server()
    made.set_up()
    assert made.refuses_to_start() is None
    with made.phone() as phone:
        send(phone, {"national_id": "006170001234"})
    with made.started() as app:
        as_phone(app, "lan")
    return made


def files(server) -> set[str]:
    """Names of the key files it has, but for the trail's: losing that one ends nothing, it is made anew."""
    return {path.name for path in server.folder.glob("*.key")} - {"trail.key"}


def test_a_missing_secret_refuses_and_none_is_made(server) -> None:
    (server.folder / SECRET).unlink()
    assert server.refuses_to_start() == 8001
    assert server.refused("users", "list") == 8001
    assert files(server) == {QUEUE}


def test_a_new_secret_refuses(server) -> None:
    (server.folder / SECRET).write_text("n" * 64)
    assert server.refuses_to_start() == 8002
    assert server.refused("users", "list") == 8002


def test_a_wrong_secret_is_found_where_no_fingerprint_was_noted(server) -> None:
    with server.started() as app, app.app_context():
        from api.web.extensions import db

        with db.engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM key_fingerprints")
    (server.folder / SECRET).write_text("n" * 64)
    assert server.refuses_to_start() == 8002
    assert server.rows("SELECT name FROM key_fingerprints") == []


def test_swapped_keys_refuse(server) -> None:
    secret, queue = ((server.folder / name).read_bytes() for name in (SECRET, QUEUE))
    (server.folder / SECRET).write_bytes(queue)
    (server.folder / QUEUE).write_bytes(secret)
    assert server.refuses_to_start() == 8002
    assert (server.folder / SECRET).read_bytes() == queue


@pytest.mark.parametrize("name", [SECRET, QUEUE])
def test_the_key_of_another_server_refuses(server, new_server, name: str) -> None:
    other = new_server("other")
    other.set_up()
    with other.started() as app:
        as_phone(app, "lan")
    (server.folder / name).write_bytes((other.folder / name).read_bytes())
    assert server.refuses_to_start() == (8002 if name == SECRET else 4301)


def test_another_queue_key_under_the_same_secret_refuses(server, new_server) -> None:
    other = new_server("other")
    other.folder.mkdir()
    (other.folder / SECRET).write_bytes((server.folder / SECRET).read_bytes())
    other.set_up()
    with other.started() as app:
        as_phone(app, "lan")
    (server.folder / QUEUE).write_bytes((other.folder / QUEUE).read_bytes())
    assert server.refuses_to_start() == 8004


def test_a_missing_queue_key_refuses_and_none_is_made(server) -> None:
    (server.folder / QUEUE).unlink()
    assert server.refuses_to_start() == 8003
    with server.started() as app:
        answer = app.test_client().post(
            "/api/v1/field/sign-in",
            json={"username": "lan", "password": "mật khẩu lan", "device_label": "Máy"},
        )
        assert (answer.status_code, answer.json["problem"]) == (503, 8003)
    assert files(server) == {SECRET}


def test_a_fingerprint_tells_nothing_of_its_key(server) -> None:
    import hashlib

    known = dict(server.rows("SELECT name, fingerprint FROM key_fingerprints"))
    assert set(known) == {SECRET, QUEUE}
    for name in known:
        content = (server.folder / name).read_bytes()
        assert known[name] != hashlib.sha256(content).hexdigest()
        assert known[name] not in content.decode()


# --- recovery keys


def test_either_sheet_opens_a_backup_and_neither_lies_on_the_server(server, tmp_path) -> None:
    sheets = printed(server.nhavung(*KEYS))
    server.nhavung("backup", tmp_path / "backups")
    for sheet in sheets:
        said = server.nhavung("keys", "check", tmp_path / "backups", typed=sheet)
        assert "queue.key, secret.key" in said
    signs = ["".join(sheet.split())[:18] for sheet in sheets]
    for path in [one for folder in (server.folder, tmp_path / "backups") for one in folder.rglob("*")]:
        if path.is_file():
            content = path.read_bytes()
            assert not [sign for sign in signs if sign.encode() in content], path
            assert b"AGE-SECRET-KEY" not in content, path
    secret = (server.folder / SECRET).read_bytes()
    for path in (tmp_path / "backups").rglob("*"):
        assert not (path.is_file() and secret in path.read_bytes()), path


def test_a_lost_key_comes_back_from_a_backup_and_paper(server, tmp_path) -> None:
    sheets = printed(server.nhavung(*KEYS))
    server.nhavung("backup", tmp_path / "backups")
    lost = {name: (server.folder / name).read_bytes() for name in (SECRET, QUEUE)}
    for name in lost:
        (server.folder / name).unlink()
    server.nhavung("keys", "open", tmp_path / "backups", typed=sheets[1])
    assert {name: (server.folder / name).read_bytes() for name in lost} == lost
    assert server.refuses_to_start() is None
    (server.folder / SECRET).write_text("n" * 64)
    assert server.refused("keys", "open", tmp_path / "backups", typed=sheets[1]) == 8034


def test_a_mistyped_row_is_asked_again_and_named(server, tmp_path) -> None:
    (sheet, _) = printed(server.nhavung(*KEYS))
    server.nhavung("backup", tmp_path / "backups")
    first, second, third = sheet.splitlines()
    wrong = ("A" if second[0] != "A" else "C") + second[1:]
    typed = "\n".join([first, wrong, third, second.lower(), third]) + "\n"
    said = server.nhavung("keys", "check", tmp_path / "backups", typed=typed)
    assert said.count("[8031]") == 2
    assert "2/3" in said


def test_the_sheet_of_another_server_opens_nothing(server, tmp_path) -> None:
    server.nhavung(*KEYS)
    server.nhavung("backup", tmp_path / "backups")
    ((key, _), _) = recovery_keys.new_keys()
    (tmp_path / "key").write_text(key)
    told = ("keys", "check", tmp_path / "backups", "--recovery-key", tmp_path / "key")
    assert server.refused(*told) == 8032


def test_new_sheets_are_made_only_when_asked_and_older_backups_keep_theirs(server, tmp_path) -> None:
    old = printed(server.nhavung(*KEYS))
    server.nhavung("backup", tmp_path / "backups")
    assert server.refused(*KEYS) == 8030
    new = printed(server.nhavung(*KEYS, "--replace"))
    server.nhavung("backup", tmp_path / "later")
    server.nhavung("keys", "check", tmp_path / "backups", typed=old[0])
    server.nhavung("keys", "check", tmp_path / "later", typed=new[0])


def test_the_printed_page_bears_what_is_to_be_typed(app) -> None:
    ((key, recipient), _) = recovery_keys.new_keys()
    from datetime import date

    page = pdf(Sheet(key, recipient, "Văn phòng UBND tỉnh", 1, date(2025, 5, 15)))
    answer = app.response_class(page)
    text = text_of(answer)
    assert "Văn phòng UBND tỉnh" in text
    for row, check in recovery_keys.printed_rows(key):
        assert row in text
        assert f"[{check}]" in text


def test_a_key_is_read_as_it_was_typed_pasted_or_scanned() -> None:
    ((key, _), _) = recovery_keys.new_keys()
    rows = recovery_keys.printed_rows(key)
    assert recovery_keys.typed_key("\n".join(f"{row} {check}" for row, check in rows).lower()) == key
    assert recovery_keys.typed_key("\n".join(f"{row} [{check}]" for row, check in rows)) == key
    assert recovery_keys.typed_key(f"  {key}\n") == key
    with pytest.raises(Problem, match="1/3"):
        recovery_keys.typed_key("\n".join(f"{row} {check}" for row, check in reversed(rows)))


# --- without them


def test_a_backup_needs_recovery_keys_or_files_that_are_kept_apart(server, new_server, tmp_path) -> None:
    assert server.refused("backup", tmp_path / "backups") == 8020
    server.nhavung("backup", tmp_path / "backups", "--without-keys")
    new = new_server("new")
    assert new.refused("restore", tmp_path / "backups") == 8033
    assert new.refused("restore", tmp_path / "backups", "--keys", _folder(tmp_path / "none")) == 8001
    wrong = _folder(tmp_path / "wrong")
    (wrong / SECRET).write_text("n" * 64)
    assert new.refused("restore", tmp_path / "backups", "--keys", wrong) == 8002
    assert not new.folder.exists()
    new.nhavung("restore", tmp_path / "backups", "--keys", server.folder)
    assert new.refuses_to_start() is None


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def test_a_secret_of_the_settings_is_in_the_backup_too(new_server, tmp_path) -> None:
    server, new = new_server("set", NHAVUNG_SECRET_KEY="s" * 40), new_server("new")
    server.set_up()
    sheets = printed(server.nhavung(*KEYS))
    server.nhavung("backup", tmp_path / "backups")
    new.nhavung("restore", tmp_path / "backups", typed=sheets[0])
    assert (new.folder / SECRET).read_text() == "s" * 40
    assert new.refuses_to_start() is None
