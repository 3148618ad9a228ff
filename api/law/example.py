"""The files by which a province adds a programme of its own, shown as an example."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def own_programme() -> dict[str, str]:
    """The files by which a province adds a programme of its own, as an example that the law reads."""
    folder = Path(__file__).with_name("own_programme")
    files = {
        "programme": "programmes/tinh_2026.toml",
        "values": "values/tinh_2026.toml",
        "sources": "sources.toml",
    }
    return {name: (folder / file).read_text("utf-8") for name, file in files.items()}
