"""The service, and the decorator that registers its operations with the model's errors."""

from collections.abc import Callable

from preamp.auth.idp.errors import ERRORS, UNSIGNED
from preamp.wire import Service
from preamp.wire.service import F

service = Service("cognito-idp", version="2016-04-18", target="AWSCognitoIdentityProviderService")


def operation(name: str) -> Callable[[F], F]:
    """Register `async def name(idp, request[, call])`; whether it is signed and what it may answer is the model's."""
    return service.operation(name, "POST /", *ERRORS[name], signed=name not in UNSIGNED)
