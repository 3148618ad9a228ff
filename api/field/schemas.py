"""Schemas of the field app's own calls: signing in, its data key, what it takes along."""

from __future__ import annotations

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from survey.access.models import NAME_LENGTH, USERNAME_LENGTH

TEXT = 1000
"""More characters than any password, cursor or wrapped key has."""


def plain(text: str) -> None:
    """Refuse what databases and passwords cannot take: a NUL, half of a surrogate pair."""
    if any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in text):
        raise ValidationError("a character that no keyboard types")


class Strict(Schema):
    """What comes in is told whole: unknown fields are refused."""

    class Meta:
        """Unknown fields are refused."""

        unknown = RAISE


class SignInIn(Strict):
    """Who signs in on which phone; `device_id` is what the phone calls itself for this person."""

    username = fields.String(required=True, validate=[validate.Length(max=USERNAME_LENGTH), plain])
    password = fields.String(required=True, validate=[validate.Length(max=TEXT), plain])
    device_label = fields.String(required=True, validate=[validate.Length(max=NAME_LENGTH), plain])
    device_id = fields.UUID(allow_none=True, load_default=None)


class PostOut(Schema):
    """A post in force."""

    role = fields.String()
    area_code = fields.String()
    area_name = fields.String()


class OfficerOut(Schema):
    """Who signed in."""

    id = fields.Integer()
    username = fields.String()
    full_name = fields.String()
    posts = fields.List(fields.Nested(PostOut))


class MayOut(Schema):
    """What the app may offer."""

    record = fields.Boolean()
    amounts = fields.Boolean()


class SignInOut(Schema):
    """The device's token, told this once, and the public key for wrapping the data key."""

    token = fields.String()
    device_id = fields.UUID()
    officer = fields.Nested(OfficerOut)
    public_key = fields.String(metadata={"description": "RSA-OAEP-256, SubjectPublicKeyInfo, base64"})
    may = fields.Nested(MayOut)


class SinceIn(Schema):
    """How far the phone's knowledge reaches: the cursor of its last assignment."""

    since = fields.String(load_default=None, allow_none=True)


class SizeOut(Schema):
    """How much an assignment is before it is fetched; `size_bytes` as it travels, compressed."""

    households = fields.Integer()
    villages = fields.Integer()
    size_bytes = fields.Integer()
    unpacked_bytes = fields.Integer()


class DataKeyIn(Strict):
    """The hash of the key that a phone seals its records with."""

    sha256 = fields.String(required=True, validate=validate.Regexp(r"^[0-9a-f]{64}\Z"))


class UnwrapIn(Strict):
    """A data key as the phone wrapped it for the server."""

    wrapped_key = fields.String(required=True, validate=validate.Length(max=TEXT))


class UnwrapOut(Schema):
    """The data key, base64."""

    data_key = fields.String()
