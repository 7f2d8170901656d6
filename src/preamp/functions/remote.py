"""Functions that run elsewhere: Lambda's Runtime Interface Emulator, or a plain webhook, both by POST."""

import httpx2
import msgspec

from preamp.functions.records import Function, Invocation, Outcome

MOST_ANSWER_BYTES = 6 * 1024 * 1024


async def call(function: Function, invocation: Invocation) -> Outcome:
    """Send the event and answer what comes back; the operator chose the address, so it may be a private one."""
    headers = {
        "content-type": "application/json",
        "x-amz-invocation-type": "RequestResponse",
        "x-amzn-requestid": invocation.request_id,
    }
    try:
        async with (
            httpx2.AsyncClient(trust_env=False, follow_redirects=False, timeout=function.timeout_seconds) as client,
            client.stream("POST", function.url or "", content=invocation.payload, headers=headers) as answer,
        ):
            body = b""
            async for piece in answer.aiter_bytes():
                body += piece
                if len(body) > MOST_ANSWER_BYTES:
                    return _failed("Function.ResponseSizeTooLarge", f"The answer is over {MOST_ANSWER_BYTES} bytes.")
    except httpx2.TimeoutException:
        seconds = f"{function.timeout_seconds:.2f}"
        return _failed("Sandbox.Timedout", f"{invocation.request_id} Task timed out after {seconds} seconds")
    except httpx2.HTTPError as error:
        return _failed("Function.Unreachable", f"{function.name} cannot be reached: {type(error).__name__}")
    return _read(answer.status_code, answer.headers.get("x-amz-function-error"), body)


def _read(status: int, error: str | None, body: bytes) -> Outcome:
    try:
        value = msgspec.json.decode(body) if body else None
    except msgspec.DecodeError:
        return _failed("Function.InvalidResponse", "The function's answer is no JSON.")
    if status not in range(200, 300):
        told = value if isinstance(value, dict) and "errorMessage" in value else None
        if told is None:
            return _failed("Function.HttpError", f"The function's server answered {status}.")
        return Outcome(payload=body, error="Handled")
    # The emulator answers 200 for errors too, and tells them by the body alone.
    failed = error is not None or (isinstance(value, dict) and "errorType" in value and "errorMessage" in value)
    return Outcome(payload=body or b"null", error="Handled" if failed else None)


def _failed(error_type: str, message: str) -> Outcome:
    payload = msgspec.json.encode({"errorType": error_type, "errorMessage": message})
    return Outcome(payload=payload, error="Unhandled", log=message + "\n")
