"""Signing in at somebody else's: Google, Facebook, Login with Amazon, Sign in with Apple and any OIDC provider.

The requests are written and the answers read by Authlib's RFC 6749 functions; ID tokens are verified by kit.jwt. What a
provider says is believed only after its issuer, audience, times, nonce and access token hash were held against what was
asked. Sources: each provider's documentation; OpenID Connect Core, section 3.1.3.7; RFC 9207 for mixed-up issuers.
"""

import base64
import hashlib
import hmac
import ipaddress
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx2
import msgspec
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt as signing
from joserfc.jwk import ECKey
from msgspec import Struct
from msgspec.structs import replace

from preamp.auth.settings import AppleProvider, SocialProvider
from preamp.kit import jwt
from preamp.kit.clock import Clock

Kind = Literal["Google", "Facebook", "LoginWithAmazon", "SignInWithApple", "OIDC"]

_SECONDS = 10.0
_MAX_ANSWER_BYTES = 262_144
_KEYS_MS = 600_000
_DISCOVERY_MS = 3_600_000
_SUBJECT_CHARACTERS = 255
_APPLE_SECRET_SECONDS = 300
_HASHES = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}
_FACEBOOK = "https://graph.facebook.com/v21.0"


class ProviderError(Exception):
    """The sign-in there failed; the text is fit for the person at the browser and for the log."""


class Provider(Struct, frozen=True, kw_only=True):
    """A provider as a pool uses it. `mapping` gives each attribute the claim that fills it.

    Without `jwks_url` there are no ID tokens: who the user is stands at `attributes_url` alone. `secret` is Apple's
    private key (PEM) where `team_id` is set.
    """

    name: str
    kind: Kind
    client_id: str
    secret: str
    scopes: str
    authorize_url: str = ""
    token_url: str = ""
    attributes_url: str = ""
    jwks_url: str = ""
    issuers: tuple[str, ...] = ()
    discover: str = ""
    mapping: dict[str, str] = {}
    subject: str = "sub"
    form_post: bool = False
    team_id: str = ""
    key_id: str = ""

    def __repr__(self) -> str:
        return f"Provider({self.name})"


class Profile(Struct, frozen=True, kw_only=True):
    """Who signed in there. `attributes` are those of the mapping that came."""

    subject: str
    issuer: str | None
    attributes: dict[str, str]


_KNOWN: dict[str, Provider] = {
    "Google": Provider(
        name="Google",
        kind="Google",
        client_id="",
        secret="",
        scopes="openid email profile",
        authorize_url="https://accounts.google.com/o/oauth2/v2/auth",
        token_url="https://oauth2.googleapis.com/token",  # noqa: S106  an address
        attributes_url="https://openidconnect.googleapis.com/v1/userinfo",
        jwks_url="https://www.googleapis.com/oauth2/v3/certs",
        issuers=("https://accounts.google.com", "accounts.google.com"),
        mapping={
            "email": "email",
            "name": "name",
            "given_name": "given_name",
            "family_name": "family_name",
            "picture": "picture",
            "phone_number": "phoneNumbers",
            "birthdate": "birthdays",
            "gender": "genders",
        },
    ),
    "Facebook": Provider(
        name="Facebook",
        kind="Facebook",
        client_id="",
        secret="",
        scopes="email,public_profile",
        authorize_url="https://www.facebook.com/v21.0/dialog/oauth",
        token_url=f"{_FACEBOOK}/oauth/access_token",
        attributes_url=f"{_FACEBOOK}/me",
        mapping={
            "email": "email",
            "name": "name",
            "given_name": "first_name",
            "family_name": "last_name",
            "middle_name": "middle_name",
            "gender": "gender",
            "birthdate": "birthday",
            "picture": "picture",
            "updated_at": "updated_time",
        },
        subject="id",
    ),
    "LoginWithAmazon": Provider(
        name="LoginWithAmazon",
        kind="LoginWithAmazon",
        client_id="",
        secret="",
        scopes="profile profile:user_id",
        authorize_url="https://www.amazon.com/ap/oa",
        token_url="https://api.amazon.com/auth/o2/token",  # noqa: S106  an address
        attributes_url="https://api.amazon.com/user/profile",
        mapping={"email": "email", "name": "name", "locale": "postal_code"},
        subject="user_id",
    ),
    "SignInWithApple": Provider(
        name="SignInWithApple",
        kind="SignInWithApple",
        client_id="",
        secret="",
        scopes="email name",
        authorize_url="https://appleid.apple.com/auth/authorize",
        token_url="https://appleid.apple.com/auth/token",  # noqa: S106  an address
        jwks_url="https://appleid.apple.com/auth/keys",
        issuers=("https://appleid.apple.com",),
        mapping={"email": "email", "name": "name", "given_name": "firstName", "family_name": "lastName"},
        form_post=True,
    ),
}


def known_provider(
    name: str, settings: SocialProvider | AppleProvider, secret: str, wanted_attributes: frozenset[str]
) -> Provider:
    """A social provider of CreateBackendAuth; it fills the attributes that the pool requires, and e-mail."""
    base = _KNOWN[name]
    mapping = {one: claim for one, claim in base.mapping.items() if one in wanted_attributes or one == "email"}
    found = replace(base, client_id=settings.client_id or "", secret=secret, mapping=mapping)
    if isinstance(settings, AppleProvider):
        return replace(found, team_id=settings.team_id or "", key_id=settings.key_id or "")
    return found


def detailed_provider(name: str, kind: Kind, details: Mapping[str, str], mapping: Mapping[str, str]) -> Provider:
    """A provider of CreateIdentityProvider: ProviderDetails and AttributeMapping in Cognito's words."""
    base = _KNOWN.get(kind) or Provider(name=name, kind="OIDC", client_id="", secret="", scopes="openid")
    attributes = {one: claim for one, claim in mapping.items() if one != "username"}
    issuer = details.get("oidc_issuer", "")
    return replace(
        base,
        name=name,
        client_id=details.get("client_id", ""),
        secret=details.get("private_key") or details.get("client_secret", ""),
        scopes=details.get("authorize_scopes") or base.scopes,
        authorize_url=details.get("authorize_url") or base.authorize_url,
        token_url=details.get("token_url") or base.token_url,
        attributes_url=details.get("attributes_url") or base.attributes_url,
        jwks_url=details.get("jwks_uri") or base.jwks_url,
        issuers=(issuer,) if issuer else base.issuers,
        discover=issuer if kind == "OIDC" else "",
        mapping=attributes,
        subject=mapping.get("username") or base.subject,
        team_id=details.get("team_id", ""),
        key_id=details.get("key_id", ""),
    )


def at_issuer(provider: Provider, issuer: str) -> Provider:
    """The provider as one found at this issuer, by discovery: for a proxy, or for tests against a local one."""
    return replace(
        provider,
        authorize_url="",
        token_url="",
        attributes_url="",
        jwks_url="",
        issuers=(issuer,),
        discover=issuer,
        scopes="openid email profile",
        subject="sub",
        form_post=False,
    )


class Social:
    """Speaks with providers. `issuers` names providers that are found elsewhere than where they are known to be."""

    def __init__(self, clock: Clock, issuers: Mapping[str, str] | None = None) -> None:
        self._clock = clock
        self._issuers = dict(issuers or {})
        self._http = httpx2.AsyncClient(timeout=_SECONDS, trust_env=False, follow_redirects=False)
        self._kept: dict[str, tuple[int, Any]] = {}

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def ready(self, provider: Provider) -> Provider:
        """The provider with all its addresses. Raises ProviderError."""
        if provider.name in self._issuers:
            provider = at_issuer(provider, self._issuers[provider.name])
        if not provider.discover or (provider.authorize_url and provider.token_url and provider.jwks_url):
            return provider
        address = f"{provider.discover.rstrip('/')}/.well-known/openid-configuration"
        found = await self._document(address, _DISCOVERY_MS)
        if found.get("issuer") not in provider.issuers:
            raise ProviderError(f"{provider.name} tells of another issuer than it was set up with.")
        texts = {name: value for name, value in found.items() if isinstance(value, str)}
        return replace(
            provider,
            authorize_url=provider.authorize_url or texts.get("authorization_endpoint", ""),
            token_url=provider.token_url or texts.get("token_endpoint", ""),
            attributes_url=provider.attributes_url or texts.get("userinfo_endpoint", ""),
            jwks_url=provider.jwks_url or texts.get("jwks_uri", ""),
        )

    def address(self, provider: Provider, *, state: str, nonce: str, verifier: str, redirect_uri: str) -> str:
        """Where the browser goes to sign in there."""
        _check_address(provider, provider.authorize_url)
        more = {"nonce": nonce} if provider.jwks_url else {}
        if provider.form_post:
            more["response_mode"] = "form_post"
        address: str = prepare_grant_uri(
            provider.authorize_url,
            provider.client_id,
            "code",
            redirect_uri=redirect_uri,
            scope=provider.scopes,
            state=state,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
            **more,
        )
        return address

    async def profile(
        self, provider: Provider, *, code: str, nonce: str, verifier: str, redirect_uri: str, extra: Mapping[str, Any]
    ) -> Profile:
        """Exchange the code, verify what comes, and read who it is. `extra` are claims that came beside the code.

        Raises ProviderError.
        """
        answer = await self._exchange(provider, code, verifier, redirect_uri)
        access_token = answer.get("access_token")
        claims: dict[str, Any] = dict(extra)
        if provider.jwks_url:
            claims |= await self._id_token(provider, answer, nonce)
        if provider.attributes_url and isinstance(access_token, str):
            claims = self._merged(provider, claims, await self._attributes(provider, access_token))
        subject = claims.get(provider.subject)
        if isinstance(subject, int) and not isinstance(subject, bool):
            subject = str(subject)
        if not isinstance(subject, str) or not 0 < len(subject) <= _SUBJECT_CHARACTERS or not subject.isprintable():
            raise ProviderError(f"{provider.name} did not tell who signed in.")
        attributes = {name: _text(claims[claim]) for name, claim in provider.mapping.items() if claim in claims}
        issuer = claims.get("iss")
        return Profile(
            subject=subject,
            issuer=issuer if isinstance(issuer, str) else None,
            attributes={name: value[:2048] for name, value in attributes.items() if value},
        )

    def _merged(self, provider: Provider, claims: dict[str, Any], told: dict[str, Any]) -> dict[str, Any]:
        """The ID token's claims with those of the attributes' address, which must be of the same user."""
        if provider.jwks_url and told.get("sub") != claims.get("sub"):
            raise ProviderError(f"{provider.name} told of two different users.")
        return {**told, **claims}

    async def _exchange(self, provider: Provider, code: str, verifier: str, redirect_uri: str) -> dict[str, Any]:
        _check_address(provider, provider.token_url)
        body = prepare_token_request(
            "authorization_code",
            redirect_uri=redirect_uri,
            code=code,
            code_verifier=verifier,
            client_id=provider.client_id,
            client_secret=self._secret(provider),
        )
        headers = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
        return await self._ask("POST", provider, provider.token_url, headers, body.encode())

    def _secret(self, provider: Provider) -> str:
        """The client's secret; Apple's is a token that the private key signs, for five minutes."""
        if not provider.team_id:
            return provider.secret
        now = self._clock.now_ms() // 1000
        claims = {
            "iss": provider.team_id,
            "iat": now,
            "exp": now + _APPLE_SECRET_SECONDS,
            "aud": "https://appleid.apple.com",
            "sub": provider.client_id,
        }
        try:
            key = ECKey.import_key(provider.secret)
            return signing.encode({"alg": "ES256", "kid": provider.key_id}, claims, key, algorithms=["ES256"])
        except ValueError:
            raise ProviderError(f"{provider.name} is not set up rightly: its private key cannot be used.") from None

    async def _attributes(self, provider: Provider, access_token: str) -> dict[str, Any]:
        address = provider.attributes_url
        _check_address(provider, address)
        if provider.kind == "Facebook" and provider.subject == "id":
            address += "?fields=" + ",".join(dict.fromkeys(("id", *provider.mapping.values())))
        headers = {"authorization": f"Bearer {access_token}", "accept": "application/json"}
        return await self._ask("GET", provider, address, headers, None)

    async def _id_token(self, provider: Provider, answer: Mapping[str, Any], nonce: str) -> dict[str, Any]:
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise ProviderError(f"{provider.name} sent no ID token.")
        now = self._clock.now_ms() / 1000
        try:
            try:
                claims = jwt.verify(token, await self._keys(provider, fresh=False), jwt.ALGORITHMS, now)
            except jwt.UnknownKeyError:
                claims = jwt.verify(token, await self._keys(provider, fresh=True), jwt.ALGORITHMS, now)
        except jwt.TokenError as error:
            raise ProviderError(f"{provider.name} sent an ID token that is not valid: {error}") from None
        check_claims(provider, claims, nonce)
        check_access_token(provider, token, claims, answer.get("access_token"))
        return dict(claims)

    async def _keys(self, provider: Provider, *, fresh: bool) -> jwt.KeySet:
        document = await self._document(provider.jwks_url, 60_000 if fresh else _KEYS_MS)
        try:
            return jwt.KeySet.read(document)
        except jwt.KeySetError:
            raise ProviderError(f"{provider.name} publishes no keys.") from None

    async def _document(self, address: str, lives_ms: int) -> dict[str, Any]:
        now = self._clock.now_ms()
        known = self._kept.get(address)
        if known is not None and now < known[0] + lives_ms:
            found: dict[str, Any] = known[1]
            return found
        _check_plain(address)
        found = await self._json("GET", address, {"accept": "application/json"}, None)
        if len(self._kept) > 256:
            self._kept.clear()
        self._kept[address] = (now, found)
        return found

    async def _ask(
        self, method: str, provider: Provider, address: str, headers: dict[str, str], body: bytes | None
    ) -> dict[str, Any]:
        found = await self._json(method, address, headers, body)
        if "error" in found:
            raise ProviderError(f"{provider.name} refused: {str(found['error'])[:100]}")
        return found

    async def _json(self, method: str, address: str, headers: dict[str, str], body: bytes | None) -> dict[str, Any]:
        host = urlsplit(address).hostname
        try:
            async with self._http.stream(method, address, headers=headers, content=body) as answer:
                chunks = b""
                async for chunk in answer.aiter_bytes():
                    chunks += chunk
                    if len(chunks) > _MAX_ANSWER_BYTES:
                        raise ProviderError(f"{host} answers too much.")
        except httpx2.HTTPError as error:
            raise ProviderError(f"{host} does not answer ({type(error).__name__}).") from None
        try:
            return msgspec.json.decode(chunks, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise ProviderError(f"{host} answered {answer.status_code} and no JSON.") from None


def check_claims(provider: Provider, claims: Mapping[str, Any], nonce: str) -> None:
    """Hold an ID token's claims against what was asked. Raises ProviderError."""
    if claims.get("iss") not in provider.issuers:
        raise ProviderError(f"{provider.name} sent an ID token of another issuer.")
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience if isinstance(audience, list) else []
    if provider.client_id not in audiences or (len(audiences) > 1 and claims.get("azp") != provider.client_id):
        raise ProviderError(f"{provider.name} sent an ID token that is for somebody else.")
    if "azp" in claims and claims["azp"] != provider.client_id:
        raise ProviderError(f"{provider.name} sent an ID token that is for somebody else.")
    given = claims.get("nonce")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), nonce.encode()):
        raise ProviderError(f"{provider.name} sent an ID token that was not asked for.")


def check_access_token(provider: Provider, id_token: str, claims: Mapping[str, Any], access_token: object) -> None:
    """Hold at_hash, where there is one, against the access token beside it. Raises ProviderError."""
    expected = claims.get("at_hash")
    if expected is None:
        return
    header = msgspec.json.decode(base64.urlsafe_b64decode(id_token.partition(".")[0] + "=="), type=dict[str, Any])
    hashing = _HASHES.get(str(header.get("alg"))[-3:], hashlib.sha512)
    digest = hashing(str(access_token).encode()).digest()
    made = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
    if not isinstance(expected, str) or not hmac.compare_digest(made.encode(), expected.encode()):
        raise ProviderError(f"{provider.name} sent an ID token of another access token.")


def _check_address(provider: Provider, address: str) -> None:
    try:
        _check_plain(address)
    except ProviderError:
        raise ProviderError(
            f"{provider.name} is not set up rightly: an address of it is missing or not https."
        ) from None


def _check_plain(address: str) -> None:
    """Refuse anything but https; http is for loopback addresses."""
    parts = urlsplit(address)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and _is_loopback(parts.hostname or ""):
        return
    raise ProviderError("a provider's address must use https")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _text(value: object) -> str:
    """A claim as an attribute's text; of Facebook's picture the address."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    match value:
        case {"data": {"url": str(url)}}:
            return url
        case [{"value": str(text)}, *_] | [str(text), *_]:
            return text
    return ""
