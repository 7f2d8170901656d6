"""The feature flags of an Amplify project's cli.json, as far as they change what its schema means."""

from typing import Any

import msgspec

from preamp.graphql.model import Flags

CONFIG_VERSION = 5
"""`Version` in transform.conf.json of every project made since 2020; no document that reaches this server tells it."""

_NAMES = {
    "improvepluralization": "improve_pluralization",
    "subscriptionsinheritprimaryauth": "subscriptions_inherit_primary_auth",
    "usesubusernamefordefaultidentityclaim": "use_sub_username_for_default_identity_claim",
    "usefieldnameforprimarykeyconnectionfield": "use_field_name_for_primary_key_connection_field",
    "enableautoindexquerynames": "enable_auto_index_query_names",
    "respectprimarykeyattributesonconnectionfield": "respect_primary_key_attributes_on_connection_field",
    "populateownerfieldforstaticgroupauth": "populate_owner_field_for_static_group_auth",
    "addmissingownerfields": "add_missing_owner_fields",
}


def flags_of(cli_json: str) -> Flags:
    """Read the flags of a cli.json; flags that are not told keep their defaults. Raises ValueError for another text.

    `transformerversion` 1 is taken at its word. 2 is what new projects say, also those that brought an older schema
    along: whether such a schema is read by the first transformer follows from its directives.
    """
    try:
        given: Any = msgspec.json.decode(cli_json)
        section = given.get("features", {}).get("graphqltransformer", {})
        known = {_NAMES[name]: value for name, value in section.items() if name in _NAMES and isinstance(value, bool)}
        version = 1 if section.get("transformerversion") == 1 else None
    except (msgspec.DecodeError, AttributeError) as error:
        raise ValueError(f"This is no cli.json of an Amplify project: {error}") from None
    return Flags(transformer_version=version, config_version=CONFIG_VERSION, **known)
