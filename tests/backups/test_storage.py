"""A database file that vanishes, a full disk, a read-only one: nothing is acknowledged, reading goes on."""

from __future__ import annotations

import shutil
from typing import Any

import pytest
from makers import envelope, jpeg
from page_server import client_of
from sending import BEFORE, ENVELOPES, send
from sqlalchemy import event

from api.web import storage
from api.web.extensions import db


@pytest.fixture
def server(new_server):
    """A server with people in it."""
    made = new_server()
    made.set_up()
    return made


def sent(client: Any) -> tuple[int, int | None]:
    """The status and the problem of one more survey."""
    answer = client.post(ENVELOPES, json=envelope(captured_at=BEFORE))
    return answer.status_code, answer.json.get("problem")


@pytest.mark.parametrize("how", ["deleted", "replaced"])
def test_a_database_file_that_vanished_acknowledges_nothing(server, how: str) -> None:
    path = server.folder / "nhavung.sqlite"
    with server.started() as app:
        client = client_of(app, "lan")
        send(client)
        aside = shutil.copy(path, path.with_suffix(".aside"))
        path.unlink()
        if how == "replaced":
            shutil.copy(aside, path)
        assert sent(client) == (503, 8012)
        assert sent(client) == (503, 8012)
        page = client.get("/households").text
        assert "đã bị xóa hoặc bị thay" in page
        assert path.exists() is (how == "replaced"), "no empty file is made in its place"
        with app.app_context():
            db.engine.dispose()
        if how == "deleted":
            answer = client.get("/households")
            assert (answer.status_code, answer.mimetype) == (503, "text/plain")
            assert "[8012]" in answer.text
            assert not path.exists()


@pytest.mark.parametrize("pragma", ["query_only=ON", "max_page_count=1"])
def test_a_disk_that_takes_nothing_is_read_and_said_on_every_page(server, pragma: str) -> None:
    with server.started() as app:
        with app.app_context():
            engine = db.engine

        def stop(connection: Any, _record: Any) -> None:
            connection.execute(f"PRAGMA {pragma}")

        client = client_of(app, "lan")
        receipt = send(client)
        with app.app_context():
            engine.dispose()
        event.listen(engine, "connect", stop)
        number = 8014 if "query_only" in pragma else 8013
        for _ in range(200):  # a database has some room left within its pages
            answer = sent(client)
            if answer[0] != 201:
                break
        assert answer == (503, number)
        said = "chỉ đọc" if number == 8014 else "đã đầy"
        page = client.get(f"/households/{receipt['household_id']}")
        assert page.status_code == 200
        assert said in page.text
        other = app.test_client()
        form = {"username": "hoa", "password": "mật khẩu hoa"}
        assert other.post("/sign-in", data=form).status_code == 302
        wrong = other.post("/sign-in", data={**form, "password": "sai"})
        assert wrong.status_code == 401
        event.remove(engine, "connect", stop)
        with app.app_context():
            engine.dispose()
        assert sent(client)[0] == 201
        assert said not in client.get("/households").text, "a write that goes well ends the warning"


def test_a_photo_that_finds_no_room_is_told_as_such(server, monkeypatch) -> None:
    content, sha256 = jpeg()

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    with server.phone() as client:
        send(client, photos=[{"sha256": sha256, "slot": "front"}])
        with monkeypatch.context() as broken:
            broken.setattr("api.web.photo_files.os.fsync", full)
            answer = client.put(f"/api/v1/photos/{sha256}", data=content)
        assert (answer.status_code, answer.json["problem"]) == (503, 8013)
        assert list(server.folder.rglob("*.part")) == []
        assert client.put(f"/api/v1/photos/{sha256}", data=content).status_code == 201


def test_little_room_is_said_at_the_start_and_on_pages(server, monkeypatch, capsys) -> None:
    monkeypatch.setattr(storage, "LOW_BYTES", 1 << 60)
    assert server.refuses_to_start() is None
    assert "[8015]" in capsys.readouterr().err
    with server.phone() as client:
        assert "sắp đầy" in client.get("/households").text
