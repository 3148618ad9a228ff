"""Settings: each is an environment variable, read once, checked, and listed in the README."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from survey.problems import Problem

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one running program."""

    data_folder: Path
    database_url: str
    secret_key: str | None
    law_folder: Path | None
    duties_file: Path | None
    pinned_date: date | None
    is_demo: bool
    officers_see_amounts: bool
    public_postings: bool
    max_request_bytes: int
    secure_cookies: bool
    proxies: int
    tiles_url: str | None
    tiles_credit: str
    certificate: Path | None


def from_environment(environ: Mapping[str, str] | None = None) -> Settings:
    """Settings of `environ` (default: the process). Problem 1013 names the variable that is wrong."""
    env = os.environ if environ is None else environ
    folder = Path(env.get("NHAVUNG_DATA_FOLDER", "data")).resolve()
    law, duties = env.get("NHAVUNG_LAW"), env.get("NHAVUNG_DUTIES")
    return Settings(
        data_folder=folder,
        database_url=env.get("NHAVUNG_DATABASE_URL", f"sqlite:///{folder / 'nhavung.sqlite'}"),
        secret_key=env.get("NHAVUNG_SECRET_KEY"),
        law_folder=Path(law).resolve() if law else None,
        duties_file=Path(duties).resolve() if duties else None,
        pinned_date=_day(env, "NHAVUNG_PINNED_DATE"),
        is_demo=_flag(env, "NHAVUNG_DEMO"),
        officers_see_amounts=_flag(env, "NHAVUNG_OFFICERS_SEE_AMOUNTS"),
        public_postings=_flag(env, "NHAVUNG_PUBLIC_POSTINGS"),
        max_request_bytes=_whole(env, "NHAVUNG_MAX_REQUEST_MB", 16) * MEGABYTE,
        secure_cookies=_flag(env, "NHAVUNG_SECURE_COOKIES"),
        proxies=_whole(env, "NHAVUNG_PROXIES", 0),
        tiles_url=env.get("NHAVUNG_TILES_URL"),
        tiles_credit=env.get("NHAVUNG_TILES_CREDIT", ""),
        certificate=Path(env["NHAVUNG_CERTIFICATE"]) if env.get("NHAVUNG_CERTIFICATE") else None,
    )


def _day(env: Mapping[str, str], name: str) -> date | None:
    try:
        return date.fromisoformat(env[name]) if env.get(name) else None
    except ValueError:
        raise Problem(1013, name=name, got=env[name], expected="2025-05-15") from None


def _whole(env: Mapping[str, str], name: str, default: int) -> int:
    text = env.get(name, str(default))
    if not text.isdigit():
        raise Problem(1013, name=name, got=text, expected=str(default))
    return int(text)


def _flag(env: Mapping[str, str], name: str) -> bool:
    """A yes/no setting; anything but a clear yes or no is refused, a typing error must not open a door."""
    value = env.get(name, "no").strip().lower()
    if value not in {"yes", "no", "1", "0", "true", "false"}:
        raise Problem(1013, name=name, got=value, expected="yes | no")
    return value in {"yes", "1", "true"}
