"""The operations of amplifybackend with the Structs of `preamp.control.model`, bound without any handler.

So the wire can be tested for all of them with nothing behind it.
"""

from typing import Any

import msgspec
from botocore.model import OperationModel
from shapes import amplifybackend

from preamp.control import errors, model
from preamp.wire import Service

ERRORS = (
    errors.BadRequestException,
    errors.NotFoundException,
    errors.TooManyRequestsException,
    errors.GatewayTimeoutException,
)
MERGED = (model.JobResponse, model.StorageJobResponse, model.TokenResponse, model.BackendJobResponse)


def service() -> Service:
    """All operations of AWS's model, each with its `NameRequest` and its `NameResponse` or merged answer."""
    bound = Service("amplifybackend", version="2020-08-11")
    for name in amplifybackend().operation_names:
        aws = amplifybackend().operation_model(name)
        bound.operation(name, f"{aws.http['method']} {aws.http['requestUri']}", *ERRORS)(_handler(aws))
    return bound


def _handler(aws: OperationModel) -> Any:
    async def handler(_context: object, request: msgspec.Struct) -> msgspec.Struct:
        return request

    handler.__annotations__ = {"request": getattr(model, f"{aws.name}Request"), "return": response(aws)}
    return handler


def response(aws: OperationModel) -> type[msgspec.Struct]:
    """The Struct of an operation's answer."""
    own: type[msgspec.Struct] | None = getattr(model, f"{aws.name}Response", None)
    if own is not None:
        return own
    wire_names = {shape.serialization.get("name", name) for name, shape in aws.output_shape.members.items()}
    return next(one for one in MERGED if {field.encode_name for field in msgspec.structs.fields(one)} == wire_names)
