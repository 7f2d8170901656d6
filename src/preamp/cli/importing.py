"""`preamp import`: an Amplify Gen 1 project into an environment, through the public operations."""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import msgspec
from msgspec import Struct

from preamp.cli.client import Client, Refused, Server, on_server, run
from preamp.cli.output import FAILED, JOB_FAILED, NOT_FOUND, USAGE, Failed, json_option, say, show_json
from preamp.cli.watch import watch
from preamp.gen1 import Finding, ImportPlan, Report, Step, Unreadable, plan_import, read_files, with_reference
from preamp.graphql import ApiOptions, SchemaError, flags_of
from preamp.graphql.schema import check_servable, transform

_SECRET = ("client_secret", "private_key")
_TOLD = frozenset({"ClientSecret", "CreationDate", "LastModifiedDate"})
"""What DescribeUserPoolClient tells and UpdateUserPoolClient does not take."""


class Outcome(Struct, frozen=True, kw_only=True):
    """What one step came to: created, updated, kept or failed."""

    operation: str
    resource: str
    result: str
    error: str = ""


@click.command("import")
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--env", "environment", help="Environment to make (default: the project's only one, else dev).")
@click.option("--app", "app_id", help="App id (default: the project's own, else one made of its name).")
@click.option("--dry-run", is_flag=True, help="Read, check and report; ask no server.")
@click.option("--report", type=click.Path(path_type=Path), help="Write the report here: .json as JSON, else Markdown.")
@click.option("--keep-going/--no-keep-going", default=True, help="Go on with the other resources when one fails.")
@on_server
@json_option
def import_(
    source: Path,
    environment: str | None,
    app_id: str | None,
    dry_run: bool,
    report: Path | None,
    keep_going: bool,
    server: Server,
    as_json: bool,
) -> None:
    """Import SOURCE, an Amplify Gen 1 project: its folder, its amplify folder, or a ZIP of either.

    Run again, it brings what exists up to date. Clients of social providers are taken from AMPLIFY_GOOGLE_CLIENT_ID,
    AMPLIFY_GOOGLE_CLIENT_SECRET and their kind. Exit codes: 0 imported (the report may tell of changes), 1 something
    was not imported, 3 there is no project, 6 a job failed.
    """
    plan = checked(planned(source, environment, app_id))
    outcomes: list[Outcome] = []
    if not dry_run:
        say(f"Importing {plan.target.app_name} as app {plan.target.app_id}, environment {plan.target.environment}.")
        outcomes = run(server, lambda client: Importer(client, plan, keep_going=keep_going).run())
    if report is not None:
        _write(report, plan.report, outcomes)
    if as_json:
        show_json(_document(plan, outcomes))
    else:
        show_import(plan, outcomes, report)
    failed = [one for one in outcomes if one.result == "failed"]
    if failed:
        raise Failed(f"{len(failed)} of {len(outcomes)} steps failed: {_line(failed[0].error)}", JOB_FAILED)
    if plan.report.count("unreadable"):
        raise Failed("some of the project could not be read: see the report", FAILED)


def planned(source: Path, environment: str | None, app_id: str | None) -> ImportPlan:
    """The plan of a project on disk. Raises Failed."""
    try:
        files = read_files(source)
    except Unreadable as error:
        raise Failed(str(error), NOT_FOUND if not source.exists() else FAILED) from None
    for name, value in (("--env", environment), ("--app", app_id)):
        if value is not None and not (value[:1].isalnum() and value.replace("-", "").replace("_", "").isalnum()):
            raise Failed(f"{name} must be letters, digits, '-' or '_', beginning with a letter or digit", USAGE)
    now_ms = time.time_ns() // 1_000_000
    return plan_import(files, now_ms=now_ms, environment=environment, app_id=app_id, variables=os.environ)


def checked(plan: ImportPlan) -> ImportPlan:
    """The plan with what the transformer says of its schema."""
    findings = list(_schema_findings(plan))
    return msgspec.structs.replace(plan, report=plan.report.with_findings(findings)) if findings else plan


def _schema_findings(plan: ImportPlan) -> Iterator[Finding]:
    schema = plan.schema
    if schema is None:
        return
    config = next(step for step in plan.steps if step.category == "api").members["resourceConfig"]
    strategy = (config.get("conflictResolution") or {}).get("resolutionStrategy")
    options = ApiOptions(
        modes=tuple(one["mode"] for one in (config["defaultAuthType"], *config["additionalAuthTypes"])),
        conflict=None if strategy == "NONE" else strategy,
        flags=flags_of(msgspec.json.encode({"features": plan.flags}).decode()),
    )
    try:
        check_servable(transform(schema, options))
    except SchemaError as error:
        file, line = plan.place(error.line) if error.line else (plan.place(1)[0], 0)
        yield Finding(
            status="not supported",
            resource=f"api/{next(step.resource for step in plan.steps if step.category == 'api')}",
            item="schema",
            what=f"It is refused: {error.name}: {error.message}",
            todo="Change the schema there, then import again.",
            file=file,
            line=line,
        )


class Importer:
    """Carries a plan out on one server: creates what is not there, updates what is."""

    def __init__(self, client: Client, plan: ImportPlan, *, keep_going: bool = True) -> None:
        self._client = client
        self._plan = plan
        self._keep_going = keep_going
        self._outcomes: list[Outcome] = []

    async def run(self) -> list[Outcome]:
        """Do all steps; their outcomes. Raises Failed where the server cannot be asked."""
        for step in self._plan.steps:
            if not await self._done(step):
                break
            if step.operation == "CreateBackend":
                await self._beside()
        return self._outcomes

    async def _done(self, step: Step) -> bool:
        """Whether to go on after the step."""
        title = step.resource if not step.category else f"{step.category}/{step.resource}"
        try:
            result = await self._step(step)
        except Refused as refused:
            self._outcomes.append(
                Outcome(operation=step.operation, resource=title, result="failed", error=str(refused))
            )
            return self._keep_going and step.operation != "CreateBackend"
        self._outcomes.append(Outcome(operation=step.operation, resource=title, result=result))
        return True

    async def _step(self, step: Step) -> str:
        meta = await self._meta()
        if step.operation == "CreateBackend":
            if meta is not None:
                await self._finish_running()
                return "kept"
            await self._job(step.operation, step.members)
            return "created"
        return await self._resource(step, meta or {})

    async def _resource(self, step: Step, meta: dict[str, Any]) -> str:
        services = {"api": "AppSync", "auth": "Cognito", "storage": "S3"}
        members = self._referring(step, meta)
        there = [
            name for name, one in meta.get(step.category, {}).items() if one.get("service") == services[step.category]
        ]
        if not there:
            await self._create(step, members)
            result = "created"
        elif step.resource not in there:
            raise Refused("BadRequestException", f"The environment already has {step.category} {there[0]!r}.")
        else:
            await self._job(step.update, self._update(step, members))
            result = "updated"
        if step.category == "api":
            await self._models(step)
        if step.category == "auth":
            await self._pool()
        return result

    async def _pool(self) -> None:
        """What of a user pool CreateBackendAuth does not carry: its groups, and how long refresh tokens live."""
        meta = await self._meta() or {}
        found = [one["output"] for one in meta.get("auth", {}).values() if one.get("service") == "Cognito"]
        if not found:
            return
        pool = {"UserPoolId": found[0]["UserPoolId"]}
        for group in self._plan.groups:
            rank = {} if group.precedence is None else {"Precedence": group.precedence}
            try:
                await self._cognito("CreateGroup", {**pool, "GroupName": group.name, **rank})
            except Refused as refused:
                if refused.error != "GroupExistsException":
                    raise
                await self._cognito("UpdateGroup", {**pool, "GroupName": group.name, **rank})
        if self._plan.refresh_token_days is not None:
            for member in ("AppClientIDWeb", "AppClientID"):
                await self._refresh_tokens({**pool, "ClientId": found[0][member]}, self._plan.refresh_token_days)

    async def _refresh_tokens(self, client: dict[str, str], days: int) -> None:
        """Replace an app client's settings by themselves with another life of refresh tokens."""
        now = (await self._cognito("DescribeUserPoolClient", client))["UserPoolClient"]
        kept = {name: value for name, value in now.items() if name not in _TOLD}
        units = {**(kept.get("TokenValidityUnits") or {}), "RefreshToken": "days"}
        await self._cognito(
            "UpdateUserPoolClient", {**kept, **client, "RefreshTokenValidity": days, "TokenValidityUnits": units}
        )

    async def _cognito(self, operation: str, members: dict[str, Any]) -> dict[str, Any]:
        return await self._client.target(f"AWSCognitoIdentityProviderService.{operation}", "cognito-idp", members)

    def _referring(self, step: Step, meta: dict[str, Any]) -> dict[str, Any]:
        if step.category != "api":
            return step.members
        pools = [(name, one) for name, one in meta.get("auth", {}).items() if one.get("service") == "Cognito"]
        name, pool = pools[0] if pools else (None, {})
        return with_reference(step.members, pool.get("output", {}).get("UserPoolId"), name)

    async def _create(self, step: Step, members: dict[str, Any]) -> None:
        try:
            await self._job(step.operation, members)
        except Refused as refused:
            config = members["resourceConfig"]
            if step.category != "storage" or "there already is a bucket" not in str(refused):
                raise
            say(f"  the bucket name {config['bucketName']} is taken: one is made")
            unnamed = {key: value for key, value in config.items() if key != "bucketName"}
            await self._job(step.operation, {**members, "resourceConfig": unnamed})

    def _update(self, step: Step, members: dict[str, Any]) -> dict[str, Any]:
        """The request of an update: without what never changes after creation."""
        config = msgspec.json.decode(msgspec.json.encode(members["resourceConfig"]), type=dict[str, Any])
        if step.category == "auth":
            for member in ("requiredSignUpAttributes", "signInMethod", "userPoolName"):
                config["userPoolConfigs"].pop(member, None)
            config.get("identityPoolConfigs", {}).pop("identityPoolName", None)
        if step.category == "storage":
            config.pop("bucketName", None)
        return {**members, "resourceConfig": config}

    async def _models(self, step: Step) -> None:
        members = {name: step.members[name] for name in ("appId", "backendEnvironmentName", "resourceName")}
        try:
            await self._job("GenerateBackendAPIModels", members)
        except Refused as refused:  # codegen refuses schemas that are served all the same
            say(f"  no models were generated: {refused}")

    async def _beside(self) -> None:
        """What the 31 operations do not carry: feature flags and the resources that are told, not run."""
        target = self._plan.target
        if self._plan.flags:
            flags = msgspec.json.encode({"features": self._plan.flags}).decode()
            await self._client.call("PutBackendFeatureFlags", appId=target.app_id, featureFlags=flags)
        await self._client.call(
            "PutBackendResources",
            appId=target.app_id,
            backendEnvironmentName=target.environment,
            resources=[msgspec.to_builtins(one) for one in self._plan.unserved],
        )

    async def _meta(self) -> dict[str, Any] | None:
        target = self._plan.target
        try:
            found = await self._client.call(
                "GetBackend", appId=target.app_id, backendEnvironmentName=target.environment
            )
        except Refused as refused:
            if refused.error == "NotFoundException":
                return None
            raise
        return msgspec.json.decode(found.get("amplifyMetaConfig") or "{}", type=dict[str, Any])

    async def _finish_running(self) -> None:
        """Wait for what an earlier run, or somebody else, has started."""
        target = self._plan.target
        members = {"appId": target.app_id, "backendEnvironmentName": target.environment}
        for job in await self._client.pages("ListBackendJobs", "jobs", **members, status="RUNNING"):
            await watch(self._client, target.app_id, target.environment, str(job["jobId"]))

    async def _job(self, operation: str, members: dict[str, Any]) -> None:
        target = self._plan.target
        started = await self._client.call(operation, **members)
        ended = await watch(self._client, target.app_id, target.environment, str(started["jobId"]))
        if ended.get("status") != "COMPLETED":
            raise Refused(f"{operation} failed", str(ended.get("error") or "see preamp jobs show"))


def _document(plan: ImportPlan, outcomes: list[Outcome]) -> dict[str, Any]:
    return {
        "appId": plan.target.app_id,
        "appName": plan.target.app_name,
        "environment": plan.target.environment,
        "environments": plan.environments,
        "operations": [{"operation": step.operation, "members": _without_secrets(step.members)} for step in plan.steps],
        "groups": plan.groups,
        "outcomes": outcomes,
        "summary": {
            status: plan.report.count(status) for status in ("as is", "changed", "not supported", "unreadable")
        },
        "findings": plan.report.findings,
    }


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: "(secret)" if key in _SECRET else _without_secrets(inner) for key, inner in value.items()}
    return [_without_secrets(one) for one in value] if isinstance(value, list) else value


def _write(path: Path, report: Report, outcomes: list[Outcome]) -> None:
    if path.suffix == ".json":
        content = msgspec.json.format(msgspec.json.encode({"report": report, "outcomes": outcomes}))
    else:
        content = report.markdown().encode()
    try:
        path.write_bytes(content + b"\n")
    except OSError as error:
        raise Failed(f"cannot write the report {path}: {error.strerror}") from None


def _line(text: str) -> str:
    """A text on one line."""
    return " ".join(text.split())


def show_import(plan: ImportPlan, outcomes: list[Outcome], report: Path | None) -> None:
    """Print what needs attention, and what became of the steps."""
    marks = {"unreadable": "??", "not supported": "--", "changed": "~~"}
    for finding in sorted(
        plan.report.findings, key=lambda one: list(marks).index(one.status) if one.status in marks else 9
    ):
        if finding.status in marks:
            where = f"  ({finding.place})" if finding.file else ""
            click.echo(f"{marks[finding.status]} {finding.resource}  {finding.item}: {_line(finding.what)}{where}")
            if finding.todo:
                click.echo(f"     {finding.todo}")
    click.echo(f"\n{plan.report.summary()}" + (f"; all of it in {report}" if report else ""))
    for outcome in outcomes:
        click.echo(f"  {outcome.result:8} {outcome.resource}" + (f"  {_line(outcome.error)}" if outcome.error else ""))
    if outcomes and all(outcome.result != "failed" for outcome in outcomes):
        target = plan.target
        click.echo(
            f"\nNext: preamp export config --app {target.app_id} --env {target.environment} --format aws-exports"
        )
