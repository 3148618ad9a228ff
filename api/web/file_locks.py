"""Locks between processes, by a file that is held open: they end with the process, however it ends."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import IO, Any


def hold(path: Path, *, shared: bool = False) -> IO[Any] | None:
    """Hold a lock while the file is open; None when another holds it. Windows knows no shared ones."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("a")
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file
