"""Functions that a pool's triggers call, reached by HTTP: POST of the Lambda event, the event with its response back.

A trigger's ARN names a function; the operator says by which URL each function is reached (setting `function_urls`).
What a function raises comes back as AWS's Invoke API and function URLs tell it: `errorMessage`, with
X-Amz-Function-Error or a status of 400 and above. Answers are bounded, redirects are not followed.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx2
import msgspec

Invoke = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]
"""Calls a function (its name, ARN or URL) with an event and answers what it returned. Raises FunctionError."""

SECONDS = 5.0
MAX_ANSWER_BYTES = 256 * 1024
_MAX_MESSAGE = 500


class FunctionError(Exception):
    """A function was not reached, or answered what is no event."""


class FunctionRaised(FunctionError):
    """The function itself refused; the text is its own, for the client."""


class FunctionUnreadable(FunctionError):
    """The function answered something else than a JSON object."""


def function_name(arn: str) -> str:
    """The name in a Lambda ARN (`arn:aws:lambda:REGION:ACCOUNT:function:NAME[:VERSION]`), or the text itself."""
    parts = arn.split(":")
    return parts[6] if len(parts) >= 7 and parts[0] == "arn" else arn


def read_urls(text: str) -> dict[str, str]:
    """`NAME=URL NAME=URL` as a mapping. Raises ValueError that names the wrong entry."""
    urls = {}
    for entry in text.split():
        name, equals, url = entry.partition("=")
        if not equals or not name or not url.startswith(("http://", "https://")):
            raise ValueError(f"{name or entry!r}: an entry is NAME=URL, with an http or https URL")
        urls[name] = url
    return urls


class HttpFunctions:
    """Functions by URL."""

    def __init__(self, urls: Mapping[str, str], *, seconds: float = SECONDS) -> None:
        self._urls = urls
        self._seconds = seconds
        self._http: httpx2.AsyncClient | None = None

    async def invoke(self, function: str, event: dict[str, Any]) -> dict[str, Any]:
        """Call the function that an ARN, a name or a URL means. Raises FunctionError."""
        url = self._url(function)
        try:
            async with asyncio.timeout(self._seconds):
                answer, body = await self._post(url, msgspec.json.encode(event))
        except (httpx2.HTTPError, TimeoutError) as error:
            raise FunctionError(f"{function_name(function)}: {type(error).__name__}") from None
        return _read(answer, body)

    async def _post(self, url: str, event: bytes) -> tuple[httpx2.Response, bytes]:
        if self._http is None:
            self._http = httpx2.AsyncClient(timeout=self._seconds, trust_env=False, follow_redirects=False)
        headers = {"content-type": "application/json"}
        async with self._http.stream("POST", url, content=event, headers=headers) as answer:
            return answer, await _bounded(answer)

    def _url(self, function: str) -> str:
        if function.startswith(("http://", "https://")):
            return function
        name = function_name(function)
        if name not in self._urls:
            raise FunctionError(f"{name}: no URL is set for this function (setting function_urls)")
        return self._urls[name]

    async def close(self) -> None:
        """Let go of connections."""
        if self._http is not None:
            await self._http.aclose()


async def _bounded(answer: httpx2.Response) -> bytes:
    body = b""
    async for chunk in answer.aiter_bytes():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise FunctionUnreadable(f"the answer is longer than {MAX_ANSWER_BYTES} bytes")
    return body


def _read(answer: httpx2.Response, body: bytes) -> dict[str, Any]:
    try:
        read = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        read = None
    if answer.status_code >= 400 or "x-amz-function-error" in answer.headers:
        told = read.get("errorMessage") if read else None
        if isinstance(told, str):
            raise FunctionRaised(told[:_MAX_MESSAGE])
        raise FunctionError(f"the function answered with status {answer.status_code}")
    if read is None or answer.status_code >= 300:
        raise FunctionUnreadable("the function did not answer with a JSON object")
    return read
