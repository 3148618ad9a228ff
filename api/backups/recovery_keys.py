"""Recovery keys (khóa khôi phục): two printed ones, either of which opens the keys in every backup.

They are age identities (age-encryption.org, X25519): the server knows the two public recipients alone, in
`<data>/recovery.txt`, so that a nightly backup types nothing and a stolen one opens nothing. Without this
program `age -d -i key.txt keys.tar.age | tar x` opens a backup's keys.
"""

from __future__ import annotations

import base64
import hashlib
import io
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from survey.problems import Problem

RECIPIENTS = "recovery.txt"
PREFIX = "AGE-SECRET-KEY-1"
ROW, GROUP, CHECK = 20, 4, 2
"""Signs to a printed row, to a group, and of the check at the row's end."""
ROWS = 3


def new_keys(count: int = 2) -> list[tuple[str, str]]:
    """Fresh keys: (the one to print, its public recipient) each."""
    from pyrage import x25519

    made = [x25519.Identity.generate() for _ in range(count)]
    return [(str(one), str(one.to_public())) for one in made]


def recipients(data_folder: Path) -> list[str]:
    """The public recipients of this server; none before recovery keys were made."""
    path = data_folder / RECIPIENTS
    if not path.exists():
        return []
    lines = path.read_text("utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def write_recipients(data_folder: Path, told: Sequence[tuple[str, str]]) -> None:
    """Keep (who holds the key, its public recipient) each."""
    text = "".join(f"# {holder}\n{recipient}\n" for holder, recipient in told)
    (data_folder / RECIPIENTS).write_text(text, "utf-8")


def seal(keys: Mapping[str, bytes], told: Sequence[str]) -> bytes:
    """Key files as a tar archive that each of the recipients opens alone."""
    import pyrage

    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name, content in sorted(keys.items()):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), 0o600
            tar.addfile(entry, io.BytesIO(content))
    who = [pyrage.x25519.Recipient.from_str(one) for one in told]
    return bytes(pyrage.encrypt(archive.getvalue(), who))


def unseal(sealed: bytes, key: str, generation: str) -> dict[str, bytes]:
    """The key files in a backup. Problem 8032 when this recovery key is not one of its two."""
    import pyrage

    try:
        archive = pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(key)])
    except pyrage.DecryptError:
        raise Problem(8032, generation=generation) from None
    found = {}
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for entry in tar.getmembers():
            content = tar.extractfile(entry)
            if entry.isfile() and content is not None and entry.name == Path(entry.name).name:
                found[entry.name] = content.read()
    return found


# --- on paper


def printed_rows(key: str) -> list[tuple[str, str]]:
    """A key as it is printed below its prefix: groups of four and the check of each row."""
    signs = key.removeprefix(PREFIX)
    rows = [signs[at : at + ROW] for at in range(0, len(signs), ROW)]
    return [
        (" ".join(row[at : at + GROUP] for at in range(0, len(row), GROUP)), check_of(number, row))
        for number, row in enumerate(rows, 1)
    ]


def check_of(number: int, row: str) -> str:
    """Two signs that tell a mistyped row, or one typed in another's place."""
    return base64.b32encode(hashlib.sha256(f"{number}{row}".encode()).digest()).decode()[:CHECK]


def typed_row(number: int, text: str) -> str:
    """A row as it was typed, without its check. Problem 8031 names the row that does not fit."""
    signs = "".join(sign for sign in text.upper() if sign.isalnum())  # spaces and brackets may be typed too
    row, check = signs[:-CHECK], signs[-CHECK:]
    if check_of(number, row) != check:
        raise Problem(8031, where=f"{number}/{ROWS}")
    return row


def typed_key(text: str) -> str:
    """A whole key as it was scanned, pasted, or typed as rows, however it is spaced. Problem 8031."""
    from pyrage import IdentityError, x25519

    whole = "".join(text.split()).upper()
    if PREFIX in whole:
        key = whole[whole.index(PREFIX) :][: len(PREFIX) + 58]
    else:
        lines = [line for line in text.splitlines() if line.strip()]
        key = PREFIX + "".join(typed_row(number, line) for number, line in enumerate(lines, 1))
    try:
        x25519.Identity.from_str(key)
    except IdentityError:
        raise Problem(8031, where=f"{len(whole)}") from None
    return key
