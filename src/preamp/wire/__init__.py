"""AWS protocols without any product: how bytes become typed requests and typed answers become bytes.

A `Service` collects operations, one function each. An `Endpoint` is the ASGI application of one service: it reads the
body within bounds, finds the operation (by method and raw path, or by x-amz-target), verifies the SigV4 signature where
the operation takes one, decodes the JSON into the operation's request Struct, calls the function and encodes what it
returns, or the `ServiceError` it raises.
"""

from preamp.wire.aws_json import AwsJson
from preamp.wire.binding import Label
from preamp.wire.endpoint import Endpoint, Limits, header_map
from preamp.wire.errors import ServiceError
from preamp.wire.query import Query
from preamp.wire.service import Operation, Service
from preamp.wire.sigv4 import Credentials, KeyLookup, SignatureError, Verifier, sign

__all__ = [
    "AwsJson",
    "Credentials",
    "Endpoint",
    "KeyLookup",
    "Label",
    "Limits",
    "Operation",
    "Query",
    "Service",
    "ServiceError",
    "SignatureError",
    "Verifier",
    "header_map",
    "sign",
]
