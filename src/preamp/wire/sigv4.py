"""AWS Signature Version 4, verified and made.

Works on the raw target, never on a decoded path. The canonical path is the received one, percent-encoded once more, as
every service but S3 signs it; boto3 and the JavaScript SDK v3 drop empty and dot segments first, v2 does not, so both
forms are tried. Checked against botocore's signer and captured requests of four clients (tests/wire/test_sigv4.py).
"""

import hashlib
import hmac
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from msgspec import Struct

from preamp.kit.caller import Caller
from preamp.kit.clock import Clock
from preamp.wire.errors import (
    ExpiredTokenException,
    IncompleteSignatureException,
    InvalidSignatureException,
    MissingAuthenticationTokenException,
    ServiceError,
    UnrecognizedClientException,
)

ALGORITHM = "AWS4-HMAC-SHA256"
EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()
_MAX_PRESIGNED_SECONDS = 604_800
_KEY_CACHE = 4096
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 +Credential=([^/,\s]{1,128})/(\d{8})/([^/,\s]{1,64})/([^/,\s]{1,64})/aws4_request *, *"
    r"SignedHeaders=([^,\s]{1,2048}) *, *Signature=([0-9a-f]{64})",
    re.ASCII,
)
_CREDENTIAL = re.compile(r"([^/,\s]{1,128})/(\d{8})/([^/,\s]{1,64})/([^/,\s]{1,64})/aws4_request", re.ASCII)
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z", re.ASCII)
_DUMMY_SECRET = "0" * 40

SignatureError = ServiceError


class Credentials(Struct, frozen=True, kw_only=True):
    """What an access key id resolves to. `expired` marks temporary credentials that ended."""

    caller: Caller
    secret: str
    expired: bool = False


KeyLookup = Callable[[str, str | None], Awaitable[Credentials | None]]
"""(access key id, session token) -> credentials, None where the pair is not of this server."""


class Signed(Struct, frozen=True):
    """The parts of a signed request, from its header or its query."""

    access_key_id: str
    date: str
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str
    time: str
    time_ms: int
    token: str | None
    expires_seconds: int | None
    query: str


class Verifier:
    """Verifies requests for one service name; `skew_seconds` is how far the request's time may be off, either way."""

    def __init__(self, service: str, lookup: KeyLookup, clock: Clock, skew_seconds: int = 900) -> None:
        self._service = service
        self._lookup = lookup
        self._clock = clock
        self._skew_ms = skew_seconds * 1000
        self._keys: dict[tuple[str, str, str, str], tuple[str, bytes]] = {}

    async def verify(self, method: str, scope: Mapping[str, Any], headers: dict[str, str], body: bytes) -> Caller:
        """The caller of a request that is signed rightly; raises the SigV4 errors AWS answers, all HTTP 403.

        `headers` are lower-case names with repeated values joined by commas.
        """
        query = scope["query_string"].decode("latin-1")
        signed = _parse(headers, query)
        payload_hash = hashlib.sha256(body).hexdigest()
        declared = headers.get("x-amz-content-sha256")
        if declared is not None and declared != payload_hash:
            raise InvalidSignatureException("The body does not have the hash that x-amz-content-sha256 declares.")
        self._check_scope(signed, headers)
        credentials = await self._lookup(signed.access_key_id, signed.token)
        secret = credentials.secret if credentials else _DUMMY_SECRET
        key = self._signing_key(signed, secret)
        path = scope["raw_path"].decode("latin-1")
        matches = _matches(method, path, signed, headers, payload_hash, key)
        if credentials is None:
            raise UnrecognizedClientException("The security token included in the request is invalid.")
        if not matches:
            raise InvalidSignatureException(
                "The request signature we calculated does not match the signature you provided. "
                "Check your AWS Secret Access Key and signing method."
            )
        self._check_time(signed)
        if credentials.expired:
            raise ExpiredTokenException("The security token included in the request is expired.")
        return Caller(
            access_key_id=credentials.caller.access_key_id,
            user=credentials.caller.user,
            arn=credentials.caller.arn,
            account=credentials.caller.account,
            region=signed.region,
        )

    def _check_scope(self, signed: Signed, headers: dict[str, str]) -> None:
        if signed.service != self._service:
            raise InvalidSignatureException(f"Credential should be scoped to correct service: '{self._service}'.")
        if not signed.time.startswith(signed.date):
            raise InvalidSignatureException("Date in Credential scope does not match the date of X-Amz-Date.")
        if "host" not in signed.signed_headers:
            raise InvalidSignatureException("'host' must be a signed header.")
        if signed.expires_seconds is None and not {"x-amz-date", "date"} & set(signed.signed_headers):
            raise InvalidSignatureException("'x-amz-date' must be a signed header.")
        token_header = headers.get("x-amz-security-token")
        if token_header is not None and "x-amz-security-token" not in signed.signed_headers:
            raise InvalidSignatureException("'x-amz-security-token' must be a signed header.")

    def _signing_key(self, signed: Signed, secret: str) -> bytes:
        name = (signed.access_key_id, signed.date, signed.region, signed.service)
        cached = self._keys.get(name)
        if cached is not None and hmac.compare_digest(cached[0], secret):
            return cached[1]
        key = signing_key(secret, signed.date, signed.region, signed.service)
        if len(self._keys) >= _KEY_CACHE:
            self._keys.clear()
        if secret != _DUMMY_SECRET:
            self._keys[name] = (secret, key)
        return key

    def _check_time(self, signed: Signed) -> None:
        now = self._clock.now_ms()
        made = signed.time_ms
        late = signed.expires_seconds * 1000 if signed.expires_seconds is not None else self._skew_ms
        if made - now > self._skew_ms:
            limit = _basic(now + self._skew_ms)
            raise InvalidSignatureException(f"Signature not yet current: {signed.time} is still later than {limit}.")
        if now - made > late:
            limit = _basic(now - late)
            raise InvalidSignatureException(f"Signature expired: {signed.time} is now earlier than {limit}.")


def signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    """The key of one secret for one day, region and service."""
    key = ("AWS4" + secret).encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def sign(
    method: str,
    url_path: str,
    host: str,
    body: bytes,
    *,
    access_key_id: str,
    secret: str,
    service: str,
    region: str,
    now_ms: int,
    token: str | None = None,
    query: str = "",
) -> dict[str, str]:
    """Headers that sign a request, for preamp's own client."""
    time = _basic(now_ms)
    headers = {"host": host, "x-amz-date": time}
    if token is not None:
        headers["x-amz-security-token"] = token
    names = tuple(sorted(headers))
    payload_hash = hashlib.sha256(body).hexdigest()
    signed = Signed(access_key_id, time[:8], region, service, names, "", time, now_ms, token, None, query)
    key = signing_key(secret, time[:8], region, service)
    signature = _signature(_canonical_path(url_path, normalise=True), method, signed, headers, payload_hash, key)
    headers["authorization"] = (
        f"{ALGORITHM} Credential={access_key_id}/{time[:8]}/{region}/{service}/aws4_request, "
        f"SignedHeaders={';'.join(names)}, Signature={signature}"
    )
    return headers


def _parse(headers: dict[str, str], query: str) -> Signed:
    authorization = headers.get("authorization")
    if authorization is None:
        if "X-Amz-Signature=" in query:
            return _parse_query(query)
        raise MissingAuthenticationTokenException("Missing Authentication Token")
    found = _AUTHORIZATION.fullmatch(authorization)
    time = headers.get("x-amz-date")
    if found is None or time is None:
        missing = "X-Amz-Date" if found else "a Credential, SignedHeaders and Signature of the AWS4-HMAC-SHA256 form"
        raise IncompleteSignatureException(f"Authorization header requires {missing}.")
    access_key_id, date, region, service, names, signature = found.groups()
    return Signed(
        access_key_id,
        date,
        region,
        service,
        tuple(names.split(";")),
        signature,
        time,
        _milliseconds(time),
        headers.get("x-amz-security-token"),
        None,
        query,
    )


def _parse_query(query: str) -> Signed:
    pairs = [part.partition("=") for part in query.split("&")]
    values = {unquote_to_bytes(k).decode("latin-1"): unquote_to_bytes(v).decode("latin-1") for k, _, v in pairs}
    found = _CREDENTIAL.fullmatch(values.get("X-Amz-Credential", ""))
    expires = values.get("X-Amz-Expires", "")
    signature = values.get("X-Amz-Signature")
    if (
        found is None
        or signature is None
        or values.get("X-Amz-Algorithm") != ALGORITHM
        or not values.get("X-Amz-SignedHeaders")
    ):
        raise IncompleteSignatureException(
            "A presigned request requires X-Amz-Algorithm, X-Amz-Credential, X-Amz-Date, X-Amz-Expires and "
            "X-Amz-SignedHeaders."
        )
    if not expires.isascii() or not expires.isdigit() or not 1 <= int(expires[:9]) <= _MAX_PRESIGNED_SECONDS:
        raise IncompleteSignatureException(f"X-Amz-Expires must be 1 to {_MAX_PRESIGNED_SECONDS} seconds.")
    unsigned = "&".join(part for part in query.split("&") if not part.startswith("X-Amz-Signature="))
    names = tuple(values["X-Amz-SignedHeaders"].split(";"))
    time, token = values.get("X-Amz-Date", ""), values.get("X-Amz-Security-Token")
    access_key_id, date, region, service = found.groups()
    return Signed(
        access_key_id,
        date,
        region,
        service,
        names,
        signature,
        time,
        _milliseconds(time),
        token,
        int(expires),
        unsigned,
    )


def _milliseconds(time: str) -> int:
    found = _TIME.fullmatch(time)
    try:
        if found is None:
            raise ValueError(time)
        return int(datetime(*map(int, found.groups()), tzinfo=UTC).timestamp()) * 1000  # type: ignore[misc,arg-type]
    except ValueError:
        shape = "YYYYMMDD'T'HHMMSS'Z'"
        raise IncompleteSignatureException(f"X-Amz-Date must be in the form {shape}, got {time[:40]!r}.") from None


def _matches(method: str, path: str, signed: Signed, headers: dict[str, str], payload_hash: str, key: bytes) -> bool:
    normalised, raw = _canonical_path(path, normalise=True), _canonical_path(path, normalise=False)
    expected = _signature(normalised, method, signed, headers, payload_hash, key)
    if hmac.compare_digest(expected, signed.signature):
        return True
    if raw == normalised:
        return False
    return hmac.compare_digest(_signature(raw, method, signed, headers, payload_hash, key), signed.signature)


def _signature(path: str, method: str, signed: Signed, headers: dict[str, str], payload_hash: str, key: bytes) -> str:
    lines = [f"{name}:{headers.get(name, '')}\n" for name in signed.signed_headers]
    query = _canonical_query(signed.query) if signed.query else ""
    names = ";".join(signed.signed_headers)
    request = f"{method}\n{path}\n{query}\n{''.join(lines)}\n{names}\n{payload_hash}"
    scope = f"{signed.date}/{signed.region}/{signed.service}/aws4_request"
    digest = hashlib.sha256(request.encode()).hexdigest()
    return hmac.digest(key, f"{ALGORITHM}\n{signed.time}\n{scope}\n{digest}".encode(), "sha256").hex()


def _canonical_path(raw: str, *, normalise: bool) -> str:
    path = _normalised(raw) if normalise and ("//" in raw or "/." in raw) else raw
    return quote(path, safe="/~-_.") if "%" in path or not path.isascii() else _quote_plain(path)


def _quote_plain(path: str) -> str:
    return path if _PLAIN.fullmatch(path) else quote(path, safe="/~-_.")


_PLAIN = re.compile(r"[A-Za-z0-9/~\-_.]*", re.ASCII)


def _normalised(path: str) -> str:
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in {"", "."}:
            kept.append(segment)
    joined = "/" + "/".join(kept)
    return joined + "/" if path.endswith("/") and kept else joined


def _canonical_query(query: str) -> str:
    pairs = []
    for part in query.split("&"):
        name, _, value = part.partition("=")
        pairs.append((quote(unquote_to_bytes(name), safe="-_.~"), quote(unquote_to_bytes(value), safe="-_.~")))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def _basic(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y%m%dT%H%M%SZ")
