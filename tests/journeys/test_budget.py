"""The budget: lines add up to totals, page, JSON and workbook say the same, nobody sees others' money."""

from __future__ import annotations

import io
import re
from collections import Counter
from datetime import date
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from makers import FIRST_DAY, NOON, PEOPLE, SQUARES, envelope, make_person, new_id
from openpyxl import load_workbook
from openpyxl.workbook import Workbook
from sqlalchemy import insert, true
from sqlalchemy.orm import Session

from api.web import transaction
from api.web.extensions import db
from survey import law
from survey.assessment.actions import keep_text, store_release
from survey.assessment.models import AssessmentRow
from survey.finance import queries as finance
from survey.finance.rows import Estimate
from survey.law.files import shipped_folder
from survey.registry.models import Household, Survey
from survey.standing.actions import refresh
from survey.touched import ASSESSED, touch

URL = "/api/v1/envelopes"
COVER_SHEET, LINES, HOUSEHOLDS = "Tóm tắt dự toán", "Dự toán theo địa bàn", "Danh sách hộ"
COVER = ("B8", "B9")
"""Where the cover takes over the totals."""
HOSTILE = (
    '=HYPERLINK("http://x")',
    "+1",
    "@SUM(A1)",
    "-2",
    "\t=1+1",
    "\r=1+1",
    "{=1+1}",
    "http://x",
    "007",
)
ONE_AMOUNT = """
[xnt.repair]
unit = "VND/house"
key_date = "started_on"
vi = "Hỗ trợ sửa chữa"
en = "Repair"
dated = [{from = 2024-04-13, value = 60_000_000, source = "523/TB-VPCP", verified = true}]
"""
HOUSES = st.tuples(
    st.sampled_from([*SQUARES, None]),
    st.sampled_from(["entitled", "not_entitled", "needs_information", "not_registered", None]),
    st.sampled_from(["XNT-2024", "NTP-SPR"]),
    st.sampled_from(["new", "repair"]),
    st.integers(0, 90_000_000),
)
"""One household: its area, outcome (none: not assessed), programme, works kind and amount in đồng."""


@pytest.fixture
def mai(sign_in) -> FlaskClient:
    """The commune's desk of Nam Mẫu, who may see names and money."""
    return sign_in("mai")


@pytest.fixture
def hoa(sign_in) -> FlaskClient:
    """The finance desk of the province."""
    return sign_in("hoa")


@pytest.fixture
def one_amount(world, tmp_path) -> None:
    """A released law that gives as much for a repair as for a new house."""
    (tmp_path / "values").mkdir()
    (tmp_path / "values" / "xnt.toml").write_text(ONE_AMOUNT, "utf-8")
    with transaction.write() as writing:
        store_release(writing, law.load_book(tmp_path), None, NOON)


def send(client: FlaskClient, *answers: dict[str, Any]) -> None:
    """Send an interview for each set of answers; all must be stored."""
    for some in answers:
        answer = client.post(URL, json=envelope(some))
        assert answer.json["state"] == "stored", answer.json


def unplaced() -> dict[str, Any]:
    """Answers of a household nobody could place, entitled wherever it lives."""
    return {"area_code": None, "point": None, "ethnic_minority": False}


def workbook(client: FlaskClient, code: str, *, values: bool = True) -> Workbook:
    """The workbook of an area: its cached values, as a simple viewer shows them, or its formulas."""
    answer = client.get(f"/areas/{code}/budget.xlsx")
    assert answer.status_code == 200, answer.text
    return load_workbook(io.BytesIO(answer.data), data_only=values)


def rows(book: Workbook, sheet: str) -> list[tuple[Any, ...]]:
    """All rows of a sheet as values."""
    return list(book[sheet].iter_rows(values_only=True))


def store(session: Session, households: list[tuple[Any, ...]]) -> None:
    """Households with their assessments as direct rows; nothing is committed."""
    book = law.load_book()
    keep_text(session, book)
    for area, outcome, programme, works_kind, amount_vnd in households:
        household = new_id()
        touch(session, [household], ASSESSED)
        session.execute(insert(Household).values(id=household, area_code=area, created_at=NOON))
        survey = session.scalar(insert(Survey).values(**survey_of(household)).returning(Survey.id))
        if outcome is None:
            continue
        paid = (programme, works_kind, amount_vnd) if outcome == "entitled" else (None, works_kind, None)
        values = dict(zip(("programme", "works_kind", "amount_vnd"), paid, strict=True))
        values |= assessment_of(household, survey, book.release) | {"outcome": outcome}
        session.execute(insert(AssessmentRow).values(**values))
    refresh(session, lambda: NOON)


def survey_of(household: str) -> dict[str, Any]:
    """The columns of an interview that nothing here reads."""
    return {
        "envelope_id": household,
        "version": 1,
        "household_id": household,
        "form": "household",
        "form_version": "1",
        "visit": "interviewed",
        "captured_at": NOON,
        "received_at": NOON,
        "answers": {},
        "facts": {},
        "flags": [],
        "person_ids": [],
    }


def assessment_of(household: str, survey: int, release: str) -> dict[str, Any]:
    """The columns of an assessment that the estimate does not sum."""
    return {
        "household_id": household,
        "survey_id": survey,
        "assessed_on": FIRST_DAY,
        "assessed_at": NOON,
        "release_sha256": release,
        "engine_version": "1",
        "result": {},
        "house_class": "unknown",
        "is_provisional": False,
    }


def province(session: Session, code: str = "06", on: date = FIRST_DAY) -> Estimate:
    """The estimate over every household there is."""
    return finance.estimate(session, true(), code, on)


@given(st.lists(HOUSES, max_size=12))
def test_the_lines_add_up_to_the_totals_and_everybody_is_counted(world, households):
    session = db.session()
    store(session, households)
    estimate = province(session)
    session.rollback()
    paid = [house for house in households if house[1] == "entitled"]
    assert sum(line.amount_vnd for line in estimate.lines) == estimate.amount_vnd
    assert estimate.amount_vnd == sum(house[4] for house in paid)
    assert estimate.households == sum(line.households for line in estimate.lines) == len(paid)
    assert len(paid) + sum(row.households for row in estimate.outside) == len(households)


@given(st.lists(HOUSES, max_size=12))
def test_the_line_of_unknown_areas_holds_who_has_none(world, households):
    session = db.session()
    store(session, households)
    estimate = province(session)
    session.rollback()
    told = sum(line.households for line in estimate.lines if line.area_code is None)
    assert told == sum(area is None and outcome == "entitled" for area, outcome, *_ in households)


def test_a_household_of_unknown_area_has_its_own_line_and_is_last(hoa, sign_in):
    send(sign_in("mai"), {}, unplaced())
    lines = hoa.get("/api/v1/areas/06/budget").json["lines"]
    assert [(line["area_code"], line["households"]) for line in lines] == [("01900", 1), (None, 1)]
    assert rows(workbook(hoa, "06"), LINES)[2][2] == "Chưa rõ địa bàn"


def test_each_village_stands_for_itself_under_its_commune(mai):
    send(mai, {}, {"works_kind": "repair"}, {"area_code": "V2"}, {"area_code": "01900"})
    lines = mai.get("/api/v1/areas/01900/budget").json["lines"]
    told = [(line["area_code"], line["works_kind"], line["amount_vnd"]) for line in lines]
    assert told == [
        ("V1", "new", 60_000_000),
        ("V1", "repair", 30_000_000),
        ("V2", "new", 60_000_000),
        ("01900", "new", 60_000_000),
    ]


def test_works_nobody_has_chosen_yet_are_counted_where_both_kinds_cost_the_same(mai, one_amount):
    send(mai, {"works_kind": None})
    line = mai.get("/api/v1/areas/01900/budget").json["lines"][0]
    assert (line["works_kind"], line["amount_vnd"]) == ("unknown", 60_000_000)
    assert "chưa rõ" in mai.get("/areas/01900/budget").text
    assert rows(workbook(mai, "01900"), LINES)[1][5] == "chưa rõ"


def test_training_households_cost_nothing(mai):
    send(mai, {"training": True})
    estimate = mai.get("/api/v1/areas/01900/budget").json
    assert (estimate["households"], estimate["amount_vnd"], estimate["outside"]) == (0, 0, [])


def test_page_json_and_workbook_say_the_same(mai):
    send(mai, {}, {"works_kind": "repair"}, {"area_code": "V2"}, {"people": None})
    told = mai.get("/api/v1/areas/01900/budget").json
    page = mai.get("/areas/01900/budget").text
    total = re.search(r"Tổng cộng: <b[^>]*>([\d.]+)</b> hộ, <b>([\d.]+)</b>", page)
    assert [int(part.replace(".", "")) for part in total.groups()] == [told["households"], told["amount_vnd"]]
    *lines, last = rows(workbook(mai, "01900"), LINES)[1:]
    assert last[6:] == (told["households"], told["amount_vnd"])
    assert [(line[1], line[3], line[6], line[7]) for line in lines] == [
        (line["area_code"], line["programme"], line["households"], line["amount_vnd"])
        for line in told["lines"]
    ]


def test_the_workbook_lists_the_households_behind_its_figures(mai):
    send(mai, {}, {"works_kind": "repair"}, {"area_code": "V2"}, {"house_tenure": None})
    told = mai.get("/api/v1/areas/01900/budget").json
    listed = rows(workbook(mai, "01900"), HOUSEHOLDS)[1:]
    outcomes = Counter(row[12] for row in listed)
    assert outcomes.pop("đủ điều kiện") == told["households"]
    assert sum(outcomes.values()) == sum(row["households"] for row in told["outside"])
    assert sum(row[9] or 0 for row in listed) == told["amount_vnd"]


def test_totals_are_formulas_that_carry_their_values(mai):
    send(mai, {}, {"area_code": "V2"})
    formulas, values = (workbook(mai, "01900", values=kind)[LINES] for kind in (False, True))
    assert [formulas[cell].value for cell in ("G4", "H4")] == ["=SUM(G2:G3)", "=SUM(H2:H3)"]
    assert [values[cell].value for cell in ("G4", "H4")] == [2, 120_000_000]


def test_what_a_person_typed_never_becomes_a_formula_or_a_link(mai):
    send(mai, *({"head_name": name} for name in HOSTILE))
    book = workbook(mai, "01900", values=False)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.coordinate for cell in cells if cell.data_type == "f"} == {
        "G2",
        "H2",
        "G3",
        "H3",
        "J3",
        *COVER,
    }
    assert [cell.coordinate for cell in cells if cell.hyperlink] == ["A2"]
    heads = [row[1] for row in rows(book, HOUSEHOLDS)[1:]]
    assert Counter(heads) == Counter(name.strip() for name in HOSTILE)


def test_ids_and_codes_are_text(mai):
    send(mai, {"area_code": "01900", "point": None})
    book = workbook(mai, "01900")
    ids = [book[HOUSEHOLDS]["O2"], book[HOUSEHOLDS]["F2"], book[LINES]["B2"]]
    assert [cell.data_type for cell in ids] == ["s", "s", "s"]
    assert [cell.value for cell in ids[1:]] == ["01900", "01900"]
    assert {cell.number_format for cell in ids} == {"@"}


def test_money_is_written_as_numbers_in_thousands_and_dates_as_dates(mai):
    send(mai, {})
    book = workbook(mai, "01900")
    money = [book[LINES]["H2"], book[LINES]["H3"], book[HOUSEHOLDS]["J2"]]
    assert {(cell.value, cell.number_format) for cell in money} == {(60_000_000, "#,##0")}
    cover = {row[0].value: row[1] for row in book[COVER_SHEET].iter_rows() if row[0].value and len(row) > 1}
    assert cover["Số liệu đến ngày"].number_format == "dd/mm/yyyy"
    assert cover["Số liệu đến ngày"].value.date() == FIRST_DAY


def test_the_cover_says_what_the_figures_rest_on(mai):
    send(mai, {}, {"house_tenure": None})
    told = mai.get("/api/v1/areas/01900/budget").json
    cover = dict(row[:2] for row in rows(workbook(mai, "01900"), COVER_SHEET)[2:])
    assert cover["Bản luật (SHA-256)"] == ", ".join(told["release_sha256s"])
    assert cover["Nhu cầu kinh phí (đồng)"] == 60_000_000
    assert cover["Địa bàn"] == "Nam Mẫu (01900)"
    assert cover["Người lập"] == PEOPLE["mai"][0]


def test_an_area_without_households_gives_a_whole_workbook(hoa):
    book = workbook(hoa, "01901", values=False)
    assert book.sheetnames == [COVER_SHEET, LINES, "Theo hợp phần và nguồn", HOUSEHOLDS, "Nguồn số liệu"]
    last = rows(book, LINES)[-1]
    assert (last[0], last[6], last[7]) == ("Tổng cộng", 0, 0)
    assert len(rows(book, HOUSEHOLDS)) == 1


@pytest.fixture
def commune_finance(world, sign_in, monkeypatch) -> FlaskClient:
    """The finance desk of Xuân Lạc alone."""
    monkeypatch.setitem(PEOPLE, "vui", ("Hà Thị Vui", "finance", "01901"))
    with transaction.write() as writing:
        make_person(writing, "vui")
    return sign_in("vui")


def test_a_communes_finance_desk_sees_its_own_households_only(commune_finance, sign_in):
    send(sign_in("mai"), {}, unplaced())
    send(sign_in("duy"), {"area_code": "V3", "head_name": "Hà Thị Bé"})
    assert commune_finance.get("/api/v1/areas/01901/budget").json["households"] == 1
    listed = rows(workbook(commune_finance, "01901"), HOUSEHOLDS)[1:]
    assert [row[1] for row in listed] == ["Hà Thị Bé"]


@pytest.mark.parametrize("address", ["/api/v1/areas/{}/budget", "/areas/{}/budget", "/areas/{}/budget.xlsx"])
@pytest.mark.parametrize("code", ["01900", "06", "99999"])
def test_other_areas_are_not_found_by_a_communes_finance_desk(commune_finance, address, code):
    assert commune_finance.get(address.format(code)).status_code == 404


def test_an_officer_is_refused_with_a_numbered_problem(sign_in):
    answer = sign_in("lan").get("/api/v1/areas/01900/budget")
    assert (answer.status_code, answer.json["problem"]) == (403, 6005)
    assert "kinh phí" in answer.json["message"]["vi"]


NOTHING_LATER = """
[xnt.new]
unit = "VND/house"
key_date = "started_on"
vi = "Hỗ trợ xây mới"
en = "New house"
dated = [
  {from = 2024-04-13, until = 2025-05-09, value = 60_000_000, source = "523/TB-VPCP", verified = true},
  {from = 2025-05-10, value = 0, source = "523/TB-VPCP", verified = true},
]
"""


def test_a_later_start_that_would_get_nothing_has_no_components(mai, tmp_path):
    (tmp_path / "values").mkdir()
    (tmp_path / "values" / "xnt.toml").write_text(NOTHING_LATER, "utf-8")
    with transaction.write() as writing:
        store_release(writing, law.load_book(tmp_path), None, NOON)
    send(mai, {"visited_on": "2025-05-02"})
    told = mai.get("/api/v1/areas/01900/budget").json
    assert (told["households"], told["amount_vnd"], told["parts"]) == (1, 0, [])


def test_what_a_release_gave_another_payer_stands_apart(mai, tmp_path):
    send(mai, {})
    programme = (shipped_folder() / "programmes" / "xnt_2024.toml").read_text("utf-8")
    of_parts = '[[component]]\ncode = "amount"\npayer = "SAVE5"\nsource = "523/TB-VPCP"\n'
    of_parts += 'title = {vi = "Tiết kiệm", en = "Savings"}\n'
    (tmp_path / "programmes").mkdir()
    (tmp_path / "programmes" / "xnt.toml").write_text(
        programme.replace("[amount]", f"{of_parts}[component.amount]"), "utf-8"
    )
    with transaction.write() as writing:
        store_release(writing, law.load_book(tmp_path), None, NOON)
    send(mai, {"area_code": "V2"})
    told = mai.get("/api/v1/areas/01900/budget").json
    assert [(one["payer"], one["amount_vnd"]) for one in told["parts"]] == [
        ("", 60_000_000),
        ("SAVE5", 60_000_000),
    ]
    assert told["amount_vnd"] == 120_000_000


def test_the_budget_of_a_place_without_households_names_no_law(sign_in) -> None:
    page = sign_in("hoa").get("/areas/V2/budget").text
    assert "Chưa có hộ nào đủ điều kiện" in page
    assert "Bản luật" not in page
