"""A user's attributes: which a pool has, what their values may be, and which of them a user signs in by.

Source: Cognito developer guide, "Working with user attributes"; recorded wordings in tests are AWS's.
"""

import re
from collections.abc import Iterable, Mapping

from preamp.auth.idp.errors import InvalidParameterException, NotAuthorizedException
from preamp.auth.idp.model import AttributeType, SchemaAttributeType
from preamp.auth.pool import Client, Pool
from preamp.auth.users import User

SIGN_IN = ("email", "phone_number")
_MAX_ATTRIBUTES = 100
_MAX_VALUE = 2048
_EMAIL = re.compile(r"[^\s@\x00-\x1f\x7f<>,;:\"()\[\]\\]{1,64}@[^\s@\x00-\x1f\x7f<>,;:\"()\[\]\\]{1,255}")
_PHONE = re.compile(r"\+[1-9][0-9]{1,14}", re.ASCII)
_FORMS = {
    "email": (_EMAIL, "Invalid email address format."),
    "phone_number": (_PHONE, "Invalid phone number format."),
}
_OWN = frozenset({"sub", "identities", "cognito:user_status", "cognito:mfa_enabled"})
_FLAGS = frozenset({"email_verified", "phone_number_verified"})


def is_email(text: str) -> bool:
    """Whether a text has the form of a mail address."""
    return _EMAIL.fullmatch(text) is not None


def is_phone(text: str) -> bool:
    """Whether a text has the form of a phone number as E.164 writes it."""
    return _PHONE.fullmatch(text) is not None


def read_attributes(pool: Pool, given: Iterable[AttributeType] | None, *, new: bool) -> dict[str, str]:
    """The attributes of a request by name; an empty value means: none. Raises InvalidParameterException.

    `new` tells whether the user is just being made: attributes that never change may be set then alone.
    """
    attributes: dict[str, str] = {}
    for attribute in given or ():
        value = attribute.value or ""
        _check(pool, attribute.name, value, new=new)
        schema = pool.schema(attribute.name)
        if schema is not None and schema.attribute_data_type == "Boolean":
            value = value.lower()
        attributes[attribute.name] = value
    if len(attributes) > _MAX_ATTRIBUTES:
        raise InvalidParameterException(f"A user has at most {_MAX_ATTRIBUTES} attributes.")
    return attributes


def check_writable(client: Client, attributes: Iterable[str]) -> None:
    """Raise NotAuthorizedException where the client may not set one of these, or a flag that is the server's to set."""
    for name in attributes:
        if not client.writable(name) or name in _FLAGS:
            raise NotAuthorizedException("A client attempted to write unauthorized attribute")


def check_required(pool: Pool, attributes: Mapping[str, str]) -> None:
    """Raise InvalidParameterException where an attribute is missing that the pool requires."""
    for one in pool.wire.schema_attributes or ():
        if one.required and one.name != "sub" and not attributes.get(one.name or ""):
            raise InvalidParameterException(
                f"Attributes did not conform to the schema: {one.name}: The attribute is required\n"
            )


def shown(user: User, client: Client | None = None, names: Iterable[str] | None = None) -> tuple[AttributeType, ...]:
    """A user's attributes as answers have them: sub first; those that the client may read, of those asked for."""
    wanted = None if names is None else frozenset(names)
    every = {"sub": user.id, **user.attributes}
    return tuple(
        AttributeType(name=name, value=value)
        for name, value in every.items()
        if (client is None or client.readable(name)) and (wanted is None or name in wanted)
    )


def changed(before: User, given: Mapping[str, str]) -> dict[str, str]:
    """The attributes after a change; a changed address is not verified unless the change says so."""
    after = dict(before.attributes)
    for name in SIGN_IN:
        if name in given and given[name] != before.attributes.get(name):
            after.pop(f"{name}_verified", None)
            if given[name]:
                after[f"{name}_verified"] = "false"
    after.update(given)
    return {name: value for name, value in after.items() if value != ""}


def aliases(pool: Pool, user: User) -> dict[str, str]:
    """What a user signs in by besides the name: attribute by value, folded as the pool folds case.

    In pools whose users are named by an address that is every such address; in pools with aliases an address counts
    once it is verified, so that nobody can take another's.
    """
    found = {}
    for name in ("email", "phone_number", "preferred_username"):
        value = user.attributes.get(name)
        counts = name in pool.sign_in_attributes or (
            name in pool.aliases and (name == "preferred_username" or user.verified(name))
        )
        if value and counts:
            found[pool.key(value)] = name
    return found


def _check(pool: Pool, name: str, value: str, *, new: bool) -> None:
    schema = pool.schema(name)
    if schema is None or name in _OWN:
        what = "Cannot modify the non-mutable attribute" if name in _OWN else "Attribute does not exist in the schema."
        raise InvalidParameterException(
            f"user.{name}: {what}" if name in _OWN else f"Attributes did not conform to the schema: {name}: {what}\n"
        )
    if schema.mutable is False and not new:
        raise InvalidParameterException(f"user.{name}: Attribute cannot be updated.\n")
    if value == "":
        return
    problem = _problem(schema, name, value)
    if problem:
        raise InvalidParameterException(f"Attributes did not conform to the schema: {name}: {problem}\n")


def _problem(schema: SchemaAttributeType, name: str, value: str) -> str | None:
    if len(value) > _MAX_VALUE:
        return f"String must be no longer than {_MAX_VALUE} characters"
    if name in _FORMS:
        form, problem = _FORMS[name]
        return None if form.fullmatch(value) else problem
    match schema.attribute_data_type:
        case "Boolean":
            return None if value.lower() in {"true", "false"} else "Value must be true or false"
        case "Number":
            return _number_problem(schema, value)
        case "String":
            return _string_problem(schema, value)
    return None


def _string_problem(schema: SchemaAttributeType, value: str) -> str | None:
    bounds = schema.string_attribute_constraints
    low, high = (bounds and bounds.min_length) or "0", (bounds and bounds.max_length) or str(_MAX_VALUE)
    if len(value) < int(low):
        return f"String must be at least {low} characters long"
    return f"String must be no longer than {high} characters" if len(value) > int(high) else None


def _number_problem(schema: SchemaAttributeType, value: str) -> str | None:
    bounds = schema.number_attribute_constraints
    if not re.fullmatch(r"-?[0-9]{1,18}", value, re.ASCII):
        return "Value must be a whole number"
    if bounds and bounds.min_value and int(value) < int(bounds.min_value):
        return f"Number must be at least {bounds.min_value}"
    if bounds and bounds.max_value and int(value) > int(bounds.max_value):
        return f"Number must be no greater than {bounds.max_value}"
    return None
