"""The two SQL dialects, as far as the GraphQL planner needs them. Everything here is text from text.

Names enter SQL through `quote` alone, words of a document (response keys, type names) through `literal`, and every
value of a request is a parameter.
"""

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

Storage = Literal["text", "int", "float", "bool", "json"]
"""How a column keeps its values. Lists and embedded objects are JSON text."""

ROW = '"row#"'
"""The column that orders rows as they were created; no GraphQL name holds a `#`."""

MOST_PAIRS = 45
"""Key-value pairs in one json_object call: PostgreSQL takes 100 arguments, SQLite 127 (100 in older builds)."""


def quote(name: str) -> str:
    """Answer a name as an SQL identifier."""
    if "\0" in name:
        raise ValueError("A name holds no U+0000.")
    escaped = name.replace('"', '""')
    return f'"{escaped}"'


def literal(word: str) -> str:
    """Answer a word of the document or the schema as an SQL string."""
    if "\0" in word or "\\" in word:
        raise ValueError("A word of a document holds no U+0000 or backslash.")
    escaped = word.replace("'", "''")
    return f"'{escaped}'"


class Sqlite(Struct, frozen=True):
    """SQLite >= 3.38. Booleans are 0 and 1, JSON is text."""

    name: Literal["sqlite"] = "sqlite"
    prefix: str = ""
    true: str = "1"
    false: str = "0"
    empty_list: str = "json('[]')"
    splices: bool = True
    """Whether nested JSON is cheaper put together outside: SQLite parses again what a subquery answers."""

    def table(self, name: str) -> str:
        """Answer a table's full name."""
        return quote(name)

    def column_type(self, storage: Storage) -> str:
        """Answer the type a column is declared with."""
        return {"text": "TEXT", "int": "INTEGER", "float": "REAL", "bool": "INTEGER", "json": "TEXT"}[storage]

    def row_column(self) -> str:
        """Declare the ordering column: an alias of SQLite's rowid."""
        return f"{ROW} INTEGER PRIMARY KEY"

    def parameter(self, number: int, storage: Storage) -> str:
        """Answer the placeholder of the parameter with this number, counted from 1."""
        del storage
        return f"?{number}"

    def json(self, expression: str, storage: Storage) -> str:
        """Turn a column into what json_object embeds as JSON."""
        match storage:
            case "bool":
                return f"json(CASE {expression} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)"
            case "float":
                return f"json(float_json({expression}))"
            case "json":
                return f"json({expression})"
            case _:
                return expression

    def object(self, pairs: Sequence[tuple[str, str]]) -> str:
        """Answer a JSON object of (word, expression) pairs, in order."""
        if len(pairs) <= MOST_PAIRS:
            return f"json_object({_arguments(pairs)})"
        pieces = [
            f"json_object({_arguments(pairs[start : start + MOST_PAIRS])})"
            for start in range(0, len(pairs), MOST_PAIRS)
        ]
        inner = "||','||".join(f"substr({piece},2,length({piece})-2)" for piece in pieces)
        return f"json('{{'||{inner}||'}}')"

    def word_text(self, word: str) -> str:
        """Answer the JSON text of a word of the schema."""
        return literal(f'"{word}"')

    def object_text(self, pairs: Sequence[tuple[str, str]]) -> str:
        """Answer the text of a JSON object of (word, expression of JSON text) pairs; parsing it is for the reader."""
        start = "{"
        pieces = []
        for word, expression in pairs:
            pieces += [literal(f'{start}"{word}":'), f"coalesce({expression},'null')"]
            start = ","
        return "||".join([*pieces, literal("}")]) if pairs else literal("{}")

    def array(self, expression: str) -> str:
        """Aggregate JSON texts of a subquery's rows into the text of an array, in their order."""
        return f"'['||coalesce(group_concat({expression},','),'')||']'"

    def joined_key(self, expressions: Sequence[str]) -> str:
        """Join the parts of a sort key to one text."""
        return "(" + "||'#'||".join(f"CAST({expression} AS TEXT)" for expression in expressions) + ")"

    def joined(self, expression: str) -> str:
        """Join JSON texts of a subquery's rows with commas, in their order; null where there are none."""
        return f"group_concat({expression},',')"

    def nested(self, text: str) -> str:
        """Turn JSON text into what json_object embeds as JSON."""
        return f"json({text})"

    def member(self, expression: str, name: str) -> str:
        """Answer a member of a JSON object as JSON, NULL where absent."""
        return f"({expression} -> {literal('$.' + quote(name))})"

    def map_array(self, expression: str, alias: str, item: str) -> str:
        """Answer a JSON array with each element put through `item`, an expression over `alias`.value."""
        return (
            f"json(CASE WHEN {self.is_json_null(expression)} THEN NULL ELSE "
            f"(SELECT json_group_array(json({item})) FROM json_each({expression}) AS {alias}) END)"
        )

    def element(self, alias: str) -> str:
        """Answer the element of `map_array`, as JSON text."""
        return f"{alias}.value"

    def unless_null(self, expression: str, then: str) -> str:
        """Answer JSON `then`, or NULL where the JSON expression is null or absent."""
        return f"json(CASE WHEN {self.is_json_null(expression)} THEN NULL ELSE {then} END)"

    def as_json(self, expression: str) -> str:
        """Turn what json_object embeds into JSON on its own."""
        return f"json(json_quote({expression}))"

    def unless(self, test: str, then: str, otherwise: str) -> str:
        """Answer JSON `then` where the test holds, JSON `otherwise` elsewhere."""
        return f"json(CASE WHEN {test} THEN {then} ELSE {otherwise} END)"

    def is_json_null(self, expression: str) -> str:
        """Tell whether a JSON value is null or absent."""
        return f"({expression} IS NULL OR {expression} = 'null')"

    def text(self, expression: str) -> str:
        """Answer a JSON expression as text."""
        return expression

    def contains(self, expression: str, part: str) -> str:
        """Tell whether a text holds another."""
        return f"instr({expression}, {part}) > 0"

    def begins(self, expression: str, part: str) -> str:
        """Tell whether a text begins with another."""
        return f"substr({expression}, 1, length({part})) = {part}"

    def holds(self, expression: str, value: str) -> str:
        """Tell whether a JSON list holds a scalar, compared as text."""
        return f"EXISTS (SELECT 1 FROM json_each({expression}) AS e WHERE CAST(e.value AS TEXT) = {value})"

    def length_of_list(self, expression: str) -> str:
        """Answer the number of elements of a JSON list."""
        return f"json_array_length({expression})"

    def same(self, left: str, right: str) -> str:
        """Compare, with null equal to null."""
        return f"{left} IS {right}"

    def any_of(self, expression: str, values: str) -> str:
        """Tell whether a text is one of the elements of a parameter that holds a JSON list of texts."""
        return f"{expression} IN (SELECT value FROM json_each({values}))"

    def last_part(self, expression: str, storage: Storage) -> str:
        """Answer an owner without what stands before its last `::`; for a list, each one so."""
        if storage != "json":
            return f"last_part({expression})"
        return (
            f"json(CASE WHEN {expression} IS NULL THEN NULL ELSE "
            f"(SELECT json_group_array(last_part(o.value)) FROM json_each({expression}) AS o) END)"
        )

    def overlaps(self, expression: str, values: str) -> str:
        """Tell whether a JSON list and a parameter that holds one have an element in common."""
        wanted = f"SELECT value FROM json_each({values})"
        return f"EXISTS (SELECT 1 FROM json_each({expression}) AS e WHERE e.value IN ({wanted}))"


class Postgres(Struct, frozen=True):
    """PostgreSQL >= 14. Texts compare by bytes (COLLATE "C"); JSON columns are `json`: keys keep their order."""

    name: Literal["postgresql"] = "postgresql"
    prefix: str = ""
    true: str = "true"
    false: str = "false"
    empty_list: str = "'[]'::json"
    splices: bool = False

    def table(self, name: str) -> str:
        """Answer a table's full name."""
        return f"{self.prefix}{quote(name)}"

    def column_type(self, storage: Storage) -> str:
        """Answer the type a column is declared with."""
        return {
            "text": 'text COLLATE "C"',
            "int": "bigint",
            "float": "double precision",
            "bool": "boolean",
            "json": "json",
        }[storage]

    def row_column(self) -> str:
        """Declare the ordering column."""
        return f"{ROW} bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY"

    def parameter(self, number: int, storage: Storage) -> str:
        """Answer the placeholder of the parameter with this number, counted from 1."""
        kind = {"text": "text", "int": "bigint", "float": "double precision", "bool": "boolean", "json": "json"}
        return f"${number}::{kind[storage]}"

    def json(self, expression: str, storage: Storage) -> str:
        """Turn a column into what json_build_object embeds as JSON."""
        del storage
        return expression

    def object(self, pairs: Sequence[tuple[str, str]]) -> str:
        """Answer a JSON object of (word, expression) pairs, in order."""
        if len(pairs) <= MOST_PAIRS:
            return f"json_build_object({_arguments(pairs)})"
        pieces = [
            f"json_build_object({_arguments(pairs[start : start + MOST_PAIRS])})::text"
            for start in range(0, len(pairs), MOST_PAIRS)
        ]
        inner = "||','||".join(f"substr({piece},2,length({piece})-2)" for piece in pieces)
        return f"('{{'||{inner}||'}}')::json"

    def word_text(self, word: str) -> str:
        """Answer a word of the schema as a JSON expression."""
        return literal(word)

    def object_text(self, pairs: Sequence[tuple[str, str]]) -> str:
        """Answer a JSON object of (word, JSON expression) pairs."""
        return self.object(pairs)

    def array(self, expression: str) -> str:
        """Aggregate JSON values of a subquery's rows into an array, in their order."""
        return f"coalesce(json_agg({expression}), '[]'::json)"

    def joined_key(self, expressions: Sequence[str]) -> str:
        """Join the parts of a sort key to one text, compared by its bytes."""
        return "((" + "||'#'||".join(f"({expression})::text" for expression in expressions) + ') COLLATE "C")'

    def joined(self, expression: str) -> str:
        """Join JSON values of a subquery's rows with commas, in their order; null where there are none."""
        return f"string_agg({self.text(expression)}, ',')"

    def nested(self, text: str) -> str:
        """Turn a JSON expression into what json_build_object embeds as JSON."""
        return text

    def member(self, expression: str, name: str) -> str:
        """Answer a member of a JSON object as JSON, NULL where absent."""
        return f"({expression} -> {literal(name)})"

    def map_array(self, expression: str, alias: str, item: str) -> str:
        """Answer a JSON array with each element put through `item`, an expression over `alias`.value."""
        return (
            f"(CASE WHEN {self.is_json_null(expression)} THEN NULL ELSE "
            f"(SELECT coalesce(json_agg({item} ORDER BY {alias}.n), '[]'::json) "
            f"FROM json_array_elements({expression}) WITH ORDINALITY AS {alias}(value, n)) END)"
        )

    def element(self, alias: str) -> str:
        """Answer the element of `map_array`."""
        return f"{alias}.value"

    def unless_null(self, expression: str, then: str) -> str:
        """Answer JSON `then`, or NULL where the JSON expression is null or absent."""
        return f"(CASE WHEN {self.is_json_null(expression)} THEN NULL ELSE {then} END)"

    def as_json(self, expression: str) -> str:
        """Turn what json_build_object embeds into JSON on its own."""
        return f"to_json({expression})"

    def unless(self, test: str, then: str, otherwise: str) -> str:
        """Answer JSON `then` where the test holds, JSON `otherwise` elsewhere."""
        return f"(CASE WHEN {test} THEN {then} ELSE {otherwise} END)"

    def is_json_null(self, expression: str) -> str:
        """Tell whether a JSON value is null or absent."""
        return f"({expression} IS NULL OR json_typeof({expression}) = 'null')"

    def text(self, expression: str) -> str:
        """Answer a JSON expression as text."""
        return f"({expression})::text"

    def contains(self, expression: str, part: str) -> str:
        """Tell whether a text holds another."""
        return f"strpos({expression}, {part}) > 0"

    def begins(self, expression: str, part: str) -> str:
        """Tell whether a text begins with another."""
        return f"starts_with({expression}, {part})"

    def holds(self, expression: str, value: str) -> str:
        """Tell whether a JSON list holds a scalar, compared as text."""
        return f"EXISTS (SELECT 1 FROM json_array_elements_text({expression}) AS e(v) WHERE e.v = {value})"

    def length_of_list(self, expression: str) -> str:
        """Answer the number of elements of a JSON list."""
        return f"json_array_length({expression})"

    def same(self, left: str, right: str) -> str:
        """Compare, with null equal to null."""
        return f"{left} IS NOT DISTINCT FROM {right}"

    def any_of(self, expression: str, values: str) -> str:
        """Tell whether a text is one of the elements of a parameter that holds a JSON list of texts."""
        # As an array it is evaluated once, and an index serves the comparison.
        return f"{expression} = ANY (ARRAY(SELECT json_array_elements_text({values})))"

    def last_part(self, expression: str, storage: Storage) -> str:
        """Answer an owner without what stands before its last `::`; for a list, each one so."""
        if storage != "json":
            return f"regexp_replace({expression}, '^.*::', '')"
        return (
            f"(CASE WHEN {expression} IS NULL THEN NULL ELSE (SELECT coalesce(json_agg("
            f"regexp_replace(o.v, '^.*::', '') ORDER BY o.n), '[]'::json) "
            f"FROM json_array_elements_text({expression}) WITH ORDINALITY AS o(v, n)) END)"
        )

    def overlaps(self, expression: str, values: str) -> str:
        """Tell whether a JSON list and a parameter that holds one have an element in common."""
        return (
            f"EXISTS (SELECT 1 FROM json_array_elements_text({expression}) AS e(v) "
            f"WHERE e.v IN (SELECT json_array_elements_text({values})))"
        )


Dialect = Sqlite | Postgres


def dialect(name: str, prefix: str) -> Dialect:
    """Answer the dialect of a space."""
    return Sqlite() if name == "sqlite" else Postgres(prefix=prefix)


def _arguments(pairs: Sequence[tuple[str, str]]) -> str:
    return ",".join(f"{literal(word)},{expression}" for word, expression in pairs)
