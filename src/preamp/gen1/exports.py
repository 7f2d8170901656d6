"""Client configuration: the files with which unchanged Amplify libraries find this server.

No key of aws-exports or amplify_outputs names an endpoint of a user pool, an identity pool or a bucket. Two ways round
that, both tried against aws-amplify 5.3 to 6.22 (reference page of client configuration, section 5):

- native: the libraries' own ResourcesConfig, which has endpoints for all but buckets. `version` keeps the libraries in
  that mode, and makes the object type-check.
- legacy: the keys of old, with the server's address behind the region, so that the URL that the libraries build leads
  here: `https://cognito-idp.` + `us-east-1.HOST/?` + `.amazonaws.com`.

A bucket's region is `HOST/#` in both: `https://BUCKET.s3.` + `HOST/#` + `.amazonaws.com`. All functions are pure.
"""

import json
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from msgspec import Struct

Format = Literal["aws-exports", "amplifyconfiguration", "amplify_outputs", "android", "ios", "dart", "env"]
Mode = Literal["native", "legacy"]
FORMATS: tuple[Format, ...] = get_args(Format)
MODES: tuple[Mode, ...] = get_args(Mode)
FILE_NAMES: dict[Format, str] = {
    "aws-exports": "aws-exports.js",
    "amplifyconfiguration": "amplifyconfiguration.json",
    "amplify_outputs": "amplify_outputs.json",
    "android": "amplifyconfiguration.json",
    "ios": "amplifyconfiguration.json",
    "dart": "amplifyconfiguration.dart",
    "env": ".env.preamp",
}
_MODES = {
    "API_KEY": "apiKey",
    "AWS_IAM": "iam",
    "AMAZON_COGNITO_USER_POOLS": "userPool",
    "OPENID_CONNECT": "oidc",
    "AWS_LAMBDA": "lambda",
}
_SOCIAL = {"FACEBOOK": "Facebook", "GOOGLE": "Google", "AMAZON": "Amazon", "APPLE": "Apple"}
_RULES = {
    "REQUIRES_LOWERCASE": ("requireLowercase", "require_lowercase"),
    "REQUIRES_UPPERCASE": ("requireUppercase", "require_uppercase"),
    "REQUIRES_NUMBERS": ("requireNumbers", "require_numbers"),
    "REQUIRES_SYMBOLS": ("requireSpecialCharacters", "require_symbols"),
}
_LOOPBACK = frozenset({"127.0.0.1", "::1"})
Json = dict[str, Any]


class OAuth(Struct, frozen=True, kw_only=True):
    """The hosted UI."""

    domain: str
    scopes: tuple[str, ...]
    sign_in: tuple[str, ...]
    sign_out: tuple[str, ...]
    response_type: str


class Auth(Struct, frozen=True, kw_only=True):
    """The user pool and its clients. `front` is amplify-meta's frontendAuthConfig."""

    user_pool_id: str
    web_client_id: str
    native_client_id: str
    identity_pool_id: str | None
    guests: bool
    groups: tuple[str, ...]
    front: Json
    o_auth: OAuth | None = None


class Api(Struct, frozen=True, kw_only=True):
    """The GraphQL API."""

    name: str
    endpoint: str
    key: str | None
    modes: tuple[str, ...]


class Backend(Struct, frozen=True, kw_only=True):
    """An environment as its clients must know it. `url` is where the server is reached, without a slash at its end."""

    app_id: str
    environment: str
    region: str
    url: str
    auth: Auth | None = None
    api: Api | None = None
    bucket: str | None = None
    introspection: Json | None = None

    @property
    def host(self) -> str:
        """Host and port of the server."""
        return urlsplit(self.url).netloc

    @property
    def bucket_region(self) -> str:
        """What stands for the region of buckets. Loopback addresses have no names below them, localhost has."""
        parts = urlsplit(self.url)
        if parts.hostname in _LOOPBACK:
            return f"localhost:{parts.port}/#" if parts.port else "localhost/#"
        return f"{parts.netloc}/#"

    @property
    def pool_region(self) -> str:
        """What stands for the region of user pools in the legacy mode."""
        return f"{self.region}.{self.host}/?"


def backend_of(document: Json, url: str | None = None) -> Backend:
    """The values of a GetBackendClientConfig answer; `url` where clients reach the server by another address."""
    meta: Json = json.loads(document["amplifyMetaConfig"])
    base = (url or document["publicUrl"]).rstrip("/")
    served = {category: _served(meta, category) for category in ("auth", "api", "storage")}
    introspection = document.get("modelIntrospectionSchema")
    return Backend(
        app_id=document["appId"],
        environment=document["backendEnvironmentName"],
        region=document["region"],
        url=base,
        auth=_auth(document, served["auth"][1], urlsplit(base).netloc) if served["auth"] else None,
        api=_api(served["api"], base) if served["api"] else None,
        bucket=served["storage"][1]["output"]["BucketName"] if served["storage"] else None,
        introspection=json.loads(introspection) if introspection else None,
    )


def _served(meta: Json, category: str) -> tuple[str, Json] | None:
    service = {"auth": "Cognito", "api": "AppSync", "storage": "S3"}[category]
    return next(((name, one) for name, one in meta.get(category, {}).items() if one.get("service") == service), None)


def _auth(document: Json, entry: Json, host: str) -> Auth:
    output = entry["output"]
    return Auth(
        user_pool_id=output["UserPoolId"],
        web_client_id=output["AppClientIDWeb"],
        native_client_id=output["AppClientID"],
        identity_pool_id=output.get("IdentityPoolId"),
        guests=bool(document.get("guests")),
        groups=tuple(document.get("groups") or ()),
        front=entry.get("frontendAuthConfig") or {},
        o_auth=_o_auth(output, host),
    )


def _o_auth(output: Json, host: str) -> OAuth | None:
    if "HostedUIDomain" not in output or "OAuthMetadata" not in output:
        return None
    metadata = json.loads(output["OAuthMetadata"])
    return OAuth(
        domain=f"{host}/auth/{output['HostedUIDomain']}",
        scopes=tuple(metadata["AllowedOAuthScopes"]),
        sign_in=tuple(metadata["CallbackURLs"]),
        sign_out=tuple(metadata["LogoutURLs"]),
        response_type="token" if metadata["AllowedOAuthFlows"] == ["implicit"] else "code",
    )


def _api(found: tuple[str, Json], base: str) -> Api:
    name, output = found[0], found[1]["output"]
    types = [
        output["authConfig"]["defaultAuthentication"],
        *output["authConfig"].get("additionalAuthenticationProviders", []),
    ]
    return Api(
        name=name,
        endpoint=base + urlsplit(output["GraphQLAPIEndpointOutput"]).path,
        key=output.get("GraphQLAPIKeyOutput"),
        modes=tuple(one["authenticationType"] for one in types),
    )


def written(backend: Backend, form: Format, mode: Mode = "native") -> str:
    """The text of a configuration file."""
    if form == "aws-exports":
        return _module(backend, mode)
    if form == "amplifyconfiguration":
        return _text(native(backend) if mode == "native" else legacy(backend))
    if form == "amplify_outputs":
        return _text(outputs(backend))
    if form == "dart":
        return f"const amplifyconfig = r'''{_text(mobile(backend)).rstrip()}''';\n"
    if form == "env":
        return _environment(backend)
    return _text(mobile(backend))


def _text(value: Json) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


# JavaScript ----------------------------------------------------------------------------------------------------


def native(backend: Backend) -> Json:
    """ResourcesConfig of aws-amplify 6.15 and newer."""
    config: Json = {"version": "preamp"}
    if backend.auth is not None:
        config["Auth"] = {"Cognito": _native_auth(backend, backend.auth)}
    if backend.api is not None:
        api = backend.api
        config["API"] = {
            "GraphQL": {
                "endpoint": api.endpoint,
                "region": backend.region,
                "defaultAuthMode": _MODES[api.modes[0]],
                **({"apiKey": api.key} if api.key else {}),
                **({"modelIntrospection": backend.introspection} if backend.introspection else {}),
            }
        }
    if backend.bucket is not None:
        config["Storage"] = {"S3": {"bucket": backend.bucket, "region": backend.bucket_region}}
    return config


def _native_auth(backend: Backend, auth: Auth) -> Json:
    names, policy = set(auth.front.get("usernameAttributes", [])), auth.front.get("passwordProtectionSettings", {})
    characters = policy.get("passwordPolicyCharacters", [])
    required = dict.fromkeys([*auth.front.get("verificationMechanisms", []), *auth.front.get("signupAttributes", [])])
    found: Json = {
        "userPoolId": auth.user_pool_id,
        "userPoolClientId": auth.web_client_id,
        "userPoolEndpoint": f"{backend.url}/",
        "signUpVerificationMethod": "code",
        "loginWith": {
            "username": not names,
            "email": "EMAIL" in names,
            "phone": "PHONE_NUMBER" in names,
        },
        "userAttributes": {name.lower(): {"required": True} for name in required},
        "mfa": {
            "status": auth.front.get("mfaConfiguration", "OFF").lower(),
            "totpEnabled": "TOTP" in auth.front.get("mfaTypes", []),
            "smsEnabled": "SMS" in auth.front.get("mfaTypes", []),
        },
        "passwordFormat": {
            "minLength": policy.get("passwordPolicyMinLength", 8),
            **{name: rule in characters for rule, (name, _) in _RULES.items()},
        },
    }
    if auth.identity_pool_id is not None:
        found["identityPoolId"] = auth.identity_pool_id
        found["identityPoolEndpoint"] = f"{backend.url}/"
        found["allowGuestAccess"] = auth.guests
    if auth.groups:
        found["groups"] = [{name: {"precedence": place}} for place, name in enumerate(auth.groups)]
    if auth.o_auth is not None:
        found["loginWith"]["oauth"] = {
            "domain": auth.o_auth.domain,
            "scopes": list(auth.o_auth.scopes),
            "redirectSignIn": list(auth.o_auth.sign_in),
            "redirectSignOut": list(auth.o_auth.sign_out),
            "responseType": auth.o_auth.response_type,
            **({"providers": social} if (social := _social(auth)) else {}),
        }
    return found


def _social(auth: Auth) -> list[str]:
    return [_SOCIAL[name] for name in auth.front.get("socialProviders", []) if name in _SOCIAL]


def legacy(backend: Backend) -> Json:
    """The keys of aws-exports.js as the Amplify CLI writes them, led here by their regions."""
    found: Json = {"aws_project_region": backend.region}
    if backend.api is not None:
        found |= {
            "aws_appsync_graphqlEndpoint": backend.api.endpoint,
            "aws_appsync_region": backend.region,
            "aws_appsync_authenticationType": backend.api.modes[0],
        }
        if backend.api.key:
            found["aws_appsync_apiKey"] = backend.api.key
        if backend.introspection:
            found["modelIntrospection"] = backend.introspection
    if backend.auth is not None:
        found |= _legacy_auth(backend, backend.auth, pool_id=_led(backend, backend.auth.user_pool_id))
        # aws-amplify 5 refuses such a pool id and reads this key instead; version 6 does not know it.
        found["endpoint"] = f"{backend.url}/"
    if backend.bucket is not None:
        found |= _legacy_bucket(backend)
    return found


def _legacy_auth(backend: Backend, auth: Auth, *, pool_id: str) -> Json:
    front = auth.front
    found: Json = {
        "aws_cognito_region": backend.region,
        "aws_user_pools_id": pool_id,
        "aws_user_pools_web_client_id": auth.web_client_id,
        "oauth": {},
        "aws_cognito_username_attributes": front.get("usernameAttributes", []),
        "aws_cognito_social_providers": front.get("socialProviders", []),
        "aws_cognito_signup_attributes": front.get("signupAttributes", []),
        "aws_cognito_mfa_configuration": front.get("mfaConfiguration", "OFF"),
        "aws_cognito_mfa_types": front.get("mfaTypes", []),
        "aws_cognito_password_protection_settings": front.get("passwordProtectionSettings", {}),
        "aws_cognito_verification_mechanisms": front.get("verificationMechanisms", []),
    }
    if auth.identity_pool_id is not None:
        region, _, rest = auth.identity_pool_id.partition(":")
        # A port cannot stand there: the libraries split the id at its first colon.
        led = f"{region}.{backend.host}/?:{rest}" if ":" not in backend.host else auth.identity_pool_id
        found["aws_cognito_identity_pool_id"] = led
        if not auth.guests:
            found["aws_mandatory_sign_in"] = "enable"
    if auth.o_auth is not None:
        found["oauth"] = {
            "domain": auth.o_auth.domain,
            "scope": list(auth.o_auth.scopes),
            "redirectSignIn": ",".join(auth.o_auth.sign_in),
            "redirectSignOut": ",".join(auth.o_auth.sign_out),
            "responseType": auth.o_auth.response_type,
        }
    return found


def _legacy_bucket(backend: Backend) -> Json:
    return {"aws_user_files_s3_bucket": backend.bucket, "aws_user_files_s3_bucket_region": backend.bucket_region}


def _led(backend: Backend, pool_id: str) -> str:
    return f"{backend.pool_region}_{pool_id.partition('_')[2]}"


def _module(backend: Backend, mode: Mode) -> str:
    head = (
        "/* eslint-disable */\n// Written by preamp: `preamp pull` writes it anew.\n"
        f"// App {backend.app_id}, environment {backend.environment}.\n\n"
    )
    if mode == "legacy":
        return f"{head}const awsmobile = {_text(legacy(backend)).rstrip()};\n\nexport default awsmobile;\n"
    known: Json = {"aws_project_region": backend.region}
    if backend.api is not None:
        known |= {
            "aws_appsync_graphqlEndpoint": backend.api.endpoint,
            "aws_appsync_region": backend.region,
            "aws_appsync_authenticationType": backend.api.modes[0],
            **({"aws_appsync_apiKey": backend.api.key} if backend.api.key else {}),
        }
    if backend.auth is not None:
        known |= _legacy_auth(backend, backend.auth, pool_id=backend.auth.user_pool_id)
        known |= (
            {"aws_cognito_identity_pool_id": backend.auth.identity_pool_id} if backend.auth.identity_pool_id else {}
        )
    if backend.bucket is not None:
        known |= _legacy_bucket(backend)
    return (
        f"{head}const awsmobile = {_text(native(backend)).rstrip()};\n\n"
        "// For code that reads them: not enumerable, so that Amplify.configure does not take this for the old form.\n"
        f"const known = {_text(known).rstrip()};\n"
        "for (const [key, value] of Object.entries(known)) {\n"
        "  Object.defineProperty(awsmobile, key, { value, enumerable: false });\n"
        "}\n\nexport default awsmobile;\n"
    )


def declaration() -> str:
    """The text of aws-exports.d.ts, with which the module type-checks as what Amplify.configure takes."""
    return (
        "// Written by preamp.\nimport type { ResourcesConfig } from 'aws-amplify';\n\n"
        "declare const awsmobile: ResourcesConfig & {\n"
        "  readonly version: string;\n  readonly [key: `aws_${string}`]: any;\n};\n"
        "export default awsmobile;\n"
    )


# amplify_outputs -----------------------------------------------------------------------------------------------


def outputs(backend: Backend) -> Json:
    """amplify_outputs.json of schema 1.3."""
    found: Json = {"version": "1.3"}
    if backend.auth is not None:
        found["auth"] = _outputs_auth(backend, backend.auth)
    if backend.api is not None:
        found["data"] = {
            "aws_region": backend.region,
            "url": backend.api.endpoint,
            **({"api_key": backend.api.key} if backend.api.key else {}),
            "default_authorization_type": backend.api.modes[0],
            "authorization_types": list(backend.api.modes[1:]),
            **({"model_introspection": backend.introspection} if backend.introspection else {}),
        }
    if backend.bucket is not None:
        region = backend.bucket_region
        bucket = {"name": backend.bucket, "bucket_name": backend.bucket, "aws_region": region}
        found["storage"] = {"aws_region": region, "bucket_name": backend.bucket, "buckets": [bucket]}
    return found


def _outputs_auth(backend: Backend, auth: Auth) -> Json:
    front = auth.front
    policy = front.get("passwordProtectionSettings", {})
    mfa = {"OFF": "NONE", "ON": "REQUIRED"}.get(front.get("mfaConfiguration", "OFF"), "OPTIONAL")
    found: Json = {
        "aws_region": backend.region,
        "user_pool_id": _led(backend, auth.user_pool_id),
        "user_pool_client_id": auth.web_client_id,
        "password_policy": {
            "min_length": policy.get("passwordPolicyMinLength", 8),
            **{name: rule in policy.get("passwordPolicyCharacters", []) for rule, (_, name) in _RULES.items()},
        },
        "standard_required_attributes": [name.lower() for name in front.get("signupAttributes", [])],
        "username_attributes": [name.lower() for name in front.get("usernameAttributes", [])],
        "user_verification_types": [name.lower() for name in front.get("verificationMechanisms", [])],
        "unauthenticated_identities_enabled": auth.guests,
        "mfa_configuration": mfa,
        "mfa_methods": list(front.get("mfaTypes", [])),
    }
    if auth.identity_pool_id is not None:
        found["identity_pool_id"] = _legacy_auth(backend, auth, pool_id="")["aws_cognito_identity_pool_id"]
    if auth.groups:
        found["groups"] = [{name: {"precedence": place}} for place, name in enumerate(auth.groups)]
    if auth.o_auth is not None:
        providers = {
            "FACEBOOK": "FACEBOOK",
            "GOOGLE": "GOOGLE",
            "AMAZON": "LOGIN_WITH_AMAZON",
            "APPLE": "SIGN_IN_WITH_APPLE",
        }
        found["oauth"] = {
            "identity_providers": [providers[name] for name in front.get("socialProviders", []) if name in providers],
            "domain": auth.o_auth.domain,
            "scopes": list(auth.o_auth.scopes),
            "redirect_sign_in_uri": list(auth.o_auth.sign_in),
            "redirect_sign_out_uri": list(auth.o_auth.sign_out),
            "response_type": auth.o_auth.response_type,
        }
    return found


# Android, iOS, Flutter -----------------------------------------------------------------------------------------


def mobile(backend: Backend) -> Json:
    """amplifyconfiguration.json of Amplify Android, Swift and Flutter. They take a user pool's host name alone."""
    found: Json = {"UserAgent": "aws-amplify-cli/2.0", "Version": "1.0"}
    if backend.auth is not None:
        found["auth"] = {"plugins": {"awsCognitoAuthPlugin": _mobile_auth(backend, backend.auth)}}
    if backend.api is not None:
        api = backend.api
        entry = {
            "endpointType": "GraphQL",
            "endpoint": api.endpoint,
            "region": backend.region,
            "authorizationType": api.modes[0],
            **({"apiKey": api.key} if api.key else {}),
        }
        found["api"] = {"plugins": {"awsAPIPlugin": {api.name: entry}}}
    if backend.bucket is not None:
        plugin = {"bucket": backend.bucket, "region": backend.region, "defaultAccessLevel": "guest"}
        found["storage"] = {"plugins": {"awsS3StoragePlugin": plugin}}
    return found


def _mobile_auth(backend: Backend, auth: Auth) -> Json:
    pool: Json = {"PoolId": auth.user_pool_id, "AppClientId": auth.native_client_id, "Region": backend.region}
    pool["Endpoint"] = backend.host
    settings: Json = {"authenticationFlowType": "USER_SRP_AUTH", **auth.front}
    if auth.o_auth is not None:
        settings["OAuth"] = {
            "WebDomain": auth.o_auth.domain,
            "AppClientId": auth.native_client_id,
            "SignInRedirectURI": ",".join(auth.o_auth.sign_in),
            "SignOutRedirectURI": ",".join(auth.o_auth.sign_out),
            "Scopes": list(auth.o_auth.scopes),
        }
    found: Json = {
        "UserAgent": "aws-amplify-cli/0.1.0",
        "Version": "0.1.0",
        "IdentityManager": {"Default": {}},
        "CognitoUserPool": {"Default": pool},
        "Auth": {"Default": settings},
    }
    if auth.identity_pool_id is not None:
        identity = {"PoolId": auth.identity_pool_id, "Region": backend.region}
        found["CredentialsProvider"] = {"CognitoIdentity": {"Default": identity}}
    return found


# Environment variables -----------------------------------------------------------------------------------------


def _environment(backend: Backend) -> str:
    values = {
        "PREAMP_URL": backend.url,
        "PREAMP_APP": backend.app_id,
        "PREAMP_ENV": backend.environment,
        "AWS_REGION": backend.region,
        "AWS_ENDPOINT_URL": backend.url,
    }
    if backend.api is not None:
        values["AMPLIFY_GRAPHQL_ENDPOINT"] = backend.api.endpoint
        values |= {"AMPLIFY_GRAPHQL_API_KEY": backend.api.key} if backend.api.key else {}
    if backend.auth is not None:
        values["AMPLIFY_USER_POOL_ID"] = backend.auth.user_pool_id
        values["AMPLIFY_USER_POOL_CLIENT_ID"] = backend.auth.web_client_id
        values |= {"AMPLIFY_IDENTITY_POOL_ID": backend.auth.identity_pool_id} if backend.auth.identity_pool_id else {}
    if backend.bucket is not None:
        values["AMPLIFY_BUCKET"] = backend.bucket
    return "".join(f"{name}={value}\n" for name, value in values.items())
