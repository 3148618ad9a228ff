"""Which backups stay, and the photos that go with the others."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from api.backups.folder import NAMED, BackupFolder, Generation
from api.backups.rotation import Keep, rotate, staying
from survey.days import ZONE

NEWEST = datetime(2025, 5, 15, 1, 30, tzinfo=ZONE)


def made(folder: Path, at: datetime, *files: str) -> Generation:
    """A generation that names these files."""
    path = folder / "generations" / at.strftime(NAMED)
    path.mkdir(parents=True)
    (path / "manifest.json").write_text("{}")
    (path / "files.txt").write_text("".join(f"{name}\n" for name in files))
    return Generation(path)


def test_days_weeks_and_months_keep_their_newest(tmp_path: Path) -> None:
    for day in range(400):
        made(tmp_path, NEWEST - timedelta(days=day))
        made(tmp_path, NEWEST - timedelta(days=day, hours=1))
    generations = BackupFolder(tmp_path).generations()
    stay = sorted(staying(generations, Keep(daily=7, weekly=4, monthly=6)), reverse=True)
    days = [name[:8] for name in stay]
    assert days[:4] == ["20250515", "20250515", "20250514", "20250514"], "the last two days are whole"
    assert {"20250513", "20250509", "20250504", "20250427", "20250430", "20250331", "20241231"} <= set(days)
    assert len(stay) == 2 + 7 + 2 + 5


def test_photos_go_with_the_last_backup_that_names_them(tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path)
    made(tmp_path, NEWEST, "photos/aa/new.jpg", "photos/aa/both.jpg")
    made(tmp_path, NEWEST - timedelta(days=500), "photos/aa/old.jpg", "photos/aa/both.jpg")
    for name in ("new", "old", "both"):
        (folder.files / "photos" / "aa").mkdir(parents=True, exist_ok=True)
        (folder.files / "photos" / "aa" / f"{name}.jpg").write_bytes(b"photo")
    gone = rotate(folder, Keep(daily=1, weekly=1, monthly=1))
    assert len(gone) == 1
    assert sorted(path.name for path in folder.files.rglob("*.jpg")) == ["both.jpg", "new.jpg"]
    assert rotate(folder, Keep(daily=1, weekly=1, monthly=1)) == []
