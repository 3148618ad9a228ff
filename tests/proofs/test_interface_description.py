"""What the interface says of itself (OpenAPI): what it allows is answered, to a device's token."""

from __future__ import annotations

import json
import re

import pytest
import schemathesis
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.core import NotSet

LONG = settings.get_current_profile_name() != "nhavung"
ADDRESS = "/api/openapi.json"


@pytest.fixture
def described(world, sign_in) -> tuple[FlaskClient, str, list]:
    """A client without a session, a device's token, and the operations the interface describes."""
    page = sign_in("mai").post("/devices", data={"label": "Máy thử"}).text
    token = re.search(r'class="secret">([^<]+)<', page)[1]
    client = world.test_client()
    schema = schemathesis.openapi.from_dict(client.get(ADDRESS).json)
    return client, token, [result.ok() for result in schema.get_all_operations()]


def test_the_interface_describes_every_way_into_it(world, described) -> None:
    paths = {re.sub(r"<(?:[^:>]+:)?([^>]+)>", r"{\1}", rule.rule) for rule in world.url_map.iter_rules()}
    _, _, operations = described
    assert {path for path in paths if path.startswith("/api/v1/")} == {one.path for one in operations}


@settings(max_examples=1000 if LONG else 40, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_the_description_allows_is_answered_without_a_fault(described, data) -> None:
    client, token, operations = described
    operation = data.draw(st.sampled_from(operations))
    case = data.draw(operation.as_strategy())
    sent = {} if isinstance(case.body, NotSet) else {"data": json.dumps(case.body)}
    answer = client.open(
        case.formatted_path,
        method=operation.method,
        query_string=case.query or {},
        headers={"Authorization": f"Bearer {token}"},
        **sent,
    )
    assert answer.status_code < 500, answer.text
    assert answer.mimetype == "application/json"
    if answer.status_code >= 400:
        assert answer.json["problem"] >= 1000
        assert answer.json["next"]["vi"]
