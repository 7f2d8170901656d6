"""Filters, conditions and key conditions: their shape, their parameters, their SQL.

`flatten` walks a coerced filter once and answers its shape, appending parameters in the order in which `condition`,
given the shape, will ask for them. Semantics are DynamoDB's: an absent attribute differs from every value (`ne` and
`notContains` hold), fails every other comparison, and null is absent.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from preamp.graphql.errors import FieldError
from preamp.graphql.sql import Dialect, Storage

Shape = tuple[Any, ...]
Take = Callable[[Storage], str]
"""Answers the placeholder of the next parameter."""

DEEPEST = 50
"""Nesting of and, or and not."""

MOST_CONDITIONS = 500
"""Comparisons in one filter; PostgreSQL and SQLite allow far more, planning them costs."""

_SIGNS = {"eq": "=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_ENCODE = msgspec.json.Encoder()


class Operand(Struct, frozen=True, kw_only=True):
    """A column that can be filtered. `list_` tells a JSON list from an embedded object where `storage` is json."""

    column: str
    storage: Storage
    list_: bool = False


Operands = Mapping[str, Operand]


def flatten(filter_: Mapping[str, Any] | None, operands: Operands, params: list[Any], depth: int = 0) -> Shape:
    """Answer the shape of a coerced filter; append its parameters. Raises FieldError for what cannot be asked."""
    if not filter_:
        return ()
    if depth > DEEPEST:
        raise FieldError(f"A filter may be nested {DEEPEST} times.", "Unrecognized Filter")
    shape: list[Any] = []
    for name, value in filter_.items():
        if value is None:
            continue
        if name in {"and", "or"} and name not in operands:
            parts = tuple(part for item in value if (part := flatten(item, operands, params, depth + 1)))
            if parts:
                shape.append((name, parts))
        elif name == "not" and name not in operands:
            inner = flatten(value, operands, params, depth + 1)
            if inner:
                shape.append((name, inner))
        else:
            _flatten_field(name, value, operands[name], params, shape)
    if len(params) > MOST_CONDITIONS:
        raise FieldError(f"A filter may hold {MOST_CONDITIONS} values.", "Unrecognized Filter")
    return tuple(shape)


def _flatten_field(name: str, tests: Mapping[str, Any], operand: Operand, params: list[Any], shape: list[Any]) -> None:
    for test, value in tests.items():
        if value is None:
            if test in {"eq", "ne"}:
                shape.append((name, "absent" if test == "eq" else "present"))
        elif test == "between":
            if len(value) != 2 or None in value:
                raise FieldError("The operator between takes two values.", "Unrecognized Filter")
            params.extend(value)
            shape.append((name, test))
        elif test == "attributeExists":
            shape.append((name, "present" if value else "absent"))
        elif test == "attributeType":
            shape.append((name, "always" if _is_of_type(operand, value) else "never"))
        elif test == "size":
            _flatten_size(name, value, params, shape)
        elif operand.storage == "json":
            params.append(value if isinstance(value, str) else _ENCODE.encode(value).decode())
            shape.append((name, test, "list") if isinstance(value, list) else (name, test))
        else:
            params.append(value)
            shape.append((name, test))


def _flatten_size(name: str, tests: Mapping[str, Any], params: list[Any], shape: list[Any]) -> None:
    for test, value in tests.items():
        if value is None:
            continue
        if test == "between":
            if len(value) != 2 or None in value:
                raise FieldError("The operator between takes two values.", "Unrecognized Filter")
            params.extend(value)
        else:
            params.append(value)
        shape.append((name, "size", test))


def _is_of_type(operand: Operand, wanted: str) -> bool:
    """Compare with the DynamoDB type AppSync would have stored; sets and binaries it never makes."""
    if operand.storage == "json":
        return wanted == ("list" if operand.list_ else "map")
    return wanted == {"text": "string", "int": "number", "float": "number", "bool": "bool"}[operand.storage]


def condition(
    shape: Shape, alias: str, operands: Operands, dialect: Dialect, take: Take, *, negated: bool = False
) -> str:
    """Answer the SQL of a shape, empty for an empty one.

    Null counts as false where the text stands alone; beneath a `not` every comparison is made true or false, which
    no index could serve.
    """
    parts: list[str] = []
    for item in shape:
        name = item[0]
        if name in {"and", "or"} and name not in operands:
            word = f" {name.upper()} "
            inner = [condition(part, alias, operands, dialect, take, negated=negated) for part in item[1]]
            parts.append(f"({word.join(f'({text})' for text in inner)})")
        elif name == "not" and name not in operands:
            parts.append(f"NOT ({condition(item[1], alias, operands, dialect, take, negated=True)})")
        else:
            text = _comparison(item, alias, operands[name], dialect, take)
            parts.append(f"({text}) IS TRUE" if negated else text)
    return " AND ".join(parts)


def holds_for_nothing(shape: Shape, operands: Operands) -> bool:
    """Tell whether a shape holds for a row that is not there: what a condition on creating one asks."""
    for item in shape:
        name = item[0]
        if name in {"and", "or"} and name not in operands:
            found = [holds_for_nothing(part, operands) for part in item[1]]
            holds = all(found) if name == "and" else any(found)
        elif name == "not" and name not in operands:
            holds = not holds_for_nothing(item[1], operands)
        else:
            test = item[2] if item[1] == "size" else item[1]
            holds = test in {"absent", "ne", "notContains"}
        if not holds:
            return False
    return True


def _comparison(  # noqa: C901, PLR0911 - one flat table of operators
    item: Shape, alias: str, operand: Operand, dialect: Dialect, take: Take
) -> str:
    column = f"{alias}.{operand.column}"
    match item[1]:
        case "absent":
            return f"{column} IS NULL"
        case "present" | "always":
            return f"{column} IS NOT NULL"
        case "never":
            return "1 = 0"
        case "size":
            return _size(item[2], column, operand, dialect, take)
        case test if operand.storage == "json":
            return _list_comparison(test, column, dialect, take, whole=len(item) > 2)
        case "ne":
            return f"NOT {dialect.same(column, take(operand.storage))}"
        case "between":
            return f"{column} BETWEEN {take(operand.storage)} AND {take(operand.storage)}"
        case "contains":
            return dialect.contains(column, take("text"))
        case "notContains":
            return f"({dialect.contains(column, take('text'))}) IS NOT TRUE"
        case "beginsWith":
            return dialect.begins(column, take("text"))
        case test:
            return f"{column} {_SIGNS[test]} {take(operand.storage)}"


def _list_comparison(test: str, column: str, dialect: Dialect, take: Take, *, whole: bool) -> str:
    """Compare a list: with a whole list by its JSON text, with one value by membership; a scalar never equals it."""
    match test:
        case "contains" | "notContains":
            found = dialect.holds(column, take("text"))
            return found if test == "contains" else f"NOT {found}"
        case "eq" | "ne":
            same = f"(CAST({column} AS text) = {take('text')}) IS TRUE" if whole else f"{_unused(take)} AND 1 = 0"
            return same if test == "eq" else f"NOT ({same})"
        case "between":
            return f"{_unused(take)} AND {_unused(take)} AND 1 = 0"
        case _:
            return f"{_unused(take)} AND 1 = 0"


def _unused(take: Take) -> str:
    """Use up a parameter that decides nothing: PostgreSQL wants to see each one in the text."""
    return f"{take('text')} IS NOT NULL"


def _size(test: str, column: str, operand: Operand, dialect: Dialect, take: Take) -> str:
    if operand.storage == "json":
        size = dialect.length_of_list(column)
    elif operand.storage == "text":
        size = f"length({column})"
    else:
        size = "NULL"
    match test:
        case "ne":
            return f"({size} <> {take('int')}) IS NOT FALSE"
        case "between":
            return f"{size} BETWEEN {take('int')} AND {take('int')}"
        case _:
            return f"{size} {_SIGNS[test]} {take('int')}"


class KeyPart(Struct, frozen=True, kw_only=True):
    """One column of a sort key and the field it holds; or several `joined` to one text, as AWS keeps them."""

    field: str
    column: str
    storage: Storage
    joined: "tuple[KeyPart, ...]" = ()

    def at(self, alias: str, dialect: Dialect) -> str:
        """Write the value in the row `alias`."""
        if self.joined:
            return dialect.joined_key([f"{alias}.{part.column}" for part in self.joined])
        return f"{alias}.{self.column}"


def joined(parts: Sequence[KeyPart]) -> KeyPart:
    """Answer a sort key of several parts as the one text that DynamoDB compares: `a#b`."""
    return KeyPart(field=parts[0].field, column="", storage="text", joined=tuple(parts))


def flatten_key(test: Mapping[str, Any] | None, parts: Sequence[KeyPart], params: list[Any]) -> Shape:
    """Answer the shape of a sort key condition and append its parameters.

    A key of several parts takes objects; the parts given must be the first ones. Comparison is part by part.
    """
    if not test:
        return ()
    given = {name: value for name, value in test.items() if value is not None}
    if not given:
        return ()
    if len(given) > 1:
        raise FieldError("A sort key condition takes one operator.", "DynamoDB:ValidationException")
    ((name, value),) = given.items()
    values = value if name == "between" else [value]
    if name == "between" and (len(values) != 2 or None in values):
        raise FieldError("The operator between takes two values.", "DynamoDB:ValidationException")
    counts = tuple(_flatten_key_value(item, parts, params) for item in values)
    if name == "beginsWith":
        params.append(params[-1] + "\U0010ffff" if isinstance(params[-1], str) else params[-1])
    return (name, *counts)


def _flatten_key_value(value: Any, parts: Sequence[KeyPart], params: list[Any]) -> int:
    if len(parts) == 1 and not parts[0].joined:
        params.append(value)
        return 1
    if parts[0].joined:
        found: list[Any] = []
        _flatten_key_value(value, parts[0].joined, found)
        params.append("#".join(_key_text(member) for member in found))
        return 1
    count = 0
    for part in parts:
        member = value.get(part.field)
        if member is None:
            break
        params.append(member)
        count += 1
    missing = [name for name in value if value[name] is not None and name not in {part.field for part in parts[:count]}]
    if not count or missing:
        raise FieldError(
            f"A condition on the sort key gives its fields in order: {', '.join(part.field for part in parts)}.",
            "DynamoDB:ValidationException",
        )
    return count


def _key_text(member: Any) -> str:
    if isinstance(member, bool):
        return "true" if member else "false"
    return str(member)


def key_condition(shape: Shape, alias: str, parts: Sequence[KeyPart], dialect: Dialect, take: Take) -> str:
    """Answer the SQL of a sort key condition's shape, in a form that an index serves."""
    if not shape:
        return ""
    test, *counts = shape

    def columns(count: int) -> str:
        return _row([part.at(alias, dialect) for part in parts[:count]])

    def values(count: int) -> str:
        return _row([take(part.storage) for part in parts[:count]])

    match test:
        case "between":
            low = f"{columns(counts[0])} >= {values(counts[0])}"
            return f"{low} AND {columns(counts[1])} <= {values(counts[1])}"
        case "beginsWith":
            return _key_begins(counts[0], alias, parts, dialect, take)
        case "eq":
            equal = [f"{part.at(alias, dialect)} = {take(part.storage)}" for part in parts[: counts[0]]]
            return " AND ".join(equal)
        case _:
            return f"{columns(counts[0])} {_SIGNS[test]} {values(counts[0])}"


def _key_begins(count: int, alias: str, parts: Sequence[KeyPart], dialect: Dialect, take: Take) -> str:
    """Test the last part given by its beginning (a number by equality), the parts before it by equality."""
    *before, last = parts[:count]
    equal = [f"{part.at(alias, dialect)} = {take(part.storage)}" for part in before]
    column = last.at(alias, dialect)
    start, end = take(last.storage), take(last.storage)
    if last.storage == "text":
        # The range is for the index; a text that goes on with U+10FFFF itself lies beyond it and is not found.
        return " AND ".join([*equal, f"{column} >= {start}", f"{column} < {end}", dialect.begins(column, start)])
    return " AND ".join([*equal, f"{column} = {start}", f"{column} = {end}"])


def _row(expressions: Sequence[str]) -> str:
    return expressions[0] if len(expressions) == 1 else f"({', '.join(expressions)})"
