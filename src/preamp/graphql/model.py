"""Values that describe one GraphQL API made from an annotated schema.

`schema/` makes them from SDL, `ddl.py` turns them into tables, `plan/` into SQL. They hold no I/O, are immutable, and
survive a round trip through JSON (`msgspec.json`), so that a release can be stored and read back.
Names of models, fields and operations are spelled as in the schema.
"""

from typing import Literal

from msgspec import Struct

Mode = Literal["API_KEY", "AWS_IAM", "AMAZON_COGNITO_USER_POOLS", "OPENID_CONNECT", "AWS_LAMBDA"]
Strategy = Literal["AUTOMERGE", "OPTIMISTIC_CONCURRENCY", "LAMBDA"]
Provider = Literal["apiKey", "iam", "identityPool", "oidc", "userPools", "function"]
Operation = Literal["create", "update", "delete", "get", "list", "sync", "listen", "search"]


class Flags(Struct, frozen=True, kw_only=True):
    """Feature flags of the Amplify CLI (`cli.json`, graphqltransformer section) that change what a schema means."""

    transformer_version: int | None = None
    """1 or 2; None = 1 where the schema uses @key, @connection or @versioned, else 2."""
    improve_pluralization: bool = True
    """For transformer 1: npm `pluralize` instead of an added `s`; transformer 2 always pluralizes."""
    config_version: int = 0
    """For transformer 1: `Version` of transform.conf.json; from 5 on mutations take a `condition`."""
    sandbox_mode: bool = False
    subscriptions_inherit_primary_auth: bool = False
    use_sub_username_for_default_identity_claim: bool = True
    use_field_name_for_primary_key_connection_field: bool = False
    enable_auto_index_query_names: bool = True
    respect_primary_key_attributes_on_connection_field: bool = True
    populate_owner_field_for_static_group_auth: bool = True
    add_missing_owner_fields: bool = True


class ApiOptions(Struct, frozen=True, kw_only=True):
    """What the API's configuration adds to its schema. The first mode is the default authorization type."""

    modes: tuple[Mode, ...] | None = None
    """None = inferred from the rules: API_KEY if used, else user pools, IAM, OIDC, Lambda."""
    conflict: Strategy | None = None
    flags: Flags = Flags()


class Validation(Struct, frozen=True, kw_only=True):
    """One @validate of a field. `value` is the text as written; `message` None = Amplify's default text."""

    type: Literal["gt", "lt", "gte", "lte", "minLength", "maxLength", "startsWith", "endsWith", "matches"]
    value: str
    message: str | None = None


class AuthRule(Struct, frozen=True, kw_only=True):
    """One @auth rule with Amplify's defaults filled in, operations expanded (`read` = get list sync listen search)."""

    allow: Literal["owner", "groups", "private", "public", "custom"]
    provider: Provider
    operations: tuple[Operation, ...]
    owner_field: str | None = None
    owner_is_list: bool = False
    identity_claim: str | None = None
    groups: tuple[str, ...] = ()
    groups_field: str | None = None
    groups_is_list: bool = False
    group_claim: str | None = None


class Relation(Struct, frozen=True, kw_only=True):
    """How a field finds rows of another model: this row's `local` columns equal the target's `remote` columns.

    A many-to-many field is a hasMany of the join model. `index` names the target's Index that serves a hasMany
    (None = the target's primary key). `limit` is the page size when the caller gives none. Empty `local`: there is no
    column to go by, and AppSync answers null.
    """

    kind: Literal["hasOne", "hasMany", "belongsTo"]
    target: str
    local: tuple[str, ...]
    remote: tuple[str, ...]
    index: str | None = None
    limit: int = 100


class LambdaCall(Struct, frozen=True, kw_only=True):
    """One @function of a field. `name` may hold `${env}`."""

    name: str
    region: str | None = None
    account_id: str | None = None
    invocation_type: Literal["RequestResponse", "Event"] = "RequestResponse"


class HttpCall(Struct, frozen=True, kw_only=True):
    """The @http of a field. `url` keeps its `:param` parts; headers are (key, value) pairs."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    url: str
    headers: tuple[tuple[str, str], ...] = ()


class Field(Struct, frozen=True, kw_only=True):
    """One field of a model or of an embedded (non-model) type.

    `type` is the named GraphQL type. `kind` says what it names; where `embedded` names a model, no directive relates
    the two, and the field is null always. A stored field has kind scalar, enum or embedded;
    a relation field is never stored; its columns are fields of their own (`implicit` where Amplify adds them).
    `required` and `item_required` are the outer and the inner `!`. `calls` and `http` mark resolver fields, not stored.
    `auth` is None where the field follows its model.
    """

    name: str
    type: str
    kind: Literal["scalar", "enum", "embedded", "relation"]
    is_list: bool = False
    required: bool = False
    item_required: bool = False
    implicit: bool = False
    default: str | None = None
    validations: tuple[Validation, ...] = ()
    auth: tuple[AuthRule, ...] | None = None
    relation: Relation | None = None
    calls: tuple[LambdaCall, ...] = ()
    http: HttpCall | None = None
    renamed_from: str | None = None


class Index(Struct, frozen=True, kw_only=True):
    """A secondary index. `fields` = partition key, then sort keys. `query_field` None = no query of its own."""

    name: str
    fields: tuple[str, ...]
    query_field: str | None = None
    implicit: bool = False
    """True for the index behind a relation, which no SDL shows."""
    projection: Literal["ALL", "KEYS_ONLY", "INCLUDE"] = "ALL"
    projected: tuple[str, ...] = ()
    """What an INCLUDE projection holds besides the keys; on AWS other fields read through the index are null."""


class Versioned(Struct, frozen=True, kw_only=True):
    """@versioned (v1): create sets `field` to 1; update and delete want its present value in their input `expected`."""

    field: str
    expected: str


class Entity(Struct, frozen=True, kw_only=True):
    """One @model. `table` is the name its rows live under: the model's, or the older one that @mapsTo keeps.

    `auth` () with `open` False = nobody but an admin; `open` True = whoever the API's default mode lets in (v1,
    sandbox).
    `open_operations` (v1 only): operations that no rule of a model with @auth speaks of are open like that, too.
    `created_at` and `updated_at` name the timestamp fields, None = switched off; they are listed in `fields` too.
    `id_auto` is True when `id` is filled with a UUID on create when absent (also where it is not, or not all of, the
    key). With conflict resolution `fields` ends with `_version`, `_deleted` and `_lastChangedAt`. In v1 the implicit
    column of a relation is in `fields` and in the inputs, but no SDL type shows it.
    """

    name: str
    table: str
    plural: str
    fields: tuple[Field, ...]
    key: tuple[str, ...] = ("id",)
    id_auto: bool = True
    indexes: tuple[Index, ...] = ()
    auth: tuple[AuthRule, ...] = ()
    open: bool = False
    created_at: str | None = "createdAt"
    updated_at: str | None = "updatedAt"
    conflict: Strategy | None = None
    searchable: bool = False
    is_join: bool = False
    subscriptions: Literal["on", "off", "public"] = "on"
    open_operations: tuple[Operation, ...] = ()
    versioned: Versioned | None = None


class Embedded(Struct, frozen=True, kw_only=True):
    """A non-model object type, stored inside its model's row as JSON."""

    name: str
    fields: tuple[Field, ...]


class Enum(Struct, frozen=True, kw_only=True):
    """An enum type with its values in order."""

    name: str
    values: tuple[str, ...]


class Root(Struct, frozen=True, kw_only=True):
    """What answers one field of Query, Mutation or Subscription (or a resolver field of another type).

    `entity` and `index` are set where the kind speaks of a model. Kind `custom` has no resolver: it answers null.
    For subscriptions `kind` is `subscribe` and `mutations` lists the mutation fields that feed it.
    `auth` is None where the model's rules hold.
    """

    parent: str
    field: str
    kind: Literal[
        "get",
        "list",
        "index",
        "sync",
        "search",
        "create",
        "update",
        "delete",
        "subscribe",
        "function",
        "http",
        "predictions",
        "custom",
    ]
    entity: str | None = None
    index: str | None = None
    mutations: tuple[str, ...] = ()
    calls: tuple[LambdaCall, ...] = ()
    http: HttpCall | None = None
    auth: tuple[AuthRule, ...] | None = None


class Model(Struct, frozen=True, kw_only=True):
    """One API whole: the SDL that clients see, and everything the server needs to serve it."""

    sdl: str
    modes: tuple[Mode, ...]
    conflict: Strategy | None = None
    entities: tuple[Entity, ...] = ()
    embedded: tuple[Embedded, ...] = ()
    enums: tuple[Enum, ...] = ()
    roots: tuple[Root, ...] = ()
    flags: Flags = Flags()
    sandbox: bool = False
    """Whether `input AMPLIFY` or the flag lets an API key use every model that has no @auth (those are `open`)."""


class SchemaError(Exception):
    """A schema is refused. `name` is Amplify's error name; line and column count from 1, None where there is none."""

    def __init__(self, name: str, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.name = name
        self.message = message
        self.line = line
        self.column = column
