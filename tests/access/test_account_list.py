"""Accounts from a list: all of it or nothing, with every fault by its row."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from sqlalchemy import func, select

from survey.access.models import ROLES, Appointment, User
from survey.words import word

HEADINGS = ("Tên đăng nhập", "Họ và tên", "Vai trò", "Mã đơn vị", "Từ ngày", "Đến ngày")
GOOD = [
    ("moi.mot", "Hoàng Văn Một", "cán bộ khảo sát", "V1", "15/05/2025", ""),
    ("moi.hai", "Hoàng Thị Hai", "finance", "01901", "", "31/12/2025"),
    ("moi.ba", "Hoàng Thị Ba", "Cán bộ xã", "01900", "", ""),
]


def workbook(rows, headings=HEADINGS) -> io.BytesIO:
    """An Excel file with these rows."""
    book = openpyxl.Workbook()
    for row in (headings, *rows):
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    buffer.seek(0)
    return buffer


def send(client, rows, headings=HEADINGS, name="danh sách.xlsx"):
    """Upload a list."""
    return client.post("/accounts/list", data={"list": (workbook(rows, headings), name)})


def count(session) -> int:
    """How many accounts there are."""
    return session.scalar(select(func.count()).select_from(User))


def test_a_good_list_makes_every_account_and_prints_a_slip_each(sign_in, session):
    answer = send(sign_in("admin"), GOOD)
    assert answer.status_code == 200
    assert len(re.findall('class="slip"', answer.text)) == 3
    roles = dict(
        session.execute(
            select(User.username, Appointment.role).join(Appointment).where(User.username.like("moi.%"))
        ).all()
    )
    assert roles == {"moi.mot": "officer", "moi.hai": "finance", "moi.ba": "commune"}


def test_a_unit_goes_by_its_name_or_by_a_code_that_lost_its_zero(sign_in, session):
    rows = [("moi.mot", "Hoàng Văn Một", "officer", "Nam Mẫu"), ("moi.hai", "Hoàng Thị Hai", "officer", 1901)]
    assert send(sign_in("admin"), rows).status_code == 200
    posts = session.execute(
        select(User.username, Appointment.area_code).join(Appointment).where(User.username.like("moi.%"))
    )
    assert dict(posts.all()) == {"moi.mot": "01900", "moi.hai": "01901"}


def test_a_day_that_is_an_error_is_no_empty_cell(sign_in, session):
    before = count(session)
    answer = send(sign_in("admin"), [("moi.mot", "Hoàng Văn Một", "officer", "V1", "#REF!", "")])
    assert answer.status_code == 400
    assert "#REF!" in answer.text
    assert count(session) == before


def test_titles_above_the_columns_are_passed_over(sign_in, session):
    title = ("UBND TỈNH", "", "", "", "", "")
    assert send(sign_in("admin"), [HEADINGS, GOOD[0]], headings=title).status_code == 200


def test_a_name_of_two_villages_is_asked_back_with_both(sign_in, session):
    answer = send(sign_in("admin"), [("moi.mot", "Hoàng Văn Một", "officer", "Thôn 1")])
    assert answer.status_code == 400
    assert "Thôn 1 (V1); Thôn 1 (V3)" in answer.text


def test_one_bad_row_makes_nothing_and_every_bad_row_is_listed(sign_in, session):
    client = sign_in("admin")
    before = count(session)
    bad = [
        *GOOD,
        ("lan", "Đã Có Rồi", "officer", "V1", "", ""),
        ("moi.mot", "Hai Lần", "officer", "V1", "", ""),
        ("x y", "", "giám đốc", "99", "hôm qua", ""),
    ]
    answer = send(client, bad)
    assert answer.status_code == 400
    for text in ("Dòng 5", "Dòng 6", "Dòng 7", "7 lỗi ở 3 dòng", "hôm qua", "giám đốc"):
        assert text in answer.text
    assert count(session) == before


def test_a_commune_administrators_list_stays_inside_the_commune(make_account, enter, session):
    make_account("nga", "admin", "01900")
    before = count(session)
    answer = send(enter("nga"), GOOD)
    assert "01901" in answer.text
    assert count(session) == before


@pytest.mark.parametrize(
    ("rows", "headings", "number"),
    [
        ([], HEADINGS, 6032),
        (GOOD, ("Tên", "Họ", "Vai", "Mã", "a", "b"), 6031),
        ([GOOD[0]] * 1001, HEADINGS, 6035),
    ],
)
def test_a_list_that_cannot_be_one_is_refused_as_a_whole(sign_in, rows, headings, number):
    answer = send(sign_in("admin"), rows, headings)
    assert answer.status_code == 400
    assert str(number) in answer.text


def test_sending_no_file_or_no_workbook_is_told_in_words(sign_in):
    client = sign_in("admin")
    assert "6036" in client.post("/accounts/list", data={}).text
    rubbish = {"list": (io.BytesIO(b"PK\x03\x04 not a workbook"), "x.xlsx")}
    assert "3001" in client.post("/accounts/list", data=rubbish).text


def test_the_template_has_the_columns_that_are_read_and_my_areas(make_account, enter):
    make_account("nga", "admin", "01900")
    answer = enter("nga").get("/accounts/list/template.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    assert tuple(cell.value for cell in book.worksheets[0][1]) == HEADINGS
    codes = [row[0].value for row in book.worksheets[1].iter_rows(min_row=2) if row[0].value]
    assert codes == ["01900", "V1", "V2"]


def test_the_template_offers_every_role_whole_even_one_with_a_comma(make_account, enter):
    make_account("nga", "admin", "01900")
    answer = enter("nga").get("/accounts/list/template.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    (rule,) = book.worksheets[0].data_validations.dataValidation
    sheet, cells = rule.formula1.lstrip("=").replace("'", "").split("!")
    offered = [row[0].value for row in book[sheet][cells.replace("$", "")]]
    assert offered == [word(f"role.{role}", "vi") for role in ROLES]
    assert "kiểm tra, kiểm toán" in offered
