"""Approval over HTTP: many at once, lists and their versions, official acts, who sees and changes what."""

from __future__ import annotations

import io
import re
import uuid
from datetime import date

import pytest
from acting import AGREE, household, send_act, step, take
from counting import statements
from makers import jpeg, password_of
from sending import ENVELOPES
from sqlalchemy import select, update

from api.web import transaction
from api.web.extensions import db
from api.web.sealer import seal_all
from survey.access.models import AuditEntry
from survey.approval import queries
from survey.approval.models import CaseList, OfficialAct, OfficialActFile
from survey.cases.queries import case_of
from survey.trail.notes import read_root
from survey.trail.verifying import against
from survey.words import word

LIST = "/approvals/lists/01900/2025"
APPROVE = "/approvals/approve"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
ACT = {
    "act_name": "407/QĐ-UBND",
    "signed_on": "2025-05-08",
    "issuer": "06",
    "subject": "Phê duyệt danh sách hộ được hỗ trợ xóa nhà tạm",
    "signer": "Nguyễn Văn Ký",
}


def reviewed(client, *names: str, **answers) -> list[str]:
    """Households whose cases the commune has reviewed."""
    houses = [household(client, head_name=name, **answers) for name in names]
    for house in houses:
        take(client, house, *AGREE[:-1], works_kind=answers.get("works_kind", "new"))
    return houses


def approve(client, houses, address=APPROVE, **fields):
    """Approve households on the page, as its form does: with the password once more."""
    form = {"household": houses, "done_on": "2025-05-08", "password": password_of(client.username)}
    form |= {"official_act": "later", "decision_due": "2025-06-15"} | fields
    return client.post(address, data=form, content_type="multipart/form-data")


def freeze(client, reason: str = "Cập nhật", **fields):
    return client.post(LIST, data={"reason": reason, **fields})


def newest():
    db.session.rollback()
    return queries.newest_version(db.session(), "01900", 2025)


@pytest.fixture
def listed(sign_in):
    """Three approved households of Nam Mẫu on version 1, without an official act."""
    houses = reviewed(sign_in("mai"), "Đặng Văn Sình", "Hoàng Thị Ước", "Lý Thị Hương")
    assert approve(sign_in("son"), houses).status_code == 302
    return houses


def overview(client) -> str:
    """The line of Nam Mẫu's list in the overview."""
    page = client.get("/approvals?year=2025").text
    return re.search(r'href="/approvals/lists/01900/2025".*?</tr>', page, re.S)[0]


def test_the_overview_tells_at_once_what_has_changed_since_it_was_last_looked_at(sign_in, listed) -> None:
    son, mai = sign_in("son"), sign_in("mai")
    assert "có thay đổi" not in overview(son)
    head = {"done_on": "2025-05-10", "reason": "died", "head_name": "Hoàng Văn Mới"}
    assert send_act(mai, "head_change", household=listed[1], **head)["state"] == "stored"
    assert "có thay đổi" in overview(son)
    freeze(son)
    assert "có thay đổi" not in overview(son)
    assert "3 hộ chưa có quyết định" in overview(son)
    others = reviewed(mai, "Bàn Văn Tám")
    approve(son, others)
    assert "4 hộ chưa có quyết định" in overview(son)


def test_an_overview_reads_no_rows_of_lists_that_it_has_read(sign_in, listed) -> None:
    son = sign_in("son")
    overview(son)
    with statements() as asked:
        overview(son)
    assert not [statement for statement, _ in asked if "case_lists.rows" in statement]


# --- approving


def test_many_are_approved_at_once_and_stand_on_a_frozen_list(listed) -> None:
    version = newest()
    assert {case_of(db.session(), house).state for house in listed} == {"approved"}
    assert {row.household_id for row in version.rows} == set(listed)
    assert (version.head.version, version.head.households, version.head.amount_vnd) == (1, 3, 180_000_000)
    assert version.is_intact


def test_the_approver_sees_how_much_there_is_to_look_at(sign_in) -> None:
    mai = sign_in("mai")
    reviewed(mai, "Đặng Văn Sình")
    hasty(mai)
    page = sign_in("son").get(APPROVE).text
    rows = {name: row for row in page.split("<tr")[2:] for name in ("Sình", "Vội") if name in row}
    told = {name: re.search(r"(\d+) điều cần xem lại", row) for name, row in rows.items()}
    count = {name: int(found[1]) if found else 0 for name, found in told.items()}
    assert count["Vội"] == count["Sình"] + 1


def test_the_page_offers_what_the_viewer_may_approve_and_says_why_not_the_rest(sign_in) -> None:
    mai = sign_in("mai")
    reviewed(mai, "Đặng Văn Sình")
    assert 'name="household"' in sign_in("son").get(APPROVE).text
    page = mai.get(APPROVE).text
    assert "Đặng Văn Sình" in page
    assert 'name="household"' not in page
    assert "do cấp huyện phê duyệt" in page


def test_an_official_act_given_with_the_approval_carries_the_list(sign_in) -> None:
    houses = reviewed(sign_in("mai"), "Đặng Văn Sình")
    son = sign_in("son")
    answer = approve(son, houses, official_act="new", file=(io.BytesIO(PDF), "qd.pdf"), **ACT)
    assert answer.status_code == 302
    assert newest().head.act.name == "407/QĐ-UBND"
    assert "chưa có quyết định" not in son.get(f"{LIST}/1").text.split("Các hộ")[1]


def test_the_form_that_told_what_was_wrong_approves_when_it_is_sent_again(sign_in) -> None:
    houses = reviewed(sign_in("mai"), "Đặng Văn Sình")
    son = sign_in("son")
    page = approve(son, [])
    assert (page.status_code, "5435" in page.text) == (400, True)
    address = re.search(r'<form method="post" action="([^"]+)" enctype', page.text)[1]
    assert approve(son, houses, address=address).status_code == 302


def test_one_wrong_field_of_the_act_approves_nobody(sign_in) -> None:
    houses = reviewed(sign_in("mai"), "Đặng Văn Sình")
    answer = approve(sign_in("son"), houses, official_act="new", **{**ACT, "act_name": "407"})
    assert (answer.status_code, newest()) == (400, None)
    assert "5437" in answer.text
    assert re.search(rf'value="{houses[0]}"[^>]* checked', answer.text)
    assert case_of(db.session(), houses[0]).state == "reviewed"


def test_a_decision_typed_in_the_fold_is_kept_though_nothing_was_chosen_above_it(sign_in) -> None:
    houses = reviewed(sign_in("mai"), "Đặng Văn Sình")
    assert approve(sign_in("son"), houses, official_act="", **ACT).status_code == 302
    assert newest().head.act.name == "407/QĐ-UBND"


def test_a_scan_alone_in_the_fold_is_refused_with_words_and_the_fold_stands_open(sign_in) -> None:
    houses = reviewed(sign_in("mai"), "Đặng Văn Sình")
    answer = approve(sign_in("son"), houses, official_act="", file=(io.BytesIO(PDF), "qd.pdf"))
    assert (answer.status_code, newest()) == (400, None)
    assert "5437" in answer.text
    assert "<details data-new-act open>" in answer.text


def test_a_new_decision_beside_a_chosen_one_is_refused_and_stays_typed(sign_in) -> None:
    mai, son = sign_in("mai"), sign_in("son")
    approve(son, reviewed(mai, "Đặng Văn Sình"), official_act="new", **ACT)
    number = db.session.scalar(select(OfficialAct.id))
    houses = reviewed(mai, "Hoàng Thị Ước")
    answer = approve(son, houses, official_act=str(number), **{**ACT, "act_name": "408/QĐ-UBND"})
    assert (answer.status_code, "5496" in answer.text) == (400, True)
    assert 'value="408/QĐ-UBND"' in answer.text
    assert case_of(db.session(), houses[0]).state == "reviewed"


def test_a_scan_sent_with_a_chosen_decision_is_kept_with_it(sign_in) -> None:
    mai, son = sign_in("mai"), sign_in("son")
    approve(son, reviewed(mai, "Đặng Văn Sình"), official_act="new", **ACT)
    number = str(db.session.scalar(select(OfficialAct.id)))
    scan = {"official_act": number, "file": (io.BytesIO(PDF), "qd.pdf")}
    assert approve(son, reviewed(mai, "Hoàng Thị Ước"), **scan).status_code == 302
    assert db.session.scalar(select(OfficialActFile.official_act_id)) == int(number)


def hasty(client) -> str:
    """A household that was reviewed although its posting was too short."""
    house = household(client, head_name="Hoàng Thị Vội")
    take(client, house, "registration", "meeting")
    take(client, house, "posting", until="2025-05-04")
    take(client, house, "review")
    return house


def test_the_whole_page_chooses_only_households_with_nothing_to_look_at(sign_in) -> None:
    mai = sign_in("mai")
    plain, flagged = household(mai, head_name="Đặng Văn Sình"), hasty(mai)
    take(mai, plain, *AGREE[:-1], captured_at="2025-05-08T07:00:00+07:00")
    son = sign_in("son")
    page = son.get(APPROVE).text
    assert "Chọn cả trang (1)" in page
    assert "niêm yết chưa đủ số ngày" in page
    chosen = son.get(f"{APPROVE}?all=yes").text
    assert re.search(rf'value="{plain}"[^>]* checked', chosen)
    assert not re.search(rf'value="{flagged}"[^>]* checked', chosen)
    assert approve(son, [plain, flagged]).status_code == 302


def test_a_decision_signed_before_the_review_is_said(sign_in) -> None:
    houses = reviewed(sign_in("mai"), "Đặng Văn Sình")
    son = sign_in("son")
    assert approve(son, houses, official_act="new", **{**ACT, "signed_on": "2025-05-02"}).status_code == 302
    assert "Quyết định ký ngày 02/05/2025, trước ngày rà soát của 1 hộ" in son.get("/approvals").text


def test_one_household_that_cannot_be_approved_stops_all(sign_in) -> None:
    mai, son = sign_in("mai"), sign_in("son")
    houses = reviewed(mai, "Đặng Văn Sình", "Hoàng Thị Ước")
    objection = {"about": "works_kind", "content": "Muốn xây mới", "done_on": "2025-05-07"}
    assert send_act(mai, "objection", household=houses[1], **objection)["state"] == "stored"
    assert "còn phản ánh chưa trả lời" in son.get(APPROVE).text
    answer = approve(son, houses)
    assert answer.status_code == 400
    assert "5420" in answer.text
    assert "5404" in answer.text or "phản ánh" in answer.text
    assert {case_of(db.session(), house).state for house in houses} == {"reviewed"}


def test_a_second_click_approves_nothing_twice(sign_in, listed) -> None:
    answer = approve(sign_in("son"), listed)
    assert answer.status_code == 400
    assert "5435" in answer.text
    assert newest().head.version == 1


def test_nobody_chosen_is_told(sign_in) -> None:
    reviewed(sign_in("mai"), "Đặng Văn Sình")
    assert "5435" in approve(sign_in("son"), []).text


def test_more_households_than_fit_one_approval_are_refused_not_cut_off(sign_in) -> None:
    answer = approve(sign_in("son"), [str(uuid.uuid4()) for _ in range(101)])
    assert answer.status_code == 400
    assert "5463" in answer.text


def test_a_commune_does_not_approve_what_a_district_must(sign_in) -> None:
    houses = reviewed(sign_in("mai"), "Đặng Văn Sình")
    answer = approve(sign_in("mai"), houses)
    assert answer.status_code == 400
    assert case_of(db.session(), houses[0]).state == "reviewed"


# --- a list and its versions


def test_approved_without_an_act_shows_as_no_decision_yet(sign_in, listed) -> None:
    mai = sign_in("mai")
    for page in ("/approvals", LIST, f"{LIST}/1"):
        assert "chưa có quyết định" in mai.get(page).text, page


def test_without_a_decision_nobody_is_approved_unless_it_is_promised_by_a_day(sign_in) -> None:
    houses = reviewed(sign_in("mai"), "Đặng Văn Sình")
    son = sign_in("son")
    for fields, number in (
        ({"official_act": "", "decision_due": ""}, "5497"),
        ({"official_act": "later", "decision_due": ""}, "5498"),
        ({"official_act": "later", "decision_due": "2025-05-14"}, "5498"),
    ):
        answer = approve(son, houses, **fields)
        assert (answer.status_code, number in answer.text) == (400, True), number
    assert case_of(db.session(), houses[0]).state == "reviewed"
    assert approve(son, houses, official_act="", decision_due="2025-05-20").status_code == 302


def test_a_promised_decision_is_due_on_the_first_page_until_its_act_is_tied(sign_in, listed) -> None:
    mai, due = sign_in("mai"), "danh sách chờ bổ sung quyết định"
    page = mai.get("/").text
    assert due in page
    assert "hạn sớm nhất 15/06/2025" in page
    assert due not in sign_in("duy").get("/").text
    assert mai.post("/approvals/acts/new", data=ACT).status_code == 302
    act = db.session.scalar(select(OfficialAct))
    assert mai.post(f"{LIST}/1/act", data={"official_act": act.id}).status_code == 302
    assert due not in mai.get("/").text


def test_an_act_tied_later_gives_the_list_its_decision(sign_in, listed) -> None:
    mai = sign_in("mai")
    assert mai.post("/approvals/acts/new", data=ACT).status_code == 302
    act = db.session.scalar(select(OfficialAct))
    assert mai.post(f"{LIST}/1/act", data={"official_act": act.id}).status_code == 302
    page = mai.get(f"{LIST}/1").text
    assert page.count("407/QĐ-UBND") >= 4
    assert "chưa có quyết định" not in page
    tied = db.session.scalar(select(AuditEntry).where(AuditEntry.action == "case_list.attach_act"))
    assert tied.details["official_act"] == act.id


def changed_three_times(sign_in, listed) -> str:
    """One withdrawn, one with a new head, and one more household approved by phone; the new one."""
    mai, son = sign_in("mai"), sign_in("son")
    assert (
        send_act(mai, "withdrawal", household=listed[0], done_on="2025-05-12", reason="moved")["state"]
        == "stored"
    )
    head = {"reason": "died", "head_name": "Triệu Thị Hạnh", "done_on": "2025-05-12"}
    assert send_act(mai, "head_change", household=listed[1], **head)["state"] == "stored"
    (new,) = reviewed(mai, "Bàn Văn Phúc")
    take(son, new, "approval")
    return new


def test_three_changes_make_a_new_version_with_its_differences(sign_in, listed) -> None:
    new = changed_three_times(sign_in, listed)
    mai = sign_in("mai")
    pending = mai.get(LIST).text
    assert "có thay đổi" in mai.get("/approvals").text
    assert freeze(mai, "Một hộ chuyển đi").status_code == 302
    version = newest()
    assert (version.head.version, {row.household_id for row in version.rows}) == (2, {*listed[1:], new})
    assert [(one.row.household_id, one.state, one.reason) for one in version.left] == [
        (listed[0], "withdrawn", "moved")
    ]
    for page in (pending, mai.get(f"{LIST}/2").text):
        assert "chuyển đi nơi khác" in page
        assert "chủ hộ: Hoàng Thị Ước → Triệu Thị Hạnh" in page
        assert "Bàn Văn Phúc" in page


def test_the_first_version_stays_as_it_was_frozen(sign_in, listed) -> None:
    before = newest().head.sha256
    changed_three_times(sign_in, listed)
    freeze(sign_in("mai"))
    first = queries.version(db.session(), "01900", 2025, 1)
    assert (first.head.sha256, first.is_intact, len(first.rows)) == (before, True, 3)
    assert newest().head.sha256 != before


def test_a_corrected_works_kind_is_a_change(sign_in) -> None:
    mai = sign_in("mai")
    house = household(mai, head_name="Đặng Văn Sình")
    take(mai, house, "registration")
    meeting = step(house, "meeting")
    assert mai.post(ENVELOPES, json=meeting).json["state"] == "stored"
    take(mai, house, "posting", "review")
    approve(sign_in("son"), [house])
    votes = {"household": house, "votes_for": 24, "votes_against": 1, "works_kind": "repair"}
    corrected = {**meeting, "base_version": 1, "payload": {**meeting["payload"], "households": [votes]}}
    assert mai.post(ENVELOPES, json=corrected).json["state"] == "stored"
    freeze(mai, "Họp lại: sửa chữa")
    assert "hình thức: xây mới → sửa chữa" in mai.get(f"{LIST}/2").text


def test_nothing_changed_makes_no_version(sign_in, listed) -> None:
    answer = freeze(sign_in("mai"))
    assert answer.status_code == 400
    assert "5433" in answer.text
    assert newest().head.version == 1


def test_a_version_needs_a_reason(sign_in, listed) -> None:
    changed_three_times(sign_in, listed)
    assert "1002" in freeze(sign_in("mai"), "  ").text
    assert newest().head.version == 1


def test_the_state_of_the_works_is_no_change_of_the_list(sign_in, listed) -> None:
    take(sign_in("lan"), listed[0], "start", "foundation")
    assert "Không có gì khác phiên bản mới nhất" in sign_in("mai").get(LIST).text
    assert word("case_state.foundation") in sign_in("mai").get(f"{LIST}/1").text


def test_a_version_changed_behind_our_back_is_told(sign_in, listed) -> None:
    with transaction.write() as session:
        rows = session.scalar(select(CaseList.rows))
        rows[0]["amount_vnd"] = 90_000_000
        session.connection().execute(update(CaseList).values(rows=rows))
    assert not newest().is_intact
    for page in (LIST, f"{LIST}/1"):
        assert "không còn khớp" in sign_in("binh").get(page).text


def test_freezing_and_approving_leave_their_trail(sign_in, listed) -> None:
    entry = db.session.scalar(select(AuditEntry).where(AuditEntry.action == "case_list.freeze"))
    assert (entry.area_code, entry.details["version"]) == ("01900", 1)
    assert entry.details["sha256"] == newest().head.sha256
    assert "Sình" not in str(entry.details)


def test_a_list_holds_no_name(sign_in, listed) -> None:
    kept = str(db.session.scalar(select(CaseList.rows)))
    assert "Sình" not in kept
    assert listed[0] in kept


def test_a_version_as_a_workbook_has_text_ids_and_a_hidden_sheet_with_its_hash(sign_in, listed) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    answer = sign_in("mai").get(f"{LIST}/1.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    rows = list(book["Danh sách"].iter_rows(min_row=5, values_only=True))
    assert [row[2] for row in rows[:3]] == ["Lý Thị Hương", "Đặng Văn Sình", "Hoàng Thị Ước"]
    assert {row[1] for row in rows[:3]} == set(listed)
    assert [row[7] for row in rows[:3]] == [60_000_000] * 3
    assert book["Nguồn"].sheet_state == "hidden"
    assert newest().head.sha256 in str(list(book["Nguồn"].values))


def test_a_workbook_carries_the_checkpoint_that_the_command_takes(sign_in, listed) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    seal_all()
    book = openpyxl.load_workbook(io.BytesIO(sign_in("mai").get(f"{LIST}/1.xlsx").data))
    told = book["Danh sách"]["A3"].value.removeprefix("Mã kiểm chứng nhật ký: ")
    assert against(db.session(), read_root(told)) is None
    assert len(book["Danh sách"]._images) == 1


def test_a_workbook_leaves_out_what_its_reader_may_not_see(sign_in, listed) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.load_workbook(io.BytesIO(sign_in("lan").get(f"{LIST}/1.xlsx").data))
    assert {row[7] for row in book["Danh sách"].iter_rows(min_row=5, values_only=True)} == {None}


# --- official acts


def keep(client, **fields):
    return client.post("/approvals/acts/new", data={**ACT, **fields}, content_type="multipart/form-data")


def test_an_act_is_kept_once(sign_in) -> None:
    son = sign_in("son")
    assert keep(son).status_code == 302
    again = keep(son, subject="Khác")
    assert again.status_code == 400
    assert "5432" in again.text
    assert keep(son, issuer="01900").status_code == 302


@pytest.mark.parametrize(
    ("field", "value", "number"),
    [
        ("act_name", "QĐ-UBND", 5437),
        ("act_name", "/", 5437),
        ("signed_on", "hôm qua", 5437),
        ("signed_on", "2025-05-16", 5430),
        ("issuer", "99999", 5431),
        ("subject", " ", 5437),
        ("subject", "x" * 301, 5437),
    ],
)
def test_an_act_that_is_not_as_on_paper_is_told(sign_in, field, value, number) -> None:
    answer = keep(sign_in("son"), **{field: value})
    assert answer.status_code == 400
    assert str(number) in answer.text
    assert (f'id="f-{field}-error"' in answer.text) == (number == 5437)
    assert db.session.scalar(select(OfficialAct)) is None


def test_a_commune_keeps_acts_of_its_own_line_only(sign_in) -> None:
    mai = sign_in("mai")
    assert keep(mai).status_code == 302
    other = keep(mai, issuer="01901", act_name="9/QĐ-UBND")
    assert "5431" in other.text


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [(PDF, "a.pdf", "pdf"), (jpeg()[0], "a.pdf", "jpeg"), (PDF, "a.exe", "pdf")],
    ids=["pdf", "jpeg", "exe"],
)
def test_a_scan_is_taken_by_its_content(sign_in, content, name, kind) -> None:
    assert keep(sign_in("son"), file=(io.BytesIO(content), name)).status_code == 302
    assert db.session.scalar(select(OfficialActFile.kind)) == kind


@pytest.mark.parametrize(
    "content",
    [b"", b"MZ\x90", b"<svg/>", b"<html>%PDF-", b"%PDF-1.4 cut", jpeg()[0][:60], b"GIF89a"],
    ids=["empty", "exe", "svg", "html", "cut", "half", "gif"],
)
def test_what_is_no_scan_is_told_and_keeps_nothing(sign_in, content) -> None:
    answer = keep(sign_in("son"), file=(io.BytesIO(content), "a.pdf"))
    assert answer.status_code == 400
    assert "5438" in answer.text
    assert db.session.scalar(select(OfficialAct)) is None


def test_a_scan_that_is_too_large_is_told(sign_in) -> None:
    parts = [
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}' for name, text in ACT.items()
    ]
    parts.append('--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-')
    body = "\r\n".join(parts).encode() + b"0" * (10 * 1024 * 1024) + b"%%EOF\r\n--b--\r\n"
    answer = sign_in("son").post(
        "/approvals/acts/new", data=body, content_type="multipart/form-data; boundary=b"
    )
    assert (answer.status_code, "1003" in answer.text) == (413, True)


def test_a_scan_is_saved_and_never_run(sign_in) -> None:
    son = sign_in("son")
    keep(son, file=(io.BytesIO(PDF), "a.pdf"))
    file = db.session.scalar(select(OfficialActFile))
    with son.get(f"/approvals/acts/{file.official_act_id}/files/{file.sha256}") as answer:
        assert answer.data == PDF
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_commune_knows_the_provinces_act_but_not_its_scan(sign_in) -> None:
    keep(sign_in("son"), file=(io.BytesIO(PDF), "a.pdf"))
    file = db.session.scalar(select(OfficialActFile))
    address = f"/approvals/acts/{file.official_act_id}"
    mai = sign_in("mai")
    assert "có bản quét của đơn vị khác" in mai.get(address).text
    assert mai.get(f"{address}/files/{file.sha256}").status_code == 404
    own = mai.post(f"{address}/files", data={"file": (io.BytesIO(PDF), "trich.pdf")})
    assert own.status_code == 302
    with mai.get(f"{address}/files/{file.sha256}") as answer:
        assert answer.status_code == 200


@pytest.mark.parametrize("day", ["14/05/2025", "14.5.2025", "2025-05-14"])
def test_the_day_of_an_act_is_read_as_people_write_it(sign_in, day) -> None:
    assert keep(sign_in("son"), signed_on=day).status_code == 302
    assert db.session.scalar(select(OfficialAct.signed_on)) == date(2025, 5, 14)


def test_a_total_is_kept_with_its_act_and_corrected(sign_in) -> None:
    son = sign_in("son")
    keep(son)
    act_id = db.session.scalar(select(OfficialAct.id))
    total = {"area": "06", "year": "2025", "programme": "XNT-2024", "works_kind": "new"}
    for households in ("3986", "3.990"):
        form = {**total, "households": households, "amount_vnd": "261.060.000.000"}
        assert son.post(f"/approvals/acts/{act_id}/targets", data=form).status_code == 302
    page = son.get(f"/approvals/acts/{act_id}").text
    assert "3.990" in page
    assert "3.986" not in page
    of_totals = select(AuditEntry).where(AuditEntry.action == "official_act.put_target")
    entries = db.session.scalars(of_totals.order_by(AuditEntry.id))
    assert [entry.details["before"] for entry in entries] == [[], [3986, 261_060_000_000]]


@pytest.mark.parametrize(
    "wrong",
    [{"area": "V9"}, {"year": "x"}, {"households": "-1"}, {"amount_vnd": "1e9"}, {"programme": "<b>"}],
)
def test_a_wrong_total_is_told(sign_in, wrong) -> None:
    son = sign_in("son")
    keep(son)
    act_id = db.session.scalar(select(OfficialAct.id))
    form = {"area": "06", "year": "2025", "households": "1", "amount_vnd": "1", **wrong}
    answer = son.post(f"/approvals/acts/{act_id}/targets", data=form)
    assert answer.status_code == 400
    assert "5439" in answer.text


# --- who sees and changes what


@pytest.fixture
def elsewhere(sign_in):
    """An approved household of Xuân Lạc, on a list of its own."""
    house = household(sign_in("duy"), area_code="V3", head_name="Vi Thị Xuân")
    # Registered, met and posted by its own officer; reviewed by the committee; signed by somebody else.
    for name in ("registration", "meeting", "posting"):
        more = {"area_code": "V3"} if name != "registration" else {}
        sent = sign_in("duy").post(ENVELOPES, json=step(house, name, **more)).json
        assert sent["state"] == "stored", sent
    take(sign_in("son"), house, "review")
    assert approve(sign_in("ky"), [house]).status_code == 302
    return house


def test_a_commune_sees_its_own_lists_only(sign_in, listed, elsewhere) -> None:
    mai = sign_in("mai")
    page = mai.get("/approvals").text
    assert "Nam Mẫu" in page
    assert "Xuân Lạc" not in page
    for address in (
        "/approvals/lists/01901/2025",
        "/approvals/lists/01901/2025/1",
        "/approvals/lists/01901/2025/1.xlsx",
    ):
        assert mai.get(address).status_code == 404, address
    assert "Xuân Lạc" in sign_in("son").get("/approvals").text


def test_an_auditor_reads_everything_and_changes_nothing(sign_in, listed, elsewhere) -> None:
    keep(sign_in("son"))
    act_id = db.session.scalar(select(OfficialAct.id))
    binh = sign_in("binh")
    for page in (
        "/approvals",
        LIST,
        f"{LIST}/1",
        "/approvals/acts",
        f"/approvals/acts/{act_id}",
        "/approvals/postings",
    ):
        assert binh.get(page).status_code == 200, page
    changes = {
        LIST: {"reason": "x"},
        f"{LIST}/1/act": {"official_act": act_id},
        APPROVE: {"household": listed, "done_on": "2025-05-08"},
        "/approvals/acts/new": ACT,
        f"/approvals/acts/{act_id}/files": {},
        f"/approvals/acts/{act_id}/targets": {},
    }
    for address, form in changes.items():
        assert binh.post(address, data=form).status_code == 403, address
    assert binh.get(APPROVE).status_code == 403
    assert "<button" not in re.sub(
        r'<form class="langs".*?</form>|<header.*?</header>', "", binh.get(LIST).text, flags=re.DOTALL
    )


def test_finance_reads_the_lists_and_an_administrator_has_no_business_there(sign_in, listed) -> None:
    assert "180.000.000" in sign_in("hoa").get(LIST).text
    assert sign_in("admin").get("/approvals").status_code == 403


def test_amounts_are_for_those_who_may_see_them(sign_in, listed) -> None:
    lan = sign_in("lan")
    for page in ("/approvals", LIST, f"{LIST}/1"):
        assert not re.search(r"60\.000\.000|180\.000\.000", lan.get(page).text), page


def test_without_the_right_to_names_no_list_holds_one(sign_in, listed, monkeypatch) -> None:
    from survey.access.rights import RIGHTS

    monkeypatch.setitem(RIGHTS, "person.read", frozenset({"auditor"}))
    for page in (LIST, f"{LIST}/1"):
        assert "Sình" not in sign_in("mai").get(page).text


def test_what_somebody_typed_is_text_on_every_page(sign_in) -> None:
    hostile = "<script>alert(1)</script>{{ 7*7 }}"
    mai, son = sign_in("mai"), sign_in("son")
    houses = reviewed(mai, hostile)
    waiting = son.get(APPROVE).text
    approve(son, houses, official_act="new", reason=hostile, **{**ACT, "subject": hostile, "signer": hostile})
    act_id = db.session.scalar(select(OfficialAct.id))
    pages = [
        son.get(page).text for page in (LIST, f"{LIST}/1", "/approvals/acts", f"/approvals/acts/{act_id}")
    ]
    for page in (waiting, *pages):
        assert "&lt;script&gt;" in page
        assert "<script>alert" not in page
        assert "{{ 7*7 }}" in page
