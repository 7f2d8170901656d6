"""The four modelled errors of amplifybackend 2020-08-11. SDKs repeat calls on 429 and 504, not on 400 and 404."""

from preamp.wire import ServiceError


class BadRequestException(ServiceError):
    """The request asks for what cannot be; the message names the member and says what would be right."""

    status = 400


class NotFoundException(ServiceError):
    """The named app, environment, resource, job or session does not exist.

    Wire: 404, members `message` and `resourceType`.
    """

    status = 404

    def __init__(self, resource_type: str, name: str) -> None:
        super().__init__(f"No {resource_type} named {name!r}.", resourceType=resource_type)


class TooManyRequestsException(ServiceError):
    """A limit was reached. Wire: 429, members `message` and `limitType`."""

    status = 429

    def __init__(self, message: str, limit_type: str) -> None:
        super().__init__(message, limitType=limit_type)


class GatewayTimeoutException(ServiceError):
    """Something that the answer needs did not come in time."""

    status = 504
