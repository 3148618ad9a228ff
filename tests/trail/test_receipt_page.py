"""The page that checks a receipt, saved to a disk and opened without a network."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path

import pytest
from fielding import as_phone
from makers import envelope
from sending import BEFORE, ENVELOPES, send

from api.web.sealer import seal_all

pytestmark = [pytest.mark.browser, pytest.mark.parametrize("storage", ["sqlite"], indirect=True)]


@pytest.fixture
def receipts(world) -> tuple[dict, dict]:
    """A receipt among others as it was given, and as it is once sealed."""
    phone = as_phone(world, "lan")
    first = send(phone)
    phone.post(f"{ENVELOPES}/batch", json=[envelope(captured_at=BEFORE) for _ in range(6)])
    seal_all()
    return first, phone.get(f"{ENVELOPES}/{first['id']}/versions/1").json


def test_a_receipt_is_checked_from_a_saved_page(receipts, client, chromium, tmp_path) -> None:
    first, sealed = receipts
    saved = tmp_path / "kiem-bien-nhan.html"
    saved.write_bytes(client.get("/receipt").data)
    context = chromium.new_context(offline=True)
    page = context.new_page()
    page.set_default_timeout(15_000)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(saved.as_uri())
    proof = sealed["proof"]
    for receipt, told in (
        (sealed, "Đúng: bản ghi này nằm trong nhật ký đã niêm phong"),
        (first, "chưa niêm phong"),
        (sealed | {"content_sha256": "0" * 64}, "SAI: biên nhận nói về một bản ghi khác"),
        (
            sealed | {"promise": sealed["promise"].replace("2025", "2024")},
            "SAI: chữ ký không phải của khóa này",
        ),
        (sealed | {"proof": proof | {"index": 3}}, "SAI: đường dẫn không tới được mã kiểm chứng"),
        (sealed | {"proof": proof | {"path": proof["path"][1:]}}, "SAI: đường dẫn không tới được"),
        ({}, "không phải biên nhận"),
    ):
        page.set_input_files("#file", _file(tmp_path, receipt))
        page.wait_for_function(
            "text => document.getElementById('result').textContent.includes(text)", arg=told
        )
    page.set_input_files("#file", _file(tmp_path, sealed))
    page.fill("#key", "nhavung/x+00000000+AAAA")
    page.dispatch_event("#key", "change")
    page.wait_for_function("document.getElementById('result').textContent.includes('Khóa công khai')")
    assert asked == [saved.as_uri()]
    context.close()


def _file(folder: Path, receipt: dict) -> str:
    path = folder / f"{len(list(folder.iterdir()))}.json"  # a file chosen already is not chosen anew
    path.write_text(json.dumps(receipt), "utf-8")
    return str(path)


def test_the_page_may_run_its_own_script_and_nothing_else(client) -> None:
    answer = client.get("/receipt")
    script = re.search(r"<script>(.*)</script>", answer.text, re.S)[1]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"'sha256-{digest}'" in answer.headers["Content-Security-Policy"]
