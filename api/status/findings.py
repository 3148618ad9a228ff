"""What an administrator should know, the worst first; the page and `nhavung doctor` say the same."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path

from cryptography import x509
from flask import current_app
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from api.web import start_checks, storage
from api.web.config import MEGABYTE, Settings
from api.web.database import revisions
from api.web.language import minute, num, t
from survey.access.viewer import Viewer
from survey.intake.models import ReceivedEnvelope
from survey.operation import queries
from survey.operation.models import Epoch
from survey.problems import Problem
from survey.trail import sealing

BACKUP_EVERY = timedelta(hours=26)
"""A nightly backup and two hours of grace."""
DRILL_EVERY = timedelta(days=185)
LINES_EVERY = timedelta(days=8)
INBOX_OLD = timedelta(days=14)
PART_OLD = timedelta(hours=1)
CERTIFICATE_BAD, CERTIFICATE_WATCH = timedelta(days=7), timedelta(days=21)
LEVELS = ("bad", "watch", "good")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: how it is (`good`, `watch`, `bad`), in words, and what to do."""

    level: str
    name: str
    said: str
    next_step: str = ""


def findings(viewer: Viewer, at: datetime) -> list[Finding]:
    """Everything there is to say, the worst first; a database that does not fit is told, not read."""
    settings: Settings = current_app.config["SETTINGS"]
    found = [_version(), *_disk(settings)]
    age, fits = _age()
    found.append(age)
    if fits:
        session = viewer.session
        found += [
            *_keys(),
            _backup(session, at),
            _drill(session, at),
            _lines(session, at),
            _trail(session, at),
            _inbox(viewer, at),
        ]
        found += [*_epoch(session), _size(session, settings)]
    found += [*_certificate(settings, at), *_parts(settings)]
    return sorted(found, key=lambda one: LEVELS.index(one.level))


def _of_problem(name: str, problem: Problem, level: str = "bad") -> Finding:
    lang = t("vi", "en")
    return Finding(level, name, f"[{problem.number}] {problem.message(lang)}", problem.next_step(lang))


def _version() -> Finding:
    return Finding("good", t("Phiên bản", "Version"), f"Nhà Vững {version('nhavung')}")


def _age() -> tuple[Finding, bool]:
    """Whether database and program fit together, and so whether it can be read."""
    name = t("Cơ sở dữ liệu", "Database")
    told = revisions()
    try:
        start_checks.check_age(told)
    except Problem as problem:
        return _of_problem(name, problem), False
    if told.found is None:
        return _of_problem(name, Problem(1010, reason=t("trống", "empty"))), False
    return Finding(
        "good", name, t(f"đúng bản của chương trình ({told.found})", f"fits the program ({told.found})")
    ), True


def _disk(settings: Settings) -> Iterator[Finding]:
    name = t("Đĩa", "Disk")
    if fault := storage.fault():
        yield _of_problem(name, fault)
    elif (free := storage.free_bytes(settings.data_folder)) is not None:
        room = f"{num(free / MEGABYTE / 1024, 1)} GB"
        yield Finding("good", name, t(f"còn {room}", f"{room} free"))


def _keys() -> Iterator[Finding]:
    name = t("Khóa", "Keys")
    try:
        found = start_checks.check_keys()
    except Problem as problem:
        yield _of_problem(name, problem)
        return
    yield Finding(
        "good", name, t("đúng khóa của dữ liệu: ", "they fit the data: ") + ", ".join(sorted(found))
    )


def _backup(session: Session, at: datetime) -> Finding:
    name, run = (
        t("Sao lưu", "Backup"),
        t("Chạy nhavung backup THƯ_MỤC, mỗi đêm một lần.", "Run nhavung backup FOLDER every night."),
    )
    last = queries.last_run(session, "backup", is_good=True)
    failed = queries.last_run(session, "backup", is_good=False)
    if last is None:
        return Finding("bad", name, t("chưa có bản nào", "there is none yet"), run)
    told = last.details
    when, records, files, folder = (
        minute(last.began_at),
        num(told["records"]),
        num(told["files"]),
        told["folder"],
    )
    said = t(
        f"bản tốt gần nhất {when}: {records} bản ghi, {files} ảnh và bản quét, tại {folder}",
        f"the last good one {when}: {records} records, {files} photos and scans, in {folder}",
    )
    if at - last.began_at > BACKUP_EVERY:
        return Finding("bad", name, t("quá 26 giờ; ", "more than 26 hours ago; ") + said, run)
    if failed is not None and failed.began_at > last.began_at:
        why = failed.details.get("problem")
        return Finding(
            "bad", name, t(f"lần sau cùng lỗi ({why}); ", f"the last try failed ({why}); ") + said, run
        )
    if told.get("missing"):
        lacks = t(f"thiếu {num(told['missing'])} tệp; ", f"{num(told['missing'])} files are missing; ")
        more = t(
            "Ảnh mất trên đĩa: chạy lại nhavung backup để xem tên tệp.",
            "Photos are gone from the disk: nhavung backup names one.",
        )
        return Finding("watch", name, lacks + said, more)
    if not told.get("has_keys"):
        more = t(
            "Chạy nhavung keys new để bản sao lưu kèm khóa đã niêm.",
            "Run nhavung keys new, so that backups hold the keys, sealed.",
        )
        return Finding("watch", name, t("không kèm khóa; ", "without keys; ") + said, more)
    return Finding("good", name, said)


def _drill(session: Session, at: datetime) -> Finding:
    """The drill is noted beside the backups, since it may be held on another machine."""
    name = t("Thử khôi phục", "Restore drill")
    how = t(
        "Mỗi nửa năm: nhavung restore THƯ_MỤC --trial với một tờ khóa in.",
        "Twice a year: nhavung restore FOLDER --trial with one of the printed keys.",
    )
    last = queries.last_run(session, "backup", is_good=True)
    path = Path(last.details["folder"]) / "drills.json" if last else None
    try:
        held = datetime.fromisoformat(json.loads(path.read_text("utf-8"))["at"]) if path else None
    except (OSError, ValueError, KeyError):
        held = None
    if held is None:
        return Finding("watch", name, t("chưa thử lần nào", "never held"), how)
    level = "watch" if at - held > DRILL_EVERY else "good"
    return Finding(level, name, minute(held), how if level == "watch" else "")


def _lines(session: Session, at: datetime) -> Finding:
    name, how = (
        t("Dòng hiện trạng", "Lines of standing"),
        t("Chạy nhavung standing check.", "Run nhavung standing check."),
    )
    last = queries.last_run(session, "standing")
    if last is None:
        return Finding("watch", name, t("chưa so với hồ sơ lần nào", "never compared with the records"), how)
    said = t(
        f"so với hồ sơ lúc {minute(last.began_at)}", f"compared with the records {minute(last.began_at)}"
    )
    if not last.is_good:
        return Finding("bad", name, said + t(": có chỗ khác", ": they differ"), how)
    return Finding("watch" if at - last.began_at > LINES_EVERY else "good", name, said, how)


def _trail(session: Session, at: datetime) -> Finding:
    name, late = t("Nhật ký kiểm chứng", "Trail"), sealing.unsealed(session, at - sealing.LATE)
    if late:
        said = t(
            f"{num(late)} việc chờ niêm phong quá 10 phút",
            f"{num(late)} entries wait to be sealed for over 10 minutes",
        )
        return Finding("bad", name, said, t("Chạy nhavung trail seal.", "Run nhavung trail seal."))
    newest = sealing.newest(session)
    if newest is None:
        return Finding("watch", name, t("chưa niêm phong lần nào", "never sealed"))
    when, size = minute(newest.signed_at), num(newest.size)
    return Finding("good", name, t(f"niêm phong lúc {when}: {size} việc", f"sealed {when}: {size} entries"))


def _inbox(viewer: Viewer, at: datetime) -> Finding:
    row = ReceivedEnvelope
    waiting = (row.state == "waiting", row.settled_at.is_(None), viewer.visible(row.area_code, "system.read"))
    asked = select(func.count(), func.min(row.received_at)).where(*waiting)
    count, oldest = viewer.session.execute(asked).one()
    name = t("Hộp chờ xử lý", "Inbox")
    if not count:
        return Finding("good", name, t("không có gì chờ", "nothing waits"))
    said = t(
        f"{num(count)} bản ghi chờ, cũ nhất {minute(oldest)}",
        f"{num(count)} records wait, the oldest {minute(oldest)}",
    )
    if at - oldest > INBOX_OLD:
        return Finding(
            "watch", name, said, t("Nhắc xã xử lý hộp chờ.", "Remind the communes of their inbox.")
        )
    return Finding("good", name, said)


def _epoch(session: Session) -> Iterator[Finding]:
    last = session.scalars(select(Epoch).order_by(Epoch.number.desc()).limit(1)).first()
    if last is not None:
        began, since = minute(last.began_at), minute(last.restored_to)
        said = t(
            f"từ bản {last.generation} lúc {began}; điện thoại gửi lại những gì nhận sau {since}",
            f"from {last.generation} {began}; phones offer again what came after {since}",
        )
        yield Finding("good", t("Đã khôi phục", "Restored"), said)


def _size(session: Session, settings: Settings) -> Finding:
    engine = session.get_bind().dialect.name
    asked = "SELECT pg_database_size(current_database())"
    if engine == "sqlite":
        asked = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    size = int(session.scalar(text(asked)) or 0) // MEGABYTE
    said = t(
        f"{engine}, {num(size)} MB, dữ liệu tại {settings.data_folder}",
        f"{engine}, {num(size)} MB, data in {settings.data_folder}",
    )
    return Finding("good", t("Nơi lưu", "Storage"), said)


def _certificate(settings: Settings, at: datetime) -> Iterator[Finding]:
    if settings.certificate is None:
        return
    name = t("Chứng thư https", "https certificate")
    try:
        ends = x509.load_pem_x509_certificate(settings.certificate.read_bytes()).not_valid_after_utc
    except (OSError, ValueError):
        said = t(f"không đọc được {settings.certificate}", f"{settings.certificate} cannot be read")
        yield Finding("watch", name, said, t("Kiểm tra NHAVUNG_CERTIFICATE.", "Check NHAVUNG_CERTIFICATE."))
        return
    left = ends - at
    level = "bad" if left < CERTIFICATE_BAD else "watch" if left < CERTIFICATE_WATCH else "good"
    how = t("Gia hạn chứng thư, hoặc xem nhật ký của Caddy.", "Renew it, or look into Caddy's log.")
    said = t(f"hết hạn {minute(ends)}", f"ends {minute(ends)}")
    yield Finding(level, name, said, how if level != "good" else "")


def _parts(settings: Settings) -> Iterator[Finding]:
    """Files that a broken write left behind: they stand under no hash and are in nobody's way."""
    before = time.time() - PART_OLD.total_seconds()
    found = [path for name in ("photos", "scans") for path in (settings.data_folder / name).rglob("*.part")]
    old = [path for path in found if path.stat().st_mtime < before]
    if old:
        said = t(
            f"{num(len(old))} tệp .part, ví dụ {old[0].name}",
            f"{num(len(old))} .part files, such as {old[0].name}",
        )
        yield Finding(
            "watch",
            t("Tệp ghi dở", "Leftover files"),
            said,
            t("Xóa được: điện thoại đã gửi lại.", "They can be deleted: phones send again."),
        )
