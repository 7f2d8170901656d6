"""What the forms say: labels, kinds of fields, and the hints that a pool's rules give."""

from collections.abc import Iterable

from msgspec import Struct

from preamp.auth.idp.model import PasswordPolicyType
from preamp.auth.pool import Pool

_LABELS = {
    "address": "Address",
    "birthdate": "Birth date",
    "email": "E-mail address",
    "family_name": "Family name",
    "gender": "Gender",
    "given_name": "Given name",
    "locale": "Language",
    "middle_name": "Middle name",
    "name": "Name",
    "nickname": "Nickname",
    "phone_number": "Phone number",
    "picture": "Picture (address)",
    "preferred_username": "Preferred user name",
    "profile": "Profile (address)",
    "updated_at": "Updated at",
    "website": "Website",
    "zoneinfo": "Time zone",
}
_COMPLETES = {
    "address": "street-address",
    "birthdate": "bday",
    "email": "email",
    "family_name": "family-name",
    "gender": "sex",
    "given_name": "given-name",
    "locale": "language",
    "middle_name": "additional-name",
    "name": "name",
    "nickname": "nickname",
    "phone_number": "tel",
    "website": "url",
}
_TYPES = {"birthdate": "date", "email": "email", "phone_number": "tel"}
_HINTS = {"phone_number": "With + and the country, such as +15555550100", "birthdate": "Year, month and day"}
PROVIDERS = {"LoginWithAmazon": "Amazon", "SignInWithApple": "Apple"}


class Field(Struct, frozen=True, kw_only=True):
    """An attribute's field in a form."""

    name: str
    label: str
    autocomplete: str
    type: str
    hint: str
    value: str = ""


def fields(names: Iterable[str], values: dict[str, str]) -> list[Field]:
    """The fields of these attributes, with what was entered before."""
    return [
        Field(
            name=name,
            label=_LABELS.get(name, name.removeprefix("custom:").replace("_", " ").capitalize()),
            autocomplete=_COMPLETES.get(name, "off"),
            type=_TYPES.get(name, "text"),
            hint=_HINTS.get(name, ""),
            value=values.get(f"attribute.{name}", "")[:2048],
        )
        for name in names
    ]


def required_attributes(pool: Pool) -> list[str]:
    """The attributes that a new user must give, without the one that is the user's name."""
    named = set(pool.sign_in_attributes)
    return [
        one.name
        for one in pool.wire.schema_attributes or ()
        if one.required and one.name and one.name not in {"sub", *named}
    ]


def given_attributes(form: dict[str, str]) -> dict[str, str]:
    """The attributes that a form carries."""
    return {name.removeprefix("attribute."): value for name, value in form.items() if name.startswith("attribute.")}


def name_label(pool: Pool) -> str:
    """What users of the pool call their name."""
    by = pool.sign_in_attributes
    if len(by) == 2:
        return "E-mail address or phone number"
    return _LABELS[by[0]] if by else "User name"


def name_kind(pool: Pool) -> tuple[str, str, str]:
    """Type, autocomplete and hint of the field of a new user's name."""
    by = pool.sign_in_attributes
    if len(by) != 1:
        return "text", "username", _HINTS["phone_number"] if by else ""
    return _TYPES[by[0]], _COMPLETES[by[0]], _HINTS.get(by[0], "")


def password_hint(pool: Pool) -> str:
    """The pool's rules for passwords in a sentence."""
    policy = (pool.wire.policies and pool.wire.policies.password_policy) or PasswordPolicyType()
    kinds = [
        word
        for wanted, word in (
            (policy.require_lowercase, "a lower-case letter"),
            (policy.require_uppercase, "an upper-case letter"),
            (policy.require_numbers, "a digit"),
            (policy.require_symbols, "a symbol"),
        )
        if wanted
    ]
    last = f" with {', '.join(kinds[:-1])}{' and ' if kinds[:-1] else ''}{kinds[-1]}" if kinds else ""
    return f"At least {policy.minimum_length or 8} characters{last}"


def provider_label(name: str) -> str:
    """A provider's name for people."""
    return PROVIDERS.get(name, name)
