"""An app's cli.json, kept as the Amplify CLI writes it; what its flags mean to a schema is the graphql room's. Pure."""

import msgspec

_MOST_CHARACTERS = 65_536


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
