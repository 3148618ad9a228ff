"""Taking turns: who wants to write waits in the order of coming.

SQLite lets waiting writers try again and again, and whoever is lucky goes first: with four phones the unlucky
one waited seconds. PostgreSQL has no need of it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, get_ident


class Turns:
    """A lock that is handed on to whoever has waited longest. Not to be taken twice by one thread."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._waiting: deque[Lock] = deque()
        self._holder: int | None = None

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for one's turn, and hand it on at the end. Raises: RuntimeError for a turn within a turn."""
        self._wait()
        self._holder = get_ident()
        try:
            yield
        finally:
            self._hand_on()

    def _wait(self) -> None:
        mine = Lock()
        with self._guard:
            if self._holder == get_ident():
                raise RuntimeError("a write transaction within a write transaction")
            is_free = self._holder is None
            if is_free:
                self._holder = get_ident()
            else:
                mine.acquire()
                self._waiting.append(mine)
        if not is_free:
            mine.acquire()  # released by whoever was before

    def _hand_on(self) -> None:
        with self._guard:
            if self._waiting:
                self._holder = 0  # taken by the one that wakes now
                self._waiting.popleft().release()
            else:
                self._holder = None
