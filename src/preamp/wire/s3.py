"""The face of S3's protocol, which stands beside the JSON services'.

A `Table` collects operations, one function each. An `S3Endpoint` is the ASGI application over one (rest_xml.py): bodies
stream both ways, signatures are read as S3 reads them (sigv4_s3.py), errors and documents are XML (xml.py). It is
loaded at the first request for S3 (decision 0004).
"""

from preamp.wire import checksums, xml
from preamp.wire.checksums import Algorithm, Kind
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
from preamp.wire.sigv4 import Credentials
from preamp.wire.sigv4_s3 import AccessDenied, InvalidArgument, InvalidRequest, S3Verifier, decoded_policy

__all__ = [
    "AccessDenied",
    "Algorithm",
    "Answer",
    "BadDigest",
    "BadRequest",
    "Body",
    "Credentials",
    "Digests",
    "EntityTooLarge",
    "InvalidArgument",
    "InvalidRequest",
    "InvalidURI",
    "Kind",
    "MalformedXML",
    "NotImplemented_",
    "S3Endpoint",
    "S3Request",
    "S3Verifier",
    "ServiceError",
    "Table",
    "checksums",
    "decoded_policy",
    "error_answer",
    "xml",
    "xml_answer",
]
