"""What the operations of S3 work with, and the questions that most of them ask."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from preamp.db import Database
from preamp.kit.clock import Clock
from preamp.storage.buckets import Storage
from preamp.storage.catalog import Catalog
from preamp.storage.contents import Contents
from preamp.storage.errors import KeyTooLongError, NoSuchBucket
from preamp.storage.levels import Action, Caller, Operator, Person, authorize
from preamp.storage.records import Bucket, Owner, Permissions
from preamp.storage.s3 import cors
from preamp.wire.s3 import AccessDenied, Answer, Credentials, S3Request, S3Verifier, Table

MAX_KEY_BYTES = 1024
table = Table()


@dataclass(frozen=True, slots=True)
class S3:
    """The S3 service's dependencies.

    `caller_of` tells from credentials and session token whose they are, `pool_of` the identity pool of an environment.
    """

    db: Database
    storage: Storage
    catalog: Catalog
    contents: Contents
    verifier: S3Verifier
    clock: Clock
    region: str
    account: str
    caller_of: Callable[[Credentials, str | None], Awaitable[Caller]]
    pool_of: Callable[[Owner], Awaitable[str | None]]

    async def caller(self, request: S3Request) -> Caller:
        """Who asks, None for nobody."""
        if request.credentials is None:
            return None
        return await self.caller_of(request.credentials, request.token)

    async def bucket(self, request: S3Request) -> Bucket:
        """The bucket that is asked for. Raises NoSuchBucket."""
        return await self.bucket_named(request.bucket or "")

    async def bucket_named(self, name: str) -> Bucket:
        """A bucket that serves. Raises NoSuchBucket."""
        found = await self.storage.bucket(self.db, name)
        if found is None or found.removed_ms is not None:
            raise NoSuchBucket("The specified bucket does not exist", BucketName=name)
        return found

    async def permissions(self, caller: Caller, bucket: Bucket) -> Permissions | None:
        """The bucket's permissions where the caller is of a pool beside it, None where the bucket is others'."""
        if not isinstance(caller, Person):
            return None
        for environment in await self.storage.environments(self.db, bucket):
            if await self.pool_of(environment) == caller.identity_pool_id:
                return bucket.permissions
        return None

    async def allowed(self, caller: Caller, bucket: Bucket, action: Action, name: str | None) -> bool:
        """Whether a caller may act on a key or prefix."""
        return authorize(caller, action, await self.permissions(caller, bucket), name)

    async def enter(self, request: S3Request, action: Action, name: str | None) -> tuple[Bucket, Caller]:
        """The bucket and the caller, who may act. Raises NoSuchBucket, AccessDenied, before anything is looked up."""
        bucket = await self.bucket(request)
        caller = await self.caller(request)
        if not await self.allowed(caller, bucket, action, name):
            raise denied()
        self.check_account(request)
        return bucket, caller

    async def operate(self, request: S3Request) -> tuple[Bucket, Operator]:
        """The bucket and the operator who asks. Raises NoSuchBucket, AccessDenied."""
        bucket = await self.bucket(request)
        operator = await self.operator(request)
        self.check_account(request)
        return bucket, operator

    async def operator(self, request: S3Request) -> Operator:
        """The operator who asks. Raises AccessDenied for everybody else."""
        caller = await self.caller(request)
        if not isinstance(caller, Operator):
            raise denied()
        return caller

    def check_account(self, request: S3Request) -> None:
        """Refuse a request that expects the bucket to be of another account."""
        for name in ("x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"):
            if request.headers.get(name, self.account) != self.account:
                raise denied()

    # What the endpoint asks ----------------------------------------------------------------------------------------

    async def preflight(self, request: S3Request) -> Answer:
        """The answer to a CORS preflight; nobody needs to be known for it."""
        return cors.preflight(await self.bucket(request) if request.bucket else None, request)

    async def cors(self, request: S3Request) -> list[tuple[str, str]]:
        """The CORS headers of an answer."""
        bucket = await self.storage.bucket(self.db, request.bucket) if request.bucket else None
        return cors.headers(bucket, request.headers["origin"], request.method) if bucket else []


def denied() -> AccessDenied:
    """The refusal that tells nothing."""
    return AccessDenied("Access Denied")


def key_of(request: S3Request) -> bytes:
    """The bytes of the key. Raises KeyTooLongError."""
    key = (request.key or "").encode()
    if len(key) > MAX_KEY_BYTES:
        raise KeyTooLongError("Your key is too long", Size=str(len(key)), MaxSizeAllowed=str(MAX_KEY_BYTES))
    return key
