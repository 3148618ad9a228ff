"""An upgrade backs up, migrates and verifies; when any of it fails the database is what it was before."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import op
from alembic.operations import Operations
from sending import send
from sheets import KEYS

from api.app import create_app
from api.backups.folder import BackupFolder
from api.web import database
from api.web.config import from_environment
from api.web.database import downgrade
from api.web.file_locks import hold

BEFORE = "0007"


@pytest.fixture
def older(new_server_of_engine):
    """A server with records whose database is from before the last migration."""
    server = new_server_of_engine()
    server.set_up()
    server.nhavung(*KEYS)
    with server.phone() as phone:
        for _ in range(3):
            send(phone)
    with server.started() as app:
        downgrade(app, BEFORE)
    return server


def contents(server) -> dict[str, list[tuple]]:
    """Every row of every table."""
    engine = sa.create_engine(server.url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        names = sorted(sa.inspect(connection).get_table_names())
        rows = {name: connection.execute(sa.text(f'SELECT * FROM "{name}"')).all() for name in names}
    return {name: sorted(map(str, found)) for name, found in rows.items()}


def test_an_older_database_is_not_served_and_the_command_to_run_is_named(older) -> None:
    before = contents(older)
    assert older.refuses_to_start() == 8010
    assert contents(older) == before


def test_an_upgrade_backs_up_migrates_and_verifies(older, tmp_path) -> None:
    said = older.nhavung("upgrade", tmp_path / "backups")
    with older.started() as app, app.app_context():
        assert f"Đã nâng cấp {BEFORE} → {database.revisions().newest}" in said
    assert BackupFolder(tmp_path / "backups").generation().manifest().figures.revision == BEFORE
    assert len(older.rows("SELECT id FROM received_envelopes")) == 3
    assert older.refuses_to_start() is None
    assert "không có gì để làm" in older.nhavung("upgrade", tmp_path / "backups")
    assert len(BackupFolder(tmp_path / "backups").generations()) == 1


@contextmanager
def breaking(monkeypatch, how: str):
    """Make the migration go wrong at one of its steps."""
    made = Operations.create_table
    begun: list[str] = []

    def half(self, name, *columns, **more):
        begun.append(name)
        if len(begun) == 2:
            raise RuntimeError("the second table could not be made")
        return made(self, name, *columns, **more)

    def after(_what, _tell) -> None:
        with database.transaction.write() as session:
            session.execute(sa.text("DELETE FROM waits_for"))
            session.execute(sa.text("UPDATE alembic_version SET version_num = version_num"))
        with database.db.engine.begin() as connection:
            connection.execute(sa.text("UPDATE received_envelopes SET state = 'gone'"))
        if how == "after its commit":
            raise RuntimeError("the lines could not be written")
        with database.db.engine.begin() as connection:
            connection.execute(sa.text("DELETE FROM audit_entries"))

    if how == "half-way":
        monkeypatch.setattr(Operations, "create_table", half)
        monkeypatch.setattr(op, "create_table", lambda *told, **more: half(op._proxy, *told, **more))
    else:
        monkeypatch.setattr(database, "_make", after)
    yield begun
    monkeypatch.undo()


@pytest.mark.parametrize("how", ["half-way", "after its commit", "rows are gone"])
def test_an_upgrade_that_fails_leaves_everything_as_it_was(older, tmp_path, monkeypatch, how: str) -> None:
    before = contents(older)
    with monkeypatch.context() as broken, breaking(broken, how):
        assert older.refused("upgrade", tmp_path / "backups") == 8028
    assert contents(older) == before
    assert len(BackupFolder(tmp_path / "backups").generations()) == 1
    assert "Đã nâng cấp" in older.nhavung("upgrade", tmp_path / "backups")


def test_no_upgrade_while_the_server_is_at_work(older, tmp_path) -> None:
    with hold(older.folder / "serving.lock", shared=True):
        assert older.refused("upgrade", tmp_path / "backups") == 8035
    assert BackupFolder(tmp_path / "backups").generations() == []


def test_two_servers_of_one_database_hold_it_together(tmp_path: Path) -> None:
    with hold(tmp_path / "lock", shared=True) as first, hold(tmp_path / "lock", shared=True) as second:
        assert first
        assert second
        assert hold(tmp_path / "lock") is None
    with hold(tmp_path / "lock") as alone:
        assert alone


def test_a_database_from_the_future_is_named_and_left_alone(new_server, tmp_path) -> None:
    server = new_server()
    server.set_up()
    server.nhavung(*KEYS)
    with server.started() as app, app.app_context(), database.db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    assert server.refuses_to_start() == 8011
    assert server.refused("migrate") == 8011
    assert server.refused("upgrade", tmp_path / "backups") == 8011
    assert server.rows("SELECT version_num FROM alembic_version") == [("9999",)]


def test_an_empty_place_is_set_up_by_serving(new_server) -> None:
    server = new_server()
    assert server.refuses_to_start() is None
    assert server.rows("SELECT name FROM key_fingerprints") == [("secret.key",)]
    assert (server.folder.stat().st_mode & 0o777) == 0o700
    modes = {path.name: path.stat().st_mode & 0o777 for path in server.folder.iterdir()}
    assert (modes["nhavung.sqlite"], modes["secret.key"]) == (0o600, 0o600)


def test_a_lost_database_is_not_made_anew_beside_its_photos(new_server) -> None:
    server = new_server()
    server.set_up()
    (server.folder / "photos").mkdir()
    for path in server.folder.glob("nhavung.sqlite*"):
        path.rename(path.with_suffix(".aside"))
    app = create_app(from_environment(server.environment | {"NHAVUNG_DATA_FOLDER": str(server.folder)}))
    with app.app_context():
        database.db.engine.dispose()
    assert server.refuses_to_start() in (8005, 8012)
