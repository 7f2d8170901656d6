"""The root fields of an operation, each ready to be asked again and again.

A root field answers JSON text. Its statement is written once per shape of the request's values and kept; what is left
for a request is to bind parameters, run one statement and frame the rows.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from graphql import FieldNode, get_named_type
from msgspec import Struct

from preamp.db.space import Space, UniqueViolation
from preamp.graphql.coerce import Reader, Values, arguments, variables_of
from preamp.graphql.errors import ConditionFailed, FieldError, Location, Unauthorized
from preamp.graphql.identity import Identity
from preamp.graphql.inputs import Validations, check_composite_keys, composite_keys, defaults_of
from preamp.graphql.layout import stored_fields
from preamp.graphql.model import Entity, Root
from preamp.graphql.plan import mutate
from preamp.graphql.plan.auth import (
    RowRule,
    Writes,
    admitted_input,
    bind_rows,
    needs,
    refuse_foreign_keys,
    rows_condition,
    why_not,
    writes,
)
from preamp.graphql.plan.filter import flatten, holds_for_nothing
from preamp.graphql.plan.mutate import Stored, Written
from preamp.graphql.plan.page import DEFAULT_LIMIT
from preamp.graphql.plan.select import Items, Listing, Many, NextToken, RowText, Selector, location_of, not_served
from preamp.graphql.plan.write import Bound, Writer
from preamp.graphql.release import Release
from preamp.graphql.rules import list_fields
from preamp.kit import ids

MOST_TEXTS = 64
"""Statement texts kept for one root field."""


class Asked(Struct):
    """What one request brings: its variables, who asks, and where rows are."""

    values: Values
    identity: Identity
    space: Space
    now: Callable[[], float]


class Spot(NamedTuple):
    """Where a root field stands: its key and location, the mark of its tokens, its nodes and its arguments."""

    key: str
    location: Location | None
    marker: str
    nodes: list[FieldNode]
    given: Reader


class RootField(Protocol):
    """One root field of a plan."""

    key: str
    location: Location | None

    async def answer(self, asked: Asked) -> str:
        """Answer the field's JSON text. Raises FieldError."""
        ...


class Fixed:
    """A field whose answer no row decides: `__typename`, introspection, or a refusal."""

    def __init__(self, key: str, location: Location | None, text: str, error: FieldError | None = None) -> None:
        self.key, self.location, self._text, self._error = key, location, text, error

    async def answer(self, asked: Asked) -> str:
        """Answer the text, or raise the refusal."""
        del asked
        if self._error:
            raise self._error
        return self._text


class _Compiled:
    """What root fields over an entity share: places, kept statements, tokens in answers."""

    def __init__(self, spot: Spot, selector: Selector) -> None:
        self.key, self.location = spot.key, spot.location
        self._selector = selector
        self._release = selector.release
        self._marker = '{"' + spot.marker + '"'
        self._texts: dict[Any, Any] = {}
        self._marked = False

    def finish(self) -> None:
        """Note what answers may hold, once the selection is read."""
        self._places = self._selector.places
        self._alone = len(self._places) == 1
        self._marked = any(isinstance(place, Many) and place.listing.wants_token for place in self._places)

    def _bind(self, asked: Asked) -> list[Bound]:
        return [place.bind(asked.values, asked.identity) for place in self._places]

    def _text(self, bounds: list[Bound], write: Callable[[Writer], Any]) -> Any:
        shape = bounds[0][0] if len(bounds) == 1 else tuple([bound[0] for bound in bounds])
        text = self._texts.get(shape)
        if text is None:
            if len(self._texts) >= MOST_TEXTS:
                self._texts.clear()
            text = self._texts[shape] = write(Writer(self._release.dialect, bounds))
        return text

    def _sealed(self, text: str, values: Values) -> str:
        """Put real tokens where the statement marked a place in a list."""
        if not self._marked or self._marker not in text:
            return text
        pieces: list[str] = []
        decoder = json.JSONDecoder()
        done = 0
        while (start := text.find(self._marker, done)) >= 0:
            found, end = decoder.raw_decode(text, start)
            ((_, place),) = found.items()
            many: Any = self._places[place.pop("listing")]
            token = self._release.tokens.seal(list(place.values()), many.listing.scope_of(values))
            pieces += (text[done:start], f'"{token}"')
            done = end
        return "".join([*pieces, text[done:]])


class Get(_Compiled):
    """One row by its key."""

    def __init__(self, spot: Spot, selector: Selector, entity: Entity, rules: Sequence[RowRule]) -> None:
        super().__init__(spot, selector)
        self._entity, self._given, self._rules = entity, spot.given, rules
        self._name = spot.nodes[0].name.value
        self._operands = [selector.release.column(entity, name) for name in entity.key]
        self.constant = False
        self._place = selector.place()
        self._row_text = RowText(selector.outputs(entity, spot.nodes, (spot.key,)), self._release.dialect)
        selector.places[self._place] = self
        self.finish()
        variables = variables_of(spot.nodes[0].arguments or (), entity.key)
        self._direct: tuple[str, tuple[str, ...]] | None = None
        if self._alone and not rules and variables:
            # The usual get: one text for all requests, its parameters the variables as they are.
            self._direct = self._write(Writer(self._release.dialect, [((), list(variables))]))[0], variables

    def bind(self, values: Values, identity: Identity) -> Bound:
        """Bind the key and the row rules."""
        given = self._given(values)
        if self._rules:
            refuse_foreign_keys(self._rules, given, identity, self._name, self._entity.name)
            return (), [*(given[name] for name in self._entity.key), *bind_rows(self._rules, identity)]
        return (), [given[name] for name in self._entity.key]

    async def answer(self, asked: Asked) -> str:
        """Answer the row, null where there is none. Raises Unauthorized for a row the caller may not see."""
        if self._direct is not None:
            sql, names = self._direct
            values = asked.values
            params = [values[names[0]]] if len(names) == 1 else [values[name] for name in names]
            rows = await asked.space.read(sql, params)
            return self._row_text.of(rows[0]) if rows else "null"
        bounds = [self.bind(asked.values, asked.identity)] if self._alone else self._bind(asked)
        sql, probe = self._text(bounds, self._write)
        params = bounds[0][1] if self._alone else [param for bound in bounds for param in bound[1]]
        rows = await asked.space.read(sql, params)
        if rows:
            return self._sealed(self._row_text.of(rows[0]), asked.values)
        if self._rules:
            key = bounds[self._place][1][: len(self._operands)]
            if await asked.space.read(probe, key):
                raise Unauthorized(self._name, self._entity.name)
        return "null"

    def _write(self, writer: Writer) -> tuple[str, str]:
        dialect, take = writer.dialect, writer.taker(self._place)
        alias = writer.alias()
        table = self._release.table_name(self._entity)
        where = [f"{alias}.{operand.column} = {take(operand.storage)}" for operand in self._operands]
        probe = f"SELECT 1 FROM {table} AS {alias} WHERE {' AND '.join(where)}"
        where += rows_condition(self._rules, alias, dialect, take)
        body = ", ".join(self._row_text.columns(writer, alias))
        return f"SELECT {body} FROM {table} AS {alias} WHERE {' AND '.join(where)}", probe


class _Page(NamedTuple):
    """One page's statement, its parameters and how many rows it answers."""

    sql: str
    params: list[Any]
    size: int


class ListRows(_Compiled):
    """A list or index query: a page of rows."""

    def __init__(self, spot: Spot, selector: Selector, listing: Listing) -> None:
        super().__init__(spot, selector)
        self._listing = listing
        pieces = [piece for piece in listing.pieces if isinstance(piece, Items)]
        self._items = {piece.key: RowText(piece.outputs, self._release.dialect) for piece in pieces}
        self._width = sum(text.width for text in self._items.values())
        self.finish()
        self._constant = all(place.constant for place in self._places)
        self._bound: _Page | None = None

    async def answer(self, asked: Asked) -> str:
        """Answer the connection object of one page."""
        page = self._bound or self._page(asked)
        size = page.size
        rows = await asked.space.read(page.sql, page.params)
        more = rows[size] if len(rows) > size else None
        return self._sealed(self._frame(rows[:size] if more else rows, more, asked), asked.values)

    def _page(self, asked: Asked) -> "_Page":
        """Bind a page; it reads one row more than it answers, where the next one may start."""
        bounds = self._bind(asked)
        sql = self._text(bounds, self._write)
        params = [param for bound in bounds for param in bound[1]]
        limit_at = sum(len(bound[1]) for bound in bounds[: self._listing.place + 1]) - 1
        size = params[limit_at]
        if self._listing.wants_token:
            params[limit_at] = size + 1
        page = _Page(sql, params, size)
        if self._constant:
            self._bound = page
        return page

    def _frame(self, rows: Sequence[Sequence[Any]], more: Sequence[Any] | None, asked: Asked) -> str:
        members: list[str] = []
        column = 0
        for piece in self._listing.pieces:
            if isinstance(piece, Items):
                text = self._items[piece.key]
                members.append(f'"{piece.key}":[{",".join(text.texts(rows, column))}]')
                column += text.width
            elif isinstance(piece, NextToken):
                token = "null" if more is None else self._token(more, asked)
                members.append(f'"{piece.key}":{token}')
            else:
                members.append(f'"{piece.key}":{json.dumps(piece.word)}')
        return f"{{{','.join(members)}}}"

    def _token(self, more: Sequence[Any], asked: Asked) -> str:
        place = list(more[self._width :])
        return f'"{self._release.tokens.seal(place, self._listing.scope_of(asked.values))}"'

    def _write(self, writer: Writer) -> str:
        alias = writer.alias()
        source, order, limit = self._listing.rows(writer, alias, "")
        columns = [column for text in self._items.values() for column in text.columns(writer, alias)]
        if self._listing.wants_token:
            columns += self._listing.order(writer).place(alias, writer.dialect)
        return f"SELECT {', '.join(columns or ['1'])} FROM {source} ORDER BY {order} LIMIT {limit}"


class _Mutation(_Compiled):
    """What create, update and delete share."""

    def __init__(self, spot: Spot, selector: Selector, entity: Entity) -> None:
        super().__init__(spot, selector)
        self._entity, self._given = entity, spot.given
        self._name = spot.nodes[0].name.value
        self._table = written(selector.release, entity)
        self._validations, self._composites = Validations(entity), composite_keys(entity)
        self._place = selector.place()
        self._row_text = RowText(selector.outputs(entity, spot.nodes, (spot.key,)), self._release.dialect)
        self._related = len(selector.places) > 1
        self.constant = False
        selector.places[self._place] = self
        self.finish()

    def bind(self, values: Values, identity: Identity) -> Bound:
        """Bind nothing here: the written row binds itself in `answer`, where the clock is at hand."""
        raise NotImplementedError

    async def answer(self, asked: Asked) -> str:
        """Write and answer the row."""
        raise NotImplementedError

    def _expected(self, input_: Mapping[str, Any], condition: Any) -> tuple[Mapping[str, Any], Any]:
        """Answer the input without @versioned's member, and the condition with the version it expects."""
        versioned = self._entity.versioned
        if versioned is None:
            return input_, condition
        rest = {name: value for name, value in input_.items() if name != versioned.expected}
        test = {versioned.field: {"eq": input_[versioned.expected]}}
        return rest, {"and": [test, condition]} if condition else test

    def _others(self, asked: Asked) -> list[Bound]:
        return [place.bind(asked.values, asked.identity) for place in self._places[1:]]

    def _body(self, writer: Writer, alias: str) -> str:
        return ", ".join(self._row_text.columns(writer, alias))

    def _reading(self, key: Sequence[Any], others: list[Bound]) -> tuple[str, list[Any]]:
        """Answer the statement that reads the written row with its relations, and its parameters."""
        bounds: list[Bound] = [("read", list(key)), *others]
        return self._text(bounds, self._write_reading), [param for bound in bounds for param in bound[1]]

    def _write_reading(self, writer: Writer) -> str:
        take, alias = writer.taker(0), writer.alias()
        where = [f"{alias}.{one.operand.column} = {take(one.operand.storage)}" for one in self._table.key]
        return f"SELECT {self._body(writer, alias)} FROM {self._table.target} AS {alias} WHERE {' AND '.join(where)}"


class Create(_Mutation):
    """A new row."""

    def __init__(self, spot: Spot, selector: Selector, entity: Entity, grant: Writes) -> None:
        super().__init__(spot, selector, entity)
        self._writes, self._lists, self._defaults = grant, list_fields(entity), tuple(defaults_of(entity).items())
        self._stamped = tuple(name for name in (entity.created_at, entity.updated_at) if name)
        self._unbound = grant.free or (any("create" in role.all for role in grant.met) and not grant.by_row)

    async def answer(self, asked: Asked) -> str:
        """Write the row and answer it. Raises ConditionFailed where its key is taken."""
        given = self._given(asked.values)
        row = self._row(given["input"], asked)
        condition = given.get("condition")
        if condition and not holds_for_nothing(flatten(condition, self._table.operands, []), self._table.operands):
            raise ConditionFailed
        params = self._table.row(row)
        own: Bound = ("insert", params)
        try:
            if not self._related:
                answers = await asked.space.write((self._text([own], self._write), params))
            else:
                sql = self._text([("insert blind", params)], self._write_blind)
                key = [row[name] for name in self._entity.key]
                answers = await asked.space.write((sql, params), self._reading(key, self._others(asked)))
        except UniqueViolation:
            raise ConditionFailed from None
        return self._sealed(self._row_text.of(answers[-1][0]), asked.values)

    def _row(self, input_: Mapping[str, Any], asked: Asked) -> dict[str, Any]:
        """Answer the whole row: the input with defaults, owners, id and timestamps filled in."""
        entity = self._entity
        row = dict(input_)
        for name, value in self._defaults:
            if row.get(name) is None:
                row[name] = value
        if not self._unbound:
            row = admitted_input(self._writes, row, asked.identity, self._lists)
        self._validations.check(row)
        if entity.id_auto and row.get("id") is None:
            row["id"] = ids.uuid4()
        if self._stamped:
            stamp = iso(asked.now())
            for name in self._stamped:
                if row.get(name) is None:
                    row[name] = stamp
        if entity.versioned is not None:
            row[entity.versioned.field] = 1
        check_composite_keys(self._composites, row, "creating")
        self._table.refuse_nulls(row)
        return row

    def _write(self, writer: Writer) -> str:
        return mutate.insert(self._table, self._body(writer, self._table.alias), writer)

    def _write_blind(self, writer: Writer) -> str:
        return mutate.insert(self._table, "1", writer)


class Update(_Mutation):
    """Changes to a row that is there."""

    def __init__(self, spot: Spot, selector: Selector, entity: Entity, grant: Writes) -> None:
        super().__init__(spot, selector, entity)
        self._writes = grant

    async def answer(self, asked: Asked) -> str:
        """Write the fields given and answer the row. Raises ConditionFailed, Unauthorized."""
        given = self._given(asked.values)
        input_, condition = self._expected(given["input"], given.get("condition"))
        demands = needs(self._writes, input_)
        key = [input_[name] for name in self._entity.key]
        if demands and not all(demands):
            await self._refuse(input_, key, asked)
        row = self._row(input_, asked)
        versioned = self._entity.versioned
        if versioned is not None:
            row[versioned.field] = given["input"][versioned.expected] + 1
        fields = self._table.fields
        names = tuple(name for name in fields if name in row and name not in self._entity.key)
        params = [*(fields[name].encode(row[name]) for name in names), *key]
        if not names:
            names = (self._entity.key[0],)
            params.insert(0, key[0])
        test = flatten(condition, self._table.operands, params)
        rules = self._writes.by_row
        params += bind_rows([rules[number] for number in mutate.needed(demands)], asked.identity)
        if not self._related:
            own: Bound = ((names, test, demands), params)
            answers = await asked.space.write((self._text([own], self._write), params))
        else:
            sql = self._text([((names, test, demands, "blind"), params)], self._write_blind)
            answers = await asked.space.write((sql, params), self._reading(key, self._others(asked)))
        if not answers[-1]:
            await self._refuse(input_, key, asked)
        return self._sealed(self._row_text.of(answers[-1][0]), asked.values)

    def _row(self, input_: Mapping[str, Any], asked: Asked) -> dict[str, Any]:
        row = dict(input_)
        self._validations.check(row)
        if self._entity.updated_at and row.get(self._entity.updated_at) is None:
            row[self._entity.updated_at] = iso(asked.now())
        check_composite_keys(self._composites, row, "updating")
        self._table.refuse_nulls(row)
        return row

    async def _refuse(self, input_: Mapping[str, Any], key: Sequence[Any], asked: Asked) -> None:
        """Raise what explains that the row was not changed."""
        rules = self._writes.by_row
        held = [False] * len(rules)
        if rules:
            params = [*key, *bind_rows(rules, asked.identity)]
            sql = self._text([("probe", params)], lambda writer: mutate.probe(self._table, writer, rules))
            rows = await asked.space.read(sql, params)
            if rows:
                held = [bool(value) for value in rows[0]]
        if not self._writes.free:
            refusal = why_not(self._writes, input_, held)
            if refusal is not None:
                raise refusal
        raise ConditionFailed

    def _write(self, writer: Writer) -> str:
        return mutate.update(self._table, self._body(writer, self._table.alias), writer, self._writes.by_row)

    def _write_blind(self, writer: Writer) -> str:
        return mutate.update(self._table, "1", writer, self._writes.by_row)


class Delete(_Mutation):
    """The end of a row."""

    def __init__(self, spot: Spot, selector: Selector, entity: Entity, rules: Sequence[RowRule]) -> None:
        super().__init__(spot, selector, entity)
        self._rules = rules

    async def answer(self, asked: Asked) -> str:
        """Remove the row and answer what it was. Raises ConditionFailed, Unauthorized."""
        given = self._given(asked.values)
        input_, condition = self._expected(given["input"], given.get("condition"))
        key = [input_[name] for name in self._entity.key]
        params = list(key)
        test = flatten(condition, self._table.operands, params)
        params += bind_rows(self._rules, asked.identity)
        if not self._related:
            answers = await asked.space.write((self._text([((test,), params)], self._write), params))
        else:
            others = self._others(asked)
            reading = self._text([((test, "read"), params), *others], self._write_select)
            blind = self._text([((test, "blind"), params)], self._write_blind)
            flat = [*params, *(param for bound in others for param in bound[1])]
            answers = await asked.space.write((reading, flat), (blind, params))
        if not answers[-1]:
            await self._refuse(key, asked)
        return self._sealed(self._row_text.of(answers[0][0]), asked.values)

    async def _refuse(self, key: Sequence[Any], asked: Asked) -> None:
        """Raise what explains that the row was not removed: a row that is not the caller's, or a condition."""
        if self._rules:
            params = [*key, *bind_rows(self._rules, asked.identity)]
            sql = self._text([("probe", params)], lambda writer: mutate.probe(self._table, writer, self._rules))
            rows = await asked.space.read(sql, params)
            if not rows or not any(rows[0]):
                raise Unauthorized(self._name, self._entity.name)
        raise ConditionFailed

    def _write(self, writer: Writer) -> str:
        return mutate.delete(self._table, self._body(writer, self._table.alias), writer, self._rules)

    def _write_blind(self, writer: Writer) -> str:
        return mutate.delete(self._table, "1", writer, self._rules)

    def _write_select(self, writer: Writer) -> str:
        return mutate.select(self._table, self._body(writer, self._table.alias), writer, self._rules)


@lru_cache(maxsize=2)
def _second(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")


@lru_cache(maxsize=4)
def _iso(milliseconds: int) -> str:
    return f"{_second(milliseconds // 1000)}.{milliseconds % 1000:03d}Z"


def iso(seconds: float) -> str:
    """Write a time as AppSync stamps rows: in UTC, with milliseconds and Z."""
    return _iso(int(seconds * 1000))


def written(release: Release, entity: Entity) -> Written:
    """Answer the table that mutations of an entity write."""
    fields = {
        field.name: Stored(field=field, operand=release.column(entity, field.name)) for field in stored_fields(entity)
    }
    return Written(
        required=tuple(name for name, stored in fields.items() if stored.field.required),
        encoded=tuple(at for at, stored in enumerate(fields.values()) if stored.operand.storage == "json"),
        entity=entity.name,
        target=release.table_name(entity),
        name=release.table(entity).name,
        key=tuple(fields[name] for name in entity.key),
        fields=fields,
        operands=release.operands(entity),
    )


def root_field(root: Root, nodes: list[FieldNode], selector: Selector, marker: str) -> RootField:
    """Make the root field that answers an operation of a model, or tells why none does."""
    node, release, access = nodes[0], selector.release, selector.access
    key, location = (node.alias or node.name).value, location_of(node)
    parent: Any = release.schema.type_map[root.parent]
    definition = parent.fields[root.field]
    if root.entity is None:
        served = root.kind not in {"function", "http", "predictions"}
        error: FieldError | None = None if served else not_served(root.field)
        return Fixed(
            key, location, "null", error if access.may_ask(root.auth) else Unauthorized(root.field, root.parent)
        )
    entity = release.entities[root.entity]
    given = arguments(node.arguments or (), definition.args, release.coercers)
    spot = Spot(key, location, marker, nodes, given)
    made = _reading(root, entity, selector, spot) or _writing(root, entity, selector, spot)
    if made is not None:
        return made
    if root.kind not in {"get", "list", "index", "create", "update", "delete"}:
        return Fixed(key, location, "null", _unknown(root))
    # A mode that no rule speaks of is refused by the service, whose message names the parent.
    known = access.roles(entity)
    return Fixed(
        key, location, "null", Unauthorized(root.field, get_named_type(definition.type).name if known else root.parent)
    )


def _reading(root: Root, entity: Entity, selector: Selector, spot: Spot) -> RootField | None:
    """Make a query, None where this standing may never ask it."""
    if root.kind not in {"get", "list", "index"}:
        return None
    rules = selector.access.reads(entity, "get" if root.kind == "get" else "list")
    if rules is None:
        return None
    if root.kind == "get":
        return Get(spot, selector, entity, rules)
    index = next((index for index in entity.indexes if index.name == root.index), None)
    columns = index.fields if index else () if entity.id_auto else entity.key
    listing = selector.listing(
        entity,
        spot.nodes,
        (spot.key,),
        parent_type=root.parent,
        partition=columns[:1],
        parents=(),
        sort=columns[1:],
        unique=index is None,
        limit=DEFAULT_LIMIT,
        rules=rules,
    )
    return ListRows(spot, selector, listing)


def _writing(root: Root, entity: Entity, selector: Selector, spot: Spot) -> RootField | None:
    """Make a mutation, None where this standing may never do it."""
    if root.kind == "delete":
        rules = selector.access.deletes(entity)
        return None if rules is None else Delete(spot, selector, entity, rules)
    if root.kind not in {"create", "update"}:
        return None
    grant = writes(selector.access, entity, "create" if root.kind == "create" else "update", root.field)
    if grant is None:
        return None
    kind: type[Create | Update] = Create if root.kind == "create" else Update
    return kind(spot, selector, entity, grant)


def _unknown(root: Root) -> FieldError:
    return FieldError(f"{root.field} is a {root.kind} field, which is not served here yet.", "BadRequest")
