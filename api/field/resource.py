"""`/api/v1/field`: what the field app needs besides sending: sign-in, forms, law, assignment, its key."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import secrets
import uuid
from typing import Any

from flask import Response, current_app, request
from flask_limiter import RateLimitExceeded
from flask_smorest import Blueprint

from api.field import queue_keys
from api.field.schemas import DataKeyIn, SignInIn, SignInOut, SinceIn, SizeOut, UnwrapIn, UnwrapOut
from api.web import auth, transaction
from api.web.errors import answer
from api.web.extensions import limiter
from api.web.intake_context import book_in_force
from survey.access import devices, queries
from survey.access.audit import record
from survey.access.models import Device
from survey.access.rows import Account
from survey.access.viewer import Viewer, refusal
from survey.areas import queries as areas
from survey.cases.machine import field_acts
from survey.fieldwork.assignment import Packed, Server, packed
from survey.fieldwork.scope import FIELD_ACTIONS, offered, scope_of
from survey.law.phone import json_law, of_shape_1, of_shape_2
from survey.law.shapes import SHAPE
from survey.problems import Problem
from survey.questionnaire import act_forms, load_form
from survey.questionnaire.phone import json_forms
from survey.words import glossary

PREFIX = "/api/v1/field"
TOKEN_BYTES = 32
sign_in_blueprint = Blueprint("field_sign_in", __name__, url_prefix=PREFIX, description="Field app: sign-in")
blueprint = Blueprint("field_v1", __name__, url_prefix=PREFIX, description="The field app")


def _readable() -> None:
    """Refuse a body that is no JSON before the schema's own reader trips over it. Problem 1001."""
    if request.method == "POST":
        try:
            request.get_json(force=True)
        except RecursionError:
            raise Problem(1001, reason="nested too deeply") from None


sign_in_blueprint.before_request(_readable)
blueprint.before_request(_readable)


# --- signing in


@sign_in_blueprint.post("/sign-in")
@limiter.limit(auth.TRIES_PER_ADDRESS)
@sign_in_blueprint.arguments(SignInIn)
@sign_in_blueprint.response(200, SignInOut)
def sign_in(told: dict[str, Any]) -> Any:
    """A device token for a name and password; slowed and refused exactly as on the sign-in page.

    Problems: 6002 (401), 6003 the temporary password must be changed on the website first (403), 6004 (429),
    6005 no post in the field (403), 6040 label, 6042 too many devices.
    """
    account = auth.account_of(told["username"], told["password"])
    officer = auth.Visitor(account).viewer
    if account.must_change_password:
        raise Problem(6003)
    if not any(officer.can(action) for action in FIELD_ACTIONS):
        raise refusal(FIELD_ACTIONS[0])
    token = secrets.token_urlsafe(TOKEN_BYTES)
    device_id = _device(officer, told["device_id"], told["device_label"], queries.token_hash(token))
    return {
        "token": token,
        "device_id": device_id,
        "officer": _officer(account, officer),
        "public_key": queue_keys.public_key(),
        "may": offered(officer),
    }


def _device(officer: Viewer, known: uuid.UUID | None, label: str, token_sha256: str) -> str:
    """The device with a new token: the one it was, if it is still this officer's, else a new one.

    A phone names itself, so that an answer it never got leaves no device behind.
    """
    doing = officer.actor
    with transaction.write() as session:
        device = devices.renew_device(session, doing, str(known), token_sha256) if known else None
        if device is None:
            is_free = known is not None and session.get(Device, str(known)) is None
            device_id = str(known if is_free else uuid.uuid4())
            device = devices.issue_device(session, doing, device_id, label, token_sha256)
        return device.id


def _officer(account: Account, officer: Viewer) -> dict[str, Any]:
    names = areas.tree(officer.session, officer.today).names
    posts = [
        {"role": role, "area_code": code, "area_name": names[code].name if code in names else code}
        for role, code in officer.posts
    ]
    return {"id": account.id, "username": account.username, "full_name": account.full_name, "posts": posts}


@sign_in_blueprint.errorhandler(RateLimitExceeded)
def too_many(_error: RateLimitExceeded) -> Any:
    """Too many tries from one address (6004)."""
    return answer(Problem(6004), 429)


@sign_in_blueprint.post("/sign-out")
@sign_in_blueprint.response(204)
def sign_out() -> None:
    """The phone's token holds no more: its device gets one that nobody was told, until the next sign-in.

    Nobody needs a post for leaving. Problem 6001 without a device's token.
    """
    officer = _officer_with_device()
    doing, nobodys = officer.actor, queries.token_hash(secrets.token_urlsafe(TOKEN_BYTES))
    with transaction.write() as session:
        devices.renew_device(session, doing, str(officer.device_id), nobodys)


# --- what the app works with


@blueprint.get("/forms")
@blueprint.response(200)
def forms() -> Any:
    """Every form as data, with the sentences that faults are told by; 304 when nothing changed."""
    return _kept(json_forms(map(load_form, ("household", *act_forms())), field_acts()))


@blueprint.get("/law")
@blueprint.response(200)
def law() -> Any:
    """The law in force for every day and place, and the words of screens; 304 when nothing changed."""
    book = book_in_force(auth.viewer().session)
    told = json_law(book)
    older = {str(SHAPE): None, "2": of_shape_2}.get(request.args.get("shape", "1"), of_shape_1)
    if older is not None:
        told = older(told)
    parts = {"release": book.release, "engine_version": told["engine_version"]}
    return _kept({**parts, "law": told, "words": glossary()})


@blueprint.get("/assignment")
@blueprint.arguments(SinceIn, location="query")
@blueprint.response(200)
def assignment(told: dict[str, Any]) -> Any:
    """The officer's villages, households and tasks: all of it, or what came since a cursor. Problem 6005."""
    found = _packed(told["since"])
    return _compressed(found.body, found.gzipped)


def _packed(since: str | None) -> Packed:
    """The assignment of the officer asking."""
    officer, config = auth.viewer(), current_app.config
    server = Server(config["SECRET_KEY"], config["SETTINGS"].pinned_date)
    return packed(officer.session, scope_of(officer), server, since)


@blueprint.get("/assignment/size")
@blueprint.arguments(SinceIn, location="query")
@blueprint.response(200, SizeOut)
def assignment_size(told: dict[str, Any]) -> Any:
    """How much that would be, measured on the answer itself."""
    size = _packed(told["since"])
    return {
        "households": size.households,
        "villages": size.villages,
        "size_bytes": size.size_bytes,
        "unpacked_bytes": len(size.body),
    }


def _kept(told: dict[str, Any]) -> Response:
    """An answer that phones keep: with the mark by which they ask whether it still holds."""
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    response = _compressed(body)
    response.set_etag(hashlib.sha256(body).hexdigest())
    response.make_conditional(request)
    return response


def _compressed(body: bytes, gzipped: bytes | None = None) -> Response:
    """JSON, compressed for whoever takes that: a valley pays for every byte."""
    response = current_app.response_class(body, mimetype="application/json")
    response.headers["Vary"] = "Accept-Encoding"
    if request.accept_encodings["gzip"] > 0:
        response.set_data(gzipped or gzip.compress(body, mtime=0))
        response.headers["Content-Encoding"] = "gzip"
    return response


# --- the key of what waits on a phone


@blueprint.post("/data-key")
@blueprint.arguments(DataKeyIn)
@blueprint.response(204)
def note_data_key(told: dict[str, Any]) -> None:
    """Know the phone's data key by its hash: a file sealed with it then proves its phone. Problem 6043."""
    officer = _officer_with_device()
    with transaction.write() as session:
        devices.note_data_key(session, officer.actor, str(officer.device_id), told["sha256"])


def _officer_with_device() -> Viewer:
    """Who asks by a device's token; a browser's session has no device to speak of. Problem 6001."""
    officer = auth.viewer()
    if officer.device_id is None:
        raise Problem(6001)
    return officer


@blueprint.post("/unwrap")
@blueprint.arguments(UnwrapIn)
@blueprint.response(200, UnwrapOut)
def unwrap(told: dict[str, Any]) -> Any:
    """The data key of the officer's own work, when its PIN is forgotten; noted in the trail.

    Problems: 4302 damaged or another server's (400), 4303 another officer's (403).
    """
    data_key = queue_keys.unwrap(told["wrapped_key"])
    officer = auth.viewer()
    if data_key.officer_id != officer.user_id:
        raise Problem(4303)
    with transaction.write() as session:
        record(
            session,
            at=officer.now,
            actor_id=officer.user_id,
            action="queue_key.unwrapped",
            subject_kind="account",
            subject_id=data_key.officer_id,
            device=officer.device_id,
        )
    return {"data_key": base64.b64encode(data_key.key).decode()}
