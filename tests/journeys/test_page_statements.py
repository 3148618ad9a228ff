"""How often a page asks the database: a bound each, on both engines, that does not depend on the machine."""

from __future__ import annotations

from datetime import timedelta

import pytest
from acting import household, take
from counting import statements
from makers import FIRST_DAY
from sending import point

from api.web import clock

MOST = {
    "/": 10,  # three ask about acts that others cite, decisions that are due, and what waits for a signer
    "/areas/06": 6,
    "/work": 5,
    "/work/list?state=registered": 7,
    "/work/list?q=trieu&works_kind=new": 8,
    "/households": 8,
    "/households?q=trieu": 9,
    "/work/obstacles": 6,
    "/approvals": 8,
}
"""Of a page that was opened before, the session and the viewer's posts included."""


@pytest.fixture
def houses(sign_in) -> list[str]:
    """Households of two communes, some of them registered."""
    told = [("mai", "V1"), ("mai", "V1"), ("duy", "V3")]
    found = [
        household(
            sign_in(name), area_code=area, point=point(105.62 - 0.04 * (area == "V3") + 0.001 * place, 22.42)
        )
        for place, (name, area) in enumerate(told)
    ]
    take(sign_in("mai"), found[0], "registration")
    return found


@pytest.mark.parametrize("address", MOST)
def test_a_page_asks_a_handful_of_times_however_many_households_there_are(sign_in, houses, address) -> None:
    client = sign_in("son")
    assert client.get(address).status_code == 200
    with statements() as asked:
        client.get(address)
    assert len(asked) <= MOST[address], "\n".join(statement for statement, _ in asked)


def test_the_first_page_of_a_day_asks_as_often_as_any_other(sign_in, houses) -> None:
    client = sign_in("son")
    client.get("/")
    with statements() as usual:
        client.get("/")
    with clock.evening_of(FIRST_DAY + timedelta(days=1)), statements() as asked:
        assert client.get("/").status_code == 200
    assert len(asked) <= len(usual)
