"""The application factory: settings in, a wired Flask application out."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import api.models  # noqa: F401  every table, or the migrations would not see it
from api import auth, entrance, errors, headers, keys, language, law_texts, static_files
from api.config import Settings, from_environment
from api.database import MIGRATIONS
from api.extensions import csrf, db, limiter, login_manager, migrate
from api.pages import register_pages
from api.resources import register_resources
from survey import sealed


def create_app(settings: Settings | None = None, **overrides: object) -> Flask:
    """The application for `settings` (default: the environment); `overrides` are Flask's own settings."""
    settings = settings or from_environment()
    app = Flask("api")
    secret = keys.secret_key(settings)
    sealed.use_key(secret.encode())
    app.config.from_mapping(
        SETTINGS=settings,
        SECRET_KEY=secret,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={"hide_parameters": True},  # an error in the log names no person
        MAX_CONTENT_LENGTH=settings.max_request_bytes,
        MAX_FORM_MEMORY_SIZE=min(settings.max_request_bytes, entrance.FORM_BYTES),
        SESSION_COOKIE_NAME="nhavung",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        JSON_AS_ASCII=False,
        RATELIMIT_HEADERS_ENABLED=True,
        API_TITLE="Nhà Vững",
        API_VERSION="v1",
        OPENAPI_VERSION="3.0.3",
        OPENAPI_URL_PREFIX="/api",
        OPENAPI_JSON_PATH="openapi.json",
    )
    app.config.from_mapping(overrides)
    _trust_proxies(app, settings.proxies)
    db.init_app(app)

    migrate.init_app(app, db, directory=MIGRATIONS, render_as_batch=True)
    for extension in (csrf, limiter, login_manager):
        extension.init_app(app)
    for module in (language, headers, entrance, auth, law_texts, static_files):
        module.init_app(app)
    entrance.init_forms(app)
    register_resources(app)
    errors.init_app(app)  # after the resources: flask-smorest brings a handler of its own, in another shape
    register_pages(app)
    return app


def _trust_proxies(app: Flask, count: int) -> None:
    """Believe what so many proxies of our own tell of the caller's address and of https; nobody else."""
    if count:
        proxied = ProxyFix(app.wsgi_app, x_for=count, x_proto=count)
        app.wsgi_app = proxied  # type: ignore[method-assign]
