"""A row of another's table becomes a survey: encodings, numbers, codes, rosters, identity."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.imports.households import plan, survey_id
from api.imports.mapping import load_mapping
from survey.problems import Problem

MAPPING = """
source = "list-2025"
id = ["STT"]
empty = ["", "-"]
decimal = ","
captured_at = {column = "Ngày", zone = "+07:00"}
constants = {visit = "interviewed"}
answer = [
  {from = "Chủ hộ", to = "head_name"},
  {from = "Số khẩu", to = "people"},
  {from = "Diện tích", to = "area_m2"},
  {from = "Mái", to = "roof_material", codes = {ton = "sheet", ngoi = "tile"}, unknown = ["khac"]},
  {from = "Dân tộc thiểu số", to = "ethnic_minority"},
]
[[row]]
to = "status_records"
present = "Diện"
constants = {kind = "poverty_status", year = 2025, deciding_body = "UBND xã"}
answer = [{from = "Diện", to = "value", codes = {N = "poor", CN = "near_poor"}}]
"""
HEADER = ["STT", "Ngày", "Chủ hộ", "Số khẩu", "Diện tích", "Mái", "Dân tộc thiểu số", "Diện"]
ROW = ["1", "15/05/2025", "Lò Văn Inh", "4", "24,5", "ton", "có", "N"]


@pytest.fixture
def mapping(tmp_path: Path):
    path = tmp_path / "list.toml"
    path.write_text(MAPPING, "utf-8")
    return load_mapping(path)


def table(tmp_path: Path, *rows: list[str], encoding: str = "utf-8", delimiter: str = ";") -> Path:
    path = tmp_path / "list.csv"
    path.write_bytes("\n".join(delimiter.join(row) for row in (HEADER, *rows)).encode(encoding))
    return path


def changed(**cells: str) -> list[str]:
    """The good row with some cells changed, by column name."""
    return [cells.get(column, value) for column, value in zip(HEADER, ROW, strict=True)]


def payload(tmp_path, mapping, row):
    (prepared,) = plan(table(tmp_path, row), mapping).prepared
    return prepared.envelope["payload"]


def test_a_row_becomes_the_answers_of_a_survey(tmp_path, mapping):
    assert payload(tmp_path, mapping, ROW) == {
        "visit": "interviewed",
        "head_name": "Lò Văn Inh",
        "people": 4,
        "area_m2": 24.5,
        "roof_material": "sheet",
        "ethnic_minority": True,
        "status_records": [
            {"kind": "poverty_status", "year": 2025, "deciding_body": "UBND xã", "value": "poor"}
        ],
    }


def test_a_day_typed_the_vietnamese_way_is_the_moment_of_the_survey(tmp_path, mapping):
    (prepared,) = plan(table(tmp_path, ROW), mapping).prepared
    assert prepared.envelope["captured_at"] == "2025-05-15T00:00:00+07:00"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_encoding_is_found_and_said(tmp_path, mapping, encoding):
    planned = plan(table(tmp_path, ROW, encoding=encoding), mapping)
    assert planned.prepared[0].envelope["payload"]["head_name"] == "Lò Văn Inh"
    assert encoding in planned.notes[0]


def test_a_file_of_old_windows_keeps_its_vietnamese(tmp_path, mapping):
    # Windows-1258 writes most marks as a letter of their own, after the vowel.
    path = tmp_path / "list.csv"
    text = "\n".join([";".join(HEADER), ";".join(ROW)])
    decomposed = text.replace("ò", "o\u0300").replace("ố", "ô\u0301").replace("ẩ", "â\u0309")
    decomposed = decomposed.replace("ủ", "u\u0309").replace("ộ", "ô\u0323").replace("ệ", "ê\u0323")
    decomposed = (
        decomposed.replace("à", "a\u0300")
        .replace("ể", "ê\u0309")
        .replace("í", "i\u0301")
        .replace("ó", "o\u0301")
    )
    path.write_bytes(decomposed.encode("cp1258"))
    planned = plan(path, mapping)
    assert planned.prepared[0].envelope["payload"]["head_name"] == "Lò Văn Inh"
    assert "cp1258" in planned.notes[0]


def test_text_that_looks_like_a_formula_stays_text(tmp_path, mapping):
    row = changed(**{"Chủ hộ": "=cmd|' /C calc'!A0"})
    assert payload(tmp_path, mapping, row)["head_name"] == "=cmd|' /C calc'!A0"


def test_a_cell_that_says_nothing_is_no_answer(tmp_path, mapping):
    assert "people" not in payload(tmp_path, mapping, changed(**{"Số khẩu": "-"}))


def test_a_code_known_to_tell_nothing_is_no_answer(tmp_path, mapping):
    assert "roof_material" not in payload(tmp_path, mapping, changed(Mái="khac"))


def test_an_unknown_code_is_listed_and_its_row_waits(tmp_path, mapping):
    planned = plan(table(tmp_path, changed(Mái="la")), mapping)
    assert planned.unknown_codes == {("Mái", "la"): 1}
    assert planned.counts() == {"stored": 0, "waiting": 1, "refused": 0, "passed": 0}


def test_a_code_is_known_in_small_and_capital_letters(tmp_path, mapping):
    told = payload(tmp_path, mapping, changed(Mái="TON", Diện="cn"))
    assert (told["roof_material"], told["status_records"][0]["value"]) == ("sheet", "near_poor")


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ({"Mái": "x", "Diện": ""}, "new"),
        ({"Mái": "", "Diện": "X"}, "repair"),
        ({"Mái": "không", "Diện": "1987"}, "repair"),
        ({"Mái": "-", "Diện": ""}, None),
        ({"Mái": "x", "Diện": "x"}, "Mái | Diện"),
        ({"Mái": "x", "Diện": "sau"}, "sau"),
    ],
)
def test_a_choice_is_read_from_the_column_that_is_ticked(tmp_path, cells, kind):
    path = tmp_path / "list.toml"
    path.write_text(
        """source = "list-2025"
id = ["STT"]
empty = ["-"]
captured_at = {column = "Ngày"}
answer = [{to = "works_kind", ticked = {"Mái" = "new", "Diện" = "repair"}}]
""",
        "utf-8",
    )
    assert payload(tmp_path, load_mapping(path), changed(**cells)).get("works_kind") == kind


@pytest.mark.parametrize("constant", ["", ", has_earlier_help = false"])
def test_a_row_of_earlier_help_says_that_the_household_was_helped(tmp_path, constant):
    path = tmp_path / "list.toml"
    path.write_text(
        f"""source = "list-2025"
id = ["STT"]
captured_at = {{column = "Ngày"}}
constants = {{visit = "interviewed"{constant}}}
[[row]]
to = "earlier_help"
present = "Diện tích"
constants = {{programme = "ntp"}}
""",
        "utf-8",
    )
    mapping = load_mapping(path)
    assert payload(tmp_path, mapping, ROW)["has_earlier_help"] is True
    without = payload(tmp_path, mapping, changed(**{"Diện tích": ""}))
    assert without.get("has_earlier_help") is (False if constant else None)


def test_a_number_that_is_none_waits_with_its_reason(tmp_path, mapping):
    (prepared,) = plan(table(tmp_path, changed(**{"Số khẩu": "bốn"})), mapping).prepared
    assert [(fault.question, fault.number, fault.got) for fault in prepared.faults] == [
        ("people", 4005, "bốn")
    ]


def test_a_row_without_a_status_has_no_status_record(tmp_path, mapping):
    assert "status_records" not in payload(tmp_path, mapping, changed(Diện=""))


def test_a_row_without_an_id_is_refused_with_its_line(tmp_path, mapping):
    planned = plan(table(tmp_path, ROW, changed(STT="")), mapping)
    assert [(row.line, row.problem.number) for row in planned.refused] == [(3, 4203)]


def test_a_row_without_a_day_is_refused(tmp_path, mapping):
    planned = plan(table(tmp_path, changed(Ngày="hôm qua")), mapping)
    assert planned.refused[0].problem.number == 4204


def test_a_moment_nobody_can_read_never_becomes_the_default_one(tmp_path):
    path = tmp_path / "list.toml"
    default = 'zone = "+07:00", default = "2025-05-10T08:00:00+07:00"'
    path.write_text(MAPPING.replace('zone = "+07:00"', default), "utf-8")
    days = ("14/5/2025 9:30", "14/05/25", "May 14, 2025 9:30:00 AM", "")
    rows = [changed(STT=str(number), Ngày=day) for number, day in enumerate(days)]
    planned = plan(table(tmp_path, *rows), load_mapping(path))
    assert [row.envelope["captured_at"] for row in planned.prepared] == [
        "2025-05-14T09:30:00+07:00",
        "2025-05-10T08:00:00+07:00",
    ]
    assert [(row.line, row.problem.number) for row in planned.refused] == [(3, 4204), (4, 4204)]


def test_two_rows_with_one_id_and_other_content_are_not_both_taken(tmp_path, mapping):
    planned = plan(table(tmp_path, ROW, changed(**{"Số khẩu": "5"})), mapping)
    assert planned.counts() == {"stored": 1, "waiting": 0, "refused": 1, "passed": 0}
    assert planned.refused[0].problem.details["first"] == 2


def test_a_row_with_more_values_than_columns_is_refused(tmp_path, mapping):
    planned = plan(table(tmp_path, [*ROW, "more"]), mapping)
    assert planned.refused[0].problem.number == 4207


def test_a_file_that_lacks_a_mapped_column_is_refused_whole(tmp_path, mapping):
    path = tmp_path / "other.csv"
    path.write_text("STT,Tên\n1,An\n", "utf-8")
    with pytest.raises(Problem, match="Chủ hộ"):
        plan(path, mapping)


def test_columns_nobody_asked_for_are_listed(tmp_path, mapping):
    path = tmp_path / "more.csv"
    path.write_text(";".join([*HEADER, "Ghi chú riêng"]) + "\n" + ";".join([*ROW, "x"]), "utf-8")
    assert plan(path, mapping).unmapped_columns == ("Ghi chú riêng",)


def test_a_second_reading_gives_the_same_envelopes(tmp_path, mapping):
    path = table(tmp_path, ROW, changed(STT="2"))
    assert plan(path, mapping).prepared == plan(path, mapping).prepared


@given(
    st.lists(st.text(max_size=12), min_size=1, max_size=3),
    st.lists(st.text(max_size=12), min_size=1, max_size=3),
)
def test_two_rows_share_an_id_only_when_they_are_the_same_row(one, other):
    # The separator of the parts cannot be typed into a cell that was read as text.
    clean = [[part.replace("\x1f", "") for part in parts] for parts in (one, other)]
    assert (survey_id("list", clean[0]) == survey_id("list", clean[1])) == (clean[0] == clean[1])


@given(st.dates(date(1990, 1, 1), date(2030, 1, 1)))
def test_every_day_is_read_in_both_spellings(tmp_path_factory, day):
    folder = tmp_path_factory.mktemp("days")
    (folder / "list.toml").write_text(MAPPING, "utf-8")
    rows = [changed(STT="1", Ngày=f"{day:%d/%m/%Y}"), changed(STT="2", Ngày=day.isoformat())]
    planned = plan(table(folder, *rows), load_mapping(folder / "list.toml"))
    assert {row.envelope["captured_at"] for row in planned.prepared} == {f"{day}T00:00:00+07:00"}
