"""When each commune was last heard of: its last record, and the last phone of somebody with a post in it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select

from survey.access.models import Appointment, Device
from survey.access.viewer import Viewer
from survey.areas import queries as areas
from survey.areas.tree import Tree, holds
from survey.intake.models import ReceivedEnvelope


@dataclass(frozen=True, slots=True)
class Commune:
    """One commune: its name, its last record, when a phone of its officers last spoke."""

    code: str
    name: str
    last_record_at: datetime | None
    last_phone_at: datetime | None


def communes(viewer: Viewer) -> list[Commune]:
    """The communes the viewer answers for that have sent or should send, the longest silent first."""
    tree = areas.tree(viewer.session, viewer.today)
    records = _by_commune(tree, _records(viewer))
    phones = _by_commune(tree, _phones(viewer))
    found = [
        Commune(code, tree.names[code].name, records.get(code), phones.get(code))
        for code in {*records, *phones}
        if tree.names[code].level == "commune"
    ]
    return sorted(found, key=lambda one: (max(_heard(one), default=_NEVER), one.name))


_NEVER = datetime(1, 1, 1, tzinfo=UTC)


def _heard(one: Commune) -> list[datetime]:
    return [at for at in (one.last_record_at, one.last_phone_at) if at]


def _records(viewer: Viewer) -> list[tuple[str, datetime | None]]:
    area, last = ReceivedEnvelope.area_code, func.max(ReceivedEnvelope.received_at)
    asked = select(area, last).where(viewer.visible(area, "system.read"), area.is_not(None)).group_by(area)
    return [(code, at) for code, at in viewer.session.execute(asked) if code]


def _phones(viewer: Viewer) -> list[tuple[str, datetime | None]]:
    """Officers' areas with a post in force, also those whose phones never spoke."""
    area = Appointment.area_code
    asked = (
        select(area, func.max(Device.last_seen_at))
        .outerjoin(Device, Device.user_id == Appointment.user_id)
        .where(Appointment.role == "officer", holds(Appointment, viewer.today))
        .where(viewer.visible(area, "system.read"))
        .group_by(area)
    )
    return [(code, at) for code, at in viewer.session.execute(asked)]


def _by_commune(tree: Tree, told: list[tuple[str, datetime | None]]) -> dict[str, datetime | None]:
    """Moments of any units by the commune they lie in today, the latest of each."""
    found: defaultdict[str, datetime | None] = defaultdict(lambda: None)
    for code, at in told:
        commune = next((step for step in tree.path(code) if tree.names[step].level == "commune"), None)
        if commune is not None:
            known = found[commune]
            found[commune] = max(known, at) if known and at else known or at
    return dict(found)
