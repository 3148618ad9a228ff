"""Who is asking, and whether they may: sessions for pages, device tokens for the interface, one guard each.

Every blueprint is given a guard where it is registered; a request to one without is refused. Pages are
signed in by a session cookie with CSRF tokens; the interface (`/api/`) also takes `Authorization: Bearer`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Request, current_app, redirect, request, session, url_for
from flask_login import AnonymousUserMixin, UserMixin, current_user, login_user, logout_user
from flask_wtf.csrf import CSRFError

from api.web import clock, language, navigation, storage, transaction
from api.web.extensions import csrf, db, login_manager
from survey.access import actions, devices, passwords, queries, rights
from survey.access.rows import Account, DeviceOwner
from survey.access.viewer import Viewer
from survey.problems import Problem

SESSION_LENGTH = timedelta(hours=12)
SEEN_EVERY = timedelta(hours=1)
TRIES_PER_ADDRESS = "30 per minute"
"""A commune's office shares one address; guessing at one account is slowed by the account itself."""
SIGNING_IN = "session"
"""The blueprint a person with a slip may use before choosing a password."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Who may enter a blueprint: anybody, anybody signed in, or holders of a right somewhere."""

    action: str | None
    public: bool


class Visitor(UserMixin):
    """The signed-in account of this request; `device_id` is set when a token spoke for it."""

    def __init__(self, account: Account, device: DeviceOwner | None = None) -> None:
        self.account = account
        self.id = account.id
        self.username = account.username
        self.full_name = account.full_name
        self.device_id = device.device_id if device else None
        self.device_seen_at = device.last_seen_at if device else None

    def get_id(self) -> str:
        """What the session remembers: signing out or a new password raises the number and so ends it."""
        return f"{self.account.id}.{self.account.session_number}"

    @cached_property
    def viewer(self) -> Viewer:
        """This person with the posts in force today, read once a request."""
        session, now = db.session(), clock.now()
        posts = rights.roles_in_force(session, self.account.id, now.date())
        table = rights.table(current_app.config["SETTINGS"].officers_see_amounts)
        return Viewer(session, self.account.id, now.date(), now, posts, table, self.device_id)


class Stranger(AnonymousUserMixin):
    """Somebody who is not signed in: only what is public is open."""

    device_id = None

    @cached_property
    def viewer(self) -> Viewer:
        """Nobody, without any right."""
        now = clock.now()
        return Viewer(db.session(), None, now.date(), now)


# --- guards


def guard(app: Flask, blueprint: Blueprint | str, action: str | None = None, *, public: bool = False) -> None:
    """Declare who may enter `blueprint` (or its name): holders of `action`, anybody signed in, or all."""
    if action is not None and action not in rights.RIGHTS:
        raise ValueError(f"unknown action {action!r}, expected one of {sorted(rights.RIGHTS)}")
    name = blueprint if isinstance(blueprint, str) else blueprint.name
    guards(app)[name] = Guard(action, public)


def guards(app: Flask) -> dict[str, Guard]:
    """Who may enter which blueprint, as it was declared when the blueprint was registered."""
    declared: dict[str, Guard] = app.extensions.setdefault("guards", {})
    return declared


def guard_of(app: Flask, endpoint: str) -> Guard | None:
    """The guard that stands before an endpoint; None: nobody declared one, so nobody gets in."""
    return guards(app).get(endpoint.rpartition(".")[0] or endpoint)


def init_app(app: Flask) -> None:
    """Put the guard before every request, and the rights into every template."""
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        PERMANENT_SESSION_LIFETIME=SESSION_LENGTH,
        SESSION_COOKIE_HTTPONLY=True,
    )
    login_manager.anonymous_user = Stranger
    login_manager.user_loader(_visitor_of_session)
    login_manager.request_loader(_visitor_of_token)
    guard(app, "static", public=True)
    guard(app, "api-docs", public=True)
    app.before_request(_enter)
    navigation.init_app(app)
    app.jinja_env.globals.update(can=_can, may=_may)


def _can(action: str) -> bool:
    """For templates: whether the person asking may do `action` anywhere."""
    return viewer().can(action)


def _may(action: str, area_code: str | None) -> bool:
    """For templates: whether the person asking may do `action` in this area."""
    return viewer().may(action, area_code)


def _enter() -> Any:
    """Stand before every view: is somebody signed in, is the form ours, may they enter."""
    if request.endpoint is None:
        return None
    declared = guard_of(current_app, request.endpoint)
    if declared is None:
        raise Problem(6005, action_vi=request.endpoint, action_en=request.endpoint)
    if not declared.public and not current_user.is_authenticated:
        return ask_to_sign_in()
    # A token is no cookie that a foreign form could use, and what is public of the interface heeds none.
    if not current_user.device_id and not (declared.public and is_interface()):
        _check_form()
    if declared.public:
        return None
    _note_device()
    temporary = current_user.account.must_change_password and not current_user.device_id
    if temporary and request.blueprint != SIGNING_IN:
        return _ask_for_new_password()
    if declared.action is not None:
        viewer().require_somewhere(declared.action)
    return None


def is_interface() -> bool:
    """Whether a program is asking (the interface), not a person with a page."""
    return request.path.startswith("/api/")


def ask_to_sign_in() -> Any:
    """Lead a person to the sign-in page and back; tell a program 6001, or 6007 about its token."""
    if is_interface():
        raise Problem(6007 if "Authorization" in request.headers else 6001)
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("session.sign_in", next=back))


def _ask_for_new_password() -> Any:
    if is_interface():
        raise Problem(6003)
    return redirect(url_for("session.password"))


def _check_form() -> None:
    """Refuse a changing request that does not come from a form of ours (6006)."""
    if not current_app.config["WTF_CSRF_ENABLED"]:
        return
    try:
        csrf.protect()
    except CSRFError as error:
        raise Problem(6006) from error


# --- signing in


def sign_in(username: str, password: str) -> Account:
    """Open a session. Raises: Problem 6002."""
    account = account_of(username, password)
    open_session(account)
    return account


def account_of(username: str, password: str) -> Account:
    """Whose name and password these are; wrong ones count and slow down.

    Raises: Problem 6002, the same whatever was wrong and as slow for unknown names.
    """
    row = queries.sign_in_row(db.session(), username)
    at = clock.now()
    waits = row is not None and row.locked_until is not None and row.locked_until > at
    right = passwords.matches(row.password_hash if row else None, password)
    account = queries.account(db.session(), row.user_id) if row else None
    if row is None or account is None or waits or not _usable(account):
        raise Problem(6002)
    with _read_on_without_room(), transaction.write() as writing:
        actions.record_attempt(writing, row.user_id, right, at)
    if not right:
        raise Problem(6002)
    return account


@contextmanager
def _read_on_without_room() -> Iterator[None]:
    """Let people in to read where nothing can be written: every page then says so, and tries are still slowed
    by address (`TRIES_PER_ADDRESS`).
    """
    try:
        yield
    except Problem as problem:
        if problem.number not in storage.FAULTS:
            raise


def check_current_password(account: Account, password: str) -> None:
    """Ask a signed-in person for the password in use; wrong ones count and slow down as at signing in.

    Raises: Problem 6002 while the account waits, 6023 not right.
    """
    row = queries.sign_in_row(db.session(), account.username)
    at = clock.now()
    if row is None or (row.locked_until is not None and row.locked_until > at):
        raise Problem(6002)
    if not passwords.matches(row.password_hash, password):
        with transaction.write() as writing:
            actions.record_attempt(writing, row.user_id, False, at)
        raise Problem(6023)


def open_session(account: Account) -> None:
    """Begin a fresh session for this account, in its own language."""
    session.clear()
    session.permanent = True
    session[language.COOKIE] = account.language
    login_user(Visitor(account))


def sign_out() -> None:
    """End the account's sessions, in every browser and of every copied cookie; the language stays."""
    chosen = language.current()
    if current_user.is_authenticated:
        asking = current_user.id
        with transaction.write() as writing:
            actions.end_sessions(writing, asking)
    logout_user()
    session.clear()
    session[language.COOKIE] = chosen


def _usable(account: Account) -> bool:
    """Active, and an account of the demonstration only within it."""
    return account.is_active and (not account.is_demo or current_app.config["SETTINGS"].is_demo)


def _visitor_of_session(remembered: str) -> Visitor | None:
    """Whose session it is; where a token is shown, the token alone speaks, whoever signed in beside it."""
    if is_interface() and request.authorization is not None:
        return None
    user_id, _, number = remembered.partition(".")
    account = queries.account(db.session(), int(user_id)) if user_id.isdigit() else None
    if account is None or str(account.session_number) != number or not _usable(account):
        return None
    return Visitor(account)


def _visitor_of_token(asking: Request) -> Visitor | None:
    """The account a device token speaks for; tokens open the interface, never a page."""
    authorization = asking.authorization
    if authorization is None or authorization.type != "bearer" or not is_interface():
        return None
    found = queries.device_owner(db.session(), authorization.token or "")
    return Visitor(found.account, found) if found and _usable(found.account) else None


def _note_device() -> None:
    """Remember that a device was heard of, at most once an hour."""
    if current_user.device_id is None:
        return
    last, now = current_user.device_seen_at, clock.now()
    if last is None or now - last > SEEN_EVERY:
        with _read_on_without_room(), transaction.write() as writing:
            devices.device_seen(writing, current_user.device_id, now)


def safe_next(target: str | None) -> str:
    """A path of this site to go on to; anything that could lead elsewhere becomes the home page."""
    path = target or ""
    try:
        parts = urlsplit(path)
    except ValueError:  # a broken address, like "//["
        return "/"
    elsewhere = parts.scheme or parts.netloc or not path.startswith("/") or path[1:2] in ("/", "\\")
    return "/" if elsewhere or any(letter <= " " for letter in path) else path


# --- the person asking


def viewer() -> Viewer:
    """Whoever asks, with their rights: made once a request, handed down from the page."""
    found: Viewer = current_user.viewer
    return found
