"""Households for tests of pages: sent over HTTP as a phone sends them, each with what makes it differ."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from makers import envelope, jpeg

ENVELOPES = "/api/v1/envelopes"

PLACES = {"V1": (105.62, 22.42), "V2": (105.65, 22.42), "V3": (105.54, 22.42)}
"""A point inside each village of the small province."""


BEFORE = "2025-05-14T09:30:00+07:00"
"""When the surveys were recorded: the day before the pinned one, so that no clock looks wrong."""


def point(lon: float, lat: float, **more: Any) -> dict[str, Any]:
    """A good fix at a place."""
    return {"lon": lon, "lat": lat, "accuracy_m": 8.0, "source": "gnss", **more}


def send(client: FlaskClient, answers: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    """Send one survey; the receipt. `answers` change the interview of `makers.payload`."""
    sent = client.post(ENVELOPES, json=envelope(answers, **{"captured_at": BEFORE, **fields}))
    assert sent.status_code == 201, sent.text
    return sent.json


def send_visit(client: FlaskClient, visit: str = "nobody_home", **answers: Any) -> dict[str, Any]:
    """Send a visit that met nobody: nothing but where and that."""
    values = envelope(captured_at=BEFORE)
    values["payload"] = {"visit": visit, "area_code": "V1", **answers}
    answer = client.post(ENVELOPES, json=values)
    assert answer.status_code == 201, answer.text
    return answer.json


def send_photo(client: FlaskClient, **answers: Any) -> tuple[dict[str, Any], str]:
    """Send a household with one photo that arrives; the receipt and the address of the photo's bytes."""
    content, sha256 = jpeg()
    receipt = send(client, answers, photos=[{"sha256": sha256, "slot": "front"}])
    assert client.put(f"/api/v1/photos/{sha256}", data=content).status_code == 201
    return receipt, sha256


def send_village(client: FlaskClient) -> dict[str, dict[str, Any]]:
    """Eight records of Nam Mẫu, one of each kind a page has to show; receipts by what they are."""
    lon, lat = PLACES["V1"]
    sound = {"foundation_material": "concrete", "frame_material": "reinforced_concrete"}
    sound |= {"wall_material": "brick", "roof_frame_material": "steel", "roof_material": "tile"}
    sound |= {"year_built": 2019, "area_m2": 80.0, "degraded": False}
    kinds: dict[str, dict[str, Any]] = {
        "new": {"head_name": "Đặng Văn Sình", "point": point(lon, lat), "national_id": "006170001234"},
        "repair": {"head_name": "Hoàng Thị Ước", "works_kind": "repair", "point": point(lon + 0.004, lat)},
        "unregistered": {"head_name": "Lý Thị Hương", "registered": False, "point": point(lon, lat + 0.004)},
        "missing": {"head_name": "Nông Văn Đài", "status_records": None},
        "sound": {"head_name": "Triệu Thị Mùi", "point": point(lon - 0.004, lat), **sound},
        "elsewhere": {"head_name": "Bàn Văn Phúc", "area_code": "V2", "point": point(*PLACES["V2"])},
        "no_point": {"head_name": "Phùng Thị Mẩy", "point": None},
    }
    receipts = {kind: send(client, answers) for kind, answers in kinds.items()}
    return {**receipts, "nobody": send_visit(client)}
