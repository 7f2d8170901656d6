"""The documents that GetBackend answers: amplify-meta.json and cli.json, in the shape the Amplify CLI writes them.

Scripts read them as compact JSON text (`"GraphQLAPIIdOutput":"<26 characters>"`). The document is made when something
changes and kept sealed, since it shows the API key; the server's public address is filled in when it is read.
"""

import hashlib
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from preamp.control import questions
from preamp.control.context import ApiRecord, AuthRecord, Control, StorageRecord, config_of, record_of, resources_of
from preamp.control.model import BackendAPIAuthType, BackendAPIResourceConfig, CreateBackendAuthResourceConfig
from preamp.control.records import Environment, Resource
from preamp.control.rules import DEFAULT_KEY_DAYS
from preamp.control.unserved import unserved
from preamp.db import Transaction
from preamp.kit.clock import iso
from preamp.kit.seal import Sealer

if TYPE_CHECKING:
    from preamp.graphql import KnownKey

_PUBLIC_URL = "{preamp-public-url}"
_SCOPES = {"AWS_COGNITO_SIGNIN_USER_ADMIN": "aws.cognito.signin.user.admin"}
_CHARACTERS = {
    "REQUIRE_DIGIT": "REQUIRES_NUMBERS",
    "REQUIRE_LOWERCASE": "REQUIRES_LOWERCASE",
    "REQUIRE_SYMBOL": "REQUIRES_SYMBOLS",
    "REQUIRE_UPPERCASE": "REQUIRES_UPPERCASE",
}
_SOCIAL = {
    "Facebook": ("FACEBOOK", "FacebookWebClient"),
    "Google": ("GOOGLE", "GoogleWebClient"),
    "LoginWithAmazon": ("AMAZON", "AmazonWebClient"),
    "SignInWithApple": ("APPLE", "AppleWebClient"),
}
_USERNAME_ATTRIBUTES = {
    "EMAIL": ["EMAIL"],
    "PHONE_NUMBER": ["PHONE_NUMBER"],
    "EMAIL_AND_PHONE_NUMBER": ["EMAIL", "PHONE_NUMBER"],
    "USERNAME": [],
}
Document = dict[str, Any]


def open_meta(control: Control, app_id: str, environment: str, sealed: bytes) -> str:
    """The environment's amplify-meta as compact JSON text."""
    return _opened(control.sealer, _context(app_id, environment), sealed, control.public_url())


@lru_cache(maxsize=128)  # tools poll it; by its sealed bytes it is never out of date
def _opened(sealer: Sealer, context: str, sealed: bytes, public_url: str) -> str:
    return sealer.open_text(sealed, context).replace(_PUBLIC_URL, public_url)


async def write_meta(control: Control, tx: Transaction, app_id: str, name: str) -> None:
    """Make the environment's document anew, in the transaction that changes what it tells."""
    row = await tx.row(questions.ENVIRONMENT, app_id=app_id, environment=name)
    if row is None:
        return
    environment = Environment(*row)
    document: Document = {"providers": {"awscloudformation": _provider(control, environment)}}
    resources = await resources_of(tx, app_id, name)
    for resource in sorted(resources, key=lambda each: ("auth", "api", "storage").index(each.category)):
        document[resource.category] = {resource.name: await _resource(control, tx, environment, resource, resources)}
    for further in await unserved(tx, app_id, name):
        document.setdefault(further.category, {}).setdefault(
            further.name, further.meta(control.region, control.account)
        )
    sealed = control.sealer.seal(msgspec.json.encode(document), _context(app_id, name))
    await tx.execute(questions.SET_META, app_id=app_id, environment=name, document=sealed)


def empty_meta(control: Control, app_id: str, name: str) -> bytes:
    """The sealed document of an environment that is being made."""
    return control.sealer.seal(b"{}", _context(app_id, name))


def default_feature_flags() -> str:
    """cli.json of a new project of today's Amplify CLI."""
    return msgspec.json.encode({"features": _FEATURES}).decode()


def _context(app_id: str, name: str) -> str:
    return f"amplify-meta {app_id} {name}"


def _provider(control: Control, environment: Environment) -> Document:
    stack, arn = environment.stack, f"arn:aws:iam::{control.account}:role/{environment.stack}"
    digest = hashlib.sha256(
        f"{environment.app_id}/{environment.environment}/{environment.created_ms}".encode()
    ).hexdigest()
    unique = "-".join((digest[:8], digest[8:12], digest[12:16], digest[16:20], digest[20:32]))
    return {
        "AuthRoleName": f"{stack}-authRole",
        "UnauthRoleArn": f"{arn}-unauthRole",
        "AuthRoleArn": f"{arn}-authRole",
        "Region": control.region,
        "DeploymentBucketName": deployment_bucket(stack),
        "UnauthRoleName": f"{stack}-unauthRole",
        "StackName": stack,
        "StackId": f"arn:aws:cloudformation:{control.region}:{control.account}:stack/{stack}/{unique}",
        "AmplifyAppId": environment.app_id,
    }


def deployment_bucket(stack: str) -> str:
    """The name of an environment's deployment bucket."""
    return f"{stack}-deployment"


async def _resource(
    control: Control, tx: Transaction, environment: Environment, resource: Resource, resources: list[Resource]
) -> Document:
    common: Document = {
        "service": {"api": "AppSync", "auth": "Cognito", "storage": "S3"}[resource.category],
        "providerPlugin": "awscloudformation",
        "dependsOn": _depends_on(resource, resources),
    }
    if resource.imported:
        common["serviceType"] = "imported"
    template = {"api": "cloudformation-template"}.get(resource.category, f"{resource.name}-cloudformation-template")
    folder = f"{deployment_bucket(environment.stack)}/amplify-cfn-templates/{resource.category}"
    pushed: Document = {
        "providerMetadata": {
            "s3TemplateURL": f"https://s3.amazonaws.com/{folder}/{template}.json",
            "logicalId": f"{resource.category}{resource.name}",
        },
        "lastPushTimeStamp": iso(resource.updated_ms or control.clock.now_ms()),
        "lastPushDirHash": hashlib.sha1(resource.config.encode(), usedforsecurity=False).hexdigest(),
    }
    if resource.category == "api":
        return {**common, "output": await _api_output(control, tx, resource), **pushed}
    if resource.category == "storage":
        bucket = record_of(resource, StorageRecord).bucket_name
        return {**common, "output": {"BucketName": bucket, "Region": control.region}, **pushed}
    return {**common, **_auth_parts(control, resource), **pushed}


def _depends_on(resource: Resource, resources: list[Resource]) -> list[Document]:
    auth = next((each for each in resources if each.category == "auth"), None)
    if auth is None or resource.category == "auth":
        return []
    if resource.category == "storage":
        return [{"category": "auth", "resourceName": auth.name, "attributes": ["UserPoolId"]}]
    config = config_of(resource, BackendAPIResourceConfig)
    if any(each.mode == "AMAZON_COGNITO_USER_POOLS" for each in _auth_types(config)):
        return [{"category": "auth", "resourceName": auth.name, "attributes": ["UserPoolId"]}]
    return []


def _auth_types(config: BackendAPIResourceConfig) -> list[BackendAPIAuthType]:
    return [*([config.default_auth_type] if config.default_auth_type else []), *(config.additional_auth_types or ())]


async def _api_output(control: Control, tx: Transaction, resource: Resource) -> Document:
    config, api_id = config_of(resource, BackendAPIResourceConfig), record_of(resource, ApiRecord).api_id
    keys = await control.graphql.keys(tx, api_id)
    newest = max(keys, key=lambda key: key.expires_ms, default=None)
    types = [_auth_type(each, newest) for each in _auth_types(config)]
    output: Document = {
        "authConfig": {"defaultAuthentication": types[0], "additionalAuthenticationProviders": types[1:]},
        "GraphQLAPIIdOutput": api_id,
        "GraphQLAPIEndpointOutput": f"{_PUBLIC_URL}/graphql/{api_id}",
    }
    if newest is not None:
        output["GraphQLAPIKeyOutput"] = newest.key
    return output


def _auth_type(auth_type: BackendAPIAuthType, key: "KnownKey | None") -> Document:
    settings = auth_type.settings
    document: Document = {"authenticationType": auth_type.mode}
    if auth_type.mode == "API_KEY":
        days = settings.expiration_time if settings and settings.expiration_time is not None else DEFAULT_KEY_DAYS
        document["apiKeyConfig"] = {"apiKeyExpirationDays": int(days)}
        if key is not None:
            document["apiKeyConfig"]["apiKeyExpirationDate"] = iso(key.expires_ms)
        if settings and settings.description:
            document["apiKeyConfig"]["description"] = settings.description
    elif auth_type.mode == "AMAZON_COGNITO_USER_POOLS" and settings and settings.cognito_user_pool_id:
        document["userPoolConfig"] = {"userPoolId": settings.cognito_user_pool_id}
    elif auth_type.mode == "OPENID_CONNECT" and settings:
        members = {
            "name": settings.open_id_provider_name,
            "issuerUrl": settings.open_id_issue_url,
            "clientId": settings.open_id_client_id,
            "authTTL": settings.open_id_auth_ttl,
            "iatTTL": settings.open_id_iat_ttl,
        }
        document["openIDConnectConfig"] = {name: value for name, value in members.items() if value is not None}
    return document


def _auth_parts(control: Control, resource: Resource) -> Document:
    config, record = config_of(resource, CreateBackendAuthResourceConfig), record_of(resource, AuthRecord)
    output: Document = {
        "UserPoolId": record.user_pool_id,
        "AppClientIDWeb": record.web_client_id,
        "AppClientID": record.native_client_id,
        "UserPoolArn": f"arn:aws:cognito-idp:{control.region}:{control.account}:userpool/{record.user_pool_id}",
        "UserPoolName": record.user_pool_name,
    }
    if record.identity_pool_id is not None:
        output["IdentityPoolId"] = record.identity_pool_id
        output["IdentityPoolName"] = record.identity_pool_name
    output.update(_oauth_output(config))
    return {"customAuth": False, "frontendAuthConfig": frontend_auth(config), "output": output}


def _oauth_output(config: CreateBackendAuthResourceConfig) -> Document:
    o_auth = config.user_pool_configs.o_auth
    if o_auth is None:
        return {}
    metadata = {
        "AllowedOAuthFlows": [o_auth.o_auth_grant_type.lower()],
        "AllowedOAuthScopes": [_SCOPES.get(scope, scope.lower()) for scope in o_auth.o_auth_scopes],
        "CallbackURLs": list(o_auth.redirect_sign_in_uris),
        "LogoutURLs": list(o_auth.redirect_sign_out_uris),
    }
    output: Document = {"OAuthMetadata": msgspec.json.encode(metadata).decode()}
    if o_auth.domain_prefix:
        output["HostedUIDomain"] = o_auth.domain_prefix
    providers = o_auth.social_provider_settings
    for wire, attribute in zip(_SOCIAL, ("facebook", "google", "login_with_amazon", "sign_in_with_apple"), strict=True):
        block = getattr(providers, attribute) if providers else None
        if block is not None and block.client_id:
            output[_SOCIAL[wire][1]] = block.client_id
    return output


def frontend_auth(config: CreateBackendAuthResourceConfig) -> Document:
    """The frontendAuthConfig block, from which clients draw their sign-up and sign-in forms."""
    pool = config.user_pool_configs
    policy, mfa, verification = pool.password_policy, pool.mfa, pool.verification_message
    providers = pool.o_auth.social_provider_settings if pool.o_auth else None
    attributes = ("facebook", "google", "login_with_amazon", "sign_in_with_apple")
    present: Callable[[str], bool] = lambda name: getattr(providers, name, None) is not None  # noqa: E731
    return {
        "socialProviders": [_SOCIAL[wire][0] for wire, name in zip(_SOCIAL, attributes, strict=True) if present(name)],
        "usernameAttributes": _USERNAME_ATTRIBUTES[pool.sign_in_method],
        "signupAttributes": list(pool.required_sign_up_attributes),
        "passwordProtectionSettings": {
            "passwordPolicyMinLength": int(policy.minimum_length) if policy else 8,
            "passwordPolicyCharacters": [
                _CHARACTERS[each] for each in (policy and policy.additional_constraints) or ()
            ],
        },
        "mfaConfiguration": mfa.mfa_mode if mfa else "OFF",
        "mfaTypes": list((mfa and mfa.settings and mfa.settings.mfa_types) or ()),
        "verificationMechanisms": [
            "PHONE_NUMBER" if verification and verification.delivery_method == "SMS" else "EMAIL"
        ],
    }


_FEATURES: dict[str, dict[str, bool | int]] = {
    "graphqltransformer": {
        "addmissingownerfields": True,
        "improvepluralization": False,
        "validatetypenamereservedwords": True,
        "useexperimentalpipelinedtransformer": True,
        "enableiterativegsiupdates": True,
        "secondarykeyasgsi": True,
        "skipoverridemutationinputtypes": True,
        "transformerversion": 2,
        "suppressschemamigrationprompt": True,
        "securityenhancementnotification": False,
        "showfieldauthnotification": False,
        "usesubusernamefordefaultidentityclaim": True,
        "usefieldnameforprimarykeyconnectionfield": False,
        "enableautoindexquerynames": True,
        "respectprimarykeyattributesonconnectionfield": True,
        "shoulddeepmergedirectiveconfigdefaults": False,
        "populateownerfieldforstaticgroupauth": True,
        "subscriptionsinheritprimaryauth": False,
        "enablegen2migration": False,
    },
    "frontend-ios": {"enablexcodeintegration": True},
    "auth": {
        "enablecaseinsensitivity": True,
        "useinclusiveterminology": True,
        "breakcirculardependency": True,
        "forcealiasattributes": False,
        "useenabledmfas": True,
    },
    "codegen": {
        "useappsyncmodelgenplugin": True,
        "usedocsgeneratorplugin": True,
        "usetypesgeneratorplugin": True,
        "cleangeneratedmodelsdirectory": True,
        "retaincasestyle": True,
        "addtimestampfields": True,
        "handlelistnullabilitytransparently": True,
        "emitauthprovider": True,
        "generateindexrules": True,
        "enabledartnullsafety": True,
        "generatemodelsforlazyloadandcustomselectionset": False,
    },
    "appsync": {"generategraphqlpermissions": True},
    "latestregionsupport": {
        "pinpoint": 1,
        "translate": 1,
        "transcribe": 1,
        "rekognition": 1,
        "textract": 1,
        "comprehend": 1,
    },
    "project": {"overrides": True},
}
