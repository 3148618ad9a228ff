"""Whatever one thing is changed in the law's data, a worked case or a generated one notices it."""

from __future__ import annotations

from collections import defaultdict, deque
from itertools import chain
from unittest.mock import patch

import pytest
from law import second_encoding
from law.every_branch import (
    BASES,
    BOOK,
    FACTS,
    IS_PROOF,
    MEETINGS,
    differs,
    one_answer,
    one_day,
    two_answers,
)
from law.mutants import DAY, ORIGINS, mutants, with_level_of_da_nang
from law.test_every_branch import told, who_tells_of_a_dispute, written

from survey.law import assess, loader
from survey.law.cases import differences, read_cases
from survey.law.expressions import names
from survey.problems import Problem

_NOT_ASKED = "the programme that asks it begins a day later"
_FIRST_IN_ORDER = "whom NTP-EM helps is poor and of a minority: the first of its order, always"
_A_DONG = "whoever was not helped before gets millions from the programme, which count in place of it"
EQUIVALENT = {
    "values xnt.new dated.2.from: 2025-09-02": "a day without a period is as one with a repeal",
    "values xnt.repair dated.2.from: 2025-09-02": "a day without a period is as one with a repeal",
    "clauses doubt.age_by_year from: 2025-01-19": "it rests on house.age, which begins a day later",
    "clauses top_up.below_level from: 2024-11-09": _NOT_ASKED,
    "clauses ntp.separated from: 2022-08-14": _NOT_ASKED,
    "clauses ntp.house_need from: 2022-08-14": _NOT_ASKED,
    "clauses merit.house_2013 from: 2013-06-14": _NOT_ASKED,
    "programmes NTP-EM priority.order: without priority.poor_merit": _FIRST_IN_ORDER,
    "programmes NTP-EM priority.order: without priority.social_protection": _FIRST_IN_ORDER,
    "programmes NTP-EM priority.order: without priority.hardship": _FIRST_IN_ORDER,
    "programmes NTP-EM priority.order: without priority.disaster_prone": _FIRST_IN_ORDER,
    "programmes NTP-EM priority.order: without priority.rest": _FIRST_IN_ORDER,
    "supplements TOP-UP already: ntp_paid_vnd if still_helped else 1": _A_DONG,
    "supplements DISASTER-MINIMUM already: ntp_paid_vnd if still_helped else 1": _A_DONG,
    "supplements DISASTER-MINIMUM entitled.any: without disaster.damaged": (
        "its 20 million lift nobody: no programme of these days gives a damaged house less"
    ),
    "programmes: MERIT-2013 before MERIT-2025": "no day has both: the ended one comes after all others",
}
"""Changes that can change no assessment, each with its reason."""

ALL = [mutant for mutant in mutants() if mutant.say not in EQUIVALENT]
STEP = 11  # of an ordinary run: about sixty, spread over all files


class Watch:
    """What looks at a changed law; who noticed a change of an entry looks first at its next one."""

    def __init__(self):
        self.cases = read_cases()
        self.kept = defaultdict(lambda: deque(maxlen=3))
        self._expected = {id(one): second_encoding.judge(*one) for one in MEETINGS}

    def notices(self, mutant):
        """Who notices the change, or None."""
        try:
            with patch.object(loader, "check_book", lambda *_: None):
                book = loader.build(mutant.raw, ORIGINS)
        except Problem as problem:
            return f"law check: {problem.number}"
        quickly = self.written(mutant, book) or self.bounds(mutant)
        if quickly and not IS_PROOF:
            return quickly
        return (
            self.households(mutant, book, self.near(mutant))
            or quickly
            or self.disputes(book)
            or self.law_check(mutant)
            or self.worked_cases(book)
            or self.households(mutant, book, self.far(mutant))
        )

    def households(self, mutant, book, looking):
        """Whether one of the households is given another result than by the second encoding."""
        laws, kept = {}, self.kept[mutant.section, mutant.entry]
        for household in looking:
            day_and_place = household[1:]
            if day_and_place not in laws:
                laws[day_and_place] = book.law_on(*day_and_place)
            if self.is_otherwise(household, laws[day_and_place]):
                kept.appendleft(household)
                return "the second encoding"
        return None

    def is_otherwise(self, household, law):
        """Whether a law gives a household another result than the second encoding."""
        try:
            return bool(differs(self.expected(household), assess(household.facts, law)))
        except (Problem, TypeError, KeyError):  # a law that the check would refuse
            return True

    def expected(self, household):
        """What the second encoding gives; kept for the households that are asked again and again."""
        return self._expected.get(id(household)) or second_encoding.judge(*household)

    def near(self, mutant):
        """The households to whom the change could matter most."""
        if mutant.entry.startswith("procedure."):
            return
        starts = [one for one in self.starts(mutant) if self.concerns(mutant, one)]
        told_facts = facts_of(mutant.about or mutant.entry)
        yield from tuple(self.kept[mutant.section, mutant.entry])
        if mutant.day:
            yield from starts
            yield from one_day(starts, (mutant.day - DAY, mutant.day, mutant.day + DAY))
        for together in by_day_and_place(starts):
            yield from together
            yield from one_answer(together, told_facts)

    def far(self, mutant):
        """All others."""
        starts = self.starts(mutant)
        yield from starts
        if mutant.day:
            yield from one_day(starts, (mutant.day - DAY, mutant.day, mutant.day + DAY))
        yield from one_answer(starts)
        yield from two_answers(starts, facts_of(mutant.about or mutant.entry))

    def starts(self, mutant):
        """Those that walks start from, in the place of the change."""
        here = [base._replace(path=(mutant.area,)) for base in BASES] if mutant.area else []
        return [*here, *MEETINGS]

    def concerns(self, mutant, household):
        """Whether the changed entry has a say in what the household gets."""
        expected = self.expected(household)
        reached = REACHED.get(mutant.entry)
        if reached is None:
            return True
        paid = {code for code, *_ in expected["components"]} | set(expected["open"])
        return bool(reached & {expected["programme"], *paid})

    @staticmethod
    def written(mutant, book):
        """Whether a value is written otherwise than the second encoding has it."""
        is_value = mutant.section == "values"
        return "a value" if is_value and written(book.values[mutant.entry]) != told(mutant.entry) else None

    @staticmethod
    def disputes(book):
        """Whether another programme tells of a dispute, or one no longer does."""
        same = who_tells_of_a_dispute(book) == who_tells_of_a_dispute(BOOK)
        return None if same else "a reason"

    @staticmethod
    def bounds(mutant):
        """Whether Da Nang may decide otherwise than between its bounds."""
        if mutant.entry not in ("xnt.new", "xnt.repair"):
            return None
        low, high = second_encoding.level_between(mutant.entry.removeprefix("xnt."))
        answers = [is_accepted(mutant, level) for level in (low - 1, low, high, high + 1)]
        return None if answers == [False, True, True, False] else "the bounds"

    @staticmethod
    def law_check(mutant):
        """Whether the law is refused as a whole."""
        try:
            loader.build(mutant.raw, ORIGINS)
        except Problem as problem:
            return f"law check: {problem.number}"
        return None

    def worked_cases(self, book):
        """Whether a worked case comes out otherwise."""
        return "a worked case" if any(differences(case, book) for case in self.cases) else None


def by_day_and_place(households):
    """The households in groups: for each day and place the law has to be worked out anew."""
    groups = defaultdict(list)
    for one in households:
        groups[one.visit, one.path].append(one)
    return sorted(groups.values(), key=len, reverse=True)


def is_accepted(mutant, level):
    """Whether a province's own level may stand in the law."""
    try:
        with patch.object(loader, "check_book", lambda *_: None):
            loader.build(with_level_of_da_nang(mutant, level), ORIGINS)
    except Problem as problem:
        if problem.number != 2024:
            raise
        return False
    return True


def facts_of(entry):
    """The facts that an entry rests on, or that the conditions which use it rest on."""
    users = [code for code in BOOK.clauses if entry in names(BOOK.clauses[code].tree)]
    found, waiting, seen = set(), [entry, *users], set()
    while waiting:
        code = waiting.pop()
        if code in BOOK.facts:
            found.add(code)
        elif code in BOOK.clauses and code not in seen:
            seen.add(code)
            waiting += names(BOOK.clauses[code].tree)
    return tuple(name for name in FACTS if name in found)


def _reached():
    """Entry -> the programmes and supplements that rest on it; conditions of the house concern all."""
    found = defaultdict(set)
    for one in (*BOOK.programmes, *BOOK.supplements):
        parts = getattr(one, "components", None) or [one.component]
        trees = [one.entitled, *(part.price for part in parts)]
        waiting = [one.id, *chain.from_iterable(names(tree) for tree in trees), *getattr(one, "priority", ())]
        seen = set()
        while waiting:
            code = waiting.pop()
            if code not in seen:
                seen.add(code)
                found[code].add(one.id)
                waiting += names(BOOK.clauses[code].tree) if code in BOOK.clauses else ()
    wide = {code for code in found if code.startswith("house.")} | set(BOOK.definition)
    return {code: reached for code, reached in found.items() if code not in wide}


REACHED = _reached()


@pytest.fixture(scope="module")
def watch():
    return Watch()


@pytest.mark.parametrize("mutant", ALL if IS_PROOF else ALL[::STEP], ids=lambda mutant: mutant.say)
def test_a_change_is_noticed(watch, mutant):
    assert watch.notices(mutant)


def test_every_change_that_changes_nothing_is_one_of_the_changes():
    assert set(EQUIVALENT) <= {mutant.say for mutant in mutants()}
