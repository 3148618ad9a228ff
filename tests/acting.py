"""Acts for tests: sent over HTTP as a phone or a page's script sends them, each with its own id and day."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from makers import new_id
from sending import ENVELOPES, send

FORM_VERSION = "2025.1"

# The way of a house from registration to hand-over; every day after the survey and before the pinned one.
AGREE = ("registration", "meeting", "posting", "review", "approval")
NEW_HOUSE = ("start", "foundation", "frame", "roof", "finished", "completion", "handover")
REPAIR = ("start", "repair_30_percent", "finished", "completion", "handover")
STAGES = ("foundation", "frame", "roof", "repair_30_percent", "finished")


def act(form: str, **payload: Any) -> dict[str, Any]:
    """An envelope with one act."""
    fields = {
        name: payload.pop(name) for name in ("id", "base_version", "photos", "captured_at") if name in payload
    }
    return {
        "id": new_id(),
        "kind": "act",
        "form": form,
        "form_version": FORM_VERSION,
        "base_version": 0,
        "captured_at": "2025-05-15T09:00:00+07:00",
        "payload": payload,
        "photos": [],
        **fields,
    }


def send_act(client: FlaskClient, form: str, **payload: Any) -> dict[str, Any]:
    """Send one act; its receipt, stored or waiting."""
    answer = client.post(ENVELOPES, json=act(form, **payload))
    assert answer.status_code in (200, 201), answer.text
    return answer.json


def step(household_id: str, name: str, works_kind: str = "new", **changes: Any) -> dict[str, Any]:
    """The act that takes a household one step on, by name; stages by their own."""
    one = [{"household": household_id}]
    days = {"registration": 1, "meeting": 2, "posting": 3, "review": 7, "approval": 8, "start": 9}
    payloads: dict[str, dict[str, Any]] = {
        "registration": {"year": 2025, "households": [{**one[0], "works_kind": works_kind}]},
        "meeting": {
            "area_code": "V1",
            "households_total": 30,
            "present": 25,
            "households": [{**one[0], "votes_for": 24, "votes_against": 1}],
        },
        "posting": {"area_code": "V1", "until": "2025-05-06", "households": one},
        "review": {"households": one},
        "approval": {"body": "district", "households": one},
        "start": {"household": household_id},
        "completion": {"household": household_id, "hard_roof": True, "built_area_m2": 45},
        "handover": {"household": household_id, "household_confirms": True},
    }
    form = "stage" if name in STAGES else name
    values = payloads.get(name, {"household": household_id, "stage": name})
    day = days.get(name, 10 + (STAGES.index(name) if name in STAGES else 4))
    return act(form, **{"done_on": f"2025-05-{day:02d}", **values, **changes})


def take(client: FlaskClient, household_id: str, *names: str, **changes: Any) -> list[dict[str, Any]]:
    """Take a household through these steps; every one must be stored. The receipts."""
    receipts = []
    for name in names:
        answer = client.post(ENVELOPES, json=step(household_id, name, **changes))
        assert answer.status_code == 201, answer.text
        assert answer.json["state"] == "stored", (name, answer.json["faults"])
        receipts.append(answer.json)
    return receipts


def household(client: FlaskClient, **answers: Any) -> str:
    """A surveyed household; its id."""
    return send(client, answers)["household_id"]
