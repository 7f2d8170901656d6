"""`preamp data`: query, export, import and seed an API's rows, through its GraphQL endpoint with the operator's key.

Whoever holds an access key of the server is an operator: rules of @auth do not hold for what is done here.
"""

import csv
import random
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlsplit

import click
import msgspec
from msgspec import Struct

from preamp.cli.client import Client, Environment, Place, on_environment, run_at
from preamp.cli.output import FAILED, NOT_FOUND, USAGE, Failed, json_option, say, show_json

FORMATS = ("jsonl", "csv", "dynamodb")
_PAGE = 500
_TOGETHER = 50
_MOST_ERRORS = 20
_RESERVED = frozenset({"__typename", "_version", "_lastChangedAt", "_deleted"})


class Member(Struct, frozen=True, kw_only=True):
    """A field of a model that holds a value of its own. `enum` has the values of an enum."""

    name: str
    type: str
    required: bool
    is_list: bool
    enum: tuple[str, ...] = ()


class Table(Struct, frozen=True, kw_only=True):
    """A model as the endpoint tells of it: how its rows are listed and made."""

    name: str
    lists: str
    creates: str
    updates: str | None
    members: tuple[Member, ...]
    inputs: frozenset[str]


class Endpoint:
    """An API's GraphQL endpoint, asked with the operator's key."""

    def __init__(self, client: Client, path: str) -> None:
        self._client = client
        self._path = path

    async def ask(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """The answer as it comes, errors in it."""
        content = msgspec.json.encode({"query": query, "variables": variables or {}})
        headers = self._client.signed("POST", self._path, content, "appsync")
        headers["content-type"] = "application/json"
        answer = await self._client.send("POST", self._path, content, headers)
        try:
            return msgspec.json.decode(answer.content, type=dict[str, Any])
        except msgspec.MsgspecError:
            raise Failed(f"the endpoint answered status {answer.status_code} without JSON") from None

    async def data(self, query: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """The data of an answer. Raises Failed where it has errors."""
        answer = await self.ask(query, variables)
        if answer.get("errors"):
            raise Failed(_error(answer), FAILED)
        return answer.get("data") or {}


@click.group()
def data() -> None:
    """The rows of an environment's GraphQL API, as its operator sees them."""


@data.command()
@click.argument("document")
@click.option("--variables", help="JSON object of the document's variables.")
@on_environment
def query(document: str, variables: str | None, place: Place) -> None:
    """Send DOCUMENT, a query or mutation (- is standard input), and print the answer."""
    text = sys.stdin.read() if document == "-" else document
    try:
        given = msgspec.json.decode(variables, type=dict[str, Any]) if variables else {}
    except msgspec.MsgspecError as error:
        raise Failed(f"--variables is not a JSON object: {error}", USAGE) from None
    answer = run_at(place, lambda client, environment: _asked(client, environment, text, given))
    show_json(answer)
    if answer.get("errors"):
        raise Failed(_error(answer), FAILED)


@data.command("export")
@click.argument("model")
@click.option("--format", "form", type=click.Choice(FORMATS), default="jsonl", show_default=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="File (default: standard output).")
@on_environment
def export_(model: str, form: str, out: Path | None, place: Place) -> None:
    """Write the rows of MODEL, all of them, in the order of the list query."""

    async def ask(client: Client, environment: Environment) -> int:
        endpoint = await endpoint_of(client, environment)
        table = await table_of(endpoint, model)
        with out.open("w", newline="") if out else _standard_output() as stream:
            write = _writer(form, table, stream)
            count = 0
            async for row in rows(endpoint, table):
                write(row)
                count += 1
        return count

    say(f"{run_at(place, ask)} rows of {model}")


@data.command("import")
@click.argument("model")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--format", "form", type=click.Choice(FORMATS), help="Default: by the file's ending, else jsonl.")
@on_environment
@json_option
def import_(model: str, file: Path, form: str | None, place: Place, as_json: bool) -> None:
    """Make a row of MODEL of each line of FILE; a row whose id exists is updated.

    dynamodb is what DynamoDB exports: one {"Item": {...}} a line, or rows of a `scan`.
    """
    chosen = form or {".csv": "csv"}.get(file.suffix, "jsonl")

    async def ask(client: Client, environment: Environment) -> tuple[int, list[str]]:
        endpoint = await endpoint_of(client, environment)
        table = await table_of(endpoint, model)
        return await _put(endpoint, table, read_rows(file, chosen, table))

    count, errors = run_at(place, ask)
    _told(model, count, errors, as_json=as_json)


@data.command()
@click.argument("model")
@click.option("--count", type=click.IntRange(1, 100_000), default=10, show_default=True)
@click.option("--seed", "start", type=int, default=1, show_default=True, help="The same seed makes the same rows.")
@on_environment
@json_option
def seed(model: str, count: int, start: int, place: Place, as_json: bool) -> None:
    """Make rows of MODEL with made-up values, the same for the same seed."""

    async def ask(client: Client, environment: Environment) -> tuple[int, list[str]]:
        endpoint = await endpoint_of(client, environment)
        table = await table_of(endpoint, model)
        dice = random.Random(f"{start} {model}")  # noqa: S311  no secret: the same rows for the same seed
        return await _put(endpoint, table, (_made_up(table, place, dice) for place in range(count)))

    made, errors = run_at(place, ask)
    _told(model, made, errors, as_json=as_json)


async def _asked(client: Client, environment: Environment, text: str, variables: dict[str, Any]) -> dict[str, Any]:
    return await (await endpoint_of(client, environment)).ask(text, variables)


def _told(model: str, count: int, errors: list[str], *, as_json: bool) -> None:
    if as_json:
        show_json({"model": model, "written": count, "errors": errors})
    else:
        say(f"{count} rows of {model} written")
        for error in errors[:_MOST_ERRORS]:
            say(f"  {error}")
    if errors:
        raise Failed(f"{len(errors)} rows were refused", FAILED)


async def endpoint_of(client: Client, environment: Environment) -> Endpoint:
    """The environment's GraphQL endpoint. Raises Failed where it has none."""
    backend = await client.call("GetBackend", **environment.members)
    meta = msgspec.json.decode(backend.get("amplifyMetaConfig") or "{}", type=dict[str, Any])
    for one in meta.get("api", {}).values():
        if "GraphQLAPIEndpointOutput" in one.get("output", {}):
            return Endpoint(client, urlsplit(one["output"]["GraphQLAPIEndpointOutput"]).path)
    raise Failed(f"environment {environment.name} has no GraphQL API", NOT_FOUND)


# Models as the endpoint tells of them --------------------------------------------------------------------------

_INTROSPECTION = """
query { __schema {
  queryType { fields { name type { name kind ofType { name kind } } } }
  mutationType { fields { name args { name type { name kind ofType { name kind } } }
    type { name kind ofType { name kind } } } }
  types { name kind enumValues { name }
    inputFields { name type { name kind ofType { name kind ofType { name kind ofType { name kind } } } } }
    fields { name args { name } type { name kind ofType { name kind ofType { name kind ofType { name kind } } } } } }
} }
"""


async def table_of(endpoint: Endpoint, model: str) -> Table:
    """A model by its name. Raises Failed with the names there are."""
    schema = (await endpoint.data(_INTROSPECTION))["__schema"]
    types = {one["name"]: one for one in schema["types"]}
    mutations = {one["name"]: one for one in (schema.get("mutationType") or {}).get("fields") or []}
    creates = {_name(one["type"]): name for name, one in mutations.items() if name.startswith("create")}
    lists: dict[str, str] = {}
    for one in schema["queryType"]["fields"]:
        connection = _name(one["type"])
        if one["name"].startswith("list") and connection.startswith("Model") and connection.endswith("Connection"):
            lists.setdefault(connection.removeprefix("Model").removesuffix("Connection"), one["name"])
    known = sorted(set(lists) & set(creates))
    if model not in known:
        raise Failed(f"there is no model {model!r}: the API has {', '.join(known) or 'none'}", NOT_FOUND)
    create = mutations[creates[model]]
    shape = next(_name(one["type"]) for one in create["args"] if one["name"] == "input")
    given = {one["name"]: one["type"] for one in types[shape]["inputFields"]}
    update = f"update{model}"
    return Table(
        name=model,
        lists=lists[model],
        creates=creates[model],
        updates=update if update in mutations else None,
        members=tuple(_members(types, types[model]["fields"], given)),
        inputs=frozenset(given) - _RESERVED,
    )


def _members(types: dict[str, Any], fields: list[Any], given: dict[str, Any]) -> Iterator[Member]:
    for field in fields:
        name, kind = field["name"], types.get(_name(field["type"]), {})
        if field["args"] or kind.get("kind") not in {"SCALAR", "ENUM"}:
            continue
        values = tuple(one["name"] for one in kind.get("enumValues") or ())
        required = given.get(name, {}).get("kind") == "NON_NULL"
        is_list = "LIST" in _kinds(field["type"])
        yield Member(name=name, type=kind["name"], required=required, is_list=is_list, enum=values)


def _name(kind: Any) -> str:
    while kind.get("ofType"):
        kind = kind["ofType"]
    return str(kind.get("name"))


def _kinds(kind: Any) -> list[str]:
    found = []
    while kind:
        found.append(str(kind.get("kind")))
        kind = kind.get("ofType")
    return found


# Reading and writing rows --------------------------------------------------------------------------------------


async def rows(endpoint: Endpoint, table: Table) -> AsyncIterator[dict[str, Any]]:
    """All rows of a model, page by page."""
    wanted = " ".join(member.name for member in table.members if member.name not in _RESERVED)
    document = (
        f"query($token: String) {{ found: {table.lists}(limit: {_PAGE}, nextToken: $token) "
        f"{{ items {{ {wanted} }} nextToken }} }}"
    )
    token: str | None = None
    while True:
        page = (await endpoint.data(document, {"token": token}))["found"]
        for row in page["items"]:
            if row is not None:
                yield row
        token = page.get("nextToken")
        if not token:
            return


async def _put(endpoint: Endpoint, table: Table, found: Iterator[dict[str, Any]]) -> tuple[int, list[str]]:
    written = 0
    errors: list[str] = []
    batch: list[dict[str, Any]] = []
    for row in found:
        batch.append({name: value for name, value in row.items() if name in table.inputs and value is not None})
        if len(batch) == _TOGETHER:
            done, failed = await _put_batch(endpoint, table, batch)
            written, errors, batch = written + done, errors + failed, []
    done, failed = await _put_batch(endpoint, table, batch)
    return written + done, errors + failed


async def _put_batch(endpoint: Endpoint, table: Table, batch: list[dict[str, Any]]) -> tuple[int, list[str]]:
    """Create the rows in one document, and update those that exist."""
    if not batch:
        return 0, []
    refused = await _send(endpoint, table.creates, f"Create{table.name}Input", batch)
    again = [row for row, error in zip(batch, refused, strict=True) if error and "id" in row and table.updates]
    errors = [error for row, error in zip(batch, refused, strict=True) if error and not ("id" in row and table.updates)]
    if again and table.updates:
        errors += [error for error in await _send(endpoint, table.updates, f"Update{table.name}Input", again) if error]
    return len(batch) - len(errors), errors


async def _send(endpoint: Endpoint, field: str, shape: str, batch: list[dict[str, Any]]) -> list[str]:
    """The error of each row, empty where it was written."""
    declared = ", ".join(f"$r{place}: {shape}!" for place in range(len(batch)))
    fields = " ".join(f"r{place}: {field}(input: $r{place}) {{ __typename }}" for place in range(len(batch)))
    variables = {f"r{place}": row for place, row in enumerate(batch)}
    answer = await endpoint.ask(f"mutation({declared}) {{ {fields} }}", variables)
    made = answer.get("data") or {}
    messages = {str((error.get("path") or [""])[0]): str(error.get("message")) for error in answer.get("errors") or []}
    whole = messages.get("", "") if not made else ""
    found = []
    for place in range(len(batch)):
        key = f"r{place}"
        failed = made.get(key) is None
        found.append((messages.get(key) or whole or "it was refused") if failed else "")
    return found


def _error(answer: dict[str, Any]) -> str:
    return "; ".join(str(error.get("message")) for error in (answer.get("errors") or [])[:5])


def read_rows(file: Path, form: str, table: Table) -> Iterator[dict[str, Any]]:
    """The rows of a file. Raises Failed with the line that is wrong."""
    with file.open(newline="") as stream:
        if form == "csv":
            for row in csv.DictReader(stream):
                yield {name: _from_text(value, _member(table, name)) for name, value in row.items() if value}
            return
        for place, line in enumerate(stream, 1):
            if not line.strip():
                continue
            try:
                document = msgspec.json.decode(line, type=dict[str, Any])
            except msgspec.MsgspecError as error:
                raise Failed(f"{file}:{place} is not a JSON object: {error}", USAGE) from None
            yield _from_dynamodb(document.get("Item", document)) if form == "dynamodb" else document


def _member(table: Table, name: str | None) -> Member | None:
    return next((member for member in table.members if member.name == name), None)


def _from_text(value: str, member: Member | None) -> Any:
    if member is None:
        return value
    if member.is_list or member.type in {"Int", "Float", "Boolean", "AWSTimestamp"}:
        try:
            return msgspec.json.decode(value)
        except msgspec.MsgspecError:
            return value  # the endpoint says what is wrong with it
    return value


def _from_dynamodb(item: dict[str, Any]) -> dict[str, Any]:
    return {name: _attribute(value) for name, value in item.items()}


def _attribute(value: Any) -> Any:
    if not isinstance(value, dict) or len(value) != 1:
        return value
    ((kind, inner),) = value.items()
    read = _DYNAMODB.get(kind)
    return inner if read is None else read(inner)


_DYNAMODB: dict[str, Callable[[Any], Any]] = {
    "N": msgspec.json.decode,
    "NULL": lambda _: None,
    "M": _from_dynamodb,
    "L": lambda inner: [_attribute(one) for one in inner],
    "NS": lambda inner: [msgspec.json.decode(one) for one in inner],
}


def _to_dynamodb(value: Any) -> dict[str, Any]:
    if value is None:
        return {"NULL": True}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int | float):
        return {"N": msgspec.json.encode(value).decode()}
    if isinstance(value, list):
        return {"L": [_to_dynamodb(one) for one in value]}
    if isinstance(value, dict):
        return {"M": {name: _to_dynamodb(one) for name, one in value.items()}}
    return {"S": str(value)}


def _writer(form: str, table: Table, stream: TextIO) -> Callable[[dict[str, Any]], None]:
    if form == "csv":
        names = [member.name for member in table.members if member.name not in _RESERVED]
        writer = csv.DictWriter(stream, names, extrasaction="ignore")
        writer.writeheader()
        return lambda row: writer.writerow({name: _to_text(value) for name, value in row.items()})

    def line(row: dict[str, Any]) -> None:
        plain = {"Item": {name: _to_dynamodb(value) for name, value in row.items()}} if form == "dynamodb" else row
        stream.write(msgspec.json.encode(plain).decode() + "\n")

    return line


def _to_text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


class _standard_output:  # noqa: N801  used as `with _standard_output()`
    """Standard output as a block that does not close it."""

    def __enter__(self) -> TextIO:
        return sys.stdout

    def __exit__(self, *_: object) -> None:
        sys.stdout.flush()


# Made-up rows --------------------------------------------------------------------------------------------------

_WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "harbor", "iris", "juniper", "kelp", "lagoon")


def _made_up(table: Table, place: int, dice: random.Random) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for member in table.members:
        if member.name not in table.inputs or (member.type == "ID" and not member.required and member.name != "id"):
            continue
        value = f"{table.name.lower()}-{place + 1}" if member.name == "id" else _value(member, place, dice)
        row[member.name] = [value] if member.is_list else value
    return row


def _value(member: Member, place: int, dice: random.Random) -> Any:
    if member.enum:
        return dice.choice(member.enum)
    word, day = dice.choice(_WORDS), f"2026-{dice.randint(1, 12):02d}-{dice.randint(1, 28):02d}"
    values: dict[str, Any] = {
        "Int": dice.randint(0, 1000),
        "Float": dice.randint(0, 10_000) / 100,
        "Boolean": dice.random() < 0.5,
        "ID": f"{word}-{place + 1}",
        "AWSDate": day,
        "AWSTime": f"{dice.randint(0, 23):02d}:30:00Z",
        "AWSDateTime": f"{day}T12:30:00Z",
        "AWSTimestamp": 1_760_000_000 + dice.randint(0, 9_999_999),
        "AWSEmail": f"{word}{place + 1}@example.com",
        "AWSJSON": msgspec.json.encode({"word": word}).decode(),
        "AWSURL": f"https://example.com/{word}",
        "AWSPhone": f"+1202555{dice.randint(0, 9999):04d}",
        "AWSIPAddress": f"192.0.2.{dice.randint(1, 254)}",
    }
    return values.get(member.type, f"{word} {dice.choice(_WORDS)}")
