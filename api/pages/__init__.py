"""The pages for people. Each blueprint is registered with its guard here, in one list."""

from __future__ import annotations

from flask import Flask

from api import auth


def register_pages(app: Flask) -> None:
    """Register every page with the right it takes to enter (None: being signed in is enough)."""
    from api.pages import accounts, areas, budget, devices, home, households, inbox, law, maps, session

    for blueprint, action in (
        (home.blueprint, None),
        (areas.blueprint, "household.read"),
        (maps.blueprint, "map.read"),
        (households.blueprint, "household.read"),
        (inbox.blueprint, "inbox.read"),
        (budget.blueprint, "budget.read"),
        (law.blueprint, "law.read"),
        (accounts.blueprint, "accounts.manage"),
        (devices.blueprint, None),
    ):
        auth.guard(app, blueprint, action)
        app.register_blueprint(blueprint)
    auth.guard(app, session.blueprint, public=True)
    app.register_blueprint(session.blueprint)
