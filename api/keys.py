"""The program's own secrets: from the setting, or made once and kept in the data folder."""

from __future__ import annotations

import os
import secrets

from api.config import Settings


def secret_key(settings: Settings) -> str:
    """`NHAVUNG_SECRET_KEY`, or the key in `<data>/secret.key`, which is made on the first start.

    Losing the file loses the sealed values: it belongs into the backup, apart from the database.
    """
    if settings.secret_key:
        return settings.secret_key
    path = settings.data_folder / "secret.key"
    settings.data_folder.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text("ascii")
    with os.fdopen(handle, "w") as file:
        key = secrets.token_urlsafe(48)
        file.write(key)
    return key
