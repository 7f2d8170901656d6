"""The modelled errors of cognito-identity 2014-06-30 that preamp answers, all HTTP 400."""

from preamp.wire import ServiceError


class ConcurrentModificationException(ServiceError):
    """Somebody else changed the same pool at the same time."""


class ExternalServiceException(ServiceError):
    """A login's provider does not answer."""


class InternalErrorException(ServiceError):
    """The server failed."""


class InvalidIdentityPoolConfigurationException(ServiceError):
    """The identity pool has no role for this identity."""


class InvalidParameterException(ServiceError):
    """A member of the request cannot be; the message says what would be right."""


class LimitExceededException(ServiceError):
    """There are too many things of a kind."""


class NotAuthorizedException(ServiceError):
    """The identity pool does not give this to this caller."""


class ResourceConflictException(ServiceError):
    """The login belongs to another identity."""


class ResourceNotFoundException(ServiceError):
    """No such identity pool or identity."""


class TooManyRequestsException(ServiceError):
    """Calls come faster than they are answered."""


_COMMON = (
    InvalidParameterException,
    ResourceNotFoundException,
    NotAuthorizedException,
    TooManyRequestsException,
    InternalErrorException,
)
READ = _COMMON
CHANGE = (*_COMMON, ResourceConflictException)
LOGIN = (*CHANGE, ExternalServiceException)
