"""The pages of the demonstration's households open in every state, for everybody who may see them."""

from __future__ import annotations

import pytest
from acting import household
from makers import PEOPLE

from api.demo import works
from api.demo.works import NEW_WAY, House, Plan
from api.web import transaction
from api.web.extensions import db
from api.web.intake_context import book_of_files
from survey.cases import queries as cases

READERS = [username for username, (_, _, area) in PEOPLE.items() if area in ("01900", "06")]


@pytest.fixture
def houses(sign_in) -> dict[str, str]:
    """A house at each end of the demonstration's way, put there as it does; their ids."""
    ends = ("not_registered", "approved", *NEW_WAY)
    mai = sign_in("mai")
    ids = {end: household(mai, head_name=f"Nông Thị {end}") for end in ends}
    told = ("V1", "01900", ("Nam Mẫu", "Ba Bể"), "new", "XNT-2024", 60_000_000)
    made = [House(each, *told, end != "not_registered") for end, each in ids.items()]
    reached = {each: end for end, each in ids.items() if end != "not_registered"}
    plan = Plan(reached, {ids["approved"]: ("land_certificate", "land_office")})
    with transaction.write() as session:
        works.put_acts(session, works.acts_of(made, plan), book_of_files(None))
    return ids


def test_every_household_s_page_and_acts_open_for_everybody_who_may_see_them(sign_in, houses) -> None:
    clients = {username: sign_in(username) for username in READERS}
    acts = {event.envelope_id for each in houses.values() for event in cases.events(db.session(), each)}
    addresses = [f"/households/{each}" for each in houses.values()] + [f"/cases/acts/{act}" for act in acts]
    wrong = [
        (username, address, answer.status_code)
        for username, client in clients.items()
        for address in addresses
        if (answer := client.get(address)).status_code != 200
    ]
    assert wrong == []
