"""Signature Version 4 as S3 reads it: raw paths, presigned URLs, form policies, payloads that are not hashed at once.

S3 signs the path as it was sent, encoded once and never normalised. The region in the scope may be any text, slashes
too: clients of a self-hosted server put what they must there, so the scope is read from both its ends. Checked against
botocore's signer, the AWS CLI and both JavaScript SDKs (tests/wire/test_sigv4_s3.py, tests/clients).
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import ClassVar
from urllib.parse import quote

from msgspec import Struct

from preamp.kit.clock import Clock
from preamp.wire.chunked import Seed
from preamp.wire.errors import ServiceError
from preamp.wire.sigv4 import Credentials, KeyLookup, signing_key

UNSIGNED = "UNSIGNED-PAYLOAD"
_STREAMING_SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
_STREAMING_SIGNED_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
_STREAMING_UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
_CHUNKED = {_STREAMING_SIGNED, _STREAMING_SIGNED_TRAILER, _STREAMING_UNSIGNED_TRAILER}
_ALGORITHM = "AWS4-HMAC-SHA256"
_MAX_PRESIGNED_SECONDS = 604_800
_KEY_CACHE = 4096
_DUMMY_SECRET = "0" * 40
_SCOPE = r"([^/,\s]{1,128})/(\d{8})/([^,\s]{0,512})/s3/aws4_request"
_AUTHORIZATION = re.compile(
    rf"AWS4-HMAC-SHA256 +Credential={_SCOPE} *, *SignedHeaders=([^,\s]{{1,4096}}) *, *Signature=([0-9a-f]{{64}})",
    re.ASCII,
)
_CREDENTIAL = re.compile(_SCOPE, re.ASCII)
_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z", re.ASCII)
# Not of the request's meaning: proxies and browsers add them behind the signer's back.
_MAY_BE_UNSIGNED = {"x-amz-content-sha256", "x-amz-user-agent", "x-amz-cf-id", "x-amzn-trace-id"}

Query = Sequence[tuple[str, str]]


class AccessDenied(ServiceError):
    """The caller may not do this, or is nobody."""

    status = 403


class SignatureDoesNotMatch(ServiceError):
    """The signature is not that of the request under the caller's secret."""

    status = 403


class InvalidAccessKeyId(ServiceError):
    """No such access key."""

    status = 403


class InvalidToken(ServiceError):
    """The session token is not one of this server, or of another key."""

    status = 400


class ExpiredToken(ServiceError):
    """The session has ended."""

    status = 400


class RequestTimeTooSkewed(ServiceError):
    """The request's time is too far from the server's."""

    status = 403


class AuthorizationHeaderMalformed(ServiceError):
    """The Authorization header is not of its form."""

    status = 400


class AuthorizationQueryParametersError(ServiceError):
    """The presigned query is not of its form."""

    status = 400


class ExpiresOutOfRange(AuthorizationQueryParametersError):
    """X-Amz-Expires is not within a week."""

    status: ClassVar[int] = 403

    @property
    def code(self) -> str:
        """S3 has one code for both."""
        return "AuthorizationQueryParametersError"


class InvalidRequest(ServiceError):
    """The request cannot be meant so."""

    status = 400


class InvalidArgument(ServiceError):
    """An argument has a value that it cannot have."""

    status = 400


class Payload(Struct, frozen=True, kw_only=True):
    """How the body travels. `sha256` is what it must hash to, None where nothing was promised.

    `chunked`: in aws-chunked; `seed` then is there when the chunks are signed.
    """

    sha256: str | None = None
    chunked: bool = False
    seed: Seed | None = None


class Verified(Struct, frozen=True, kw_only=True):
    """Whose request it is, and how its body travels. `presigned`: by its query."""

    credentials: Credentials
    payload: Payload
    region: str
    token: str | None = None
    presigned: bool = False


class _Signed(Struct, frozen=True, kw_only=True):
    access_key_id: str
    date: str
    region: str
    names: tuple[str, ...]
    signature: str
    time: str
    time_ms: int
    token: str | None
    expires_seconds: int | None
    query: Query

    @property
    def scope(self) -> str:
        return f"{self.date}/{self.region}/s3/aws4_request"


class S3Verifier:
    """Verifies requests, presigned URLs and form policies; `skew_seconds` is how far a request's time may be off."""

    def __init__(self, lookup: KeyLookup, clock: Clock, skew_seconds: int = 900) -> None:
        self._lookup = lookup
        self._clock = clock
        self._skew_ms = skew_seconds * 1000
        self._keys: dict[tuple[str, str, str], tuple[str, bytes]] = {}

    async def verify(self, method: str, raw_path: str, query: Query, headers: dict[str, str]) -> Verified | None:
        """The caller, None for a request without any signature. Raises S3's errors.

        `query` are the decoded pairs in order, `headers` lower-case names with repeated values joined by commas.
        """
        signed = _parse(headers, query)
        if signed is None:
            return None
        self._check_form(signed, headers)
        declared = _declared_hash(signed, headers)
        credentials, key = await self._credentials(signed)
        request = _canonical_request(method, raw_path, signed, headers, declared)
        expected = _signature(request.encode("latin-1"), signed, key)
        if not request.isascii() and expected != signed.signature:
            # Header values outside ASCII are signed as UTF-8, and by some clients sent as Latin-1.
            expected = _signature(request.encode(), signed, key)
        self._settle(signed, credentials, expected)
        assert credentials is not None  # noqa: S101  _settle refused
        self._check_time(signed)
        return Verified(
            credentials=credentials,
            payload=_payload(declared, signed, key),
            region=signed.region,
            token=signed.token,
            presigned=signed.expires_seconds is not None,
        )

    async def verify_policy(self, fields: Mapping[str, str]) -> Credentials:
        """The caller who signed a form's policy; `fields` have lower-case names. Raises S3's errors."""
        found = _CREDENTIAL.fullmatch(fields.get("x-amz-credential", ""))
        signature = fields.get("x-amz-signature", "")
        if found is None or fields.get("x-amz-algorithm") != _ALGORITHM or not signature:
            raise InvalidArgument("A signed form needs x-amz-algorithm, x-amz-credential, x-amz-date, x-amz-signature.")
        access_key_id, date, region = found.groups()
        time = fields.get("x-amz-date", "")
        signed = _Signed(
            access_key_id=access_key_id,
            date=date,
            region=region,
            names=(),
            signature=signature,
            time=time,
            time_ms=_milliseconds(time, InvalidArgument),
            token=fields.get("x-amz-security-token"),
            expires_seconds=None,
            query=(),
        )
        credentials, key = await self._credentials(signed)
        self._settle(signed, credentials, hmac.digest(key, fields.get("policy", "").encode(), "sha256").hex())
        assert credentials is not None  # noqa: S101  _settle refused
        return credentials

    async def _credentials(self, signed: _Signed) -> tuple[Credentials | None, bytes]:
        credentials = await self._lookup(signed.access_key_id, signed.token)
        return credentials, self._signing_key(signed, credentials.secret if credentials else _DUMMY_SECRET)

    def _settle(self, signed: _Signed, credentials: Credentials | None, expected: str) -> None:
        matches = hmac.compare_digest(expected.encode(), signed.signature.encode("utf-8", "surrogateescape"))
        if credentials is None and signed.token is not None:
            raise InvalidToken("The provided token is malformed or otherwise invalid.")
        if credentials is None:
            raise InvalidAccessKeyId(
                "The AWS Access Key Id you provided does not exist in our records.", AWSAccessKeyId=signed.access_key_id
            )
        if not matches:
            raise SignatureDoesNotMatch(
                "The request signature we calculated does not match the signature you provided. "
                "Check your key and signing method.",
                AWSAccessKeyId=signed.access_key_id,
            )
        if credentials.expired:
            raise ExpiredToken("The provided token has expired.")

    def _check_form(self, signed: _Signed, headers: dict[str, str]) -> None:
        if "host" not in signed.names:
            raise AccessDenied("'host' must be a signed header.")
        if not signed.time.startswith(signed.date):
            raise AccessDenied("The date of the credential scope is not the date of X-Amz-Date.")
        unsigned = [
            name
            for name in headers
            if name.startswith("x-amz-") and name not in signed.names and name not in _MAY_BE_UNSIGNED
        ]
        if unsigned:
            raise AccessDenied(
                "There were headers present in the request which were not signed.", HeadersNotSigned=", ".join(unsigned)
            )

    def _signing_key(self, signed: _Signed, secret: str) -> bytes:
        name = (signed.access_key_id, signed.date, signed.region)
        cached = self._keys.get(name)
        if cached is not None and hmac.compare_digest(cached[0], secret):
            return cached[1]
        key = signing_key(secret, signed.date, signed.region, "s3")
        if len(self._keys) >= _KEY_CACHE:
            self._keys.clear()
        if secret != _DUMMY_SECRET:
            self._keys[name] = (secret, key)
        return key

    def _check_time(self, signed: _Signed) -> None:
        now = self._clock.now_ms()
        if signed.expires_seconds is None:
            if abs(now - signed.time_ms) > self._skew_ms:
                raise RequestTimeTooSkewed(
                    "The difference between the request time and the current time is too large.",
                    RequestTime=signed.time,
                    ServerTime=datetime.fromtimestamp(now / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
                    MaxAllowedSkewMilliseconds=str(self._skew_ms),
                )
        elif signed.time_ms - now > self._skew_ms:
            raise AccessDenied("Request is not valid yet")
        elif now - signed.time_ms > signed.expires_seconds * 1000:
            raise AccessDenied("Request has expired", **{"X-Amz-Expires": str(signed.expires_seconds)})


def _parse(headers: dict[str, str], query: Query) -> _Signed | None:
    authorization = headers.get("authorization")
    by_query = any(name in {"X-Amz-Signature", "X-Amz-Algorithm", "X-Amz-Credential"} for name, _ in query)
    if authorization and by_query:
        raise InvalidArgument("Only one auth mechanism allowed; a query string or a header may sign, not both.")
    if by_query:
        return _parse_query(query)
    if not authorization:
        return None
    if not authorization.startswith(_ALGORITHM):
        raise InvalidRequest(
            "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
        )
    found = _AUTHORIZATION.fullmatch(authorization)
    if found is None:
        raise AuthorizationHeaderMalformed(
            "The authorization header is malformed; it must have a Credential of the form "
            "ID/YYYYMMDD/REGION/s3/aws4_request, SignedHeaders and a Signature."
        )
    access_key_id, date, region, names, signature = found.groups()
    time = headers.get("x-amz-date") or _basic(headers.get("date", ""))
    return _Signed(
        access_key_id=access_key_id,
        date=date,
        region=region,
        names=tuple(names.split(";")),
        signature=signature,
        time=time,
        time_ms=_milliseconds(time, AccessDenied),
        token=headers.get("x-amz-security-token"),
        expires_seconds=None,
        query=query,
    )


def _parse_query(query: Query) -> _Signed:
    values = dict(query)
    found = _CREDENTIAL.fullmatch(values.get("X-Amz-Credential", ""))
    signature, names = values.get("X-Amz-Signature"), values.get("X-Amz-SignedHeaders")
    if found is None or not signature or not names or values.get("X-Amz-Algorithm") != _ALGORITHM:
        raise AuthorizationQueryParametersError(
            "Query-string authentication requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, "
            "X-Amz-SignedHeaders, and X-Amz-Expires parameters."
        )
    expires = values.get("X-Amz-Expires", "")
    if not expires.isascii() or not expires.isdigit() or not 1 <= int(expires[:9]) <= _MAX_PRESIGNED_SECONDS:
        raise ExpiresOutOfRange(f"X-Amz-Expires must be 1 to {_MAX_PRESIGNED_SECONDS} seconds.")
    access_key_id, date, region = found.groups()
    time = values.get("X-Amz-Date", "")
    return _Signed(
        access_key_id=access_key_id,
        date=date,
        region=region,
        names=tuple(names.split(";")),
        signature=signature,
        time=time,
        time_ms=_milliseconds(time, AuthorizationQueryParametersError),
        token=values.get("X-Amz-Security-Token"),
        expires_seconds=int(expires),
        query=[pair for pair in query if pair[0] != "X-Amz-Signature"],
    )


def _declared_hash(signed: _Signed, headers: dict[str, str]) -> str:
    """What stands for the payload in the canonical request."""
    declared = headers.get("x-amz-content-sha256")
    if signed.expires_seconds is not None:
        return declared or next((v for n, v in signed.query if n.lower() == "x-amz-content-sha256"), UNSIGNED)
    if declared is None:
        raise InvalidRequest("Missing required header for this request: x-amz-content-sha256")
    if declared != UNSIGNED and declared not in _CHUNKED and not _HEX.fullmatch(declared):
        raise InvalidArgument(
            "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.",
            ArgumentName="x-amz-content-sha256",
        )
    return declared


def _payload(declared: str, signed: _Signed, key: bytes) -> Payload:
    if declared == UNSIGNED:
        return Payload()
    if declared == _STREAMING_UNSIGNED_TRAILER:
        return Payload(chunked=True)
    if declared in _CHUNKED:
        return Payload(chunked=True, seed=Seed(key, signed.time, signed.scope, signed.signature))
    return Payload(sha256=declared)


def _canonical_request(method: str, raw_path: str, signed: _Signed, headers: dict[str, str], declared: str) -> str:
    lines = [f"{name}:{headers.get(name, '')}\n" for name in signed.names]
    query = "&".join(
        f"{name}={value}" for name, value in sorted((_quoted(name), _quoted(value)) for name, value in signed.query)
    )
    path = raw_path if _PLAIN.fullmatch(raw_path) else _encoded(raw_path)
    return f"{method}\n{path}\n{query}\n{''.join(lines)}\n{';'.join(signed.names)}\n{declared}"


def _signature(request: bytes, signed: _Signed, key: bytes) -> str:
    text = f"{_ALGORITHM}\n{signed.time}\n{signed.scope}\n{hashlib.sha256(request).hexdigest()}"
    return hmac.digest(key, text.encode(), "sha256").hex()


_PLAIN = re.compile(r"[A-Za-z0-9/~\-_.%]*", re.ASCII)


def _encoded(raw_path: str) -> str:
    """The path with everything escaped that S3's signers escape; what is escaped already stays."""
    return quote(raw_path.encode("latin-1"), safe="/~-_.%")


def _quoted(text: str) -> str:
    return quote(text.encode("utf-8", "surrogateescape"), safe="-_.~")


def _milliseconds(time: str, error: type[ServiceError]) -> int:
    found = _read_time(time)
    if found is None:
        raise error("X-Amz-Date must be in the ISO8601 basic format, YYYYMMDD'T'HHMMSS'Z'.")
    return found


@lru_cache(maxsize=256)
def _read_time(time: str) -> int | None:
    """Milliseconds since 1970; the requests of one second share it."""
    found = _TIME.fullmatch(time)
    if found is None:
        return None
    try:
        return int(datetime(*map(int, found.groups()), tzinfo=UTC).timestamp()) * 1000  # type: ignore[misc,arg-type]
    except ValueError:
        return None


def _basic(http_date: str) -> str:
    """The time of a Date header, which may stand in for X-Amz-Date."""
    try:
        return parsedate_to_datetime(http_date).astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    except (ValueError, TypeError, OverflowError):
        return ""


def decoded_policy(policy: str) -> bytes | None:
    """The JSON text of a form's policy; None where it is not base64."""
    try:
        return base64.b64decode(policy, validate=True)
    except (binascii.Error, ValueError):
        return None
