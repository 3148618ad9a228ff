"""The law once more, in plain Python: written from the facts and wording that `domain.md` collects.

It imports nothing of the program and reads none of its files; every number below is typed in with the place
it comes from ("domain 3" is section 3). What the program's data decides where the sources are silent
(`survey/law/CHANGES.md`) is marked *reading*. An unknown is None, and so is a truth that an unknown leaves
open.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

MILLION = 1_000_000

# --- truths


def every(*truths):
    """Yes if all are; no if one is not; otherwise open."""
    return False if False in truths else None if None in truths else True


def some(*truths):
    """Yes if one is; no if none is; otherwise open."""
    return True if True in truths else None if None in truths else False


def no(truth):
    """The contrary."""
    return None if truth is None else not truth


def at_least(count, *truths):
    """Whether so many are true."""
    sure = truths.count(True)
    return True if sure >= count else None if sure + truths.count(None) >= count else False


def is_one_of(answer, *wanted):
    """Whether an answer is one of these."""
    return None if answer is None else answer in wanted


def less(left, right):
    """Whether left is less than right."""
    return None if left is None or right is None else left < right


# --- the house (domain 1.1: Decision 55/QĐ-BXD of 20/1/2025)

DECISION_55 = date(2025, 1, 20)
MADE_UP = "99"  # the province of `made_province/`, which decides all that is left to provinces


class House:
    """What the visit of a day found."""

    def __init__(self, told, visit, path):
        self.told, self.visit = told, visit
        # Domain 1.1, criterion 4 and "local material": the province decides; none has (reading), 99 does.
        self.province_decided = MADE_UP in path and visit >= DECISION_55
        self.area = told("area_m2") or None  # 0 m² was not measured (reading)
        self.is_own = is_one_of(told("house_tenure"), "own")
        self.none_of_own = is_one_of(
            told("house_tenure"), "with_parents", "others_house", "rented", "no_house"
        )
        self.foundation = self.lasts(
            "foundation_material",
            *("cement_mortar", "concrete", "reinforced_concrete", "brick", "stone", "tile", "wood"),
        )
        self.frame = self.lasts("frame_material", "reinforced_concrete", "iron", "steel", "durable_wood")
        # Reading: concrete walls count with brick and stone.
        walls = self.lasts("wall_material", "brick", "stone", "durable_wood", "metal", "concrete")
        # Reading: frame and walls are one part, and durable walls that carry the roof need no frame.
        needs_none = is_one_of(told("frame_material"), "no_frame")
        self.frame_and_walls = every(walls, some(self.frame, needs_none))
        support = self.lasts("roof_frame_material", "reinforced_concrete", "iron", "steel", "durable_wood")
        # "Sheet roofs count as durable if on a solid frame firmly tied to built walls or RC columns."
        sheet = every(is_one_of(told("roof_material"), "sheet"), told("sheet_roof_tied"))
        cover = some(self.lasts("roof_material", "reinforced_concrete", "tile"), sheet)
        self.roof = every(support, cover)

    def lasts(self, part, *durable):
        """Whether a part is of durable material."""
        more = ("local_equivalent",) if self.province_decided else ()
        return is_one_of(self.told(part), *durable, *more)

    @property
    def soft_parts(self):
        """Which of the three main parts do not last: foundation, frame and walls, roof."""
        return no(self.foundation), no(self.frame_and_walls), no(self.roof)

    @property
    def per_person(self):
        """Square metres a person."""
        people = self.told("people")
        return None if self.area is None or people is None else self.area / people

    def age(self):
        """Years in use, by the year of building."""
        built = self.told("year_built")
        return None if built is None else self.visit.year - built

    def criteria(self):
        """Each criterion of the day with its truth, and last what rules all of them out."""
        told, own = self.told, self.is_own
        if self.visit < DECISION_55:
            # Domain 1.2, Decision 69/QĐ-BNN-VPĐP: not "3 cứng" (floor, frame, roof). Reading: one is enough,
            # and it stands in for the definition that was lacking before 20/1/2025.
            not_hard = some(no(self.foundation), no(self.frame), no(self.roof))
            return {"house.before_2025": every(own, not_hard)}
        people = told("people")
        is_single = None if people is None else people == 1
        is_family = None if people is None else people > 1
        lacking = [
            no(told(name)) for name in ("has_kitchen", "has_toilet", "has_electricity", "has_clean_water")
        ]
        return {
            # 1a: under 18 m². 1b: under 30 m² AND under 8 m² a person.
            "house.area_single": every(own, is_single, less(self.area, 18)),
            "house.area_family": every(own, is_family, less(self.area, 30), less(self.per_person, 8)),
            # 2: at least 2 of the 3 main structures.
            "house.structure": every(own, at_least(2, *self.soft_parts)),
            # 3: 20 years or more, never renovated, now degraded. Reading: of whatever material.
            "house.age": every(own, no(less(self.age(), 20)), no(told("ever_repaired")), told("degraded")),
            # 4: decided by the province; 99 asks for all five.
            "house.province": every(own, self.province_decided, at_least(5, *lacking, told("fire_unsafe"))),
            # Article 2, read in a summary: breaches planning or must be demolished.
            "house.excluded": every(own, some(told("planning_breach"), told("must_demolish"))),
        }

    @property
    def undisputed(self):
        """Residential land without dispute."""
        return no(self.told("land_disputed"))

    def is_temporary(self):
        """Nhà tạm, nhà dột nát: any one criterion, unless ruled out or on disputed land."""
        found = self.criteria()
        excluded = found.pop("house.excluded", False)
        return every(self.undisputed, no(excluded), some(*found.values()))

    def near_collapse(self):
        """A house of their own, near collapse."""
        return every(self.is_own, self.told("near_collapse"))

    def house_class(self):
        """The class of the house they live in."""
        temporary = self.is_temporary()
        if temporary:
            return "temporary_or_dilapidated"
        if self.none_of_own:
            return "no_house"
        return "unknown" if None in (temporary, self.none_of_own) else "sound"

    def reasons(self):
        """Criteria that are met, and what rules them out."""
        return [code for code, truth in self.criteria().items() if truth]

    def doubts(self):
        """Readings: what the meeting should look at."""
        works, damage = self.told("works_kind"), self.told("disaster_damage")
        new, repair = is_one_of(works, "new"), is_one_of(works, "repair")
        lasting = (self.foundation, self.frame_and_walls, self.roof)
        old = self.criteria().get("house.age", False)
        found = {
            "doubt.repair_of_soft_house": every(self.is_own, repair, *self.soft_parts),
            "doubt.new_for_durable_house": every(self.is_own, new, *lasting, no(self.told("near_collapse"))),
            "doubt.repair_of_lost_house": every(
                repair, some(is_one_of(damage, "collapsed"), self.none_of_own)
            ),
            "doubt.age_by_year": every(old, less(self.age(), 21)),
        }
        return [code for code, truth in found.items() if truth]


# --- days

FIRST_AND_LAST = {  # domain 0, in the order in which they are chosen (reading: the order)
    "DIFF-2025": (date(2024, 11, 10), date(2025, 12, 31)),  # Hòa Bình and Phú Thọ practice; end: reading
    "MERIT-2025": (date(2025, 1, 9), date(2025, 12, 31)),
    "MERIT-2013": (date(2013, 6, 15), date(2025, 1, 8)),
    "NTP-SPR": (date(2022, 8, 15), date(2025, 12, 31)),
    "NTP-EM": (date(2022, 8, 15), date(2025, 12, 31)),  # first day as of poor districts: reading
    "XNT-2024": (date(2024, 4, 13), date(2025, 8, 31)),
    "DISASTER": (date(2021, 7, 1), date.max),
}
ALL_60_30 = date(2024, 11, 10)  # domain 0 and 11.1: 60/30 takes effect
END_OF_2025 = date(2025, 12, 31)


def asked_on(programme, visit, entered, start):
    """The days of entry and start by which a household asks a programme; None where it cannot.

    Readings: it enters on the day of approval, else of the visit; who was visited in a programme's time is
    asked as on its last day, and a later start gets the last level.
    """
    first, last = FIRST_AND_LAST[programme]
    if entered > last and not first <= visit <= last:
        return None
    entry, begun = min(entered, last), min(start, last)
    level_day = visit if programme == "DISASTER" else begun
    return (entry, begun) if entry >= first and first <= level_day <= last else None


# --- whom a programme helps (domain 2)


def separated_in_time(told):
    """Domain 2: independent three years before 18/1/2022 (Decision 90/QĐ-TTg)."""
    separated = told("separated_on")
    return None if separated is None else separated <= date(2019, 1, 18)


def still_helped(told):
    """Helped with a house that was not lost to a disaster since (domain 11.7)."""
    return every(told("helped_before"), no(told("helped_house_lost")))


def is_poor(told):
    """On the list of poor households."""
    return is_one_of(told("poverty_status"), "poor")


def is_poor_or_near(told):
    """On one of the two lists."""
    return some(is_poor(told), is_one_of(told("poverty_status"), "near_poor"))


def in_hardship(told):
    """Reading: special hardship, or a social-protection beneficiary."""
    return some(told("has_special_hardship"), told("has_social_protection"))


def needs_emergency_help(told):
    """Decree 20/2021 article 15: poor, near-poor or in hardship, and the house lost or damaged."""
    damage = is_one_of(told("disaster_damage"), "collapsed", "forced_relocation", "badly_damaged")
    return every(some(is_poor_or_near(told), in_hardship(told)), damage)


def is_short_of_a_house(house, path):
    """Circular 01/2022 article 3 (domain 1.2): no house, or 2 of 3 parts weak AND under 8 m² a person.

    Reading: both; the made-up province reads it as "either".
    """
    weak, small = at_least(2, *house.soft_parts), less(house.per_person, 8)
    poor_house = some(weak, small) if MADE_UP in path else every(weak, small)
    return some(house.none_of_own, every(house.is_own, poor_house))


def helped_too_lately(told, visit, entry, path):
    """XNT: any help bars (reading); Da Nang counts 10 years (domain 2), in 2025; so does 99 from March."""
    counts_years = ("48" in path and date(2025, 1, 1) <= entry <= END_OF_2025) or (
        MADE_UP in path and entry >= date(2025, 3, 1)
    )
    latest = told("last_help_year")
    within = None if latest is None else visit.year - latest < 10
    return every(still_helped(told), within if counts_years else True)


def helps(programme, told, house, visit, entry, begun, path):
    """Whether a programme helps a household."""
    if programme == "DIFF-2025":
        # Domain 0: lifts towards 60/30 what a national programme has paid for this house.
        works, paid = told("works_kind"), told("ntp_paid_vnd")
        level = None if works is None else level_60_30(works)
        was_paid = None if paid is None else paid > 0
        return every(still_helped(told), was_paid, less(paid, level))
    if programme in ("MERIT-2025", "MERIT-2013"):
        # Domain 2: art. 99(1) Decree 131/2021, living and registered there; not helped under Decision 22.
        twice = every(still_helped(told), told("helped_2013"))
        # Reading of 2013: weak in two parts, degraded or near collapse.
        bad = (
            some(house.is_temporary(), house.near_collapse())
            if programme == "MERIT-2025"
            else every(
                house.is_own,
                some(told("near_collapse"), told("degraded"), at_least(2, *house.soft_parts)),
            )
        )
        return every(told("merit_status"), told("permanent_residence"), bad, house.undisputed, no(twice))
    if programme == "NTP-SPR":
        return every(
            told("poor_district"),
            is_poor_or_near(told),
            is_short_of_a_house(house, path),
            separated_in_time(told),
            house.undisputed,
            no(still_helped(told)),
        )
    if programme == "NTP-EM":
        # Readings throughout: conditions of Decision 1719 were not read.
        return every(
            told("minority_area"),
            is_poor(told),
            told("ethnic_minority"),
            some(house.is_temporary(), house.none_of_own),
            house.undisputed,
            no(still_helped(told)),
        )
    if programme == "XNT-2024":
        barred = helped_too_lately(told, visit, entry, path)
        return every(is_poor_or_near(told), house.is_temporary(), house.undisputed, no(barred))
    return needs_emergency_help(told)


# --- how much (domain 3), in đồng


def pair(works, new, repair):
    """Millions for a new house or a repair."""
    return (new if works == "new" else repair) * MILLION


def level_60_30(works):
    """From 10/11/2024 (domain 3)."""
    return pair(works, 60, 30)


def emergency_minimum(damage):
    """Decree 20/2021 article 15: at least 40 / 30 / 20 (domain 0)."""
    return {"collapsed": 40, "forced_relocation": 30, "badly_damaged": 20}.get(damage, 0) * MILLION


def own_money(programme, told, begun, path):
    """(component, payer, đồng) of a programme, all facts known."""
    works = told("works_kind")
    if programme == "DIFF-2025":
        return [("DIFF-2025.amount", "", max(0, level_60_30(works) - told("ntp_paid_vnd")))]
    if programme == "MERIT-2013":
        return [("MERIT-2013.amount", "", pair(works, 40, 20))]
    if programme == "MERIT-2025":
        # Domain 3: the central share is 100 % for provinces that receive a balancing supplement, 80 % if
        # they remit up to 20 %. Reading: 100 everywhere; 80 in the made-up province.
        central = pair(works, 48, 24) if MADE_UP in path else pair(works, 60, 30)
        return [
            ("MERIT-2025.central", "CENTRAL_MERIT", central),
            ("MERIT-2025.local", "LOCAL", level_60_30(works) - central),
        ]
    if programme in ("NTP-SPR", "NTP-EM"):
        # Circular 55/2023 article 74: 40/20 of central money (NTP-EM: the same, a reading).
        return [
            (f"{programme}.central", "CENTRAL_NTP", pair(works, 40, 20)),
            (f"{programme}.local", "LOCAL", local_addition(programme, works, begun, path)),
        ]
    if programme == "XNT-2024":
        # 50/25, from 10/11/2024 60/30.
        level = pair(works, 50, 25) if begun < ALL_60_30 else level_60_30(works)
        return [("XNT-2024.amount", "", level)]
    return [("DISASTER.amount", "", emergency_minimum(told("disaster_damage")))]


def local_addition(programme, works, begun, path):
    """What a province adds to the 40/20 of a national programme."""
    if "06" in path and date(2025, 1, 1) <= begun <= END_OF_2025:
        return pair(works, 20, 10)  # Bac Kan agreed on 60/30 for 2025 (domain 3)
    if "19" in path and date(2025, 7, 1) <= begun <= END_OF_2025:
        return pair(works, 20, 10)  # reading: the level went on in Thai Nguyen after the merger
    if "10" in path and programme == "NTP-SPR" and begun <= date(2024, 12, 31):
        return pair(works, 4, 2)  # Muong Khuong in Lao Cai; dates are a reading
    return 0


def cadastral_extract(works, begun, path):
    """Lao Cai, Plan 33/KH-UBND of 21/1/2025: 1 million a house (domain 3); of repairs too: reading."""
    if "10" in path and date(2025, 1, 21) <= begun <= END_OF_2025:
        return 1 * MILLION
    # Reading: the supplement is in force in 2025. The made-up province would pay on any day.
    return pair(works, 2, 1) if MADE_UP in path and date(2025, 1, 1) <= begun <= END_OF_2025 else 0


def added_for_hardship(told, begun, path):
    """A component of the made-up province: 5/3 million for a household in hardship."""
    in_force = MADE_UP in path and date(2024, 6, 1) <= begun <= END_OF_2025
    return pair(told("works_kind"), 5, 3) if in_force and in_hardship(told) else 0


def money(programme, told, visit, begun, path):
    """Every component with its payer and đồng, all facts known."""
    parts = own_money(programme, told, begun, path)
    extract = cadastral_extract(told("works_kind"), begun, path)
    parts.append(("HARDSHIP-99", "PROVINCE", added_for_hardship(told, begun, path)))
    house = sum(amount for _, _, amount in parts)
    paid = told("ntp_paid_vnd") or 0 if still_helped(told) else 0
    top_up = minimum = 0
    if programme in ("NTP-SPR", "NTP-EM") and ALL_60_30 <= begun <= END_OF_2025:
        # The difference: the level minus the house's other public money (domain 0: 44 → 16, 45 → 15).
        top_up = max(0, level_60_30(told("works_kind")) - house - paid)
    house += top_up
    if visit >= date(2021, 7, 1) and needs_emergency_help(told):
        # Reading: the minimum holds whichever programme helps.
        minimum = max(0, emergency_minimum(told("disaster_damage")) - house - paid)
    return [
        *parts,
        ("CADASTRAL-EXTRACT", "PROVINCE", extract),
        ("TOP-UP", "LOCAL", top_up),
        ("DISASTER-MINIMUM", "LOCAL", minimum),
    ]


APART = "CADASTRAL-EXTRACT"  # paid beside the stages of the house
POSSIBLE = {  # what an unknown fact could be, as far as money depends on it
    "works_kind": ("new", "repair"),
    "disaster_damage": ("none", "collapsed", "forced_relocation", "badly_damaged"),
    "poverty_status": ("poor", "none"),
    "has_special_hardship": (True, False),
    "has_social_protection": (True, False),
    "helped_before": (True, False),
    "helped_house_lost": (True, False),
    "ntp_paid_vnd": (0, 60 * MILLION),
}


def settled_money(programme, told, visit, begun, path):
    """The components that are the same whatever the unknown facts are, the codes of the others, and the most
    that the house could get.
    """
    unknown = [name for name in POSSIBLE if told(name) is None]
    if still_helped(told) is None and "ntp_paid_vnd" not in unknown:
        unknown.append("ntp_paid_vnd")  # reading: where help is not known, neither is what it paid
    worlds = []
    for answers in product(*(POSSIBLE[name] for name in unknown)):
        assumed = dict(zip(unknown, answers, strict=True))
        world = money(programme, lambda name, a=assumed: a.get(name, told(name)), visit, begun, path)
        worlds.append(world)
    parts, open_ = [], []
    for same in zip(*worlds, strict=True):
        code, payer, amount = same[0]
        if any(other[2] != amount for other in same):
            open_.append(code)
        elif amount:
            parts.append((code, payer, amount, tranches(code, programme, told("works_kind"), amount)))
    most = max(sum(amount for code, _, amount in world if code != APART) for world in worlds)
    return parts, open_, most


def tranches(code, programme, works, amount):
    """Circular 55/2023 article 75: 70 % then 30 % (domain 4; elsewhere by analogy: reading)."""
    if works is None:
        return ()
    if code == APART or programme == "DISASTER":
        return (("decision", 100, amount),)  # readings
    stage = "foundation" if works == "new" else "repair_30_percent"
    first = amount * 70 // 100
    return ((stage, 70, first), ("finished", 30, amount - first))


# --- one household

CHANGES_OF_LEVEL = (  # days from which a start could be worth something else
    date(2024, 6, 1),
    date(2024, 11, 10),
    date(2025, 1, 1),
    date(2025, 1, 21),
    date(2025, 7, 1),
)


def judge(facts, visit, path=()):
    """What the law of a day gives one household: facts by name (absent or None is unknown)."""
    told = facts.get
    approved, started = told("approved_on"), told("started_on")
    entered = approved or visit
    start = started or max(visit, entered)
    house = House(told, visit, path)
    possible, sure = [], None
    for programme, entry, begun in in_question(visit, entered, start):
        answer = helps(programme, told, house, visit, entry, begun, path)
        if answer is not False:
            possible.append((programme, begun))
        if answer:
            sure = (programme, begun)
            break
    chosen = sure if len(possible) == 1 else None
    result = {
        "house_class": house.house_class(),
        "house_reasons": house.reasons(),
        "doubts": house.doubts(),
        "programme": chosen and chosen[0],
        "provisional": started is None and any(one != "DISASTER" for one, _ in possible),
        "lapses_on": lapses_on([one for one, _ in possible], approved),
        "redefined_on": DECISION_55 if visit < DECISION_55 <= (approved or date.max) else None,
        "priority": priority(chosen and chosen[0], told),
        "tie_breaks": tie_breaks(chosen and chosen[0], house),
    }
    return result | amounts(possible, chosen, told, visit, path)


def in_question(visit, entered, start):
    """The programmes to be asked, in order, with the days of entry and start each is asked by.

    Reading: one that had ended before the household entered comes after all others.
    """
    found = [(programme, asked_on(programme, visit, entered, start)) for programme in FIRST_AND_LAST]
    asked = [(programme, *days) for programme, days in found if days]
    return sorted(asked, key=lambda one: entered > FIRST_AND_LAST[one[0]][1])


def amounts(possible, chosen, told, visit, path):
    """Outcome, components and sum."""
    nothing = {"amount_vnd": None, "components": [], "open": [], "if_started": []}
    if not possible:
        return nothing | {"outcome": "not_entitled", "amount_high_vnd": 0}
    if chosen is None:
        return nothing | {"outcome": "needs_information"}
    programme, begun = chosen
    parts, open_, most = settled_money(programme, told, visit, begun, path)
    if any(code.startswith(programme) for code in open_):
        return nothing | {"outcome": "needs_information"}
    amount = house_sum(parts)
    return {
        "outcome": "not_registered" if told("registered") is False else "entitled",
        "amount_vnd": amount,
        "amount_high_vnd": max(amount, most),
        "components": parts,
        "open": open_,
        "if_started": later_starts(programme, parts, told, visit, begun, path),
    }


def house_sum(parts):
    """The public money for the house: what is paid apart is no part of it."""
    return sum(amount for code, _, amount, _ in parts if code != APART)


def later_starts(programme, parts, told, visit, begun, path):
    """What a start on a later day would get, where none is known yet."""
    found = []
    if told("started_on") is not None or programme == "DISASTER":
        return found
    for day in CHANGES_OF_LEVEL:
        if begun < day <= FIRST_AND_LAST[programme][1]:
            later, _, _ = settled_money(programme, told, visit, day, path)
            if later != parts:
                found.append((day, programme, house_sum(later), later))
                parts = later
    return found


def lapses_on(possible, approved):
    """Reading: who was not approved by the last day loses the help with it; an approval stands."""
    days = []
    for programme in possible:
        last = FIRST_AND_LAST[programme][1]
        if last == date.max or (approved is not None and approved <= last):
            return None
        days.append(last + timedelta(days=1))
    return max(days, default=None)


ORDERED = ("NTP-SPR", "NTP-EM", "XNT-2024")  # reading: the order of NTP-SPR, by analogy for the others


def priority(programme, told):
    """The place in the order of Circular 01/2022 article 5 (domain 2); None where it is open."""
    if programme not in ORDERED:
        return None
    order = (
        every(is_poor(told), told("ethnic_minority")),
        every(is_poor(told), told("has_merit_person")),
        every(is_poor_or_near(told), told("has_social_protection")),
        every(is_poor_or_near(told), told("has_special_hardship")),
        told("disaster_prone"),
        True,
    )
    place = next(place for place, truth in enumerate(order, 1) if truth is not False)
    return place if order[place - 1] else None


def tie_breaks(programme, house):
    """Article 5(2): (a) near collapse, (b) no house of their own; 0 no, 1 open, 2 yes."""
    truths = (house.near_collapse(), house.none_of_own) if programme in ORDERED else ()
    return tuple({False: 0, None: 1, True: 2}[truth] for truth in truths)


# --- the numbers as they are written, each with its first and last day


START_OF_2025 = date(2025, 1, 1)
NTP_FIRST = date(2022, 8, 15)
DECREE_20 = date(2021, 7, 1)
_IN_2025 = (START_OF_2025, END_OF_2025)
_MERIT_2025 = (date(2025, 1, 9), END_OF_2025)
_TOP_UP = (ALL_60_30, END_OF_2025)
_EXTRACT = (date(2025, 1, 21), END_OF_2025)
_AFTER_MERGER = (date(2025, 7, 1), END_OF_2025)
_MUONG_KHUONG = (NTP_FIRST, date(2024, 12, 31))
_BEFORE_THE_RAISE = (date(2024, 4, 13), date(2024, 11, 9))
_RAISED = (ALL_60_30, date(2025, 8, 31))
WRITTEN = {  # value: place ("" for the nation) -> (first day, last day, number); None is an open end
    "house.single_area_m2": {"": [(DECISION_55, None, 18)]},
    "house.family_area_m2": {"": [(DECISION_55, None, 30)]},
    "house.area_per_person_m2": {"": [(DECISION_55, None, 8)]},
    "house.soft_parts": {"": [(DECISION_55, None, 2)]},
    "house.years_in_use": {"": [(DECISION_55, None, 20)]},
    "house.handbook_soft_parts": {"": [(None, date(2025, 1, 19), 1)]},
    "house.local_material_accepted": {"": [(None, None, False)]},
    "house.province_criterion": {"": [(None, None, False)]},
    "house.province_lacks": {"": [(None, None, 5)]},
    "disaster.collapsed": {"": [(DECREE_20, None, 40 * MILLION)]},
    "disaster.forced_relocation": {"": [(DECREE_20, None, 30 * MILLION)]},
    "disaster.badly_damaged": {"": [(DECREE_20, None, 20 * MILLION)]},
    "merit_2013.new": {"": [(date(2013, 6, 15), None, 40 * MILLION)]},
    "merit_2013.repair": {"": [(date(2013, 6, 15), None, 20 * MILLION)]},
    "merit_2013.soft_parts": {"": [(date(2013, 6, 15), None, 2)]},
    "merit_2025.new": {"": [(*_MERIT_2025, 60 * MILLION)]},
    "merit_2025.repair": {"": [(*_MERIT_2025, 30 * MILLION)]},
    "merit_2025.central_percent": {"": [(*_MERIT_2025, 100)]},
    "ntp_spr.soft_parts": {"": [(NTP_FIRST, None, 2)]},
    "ntp_spr.area_per_person_m2": {"": [(NTP_FIRST, None, 8)]},
    "ntp_spr.structure_and_area": {"": [(NTP_FIRST, None, True)]},
    "ntp_spr.separated_by": {"": [(NTP_FIRST, None, date(2019, 1, 18))]},
    "ntp_spr.central_new": {"": [(NTP_FIRST, None, 40 * MILLION)]},
    "ntp_spr.central_repair": {"": [(NTP_FIRST, None, 20 * MILLION)]},
    "ntp_spr.local_new": {
        "": [(NTP_FIRST, None, 0)],
        "06": [(*_IN_2025, 20 * MILLION)],
        "19": [(*_AFTER_MERGER, 20 * MILLION)],
        "10": [(*_MUONG_KHUONG, 4 * MILLION)],
    },
    "ntp_spr.local_repair": {
        "": [(NTP_FIRST, None, 0)],
        "06": [(*_IN_2025, 10 * MILLION)],
        "19": [(*_AFTER_MERGER, 10 * MILLION)],
        "10": [(*_MUONG_KHUONG, 2 * MILLION)],
    },
    "ntp_em.central_new": {"": [(NTP_FIRST, None, 40 * MILLION)]},
    "ntp_em.central_repair": {"": [(NTP_FIRST, None, 20 * MILLION)]},
    "ntp_em.local_new": {
        "": [(NTP_FIRST, None, 0)],
        "06": [(*_IN_2025, 20 * MILLION)],
        "19": [(*_AFTER_MERGER, 20 * MILLION)],
    },
    "ntp_em.local_repair": {
        "": [(NTP_FIRST, None, 0)],
        "06": [(*_IN_2025, 10 * MILLION)],
        "19": [(*_AFTER_MERGER, 10 * MILLION)],
    },
    "top_up.new": {"": [(*_TOP_UP, 60 * MILLION)]},
    "top_up.repair": {"": [(*_TOP_UP, 30 * MILLION)]},
    "xnt.new": {"": [(*_BEFORE_THE_RAISE, 50 * MILLION), (*_RAISED, 60 * MILLION)]},
    "xnt.repair": {"": [(*_BEFORE_THE_RAISE, 25 * MILLION), (*_RAISED, 30 * MILLION)]},
    "xnt.helped_never": {"": [(None, None, True)], "48": [(*_IN_2025, False)]},
    "xnt.helped_within_years": {"": [(None, None, 10)], "48": [(*_IN_2025, 10)]},
    "cadastral_extract.new": {"": [(None, None, 0)], "10": [(*_EXTRACT, 1 * MILLION)]},
    "cadastral_extract.repair": {"": [(None, None, 0)], "10": [(*_EXTRACT, 1 * MILLION)]},
    # How a village meets and posts (domain 2, 5 and 8): more than half of those attending; the quorum of
    # Circular 16/2014 (its first day: reading); posting as in Decision 24/2021, by analogy (reading).
    "procedure.meeting_votes_percent": {"": [(NTP_FIRST, None, 50)]},
    "procedure.meeting_quorum_percent": {"": [(date(2014, 10, 1), None, 60)]},
    "procedure.posting_days": {"": [(date(2021, 9, 1), None, 3)]},
}


def level_between(works):
    """Da Nang decides between 60 and 100 for a new house, 30 and 40 for a repair (domain 3)."""
    return (60 * MILLION, 100 * MILLION) if works == "new" else (30 * MILLION, 40 * MILLION)
