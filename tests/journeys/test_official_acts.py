"""Whose decision an official act is: its issuer enters it, others cite it, nobody claims another's number.

Beside the small province lie a district (061) with two communes of its own and staff everywhere.
"""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
from acting import AGREE, household, take
from makers import FIRST_DAY, NOON, _hash, password_of
from shapely.geometry import box
from sqlalchemy import func, select

from api.web import transaction
from api.web.extensions import db
from survey.access.actions import create_account
from survey.access.models import AuditEntry
from survey.access.rows import Actor, NewAccount, NewAppointment
from survey.approval import queries
from survey.approval.models import (
    AllocationTarget,
    OfficialAct,
    OfficialActEvent,
    OfficialActFile,
    UnitOutside,
)
from survey.areas.actions import put_areas, succeed
from survey.areas.rows import AreaInput, Pair
from survey.db import add_once

ACTS = "/approvals/acts"
OUTSIDE = "/approvals/units-outside"
LIST = "/approvals/lists/01900/2025"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
ACT = {
    "act_name": "407/QĐ-UBND",
    "signed_on": "2025-05-08",
    "issuer": "06",
    "subject": "Phê duyệt danh sách hộ được hỗ trợ xóa nhà tạm",
    "signer": "Nguyễn Văn Ký",
}
STAFF = {
    # username: (role, area)
    "own": ("commune", "01906"),
    "beside": ("commune", "01907"),
    "middle": ("committee", "061"),
    "top": ("commune", "06"),
    "second": ("commune", "06"),
    "clerk": ("officer", "01906"),
}
SUBJECT = ACT["subject"]
FILTER = '<form class="filter".*?</form>'


def put_people(session, people=STAFF) -> None:
    """Accounts with one post each; their passwords are those of the makers."""
    operator = Actor(None, FIRST_DAY, NOON)
    for username, (role, area) in people.items():
        new = NewAccount(username, username, NewAppointment(role, area, date(2024, 1, 1)))
        create_account(session, operator, new, _hash(username), must_change_password=False)


def unit(code: str, level: str, name: str, parent: str, west: float) -> AreaInput:
    shape = box(west, 22.5, west + 0.05, 22.6)
    return AreaInput(code=code, level=level, name=name, parent_code=parent, boundary=shape, source="a test")


@pytest.fixture
def people(sign_in):
    """Sign somebody of the wider world in, each once."""
    with transaction.write() as session:
        on = date(2020, 1, 1)
        put_areas(session, [unit("061", "district", "Ba Bể", "06", 105.7)], on)
        communes = [("01906", "Khang Ninh", 105.7), ("01907", "Cao Thượng", 105.75)]
        put_areas(session, [unit(code, "commune", name, "061", west) for code, name, west in communes], on)
        put_people(session)
    known: dict[str, object] = {}

    def signed_in(name: str):
        if name not in known:
            known[name] = sign_in(name)
        return known[name]

    return signed_in


def reviewed(client, name: str) -> list[str]:
    """A household of Nam Mẫu whose case the commune has reviewed."""
    house = household(client, head_name=name)
    take(client, house, *AGREE[:-1], works_kind="new")
    return [house]


def approve(client, houses, **fields):
    """Approve households on the page, as its form does: with the password once more."""
    form = {"household": houses, "done_on": "2025-05-08", "official_act": "later"}
    form |= {"decision_due": "2025-06-15", "password": password_of(client.username)} | fields
    return client.post("/approvals/approve", data=form, content_type="multipart/form-data")


def keep(client, **fields):
    return client.post(f"{ACTS}/new", data={**ACT, **fields}, content_type="multipart/form-data")


def kept(client, **fields) -> int:
    """The id of an act that was kept or cited."""
    answer = keep(client, **fields)
    assert answer.status_code == 302, answer.text
    return int(answer.location.rpartition("/")[2])


def act(act_id: int) -> OfficialAct:
    db.session.rollback()
    return db.session.get_one(OfficialAct, act_id)


def seen(act_id: int) -> int:
    return act(act_id).changes


def change(client, act_id: int, name: str, **form):
    form = {"seen": seen(act_id), "reason": "Nhầm", **form}
    return client.post(f"{ACTS}/{act_id}/{name}", data=form)


def correct(client, act_id: int, **form):
    return change(client, act_id, "correct", **{**ACT, "signed_on": "2025-05-08", **form})


TOTAL = {"area": "06", "year": "2025", "programme": "XNT-2024", "works_kind": "new", "households": "1"}


def set_total(client, act_id: int, area: str, amount_vnd: str = "60.000.000"):
    return client.post(f"{ACTS}/{act_id}/targets", data={**TOTAL, "area": area, "amount_vnd": amount_vnd})


# --- the matrix

PLAIN = ("admin", "binh", "hoa", "clerk")
"""An administrator, an auditor, finance and an officer: none of them keeps acts."""
ENTERED = {
    # issuer: viewer -> what entering its act comes to
    "01906": {"own": "issued", "beside": 5431, "middle": "cited", "top": "cited", "mai": 5431},
    "061": {"own": "cited", "beside": "cited", "middle": "issued", "top": "cited", "mai": 5431},
    "06": {"own": "cited", "beside": "cited", "middle": "cited", "top": "issued", "son": "issued"},
}


@pytest.mark.parametrize(
    ("issuer", "viewer", "expected"),
    [(issuer, viewer, what) for issuer, row in ENTERED.items() for viewer, what in row.items()]
    + [(issuer, viewer, 403) for issuer in ENTERED for viewer in PLAIN],
)
def test_only_the_issuers_own_staff_enter_its_act(people, issuer, viewer, expected) -> None:
    answer = keep(people(viewer), issuer=issuer)
    states = list(db.session.scalars(select(OfficialAct.state)))
    if expected in ("issued", "cited"):
        assert (answer.status_code, states) == (302, [expected])
    elif expected == 403:
        assert (answer.status_code, states) == (403, [])
    else:
        assert (str(expected) in answer.text, states) == (True, [])


OWNERS = {"01906": "own", "061": "middle", "06": "top"}
SEEN = {
    # (issuer, who cites or enters): who sees the act; everybody else is told that there is none
    ("01906", "own"): {"own", "middle", "top", "binh", "hoa", "clerk"},
    ("061", "middle"): {"own", "beside", "middle", "top", "binh", "hoa", "clerk"},
    ("06", "top"): {"own", "beside", "middle", "top", "binh", "hoa", "clerk", "mai"},
    ("01906", "middle"): {"own", "middle", "top", "binh", "hoa"},
    ("061", "own"): {"own", "middle", "top", "binh", "hoa", "clerk"},
    ("06", "own"): {"own", "middle", "top", "binh", "hoa", "clerk"},
}
VIEWERS = ("own", "beside", "middle", "top", "mai", *PLAIN)
CHANGES = ("targets", "correct", "withdraw", "decline", "confirm")


@pytest.mark.parametrize(("issuer", "keeper"), SEEN)
@pytest.mark.parametrize("viewer", VIEWERS)
def test_an_act_is_seen_and_changed_by_whom_it_concerns(people, issuer, keeper, viewer) -> None:
    act_id = kept(people(keeper), issuer=issuer)
    is_issued = OWNERS[issuer] == keeper
    client = people(viewer)
    assert client.get(f"{ACTS}/{act_id}").status_code == _status_of_page(viewer, SEEN[issuer, keeper])
    done = set()
    for name in CHANGES:
        area = issuer if name == "targets" else "06"
        form = {**ACT, "subject": "Khác", "area": area, "year": "2025", "households": "1", "amount_vnd": "1"}
        form |= {"reason": "Nhầm", "seen": seen(act_id)}
        answer = client.post(f"{ACTS}/{act_id}/{name}", data=form)
        if answer.status_code == 302:
            done.add(name)
        elif viewer not in SEEN[issuer, keeper] and viewer != "admin":
            assert answer.status_code == (404 if viewer not in PLAIN else answer.status_code)
        else:
            assert answer.status_code in (400, 403, 404), (name, answer.status_code)
    if viewer == OWNERS[issuer]:
        # Of a citation its issuer's staff may say only that it is none of theirs.
        assert done == ({"targets", "correct", "withdraw"} if is_issued else {"decline"})
    elif viewer == keeper:
        assert done == {"correct", "withdraw"}
    else:
        assert done == set()
    changed = db.session.scalar(select(func.count()).select_from(OfficialActEvent))
    assert (changed > 0) == bool(done)


def _status_of_page(viewer: str, sees: set[str]) -> int:
    if viewer == "admin":
        return 403
    return 200 if viewer in sees else 404


# --- nobody claims another's number


def test_a_commune_puts_no_decision_and_no_999_billion_in_the_provinces_name(people) -> None:
    own, top = people("own"), people("top")
    cited = kept(own, act_name="999/QĐ-UBND", issuer="06")
    refused = set_total(own, cited, "01906", "999.000.000.000")
    assert (refused.status_code, "5452" in refused.text) == (403, True)
    assert db.session.scalar(select(AllocationTarget)) is None
    assert "chờ cơ quan ban hành xác nhận" in own.get(ACTS).text
    assert kept(top, act_name="999/QĐ-UBND", issuer="06", subject="Việc khác") != cited
    other = kept(top, act_name="1000/QĐ-UBND", issuer="06")
    answer = set_total(own, other, "01906", "999.000.000.000")
    assert (answer.status_code, "5450" in answer.text) == (403, True)
    assert set_total(top, other, "06", "999.000.000.000").status_code == 302


def test_two_issuers_entries_of_one_number_are_refused_by_the_database_itself(people) -> None:
    top = people("top")
    first = act(kept(top))
    told = ("number", "symbol", "signed_on", "issuer_code", "issuer_level", "issuer", "area_code", "subject")
    copy = {name: getattr(first, name) for name in told}
    session = db.session()
    assert not add_once(session, OfficialAct(**copy, kept_at=NOON, state="issued"))
    assert add_once(session, OfficialAct(**copy, kept_at=NOON, state="cited"))
    assert not add_once(session, OfficialAct(**copy, kept_at=NOON, state="cited"))
    session.rollback()
    assert "5432" in keep(people("son"), act_name="0407/qđ-ubnd").text


def test_an_act_that_its_issuer_entered_is_used_and_not_cited(people) -> None:
    kept(people("top"))
    assert "5432" in keep(people("own")).text


def test_a_unit_cites_an_act_once(people) -> None:
    own = people("own")
    kept(own)
    assert "5432" in keep(own, act_name="407/qđ-ubnd").text
    assert kept(people("beside"))


# --- citations find their act


def home(client) -> str:
    return client.get("/").text


def test_two_communes_cite_and_the_issuer_confirms_both_by_entering(people) -> None:
    own, beside, top = people("own"), people("beside"), people("top")
    first = kept(own, signer="Người khác", act_name="0407/QĐ-UBND")
    second = kept(beside)
    waits = home(top)
    assert re.search(r">2</span>\s*<span><b>văn bản được viện dẫn, chờ xác nhận", waits)
    listed = top.get(f"{ACTS}?show=waiting").text
    assert listed.count("viện dẫn, chờ cơ quan ban hành xác nhận") >= 2
    form = top.get(f"{ACTS}/new?cited={first}").text
    assert 'value="0407/QĐ-UBND"' in form
    entered = top.post(f"{ACTS}/new", data=ACT, follow_redirects=True).text
    assert "2 viện dẫn được xác nhận, trong đó 1 ghi khác" in entered
    assert "ghi khác người ký “Người khác”" in " ".join(entered.split())
    assert "chờ xác nhận" not in home(top)
    assert {act(first).state, act(second).state} == {"joined"}
    page = own.get(f"{ACTS}/{first}").text
    assert "Cơ quan ban hành đã nhập văn bản này" in page
    assert own.get(f"{ACTS}/{act(first).joined_id}").status_code == 200


def test_the_issuer_of_another_day_says_which_of_its_acts_is_meant(people) -> None:
    own, top = people("own"), people("top")
    cited = kept(own, signed_on="2025-05-07")
    issued = kept(top)
    assert act(cited).state == "cited"
    page = top.get(f"{ACTS}/{cited}").text
    assert "Chính là văn bản 407/QĐ-UBND ngày 08/05/2025" in page
    assert change(people("middle"), cited, "join", act=issued).status_code == 403
    assert change(top, cited, "join", act=issued).status_code == 302
    assert (act(cited).state, act(cited).joined_id) == ("joined", issued)
    assert "ghi khác ngày ký “07/05/2025”" in " ".join(own.get(f"{ACTS}/{issued}").text.split())
    assert "5451" in change(top, cited, "join", act=issued).text


def test_a_citation_is_joined_to_no_act_of_another_issuer(people) -> None:
    cited, other = kept(people("own")), kept(people("middle"), issuer="061")
    answer = change(people("top"), cited, "join", act=other)
    assert (answer.status_code, "5451" in answer.text) == (400, True)


def test_a_citation_with_a_wrong_day_is_corrected_by_its_unit_and_found(people) -> None:
    own = people("own")
    cited = kept(own, signed_on="2025-05-07")
    issued = kept(people("top"))
    assert correct(own, cited).status_code == 302
    assert (act(cited).state, act(cited).joined_id) == ("joined", issued)


def test_what_the_issuer_does_not_know_waits_for_who_cited_it(people) -> None:
    own, top = people("own"), people("top")
    cited = kept(own)
    assert change(top, cited, "decline", reason="").status_code == 400
    assert change(top, cited, "decline", reason="Không có số này").status_code == 302
    assert "viện dẫn không được công nhận" in home(own)
    assert "chờ xác nhận" not in home(top)
    page = own.get(f"{ACTS}/{cited}").text
    assert "Không có số này" in page
    assert change(own, cited, "withdraw", reason="Ghi nhầm").status_code == 302
    assert "không được công nhận" not in home(own)
    assert "<del>407/QĐ-UBND</del>" in own.get(ACTS).text
    assert kept(own)


def test_of_two_who_change_an_act_at_once_the_later_is_told(people) -> None:
    own, top = people("own"), people("top")
    cited = kept(own)
    before = seen(cited)
    assert change(own, cited, "withdraw", seen=before).status_code == 302
    late = change(top, cited, "decline", seen=before)
    assert (late.status_code, act(cited).state) == (400, "uncited")
    issued = kept(top)
    assert correct(top, issued, subject="Một").status_code == 302
    answer = change(top, issued, "correct", **{**ACT, "subject": "Hai"}, seen=0)
    assert (answer.status_code, act(issued).subject) == (409, "Một")


# --- units that have ended


@pytest.fixture
def ended(people):
    """A district that ended without a successor, and a commune that became Nam Mẫu."""
    with transaction.write() as session:
        last, on = date(2024, 12, 31), date(2020, 1, 1)
        put_areas(session, [unit("069", "district", "Chợ Rã", "06", 105.9)], on, until=last)
        put_areas(session, [unit("01980", "commune", "Quảng Khê", "06", 105.95)], on)
        succeed(session, [Pair("01980", "01900")], date(2025, 1, 1), "Nghị quyết thử")
    return people


@pytest.mark.parametrize(
    ("issuer", "entered"),
    [("069", {"top": "issued", "middle": None, "mai": None}), ("01980", {"mai": "issued", "top": "cited"})],
)
def test_whoever_holds_its_papers_enters_an_act_of_a_unit_that_has_ended(ended, issuer, entered) -> None:
    for viewer, state in entered.items():
        answer = keep(ended(viewer), issuer=issuer, signed_on="2024-06-03", act_name=f"1/{viewer}")
        found = db.session.scalars(select(OfficialAct).order_by(OfficialAct.id.desc())).first()
        if state is None:
            assert "5431" in answer.text
        else:
            assert (answer.status_code, found.state, found.issuer_code) == (302, state, issuer)
            assert found.issuer in ("Chợ Rã", "Quảng Khê")


def test_an_ended_unit_issues_nothing_after_its_last_day(ended) -> None:
    assert "5431" in keep(ended("top"), issuer="069", signed_on="2025-02-03").text


def test_its_holder_is_asked_to_confirm_what_others_cite_of_an_ended_unit(ended) -> None:
    cited = kept(ended("mai"), issuer="01980", signed_on="2024-06-03")
    assert act(cited).state == "issued"
    theirs = kept(ended("top"), issuer="01980", signed_on="2024-07-03")
    assert act(theirs).state == "cited"
    assert "văn bản được viện dẫn, chờ xác nhận" in home(ended("mai"))
    assert "Chợ Rã" in ended("top").get(f"{ACTS}/new").text


# --- units outside the program

NAMED = {"unit": "01901", "valid_from": "2025-05-01", "ground": "Chưa được trang bị máy"}


@pytest.fixture
def outside(people):
    """Xuân Lạc does not use the program."""
    assert people("admin").post(OUTSIDE, data=NAMED).status_code == 302
    return people


def scan(client, act_id: int) -> None:
    answer = client.post(f"{ACTS}/{act_id}/files", data={"file": (io.BytesIO(PDF), "a.pdf")})
    assert answer.status_code == 302


def test_a_second_person_confirms_the_act_of_a_unit_outside_with_its_scan(outside) -> None:
    top, second = outside("top"), outside("second")
    cited = kept(top, issuer="01901")
    assert set_total(top, cited, "01901").status_code == 302
    assert "chưa được tính" in top.get(f"{ACTS}/{cited}").text
    assert "văn bản chờ người thứ hai xác nhận" in home(second)
    assert "người thứ hai" not in home(top)
    without = change(second, cited, "confirm")
    assert "5456" in without.text
    scan(second, cited)
    alone = change(top, cited, "confirm")
    assert (alone.status_code, "5455" in alone.text) == (403, True)
    assert change(second, cited, "confirm").status_code == 302
    page = top.get(f"{ACTS}/{cited}").text
    assert "chưa được tính" not in page
    assert "người thứ hai đã xác nhận" in page
    assert "5450" in set_total(top, cited, "01901", "1").text


def test_a_corrected_act_of_a_unit_outside_is_confirmed_anew_by_somebody_else(outside) -> None:
    top, second = outside("top"), outside("second")
    cited = kept(top, issuer="01901")
    scan(top, cited)
    change(second, cited, "confirm")
    assert correct(second, cited, subject="Sửa trích yếu").status_code == 302
    assert act(cited).state == "cited"
    for wrote in (top, second):
        assert "5455" in change(wrote, cited, "confirm").text
    assert change(outside("son"), cited, "confirm").status_code == 302


def test_a_unit_that_uses_the_program_confirms_its_acts_itself(people) -> None:
    cited = kept(people("top"), issuer="01906")
    scan(people("top"), cited)
    answer = change(people("second"), cited, "confirm")
    assert (answer.status_code, "5457" in answer.text) == (403, True)


def test_a_unit_that_begins_to_use_the_program_enters_what_was_confirmed_for_it(outside, sign_in) -> None:
    cited = kept(outside("top"), issuer="01901")
    scan(outside("top"), cited)
    change(outside("second"), cited, "confirm")
    with transaction.write() as session:
        put_people(session, {"late": ("commune", "01901")})
    assert "đã có 1 tài khoản" in outside("admin").get(OUTSIDE).text
    row = db.session.scalar(select(UnitOutside.id))
    assert outside("admin").post(f"{OUTSIDE}/{row}/end").status_code == 302
    assert db.session.scalar(select(UnitOutside.valid_to)) == date(2025, 5, 14)
    assert "5471" in outside("admin").post(f"{OUTSIDE}/{row}/end").text
    issued = kept(sign_in("late"), issuer="01901")
    assert act(issued).state == "issued"
    assert act(cited).joined_id == issued


@pytest.mark.parametrize(
    ("more", "number"),
    [
        ({"unit": "06"}, 5469),
        ({"unit": "99999"}, 5469),
        ({"unit": "01906"}, 5472),
        ({"unit": ""}, 5473),
        ({"ground": " "}, 5473),
        ({"valid_from": "mai"}, 5473),
        ({"valid_to": "2025-04-01"}, 5473),
    ],
)
def test_a_unit_is_named_outside_from_above_with_a_ground_and_without_staff(people, more, number) -> None:
    answer = people("admin").post(OUTSIDE, data={**NAMED, **more})
    assert (answer.status_code in (400, 403), str(number) in answer.text) == (True, True)
    assert db.session.scalar(select(UnitOutside)) is None


def test_a_unit_is_named_once_for_the_same_days_and_by_administrators_alone(outside) -> None:
    assert "5470" in outside("admin").post(OUTSIDE, data={**NAMED, "valid_from": "2025-05-10"}).text
    assert outside("binh").get(OUTSIDE).status_code == 200
    for username in ("binh", "top", "own", "hoa"):
        assert outside(username).post(OUTSIDE, data={**NAMED, "unit": "01907"}).status_code == 403
    entry = db.session.scalar(select(AuditEntry).where(AuditEntry.action == "unit_outside.name"))
    assert (entry.area_code, "máy" in str(entry.details)) == ("01901", False)


# --- correcting and withdrawing


def test_a_corrected_act_says_what_it_said_before_who_changed_it_and_why(people) -> None:
    top = people("top")
    issued = kept(top)
    assert "5454" in correct(top, issued, reason="Không đổi gì").text
    assert "5437" in correct(top, issued, subject="Khác", reason="").text
    assert (
        correct(top, issued, act_name="408/QĐ-UBND", subject="Khác", reason="Gõ nhầm số").status_code == 302
    )
    page = people("binh").get(f"{ACTS}/{issued}").text
    told = " ".join(page.split())
    assert "408/QĐ-UBND" in told
    assert f"<del>407/QĐ-UBND · 08/05/2025 · {SUBJECT} · Nguyễn Văn Ký</del>" in told
    assert "Gõ nhầm số" in told
    entry = db.session.scalar(select(AuditEntry).where(AuditEntry.action == "official_act.corrected"))
    assert "Ký" not in str(entry.details)
    assert kept(top) != issued
    assert "5432" in correct(top, issued, act_name="407/QĐ-UBND", subject="Khác").text


def test_a_correction_finds_the_citations_that_it_now_fits(people) -> None:
    cited = kept(people("own"), act_name="408/QĐ-UBND")
    issued = kept(people("top"))
    assert correct(people("top"), issued, act_name="408/QĐ-UBND").status_code == 302
    assert act(cited).joined_id == issued


def test_a_withdrawn_act_stays_and_what_rests_on_it_is_flagged_and_unchanged(people, sign_in) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    mai, son = sign_in("mai"), sign_in("son")
    houses = reviewed(mai, "Đặng Văn Sình")
    assert approve(son, houses, official_act="new", **ACT).status_code == 302
    issued = db.session.scalar(select(OfficialAct.id))
    assert set_total(son, issued, "06").status_code == 302
    before = queries.newest_version(db.session(), "01900", 2025).head
    assert "1 phiên bản danh sách" in " ".join(son.get(f"{ACTS}/{issued}").text.split())
    assert change(son, issued, "withdraw", reason="").status_code == 400
    assert change(son, issued, "withdraw", reason="Sai thẩm quyền").status_code == 302
    after = queries.newest_version(db.session(), "01900", 2025).head
    assert (after.sha256, after.act.id, after.act.state) == (before.sha256, issued, "withdrawn")
    for page in (LIST, f"{LIST}/1", ACTS, "/approvals"):
        text = mai.get(page).text
        assert "đã thu hồi" in text, page
    assert "Sai thẩm quyền" in mai.get(f"{ACTS}/{issued}").text
    assert "chưa được tính" in son.get(f"{ACTS}/{issued}").text
    sheet = openpyxl.load_workbook(io.BytesIO(mai.get(f"{LIST}/1.xlsx").data))["Danh sách"]
    assert sheet["J5"].value == "407/QĐ-UBND (đã thu hồi)"
    assert "5458" in mai.post(f"{LIST}/1/act", data={"official_act": issued}).text or after.act.id == issued
    assert f'value="{issued}"' not in mai.get(f"{LIST}/1").text
    assert "5451" in change(son, issued, "withdraw").text
    assert kept(son) != issued


def test_no_list_is_tied_to_a_withdrawn_act(people, sign_in) -> None:
    mai, son = sign_in("mai"), sign_in("son")
    approve(son, reviewed(mai, "Đặng Văn Sình"))
    issued = kept(son)
    change(son, issued, "withdraw")
    for answer in (
        mai.post(f"{LIST}/1/act", data={"official_act": issued}),
        approve(son, reviewed(mai, "Lý Thị Hương"), official_act=str(issued)),
    ):
        assert (answer.status_code, "5458" in answer.text) == (400, True)
    assert queries.newest_version(db.session(), "01900", 2025).head.act is None


def test_an_act_withdrawn_by_mistake_is_entered_again_with_its_citations(people) -> None:
    cited, issued = kept(people("own")), kept(people("top"))
    change(people("top"), issued, "withdraw")
    assert "đã thu hồi" in people("own").get(f"{ACTS}/{cited}").text
    again = kept(people("top"))
    assert act(cited).joined_id == again


# --- unconfirmed wherever it stands


def test_a_list_under_a_cited_act_says_so_until_its_issuer_enters_it(people, sign_in) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    mai, son, top = sign_in("mai"), sign_in("son"), people("top")
    approve(son, reviewed(mai, "Đặng Văn Sình"))
    cited = kept(mai)
    assert mai.post(f"{LIST}/1/act", data={"official_act": cited}).status_code == 302
    words = "viện dẫn, chờ cơ quan ban hành xác nhận"
    pages = ("/approvals", LIST, f"{LIST}/1", ACTS, f"{ACTS}/{cited}")
    reviewed(mai, "Lý Thị Hương")

    def shown() -> list[bool]:
        texts = [re.sub(FILTER, "", mai.get(page).text, flags=re.DOTALL) for page in pages]
        texts += [son.get("/approvals/approve").text]
        sheet = openpyxl.load_workbook(io.BytesIO(mai.get(f"{LIST}/1.xlsx").data))["Danh sách"]
        return [words in text.lower() for text in [*texts, sheet["J5"].value, sheet["A2"].value]]

    assert shown() == [True] * 8
    assert "1</span>" in mai.get("/approvals").text.split("Văn bản chưa được xác nhận")[1][:120]
    kept(top)
    assert shown() == [False] * 8
    assert "407/QĐ-UBND" in mai.get(f"{LIST}/1").text


def test_an_approval_under_another_units_act_cites_it(people, sign_in) -> None:
    mai = sign_in("mai")
    houses = reviewed(mai, "Đặng Văn Sình")
    answer = approve(sign_in("son"), houses, official_act="new", **{**ACT, "issuer": "01900"})
    assert answer.status_code == 302
    assert db.session.scalar(select(OfficialAct.state)) == "cited"
    assert "chờ cơ quan ban hành xác nhận" in mai.get(f"{LIST}/1").text


def test_acts_are_found_by_number_and_issuer_and_narrowed_by_state(people) -> None:
    top = people("top")
    kept(top)
    kept(top, act_name="12/NQ-HĐND", issuer="01906")
    for asked, found in {"407": 1, "nq-hđnd": 1, "khang": 1, "%": 0, "": 2}.items():
        page = top.get(ACTS, query_string={"q": asked}).text
        assert page.count('data-label="Ngày ký"') == found, asked
    assert "Không có văn bản nào như vậy" in top.get(f"{ACTS}?show=declined").text
    assert "12/NQ-HĐND" in top.get(f"{ACTS}?show=cited").text
    assert top.get(f"{ACTS}?show=<x>&q='\"").status_code == 200


def test_what_somebody_typed_of_an_act_is_text(people) -> None:
    hostile = "<script>alert(1)</script>{{ 7*7 }}"
    own, top = people("own"), people("top")
    cited = kept(own, subject=hostile, signer=hostile)
    change(top, cited, "decline", reason=hostile)
    correct(own, cited, subject=f"{hostile}!", reason=hostile)
    kept(top)
    people("admin").post(OUTSIDE, data={**NAMED, "ground": hostile})
    issued = act(cited).joined_id
    pages = [own.get(f"{ACTS}/{cited}"), top.get(f"{ACTS}/{issued}"), people("admin").get(OUTSIDE)]
    for page in pages:
        assert "&lt;script&gt;" in page.text
        assert "<script>alert" not in page.text


def test_every_scan_of_an_act_and_its_citations_stands_on_its_page(people) -> None:
    own, top = people("own"), people("top")
    cited = kept(own, file=(io.BytesIO(PDF), "a.pdf"))
    issued = kept(top)
    sha256 = db.session.scalar(select(OfficialActFile.sha256))
    page = own.get(f"{ACTS}/{issued}").text
    assert f"{ACTS}/{cited}/files/{sha256}" in page
    with own.get(f"{ACTS}/{cited}/files/{sha256}") as answer:
        assert answer.data == PDF
