"""Markers in the annotations of request Structs that say where a member travels."""

from typing import Annotated

import msgspec


class LabelMarker:
    """The member is a label of the operation's path, never of its body."""


LABEL = LabelMarker()
Label = Annotated[str, LABEL]
"""A path label. Give it the default "": the body is decoded without it and the endpoint sets it from the path."""


class QueryMarker:
    """The member travels in the query string of a GET, never in a body."""


QUERY = QueryMarker()


def queries(request: type[msgspec.Struct]) -> dict[str, str]:
    """Attribute name by wire name of the members that travel in the query string."""
    return _marked(request, QUERY)


def labels(request: type[msgspec.Struct]) -> dict[str, str]:
    """Attribute name by wire name of the members that are path labels."""
    return _marked(request, LABEL)


def _marked(request: type[msgspec.Struct], marker: object) -> dict[str, str]:
    found = {}
    for field in msgspec.structs.fields(request):
        annotation = request.__annotations__.get(field.name)
        if marker in getattr(annotation, "__metadata__", ()):
            found[field.encode_name] = field.name
    return found
