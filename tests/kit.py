"""Builders that tests share: a control room over real databases, with a clock that the test holds."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from preamp.auth import Auth
from preamp.control import Control, service, workflows
from preamp.db import open_database, open_spaces
from preamp.db.space import Spaces
from preamp.graphql import GraphQL, Store
from preamp.jobs import Jobs
from preamp.kit import ids
from preamp.kit.caller import Call, Caller
from preamp.kit.clock import Clock
from preamp.kit.seal import Sealer
from preamp.storage import Storage

BOARD = """
type Topic @model @auth(rules: [{ allow: public }]) { id: ID! title: String! posts: [Post] @hasMany }
type Post @model @auth(rules: [{ allow: public }]) { id: ID! title: String! topic: Topic @belongsTo }
"""
AUTH_CONFIG: dict[str, Any] = {
    "authResources": "IDENTITY_POOL_AND_USER_POOL",
    "service": "COGNITO",
    "identityPoolConfigs": {"identityPoolName": "people_ids", "unauthenticatedLogin": True},
    "userPoolConfigs": {
        "requiredSignUpAttributes": ["EMAIL"],
        "signInMethod": "EMAIL",
        "userPoolName": "people",
        "passwordPolicy": {"minimumLength": 8, "additionalConstraints": ["REQUIRE_DIGIT"]},
        "mfa": {"MFAMode": "OPTIONAL", "settings": {"mfaTypes": ["TOTP"], "smsMessage": "Your code is {####}"}},
        "oAuth": {
            "domainPrefix": "people",
            "oAuthGrantType": "CODE",
            "oAuthScopes": ["OPENID", "AWS_COGNITO_SIGNIN_USER_ADMIN"],
            "redirectSignInURIs": ["https://app.example/"],
            "redirectSignOutURIs": ["https://app.example/"],
            "socialProviderSettings": {"Google": {"client_id": "g-client", "client_secret": "g-secret-value"}},
        },
    },
}
STORAGE_CONFIG: dict[str, Any] = {
    "serviceName": "S3",
    "permissions": {"authenticated": ["READ", "CREATE_AND_UPDATE"], "unAuthenticated": ["READ"]},
}
ROOT = Caller(access_key_id="AKIATEST", user="root", arn="arn:aws:iam::000000000000:user/root", account="0" * 12,
              region="us-east-1")  # fmt: skip


class Backend:
    """A control room to call operations on by name, without sockets."""

    def __init__(self, control: Control, spaces: Spaces) -> None:
        self.control = control
        self.spaces = spaces

    async def call(self, operation: str, /, *, invocation_id: str | None = None, **wire: Any) -> Any:
        """Call an operation with its wire members; answers its Struct."""
        found = service.operations[operation]
        request = msgspec.convert(wire, found.request)
        call = Call(caller=ROOT, request_id=ids.uuid4(), invocation_id=invocation_id)
        arguments = (self.control, request, call) if found.takes_call else (self.control, request)
        return await found.handler(*arguments)

    async def done(self, started: Any, environment: str | None = None) -> Any:
        """Wait until a job has ended and its locks are gone; answers the job."""
        name = environment or getattr(started, "backend_environment_name", None) or "any"
        while True:
            job = await self.control.jobs.job(started.app_id, name, started.job_id)
            assert job is not None
            if job.phase == "done":
                return job
            await asyncio.sleep(0.005)

    async def completed(self, operation: str, /, **wire: Any) -> Any:
        """Call an operation and expect its job to complete."""
        job = await self.done(await self.call(operation, **wire))
        assert job.status == "COMPLETED", job.error
        return job

    async def meta(self, app_id: str = "d1app", environment: str = "dev") -> dict[str, Any]:
        """The environment's amplify-meta."""
        answer = await self.call("GetBackend", appId=app_id, backendEnvironmentName=environment)
        document: dict[str, Any] = msgspec.json.decode(answer.amplify_meta_config)
        return document


@asynccontextmanager
async def backend(
    database_url: str,
    folder: Path,
    *,
    clock: Clock | None = None,
    at_step: Callable[..., None] | None = None,
    lease_seconds: float = 2,
) -> AsyncIterator[Backend]:
    """A running control room with workers."""
    clock = clock or Clock()
    sealer = Sealer(b"k" * 32)
    db = await open_database(database_url)
    spaces = await open_spaces(folder if database_url.startswith("sqlite") else database_url)
    graphql = GraphQL(
        spaces, Store(db, sealer.purpose("graphql")), token_key=b"t" * 32, now=lambda: clock.now_ms() / 1000
    )
    jobs = Jobs(db, Clock(), lease_seconds=lease_seconds, at_step=at_step)
    auth, storage = Auth(sealer, clock), Storage(clock)
    control = Control(
        db=db,
        jobs=jobs,
        open_graphql=lambda: graphql,
        open_auth=lambda: auth,
        open_storage=lambda: storage,
        sealer=sealer,
        clock=clock,
        region="us-east-1",
        account="000000000000",
        public_url=lambda: "https://preamp.test",
    )
    await jobs.start_workers(workflows(control))
    try:
        yield Backend(control, spaces)
    finally:
        await jobs.stop()
        await spaces.close()
        await db.close()
