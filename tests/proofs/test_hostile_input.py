"""Bad requests against every way in: a numbered problem in both languages, never a 500, never our insides.

The long run (`HYPOTHESIS_PROFILE=prove`) tries more of what the interface's own description allows.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import envelope, jpeg, new_id
from sending import send, send_village
from sqlalchemy import select
from werkzeug.routing import Rule

from api.web.extensions import db
from survey.intake.models import ReceivedEnvelope

TEXTS = (
    "' OR 1=1 --",
    "\x00",
    "a\x00b",
    "-1",
    "99999999999999999999",
    "../../etc/passwd",
    "..%2f..%2f",
    "%",
    "ế" * 3000,
    "\u202e\u2028\ufeff",
    "${alert(1)}",
    "{{ 7*7 }}",
    "<script>",
    "😀",
    "00000000-0000-4000-8000-00000000000g",
    "0" * 64,
)
NUL_LIST = "Tên đăng nhập,Họ và tên,Vai trò,Mã đơn vị\nnga,Nga\x00,officer,01900\n".encode()
OURS = re.compile(r"Traceback|sqlalchemy|psycopg|sqlite3|File \"/|werkzeug|jinja2", re.IGNORECASE)
ENVELOPES = "/api/v1/envelopes"
BUILT_IN = ("static", "api-docs")


@pytest.fixture
def everybody(sign_in) -> dict[str, FlaskClient]:
    """Signed-in people who together may enter everything, with a village and an inbox to break."""
    lan = sign_in("lan")
    send_village(lan)
    send(lan, {"area_m2": "rất rộng"})
    return {"lan": lan} | {username: sign_in(username) for username in ("mai", "admin")}


def assert_told(answer, what: str) -> None:
    """No 500 and none of our insides; a refusal is a numbered problem in the reader's languages."""
    with answer:
        assert answer.status_code < 500, f"{what}: {answer.status_code}"
        text = answer.text if answer.mimetype in ("application/json", "text/html") else ""
        assert OURS.search(text) is None, f"{what}: {OURS.search(text)}"
        if answer.status_code < 400:
            return
        if answer.mimetype == "application/json":
            told = answer.get_json()
            assert told["problem"] >= 1000, what
            assert told["message"]["vi"], what
            assert told["message"]["en"], what
            assert told["next"]["vi"], what
        else:
            assert re.search(r"(Mã lỗi|Problem)\s+\d{4}", text), f"{what}: {text[:200]}"


def rules(app: Flask, method: str) -> Iterator[Rule]:
    """Our own routes that take `method`."""
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()) and rule.endpoint.split(".")[0] not in BUILT_IN:
            yield rule


def filled(rule: Rule, text: str) -> str:
    """The address of a route with `text` in every place a value goes."""
    return re.sub(r"<[^>]+>", lambda _: quote(text, safe=""), rule.rule)


def proper(rule: Rule) -> str:
    """The address of a route with values of the right kind that mostly name nothing."""

    def value(found: re.Match[str]) -> str:
        kind = found[1].partition(":")[0]
        fitting = {"int": "1", "uuid": "00000000-0000-4000-8000-000000000000", "string(length=64)": "0" * 64}
        return fitting.get(kind, "V1")

    return re.sub(r"<([^>]+)>", value, rule.rule)


def person_for(rule: Rule) -> str:
    """Somebody who may enter a route."""
    if rule.rule.startswith("/accounts"):
        return "admin"
    return "lan" if rule.rule.startswith(("/api/v1/envelopes", "/api/v1/photos")) else "mai"


def test_no_route_breaks_over_what_stands_in_its_address(everybody, world) -> None:
    for rule in rules(world, "GET"):
        for text in TEXTS if rule.arguments else ():
            client = everybody[person_for(rule)]
            assert_told(client.get(filled(rule, text)), f"GET {rule.rule} {text!r:.40}")


ARGUMENTS = {
    "/households": ("q", "page", "area", "outcome", "programme", "works_kind", "point", "place"),
    "/law": ("on", "area", "release"),
    "/inbox": ("page",),
    "/accounts": ("search", "role", "state", "sort", "page"),
    "/sign-in": ("next",),
}


@pytest.mark.parametrize("path", ARGUMENTS)
def test_no_page_breaks_over_its_arguments(everybody, path) -> None:
    for name in ARGUMENTS[path]:
        for text in (*TEXTS, "", "true", "[]", "1e999"):
            client = everybody["admin" if path == "/accounts" else "mai"]
            assert_told(client.get(path, query_string={name: text}), f"{path}?{name}={text!r:.40}")


def test_no_page_breaks_over_arguments_that_are_no_text_at_all(everybody) -> None:
    for path in ARGUMENTS:
        for query in ("q=%ff%fe", "page=%00", "%ff=%ff", "q=%ed%a0%80", "&&&==", "page=1&page=2", "q" * 5000):
            assert_told(everybody["mai"].get(f"{path}?{query}"), f"{path}?{query:.30}")


FORMS = ("username", "full_name", "role", "area_code", "valid_from", "label", "user_id", "reason", "language")
FORMS += ("next", "current", "new", "again", "answer.head_name", "answer.people", "answer.area_m2")


def test_no_form_breaks_over_what_is_typed(everybody, world) -> None:
    waiting = db.session.scalar(select(ReceivedEnvelope.id).where(ReceivedEnvelope.state == "waiting"))
    for rule in rules(world, "POST"):
        if rule.rule.startswith("/api/") or "sign-out" in rule.rule or "deactivate" in rule.rule:
            continue
        address = proper(rule).replace("/inbox/1/", f"/inbox/{waiting}/")
        for text in (*TEXTS, ""):
            client = everybody[person_for(rule)]
            answer = client.post(address, data=dict.fromkeys(FORMS, text))
            assert_told(answer, f"POST {rule.rule} {text!r:.40}")


def test_an_upload_that_is_no_table_is_told(everybody) -> None:
    uploads = {
        "a.xlsx": b"PK\x03\x04 no",
        "a.csv": b"\xff\xfe\x00",
        "../a": b"",
        "a": b"\x00",
        "b.csv": NUL_LIST,
    }
    for name, content in uploads.items():
        answer = everybody["admin"].post("/accounts/list", data={"list": (io.BytesIO(content), name)})
        assert_told(answer, f"upload {name}")
        assert answer.status_code == 400, name


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_a_method_nobody_offers_is_told(everybody, world, method) -> None:
    for rule in {rule.rule: rule for verb in ("GET", "POST", "PUT") for rule in rules(world, verb)}.values():
        if "sign-out" in rule.rule or (method == "POST" and "deactivate" in rule.rule):
            continue
        assert_told(everybody["mai"].open(proper(rule), method=method), f"{method} {rule.rule}")


# --- the interface

DEEP = "[" * 100_000
BODIES = (
    b"",
    b"\x00",
    b"\xff\xfe",
    b"null",
    b"[]",
    b"0",
    b'"text"',
    b"{",
    b"NaN",
    b"1e999",
    b"[1, 2, 3]",
    b"[null]",
    b"[[[]]]",
    DEEP.encode(),
    b'{"a":' * 50_000,
    b'{"id": "\\ud800"}',
    b'{"id": 1, "id": 2}',
    b'{"\\u0000": "\\u0000"}',
    ("9" * 5000).encode(),
    b"<xml/>",
    b"a=1&b=2",
)
TYPES = ("application/json", "text/plain", "application/xml", "multipart/form-data", "image/jpeg", "", "x")


def test_no_interface_breaks_over_a_body(everybody, world) -> None:
    for verb in ("POST", "PUT"):
        for rule in rules(world, verb):
            for body in BODIES if rule.rule.startswith("/api/") else ():
                for kind in TYPES[:3]:
                    answer = everybody["lan"].open(proper(rule), method=verb, data=body, content_type=kind)
                    assert_told(answer, f"{verb} {rule.rule} {kind} {body[:30]!r}")


@pytest.mark.parametrize("kind", TYPES)
def test_a_good_envelope_under_a_wrong_content_type_is_taken_all_the_same(sign_in, kind) -> None:
    body = json.dumps(envelope()).encode()
    assert sign_in("lan").post(ENVELOPES, data=body, content_type=kind).status_code == 201


WRONG_FIELDS = {
    "id": (None, 1, "", "x", "0" * 36, [], {}, "\x00"),
    "kind": (None, 1, "", "x" * 500, [], "\x00"),
    "form": (None, "", "../household", "household\x00", 3, "x" * 41),
    "form_version": (None, "", "0", "../../etc", 2025.1, "\x00"),
    "base_version": (-1, 1.5, "1", 10**30, None, [], True),
    "captured_at": (
        None,
        "",
        "hôm qua",
        "2025-05-15",
        "0000-00-00T00:00:00Z",
        "9999-12-31T23:59:59+14:00",
        0,
    ),
    "officer": (1, "x" * 81, [], "\x00"),
    "device": (1, "x" * 81, [], "\x00", "a\x00"),
    "payload": (None, [], "", 1),
    "photos": (
        *(None, {}, "", [1], [{}], [{"sha256": "x"}]),
        [{"sha256": "0" * 64, "slot": "\x00"}] * 31,
        [{"sha256": "0" * 64, "slot": "front", "content_type": "\x00"}],
        [{"sha256": "A" * 64, "slot": "front"}],
    ),
    "unknown": (1,),
}


@pytest.mark.parametrize("field", WRONG_FIELDS)
def test_a_wrong_field_of_an_envelope_is_told_or_waits(lan, field) -> None:
    for value in WRONG_FIELDS[field]:
        answer = lan.post(ENVELOPES, json=envelope(id=new_id()) | {field: value})
        assert_told(answer, f"{field} {value!r:.40}")
        assert answer.status_code in (201, 400), f"{field} {value!r:.40}: {answer.status_code}"


HOSTILE_ANSWERS = (
    "\x00",
    "a\x00b",
    "\ud800",
    "x" * 100_000,
    10**400,
    -1,
    1.5,
    True,
    [],
    {},
    [[]],
    [None],
    {"": ""},
)
ANSWERS = (
    "visit",
    "area_code",
    "household",
    "head_name",
    "national_id",
    "people",
    "area_m2",
    "point",
    "members",
)
ANSWERS += (
    "status_records",
    "earlier_help",
    "visited_on",
    "roof_material",
    "works_kind",
    "note",
    "training",
    "?",
)


@pytest.mark.parametrize("code", ANSWERS)
def test_a_hostile_answer_is_kept_or_told_and_its_inbox_page_opens(sign_in, code) -> None:
    lan, admin = sign_in("lan"), sign_in("admin")
    for value in HOSTILE_ANSWERS:
        sent = envelope(id=new_id())
        sent["payload"][code] = value
        answer = lan.post(ENVELOPES, data=json.dumps(sent), content_type="application/json")
        assert_told(answer, f"{code} {value!r:.40}")
        assert answer.status_code in (201, 400)
    assert_told(admin.get("/inbox"), f"inbox with {code}")
    for number in db.session.scalars(select(ReceivedEnvelope.id).where(ReceivedEnvelope.state == "waiting")):
        assert_told(admin.get(f"/inbox/{number}"), f"inbox page with {code}")


def test_a_batch_too_long_and_a_body_too_large_are_told(sign_in, world) -> None:
    lan = sign_in("lan")
    assert lan.post(f"{ENVELOPES}/batch", json=[{}] * 201).json["problem"] == 4110
    large = lan.post(ENVELOPES, data=b"x" * (world.config["MAX_CONTENT_LENGTH"] + 1))
    assert (large.status_code, large.json["problem"]) == (413, 1003)


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff", b"GIF89a", b"<svg/>", b"PK\x03\x04"])
def test_what_is_no_photo_is_told(sign_in, content) -> None:
    lan, sha256 = sign_in("lan"), hashlib.sha256(content).hexdigest()
    send(lan, photos=[{"sha256": sha256, "slot": "front"}])
    answer = lan.put(f"/api/v1/photos/{sha256}", data=content)
    assert (answer.status_code, answer.json["problem"]) == (400, 4109)


def test_a_photo_cut_off_or_changed_within_is_told(sign_in) -> None:
    whole, _ = jpeg(width_px=400)
    lan = sign_in("lan")
    for content in (whole[:200], whole[: len(whole) // 2], whole[:20] + bytes(400) + whole[420:]):
        sha256 = hashlib.sha256(content).hexdigest()
        send(lan, photos=[{"sha256": sha256, "slot": "front"}])
        assert_told(lan.put(f"/api/v1/photos/{sha256}", data=content), "a broken photo")


@pytest.mark.parametrize("token", ["", "x", "Bearer", "\x7f", "ế", "a" * 10_000, "' OR 1=1 --"])
def test_a_strange_token_is_told(world, client, token) -> None:
    header = {"Authorization": f"Bearer {token}".encode().decode("latin-1")}
    answer = client.get("/api/v1/areas/01900/children", headers=header)
    assert (answer.status_code, answer.json["problem"]) == (401, 6007)


@pytest.mark.parametrize("cookie", ["", "x", ".", "eyJ9.x.y", "\x7f", "a" * 4000])
def test_a_strange_cookie_is_nobody(world, cookie) -> None:
    client = world.test_client()
    client.set_cookie("nhavung", cookie)
    assert client.get("/households").status_code == 302


# --- what the interface's own description allows

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=50 if settings.get_current_profile_name() == "nhavung" else 2000)
@given(field=st.sampled_from([*WRONG_FIELDS, None]), value=JSON_VALUES)
def test_any_value_in_any_place_is_told_or_kept(lan, field, value) -> None:
    sent = envelope(id=new_id()) | {field: value} if field else value
    answer = lan.post(ENVELOPES, data=json.dumps(sent), content_type="application/json")
    assert_told(answer, f"{field}: {value!r:.60}")


@settings(max_examples=50 if settings.get_current_profile_name() == "nhavung" else 2000)
@given(answers=st.dictionaries(st.sampled_from(ANSWERS), JSON_VALUES, max_size=4))
def test_any_answers_are_kept_and_their_page_opens(lan, answers) -> None:
    sent = envelope(id=new_id())
    sent["payload"] |= answers
    answer = lan.post(ENVELOPES, data=json.dumps(sent), content_type="application/json")
    assert_told(answer, f"{answers!r:.60}")
    if answer.status_code == 201 and answer.json["household_id"]:
        assert lan.get(f"/households/{answer.json['household_id']}").status_code in (200, 404)


@pytest.fixture
def lan(sign_in) -> FlaskClient:
    """One officer for all examples of a test: signing in costs what a password costs."""
    return sign_in("lan")
