"""What the parts of a transform share: the document, the growing schema, and what each directive was found to mean."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

from preamp.graphql.model import (
    ApiOptions,
    AuthRule,
    HttpCall,
    Index,
    LambdaCall,
    Mode,
    Operation,
    Relation,
    SchemaError,
    Validation,
    Versioned,
)

from .document import Applied, Draft, FieldDef, TypeDef
from .parse import Document
from .roles import Matrix, Role

Level = Literal["on", "off", "public"]

MODEL = Applied("model", "@model")


@dataclass(slots=True)
class ModelSettings:
    """A type with @model. `definition` is the type as written; operations that are off are absent or None."""

    definition: TypeDef
    applied: Applied
    queries: dict[str, str | None]
    mutations: dict[str, str | None]
    subscriptions: dict[str, list[str]]
    level: Level
    timestamps: dict[str, str | None] | None
    is_join: bool = False

    @property
    def name(self) -> str:
        """The model's name."""
        return self.definition.name

    def listened(self, event: str) -> list[str]:
        """Name the subscriptions of `onCreate`, `onUpdate` or `onDelete`; none where the mutation is off."""
        return self.subscriptions[event] if self.mutations.get(event.removeprefix("on").lower()) else []


@dataclass(slots=True)
class Key:
    """A primary key (`name` None) or an index: the field with the directive, then its sort keys."""

    definition: TypeDef
    field: FieldDef
    applied: Applied
    sort: list[FieldDef] = dataclasses.field(default_factory=list)
    name: str | None = None
    query_field: str | None = None
    projection: dict[str, Any] = dataclasses.field(default_factory=dict)

    @property
    def fields(self) -> list[FieldDef]:
        """Partition key first."""
        return [self.field, *self.sort]


@dataclass(slots=True)
class Link:
    """A relation field, as its directive was understood.

    `fields` are names given by `fields:`, on the owner; `references` those given by `references:`; `connection` the
    implicit columns. `index` names the index of the related model that serves it, `target_key` that index's fields.
    """

    kind: Literal["hasOne", "hasMany", "belongsTo", "manyToMany"]
    owner: TypeDef
    field: FieldDef
    applied: Applied
    related: TypeDef
    fields: list[FieldDef] = dataclasses.field(default_factory=list)
    references: list[FieldDef] = dataclasses.field(default_factory=list)
    connection: list[str] = dataclasses.field(default_factory=list)
    index: str | None = None
    target_key: list[FieldDef] = dataclasses.field(default_factory=list)
    limit: int = 100
    answers: FieldDef | None = None
    """For belongsTo: the hasOne or hasMany field of the related model."""
    answers_many: bool = False
    column_fields: list[str] = dataclasses.field(default_factory=list)
    """For hasMany without `fields`: the implicit columns of the related model."""
    relation_name: str = ""


@dataclass(slots=True)
class ManyToMany:
    """The two ends of a many-to-many relation."""

    name: str
    written_name: str
    first: Link
    second: Link | None = None


@dataclass(slots=True)
class Search:
    """A @searchable model. `field` is None where `queries: {search: null}` takes the query away."""

    definition: TypeDef
    field: str | None


class Build:
    """One transform in progress.

    `relations` holds each relation field as written beside its meaning. `columns` and `link_indexes` are those behind
    the relations of transformer 1, by model: they are stored, but no type of the schema shows them.
    """

    def __init__(
        self, document: Document, draft: Draft, options: ApiOptions, modes: tuple[Mode, ...], *, version: int = 2
    ) -> None:
        self.version = version
        self.document = document
        self.draft = draft
        self.options = options
        self.flags = options.flags
        self.modes = modes
        self.sandbox = options.flags.sandbox_mode or (document.sandbox and "API_KEY" in modes)
        self.models: dict[str, ModelSettings] = {}
        self.keys: dict[str, Key] = {}
        self.indexes: list[Key] = []
        self.links: dict[str, list[Link]] = {"hasMany": [], "hasOne": [], "manyToMany": [], "belongsTo": []}
        self.relations: dict[tuple[str, str], tuple[FieldDef, Relation]] = {}
        self.columns: dict[str, list[FieldDef]] = {}
        self.link_indexes: dict[str, list[Index]] = {}
        self.nested: dict[str, set[str]] = {}
        self.field_rules: dict[str, dict[str, list[AuthRule]]] = {}
        self.versions: dict[str, Versioned] = {}
        self.open_operations: dict[str, tuple[Operation, ...]] = {}
        self.pairs: dict[str, ManyToMany] = {}
        self.searches: list[Search] = []
        self.renames: dict[str, str] = {}
        self.defaults: dict[tuple[str, str], str] = {}
        self.validations: dict[tuple[str, str], list[Validation]] = {}
        self.calls: dict[tuple[str, str], list[LambdaCall]] = {}
        self.https: dict[tuple[str, str], HttpCall] = {}
        self.predictions: dict[tuple[str, str], list[str]] = {}
        self.matrices: dict[str, Matrix] = {}
        self.field_matrices: dict[tuple[str, str], Matrix] = {}
        self.roles: dict[str, Role] = {}

    @property
    def syncs(self) -> bool:
        """Whether conflict resolution is on, which adds versions and sync queries to every model."""
        return self.options.conflict is not None

    def object(self, name: str) -> TypeDef:
        """Find an object type that must be there."""
        found = self.draft.object(name)
        if found is None:
            raise SchemaError("Error", f"Type {name} is missing in outputs")
        return found

    def definition(self, name: str) -> TypeDef | None:
        """Find an object type as written, else as generated."""
        return self.document.objects.get(name) or self.draft.object(name)

    def is_open_to_keys(self) -> list[Applied]:
        """List the service directives that sandbox mode puts on models without @auth."""
        if self.sandbox and self.modes[0] != "API_KEY":
            return [Applied("aws_api_key", "@aws_api_key")]
        return []
