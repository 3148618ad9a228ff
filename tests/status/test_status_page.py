"""The page Tình trạng hệ thống and the doctor: what needs attention stands first, with what to do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from fielding import as_phone
from sending import send

from api.cli import cli
from api.cli.context import operator
from api.status import findings as rules
from api.status.findings import findings
from api.web import clock, transaction
from api.web.config import from_environment
from survey import encryption
from survey.operation.actions import note_run

GOOD = {"folder": "/nowhere", "records": 3, "files": 2, "missing": 0, "has_keys": True}


def level(name: str) -> str:
    """How one thing is found to be now."""
    viewer = operator()
    return next(one.level for one in findings(viewer, viewer.now) if one.name == name)


def backed_up(hours_ago: float, *, is_good: bool = True, **details) -> None:
    """A backup that was run so long ago."""
    at = clock.now() - timedelta(hours=hours_ago)
    with transaction.write() as session:
        note_run(session, "backup", at, at, is_good, **{**GOOD, **details})


def test_a_backup_alarms_after_26_hours(world) -> None:
    assert level("Sao lưu") == "bad"
    backed_up(27)
    assert level("Sao lưu") == "bad"
    backed_up(25)
    assert level("Sao lưu") == "good"
    backed_up(1, is_good=False, problem="8013")
    assert level("Sao lưu") == "bad"
    backed_up(0.5)
    assert level("Sao lưu") == "good"
    backed_up(0.4, missing=2)
    assert level("Sao lưu") == "watch"
    backed_up(0.3, has_keys=False)
    assert level("Sao lưu") == "watch"


def test_the_page_is_for_administrators_and_auditors(sign_in) -> None:
    for username, status in (("admin", 200), ("binh", 200), ("mai", 403), ("lan", 403)):
        assert sign_in(username).get("/status").status_code == status, username


def test_the_page_says_when_each_commune_was_last_heard_of(sign_in, world) -> None:
    send(sign_in("lan"))
    as_phone(world, "lan").get("/api/v1/field/assignment")
    page = sign_in("admin").get("/status").text
    assert "Nam Mẫu" in page
    assert page.index("Sao lưu") < page.index("Phiên bản"), "what needs attention stands first"
    assert page.count("15/05/2025") > 2


def test_lines_that_were_never_or_wrongly_compared_are_told(world) -> None:
    assert level("Dòng hiện trạng") == "watch"
    for is_good, expected in ((True, "good"), (False, "bad")):
        with transaction.write() as session:
            note_run(session, "standing", clock.now(), clock.now(), is_good)
        assert level("Dòng hiện trạng") == expected


def test_old_records_in_the_inbox_are_told(sign_in, world, monkeypatch) -> None:
    send(sign_in("lan"), {"area_m2": "rất rộng", "people": -3})
    assert level("Hộp chờ xử lý") == "good"
    monkeypatch.setattr(rules, "INBOX_OLD", timedelta(0))
    assert level("Hộp chờ xử lý") == "watch"


def test_leftover_parts_are_told(world, storage, monkeypatch) -> None:
    part = storage.folder / "photos" / "aa" / "x.part"
    part.parent.mkdir(parents=True)
    part.touch()
    assert "Tệp ghi dở" not in {one.name for one in findings(operator(), clock.now())}
    monkeypatch.setattr(rules, "PART_OLD", timedelta(hours=-1))
    assert level("Tệp ghi dở") == "watch"


@pytest.mark.parametrize(("days", "expected"), [(60, "good"), (14, "watch"), (3, "bad"), (-1, "bad")])
def test_the_certificate_is_told_before_it_ends(tmp_path, days: int, expected: str) -> None:
    now = datetime.now(UTC)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nhavung.test")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now - timedelta(days=90))
    signed = made.not_valid_after(now + timedelta(days=days, hours=1)).sign(key, hashes.SHA256())
    path = tmp_path / "cert.pem"
    path.write_bytes(signed.public_bytes(Encoding.PEM))
    told = {"NHAVUNG_DATA_FOLDER": str(tmp_path), "NHAVUNG_CERTIFICATE": str(path)}
    (found,) = rules._certificate(from_environment(told), now)
    assert found.level == expected


def test_the_doctor_ends_with_a_problem_when_something_must_be_done(tmp_path) -> None:
    runner = CliRunner(env={"NHAVUNG_DATA_FOLDER": str(tmp_path / "data"), "NHAVUNG_DATABASE_URL": None})
    assert runner.invoke(cli, ["migrate"]).exit_code == 0
    done = runner.invoke(cli, ["doctor"])
    encryption.use_key(b"a key for tests only")
    assert "✗ Sao lưu: chưa có bản nào" in done.output
    assert getattr(done.exception, "number", None) == 8036
