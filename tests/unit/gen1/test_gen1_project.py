"""Projects of every age become operations and a report."""

from typing import Any

import msgspec
import pytest
from gen1_projects import NAMES, NOW_MS, SCHEMA, config_of, made_of, original, plan_of, told

from preamp.auth import check_settings
from preamp.control import service
from preamp.control.model import CreateBackendAuthResourceConfig
from preamp.control.secrets import settings_of, split
from preamp.gen1 import ImportPlan, plan_import, with_reference

API = "backend/api/blog"
AUTH = "backend/auth/people"
BLOG: dict[str, Any] = {f"{API}/schema.graphql": SCHEMA}


def with_auth(config: dict[str, Any], **entry: Any) -> ImportPlan:
    known = {"auth": {"people": {"service": "Cognito", **entry}}}
    files = {"backend/backend-config.json": known, f"{AUTH}/cli-inputs.json": {"cognitoConfig": config}}
    return plan_of(files)


def pool(config: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = config_of(with_auth({"usernameAttributes": [], **config}), "auth")["userPoolConfigs"]
    return found


@pytest.mark.parametrize("name", NAMES)
def test_each_original_is_planned_whole(name: str) -> None:
    """Nothing is unreadable, every request has the wire's shape, and nothing served is reported as not supported."""
    plan = plan_import(original(name), now_ms=NOW_MS)

    for step in plan.steps:
        msgspec.convert(step.members, service.operations[step.operation].request)
    assert plan.report.count("unreadable") == 0
    assert plan.target.environment == "main"
    assert {item for resource, item in told(plan, "not supported") if not resource.startswith("function/")} <= {
        "@function",
        "table",
        "stream",
    }
    assert all(finding.file.startswith("amplify/") for finding in plan.report.findings)


def test_the_mood_board_is_taken_with_its_modes_bucket_and_stream() -> None:
    plan = plan_import(original("mood-board"), now_ms=NOW_MS)

    api, storage = config_of(plan, "api"), config_of(plan, "storage")
    assert api["defaultAuthType"] == {
        "mode": "API_KEY",
        "settings": {"expirationTime": 365, "description": "moodBoard API Key"},
    }
    assert [one["mode"] for one in api["additionalAuthTypes"]] == ["AMAZON_COGNITO_USER_POOLS"]
    assert storage["bucketName"] == "moodboard20e29595008142e3ad16f01c4066e1c41959a-main"
    assert storage["permissions"] == {
        "authenticated": ["CREATE_AND_UPDATE", "READ", "DELETE"],
        "unAuthenticated": ["READ"],
    }
    assert [(one.category, one.service) for one in plan.unserved] == [
        ("analytics", "Kinesis"),
        ("function", "Lambda"),
        ("function", "Lambda"),
    ]
    missing = [one for one in plan.report.findings if "has no function" in one.what]
    assert [(one.what, one.file, one.line) for one in missing] == [
        ("The project has no function 'moodboardKinesisreader'.", "amplify/backend/api/moodboard/schema.graphql", 18)
    ]


def test_a_split_schema_is_joined_and_its_lines_are_found_again() -> None:
    plan = plan_of({f"{API}/schema/b.graphql": "type B @model { id: ID! }", f"{API}/schema/a.graphql": SCHEMA})

    assert plan.schema == SCHEMA + "type B @model { id: ID! }\n"
    assert plan.place(2) == ("amplify/backend/api/blog/schema/a.graphql", 2)
    assert plan.place(5) == ("amplify/backend/api/blog/schema/b.graphql", 1)


def test_a_schema_that_is_no_graphql_is_told_with_its_line_and_the_rest_goes_on() -> None:
    plan = plan_of({f"{API}/schema.graphql": "type A {\n  id: ID!\n", "backend/storage/files/cli-inputs.json": {}})

    wrong = [one for one in plan.report.findings if one.status == "unreadable"]
    assert [(one.resource, one.line > 0) for one in wrong] == [("api/blog", True)]
    assert [step.operation for step in plan.steps] == ["CreateBackend", "CreateBackendStorage"]


def test_the_form_before_cli_inputs_is_read_from_backend_config() -> None:
    """output.authConfig spells the same settings otherwise."""
    auth = {
        "defaultAuthentication": {
            "authenticationType": "OPENID_CONNECT",
            "openIDConnectConfig": {
                "name": "id",
                "issuerUrl": "https://id.example",
                "clientId": "c",
                "authTTL": "60000",
            },
        },
        "additionalAuthenticationProviders": [
            {"authenticationType": "AWS_LAMBDA"},
            {"authenticationType": "API_KEY", "apiKeyConfig": {"apiKeyExpirationDays": "900"}},
        ],
    }
    plan = plan_of(
        {
            **BLOG,
            "backend/backend-config.json": {"api": {"blog": {"service": "AppSync", "output": {"authConfig": auth}}}},
        }
    )

    config = config_of(plan, "api")
    assert config["defaultAuthType"]["settings"] == {
        "openIDProviderName": "id",
        "openIDIssueURL": "https://id.example",
        "openIDClientId": "c",
        "openIDAuthTTL": "60000",
    }
    assert config["additionalAuthTypes"] == [{"mode": "API_KEY", "settings": {"expirationTime": 365}}]
    assert ("api/blog", "additional authorization") in told(plan, "not supported")


def test_a_key_that_has_expired_is_issued_anew() -> None:
    inputs = {
        "serviceConfiguration": {"defaultAuthType": {"mode": "API_KEY", "apiKeyExpirationDate": "2021-01-01T00:00:00Z"}}
    }
    plan = plan_of({**BLOG, f"{API}/cli-inputs.json": inputs})

    assert config_of(plan, "api")["defaultAuthType"]["settings"] == {"expirationTime": 7}
    assert any("had expired on 2021-01-01" in one.what for one in plan.report.findings)


def test_conflict_resolution_is_found_in_both_its_places() -> None:
    newer = {"serviceConfiguration": {"conflictResolution": {"defaultResolutionStrategy": {"type": "AUTOMERGE"}}}}
    older = {
        "ResolverConfig": {"project": {"ConflictHandler": "OPTIMISTIC_CONCURRENCY", "ConflictDetection": "VERSION"}}
    }
    empty = {"serviceConfiguration": {"conflictResolution": {}}}

    assert config_of(plan_of({**BLOG, f"{API}/cli-inputs.json": newer}), "api")["conflictResolution"] == {
        "resolutionStrategy": "AUTOMERGE"
    }
    assert config_of(plan_of({**BLOG, f"{API}/transform.conf.json": older}), "api")["conflictResolution"] == {
        "resolutionStrategy": "OPTIMISTIC_CONCURRENCY"
    }
    assert "conflictResolution" not in config_of(plan_of({**BLOG, f"{API}/cli-inputs.json": empty}), "api")


def test_what_lies_beside_a_schema_is_reported() -> None:
    plan = plan_of(
        {
            **BLOG,
            f"{API}/resolvers/Query.mine.req.vtl": "$util.toJson({})",
            f"{API}/stacks/CustomResources.json": "{}",
            f"{API}/stacks/Mine.json": "{}",
            f"{API}/override.ts": "",
            f"{API}/custom-roles.json": {"adminRoleNames": ["reader-role"]},
            f"{API}/transform.conf.json": {"Version": 5, "transformers": ["graphql-ttl-transformer"]},
        }
    )

    assert told(plan, "not supported") >= {
        ("api/blog", "resolver"),
        ("api/blog", "custom stack"),
        ("api/blog", "override"),
        ("api/blog", "transformer"),
    }
    assert [one.todo for one in plan.report.findings if one.item == "custom role"] == [
        "Make a key for it: preamp keys create --user reader-role"
    ]
    assert sum(one.item == "custom stack" for one in plan.report.findings) == 1


@pytest.mark.parametrize(
    ("given", "method"),
    [
        ([], "USERNAME"),
        (["email"], "EMAIL"),
        (["email, phone_number"], "EMAIL_AND_PHONE_NUMBER"),
        ("phone_number", "PHONE_NUMBER"),
        ('["email", "phone_number"]', "EMAIL_AND_PHONE_NUMBER"),
        (["username"], "USERNAME"),
        (["shoe size"], "USERNAME"),
        (7, "USERNAME"),
    ],
)
def test_the_sign_in_method_is_found_in_all_its_spellings(given: Any, method: str) -> None:
    assert pool({"usernameAttributes": given})["signInMethod"] == method


def test_numbers_and_json_in_texts_are_read() -> None:
    metadata = {
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["email", "aws.cognito.signin.user.admin", "own/scope"],
        "CallbackURLs": ["http://localhost:3000/"],
        "LogoutURLs": ["http://localhost:3000/"],
    }
    found = pool(
        {
            "passwordPolicyMinLength": "12",
            "passwordPolicyCharacters": ["Requires Lowercase", "Requires Numbers"],
            "hostedUI": True,
            "hostedUIDomainName": "blog123",
            "oAuthMetadata": msgspec.json.encode(metadata).decode(),
            "requiredAttributes": ["email", "zoneinfo", "no such"],
            "mfaConfiguration": "OPTIONAL",
            "mfaTypes": ["SMS Text Message", "TOTP"],
            "emailVerificationMessage": "no placeholder",
        }
    )

    assert found["passwordPolicy"] == {
        "minimumLength": 12,
        "additionalConstraints": ["REQUIRE_LOWERCASE", "REQUIRE_DIGIT"],
    }
    assert found["oAuth"] == {
        "oAuthGrantType": "CODE",
        "oAuthScopes": ["EMAIL", "AWS_COGNITO_SIGNIN_USER_ADMIN"],
        "redirectSignInURIs": ["http://localhost:3000/"],
        "redirectSignOutURIs": ["http://localhost:3000/"],
        "domainPrefix": "blog123-dev",
    }
    assert found["requiredSignUpAttributes"] == ["EMAIL", "ZONE_INFO"]
    assert found["mfa"] == {"MFAMode": "OPTIONAL", "settings": {"mfaTypes": ["SMS", "TOTP"]}}
    assert found["verificationMessage"] == {"deliveryMethod": "EMAIL"}


def test_social_providers_need_their_clients_from_the_environment() -> None:
    config = {
        "usernameAttributes": ["email"],
        "hostedUI": True,
        "authProvidersUserPool": ["Google", "Facebook"],
        "oAuthMetadata": '{"AllowedOAuthFlows":["code"],"AllowedOAuthScopes":["email"],"CallbackURLs":["a://b"],"LogoutURLs":["a://b"]}',
    }
    files = {f"{AUTH}/cli-inputs.json": {"cognitoConfig": config}}
    variables = {"AMPLIFY_GOOGLE_CLIENT_ID": "id", "AMPLIFY_GOOGLE_CLIENT_SECRET": "secret"}

    plan = plan_of(files, variables=variables)

    social = config_of(plan, "auth")["userPoolConfigs"]["oAuth"]["socialProviderSettings"]
    assert social == {"Google": {"client_id": "id", "client_secret": "secret"}}
    assert any("AMPLIFY_FACEBOOK_CLIENT_ID" in one.todo for one in plan.report.findings)
    assert "secret" not in {one.what for one in plan.report.findings}


def test_the_oldest_auth_is_read_from_parameters_json() -> None:
    parameters = {"userPoolName": "old_pool", "usernameAttributes": ["email"], "authSelections": "userPoolOnly",
                  "userpoolClientRefreshTokenValidity": "30", "triggers": '{"PreSignup": ["allow-list"]}'}  # fmt: skip
    plan = plan_of({f"{AUTH}/parameters.json": parameters})

    config = config_of(plan, "auth")
    assert config["authResources"] == "USER_POOL_ONLY"
    assert config["userPoolConfigs"]["userPoolName"] == "old_pool"
    assert ("auth/people", "trigger") in told(plan, "not supported")
    assert ("auth/people", "refresh tokens") not in told(plan, "changed")


def test_groups_come_with_their_precedence() -> None:
    groups = [{"groupName": "Users", "precedence": 2}, {"groupName": "Admins", "precedence": 1}, "broken", {}]
    plan = plan_of(
        {
            f"{AUTH}/cli-inputs.json": {"cognitoConfig": {"usernameAttributes": [], "userPoolGroupList": ["Guests"]}},
            "backend/auth/userPoolGroups/user-pool-group-precedence.json": groups,
        }
    )

    assert [(one.name, one.precedence) for one in plan.groups] == [("Admins", 1), ("Users", 2), ("Guests", None)]
    assert [one.service for one in plan.unserved] == ["Cognito-UserPool-Groups"]


def test_old_permissions_of_a_bucket_are_read_from_s3_actions() -> None:
    parameters = {
        "bucketName": "My_Bucket",
        "selectedGuestPermissions": ["s3:GetObject", "s3:ListBucket"],
        "selectedAuthenticatedPermissions": ["s3:PutObject", "s3:GetObject", "s3:ListBucket", "s3:DeleteObject"],
    }
    plan = plan_of({"backend/storage/files/parameters.json": parameters})

    config = config_of(plan, "storage")
    assert config["permissions"] == {
        "authenticated": ["CREATE_AND_UPDATE", "READ", "DELETE"],
        "unAuthenticated": ["READ"],
    }
    assert "bucketName" not in config
    assert ("storage/files", "bucket") in told(plan, "changed")


def test_without_team_provider_info_the_app_has_the_same_id_each_time() -> None:
    files = {**BLOG, ".config/project-config.json": {"projectName": "blog"}}

    plans = [plan_of(files), plan_of(files), plan_of({**BLOG, ".config/project-config.json": {"projectName": "other"}})]

    ids = [plan.target.app_id for plan in plans]
    assert ids[0] == ids[1] != ids[2]
    assert all(len(one) == 13 and one.startswith("d") for one in ids)
    assert plans[0].target.environment == "dev"


def test_the_environment_is_the_one_asked_for_and_flags_of_it_win() -> None:
    files = {
        **BLOG,
        "team-provider-info.json": {"prod": {}, "dev": {"awscloudformation": {"AmplifyAppId": "d1abc"}}},
        "cli.json": {"features": {"graphqltransformer": {"improvepluralization": False, "transformerversion": 2}}},
        "cli.prod.json": {"features": {"graphQLTransformer": {"improvePluralization": True}}},
    }

    dev, prod = plan_of(files), plan_of(files, environment="prod")

    assert (dev.target.environment, dev.target.app_id) == ("dev", "d1abc")
    assert dev.flags["graphqltransformer"] == {"improvepluralization": False, "transformerversion": 2}
    assert prod.flags["graphqltransformer"] == {"improvepluralization": True, "transformerversion": 2}
    assert prod.environments == ("prod", "dev")


def test_resources_that_the_index_forgot_are_found_by_their_folders() -> None:
    plan = plan_of(
        {**BLOG, "backend/backend-config.json": {}, "backend/function/sum/amplify.state": {"functionRuntime": "python"}}
    )

    assert ("api/blog", "backend-config.json") in told(plan, "changed")
    assert [one.name for one in plan.unserved] == ["sum"]


def test_a_second_bucket_and_a_second_pool_are_left_out() -> None:
    config = {
        "auth": {"one": {"service": "Cognito"}, "two": {"service": "Cognito"}},
        "storage": {"a": {"service": "S3"}, "b": {"service": "S3"}},
    }
    plan = plan_of({"backend/backend-config.json": config})

    assert told(plan, "not supported") >= {("auth/two", "user pool"), ("storage/b", "bucket")}
    assert [step.resource for step in plan.steps] == ["dev", "one", "a"]


def test_an_imported_pool_is_made_anew() -> None:
    plan = with_auth({"usernameAttributes": ["email"]}, serviceType="imported")

    assert ("auth/people", "imported pool") in told(plan, "changed")


def test_a_reference_to_the_own_pool_becomes_its_id() -> None:
    members = plan_import(original("mood-board"), now_ms=NOW_MS).steps[-1].members

    changed = with_reference(members, "us-east-1_abc", "moodboard759ae00a")

    assert changed["resourceConfig"]["additionalAuthTypes"][0]["settings"] == {"cognitoUserPoolId": "us-east-1_abc"}
    assert members["resourceConfig"]["additionalAuthTypes"][0]["settings"] == {
        "cognitoUserPoolId": "authmoodboard759ae00a"
    }


@pytest.mark.parametrize("name", NAMES)
def test_what_is_made_of_an_original_passes_the_pools_own_rules(name: str) -> None:
    config = msgspec.convert(
        config_of(plan_import(original(name), now_ms=NOW_MS), "auth"), CreateBackendAuthResourceConfig
    )
    public, secrets = split(config)

    assert check_settings(settings_of(public), secrets) == []


def test_the_report_is_markdown_with_what_needs_attention_first() -> None:
    plan = plan_import(original("discussions"), now_ms=NOW_MS)

    text = plan.report.markdown()

    assert text.startswith(
        "# Import of discussions, environment main\n\n20 as is, 1 changed, 6 not supported, 0 unreadable."
    )
    assert text.index("## Not supported") < text.index("## Changed") < text.index("## As is")
    assert "| storage/activity | table |" in text


def test_an_empty_project_is_an_environment_and_nothing_more() -> None:
    plan = plan_import(made_of({"backend/.keep": ""}), now_ms=NOW_MS)

    assert [step.operation for step in plan.steps] == ["CreateBackend"]


def test_a_community_directive_that_allows_nothing_is_taken_out_and_lines_stay() -> None:
    schema = "type A @model {\n  id: ID!\n  ends: AWSTimestamp @ttl\n  b: String @mine\n}\n"
    plan = plan_of({f"{API}/schema.graphql": schema})

    assert plan.schema == schema.replace("@ttl", "    ")
    assert ("api/blog", "@ttl") in told(plan, "changed")
    assert ("api/blog", "@mine") in told(plan, "not supported")
