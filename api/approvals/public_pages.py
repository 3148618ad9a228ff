"""The page of a posting for everybody: unlisted, not for search engines, gone after its last day."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request
from flask_limiter import RateLimitExceeded

from api.approvals import approved_lists
from api.approvals.posting_pages import is_on
from api.shared import area_names
from api.web import auth, transaction
from api.web.errors import answer, status_of
from api.web.extensions import limiter
from api.web.language import num, t, word
from survey.access.viewer import Viewer
from survey.approval import postings
from survey.approval.columns import Columns, posting_columns
from survey.approval.models import NoticePage
from survey.approval.rows import PostedHouse, PublicNotice
from survey.areas.names import nfc
from survey.problems import Problem

blueprint = Blueprint("public_postings", __name__, url_prefix="/p")

SENT_PER_ADDRESS = "20 per hour"
"""A village shares one mobile network address; a machine sends more."""
MOST_CHARACTERS = 2000
NO_POSTING = 5445
TRAP = "website"
"""A field no person sees; whoever fills it is no person."""


@blueprint.after_request
def keep_out_of_search(response: Response) -> Response:
    """Search engines are told so on every answer, also where there is no page (any more)."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response


@blueprint.errorhandler(RateLimitExceeded)
def too_many(_error: RateLimitExceeded) -> Any:
    """Too many from one address (5447)."""
    return answer(Problem(5447), 429)


@blueprint.errorhandler(Problem)
def gone(problem: Problem) -> Any:
    """A calm page where there is no posting (any more); other problems as everywhere."""
    if problem.number != NO_POSTING:
        return answer(problem)
    return render_template("approvals/gone.html", problem=problem), status_of(problem.number)


def _open(viewer: Viewer, token: str) -> tuple[NoticePage, PublicNotice]:
    """What the address shows today. Problem 5445, the same for unknown, over, withdrawn and switched off."""
    found = postings.open_page(viewer.session, token, viewer.today) if is_on() else None
    if found is None:
        raise Problem(5445)
    return found


@blueprint.get("/<token>")
def show(token: str) -> Any:
    """The posting: when, where, who, and a form to object. Problem 5445."""
    viewer = auth.viewer()
    return _page(viewer, *_open(viewer, token))


def _page(
    viewer: Viewer,
    page: NoticePage,
    posting: PublicNotice,
    problem: Problem | None = None,
    *,
    sent: bool = False,
) -> str:
    columns = posting_columns()
    houses = postings.houses(viewer.session, posting.act_id, viewer.today)
    return render_template(
        "approvals/public.html",
        page=page,
        posting=posting,
        until=min(page.until, posting.until),
        place=area_names.area_name(viewer, posting.area_code),
        columns=columns.names,
        rows=[_cells(viewer, columns, number, house) for number, house in enumerate(houses, 1)],
        form={} if sent else request.form,
        limit=MOST_CHARACTERS,
        trap=TRAP,
        sent=sent,
        problem=problem,
    )


def _cells(viewer: Viewer, columns: Columns, number: int, house: PostedHouse) -> list[str]:
    """One row of the table; there is no way from here to anything but these columns."""
    known = {
        "number": str(number),
        "head_name": house.head_name or t("chưa rõ tên", "name unknown"),
        "village": approved_lists.unit_name(viewer, house.village),
        "works_kind": word(f"works_kind.{house.works_kind}") if house.works_kind else "–",
        "group": word(f"programme_group.{columns.group_of(house.programme)}"),
        "amount": num(house.amount_vnd),
    }
    return [known[name] for name in columns.names]


@blueprint.post("/<token>")
@limiter.limit(SENT_PER_ADDRESS)
def object_to(token: str) -> Any:
    """Take an objection down for the commune; the name may stay away. Problems 5443, 5445, 5446."""
    viewer = auth.viewer()
    page, posting = _open(viewer, token)
    form = request.form
    text, name, contact = (form.get(field, "").strip() for field in ("text", "name", "contact"))
    if form.get(TRAP):
        return _page(viewer, page, posting, sent=True)
    try:
        if not text or len(text) > MOST_CHARACTERS:
            raise Problem(5446, limit=MOST_CHARACTERS)
        with transaction.write() as session:
            page, posting = _open(viewer, token)
            postings.receive_objection(
                session, page, text, nfc(name)[:120] or None, nfc(contact)[:120] or None, viewer.now
            )
    except Problem as problem:
        return _page(viewer, page, posting, problem), 429 if problem.number == 5443 else 400
    return _page(viewer, *_open(viewer, token), sent=True)
