"""What a phone takes along: only its officer's area, by right, and afterwards only what changed."""

from __future__ import annotations

import gzip
import json
from datetime import date

from acting import household, send_act, take
from fielding import as_phone
from makers import FIRST_DAY, NOON, envelope
from sending import ENVELOPES, PLACES, point, send, send_village, send_visit
from sqlalchemy import event, select

from api.web import transaction
from api.web.extensions import db
from survey.access.actions import end_post, grant_post
from survey.access.models import Appointment, User
from survey.access.rows import Actor, NewAppointment
from survey.areas.actions import put_areas, set_fact
from survey.areas.rows import AreaInput
from survey.fieldwork import cursor
from survey.intake.models import ReceivedEnvelope
from survey.registry.actions import keep_status
from survey.registry.models import Person
from survey.registry.rows import NewStatus

ASSIGNMENT = "/api/v1/field/assignment"
V2 = {"area_code": "V2", "point": point(*PLACES["V2"])}
V3 = {"area_code": "V3", "point": point(*PLACES["V3"])}


def fetch(phone, since: str | None = None):
    """The assignment of a phone."""
    answer = phone.get(ASSIGNMENT, query_string={"since": since} if since else {})
    assert answer.status_code == 200, answer.text
    return answer.json


def ids(told) -> set[str]:
    """The ids of the households in an assignment."""
    return {one["id"] for one in told["households"]}


def kinds(told) -> list[str]:
    """The kinds of its tasks."""
    return sorted(task["kind"] for task in told["tasks"])


# --- whose area


def test_a_phone_gets_the_households_and_units_of_its_officer_alone(sign_in, world):
    mine = household(sign_in("lan"))
    theirs = household(sign_in("duy"), **V3)
    told = fetch(as_phone(world, "lan"))
    assert mine in ids(told)
    assert theirs not in ids(told)
    assert {one["code"] for one in told["villages"]} == {"01900", "V1", "V2"}


def test_an_ended_post_opens_nothing(world):
    phone = as_phone(world, "lan")
    with transaction.write() as session:
        post = session.scalar(
            select(Appointment).join(User, User.id == Appointment.user_id).where(User.username == "lan")
        )
        end_post(session, Actor(None, FIRST_DAY, NOON), post.id)
    answer = phone.get(ASSIGNMENT)
    assert (answer.status_code, answer.json["problem"]) == (403, 6005)


def test_a_village_comes_with_its_path_its_facts_and_an_outline(world):
    told = fetch(as_phone(world, "lan"))
    village = next(one for one in told["villages"] if one["code"] == "V1")
    assert village["path"] == ["V1", "01900", "06"]
    assert village["area_facts"] == {"poor_district": False, "disaster_prone": False, "minority_area": False}
    assert village["boundary"]["type"] == "Polygon"
    assert (village["commune_name"], village["uncertainty_m"]) == ("Nam Mẫu", 50.0)


def test_the_nearest_unit_s_fact_wins(world):
    with transaction.write() as session:
        set_fact(session, "V1", "disaster_prone", True, date(2021, 1, 1), source="a test")
    told = {one["code"]: one["area_facts"] for one in fetch(as_phone(world, "lan"))["villages"]}
    assert (told["V1"]["disaster_prone"], told["V2"]["disaster_prone"]) == (True, False)


# --- what it says of a household


def test_a_household_comes_with_its_answers_assessment_and_next_acts(sign_in, world):
    client = sign_in("lan")
    household_id = household(client)
    told = fetch(as_phone(world, "lan"))["households"][0]
    assert (told["id"], told["head_name"], told["people"]) == (household_id, "Triệu Văn Tâm", 4)
    assert (told["outcome"], told["works_kind"]) == ("entitled", "new")
    assert (told["answers"]["area_code"], told["answers"]["roof_material"]) == ("V1", "leaf")
    assert "registration" in told["next"]
    assert {one["fact"] for one in told["status_records"]} == {"poverty_status", "merit_status"}


def test_of_a_corrected_survey_the_phone_is_told_the_correction_alone(sign_in, world):
    client = sign_in("lan")
    first = send(client)
    near_poor = [{"kind": "poverty_status", "value": "near_poor", "year": 2025}]
    send(client, {"status_records": near_poor}, id=first["id"], base_version=1)
    (told,) = fetch(as_phone(world, "lan"))["households"]
    assert [(one["fact"], one["value"]) for one in told["status_records"]] == [
        ("poverty_status", "near_poor")
    ]


def test_a_household_with_a_case_says_where_it_stands(sign_in, world):
    client = sign_in("mai")
    household_id = household(client)
    take(client, household_id, "registration", "meeting", "posting", "review")
    take(sign_in("son"), household_id, "approval")
    take(client, household_id, "start")
    told = fetch(as_phone(world, "lan"))["households"][0]
    assert (told["case"]["state"], told["case"]["stages"]) == ("started", ["foundation"])
    assert told["case_facts"]["started_on"] == "2025-05-09"
    assert "stage" in told["next"]
    assert "payment" not in told["next"]


def test_no_number_of_a_person_goes_to_a_phone(sign_in, world):
    numbers = {"national_id": "006170001234", "phone": "0912345678"}
    household(sign_in("lan"), **numbers)
    text = as_phone(world, "lan").get(ASSIGNMENT).text
    assert not any(number in text for number in numbers.values())
    assert json.loads(text)["households"][0]["withheld"] == ["national_id", "phone"]


def test_a_correction_by_another_phone_keeps_the_numbers_it_never_saw(sign_in, world, session):
    sent = send(sign_in("mai"), {"national_id": "006170001234"})
    phone = as_phone(world, "lan")
    told = fetch(phone)["households"][0]
    payload = told["answers"] | {"area_m2": 30.0}
    again = envelope(id=sent["id"], base_version=told["version"], captured_at="2025-05-15T08:00:00+07:00")
    assert phone.post(ENVELOPES, json=again | {"payload": payload}).json["state"] == "stored"
    heads = session.scalars(select(Person.national_id).where(Person.role == "head")).all()
    assert heads == ["006170001234", "006170001234"]


def test_amounts_go_to_phones_by_right_alone(sign_in, world):
    household(sign_in("mai"))
    assert fetch(as_phone(world, "mai"))["households"][0]["amount_vnd"] > 0
    assert "amount_vnd" not in fetch(as_phone(world, "lan"))["households"][0]


# --- what changed


def test_after_the_first_time_nothing_comes_while_nothing_changed(sign_in, world):
    household(sign_in("lan"))
    phone = as_phone(world, "lan")
    again = fetch(phone, fetch(phone)["cursor"])
    assert (again["full"], again["households"], again["villages"], again["removed"]) == (False, [], [], [])


def test_a_new_survey_comes_alone(sign_in, world):
    client = sign_in("lan")
    household(client)
    phone = as_phone(world, "lan")
    cursor = fetch(phone)["cursor"]
    new = household(client, **V2)
    told = fetch(phone, cursor)
    assert (told["full"], ids(told)) == (False, {new})


def test_a_new_act_brings_its_household_alone(sign_in, world):
    client = sign_in("lan")
    first = household(client)
    household(client, **V2)
    phone = as_phone(world, "lan")
    cursor = fetch(phone)["cursor"]
    take(client, first, "registration")
    told = fetch(phone, cursor)
    assert ids(told) == {first}
    assert told["households"][0]["case"]["state"] == "registered"


def test_a_household_surveyed_elsewhere_leaves_the_phone(sign_in, world):
    client = sign_in("lan")
    moved, stays = household(client), household(client, **V2)
    phone = as_phone(world, "lan")
    cursor = fetch(phone)["cursor"]
    with transaction.write() as session:
        duy = session.scalar(select(User.id).where(User.username == "duy"))
        grant_post(session, Actor(None, FIRST_DAY, NOON), duy, NewAppointment("officer", "01900", FIRST_DAY))
    answers = {"household": moved, **V3}
    assert send(sign_in("duy"), answers, captured_at="2025-05-15T07:00:00+07:00")["state"] == "stored"
    told = fetch(phone, cursor)
    assert (told["full"], told["removed"], ids(told)) == (False, [moved], set())
    assert ids(fetch(phone)) == {stays}


def test_when_posts_change_everything_is_sent_and_the_rest_removed(sign_in, world):
    gone = household(sign_in("lan"))
    phone = as_phone(world, "lan")
    cursor = fetch(phone)["cursor"]
    with transaction.write() as session:
        lan = session.scalar(select(User.id).where(User.username == "lan"))
        post = session.scalar(select(Appointment).where(Appointment.user_id == lan))
        post.area_code = "01901"
    told = fetch(phone, cursor)
    assert (told["full"], told["removed"]) == (True, [gone])
    assert {one["code"] for one in told["villages"]} == {"01901", "V3"}


def test_new_areas_are_sent_whole(world):
    phone = as_phone(world, "lan")
    cursor = fetch(phone)["cursor"]
    with transaction.write() as session:
        put_areas(session, [AreaInput("V9", "village", "Thôn 9", "01900", (105.61, 22.41))], FIRST_DAY)
    told = fetch(phone, cursor)
    assert told["full"]
    assert "V9" in {one["code"] for one in told["villages"]}


def test_a_phone_that_knows_more_than_a_restored_database_gets_everything(sign_in, world):
    client = sign_in("lan")
    household(client)
    phone = as_phone(world, "lan")
    signer = cursor._signer(world.config["SECRET_KEY"])
    parts = signer.loads(fetch(phone)["cursor"])
    parts["n"]["01900"] += 1  # as if the change it fetched last had been lost with a disk
    told = fetch(phone, signer.dumps(parts))
    assert (told["full"], len(told["households"])) == (True, 1)


def test_a_status_that_changes_no_assessment_brings_its_household(sign_in, world):
    client = sign_in("lan")
    first = household(client)
    household(client, **V2)
    phone = as_phone(world, "lan")
    cursor = fetch(phone)["cursor"]
    status = NewStatus("poverty_status", "poor", date(2019, 1, 1), date(2019, 12, 31), None, None)
    with transaction.write() as session:
        keep_status(session, first, status, source="list of 2019", recorded_at=NOON)
    assert ids(fetch(phone, cursor)) == {first}


def test_phones_of_one_commune_are_served_from_what_was_packed_once(sign_in, world):
    household(sign_in("lan"))
    first, second = as_phone(world, "lan"), as_phone(world, "lan")
    told = fetch(first)
    few = reads(second)
    assert few < 15
    household(sign_in("lan"), **V2)
    assert len(fetch(second)["households"]) == len(told["households"]) + 1


def test_what_travels_compressed_is_what_is_told_plain(sign_in, world):
    send_village(sign_in("lan"))
    phone = as_phone(world, "lan")
    packed = phone.get(ASSIGNMENT, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == phone.get(ASSIGNMENT).data


def test_the_cursor_of_another_or_a_made_up_one_gives_everything(sign_in, world):
    household(sign_in("lan"))
    cursor = fetch(as_phone(world, "duy"))["cursor"]
    for given in (cursor, "bịa", "x" * 5000, '{"r": ["06"]}'):
        told = fetch(as_phone(world, "lan"), given)
        assert (told["full"], len(told["households"])) == (True, 1)


# --- tasks and what came back


def test_tasks_say_what_each_household_asks_for(sign_in, world):
    send_village(sign_in("mai"))
    assert kinds(fetch(as_phone(world, "lan"))) == ["registration"] * 5 + ["survey", "visit"]


def test_a_village_with_registered_cases_asks_for_one_meeting(sign_in, world):
    client = sign_in("lan")
    for _ in range(2):
        take(client, household(client), "registration")
    told = fetch(as_phone(world, "lan"))
    meetings = [task for task in told["tasks"] if task["kind"] == "meeting"]
    assert [(task["village_code"], task["count"]) for task in meetings] == [("V1", 2)]
    assert meetings[0]["text"]["vi"].startswith("Họp thôn")


def test_an_overdue_obstacle_comes_first_with_its_day(sign_in, world):
    client = sign_in("lan")
    household_id = household(client)
    take(client, household_id, "registration")
    late = {
        "household": household_id,
        "kind": "weather",
        "lead": "commune",
        "done_on": "2025-05-02",
        "due": "2025-05-10",
    }
    assert send_act(client, "obstacle", **late)["state"] == "stored"
    first = fetch(as_phone(world, "lan"))["tasks"][0]
    assert (first["kind"], first["due"], first["household_id"]) == ("obstacle", "2025-05-10", household_id)


def test_a_record_that_waits_comes_back_with_its_faults(sign_in, world):
    receipt = send(sign_in("lan"), {"area_code": "V404"})
    told = fetch(as_phone(world, "lan"))
    assert [one["envelope_id"] for one in told["returned"]] == [receipt["id"]]
    assert told["returned"][0]["faults"][0]["number"] == 4105
    assert "correction" in kinds(told)


def test_a_record_set_aside_comes_back_with_the_reason(sign_in, world, session):
    send(sign_in("lan"), {"area_code": "V404"})
    row = session.scalar(select(ReceivedEnvelope))
    sign_in("admin").post(f"/inbox/{row.id}/aside", data={"reason": "Khảo sát trùng"})
    told = fetch(as_phone(world, "lan"))["returned"][0]
    assert (told["state"], told["comment"]) == ("set_aside", "Khảo sát trùng")


def test_what_somebody_mended_is_shown_with_the_difference(sign_in, world, session):
    send(sign_in("lan"), {"area_m2": 5000.0})
    row = session.scalar(select(ReceivedEnvelope))
    sign_in("mai").post(f"/inbox/{row.id}/mend", data={"answer.area_m2": "50"})
    told = fetch(as_phone(world, "lan"))["returned"][0]
    assert (told["state"], told["by"]) == ("corrected", "Triệu Thị Mai")
    assert told["changed"] == [{"question": "area_m2", "was": 5000.0, "now": 50.0}]


def test_a_visit_that_met_nobody_asks_for_another(sign_in, world):
    send_visit(sign_in("lan"))
    assert kinds(fetch(as_phone(world, "lan"))) == ["visit"]


# --- how much, how fast


def test_the_size_told_before_is_that_of_what_comes(sign_in, world):
    send_village(sign_in("lan"))
    phone = as_phone(world, "lan")
    size = phone.get(f"{ASSIGNMENT}/size").json
    sent = phone.get(ASSIGNMENT, headers={"Accept-Encoding": "gzip"}).data
    assert abs(size["size_bytes"] - len(sent)) < 60
    assert (size["households"], size["villages"]) == (8, 3)


def reads(phone) -> int:
    """How many statements one assignment takes."""
    seen: list[int] = []

    def note(*_told) -> None:
        seen.append(1)

    event.listen(db.engine, "before_cursor_execute", note)
    fetch(phone)
    event.remove(db.engine, "before_cursor_execute", note)
    return len(seen)


def test_more_households_take_no_more_reads(sign_in, world):
    client, phone = sign_in("lan"), as_phone(world, "lan")
    take(client, household(client), "registration")
    fetch(phone)  # trees of the day are read once a process
    take(client, household(client), "registration")
    few = reads(phone)
    for _ in range(4):
        take(client, household(client), "registration")
    assert reads(phone) == few
    assert few < 40
