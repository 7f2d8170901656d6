"""Which paths are an operation, and what is said of those that are none."""

import pytest
from shapes import amplifybackend

from preamp.control import service
from preamp.wire.errors import BadRequestException, ServiceError, UnknownOperationException
from preamp.wire.route import Router

ROUTER = Router(service)

FOUND = {
    ("POST", "/backend"): ("CreateBackend", []),
    ("POST", "/s3Buckets"): ("ListS3Buckets", []),
    ("POST", "/backend/d1/details"): ("GetBackend", ["d1"]),
    ("GET", "/backend/d1/job/dev/j1"): ("GetBackendJob", ["d1", "dev", "j1"]),
    ("POST", "/backend/d1/job/dev/j1"): ("UpdateBackendJob", ["d1", "dev", "j1"]),
    ("POST", "/backend/d1/challenge/s1/remove"): ("DeleteToken", ["d1", "s1"]),
    # literals win nothing by their place: each of these differs from its neighbour in one segment
    ("POST", "/backend/d1/config/remove"): ("RemoveBackendConfig", ["d1"]),
    ("POST", "/backend/d1/config/update"): ("UpdateBackendConfig", ["d1"]),
    ("POST", "/backend/d1/api/details"): ("UpdateBackendAPI", ["d1", "details"]),
    ("POST", "/backend/d1/api/remove/remove"): ("DeleteBackendAPI", ["d1", "remove"]),
    ("POST", "/backend/api/api/api"): ("UpdateBackendAPI", ["api", "api"]),
    ("POST", "/backend/backend/details"): ("GetBackend", ["backend"]),
    ("POST", "/backend/prod/details"): ("GetBackend", ["prod"]),
    # a stage, as SDKs send with a base path
    ("POST", "/prod/backend"): ("CreateBackend", []),
    ("POST", "/prod//backend"): ("CreateBackend", []),
    ("POST", "//backend"): ("CreateBackend", []),
    ("POST", "/prod/s3Buckets"): ("ListS3Buckets", []),
    ("GET", "/prod//backend/d1/challenge/s1"): ("GetToken", ["d1", "s1"]),
    # escapes are undone once, after the path was cut
    ("GET", "/backend/a%2Fb/challenge/c%2fd"): ("GetToken", ["a/b", "c/d"]),
    ("GET", "/backend/a%20b%2Bc/challenge/%C3%A9"): ("GetToken", ["a b+c", "é"]),
    ("GET", "/backend/%252F/challenge/%25"): ("GetToken", ["%2F", "%"]),
    ("GET", "/backend/.../challenge/.a"): ("GetToken", ["...", ".a"]),
    ("GET", "/backend/a+b/challenge/%20"): ("GetToken", ["a+b", " "]),
    ("GET", "/backend/%2F/challenge/%2F.."): ("GetToken", ["/", "/.."]),
}


@pytest.mark.parametrize(("method", "path"), FOUND)
def test_a_path_finds_its_operation(method: str, path: str) -> None:
    """The operation and its labels, decoded."""
    operation, labels = ROUTER.match(method, path)

    assert (operation.name, labels) == FOUND[method, path]


def test_every_operation_is_found_by_its_own_path() -> None:
    """All 31, with and without a stage, each label in its place."""
    for name in amplifybackend().operation_names:
        http = amplifybackend().operation_model(name).http
        path = http["requestUri"].replace("{", "%7B").replace("}", "%7D")
        expected = [part[1:-1] for part in http["requestUri"].split("/") if part.startswith("{")]
        for stage in ("", "/prod", "/prod/"):
            operation, labels = ROUTER.match(http["method"], stage + path)

            assert (operation.name, labels) == (name, [f"{{{label}}}" for label in expected])


DOTS = "The path must not hold '.' or '..' segments."
BAD = {
    "/backend/../s3Buckets": DOTS,
    "/backend/./details": DOTS,
    "/backend/d1/../details": DOTS,
    "/backend/%2e%2e/details": DOTS,
    "/backend/%2E/details": DOTS,
    "/backend/.%2e/details": DOTS,
    "/backend/d1/details/..": DOTS,
    "/prod/../backend": DOTS,
    "/../backend": DOTS,
    "/nothing/of/ours/.": DOTS,
    "/backend//details": "appId in the path must not be empty.",
    "/backend/d1/job/": "backendEnvironmentName in the path must not be empty.",
    "/backend/d1/job/dev/": "jobId in the path must not be empty.",
    "/backend//environments//clone": "appId in the path must not be empty.",
    "/backend/d1/environments//clone": "backendEnvironmentName in the path must not be empty.",
    "/backend/%00/details": "appId in the path must not hold a NUL.",
    "/backend/a%00b/details": "appId in the path must not hold a NUL.",
    "/backend/%ff/details": "appId in the path is not UTF-8.",
    "/backend/d1/api/%C3/details": "backendEnvironmentName in the path is not UTF-8.",
}


@pytest.mark.parametrize(("path", "message"), BAD.items())
def test_a_path_that_names_nothing_safely_is_bad(path: str, message: str) -> None:
    """Dot segments (escaped or not), empty labels and broken escapes are 400 and say which part it is."""
    with pytest.raises(BadRequestException) as caught:
        ROUTER.match("POST", path)

    assert caught.value.message == message


@pytest.mark.parametrize("path", ["/backend/%/details", "/backend/%zz/details", "/backend/%4/details"])
def test_a_percent_without_its_digits_stands_for_itself(path: str) -> None:
    """No client sends it; it is read as the text it is, never as something else."""
    assert ROUTER.match("POST", path)[1] == [path.split("/")[2]]


UNKNOWN = [
    "",
    "/",
    "/prod",
    "/prod/",
    "/prod//",
    "/Backend",
    "/backend/",
    "/backend/d1",
    "/backend/d1/",
    "/backend/d1/details/",
    "/backend/d1//details",
    "/backend/d1/Details",
    "/stage/backend",
    "/backend%2Fd1%2Fdetails",
    "/%62ackend",
    "/s3buckets",
    "/s3Buckets/",
    "/backend/d1/api/dev/details/more",
    "/" + "a/" * 4000,
]


@pytest.mark.parametrize("path", UNKNOWN, ids=lambda path: path[:40])
def test_what_is_no_operations_path(path: str) -> None:
    """404 UnknownOperationException; a long path is not repeated whole."""
    with pytest.raises(UnknownOperationException) as caught:
        ROUTER.match("POST", path)

    assert caught.value.status == 404
    assert caught.value.message == f"No operation has the path {path[:200]} (method POST)."


@pytest.mark.parametrize(
    ("method", "path", "message"),
    [
        ("GET", "/backend", "GET is not a method of /backend: CreateBackend is called by POST."),
        (
            "DELETE",
            "/backend/d1/details",
            "DELETE is not a method of /backend/d1/details: GetBackend is called by POST.",
        ),
        (
            "POST",
            "/backend/d1/challenge/s1",
            "POST is not a method of /backend/d1/challenge/s1: GetToken is called by GET.",
        ),
        ("get", "/s3Buckets", "get is not a method of /s3Buckets: ListS3Buckets is called by POST."),
    ],
)
def test_another_method_is_told(method: str, path: str, message: str) -> None:
    """The right path with the wrong method says which method is right."""
    with pytest.raises(ServiceError) as caught:
        ROUTER.match(method, path)

    assert (caught.value.code, caught.value.message) == ("UnknownOperationException", message)


def test_the_roots_are_the_first_segments() -> None:
    """By them the server knows whose a path is."""
    assert ROUTER.roots == ("backend", "s3Buckets")
