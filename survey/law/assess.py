"""One household against the law: which class of house, which programme, how much, why, and what is still
missing.

The order of thought is the order of the functions: the truth of every condition, the programmes by rank, the
amounts, the outcome. `bulk.assess_many` does the same over columns and is held equal to this by property
tests.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from survey.law.assessment import Assessment, OpenComponent, ProgrammeResult, Stretch, together
from survey.law.book import KEY_DATES, KeyDates, LawBook, Programme
from survey.law.expressions import FALSE, TRUE, UNKNOWN
from survey.law.facts import Dated, day, environment_on, read
from survey.law.money import NOTHING, Money, components, reckon
from survey.law.rules import Candidate, CompiledRules, LawOnDate, Part

ENGINE_VERSION = "3"
"""Changes when an assessment says more, or the same facts and law could give another one.

3: keeps the components of the amount; a range never goes below nothing, where an amount could before.
2: keeps `if_started`, `lapses_on`, `redefined_on`. Which day is asked for what stands in the law's text (its
shape), so that what version 1 assessed by a text of shape 1 comes out the same.
"""

Env = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Judged:
    """One programme in question with the household's truths on the day it is asked."""

    of: Candidate
    env: Env
    entitles: int
    money: Money

    @property
    def programme(self) -> Programme:
        """What is in question, without the day it is asked on."""
        return self.of.programme


def assess(facts: Mapping[str, Any], law: LawOnDate) -> Assessment:
    """Assess one household. A fact that is absent or None is unknown; a `Dated` fact is read on the day each
    programme is asked.

    Raises: Problem 2030 (no such fact), 2031 (a value the fact cannot take).
    """
    known, dated = read(facts, law.book.facts, law.book.unknowns)
    dates = law.key_dates(known)
    truths = _Truths(law, known, dated)
    judged = [_judge(one, truths.of(one, dates)) for one in law.candidates(dates)]
    possible, chosen = _possible(judged)
    winner = chosen if chosen is not None and len(possible) == 1 else None
    needs = bool(possible) and (winner is None or not winner.money.is_settled)
    on_survey = truths.on(law.rules(dates), "surveyed_on", dates)
    works_kind = on_survey["works_kind"]
    settled = winner if not needs else None
    parts = components(settled.money, works_kind) if settled else ()
    amount = settled.money.amount_vnd if settled else None
    low, high = _range(possible, chosen, amount)
    return Assessment(
        outcome=_outcome(needs, winner, on_survey),
        house_class=house_class(on_survey, law.book),
        programme=winner.programme.id if winner else None,
        works_kind=works_kind,
        amount_vnd=amount,
        amount_low_vnd=low,
        amount_high_vnd=high,
        provisional=any(_stands_in(one.programme, known) for one in possible),
        components=parts,
        open_components=_open(settled, law.book) if settled else (),
        if_started=_if_started(settled, amount, known),
        lapses_on=_lapses_on(possible, known),
        redefined_on=_redefined_on(law, known),
        priority=_priority(winner),
        tie_breaks=tuple(winner.env[code] for code in winner.programme.tie_break) if winner else (),
        tranches=together(parts),
        missing_facts=_missing(possible, law.book) if needs else (),
        programmes=tuple(_result(one) for one in judged),
        house_reasons=_true(law.book.frame.because + law.book.frame.against, on_survey),
        doubts=_true(law.book.frame.doubts, on_survey),
        unverified=_unverified(possible, known),
        facts=dict(facts),
        on=law.on,
        area_codes=law.area_codes,
        release=law.release,
        engine_version=ENGINE_VERSION,
    )


def replay(assessment: Assessment, book: LawBook) -> Assessment:
    """The same facts against the book of the stored release: equal to the stored assessment, whatever
    changed since.
    """
    made = assess(assessment.facts, book.law_on(assessment.on, assessment.area_codes))
    return dataclasses.replace(made, engine_version=assessment.engine_version)


class _Truths:
    """The truth of every condition for one household, by the rules asked and the day they are asked on."""

    def __init__(self, law: LawOnDate, known: Mapping[str, Any], dated: Mapping[str, Dated]) -> None:
        self.law = law
        self.known = known
        self.dated = dated
        self._kept: dict[tuple[int, date | None], Env] = {}

    def of(self, candidate: Candidate, dates: KeyDates) -> Env:
        """The truths on the day on which the household asks a programme."""
        own = candidate.programme.asked(dates) if self.dated else dates
        return self.on(candidate.rules, candidate.programme.asked_on, own or dates)

    def on(self, rules: CompiledRules, key_date: str, dates: KeyDates) -> Env:
        """The truths by these rules on a key date; one environment serves all where no fact is dated."""
        asked = dates[KEY_DATES.index(key_date)] if self.dated else None
        kept = self._kept.get((id(rules), asked))
        if kept is None:
            facts = dict(self.known)
            if asked:
                facts = environment_on(facts, self.dated, asked, self.law.book.facts)
            kept = self._kept[id(rules), asked] = rules.run(facts)
        return kept


def _judge(candidate: Candidate, env: Env) -> _Judged:
    entitles = candidate.status(env)
    money = Money((), *NOTHING) if entitles == FALSE else reckon(candidate.parts, env)
    return _Judged(candidate, env, entitles, money)


def _possible(judged: Sequence[_Judged]) -> tuple[list[_Judged], _Judged | None]:
    """The programmes that could be chosen: unknown ones up to the first sure one, and that one (None if
    there is none).
    """
    possible: list[_Judged] = []
    for one in judged:
        if one.entitles != FALSE:
            possible.append(one)
        if one.entitles == TRUE:
            return possible, one
    return possible, None


def _range(possible: Sequence[_Judged], chosen: _Judged | None, amount: int | None) -> tuple[int, int]:
    """The least and most over the possible programmes; nothing at all is possible too where none is sure. A
    settled amount is the least: what is open can only add to it.
    """
    lows = [one.money.low for one in possible] + ([] if chosen else [0.0])
    high = round(max((one.money.high for one in possible), default=0.0))
    return (round(min(lows)), high) if amount is None else (amount, max(amount, high))


def _open(winner: _Judged, book: LawBook) -> tuple[OpenComponent, ...]:
    """The components that unknown facts leave open, each with the facts that matter to it alone."""
    return tuple(
        OpenComponent(
            share.part.component.code,
            share.part.component.kind,
            share.part.component.payer,
            round(share.low),
            round(share.high),
            share.part.component.is_apart,
            _missing_of(share.part, winner, book),
        )
        for share in winner.money.shares
        if not share.is_settled
    )


def _missing_of(part: Part, winner: _Judged, book: LawBook) -> tuple[str, ...]:
    """The unknown facts that leave one component open; where it lifts, those of what it lifts."""
    rules, env = winner.of.rules, winner.env
    known: dict[str, int] = {}
    found = 0
    for tree in part.trees:
        found |= rules.missing.of(tree, env, known)
    names = tuple(name for name, bit in book.fact_bits.items() if found & bit)
    if names or not part.component.lifts:
        return names
    # Only what comes before it is lifted; each of two that lift waiting for the other would never end.
    before = itertools.takewhile(lambda share: share.part is not part, winner.money.shares)
    others = (share.part for share in before if not share.is_settled)
    return tuple(sorted({name for one in others for name in _missing_of(one, winner, book)}))


def _outcome(needs: bool, winner: _Judged | None, env: Env) -> str:
    if needs:
        return "needs_information"
    if winner is None:
        return "not_entitled"
    # Only a clear "no" counts: whether they registered changes neither programme nor amount.
    return "not_registered" if env["registered"] == FALSE else "entitled"


def house_class(env: Env, book: LawBook) -> str:
    """The class of the house they live in, from the truths of the frame's two clauses."""
    temporary, without = env[book.frame.temporary], env[book.frame.no_house]
    if temporary == TRUE:
        return "temporary_or_dilapidated"
    if without == TRUE:
        return "no_house"
    return "unknown" if UNKNOWN in (temporary, without) else "sound"


def _stands_in(programme: Programme, known: Env) -> bool:
    """Whether another day stands in for the one that the level follows, not known yet."""
    told = "approved_on" if programme.key_date == "entered_on" else programme.key_date
    return told != "surveyed_on" and known[told] is None


def _if_started(winner: _Judged | None, amount: int | None, known: Env) -> tuple[Stretch, ...]:
    """What a later start of building would get, by the law as it is known: from which day, and how much."""
    if winner is None or amount is None or not _stands_in(winner.programme, known):
        return ()
    works_kind = winner.env["works_kind"]
    found: list[Stretch] = []
    before = components(winner.money, works_kind)
    for first, rules in winner.of.later:
        later = reckon(rules.parts(winner.programme), winner.env)
        told = components(later, works_kind)
        if later.is_settled and told != before:
            found.append(Stretch(first, winner.programme.id, later.amount_vnd, told))
            before = told
    return tuple(found)


def _acts(known: Env) -> tuple[date | None, date | None]:
    """The days of approval and of the start of building, as far as they are known."""
    approved, started = known["approved_on"], known["started_on"]
    return None if approved is None else day(approved), None if started is None else day(started)


def _lapses_on(possible: Sequence[_Judged], known: Env) -> date | None:
    """The first day on which no programme that could be chosen still helps; None where one stands."""
    days = [one.programme.lapses_on(*_acts(known)) for one in possible]
    return max((each for each in days if each), default=None) if None not in days else None


def _redefined_on(law: LawOnDate, known: Env) -> date | None:
    """The day on which the definition of a temporary house changed before the household was approved."""
    changed, approved = law.redefined_on, _acts(known)[0]
    return changed if changed and (approved is None or changed <= approved) else None


def _priority(winner: _Judged | None) -> int | None:
    """The place (from 1) of the first priority clause that is true; None where an unknown comes before it."""
    if winner is None:
        return None
    for place, code in enumerate(winner.programme.priority, 1):
        if winner.env[code] != FALSE:
            return place if winner.env[code] == TRUE else None
    return None


def _missing(possible: Sequence[_Judged], book: LawBook) -> tuple[str, ...]:
    """The unknown facts that could change programme or amount, in the order of `LawBook.fact_names`."""
    found = 0
    known_by_env: dict[int, dict[str, int]] = {}
    for one in possible:
        known, rules = known_by_env.setdefault(id(one.env), {}), one.of.rules
        for tree in (rules.status[one.of.place], rules.prices[one.of.place]):
            found |= rules.missing.of(tree, one.env, known)
    return tuple(name for name, bit in book.fact_bits.items() if found & bit)


def _result(one: _Judged) -> ProgrammeResult:
    sides: tuple[list[str], list[str], list[str]] = ([], [], [])
    for code in one.programme.codes:
        sides[one.env[code]].append(code)
    not_met, unknown, met = sides
    return ProgrammeResult(one.programme.id, one.entitles, tuple(met), tuple(not_met), tuple(unknown))


def _true(codes: Sequence[str], env: Env) -> tuple[str, ...]:
    return tuple(code for code in codes if env[code] == TRUE)


def _unverified(possible: Sequence[_Judged], known: Env) -> tuple[str, ...]:
    found: set[str] = set()
    for one in possible:
        found.update(one.of.rules.unverified_by_programme[one.programme.id])
        for share in one.money.shares:
            if share.high:
                found.update(one.of.rules.unverified_by_component[share.part.component.code])
        end = one.programme.end_for(*_acts(known))
        if end is not None and not end.cite.verified:
            found.add(f"{one.programme.id}.end")
    return tuple(sorted(found))
