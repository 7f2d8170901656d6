"""What the server does with each directive of Amplify's transformer. One table, so that a new ability is one line."""

from msgspec import Struct

from preamp.gen1.report import Status


class Support(Struct, frozen=True, kw_only=True):
    """How a directive is served, when that is not simply as on AWS."""

    status: Status
    what: str
    todo: str = ""


KNOWN_DIRECTIVES = frozenset(
    {
        "model", "auth", "primaryKey", "index", "hasOne", "hasMany", "belongsTo", "manyToMany", "default", "mapsTo",
        "function", "http", "searchable", "predictions", "key", "connection", "versioned", "deprecated", "validate",
        "refersTo", "sql", "specifiedBy", "aws_subscribe", "aws_auth", "aws_api_key", "aws_iam", "aws_oidc",
        "aws_cognito_user_pools", "aws_lambda", "aws_publish", "canonical", "hidden", "renamed", "conversation",
        "generation",
    }
)  # fmt: skip
DROPPED = frozenset({"ttl"})
"""Directives of community transformers that are taken out of a schema: without them it allows nothing more."""
DIRECTIVES = {
    "ttl": Support(
        status="changed",
        what="It is taken out: rows do not expire by themselves.",
        todo="Delete them from time to time: preamp data query.",
    ),
    "function": Support(
        status="not supported",
        what="The field is in the schema; the function behind it is not run, and asking for it answers an error.",
        todo="Serve what it answers elsewhere for now.",
    ),
    "http": Support(
        status="not supported",
        what="The field is in the schema; no request is sent, and asking for it answers an error.",
        todo="Call the address from the client for now.",
    ),
    "searchable": Support(
        status="not supported",
        what="The search fields are in the schema and answer an error; no OpenSearch is needed or made.",
        todo="List with a filter for now.",
    ),
    "predictions": Support(
        status="not supported",
        what="The field is in the schema; AWS's services are not called, and asking for it answers an error.",
    ),
    "key": Support(status="as is", what="Version 1 of the transformer is served as it was."),
    "connection": Support(status="as is", what="Version 1 of the transformer is served as it was."),
    "versioned": Support(status="as is", what="Version 1 of the transformer is served as it was."),
    "sql": Support(status="not supported", what="SQL data sources of your own are not connected."),
    "refersTo": Support(status="not supported", what="SQL data sources of your own are not connected."),
    "conversation": Support(status="not supported", what="AI conversations are not served."),
    "generation": Support(status="not supported", what="AI generation is not served."),
}
