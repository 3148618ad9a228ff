"""The page of the trail, its workbook, and the page that checks a receipt in a browser."""

from __future__ import annotations

import io

import openpyxl
import pytest
from fielding import as_phone
from makers import NOON
from sending import send_village

from api.web import transaction
from api.web.sealer import seal_all
from survey.access.audit import record


@pytest.fixture
def told(world) -> dict:
    """A village's records, sealed; the receipts."""
    receipts = send_village(as_phone(world, "lan"))
    seal_all()
    return receipts


def test_the_trail_is_read_by_administrator_and_auditor_only(told, sign_in) -> None:
    for username in ("admin", "binh"):
        page = sign_in(username).get("/trail").text
        assert "nhận bản ghi" in page
        assert "Mã kiểm chứng" in page
        assert 'href="/trail"' in page
    for username in ("lan", "mai", "son", "hoa"):
        client = sign_in(username)
        assert client.get("/trail").status_code == 403
        assert client.get("/trail/entries.xlsx").status_code == 403
        assert 'href="/trail"' not in client.get("/").text


def test_filters_narrow_the_page_and_its_workbook_alike(told, sign_in) -> None:
    binh = sign_in("binh")
    one = told["new"]["id"]
    for query, count in (
        (f"subject={one}", 1),
        ("action=envelope.stored&who=lan", 8),
        ("action=envelope.stored&who=MAI", 0),
        ("who=lan&since=2025-05-16", 0),
        ("action=envelope.stored&since=2025-05-15&until=2025-05-15", 8),
    ):
        page = binh.get(f"/trail?{query}").text
        assert page.count('<th scope="row">') == count, query
        book = openpyxl.load_workbook(io.BytesIO(binh.get(f"/trail/entries.xlsx?{query}").data))
        assert book.active.max_row == count + 1, query
    assert "1002" in binh.get("/trail?since=hôm qua").text


def test_an_entry_not_sealed_after_ten_minutes_is_told_on_the_first_page(world, sign_in) -> None:
    seal_all()
    admin = sign_in("admin")
    seal_all()
    assert "chưa niêm phong" not in admin.get("/").text
    with transaction.write() as session:
        record(session, at=NOON.replace(hour=0), actor_id=None, action="x", subject_kind="x", subject_id="x")
    assert "mục nhật ký quá 10 phút chưa niêm phong" in admin.get("/").text
    assert "quá 10 phút chưa được niêm phong" in admin.get("/trail?sealed=no").text
    assert "chưa niêm phong" not in sign_in("mai").get("/").text
