"""Errors as AWS services answer them: a code (the class's name), an HTTP status, a message, and modelled members."""

from typing import ClassVar


class ServiceError(Exception):
    """Base of every error that an operation may answer. `members` are the shape's members besides `message`."""

    status: ClassVar[int] = 400

    def __init__(self, message: str, **members: str) -> None:
        super().__init__(message)
        self.message = message
        self.members = members

    @property
    def code(self) -> str:
        """The error's name on the wire."""
        return type(self).__name__


class MissingAuthenticationTokenException(ServiceError):
    """The request is not signed."""

    status = 403


class IncompleteSignatureException(ServiceError):
    """The signature's parts are not all there, or not of their form."""

    status = 403


class InvalidSignatureException(ServiceError):
    """The signature does not match the request, or its time is outside the window."""

    status = 403


class UnrecognizedClientException(ServiceError):
    """No such access key, or a session token that is not of this server."""

    status = 403


class ExpiredTokenException(ServiceError):
    """The session token was of this server and has ended."""

    status = 403


class AccessDeniedException(ServiceError):
    """The caller is known and may not do this."""

    status = 403


class UnknownOperationException(ServiceError):
    """No operation has this method and path."""

    status = 404


class RequestEntityTooLargeException(ServiceError):
    """The body is longer than the server reads."""

    status = 413


class InternalFailure(ServiceError):
    """The server failed; the log has the reason under the request id."""

    status = 500


class ServiceUnavailable(ServiceError):
    """A part that the server needs does not answer now; the SDKs repeat the call."""

    status = 503


class BadRequestException(ServiceError):
    """The request's path or body is not of the operation's shape."""

    status = 400


class ValidationException(ServiceError):
    """The request is not of the operation's shape (services of the protocol aws-json)."""

    status = 400
