"""What settings of a user pool must obey: each problem is a sentence that begins with the member's wire path.

Source: Cognito's CreateUserPool and CreateUserPoolClient constraints, and amplifybackend's UserPoolConfigs. Paths start
at `userPoolConfigs`.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from urllib.parse import urlsplit

from preamp.auth.settings import (
    AppleProvider,
    MessageSettings,
    MfaSettings,
    OAuthSettings,
    PasswordPolicy,
    PoolSecrets,
    PoolSettings,
    ProviderName,
)

_PASSWORD_LENGTHS = (6, 99)
_EMAIL_CHARACTERS = (6, 20_000)
_SMS_CHARACTERS = (6, 140)
_SUBJECT_CHARACTERS = 140
_MAX_URIS = 100
_URI_CHARACTERS = 1024
_ID_CHARACTERS = 1024
_SECRET_CHARACTERS = 8192
_CODE = "{####}"
_DOMAIN_PREFIX = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_RESERVED_WORDS = ("aws", "amazon", "cognito")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
# A browser runs these or reads local files with them: a redirect there would hand the code to whoever wrote the link.
_UNSAFE_SCHEMES = frozenset({"about", "blob", "data", "file", "filesystem", "javascript", "vbscript", "ws", "wss"})
_LOOPBACK = frozenset({"localhost", "127.0.0.1"})
_POOL_NAME = re.compile(r"[\w\s+=,.@-]{1,128}")


def check_settings(
    settings: PoolSettings, secrets: PoolSecrets | None = None, *, stored: Collection[ProviderName] = ()
) -> list[str]:
    """All problems of `settings`, empty when there are none.

    A social provider needs its secret in `secrets`, or its name among `stored`: those whose secret the pool holds.
    """
    return list(_problems(settings, secrets or PoolSecrets(), stored))


def check_pool_name(name: str) -> str | None:
    """Why `name` cannot name a user pool or an identity pool (Cognito: 1 to 128 of word characters and ` +=,.@-`)."""
    if _POOL_NAME.fullmatch(name):
        return None
    return "must be 1 to 128 letters, digits, spaces or any of _+=,.@-"


def _problems(settings: PoolSettings, secrets: PoolSecrets, stored: Collection[ProviderName]) -> Iterator[str]:
    yield from _duplicates("requiredSignUpAttributes", settings.required_sign_up_attributes)
    if settings.password_policy is not None:
        yield from _password_policy(settings.password_policy)
    if settings.mfa is not None:
        yield from _mfa(settings.mfa)
    if settings.verification_message is not None:
        yield from _message("verificationMessage", settings.verification_message)
    if settings.forgot_password is not None:
        yield from _message("forgotPassword", settings.forgot_password)
    if settings.o_auth is not None:
        yield from _o_auth(settings.o_auth)
        yield from _providers(settings, secrets, stored)


def _password_policy(policy: PasswordPolicy) -> Iterator[str]:
    shortest, longest = _PASSWORD_LENGTHS
    if not float(policy.minimum_length).is_integer():
        yield f"passwordPolicy.minimumLength must be a whole number, got {policy.minimum_length}"
    elif not shortest <= policy.minimum_length <= longest:
        yield f"passwordPolicy.minimumLength must be {shortest} to {longest}, got {int(policy.minimum_length)}"
    yield from _duplicates("passwordPolicy.additionalConstraints", policy.additional_constraints or ())


def _mfa(mfa: MfaSettings) -> Iterator[str]:
    types = (mfa.settings and mfa.settings.mfa_types) or ()
    if mfa.mfa_mode != "OFF" and not types:
        yield f"mfa.settings.mfaTypes must name SMS, TOTP or both when mfa.MFAMode is {mfa.mfa_mode}"
    yield from _duplicates("mfa.settings.mfaTypes", types)
    if mfa.settings is not None:
        yield from _text("mfa.settings.smsMessage", mfa.settings.sms_message, _SMS_CHARACTERS)


def _message(path: str, message: MessageSettings) -> Iterator[str]:
    email, sms = message.email_settings, message.sms_settings
    if email is not None:
        yield from _text(f"{path}.emailSettings.emailMessage", email.email_message, _EMAIL_CHARACTERS)
        subject = email.email_subject
        if subject is not None and not (0 < len(subject) <= _SUBJECT_CHARACTERS and subject.isprintable()):
            yield f"{path}.emailSettings.emailSubject must be one line of 1 to {_SUBJECT_CHARACTERS} characters"
    if sms is not None:
        yield from _text(f"{path}.smsSettings.smsMessage", sms.sms_message, _SMS_CHARACTERS)


def _text(path: str, text: str | None, lengths: tuple[int, int]) -> Iterator[str]:
    if text is None:
        return
    if not lengths[0] <= len(text) <= lengths[1]:
        yield f"{path} must be {lengths[0]} to {lengths[1]} characters, got {len(text)}"
    if _CODE not in text:
        yield f"{path} must contain {_CODE}, which stands for the code"


def _o_auth(o_auth: OAuthSettings) -> Iterator[str]:
    if o_auth.domain_prefix is not None:
        yield from _domain_prefix(o_auth.domain_prefix)
    if not o_auth.o_auth_scopes:
        yield f"oAuth.oAuthScopes must name at least one scope for oAuthGrantType {o_auth.o_auth_grant_type}"
    yield from _duplicates("oAuth.oAuthScopes", o_auth.o_auth_scopes)
    yield from _uris("oAuth.redirectSignInURIs", o_auth.redirect_sign_in_uris)
    yield from _uris("oAuth.redirectSignOutURIs", o_auth.redirect_sign_out_uris)


def _domain_prefix(prefix: str) -> Iterator[str]:
    if not _DOMAIN_PREFIX.fullmatch(prefix):
        yield (
            "oAuth.domainPrefix must be 1 to 63 lower-case letters, digits and hyphens, "
            "beginning and ending with a letter or digit"
        )
    for word in _RESERVED_WORDS:
        if word in prefix:
            yield f"oAuth.domainPrefix must not contain {word!r}"


def _uris(path: str, uris: Sequence[str]) -> Iterator[str]:
    if not 1 <= len(uris) <= _MAX_URIS:
        yield f"{path} must hold 1 to {_MAX_URIS} addresses, got {len(uris)}"
    for place, uri in enumerate(uris[:_MAX_URIS]):
        problem = _uri_problem(uri)
        if problem is not None:
            yield f"{path}[{place}] {problem}"
    yield from _duplicates(path, uris)


def _uri_problem(uri: str) -> str | None:
    if not 1 <= len(uri) <= _URI_CHARACTERS:
        return f"must be 1 to {_URI_CHARACTERS} characters, got {len(uri)}"
    if not uri.isascii() or not uri.isprintable() or " " in uri or "\\" in uri:
        return "must be written in ASCII without spaces or backslashes"
    scheme, colon, rest = uri.partition(":")
    if not colon or not _SCHEME.fullmatch(scheme) or not rest.startswith("/"):
        return "must be an absolute address, such as https://example.org/ or myapp://"
    if "#" in uri:
        return "must not have a fragment (#)"
    if scheme.lower() in _UNSAFE_SCHEMES:
        return f"must not use the scheme {scheme.lower()}"
    return _web_problem(uri) if scheme.lower() in {"http", "https"} else None


def _web_problem(uri: str) -> str | None:
    try:
        parts = urlsplit(uri)
        host, _port = parts.hostname, parts.port
    except ValueError:
        return "must have a valid host and port"
    if not host or not parts.netloc:
        return "must name a host"
    if "@" in parts.netloc:
        return "must not carry a user name or password"
    if parts.scheme == "http" and host not in _LOOPBACK:
        return "must use https (http is for localhost and 127.0.0.1 alone)"
    return None


def _providers(settings: PoolSettings, secrets: PoolSecrets, stored: Collection[ProviderName]) -> Iterator[str]:
    texts = secrets.by_provider()
    for name, provider in settings.social_providers().items():
        path = f"oAuth.socialProviderSettings.{name}"
        apple = isinstance(provider, AppleProvider)
        ids = {"client_id": provider.client_id}
        if isinstance(provider, AppleProvider):
            ids |= {"key_id": provider.key_id, "team_id": provider.team_id}
        for member, text in ids.items():
            if not text or len(text) > _ID_CHARACTERS:
                yield f"{path}.{member} is required, with at most {_ID_CHARACTERS} characters"
        member = "private_key" if apple else "client_secret"
        if name not in texts and name not in stored:
            yield f"{path}.{member} is required"
        elif len(texts.get(name, "")) > _SECRET_CHARACTERS:
            yield f"{path}.{member} must be at most {_SECRET_CHARACTERS} characters"


def _duplicates(path: str, values: Sequence[str]) -> Iterator[str]:
    twice = sorted({value for value in values if values.count(value) > 1}) if len(set(values)) < len(values) else []
    if twice:
        yield f"{path} must not repeat {', '.join(twice)[:200]}"
