"""Errors of the GraphQL endpoint, in the shape AppSync gives them.

A `FieldError` becomes one element of `errors` beside `data`; a `RequestError` answers the whole request with an HTTP
status. errorType values are those that clients look for (AppSync developer guide, amplify-js, DataStore).
"""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

CONDITION_FAILED = "DynamoDB:ConditionalCheckFailedException"


class FieldError(Exception):
    """One field could not be answered. `data` is what AppSync adds beside the error (a conflict's server row)."""

    def __init__(self, message: str, error_type: str | None = None, data: Any = None) -> None:
        super().__init__(message)
        self.message = message
        self.error_type = error_type
        self.data = data


class Unauthorized(FieldError):
    """The caller may not see or change this field or row."""

    def __init__(self, field: str, parent: str) -> None:
        super().__init__(f"Not Authorized to access {field} on type {parent}", "Unauthorized")


class ConditionFailed(FieldError):
    """The row is there already, is not there, or does not meet the condition."""

    def __init__(self) -> None:
        super().__init__("The conditional request failed", CONDITION_FAILED)


class Location(Struct, frozen=True, kw_only=True):
    """Where in the document, counted from 1."""

    line: int
    column: int
    source_name: str | None = None

    def shape(self) -> dict[str, Any]:
        """Answer the wire form."""
        return {"line": self.line, "column": self.column, "sourceName": self.source_name}


class DocumentErrors(Exception):
    """A document or its variables are refused before anything runs: HTTP 200 with `data: null` and these errors."""

    def __init__(self, errors: Sequence[dict[str, Any]]) -> None:
        super().__init__(errors[0]["message"])
        self.errors = list(errors)


class RequestError(Exception):
    """The request as a whole is refused with an HTTP status."""

    def __init__(self, status: int, error_type: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.error_type = error_type
        self.message = message


def document_error(message: str, locations: Sequence[Location] = ()) -> dict[str, Any]:
    """Answer an error of the document: it has no errorType."""
    return {"path": None, "locations": [location.shape() for location in locations] or None, "message": message}


def field_error(error: FieldError, path: Sequence[str | int], location: Location | None) -> dict[str, Any]:
    """Answer an error of a field."""
    return {
        "path": list(path),
        "data": error.data,
        "errorType": error.error_type,
        "errorInfo": None,
        "locations": [location.shape()] if location else None,
        "message": error.message,
    }
