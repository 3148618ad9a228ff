"""Why: sentences a householder can read, each with the document, article and clause it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from survey.law.assessment import Assessment, ComponentAmount, OpenComponent, ProgrammeResult
from survey.law.book import KEY_DATES, Cite, Clause, KeyDates, LawBook, Period, Programme, Value
from survey.law.checks import PLACEHOLDER
from survey.law.expressions import FALSE, TRUE, names
from survey.law.facts import Fact, as_dated, day, days, is_not_measured
from survey.law.rules import LawOnDate
from survey.words import word

SENTENCES = {
    "met": {"vi": "{text}.", "en": "{text}."},
    "not_met": {"vi": "Chưa đáp ứng: {text}.", "en": "Not met: {text}."},
    "unknown": {"vi": "Chưa rõ: {text}.", "en": "Not known: {text}."},
    "excludes": {"vi": "Không được xét vì: {text}.", "en": "Ruled out: {text}."},
    "doubt": {"vi": "Lưu ý: {text}.", "en": "Note: {text}."},
    "amount": {"vi": "{title}: {kind}, {amount} đồng.", "en": "{title}: {kind}, {amount} đồng."},
    "component": {"vi": "Trong đó {title}: {amount} đồng.", "en": "Of it {title}: {amount} đồng."},
    "beside": {"vi": "Ngoài ra {title}: {amount} đồng.", "en": "Besides it {title}: {amount} đồng."},
    "open": {
        "vi": "{title}: từ {low} đến {high} đồng, cần biết thêm: {labels}.",
        "en": "{title}: from {low} to {high} đồng, still needed: {labels}.",
    },
    "house_total": {
        "vi": "Tổng kinh phí của căn nhà: {amount} đồng.",
        "en": "All the money for the house: {amount} đồng.",
    },
    "payer": {"vi": "{title} ({payer})", "en": "{title} ({payer})"},
    "priority": {"vi": "Thứ tự ưu tiên {n}: {text}.", "en": "Priority {n}: {text}."},
    "missing": {"vi": "Cần biết thêm: {label}.", "en": "Still needed: {label}."},
    "range": {"vi": "Mức có thể: từ {low} đến {high} đồng.", "en": "Possible: from {low} to {high} đồng."},
    "provisional": {
        "vi": "Tạm tính như khởi công ngày {day}; sẽ tính lại khi có ngày khởi công.",
        "en": "Provisional, as if building had started on {day}; renewed when it starts.",
    },
    "if_started": {
        "vi": "Khởi công từ ngày {day}: {amount} đồng.",
        "en": "If building starts from {day}: {amount} đồng.",
    },
    "unapproved": {
        "vi": "{title} kết thúc sau ngày {day}; hộ chưa được phê duyệt đến hết ngày đó không còn thuộc diện.",
        "en": "{title} ends after {day}; it no longer covers a household not approved by then.",
    },
    "unstarted": {
        "vi": "{title} kết thúc sau ngày {day}; hộ chưa khởi công đến hết ngày đó không còn thuộc diện.",
        "en": "{title} ends after {day}; it no longer covers a house not begun by then.",
    },
    "redefined": {
        "vi": "Tiêu chí nhà tạm, nhà dột nát đã thay đổi từ ngày {day}, sau ngày khảo sát: cần xem lại",
        "en": "The definition of a temporary house changed on {day}, after the survey: to be looked at",
    },
    "or": {"vi": " hoặc ", "en": " or "},
    "yes": {"vi": "có", "en": "yes"},
    "no": {"vi": "không", "en": "no"},
}
"""The wording around clauses, facts and amounts; a phone is given the same."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence. role: house, met, not_met, unknown, excludes, amount, priority, doubt, missing,
    provisional, lapse. All that names an amount by which the household is helped has the role amount.

    code: the clause, value, programme or fact it speaks of. citation is "" where the sentence rests on no
    document.
    """

    role: str
    code: str
    text: str
    citation: str
    verified: bool = True


def explain(
    assessment: Assessment,
    law: LawOnDate,
    lang: str = "vi",
    as_of: date | None = None,
    *,
    is_filled: bool = True,
) -> list[Reason]:
    """The reasons of an assessment made under this law: house, programme, amount, priority, doubts, what is
    missing. `as_of`: amounts are those of a house begun on that day, where no start is known yet.

    Not filled: the household's answers stay names in braces, for `answer` to put in. Such sentences serve
    all that are alike (see `alike`) and have the same days of approval and start.
    """
    now = assessment if as_of is None else assessment.as_of(as_of)
    telling = _Telling(now, law, lang, None if now is assessment else as_of, is_filled)
    return [
        *telling.house(),
        *telling.programmes(),
        *telling.amount(),
        *telling.priority(),
        *telling.doubts(),
        *telling.missing(),
        *telling.provisional(),
        *telling.lapse(),
    ]


class _Telling:
    """One assessment told in one language."""

    def __init__(
        self, assessment: Assessment, law: LawOnDate, lang: str, begun_on: date | None, is_filled: bool
    ) -> None:
        self.of = assessment
        self.is_filled = is_filled
        self.begun_on = begun_on  # the day that stands in for a start not known yet, where not the usual one
        self.law = law
        self.book = law.book
        self.lang = lang
        self.by_id = {one.id: one for one in self.book.programmes}
        self.used = self.key_dates()

    def house(self) -> Iterator[Reason]:
        """The clauses that made the class of the house, or that rule it out."""
        for code in self.of.house_reasons:
            if code in self.book.frame.against:
                yield self.clause(code, "excludes", "excludes")
            else:
                yield self.clause(code, "house", "met")

    def programmes(self) -> Iterator[Reason]:
        """The chosen programme's clauses; where none is chosen, what keeps each programme away or open."""
        for result in self.of.programmes:
            programme = self.by_id[result.id]
            if self.of.programme in (None, result.id):
                yield from self.programme(programme, result)

    def programme(self, programme: Programme, result: ProgrammeResult) -> Iterator[Reason]:
        """One programme: all that is met when it entitles, otherwise one sentence with what stands in the
        way.
        """
        self.used = programme.asked(self.key_dates()) or self.key_dates()
        if result.entitles == TRUE:
            yield from (self.clause(code, "met", "met") for code in result.met if code not in programme.none)
        elif result.entitles != FALSE:
            yield self.together("unknown", programme, list(result.unknown))
        elif excluding := [code for code in result.met if code in programme.none]:
            yield self.together("excludes", programme, excluding)
        else:
            lacking = [code for code in result.not_met if code in programme.all]
            if programme.any and set(programme.any) <= set(result.not_met):
                lacking += programme.any
            yield self.together("not_met", programme, lacking)

    def together(self, role: str, programme: Programme, codes: list[str]) -> Reason:
        """One sentence over several clauses of a programme; of its "one of these" list each is an
        alternative.
        """
        either = [_lowered(self.fill(self.text(code))) for code in codes if code in programme.any]
        texts = [_lowered(self.fill(self.text(code))) for code in codes if code not in programme.any]
        texts += [SENTENCES["or"][self.lang].join(either)] if either else []
        said = self.said(role, text="; ".join(texts))
        cites = dict.fromkeys(self.book.citation(self.book.clauses[code].cite, self.lang) for code in codes)
        verified = all(self.book.clauses[code].cite.verified for code in codes)
        return Reason(
            role, programme.id, f"{programme.title[self.lang]} – {_lowered(said)}", "; ".join(cites), verified
        )

    def amount(self) -> Iterator[Reason]:
        """The amount and its components, each with the value it follows from."""
        if self.of.programme is None or self.of.amount_vnd is None:
            return
        programme = self.by_id[self.of.programme]
        kind = word(f"works_kind.{self.of.works_kind}", self.lang) if self.of.works_kind else "-"
        self.used = programme.asked(self.key_dates()) or self.key_dates()
        amount = _number(self.of.amount_vnd, self.lang)
        text = self.said("amount", title=programme.title[self.lang], kind=kind, amount=amount)
        parts = self.of.components
        if not parts or (len(parts) == 1 and parts[0].is_of_the_house):
            yield self.reason("amount", programme.id, text, self.amount_cite(programme, parts))
        else:
            told = [self.component(part) for part in parts]
            yield Reason("amount", programme.id, text, "", all(one.verified for one in told))
            yield from told
        yield from (self.open_component(part) for part in self.of.open_components)
        if self.of.house_total_vnd != self.of.amount_vnd:
            total = self.said("house_total", amount=_number(self.of.house_total_vnd or 0, self.lang))
            yield Reason("amount", "house_total", total, "")

    def amount_cite(self, programme: Programme, parts: tuple[ComponentAmount, ...]) -> Cite:
        """Where an amount of one component is written; where there is none, the programme's own source."""
        return self.component_cite(parts[0].code) if parts else programme.cite

    def component(self, part: ComponentAmount) -> Reason:
        """One component: of the amount, or besides it."""
        said = "component" if part.is_of_the_house else "beside"
        amount = _number(part.amount_vnd, self.lang)
        text = self.said(said, title=self.component_title(part), amount=amount)
        return self.of_component(part.code, text)

    def open_component(self, part: OpenComponent) -> Reason:
        """One component that is still open, with what would settle it."""
        labels = "; ".join(_lowered(self.book.facts[name].label[self.lang]) for name in part.missing_facts)
        low, high = (_number(each, self.lang) for each in (part.low_vnd, part.high_vnd))
        text = self.said("open", title=self.component_title(part), low=low, high=high, labels=labels)
        return self.of_component(part.code, text)

    def of_component(self, code: str, text: str) -> Reason:
        """A sentence on a component; confirmed only if both its amount and itself are."""
        cite = self.component_cite(code)
        verified = cite.verified and self.book.components[code].cite.verified
        return Reason("amount", code, text, self.book.citation(cite, self.lang), verified)

    def component_title(self, part: ComponentAmount | OpenComponent) -> str:
        """What the component is called, and who pays it where that is told and says more."""
        title = self.book.components[part.code].title[self.lang]
        payer = word(f"payer.{part.payer}", self.lang) if part.payer else title
        return title if payer.lower() == title.lower() else self.said("payer", title=title, payer=payer)

    def component_cite(self, code: str) -> Cite:
        """Where a component's amount is written: the period of its first value, or its own source."""
        component = self.book.components[code]
        price = component.prices.get(self.of.works_kind or "")
        dates = dict(zip(KEY_DATES, self.used, strict=True))
        for name in names(price.tree) if price else ():
            value = self.book.values.get(name)
            period = value.on(dates[value.key_date], self.law.relevant_areas) if value else None
            if period is not None and period.value:
                return period.cite
        return component.cite

    def acts(self) -> dict[str, date | None]:
        """The days of approval and start, as far as they were known."""
        return {key: _date(self.of.facts.get(key)) for key in ("approved_on", "started_on")}

    def key_dates(self) -> KeyDates:
        """The key dates the assessment used."""
        acts = self.acts()
        acts["started_on"] = acts["started_on"] or self.begun_on
        return self.law.key_dates({key: on and days(on) for key, on in acts.items()})

    def priority(self) -> Iterator[Reason]:
        """The clause that gives its place in the priority order; nothing while the place is open."""
        if self.of.priority is None or self.of.programme is None:
            return
        code = self.by_id[self.of.programme].priority[self.of.priority - 1]
        text = self.said("priority", n=self.of.priority, text=self.fill(self.text(code)))
        yield self.reason("priority", code, text, self.book.clauses[code].cite)

    def doubts(self) -> Iterator[Reason]:
        """Doubts for the meeting: about the works asked for, about a definition that changed since."""
        yield from (self.clause(code, "doubt", "doubt") for code in self.of.doubts)
        if self.of.redefined_on:
            text = self.said("doubt", text=self.said("redefined", day=_day(self.of.redefined_on)))
            yield Reason("doubt", "redefined_on", text, "")

    def missing(self) -> Iterator[Reason]:
        """The facts that are still needed, and the range they leave open."""
        for name in self.of.missing_facts:
            text = self.said("missing", label=self.book.facts[name].label[self.lang])
            yield Reason("missing", name, text, "")
        if self.of.outcome == "needs_information":
            low, high = (
                _number(each, self.lang) for each in (self.of.amount_low_vnd, self.of.amount_high_vnd)
            )
            yield Reason("missing", "amount", self.said("range", low=low, high=high), "")

    def provisional(self) -> Iterator[Reason]:
        """Said when another day stood in for a key date, with what a later start would get."""
        if self.of.provisional:
            said = self.said("provisional", day=_day(self.key_dates()[2]))
            yield Reason("provisional", "started_on", said, "")
        for one in self.of.if_started:
            amount = _number(one.amount_vnd, self.lang)
            said = self.said("if_started", day=_day(one.first), amount=amount)
            yield Reason("provisional", "if_started", said, "")

    def lapse(self) -> Iterator[Reason]:
        """What the end of the programme means for the household, before it and after."""
        programme = self.by_id.get(self.of.programme or "")
        acts = self.acts()
        end = programme.end_for(acts["approved_on"], acts["started_on"]) if programme else None
        if self.of.lapses_on and programme and end and programme.span.last:
            part = "unapproved" if end is programme.unapproved else "unstarted"
            text = self.said(part, title=programme.title[self.lang], day=_day(programme.span.last))
            yield self.reason("lapse", part, text, end.cite)

    # --- one sentence

    def said(self, sentence: str, **parts: Any) -> str:
        """One of `SENTENCES` with its parts put in."""
        return SENTENCES[sentence][self.lang].format(**parts)

    def clause(self, code: str, role: str, frame: str) -> Reason:
        """A clause put into the frame of `SENTENCES` that says whether it holds, with its citation."""
        text = self.said(frame, text=self.fill(self.text(code)))
        return self.reason(role, code, text, self.book.clauses[code].cite)

    def reason(self, role: str, code: str, text: str, cite: Cite) -> Reason:
        """A sentence with where it is written, and whether that was verified."""
        return Reason(role, code, text, self.book.citation(cite, self.lang), cite.verified)

    def text(self, code: str) -> str:
        """A clause as its law file words it, with names in braces; a step of reasoning has only its code."""
        clause: Clause = self.book.clauses[code]
        return clause.text[self.lang] if clause.text else code

    def fill(self, text: str) -> str:
        """Names in braces replaced by the household's answers and the law's values."""
        return PLACEHOLDER.sub(lambda found: self.shown(found[1]), text) if "{" in text else text

    def shown(self, name: str) -> str:
        """A fact or value as a person reads it; an unknown is an ellipsis."""
        if name in self.book.facts:
            if not self.is_filled:
                return f"{{{name}}}"
            return answer(name, self.of.facts.get(name), self.of.on, self.book, self.lang)
        value: Value = self.book.values[name]
        dates = dict(zip(KEY_DATES, self.used, strict=True))
        period = value.on(dates[value.key_date], self.law.relevant_areas)
        return "…" if period is None else _value_text(value, period, self.lang)


def answer(name: str, value: Any, on: date, book: LawBook, lang: str) -> str:
    """What a household answered, as a person reads it; a name that is no fact's stays in its braces."""
    fact = book.facts.get(name)
    return f"{{{name}}}" if fact is None else _fact_text(fact, value, on, lang)


def general_text(code: str, law: LawOnDate, lang: str) -> str:
    """The text of a clause with the law's values and no household's answers: how the law itself reads."""
    text = (law.book.clauses[code].text or {}).get(lang, code)
    return PLACEHOLDER.sub(lambda found: _general(found[1], law, lang), text)


def _general(name: str, law: LawOnDate, lang: str) -> str:
    if name in law.book.facts:
        return "…"
    period = law.period(name)
    return "…" if period is None else _value_text(law.book.values[name], period, lang)


def _value_text(value: Value, period: Period, lang: str) -> str:
    if period.value is None:
        return "…"
    return _day(day(period.value)) if value.kind == "date" else _number(period.value, lang)


def _fact_text(fact: Fact, value: Any, on: date, lang: str) -> str:
    history = as_dated(value)
    value = history.at(on) if history is not None else value
    if value is None or is_not_measured(fact, value):
        return "…"
    if fact.kind == "choice":
        return word(f"{fact.name}.{value}", lang)
    if fact.kind == "date":
        return _day(_date(value) or on)
    if isinstance(value, bool):
        return SENTENCES["yes" if value else "no"][lang]
    return str(value) if fact.unit == "year" else _number(value, lang)


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]


def _date(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _day(on: date) -> str:
    return f"{on:%d/%m/%Y}"


def _number(number: float, lang: str) -> str:
    """1.234,5 in Vietnamese, 1,234.5 in English."""
    text = f"{number:,.10g}" if number % 1 else f"{int(number):,}"
    return text.translate(str.maketrans(",.", ".,")) if lang == "vi" else text
