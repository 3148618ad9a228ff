"""Schema of the estimate."""

from __future__ import annotations

from marshmallow import Schema, fields


class PartOut(Schema):
    """What one component of the amounts comes to, and whose money it is."""

    code = fields.String()
    kind = fields.String()
    payer = fields.String()
    is_apart = fields.Boolean()
    households = fields.Integer()
    amount_vnd = fields.Integer()


class LineOut(Schema):
    """Households of one area, programme and works kind."""

    area_code = fields.String(allow_none=True)
    area_name = fields.String(allow_none=True)
    programme = fields.String()
    works_kind = fields.String()
    households = fields.Integer()
    amount_vnd = fields.Integer()
    parts = fields.List(fields.Nested(PartOut))


class OutsideOut(Schema):
    """Households of an outcome that costs nothing yet."""

    outcome = fields.String()
    households = fields.Integer()


class EstimateOut(Schema):
    """The need of an area; `release_sha256s` are the laws the assessments rest on."""

    area_code = fields.String()
    area_name = fields.String()
    as_of = fields.Date(format="iso")
    release_sha256s = fields.List(fields.String())
    households = fields.Integer()
    amount_vnd = fields.Integer()
    provisional_households = fields.Integer()
    lines = fields.List(fields.Nested(LineOut))
    parts = fields.List(fields.Nested(PartOut))
    outside = fields.List(fields.Nested(OutsideOut))
