"""One broken file a rule: each is refused with its number, and the text names the file and the entry."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from law.made_facts import BOOK

from survey.law import load_book
from survey.law.files import MAX_BYTES, shipped_folder
from survey.problems import Problem

SOURCE = 'source = "55/QĐ-BXD"\n'
WORDS = 'text.vi = "a"\ntext.en = "a"\n' + SOURCE
VALUE = 'unit = "m2"\nkey_date = "surveyed_on"\nvi = "a"\nen = "a"\n'
PERIOD = 'value = 1, source = "55/QĐ-BXD", verified = true'


def programme(**changes: str) -> str:
    parts = {
        "rank": "rank = 5",
        "when": "in_force = {from = 2025-01-20}\nkey_date = 'surveyed_on'\n" + SOURCE,
        "entitled": '[entitled]\nall = ["status.poor"]',
        "amount": "[amount]\nnew = 'house.family_area_m2'\nrepair = 'house.family_area_m2'",
        "tranches": "[tranches]\n"
        + SOURCE
        + 'new = [{after = "finished", percent = 100}]\nrepair = [{after = "finished", percent = 100}]',
    }
    return "id = 'X'\ntitle = {vi = 'a', en = 'a'}\n" + "\n".join((parts | changes).values())


def clause(when: str) -> str:
    return f'[[clause]]\ncode = "x.y"\nwhen = "{when}"\n{WORDS}'


BROKEN = {
    "not TOML": (2001, "clauses/x.toml", "code = = 1"),
    "a key twice": (2001, "values/x.toml", "[a.b]\nunit = 'm2'\nunit = 'm2'"),
    "too large": (2002, "clauses/x.toml", "#" * (MAX_BYTES + 1)),
    "a file that belongs nowhere": (2003, "else/x.toml", "a = 1"),
    "an unknown key of a clause": (2003, "clauses/x.toml", clause("people > 1") + "colour = 'red'"),
    "an unknown table of a clause file": (2003, "clauses/x.toml", "[rule]\nwhen = 'people > 1'"),
    "a clause without a code": (2004, "clauses/x.toml", f"[[clause]]\nwhen = 'people > 1'\n{WORDS}"),
    "a clause without a source": (
        2004,
        "clauses/x.toml",
        '[[clause]]\ncode = "x"\nwhen = "people > 1"\ntext = {}',
    ),
    "an English text missing": (
        2004,
        "clauses/x.toml",
        f'[[clause]]\ncode = "x"\nwhen = "people > 1"\ntext.vi = "a"\n{SOURCE}',
    ),
    "a rate without a source": (
        2004,
        "values/x.toml",
        f"[a.b]\n{VALUE}dated = [{{value = 1, verified = true}}]",
    ),
    "a rate that does not say whether it is verified": (
        2004,
        "values/x.toml",
        f"[a.b]\n{VALUE}dated = [{{value = 1, source = '55/QĐ-BXD'}}]",
    ),
    "a date written as text": (
        2005,
        "values/x.toml",
        f"[a.b]\n{VALUE}dated = [{{from = '2025-01-01', {PERIOD}}}]",
    ),
    "a truth where a number is due": (
        2005,
        "values/x.toml",
        f"[a.b]\n{VALUE}dated = [{{value = true, source = '55/QĐ-BXD', verified = true}}]",
    ),
    "neither a value nor a repeal": (
        2005,
        "values/x.toml",
        f"[a.b]\n{VALUE}dated = [{{source = '55/QĐ-BXD', verified = true}}]",
    ),
    "a note in one of the two languages": (
        2004,
        "values/x.toml",
        f"[a.b]\n{VALUE}dated = [{{{PERIOD}, note = {{vi = 'a'}}}}]",
    ),
    "an unknown key date": (
        2005,
        "values/x.toml",
        f"[a.b]\n{VALUE.replace('surveyed_on', 'born_on')}dated = [{{{PERIOD}}}]",
    ),
    "a name twice": (2006, "clauses/x.toml", clause("people > 1") + clause("people > 2")),
    "a clause named like a fact": (2006, "clauses/x.toml", clause("area_m2 > 1").replace("x.y", "people")),
    "a document nobody listed": (2007, "clauses/x.toml", clause("people > 1").replace("55/QĐ-BXD", "99/QĐ")),
    "dates that overlap": (
        2008,
        "values/x.toml",
        f"[a.b]\n{VALUE}dated = [{{until = 2025-01-20, {PERIOD}}}, {{from = 2025-01-20, {PERIOD}}}]",
    ),
    "dates that run backwards": (
        2008,
        "values/x.toml",
        f"[a.b]\n{VALUE}dated = [{{from = 2025-02-01, until = 2025-01-01, {PERIOD}}}]",
    ),
    "an unknown name": (2010, "clauses/x.toml", clause("peple > 1")),
    "a choice that does not exist": (2011, "clauses/x.toml", clause("roof_material == 'gold'")),
    "a number compared with a choice": (2012, "clauses/x.toml", clause("roof_material > 3")),
    "a truth used as a number": (2012, "clauses/x.toml", clause("ever_repaired + 1 > 1")),
    "a number used as a truth": (2012, "clauses/x.toml", clause("people")),
    "a circle": (2014, "clauses/x.toml", clause("x.z") + clause("x.y").replace('"x.y"\nwhen', '"x.z"\nwhen')),
    "a programme of unknown clauses": (
        2016,
        "programmes/x.toml",
        programme(entitled='[entitled]\nall = ["status.rich"]'),
    ),
    "a programme that begins before its amount": (
        2017,
        "programmes/x.toml",
        programme(when="in_force = {from = 2025-01-19}\nkey_date = 'surveyed_on'\n" + SOURCE),
    ),
    "a text that speaks of nothing": (
        2018,
        "clauses/x.toml",
        clause("people > 1").replace('"a"', '"{gold}"'),
    ),
    "tranches that make 90 %": (
        2019,
        "programmes/x.toml",
        programme().replace("percent = 100}]\nrepair", "percent = 90}]\nrepair"),
    ),
    "an amount on another key date": (
        2020,
        "programmes/x.toml",
        programme().replace("key_date = 'surveyed_on'", "key_date = 'approved_on'"),
    ),
    "two programmes of one rank": (2021, "programmes/x.toml", programme(rank="rank = 10")),
    "an amount by facts without a bound": (
        2022,
        "programmes/x.toml",
        programme(amount="[amount]\nnew = 'people * 2'\nrepair = 'people * 2'"),
    ),
    "a condition that follows the start of building": (
        2023,
        "clauses/x.toml",
        clause("people > 1") + "key_date = 'started_on'\n",
    ),
    "an end that is neither": (
        2005,
        "programmes/x.toml",
        programme(when="in_force = {from = 2025-01-20}\nkey_date = 'surveyed_on'\n" + SOURCE)
        + "\n[unapproved]\nbecomes = 'waits'\n"
        + SOURCE,
    ),
}


@pytest.mark.parametrize(("number", "file", "text"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_refused_by_number_and_named(tmp_path, number, file, text):
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    with pytest.raises(Problem) as refused:
        load_book(tmp_path)
    assert refused.value.number == number
    assert path.name in refused.value.message("vi")
    assert "?" not in refused.value.message("en")


def test_a_fact_that_no_condition_uses_is_refused(tmp_path):
    (tmp_path / "facts.toml").write_text(
        "[shoe_size]\ntype = 'integer'\norigin = 'survey'\nvi = 'a'\nen = 'a'\n", "utf-8"
    )
    with pytest.raises(Problem) as refused:
        load_book(tmp_path)
    assert (refused.value.number, refused.value.details["entry"]) == (2015, "shoe_size")


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(Problem) as refused:
        load_book(tmp_path / "nowhere")
    assert refused.value.number == 2050


BAD_EXPRESSIONS = {
    "a call": "open('x')",
    "another call": "__import__('os')",
    "an attribute of a call": "people.bit_length() > 1",
    "an index": "people[0] > 1",
    "a lambda": "(lambda: true)()",
    "a power": "people ** 9 > 1",
    "a comprehension": "[x for x in people]",
    "a chain of comparisons": "1 < people < 3",
    "bytes": "people == b'1'",
    "none": "people == None",
    "a walrus": "(x := 1) > 0",
    "a list of names": "roof_material in [people]",
    "nothing": "",
    "two lines of code": "true; true",
    "a number too large for a number": "people > 1e999",
    "a formatted text": "f'{people}' == 'x'",
}


@pytest.mark.parametrize("text", BAD_EXPRESSIONS.values(), ids=BAD_EXPRESSIONS)
def test_what_is_not_in_the_language_is_refused(text):
    from survey.law.expressions import parse

    with pytest.raises(Problem) as refused:
        parse(text)
    assert refused.value.number == 2009


@pytest.mark.parametrize(
    "text", ["not " * 400 + "true", "(" * 60 + "1" + "+1)" * 60 + " > 0", "true or " * 900]
)
def test_an_expression_too_deep_or_too_long_is_refused(text):
    from survey.law.expressions import parse

    with pytest.raises(Problem) as refused:
        parse(text)
    assert refused.value.number in (2009, 2013)


def test_an_operator_writes_only_what_differs(tmp_path):
    (tmp_path / "values").mkdir()
    (tmp_path / "values/own.toml").write_text(
        "[ntp_spr.local_new]\narea.02 = [{from = 2025-01-01, value = 5_000_000, "
        "source = '55/QĐ-BXD', verified = true}]",
        "utf-8",
    )
    book = load_book(tmp_path)
    on = date(2025, 5, 15)
    assert book.values["ntp_spr.local_new"].on(on, ("02",)).value == 5_000_000
    assert book.values["ntp_spr.local_new"].on(on, ("06",)).value == 20_000_000
    assert book.release != BOOK.release


def test_an_entry_of_the_operator_takes_the_place_of_the_shipped_one(tmp_path):
    (tmp_path / "programmes").mkdir()
    text = (shipped_folder() / "programmes/diff_2025.toml").read_text("utf-8")
    (tmp_path / "programmes/diff.toml").write_text(
        text.replace("from = 2024-11-10", "from = 2025-01-01"), "utf-8"
    )
    changed = {one.id: one.span.first for one in load_book(tmp_path).programmes}
    assert changed["DIFF-2025"] == date(2025, 1, 1)
    assert len(changed) == len(BOOK.programmes)


def test_the_canonical_text_gives_the_same_law_and_release():
    again = type(BOOK).from_canonical(BOOK.canonical())
    assert again.release == BOOK.release
    assert again.canonical() == BOOK.canonical()


def test_a_note_is_told_in_both_languages_and_a_plain_one_as_it_was_written(tmp_path):
    text = (shipped_folder() / "programmes/ntp_em.toml").read_text("utf-8")
    assert 'note = {vi = "Chưa đọc được điều kiện và ngày;' in text
    (tmp_path / "programmes").mkdir()
    plain = re.sub(r"(?m)^note = .*$", 'note = "Theo biên bản họp."', text, count=1)
    (tmp_path / "programmes/ntp_em.toml").write_text(plain, "utf-8")
    shipped, own = (
        {one.id: one.cite.note for one in book.programmes} for book in (BOOK, load_book(tmp_path))
    )
    assert shipped["NTP-EM"]["en"].startswith("Conditions and dates were not read")
    assert own["NTP-EM"] == {"vi": "Theo biên bản họp.", "en": "Theo biên bản họp."}


def test_the_release_does_not_depend_on_how_the_files_are_cut(tmp_path):
    shutil.copytree(shipped_folder(), tmp_path / "law", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    moved = tmp_path / "law/values/another_name.toml"
    (tmp_path / "law/values/merit.toml").rename(moved)
    assert load_book(tmp_path / "law").release == BOOK.release


def test_every_choice_of_every_fact_has_a_word():
    from survey.words import glossary

    codes = [f"{fact.name}.{code}" for fact in BOOK.facts.values() for code in fact.choices]
    stages = {
        f"tranche_after.{share.after}"
        for one in BOOK.programmes
        for t in one.tranches.values()
        for share in t
    }
    assert [code for code in (*codes, *stages) if code not in glossary()] == []


def test_no_value_that_nobody_read_is_called_verified():
    periods = [each for value in BOOK.values.values() for each in (value.dated, *value.areas.values())]
    cites = [period.cite for each in periods for period in each]
    cites += [clause.cite for clause in BOOK.clauses.values()] + [one.cite for one in BOOK.programmes]
    assert [cite for cite in cites if cite.verified and BOOK.sources[cite.source].read == "not_read"] == []


def test_each_file_of_the_law_stays_readable():
    sizes = {path.name: path.stat().st_size for path in Path(shipped_folder()).rglob("*.toml")}
    assert max(sizes.values()) < 16_000
