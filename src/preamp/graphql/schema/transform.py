"""The steps of a transform, in Amplify's order: the first refusal of a schema depends on it."""

from collections.abc import Callable, Iterable

from preamp.graphql.model import ApiOptions, Model

from .assemble import assemble
from .auth_rules import read_field_auth, read_type_auth
from .auth_schema import add_auth
from .build import Build
from .check import check_document
from .document import Applied, TypeDef, refusal
from .functions import add_predictions, read_function, read_http, read_predictions
from .keys import add_indexes, add_primary_keys, read_index, read_primary_key
from .many_to_many import add_many_to_many, check_many_to_many, make_join_models, read_many_to_many
from .model_directive import add_models, read_model
from .modes import inferred_modes
from .parse import Document, Use, draft_of
from .provision import check_provisioning
from .relations import add_belongs_to, add_has_many, add_has_one, read_belongs_to, read_has_many, read_has_one
from .search import add_searches, read_searchable
from .signatures import AMPLIFY_DIRECTIVES, APPSYNC_DIRECTIVES
from .values import read_default, read_maps_to, read_validate, refuse_ai, refuse_refers_to, refuse_sql

Reader = Callable[[Build, Use], None]

ON_EXTENSIONS = frozenset({"auth", "function", "http"})


def _read_model(build: Build, use: Use) -> None:
    read_model(build, use.parent, use.applied)


def _read_auth(build: Build, use: Use) -> None:
    if use.field is None:
        read_type_auth(build, use)
    else:
        read_field_auth(build, use)


_READERS: dict[str, Reader] = {
    "model": _read_model,
    "function": read_function,
    "http": read_http,
    "predictions": read_predictions,
    "primaryKey": read_primary_key,
    "index": read_index,
    "hasMany": read_has_many,
    "hasOne": read_has_one,
    "manyToMany": read_many_to_many,
    "belongsTo": read_belongs_to,
    "conversation": refuse_ai,
    "generation": refuse_ai,
    "default": read_default,
    "mapsTo": read_maps_to,
    "sql": refuse_sql,
    "refersTo": refuse_refers_to,
    "searchable": read_searchable,
    "validate": read_validate,
    "auth": _read_auth,
}


def transform_v2(document: Document, options: ApiOptions) -> Model:
    """Make the API of a schema written for transformer 2."""
    draft = draft_of(document)
    check_document(document.node)
    build = Build(document, draft, options, options.modes or inferred_modes(document))
    check_directives(document, AMPLIFY_DIRECTIVES)
    for name in AMPLIFY_DIRECTIVES:
        for use in document.uses.get(name, ()):
            if use.extension:
                _check_extension(use)
            _READERS[name](build, use)
    check_many_to_many(build)
    make_join_models(build)
    add_models(build)
    add_predictions(build)
    add_primary_keys(build)
    add_indexes(build)
    add_has_many(build)
    add_has_one(build)
    add_many_to_many(build)
    add_belongs_to(build)
    add_searches(build)
    add_auth(build)
    check_provisioning(build)
    return assemble(build)


def check_directives(document: Document, amplify: Iterable[str]) -> None:
    """Refuse directives that the document defines by itself: nothing would act on them."""
    known = {*amplify, *APPSYNC_DIRECTIVES}
    for type_ in (*document.definitions, *document.extensions):
        for applied in _all_directives(type_):
            if applied.name not in known:
                message = f"Unknown directive '{applied.name}'. Either remove the directive from the schema or add a "
                raise refusal(message + "transformer to handle it.", applied, "UnknownDirectiveError")


def _all_directives(type_: TypeDef) -> list[Applied]:
    found = list(type_.directives)
    for one in type_.fields.values():
        found += one.directives
        for arg in one.args:
            found += arg.directives
    for directives in type_.values.values():
        found += directives
    return found


def _check_extension(use: Use) -> None:
    """Extensions may carry only what makes a resolver, on fields of the root types."""
    name, applied = use.parent.name, use.applied
    if use.field is None:
        message = "Directives are not supported on object or interface extensions. See the "
        raise refusal(f"{message}'@{applied.name}' directive on '{name}'", applied)
    if applied.name not in ON_EXTENSIONS:
        message = f"The '@{applied.name}' directive is not supported on fields of extended types"
        raise refusal(message, applied, "InvalidTransformerError")
    if name not in ("Query", "Mutation", "Subscription"):
        message = (
            f"The '@{applied.name}' directive cannot be used on fields of type extensions other than 'Query', "
            f"'Mutation', and 'Subscription'. See {name}.{use.field.name}"
        )
        raise refusal(message, applied)
