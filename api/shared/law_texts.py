"""The law in words for pages: titles, reasons of an assessment, a whole law as a person reads it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any
from urllib.parse import urlsplit

from flask import Flask

from api.web import auth
from api.web.intake_context import book_in_force
from api.web.language import current, day, num, t
from survey import law
from survey.access.viewer import Viewer
from survey.assessment import queries as assessment
from survey.assessment.models import AssessmentRow
from survey.law.cases import Case, read_cases
from survey.law.explain import general_text
from survey.words import glossary, word


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why an assessment came out as it did, in the reader's language; by the law of which day and place."""

    on: date
    area_code: str | None
    sentences: tuple[law.Reason, ...]
    missing: tuple[str, ...]
    unverified: tuple[str, ...]


def programme_title(viewer: Viewer, programme: str | None, lang: str | None = None) -> str:
    """A programme's title in the reader's language (or `lang`); its id where the law no longer has it."""
    titles = _titles(book_in_force(viewer.session))
    return titles[programme][lang or current()] if programme in titles else programme or "–"


@lru_cache(maxsize=8)
def _titles(book: law.LawBook) -> dict[str | None, Mapping[str, str]]:
    """Titles by programme id; lists and maps ask for one a row."""
    return {one.id: one.title for one in book.programmes}


@dataclass(frozen=True, slots=True)
class ComponentWords:
    """What a component of an amount is called, of which programme it is ("": of several), who pays it, where
    it is written and whether that was read.
    """

    title: str
    programme: str
    payer: str
    citation: str
    verified: bool


def component_words(viewer: Viewer, code: str, payer: str, lang: str | None = None) -> ComponentWords:
    """A component in words, by the law in force; its code where the law no longer has it."""
    lang = lang or current()
    paid = word(f"payer.{payer}", lang) if payer else t("chưa xác định nguồn", "source not determined")
    book = book_in_force(viewer.session)
    known = book.components.get(code)
    id_, _, part = code.partition(".")
    if known is None or part == "amount":
        title, programme = programme_title(viewer, id_, lang), ""
    else:
        title, programme = known.title[lang], programme_title(viewer, id_, lang) if part else ""
    if known is None:
        return ComponentWords(title, programme, paid, "", True)
    return ComponentWords(title, programme, paid, book.citation(known.cite, lang), known.cite.verified)


def fact_label(viewer: Viewer, fact: str) -> str:
    """A fact as people call it."""
    known = book_in_force(viewer.session).facts.get(fact)
    return known.label[current()] if known else fact


def fact_value(fact: str, value: Any) -> str:
    """A fact's value in words."""
    if isinstance(value, bool):
        return t("có", "yes") if value else t("không", "no")
    code = f"{fact}.{value}"
    return word(code, current()) if code in glossary() else str(value)


def reasons(viewer: Viewer, row: AssessmentRow, lang: str | None = None) -> Reasons:
    """The explanation of a stored assessment, by the law it was made with."""
    lang = lang or current()
    known = law.Assessment.from_dict(row.result)
    book = assessment.release(viewer.session, row.release_sha256)
    sentences = law.explain(known, book.law_on(known.on, known.area_codes), lang, viewer.today)
    missing = tuple(book.facts[name].label[lang] for name in known.missing_facts)
    return Reasons(
        known.on,
        next(iter(known.area_codes), None),
        tuple(sentences),
        missing,
        tuple(label_of(viewer, book, name) for name in known.unverified),
    )


def label_of(viewer: Viewer, book: law.LawBook, name: str) -> str:
    """What an unverified value, clause or programme is called."""
    if name in book.values:
        return book.values[name].label[current()]
    if name in book.clauses and book.clauses[name].text:
        return general_text(name, book.law_on(viewer.today), current())
    if name in book.components:
        return book.components[name].title[current()]
    programme, _, part = name.partition(".")
    title = next((one.title[current()] for one in book.programmes if one.id == programme), name)
    named = {
        "tranches": t("các đợt chi", "tranches"),
        "end": t("hộ chưa duyệt, chưa khởi công khi kết thúc", "households not approved or begun at its end"),
    }
    return f"{title}: {named[part]}" if part in named else title


def unverified_notes(viewer: Viewer, releases: Iterable[str]) -> tuple[str, ...]:
    """A footnote saying how many values of the laws used are not confirmed; none when all are."""
    found = {
        value.name
        for release in releases
        for value in assessment.release(viewer.session, release).values.values()
        for period in (*value.dated, *(period for own in value.areas.values() for period in own))
        if not period.cite.verified
    }
    if not found:
        return ()
    return (
        t(
            f"Bản luật có {len(found)} giá trị chưa kiểm chứng với văn bản gốc; xem trang Quy định.",
            f"{len(found)} values of the law are not confirmed with the documents; see the page The law.",
        ),
    )


def law_view(book: law.LawBook, on: date, path: Sequence[str]) -> dict[str, Any]:
    """Everything the law page shows of a book on a day at a place."""
    lang = current()
    of_day = book.law_on(on, path)
    frame = [code for code in book.frame.because + book.frame.against if book.clauses[code].span.covers(on)]
    return {
        "programmes": [_programme(of_day, one) for one in book.programmes if one.span.covers(on)],
        "supplements": [_supplement(of_day, one) for one in book.supplements if one.span.covers(on)],
        "only_emergency": book.only_emergency(on),
        "ended": [one.title[lang] for one in book.programmes if not one.span.covers(on)],
        "house": [_clause(of_day, code) for code in frame],
        "doubts": [_clause(of_day, code) for code in book.frame.doubts if book.clauses[code].span.covers(on)],
        "values": [_value(book, value, on, path) for value in book.values.values() if value.on(on, path)],
        "sources": [
            {
                "cite": source.cite[lang],
                "title": source.title[lang],
                "source": source,
                "where": [(address, is_address(address)) for address in source.where],
            }
            for source in book.sources.values()
        ],
    }


def is_address(text: str) -> bool:
    """Whether a text is a whole http(s) address, the only kind that may become a link.

    >>> is_address("https://chinhphu.vn/van-ban"), is_address("javascript:alert(1)")
    (True, False)
    """
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    host = parts.hostname or ""
    is_plain = text.isprintable() and not any(letter in text for letter in ' "<>\\')
    return (
        is_plain
        and parts.scheme in ("http", "https")
        and "." in host.strip(".")
        and "@" not in parts.netloc
        and port != 0
    )


@cache
def worked_cases() -> dict[str, list[Case]]:
    """The worked cases that come with the law, by their file (topic)."""
    topics: dict[str, list[Case]] = {}
    for case in read_cases():
        topics.setdefault(case.file.removesuffix(".toml"), []).append(case)
    return topics


def _programme(of_day: law.LawOnDate, one: Any) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title[current()],
        "term": term(one.span.first, one.span.last),
        "cite": _cite(of_day.book, one.cite),
        "ends": _ends(of_day.book, one),
        "all": [_clause(of_day, code) for code in one.all],
        "any": [_clause(of_day, code) for code in one.any],
        "none": [_clause(of_day, code) for code in one.none],
        "priority": [_clause(of_day, code) for code in one.priority],
        "components": [_component(of_day.book, part) for part in one.components],
    }


def _supplement(of_day: law.LawOnDate, one: Any) -> dict[str, Any]:
    """What adds to programmes: to which, for whom, and what it is."""
    titles = {each.id: each.title[current()] for each in of_day.book.programmes}
    added = [titles[programme] for programme in one.programmes]
    return {
        "id": one.id,
        "title": one.title[current()],
        "term": term(one.span.first, one.span.last),
        "adds_to": "; ".join(added) or t("mọi chương trình", "every programme"),
        "all": [_clause(of_day, code) for code in one.all],
        "any": [_clause(of_day, code) for code in one.any],
        "none": [_clause(of_day, code) for code in one.none],
        "component": _component(of_day.book, one.component),
    }


def _component(book: law.LawBook, part: Any) -> dict[str, Any]:
    """A part of an amount: what it is called, whose money it is, and how it is counted."""
    marks = [word(f"payer.{part.payer}", current())] if part.payer else []
    marks += [word(f"component_kind.{part.kind}", current())] if part.kind != "budget" else []
    marks += [t("chi riêng, ngoài tiền nhà", "paid apart from the house")] if part.is_apart else []
    marks += [t("bù lên mức", "lifts to a level")] if part.lifts else []
    return {
        "code": part.code,
        "title": part.title[current()],
        "marks": " · ".join(marks),
        "cite": _cite(book, part.cite),
    }


def _ends(book: law.LawBook, one: Any) -> list[dict[str, Any]]:
    """What becomes of households that are not approved, or have not begun, when the programme ends."""
    named = (
        (
            "unapproved",
            one.unapproved,
            t("Hộ chưa được phê duyệt khi kết thúc", "Households not approved by its end"),
        ),
        (
            "unstarted",
            one.unstarted,
            t("Hộ đã duyệt, chưa khởi công khi kết thúc", "Approved houses not begun by then"),
        ),
    )
    return [
        {
            "code": f"{one.id}.{code}",
            "label": label,
            "becomes": word(f"programme_end.{end.becomes}"),
            "cite": _cite(book, end.cite),
        }
        for code, end, label in named
        if end is not None and one.span.last
    ]


def only_emergency_today(viewer: Viewer) -> bool:
    """Whether no programme but emergency help is in force today."""
    return book_in_force(viewer.session).only_emergency(viewer.today)


def _clause(of_day: law.LawOnDate, code: str) -> dict[str, Any]:
    text = general_text(code, of_day, current())
    return {"code": code, "text": text, "cite": _cite(of_day.book, of_day.book.clauses[code].cite)}


def _cite(book: law.LawBook, place: Any) -> dict[str, Any]:
    """Where something is written: document and article, whether it was confirmed, a note."""
    return {
        "text": book.citation(place, current()),
        "verified": place.verified,
        "note": place.note.get(current(), ""),
    }


def _value(book: law.LawBook, value: Any, on: date, path: Sequence[str]) -> dict[str, Any]:
    period = value.on(on, path)
    return {
        "label": value.label[current()],
        "value": _amount(value, period.value),
        "term": term(period.span.first, period.span.last),
        "cite": _cite(book, period.cite),
    }


def term(first: date | None, last: date | None) -> str:
    """From when until when something holds, in words where an end is open."""
    if first and last:
        return f"{day(first)} – {day(last)}"
    if first or last:
        return f"{t('từ', 'from')} {day(first)}" if first else f"{t('đến', 'until')} {day(last)}"
    return t("không nêu ngày", "no dates given")


def _amount(value: Any, number: float | None) -> str:
    """A legal value with its unit."""
    if number is None:
        return t("không còn", "repealed")
    if value.kind == "truth":
        return t("có", "yes") if number else t("không", "no")
    if value.kind == "date":
        return day(date.fromordinal(date(1970, 1, 1).toordinal() + int(number)))
    unit = word(f"unit.{value.unit}", current()) if f"unit.{value.unit}" in glossary() else value.unit
    return f"{num(number, 0 if number == int(number) else 1)} {unit}"


def init_app(app: Flask) -> None:
    """Give templates the law's words."""
    app.jinja_env.globals.update(
        programme_title=lambda programme: programme_title(auth.viewer(), programme),
        component_words=lambda part: component_words(auth.viewer(), part.code, part.payer),
        fact_label=lambda fact: fact_label(auth.viewer(), fact),
        fact_value=fact_value,
        only_emergency_today=lambda: only_emergency_today(auth.viewer()),
    )
