"""Duties apart: one person cannot carry a household alone from survey to payment, by whatever door."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import date

import pytest
from acting import AGREE, household, step, take
from fielding import as_phone, queue_file, sign_in_phone
from makers import envelope, password_of
from sending import BEFORE, ENVELOPES, send
from sqlalchemy import select

from api.cli.context import operator
from api.web import transaction
from api.web.extensions import db
from api.web.intake_context import intake_context
from survey.access.models import Appointment, AuditEntry, User
from survey.approval import queries as approval
from survey.approval.duties import duty_book
from survey.approval.models import OfficialAct
from survey.cases.models import Act
from survey.cases.queries import case_of
from survey.intake import actions
from survey.intake.envelope import read
from survey.intake.models import ReceivedEnvelope
from survey.problems import Problem

APPROVE = "/approvals/approve"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
PAPER = {
    "official_act": "new",
    "act_name": "407/QĐ-UBND",
    "signed_on": "2025-05-08",
    "issuer": "06",
    "subject": "Phê duyệt danh sách hộ được hỗ trợ",
    "signed_by": "Nguyễn Văn Ký",
    "capacity": "kt",
}


def reviewed(client, name: str = "Đặng Văn Sình", **answers) -> str:
    """A household that one person surveyed, registered and reviewed."""
    house = household(client, head_name=name, **answers)
    take(client, house, *AGREE[:-1])
    return house


def approve(client, houses, **fields):
    """Approve on the page, with one's own password once more."""
    form = {"household": houses, "done_on": "2025-05-08", "password": password_of(client.username)}
    form |= {"official_act": "later", "decision_due": "2025-06-15"} | fields
    return client.post(APPROVE, data=form, content_type="multipart/form-data")


def enter(client, houses, **fields):
    """Enter a decision from its signed paper, with the scan."""
    return approve(client, houses, file=(io.BytesIO(PDF), "qd.pdf"), **{**PAPER, **fields})


def state(house: str) -> str:
    db.session.rollback()
    return case_of(db.session(), house).state


def waiting(envelope_id: str) -> ReceivedEnvelope:
    """The newest version of a record that waits."""
    found = select(ReceivedEnvelope).where(ReceivedEnvelope.envelope_id == envelope_id)
    return db.session.scalar(found.order_by(ReceivedEnvelope.version.desc()).limit(1))


def numbers(receipt) -> list[int]:
    """The problems for which a record waits, by number."""
    return [fault["number"] for fault in receipt["faults"]]


def let_through(client, envelope_id: str) -> str:
    """Press the button of a waiting record without changing anything; its state after."""
    client.post(f"/inbox/{waiting(envelope_id).id}/mend", data={})
    db.session.rollback()
    return waiting(envelope_id).state


def hand_in(person, file) -> None:
    """Hand a queue file in by page."""
    handed = {"file": (io.BytesIO(json.dumps(file).encode()), "tep.json")}
    answer = person.post("/inbox/queue", data=handed, content_type="multipart/form-data")
    assert answer.status_code == 200, answer.text


def newest_approval() -> Act:
    return db.session.scalar(select(Act).where(Act.kind == "approval").order_by(Act.id.desc()).limit(1))


@pytest.fixture
def tu(sign_in):
    """One person with a clerk's post and a signer's appointment: nothing but the duties stops them."""
    return sign_in("tu")


# --- the one-person story


def test_on_the_page_the_household_says_which_duty_stands_against_it(tu) -> None:
    house = reviewed(tu)
    page = tu.get(APPROVE).text
    assert "Tài khoản này đã ghi hoặc sửa phiếu khảo sát" in page
    assert 'name="household"' not in page
    answer = approve(tu, [house])
    assert (answer.status_code, "5490" in answer.text, state(house)) == (400, True, "reviewed")


def test_by_the_interface_the_decision_waits_and_only_somebody_else_lets_it_through(tu, sign_in) -> None:
    house = reviewed(tu)
    receipt = tu.post(ENVELOPES, json=step(house, "approval")).json
    assert (receipt["state"], numbers(receipt)) == ("waiting", [5480])
    assert let_through(tu, receipt["id"]) == "waiting"
    assert let_through(sign_in("ky"), receipt["id"]) == "stored"
    ky_id = db.session.scalar(select(User.id).where(User.username == "ky"))
    assert (state(house), newest_approval().actor_id) == ("approved", ky_id)


def test_from_a_phone_it_waits_with_its_number(world, tu) -> None:
    house = reviewed(tu)
    receipt = as_phone(world, "tu").post(ENVELOPES, json=step(house, "approval")).json
    assert (receipt["state"], numbers(receipt), state(house)) == ("waiting", [5480], "reviewed")


def test_in_a_queue_file_it_waits_nothing_is_lost_and_another_person_lets_it_through(
    client, tu, sign_in
) -> None:
    house = reviewed(tu)
    sent = step(house, "approval")
    file = queue_file(sign_in_phone(client, "tu").json, [sent])
    hand_in(sign_in("nga"), file)
    row = waiting(sent["id"])
    assert (row.state, [fault["number"] for fault in row.faults]) == ("waiting", [4317])
    assert let_through(tu, sent["id"]) == "waiting"
    assert [fault["number"] for fault in waiting(sent["id"]).faults] == [5480]
    assert (let_through(sign_in("ky"), sent["id"]), state(house)) == ("stored", "approved")


def test_who_surveyed_or_reviewed_prepares_no_payment(tu, sign_in) -> None:
    house = reviewed(tu)
    take(sign_in("ky"), house, "approval")
    pay = {"done_on": "2025-05-12", "tranche": 1, "amount_vnd": 40_000_000}
    form = {f"answer.{name}": value for name, value in pay.items()}
    page = tu.post(f"/cases/{house}/payment/new", data=form)
    assert (page.status_code, "không được lập chi trả" in page.text) == (400, True)
    sent = {**step(house, "start"), "form": "payment", "payload": {"household": house, **pay}}
    assert numbers(tu.post(ENVELOPES, json=sent).json) == [5480]
    paid = sign_in("hoa").post(ENVELOPES, json={**sent, "id": envelope()["id"]}).json
    assert paid["state"] == "stored", paid["faults"]
    db.session.rollback()
    assert case_of(db.session(), house).paid_vnd == 40_000_000


def test_who_decided_prepares_no_payment(tu, sign_in) -> None:
    house = reviewed(sign_in("mai"))
    take(tu, house, "approval")
    payload = {"household": house, "done_on": "2025-05-12", "tranche": 1, "amount_vnd": 40_000_000}
    sent = {**step(house, "start"), "form": "payment", "payload": payload}
    assert numbers(tu.post(ENVELOPES, json=sent).json) == [5480]


def test_clerks_put_nothing_in_the_place_of_a_decision_that_was_signed_here(sign_in) -> None:
    house = reviewed(sign_in("mai"))
    sent = step(house, "approval")
    assert sign_in("ky").post(ENVELOPES, json=sent).json["state"] == "stored"
    again = {**sent, "base_version": 1, "payload": {**sent["payload"], "done_on": "2025-05-09"}}
    receipt = sign_in("nga").post(ENVELOPES, json=again).json
    assert 4113 in numbers(receipt)
    assert newest_approval().done_on == date(2025, 5, 8)


@pytest.mark.parametrize(("amount", "found"), [(60_000_000, []), (60_000_001, [5488])])
def test_nothing_is_paid_above_the_approved_amount(sign_in, amount, found) -> None:
    house = reviewed(sign_in("mai"))
    take(sign_in("son"), house, "approval")
    payload = {"household": house, "done_on": "2025-05-12", "tranche": 1, "amount_vnd": amount}
    receipt = sign_in("hoa").post(
        ENVELOPES, json={**step(house, "start"), "form": "payment", "payload": payload}
    )
    assert numbers(receipt.json) == found


def test_in_bulk_the_other_households_go_on_and_the_page_says_which_did_not(tu, sign_in) -> None:
    mine, theirs = reviewed(tu, "Hoàng Thị Mình"), reviewed(sign_in("mai"), "Lý Thị Người")
    answer = approve(tu, [mine, theirs])
    assert answer.status_code == 302
    assert (state(mine), state(theirs)) == ("reviewed", "approved")
    page = tu.get(answer.location).text
    assert re.search("Hoàng Thị Mình. Tài khoản này đã ghi hoặc sửa phiếu khảo sát[^.]*rà soát", page)


# --- both doors


def test_the_signer_needs_the_password_once_more(sign_in) -> None:
    house = reviewed(sign_in("mai"))
    answer = approve(sign_in("ky"), [house], password="khác")
    assert (answer.status_code, "6023" in answer.text, state(house)) == (400, True, "reviewed")
    assert approve(sign_in("ky"), [house]).status_code == 302
    page = sign_in("mai").get(f"/households/{house}").text
    assert "ký: Hà Văn Ký" in page


def test_what_was_signed_on_paper_takes_effect_once_another_clerk_has_compared_it(sign_in) -> None:
    house = reviewed(sign_in("mai"))
    nga, thu = sign_in("nga"), sign_in("thu")
    assert enter(nga, [house]).status_code == 302
    assert state(house) == "reviewed"
    assert "chờ đối chiếu bản ký" in thu.get(f"/households/{house}").text
    row_id = int(re.search(r"/approvals/compare/(\d+)", nga.get("/approvals/compare").text)[1])
    address = f"/approvals/compare/{row_id}"
    assert "đã nhập quyết định đã ký" in nga.get(address).text
    assert nga.post(address).status_code == 400
    assert state(house) == "reviewed"
    assert "Đúng với bản ký" in thu.get(address).text
    assert thu.post(address).status_code == 302
    assert state(house) == "approved"
    act = newest_approval()
    names = dict(db.session.execute(select(User.id, User.username)).all())
    assert (names[act.actor_id], names[act.confirmed_by], act.done_on) == ("nga", "thu", date(2025, 5, 8))
    page = thu.get(f"/households/{house}").text
    assert "ký: KT. (ký thay) Nguyễn Văn Ký · nhập: Ma Thị Nga · đối chiếu bản ký: Lường Thị Thu" in page
    version = approval.newest_version(db.session(), "01900", 2025)
    assert ({row.household_id for row in version.rows}, version.head.act.name) == ({house}, "407/QĐ-UBND")
    assert thu.post(address).status_code == 404, "compared once"


def test_a_decision_is_entered_once(sign_in) -> None:
    house = reviewed(sign_in("mai"))
    assert enter(sign_in("nga"), [house]).status_code == 302
    thu = sign_in("thu")
    assert "đã nhập, chờ đối chiếu bản ký" in thu.get(APPROVE).text
    number = db.session.scalar(select(OfficialAct.id))
    again = approve(thu, [house], **{**PAPER, "official_act": number})
    assert (again.status_code, "5435" in again.text, waiting_count()) == (400, True, 1)


def test_who_recorded_the_case_does_not_compare_its_decision(tu, sign_in) -> None:
    house = household(tu)
    take(tu, house, *AGREE[:3])
    take(sign_in("mai"), house, "review")
    assert enter(sign_in("nga"), [house]).status_code == 302
    row = db.session.scalar(select(ReceivedEnvelope).where(ReceivedEnvelope.state == "waiting"))
    answer = tu.post(f"/approvals/compare/{row.id}")
    assert (answer.status_code, state(house)) == (400, "reviewed")
    assert "5420" in answer.text
    assert let_through(sign_in("thu"), row.envelope_id) == "waiting", "running it again is not comparing it"


def test_what_an_officer_sent_is_no_entered_decision_until_a_clerk_enters_it(sign_in) -> None:
    house, other = (reviewed(sign_in("mai"), name) for name in ("Hoàng Thị Một", "Lý Thị Hai"))
    assert enter(sign_in("nga"), [other]).status_code == 302  # the act of the province is kept with its scan
    number = db.session.scalar(select(OfficialAct.id))
    told = {"official_act": number, "signed_by": "Nguyễn Văn Ký"}
    receipt = sign_in("lan").post(ENVELOPES, json=step(house, "approval", **told)).json
    assert numbers(receipt) == [4113]
    nga = sign_in("nga")
    assert let_through(nga, receipt["id"]) == "waiting"
    assert nga.post(f"/approvals/compare/{waiting(receipt['id']).id}").status_code == 400
    assert state(house) == "reviewed"


@pytest.mark.parametrize("missing", ["file", "signed_by", "official_act"])
def test_entering_takes_the_act_the_scan_and_the_signer(sign_in, missing) -> None:
    house = reviewed(sign_in("mai"))
    fields = {"file": (io.BytesIO(PDF), "qd.pdf"), **PAPER}
    typed = {"act_name", "signed_on", "issuer", "subject", "file"} if missing == "official_act" else set()
    fields = {name: value for name, value in fields.items() if name not in typed | {missing}}
    answer = approve(sign_in("nga"), [house], **fields)
    assert (answer.status_code, "Nhập quyết định đã ký cần" in answer.text) == (400, True)
    assert waiting_count() == 0


def waiting_count() -> int:
    db.session.rollback()
    return len(db.session.scalars(select(ReceivedEnvelope).where(ReceivedEnvelope.state == "waiting")).all())


def test_what_does_not_match_is_sent_back_and_can_be_entered_again(sign_in) -> None:
    house = reviewed(sign_in("mai"))
    nga, thu = sign_in("nga"), sign_in("thu")
    enter(nga, [house])
    row = db.session.scalar(select(ReceivedEnvelope).where(ReceivedEnvelope.state == "waiting"))
    assert thu.post(f"/approvals/compare/{row.id}/back", data={"reason": ""}).status_code == 400
    assert thu.post(f"/approvals/compare/{row.id}/back", data={"reason": "Sai ngày"}).status_code == 302
    assert "Không có quyết định nào chờ đối chiếu" in thu.get("/approvals/compare").text
    act_id = db.session.scalar(select(OfficialAct.id))
    assert approve(nga, [house], **{**PAPER, "official_act": act_id}).status_code == 302
    row = db.session.scalar(
        select(ReceivedEnvelope).where(
            ReceivedEnvelope.settled_at.is_(None), ReceivedEnvelope.state == "waiting"
        )
    )
    assert thu.post(f"/approvals/compare/{row.id}").status_code == 302
    assert state(house) == "approved"


def test_a_committee_reviews_and_decides_nothing(sign_in, session) -> None:
    house = reviewed(sign_in("mai"))
    signing = Appointment.role == "signer"
    with transaction.write() as writing:
        for post in writing.scalars(select(Appointment).where(signing)):
            post.valid_to = date(2025, 1, 1)
    son = sign_in("son")
    assert approve(son, [house]).status_code == 403
    assert numbers(son.post(ENVELOPES, json=step(house, "approval")).json) == [4113]


# --- every way around


def by_mending_a_survey(tu, sign_in, world) -> str:
    house = reviewed(sign_in("mai"))
    mended = envelope({"people": 5}, id=house, base_version=1)
    assert tu.post(ENVELOPES, json=mended).json["state"] == "stored"
    return house


def by_mending_a_meeting(tu, sign_in, world) -> str:
    mai = sign_in("mai")
    house = household(mai)
    take(mai, house, "registration")
    meeting = step(house, "meeting")
    assert mai.post(ENVELOPES, json=meeting).json["state"] == "stored"
    take(mai, house, "posting", "review")
    votes = {"household": house, "votes_for": 23, "votes_against": 2}
    mended = {**meeting, "base_version": 1, "payload": {**meeting["payload"], "households": [votes]}}
    assert tu.post(ENVELOPES, json=mended).json["state"] == "stored"
    return house


def by_letting_a_survey_through(tu, sign_in, world) -> str:
    receipt = send(sign_in("duy"), {"head_name": "Đặng Văn Sình"})
    assert receipt["state"] == "waiting"
    assert let_through(tu, receipt["id"]) == "stored"
    take(sign_in("mai"), receipt["id"], *AGREE[:-1])
    return receipt["id"]


def by_a_queue_file(tu, sign_in, world) -> str:
    sent = envelope({"head_name": "Đặng Văn Sình"}, captured_at=BEFORE)
    file = queue_file(sign_in_phone(world.test_client(), "tu").json, [sent])
    hand_in(sign_in("nga"), file)
    take(sign_in("mai"), sent["id"], *AGREE[:-1])
    return sent["id"]


WAYS = (by_mending_a_survey, by_mending_a_meeting, by_letting_a_survey_through, by_a_queue_file)


@pytest.mark.parametrize("way", WAYS)
def test_whoever_had_a_hand_in_the_record_does_not_decide(way, tu, sign_in, world) -> None:
    house = way(tu, sign_in, world)
    assert approve(tu, [house]).status_code == 400
    receipt = tu.post(ENVELOPES, json=step(house, "approval")).json
    assert (numbers(receipt), state(house)) == ([5480], "reviewed")
    assert approve(sign_in("ky"), [house]).status_code == 302


def test_mending_the_waiting_decision_of_somebody_else_changes_nothing(tu, sign_in) -> None:
    house = household(sign_in("lan"))
    take(sign_in("mai"), house, *AGREE[:3])
    take(tu, house, "review")
    early = sign_in("ky").post(ENVELOPES, json=step(house, "approval", done_on="2025-05-06")).json
    assert early["state"] == "waiting"  # the posting was not over that day
    mended = {**step(house, "approval"), "id": early["id"], "base_version": 1}
    receipt = tu.post(ENVELOPES, json=mended).json
    assert (receipt["state"], numbers(receipt), state(house)) == ("waiting", [5480], "reviewed")


def test_who_decided_does_not_become_a_recorder_afterwards(tu, sign_in) -> None:
    house = reviewed(sign_in("mai"))
    assert approve(tu, [house]).status_code == 302
    mended = envelope({"people": 7}, id=house, base_version=1)
    receipt = tu.post(ENVELOPES, json=mended).json
    assert (receipt["state"], numbers(receipt)) == ("waiting", [5480])


def test_nobody_decides_and_nobody_has_reviewed(sign_in, world) -> None:
    house = household(sign_in("lan"))
    take(sign_in("mai"), house, *AGREE[:3])
    alone = intake_context(operator())
    with transaction.write() as session:
        assert actions.receive(session, read(step(house, "review")), alone).state == "stored"
    with transaction.write() as session:
        by_nobody = actions.receive(session, read(step(house, "approval")), alone)
    assert (by_nobody.state, [fault["number"] for fault in by_nobody.faults]) == ("waiting", [5481])
    receipt = sign_in("ky").post(ENVELOPES, json=step(house, "approval")).json
    assert numbers(receipt) == [5482]


def test_an_imported_survey_is_told_and_refuses_nothing(sign_in, world) -> None:
    with transaction.write() as session:
        imported = actions.receive(
            session, read(envelope(captured_at=BEFORE)), intake_context(operator())
        ).household_id
    take(sign_in("mai"), imported, *AGREE[:-1])
    assert approve(sign_in("ky"), [imported]).status_code == 302
    flags = [flag["code"] for flag in newest_approval().flags]
    assert "recorder_unknown" in flags


def test_an_account_whose_password_another_person_just_set_decides_nothing(sign_in) -> None:
    house = reviewed(sign_in("mai"))
    ky, admin = sign_in("ky"), sign_in("admin")
    user_id = db.session.scalar(select(User.id).where(User.username == "ky"))
    slip = admin.post(f"/accounts/{user_id}/password").text
    temporary = re.search(r"[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", slip)[0]
    ky = ky.application.test_client()
    ky.post("/sign-in", data={"username": "ky", "password": temporary})
    own = "một câu dài của riêng tôi"
    ky.post("/password", data={"current": temporary, "new": own, "again": own})
    ky.username = "ky"
    answer = approve(ky, [house], password=own)
    assert (answer.status_code, "quản trị viên thứ hai" in answer.text) == (400, True)
    assert "5489" in admin.post(f"/accounts/{user_id}/confirm").text
    assert "chưa có quản trị viên thứ hai" in admin.get(f"/accounts/{user_id}").text.lower()
    second = sign_in("admin2")
    assert "Đã gặp người này" in second.get(f"/accounts/{user_id}").text
    assert second.post(f"/accounts/{user_id}/confirm").status_code == 302
    assert approve(ky, [house], password=own).status_code == 302
    assert db.session.scalar(select(AuditEntry.id).where(AuditEntry.action == "password.confirmed"))


def test_a_second_administrator_made_by_the_first_confirms_nobody(sign_in) -> None:
    admin = sign_in("admin")
    user_id = db.session.scalar(select(User.id).where(User.username == "son"))
    admin.post(f"/accounts/{user_id}/password")
    made = {"username": "tay", "full_name": "Quản trị tay trong", "role": "admin", "area_code": "06"}
    slip = admin.post("/accounts/new", data=made).text
    temporary = re.search(r"[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", slip)[0]
    second = admin.application.test_client()
    second.post("/sign-in", data={"username": "tay", "password": temporary})
    second.post(
        "/password", data={"current": temporary, "new": "câu dài của tôi", "again": "câu dài của tôi"}
    )
    assert "5489" in second.post(f"/accounts/{user_id}/confirm").text


def test_a_revoked_appointment_lets_nothing_through(sign_in) -> None:
    house = reviewed(sign_in("mai"))
    ky = sign_in("ky")
    early = ky.post(ENVELOPES, json=step(house, "approval", done_on="2025-05-06")).json
    ended = Appointment.user_id == db.session.scalar(select(User.id).where(User.username == "ky"))
    with transaction.write() as writing:
        writing.scalar(select(Appointment).where(ended)).valid_to = date(2025, 5, 14)
    assert let_through(ky, early["id"]) == "waiting"
    assert ky.post(ENVELOPES, json=step(house, "approval")).status_code == 403
    assert state(house) == "reviewed"


def test_an_administrator_gives_or_declines_what_an_upgrade_proposed(sign_in) -> None:
    house = reviewed(sign_in("mai"))
    son, admin = sign_in("son"), sign_in("admin")
    with transaction.write() as writing:
        post = writing.scalar(select(Appointment).where(Appointment.role == "signer"))
        post.proposed_on, son_id, post_id = date(2025, 5, 15), post.user_id, post.id
    assert approve(son, [house]).status_code == 403
    assert "Bàn Văn Sơn" in admin.get("/accounts").text.split("Giao quyền ký phê duyệt")[1]
    answer = f"/accounts/{son_id}/posts/{post_id}/answer"
    assert "5493" in admin.post(answer, data={"answer": "give", "capacity": "xyz"}).text
    assert admin.post(answer, data={"answer": "give", "capacity": "kt"}).status_code == 302
    assert "5492" in admin.post(answer, data={"answer": "give"}).text
    assert "Giao quyền ký phê duyệt" not in admin.get("/accounts").text
    assert approve(son, [house]).status_code == 302
    assert newest_approval().details["capacity"] == "kt"


# --- against the assessment


@pytest.fixture
def sound_house(sign_in) -> str:
    """A reviewed household that the assessment does not find entitled."""
    sound = {"foundation_material": "concrete", "frame_material": "reinforced_concrete"}
    sound |= {"wall_material": "brick", "roof_frame_material": "steel", "roof_material": "tile"}
    sound |= {"year_built": 2019, "area_m2": 80.0, "degraded": False}
    return reviewed(sign_in("mai"), **sound)


def test_approving_against_the_assessment_takes_an_act_and_a_reason_and_is_listed(
    sign_in, sound_house
) -> None:
    ky = sign_in("ky")
    answer = approve(ky, [sound_house])
    assert (answer.status_code, "cần văn bản có số và lý do" in answer.text) == (400, True)
    told = {**PAPER, "against_reason": "Nhà đã sập sau bão"}
    assert approve(ky, [sound_house], **told).status_code == 302
    page = sign_in("binh").get("/approvals/checks?kind=against").text
    assert "Đặng Văn Sình" in page
    assert "Nhà đã sập sau bão" in page
    assert "quyết định khác kết quả đối chiếu" in sign_in("mai").get(f"/households/{sound_house}").text
    mended = envelope({"head_name": "Đặng Văn Sình"}, id=sound_house, base_version=1)
    assert sign_in("mai").post(ENVELOPES, json=mended).json["state"] == "stored"
    assert "Đặng Văn Sình" not in sign_in("binh").get("/approvals/checks?kind=against").text
    assert "đã khép" in sign_in("binh").get("/approvals/checks").text


# --- a unit that is too small


EXCEPTION = """
[[exception]]
unit = "01900"
duty = "decided"
from = 2025-05-01
until = 2025-12-31
act = "12/QĐ-UBND ngày 02/5/2025"

[[exception]]
unit = "01900"
duty = "payment_prepared"
from = 2025-05-01
act = "12/QĐ-UBND ngày 02/5/2025"
"""
LATER = """
[[rule]]
duty = "decided"
apart_from = ["surveyed", "registered", "reviewed"]
programme = "*"
released = 2025-05-16
source = "Quyết định của tỉnh"
verified = true
"""


@pytest.fixture
def small_unit(world, tmp_path):
    """The province allows Nam Mẫu to join the duties of deciding, by an official act."""
    (tmp_path / "duties.toml").write_text(EXCEPTION, "utf-8")
    kept = world.config["SETTINGS"]
    world.config["SETTINGS"] = replace(kept, duties_file=tmp_path / "duties.toml")
    yield
    world.config["SETTINGS"] = kept


def test_where_an_act_allows_it_joined_duties_are_listed_for_the_level_above(small_unit, tu, sign_in) -> None:
    house = reviewed(tu)
    assert approve(tu, [house]).status_code == 302
    (flag,) = [flag for flag in newest_approval().flags if flag["code"] == "duties_joined"]
    assert (flag["act"], flag["duties"][-1]) == ("12/QĐ-UBND ngày 02/5/2025", "decided")
    page = sign_in("binh").get("/approvals/checks?kind=joined").text
    assert "12/QĐ-UBND ngày 02/5/2025" in page


def test_a_household_carried_by_one_account_to_its_payment_is_flagged(small_unit, tu) -> None:
    house = reviewed(tu)
    assert approve(tu, [house]).status_code == 302
    payload = {"household": house, "done_on": "2025-05-12", "tranche": 1, "amount_vnd": 42_000_000}
    sent = {**step(house, "start"), "form": "payment", "payload": payload}
    assert tu.post(ENVELOPES, json=sent).json["state"] == "stored"
    paid = db.session.scalar(select(Act).where(Act.kind == "payment"))
    assert {"duties_joined", "one_hand"} <= {flag["code"] for flag in paid.flags}


def test_the_rule_holds_for_what_is_received_from_the_day_it_was_released(tmp_path) -> None:
    (tmp_path / "duties.toml").write_text(LATER, "utf-8")
    book = duty_book(tmp_path / "duties.toml")
    days = (date(2025, 5, 15), date(2025, 5, 16))
    assert ["reviewed" in book.apart("decided", None, day) for day in days] == [False, True]
    assert "entered" in book.apart("confirmed", None, days[0]), "the other rules stay as shipped"


def test_one_in_ten_is_drawn_the_same_ones_whenever_they_are_asked() -> None:
    book = duty_book()
    drawn = [number for number in range(2_000) if book.is_drawn(f"case-{number}")]
    assert drawn == [number for number in range(2_000) if book.is_drawn(f"case-{number}")]
    assert 150 < len(drawn) < 250


def test_an_exception_without_its_act_is_refused(tmp_path) -> None:
    (tmp_path / "duties.toml").write_text(EXCEPTION.replace("12/QĐ-UBND ngày 02/5/2025", " "), "utf-8")
    with pytest.raises(Problem) as told:
        duty_book(tmp_path / "duties.toml")
    assert told.value.number == 5494


# --- several people


def test_a_journey_of_several_people_passes_untouched_with_phones_and_late_queue_files(
    client, world, sign_in
) -> None:
    phone = as_phone(world, "lan")
    house = household(phone)
    late = step(house, "registration")
    meeting = sign_in("mai").post(ENVELOPES, json=step(house, "meeting")).json
    assert numbers(meeting) == [5401]
    file = queue_file(sign_in_phone(client, "lan").json, [late])
    hand_in(sign_in("nga"), file)
    assert state(house) == "endorsed"
    take(phone, house, "posting")
    take(sign_in("mai"), house, "review")
    assert approve(sign_in("ky"), [house]).status_code == 302
    take(as_phone(world, "lan"), house, "start", "foundation")
    payload = {"household": house, "done_on": "2025-05-12", "tranche": 1, "amount_vnd": 42_000_000}
    sent = {**step(house, "start"), "form": "payment", "payload": payload}
    assert sign_in("hoa").post(ENVELOPES, json=sent).json["state"] == "stored"
    watched = {"duties_joined", "recorder_unknown", "one_hand"}
    flags = {flag["code"] for act in db.session.scalars(select(Act)) for flag in act.flags}
    assert not flags & watched
