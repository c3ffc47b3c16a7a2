"""Project as programs see it."""

from __future__ import annotations

from marshmallow import Schema, fields


class ProjectOut(Schema):
    """Central's name is our title; `archived` is always false here."""

    id = fields.Integer()
    name = fields.String(attribute="title")
    code = fields.String(attribute="name")
    starts_on = fields.Date(data_key="startsOn")
    ends_on = fields.Date(data_key="endsOn")
    created_at = fields.AwareDateTime(data_key="createdAt")
