"""An app's cli.json: kept as the Amplify CLI writes it, read for the flags that change what a schema means. Pure.

Where a flag is not written, what the Amplify CLI takes for new projects holds, as preamp has always done.
"""

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from preamp.graphql import Flags

_MOST_CHARACTERS = 65_536
_Document = dict[str, dict[str, dict[str, bool | int]]]
_NAMES = {
    "transformerversion": "transformer_version",
    "improvepluralization": "improve_pluralization",
    "subscriptionsinheritprimaryauth": "subscriptions_inherit_primary_auth",
    "usesubusernamefordefaultidentityclaim": "use_sub_username_for_default_identity_claim",
    "usefieldnameforprimarykeyconnectionfield": "use_field_name_for_primary_key_connection_field",
    "enableautoindexquerynames": "enable_auto_index_query_names",
    "respectprimarykeyattributesonconnectionfield": "respect_primary_key_attributes_on_connection_field",
    "populateownerfieldforstaticgroupauth": "populate_owner_field_for_static_group_auth",
    "addmissingownerfields": "add_missing_owner_fields",
}


def compact_flags(text: str) -> str:
    """The features of a cli.json as compact JSON. Raises ValueError that says what would be right."""
    if len(text) > _MOST_CHARACTERS:
        raise ValueError(f"must be at most {_MOST_CHARACTERS} characters")
    try:
        document = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
        features = msgspec.json.decode(document["features"], type=dict[str, dict[str, bool | int]])
    except (msgspec.MsgspecError, KeyError, RecursionError) as error:
        raise ValueError(
            'must be the JSON text of cli.json: {"features": {section: {flag: true, false or a number}}}'
        ) from error
    return msgspec.json.encode({"features": features}).decode()


def flags_of(text: str, default: str) -> "Flags":
    """The flags of a stored cli.json; `default` is the document of an app for which none was ever set."""
    from preamp.graphql import Flags  # noqa: PLC0415  loaded at first use (decision 0004)

    if text == default:
        return Flags()
    section = msgspec.json.decode(text, type=_Document).get("features", {}).get("graphqltransformer", {})
    found: dict[str, bool | int] = {_NAMES[name]: value for name, value in section.items() if name in _NAMES}
    version = found.pop("transformer_version", None)
    # Version 1 is what the CLI takes for old projects; whether the schema uses it can be seen in the schema.
    given = {"transformer_version": 2} if version == 2 else {}
    return msgspec.convert({**given, **{name: bool(value) for name, value in found.items()}}, Flags)
