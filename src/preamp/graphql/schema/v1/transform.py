"""The steps of a transform, in the order of Amplify's first transformer."""

from collections.abc import Callable

from preamp.graphql.model import ApiOptions, Mode, Model
from preamp.graphql.schema.assemble import assemble
from preamp.graphql.schema.build import Build
from preamp.graphql.schema.check import check_document
from preamp.graphql.schema.functions import add_predictions, read_function, read_http, read_predictions
from preamp.graphql.schema.parse import Document, Use, draft_of
from preamp.graphql.schema.signatures import AMPLIFY_V1_DIRECTIVES
from preamp.graphql.schema.transform import check_directives

from .auth import protect_field, protect_model
from .connections import connect
from .keys import apply_key
from .model_directive import add_model
from .search import add_search
from .versions import add_version

MODES: tuple[Mode, ...] = ("API_KEY", "AMAZON_COGNITO_USER_POOLS", "AWS_IAM", "OPENID_CONNECT")
"""What an API admits where nobody says."""


def _auth(build: Build, use: Use) -> None:
    if use.field is None:
        protect_model(build, use)
    else:
        protect_field(build, use)


_READERS: dict[str, Callable[[Build, Use], None]] = {
    "model": add_model,
    "versioned": add_version,
    "function": read_function,
    "http": read_http,
    "key": apply_key,
    "connection": connect,
    "predictions": read_predictions,
    "searchable": add_search,
    "auth": _auth,
}


def transform_v1(document: Document, options: ApiOptions) -> Model:
    """Make the API of a schema written for transformer 1."""
    draft = draft_of(document)
    check_document(document.node, version=1)
    build = Build(document, draft, options, options.modes or MODES, version=1)
    check_directives(document, AMPLIFY_V1_DIRECTIVES)
    for name in AMPLIFY_V1_DIRECTIVES:
        for use in document.uses.get(name, ()):
            if not use.extension:
                _READERS[name](build, use)
    add_predictions(build)
    return assemble(build)
