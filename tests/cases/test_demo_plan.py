"""The demonstration's works: whatever households there are, the published figures come out."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from api.demo import households, works
from api.demo.households import Village
from api.demo.works import House

PLACES = {
    # (commune, district): (new, repair); Decision 407/QĐ-UBND and the published figures of Ba Bể
    ("Nam Mẫu", "Ba Bể"): (65, 6),
    ("Bành Trạch", "Ba Bể"): (636, 137),
    ("Xuân Lạc", "Chợ Đồn"): (86, 12),
    ("Bộc Bố", "Pác Nặm"): (3199, 575),
}


@pytest.fixture(scope="module")
def houses():
    """4,716 registering households in four places."""
    made = []
    for place, numbers in PLACES.items():
        for kind, number in zip(("new", "repair"), numbers, strict=True):
            for _ in range(number):
                name = f"{len(made):05d}"
                made.append(House(name, "V", "00001", place, kind, "XNT-2024", 60_000_000, True))
    random.Random(works.SEED).shuffle(made)
    return made


@pytest.fixture(scope="module")
def planned(houses):
    """How far each has come, and what hinders the others."""
    begun = works._begun(houses)
    done = works._done(begun)
    return begun, done, works._obstacles([house for house in houses if house.id not in begun])


def test_2887_of_4716_are_begun_and_709_of_them_done(houses, planned):
    begun, done, _ = planned
    assert (len(houses), len(begun), len(done)) == (4716, 2887, 709)


def test_524_new_houses_and_185_repairs_are_done(houses, planned):
    _, done, _ = planned
    assert Counter(house.works_kind for house in houses if house.id in done) == {"new": 524, "repair": 185}


def test_the_places_stand_where_they_were_reported(houses, planned):
    begun, done, obstacles = planned
    reached = Counter(name for house in begun.values() for name in house.place)
    assert (reached["Ba Bể"], reached["Nam Mẫu"], reached["Xuân Lạc"]) == (567, 15, 46)
    assert sum(house.id in done for house in houses if "Nam Mẫu" in house.place) == 14
    assert 100 < sum(house.id in done for house in houses if "Ba Bể" in house.place) < 200
    land = [house for house in houses if obstacles.get(house.id, ("",))[0] == "land_certificate"]
    assert Counter(house.place[0] for house in land) == {"Nam Mẫu": 56, "Bành Trạch": 12}


def test_ten_of_the_37_who_did_not_register_live_in_two_villages_of_nam_mau():
    places = {**dict.fromkeys(PLACES, 3), ("Chu Hương", "Ba Bể"): 2, ("Bằng Phúc", "Chợ Đồn"): 4}
    villages = [
        Village(f"{number:05d}-{village:03d}", 105.6, 22.4, *place)
        for number, (place, count) in enumerate(places.items())
        for village in range(1, count + 1)
    ]
    slots = households._slots(villages, random.Random(households.SEED))
    groups = Counter(group for group, _, _ in slots)
    assert (len(slots), groups["not_registered"]) == (households.count(), 37)
    inside = [(group, kind, village.code) for group, kind, village in slots if village.commune == "Nam Mẫu"]
    unregistered = Counter(code for group, _, code in inside if group == "not_registered")
    assert (unregistered["00000-001"], unregistered["00000-002"]) >= (7, 3)
    listed = Counter(kind for group, kind, _ in inside if group in households.PROGRAMMES)
    assert listed == {"new": 65, "repair": 6}
