"""From a reason on a household's page to the law it was judged by, and from there to where that was read."""

from __future__ import annotations

import re
from html import unescape

import pytest
from sending import send_village

from api.shared.law_texts import is_address
from survey import law
from survey.law.cases import read_cases

LINK = re.compile(r'href="(/law\?[^"#]*)#([^"]*)"')


@pytest.fixture
def households(sign_in) -> dict[str, str]:
    """A village of households, one of each kind; their ids by kind."""
    receipts = send_village(sign_in("lan"))
    return {kind: receipt["household_id"] for kind, receipt in receipts.items() if kind != "nobody"}


@pytest.mark.parametrize("kind", ["new", "repair", "unregistered", "missing", "sound"])
def test_each_cited_clause_leads_to_its_place_in_the_law_it_was_judged_by(sign_in, households, kind) -> None:
    mai = sign_in("mai")
    page = mai.get(f"/households/{households[kind]}").text
    links = [(unescape(address), unescape(code)) for address, code in LINK.findall(page)]
    assert links
    release = law.load_book().release
    for address, code in set(links):
        assert f"release={release}" in address
        assert "area=V1" in address
        answer = mai.get(address)
        assert answer.status_code == 200
        assert answer.text.count(f'id="{code}"') == 1, (address, code)


def test_sources_lead_to_where_they_were_read(sign_in) -> None:
    page = sign_in("mai").get("/law").text
    read = [address for source in law.load_book().sources.values() for address in source.where]
    linked = [unescape(address) for address in re.findall(r'href="(https?://[^"]*)"', page)]
    assert linked == [address for address in read if is_address(address)]
    assert len(linked) > 20


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_law_page_is_whole_in_one_language(sign_in, language) -> None:
    mai = sign_in("mai")
    mai.post("/language", data={"language": language, "next": "/"})
    page = unescape(mai.get("/law").text)
    other = "en" if language == "vi" else "vi"
    cases = read_cases()
    assert len(cases) > 100
    assert [case.say[language] for case in cases if case.say[language] not in page] == []
    assert [case.say[other] for case in cases if case.say[other] in page] == []
    assert "amount_vnd" not in page


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "chinhphu.vn/van-ban",
        "https://",
        "https://localhost/x",
        "https://a.vn/x y",
        'https://a.vn/"onclick="x',
        "https://somebody@a.vn/",
        "https://a.vn:port/",
        "http://[a.vn/",
        "//a.vn/x",
        " https://a.vn/x",
    ],
)
def test_what_is_no_whole_address_does_not_become_a_link(text) -> None:
    assert not is_address(text)
