"""From an annotated schema to the API that AppSync would serve.

`transform` reads SDL with Amplify's directives and answers a `Model`: values for the planner, and the transformed SDL.
It walks the steps of Amplify's transformer in their order (`transform.py` for its second version, `v1/` for the first),
as the first refusal depends on it: parse and check (`parse`, `check`), read each directive (`keys`, `relations`,
`auth_rules` ...), grow the schema (`model_directive`, `inputs`, `auth_schema` ...), check what a deployment would find
(`provision`), make the values (`assemble`, `render`).

Everything here is pure: text in, values or `SchemaError` out.
"""

from preamp.graphql.model import ApiOptions, Model, SchemaError

from .transform import transform_v2

__all__ = ["transform"]


def transform(sdl: str, options: ApiOptions = ApiOptions()) -> Model:  # noqa: B008 (frozen)
    """Make the API of an annotated schema.

    Raises SchemaError with Amplify's name and text of the refusal, and the place of the directive, field or value.
    """
    try:
        return transform_v2(sdl, options)
    except RecursionError:
        raise SchemaError("SchemaTooDeep", "The schema is nested too deeply.") from None
