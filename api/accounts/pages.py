"""Accounts: find, make, give and end posts, reset passwords, shut; one by one or from an Excel list."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.utils import secure_filename

from api.accounts import import_list
from api.web import auth, transaction
from api.web.errors import status_of
from api.web.language import current, t, word
from api.web.paging import page_of
from survey.access import actions, passwords, queries
from survey.access.models import CAPACITIES, ROLES, SIGNER, User
from survey.access.rows import Account, NewAccount, NewAppointment, Slip
from survey.access.viewer import Viewer
from survey.areas import queries as areas
from survey.areas.models import LEVELS
from survey.areas.rows import Name
from survey.areas.told import unit_told
from survey.problems import Problem

blueprint = Blueprint("accounts", __name__, url_prefix="/accounts")

MOST_CHOICES = 500
"""Areas offered while typing; in a larger scope the lowest levels are left out and typed by code."""
UPLOAD_SUFFIXES = (".xlsx", ".xlsm", ".csv")
"""Kinds of lists taken from a page: those whose size is known before they are opened."""


@blueprint.get("")
def index() -> Any:
    """The accounts within my areas, to search, filter, sort and page."""
    viewer = auth.viewer()
    wanted = {name: request.args.get(name, "") for name in ("search", "role", "state")}
    condition = queries.filtered(_scope(viewer), today=viewer.today, **wanted)
    page = page_of(queries.count_accounts(viewer.session, condition))
    sort = request.args.get("sort", "name")
    found = queries.accounts(viewer.session, condition, sort=sort, offset=page.offset, limit=page.size)
    return render_template(
        "accounts/index.html",
        accounts=found,
        posts=_posts_today(viewer, found),
        names=_area_names(viewer),
        page=page,
        sort=sort,
        wanted=wanted,
        roles=ROLES,
        proposed=queries.proposed(viewer.session, _scope(viewer), viewer.today),
    )


@blueprint.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Make one account; the answer is its slip, shown once."""
    viewer = auth.viewer()
    if request.method == "GET":
        return _new_page(viewer)
    try:
        wanted = NewAccount(
            request.form.get("username", ""), request.form.get("full_name", ""), _post_of_form(viewer)
        )
        slip = Slip(queries.folded_username(wanted.username), wanted.full_name, passwords.one_time())
        password_hash = passwords.hashed(slip.password)
        doing = viewer.actor
        with transaction.write() as writing:
            actions.create_account(writing, doing, wanted, password_hash)
    except Problem as problem:
        return _new_page(viewer, problem), status_of(problem.number)
    return _slips([slip], t("Đã tạo tài khoản", "Account made"))


def _new_page(viewer: Viewer, problem: Problem | None = None) -> str:
    return render_template(
        "accounts/new.html", problem=problem, form=request.form, **_post_choices(viewer), today=viewer.today
    )


@blueprint.route("/list", methods=["GET", "POST"])
def from_list() -> Any:
    """Make all accounts of an uploaded list, or none; the answer is their slips, shown once."""
    viewer = auth.viewer()
    if request.method == "GET":
        return render_template("accounts/list.html", problem=None, columns=import_list.COLUMNS)
    try:
        slips = import_list.create(viewer.session, viewer.actor, _uploaded_list(viewer))
    except Problem as problem:
        page = render_template("accounts/list.html", problem=problem, columns=import_list.COLUMNS)
        return page, status_of(problem.number)
    return _slips(slips, t(f"Đã tạo {len(slips)} tài khoản", f"{len(slips)} accounts made"))


def _uploaded_list(viewer: Viewer) -> import_list.AccountList:
    """The list in the request. Raises: Problem 6036 none, 3007 its kind, else as `account_list.read`."""
    upload = request.files.get("list")
    if upload is None or not upload.filename:
        raise Problem(6036)
    given = Path(upload.filename)
    suffix = given.suffix.lower()
    if suffix not in UPLOAD_SUFFIXES:
        raise Problem(3007, file=given.name, expected=", ".join(UPLOAD_SUFFIXES))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{secure_filename(given.stem) or 'list'}{suffix}"
        upload.save(path)
        return import_list.read(viewer.session, path, viewer.today)


@blueprint.get("/list/template.xlsx")
def list_template() -> Any:
    """The empty list to fill in, with the codes of my areas."""
    viewer = auth.viewer()
    response = make_response(import_list.template(_areas_in_scope(viewer), current()))
    response.mimetype = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    response.headers["Content-Disposition"] = "attachment; filename=nhavung-accounts.xlsx"
    return response


@blueprint.get("/<int:user_id>")
def show(user_id: int) -> Any:
    """One account with its posts and devices."""
    viewer = auth.viewer()
    return _page_of(viewer, user_id)


def _page_of(viewer: Viewer, user_id: int, problem: Problem | None = None) -> str:
    """The page of an account in my areas. Raises: Problem 6018."""
    condition = (User.id == user_id) & _scope(viewer)
    found = queries.accounts(viewer.session, condition, limit=1)
    if not found:
        raise Problem(6018)
    return render_template(
        "accounts/show.html",
        account=found[0],
        held=queries.posts(viewer.session, [user_id]),
        devices=queries.devices(viewer.session, condition),
        names=_area_names(viewer),
        problem=problem,
        form=request.form,
        today=viewer.today,
        now=viewer.now,
        set_by=_set_by(viewer, found[0]),
        may_confirm=queries.may_confirm(viewer.session, viewer.user_id, user_id, found[0].password_set_by),
        seconds=queries.second_administrators(
            viewer.session, user_id, found[0].password_set_by, viewer.today
        ),
        **_post_choices(viewer),
    )


def _set_by(viewer: Viewer, account: Account) -> str:
    """Who gave the password that nobody has confirmed yet."""
    setter = queries.account(viewer.session, account.password_set_by) if account.password_set_by else None
    return setter.full_name if setter else t("người vận hành máy chủ", "the operator of the server")


@blueprint.post("/<int:user_id>/confirm")
def confirm_password(user_id: int) -> Any:
    """A second administrator has seen that the person holds the account: it may decide and pay."""
    viewer = auth.viewer()
    return _change(viewer, user_id, lambda session: actions.confirm_password(session, viewer.actor, user_id))


@blueprint.post("/<int:user_id>/posts/<int:post_id>/answer")
def answer_proposal(user_id: int, post_id: int) -> Any:
    """Give an appointment that an upgrade proposed, or decline it."""
    viewer = auth.viewer()
    is_given = request.form.get("answer") == "give"
    capacity = request.form.get("capacity") or None
    return _change(
        viewer,
        user_id,
        lambda session: actions.answer_proposal(
            session, viewer.actor, post_id, is_given=is_given, capacity=capacity
        ),
    )


@blueprint.post("/<int:user_id>/name")
def rename(user_id: int) -> Any:
    """Correct the name of an account of my areas; the user name stays."""
    viewer = auth.viewer()
    name = request.form.get("full_name", "")
    return _change(viewer, user_id, lambda session: actions.rename(session, viewer.actor, user_id, name))


@blueprint.post("/<int:user_id>/posts")
def grant_post(user_id: int) -> Any:
    """Give an account of my areas one more post, beside those it holds."""
    viewer = auth.viewer()
    return _change(
        viewer,
        user_id,
        lambda session: actions.grant_post(session, viewer.actor, user_id, _post_of_form(viewer)),
    )


@blueprint.post("/<int:user_id>/posts/<int:post_id>/end")
def end_post(user_id: int, post_id: int) -> Any:
    """Yesterday was its last day; what was done in it stays."""
    viewer = auth.viewer()
    return _change(viewer, user_id, lambda session: actions.end_post(session, viewer.actor, post_id))


@blueprint.post("/<int:user_id>/deactivate")
def deactivate(user_id: int) -> Any:
    """Shut the account and its devices."""
    viewer = auth.viewer()
    return _change(viewer, user_id, lambda session: actions.deactivate(session, viewer.actor, user_id))


@blueprint.post("/<int:user_id>/reactivate")
def reactivate(user_id: int) -> Any:
    """Open the account again."""
    viewer = auth.viewer()
    return _change(viewer, user_id, lambda session: actions.reactivate(session, viewer.actor, user_id))


@blueprint.post("/<int:user_id>/password")
def reset_password(user_id: int) -> Any:
    """Give a temporary password; the answer is its slip, shown once."""
    viewer = auth.viewer()
    found = queries.accounts(viewer.session, (User.id == user_id) & _scope(viewer), limit=1)
    if not found:
        raise Problem(6018)
    slip = Slip(found[0].username, found[0].full_name, passwords.one_time())
    password_hash = passwords.hashed(slip.password)
    doing = viewer.actor
    with transaction.write() as writing:
        actions.reset_password(writing, doing, user_id, password_hash)
    return _slips([slip], t("Đã cấp lại mật khẩu", "Password reset"), is_reset=True)


def _change(viewer: Viewer, user_id: int, act: Callable[[Any], object]) -> Any:
    """Do one change and come back to the account, or to the list once it has left my areas."""
    try:
        with transaction.write() as writing:
            act(writing)
    except Problem as problem:
        return _page_of(viewer, user_id, problem), status_of(problem.number)
    flash(t("Đã lưu.", "Saved."), "ok")
    if queries.count_accounts(viewer.session, (User.id == user_id) & _scope(viewer)):
        return redirect(url_for("accounts.show", user_id=user_id))
    return redirect(url_for("accounts.index"))


def _slips(slips: list[Slip], title: str, *, is_reset: bool = False) -> Response:
    """The printable slips; kept by nobody, so neither by the browser's cache.

    The site's address is written in by hand: the one in the request is whatever the sender says it is.
    """
    page = render_template("accounts/slips.html", slips=slips, title=title, is_reset=is_reset)
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


def _scope(viewer: Viewer) -> Any:
    """Which accounts the person asking may look after, as an SQL condition."""
    return queries.manageable(viewer.session, viewer.actor.user_id, viewer.today)


def _posts_today(viewer: Viewer, accounts: list[Account]) -> dict[int, list[Any]]:
    """Account id -> the posts it holds today; an empty list where it holds none."""
    today = viewer.today
    held: dict[int, list[Any]] = {account.id: [] for account in accounts}
    for post in queries.posts(viewer.session, held):
        if post.holds(today):
            held[post.user_id].append(post)
    return held


def _post_of_form(viewer: Viewer) -> NewAppointment:
    """The post a form asks for. Raises: Problem 4005 an unreadable day, 3040 no such unit, 3041 several."""
    days, problems = import_list.days_of(request.form)
    if problems:
        raise problems[0]
    role = request.form.get("role", "")
    return NewAppointment(
        role=role,
        area_code=unit_told(viewer.session, request.form.get("area_code", ""), viewer.today).code,
        valid_from=days.get("valid_from", viewer.today),
        valid_to=days.get("valid_to"),
        capacity=(request.form.get("capacity") or None) if role == SIGNER else None,
    )


def _post_choices(viewer: Viewer) -> dict[str, Any]:
    """Roles, and as many of my areas as fit a list."""
    offered = _areas_in_scope(viewer)
    for level in reversed(LEVELS):
        if len(offered) <= MOST_CHOICES:
            break
        offered = [area for area in offered if area.level != level]
    capacities = [("", t("người đứng đầu", "the head"))]
    capacities += [(one, word(f"capacity.{one}")) for one in CAPACITIES]
    return {"roles": ROLES, "areas": offered, "capacities": capacities}


def _areas_in_scope(viewer: Viewer) -> list[Name]:
    """The areas of today in which the person asking may give posts, province first."""
    tree = areas.tree(viewer.session, viewer.today)
    mine = viewer.areas("accounts.manage")
    inside = [name for name in tree.names.values() if mine.intersection(tree.path(name.code))]
    return sorted(inside, key=lambda name: (LEVELS.index(name.level), name.sort_key))


def _area_names(viewer: Viewer) -> dict[str, str]:
    return {code: area.name for code, area in areas.tree(viewer.session, viewer.today).names.items()}
