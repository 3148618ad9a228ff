"""Signing in and out, one's own password, the language of the pages."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_limiter import RateLimitExceeded
from flask_login import current_user

from api.web import auth, language, transaction
from api.web.errors import answer, status_of
from api.web.extensions import limiter
from survey import words
from survey.access import actions, passwords, queries
from survey.access.viewer import Viewer
from survey.problems import Problem

blueprint = Blueprint("session", __name__)


@blueprint.get("/sign-in")
def sign_in() -> Any:
    """The sign-in page; somebody signed in goes on at once."""
    if current_user.is_authenticated:
        return redirect(auth.safe_next(request.args.get("next")))
    return _sign_in_page()


@blueprint.post("/sign-in")
@limiter.limit(auth.TRIES_PER_ADDRESS)
def sign_in_post() -> Any:
    """Open a session, or say what to check (6002)."""
    try:
        account = auth.sign_in(request.form.get("username", ""), request.form.get("password", ""))
    except Problem as problem:
        return _sign_in_page(problem), status_of(problem.number)
    back = auth.safe_next(request.form.get("next"))
    if account.must_change_password:
        return redirect(url_for("session.password", next=back))
    return redirect(back)


@blueprint.errorhandler(RateLimitExceeded)
def too_many(_error: RateLimitExceeded) -> Any:
    """Too many tries from one address (6004)."""
    return answer(Problem(6004), 429)


def _sign_in_page(problem: Problem | None = None) -> str:
    values = request.form if request.method == "POST" else request.args
    return render_template(
        "accounts/sign_in.html",
        problem=problem,
        username=values.get("username", ""),
        next=auth.safe_next(values.get("next")),
    )


@blueprint.post("/sign-out")
def sign_out() -> Any:
    """End the account's sessions."""
    auth.sign_out()
    return redirect(url_for("session.sign_in"))


@blueprint.route("/password", methods=["GET", "POST"])
@limiter.limit(auth.TRIES_PER_ADDRESS, methods=["POST"])
def password() -> Any:
    """Change one's own password; with a temporary one this is the only page open."""
    viewer = auth.viewer()
    if not current_user.is_authenticated:
        return auth.ask_to_sign_in()
    if request.method == "GET":
        return _password_page(viewer)
    try:
        _change_password(viewer)
    except Problem as problem:
        return _password_page(viewer, problem), 400
    return redirect(auth.safe_next(request.form.get("next")))


def _password_page(viewer: Viewer, problem: Problem | None = None) -> str:
    return render_template(
        "accounts/password.html",
        problem=problem,
        account=current_user.account,
        next=auth.safe_next(request.values.get("next")),
        min_length=passwords.MIN_LENGTH,
    )


def _change_password(viewer: Viewer) -> None:
    """Check the form and set the password. Raises: Problem 6002 paused, 6020-6025."""
    account = current_user.account
    current, new = request.form.get("current", ""), request.form.get("new", "")
    auth.check_current_password(account, current)
    if new != request.form.get("again"):
        raise Problem(6024)
    if new == current:
        raise Problem(6025)
    passwords.check_new(new, account.username)
    password_hash = passwords.hashed(new)
    doing = viewer.actor
    with transaction.write() as writing:
        actions.change_password(writing, doing, account.id, password_hash)
    changed = queries.account(viewer.session, account.id)
    if changed:
        auth.open_session(changed)


@blueprint.post("/language")
def choose_language() -> Any:
    """Switch the language, for this session and, when signed in, for the account."""
    chosen = request.form.get("language", "")
    if chosen in words.LANGUAGES:
        session[language.COOKIE] = chosen
        if current_user.is_authenticated:
            user_id = current_user.id
            with transaction.write() as writing:
                actions.set_language(writing, user_id, chosen)
    return redirect(auth.safe_next(request.form.get("next")))
