"""AWS protocols without any product: how bytes become typed requests and typed answers become bytes.

A `Service` collects operations, one function each. An `Endpoint` is the ASGI application of one service: it reads the
body within bounds, finds the operation by method and raw path, verifies the SigV4 signature, decodes the JSON into the
operation's request Struct, calls the function and encodes what it returns, or the `ServiceError` it raises.

S3's protocol stands beside it: a `Table` of operations and an `S3Endpoint` (rest_xml.py), whose bodies stream.
"""

from preamp.wire import checksums, xml
from preamp.wire.binding import Label
from preamp.wire.checksums import Algorithm, Kind
from preamp.wire.endpoint import Endpoint, Limits, header_map
from preamp.wire.errors import ServiceError
from preamp.wire.rest_xml import (
    Answer,
    BadRequest,
    InvalidURI,
    MalformedXML,
    NotImplemented_,
    S3Endpoint,
    S3Request,
    Table,
    error_answer,
    xml_answer,
)
from preamp.wire.s3_body import BadDigest, Body, Digests, EntityTooLarge
from preamp.wire.service import Operation, Service
from preamp.wire.sigv4 import Credentials, KeyLookup, SignatureError, Verifier, sign
from preamp.wire.sigv4_s3 import (
    AccessDenied,
    InvalidArgument,
    InvalidRequest,
    S3Verifier,
    decoded_policy,
    is_signed_for_s3,
)

__all__ = [
    "AccessDenied",
    "Algorithm",
    "Answer",
    "BadDigest",
    "BadRequest",
    "Body",
    "Credentials",
    "Digests",
    "Endpoint",
    "EntityTooLarge",
    "InvalidArgument",
    "InvalidRequest",
    "InvalidURI",
    "KeyLookup",
    "Kind",
    "Label",
    "Limits",
    "MalformedXML",
    "NotImplemented_",
    "Operation",
    "S3Endpoint",
    "S3Request",
    "S3Verifier",
    "Service",
    "ServiceError",
    "SignatureError",
    "Table",
    "Verifier",
    "checksums",
    "decoded_policy",
    "error_answer",
    "header_map",
    "is_signed_for_s3",
    "sign",
    "xml",
    "xml_answer",
]
