"""Whoever looks or acts: made once a request or command and handed down; the only door to rights."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, true
from sqlalchemy.orm import Session

from survey.access import rights
from survey.access.rows import Actor
from survey.problems import Problem
from survey.words import both


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks (người đang dùng), when, and where they may do what.

    `posts` are the (role, area code) pairs in force today, `table` says what a role may do; `device_id` is
    set when a device's token spoke. The operator at the server's command line has no account and may do all;
    a visitor of public pages has none either and may do nothing.
    """

    session: Session
    user_id: int | None
    today: date
    now: datetime
    posts: tuple[tuple[str, str], ...] = ()
    table: rights.Table = field(default_factory=rights.table)
    device_id: str | None = None
    is_operator: bool = False

    @property
    def actor(self) -> Actor:
        """Who does something and when, for the functions that write. Problem 6001 for a stranger."""
        if self.user_id is None and not self.is_operator:
            raise Problem(6001)
        return Actor(self.user_id, self.today, self.now)

    def areas(self, action: str) -> frozenset[str]:
        """Root area codes of the posts that carry `action` today."""
        return rights.areas_of(self.posts, action, self.table)

    def can(self, action: str) -> bool:
        """Whether they may do `action` anywhere."""
        return self.is_operator or bool(self.areas(action))

    def may(self, action: str, area_code: str | None) -> bool:
        """Whether they may do `action` in this area (None: needs a root area)."""
        roots = self.areas(action)
        return self.is_operator or rights.reaches(self.session, roots, area_code, self.today)

    def everywhere(self, action: str, seen: str) -> bool:
        """Whether they may do `action` wherever they may do `seen`: posts differ in their rights."""
        return all(self.may(action, code) for code in self.areas(seen))

    def visible(self, area_code: Any, action: str) -> ColumnElement[bool]:
        """SQL condition: rows of areas where they may do `action`; put it into every query."""
        if self.is_operator:
            return true()
        return rights.within(area_code, self.session, self.areas(action), self.today)

    def require(self, action: str, area_code: str | None) -> None:
        """Refuse unless they may do `action` in this area. Problem 6005."""
        if not self.may(action, area_code):
            raise refusal(action)

    def require_somewhere(self, action: str) -> None:
        """Refuse unless they may do `action` in some area. Problem 6005."""
        if not self.can(action):
            raise refusal(action)


def refusal(action: str) -> Problem:
    """Problem 6005 for a right that is not theirs."""
    return Problem(6005, **both("action", "action", action.replace(".", "_")))
