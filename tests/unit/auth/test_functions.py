"""Functions by URL: a real HTTP server on loopback plays the function."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable

import pytest

from preamp.auth import functions
from preamp.auth.functions import FunctionError, FunctionRaised, FunctionUnreadable, HttpFunctions

ARN = "arn:aws:lambda:us-east-1:000000000000:function:hook"
EVENT = {"triggerSource": "PreSignUp_SignUp", "response": {}}


class Function:
    """What the server answers: status, headers, body. It keeps the bodies that it got."""

    def __init__(self) -> None:
        self.status, self.headers, self.body = "200 OK", "", b"{}"
        self.got: list[bytes] = []
        self.silent = False
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one call."""
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        self.got.append(await reader.readexactly(length))
        if not self.silent:
            writer.write(
                f"HTTP/1.1 {self.status}\r\ncontent-length: {len(self.body)}\r\n{self.headers}\r\n".encode() + self.body
            )
            await writer.drain()
        else:
            await reader.read()
        writer.close()


@pytest.fixture
async def function() -> AsyncIterator[Function]:
    made = Function()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    yield made
    server.close()


@pytest.fixture
async def http(function: Function) -> AsyncIterator[HttpFunctions]:
    made = HttpFunctions({"hook": function.url}, seconds=0.5)
    yield made
    await made.close()


async def test_the_event_goes_and_comes_back(function: Function, http: HttpFunctions) -> None:
    """By ARN, by name or by URL, the same function is called with the event as JSON."""
    function.body = json.dumps({**EVENT, "response": {"autoConfirmUser": True}}).encode()

    for name in (ARN, "hook", function.url, f"{ARN}:7"):
        assert (await http.invoke(name, EVENT))["response"] == {"autoConfirmUser": True}

    assert json.loads(function.got[0]) == EVENT


Change = Callable[[Function], None]


def raised(function: Function) -> None:
    function.body, function.headers = b'{"errorMessage": "no"}', "x-amz-function-error: Unhandled\r\n"


def refused(function: Function) -> None:
    function.status, function.body = "403 Forbidden", b'{"errorMessage": "no"}'


def broken(function: Function) -> None:
    function.status, function.body = "502 Bad Gateway", b"<html>"


def redirect(function: Function) -> None:
    function.status, function.headers = "302 Found", "location: http://127.0.0.1:9/\r\n"


def no_json(function: Function) -> None:
    function.body = b"hello"


def a_list(function: Function) -> None:
    function.body = b"[]"


def endless(function: Function) -> None:
    function.body = b'{"a": "' + b"x" * functions.MAX_ANSWER_BYTES + b'"}'


def silent(function: Function) -> None:
    function.silent = True


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (raised, FunctionRaised),
        (refused, FunctionRaised),
        (broken, FunctionError),
        (redirect, FunctionUnreadable),
        (no_json, FunctionUnreadable),
        (a_list, FunctionUnreadable),
        (endless, FunctionUnreadable),
        (silent, FunctionError),
    ],
)
async def test_what_a_function_may_do_wrong(
    function: Function, http: HttpFunctions, change: Change, error: type[FunctionError]
) -> None:
    change(function)

    with pytest.raises(error) as told:
        await http.invoke(ARN, EVENT)

    assert type(told.value) is error
    assert len(function.got) == 1


async def test_a_function_without_a_url_is_told_by_name(http: HttpFunctions) -> None:
    with pytest.raises(FunctionError, match="other: no URL is set"):
        await http.invoke("arn:aws:lambda:us-east-1:000000000000:function:other", EVENT)


async def test_a_function_that_is_not_there_is_no_error_of_the_server() -> None:
    http = HttpFunctions({"hook": "http://127.0.0.1:9/"})
    with pytest.raises(FunctionError, match="hook"):
        await http.invoke("hook", EVENT)
    await http.close()


def test_urls_are_read_by_name() -> None:
    assert functions.read_urls("a=http://x/1 b=https://y/?q=1") == {"a": "http://x/1", "b": "https://y/?q=1"}
    assert functions.read_urls("") == {}


@pytest.mark.parametrize("text", ["a", "=http://x", "a=ftp://x", "a=x"])
def test_an_entry_that_is_none_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="NAME=URL"):
        functions.read_urls(text)
