"""Letters of old fonts are told from ours by the words they make, and nothing else is touched."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.shared.old_letters import TCVN3, VNI_LETTERS, VNI_MARKS, Columns, read_as
from api.shared.tables import read_table
from survey.problems import Problem

NAMES = (
    "Nguyễn Thị Nguyệt", "Đàm Văn Tường", "Lường Thị Hiền", "Hoàng Văn Quỳnh", "Triệu Thị Ngoan",
    "Bàn Văn Giỏi", "Giàng A Sình", "Phùng Thị Huệ", "Lò Văn Khuyến", "Vi Thị Thoả", "Đặng Hữu Nghĩa",
)  # fmt: skip
SURE = "Nguyễn Văn Đường"
FOREIGN = ("São João", "Conceição", "José Ñandú", "Müller", "24 m²", "½", "5 µm", "§ 3", "N'guessan")


def typed_in(font: str, text: str) -> str:
    """A text as somebody typed it in a font of these letters."""
    if font == "tcvn3":
        back = {ours: old for old, ours in TCVN3.items()}
        return "".join(back.get(letter, letter) for letter in text)
    return "".join(vni(letter) for letter in text)


def vni(letter: str) -> str:
    """One letter in VNI: the letter it has, else the vowel and what puts its marks on it."""
    back = {ours: old for old, ours in VNI_LETTERS.items()}
    if letter in back or letter.isascii():
        return back.get(letter, letter)
    for mark, marks in VNI_MARKS.items():
        for vowel in (*"aeouyAEOUY", "ơ", "ư", "Ơ", "Ư"):
            if unicodedata.normalize("NFC", vowel + marks) == letter:
                return back.get(vowel, vowel) + mark
    raise ValueError(letter)


def read(cells: list[str]) -> tuple[str | None, list[str]]:
    """The letters found in one column, and its cells in ours."""
    rows = [[cell] for cell in cells]
    columns = Columns(rows)
    return columns.letters, [columns.read(row)[0] for row in rows]


@pytest.mark.parametrize("font", ["tcvn3", "vni"])
@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=6))
def test_names_typed_in_an_old_font_come_back(font, names):
    names = [SURE, *names]
    old = [typed_in(font, name) for name in names]
    assert [read_as(font, one) for one in old] == names
    assert read(old) == (font, names)


@given(st.lists(st.sampled_from((*NAMES, *FOREIGN)), min_size=1, max_size=8))
def test_what_is_in_our_letters_or_foreign_stays_as_it_is(texts):
    assert read(texts) == (None, texts)


@pytest.mark.parametrize("font", ["tcvn3", "vni"])
@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=6))
def test_in_a_column_of_both_only_the_old_cells_are_read_anew(font, names):
    names = [SURE, *names]
    mixed = [*names, *(typed_in(font, name) for name in names)]
    assert read(mixed) == (font, [*names, *names])


def test_letters_that_can_be_those_of_either_font_are_refused_by_name():
    with pytest.raises(Problem, match="TCVN3") as raised:
        read([typed_in("vni", "Vi Thị Thoả")])
    assert raised.value.number == 3008


def test_titles_in_an_old_font_are_read_too(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(f"{typed_in('tcvn3', 'Họ và tên')};Tuổi\n{typed_in('tcvn3', NAMES[0])};3\n".encode())
    table = read_table(path)
    assert table.columns == ["Họ và tên", "Tuổi"]
    assert next(table.rows).values["Họ và tên"] == NAMES[0]


@pytest.mark.parametrize("word", ["Pâo", "Hâu", "Tèo", "Bhâo"])
def test_a_word_of_letters_that_ours_has_too_changes_no_list(word):
    cells = [*NAMES, f"Sùng A {word}", f"Lù Thị {word}"]
    assert read(cells) == (None, cells)
