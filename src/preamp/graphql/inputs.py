"""What a mutation's input goes through before it is written: defaults, validations, composite keys.

In the order of Amplify's pipeline: @default first, so that rules and validations see it. A default is only put on
create, and also where the input says null; validations look at what is not null.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from preamp.graphql.errors import FieldError
from preamp.graphql.layout import is_stored
from preamp.graphql.model import Entity, Field, Model, SchemaError, Validation

Check = Callable[[Any], bool]
LONGEST_MATCHED = 10_000
"""Characters of a value that a @validate pattern is tried on."""


def default_of(field: Field) -> Any:
    """Answer the value of a field's @default, typed as the field is; None where there is none."""
    if field.default is None:
        return None
    match field.type:
        case "Int" | "AWSTimestamp":
            return int(field.default)
        case "Float":
            return float(field.default)
        case "Boolean":
            return field.default == "true"
        case _:
            return field.default


def defaults_of(entity: Entity) -> dict[str, Any]:
    """Answer the defaults of an entity's fields."""
    return {field.name: default_of(field) for field in entity.fields if is_stored(field) and field.default is not None}


class Validations:
    """The @validate rules of an entity."""

    def __init__(self, entity: Entity) -> None:
        self._checks = [
            (field.name, _check(rule), rule.message or _message(entity, field, rule))
            for field in entity.fields
            for rule in field.validations
        ]

    def check(self, input_: Mapping[str, Any]) -> None:
        """Refuse an input that breaks a rule: an error without an errorType."""
        for name, holds, message in self._checks:
            value = input_.get(name)
            if value is not None and not holds(value):
                raise FieldError(message)


def _check(rule: Validation) -> Check:
    match rule.type:
        case "gt" | "lt" | "gte" | "lte":
            return _bound(rule.type, float(rule.value))
        case "minLength":
            least = int(rule.value)
            return lambda value: len(value) >= least
        case "maxLength":
            most = int(rule.value)
            return lambda value: len(value) <= most
        case "startsWith":
            return lambda value: value.startswith(rule.value)
        case "endsWith":
            return lambda value: value.endswith(rule.value)
        case _:
            pattern = re.compile(rule.value)
            return lambda value: len(value) <= LONGEST_MATCHED and pattern.fullmatch(value) is not None


def _bound(type_: str, bound: float) -> Check:
    return {
        "gt": lambda value: value > bound,
        "lt": lambda value: value < bound,
        "gte": lambda value: value >= bound,
        "lte": lambda value: value <= bound,
    }[type_]


_WORDS = {
    "gt": "must be greater than",
    "lt": "must be less than",
    "gte": "must be greater than or equal to",
    "lte": "must be less than or equal to",
    "minLength": "must have a minimum length of",
    "maxLength": "must have a maximum length of",
    "startsWith": "must start with",
    "endsWith": "must end with",
    "matches": "must match",
}


def _message(entity: Entity, field: Field, rule: Validation) -> str:
    return f"Field {field.name} of type {entity.name} {_WORDS[rule.type]} {rule.value}"


def refuse_patterns(model: Model) -> None:
    """Refuse a @validate pattern that Python's regular expressions cannot read (AppSync's are Java's)."""
    for entity in model.entities:
        for field in entity.fields:
            for rule in field.validations:
                if rule.type != "matches":
                    continue
                try:
                    re.compile(rule.value)
                except re.error as error:
                    raise SchemaError(
                        "InvalidDirectiveError",
                        f"The @validate pattern of {entity.name}.{field.name} cannot be used here: {error}.",
                    ) from None


def composite_keys(entity: Entity) -> list[tuple[str, tuple[str, ...]]]:
    """Answer the indexes whose sort key has several fields: name and fields."""
    return [(index.name, index.fields[1:]) for index in entity.indexes if len(index.fields) > 2]


def check_composite_keys(keys: Sequence[tuple[str, tuple[str, ...]]], given: Mapping[str, Any], verb: str) -> None:
    """Refuse a part of a composite sort key without the others, as Amplify does; `verb` is creating or updating."""
    for name, parts in keys:
        if not any(part in given for part in parts):
            continue
        missing = next((part for part in parts if part not in given), None)
        if missing is not None:
            raise FieldError(
                f"When {verb} any part of the composite sort key for @index '{name}', "
                f"you must provide all fields for the key. Missing key: '{missing}'."
            )
