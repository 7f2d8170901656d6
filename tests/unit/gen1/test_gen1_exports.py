"""Client configuration names this server's endpoints in every form."""

import json
from typing import Any

import pytest

from preamp.gen1 import FORMATS, MODES, backend_of, written

META: dict[str, Any] = {
    "auth": {
        "people": {
            "service": "Cognito",
            "frontendAuthConfig": {
                "socialProviders": ["GOOGLE"],
                "usernameAttributes": ["EMAIL"],
                "signupAttributes": ["EMAIL"],
                "passwordProtectionSettings": {
                    "passwordPolicyMinLength": 10,
                    "passwordPolicyCharacters": ["REQUIRES_LOWERCASE"],
                },
                "mfaConfiguration": "OPTIONAL",
                "mfaTypes": ["TOTP"],
                "verificationMechanisms": ["EMAIL"],
            },
            "output": {
                "UserPoolId": "us-east-1_Abc",
                "AppClientIDWeb": "web",
                "AppClientID": "native",
                "IdentityPoolId": "us-east-1:1234",
                "HostedUIDomain": "blog-dev",
                "OAuthMetadata": json.dumps(
                    {
                        "AllowedOAuthFlows": ["code"],
                        "AllowedOAuthScopes": ["openid"],
                        "CallbackURLs": ["http://localhost:3000/"],
                        "LogoutURLs": ["http://localhost:3000/"],
                    }
                ),
            },
        },
        "userPoolGroups": {"service": "Cognito-UserPool-Groups", "output": {}},
    },
    "api": {
        "blog": {
            "service": "AppSync",
            "output": {
                "authConfig": {
                    "defaultAuthentication": {"authenticationType": "AMAZON_COGNITO_USER_POOLS"},
                    "additionalAuthenticationProviders": [{"authenticationType": "API_KEY"}],
                },
                "GraphQLAPIEndpointOutput": "https://amplify.example:8443/graphql/x1",
                "GraphQLAPIKeyOutput": "da2-key",
            },
        }
    },
    "storage": {
        "orders": {"service": "DynamoDB", "output": {"Name": "orders-dev"}},
        "files": {"service": "S3", "output": {"BucketName": "blog-files", "Region": "us-east-1"}},
    },
}
ANSWER: dict[str, Any] = {
    "appId": "d1",
    "backendEnvironmentName": "dev",
    "region": "us-east-1",
    "publicUrl": "https://amplify.example:8443",
    "amplifyMetaConfig": json.dumps(META),
    "guests": True,
    "groups": ["Admins"],
    "modelIntrospectionSchema": '{"version": 1}',
}


def text(form: Any, mode: Any = "native", url: str | None = None) -> str:
    return written(backend_of(ANSWER, url), form, mode)


def test_native_configuration_has_an_endpoint_for_each_plane() -> None:
    found = json.loads(text("amplifyconfiguration"))

    cognito = found["Auth"]["Cognito"]
    assert found["version"] == "preamp"
    assert cognito["userPoolEndpoint"] == cognito["identityPoolEndpoint"] == "https://amplify.example:8443/"
    assert cognito["loginWith"]["oauth"]["domain"] == "amplify.example:8443/auth/blog-dev"
    assert cognito["loginWith"]["oauth"]["providers"] == ["Google"]
    assert cognito["mfa"] == {"status": "optional", "totpEnabled": True, "smsEnabled": False}
    assert found["API"]["GraphQL"] == {
        "endpoint": "https://amplify.example:8443/graphql/x1",
        "region": "us-east-1",
        "defaultAuthMode": "userPool",
        "apiKey": "da2-key",
        "modelIntrospection": {"version": 1},
    }
    assert found["Storage"] == {"S3": {"bucket": "blog-files", "region": "amplify.example:8443/#"}}


def test_legacy_configuration_leads_the_libraries_here_by_the_region() -> None:
    found = json.loads(text("amplifyconfiguration", "legacy", "https://amplify.example"))

    assert found["aws_user_pools_id"] == "us-east-1.amplify.example/?_Abc"
    assert found["aws_cognito_identity_pool_id"] == "us-east-1.amplify.example/?:1234"
    assert found["aws_user_files_s3_bucket_region"] == "amplify.example/#"
    assert found["endpoint"] == "https://amplify.example/"
    assert found["oauth"]["redirectSignIn"] == "http://localhost:3000/"
    assert "aws_mandatory_sign_in" not in found


def test_outputs_have_the_members_of_their_schema() -> None:
    found = json.loads(text("amplify_outputs"))

    assert found["version"] == "1.3"
    assert found["data"]["default_authorization_type"] == "AMAZON_COGNITO_USER_POOLS"
    assert found["data"]["authorization_types"] == ["API_KEY"]
    assert found["auth"]["password_policy"]["min_length"] == 10
    assert found["auth"]["password_policy"]["require_lowercase"] is True
    assert found["auth"]["mfa_configuration"] == "OPTIONAL"
    assert found["auth"]["groups"] == [{"Admins": {"precedence": 0}}]
    assert found["storage"]["buckets"][0]["bucket_name"] == "blog-files"


def test_native_apps_get_a_host_name_alone() -> None:
    found = json.loads(text("android", url="https://amplify.example"))

    plugin = found["auth"]["plugins"]["awsCognitoAuthPlugin"]
    assert plugin["CognitoUserPool"]["Default"]["Endpoint"] == "amplify.example"
    assert plugin["CognitoUserPool"]["Default"]["AppClientId"] == "native"
    assert found["api"]["plugins"]["awsAPIPlugin"]["blog"]["authorizationType"] == "AMAZON_COGNITO_USER_POOLS"
    assert text("ios", url="https://amplify.example") == text("android", url="https://amplify.example")


def test_a_loopback_address_becomes_localhost_where_a_name_below_it_is_needed() -> None:
    found = json.loads(text("amplifyconfiguration", url="https://127.0.0.1:20443"))

    assert found["Storage"]["S3"]["region"] == "localhost:20443/#"
    assert found["API"]["GraphQL"]["endpoint"] == "https://127.0.0.1:20443/graphql/x1"


def test_variables_are_one_a_line() -> None:
    lines = dict(line.split("=", 1) for line in text("env").splitlines())

    assert lines["AMPLIFY_GRAPHQL_API_KEY"] == "da2-key"
    assert lines["PREAMP_ENV"] == "dev"


def test_dart_holds_the_json_of_native_apps() -> None:
    found = text("dart")

    assert found.startswith("const amplifyconfig = r'''{")
    assert (
        json.loads(found.removeprefix("const amplifyconfig = r'''").rstrip().removesuffix("''';"))["Version"] == "1.0"
    )


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("mode", MODES)
def test_an_environment_without_resources_has_a_configuration_too(form: Any, mode: Any) -> None:
    bare = {**ANSWER, "amplifyMetaConfig": "{}", "modelIntrospectionSchema": None, "groups": []}

    assert written(backend_of(bare), form, mode).endswith("\n")
