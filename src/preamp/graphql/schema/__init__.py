"""From an annotated schema to the API that AppSync would serve.

`transform` reads SDL with Amplify's directives and answers a `Model`: values for the planner, and the transformed SDL.
It walks the steps of Amplify's transformer in their order (`transform.py` for its second version, `v1/` for the first),
as the first refusal depends on it: parse and check (`parse`, `check`), read each directive (`keys`, `relations`,
`auth_rules` ...), grow the schema (`model_directive`, `inputs`, `auth_schema` ...), check what a deployment would find
(`provision`), make the values (`assemble`, `render`).

`check_servable` says whether a GraphQL engine takes the result: Amplify makes a few schemas that AppSync refuses.

Everything here is pure: text in, values or `SchemaError` out.
"""

from preamp.graphql.model import ApiOptions, Model, SchemaError

from .parse import MAX_BYTES, MAX_TOKENS, parse_text, read_document
from .servable import check_servable
from .signatures import V1_DIRECTIVES
from .transform import transform_v2
from .v1 import transform_v1

__all__ = ["MAX_BYTES", "MAX_TOKENS", "check_servable", "transform"]


def transform(
    sdl: str,
    options: ApiOptions = ApiOptions(),  # noqa: B008 (frozen)
    *,
    max_bytes: int = MAX_BYTES,
    max_tokens: int = MAX_TOKENS,
) -> Model:
    """Make the API of an annotated schema.

    Raises SchemaError with Amplify's name and text of the refusal, and the place of the directive, field or value.
    """
    try:
        document = read_document(parse_text(sdl, max_bytes=max_bytes, max_tokens=max_tokens))
        version = options.flags.transformer_version
        if version is None:
            version = 1 if any(document.uses.get(name) for name in V1_DIRECTIVES) else 2
        return (transform_v1 if version == 1 else transform_v2)(document, options)
    except RecursionError:
        raise SchemaError("SchemaTooDeep", "The schema is nested too deeply.") from None
