"""Reading an envelope (phong bì): the outer shape only, so that little can make a record unreadable."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from survey.intake.notes import EARLIEST, LATEST, late_changes, with_camera_notes
from survey.intake.rows import Envelope
from survey.problems import Problem

MAX_PHOTOS = 30
MAX_CHARACTERS = 256_000
"""A survey with 30 members has about 8,000; what is larger was not filled in by a person."""
SLOTS = ("front", "roof", "wall", "floor", "papers", "other")
SHA256 = validate.Regexp(r"^[0-9a-f]{64}\Z", error="expected 64 lower-case hexadecimal digits")
NO_NUL = validate.ContainsNoneOf("\x00", error="a NUL, which PostgreSQL stores in no text")


class PhotoIn(Schema):
    """One announced photo with what its camera noted (see `notes.with_camera_notes`)."""

    class Meta:
        """Unknown fields are refused."""

        unknown = RAISE

    sha256 = fields.String(required=True, validate=SHA256)
    slot = fields.String(required=True, validate=validate.OneOf(SLOTS))
    size_bytes = fields.Integer(strict=True, validate=validate.Range(0, 100_000_000))
    content_type = fields.String(validate=[validate.Length(max=40), NO_NUL])
    lon = fields.Raw(allow_none=True)
    lat = fields.Raw(allow_none=True)
    taken_at = fields.Raw(allow_none=True)


class EnvelopeIn(Schema):
    """The outer shape of everything a phone sends."""

    class Meta:
        """Unknown fields are refused."""

        unknown = RAISE

    id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=[validate.Length(1, 20), NO_NUL])
    form = fields.String(required=True, validate=[validate.Length(1, 40), NO_NUL])
    form_version = fields.String(required=True, validate=[validate.Length(1, 40), NO_NUL])
    base_version = fields.Integer(strict=True, load_default=0, validate=validate.Range(0, 10_000))
    captured_at = fields.AwareDateTime(required=True, format="iso", validate=validate.Range(EARLIEST, LATEST))
    officer = fields.String(allow_none=True, load_default=None, validate=[validate.Length(max=80), NO_NUL])
    device = fields.String(allow_none=True, load_default=None, validate=[validate.Length(max=80), NO_NUL])
    payload = fields.Dict(keys=fields.String(), required=True)
    photos = fields.List(fields.Nested(PhotoIn), load_default=list, validate=validate.Length(max=MAX_PHOTOS))
    changed_after_result = fields.Raw(load_default=list, allow_none=True)


_schema = EnvelopeIn()  # made once: making it costs more than reading a record


def canonical(value: Any) -> str:
    """One text for equal content: sorted keys, no spaces. NaN and infinities are refused (ValueError)."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def read(raw: Any) -> Envelope:
    """The envelope in `raw` (parsed JSON). Problem 4101 when it cannot be read at all, 1003 when too large.

    The content hash covers everything sent, so that any change is a new content.
    """
    if not isinstance(raw, Mapping):
        raise Problem(4101, fields="JSON object")
    try:
        text = canonical(raw)
        _refuse_too_much(raw, text)
        values = _schema.load(raw)
        sha256 = hashlib.sha256(text.encode()).hexdigest()
    except ValidationError as error:
        raise Problem(4101, fields=_where(error.messages)) from None
    except (ValueError, RecursionError) as error:
        # Lone surrogates, NaN, nesting beyond reason: JSON by the letter, not text anyone recorded.
        raise Problem(4101, fields=type(error).__name__) from None
    values["id"] = str(values["id"])
    values["photos"] = [with_camera_notes(photo) for photo in values["photos"]]
    values["changed_after_result"] = late_changes(values["changed_after_result"])
    return Envelope(**values, content_sha256=sha256, text=text)


def _refuse_too_much(raw: Mapping[str, Any], text: str) -> None:
    """Stop what would take long to check. Problems 1003, 4101."""
    if len(text) > MAX_CHARACTERS:
        raise Problem(1003, got=len(text), limit=MAX_CHARACTERS)
    photos = raw.get("photos")
    if isinstance(photos, list) and len(photos) > MAX_PHOTOS:
        raise Problem(4101, fields=f"photos: {len(photos)} > {MAX_PHOTOS}")


def _where(messages: Any, path: str = "") -> str:
    """Marshmallow's nested messages as `field: what is expected; …`."""
    if isinstance(messages, dict):
        parts = [_where(inner, f"{path}.{key}" if path else str(key)) for key, inner in messages.items()]
        return "; ".join(parts)[:500]
    return f"{path}: {' '.join(map(str, messages))}"
