"""The application factory: settings in, a wired Flask application out."""

from __future__ import annotations

from flask import Flask
from flask_smorest import Api
from werkzeug.middleware.proxy_fix import ProxyFix

import api.web.models  # noqa: F401  every table, or the migrations would not see it
from api.accounts import device_pages, session_pages
from api.accounts import pages as account_pages
from api.approvals import (
    act_change_pages,
    act_pages,
    approve_pages,
    check_pages,
    compare_pages,
    list_pages,
    outside_pages,
    posting_pages,
    public_pages,
)
from api.areas import home_page
from api.areas import pages as area_pages
from api.areas import resource as area_resource
from api.budget import pages as budget_pages
from api.budget import resource as budget_resource
from api.cases import obstacle_pages, village_pages, worklist_pages
from api.cases import pages as case_pages
from api.field import pages as field_pages
from api.field import queue_file_pages
from api.field import resource as field_resource
from api.gis import pages as gis_pages
from api.households import pages as household_pages
from api.inbox import pages as inbox_pages
from api.inbox import photo_resource
from api.inbox import resource as inbox_resource
from api.law import pages as law_pages
from api.map import pages as map_pages
from api.papers import pages as paper_pages
from api.shared import law_texts
from api.status import pages as status_pages
from api.trail import pages as trail_pages
from api.web import (
    auth,
    epochs,
    errors,
    headers,
    language,
    request_limits,
    sealer,
    secret_keys,
    start_checks,
    static_files,
    storage,
)
from api.web.config import Settings, from_environment
from api.web.database import MIGRATIONS
from api.web.extensions import compress, csrf, db, limiter, login_manager, migrate
from survey import encryption


def create_app(settings: Settings | None = None, **overrides: object) -> Flask:
    """The application for `settings` (default: the environment); `overrides` are Flask's own settings."""
    settings = settings or from_environment()
    app = Flask("api")
    secret = secret_keys.secret_key(settings)
    encryption.use_key(secret.encode())
    app.config.from_mapping(
        SETTINGS=settings,
        SECRET_KEY=secret,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={"hide_parameters": True},  # an error in the log names no person
        MAX_CONTENT_LENGTH=settings.max_request_bytes,
        MAX_FORM_MEMORY_SIZE=min(settings.max_request_bytes, request_limits.FORM_BYTES),
        SESSION_COOKIE_NAME="nhavung",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        JSON_AS_ASCII=False,
        RATELIMIT_HEADERS_ENABLED=True,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_STREAMS=False,  # files go as they are: photos and workbooks are packed already
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
    for extension in (compress, csrf, limiter, login_manager):
        extension.init_app(app)
    for module in (language, headers, request_limits, auth, law_texts, static_files, storage, epochs):
        module.init_app(app)
    request_limits.init_forms(app)
    _register_resources(app)
    errors.init_app(app)  # after the resources: flask-smorest brings a handler of its own, in another shape
    _register_pages(app)
    return app


def serving_app() -> Flask:
    """The application for a server, `gunicorn "api.app:serving_app()"`; it refuses as `serve` does."""
    app = create_app()
    start_checks.check(app)
    sealer.start(app)
    return app


def _trust_proxies(app: Flask, count: int) -> None:
    """Believe what so many proxies of our own tell of the caller's address and of https; nobody else."""
    if count:
        proxied = ProxyFix(app.wsgi_app, x_for=count, x_proto=count)
        app.wsgi_app = proxied  # type: ignore[method-assign]


def _register_resources(app: Flask) -> None:
    """The interface for phones and programs, described at /api/openapi.json; each with its guard."""
    interface = Api(app)
    auth.guard(app, field_resource.sign_in_blueprint, public=True)
    interface.register_blueprint(field_resource.sign_in_blueprint)
    for blueprint, action in (
        (field_resource.blueprint, "survey.send"),
        (inbox_resource.blueprint, "envelope.send"),
        (photo_resource.blueprint, "envelope.send"),
        (area_resource.blueprint, "household.read"),
        (budget_resource.blueprint, "budget.read"),
    ):
        auth.guard(app, blueprint, action)
        interface.register_blueprint(blueprint)


def _register_pages(app: Flask) -> None:
    """The pages for people, each with the right it takes to enter (None: being signed in is enough)."""
    for blueprint, action in (
        (home_page.blueprint, None),
        (area_pages.blueprint, "household.read"),
        (map_pages.blueprint, "map.read"),
        (gis_pages.blueprint, "household.read"),
        (household_pages.blueprint, "household.read"),
        (inbox_pages.blueprint, "inbox.read"),
        (queue_file_pages.blueprint, "inbox.mend"),
        (budget_pages.blueprint, "budget.read"),
        (law_pages.blueprint, "law.read"),
        (paper_pages.blueprint, "paper.read"),
        (account_pages.blueprint, "accounts.manage"),
        (trail_pages.blueprint, "audit.read"),
        (device_pages.blueprint, None),
        (status_pages.blueprint, "system.read"),
        (list_pages.blueprint, "paper.read"),
        (approve_pages.blueprint, "paper.read"),
        (compare_pages.blueprint, "paper.read"),
        (check_pages.blueprint, "duty.read"),
        (act_pages.blueprint, "paper.read"),
        (act_change_pages.blueprint, "paper.read"),
        (outside_pages.blueprint, "audit.read"),
        (posting_pages.blueprint, "paper.read"),
        (case_pages.blueprint, "household.read"),
        (worklist_pages.blueprint, "household.read"),
        (obstacle_pages.blueprint, "household.read"),
        (village_pages.blueprint, "case.record"),
    ):
        auth.guard(app, blueprint, action)
        app.register_blueprint(blueprint)
    for blueprint in (
        session_pages.blueprint,
        public_pages.blueprint,
        field_pages.blueprint,
        trail_pages.receipt_blueprint,
    ):
        auth.guard(app, blueprint, public=True)
        app.register_blueprint(blueprint)
