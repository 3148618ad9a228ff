"""One table of inputs for every door: the same text means the same value, or is refused in the same words."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from acting import AGREE, NEW_HOUSE, act, household, take
from makers import new_id, payload
from sending import ENVELOPES
from sqlalchemy import select

from api.imports.households import plan
from api.imports.mapping import HouseholdMapping, load_mapping
from api.web.extensions import db
from survey.access.models import Appointment, User
from survey.intake.models import ReceivedEnvelope

NOT_WHOLE = 'nhận "{}", cần một số nguyên.'
NO_NUMBER = 'nhận "{}", cần một con số.'
NO_DAY = 'nhận "{}", cần ngày dạng 15/05/2025 hoặc 2025-05-15.'
NO_TRUTH = 'nhận "{}", cần có hoặc không (true/false).'
NO_TIME = 'nhận "(…)", cần: giờ:phút, ví dụ 19:30.'
NO_CHOICE = '"{}" không có trong các lựa chọn: xây mới (new), sửa chữa (repair).'
SOME_DAY = "2025-05-15"


def refused(sentence: str, *texts: str) -> dict[str, str]:
    """Texts that are refused in one sentence."""
    return {text: sentence.format(text) for text in texts}


TABLE: dict[str, dict[str, Any]] = {
    "whole": {
        "4": 4,
        " 4 ": 4,
        "04": 4,
        "+4": 4,
        "4,0": 4,
        "4.00": 4,
        **refused(NOT_WHOLE, "4,5", "28.5", "4 0", "4,", "4..0", "bốn", "4 người", "½", "٤", "4_0", "0x4"),
        **refused(NOT_WHOLE, "nan", "inf", "-inf", "Infinity", "1e1", "1e999", "99999999999999999999"),
    },
    "money": {
        "42000000": 42_000_000,
        "42.000.000": 42_000_000,
        "42,000,000": 42_000_000,
        "42 000 000": 42_000_000,
        "42\u00a0000\u00a0000": 42_000_000,
        "42.000.000,00": 42_000_000,
        "500.000": 500_000,
        "500,000": 500_000,
        **refused(NOT_WHOLE, "42.00.000", "42.000,000.000", "4200.000.000", "42 triệu", "42.000.000 đ"),
        **refused(NOT_WHOLE, "500.000,5", "NaN", "1e6", "1e999"),
    },
    "decimal": {
        "42": 42,
        "42,5": 42.5,
        "28.5": 28.5,
        "42,50": 42.5,
        "0,125": 0.125,
        "0.125": 0.125,
        ".5": 0.5,
        "42,1250": 42.125,
        "40.500": '"40.500" có thể là 40500 hoặc 40,5000.',
        "40,500": '"40,500" có thể là 40500 hoặc 40,5000.',
        **refused(NO_NUMBER, "42,5 m2", "42,5,5", "rộng", "nan", "inf", "-inf", "1e2", "1e999", "4 2", "٤٢"),
    },
    "day": {
        "15/05/2025": SOME_DAY,
        "15/5/2025": SOME_DAY,
        "15-05-2025": SOME_DAY,
        "15.5.2025": SOME_DAY,
        "2025-05-15": SOME_DAY,
        "2025-5-15": SOME_DAY,
        "2025-05-15 00:00:00": SOME_DAY,
        **refused(
            NO_DAY, "5/2025", "15/05/25", "31/02/2025", "05/15/2025", "15/05-2025", "15 tháng 5", "hôm qua"
        ),
        **refused(NO_DAY, "2025", "20250515", "45792", "2025-05-15 09:30", "nan"),
    },
    "time": {
        "19:30": "19:30",
        "19h30": "19:30",
        "19 giờ 30": "19:30",
        "19g30": "19:30",
        "19:30:00": "19:30",
        "7h": "07:00",
        "7:30": "07:30",
        **dict.fromkeys(("24h00", "19h60", "19", "1930", "tối"), NO_TIME),
        "19:30:15": "dài 8 ký tự, tối đa 5.",
    },
    "truth": {
        **dict.fromkeys(("yes", "có", "CÓ", "x", "1", "true", "đúng"), True),
        **dict.fromkeys(("no", "không", "Không", "0", "false", "sai"), False),
        **refused(NO_TRUTH, "có thể", "2", "10", "nan"),
    },
    "choice": {
        **dict.fromkeys(("new", "NEW", "xây mới", "Xây mới", "new building"), "new"),
        **dict.fromkeys(("repair", "sửa chữa"), "repair"),
        **refused(NO_CHOICE, "xây", "1", "nan"),
    },
}
MAPPING = """
source = "every-door"
id = ["STT"]
captured_at = {default = "2025-05-15T08:00:00+07:00"}
constants = {visit = "interviewed"}
answer = [
  {from = "whole", to = "people"},
  {from = "decimal", to = "area_m2"},
  {from = "day", to = "separated_on"},
  {from = "truth", to = "degraded"},
  {from = "choice", to = "works_kind"},
]
[[row]]
to = "earlier_help"
present = "money"
answer = [{from = "money", to = "amount_vnd"}]
"""
IN_A_SURVEY = {
    "whole": "people",
    "money": "earlier_help[0].amount_vnd",
    "decimal": "area_m2",
    "day": "separated_on",
    "truth": "degraded",
    "choice": "works_kind",
}


def without_label(sentence: str) -> str:
    """What is said of the answer, behind the name of its question."""
    return sentence.partition(": ")[2]


def newest(envelope_id: str) -> ReceivedEnvelope:
    """The newest version of a record."""
    db.session.rollback()
    versions = select(ReceivedEnvelope).where(ReceivedEnvelope.envelope_id == envelope_id)
    return db.session.scalars(versions.order_by(ReceivedEnvelope.version.desc()).limit(1)).one()


# --- the page of an act


def on_the_page_of(client, act_id: str, code: str, text: str, base: dict[str, str]) -> Any:
    """What an act's correction keeps of a typed answer, or the sentence at its field."""
    name = f"answer.{code}"
    answer = client.post(f"/cases/acts/{act_id}/correct", data={**base, name: text})
    if answer.status_code == 302:
        values = json.loads(newest(act_id).body)["payload"]
        return values["households"][0]["works_kind"] if code.startswith("households") else values[code]
    sentence = re.search(rf'id="(?:error-|f-){re.escape(name)}(?:-error)?">([^<]*)</span>', answer.text)[1]
    field = re.search(rf'<input type="text" id="f-{re.escape(name)}"[^>]*>', answer.text)
    assert field is None or f'value="{text}"' in html.unescape(field[0])
    return without_label(html.unescape(sentence))


def test_the_page_of_an_act_reads_the_table(sign_in) -> None:
    mai, son, hoa = sign_in("mai"), sign_in("son"), sign_in("hoa")
    house = household(mai)
    take(mai, house, *AGREE[:-1])
    take(son, house, "approval")
    completion = take(mai, house, *NEW_HOUSE[:-1])[-1]["id"]
    paid = act("payment", household=house, done_on="2025-05-13", tranche=1, amount_vnd=1_000_000)
    assert hoa.post(ENVELOPES, json=paid).json["state"] == "stored"
    other = household(mai, head_name="Ma Văn An")
    registration, meeting = (receipt["id"] for receipt in take(mai, other, "registration", "meeting"))
    row = "answer.households.0."
    finished = {"answer.done_on": "2025-05-14"}
    payment = {"answer.done_on": "2025-05-13", "answer.tranche": "1", "answer.amount_vnd": "1000000"}
    registered = {"answer.done_on": "2025-05-01", "answer.year": "2025", f"{row}household": other}
    met = {"answer.done_on": "2025-05-02", "answer.area_code": "V1", "answer.present": "25"}
    met |= {f"{row}household": other, f"{row}votes_for": "24", f"{row}votes_against": "1"}
    fields = {
        "whole": (hoa, paid["id"], "tranche", payment),
        "money": (hoa, paid["id"], "amount_vnd", payment),
        "decimal": (mai, completion, "built_area_m2", finished),
        "day": (mai, completion, "done_on", finished),
        "time": (mai, meeting, "begins_at", met),
        "truth": (mai, completion, "hard_roof", finished),
        "choice": (mai, registration, "households.0.works_kind", registered),
    }
    read = {
        kind: {text: on_the_page_of(client, act_id, code, text, base) for text in TABLE[kind]}
        for kind, (client, act_id, code, base) in fields.items()
    }
    assert read == TABLE


# --- the inbox


def mended(client, envelope_id: str, code: str, text: str) -> Any:
    """What a waiting record holds after an answer was mended, or the sentence at it."""
    answer = client.post(f"/inbox/{newest(envelope_id).id}/mend", data={f"answer.{code}": text})
    assert answer.location.startswith("/inbox/"), answer.text
    row = newest(envelope_id)
    sentences = [fault["vi"] for fault in row.faults if fault["question"] == code]
    return without_label(sentences[0]) if sentences else json.loads(row.body)["payload"][code]


def test_the_inbox_reads_the_table(sign_in) -> None:
    lan, admin = sign_in("lan"), sign_in("admin")
    survey = {**act("household", **payload(area_code="V9", point=None)), "kind": "survey"}
    meeting = act("meeting", area_code="V9", done_on="2025-05-02", present=25, households=[])
    payment = act("payment", household=new_id(), done_on="2025-05-02", tranche=1, amount_vnd=1)
    for sent in (survey, meeting, payment):
        assert lan.post(ENVELOPES, json=sent).json["state"] == "waiting"
    records = {
        **{kind: (survey["id"], code) for kind, code in IN_A_SURVEY.items() if kind != "money"},
        "money": (payment["id"], "amount_vnd"),
        "time": (meeting["id"], "begins_at"),
    }
    read = {
        kind: {text: mended(admin, record, code, text) for text in TABLE[kind]}
        for kind, (record, code) in records.items()
    }
    assert read == TABLE


# --- files


@pytest.fixture
def mapping(tmp_path: Path) -> HouseholdMapping:
    """A mapping that declares neither marks nor days."""
    path = tmp_path / "mapping.toml"
    path.write_text(MAPPING, "utf-8")
    return load_mapping(path)


ROWS = [(kind, text) for kind in IN_A_SURVEY for text in TABLE[kind]]
HEADER = ["STT", *IN_A_SURVEY]


def cells(number: int, kind: str, value: Any) -> list[Any]:
    """A row of a file with one answer."""
    return [str(number), *(value if kind == column else "" for column in IN_A_SURVEY)]


def as_csv(path: Path, rows: list[list[str]]) -> Path:
    """A file with these rows."""
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([HEADER, *rows])
    return path


def as_workbook(path: Path, rows: list[list[Any]]) -> Path:
    """The same as a workbook, each cell of the kind of its value."""
    book = openpyxl.Workbook()
    for row in (HEADER, *rows):
        book.active.append(row)
    book.save(path)
    return path


def imported(path: Path, mapping: HouseholdMapping) -> list[Any]:
    """What each row of a file holds, or the sentence at it."""
    return [_answer(prepared) for prepared in plan(path, mapping).prepared]


def _answer(prepared) -> Any:
    faults = [fault for fault in prepared.faults if fault.question in IN_A_SURVEY.values()]
    if faults:
        return without_label(faults[0].problem.message("vi"))
    values = {code: value for code, value in prepared.envelope["payload"].items() if code != "visit"}
    if "earlier_help" in values:
        assert values.pop("has_earlier_help") is True  # a filled row says so
    ((code, value),) = values.items()
    return value[0]["amount_vnd"] if code == "earlier_help" else value


@pytest.mark.parametrize(("write", "name"), [(as_csv, "list.csv"), (as_workbook, "list.xlsx")])
def test_cells_of_text_read_the_table(tmp_path, mapping, write, name) -> None:
    path = write(tmp_path / name, [cells(number, *row) for number, row in enumerate(ROWS)])
    read: dict[str, dict[str, Any]] = {kind: {} for kind in IN_A_SURVEY}
    for (kind, text), answer in zip(ROWS, imported(path, mapping), strict=True):
        read[kind][text] = answer
    assert read == {kind: TABLE[kind] for kind in IN_A_SURVEY}


def test_cells_that_are_values_already_are_taken_as_they_are(tmp_path, mapping) -> None:
    given = [
        ("whole", 4, 4),
        ("whole", 4.5, NOT_WHOLE.format("4.5")),
        ("money", 42_000_000.0, 42_000_000),
        ("decimal", 28.5, 28.5),
        ("decimal", 40.125, 40.125),
        ("decimal", 0.00001, 0.00001),
        ("day", date(2025, 5, 15), SOME_DAY),
        ("day", datetime.combine(date(2025, 5, 15), time()), SOME_DAY),
        ("day", datetime.combine(date(2025, 5, 15), time(9, 30)), NO_DAY.format("2025-05-15T09:30:00")),
        ("day", 45792, NO_DAY.format("45792")),
        ("truth", True, True),
        ("truth", 0, False),
    ]
    rows = [cells(number, kind, value) for number, (kind, value, _) in enumerate(given)]
    path = as_workbook(tmp_path / "list.xlsx", rows)
    assert imported(path, mapping) == [answer for _, _, answer in given]


@pytest.mark.parametrize(
    ("decimal", "text", "answer"),
    [
        (",", "28.5", 28.5),
        (".", "28,5", 28.5),
        (",", "40,500", 40.5),
        (".", "40.500", 40.5),
        (",", "40.500", "nhận 40500, phải từ 0 đến 1000 m2."),
        (".", "40,500", "nhận 40500, phải từ 0 đến 1000 m2."),
        (",", "1.000,0", 1000),
        (".", "1.000,0", 1000),
    ],
)
def test_a_declared_mark_decides_what_can_be_meant_in_two_ways_and_nothing_else(
    tmp_path, decimal, text, answer
) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text(f'decimal = "{decimal}"\n{MAPPING}', "utf-8")
    file = as_csv(tmp_path / "list.csv", [cells(1, "decimal", text)])
    assert imported(file, load_mapping(path)) == [answer]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("05/15/2025", SOME_DAY),
        ("2025-05-15", SOME_DAY),
        ("15/05/2025", NO_DAY.format("15/05/2025")),
        ("15.05.2025", NO_DAY.format("15.05.2025")),
    ],
)
def test_where_a_file_declares_its_days_no_other_writing_is_one(tmp_path, text, answer) -> None:
    path = tmp_path / "mapping.toml"
    path.write_text(f'dates = ["%m/%d/%Y"]\n{MAPPING}', "utf-8")
    file = as_csv(tmp_path / "list.csv", [cells(1, "day", text)])
    assert imported(file, load_mapping(path)) == [answer]


# --- accounts

HEADINGS = ("Tên đăng nhập", "Họ và tên", "Vai trò", "Mã đơn vị", "Từ ngày")


def uploaded(client, days: list[str]) -> str:
    """The page after a list of accounts that begin on these days."""
    book = openpyxl.Workbook()
    book.active.append(HEADINGS)
    for number, text in enumerate(days):
        book.active.append((f"moi.{number}", f"Hoàng Văn {number}", "officer", "V1", text))
    buffer = io.BytesIO()
    book.save(buffer)
    buffer.seek(0)
    return client.post("/accounts/list", data={"list": (buffer, "danh sách.xlsx")}).text


def test_the_list_of_accounts_reads_the_days_of_the_table(sign_in) -> None:
    admin = sign_in("admin")
    good = [text for text, day in TABLE["day"].items() if day == SOME_DAY]
    bad = [text for text, day in TABLE["day"].items() if day != SOME_DAY]
    told = re.findall(r"<li>Dòng (\d+): ([^<]*)</li>", uploaded(admin, bad))
    read = {bad[int(line) - 2]: without_label(html.unescape(sentence)) for line, sentence in told}
    uploaded(admin, good)
    begun = select(User.username, Appointment.valid_from).join(Appointment).where(User.username.like("moi.%"))
    for username, first in db.session.execute(begun):
        read[good[int(username.removeprefix("moi."))]] = first.isoformat()
    assert read == TABLE["day"]


def test_the_form_of_an_account_says_the_same(sign_in) -> None:
    wanted = {"username": "moi", "full_name": "Hoàng Văn Mới", "role": "officer", "area_code": "V1"}
    answer = sign_in("admin").post("/accounts/new", data={**wanted, "valid_from": "5/2025"})
    assert f"Từ ngày: {NO_DAY.format('5/2025')}" in html.unescape(answer.text)


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert sum(map(len, TABLE.values())) >= 60
