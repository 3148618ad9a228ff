"""Recovery keys in tests: made by the command, and read off their sheets as somebody types them."""

from __future__ import annotations

KEYS = ("keys", "new", "--text")


def printed(said: str) -> list[str]:
    """The keys of the two sheets as somebody types them: three rows each, with their checks."""
    rows = [line.strip() for line in said.splitlines() if line.strip()[:1] in "123" and "[" in line]
    typed = [row[1:].replace("[", "").replace("]", "").strip() for row in rows]
    return ["\n".join(typed[:3]) + "\n", "\n".join(typed[3:]) + "\n"]
