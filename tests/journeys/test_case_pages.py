"""The pages of a household's case by HTTP: each kind of act from its form, photos, undo, rights."""

from __future__ import annotations

import io
import re

import pytest
from acting import AGREE, household, take
from makers import jpeg, new_id, password_of

from api.web.extensions import db
from survey.cases import queries as cases

HOSTILE = "<script>alert(1)</script>{{ 7*7 }}"


def state_of(house):
    """Where the household's case stands."""
    db.session.rollback()
    found = cases.case_of(db.session(), house)
    return found.state if found else None


def form_of(client, house, kind):
    """The fields of an act's form as a browser would send them back untouched."""
    page = client.get(f"/cases/{house}/{kind}/new")
    assert page.status_code == 200, page.text
    fields = {}
    for tag in re.findall(r"<input[^>]*>", page.text):
        name = re.search(r'name="([^"]+)"', tag)
        is_off = 'type="radio"' in tag and "checked" not in tag
        if name and not is_off and 'type="file"' not in tag:
            value = re.search(r'value="([^"]*)"', tag)
            fields[name[1]] = value[1] if value else ""
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', page.text, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        fields[name] = chosen[1] if chosen else ""
    return fields


def fill(client, house, form, **answers):
    """Send an act's form with some answers typed; the page that follows."""
    typed = {f"answer.{code.replace('__', '.')}": text for code, text in answers.items()}
    return client.post(f"/cases/{house}/{form}/new", data=form_of(client, house, form) | typed)


def done(answer):
    """Whether the act was recorded: then one is led back to the household."""
    return answer.status_code == 302 and "/households/" in answer.location


@pytest.fixture
def mai(sign_in):
    """The clerk of Nam Mẫu."""
    return sign_in("mai")


@pytest.fixture
def approved(sign_in, mai):
    """A household whose case is approved."""
    house = household(mai)
    take(mai, house, *AGREE[:-1])
    take(sign_in("son"), house, "approval")
    return house


def test_a_new_house_goes_its_whole_way_by_forms(sign_in, mai) -> None:
    house = household(mai)
    assert done(fill(mai, house, "registration", done_on="2025-05-01"))
    votes = {"households__0__votes_for": "24", "households__0__votes_against": "1"}
    assert done(fill(mai, house, "meeting", done_on="2025-05-02", present="25", **votes))
    assert done(fill(mai, house, "posting", done_on="2025-05-03", until="2025-05-06"))
    assert done(fill(mai, house, "review", done_on="2025-05-07"))
    son = sign_in("son")
    assert son.get(f"/cases/{house}/approval/new").location == "/approvals/approve?area=V1"
    signed = {"household": [house], "done_on": "2025-05-08", "password": password_of("son")}
    signed |= {"official_act": "later", "decision_due": "2025-06-15"}
    assert son.post("/approvals/approve", data=signed).status_code == 302
    lan = sign_in("lan")
    assert done(fill(lan, house, "start", done_on="2025-05-09"))
    for stage in ("foundation", "frame", "roof", "finished"):
        assert form_of(lan, house, "stage")["answer.stage"] == stage
        assert done(fill(lan, house, "stage", done_on="2025-05-10"))
    assert done(fill(lan, house, "completion", done_on="2025-05-11", built_area_m2="45,5", hard_roof="yes"))
    assert done(fill(lan, house, "handover", done_on="2025-05-12", household_confirms="yes"))
    assert state_of(house) == "handed_over"


def test_money_is_recorded_and_recovered_as_people_write_it(sign_in, mai, approved) -> None:
    hoa = sign_in("hoa")
    assert done(fill(hoa, approved, "payment", done_on="2025-05-09", amount_vnd="42.000.000"))
    assert form_of(hoa, approved, "payment")["answer.tranche"] == "2"
    assert done(fill(mai, approved, "withdrawal", done_on="2025-05-10", reason="moved"))
    assert "42.000.000 đồng" in mai.get(f"/households/{approved}").text
    assert done(fill(hoa, approved, "recovery", done_on="2025-05-11", amount_vnd="42 000 000"))
    assert "Phải thu hồi" not in mai.get(f"/households/{approved}").text


def test_exits_and_turns_are_recorded_from_their_forms(mai) -> None:
    house = household(mai)
    statement = {"reason": "away", "follow_up_by": "Trưởng thôn", "follow_up_on": "2025-11-01"}
    assert done(fill(mai, house, "non_registration", done_on="2025-05-01", **statement))
    assert state_of(house) == "not_registered"
    assert done(fill(mai, house, "registration", done_on="2025-05-02"))
    assert done(fill(mai, house, "return", done_on="2025-05-03", reason="other", remarks="Thiếu giấy tờ đất"))
    assert "Thiếu giấy tờ đất" in mai.get(f"/households/{house}").text
    assert done(fill(mai, house, "resubmission", done_on="2025-05-04"))
    assert done(fill(mai, house, "rejection", done_on="2025-05-05", reason="house_sound", remarks="Nhà tốt"))
    assert state_of(house) == "rejected"


def test_an_obstacle_and_an_objection_are_opened_named_and_closed(mai, approved) -> None:
    obstacle = {"kind": "land_forest", "lead": "forest_office", "due": "2025-05-12"}
    assert done(fill(mai, approved, "obstacle", done_on="2025-05-09", **obstacle))
    assert "quá hạn" in mai.get(f"/households/{approved}").text
    assert done(fill(mai, approved, "obstacle_end", done_on="2025-05-13", result="solved"))
    objection = {"about": "amount", "content": "Mức thấp"}
    assert done(fill(mai, approved, "objection", done_on="2025-05-13", **objection))
    answer = {"outcome": "dismissed", "content": "Đúng quy định"}
    assert done(fill(mai, approved, "objection_answer", done_on="2025-05-14", **answer))
    page = mai.get(f"/households/{approved}").text
    assert "phản ánh chưa trả lời" not in page
    assert "Đúng quy định" in page


def test_a_new_head_is_named_on_the_page(mai, approved) -> None:
    told = {"reason": "died", "head_name": "Triệu Thị Hạnh", "head_birth_year": "1975"}
    assert done(fill(mai, approved, "head_change", done_on="2025-05-13", **told))
    assert "<h1>Triệu Thị Hạnh</h1>" in mai.get(f"/households/{approved}").text


def test_faults_stand_at_their_fields_and_what_was_typed_stays(mai) -> None:
    house = household(mai)
    answer = fill(mai, house, "registration", done_on="2026-01-01", year="mười", remarks="Ghi chú dài")
    assert answer.status_code == 400
    assert re.search(r'name="answer.year"[^>]*aria-invalid="true"[^>]*value="mười"', answer.text)
    assert "Ghi chú dài" in answer.text
    assert state_of(house) is None


def test_a_commission_has_the_usual_bodies_and_takes_more_rows_without_scripts(sign_in, approved) -> None:
    lan = sign_in("lan")
    take(lan, approved, "start")
    fields = form_of(lan, approved, "stage")
    bodies = [fields[f"answer.commission.{row}.body"] for row in range(5)]
    assert bodies == ["commune", "front", "village", "household", "other"]
    page = lan.post(f"/cases/{approved}/stage/new", data=fields | {"add_row": "commission"}).text
    assert 'name="answer.commission.5.name"' in page
    names = {"commission__1__name": "Ma Văn Hùng", "commission__1__position": "Chủ tịch MTTQ xã"}
    assert done(fill(lan, approved, "stage", done_on="2025-05-12", **names))
    assert "Ma Văn Hùng" in lan.get(f"/households/{approved}").text


def test_a_fault_in_a_row_stands_in_that_row(sign_in, approved) -> None:
    lan = sign_in("lan")
    take(lan, approved, "start")
    answer = fill(lan, approved, "stage", done_on="2025-05-12", commission__3__position="chủ hộ")
    assert re.search(r'name="answer.commission.3.name"[^>]*aria-invalid', answer.text)


def test_a_double_click_records_once(mai) -> None:
    house = household(mai)
    fields = form_of(mai, house, "registration") | {"answer.done_on": "2025-05-01"}
    first, second = (mai.post(f"/cases/{house}/registration/new", data=fields) for _ in range(2))
    assert done(first)
    assert done(second)
    assert len(cases.events(db.session(), house)) == 1


def test_the_same_form_sent_with_other_content_says_so(mai) -> None:
    house = household(mai)
    fields = form_of(mai, house, "registration")
    mai.post(f"/cases/{house}/registration/new", data=fields)
    again = mai.post(f"/cases/{house}/registration/new", data=fields | {"answer.year": "2026"})
    assert (again.status_code, "5460" in again.text) == (400, True)


def test_what_was_just_recorded_is_undone_with_one_button(mai) -> None:
    house = household(mai)
    back = fill(mai, house, "registration").location.partition("#")[0]
    page = mai.get(back).text
    undo = re.search(r'<form class="problem ok undo".*?</form>', page, re.S)[0]
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', undo))
    assert done(mai.post(f"/cases/{house}/revocation/new", data=fields))
    assert state_of(house) == "cancelled"
    page = mai.get(f"/households/{house}").text
    assert "đã hủy" in page
    assert "<del><b>Đăng ký thực hiện</b></del>" in page


def test_only_steps_the_rest_can_do_without_offer_to_be_revoked(mai) -> None:
    house = household(mai)
    take(mai, house, "registration", "meeting")
    assert mai.get(f"/households/{house}").text.count("answer.act") == 1


def test_photos_and_the_signed_paper_come_with_the_act_or_later(sign_in, mai, approved) -> None:
    lan = sign_in("lan")
    take(lan, approved, "start")
    fields = form_of(lan, approved, "stage") | {"answer.done_on": "2025-05-12"}
    photo = {"photo.front": (io.BytesIO(jpeg("red")[0]), "nhà.jpg")}
    assert done(lan.post(f"/cases/{approved}/stage/new", data=fields | photo))
    page = lan.get(f"/households/{approved}").text
    assert "chưa có bản ký" in page
    act_id = cases.events(db.session(), approved)[0].envelope_id
    scan = {"photo.papers": (io.BytesIO(jpeg("white")[0]), "biên bản.jpg"), "next": f"/households/{approved}"}
    assert done(lan.post(f"/cases/acts/{act_id}/scan", data=scan))
    event = cases.events(db.session(), approved)[0]
    assert (event.photos_arrived, event.has_scan) == (2, True)


def test_papers_are_shown_only_to_those_who_may_read_them(sign_in, approved) -> None:
    lan, admin = sign_in("lan"), sign_in("admin")
    take(lan, approved, "start")
    fields = form_of(lan, approved, "stage") | {"answer.done_on": "2025-05-12"}
    lan.post(
        f"/cases/{approved}/stage/new",
        data=fields | {"photo.papers": (io.BytesIO(jpeg("white")[0]), "a.jpg")},
    )
    address = re.search(r'src="(/households/[^"]+/photos/[^"]+)"', lan.get(f"/households/{approved}").text)[1]
    with lan.get(address) as shown:
        assert shown.status_code == 200
    assert admin.get(address).status_code == 404
    assert address not in admin.get(f"/households/{approved}").text


def test_before_and_after_stand_side_by_side(sign_in, mai) -> None:
    from sending import send_photo

    receipt, _ = send_photo(mai)
    house = receipt["household_id"]
    take(mai, house, *AGREE[:-1])
    take(sign_in("son"), house, "approval")
    lan = sign_in("lan")
    take(lan, house, "start")
    assert "chưa có ảnh mặt trước ở các bước sau" in lan.get(f"/households/{house}").text
    fields = form_of(lan, house, "stage") | {"answer.done_on": "2025-05-12"}
    photo = {"photo.front": (io.BytesIO(jpeg("blue")[0]), "a.jpg")}
    lan.post(f"/cases/{house}/stage/new", data=fields | photo)
    pair = re.search(r'<div class="pair">.*?</section>', lan.get(f"/households/{house}").text, re.S)[0]
    assert pair.count("<img") == 2


def test_what_is_no_photo_is_told_and_nothing_is_recorded(sign_in, approved) -> None:
    lan = sign_in("lan")
    fields = form_of(lan, approved, "start")
    bad = {"photo.front": (io.BytesIO(b"%PDF-1.7"), "a.pdf")}
    answer = lan.post(f"/cases/{approved}/start/new", data=fields | bad)
    assert (answer.status_code, "4109" in answer.text) == (400, True)
    assert state_of(approved) == "approved"


def test_hostile_words_are_shown_as_words(mai) -> None:
    house = household(mai)
    assert done(fill(mai, house, "registration", remarks=HOSTILE))
    page = mai.get(f"/households/{house}").text
    assert HOSTILE not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }}" in page


def test_typed_words_are_hidden_from_nobody_who_may_read_names_but_amounts_are_by_right(
    sign_in, mai, approved
) -> None:
    assert "60.000.000 đồng" in mai.get(f"/households/{approved}").text
    assert "60.000.000 đồng" not in sign_in("lan").get(f"/households/{approved}").text


def test_each_role_is_offered_only_its_own_acts(sign_in, approved) -> None:
    def offered(username):
        page = sign_in(username).get(f"/households/{approved}").text
        return set(re.findall(rf"/cases/{approved}/(\w+)/new", page))

    assert "start" in offered("lan")
    assert "withdrawal" not in offered("lan")
    assert "withdrawal" in offered("mai")
    assert offered("hoa") == {"payment"}
    assert offered("binh") == set()
    assert offered("admin") == set()


@pytest.mark.parametrize("kind", ["start", "withdrawal", "payment", "approval", "revocation"])
def test_an_auditor_sees_the_case_and_changes_nothing(sign_in, approved, kind) -> None:
    binh = sign_in("binh")
    assert "đã phê duyệt" in binh.get(f"/households/{approved}").text.lower()
    assert binh.get(f"/cases/{approved}/{kind}/new").status_code == 403
    assert binh.post(f"/cases/{approved}/{kind}/new", data={}).status_code == 403
    act_id = cases.events(db.session(), approved)[0].envelope_id
    assert binh.post(f"/cases/acts/{act_id}/scan", data={}).status_code == 403


def test_a_case_of_another_commune_is_not_there(sign_in, approved) -> None:
    duy = sign_in("duy")
    assert duy.get(f"/cases/{approved}/start/new").status_code == 404
    assert duy.post(f"/cases/{approved}/start/new", data={}).status_code == 404
    act_id = cases.events(db.session(), approved)[0].envelope_id
    assert duy.get(f"/cases/acts/{act_id}").status_code == 404
    assert duy.post(f"/cases/acts/{act_id}/scan", data={}).status_code == 404


def test_acts_and_kinds_that_are_not_there_are_told(mai) -> None:
    house = household(mai)
    assert mai.get(f"/cases/{house}/no_such/new").status_code == 404
    assert mai.get(f"/cases/acts/{new_id()}").status_code == 404
    assert mai.get("/cases/acts/x").status_code == 404


def test_a_form_of_one_household_never_writes_about_another(mai) -> None:
    one, other = household(mai), household(mai)
    fields = form_of(mai, one, "registration") | {"answer.households.0.household": other}
    assert done(mai.post(f"/cases/{one}/registration/new", data=fields))
    assert (state_of(one), state_of(other)) == ("registered", None)


# --- flags in words, after recording


def test_a_short_posting_says_its_days_at_once(mai) -> None:
    house = household(mai)
    take(mai, house, "registration", "meeting")
    answer = fill(mai, house, "posting", done_on="2025-05-05", until="2025-05-06")
    page = mai.get(answer.location).text
    assert "Đã ghi: Niêm yết công khai." in page
    assert "Niêm yết chưa đủ số ngày: 2 ngày, quy định 3 ngày." in page


def test_a_payment_above_the_approved_is_refused_at_its_amount(sign_in, approved) -> None:
    hoa = sign_in("hoa")
    answer = fill(hoa, approved, "payment", done_on="2025-05-09", amount_vnd="70.000.000")
    assert (answer.status_code, "vượt mức được phê duyệt" in answer.text) == (400, True)
    assert 'value="70.000.000"' in answer.text
    assert done(fill(hoa, approved, "payment", done_on="2025-05-09", amount_vnd="60.000.000"))


def test_a_photo_used_before_is_told_at_once(sign_in, approved) -> None:
    lan = sign_in("lan")
    for kind in ("start", "stage"):
        typed = form_of(lan, approved, kind) | {"answer.done_on": "2025-05-10"}
        photo = {"photo.front": (io.BytesIO(jpeg("green")[0]), "a.jpg")}
        answer = lan.post(f"/cases/{approved}/{kind}/new", data=typed | photo)
    assert "Ảnh đã dùng ở việc khác." in lan.get(answer.location).text
