"""Forty direct changes of the database: half by somebody with the keys, who makes every hash anew.

Without the keys each is found and named by `nhavung verify`; with them it is found by an older checkpoint.
"""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path

import pytest
from acting import AGREE, NEW_HOUSE, send_act, take
from acting import household as surveyed
from fielding import as_phone
from makers import password_of
from sqlalchemy import delete, select

from api.web import transaction
from api.web.extensions import db
from api.web.intake_context import book_of_files
from api.web.sealer import seal_all, write_witness
from survey.access.models import AuditEntry
from survey.areas.actions import set_fact
from survey.assessment.actions import store_release
from survey.trail import coverage
from survey.trail.models import Checkpoint, MerkleNode, WriteSet

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
ACT = {
    "act_name": "407/QĐ-UBND",
    "signed_on": "2025-05-08",
    "issuer": "06",
    "subject": "Phê duyệt danh sách",
    "signer": "Nguyễn Văn Ký",
}
SOME_ENTRY = "(SELECT id FROM audit_entries WHERE action = 'account.created' LIMIT 1)"
PAYMENT = "(SELECT id FROM steps WHERE kind = 'payment' LIMIT 1)"
HEAD = "(SELECT head_person_id FROM households WHERE head_person_id IS NOT NULL LIMIT 1)"
CURRENT = "(SELECT max(id) FROM assessments WHERE is_current)"
TWICE = "(SELECT household_id FROM assessments GROUP BY household_id HAVING count(*) > 1 LIMIT 1)"
WITHOUT_KEYS = {
    # what is done: (table that is named, the change)
    "an entry of another actor": (
        "audit_entries",
        f"UPDATE audit_entries SET actor_id = 2 WHERE id = {SOME_ENTRY}",
    ),
    "an entry taken out": ("audit_entries", f"DELETE FROM audit_entries WHERE id = {SOME_ENTRY}"),
    "an entry slipped in": (
        "audit_entries",
        "INSERT INTO audit_entries (at, action, subject_kind, subject_id, details, sequence)"
        " VALUES ('2025-05-01', 'case.approve', 'case', '1', '{}', 999999)",
    ),
    "what was written forgotten": ("audit_entries", "DELETE FROM write_sets WHERE id = 2"),
    "what was written told otherwise": (
        "write_sets",
        "UPDATE write_sets SET rows = replace(rows, 'persons', 'nobody') WHERE rows LIKE '%persons%'",
    ),
    "a node of the tree": (
        "merkle_nodes",
        "UPDATE merkle_nodes SET sha256 = position || 'x' WHERE level = 2",
    ),
    "a checkpoint": ("checkpoints", "UPDATE checkpoints SET root_sha256 = 'ab' || substr(root_sha256, 3)"),
    "another name": ("persons", f"UPDATE persons SET full_name = 'Kẻ Khác' WHERE id = {HEAD}"),
    "a person taken out": ("persons", f"DELETE FROM persons WHERE id = {HEAD}"),
    "a sealed value broken": ("persons", f"UPDATE persons SET national_id = 'x' WHERE id = {HEAD}"),
    "a payment raised": (
        "steps",
        "UPDATE steps SET \"values\" = replace(\"values\", '42000000', '92000000') WHERE id = " + PAYMENT,
    ),
    "a payment taken out": ("steps", f"DELETE FROM steps WHERE id = {PAYMENT}"),
    "a sum of a case": ("cases", "UPDATE cases SET paid_vnd = paid_vnd + 50000000"),
    "an amount of an assessment": (
        "assessments",
        f"UPDATE assessments SET amount_vnd = 1 WHERE id = {CURRENT}",
    ),
    "an older assessment in use": (
        "assessments",
        f"UPDATE assessments SET is_current = false WHERE household_id = {TWICE};"
        f" UPDATE assessments SET is_current = true WHERE id = (SELECT min(id) FROM assessments WHERE"
        f" household_id = {TWICE})",
    ),
    "a list's total": ("case_lists", "UPDATE case_lists SET amount_vnd = amount_vnd * 2"),
    "a law text": (
        "law_texts",
        "UPDATE law_texts SET canonical = replace(canonical, '60000000', '90000000')",
    ),
    "an officer made administrator": (
        "posts",
        "UPDATE posts SET role = 'admin', area_code = '06' WHERE role = 'officer'",
    ),
    "an account added": (
        "users",
        "INSERT INTO users (username, full_name, sort_key, folded_name, password_hash, must_change_password,"
        " is_active, is_demo, language, created_at, failed_attempts, session_number)"
        " SELECT 'ma', 'Ma', 'ma', 'ma', password_hash, 0, 1, 0, 'vi', created_at, 0, 0 FROM users LIMIT 1",
    ),
    "a device given another token": (
        "devices",
        "UPDATE devices SET token_sha256 = 'ab' || substr(token_sha256, 3)",
    ),
}
WITH_KEYS = {
    "persons: another name": f"UPDATE persons SET full_name = 'Kẻ Khác' WHERE id = {HEAD}",
    "persons: one taken out": f"DELETE FROM persons WHERE id = {HEAD}",
    "persons: one added": (
        "INSERT INTO persons (id, household_id, role, position, full_name, created_at)"
        " SELECT 'x', household_id, 'member', 9, 'Người Thêm', created_at FROM persons LIMIT 1"
    ),
    "steps: a payment raised": WITHOUT_KEYS["a payment raised"][1],
    "steps: a payment taken out": WITHOUT_KEYS["a payment taken out"][1],
    "cases: a sum raised": WITHOUT_KEYS["a sum of a case"][1],
    "assessments: an amount": WITHOUT_KEYS["an amount of an assessment"][1],
    "assessments: one taken out": f"DELETE FROM assessments WHERE id = {CURRENT}",
    "surveys: facts": "UPDATE surveys SET facts = '{}' WHERE id = 1",
    "acts: a day": "UPDATE acts SET done_on = '2025-01-01' WHERE kind = 'approval'",
    "case_lists: a total": WITHOUT_KEYS["a list's total"][1],
    "case_lists: one taken out": "DELETE FROM case_lists",
    "official_acts: another number": "UPDATE official_acts SET number = '999'",
    "law_texts: a level": WITHOUT_KEYS["a law text"][1],
    "area_facts: a poor district": "UPDATE area_facts SET value = 'true' WHERE fact = 'poor_district'",
    "posts: an officer made administrator": WITHOUT_KEYS["an officer made administrator"][1],
    "users: one added": WITHOUT_KEYS["an account added"][1],
    "devices: one taken out": "DELETE FROM data_keys; DELETE FROM devices",
    "received_envelopes: one taken out": "DELETE FROM received_envelopes WHERE kind = 'act'",
    "audit_entries: the end cut off": (
        "DELETE FROM audit_entries WHERE sequence > (SELECT max(sequence) - 5 FROM audit_entries)"
    ),
}
_kept: dict[str, bytes] = {}


@pytest.fixture
def checkpoint(storage, world, sign_in, tmp_path) -> Path:
    """A province with a paid house, a frozen list, a released law; sealed; its checkpoint lies elsewhere."""
    path = tmp_path / "checkpoint.txt"
    if not _kept:
        _build(world, sign_in)
        write_witness(path)
        _kept["checkpoint"] = path.read_bytes()
        db.session.remove()
        db.engine.dispose()
        _kept["database"] = (storage.folder / "test.sqlite").read_bytes()
    db.session.remove()
    db.engine.dispose()
    (storage.folder / "test.sqlite").write_bytes(_kept["database"])
    path.write_bytes(_kept["checkpoint"])
    return path


def _build(world, sign_in) -> None:
    phone, mai, son = as_phone(world, "lan"), sign_in("mai"), sign_in("son")
    with transaction.write() as session:
        store_release(session, book_of_files(None), None, transaction.clock.now())
        set_fact(session, "01901", "poor_district", True, transaction.clock.today(), source="a test")
    house = surveyed(phone, head_name="Đặng Văn Sình", national_id="006170001234")
    surveyed(phone, head_name="Lý Thị Hương")
    take(mai, house, *AGREE[:-1])
    form = {"household": [house], "done_on": "2025-05-08", "official_act": "new", **ACT}
    form["password"] = password_of("son")
    form["file"] = (io.BytesIO(PDF), "qd.pdf")
    assert son.post("/approvals/approve", data=form, content_type="multipart/form-data").status_code == 302
    take(phone, house, *NEW_HOUSE[:3])
    paid = {"household": house, "done_on": "2025-05-13", "tranche": 1, "amount_vnd": 42_000_000}
    assert send_act(sign_in("hoa"), "payment", **paid)["state"] == "stored"
    assert seal_all()


def tamper(statements: str) -> None:
    """Change the database as somebody with a console does, past the program."""
    with db.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN")
        for statement in statements.split("; "):
            assert connection.exec_driver_sql(statement).rowcount, statement
        connection.commit()
    db.engine.dispose()


def forge() -> None:
    """Make every hash anew with the program's own keys, so that all of it fits again."""
    with transaction.write() as session:
        rows = {}
        for name, covered in coverage.tables().items():
            found = session.execute(covered.table.select()).mappings()
            rows[name] = [[covered.key_of(row), covered.hash_of(row)] for row in found]
        told = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
        last = session.scalar(select(AuditEntry.transaction_id).order_by(AuditEntry.id.desc()).limit(1))
        session.execute(delete(WriteSet))
        session.execute(delete(MerkleNode))
        session.execute(delete(Checkpoint))
        session.connection().exec_driver_sql("UPDATE audit_entries SET sequence = NULL")
        sha256 = hashlib.sha256(told.encode()).hexdigest()
        session.add(WriteSet(transaction_id=last, sha256=sha256, rows=told))
    seal_all()


pytestmark = pytest.mark.parametrize("storage", ["sqlite"], indirect=True)


def test_the_sealed_province_is_as_it_was_written(checkpoint, run) -> None:
    ended, said = run("verify", "--checkpoint", str(checkpoint))
    assert ended == 0, said


@pytest.mark.parametrize("what", WITHOUT_KEYS)
def test_a_change_past_the_program_is_found_and_named(what, checkpoint, run) -> None:
    table, change = WITHOUT_KEYS[what]
    tamper(change)
    ended, said = run("verify")
    assert ended == 6060, said
    assert f"  {table} " in said, said


@pytest.mark.parametrize("what", WITH_KEYS)
def test_a_history_made_anew_with_the_keys_is_found_by_an_older_checkpoint(what, checkpoint, run) -> None:
    change = WITH_KEYS[what]
    tamper(change)
    forge()
    ended, said = run("verify", "--checkpoint", str(checkpoint))
    assert ended == 6060, said
    assert "checkpoints " in said, said
    assert ("đã bị cắt" if "cut off" in what else "rẽ nhánh") in said, said


def test_a_history_made_anew_and_grown_since_is_found_too(checkpoint, run) -> None:
    with transaction.write() as session:
        set_fact(session, "01901", "minority_area", True, transaction.clock.today(), source="a test")
    assert seal_all() == 1
    assert run("verify", "--checkpoint", str(checkpoint))[0] == 0
    tamper(WITH_KEYS["persons: another name"])
    forge()
    ended, said = run("verify", "--checkpoint", str(checkpoint))
    assert ended == 6060, said
    assert "đã bị viết lại" in said, said


def test_the_line_on_a_paper_serves_as_a_checkpoint(checkpoint, run) -> None:
    _, size, root = checkpoint.read_text("utf-8").splitlines()[:3]
    assert run("verify", "--checkpoint", f"{size} {root}")[0] == 0
    tamper(WITH_KEYS["cases: a sum raised"])
    forge()
    assert run("verify", "--checkpoint", f"{size} {root}")[0] == 6060
    assert run("verify", "--checkpoint", "12 abc")[0] == 6063


def test_a_checkpoint_that_somebody_changed_is_refused(checkpoint, run) -> None:
    told = checkpoint.read_text("utf-8")
    checkpoint.write_text(told.replace("\n", "\n1", 1), "utf-8")
    assert run("verify", "--checkpoint", str(checkpoint))[0] == 6061
