"""What the write sets say of every row, kept in a file while tables are compared: memory stays bounded."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from survey.trail import coverage


class Told:
    """How each row stood when it was written last; rows that are met are crossed off."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._file = sqlite3.connect(Path(self._folder.name) / "told.sqlite", isolation_level=None)
        self._file.execute("PRAGMA journal_mode=OFF")
        self._file.execute("PRAGMA synchronous=OFF")
        self._file.execute(
            "CREATE TABLE told (name, key, hash, count, PRIMARY KEY (name, key)) WITHOUT ROWID"
        )
        self._file.execute("CREATE TABLE transactions (id PRIMARY KEY) WITHOUT ROWID")
        self._file.execute("BEGIN")

    def __enter__(self) -> Told:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._folder.cleanup()

    def note_entry(self, transaction_id: str) -> None:
        """An entry was made by this transaction."""
        self._file.execute("INSERT OR IGNORE INTO transactions VALUES (?)", (transaction_id,))

    def has_entry(self, transaction_id: str) -> bool:
        """Whether an entry was made by this transaction."""
        found = self._file.execute("SELECT 1 FROM transactions WHERE id = ?", (transaction_id,))
        return found.fetchone() is not None

    def take(self, text: str) -> None:
        """Take what one write set says, in the order in which they were written."""
        for name, rows in json.loads(text).items():
            covered = coverage.tables().get(name)
            if covered is None:
                continue
            for key, sha256 in rows:
                self._take(name, key, sha256, covered.is_repeated)

    def _take(self, name: str, key: str, sha256: str | None, is_repeated: bool) -> None:
        if is_repeated:
            more = (
                "INSERT INTO told VALUES (?, ?, ?, 1) ON CONFLICT (name, key) DO UPDATE SET count = count + 1"
            )
            self._file.execute(more, (name, f"{key} {sha256}", sha256))
            return
        row = (name, key, sha256, int(sha256 is not None))
        self._file.execute("INSERT OR REPLACE INTO told VALUES (?, ?, ?, ?)", row)

    def meet(self, covered: coverage.Covered, key: str, sha256: str | None) -> str | None:
        """Cross a row off that stands in a table: None as it was written, else `changed` or `added`."""
        name = covered.table.name
        told_key = f"{key} {sha256}" if covered.is_repeated else key
        asked = "SELECT hash FROM told WHERE name = ? AND key = ? AND count > 0"
        found = self._file.execute(asked, (name, told_key)).fetchone()
        if found is None:
            return "added"
        self._file.execute("UPDATE told SET count = count - 1 WHERE name = ? AND key = ?", (name, told_key))
        return None if found[0] == sha256 else "changed"

    def unmet(self, covered: coverage.Covered) -> Iterator[str]:
        """The keys of rows that were written and stand nowhere."""
        asked = "SELECT key FROM told WHERE name = ? AND count > 0"
        for (key,) in self._file.execute(asked, (covered.table.name,)):
            yield key.rpartition(" ")[0] if covered.is_repeated else key
