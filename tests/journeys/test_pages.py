"""The pages over HTTP: each figure equals the list it opens, and each page says what it must."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from makers import new_id
from sending import send, send_photo, send_village, send_visit

from api.law.example import own_programme
from survey.areas.names import person_sort_key

LINK = re.compile(r'<a[^>]*href="([^"]+)"[^>]*>(.*?)</a>', re.DOTALL)


@pytest.fixture
def village(sign_in):
    """The receipts of a village of eight records."""
    return send_village(sign_in("lan"))


@pytest.fixture
def mai(village, sign_in):
    """The commune staff of Nam Mẫu, with the village there."""
    return sign_in("mai")


def opened_figures(page: str) -> list[tuple[str, int]]:
    """(address, number) of every figure of a page that opens a list of households."""
    found = []
    for href, inner in LINK.findall(page):
        value = re.search(r'class="(?:value|count[^"]*)"[^>]*>([\d.]+)<', inner) or re.fullmatch(
            r"([\d.]+)", inner
        )
        if value and "/households" in href:
            number = (value[1] or value[2]).replace(".", "")
            found.append((html.unescape(href), int(number)))
    return found


def listed(client, address: str) -> int:
    """How many households a list says it holds."""
    page = client.get(address)
    assert page.status_code == 200
    return int(re.search(r"<small>([\d.]+) hộ", page.text)[1].replace(".", ""))


def names(page: str) -> list[str]:
    """The heads of a page of the list, in its order."""
    return [
        html.unescape(name)
        for name in re.findall(r'<td class="name"><a href="/households/[^"]+">([^<]+)<', page)
    ]


# --- the first page and the overview of an area


@pytest.mark.parametrize("address", ["/", "/areas/V1", "/areas/01900/budget"])
def test_every_figure_equals_the_list_it_opens(mai, address) -> None:
    figures = opened_figures(mai.get(address).text)
    assert len(figures) >= 4
    assert [(href, listed(mai, href)) for href, _ in figures] == figures


def test_the_figures_are_those_of_the_village(mai) -> None:
    page = mai.get("/areas/01900").text
    assert '<span class="value" data-measure="households">8</span>' in page
    assert "3 xây mới · 1 sửa chữa" in re.sub(r"<[^>]+>", "", page)
    assert "210.000.000 đồng" in page


def test_the_first_page_says_what_waits_for_me(mai, sign_in) -> None:
    send(sign_in("lan"), {"area_m2": "rất rộng"})
    page = mai.get("/").text
    assert "Việc chờ tôi" in page
    assert re.search(r'href="/inbox"><span class="count[^"]*"[^>]*>1<', page)
    assert "/households?outcome=needs_information" in page
    assert "/work/list?state=none" in page  # where they are registered


def test_nothing_waits_where_nothing_came(sign_in) -> None:
    page = sign_in("mai").get("/").text
    assert "Việc chờ tôi" not in page
    assert "Chưa có hộ nào được khảo sát ở đây" in page


@pytest.mark.parametrize(
    ("username", "area", "sees_inbox", "sees_budget"),
    [
        ("lan", "Nam Mẫu", False, False),
        ("mai", "Nam Mẫu", True, True),
        ("son", "Bắc Kạn", True, True),  # a signer too, who may let through what waits for another person
        ("hoa", "Bắc Kạn", False, True),
        ("admin", "Bắc Kạn", True, False),
        ("binh", "Bắc Kạn", True, True),
    ],
)
def test_the_first_page_is_that_of_the_role(sign_in, username, area, sees_inbox, sees_budget) -> None:
    page = sign_in(username).get("/").text
    assert f"<h1>Xóa nhà tạm, nhà dột nát · {area}</h1>" in page
    assert ('href="/inbox"' in page) is sees_inbox
    assert ('href="/budget"' in page) is sees_budget


def test_a_training_household_is_shown_and_never_counted(mai, sign_in) -> None:
    receipt = send(sign_in("lan"), {"training": True, "head_name": "Nguyễn Văn Tập"})
    assert "Phiếu tập huấn" in mai.get(f"/households/{receipt['household_id']}").text
    assert listed(mai, "/households") == 8
    assert '<span class="value" data-measure="households">8</span>' in mai.get("/").text
    assert "Nguyễn Văn Tập" not in mai.get("/areas/V1/map").text


# --- the list


def test_a_name_is_found_with_and_without_marks(mai) -> None:
    for asked in ("Đặng Văn Sình", "dang van sinh", "SÌNH", "đặng"):
        page = mai.get("/households", query_string={"q": asked})
        assert names(page.text) == ["Đặng Văn Sình"], asked
        assert listed(mai, f"/households?q={asked}") == 1, asked


def test_what_is_no_name_finds_nobody(mai) -> None:
    for asked in ("%", "_", "\\", "' OR 1=1 --", "zzz"):
        page = mai.get("/households", query_string={"q": asked})
        assert names(page.text) == [], asked
        assert "Không có hộ nào khớp" in page.text, asked


def test_filters_narrow_the_list_together(mai) -> None:
    assert listed(mai, "/households?outcome=entitled") == 4
    assert listed(mai, "/households?outcome=entitled&works_kind=repair") == 1
    assert listed(mai, "/households?outcome=entitled&area=V2") == 1
    assert listed(mai, "/households?point=none&outcome=entitled") == 1
    assert listed(mai, "/households?outcome=unheard_of") == 0


def test_heads_stand_in_vietnamese_order_of_their_given_names(mai) -> None:
    page = mai.get("/households?area=V1&outcome=entitled").text
    assert names(page) == ["Phùng Thị Mẩy", "Đặng Văn Sình", "Hoàng Thị Ước"]


def test_a_long_list_comes_in_pages_that_hold_everybody_once(mai, monkeypatch) -> None:
    monkeypatch.setattr("api.households.pages.PAGE_SIZE", 3)
    pages = [names(mai.get(f"/households?page={number}").text) for number in (1, 2, 3)]
    assert [len(page) for page in pages] == [3, 3, 2]
    assert len({name for page in pages for name in page}) == 8
    assert "4–6 trên 8" in mai.get("/households?page=2").text


def test_a_page_that_is_not_there_gives_one_that_is(mai) -> None:
    for page in ("0", "-5", "99999999999999999999", "two", ""):
        assert len(names(mai.get(f"/households?page={page}").text)) == 8, page


def steps(page: str) -> dict[str, str]:
    """The ways to other pages of a list, by `rel`."""
    return {
        rel: unescape(href) for rel, href in re.findall(r'rel="(first|prev|next|last)" href="([^"]+)"', page)
    }


def test_a_list_is_walked_by_its_own_links_both_ways(mai, monkeypatch) -> None:
    monkeypatch.setattr("api.households.pages.PAGE_SIZE", 3)
    address, seen, back = "/households", [], []
    while True:
        page = mai.get(address).text
        seen += [names(page)]
        if "next" not in steps(page):
            break
        address = steps(page)["next"]
    assert [len(found) for found in seen] == [3, 3, 2]
    assert "7–8 trên 8" in page
    while "prev" in steps(page):
        page = mai.get(steps(page)["prev"]).text
        back += [names(page)]
    assert back == [seen[1], seen[0]]
    assert "1–3 trên 8" in page
    last = mai.get(steps(page)["last"]).text
    assert "6–8 trên 8" in last
    assert names(mai.get(steps(last)["first"]).text) == seen[0]
    assert names(mai.get(steps(last)["prev"]).text) == [*seen[0][2:], *seen[1][:2]]


def test_the_address_of_a_page_tells_no_name_and_what_is_not_sealed_here_shows_the_first(
    mai, monkeypatch
) -> None:
    monkeypatch.setattr("api.households.pages.PAGE_SIZE", 3)
    first = mai.get("/households").text
    address = steps(first)["next"]
    told = parse_qs(urlsplit(address).query)["after"][0]
    assert person_sort_key(names(first)[-1]) not in told
    for cursor in ("", "x", told[:-4], f"{told}x", "%00", "a" * 5000):
        assert names(mai.get("/households", query_string={"after": cursor}).text) == names(first), cursor
    assert names(mai.get(f"/work/list?after={told}").text) == names(mai.get("/work/list").text)


# --- one household


def test_a_household_shows_class_reasons_with_citations_records_and_history(mai, village) -> None:
    page = mai.get(f"/households/{village['new']['household_id']}").text
    for part in (
        "<h1>Đặng Văn Sình</h1>",
        "Nhà tạm, nhà dột nát",
        "đủ điều kiện",
        "60.000.000 đồng",
        "Ít nhất 2 trong 3 kết cấu chính không bền chắc",
        "Quyết định 55/QĐ-BXD, Điều 1 khoản 2",
        "Thông báo 523/TB-VPCP",
        "UBND xã Nam Mẫu",
        "12/QĐ-UBND",
        "đã phỏng vấn · phiên bản 1",
        "Đối chiếu tiêu chí",
        "chưa phải quyết định hỗ trợ",
    ):
        assert part in page, part


def test_missing_facts_are_named(mai, village) -> None:
    page = mai.get(f"/households/{village['missing']['household_id']}").text
    assert "cần bổ sung thông tin" in page
    missing = re.search(r"<b>Còn thiếu</b><ul>(.*?)</ul>", page)[1]
    assert "<li>Diện hộ nghèo, cận nghèo</li>" in missing


def test_flags_are_shown_in_words(mai, village) -> None:
    assert "chưa có vị trí" in mai.get(f"/households/{village['no_point']['household_id']}").text


def test_a_household_nobody_could_interview_says_so(mai, village) -> None:
    page = mai.get(f"/households/{village['nobody']['household_id']}").text
    assert "Chưa đối chiếu được" in page
    assert "không có ai ở nhà · phiên bản 1" in page


def test_a_second_visit_that_meets_nobody_keeps_the_assessment(mai, village, sign_in) -> None:
    known = village["new"]["household_id"]
    send_visit(sign_in("lan"), household=known)
    page = mai.get(f"/households/{known}").text
    assert "60.000.000 đồng" in page
    assert page.index("không có ai ở nhà") < page.index("đã phỏng vấn")


def test_a_corrected_survey_is_a_second_version_in_the_history(mai, sign_in) -> None:
    lan, known = sign_in("lan"), new_id()
    send(lan, {"roof_material": "tile"}, id=known)
    send(lan, {"people": 5}, id=known, base_version=1)
    page = mai.get(f"/households/{known}").text
    assert page.index("phiên bản 2") < page.index("phiên bản 1")
    assert page.count("Đối chiếu tiêu chí</b>") == 2


def test_a_photo_opens_for_those_who_see_the_household(mai, sign_in) -> None:
    receipt, _ = send_photo(sign_in("lan"), head_name="Ma Thị Ảnh")
    page = mai.get(f"/households/{receipt['household_id']}").text
    address = re.search(r'<img src="([^"]+)" alt="mặt trước"', page)[1]
    with mai.get(address) as photo:
        assert photo.mimetype == "image/jpeg"
        assert photo.data[:2] == b"\xff\xd8"
    assert sign_in("duy").get(address).status_code == 404


# --- maps


def test_the_map_lists_every_house_of_the_list_and_those_without_a_point(mai, village) -> None:
    page = mai.get("/areas/V1/map").text
    for receipt in village.values():
        is_here = receipt is not village["elsewhere"]
        assert (receipt["household_id"] in page) is is_here
    assert "7 nhà trong danh sách" in page
    assert "2 nhà không có vị trí" in page


def test_the_map_file_is_whole_in_itself(mai) -> None:
    answer = mai.get("/areas/V1/map.html")
    assert answer.headers["Content-Disposition"] == "attachment; filename=ban-do-V1.html"
    assert json.dumps("Đặng Văn Sình")[1:-1] in answer.text
    asks = re.findall(
        r"<(?:script|img|link|iframe)[^>]*(?:src|href)=|@import|url\((?!['\"]?(?:data:|#))", answer.text
    )
    assert asks == []


def test_my_map_and_my_budget_lead_to_my_area(mai) -> None:
    assert mai.get("/map").location == "/areas/01900/map"
    assert mai.get("/budget").location == "/areas/01900/budget"


# --- the law on a day


def law_values(page: str) -> dict[str, str]:
    """The values of a law page by their labels."""
    return dict(re.findall(r"<tr>\s*<td>([^<]+)</td><td class=\"r\"[^>]*>([^<]+)</td>", page))


@pytest.mark.parametrize(
    ("day", "new", "repair"),
    [
        ("2024-11-09", "50.000.000", "25.000.000"),
        ("2024-11-10", "60.000.000", "30.000.000"),
        ("10/11/2024", "60.000.000", "30.000.000"),
    ],
)
def test_the_law_of_a_day_shows_the_amounts_of_that_day(sign_in, day, new, repair) -> None:
    amounts = law_values(sign_in("mai").get(f"/law?on={day}").text)
    assert amounts["Hỗ trợ xây mới, hộ nghèo và cận nghèo khác"] == f"{new} đồng/nhà"
    assert amounts["Hỗ trợ sửa chữa, hộ nghèo và cận nghèo khác"] == f"{repair} đồng/nhà"


def test_the_law_tells_its_notes_in_the_language_of_the_reader(sign_in) -> None:
    hoa, english = sign_in("hoa"), "What becomes of approved houses not begun"
    page = hoa.get("/law?on=2025-05-15").text
    assert "Chưa đọc được quy định về hộ đã duyệt mà chưa khởi công" in page
    assert english not in page
    hoa.post("/language", data={"language": "en", "next": "/"})
    assert english in hoa.get("/law?on=2025-05-15").text


def test_the_law_shows_the_three_files_of_a_programme_of_ones_own(sign_in) -> None:
    page = sign_in("hoa").get("/law").text
    shown = re.findall(r'<pre lang="en">(.*?)</pre>', page, re.DOTALL)
    assert [html.unescape(text) for text in shown] == list(own_programme().values())


def test_a_place_shows_what_its_own_province_or_commune_decided(
    sign_in, world, tmp_path, monkeypatch
) -> None:
    own = "[house.single_area_m2]\narea.01900 = [{value = 20, source = '55/QĐ-BXD', verified = true}]\n"
    (tmp_path / "values").mkdir()
    (tmp_path / "values" / "own.toml").write_text(own, "utf-8")
    monkeypatch.setitem(world.config, "SETTINGS", replace(world.config["SETTINGS"], law_folder=tmp_path))
    mai, label = sign_in("mai"), "Diện tích tối thiểu của hộ chỉ có 1 người"
    shown = [law_values(mai.get(f"/law?area={area}").text)[label] for area in ("V1", "01900", "V3", "06")]
    assert shown == ["20 m²", "20 m²", "18 m²", "18 m²"]


def test_a_day_before_every_programme_says_that_none_is_in_force(sign_in) -> None:
    page = sign_in("mai").get("/law?on=1990-01-01").text
    assert "Không có chương trình nào có hiệu lực ngày này" in page


def test_a_day_nobody_can_read_is_a_numbered_problem(sign_in) -> None:
    mai = sign_in("mai")
    for day in ("2024-02-30", "hôm qua", "99999-01-01", "2024-11-10T00:00"):
        answer = mai.get("/law", query_string={"on": day})
        assert answer.status_code == 400, day
        assert "Mã lỗi 1002" in answer.text, day


def test_a_law_or_place_that_is_not_there_is_a_numbered_problem(sign_in) -> None:
    mai = sign_in("mai")
    for query, number in (("release=" + "0" * 64, 5002), ("release=x", 5002), ("area=unknown", 1004)):
        answer = mai.get(f"/law?{query}")
        assert answer.status_code == 404, query
        assert f"Mã lỗi {number}" in answer.text, query


def test_a_household_leads_to_the_release_that_assessed_it(mai, village) -> None:
    page = mai.get(f"/households/{village['new']['household_id']}").text
    release = re.search(r'href="(/law\?release=[0-9a-f]{64})"', page)[1]
    assert mai.get(release).status_code == 200


# --- strangers, languages, caching


@pytest.mark.parametrize(("language", "told"), [("vi", r"Mã lỗi \d{4}"), ("en", r"Problem \d{4}")])
def test_what_is_not_there_for_me_is_a_problem_page_in_my_language(sign_in, language, told) -> None:
    mai = sign_in("mai")
    mai.post("/language", data={"language": language, "next": "/"})
    areas = ("/areas/V3", "/areas/V3/map", "/areas/V3/budget", "/areas/no")
    for address in ("/households/" + "0" * 36, "/nowhere", *areas):
        answer = mai.get(address)
        assert answer.status_code == 404, address
        assert f'<html lang="{language}">' in answer.text, address
        assert re.search(told, answer.text), address


def test_the_language_switch_comes_back_to_the_page_and_stays(mai) -> None:
    answer = mai.post("/language", data={"language": "en", "next": "/households?outcome=entitled"})
    assert answer.location == "/households?outcome=entitled"
    assert "<h1>Households</h1>" in mai.get("/households").text
    mai.post("/language", data={"language": "vi", "next": "/"})
    assert "<h1>Danh sách hộ</h1>" in mai.get("/households").text


PAGES = [
    "/",
    "/areas/V1",
    "/areas/V1/map",
    "/households",
    "/areas/01900/budget",
    "/inbox",
    "/law",
    "/devices",
]


def test_a_page_is_kept_privately_and_asked_for_again_each_time(mai) -> None:
    for address in PAGES:
        first = mai.get(address)
        assert first.headers["Cache-Control"] == "private, no-cache", address
        again = mai.get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304, address
        assert again.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"], address


def test_files_and_problems_are_kept_privately_too(mai) -> None:
    for address in ("/areas/V1/map.html", "/areas/01900/budget.xlsx", "/households/x"):
        with mai.get(address) as answer:
            assert answer.headers["Cache-Control"] == "private, no-cache", address


def test_a_new_survey_a_language_and_another_person_each_change_the_mark_of_a_map(mai, sign_in) -> None:
    lan = sign_in("lan")
    marks = [mai.get("/areas/V1/map").headers["ETag"], lan.get("/areas/V1/map").headers["ETag"]]
    mai.post("/language", data={"language": "en", "next": "/"})
    marks.append(mai.get("/areas/V1/map").headers["ETag"])
    send(lan, {"head_name": "Nhà Mới"})
    answer = mai.get("/areas/V1/map", headers={"If-None-Match": marks[-1]})
    assert answer.status_code == 200
    assert len({*marks, answer.headers["ETag"]}) == 4


def test_a_page_kept_from_before_signing_out_is_not_called_fresh(mai, sign_in) -> None:
    mark = mai.get("/households").headers["ETag"]
    answer = sign_in("mai").get("/households", headers={"If-None-Match": mark})
    assert answer.status_code == 200
