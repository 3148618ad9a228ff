"""The interface for phones and programs, described by OpenAPI at /api/openapi.json."""

from __future__ import annotations

from flask import Flask
from flask_smorest import Api

from api import auth


def register_resources(app: Flask) -> None:
    """Register every resource with its guard."""
    from api.resources import areas, budget, envelopes, field, photos

    api = Api(app)
    auth.guard(app, field.sign_in_blueprint, public=True)
    api.register_blueprint(field.sign_in_blueprint)
    for blueprint, action in (
        (field.blueprint, "survey.send"),
        (envelopes.blueprint, "envelope.send"),
        (photos.blueprint, "envelope.send"),
        (areas.blueprint, "household.read"),
        (budget.blueprint, "budget.read"),
    ):
        auth.guard(app, blueprint, action)
        api.register_blueprint(blueprint)
