"""Vietnamese first, English second: the language of a request and the template helpers that follow it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from flask import Flask, has_request_context, session

from api.web.clock import ZONE
from survey import words

COOKIE = "language"


def current() -> str:
    """The language of this request: what the person chose, else Vietnamese."""
    chosen = session.get(COOKIE, "vi") if has_request_context() else "vi"
    return chosen if chosen in words.LANGUAGES else "vi"


def t(vi: str, en: str) -> str:
    """The sentence in the language of the request; both stand side by side where they are used."""
    return en if current() == "en" else vi


def word(code: str) -> str:
    """A glossary word in the language of the request."""
    return words.word(code, current())


def num(value: float | Decimal | None, digits: int = 0) -> str:
    """A number in Vietnamese form, 1.234,5 (English: 1,234.5); nothing gives a dash."""
    if value is None:
        return "–"
    text = f"{value:,.{digits}f}"
    return text if current() == "en" else text.translate(str.maketrans(",.", ".,"))


def billion(amount_vnd: int) -> str:
    """Đồng as billions with two places, for summaries only: 261,06 tỷ."""
    return f"{num(Decimal(amount_vnd) / 1_000_000_000, 2)} {t('tỷ', 'billion')}"


def day(value: date | datetime | None) -> str:
    """dd/mm/yyyy; nothing gives a dash."""
    if isinstance(value, datetime):
        value = value.astimezone(ZONE).date()
    return value.strftime("%d/%m/%Y") if value else "–"


def minute(value: datetime | None) -> str:
    """dd/mm/yyyy HH:MM in Viet Nam; nothing gives a dash."""
    return value.astimezone(ZONE).strftime("%d/%m/%Y %H:%M") if value else "–"


def init_app(app: Flask) -> None:
    """Put `t`, `word` and the filters into every template."""
    app.jinja_env.globals.update(t=t, word=word, language=current)
    app.jinja_env.filters.update(num=num, vnd=num, billion=billion, day=day, minute=minute)
