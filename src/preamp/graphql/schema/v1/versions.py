"""@versioned: an update or delete must name the version it means to change."""

from preamp.graphql.model import Versioned
from preamp.graphql.schema.build import Build
from preamp.graphql.schema.document import FieldDef, refusal, required
from preamp.graphql.schema.inputs import mutation_input_name
from preamp.graphql.schema.parse import Use


def add_version(build: Build, use: Use) -> None:
    """Put the version into a model's inputs, and into the model."""
    type_, applied = use.parent, use.applied
    if type_.directive("model") is None:
        raise refusal("Types annotated with @versioned must also be annotated with @model.", applied)
    field = str(applied.values.get("versionField", "version"))
    expected = str(applied.values.get("versionInput", "expectedVersion"))
    create = build.draft.input(mutation_input_name("create", type_.name))
    if create is not None:
        create.fields.pop(field, None)
        if not create.fields:
            gap = " " * 20
            message = (
                f'After stripping away version field "{field}", {gap}the create input for type "{type_.name}" cannot '
                f'be created {gap}with 0 fields. Add another field to type "{type_.name}" to continue.'
            )
            raise refusal(message, applied)
    for operation in ("delete", "update"):
        made = build.draft.input(mutation_input_name(operation, type_.name))
        if made is not None:
            made.put(FieldDef(expected, "Int!"))
    made = build.object(type_.name)
    found = made.fields.get(field) or FieldDef(field, "Int!")
    if found.base not in ("Int", "BigInt"):
        message = f'The versionField "{field}" is required to be of type "Int" or "BigInt".'
        raise refusal(message, applied, "TransformerContractError")
    made.put(found.typed(required(found.type)))
    build.versions[type_.name] = Versioned(field=field, expected=expected)
