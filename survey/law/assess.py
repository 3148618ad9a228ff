"""One household against the law: which class of house, which programme, how much, why, and what is still
missing.

The order of thought is the order of the functions: the truth of every condition, the programmes by rank, the
amounts, the outcome. `bulk.assess_many` does the same over columns and is held equal to this by property
tests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from survey.law.assessment import Assessment, Payment, ProgrammeResult
from survey.law.book import KEY_DATES, Book, Programme
from survey.law.evaluation import Scalar
from survey.law.expressions import FALSE, TRUE, UNKNOWN
from survey.law.facts import environment_on, read
from survey.law.rules import KeyDates, Law, Rules

ENGINE_VERSION = "1"  # changes when the same facts and the same law could give another assessment

Env = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Judged:
    """One programme in force with the household's truths on that programme's key date."""

    place: int  # among the rules' programmes
    programme: Programme
    env: Env
    entitles: int
    low: float  # equal to high where the amount is settled
    high: float


def assess(facts: Mapping[str, Any], law: Law) -> Assessment:
    """Assess one household. A fact that is absent or None is unknown; a `Dated` fact is read on each key
    date.

    Raises: Problem 2030 (no such fact), 2031 (a value the fact cannot take).
    """
    known, dated = read(facts, law.book.facts, law.book.unknowns)
    dates = law.key_dates(known)
    rules = law.rules(dates)
    envs = _environments(known, dated, dates, rules)
    judged = [_judge(place, one, envs, rules) for place, one in enumerate(rules.judges)]
    possible, chosen = _possible(judged)
    settled = chosen is not None and possible == [chosen]
    low, high = _range(possible, chosen)
    needs = bool(possible) and (not settled or low != high)
    winner = chosen if settled else None
    on_survey = envs["surveyed_on"]
    amount = round(winner.high) if winner and not needs else None
    works_kind = on_survey["works_kind"]
    return Assessment(
        outcome=_outcome(needs, winner, on_survey),
        house_class=house_class(on_survey, law.book),
        programme=winner.programme.id if winner else None,
        works_kind=works_kind,
        amount_vnd=amount,
        amount_low_vnd=round(low),
        amount_high_vnd=round(high),
        provisional=any(_stands_in(one.programme, known) for one in possible),
        priority=_priority(winner),
        tie_breaks=tuple(winner.env[code] for code in winner.programme.tie_break) if winner else (),
        tranches=_tranches(winner, works_kind, amount),
        missing_facts=_missing(possible, rules) if needs else (),
        programmes=tuple(_result(one) for one in judged),
        house_reasons=_true(law.book.frame.because + law.book.frame.against, on_survey),
        doubts=_true(law.book.frame.doubts, on_survey),
        unverified=_unverified(possible, rules),
        facts=dict(facts),
        on=law.on,
        area_codes=law.area_codes,
        release=law.release,
        engine_version=ENGINE_VERSION,
    )


def replay(assessment: Assessment, book: Book) -> Assessment:
    """The same facts against the book of the stored release: equal to the stored assessment, whatever
    changed since.
    """
    return assess(assessment.facts, book.law_on(assessment.on, assessment.area_codes))


def _environments(
    known: dict[str, Any], dated: Mapping[str, Any], dates: KeyDates, rules: Rules
) -> dict[str, Env]:
    """The truth of every condition on each key date; one environment serves all where no fact is dated."""
    if not dated:
        env = rules.run(known)
        return dict.fromkeys(KEY_DATES, env)
    vocabulary = rules.book.facts
    return {
        key: rules.run(environment_on(known, dated, on, vocabulary))
        for key, on in zip(KEY_DATES, dates, strict=True)
    }


def _judge(
    place: int, judge: tuple[Programme, Scalar, Scalar], envs: Mapping[str, Env], rules: Rules
) -> _Judged:
    programme, entitlement, price = judge
    env = envs[programme.key_date]
    entitles = entitlement(env)
    if entitles == FALSE:
        return _Judged(place, programme, env, FALSE, 0, 0)
    amount = price(env)
    low, high = (amount, amount) if amount is not None else _bounds(programme, env, rules)
    return _Judged(place, programme, env, entitles, low, high)


def _bounds(programme: Programme, env: Env, rules: Rules) -> tuple[float, float]:
    """The least and most the amount can be: over both kinds of works if that is unknown, 0 to `at_most` if a
    fact is.
    """
    asked = env["works_kind"]
    lows, highs = [], []
    for kind, (price, at_most) in rules.bounds[programme.id].items():
        if asked in (None, kind):
            amount = price(env)
            lows.append(0.0 if amount is None else amount)
            highs.append(at_most(env) if amount is None else amount)
    return min(lows), max(highs)


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


def _range(possible: Sequence[_Judged], chosen: _Judged | None) -> tuple[float, float]:
    """The least and most over the possible programmes; nothing at all is possible too where none is sure."""
    lows = [one.low for one in possible] + ([] if chosen else [0.0])
    return min(lows), max((one.high for one in possible), default=0.0)


def _outcome(needs: bool, winner: _Judged | None, env: Env) -> str:
    if needs:
        return "needs_information"
    if winner is None:
        return "not_entitled"
    # Only a clear "no" counts: whether they registered changes neither programme nor amount.
    return "not_registered" if env["registered"] == FALSE else "entitled"


def house_class(env: Env, book: Book) -> str:
    """The class of the house they live in, from the truths of the frame's two clauses."""
    temporary, without = env[book.frame.temporary], env[book.frame.no_house]
    if temporary == TRUE:
        return "temporary_or_dilapidated"
    if without == TRUE:
        return "no_house"
    return "unknown" if UNKNOWN in (temporary, without) else "sound"


def _stands_in(programme: Programme, known: Env) -> bool:
    """Whether the survey date stands in for a key date that is not known yet."""
    return programme.key_date != "surveyed_on" and known[programme.key_date] is None


def _priority(winner: _Judged | None) -> int | None:
    """The place (from 1) of the first priority clause that is true; None where an unknown comes before it."""
    if winner is None:
        return None
    for place, code in enumerate(winner.programme.priority, 1):
        if winner.env[code] != FALSE:
            return place if winner.env[code] == TRUE else None
    return None


def _tranches(winner: _Judged | None, works_kind: str | None, amount: int | None) -> tuple[Payment, ...]:
    """The amount cut by percent; the last tranche takes what rounding leaves, so the sum is exact."""
    if winner is None or amount is None or works_kind is None:
        return ()
    shares = winner.programme.tranches[works_kind]
    parts = [amount * share.percent // 100 for share in shares]
    parts[-1] = amount - sum(parts[:-1])
    return tuple(Payment(share.after, share.percent, part) for share, part in zip(shares, parts, strict=True))


def _missing(possible: Sequence[_Judged], rules: Rules) -> tuple[str, ...]:
    """The unknown facts that could change the programme or the amount, in the order of `Book.fact_names`."""
    found = 0
    known_by_env: dict[int, dict[str, int]] = {}
    for one in possible:
        known = known_by_env.setdefault(id(one.env), {})
        for tree in (rules.status[one.place], rules.prices[one.place]):
            found |= rules.missing.of(tree, one.env, known)
    return tuple(name for name, bit in rules.book.fact_bits.items() if found & bit)


def _result(one: _Judged) -> ProgrammeResult:
    sides: tuple[list[str], list[str], list[str]] = ([], [], [])
    for code in one.programme.codes:
        sides[one.env[code]].append(code)
    not_met, unknown, met = sides
    return ProgrammeResult(one.programme.id, one.entitles, tuple(met), tuple(not_met), tuple(unknown))


def _true(codes: Sequence[str], env: Env) -> tuple[str, ...]:
    return tuple(code for code in codes if env[code] == TRUE)


def _unverified(possible: Sequence[_Judged], rules: Rules) -> tuple[str, ...]:
    return tuple(
        sorted({name for one in possible for name in rules.unverified_by_programme[one.programme.id]})
    )
