"""Whether a GraphQL engine takes the finished schema: what AppSync checks when it gets one."""

from graphql import DocumentNode, GraphQLError, build_ast_schema, parse, validate_schema

from preamp.graphql.model import Model, SchemaError

from .signatures import definitions


def check_servable(model: Model) -> None:
    """Refuse a model whose SDL no engine serves: there are schemas that Amplify transforms and AppSync refuses."""
    _check_keys(model)
    try:
        document = DocumentNode(definitions=(*parse(model.sdl).definitions, *definitions("scalars").definitions))
        errors = validate_schema(build_ast_schema(document, assume_valid_sdl=True))
    except (TypeError, GraphQLError) as error:
        raise SchemaError("SchemaValidationError", f"The schema cannot be served. {error}") from None
    if errors:
        message = "\n".join(error.message for error in errors[:50])
        raise SchemaError("SchemaValidationError", f"The schema cannot be served. {message}")


def _check_keys(model: Model) -> None:
    for entity in model.entities:
        kinds = {field.name: field.kind for field in entity.fields}
        for name in (*entity.key, *(name for index in entity.indexes for name in index.fields)):
            if kinds.get(name) not in {"scalar", "enum"}:
                message = f"{entity.name}.{name} is part of a key: it must be a scalar or an enum."
                raise SchemaError("SchemaValidationError", message)
