"""A server is lost: what was acknowledged before the last backup is back, on either engine, from paper."""

from __future__ import annotations

import hashlib
import json
import threading
from pathlib import Path

import pytest
from makers import envelope, jpeg
from sending import BEFORE, ENVELOPES, send, send_photo
from sheets import KEYS, printed

from api.backups.backup import back_up
from api.backups.folder import BackupFolder
from api.backups.rotation import Keep
from survey.problems import Problem


def test_a_lost_server_is_restored_from_a_backup_and_one_sheet_of_paper(
    new_server_of_engine, tmp_path
) -> None:
    old, new = new_server_of_engine("old"), new_server_of_engine("new")
    old.set_up()
    sheets = printed(old.nhavung(*KEYS))
    with old.phone() as phone:
        receipt, photo = send_photo(phone, head_name="Ma Thị Ảnh", national_id="006170001234")
        household = phone.get(f"/households/{receipt['household_id']}").text
        assert "Ma Thị Ảnh" in household
        before = send(phone)["id"]
    backups = tmp_path / "backups"
    old.nhavung("backup", backups)
    with old.phone() as phone:
        after = send(phone)["id"]

    trial = new.nhavung("restore", backups, "--trial", typed=sheets[1])
    assert f"Bản ghi cuối cùng: {before}" in trial
    assert "Khóa mở được" in trial
    assert not new.folder.exists()

    said = new.nhavung("restore", backups, typed=sheets[1])
    assert "không có trong bản này" in said
    assert {row[0] for row in new.rows("SELECT envelope_id FROM received_envelopes")} == {
        receipt["id"],
        before,
    }
    assert after not in said
    assert new.refuses_to_start() is None
    with new.phone() as phone:
        page = phone.get(f"/households/{receipt['household_id']}").text
        assert "Ma Thị Ảnh" in page
        stored = new.rows("SELECT stored_sha256 FROM photos")[0][0]
        with phone.get(f"/households/{receipt['household_id']}/photos/{stored}.jpg") as found:
            assert hashlib.sha256(found.data).hexdigest() == stored
        assert phone.post(ENVELOPES, json=envelope(id=after, captured_at=BEFORE)).status_code == 201
    assert photo


def test_four_writers_lose_nothing_that_was_acknowledged_before_a_backup(
    new_server_of_engine, tmp_path
) -> None:
    server, new = new_server_of_engine("busy"), new_server_of_engine("new")
    server.set_up()
    sheets = printed(server.nhavung(*KEYS))
    acknowledged: list[str] = []
    is_over = threading.Event()

    def write(app) -> None:
        client = app.test_client()
        client.post("/sign-in", data={"username": "lan", "password": "mật khẩu lan"})
        while not is_over.is_set():
            acknowledged.append(send(client)["id"])

    with server.started() as app:
        writers = [threading.Thread(target=write, args=(app,)) for _ in range(4)]
        for writer in writers:
            writer.start()
        while len(acknowledged) < 12:
            is_over.wait(0.05)
        before = list(acknowledged)
        with app.app_context():
            done = back_up(app, tmp_path / "backups", Keep())
        after = len(acknowledged)
        is_over.set()
        for writer in writers:
            writer.join()
    new.nhavung("restore", tmp_path / "backups", typed=sheets[0])
    kept = {row[0] for row in new.rows("SELECT envelope_id FROM received_envelopes")}
    assert set(before) - kept == set()
    assert len(kept) == done.manifest.figures.tables["received_envelopes"]
    assert len(before) <= len(kept)
    assert after > len(before), "nobody wrote during the backup"
    assert new.refuses_to_start() is None


def test_a_restore_never_touches_what_is_there(new_server_of_engine, tmp_path) -> None:
    server = new_server_of_engine()
    server.set_up()
    sheets = printed(server.nhavung(*KEYS))
    server.nhavung("backup", tmp_path / "backups")
    assert server.refused("restore", tmp_path / "backups", typed=sheets[0]) == 8026
    elsewhere = new_server_of_engine("elsewhere")
    elsewhere.url = server.url
    assert elsewhere.refused("restore", tmp_path / "backups", typed=sheets[0]) == 8026


def test_a_restored_database_has_an_epoch_of_its_own_and_says_so_to_phones(new_server, tmp_path) -> None:
    old, new, again = new_server("old"), new_server("new"), new_server("again")
    old.set_up()
    sheets = printed(old.nhavung(*KEYS))
    with old.started() as app:
        from fielding import as_phone

        phone = as_phone(app, "lan")
        cursor = phone.get("/api/v1/field/assignment").json["cursor"]
        known = phone.get(f"/api/v1/field/assignment?since={cursor}")
        assert (known.json["full"], known.json["restored_to"]) == (False, None)
        assert known.headers["Nhavung-Epoch"] == "0"
        token = phone.environ_base["HTTP_AUTHORIZATION"]
    old.nhavung("backup", tmp_path / "backups")
    made_at = BackupFolder(tmp_path / "backups").generation().manifest().made_at
    new.nhavung("restore", tmp_path / "backups", typed=sheets[0])
    new.nhavung("backup", tmp_path / "later")
    again.nhavung("restore", tmp_path / "later", typed=sheets[0])
    for server, count in ((new, 1), (again, 2)):
        epochs = server.rows("SELECT id FROM database_epochs ORDER BY number")
        assert len(epochs) == count
        with server.started() as app:
            client = app.test_client()
            told = client.get(f"/api/v1/field/assignment?since={cursor}", headers={"Authorization": token})
            assert told.json["full"] is True
            assert told.json["epoch"] == told.headers["Nhavung-Epoch"] == epochs[-1][0]
            assert told.json["restored_to"][:19] == _utc(made_at)[:19]
            fresh = client.get(
                f"/api/v1/field/assignment?since={told.json['cursor']}", headers={"Authorization": token}
            )
            assert (fresh.json["full"], fresh.json["restored_to"]) == (False, None)


def _utc(text: str) -> str:
    from datetime import UTC, datetime

    return datetime.fromisoformat(text).astimezone(UTC).isoformat()


def test_the_trail_of_a_restored_database_tells_of_the_fork(new_server, tmp_path) -> None:
    old, new = new_server("old"), new_server("new")
    old.set_up()
    sheets = printed(old.nhavung(*KEYS))
    old.nhavung("trail", "seal")
    old.nhavung("backup", tmp_path / "backups")
    new.nhavung("restore", tmp_path / "backups", typed=sheets[0])
    assert new.refuses_to_start() is None
    assert new.refuses_to_start() is None
    told = "SELECT subject_id, details FROM audit_entries WHERE action = 'database.restored'"
    ((epoch, details),) = new.rows(told)
    assert epoch == new.rows("SELECT id FROM database_epochs")[0][0]
    told = json.loads(details)
    assert told["generation"] == BackupFolder(tmp_path / "backups").generation().name
    ((size, root),) = old.rows("SELECT size, root_sha256 FROM checkpoints ORDER BY size DESC LIMIT 1")
    assert (told["tree_size"], told["tree_root"]) == (size, root)


# --- what a damaged backup says


@pytest.mark.parametrize("what", ["database", "manifest", "photo", "keys"])
def test_a_damaged_backup_is_told_before_anything_is_written(new_server, tmp_path, what: str) -> None:
    server, new = new_server(), new_server("new")
    server.set_up()
    sheets = printed(server.nhavung(*KEYS))
    with server.phone() as phone:
        send_photo(phone)
    server.nhavung("backup", tmp_path / "backups")
    generation = BackupFolder(tmp_path / "backups").generation().path
    name = {"database": "database.sqlite", "manifest": "manifest.json", "keys": "keys.tar.age"}
    photos = (tmp_path / "backups" / "files").rglob("*.jpg")
    path = next(photos) if what == "photo" else generation / name[what]
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    number = 8032 if what == "keys" else 8025
    assert new.refused("restore", tmp_path / "backups", typed=sheets[0]) == number
    assert not (new.folder / "nhavung.sqlite").exists()


def test_a_backup_that_was_broken_off_is_none_and_is_cleared_away(new_server, tmp_path, monkeypatch) -> None:
    server = new_server()
    server.set_up()
    server.nhavung(*KEYS)

    def full(*_args, **_more) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("api.backups.backup.write_manifest", full)
        with pytest.raises(OSError, match="No space"):
            server.nhavung("backup", tmp_path / "backups")
    assert BackupFolder(tmp_path / "backups").generations() == []
    with pytest.raises(Problem, match="no complete backup"):
        BackupFolder(tmp_path / "backups").generation()
    assert server.rows("SELECT is_good FROM operation_runs WHERE kind = 'backup'") == [(0,)]
    part = tmp_path / "backups" / "generations" / "20250101-000000.part"
    part.mkdir()
    server.nhavung("backup", tmp_path / "backups")
    assert not part.exists()
    assert len(BackupFolder(tmp_path / "backups").generations()) == 1


def test_photos_are_kept_once_over_all_generations(new_server, tmp_path) -> None:
    server = new_server()
    server.set_up()
    server.nhavung(*KEYS)
    backups = BackupFolder(tmp_path / "backups")
    with server.phone() as phone:
        send_photo(phone)
    server.nhavung("backup", backups.path)
    (kept,) = list(backups.files.rglob("*.jpg"))
    written = kept.stat().st_mtime_ns
    with server.phone() as phone:
        content, sha256 = jpeg("red")
        receipt = phone.post(
            ENVELOPES, json=envelope(captured_at=BEFORE, photos=[{"sha256": sha256, "slot": "front"}])
        )
        assert receipt.status_code == 201
        assert phone.put(f"/api/v1/photos/{sha256}", data=content).status_code == 201
    server.nhavung("backup", backups.path)
    assert kept.stat().st_mtime_ns == written
    newest, first = backups.generations()
    assert (len(newest.files()), len(first.files())) == (2, 1)
    assert len(list(backups.files.rglob("*.jpg"))) == 2


def test_a_photo_gone_from_the_disk_is_told_and_stops_no_backup(new_server, tmp_path) -> None:
    server = new_server()
    server.set_up()
    server.nhavung(*KEYS)
    with server.phone() as phone:
        send_photo(phone)
    next((server.folder / "photos").rglob("*.jpg")).unlink()
    assert "Thiếu hoặc hỏng 1 tệp" in server.nhavung("backup", tmp_path / "backups")
    assert BackupFolder(tmp_path / "backups").generation().files() == []


def test_a_missing_tool_of_postgresql_is_told_in_words(new_server, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    from api.backups.database_copy import check_dump

    with pytest.raises(Problem) as told:
        check_dump(Path("none.dump"))
    assert told.value.number == 8021
    assert "postgresql-client" in told.value.next_step("en")
