"""What the frame of every page shows: the entries a person may open, where they are, and the band on top."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Flask, current_app, request, url_for
from flask.globals import request_ctx
from flask_login import current_user

from api.web import clock
from api.web.language import day, t
from api.web.paging import ARGUMENTS
from survey.areas import queries as areas


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the bar: the page it opens and the right it needs (None: being signed in)."""

    endpoint: str
    vi: str
    en: str
    action: str | None

    @property
    def href(self) -> str:
        """Made within a request: an address depends on where the program is reached."""
        return url_for(self.endpoint)


BAR = (
    Entry("home.index", "Tổng quan", "Overview", None),
    Entry("maps.index", "Bản đồ", "Map", "map.read"),
    Entry("households.index", "Danh sách hộ", "Households", "household.read"),
    Entry("work.index", "Công việc", "Work", "household.read"),
    Entry("budget.index", "Kinh phí", "Budget", "budget.read"),
    Entry("approvals.index", "Phê duyệt", "Approval", "paper.read"),
    Entry("papers.index", "Biểu mẫu", "Papers", "paper.read"),
    Entry("inbox.index", "Hộp chờ xử lý", "Inbox", "inbox.read"),
    Entry("law.index", "Quy định", "Law", "law.read"),
    Entry("trail.index", "Nhật ký", "Trail", "audit.read"),
    Entry("accounts.index", "Tài khoản", "Accounts", "accounts.manage"),
    Entry("status.index", "Hệ thống", "System", "system.read"),
)


FIRST_PAGE = dict.fromkeys(ARGUMENTS)
"""Changes of an address (see `here`) that lead to the first page of its list."""


def bar() -> list[Entry]:
    """The entries the person asking may open."""
    viewer = current_user.viewer
    return [entry for entry in BAR if entry.action is None or viewer.can(entry.action)]


def is_here(href: str) -> bool:
    """Whether this page is the one of `href`, lies under it, or is the same page of one area."""
    if request.path.startswith("/areas/"):
        _, _, page = request.path.removeprefix("/areas/").partition("/")
        return href == f"/{page}"
    return request.path == href or (href != "/" and request.path.startswith(f"{href}/"))


def here(**changes: object) -> str:
    """The address of this page with some arguments changed (None drops one), to sort, page and come back.

    A page that only takes a form has no address to come back to: then it is the home page. What takes a
    form and what shows the page may be two rules of one address, so the address is asked and not the rule.
    """
    adapter = request_ctx.url_adapter
    if adapter is None or not adapter.test(request.path, "GET"):
        return "/"
    arguments: dict[str, object] = {**request.args.to_dict(flat=False), **changes}
    kept = urlencode({name: value for name, value in arguments.items() if value is not None}, doseq=True)
    return f"{request.path}?{kept}" if kept else request.path


def band() -> str | None:
    """The line under the bar when the date is pinned or the data are made up."""
    settings = current_app.config["SETTINGS"]
    if settings.pinned_date is None and not settings.is_demo:
        return None
    pinned = day(clock.today())
    if not settings.is_demo:
        return t(f"Ngày làm việc được cố định: {pinned}", f"The working day is pinned: {pinned}")
    return t(
        f"Bản trình diễn: ngày làm việc cố định {pinned}, hộ là giả định, "
        "tổng số theo Quyết định 407/QĐ-UBND",
        f"Demonstration: pinned to {pinned}, made-up households, totals of Decision 407/QĐ-UBND",
    )


def my_posts() -> list[dict[str, str]]:
    """The posts in force of the person asking, with the names of their areas."""
    viewer = current_user.viewer
    names = areas.tree(viewer.session, viewer.today).names
    return [
        {"role": role, "area_name": names[code].name if code in names else code}
        for role, code in viewer.posts
    ]


def init_app(app: Flask) -> None:
    """Put the frame's functions into every template."""
    app.jinja_env.globals.update(navigation=bar, is_here=is_here, here=here, band=band, my_posts=my_posts)
    app.jinja_env.globals["first_page"] = FIRST_PAGE
