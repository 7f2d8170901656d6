"""Bodies become requests, or an error that names the member; answers and errors become what the clients read."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from botocore.awsrequest import AWSRequest
from botocore.model import ListShape, Shape, StructureShape
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import inspect
from shapes import amplifybackend, unwrapped

from preamp.control import service
from preamp.control.errors import NotFoundException, TooManyRequestsException
from preamp.wire import rest_json
from preamp.wire.errors import BadRequestException
from preamp.wire.route import Router

ROUTER = Router(service)
AUTH = {
    "backendEnvironmentName": "dev",
    "resourceName": "auth",
    "resourceConfig": {
        "authResources": "USER_POOL_ONLY",
        "service": "COGNITO",
        "userPoolConfigs": {"requiredSignUpAttributes": ["EMAIL"], "signInMethod": "EMAIL", "userPoolName": "up"},
    },
}

PROTOCOL = rest_json.RestJson(service)


def decode(name: str, body: object) -> Any:
    """Decode a body for an operation whose labels are all "label"."""
    operation = service.operations[name]
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return PROTOCOL.decode(operation, raw, ["label"] * len(operation.labels))


def refused(name: str, body: object) -> str:
    with pytest.raises(BadRequestException) as caught:
        decode(name, body)
    return caught.value.message


def changed(path: str, value: object) -> dict[str, Any]:
    """Give the auth request with one member replaced."""
    body: dict[str, Any] = json.loads(json.dumps(AUTH))
    *parents, last = path.split(".")
    here = body
    for parent in parents:
        here = here.setdefault(parent, {})
    here[last] = value
    return body


NOT_JSON = {
    "half an object": b'{"appId": "d1"',
    "nothing but space": b"  ",
    "two documents": b"{}{}",
    "a trailing comma": b'{"nextToken": "a",}',
    "single quotes": b"{'nextToken': 'a'}",
    "NaN": b'{"nextToken": NaN}',
    "a byte-order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"nextToken": "a"}'.encode("utf-16"),
    "broken UTF-8": b'{"nextToken": "\xff"}',
    "a bare NUL": b'{"nextToken": "\0"}',
    "a lone escape": b'{"nextToken": "\\x"}',
    "a form": b"nextToken=a&b=c",
    "XML": b"<a/>",
}


@pytest.mark.parametrize("body", NOT_JSON.values(), ids=NOT_JSON)
def test_what_is_not_json_is_told_so(body: bytes) -> None:
    """Whatever the bytes are, the caller is at fault and learns it."""
    assert refused("ListS3Buckets", body).startswith("The body is not JSON")


@pytest.mark.parametrize("body", [b"[" * 200_000, b'{"a":' * 200_000, b'{"a":' * 5_000 + b"1" + b"}" * 5_000])
def test_deep_nesting_is_refused(body: bytes) -> None:
    """Nesting ends in an error, not in the process."""
    assert refused("CreateBackendAPI", body)


KINDS = {
    b"[]": "Wrong value at the body: expected an object, got a list.",
    b"null": "Wrong value at the body: expected an object, got null.",
    b"1": "Wrong value at the body: expected an object, got an integer.",
    b'"{}"': "Wrong value at the body: expected an object, got a string.",
    b"true": "Wrong value at the body: expected an object, got true or false.",
}


@pytest.mark.parametrize(("body", "message"), KINDS.items())
def test_a_body_that_is_no_object(body: bytes, message: str) -> None:
    """The body is one JSON object."""
    assert refused("CreateBackend", body) == message


def test_an_absent_body_counts_as_an_empty_object() -> None:
    """boto3 and v3 send none where all members are in the path, v2 sends {}."""
    assert decode("CreateToken", b"") == decode("CreateToken", b"{}")
    assert decode("GetBackend", b"").app_id == "label"


def test_an_absent_body_misses_what_is_required() -> None:
    """An operation with required members says which one is missing."""
    assert refused("CreateBackend", b"") == "Missing required member $.appId."


WRONG: list[tuple[str, object, str]] = [
    ("resourceName", 1, "Wrong value at $.resourceName: expected a string, got an integer."),
    ("resourceName", None, "Wrong value at $.resourceName: expected a string, got null."),
    ("resourceConfig", [], "Wrong value at $.resourceConfig: expected an object, got a list."),
    ("resourceConfig", {}, "Missing required member $.resourceConfig.authResources."),
    (
        "resourceConfig.service",
        "cognito",
        "Wrong value at $.resourceConfig.service: invalid enum value 'cognito'; it is one of COGNITO.",
    ),
    ("resourceConfig.service", 1, "Wrong value at $.resourceConfig.service: expected a string, got an integer."),
    (
        "resourceConfig.userPoolConfigs.requiredSignUpAttributes",
        "EMAIL",
        "Wrong value at $.resourceConfig.userPoolConfigs.requiredSignUpAttributes: expected a list, got a string.",
    ),
    (
        "resourceConfig.userPoolConfigs.mfa",
        {"MFAMode": "MAYBE"},
        (
            "Wrong value at $.resourceConfig.userPoolConfigs.mfa.MFAMode: "
            "invalid enum value 'MAYBE'; it is one of OFF, ON, OPTIONAL."
        ),
    ),
    (
        "resourceConfig.userPoolConfigs.mfa",
        {"MFAMode": "ON", "settings": {"mfaTypes": ["TOTP", "totp"]}},
        (
            "Wrong value at $.resourceConfig.userPoolConfigs.mfa.settings.mfaTypes[1]: "
            "invalid enum value 'totp'; it is one of SMS, TOTP."
        ),
    ),
    (
        "resourceConfig.userPoolConfigs.passwordPolicy",
        {},
        "Missing required member $.resourceConfig.userPoolConfigs.passwordPolicy.minimumLength.",
    ),
    (
        "resourceConfig.userPoolConfigs.passwordPolicy",
        {"minimumLength": "8"},
        (
            "Wrong value at $.resourceConfig.userPoolConfigs.passwordPolicy.minimumLength: "
            "expected a number, got a string."
        ),
    ),
    (
        "resourceConfig.userPoolConfigs.mfa",
        {"mfaMode": "ON"},
        "Missing required member $.resourceConfig.userPoolConfigs.mfa.MFAMode.",
    ),
    (
        "resourceConfig.identityPoolConfigs",
        {"identityPoolName": "a", "unauthenticatedLogin": "true"},
        (
            "Wrong value at $.resourceConfig.identityPoolConfigs.unauthenticatedLogin: "
            "expected true or false, got a string."
        ),
    ),
]


@pytest.mark.parametrize(("path", "value", "message"), WRONG)
def test_a_wrong_member_is_named(path: str, value: object, message: str) -> None:
    """The error carries the member's JSON path and what would be right."""
    assert refused("CreateBackendAuth", changed(path, value)) == message


def enumerations(kind: inspect.Type) -> Iterator[tuple[list[str], tuple[object, ...]]]:
    """Give every enumeration below a type: the way to it ("[]" = an element) and its values."""
    inner, _ = unwrapped(kind)
    if isinstance(inner, inspect.LiteralType):
        yield [], inner.values
    elif isinstance(inner, inspect.VarTupleType):
        yield from ((["[]", *way], known) for way, known in enumerations(inner.item_type))
    elif isinstance(inner, inspect.StructType):
        for field in inner.fields:
            yield from (([field.encode_name, *way], known) for way, known in enumerations(field.type))


def test_every_enumeration_tells_its_values() -> None:
    """Wherever an enumeration stands in a request, a value that it has not is answered with those it has."""
    seen = 0
    for name, operation in service.operations.items():
        for way, known in enumerations(inspect.type_info(operation.request)):
            body: Any = "WRONG"
            for step in reversed(way):
                body = [body] if step == "[]" else {step: body}
            path = "$" + "".join("[0]" if step == "[]" else f".{step}" for step in way)

            expected = f"Wrong value at {path}: invalid enum value 'WRONG'; it is one of {', '.join(map(str, known))}."
            assert refused(name, body) == expected
            seen += 1

    assert seen == 40


BOUNDS = {
    0: "Wrong value at $.maxResults: expected an integer >= 1.",
    26: "Wrong value at $.maxResults: expected an integer <= 25.",
    -1: "Wrong value at $.maxResults: expected an integer >= 1.",
    2**63: "Wrong value at $.maxResults: expected an integer <= 25.",
    2**64 - 1: "Wrong value at $.maxResults: expected an integer <= 25.",
    1.5: "Wrong value at $.maxResults: expected an integer, got a number.",
    "5": "Wrong value at $.maxResults: expected an integer, got a string.",
    True: "Wrong value at $.maxResults: expected an integer, got true or false.",
}


@pytest.mark.parametrize(("value", "message"), list(BOUNDS.items()), ids=repr)
def test_max_results_is_one_to_25(value: object, message: str) -> None:
    """SDKs send what is out of bounds, so the server checks."""
    assert refused("ListBackendJobs", {"maxResults": value}) == message


@pytest.mark.parametrize("value", [1, 25, None])
def test_max_results_within_bounds(value: int | None) -> None:
    """Both ends count; null is absent."""
    assert decode("ListBackendJobs", {"maxResults": value}).max_results == value


@pytest.mark.parametrize("digits", [20, 400, 5000, 1_000_000])
def test_huge_numbers_are_refused(digits: int) -> None:
    """A number of a million digits costs no more than its bytes."""
    body = b'{"maxResults": ' + b"9" * digits + b"}"

    assert refused("ListBackendJobs", body)


def test_labels_come_from_the_path_alone() -> None:
    """A member of a label's name in the body cannot speak for another app, nor can its being of a wrong kind."""
    assert decode("GetBackend", {"appId": "of another owner"}).app_id == "label"
    assert decode("GetBackend", {"appId": "first", "AppId": "second", "app_id": "third"}).app_id == "label"
    assert decode("GetBackend", b'{"appId": "a", "appId": "b"}').app_id == "label"
    assert "appId" in refused("GetBackend", {"appId": 1})


def test_unknown_members_are_ignored_and_null_is_absent() -> None:
    """Newer clients may send more; null and absent are one."""
    assert decode("ListS3Buckets", {"new": {"deep": [1]}}) == decode("ListS3Buckets", {"nextToken": None})


def test_text_is_kept_as_sent() -> None:
    """NUL as an escape, astral characters and lone-looking pairs arrive unchanged."""
    for text in ("\0", "日本", "\U0001f600", "a" * 100_000):
        assert decode("ListS3Buckets", {"nextToken": text}).next_token == text


def test_doubles_take_whole_numbers() -> None:
    """SDKs write 8 and 8.0 alike."""
    for written in (8, 8.0):
        body = changed("resourceConfig.userPoolConfigs.passwordPolicy", {"minimumLength": written})
        request = decode("CreateBackendAuth", body)
        assert request.resource_config.user_pool_configs.password_policy.minimum_length == 8


def test_errors_are_what_the_clients_read() -> None:
    """`message` and the modelled member, nothing else: boto3's own parser makes the typed error of it."""
    cases = [
        (NotFoundException("App", "d1"), {"resourceType": "App"}),
        (TooManyRequestsException("Too many.", "tokens"), {"limitType": "tokens"}),
        (BadRequestException("No."), {}),
    ]
    for error, members in cases:
        body = rest_json.encode_error(error)

        assert json.loads(body) == {"message": error.message, **members}
        response = {"status_code": error.status, "headers": {"x-amzn-errortype": error.code}, "body": body}
        parser = create_parser("rest-json")
        parsed = parser.parse(response, amplifybackend().operation_model("GetBackend").output_shape)
        parsed |= parser.parse(response, amplifybackend().shape_for(error.code))
        assert parsed["Error"] == {"Message": error.message, "Code": error.code}
        for name, value in members.items():
            assert parsed[name[0].upper() + name[1:]] == value


# Both ways for all operations: values made from our Structs are read by botocore, values made by botocore by ours.

SCALARS: dict[type[inspect.Type], st.SearchStrategy[Any]] = {
    inspect.StrType: st.text(st.characters(codec="utf-8"), max_size=6),
    inspect.BoolType: st.booleans(),
    inspect.FloatType: st.floats(allow_nan=False, allow_infinity=False),
}


def values(kind: inspect.Type) -> st.SearchStrategy[Any]:
    """Values of one of our types."""
    inner, nullable = unwrapped(kind)
    if nullable:
        return st.none() | values(inner)
    if isinstance(kind, inspect.StructType):
        members = {field.name: values(field.type) for field in kind.fields}
        return st.builds(kind.cls, **members)
    if isinstance(kind, inspect.VarTupleType):
        return st.lists(values(kind.item_type), max_size=3).map(tuple)
    if isinstance(kind, inspect.LiteralType):
        return st.sampled_from(kind.values)
    if isinstance(kind, inspect.IntType):
        return st.integers(kind.ge, kind.le)
    return SCALARS[type(kind)]


def in_aws_names(value: Any, shape: Shape) -> Any:
    """Give our value as boto3 hands it over: AWS's member names, lists, nothing absent."""
    if isinstance(shape, StructureShape):
        wire = {field.encode_name: field.name for field in msgspec.structs.fields(value)}
        given = {
            name: getattr(value, wire[member.serialization.get("name", name)]) for name, member in shape.members.items()
        }
        return {name: in_aws_names(one, shape.members[name]) for name, one in given.items() if one is not None}
    if isinstance(shape, ListShape):
        return [in_aws_names(one, shape.member) for one in value]
    return value


@pytest.mark.parametrize("name", amplifybackend().operation_names)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_botocore_reads_what_we_answer(name: str, data: st.DataObject) -> None:
    """Any answer of ours parses to the same values under AWS's names."""
    operation, shape = service.operations[name], amplifybackend().operation_model(name).output_shape
    answer = data.draw(values(inspect.type_info(operation.response)))

    response = {"status_code": 200, "headers": {}, "body": PROTOCOL.encode(answer)}
    parsed = create_parser("rest-json").parse(response, shape)

    parsed.pop("ResponseMetadata")
    assert parsed == in_aws_names(answer, shape)


@pytest.mark.parametrize("name", amplifybackend().operation_names)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_we_read_what_botocore_sends(name: str, data: st.DataObject) -> None:
    """Any valid input that botocore serialises arrives in our Struct unchanged, labels through the router included."""
    operation, aws = service.operations[name], amplifybackend().operation_model(name)
    request = data.draw(values(inspect.type_info(operation.request)))
    label = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1).filter(
        lambda text: text not in {".", ".."}
    )
    for attribute in operation.labels:
        msgspec.structs.force_setattr(request, attribute, data.draw(label))

    sent = create_serializer("rest-json").serialize_to_request(in_aws_names(request, aws.input_shape), aws)
    prepared = AWSRequest(
        method=sent["method"], url=f"http://h{sent['url_path']}", data=sent["body"], headers=sent["headers"]
    ).prepare()
    found, labels = ROUTER.match(prepared.method, prepared.url.removeprefix("http://h"))

    assert found is operation
    assert PROTOCOL.decode(operation, prepared.body or b"", labels) == request
