"""The schemas of tests/cases/graphql with Amplify's answers, and the comparison of SDL without regard to order."""

import json
import lzma
from functools import cache
from pathlib import Path
from typing import Any

from graphql import parse, print_ast

from preamp.graphql.model import ApiOptions, Flags

CASES = Path(__file__).parents[3] / "cases" / "graphql"
NOISE = "AmplifyAIConversationTurnErrorInput"


@cache
def answers(kind: str) -> dict[str, dict[str, Any]]:
    """Load the answers of `corpus`, `own` or `random`, by case."""
    text = lzma.decompress((CASES / kind / "answers.jsonl.xz").read_bytes()).decode()
    rows = (json.loads(line) for line in text.splitlines())
    return {row["case"]: row for row in rows}


@cache
def schema_of(kind: str, case: str) -> str:
    """Read a case's schema; those of `random` are kept with their answers."""
    row = answers(kind)[case]
    if "schema" in row:
        return str(row["schema"])
    return (CASES / kind / f"{case}.graphql").read_text()


def options_of(answer: dict[str, Any]) -> ApiOptions:
    """Make the options that an answer was made with."""
    modes = answer.get("modes")
    return ApiOptions(
        modes=tuple(modes) if modes else None,
        conflict=answer.get("conflict"),
        flags=Flags(transformer_version=answer.get("version"), **answer.get("flags", {})),
    )


def flat(sdl: str) -> dict[str, str]:
    """Map every type, field, argument, value and member of SDL to what it says.

    `schema {...}` is left out: Amplify's text lacks it where the root types have names of their own.
    """
    parts: dict[str, str] = {}
    for node in parse(sdl).definitions:
        if not hasattr(node, "name") or node.name.value == NOISE:
            continue
        name = node.name.value
        parts[name] = f"{node.kind} {_directives(node)} {_names(node)}"
        for field in getattr(node, "fields", None) or ():
            at = f"{name}.{field.name.value}"
            parts[at] = _typed(field)
            for argument in getattr(field, "arguments", None) or ():
                parts[f"{at}({argument.name.value})"] = _typed(argument)
        for value in getattr(node, "values", None) or ():
            parts[f"{name}.{value.name.value}"] = _directives(value)
    return parts


def _typed(node: Any) -> str:
    default = getattr(node, "default_value", None)
    return f"{print_ast(node.type)} {print_ast(default) if default else ''} {_directives(node)}"


def _directives(node: Any) -> str:
    return " ".join(sorted(print_ast(one) for one in getattr(node, "directives", None) or ()))


def _names(node: Any) -> str:
    others = (
        *(getattr(node, "types", None) or ()),
        *(getattr(node, "interfaces", None) or ()),
    )
    return " ".join(sorted(print_ast(one) for one in others))
