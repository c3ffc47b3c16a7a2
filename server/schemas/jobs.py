"""Job as programs see it."""

from __future__ import annotations

from marshmallow import Schema, fields


class JobOut(Schema):
    """State and outcome; the parameters are ids."""

    id = fields.Integer()
    kind = fields.String()
    params = fields.Dict()
    state = fields.String()
    result = fields.Dict(allow_none=True)
    error = fields.String(allow_none=True)
    created_at = fields.AwareDateTime(data_key="createdAt")
    started_at = fields.AwareDateTime(data_key="startedAt", allow_none=True)
    ended_at = fields.AwareDateTime(data_key="endedAt", allow_none=True)
