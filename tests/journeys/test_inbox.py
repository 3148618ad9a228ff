"""The inbox: what could not be processed waits with its reasons until it is mended, and nothing is lost."""

from __future__ import annotations

import json
import re

import pytest
from acting import act, household
from makers import FIRST_DAY, envelope
from sending import BEFORE, ENVELOPES, point, send
from sqlalchemy import select

from api.web import transaction
from api.web.extensions import db
from survey.access.models import AuditEntry, User
from survey.areas.actions import put_areas
from survey.areas.rows import AreaInput
from survey.intake.models import ReceivedEnvelope
from survey.registry.models import Household, Survey

FAULTY = {"area_m2": "rất rộng", "head_name": "Chu Văn Sai"}


@pytest.fixture
def waiting(sign_in) -> dict:
    """The receipt of a record whose area nobody can read."""
    receipt = send(sign_in("lan"), FAULTY)
    assert receipt["state"] == "waiting"
    return receipt


def versions() -> list[ReceivedEnvelope]:
    """Everything received, in order."""
    return list(db.session.scalars(select(ReceivedEnvelope).order_by(ReceivedEnvelope.id)))


def row_id() -> int:
    """The record received last."""
    return versions()[-1].id


def rows_of(client) -> list[str]:
    """The records a person finds in the inbox."""
    return re.findall(r'href="/inbox/(\d+)"', client.get("/inbox").text)


def test_a_faulty_record_is_listed_with_its_reason_in_both_languages(waiting, sign_in) -> None:
    mai = sign_in("mai")
    page = mai.get("/inbox").text
    assert "Hoàng Thị Lan" in page
    assert "Thôn 1, Nam Mẫu" in page
    assert "Diện tích nhà ở: nhận &#34;rất rộng&#34;, cần một con số." in page
    mai.post("/language", data={"language": "en", "next": "/"})
    assert "expected a number" in mai.get("/inbox").text


def test_the_page_of_a_record_shows_the_answer_that_is_wrong(waiting, sign_in) -> None:
    page = sign_in("mai").get(f"/inbox/{row_id()}").text
    field = re.search(r'<input type="text" id="f-answer.area_m2"[^>]*>', page)[0]
    assert 'value="rất rộng"' in field
    assert 'aria-invalid="true"' in field
    assert page.index("answer.area_m2") < page.index("Các câu trả lời khác")


def test_the_page_of_a_record_says_whose_it_is_so_that_its_row_is_found(waiting, sign_in) -> None:
    assert "Chu Văn Sai · Thôn 1, Nam Mẫu · nhận lúc" in sign_in("mai").get(f"/inbox/{row_id()}").text


def test_what_can_hardly_be_true_is_said_on_the_page_of_a_record_and_of_its_household(sign_in) -> None:
    doubtful = {"head_birth_year": 2026, "year_built": 2031, "people": 1, "members": [{"name": "Chu Thị Em"}]}
    sentences = (
        "năm sinh sau ngày khảo sát",
        "xây hoặc sửa nhà sau ngày khảo sát",
        "số khẩu ít hơn số người đã ghi tên",
    )
    send(sign_in("lan"), {**FAULTY, **doubtful})
    mai = sign_in("mai")
    page = mai.get(f"/inbox/{row_id()}").text
    assert all(sentence in page for sentence in sentences)
    mai.post(f"/inbox/{row_id()}/mend", data={"answer.area_m2": "36"})
    household = db.session.scalar(select(Household.id))
    page = mai.get(f"/households/{household}").text.lower()
    assert all(sentence in page for sentence in sentences)


def test_a_mended_record_becomes_version_2_of_the_mender_and_is_assessed(waiting, sign_in) -> None:
    answer = sign_in("mai").post(f"/inbox/{row_id()}/mend", data={"answer.area_m2": "36,5"})
    first, second = versions()
    assert answer.location == f"/households/{second.household_id}"
    assert (second.version, second.state, second.envelope_id) == (2, "stored", first.envelope_id)
    mai = db.session.scalar(select(User.id).where(User.username == "mai"))
    assert second.sender_id == mai
    assert json.loads(second.body)["payload"]["area_m2"] == 36.5
    assert db.session.scalar(select(Survey.facts))["area_m2"] == 36.5


def test_the_original_stays_as_it_came(waiting, sign_in) -> None:
    before = versions()[0].body
    sign_in("mai").post(f"/inbox/{row_id()}/mend", data={"answer.area_m2": "36"})
    first = versions()[0]
    assert first.body == before
    assert first.content_sha256 == waiting["content_sha256"]
    assert first.settled_at is not None
    assert rows_of(sign_in("mai")) == []


def test_mending_is_in_the_trail_with_who_did_it(waiting, sign_in) -> None:
    sign_in("mai").post(f"/inbox/{row_id()}/mend", data={"answer.area_m2": "36"})
    mai = db.session.scalar(select(User.id).where(User.username == "mai"))
    trail = select(AuditEntry).where(AuditEntry.subject_kind == "envelope").order_by(AuditEntry.id)
    entries = [(entry.action, entry.actor_id == mai) for entry in db.session.scalars(trail)]
    assert entries == [("envelope.waiting", False), ("envelope.stored", True)]
    assert "Chu Văn Sai" not in str([entry.details for entry in db.session.scalars(trail)])


def test_a_phone_that_sends_the_first_version_again_gets_its_first_receipt(sign_in) -> None:
    lan, sent = sign_in("lan"), envelope(FAULTY, captured_at=BEFORE)
    receipt = lan.post(ENVELOPES, json=sent).json
    sign_in("mai").post(f"/inbox/{row_id()}/mend", data={"answer.area_m2": "36"})
    again = lan.post(ENVELOPES, json=sent)
    assert (again.status_code, again.json) == (200, receipt)


def test_a_wrong_mending_waits_again_as_a_new_version_with_the_new_reason(waiting, sign_in) -> None:
    mai = sign_in("mai")
    answer = mai.post(f"/inbox/{row_id()}/mend", data={"answer.area_m2": "-4"})
    assert answer.location == f"/inbox/{row_id()}"
    assert "nhận -4" in mai.get(answer.location).text
    assert [row.version for row in versions()] == [1, 2]
    assert rows_of(mai) == [str(row_id())]


def test_what_is_no_choice_of_a_list_stays_until_somebody_chooses(sign_in) -> None:
    send(sign_in("lan"), {"roof_material": "giấy dầu", "area_m2": "rộng"})
    mai = sign_in("mai")
    page = mai.get(f"/inbox/{row_id()}").text
    assert '<option value="giấy dầu" selected>giấy dầu</option>' in page
    mai.post(f"/inbox/{row_id()}/mend", data={"answer.roof_material": "giấy dầu", "answer.area_m2": "36"})
    assert json.loads(versions()[-1].body)["payload"]["roof_material"] == "giấy dầu"
    mai.post(f"/inbox/{row_id()}/mend", data={"answer.roof_material": "leaf"})
    assert versions()[-1].state == "stored"


def test_a_wrong_answer_can_be_taken_out(waiting, sign_in) -> None:
    answer = sign_in("mai").post(f"/inbox/{row_id()}/mend", data={"answer.area_m2": " "})
    assert answer.location.startswith("/households/")
    assert "area_m2" not in db.session.scalar(select(Survey.facts))


def test_a_record_of_an_unknown_village_runs_after_its_village_was_imported(sign_in) -> None:
    assert send(sign_in("lan"), {"area_code": "V9"})["state"] == "waiting"
    admin = sign_in("admin")
    with transaction.write() as session:
        put_areas(
            session, [AreaInput(code="V9", level="village", name="Thôn 9", parent_code="01900")], FIRST_DAY
        )
    answer = admin.post(f"/inbox/{row_id()}/mend")
    assert answer.location.startswith("/households/")
    assert db.session.scalar(select(Household.area_code)) == "V9"
    assert [row.version for row in versions()] == [1]


def test_the_village_of_a_record_may_be_typed_by_name(sign_in) -> None:
    send(sign_in("lan"), {"area_code": "T9"})
    typed = {"answer.area_code": "Thôn 2, Nam Mẫu"}
    assert sign_in("admin").post(f"/inbox/{row_id()}/mend", data=typed).status_code == 302
    assert db.session.scalar(select(Survey.area_code)) == "V2"


def test_a_record_is_set_aside_with_a_reason_and_put_back(waiting, sign_in) -> None:
    mai, number = sign_in("mai"), row_id()
    page = mai.post(f"/inbox/{number}/aside", data={"reason": "phiếu trùng"})
    assert f'action="/inbox/{number}/back"' in page.text
    assert rows_of(mai) == []
    mai.post(f"/inbox/{number}/back")
    assert rows_of(mai) == [str(number)]
    trail = select(AuditEntry.action).where(AuditEntry.subject_kind == "envelope").order_by(AuditEntry.id)
    assert list(db.session.scalars(trail))[1:] == ["envelope.set_aside", "envelope.put_back"]


def test_what_was_set_aside_has_a_list_with_its_reason_and_the_way_back(waiting, sign_in) -> None:
    mai, number = sign_in("mai"), row_id()
    assert "Chưa cất bản ghi nào" in mai.get("/inbox/aside").text
    mai.post(f"/inbox/{number}/aside", data={"reason": "phiếu trùng"})
    page = mai.get("/inbox/aside").text
    assert "Chu Văn Sai" in page
    assert "phiếu trùng" in page
    assert f'action="/inbox/{number}/back"' in page
    assert f'action="/inbox/{number}/back"' not in sign_in("binh").get("/inbox/aside").text
    mai.post(f"/inbox/{number}/back")
    assert "phiếu trùng" not in mai.get("/inbox/aside").text


def test_a_row_names_the_household_the_kind_the_place_and_the_sender(waiting, sign_in) -> None:
    mai = sign_in("mai")
    first, second = household(mai, head_name="Đặng Văn Sình"), household(mai, head_name="Lý Thị Hương")
    votes = [{"household": one, "votes_for": 40} for one in (first, second)]
    sent = act("meeting", area_code="V1", done_on="2025-05-02", present=25, households=votes)
    assert sign_in("lan").post(ENVELOPES, json=sent).json["state"] == "waiting"
    survey, meeting = mai.get("/inbox").text.split("<tr>")[-2:]
    assert all(told in survey for told in ("Chu Văn Sai", "Khảo sát hộ", "Thôn 1, Nam Mẫu", "Hoàng Thị Lan"))
    assert all(told in meeting for told in ("Đặng Văn Sình và 1 hộ khác", "Họp thôn bình xét"))


def test_setting_aside_asks_for_a_reason(waiting, sign_in) -> None:
    answer = sign_in("mai").post(f"/inbox/{row_id()}/aside", data={"reason": "  "})
    assert answer.status_code == 400
    assert "Mã lỗi 1002" in answer.text
    assert rows_of(sign_in("mai")) == [str(row_id())]


def test_a_settled_record_cannot_be_mended_a_second_time(waiting, sign_in) -> None:
    mai, number = sign_in("mai"), row_id()
    mai.post(f"/inbox/{number}/mend", data={"answer.area_m2": "36"})
    assert mai.post(f"/inbox/{number}/mend", data={"answer.area_m2": "40"}).status_code == 404
    assert len(versions()) == 2


def test_a_record_that_became_a_household_is_not_put_back(waiting, sign_in) -> None:
    mai, number = sign_in("mai"), row_id()
    mai.post(f"/inbox/{number}/mend", data={"answer.area_m2": "36"})
    assert mai.post(f"/inbox/{number}/back").status_code == 404
    assert rows_of(mai) == []


@pytest.mark.parametrize("told", ["Thôn 1, Nam Mẫu", "Thôn 1, 1900", "V1"])
def test_the_place_of_a_record_may_be_mended_by_its_name(sign_in, told: str) -> None:
    assert send(sign_in("lan"), {"area_code": "V404"})["state"] == "waiting"
    sign_in("admin").post(f"/inbox/{row_id()}/mend", data={"answer.area_code": told})
    assert versions()[-1].state == "stored"
    assert versions()[-1].area_code == "V1"


def test_a_name_of_two_places_waits_on_and_both_are_told(sign_in) -> None:
    send(sign_in("lan"), {"area_code": "V404"})
    admin = sign_in("admin")
    page = admin.post(
        f"/inbox/{row_id()}/mend", data={"answer.area_code": "Thôn 1"}, follow_redirects=True
    ).text
    assert versions()[-1].state == "waiting"
    assert all(code in page for code in ("(V1)", "(V3)"))


def test_a_place_near_the_border_is_told_with_its_distance_to_the_village_named(sign_in) -> None:
    """30 m west of Thôn 1, whose boundary may be off by 50 m; its commune's border is 2 km away."""
    send(sign_in("lan"), {"point": point(105.5997, 22.42)})
    survey = db.session.scalars(select(Survey)).one()
    (flag,) = [flag for flag in survey.flags if flag["code"] == "near_border"]
    assert flag["distance_m"] == 31


def test_an_auditor_reads_and_mends_nothing(waiting, sign_in) -> None:
    binh, number = sign_in("binh"), row_id()
    page = binh.get(f"/inbox/{number}").text
    assert "Lưu và xử lý lại" not in page
    for deed in ("mend", "aside", "back"):
        assert binh.post(f"/inbox/{number}/{deed}", data={"reason": "không"}).status_code in (403, 404), deed
    assert len(versions()) == 1
    assert versions()[0].settled_at is None


def test_commune_staff_find_only_what_came_from_their_area(waiting, sign_in) -> None:
    send(sign_in("duy"), {**FAULTY, "area_code": "V3"})
    elsewhere = row_id()
    mai = sign_in("mai")
    assert rows_of(mai) == [str(elsewhere - 1)]
    for address in (f"/inbox/{elsewhere}", f"/inbox/{elsewhere}/mend", f"/inbox/{elsewhere}/aside"):
        answer = mai.get(address) if address.endswith(str(elsewhere)) else mai.post(address)
        assert answer.status_code == 404, address
    assert mai.post(f"/inbox/{elsewhere}/back").status_code in (403, 404)


def test_a_record_without_a_known_area_is_on_the_desk_of_the_province(sign_in) -> None:
    send(sign_in("lan"), {"area_code": "V9", "point": None})
    assert rows_of(sign_in("mai")) == []
    assert rows_of(sign_in("admin")) == [str(row_id())]


def test_a_person_with_the_right_finds_what_they_sent_themselves_wherever_it_is(sign_in) -> None:
    mai = sign_in("mai")
    send(mai, {"area_code": "V9"})
    assert rows_of(mai) == [str(row_id())]
    assert "V9" in mai.get(f"/inbox/{row_id()}").text


def test_a_field_officer_has_no_inbox_page(waiting, sign_in) -> None:
    lan = sign_in("lan")
    assert lan.get("/inbox").status_code == 403
    assert lan.get(f"/inbox/{row_id()}").status_code == 403


@pytest.mark.parametrize(
    "answers", [{"point": {"lon": 500, "lat": 1}}, {"members": [{"name": 7}]}, {"status_records": "no"}]
)
def test_an_answer_that_is_no_plain_field_can_be_mended_too(sign_in, answers) -> None:
    assert send(sign_in("lan"), answers)["state"] == "waiting"
    mai, code = sign_in("mai"), next(iter(answers))
    page = mai.get(f"/inbox/{row_id()}").text
    assert re.search(rf'<textarea id="f-answer.{code}"[^>]*aria-invalid="true"', page)
    answer = mai.post(f"/inbox/{row_id()}/mend", data={f"answer.{code}": ""})
    assert answer.location.startswith("/households/")


def test_a_mended_point_is_read_as_it_was_written(sign_in) -> None:
    send(sign_in("lan"), {"point": {"lon": 500, "lat": 22.42, "source": "gnss"}})
    point = '{"lon": 105.62, "lat": 22.42, "source": "manual"}'
    sign_in("mai").post(f"/inbox/{row_id()}/mend", data={"answer.point": point})
    assert db.session.scalar(select(Household.lon)) == 105.62


def test_a_meeting_that_waits_leads_to_its_form_with_names(sign_in) -> None:
    mai = sign_in("mai")
    votes = [{"household": household(mai), "votes_for": 40}]
    sent = act("meeting", area_code="V1", done_on="2025-05-02", present=25, households=votes)
    assert sign_in("lan").post(ENVELOPES, json=sent).json["state"] == "waiting"
    row = db.session.scalar(select(ReceivedEnvelope.id).where(ReceivedEnvelope.envelope_id == sent["id"]))
    page = mai.get(f"/inbox/{row}").text
    assert 'href="/work/meeting?area=V1"' in page
    assert mai.get("/work/meeting?area=V1").status_code == 200


def readings() -> list[tuple[str, str, int | None]]:
    """Who read what of which record, by the trail."""
    read = select(AuditEntry).where(AuditEntry.action.in_(("national_id.read", "phone.read")))
    return [
        (one.action, one.subject_id, one.actor_id) for one in db.session.scalars(read.order_by(AuditEntry.id))
    ]


def test_a_full_national_id_or_telephone_number_read_in_the_inbox_leaves_an_entry(sign_in) -> None:
    receipt = send(sign_in("lan"), {**FAULTY, "national_id": "006170001234", "phone": "0912345678"})
    mai, mai_id = sign_in("mai"), db.session.scalar(select(User.id).where(User.username == "mai"))
    page = mai.get(f"/inbox/{row_id()}").text
    assert "006170001234" in page
    assert "0912345678" in page
    assert readings() == [
        ("national_id.read", receipt["id"], mai_id),
        ("phone.read", receipt["id"], mai_id),
    ]
    sign_in("admin").get(f"/inbox/{row_id()}")  # sees the number, not the id
    assert [action for action, _, _ in readings()][2:] == ["phone.read"]


def test_a_record_without_them_leaves_no_entry_when_it_is_read(waiting, sign_in) -> None:
    sign_in("mai").get(f"/inbox/{row_id()}")
    assert readings() == []
