"""`preamp codegen`: models and statements natively, typed models and types by Amplify's generator where Node has it."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec
from graphql import (
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)
from msgspec import Struct

from preamp.cli.client import Client, Environment, Place, Refused, on_environment, run_at
from preamp.cli.output import FAILED, NOT_FOUND, USAGE, Failed, say
from preamp.cli.watch import watch
from preamp.graphql import ApiOptions, Model, SchemaError, flags_of
from preamp.graphql.codegen import introspection_schema
from preamp.graphql.schema import transform

_MODEL_TARGETS = ("introspection", "javascript", "typescript", "java", "swift", "dart")
_STATEMENT_TARGETS = ("javascript", "typescript", "graphql")
_TYPE_TARGETS = ("typescript", "swift", "flow", "angular")
_DEPTH = 2
_GENERATOR = "@aws-amplify/graphql-generator"
_SECONDS = 120
_SCALARS = "".join(
    f"scalar AWS{name}\n"
    for name in ("Date", "Time", "DateTime", "Timestamp", "Email", "JSON", "URL", "Phone", "IPAddress")
)


class ClientSchema(Struct, frozen=True, kw_only=True):
    """An API's annotated schema and the one that its clients see."""

    annotated: str
    served: str


@click.group()
def codegen() -> None:
    """Write models, types and statements of an API for its clients."""


@codegen.command()
@click.option("--target", type=click.Choice(_MODEL_TARGETS), default="javascript", show_default=True)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default="src/models", show_default=True)
@on_environment
def models(target: str, out: Path, place: Place) -> None:
    """Write DataStore's models; other targets than javascript and introspection need Amplify's npm generator."""
    schema, made = run_at(place, _asked)
    if target == "introspection":
        _write(out, {"model-introspection.json": introspection_schema(schema.annotated) + "\n"})
    elif target == "javascript":
        _write(out, models_files(made))
    else:
        _write(out, _generated("generateModels", {"schema": schema.annotated, "target": target}))


@codegen.command()
@click.option("--target", type=click.Choice(_STATEMENT_TARGETS), default="javascript", show_default=True)
@click.option("--depth", type=click.IntRange(1, 5), default=_DEPTH, show_default=True, help="Levels of nested rows.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default="src/graphql", show_default=True)
@on_environment
def statements(target: str, depth: int, out: Path, place: Place) -> None:
    """Write a statement for each query, mutation and subscription."""
    schema, _ = run_at(place, _asked)
    _write(out, statement_files(schema, target, depth))


@codegen.command()
@click.option("--target", type=click.Choice(_TYPE_TARGETS), default="typescript", show_default=True)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default="src", show_default=True)
@on_environment
def types(target: str, out: Path, place: Place) -> None:
    """Write the types of an API by Amplify's npm generator, which must be installed in the project."""
    schema, _ = run_at(place, _asked)
    queries = "\n".join(statement_files(schema, "graphql").values())
    _write(out, _generated("generateTypes", {"schema": schema.served, "target": target, "queries": queries}))


async def _asked(client: Client, environment: Environment) -> tuple[ClientSchema, str]:
    backend = await client.call("GetBackend", **environment.members)
    meta = msgspec.json.decode(backend.get("amplifyMetaConfig") or "{}", type=dict[str, Any])
    name = next((name for name, one in meta.get("api", {}).items() if one.get("service") == "AppSync"), None)
    if name is None:
        raise Failed(f"environment {environment.name} has no GraphQL API", NOT_FOUND)
    schema = await client_schema(client, environment, name)
    return schema, await models_of(client, environment, name)


async def client_schema(client: Client, environment: Environment, name: str) -> ClientSchema:
    """The schemas of an API, as written and as its clients see it. Raises Failed."""
    annotated, model = await model_of(client, environment, name)
    return ClientSchema(annotated=annotated, served=model.sdl)


async def model_of(client: Client, environment: Environment, name: str) -> tuple[str, Model]:
    """An API's annotated schema, and what its configuration and the app's feature flags make of it. Raises Failed."""
    answer = await client.call("GetBackendAPI", **environment.members, resourceName=name)
    backend = await client.call("GetBackend", **environment.members)
    config = answer.get("resourceConfig") or {}
    strategy = (config.get("conflictResolution") or {}).get("resolutionStrategy")
    types = [config.get("defaultAuthType"), *(config.get("additionalAuthTypes") or ())]
    options = ApiOptions(
        modes=tuple(one["mode"] for one in types if one) or None,
        conflict=None if strategy in {None, "NONE"} else strategy,
        flags=flags_of(str(backend.get("amplifyFeatureFlags") or "{}")),
    )
    annotated = str(config.get("transformSchema") or "")
    try:
        return annotated, transform(annotated, options)
    except SchemaError as error:
        raise Failed(f"the schema of {name} is refused: {error.name}: {error.message}", FAILED) from None


async def models_of(client: Client, environment: Environment, name: str) -> str:
    """The text of schema.js, generated first where nobody has done so. Raises Failed."""
    members = {**environment.members, "resourceName": name}
    try:
        made = await client.call("GetBackendAPIModels", **members)
    except Refused as refused:
        if refused.error != "NotFoundException":
            raise
        made = {}
    if made.get("status") != "LATEST":
        job = await client.call("GenerateBackendAPIModels", **members)
        await watch(client, environment.app_id, environment.name, str(job["jobId"]))
        made = await client.call("GetBackendAPIModels", **members)
    return str(made.get("models") or "")


def models_files(module: str) -> dict[str, str]:
    """The files of src/models: schema.js as the server made it, and the models that DataStore makes of it."""
    if not module:
        return {}
    schema = msgspec.json.decode(module.removeprefix("export const schema = ").rstrip().removesuffix(";"))
    names = [*schema["models"], *schema.get("nonModels", {})]
    enums = {name: {value: value for value in one["values"]} for name, one in schema.get("enums", {}).items()}
    lines = [
        "// @ts-check",
        "import { initSchema } from '@aws-amplify/datastore';",
        "import { schema } from './schema';",
    ]
    for name, values in enums.items():
        lines += ["", f"const {name} = {msgspec.json.format(msgspec.json.encode(values)).decode()};"]
    lines += ["", f"const {{ {', '.join(names)} }} = initSchema(schema);", ""]
    lines += ["export {", *(f"  {name}," for name in (*names, *enums)), "};", ""]
    return {"schema.js": module + "\n", "index.js": "\n".join(lines)}


# Statements ----------------------------------------------------------------------------------------------------


def statement_files(schema: ClientSchema, target: str, depth: int = _DEPTH) -> dict[str, str]:
    """queries, mutations and subscriptions by file name."""
    built = build_schema(_SCALARS + schema.served, assume_valid=True, assume_valid_sdl=True)
    kinds = {"queries": built.query_type, "mutations": built.mutation_type, "subscriptions": built.subscription_type}
    ending = {"javascript": "js", "typescript": "ts", "graphql": "graphql"}[target]
    return {
        f"{name}.{ending}": _file(built, name, root, target, depth) for name, root in kinds.items() if root is not None
    }


def _file(schema: GraphQLSchema, name: str, root: GraphQLObjectType, target: str, depth: int) -> str:
    kind = {"queries": "query", "mutations": "mutation", "subscriptions": "subscription"}[name]
    found = [(field, _statement(schema, kind, field, one, depth)) for field, one in root.fields.items()]
    if target == "graphql":
        return "\n".join(text for _, text in found)
    parts = [f"export const {field} = /* GraphQL */ `\n{_indented(text)}`;\n" for field, text in found]
    return "/* eslint-disable */\n// Written by preamp codegen.\n\n" + "\n".join(parts)


def _indented(text: str) -> str:
    return "".join(f"  {line}\n" for line in text.splitlines())


def _statement(schema: GraphQLSchema, kind: str, name: str, field: GraphQLField, depth: int) -> str:
    title = name[:1].upper() + name[1:]
    declared = "".join(f"\n  ${argument}: {one.type}" for argument, one in field.args.items())
    passed = ", ".join(f"{argument}: ${argument}" for argument in field.args)
    head = f"{kind} {title}({declared}\n)" if declared else f"{kind} {title}"
    call = f"{name}({passed})" if passed else name
    inner = list(_selection(schema, get_named_type(field.type), depth, 2))
    body = f"  {call}" + (" {\n" + "\n".join(inner) + "\n  }" if inner else "")
    return f"{head} {{\n{body}\n}}\n"


def _selection(schema: GraphQLSchema, kind: GraphQLNamedType, depth: int, level: int) -> Iterator[str]:
    if is_leaf_type(kind):
        return
    pad = "  " * level
    if is_abstract_type(kind):
        for possible in schema.get_possible_types(kind):
            yield f"{pad}... on {possible.name} {{"
            yield from _selection(schema, possible, depth, level + 1)
            yield f"{pad}}}"
        return
    for name, field in kind.fields.items() if isinstance(kind, GraphQLObjectType) else ():
        if any(str(argument.type).endswith("!") for argument in field.args.values()):
            continue
        inner = get_named_type(field.type)
        if is_leaf_type(inner):
            yield f"{pad}{name}"
        elif depth > 0:
            # A connection is a page around rows: it costs no level of its own.
            cost = 0 if inner.name.endswith("Connection") else 1
            below = list(_selection(schema, inner, depth - cost, level + 1)) if depth >= cost else []
            if below:
                yield f"{pad}{name} {{"
                yield from below
                yield f"{pad}}}"
    yield f"{pad}__typename"


# Amplify's own generator ---------------------------------------------------------------------------------------

_SCRIPT = """
const { createRequire } = require("node:module");
const path = require("node:path");
const found = createRequire(path.join(process.cwd(), "package.json"));
const { function: name, options } = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
let directives = "";
try {
  const { DefaultDirectives } = found("@aws-amplify/graphql-directives");
  directives = DefaultDirectives.map((one) => one.definition).join("\\n");
} catch {}
Promise.resolve(found("@aws-amplify/graphql-generator")[name]({ directives, ...options }))
  .then((files) => console.log(JSON.stringify(files)))
  .catch((error) => { console.error(error.message); process.exit(1); });
"""


def _generated(function: str, options: dict[str, Any]) -> dict[str, str]:
    """What Amplify's generator makes, file by file. It is the project's own, found from the working directory."""
    node = shutil.which("node")
    if node is None:
        raise Failed(f"this target is made by Amplify's {_GENERATOR}, and there is no node", USAGE)
    request = msgspec.json.encode({"function": function, "options": options})
    try:
        done = subprocess.run(  # noqa: S603  node and a fixed script
            [node, "-e", _SCRIPT], input=request, capture_output=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise Failed(f"Amplify's generator did not end in {_SECONDS} s", FAILED) from None
    if done.returncode:
        why = done.stderr.decode(errors="replace").strip()
        if "Cannot find module" in why:
            raise Failed(f"this target is made by Amplify's {_GENERATOR}: npm install --save-dev {_GENERATOR}", USAGE)
        raise Failed(f"Amplify's generator failed: {why[-2000:]}", FAILED)
    return msgspec.json.decode(done.stdout, type=dict[str, str])


def _write(out: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = out / name
        if not path.resolve().is_relative_to(out.resolve()):
            raise Failed(f"the generator named a file outside of {out}: {name}", FAILED)
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
            path.write_text(text)
            path.chmod(0o644)  # sources of a web app: others build it too
        except OSError as error:
            raise Failed(f"cannot write {path}: {error.strerror}", FAILED) from None
        say(f"wrote {path}")
