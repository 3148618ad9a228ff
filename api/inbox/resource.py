"""`/api/v1/envelopes`: what phones send, and the receipts they get."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request
from flask_smorest import Blueprint

from api.inbox.receipts import promised
from api.inbox.schemas import BatchResultOut, ReceiptOut
from api.shared.batches import Outcome, receive_each
from api.web import auth, errors, transaction
from api.web.intake_context import intake_context
from survey.access.viewer import Viewer
from survey.intake import actions, queries
from survey.intake.envelope import read
from survey.intake.rows import Envelope, Receipt
from survey.problems import Problem

blueprint = Blueprint(
    "envelopes", __name__, url_prefix="/api/v1/envelopes", description="Surveys from the field"
)

RECEIPT = ReceiptOut()
MAX_BATCH = 200
MAX_BYTES = 4 * 1024 * 1024
"""Records to a request, however few; phones send 1 MB at a time."""


@blueprint.post("")
@blueprint.response(201, ReceiptOut)
def receive() -> Any:
    """Take one envelope. 201 with a new receipt, 200 with the first receipt when it was sent before.

    Problems: 4101 unreadable (400), 4102 other content for the same version (409).
    """
    viewer = auth.viewer()
    receipt = _receive(viewer, _json())
    return _answer(viewer, receipt, 201 if receipt.is_new else 200)


@blueprint.post("/batch")
@blueprint.response(200, BatchResultOut(many=True))
def receive_batch() -> Any:
    """Take up to 200 envelopes, each on its own: one bad record never blocks another."""
    viewer = auth.viewer()
    envelopes = _json()
    if not isinstance(envelopes, list):
        raise Problem(1001, reason="expected a list of envelopes")
    if len(envelopes) > MAX_BATCH:
        raise Problem(4110, got=len(envelopes), limit=MAX_BATCH)
    readable = [_readable(raw) for raw in envelopes]
    received = receive_each(
        [each for each in readable if isinstance(each, Envelope)], lambda: intake_context(viewer)
    )
    outcomes = [next(received) if isinstance(each, Envelope) else each for each in readable]
    told = iter(promised(viewer.session, [one for one in outcomes if isinstance(one, Receipt)]))
    outcomes = [next(told) if isinstance(one, Receipt) else one for one in outcomes]
    return jsonify([_one_of_batch(index, outcome) for index, outcome in enumerate(outcomes)])


@blueprint.get("/<uuid:envelope_id>/versions/<int:version>")
@blueprint.response(200, ReceiptOut)
def receipt_again(envelope_id: Any, version: int) -> Any:
    """The receipt of a version once more: the photos that are still missing and, once sealed, its proof."""
    viewer = auth.viewer()
    row = queries.version(viewer.session, str(envelope_id), version)
    if row is None or row.sender_id != viewer.user_id:
        raise Problem(1004, what=f"{envelope_id} v{version}")
    return _answer(viewer, queries.receipt(viewer.session, row), 200)


def _json() -> Any:
    """The request's JSON, whatever its declared type. Problem 1001 when it is none, 1003 when too large."""
    request.max_content_length = min(request.max_content_length or MAX_BYTES, MAX_BYTES)
    try:
        return request.get_json(force=True)
    except RecursionError:
        raise Problem(1001, reason="nested too deeply") from None


def _receive(viewer: Viewer, raw: Any) -> Receipt:
    envelope = read(raw)  # before the write lock: nobody waits while it is checked
    with transaction.write() as session:
        return actions.receive(session, envelope, intake_context(viewer))


def _readable(raw: Any) -> Envelope | Exception:
    """One record of a batch as read, or why it could not be: before the write lock too."""
    try:
        return read(raw)
    except Exception as error:
        return error


def _one_of_batch(index: int, outcome: Outcome) -> dict[str, Any]:
    """Where in the batch, the HTTP status it would have alone, and its receipt or its problem."""
    if isinstance(outcome, Exception):
        problem = outcome if isinstance(outcome, Problem) else errors.incident(outcome)
        return {
            "index": index,
            "status": errors.status_of(problem.number),
            "problem": errors.payload(problem),
        }
    return {"index": index, "status": 201 if outcome.is_new else 200, "receipt": RECEIPT.dump(outcome)}


def _answer(viewer: Viewer, receipt: Receipt, status: int) -> tuple[Response, int]:
    (signed,) = promised(viewer.session, [receipt])
    return jsonify(RECEIPT.dump(signed)), status
