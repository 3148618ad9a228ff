"""Personal answers go to the persons table; nothing of them stays in the survey row."""

from __future__ import annotations

from survey.questionnaire import answers, check, load_form, split_personal

FORM = load_form()
PAYLOAD = {
    "visit": "interviewed",
    "head_name": "Lò Văn Inh",
    "head_birth_year": 1961,
    "national_id": "006061000123",
    "phone": "+84 912 345 678",
    "ethnic_group": "Tày",
    "people": 2,
    "members": [{"name": "Hoàng Thị Mai", "birth_year": 1965, "relation": "spouse"}],
}


def split(payload):
    return split_personal(FORM, check(FORM, payload).values)


def test_the_survey_row_keeps_no_personal_answer():
    impersonal, _ = split(PAYLOAD)
    assert impersonal == {"visit": "interviewed", "people": 2}


def test_the_head_comes_first_with_all_that_was_told():
    head = split(PAYLOAD)[1][0]
    assert (head.role, head.position, head.full_name) == ("head", 0, "Lò Văn Inh")
    assert (head.birth_year, head.national_id, head.phone) == (1961, "006061000123", "+84912345678")


def test_members_keep_their_order_and_relation():
    member = split(PAYLOAD)[1][1]
    assert (member.role, member.position, member.full_name, member.relation) == (
        "member",
        1,
        "Hoàng Thị Mai",
        "spouse",
    )


def test_a_survey_that_names_nobody_has_no_persons():
    assert split({"visit": "nobody_home"}) == ({"visit": "nobody_home"}, [])


def test_every_question_of_the_section_about_the_head_is_personal():
    section = next(section for section in FORM.sections if section.code == "head")
    assert all(question.is_private for question in section.questions)


def test_stored_answers_are_shown_in_words():
    shown = {
        answer.question.code: answer.text
        for answer in answers(FORM, {"visit": "refused", "area_m2": 24.5}, "vi")
    }
    assert shown == {"visit": "từ chối", "area_m2": "24,5 m²"}


def test_a_roster_is_shown_row_by_row():
    values = {"earlier_help": [{"programme": "ntp", "year": 2022, "amount_vnd": 40_000_000}]}
    (shown,) = answers(FORM, values, "en")
    assert shown.rows == (
        {"Programme": "a national target programme", "Year": "2022", "Amount received": "40.000.000 đ"},
    )
