"""Made-up households of the demonstration: their totals are the published ones, nothing else is real.

Totals: Decision 407/QĐ-UBND of Bắc Kạn, 4,716 = 3,986 new + 730 repair in four groups; Ba Bể 844 = 701 + 143,
Nam Mẫu 71 = 65 + 6, Xuân Lạc 98 = 86 + 12. Where no figure was published, households are spread evenly.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

SEED = 407
NAMESPACE = uuid.UUID("6f3d1c1e-0407-4716-8edb-0e1b2a3c4d5e")
CAPTURED = "2025-02-{day:02d}T{hour:02d}:{minute:02d}:00+07:00"

# group -> (new, repair), Decision 407/QĐ-UBND
PROGRAMMES = {"merit": (158, 100), "ntp_spr": (141, 22), "ntp_em": (1083, 1), "xnt": (2604, 607)}
# commune or district name -> (new, repair); a commune's figures lie within its district's
PUBLISHED_COMMUNES = {"Nam Mẫu": (65, 6), "Xuân Lạc": (86, 12)}
PUBLISHED_DISTRICTS = {"Ba Bể": (701, 143)}
POOR_DISTRICTS = ("Ngân Sơn", "Pác Nặm")
"""Poor districts of Bắc Kạn 2021-2025 (danh sách huyện nghèo)."""
NOT_REGISTERED, INCOMPLETE, SOUND = 37, 24, 60
"""Beside the published list: eligible but not registered, an answer missing, a durable house."""
TO_TRY = {"Nam Mẫu": (7, 3)}
"""Commune -> households of its first villages, in their order, that did not register: the way to try."""

FAMILY = (
    "Hoàng",
    "Nông",
    "Triệu",
    "Lý",
    "Bàn",
    "Đặng",
    "Ma",
    "Lường",
    "Hà",
    "Nguyễn",
    "Dương",
    "Lục",
    "Phùng",
    "Vi",
)
MIDDLE = {"male": ("Văn", "Đức", "Quốc", "Minh"), "female": ("Thị", "Thu", "Bích", "Ngọc")}
GIVEN = {
    "male": (
        "An",
        "Bình",
        "Chiến",
        "Dũng",
        "Hùng",
        "Khánh",
        "Long",
        "Nam",
        "Quân",
        "Sơn",
        "Thắng",
        "Tùng",
        "Ỏn",
    ),
    "female": (
        "Ánh",
        "Chi",
        "Dung",
        "Hạnh",
        "Huệ",
        "Lan",
        "Mai",
        "Nga",
        "Phương",
        "Thảo",
        "Vân",
        "Xuân",
        "Yến",
    ),
}


@dataclass(frozen=True, slots=True)
class Village:
    """A village of the demonstration: where its houses may stand (degrees) and what lies above it."""

    code: str
    lon: float
    lat: float
    commune: str
    district: str


def envelopes(villages: Sequence[Village], form_version: str) -> Iterator[dict[str, Any]]:
    """Envelopes of all made-up households, the same at every call; ids do not change."""
    chance = random.Random(SEED)  # noqa: S311  made-up data, no secret
    slots = _slots(villages, chance)
    for number, (group, works_kind, village) in enumerate(slots):
        yield _envelope(number, village, _answers(group, works_kind, chance), chance, form_version)


def count() -> int:
    """How many households there are."""
    return sum(new + repair for new, repair in PROGRAMMES.values()) + NOT_REGISTERED + INCOMPLETE + SOUND


def _slots(villages: Sequence[Village], chance: random.Random) -> list[tuple[str, str, Village]]:
    """(group, works kind, village) of every household, keeping to every published total."""
    wanted = {kind: _groups(place, chance) for place, kind in enumerate(("new", "repair"))}
    slots: list[tuple[str, str, Village]] = []
    for kind, groups in wanted.items():
        places = _places(villages, 0 if kind == "new" else 1, len(groups), chance)
        slots += [(group, kind, village) for group, village in _match(groups, places)]
    extra = [("not_registered", NOT_REGISTERED), ("incomplete", INCOMPLETE), ("sound", SOUND)]
    beside = [(group, chance.choice(villages)) for group, number in extra for _ in range(number)]
    slots += [(group, "new", village) for group, village in _to_try(beside, villages)]
    return sorted(slots, key=lambda slot: slot[2].code)


def _to_try(beside: list[tuple[str, Village]], villages: Sequence[Village]) -> list[tuple[str, Village]]:
    """The same households, as many of the unregistered as `TO_TRY` says in its communes' first villages."""
    wanted: list[Village] = []
    for commune, numbers in TO_TRY.items():
        inside = sorted((one for one in villages if one.commune == commune), key=lambda one: one.code)
        wanted += [village for village, number in zip(inside, numbers, strict=False) for _ in range(number)]
    moved = zip([group for group, _ in beside], wanted, strict=False)
    return [*moved, *beside[len(wanted) :]]


def _groups(place: int, chance: random.Random) -> list[str]:
    groups = [group for group, numbers in PROGRAMMES.items() for _ in range(numbers[place])]
    chance.shuffle(groups)
    return groups


def _places(villages: Sequence[Village], place: int, total: int, chance: random.Random) -> list[Village]:
    """As many villages as households of a works kind, published communes and districts exactly filled."""
    communes: dict[str, list[Village]] = {}
    for village in villages:
        communes.setdefault(f"{village.district}/{village.commune}", []).append(village)
    quota = _quota(communes, place, total)
    return [chance.choice(communes[key]) for key, number in quota.items() for _ in range(number)]


def _quota(communes: dict[str, list[Village]], place: int, total: int) -> dict[str, int]:
    """Households a commune: published ones as published, the others evenly within what is left."""
    fixed = {
        key: PUBLISHED_COMMUNES[village[0].commune][place]
        for key, village in communes.items()
        if village[0].commune in PUBLISHED_COMMUNES
    }
    quota = dict(fixed)
    for district, numbers in PUBLISHED_DISTRICTS.items():
        inside = [key for key in communes if key.startswith(f"{district}/")]
        quota |= _even(
            [key for key in inside if key not in fixed],
            numbers[place] - sum(fixed.get(key, 0) for key in inside),
        )
    return quota | _even([key for key in communes if key not in quota], total - sum(quota.values()))


def _even(keys: list[str], total: int) -> dict[str, int]:
    """`total` spread over the keys so that no two differ by more than one."""
    return {key: total // len(keys) + (place < total % len(keys)) for place, key in enumerate(sorted(keys))}


def _match(groups: list[str], places: list[Village]) -> list[tuple[str, Village]]:
    """Give each household a place; those of poor districts get one there."""
    poor = [village for village in places if village.district in POOR_DISTRICTS]
    other = [village for village in places if village.district not in POOR_DISTRICTS]
    matched = [("ntp_spr", poor.pop()) for group in groups if group == "ntp_spr"]
    rest = [group for group in groups if group != "ntp_spr"]
    return matched + list(zip(rest, [*other, *poor], strict=True))


def _answers(group: str, works_kind: str, chance: random.Random) -> dict[str, Any]:
    """Answers that the law reads as this group; everything else varies."""
    people = chance.randint(2, 7)
    answers: dict[str, Any] = {
        "visit": "interviewed",
        "people": people,
        "ethnic_minority": group == "ntp_em" or chance.random() < 0.7,
        "separated_on": f"{chance.randint(1995, 2016)}-06-01",
        "permanent_residence": True,
        "has_merit_person": group == "merit",
        "has_social_protection": chance.random() < 0.15,
        "has_special_hardship": chance.random() < 0.2,
        "house_tenure": "own",
        # Under 8 m² a person: what Circular 01/2022 asks for in poor districts; elsewhere houses are larger.
        "area_m2": round(
            people * (chance.uniform(5, 7.9) if group == "ntp_spr" else chance.uniform(8.1, 12)), 1
        ),
        **_house(works_kind, chance),
        "year_built": chance.randint(1978, 2012),
        "ever_repaired": False,
        "degraded": True,
        "near_collapse": chance.random() < 0.1,
        "disaster_damage": "none",
        "land_disputed": False,
        "planning_breach": False,
        "must_demolish": False,
        "works_kind": works_kind,
        "registered": group != "not_registered",
        "has_earlier_help": False,
        "status_records": _statuses(group, chance),
    }
    if group == "incomplete":
        del answers[chance.choice(["land_disputed", "has_earlier_help"])]
    if group == "sound":
        answers |= DURABLE | {"year_built": 2015, "degraded": False, "near_collapse": False}
    return answers


DURABLE = {
    "foundation_material": "concrete",
    "frame_material": "reinforced_concrete",
    "wall_material": "brick",
    "roof_frame_material": "steel",
    "roof_material": "tile",
}


def _house(works_kind: str, chance: random.Random) -> dict[str, Any]:
    """Materials of a temporary house; a house to be repaired keeps a durable foundation."""
    soft = {
        "frame_material": chance.choice(["temporary_wood", "bamboo"]),
        "wall_material": chance.choice(["bamboo", "earth", "temporary_wood"]),
        "roof_frame_material": chance.choice(["temporary_wood", "bamboo"]),
        "roof_material": chance.choice(["leaf", "fibre_cement", "bamboo"]),
    }
    foundation = "cement_mortar" if works_kind == "repair" else chance.choice(["earth", "bamboo", "stone"])
    return {"foundation_material": foundation, **soft}


def _statuses(group: str, chance: random.Random) -> list[dict[str, Any]]:
    """Yearly poverty decision and merit recognition."""
    poverty = {"merit": "none", "ntp_em": "poor", "xnt": "near_poor", "sound": "poor"}.get(group)
    value = poverty or chance.choice(["poor", "near_poor"])
    number = f"{chance.randint(100, 999)}/QĐ-UBND"
    body = {"deciding_body": "UBND xã", "decision_number": number}
    merit = "recognised" if group == "merit" else "not_recognised"
    return [
        {"kind": "poverty_status", "value": value, "year": 2025, **body},
        {"kind": "merit_status", "value": merit, "year": 2010},
    ]


def _envelope(
    number: int, village: Village, answers: dict[str, Any], chance: random.Random, form_version: str
) -> dict[str, Any]:
    """One household's envelope at a place near the middle of its village."""
    sex = chance.choice(["male", "female"])
    name = f"{chance.choice(FAMILY)} {chance.choice(MIDDLE[sex])} {chance.choice(GIVEN[sex])}"
    point = {
        "lon": round(village.lon + chance.uniform(-0.004, 0.004), 6),
        "lat": round(village.lat + chance.uniform(-0.004, 0.004), 6),
        "accuracy_m": round(chance.uniform(3, 18), 1),
        "source": "gnss",
    }
    person = {"head_name": name, "head_birth_year": chance.randint(1940, 1995), "head_sex": sex}
    payload = {"area_code": village.code, **person, **answers}
    if chance.random() > 0.02:
        payload["point"] = point
    return {
        "id": str(uuid.uuid5(NAMESPACE, str(number))),
        "kind": "survey",
        "form": "household",
        "form_version": form_version,
        "base_version": 0,
        "captured_at": CAPTURED.format(day=number % 28 + 1, hour=7 + number % 10, minute=number % 60),
        "payload": payload,
        "photos": [],
    }
