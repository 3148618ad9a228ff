"""What a phone notes beside the answers: where a photo was taken, why a fix is weak, late changes."""

from __future__ import annotations

from typing import Any

import pytest
from acting import AGREE, household, step, take
from makers import jpeg
from sending import ENVELOPES, PLACES, point, send

from survey.questionnaire import load_form

HERE = dict(zip(("lon", "lat"), PLACES["V1"], strict=True))
PEOPLE = load_form().questions["people"].labels["vi"]
AWAY = {"lon": HERE["lon"] + 0.02, "lat": HERE["lat"]}
"""About 2,060 m east of the house."""


def photo(slot: str = "front", **noted: Any) -> dict[str, Any]:
    """One announced photo with what its camera noted."""
    return {"sha256": jpeg()[1], "slot": slot, **noted}


def page(client: Any, household_id: str) -> str:
    """The household's page."""
    return client.get(f"/households/{household_id}").text


def begun(sign_in) -> str:
    """A house whose building has begun."""
    house = household(sign_in("mai"), point=point(**HERE))
    take(sign_in("mai"), house, *AGREE[:-1])
    take(sign_in("son"), house, "approval")
    take(sign_in("mai"), house, "start")
    return house


@pytest.mark.parametrize(
    ("noted", "flagged"),
    [
        (photo(**AWAY), True),
        (photo(**HERE), False),
        (photo("papers", **AWAY), False),
        (photo(), False),
    ],
)
def test_a_survey_photographed_far_from_its_house_is_to_be_looked_at(sign_in, noted, flagged) -> None:
    receipt = send(sign_in("lan"), {"point": point(**HERE)}, photos=[noted])
    found = page(sign_in("mai"), receipt["household_id"])
    assert ("ảnh chụp ở xa ngôi nhà</span> cách nhà 2.0" in found) == flagged


def test_a_photo_says_what_its_camera_noted(sign_in) -> None:
    lan = sign_in("lan")
    content, sha256 = jpeg()
    noted = {"sha256": sha256, "slot": "front", **HERE, "taken_at": "2025-05-14T08:05:09"}
    house = send(lan, {"point": point(**HERE)}, photos=[noted])["household_id"]
    lan.put(f"/api/v1/photos/{sha256}", data=content)
    assert "máy ảnh ghi 14/05/2025 08:05 · cách nhà 0 m" in page(sign_in("mai"), house)


def test_a_stage_photographed_far_from_its_house_is_to_be_looked_at(sign_in) -> None:
    mai = sign_in("mai")
    house = begun(sign_in)
    mai.post(ENVELOPES, json=step(house, "foundation", photos=[photo(**AWAY)]))
    assert "ảnh chụp ở xa ngôi nhà: cách nhà 2.0" in page(mai, house)


def test_a_stage_tells_of_a_mocked_position(sign_in) -> None:
    mai = sign_in("mai")
    house = begun(sign_in)
    mai.post(ENVELOPES, json=step(house, "foundation", point=point(**HERE, mock=True)))
    assert "vị trí có thể là giả lập" in page(mai, house)


def test_a_weak_fix_tells_why_it_is_weak(sign_in) -> None:
    weak = point(**HERE) | {"accuracy_m": 80, "reason": "Dưới tán <rừng>"}
    house = send(sign_in("lan"), {"point": weak})["household_id"]
    assert "vị trí kém chính xác</span> ± 80 m (Dưới tán &lt;rừng&gt;)" in page(sign_in("mai"), house)


def test_answers_changed_after_the_result_are_told_in_their_order(sign_in) -> None:
    changes = [
        {"question": "roof_material", "at": "2025-05-14T09:20:00+07:00"},
        {"question": "no_longer_asked", "at": "2025-05-14T09:21:00+07:00"},
        {"question": "land_disputed", "at": "2025-05-14T09:22:00+07:00"},
    ]
    house = send(sign_in("lan"), changed_after_result=changes)["household_id"]
    found = page(sign_in("mai"), house)
    told = [found.index(text) for text in ("(14/05/2025 09:20)", "no_longer_asked", "(14/05/2025 09:22)")]
    assert "sửa câu trả lời sau khi xem kết quả" in found
    assert told == sorted(told)


@pytest.mark.parametrize(
    "noted",
    [
        {"lon": 200, "lat": 20},
        {"lon": "105", "lat": 22},
        {"lon": None, "lat": True},
        {"lon": 10**400, "lat": 22},
        {"lon": 105.62},
        {"taken_at": "hôm qua"},
        {"taken_at": "2025:05:14 08:05:09"},
        {"taken_at": "2025-05-14T08:05:09\n"},
        {"taken_at": ["<script>"]},
    ],
)
def test_a_camera_s_nonsense_is_left_out_and_the_record_kept(sign_in, noted) -> None:
    lan = sign_in("lan")
    content, sha256 = jpeg()
    house = send(lan, photos=[{"sha256": sha256, "slot": "front", **noted}])["household_id"]
    lan.put(f"/api/v1/photos/{sha256}", data=content)
    found = page(sign_in("mai"), house)
    assert "máy ảnh ghi" not in found
    assert "cách nhà" not in found


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ([{"question": "people"}], f"{PEOPLE} (–)"),
        ([{"question": "people", "at": "1960-05-14T09:20:00+07:00"}], f"{PEOPLE} (–)"),
        ([{"question": "people", "at": "2025-05-14T09:20:00"}], f"{PEOPLE} (–)"),
        ([{"question": "<b>\0"}], "&lt;b&gt; (–)"),
        ([{"question": 7}, "people", None], None),
        ("people", None),
    ],
)
def test_a_clock_s_nonsense_hides_no_late_change_and_the_record_is_kept(sign_in, changes, told) -> None:
    house = send(sign_in("lan"), changed_after_result=changes)["household_id"]
    found = page(sign_in("mai"), house)
    assert ("sửa câu trả lời sau khi xem kết quả" in found) == (told is not None)
    assert (told or "") in found


def test_no_heap_of_late_changes_is_kept(sign_in) -> None:
    changes = [{"question": f"q{number}", "at": "2025-05-14T09:20:00+07:00"} for number in range(500)]
    house = send(sign_in("lan"), changed_after_result=changes)["household_id"]
    found = page(sign_in("mai"), house)
    assert "q199 (" in found
    assert "q200 (" not in found
