"""Corrections and revocations of recorded acts by page, wrong votes and flags told in words, over HTTP."""

from __future__ import annotations

import html
import io
import re

import pytest
from acting import AGREE, act, household, send_act, step, take
from makers import jpeg
from sending import ENVELOPES

from api.web.extensions import db
from survey.cases import queries as cases
from survey.registry.models import Household, Person


def state_of(house):
    """Where the household's case stands."""
    db.session.rollback()
    found = cases.case_of(db.session(), house)
    return found.state if found else None


def newest(act_id):
    """The newest version of an act."""
    db.session.rollback()
    return cases.newest_act(db.session(), act_id)


def fields_of(page):
    """The fields of a page's main form as a browser would send them back untouched."""
    form = re.search(r'<form method="post"[^>]*enctype="multipart/form-data".*?</form>', page, re.S)[0]
    fields = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]+)"', tag), re.search(r'value="([^"]*)"', tag)
        is_off = re.search(r'type="(radio|checkbox)"', tag) and "checked" not in tag
        if name and not is_off and 'type="file"' not in tag:
            text = html.unescape(value[1]) if value else ""
            fields[name[1]] = [*fields.get(name[1], []), text] if name[1] == "chosen" else text
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        fields[name] = chosen[1] if chosen else ""
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.S):
        fields[name] = html.unescape(text)
    return fields


def opened(client, act_id):
    """The fields of an act's correction, filled with what was recorded."""
    page = client.get(f"/cases/acts/{act_id}/correct")
    assert page.status_code == 200, page.text
    return fields_of(page.text)


def corrected(client, act_id, **answers):
    """Correct an act with some answers typed anew; the page that follows."""
    typed = {f"answer.{code.replace('__', '.')}": text for code, text in answers.items()}
    return client.post(f"/cases/acts/{act_id}/correct", data=opened(client, act_id) | typed)


def revoking(page):
    """(address, fields) of the form that revokes an act; None where it is not offered."""
    found = re.search(r'action="(/cases/[^"]+/revocation/new)">(.*?)</form>', page, re.S)
    if not found:
        return None
    pairs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found[2])
    return found[1], dict(pairs) | {"answer.remarks": "Ghi nhầm"}


@pytest.fixture
def mai(sign_in):
    """The clerk of Nam Mẫu."""
    return sign_in("mai")


@pytest.fixture
def met(mai):
    """Three households of one village and the meeting that endorsed them: (ids, id of the meeting)."""
    houses = [household(mai, head_name=f"Ma Văn {name}") for name in ("An", "Bình", "Cường")]
    for house in houses:
        take(mai, house, "registration")
    votes = [{"household": house, "votes_for": 24, "votes_against": 1} for house in houses]
    (receipt,) = take(
        mai,
        houses[0],
        "meeting",
        households=votes,
        chair_name="Hoàng Văn Chủ",
        remarks='Họp "lần một"',
        households_total=30,
    )
    return houses, receipt["id"]


# --- corrections


def test_a_wrong_vote_is_corrected_and_everything_else_stays(mai, met) -> None:
    houses, meeting = met
    assert f'href="/cases/acts/{meeting}/correct"' in mai.get(f"/cases/acts/{meeting}").text
    votes = {"households__1__votes_for": "4", "households__1__votes_against": "21"}
    answer = corrected(mai, meeting, **votes)
    assert (answer.status_code, answer.location) == (302, f"/cases/acts/{meeting}")
    assert [state_of(house) for house in houses] == ["endorsed", "not_endorsed", "endorsed"]
    now = newest(meeting)
    assert (now.version, now.details["present"], now.details["households_total"]) == (2, 25, 30)
    assert cases.texts_of(now) == {"chair_name": "Hoàng Văn Chủ", "remarks": 'Họp "lần một"'}
    assert "phiên bản 2" in mai.get(answer.location).text
    assert "Đã thay bằng bản sửa ở trên." in mai.get(f"/households/{houses[1]}").text


def test_a_correction_sent_twice_is_one(mai, met) -> None:
    _, meeting = met
    fields = opened(mai, meeting) | {"answer.present": "26"}
    for _ in range(2):
        assert mai.post(f"/cases/acts/{meeting}/correct", data=fields).status_code == 302
    assert newest(meeting).version == 2


def test_who_was_faster_is_named_and_the_form_stands_again(sign_in, mai, met) -> None:
    _, meeting = met
    mine = opened(mai, meeting) | {"answer.present": "27"}
    assert corrected(sign_in("lan"), meeting, present="26").status_code == 302
    answer = mai.post(f"/cases/acts/{meeting}/correct", data=mine)
    assert answer.status_code == 409
    said = re.search(r'role="alert"><b>(.*?)</b>', answer.text)[1]
    assert "vừa sửa việc này lúc 15/05/2025" in said
    assert "Số người biểu quyết có mặt" in said
    again = fields_of(answer.text)
    assert (again["answer.present"], again["base_version"]) == ("27", "2")
    assert newest(meeting).details["present"] == 26
    assert mai.post(f"/cases/acts/{meeting}/correct", data=again).status_code == 302
    assert (newest(meeting).version, newest(meeting).details["present"]) == (3, 27)


def test_a_household_named_by_mistake_is_taken_out_and_none_is_put_in(mai, met) -> None:
    houses, meeting = met
    other = household(mai)
    take(mai, other, "registration")
    fields = opened(mai, meeting)
    assert sorted(fields["chosen"]) == sorted(houses)
    fields |= {"chosen": [*houses[:2], other], "answer.households.9.household": other}
    fields |= {"answer.households.9.votes_for": "25"}
    assert mai.post(f"/cases/acts/{meeting}/correct", data=fields).status_code == 302
    assert [state_of(house) for house in [*houses, other]] == [
        "endorsed",
        "endorsed",
        "registered",
        "registered",
    ]


def test_votes_of_a_correction_are_checked_row_by_row(mai, met) -> None:
    houses, meeting = met
    answer = corrected(mai, meeting, present="20")
    assert answer.status_code == 400
    assert len(re.findall(r'votes_for"[^>]*aria-invalid', answer.text)) == 3
    assert answer.text.count("Tổng số phiếu 25 nhiều hơn số người có mặt 20") == 6
    assert "Ma Văn Bình</a>: Tổng số phiếu" in answer.text
    assert newest(meeting).version == 1
    assert {state_of(house) for house in houses} == {"endorsed"}


def test_a_date_after_the_next_step_names_that_step(mai, met) -> None:
    houses, meeting = met
    for house in houses:
        take(mai, house, "posting")
    answer = corrected(mai, meeting, done_on="2025-05-10")
    assert answer.status_code == 400
    assert "Ngày 10/05/2025 sau ngày của bước sau: Niêm yết công khai 03/05/2025." in answer.text
    assert 'href="#f-answer.done_on"' in answer.text
    assert newest(meeting).version == 1


def test_a_stage_is_corrected_with_the_choices_of_its_day_and_keeps_its_photos(sign_in, mai) -> None:
    house = household(mai)
    take(mai, house, *AGREE[:-1])
    take(sign_in("son"), house, "approval")
    lan = sign_in("lan")
    take(lan, house, "start")
    point = {"lon": 105.62, "lat": 22.42, "accuracy_m": 8.0, "source": "gnss"}
    content, sha256 = jpeg("red")
    noted = {"lon": 105.62, "lat": 22.42, "taken_at": "2025-05-11T08:00:00"}
    photos = [{"sha256": sha256, "slot": "front", **noted}]
    sent = step(house, "foundation", point=point, photos=photos, remarks="Móng đá")
    assert lan.post(ENVELOPES, json=sent).json["state"] == "stored"
    lan.put(f"/api/v1/photos/{sha256}", data=content)
    assert opened(lan, sent["id"])["answer.stage"] == "foundation"
    scan = {"photo.papers": (io.BytesIO(jpeg("white")[0]), "biên bản.jpg")}
    fields = opened(lan, sent["id"]) | {"answer.done_on": "2025-05-12", **scan}
    assert lan.post(f"/cases/acts/{sent['id']}/correct", data=fields).status_code == 302
    now = newest(sent["id"])
    assert (now.version, now.details["stage"], now.lon, now.details["household"]) == (
        2,
        "foundation",
        105.62,
        house,
    )
    event = cases.events(db.session(), house)[0]
    assert (event.photos_arrived, event.has_scan, event.texts) == (2, True, {"remarks": "Móng đá"})
    assert "no_house_photo" not in {flag["code"] for flag in now.flags}
    page = lan.get(f"/households/{house}").text
    assert "máy ảnh ghi 11/05/2025 08:00" in page
    assert state_of(house) == "foundation"


def test_a_new_head_is_corrected_and_an_unseen_national_id_is_kept(mai) -> None:
    house = household(mai)
    take(mai, house, "registration")
    told = {"reason": "died", "head_name": "Bàn Thị Sai", "head_birth_year": 1980}
    sent = send_act(
        mai, "head_change", household=house, done_on="2025-05-10", national_id="006180004321", **told
    )
    page = mai.get(f"/cases/acts/{sent['id']}/correct").text
    assert "006180004321" not in page
    assert "để trống: giữ số đã ghi" in page
    assert corrected(mai, sent["id"], head_name="Bàn Thị Đúng").status_code == 302
    db.session.rollback()
    head = db.session.get(Person, db.session.get(Household, house).head_person_id)
    assert (head.full_name, head.birth_year, head.national_id) == ("Bàn Thị Đúng", 1980, "006180004321")


def test_nobody_corrects_by_page_what_the_intake_would_refuse(sign_in, mai, met) -> None:
    houses, meeting = met
    for username, status in (("binh", 403), ("hoa", 403), ("duy", 404)):
        client = sign_in(username)
        assert client.get(f"/cases/acts/{meeting}/correct").status_code == status
        assert client.post(f"/cases/acts/{meeting}/correct", data={}).status_code == status
        assert "/correct" not in client.get(f"/cases/acts/{meeting}").text
    lan = sign_in("lan")
    take(mai, houses[0], "posting", "review")
    review = cases.newest_of(db.session(), houses[0], "review")
    assert lan.get(f"/cases/acts/{review}/correct").status_code == 403
    assert mai.get(f"/cases/acts/{review}/correct").status_code == 200


def test_an_approval_and_what_waits_in_the_inbox_are_not_corrected_here(sign_in, mai, met) -> None:
    houses, meeting = met
    take(mai, houses[0], "posting", "review")
    son = sign_in("son")
    (receipt,) = take(son, houses[0], "approval")
    answer = son.get(f"/cases/acts/{receipt['id']}/correct")
    assert (answer.status_code, "5465" in answer.text) == (400, True)
    assert "Việc này không sửa được ở đây" in son.get(f"/cases/acts/{receipt['id']}").text
    wrong = act("meeting", id=meeting, base_version=1, area_code="V1", done_on="2025-05-02", present=1)
    assert mai.post(ENVELOPES, json=wrong).json["state"] == "waiting"
    assert "hộp chờ xử lý" in mai.get(f"/cases/acts/{meeting}/correct").text


def test_a_correction_is_about_the_household_it_was_about(sign_in, mai) -> None:
    one, other = household(mai), household(mai)
    take(mai, one, "registration")
    take(mai, other, "registration")
    sent = send_act(mai, "withdrawal", household=one, done_on="2025-05-10", reason="moved")
    answer = corrected(mai, sent["id"], reason="died", household=other)
    assert answer.status_code == 302
    assert (state_of(one), state_of(other)) == ("withdrawn", "registered")
    assert newest(sent["id"]).details["reason"] == "died"


# --- revocations


def test_an_act_whose_households_have_gone_on_says_what_goes_first(mai, met) -> None:
    houses, meeting = met
    both = [{"household": house} for house in houses[:2]]
    (posting,) = take(mai, houses[0], "posting", households=both)
    page = mai.get(f"/cases/acts/{meeting}").text
    assert revoking(page) is None
    assert f'<a href="/cases/acts/{posting["id"]}">Niêm yết công khai 03/05/2025</a> (2 hộ)' in page
    address, fields = revoking(mai.get(f"/cases/acts/{posting['id']}").text)
    answer = mai.post(address, data=fields, follow_redirects=True)
    assert "Đã hủy cho 2 hộ." in answer.text
    address, fields = revoking(mai.get(f"/cases/acts/{meeting}").text)
    assert "Đã hủy cho 3 hộ." in mai.post(address, data=fields, follow_redirects=True).text
    assert {state_of(house) for house in houses} == {"registered"}


def test_a_step_that_came_between_leads_back_to_the_act_with_what_goes_first(mai, met) -> None:
    houses, meeting = met
    address, fields = revoking(mai.get(f"/cases/acts/{meeting}").text)
    take(mai, houses[2], "posting")
    answer = mai.post(address, data=fields)
    assert answer.location == f"/cases/acts/{meeting}"
    page = mai.get(answer.location).text
    assert "Chưa hủy được." in page
    assert "Niêm yết công khai 03/05/2025" in page
    assert {state_of(house) for house in houses[:2]} == {"endorsed"}


def test_a_withdrawal_is_not_revoked_while_a_later_case_is_active(mai, met) -> None:
    houses, _ = met
    gone = send_act(mai, "withdrawal", household=houses[0], done_on="2025-05-10", reason="moved")
    take(mai, houses[0], "registration", done_on="2025-05-11")
    page = mai.get(f"/cases/acts/{gone['id']}").text
    assert revoking(page) is None
    assert "Đăng ký thực hiện 11/05/2025" in page


def test_an_act_of_many_is_revoked_on_its_own_page_only(mai, met) -> None:
    houses, meeting = met
    page = mai.get(f"/households/{houses[0]}").text
    assert "answer.act" not in page
    assert f'href="/cases/acts/{meeting}"' in page


# --- wrong votes and days of a village's meeting


@pytest.fixture
def registered(mai):
    """Three registered households of one village, by the order of the meeting's page."""
    houses = [household(mai, head_name=f"Ma Văn {name}") for name in ("An", "Bình", "Cường")]
    for number, house in enumerate(houses):
        take(mai, house, "registration", done_on=f"2025-05-0{number + 1}")
    return houses


def entered(client, day, present, *votes):
    """Enter a meeting of Nam Mẫu; the page that follows."""
    fields = fields_of(client.get("/work/meeting?area=V1").text)
    fields |= {"answer.done_on": day, "answer.present": present, "answer.households_total": "45"}
    for row, (in_favour, against) in enumerate(votes):
        fields |= {f"answer.households.{row}.votes_for": in_favour}
        fields |= {f"answer.households.{row}.votes_against": against}
    return client.post("/work/meeting?area=V1", data=fields)


def test_every_row_with_too_many_votes_is_marked_and_named(mai, registered) -> None:
    answer = entered(mai, "2025-05-12", "31", ("30", "10"), ("31", "0"), ("31", "1"))
    assert answer.status_code == 400
    wrong = re.findall(r'name="answer.households.(\d).votes_for"[^>]*aria-invalid', answer.text)
    assert wrong == ["0", "2"]
    box = re.search(r'<div class="problem" role="alert">.*?</div>', answer.text, re.S)[0]
    assert '<a href="#f-answer.households.0.votes_for">Ma Văn An</a>: Tổng số phiếu 40' in box
    assert '<a href="#f-answer.households.2.votes_for">Ma Văn Cường</a>: Tổng số phiếu 32' in box
    assert "Bình" not in box
    assert {state_of(house) for house in registered} == {"registered"}


def test_rows_left_empty_do_not_shift_the_marked_one(mai, registered) -> None:
    answer = entered(mai, "2025-05-12", "31", ("", ""), ("30", "10"))
    assert re.findall(r'name="answer.households.(\d).votes_for"[^>]*aria-invalid', answer.text) == ["1"]


def test_a_day_before_the_registration_names_household_and_step(mai, registered) -> None:
    answer = entered(mai, "2025-05-02", "31", *[("31", "0")] * 3)
    assert answer.status_code == 400
    assert f'<a href="#row-{registered[2]}">Ma Văn Cường</a>' in answer.text
    assert "trước ngày của bước trước: Đăng ký thực hiện 03/05/2025" in answer.text
    assert "Đăng ký thực hiện 02/05/2025" not in answer.text


def test_a_day_wrong_for_all_is_told_once_at_the_day(mai, registered) -> None:
    answer = entered(mai, "2025-05-02", "31", ("", ""), ("", ""), ("31", "0"))
    assert "Ma Văn Cường</a>: Ngày 02/05/2025" in answer.text
    for house in registered:
        take(mai, house, "meeting", done_on="2025-05-08")
    fields = fields_of(mai.get("/work/posting?area=V1").text) | {"answer.done_on": "2025-05-07"}
    page = mai.post("/work/posting?area=V1", data=fields).text
    said = "Ngày 07/05/2025 trước ngày của bước trước: Họp thôn bình xét 08/05/2025."
    assert page.count(said) == 2
    assert f'<a href="#f-answer.done_on">{said}</a>' in page


def test_a_single_form_names_the_step_before_at_its_day(mai, registered) -> None:
    typed = fields_of(mai.get(f"/cases/{registered[2]}/meeting/new").text)
    typed |= {"answer.done_on": "2025-05-02", "answer.present": "25", "answer.households.0.votes_for": "25"}
    page = mai.post(f"/cases/{registered[2]}/meeting/new", data=typed).text
    assert re.search(r'name="answer.done_on"[^>]*aria-invalid', page)
    assert "Ngày 02/05/2025 trước ngày của bước trước: Đăng ký thực hiện 03/05/2025." in page


# --- flags in words


def test_a_meeting_below_its_quorum_says_its_figures(mai, registered) -> None:
    answer = entered(mai, "2025-05-12", "25", *[("25", "0")] * 3)
    page = mai.get(answer.location).text
    assert "Họp chưa đủ số hộ tối thiểu: 25/45 hộ = 56 %, quy định 60 %" in page
