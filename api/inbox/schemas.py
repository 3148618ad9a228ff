"""Schemas of the envelopes' answers (their input is `survey.intake.envelope.EnvelopeIn`)."""

from __future__ import annotations

from marshmallow import Schema, fields


class Texts(Schema):
    """A sentence in both languages."""

    vi = fields.String(required=True)
    en = fields.String(required=True)


class ProblemOut(Schema):
    """The one shape of every error."""

    problem = fields.Integer(required=True)
    message = fields.Nested(Texts, required=True)
    next = fields.Nested(Texts, required=True)
    details = fields.Dict()


class FaultOut(Schema):
    """Why a record waits in the inbox."""

    question = fields.String()
    number = fields.Integer()
    vi = fields.String()
    en = fields.String()
    got = fields.String(allow_none=True)


class ProofOut(Schema):
    """That a leaf lies in the tree of a signed checkpoint (RFC 6962); null until it is sealed."""

    index = fields.Integer(required=True)
    path = fields.List(fields.String(), required=True)
    checkpoint = fields.String(required=True)


class ReceiptOut(Schema):
    """The receipt of one version: stored, and not to be lost."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    content_sha256 = fields.String(required=True)
    received_at = fields.AwareDateTime(required=True, format="iso")
    state = fields.String(required=True, metadata={"description": "stored, or waiting in the inbox"})
    faults = fields.List(fields.Nested(FaultOut))
    household_id = fields.UUID(allow_none=True)
    photos = fields.List(fields.String())
    missing_photos = fields.List(fields.String())
    leaf = fields.String(allow_none=True, metadata={"description": "The entry of the trail, as it is hashed"})
    promise = fields.String(
        allow_none=True, metadata={"description": "Signed note: the leaf was taken, when"}
    )
    proof = fields.Nested(ProofOut, allow_none=True)
    key = fields.String(allow_none=True, metadata={"description": "The public key, as name+hash+key"})


class BatchResultOut(Schema):
    """The result of one record of a batch: a receipt or a problem."""

    index = fields.Integer(required=True)
    status = fields.Integer(required=True)
    receipt = fields.Nested(ReceiptOut)
    problem = fields.Nested(ProblemOut)
