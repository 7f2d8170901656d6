"""Selections: which values of a row a document asks for, written as one JSON expression.

`Selector` reads the document once per plan and makes a tree of outputs; each output writes its SQL when a statement
is made. Relations become subqueries that are correlated with the row around them.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLAbstractType,
    InlineFragmentNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
    is_non_null_type,
)

from preamp.graphql.coerce import Reader, Values, arguments, is_constant
from preamp.graphql.completion import Check, Path
from preamp.graphql.errors import FieldError, Location, Unauthorized
from preamp.graphql.identity import Identity
from preamp.graphql.model import Embedded as Embedded_
from preamp.graphql.model import Entity, Field, Relation
from preamp.graphql.plan.auth import Access, RowRule, bind_rows, refuse_foreign_keys, rows_condition
from preamp.graphql.plan.filter import (
    KeyPart,
    Operand,
    Shape,
    Take,
    condition,
    flatten,
    flatten_key,
    joined,
    key_condition,
)
from preamp.graphql.plan.page import Order, page_size
from preamp.graphql.plan.write import Bound, Writer
from preamp.graphql.release import Release
from preamp.graphql.rules import owner_fields
from preamp.graphql.sql import ROW, Dialect, literal

Fields = dict[str, list[FieldNode]]
"""Fields to answer, by response key, in order; several nodes of one key are to be merged."""


class Output(Protocol):
    """One member of a JSON object. `columns` are those of the row that it reads."""

    key: str
    columns: frozenset[str]

    def sql(self, writer: Writer, alias: str) -> str:
        """Write the member's value, given the alias of the row around it."""
        ...


class Place(Protocol):
    """A spot that takes parameters. `constant` tells that every request binds the same."""

    @property
    def constant(self) -> bool:
        """Whether every request binds the same."""
        ...

    def bind(self, values: Values, identity: Identity) -> Bound:
        """Answer the shape and the parameters for one request. Raises FieldError."""
        ...


class Constant:
    """A value that is the same in every row: `__typename`, or null for a field nobody answers."""

    columns: frozenset[str] = frozenset()

    def __init__(self, key: str, word: str | None) -> None:
        self.key, self.word = key, word

    def sql(self, writer: Writer, alias: str) -> str:
        """Write the word, or null."""
        del writer, alias
        return "NULL" if self.word is None else literal(self.word)


class Scalar:
    """A column."""

    def __init__(self, key: str, operand: Operand) -> None:
        self.key, self._operand = key, operand
        self.columns = frozenset({operand.column})

    def sql(self, writer: Writer, alias: str) -> str:
        """Write the column as JSON."""
        return writer.dialect.json(f"{alias}.{self._operand.column}", self._operand.storage)


class Owner:
    """A column that names owners: clients see the last part of `sub::username`."""

    def __init__(self, key: str, operand: Operand) -> None:
        self.key, self._operand = key, operand
        self.columns = frozenset({operand.column})

    def sql(self, writer: Writer, alias: str) -> str:
        """Write the owner's last part."""
        return writer.dialect.last_part(f"{alias}.{self._operand.column}", self._operand.storage)


class Guarded:
    """A field that only some rows show to this caller; where it is hidden stands a mark."""

    constant = False

    def __init__(self, inner: Output, place: int, rules: Sequence[RowRule], guard: str) -> None:
        self.key, self._inner, self._place, self._rules, self._guard = inner.key, inner, place, rules, guard
        self.columns = inner.columns | {rule.column for rule in rules}

    def bind(self, values: Values, identity: Identity) -> Bound:
        """Bind the caller's claims."""
        del values
        return (), bind_rows(self._rules, identity)

    def sql(self, writer: Writer, alias: str) -> str:
        """Write the field, or the mark."""
        dialect = writer.dialect
        shown = rows_condition(self._rules, alias, dialect, writer.taker(self._place))[0]
        value = dialect.as_json(self._inner.sql(writer, alias))
        return dialect.unless(shown, value, dialect.object([(self._guard, dialect.true)]))


class Redacted:
    """A hasMany field in a mutation's answer whose readers differ from its parent's: an empty connection."""

    columns: frozenset[str] = frozenset()

    def __init__(self, key: str, pieces: Sequence[tuple[str, str | None]]) -> None:
        self.key, self._pieces = key, pieces

    def sql(self, writer: Writer, alias: str) -> str:
        """Write the empty connection."""
        del alias
        dialect = writer.dialect
        return dialect.object([(key, dialect.empty_list if word is None else word) for key, word in self._pieces])


class Part:
    """A member of an embedded object; `inner` is None for scalars."""

    def __init__(self, key: str, name: str, inner: "Sequence[Part | Constant] | None", *, list_: bool) -> None:
        self.key, self._name, self._inner, self._list = key, name, inner, list_

    def within(self, writer: Writer, holder: str) -> str:
        """Write the member, given the JSON expression of the object around it."""
        member = writer.dialect.member(holder, self._name)
        return member if self._inner is None else embedded(self._inner, writer, member, list_=self._list)


class Embedded:
    """A column that holds an embedded object, or a list of them."""

    def __init__(self, key: str, operand: Operand, inner: Sequence[Part | Constant], *, list_: bool) -> None:
        self.key, self._operand, self._inner, self._list = key, operand, inner, list_
        self.columns = frozenset({operand.column})

    def sql(self, writer: Writer, alias: str) -> str:
        """Write the members asked for."""
        return embedded(self._inner, writer, f"{alias}.{self._operand.column}", list_=self._list)


def embedded(inner: Sequence[Part | Constant], writer: Writer, holder: str, *, list_: bool) -> str:
    """Write the chosen members of the object (or of each object of the list) in a JSON expression."""
    dialect = writer.dialect

    def members(of: str) -> str:
        return dialect.object(
            [(part.key, part.within(writer, of) if isinstance(part, Part) else part.sql(writer, "")) for part in inner]
        )

    if not list_:
        return dialect.unless_null(holder, members(holder))
    alias = writer.alias()
    element = dialect.element(alias)
    return dialect.map_array(holder, alias, dialect.unless_null(element, members(element)))


def row_object(outputs: Sequence[Output], writer: Writer, alias: str) -> str:
    """Write a row as a JSON object."""
    return writer.dialect.object([(output.key, output.sql(writer, alias)) for output in outputs])


class RelatedRow:
    """A belongsTo or hasOne field: the one row that this row points to, or null."""

    def __init__(
        self, key: str, place: int, target: "Target", pairs: Sequence[tuple[Operand, Operand]], guard: str
    ) -> None:
        self.key, self._place, self._target, self._pairs, self._guard = key, place, target, pairs, guard
        self.columns = frozenset(local.column for local, _ in pairs)
        self.constant = not target.rules

    def bind(self, values: Values, identity: Identity) -> Bound:
        """Bind the rules that limit the rows one may see."""
        del values
        return (), bind_rows(self._target.rules, identity)

    def sql(self, writer: Writer, alias: str) -> str:
        """Write the row as a member."""
        return writer.dialect.nested(writer.relation(self.text, alias, self.columns))

    def text(self, writer: Writer, alias: str) -> str:
        """Write the row found by its key, as JSON text."""
        own, dialect = writer.alias(), writer.dialect
        where = [f"{own}.{remote.column} = {alias}.{local.column}" for local, remote in self._pairs]
        shown = rows_condition(self._target.rules, own, dialect, writer.taker(self._place))
        source = f"{self._target.table} AS {own} WHERE {' AND '.join(where)} LIMIT 1"
        outputs = self._target.outputs
        hidden = dialect.object([(self._guard, dialect.true)])
        if is_deep(outputs, dialect):
            page = writer.alias()
            columns, body = spread(outputs, writer, own, page)
            if shown:
                columns, body = f"{columns}, {shown[0]} AS shown", dialect.unless(f"{page}.shown", body, hidden)
            return f"(SELECT {body} FROM (SELECT {columns} FROM {source}) AS {page})"
        body = row_object(outputs, writer, own)
        if shown:
            body = dialect.unless(shown[0], body, hidden)
        return f"(SELECT {body} FROM {source})"


def is_deep(outputs: Sequence[Output], dialect: Dialect) -> bool:
    """Tell whether a row holds relations that SQLite had better read in a subquery's columns."""
    return dialect.splices and any(isinstance(output, RelatedRow | Many) for output in outputs)


def spread(outputs: Sequence[Output], writer: Writer, own: str, page: str) -> tuple[str, str]:
    """Write the columns of a subquery over `own`, and the row's object over its result `page`.

    A relation nested inside the object's expression would cost SQLite's parser, whose stack holds 100 symbols, twice
    as many of them.
    """
    dialect = writer.dialect
    plain = sorted({column for output in outputs if not isinstance(output, Nested) for column in output.columns})
    columns = [f"{own}.{column} AS {column}" for column in plain]
    pairs = []
    for number, output in enumerate(outputs):
        if isinstance(output, Nested):
            columns.append(f"{writer.relation(output.text, own, output.columns)} AS n{number}")
            pairs.append((output.key, dialect.nested(f"{page}.n{number}")))
        else:
            pairs.append((output.key, output.sql(writer, page)))
    return ", ".join(columns), dialect.object(pairs)


class Target:
    """The rows a place reads: their table, what is asked of each, and which of them the caller may see."""

    def __init__(self, table: str, outputs: Sequence[Output], rules: Sequence[RowRule]) -> None:
        self.table, self.outputs, self.rules = table, outputs, rules


class Items:
    """The `items` of a connection: what is asked of each row."""

    def __init__(self, key: str, outputs: Sequence[Output]) -> None:
        self.key, self.outputs = key, outputs


class NextToken:
    """The `nextToken` of a connection."""

    def __init__(self, key: str) -> None:
        self.key = key


Piece = Items | NextToken | Constant


class Listing:
    """Rows in order, a page at a time: a list, an index query or a hasMany field.

    `partition` are the columns that must equal the parent's (`parents`) or the arguments of the same name; without a
    value for the only partition argument, all rows are listed in the order they were created.
    """

    def __init__(
        self,
        *,
        place: int,
        table: str,
        pieces: Sequence[Piece],
        rules: Sequence[RowRule],
        operands: Mapping[str, Operand],
        arguments: Reader,
        constant: bool,
        partition: Sequence[KeyPart],
        parents: Sequence[Operand],
        sort: Sequence[KeyPart],
        sort_argument: str | None,
        unique: bool,
        limit: int,
        scope: str,
        connection: str,
        release: Release,
    ) -> None:
        self.place, self.table, self.pieces, self.rules = place, table, pieces, rules
        self._operands, self._arguments, self._partition, self.parents = operands, arguments, partition, parents
        self._sort, self._sort_argument, self._limit = sort, sort_argument, limit
        self.scope, self._connection, self._release = scope, connection, release
        row = KeyPart(field="", column=ROW, storage="int")
        if len(sort) > 1 and release.joined_keys:
            # Two keys may make the same text: the row tells them apart.
            self._sort, unique = (joined(sort),), False
        self._unsorted = Order(parts=(row,))
        self._sorted = Order(parts=tuple(self._sort) if unique and sort else (*self._sort, row))
        self.wants_token = any(isinstance(piece, NextToken) for piece in pieces)
        self._alike = constant
        self.constant = constant and not rules
        self._known: _Read | None = None

    def bind(self, values: Values, identity: Identity) -> Bound:
        """Answer the shape and parameters of this request's arguments.

        Order of the parameters: partition, sort key condition, filter, rules, place of the page, limit.
        """
        read = self._read(values)
        params = list(read.params)
        if self.rules and read.keyed and not self.parents:
            first = {self._partition[0].field: params[0]}
            refuse_foreign_keys(self.rules, first, identity, self.scope.partition(".")[2], self._connection)
        scope = self._scope(read) if read.token else ""
        params += bind_rows(self.rules, identity)
        if read.token:
            order = self._sorted if read.keyed else self._unsorted
            params += self._release.tokens.open(read.token, scope, order.storages)
        params.append(page_size(read.limit, self._limit))
        return (read.keyed, read.key, read.filter, read.descending, bool(read.token)), params

    def _read(self, values: Values) -> "_Read":
        if self._known is not None:
            return self._known
        read = self._read_anew(values)
        if self._alike:
            self._known = read
        return read

    def _read_anew(self, values: Values) -> "_Read":
        given = self._arguments(values)
        params: list[Any] = []
        keyed = bool(self.parents)
        if self._partition and not keyed:
            first = given.get(self._partition[0].field)
            if first is not None:
                params.append(first)
                keyed = True
        sort_test = given.get(self._sort_argument) if self._sort_argument else None
        if sort_test and not keyed:
            raise FieldError(
                f"When providing argument '{self._sort_argument}' you must also provide arguments "
                f"{self._partition[0].field}",
                "InvalidArgumentsError",
            )
        direction = given.get("sortDirection")
        if direction and not keyed and self._partition:
            raise FieldError(
                f"When providing argument 'sortDirection' you must also provide argument '{self._partition[0].field}'.",
                "InvalidArgumentsError",
            )
        key = flatten_key(sort_test, self._sort, params)
        filter_ = flatten(given.get("filter"), self._operands, params)
        descending = direction == "DESC"
        return _Read(keyed, key, filter_, descending, params, given.get("nextToken"), given.get("limit"))

    def scope_of(self, values: Values) -> str:
        """Name the list that a request asks for, to seal its token."""
        return self._scope(self._read(values))

    def _scope(self, read: "_Read") -> str:
        """Name a list by its field and arguments, page size and place left out."""
        return f"{self.scope}\n{read.params!r}{read.key!r}{read.filter!r}{read.descending}"

    def order(self, writer: Writer) -> Order:
        """Answer the order this request's rows come in."""
        return self._sorted if writer.shape(self.place)[0] else self._unsorted

    def rows(self, writer: Writer, alias: str, parent: str) -> tuple[str, str, str]:
        """Write what follows FROM: conditions and order, without LIMIT; and the placeholder of the page size."""
        keyed, key, filter_shape, descending, token = writer.shape(self.place)
        dialect, take = writer.dialect, writer.taker(self.place)
        where: list[str] = []
        if keyed:
            where += self._partition_condition(alias, parent, take)
            where += [f"{part.at(alias, dialect)} IS NOT NULL" for part in self._sort]
        where.append(key_condition(key, alias, self._sort, dialect, take))
        where.append(condition(filter_shape, alias, self._operands, dialect, take))
        where += rows_condition(self.rules, alias, dialect, take)
        order = self._sorted if keyed else self._unsorted
        if token:
            where.append(order.from_here(alias, dialect, take, descending=descending))
        conditions = " AND ".join(text for text in where if text)
        text = f"{self.table} AS {alias}" + (f" WHERE {conditions}" if conditions else "")
        return text, order.by(alias, dialect, descending=descending), take("int")

    def _partition_condition(self, alias: str, parent: str, take: Take) -> list[str]:
        if self.parents:
            pairs = zip(self._partition, self.parents, strict=True)
            return [f"{alias}.{part.column} = {parent}.{local.column}" for part, local in pairs]
        part = self._partition[0]
        return [f"{alias}.{part.column} = {take(part.storage)}"]


class _Read(NamedTuple):
    """What a listing's arguments say."""

    keyed: bool
    key: Shape
    filter: Shape
    descending: bool
    params: list[Any]
    token: str | None
    limit: int | None


class Many:
    """A hasMany field: a connection object beneath a row."""

    def __init__(self, key: str, listing: Listing, marker: str) -> None:
        self.key, self.listing, self._marker = key, listing, marker
        self.columns = frozenset(local.column for local in listing.parents)
        # Where only rows are asked for, the object around them is put on outside the statement.
        self.bare = listing.pieces[0] if len(listing.pieces) == 1 and isinstance(listing.pieces[0], Items) else None

    @property
    def constant(self) -> bool:
        """Whether every request binds the same."""
        return self.listing.constant

    def bind(self, values: Values, identity: Identity) -> Bound:
        """Bind the listing."""
        return self.listing.bind(values, identity)

    def sql(self, writer: Writer, alias: str) -> str:
        """Write the connection as a member."""
        return writer.dialect.nested(writer.relation(self.text, alias, self.columns))

    def text(self, writer: Writer, alias: str) -> str:
        """Write the connection as JSON text; its token is a marked place that is sealed once the answer is here."""
        main = next((piece for piece in self.listing.pieces if isinstance(piece, Items)), None)
        dialect = writer.dialect
        if main is None or not dialect.splices:
            pairs = [(piece.key, self._piece(piece, writer, alias)) for piece in self.listing.pieces]
            return dialect.object_text(pairs)
        array, source = self._items(main, writer, alias)
        pairs = [
            (piece.key, array if piece is main else self._piece(piece, writer, alias)) for piece in self.listing.pieces
        ]
        return f"(SELECT {dialect.object_text(pairs)} FROM {source})"

    def elements(self, writer: Writer, alias: str) -> str:
        """Write what stands between the brackets of a bare connection's rows, null where there are none."""
        assert self.bare is not None  # noqa: S101 - who asks has looked
        body, source = self._page(self.bare, writer, alias)
        return f"(SELECT {writer.dialect.joined(body)} FROM {source})"

    def _piece(self, piece: Piece, writer: Writer, alias: str) -> str:
        if isinstance(piece, Constant):
            return "NULL" if piece.word is None else writer.dialect.word_text(piece.word)
        if isinstance(piece, Items):
            array, source = self._items(piece, writer, alias)
            return f"(SELECT {array} FROM {source})"
        return self._token(writer, alias)

    def _items(self, piece: Items, writer: Writer, alias: str) -> tuple[str, str]:
        """Write the array of a page's rows, and the subquery it aggregates."""
        body, source = self._page(piece, writer, alias)
        return writer.dialect.array(body), source

    def _page(self, piece: Items, writer: Writer, alias: str) -> tuple[str, str]:
        """Write a row of a page, and the subquery that answers the page."""
        own, page, dialect = writer.alias(), writer.alias(), writer.dialect
        source, order, limit = self.listing.rows(writer, own, alias)
        if is_deep(piece.outputs, dialect):
            columns, body = spread(piece.outputs, writer, own, page)
        else:
            columns, body = f"{row_object(piece.outputs, writer, own)} AS j", f"{page}.j"
        rows = f"SELECT {columns} FROM {source} ORDER BY {order} LIMIT {limit}"
        return body, f"({rows}) AS {page}"

    def _token(self, writer: Writer, alias: str) -> str:
        own = writer.alias()
        source, order, limit = self.listing.rows(writer, own, alias)
        dialect = writer.dialect
        place = self.listing.order(writer).place(own, dialect)
        members = [("listing", str(self.listing.place)), *((f"k{n}", column) for n, column in enumerate(place))]
        marked = dialect.object([(self._marker, dialect.object(members))])
        return f"(SELECT {marked} FROM {source} ORDER BY {order} LIMIT 1 OFFSET {limit})"


class RowText:
    """How the JSON text of a row leaves the statement: whole, or in columns that are joined here.

    SQLite parses again what a subquery answers before it embeds it, so relations leave it in columns of their own.
    """

    def __init__(self, outputs: Sequence[Output], dialect: Dialect) -> None:
        self._groups: list[list[Output] | Nested] = []
        for output in outputs:
            if dialect.splices and isinstance(output, RelatedRow | Many):
                self._groups.append(output)
            elif self._groups and isinstance(self._groups[-1], list):
                self._groups[-1].append(output)
            else:
                self._groups.append([output])
        self._frames = [_frame(group) for group in self._groups]
        self.width = max(len(self._groups), 1)
        self._whole = self.width == 1 and not (self._frames and self._frames[0].nested)
        # One relation behind the columns is the usual list: it is framed without a step for each column.
        self._pair = self.width == 2 and not self._frames[0].nested and self._frames[1].nested

    def columns(self, writer: Writer, alias: str) -> list[str]:
        """Write the columns."""
        if not self._groups:
            return [writer.dialect.text(writer.dialect.object([]))]
        return [_column(group, writer, alias) for group in self._groups]

    def texts(self, rows: Sequence[Sequence[Any]], start: int) -> list[str]:
        """Answer the texts of rows whose columns begin at `start`."""
        if self._whole:
            return [row[start] for row in rows]
        if self._pair and start == 0:
            head, tail, missing = self._frames[1]
            return [f"{row[0][:-1]},{head}{row[1] or missing}{tail}}}" for row in rows]
        return [self.of(row, start) for row in rows]

    def of(self, row: Sequence[Any], start: int = 0) -> str:
        """Answer the text of a row whose columns begin at `start`."""
        if self._whole:
            text: str = row[start]
            return text
        parts = [
            f"{frame.head}{value or frame.missing}{frame.tail}" if frame.nested else value[1:-1]
            for frame, value in zip(self._frames, row[start : start + self.width], strict=True)
        ]
        return "{" + ",".join(parts) + "}"


class _Frame(NamedTuple):
    """What stands around a relation's column: `missing` is put for null. A group of columns has no `head`."""

    head: str
    tail: str
    missing: str

    @property
    def nested(self) -> bool:
        """Whether the column is a relation's."""
        return bool(self.head)


def _frame(group: "list[Output] | Nested") -> _Frame:
    if isinstance(group, list):
        return _Frame("", "", "")
    if isinstance(group, Many) and group.bare is not None:
        return _Frame(f'"{group.key}":{{"{group.bare.key}":[', "]}", "")
    return _Frame(f'"{group.key}":', "", "null")


def _column(group: "list[Output] | Nested", writer: Writer, alias: str) -> str:
    if isinstance(group, list):
        return writer.dialect.text(row_object(group, writer, alias))
    if isinstance(group, Many) and group.bare is not None:
        return writer.relation(group.elements, alias, group.columns)
    return writer.relation(group.text, alias, group.columns)


Nested = RelatedRow | Many


class Selector:
    """Reads the selections of one root field and collects its places."""

    def __init__(
        self,
        release: Release,
        access: Access,
        fragments: Mapping[str, FragmentDefinitionNode],
        switches: Mapping[str, bool],
        marker: str,
        *,
        mutation: bool = False,
    ) -> None:
        self.release, self.access, self.guard, self._mutation = release, access, f"{marker}-hidden", mutation
        self.places: list[Place] = []
        self.checks: list[Check] = []
        self.required: set[Path] = set()
        self._fragments, self._switches, self._marker = fragments, switches, marker

    # Reading the document ------------------------------------------------------------------------------------------

    def fields(self, type_name: str, sets: Sequence[SelectionSetNode | None]) -> Fields:
        """Answer the fields selected on an object type, fragments opened and switches applied."""
        found: Fields = {}
        for set_ in sets:
            if set_ is not None:
                self._collect(type_name, set_, found, set())
        return found

    def _collect(self, type_name: str, set_: SelectionSetNode, found: Fields, seen: set[str]) -> None:
        for node in set_.selections:
            if not self._is_on(node):
                continue
            if isinstance(node, FieldNode):
                key = node.alias.value if node.alias else node.name.value
                found.setdefault(key, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                if node.type_condition is None or self._applies(node.type_condition.name.value, type_name):
                    self._collect(type_name, node.selection_set, found, seen)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                fragment = self._fragments[node.name.value]
                if self._applies(fragment.type_condition.name.value, type_name):
                    self._collect(type_name, fragment.selection_set, found, seen)

    def _is_on(self, node: Any) -> bool:
        for directive in node.directives or ():
            name = directive.name.value
            if name in {"skip", "include"}:
                value = directive.arguments[0].value
                on = self._switches[value.name.value] if isinstance(value, VariableNode) else value.value
                if on == (name == "skip"):
                    return False
        return True

    def _applies(self, condition_: str, type_name: str) -> bool:
        if condition_ == type_name:
            return True
        wider = self.release.schema.type_map.get(condition_)
        if not is_abstract_type(wider):
            return False
        narrow: Any = self.release.schema.type_map[type_name]
        return self.release.schema.is_sub_type(_abstract(wider), narrow)

    # Rows ----------------------------------------------------------------------------------------------------------

    def outputs(self, entity: Entity, nodes: Sequence[FieldNode], path: Path) -> list[Output]:
        """Answer what the nodes ask of each row of an entity."""
        found: list[Output] = []
        type_: Any = self.release.schema.type_map[entity.name]
        for key, same in self.fields(entity.name, [node.selection_set for node in nodes]).items():
            definition = type_.fields.get(same[0].name.value)
            if definition is not None and is_non_null_type(definition.type):
                self.required.add((*path, key))
            found.append(self._output(entity, key, same, (*path, key)))
        return found

    def _output(self, entity: Entity, key: str, nodes: list[FieldNode], path: Path) -> Output:
        name = nodes[0].name.value
        if name == "__typename":
            return Constant(key, entity.name)
        field = self.release.field(entity.name, name)
        if field is None:
            return Constant(key, None)
        rules = self.access.reads_field(entity, name)
        if rules is None:
            return self._refused(key, nodes[0], entity, path, Unauthorized(name, entity.name))
        if field.calls or field.http:
            return self._refused(key, nodes[0], entity, path, not_served(field.name))
        if self._mutation and field.relation is None and self.access.is_guarded(entity, name):
            return Constant(key, None)
        shown = self._shown(entity, field, key, nodes, path)
        return self._guarded(shown, rules, entity, nodes[0], path) if rules else shown

    def _shown(self, entity: Entity, field: Field, key: str, nodes: list[FieldNode], path: Path) -> Output:
        if field.relation is not None:
            return self._related(entity, field.relation, key, nodes, path)
        operand = self.release.column(entity, field.name)
        if field.kind == "embedded":
            inner = (*path, "*") if field.is_list else path
            return Embedded(key, operand, self._parts(field.type, nodes, inner), list_=field.is_list)
        return Owner(key, operand) if field.name in owner_fields(entity) else Scalar(key, operand)

    def _guarded(self, shown: Output, rules: Sequence[RowRule], entity: Entity, node: FieldNode, path: Path) -> Output:
        place = self.place()
        guarded = Guarded(shown, place, rules, self.guard)
        self.places[place] = guarded
        self._check(node, entity, path, Unauthorized(node.name.value, entity.name), self.guard)
        return guarded

    def _refused(self, key: str, node: FieldNode, entity: Entity, path: Path, error: FieldError | None) -> Constant:
        """Answer null for a field, and have every instance told (`error` None: where it is null)."""
        self._check(node, entity, path, error, None)
        return Constant(key, None)

    def _check(
        self, node: FieldNode, entity: Entity | Embedded_, path: Path, error: FieldError | None, guard: str | None
    ) -> None:
        type_: Any = self.release.schema.type_map[entity.name]
        named = get_named_type(type_.fields[node.name.value].type).name
        location = location_of(node)
        self.checks.append(
            Check(path=path, location=location, parent=entity.name, type=named, error=error, guard=guard)
        )

    def _parts(self, type_name: str, nodes: Sequence[FieldNode], path: Path) -> list[Part | Constant]:
        found: list[Part | Constant] = []
        for key, same in self.fields(type_name, [node.selection_set for node in nodes]).items():
            name = same[0].name.value
            field = self.release.field(type_name, name)
            if name == "__typename" or field is None:
                found.append(Constant(key, type_name if name == "__typename" else None))
            elif field.auth is not None and not self.access.may_ask(field.auth):
                holder = self.release.embedded[type_name]
                self._check(same[0], holder, (*path, key), Unauthorized(name, type_name), None)
                found.append(Constant(key, None))
            elif field.kind == "embedded":
                deeper = (*path, key, "*") if field.is_list else (*path, key)
                inner = self._parts(field.type, same, deeper)
                found.append(Part(key, name, inner, list_=field.is_list))
            else:
                found.append(Part(key, name, None, list_=field.is_list))
        return found

    # Relations -----------------------------------------------------------------------------------------------------

    def _related(self, entity: Entity, relation: Relation, key: str, nodes: list[FieldNode], path: Path) -> Output:
        if not relation.local:
            return Constant(key, None)
        target = self.release.entities[relation.target]
        grant = self.access.reads(target, "list" if relation.kind == "hasMany" else "get")
        if grant is None:
            return self._refused(key, nodes[0], entity, path, Unauthorized(nodes[0].name.value, entity.name))
        if path in self.required:
            self._check(nodes[0], entity, path, None, None)
        elif self._mutation and self._is_redacted(entity, target, nodes[0].name.value):
            return self._redacted(entity, relation, key, nodes)
        if relation.kind == "hasMany":
            return self._many(entity, relation, key, nodes, path, grant)
        place = self.place()
        pairs = [
            (self.release.column(entity, local), self.release.column(target, remote))
            for local, remote in zip(relation.local, relation.remote, strict=True)
        ]
        outputs = self.outputs(target, nodes, path)
        row = RelatedRow(key, place, Target(self.release.table_name(target), outputs, grant), pairs, self.guard)
        self.places[place] = row
        if grant:
            self._check(nodes[0], entity, path, Unauthorized(nodes[0].name.value, target.name), self.guard)
        return row

    def _is_redacted(self, entity: Entity, target: Entity, field: str) -> bool:
        """Tell whether a relation is left out of mutations' answers: subscribers get them."""
        if entity.subscriptions != "on" or self.release.model.flags.subscriptions_inherit_primary_auth:
            return False
        return self.access.is_redacted(entity, target, field)

    def _redacted(self, entity: Entity, relation: Relation, key: str, nodes: Sequence[FieldNode]) -> Output:
        if relation.kind != "hasMany":
            return Constant(key, None)
        parent: Any = self.release.schema.type_map[entity.name]
        connection = get_named_type(parent.fields[nodes[0].name.value].type).name
        pieces: list[tuple[str, str | None]] = []
        for name, same in self.fields(connection, [node.selection_set for node in nodes]).items():
            word = {"items": None, "__typename": literal(connection)}.get(same[0].name.value, "NULL")
            pieces.append((name, word))
        return Redacted(key, pieces)

    def _many(
        self,
        entity: Entity,
        relation: Relation,
        key: str,
        nodes: list[FieldNode],
        path: Path,
        rules: Sequence[RowRule],
    ) -> Output:
        target = self.release.entities[relation.target]
        index = next((index for index in target.indexes if index.name == relation.index), None)
        columns = index.fields if index else target.key
        led = columns[: len(relation.remote)] == relation.remote
        listing = self.listing(
            target,
            nodes,
            path,
            parent_type=entity.name,
            partition=relation.remote,
            parents=[self.release.column(entity, local) for local in relation.local],
            sort=columns[len(relation.remote) :] if led else (),
            unique=index is None and led,
            limit=relation.limit,
            rules=rules,
        )
        many = Many(key, listing, self._marker)
        self.places[listing.place] = many
        return many

    def listing(
        self,
        entity: Entity,
        nodes: list[FieldNode],
        path: Path,
        *,
        parent_type: str,
        partition: Sequence[str],
        parents: Sequence[Operand],
        sort: Sequence[str],
        unique: bool,
        limit: int,
        rules: Sequence[RowRule],
    ) -> Listing:
        """Make the listing that a connection field asks for, and its place."""
        place = self.place()
        node = nodes[0]
        parent: Any = self.release.schema.type_map[parent_type]
        definition = parent.fields[node.name.value]
        known = {"filter", "limit", "nextToken", "sortDirection", *partition}
        sort_argument = next((name for name in definition.args if name not in known), None)
        connection = get_named_type(definition.type).name
        operands = self.release.operands(entity)
        parts = [
            [KeyPart(field=name, column=operands[name].column, storage=operands[name].storage) for name in names]
            for names in (partition, sort)
        ]
        listing = Listing(
            place=place,
            table=self.release.table_name(entity),
            pieces=self._pieces(entity, connection, nodes, path),
            rules=rules,
            operands=operands,
            arguments=arguments(node.arguments or (), definition.args, self.release.coercers),
            constant=is_constant(node.arguments or ()),
            partition=parts[0],
            parents=parents,
            sort=parts[1],
            sort_argument=sort_argument,
            unique=unique,
            limit=limit,
            scope=f"{parent_type}.{node.name.value}",
            connection=connection,
            release=self.release,
        )
        self.places[place] = listing
        return listing

    def _pieces(self, entity: Entity, connection: str, nodes: Sequence[FieldNode], path: Path) -> list[Piece]:
        pieces: list[Piece] = []
        for key, same in self.fields(connection, [node.selection_set for node in nodes]).items():
            match same[0].name.value:
                case "items":
                    pieces.append(Items(key, self.outputs(entity, same, (*path, key, "*"))))
                case "nextToken":
                    pieces.append(NextToken(key))
                case "__typename":
                    pieces.append(Constant(key, connection))
                case _:
                    pieces.append(Constant(key, None))
        return pieces

    def place(self) -> int:
        """Set aside the next place; whoever asked fills it once its own fields are read."""
        self.places.append(_NOTHING)
        return len(self.places) - 1


class _Nothing:
    """A place whose owner is still being read."""

    constant = True

    def bind(self, values: Values, identity: Identity) -> Bound:
        """Bind nothing."""
        del values, identity
        return (), []


_NOTHING = _Nothing()


def not_served(field: str) -> FieldError:
    """Answer the error of a field whose resolver is a Lambda function or an HTTP endpoint."""
    return FieldError(
        f"The field {field} is answered by a function, and functions are not served here yet.", "Lambda:Unhandled"
    )


def location_of(node: FieldNode) -> Location | None:
    """Answer where a field stands in its document."""
    if node.loc is None:
        return None
    return Location(line=node.loc.start_token.line, column=node.loc.start_token.column)


def _abstract(type_: Any) -> GraphQLAbstractType:
    wider: GraphQLAbstractType = type_
    return wider
