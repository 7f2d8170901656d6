"""The API's authorization modes, where nobody names them: those that the rules ask for."""

from preamp.graphql.model import Mode

from .auth_rules import MODE_OF, PROVIDER_OF
from .parse import Document

ORDER: tuple[Mode, ...] = ("API_KEY", "AMAZON_COGNITO_USER_POOLS", "AWS_IAM", "OPENID_CONNECT", "AWS_LAMBDA")

_DIRECTIVES: dict[str, Mode] = {
    "aws_api_key": "API_KEY",
    "aws_cognito_user_pools": "AMAZON_COGNITO_USER_POOLS",
    "aws_auth": "AMAZON_COGNITO_USER_POOLS",
    "aws_iam": "AWS_IAM",
    "aws_oidc": "OPENID_CONNECT",
    "aws_lambda": "AWS_LAMBDA",
}


def inferred_modes(document: Document) -> tuple[Mode, ...]:
    """Choose modes from the document; the API key comes first (is the default), and serves where nothing is asked."""
    used = {mode for name, mode in _DIRECTIVES.items() if document.uses.get(name)}
    for use in document.uses.get("auth", ()):
        given = use.applied.values.get("rules")
        for rule in given if isinstance(given, list) else [given]:
            if isinstance(rule, dict):
                mode = MODE_OF.get(str(rule.get("provider") or PROVIDER_OF.get(str(rule.get("allow")), "")))
                used |= {mode} if mode else set()
    return tuple(mode for mode in ORDER if mode in used) or ("API_KEY",)
