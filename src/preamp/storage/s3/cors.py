"""CORS: a bucket's rules, preflights, and the headers of answers. Pure.

A bucket of an environment has the rules that the Amplify CLI gives it, until others are put. A preflight is answered to
anybody, as browsers send no credentials with it.
Source: S3 user guide, "Using cross-origin resource sharing"; amplify-cli, s3-stack-builder (the default rules).
"""

import re
from collections.abc import Iterable

import msgspec
from msgspec import Struct

from preamp.storage.errors import AccessForbidden
from preamp.storage.records import Bucket
from preamp.wire.s3 import Answer, BadRequest, MalformedXML, S3Request, xml

METHODS = ("GET", "PUT", "HEAD", "POST", "DELETE")
_MAX_RULES = 100


class Rule(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One rule. Origins and headers may hold one `*`."""

    origins: tuple[str, ...]
    methods: tuple[str, ...]
    headers: tuple[str, ...] = ()
    expose: tuple[str, ...] = ()
    max_age: int | None = None
    id: str | None = None


DEFAULT = (
    Rule(
        origins=("*",),
        methods=METHODS,
        headers=("*",),
        expose=(
            *("x-amz-server-side-encryption", "x-amz-request-id", "x-amz-id-2", "ETag"),
            *("x-amz-version-id", "x-amz-mp-parts-count", "x-amz-checksum-crc32", "x-amz-checksum-type"),
        ),
        max_age=3000,
    ),
)


def rules_of(bucket: Bucket) -> tuple[Rule, ...]:
    """The rules that hold for a bucket."""
    if bucket.cors is not None:
        return msgspec.json.decode(bucket.cors, type=tuple[Rule, ...])
    return DEFAULT if bucket.owner is not None else ()


def preflight(bucket: Bucket | None, request: S3Request) -> Answer:
    """The answer to OPTIONS. Raises AccessForbidden where no rule allows what is asked."""
    origin, method = request.headers.get("origin"), request.headers.get("access-control-request-method")
    if not origin or not method:
        missing = "Origin" if not origin else "Access-Control-Request-Method"
        raise BadRequest(f"Insufficient information. {missing} request header needed.")
    asked = [name.strip().lower() for name in request.headers.get("access-control-request-headers", "").split(",")]
    asked = [name for name in asked if name]
    for rule in rules_of(bucket) if bucket else ():
        if _allows(rule, origin, method) and all(_matches(rule.headers, name) for name in asked):
            more = [("access-control-allow-headers", ", ".join(asked))] if asked else []
            if rule.max_age is not None:
                more.append(("access-control-max-age", str(rule.max_age)))
            return Answer(headers=[*_common(rule, origin), *more])
    raise AccessForbidden("CORSResponse: This CORS request is not allowed.", Method=method, ResourceType="OBJECT")


def headers(bucket: Bucket, origin: str, method: str) -> list[tuple[str, str]]:
    """The headers that let a page of `origin` read an answer."""
    rule = next((rule for rule in rules_of(bucket) if _allows(rule, origin, method)), None)
    return [] if rule is None else _common(rule, origin)


def _common(rule: Rule, origin: str) -> list[tuple[str, str]]:
    everybody = "*" in rule.origins
    found = [
        ("access-control-allow-origin", "*" if everybody else origin),
        ("access-control-allow-methods", ", ".join(rule.methods)),
        ("vary", "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"),
    ]
    if not everybody:
        found.append(("access-control-allow-credentials", "true"))
    if rule.expose:
        found.append(("access-control-expose-headers", ", ".join(rule.expose)))
    return found


def _allows(rule: Rule, origin: str, method: str) -> bool:
    return method in rule.methods and _matches(rule.origins, origin)


def _matches(patterns: Iterable[str], value: str) -> bool:
    return any(
        re.fullmatch(".*".join(re.escape(part) for part in pattern.split("*")), value, re.IGNORECASE)
        for pattern in patterns
    )


def read(root: xml.Node) -> tuple[Rule, ...]:
    """The rules of a CORSConfiguration. Raises MalformedXML."""
    rules = tuple(_rule(node) for node in root.every("CORSRule"))
    if not 1 <= len(rules) <= _MAX_RULES:
        raise MalformedXML(f"A CORSConfiguration has 1 to {_MAX_RULES} rules.")
    return rules


def _rule(node: xml.Node) -> Rule:
    origins, methods = _texts(node, "AllowedOrigin"), _texts(node, "AllowedMethod")
    allowed_headers, age = _texts(node, "AllowedHeader"), node.value("MaxAgeSeconds")
    if not origins or not methods or not set(methods) <= set(METHODS):
        raise MalformedXML(f"A CORSRule has an AllowedOrigin and an AllowedMethod of {', '.join(METHODS)}.")
    if any(each.count("*") > 1 for each in (*origins, *allowed_headers)):
        raise MalformedXML("AllowedOrigin and AllowedHeader can have one wildcard (*).")
    if age is not None and not (age.isascii() and age.isdigit() and len(age) < 10):
        raise MalformedXML("MaxAgeSeconds must be a number of seconds.")
    return Rule(
        origins=origins,
        methods=methods,
        headers=allowed_headers,
        expose=_texts(node, "ExposeHeader"),
        max_age=None if age is None else int(age),
        id=node.value("ID"),
    )


def _texts(node: xml.Node, name: str) -> tuple[str, ...]:
    return tuple(child.text.strip() for child in node.every(name))


def written(rules: Iterable[Rule]) -> str:
    """The rules as XML."""
    return "".join(
        "<CORSRule>"
        + xml.tag("ID", rule.id)
        + "".join(xml.tag("AllowedOrigin", each) for each in rule.origins)
        + "".join(xml.tag("AllowedMethod", each) for each in rule.methods)
        + "".join(xml.tag("AllowedHeader", each) for each in rule.headers)
        + "".join(xml.tag("ExposeHeader", each) for each in rule.expose)
        + xml.tag("MaxAgeSeconds", rule.max_age)
        + "</CORSRule>"
        for rule in rules
    )
