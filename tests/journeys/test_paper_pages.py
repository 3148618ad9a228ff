"""Papers over HTTP: filled from the case, for one household or a whole village, by right."""

from __future__ import annotations

import io

import pytest
from acting import household, send_act, take
from reading import text_of


@pytest.fixture
def house(sign_in):
    """A household whose meeting was held and recorded with everything."""
    commune = sign_in("mai")
    found = household(commune)
    take(commune, found, "registration")
    sent = send_act(
        commune,
        "meeting",
        area_code="V1",
        done_on="2025-05-02",
        begins_at="19:30",
        chair_name="Hoàng Văn Chủ",
        chair_position="Trưởng thôn",
        households_total=30,
        present=25,
        households=[{"household": found, "votes_for": 24, "votes_against": 1}],
    )
    assert sent["state"] == "stored", sent["faults"]
    return found


def test_the_minutes_of_a_meeting_carry_what_was_recorded(sign_in, house):
    said = text_of(sign_in("mai").get("/papers/areas/V1/meeting_minutes.pdf"))
    for part in ("Thôn 1", "02 tháng 5 năm 2025", "Hoàng Văn Chủ", "Triệu Văn Tâm", "Đạt", "mẫu của dự án"):
        assert part in said, part


def test_a_village_paper_of_a_household_is_that_of_the_meeting_that_named_it(sign_in, house):
    commune = sign_in("mai")
    held = commune.get(f"/papers/households/{house}/meeting_minutes.pdf", follow_redirects=True)
    assert "02 tháng 5 năm 2025" in text_of(held)
    other = household(commune, head_name="Bàn Thị Hai")
    answer = commune.get(f"/papers/households/{other}/meeting_minutes.pdf")
    assert answer.location == "/papers/areas/V1/meeting_minutes.pdf"


def test_minutes_say_who_was_voted_down(sign_in, house):
    commune = sign_in("mai")
    other = household(commune, head_name="Bàn Thị Hai")
    take(commune, other, "registration")
    take(commune, other, "meeting", households=[{"household": other, "votes_for": 3, "votes_against": 20}])
    said = text_of(commune.get(f"/papers/households/{other}/meeting_minutes.pdf", follow_redirects=True))
    assert "Bàn Thị Hai" in said
    assert "Không đạt" in said
    assert "Triệu Văn Tâm" not in said


def test_minutes_keep_the_head_of_their_day(sign_in, house):
    commune = sign_in("mai")
    url = commune.get(f"/papers/households/{house}/meeting_minutes.pdf").location
    changed = send_act(
        commune,
        "head_change",
        household=house,
        done_on="2025-05-10",
        reason="died",
        head_name="Triệu Thị Mới",
    )
    assert changed["state"] == "stored", changed["faults"]
    said = text_of(commune.get(url))
    assert "Triệu Văn Tâm" in said
    assert "Triệu Thị Mới" not in said


def test_every_stage_prints_its_own_minutes(sign_in, house):
    commune = sign_in("mai")
    take(commune, house, "posting", "review")
    take(sign_in("son"), house, "approval")
    receipts = take(commune, house, "start", "foundation", "frame")
    for receipt, stage in zip(receipts[1:], ("móng", "khung"), strict=True):
        said = text_of(commune.get(f"/papers/acts/{receipt['id']}.pdf"))
        assert f"xong {stage}" in said or stage in said.casefold(), stage


def test_who_registers_after_a_meeting_is_on_the_next_minutes(sign_in, house):
    commune = sign_in("mai")
    other = household(commune, head_name="Bàn Thị Hai")
    take(commune, other, "registration")
    said = text_of(commune.get("/papers/areas/V1/meeting_minutes.pdf"))
    assert "Bàn Thị Hai" in said
    assert "Triệu Văn Tâm" not in said
    assert "02 tháng 5 năm 2025" not in said


def test_an_act_leads_to_its_paper_and_only_those_who_see_it_may_print(sign_in, house):
    commune = sign_in("mai")
    url = commune.get(f"/papers/households/{house}/meeting_minutes.pdf").location
    assert url in commune.get(url.replace("/papers", "/cases").removesuffix(".pdf")).text
    assert sign_in("duy").get(url).status_code == 404


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("household_notice", "chưa phải quyết định hỗ trợ"),
        ("disaster_request", "Triệu Văn Tâm"),
        ("stage_minutes", "Ban nghiệm thu"),
        ("completion_minutes", "đưa vào sử dụng"),
        ("not_registering", "không đăng ký"),
    ],
)
@pytest.mark.parametrize("form", ["pdf", "docx"])
def test_every_paper_of_a_household_opens_in_both_formats(sign_in, house, kind, words, form):
    answer = sign_in("mai").get(f"/papers/households/{house}/{kind}.{form}")
    assert answer.status_code == 200
    if form == "pdf":
        assert words.casefold() in text_of(answer).casefold()
    else:
        import docx

        assert docx.Document(io.BytesIO(answer.data)).paragraphs


def test_the_posting_shows_only_the_columns_of_the_data_file(sign_in, house):
    commune = sign_in("mai")
    take(commune, house, "posting")
    said = text_of(commune.get("/papers/areas/V1/posting_list.pdf"))
    assert "Triệu Văn Tâm" in said
    assert "06 tháng 5 năm 2025" in said or "06/05/2025" in said
    assert "60.000.000" not in said


def test_an_officer_prints_no_amount_unless_the_setting_allows_it(sign_in, house):
    url = f"/papers/households/{house}/household_notice.pdf"
    assert "60.000.000" in text_of(sign_in("mai").get(url))
    assert "60.000.000" not in text_of(sign_in("lan").get(url))


def test_a_commune_prints_its_own_households_only(sign_in, house):
    assert sign_in("duy").get(f"/papers/households/{house}/household_notice.pdf").status_code == 404
    assert sign_in("duy").get("/papers/areas/V1/meeting_minutes.pdf").status_code == 404


def test_nobody_to_print_for_is_said_in_words(sign_in, world):
    answer = sign_in("mai").get("/papers/areas/V1/stage_minutes.pdf")
    assert answer.status_code == 400
    assert "chưa có hộ nào" in answer.text


def test_the_page_of_papers_offers_every_kind(sign_in, house):
    page = sign_in("mai").get("/papers/areas/01900")
    for kind in ("meeting_minutes", "commitments", "posting_list", "blank_form"):
        assert f"/papers/areas/01900/{kind}.pdf" in page.text


def test_commitments_list_every_active_household(sign_in, house):
    commune = sign_in("mai")
    other = household(commune, head_name="Bàn Thị Hai", area_code="V2")
    take(commune, other, "registration")
    said = text_of(commune.get("/papers/areas/01900/commitments.pdf"))
    assert "Triệu Văn Tâm" in said
    assert "Bàn Thị Hai" in said


def test_a_household_page_leads_to_its_papers(sign_in, house):
    commune = sign_in("mai")
    assert f"/papers/households/{house}" in commune.get(f"/households/{house}").text
    page = commune.get(f"/papers/households/{house}")
    assert f"/papers/households/{house}/stage_minutes.pdf" in page.text
    assert sign_in("duy").get(f"/papers/households/{house}").status_code == 404
