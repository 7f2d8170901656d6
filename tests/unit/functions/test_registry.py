"""Functions run as Lambda would run them: answers, errors, time, memory, crashes, warmth, logs."""

import asyncio
import io
import json
import zipfile
from typing import Any

import pytest
from msgspec.structs import replace

from preamp.functions import BadPackage, Exists, Function, Functions, NoSuchFunction, TooLarge, questions

SECONDS = 30


def zipped(**files: str) -> bytes:
    """A package of files; `__` in a name stands for a dot."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in files.items():
            archive.writestr(name.replace("__", "."), text)
    return target.getvalue()


def node(body: str, **settings: Any) -> tuple[Function, bytes]:
    return Function(name="f", runtime="nodejs20.x", **settings), zipped(index__js=f"exports.handler = {body};")


def python(body: str, **settings: Any) -> tuple[Function, bytes]:
    return Function(name="f", runtime="python3.12", **settings), zipped(index__py=body)


async def run(functions: Functions, deployed: tuple[Function, bytes], event: Any = None) -> Any:
    """Deploy and invoke once: the answer, or the error."""
    await functions.create(*deployed)
    return await again(functions, event)


async def again(functions: Functions, event: Any = None) -> Any:
    outcome = await functions.invoke("f", json.dumps(event).encode())
    value = json.loads(outcome.payload)
    return (outcome.error, value["errorType"], value["errorMessage"]) if outcome.error else value


@pytest.mark.parametrize(
    "body",
    [
        "async (event) => ({ got: event.n + 1 })",
        "(event, context, callback) => callback(null, { got: event.n + 1 })",
        "(event, context, callback) => { setTimeout(() => callback(null, { got: event.n + 1 }), 5); }",
        "(event, context) => context.succeed({ got: event.n + 1 })",
        "(event, context) => { context.done(null, { got: event.n + 1 }); }",
        "(event) => Promise.resolve({ got: event.n + 1 })",
    ],
)
async def test_every_style_of_node_handler_answers(functions: Functions, body: str) -> None:
    assert await run(functions, node(body), {"n": 1}) == {"got": 2}


async def test_a_module_of_either_kind_is_loaded(functions: Functions) -> None:
    module = zipped(**{"src/app__mjs": "export const main = async () => 'esm';"})
    await functions.create(Function(name="f", runtime="nodejs18.x", handler="src/app.main"), module)
    assert await again(functions) == "esm"


async def test_a_handler_that_never_answers_and_has_nothing_to_do_answers_null(functions: Functions) -> None:
    assert await run(functions, node("(event, context, callback) => {}")) is None
    assert await again(functions) is None


async def test_python_handlers_answer(functions: Functions) -> None:
    source = "def handler(event, context):\n    return {'got': event['n'] + 1, 'name': context.function_name}"
    assert await run(functions, python(source), {"n": 1}) == {"got": 2, "name": "f"}


async def test_the_context_tells_of_the_invocation(functions: Functions) -> None:
    body = (
        "async (_, c) => [c.functionName, c.memoryLimitInMB, c.invokedFunctionArn, c.getRemainingTimeInMillis() > 1000]"
    )
    arn = "arn:aws:lambda:us-east-1:000000000000:function:f"
    assert await run(functions, node(body)) == ["f", "128", arn, True]


async def test_the_environment_is_lambdas_and_nothing_of_the_servers(
    functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREAMP_SECRET", "mine")
    deployed = node("async () => process.env", environment="dev", variables={"OWN": "yes"})

    seen = await run(functions, deployed)

    assert (seen["ENV"], seen["OWN"], seen["AWS_LAMBDA_FUNCTION_NAME"], seen["REGION"]) == (
        "dev",
        "yes",
        "f",
        "us-east-1",
    )
    assert "PREAMP_SECRET" not in seen
    assert "VIRTUAL_ENV" not in seen


@pytest.mark.parametrize(
    ("deployed", "error"),
    [
        (node("async () => { throw new TypeError('no') }"), ("Handled", "TypeError", "no")),
        (node("(e, c, callback) => callback('text')"), ("Handled", "string", "text")),
        (node("(e, c) => c.fail(new Error('failed'))"), ("Handled", "Error", "failed")),
        (python("def handler(event, context):\n    raise KeyError('k')"), ("Handled", "KeyError", "'k'")),
        (
            python("def handler(event, context):\n    return object()"),
            ("Handled", "TypeError", "Object of type object is not JSON serializable"),
        ),
    ],
)  # fmt: skip
async def test_an_error_of_the_handler_is_handled_and_the_worker_stays(
    functions: Functions, deployed: Any, error: Any
) -> None:
    assert await run(functions, deployed) == error
    assert await again(functions) == error


async def test_a_worker_is_kept_warm(functions: Functions) -> None:
    assert await run(functions, node("async () => (globalThis.n = (globalThis.n ?? 0) + 1)")) == 1
    assert await again(functions) == 2


async def test_a_function_that_crashes_is_started_anew(functions: Functions) -> None:
    deployed = node("async (e) => { if (e) process.exit(3); return 'fine'; }")
    kind, name, message = await run(functions, deployed, {"n": 1})
    assert (kind, name) == ("Unhandled", "Runtime.ExitError")
    assert "exit status 3" in message
    assert await again(functions, None) == "fine"


async def test_an_error_outside_the_handler_ends_the_worker(functions: Functions) -> None:
    body = "(e, c, callback) => { if (e) setTimeout(() => { throw new Error('late') }); else callback(null, 1); }"
    assert await run(functions, node(body), {"n": 1}) == ("Unhandled", "Error", "late")
    assert await again(functions, None) == 1


@pytest.mark.parametrize(
    "deployed",
    [
        node("async () => { for (;;); }", timeout_seconds=1),
        python("import time\ndef handler(event, context):\n    time.sleep(60)", timeout_seconds=1),
    ],
)
async def test_a_function_over_its_time_is_ended(functions: Functions, deployed: Any) -> None:
    kind, name, message = await run(functions, deployed)
    assert (kind, name) == ("Unhandled", "Sandbox.Timedout")
    assert message.endswith("Task timed out after 1.00 seconds")


@pytest.mark.parametrize(
    "deployed",
    [
        node("async () => { const kept = []; for (;;) { kept.push(Buffer.alloc(1e6, 1)); await 0; } }"),
        python("def handler(event, context):\n    kept = []\n    while True: kept.append(bytearray(10**6))"),
    ],
)
async def test_a_function_over_its_memory_is_ended(functions: Functions, deployed: Any) -> None:
    kind, name, _ = await run(functions, deployed)
    assert (kind, name) in {
        ("Unhandled", "Runtime.OutOfMemory"),
        ("Unhandled", "Runtime.ExitError"),
        ("Handled", "MemoryError"),
    }


async def test_an_answer_over_lambdas_bound_is_an_error(functions: Functions) -> None:
    kind, name, _ = await run(functions, node("async () => 'x'.repeat(7e6)"))
    assert (kind, name) == ("Unhandled", "Function.ResponseSizeTooLarge")


@pytest.mark.parametrize(
    ("runtime", "handler", "source", "name"),
    [
        ("nodejs20.x", "gone.handler", "", "Runtime.ImportModuleError"),
        ("nodejs20.x", "index.handler", "", "Runtime.HandlerNotFound"),
        ("nodejs20.x", "index.handler", "((", "SyntaxError"),
        ("python3.12", "index.handler", "import nothing_of_this_name", "ModuleNotFoundError"),
        ("python3.12", "index.handler", "raise SystemExit(2)", "SystemExit"),
    ],
)
async def test_a_function_that_cannot_be_loaded_says_so(
    functions: Functions, runtime: str, handler: str, source: str, name: str
) -> None:
    deployed = Function(name="f", runtime=runtime, handler=handler), zipped(index__js=source, index__py=source)
    assert (await run(functions, deployed))[:2] == ("Unhandled", name)


async def test_events_run_side_by_side_up_to_the_cap_and_the_rest_wait(functions: Functions) -> None:
    body = "async () => { await new Promise((r) => setTimeout(r, 300)); return process.pid; }"
    await functions.create(*node(body, concurrency=2))

    pids = await asyncio.gather(*(again(functions) for _ in range(6)))

    assert len(set(pids)) == 2


async def test_more_functions_than_workers_share_them(functions: Functions) -> None:
    for number in range(7):
        deployed, package = node("async () => process.env.AWS_LAMBDA_FUNCTION_NAME")
        await functions.create(replace(deployed, name=f"f{number}"), package)

    answers = await asyncio.gather(*(functions.invoke(f"f{number}", b"{}") for number in range(7)))

    assert [json.loads(one.payload) for one in answers] == [f"f{number}" for number in range(7)]


async def test_a_changed_function_runs_its_new_code(functions: Functions) -> None:
    deployed, package = node("async () => 'old'")
    made = await functions.create(deployed, package)
    assert await again(functions) == "old"

    changed = await functions.change(made, made, node("async () => 'new'")[1])
    assert await again(functions) == "new"
    with pytest.raises(Exists, match="changed by somebody else"):
        await functions.change(made, made)

    await functions.change(changed, replace(changed, variables={"X": "1"}))
    assert await again(functions) == "new"


async def test_logs_are_kept_and_tell_what_was_printed(functions: Functions) -> None:
    await run(functions, node("async () => { console.log('hello'); console.error('oh'); return 1; }"))

    ((_, request_id, _, text),) = await functions.logs("f", 10)

    assert text.startswith(f"START RequestId: {request_id}")
    assert "hello\n" in text
    assert "oh\n" in text
    assert "REPORT" in text


async def test_an_event_that_nobody_waits_for_runs_and_is_tried_again(functions: Functions) -> None:
    body = "async (e, c) => { console.log('event', e.n); if (e.n) throw new Error('no'); }"
    await functions.create(*node(body))
    for number in (0, 1):
        async with functions._db.transaction() as tx:
            await functions.queue(tx, "f", json.dumps({"n": number}).encode())

    async with asyncio.timeout(SECONDS):
        while len(await functions.logs("f", 10)) < 4:
            await asyncio.sleep(0.05)

    texts = [text for _, _, _, text in await functions.logs("f", 10)]
    assert sum("event 0" in text for text in texts) == 1
    assert sum("event 1" in text for text in texts) == 3


async def test_names_are_taken_once_and_go_with_their_code(functions: Functions) -> None:
    made = await functions.create(*node("async () => 1"))
    with pytest.raises(Exists, match="Function already exist: f"):
        await functions.create(*node("async () => 2"))

    await functions.delete("f")

    with pytest.raises(NoSuchFunction):
        await functions.one("f")
    assert await functions._db.rows(questions.CODE, sha256=made.code) == []
    with pytest.raises(NoSuchFunction):
        await functions.delete("f")


async def test_an_environments_functions_go_together(functions: Functions) -> None:
    for name, environment in (("one", "dev"), ("two", "dev"), ("three", "prod")):
        deployed, package = node("async () => 1", app_id="d1", environment=environment)
        await functions.create(replace(deployed, name=name), package)

    async with functions._db.transaction() as tx:
        await functions.delete_of(tx, "d1", "dev")

    assert [one.name for one in await functions.all("", 10)] == ["three"]


async def test_an_event_has_a_bound(functions: Functions) -> None:
    with pytest.raises(TooLarge):
        await functions.invoke("f", b'"' + b"x" * 7_000_000 + b'"')


@pytest.mark.parametrize(
    ("package", "words"),
    [
        (b"not a zip", "is no ZIP file"),
        (zipped(), "holds no file"),
        (zipped(**{"../up": ""}), "leads out"),
        (zipped(**{"/etc/x": ""}), "leads out"),
        (zipped(**{"a/../../x": ""}), "leads out"),
        (zipped(**{"a\\x": ""}), "leads out"),
    ],
)
async def test_a_package_that_could_do_harm_is_refused(functions: Functions, package: bytes, words: str) -> None:
    with pytest.raises(BadPackage, match=words):
        await functions.create(Function(name="f", runtime="nodejs20.x"), package)
