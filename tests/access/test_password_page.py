"""One's own password: the temporary one of a slip opens nothing but the page to replace it."""

from __future__ import annotations

import pytest

PASSWORD = "một câu dễ nhớ"
NEW = "mưa rơi trên mái tôn"


def change(client, current=PASSWORD, new=NEW, again=None):
    """Send the form of the password page."""
    return client.post("/password", data={"current": current, "new": new, "again": again or new})


def test_with_a_temporary_password_every_page_leads_to_the_password_page(make_account, enter):
    make_account("nga", "admin", "06", must_change_password=True)
    client = enter("nga")
    assert [client.get(path).location for path in ("/accounts", "/devices")] == ["/password"] * 2


def test_with_a_temporary_password_the_interface_says_so(make_account, enter):
    make_account("nga", "admin", "06", must_change_password=True)
    answer = enter("nga").get("/api/v1/areas/06/children")
    assert (answer.status_code, answer.json["problem"]) == (403, 6003)


def test_a_password_of_ones_own_opens_the_pages(make_account, enter):
    make_account("nga", "admin", "06", must_change_password=True)
    client = enter("nga")
    assert change(client).status_code == 302
    assert client.get("/accounts").status_code == 200


@pytest.mark.parametrize(
    ("form", "number"),
    [
        ({"current": "sai mật khẩu"}, 6023),
        ({"again": "khác hẳn đi rồi"}, 6024),
        ({"new": PASSWORD}, 6025),
        ({"new": "ngắn"}, 6020),
        ({"new": "nga và mái tôn"}, 6021),
        ({"new": "matkhau123456"}, 6022),
    ],
)
def test_a_password_that_does_not_do_is_refused_with_its_number(make_account, enter, form, number):
    make_account("nga", "admin", "06")
    answer = change(enter("nga"), **form)
    assert answer.status_code == 400
    assert str(number) in answer.text


def test_changing_the_password_ends_the_other_sessions(make_account, enter):
    make_account("nga", "admin", "06")
    elsewhere, here = enter("nga"), enter("nga")
    change(here)
    assert here.get("/accounts").status_code == 200
    assert elsewhere.get("/accounts").status_code == 302
