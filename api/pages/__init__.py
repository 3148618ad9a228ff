"""The pages for people. Each blueprint is registered with its guard here, in one list."""

from __future__ import annotations

from flask import Flask

from api import auth


def register_pages(app: Flask) -> None:
    """Register every page with the right it takes to enter (None: being signed in is enough)."""
    from api.pages import (
        accounts,
        areas,
        budget,
        devices,
        home,
        households,
        inbox,
        law,
        maps,
        papers,
        session,
    )

    for blueprint, action in (
        (home.blueprint, None),
        (areas.blueprint, "household.read"),
        (maps.blueprint, "map.read"),
        (households.blueprint, "household.read"),
        (inbox.blueprint, "inbox.read"),
        (budget.blueprint, "budget.read"),
        (law.blueprint, "law.read"),
        (papers.blueprint, "paper.read"),
        (accounts.blueprint, "accounts.manage"),
        (devices.blueprint, None),
    ):
        auth.guard(app, blueprint, action)
        app.register_blueprint(blueprint)
    auth.guard(app, session.blueprint, public=True)
    app.register_blueprint(session.blueprint)
    _register_approval(app)
    _register_cases(app)
    _register_field(app)


def _register_field(app: Flask) -> None:
    """The shell of the field app, which holds no data, and the files that phones save."""
    from api.pages import field, queue_files

    auth.guard(app, field.blueprint, public=True)
    app.register_blueprint(field.blueprint)
    auth.guard(app, queue_files.blueprint, "inbox.mend")
    app.register_blueprint(queue_files.blueprint)


def _register_approval(app: Flask) -> None:
    """Lists, official acts and postings for staff; the page of a posting for everybody."""
    from api.pages import approvals, approving, official_acts, postings, public_postings

    for blueprint in (approvals.blueprint, approving.blueprint, official_acts.blueprint, postings.blueprint):
        auth.guard(app, blueprint, "paper.read")
        app.register_blueprint(blueprint)
    auth.guard(app, public_postings.blueprint, public=True)
    app.register_blueprint(public_postings.blueprint)


def _register_cases(app: Flask) -> None:
    """Acts of households' cases, and the lists of what waits for them."""
    from api.pages import cases, entries, obstacles, work

    for blueprint, action in (
        (cases.blueprint, "household.read"),
        (work.blueprint, "household.read"),
        (obstacles.blueprint, "household.read"),
        (entries.blueprint, "case.record"),
    ):
        auth.guard(app, blueprint, action)
        app.register_blueprint(blueprint)
