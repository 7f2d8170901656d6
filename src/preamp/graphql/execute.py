"""From a request's document to the bytes of its answer.

A document is parsed, validated and analysed once per release and kept in a bounded cache; each standing of callers
(and each setting of @skip/@include) gets a plan of it. Then a request binds its variables and runs one statement for
each root field.
"""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec
from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    VariableNode,
    execute_sync,
    get_named_type,
    is_object_type,
    parse,
    visit,
)
from graphql.language import Visitor

from preamp.db.space import Space, SpaceTimeout, StatementTooDeep
from preamp.graphql.coerce import ABSENT, MissingMember, Unfit, UnknownMember, Values, Variable
from preamp.graphql.completion import complete
from preamp.graphql.errors import DocumentErrors, FieldError, RequestError, document_error, field_error
from preamp.graphql.identity import ByIdentity, Identity
from preamp.graphql.listen import Listening, Names, listening, names_of
from preamp.graphql.model import Root
from preamp.graphql.plan.auth import Access, standing
from preamp.graphql.plan.select import Selector
from preamp.graphql.release import Release
from preamp.graphql.roots import Asked, Fixed, RootField, root_field
from preamp.graphql.validation import Limits, check_limits, validate

MOST_DOCUMENTS = 1_000
MOST_CHARACTERS = 2_000_000
"""Of all documents kept together: what is kept of one is some fifty times its text."""

MOST_PLANS = 32
"""Plans kept for one document: standings times settings of its switches."""

_UNUSUAL = (KeyError, Unfit, MissingMember, UnknownMember, RecursionError)
"""What a variable that is absent or does not fit raises."""

_ENCODE = msgspec.json.Encoder()
_DECODE = msgspec.json.Decoder()


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One GraphQL request as it came."""

    query: str
    variables: Mapping[str, Any] | None = None
    operation_name: str | None = msgspec.field(default=None, name="operationName")


class Told(NamedTuple):
    """A mutation that somebody may be subscribed to: its name, and the names of what it answers."""

    mutation: str
    names: Names | None


Tell = Callable[[str, str, str, Names | None], None]
"""Hears of a mutation's answer: release id, the mutation's name, JSON text, names."""


class Plan:
    """The root fields of one operation for one standing; `only` is the one whose answer is sent as it is."""

    __slots__ = ("only", "roots")

    def __init__(self, roots: list[tuple[RootField, Selector | None, Told | None]]) -> None:
        self.roots: list[tuple[RootField, str, tuple[Any, Any] | None, Told | None]] = [
            (
                root,
                f'"{root.key}":',
                (selector.checks, frozenset(selector.required)) if selector and selector.checks else None,
                told,
            )
            for root, selector, told in roots
        ]
        self.only: tuple[RootField, str, Told | None] | None = None
        if len(self.roots) == 1:
            root, head, checked, told = self.roots[0]
            self.only = None if checked else (root, head, told)


class Document:
    """One operation of a parsed, validated document."""

    def __init__(self, release: Release, request: Request, limits: Limits) -> None:
        document = _parsed(request.query, limits)
        check_limits(document, limits)
        validate(release.schema, document)
        self._operation = _chosen(document, request.operation_name)
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self.release = release
        self.variables = [
            Variable(node, release.schema, release.coercers) for node in self._operation.variable_definitions or ()
        ]
        self._coercers = [(variable.name, variable.coerce) for variable in self.variables]
        self._single = self._coercers[0] if len(self._coercers) == 1 else None
        self.switches = _switches(document)
        self.names = frozenset(variable.name for variable in self.variables)
        self._document = document
        self._plans: OrderedDict[Any, Plan] = OrderedDict()
        self._standing = ByIdentity(lambda identity: standing(release, identity))
        self._plan_of = ByIdentity(lambda identity: self._kept({}, identity))

    def values(self, given: Mapping[str, Any]) -> Values:
        """Answer the operation's coerced variables. Raises DocumentErrors."""
        try:
            if self._single is not None:
                name, coerce = self._single
                return {name: coerce(given[name])}
            return {name: coerce(given[name]) for name, coerce in self._coercers}
        except _UNUSUAL:
            return self._values_one_by_one(given)

    def _values_one_by_one(self, given: Mapping[str, Any]) -> Values:
        """Answer the variables where one was not given, or tell which does not fit."""
        values: dict[str, Any] = {}
        for variable in self.variables:
            value = variable.value(given)
            if value is not ABSENT:
                values[variable.name] = value
        return values

    def plan(self, values: Values, identity: Identity) -> Plan:
        """Answer the plan for the caller's standing and the switches' settings."""
        return self._kept(values, identity) if self.switches else self._plan_of.of(identity)

    def _kept(self, values: Values, identity: Identity) -> Plan:
        key = self._standing.of(identity), tuple([values.get(name) for name in self.switches])
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = self._make(values, identity)
            if len(self._plans) > MOST_PLANS:
                self._plans.popitem(last=False)
        return plan

    def _make(self, values: Values, identity: Identity) -> Plan:
        switches = {name: bool(values.get(name)) for name in self.switches}
        access = Access(self.release, identity)
        operation = self._operation.operation
        parent = operation.value.capitalize()
        mutation = operation is OperationType.MUTATION
        marker = secrets.token_hex(12)

        def selector() -> Selector:
            return Selector(self.release, access, self._fragments, switches, marker, mutation=mutation)

        roots: list[tuple[RootField, Selector | None, Told | None]] = []
        fields = selector().fields(parent, [self._operation.selection_set])
        for key, nodes in fields.items():
            name = nodes[0].name.value
            if name == "__typename":
                roots.append((Fixed(key, None, f'"{parent}"'), None, None))
            elif name.startswith("__"):
                if not self.release.introspection:
                    raise DocumentErrors([document_error("Introspection is switched off for this API.")])
                roots.append((Fixed(key, None, self._introspect(key, nodes, values)), None, None))
            else:
                root = self.release.roots.get((parent, name)) or Root(parent=parent, field=name, kind="custom")
                own = selector()
                told = self._told(name, nodes, selector()) if mutation else None
                roots.append((root_field(root, nodes, own, marker), own, told))
        return Plan(roots)

    def _told(self, mutation: str, nodes: list[FieldNode], selector: Selector) -> Told | None:
        if mutation not in self.release.heard:
            return None
        type_: Any = self.release.schema.type_map["Mutation"]
        answered = get_named_type(type_.fields[mutation].type)
        return Told(mutation, names_of(selector, answered.name, nodes) if is_object_type(answered) else None)

    def listening(self, values: Values, identity: Identity) -> Listening:
        """Answer the subscription ready to hear. Raises DocumentErrors, FieldError, RequestError."""
        switches = {name: bool(values.get(name)) for name in self.switches}
        return listening(self.release, self._operation, self._fragments, switches, values, identity)

    def _introspect(self, key: str, nodes: list[FieldNode], values: Values) -> str:
        """Answer an introspection field by the library: no row is involved, and the plan keeps the text."""
        only = OperationDefinitionNode(
            operation=OperationType.QUERY,
            name=None,
            variable_definitions=self._operation.variable_definitions,
            directives=(),
            selection_set=SelectionSetNode(selections=tuple(nodes)),
        )
        result = execute_sync(
            self.release.schema,
            DocumentNode(definitions=(only, *self._fragments.values())),
            variable_values=dict(values),
        )
        if not isinstance(result, ExecutionResult) or result.errors:
            raise RequestError(400, "BadRequest", "The introspection query cannot be answered.")
        return _ENCODE.encode((result.data or {})[key]).decode()


class Executor:
    """Runs requests against releases; documents of all releases share one bounded cache."""

    def __init__(self, limits: Limits, now: Callable[[], float], tell: Tell) -> None:
        self.limits = limits
        self._now = now
        self._tell = tell
        self._documents: OrderedDict[tuple[str, str, str | None], Document] = OrderedDict()
        self._characters = 0

    def forget(self, release_id: str) -> None:
        """Drop the documents of a release that is served no more."""
        for key in [key for key in self._documents if key[0] == release_id]:
            self._drop(key)

    def _drop(self, key: tuple[str, str, str | None]) -> None:
        del self._documents[key]
        self._characters -= len(key[1])

    def document(self, release: Release, request: Request) -> Document:
        """Answer the analysed document. Raises DocumentErrors, RequestError."""
        key = release.id, request.query, request.operation_name or None
        document = self._documents.get(key)
        if document is None:
            document = self._documents[key] = Document(release, request, self.limits)
            self._characters += len(request.query)
            while len(self._documents) > MOST_DOCUMENTS or self._characters > MOST_CHARACTERS:
                self._drop(next(iter(self._documents)))
        else:
            self._documents.move_to_end(key)
        return document

    async def execute(self, release: Release, space: Space, request: Request, identity: Identity) -> bytes:
        """Answer a request: the JSON bytes of `{"data": ..., "errors": ...}`. Raises RequestError."""
        try:
            document = self.document(release, request)
            values = document.values(request.variables or {})
            plan = document.plan(values, identity)
        except DocumentErrors as refusal:
            return _ENCODE.encode({"data": None, "errors": refusal.errors})
        asked = Asked(values, identity, space, self._now)
        if plan.only is None:
            return await self._several(release.id, plan, asked)
        root, head, told = plan.only
        errors: list[dict[str, Any]] = []
        try:
            text = await root.answer(asked)
        except _TOLD as error:
            text = "null"
            errors.append(_field_error(root, error))
        if told is not None and text != "null":
            self._tell(release.id, told.mutation, text, told.names)
        if len(text) > self.limits.answer_bytes:
            raise self._too_large()
        return f'{{"data":{{{head}{text}}}{_errors(errors)}}}'.encode()

    async def _several(self, release_id: str, plan: Plan, asked: Asked) -> bytes:
        """Answer a plan's root fields one after the other, and tell errors inside their answers."""
        members: list[str] = []
        errors: list[dict[str, Any]] = []
        size = 0
        deadline = asyncio.get_running_loop().time() + self.limits.seconds
        for root, head, checked, told in plan.roots:
            text = await self._answer(root, asked, errors, deadline)
            if checked is not None and text != "null":
                value, found = complete(_DECODE.decode(text), *checked)
                text = _ENCODE.encode(value).decode()
                errors += found
            if told is not None and text != "null":
                self._tell(release_id, told.mutation, text, told.names)
            members.append(head + text)
            size += len(text)
            if size > self.limits.answer_bytes:
                raise self._too_large()
        return f'{{"data":{{{",".join(members)}}}{_errors(errors)}}}'.encode()

    def _too_large(self) -> RequestError:
        return RequestError(400, "ResponseTooLarge", f"The answer is over {self.limits.answer_bytes} bytes.")

    def subscription(self, release: Release, request: Request, identity: Identity) -> Listening:
        """Answer a subscription ready to hear. Raises DocumentErrors, FieldError, RequestError."""
        document = self.document(release, request)
        return document.listening(document.values(request.variables or {}), identity)

    async def _answer(self, root: RootField, asked: Asked, errors: list[dict[str, Any]], deadline: float) -> str:
        """Answer one root field. A statement has a time limit of its own; `deadline` bounds what several may take."""
        try:
            # A statement that never lets go of the loop is not interrupted by the time-out: it is not begun.
            if asyncio.get_running_loop().time() > deadline:
                raise TimeoutError
            async with asyncio.timeout_at(deadline):
                return await root.answer(asked)
        except _TOLD as error:
            errors.append(_field_error(root, error))
        except TimeoutError:
            late = SpaceTimeout(f"The request took longer than {self.limits.seconds:g} s.")
            errors.append(_field_error(root, late))
        return "null"


_TOLD = (FieldError, StatementTooDeep, SpaceTimeout)
"""What fails one field and leaves the others."""


def _field_error(root: RootField, error: Exception) -> dict[str, Any]:
    if isinstance(error, StatementTooDeep):
        error = FieldError("The selection nests more relations than SQLite can read at once.", "BadRequest")
    elif not isinstance(error, FieldError):
        error = FieldError(str(error), "ExecutionTimeout")
    return field_error(error, [root.key], root.location)


def _errors(errors: list[dict[str, Any]]) -> str:
    return f',"errors":{_ENCODE.encode(errors).decode()}' if errors else ""


def _parsed(text: str, limits: Limits) -> DocumentNode:
    if len(text) > limits.document_bytes:
        raise RequestError(400, "BadRequest", f"A document may hold {limits.document_bytes} characters.")
    try:
        return parse(text, max_tokens=limits.tokens)
    except GraphQLError as error:
        if "Parsing aborted" in error.message:
            raise RequestError(400, "BadRequest", f"A document may hold {limits.tokens} tokens.") from None
        raise RequestError(400, "MalformedHttpRequestException", "Unable to parse GraphQL query.") from None
    except RecursionError:
        raise RequestError(400, "BadRequest", "The document is nested too deeply.") from None


def _chosen(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    if name is None:
        if len(operations) == 1:
            return operations[0]
        raise RequestError(400, "BadRequest", "Must provide operation name if query contains multiple operations.")
    for node in operations:
        if node.name and node.name.value == name:
            return node
    raise RequestError(400, "BadRequest", f"Unknown operation named '{name}'.")


def _switches(document: DocumentNode) -> tuple[str, ...]:
    """Answer the variables that @skip and @include ask."""
    names: dict[str, None] = {}

    class Switches(Visitor):
        def enter_directive(self, node: Any, *_: Any) -> None:
            if node.name.value in {"skip", "include"}:
                for argument in node.arguments:
                    if isinstance(argument.value, VariableNode):
                        names[argument.value.name.value] = None

    visit(document, Switches())
    return tuple(names)
