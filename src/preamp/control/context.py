"""What the operations and workflows of the control room work with, and the questions that most of them ask."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec import Struct

from preamp.control import questions
from preamp.control.errors import BadRequestException, NotFoundException
from preamp.control.records import App, Category, Environment, Resource
from preamp.db import Conflict, Database, Transaction
from preamp.jobs import WHOLE_APP, Busy, Job, JobRequest, Jobs
from preamp.kit.caller import Call
from preamp.kit.clock import Clock
from preamp.kit.seal import Sealer

if TYPE_CHECKING:
    from preamp.auth import Auth
    from preamp.graphql import GraphQL
    from preamp.storage import Storage

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Control:
    """The control room's dependencies. `public_url` answers the address that clients reach this server by.

    The `open_...` functions answer the rooms that are loaded when they are first needed, the same each time.
    """

    db: Database
    jobs: Jobs
    open_graphql: "Callable[[], GraphQL]"
    open_auth: "Callable[[], Auth]"
    open_storage: "Callable[[], Storage]"
    sealer: Sealer
    clock: Clock
    region: str
    account: str
    public_url: Callable[[], str]
    token_seconds: int = 120
    tokens_per_app: int = 50

    @property
    def graphql(self) -> "GraphQL":
        """What AppSync does."""
        return self.open_graphql()

    @property
    def auth(self) -> "Auth":
        """What Cognito does."""
        return self.open_auth()

    @property
    def storage(self) -> "Storage":
        """What S3 does."""
        return self.open_storage()


class ApiRecord(Struct, frozen=True, kw_only=True):
    """What was provisioned for an API."""

    api_id: str
    release_id: str


class AuthRecord(Struct, frozen=True, kw_only=True):
    """What was provisioned (or imported) for auth."""

    user_pool_id: str
    user_pool_name: str
    web_client_id: str
    native_client_id: str
    identity_pool_id: str | None = None
    identity_pool_name: str | None = None


class StorageRecord(Struct, frozen=True, kw_only=True):
    """What was provisioned (or imported) for storage."""

    bucket_name: str


def record_of(resource: Resource, type_: type[T]) -> T:
    """The provisioned ids of a resource."""
    return msgspec.json.decode(resource.record, type=type_)


def config_of(resource: Resource, type_: type[T]) -> T:
    """The configuration of a resource as the wire answers it."""
    return msgspec.json.decode(resource.config, type=type_)


def text_of(value: object) -> str:
    """A value as JSON text."""
    return msgspec.json.encode(value).decode()


async def app_of(reader: Database | Transaction, app_id: str) -> App:
    """The app; raises NotFoundException."""
    row = await reader.row(questions.APP, app_id=app_id)
    if row is None:
        raise NotFoundException("app", app_id)
    return App(*row)


async def locked_app(tx: Transaction, app_id: str) -> App | None:
    """The app with its row locked until the transaction ends, so that jobs of one app start one after the other."""
    row = await tx.row(questions.LOCK_APP, app_id=app_id)
    return None if row is None else App(*row)


async def environment_of(reader: Database | Transaction, app_id: str, name: str) -> Environment:
    """The environment; raises NotFoundException for the app or the environment, whichever is missing."""
    row = await reader.row(questions.ENVIRONMENT, app_id=app_id, environment=name)
    if row is None:
        await app_of(reader, app_id)
        raise NotFoundException("backend environment", name)
    return Environment(*row)


async def find_resource(
    reader: Database | Transaction, app_id: str, environment: str, category: Category
) -> Resource | None:
    """The one resource of a category, None where the environment has none."""
    row = await reader.row(questions.RESOURCE, app_id=app_id, environment=environment, category=category)
    return None if row is None else Resource(*row)


async def resource_of(
    reader: Database | Transaction, app_id: str, environment: str, category: Category, name: str
) -> Resource:
    """The resource of this name; raises NotFoundException for whatever on the way to it is missing."""
    found = await find_resource(reader, app_id, environment, category)
    if found is None or found.name != name:
        await environment_of(reader, app_id, environment)
        raise NotFoundException(f"{category} resource", name)
    return found


async def resources_of(reader: Database | Transaction, app_id: str, environment: str) -> list[Resource]:
    """All resources of an environment."""
    return [Resource(*row) for row in await reader.rows(questions.RESOURCES, app_id=app_id, environment=environment)]


async def put_resource(tx: Transaction, control: Control, resource: Resource) -> None:
    """Write a resource with the time of now."""
    values = {name: getattr(resource, name) for name in resource.__struct_fields__}
    await tx.execute(questions.PUT_RESOURCE, **{**values, "updated_ms": control.clock.now_ms()})


class Start(Struct, frozen=True, kw_only=True):
    """A job that an operation wants started. `environment` None = the whole app."""

    environment: str | None
    work: Struct
    other_environment: str | None = None
    secrets: bytes | None = None


async def started(
    control: Control,
    call: Call,
    operation: str,
    app_id: str,
    plan: Callable[[Transaction, App | None], Awaitable[Start]],
) -> Job:
    """Start what `plan` asks for, checked and recorded in one transaction that holds the app's row.

    A call that an SDK repeats answers the first one's job. Where a job is running for the environment, the call is
    refused in the original's words.
    """
    async with control.db.transaction() as tx:
        key, invocation = call.caller.access_key_id, call.invocation_id
        again = await control.jobs.repeated(tx, operation, key, invocation) if invocation is not None else None
        if again is not None:
            return again
        start = await plan(tx, await locked_app(tx, app_id))
        wanted = JobRequest(
            app_id=app_id,
            environment=start.environment,
            operation=operation,
            input=text_of(start.work),
            other_environment=start.other_environment,
            secrets=start.secrets,
            access_key_id=key,
            invocation_id=invocation,
        )
        try:
            return await control.jobs.start(tx, wanted)
        except (Busy, Conflict) as error:
            raise BadRequestException(_pending(app_id, start.environment, error)) from error


def _pending(app_id: str, environment: str | None, error: Busy | Conflict) -> str:
    busy = error.environment if isinstance(error, Busy) and error.environment != WHOLE_APP else environment
    return (
        "ValidationException - An error occurred while processing your request: There is already a pending job for "
        f"the requested appId: {app_id} and backendEnvironmentName: {busy or WHOLE_APP}, wait for it to complete "
        "before creating a new job."
    )
