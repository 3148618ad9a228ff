"""The units that rows of a file name: looked up once each, on the day of the row."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from survey.areas.told import Meant, unit_meant
from survey.areas.tree import tree
from survey.problems import Problem

NOBODY = Meant(None)


class Units:
    """Finds units by code or name, among those `within` one where the file is about it.

    Raises: Problem 1004 when nobody knows that one.
    """

    def __init__(self, session: Session, today: date, within: str | None = None) -> None:
        self._session, self._today = session, today
        self._kept: dict[tuple[str, str | None, date], Meant] = {}
        self.within = None
        if within is not None:
            self.within = self._one(within, None, today).code
            if self.within is None:
                raise Problem(1004, what=within)

    def meant(self, text: str, around: str, on: date) -> Meant:
        """The unit meant by a text, within the one that `around` means; the latter where there is no text.

        As the units were on the day of the row; where they are not known, as they are today.
        """
        found = NOBODY
        for day in dict.fromkeys((min(on, self._today), self._today)):
            outer = self._one(around, self.within, day) if around else Meant(self.within)
            if around and outer.code is None:
                found = outer
            else:
                found = self._one(text, outer.code, day) if text else outer
            if found.code is not None:
                break
        return found

    def is_outside(self, code: str, on: date) -> bool:
        """Whether a unit lies outside the one that the file is about: then, and today."""
        days = (min(on, self._today), self._today)
        return self.within is not None and not any(
            self.within in tree(self._session, day).path(code) for day in days
        )

    def _one(self, text: str, within: str | None, on: date) -> Meant:
        key = (text, within, on)
        if key not in self._kept:
            self._kept[key] = unit_meant(self._session, text, on, within)
        return self._kept[key]
