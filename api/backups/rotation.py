"""Which generations stay: the newest of each of the last days, weeks and months that have one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.backups.folder import BackupFolder, Generation

RECENT = timedelta(days=2)
"""All of so long before the newest stay: one from before an upgrade does not go with that night's."""


@dataclass(frozen=True, slots=True)
class Keep:
    """How many days, weeks and months with a backup keep their newest one."""

    daily: int = 14
    weekly: int = 8
    monthly: int = 12


def staying(generations: Sequence[Generation], keep: Keep) -> set[str]:
    """Names of those that stay, of generations with the newest first; the recent ones all do."""
    periods: tuple[tuple[int, Callable[[datetime], Hashable]], ...] = (
        (keep.daily, lambda at: at.date()),
        (keep.weekly, lambda at: at.isocalendar()[:2]),
        (keep.monthly, lambda at: (at.year, at.month)),
    )
    stay = {one.name for one in generations if generations[0].made_at - one.made_at < RECENT}
    for count, period in periods:
        newest: dict[Hashable, str] = {}
        for one in generations:
            newest.setdefault(period(one.made_at), one.name)
        stay.update(list(newest.values())[:count])
    return stay


def rotate(folder: BackupFolder, keep: Keep) -> list[str]:
    """Remove the generations that need not stay, and photos that no other names; the generations' names."""
    generations = folder.generations()
    stay = staying(generations, keep)
    gone = [one for one in generations if one.name not in stay]
    for one in gone:
        shutil.rmtree(one.path)
    if gone:
        named = {path for one in folder.generations() for path in one.files()}
        for path in [one for one in folder.files.rglob("*") if one.is_file()]:
            if path.relative_to(folder.files).as_posix() not in named:
                path.unlink()
    return [one.name for one in gone]
