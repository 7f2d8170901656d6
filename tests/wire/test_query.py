"""The query protocol: forms in, XML out, as botocore writes and reads them."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from hypothesis import given
from hypothesis import strategies as st
from shapes import service_model

from preamp.auth.identity import sts_service
from preamp.auth.identity.sts_model import AssumedRoleUser, AssumeRoleResponse, Credentials
from preamp.wire import Query, ServiceError
from preamp.wire.errors import UnrecognizedClientException

STS = service_model("sts", "2011-06-15")
PROTOCOL = Query(sts_service, "https://sts.amazonaws.com/doc/2011-06-15/")
ROLE = "arn:aws:iam::000000000000:role/x"


def form(operation: str, **members: Any) -> bytes:
    """The body that botocore sends."""
    request = create_serializer("query").serialize_to_request(members, STS.operation_model(operation))
    from urllib.parse import urlencode  # noqa: PLC0415

    return urlencode(request["body"]).encode()


def decoded(body: bytes) -> msgspec.Struct:
    operation, labels = PROTOCOL.match("POST", "/", {}, body)
    return PROTOCOL.decode(operation, body, labels)


def parsed(operation: str, body: bytes, status: int = 200) -> dict[str, Any]:
    """What botocore makes of an answer."""
    parser = create_parser("query")
    read: dict[str, Any] = parser.parse(
        {"body": body, "headers": {}, "status_code": status}, STS.operation_model(operation).output_shape
    )
    return read


@given(
    name=st.text("abcXYZ019+=,.@-_", min_size=2, max_size=64),
    seconds=st.integers(900, 43_200),
    tags=st.lists(st.tuples(st.text("abc é:/=", min_size=1, max_size=9), st.text("xyz &<>%", max_size=9)), max_size=5),
    arns=st.lists(st.text("abcdef", min_size=20, max_size=30), max_size=4),
)
def test_what_botocore_sends_is_read(name: str, seconds: int, tags: list[tuple[str, str]], arns: list[str]) -> None:
    """Numbers, lists of structures and nested members, through the encoding of forms."""
    tags = [(key, value.replace("&", "").replace("<", "").replace(">", "").replace("%", "")) for key, value in tags]
    body = form(
        "AssumeRole",
        RoleArn=ROLE,
        RoleSessionName=name,
        DurationSeconds=seconds,
        Tags=[{"Key": key, "Value": value} for key, value in tags],
        PolicyArns=[{"arn": arn} for arn in arns],
    )

    request = decoded(body)

    assert (request.role_session_name, request.duration_seconds) == (name, seconds)  # type: ignore[attr-defined]
    assert [(tag.key, tag.value) for tag in request.tags or ()] == tags  # type: ignore[attr-defined]
    assert [one.arn for one in request.policy_arns or ()] == arns  # type: ignore[attr-defined]


def test_botocore_reads_what_is_answered() -> None:
    """Times, nested structures, and letters that XML has a meaning for."""
    answer = AssumeRoleResponse(
        credentials=Credentials(
            access_key_id="ASIAAAAAAAAAAAAAAAAA",
            secret_access_key="a<b>&\"c'",
            session_token="t\x00\x1b",
            expiration=datetime(2027, 1, 15, 8, 0, tzinfo=UTC),
        ),
        assumed_role_user=AssumedRoleUser(assumed_role_id="ASIA:x", arn=ROLE),
        packed_policy_size=0,
    )

    read = parsed("AssumeRole", PROTOCOL.encode(answer))

    assert read["Credentials"]["SecretAccessKey"] == "a<b>&\"c'"
    assert read["Credentials"]["SessionToken"] == "t  "
    assert read["Credentials"]["Expiration"] == datetime(2027, 1, 15, 8, 0, tzinfo=UTC)
    assert (read["AssumedRoleUser"]["Arn"], read["PackedPolicySize"]) == (ROLE, 0)
    assert "SourceIdentity" not in read


def test_errors_have_the_names_of_the_query_services() -> None:
    body, headers = PROTOCOL.encode_error(UnrecognizedClientException("no <such> key"))

    read = parsed("AssumeRole", body, 403)

    assert (read["Error"]["Code"], read["Error"]["Message"]) == ("InvalidClientTokenId", "no <such> key")
    assert headers == [(b"x-amzn-errortype", b"InvalidClientTokenId")]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "UnknownOperationException"),
        (b"Action=Nothing", "UnknownOperationException"),
        (b"Action=AssumeRole", "ValidationException"),
        (b"Action=AssumeRole&RoleArn=x&RoleSessionName=me", "ValidationException"),
        (f"Action=AssumeRole&RoleArn={ROLE}&RoleSessionName=me&DurationSeconds=1".encode(), "ValidationException"),
        (f"Action=AssumeRole&RoleArn={ROLE}&RoleSessionName=me&DurationSeconds=x".encode(), "ValidationException"),
        (b"&".join(b"a%d=1" % number for number in range(600)), "ValidationException"),
        (b"Action=%ff", "ValidationException"),
        (b"\xff", "ValidationException"),
    ],
)
def test_wrong_forms_are_refused(body: bytes, code: str) -> None:
    with pytest.raises(ServiceError) as told:
        decoded(body)

    assert told.value.code == code


def test_a_member_given_twice_counts_once() -> None:
    """The first: so one signature cannot be read in two ways."""
    body = f"Action=AssumeRole&RoleArn={ROLE}&RoleSessionName=first&RoleSessionName=second".encode()

    assert decoded(body).role_session_name == "first"  # type: ignore[attr-defined]


def test_other_methods_find_nothing() -> None:
    with pytest.raises(ServiceError, match="Could not find operation"):
        PROTOCOL.match("GET", "/", {}, b"Action=AssumeRole")
