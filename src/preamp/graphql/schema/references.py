"""Relations by `references`: columns declared on the related model, matched by name from both sides."""

from .build import Build, Link
from .document import FieldDef, TypeDef, refusal
from .keys import names_given

_ANSWERS = {"hasOne": ("belongsTo",), "hasMany": ("belongsTo",), "belongsTo": ("hasOne", "hasMany")}


def check_references(build: Build, link: Link) -> None:
    """Check both sides of a relation by references, and name the index that serves it."""
    values = link.applied.values
    names = names_given(values["references"])
    primary, related = (link.related, link.owner) if link.kind == "belongsTo" else (link.owner, link.related)
    keys = _key_fields(primary, link)
    if len(keys) != len(names):
        message = f"The number of references provided to @{link.kind} must match the number of primary keys on "
        raise refusal(f"{message}{primary.name}.", link.applied)
    for name in names:
        found = related.fields.get(name)
        if found is None:
            raise refusal(f"{name} is not a field in {related.name}", link.applied)
        if not build.draft.is_scalar_or_enum(found.type):
            raise refusal(f"All reference fields provided to @{link.kind} must be scalar or enum fields.", link.applied)
        link.references.append(found)
    _check_optional(link)
    if link.kind != "belongsTo":
        _check_same_nullability(link, names)
    override = _check_other_side(link, names, primary)
    _check_types(link, keys, primary, related)
    if link.kind != "belongsTo":
        link.index = override or f"gsi-{link.owner.name}.{link.field.name}"


def _key_fields(type_: TypeDef, link: Link) -> list[FieldDef]:
    field = next((one for one in type_.fields.values() if one.directive("primaryKey")), None)
    if field is None:
        return [FieldDef("id", "ID!")]
    applied = field.directive("primaryKey")
    given = applied.values.get("sortKeyFields") if applied is not None else None
    if isinstance(given, str):
        raise refusal("Cannot read properties of undefined (reading 'map')", link.applied, "TypeError")
    names = names_given(given)
    missing = [name for name in names if name not in type_.fields]
    if missing:
        message = f"Invalid sort key field name in primary key directive: {','.join(names)}"
        raise refusal(message, link.applied, "Error")
    return [field, *(type_.fields[name] for name in names)]


def _check_optional(link: Link) -> None:
    name, type_ = link.related.name, link.field.type
    inner = f"[{name}]" if link.kind == "hasMany" else name
    where = f"{link.owner.name}.{link.field.name}: "
    if link.field.is_required:
        was, wanted = f"{inner}!", inner
    elif type_.startswith("[") and type_.endswith("!]"):
        was, wanted = inner.replace(name, f"{name}!"), inner
    else:
        return
    message = f"@{link.kind} fields must not be required. Change '{where}{was}' to '{where}{wanted}'"
    raise refusal(message, link.applied)


def _check_same_nullability(link: Link, names: list[str]) -> None:
    strict = [one.name for one in link.references if one.is_required]
    loose = [one.name for one in link.references if not one.is_required]
    if not strict or not loose:
        return
    quoted = "[" + ", ".join(f"'{one}'" for one in names) + "]"
    related = link.related.name
    message = (
        f"Reference fields defined on related type: '{related}' for @{link.kind}(references: {quoted}) "
        f"{link.owner.name}.{link.field.name} relationship have inconsistent nullability."
        f"\nRequired fields: {', '.join(repr(one) for one in strict)}"
        f"\nNullable fields: {', '.join(repr(one) for one in loose)}"
        f"\nUpdate reference fields on type '{related}' to have consistent nullability -- either all required or all "
        "nullable."
    )
    raise refusal(message, link.applied)


def _check_other_side(link: Link, names: list[str], primary: TypeDef) -> str | None:
    """Find the field of the related model that answers with the same references; give its overrideIndexName."""
    answers = _ANSWERS[link.kind]
    for other in link.related.fields.values():
        applied = next((one for one in other.directives if one.name in answers), None)
        if other.base != link.owner.name or applied is None:
            continue
        if "references" not in applied.values:
            raise refusal("Cannot read properties of undefined (reading 'kind')", link.applied, "TypeError")
        if names_given(applied.values["references"]) == names:
            override = applied.values.get("overrideIndexName")
            return str(override) if override else None
    wanted = " or ".join(f"@{one}" for one in answers)
    message = (
        f"Uni-directional relationships are not supported. Add a {wanted} field in {link.related.name} to match the "
        f"@{link.kind} field {link.owner.name}.{link.field.name}, and ensure the number and type of reference fields "
        f"match the number and type of primary key fields in {primary.name}."
    )
    raise refusal(message, link.applied)


def _check_types(link: Link, keys: list[FieldDef], primary: TypeDef, related: TypeDef) -> None:
    for key, reference in zip(keys, link.references, strict=True):
        same = key.base == reference.base or {key.base, reference.base} <= {"ID", "String"}
        if reference.is_list or key.is_list:
            raise refusal("Cannot read properties of undefined (reading 'value')", link.applied, "TypeError")
        if not same:
            message = (
                f"Type mismatch between primary key field(s) of {primary.name} and reference fields of {related.name}. "
                f"Type of {primary.name}.{key.name} does not match type of {related.name}.{reference.name}"
            )
            raise refusal(message, link.applied)
