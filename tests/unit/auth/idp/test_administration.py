"""What administrators do: users, groups, lists, pools, clients, providers; and what users do to themselves."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import sqlalchemy as sa

from preamp.auth import idp_service
from preamp.auth.user_store import pool_provider_table
from preamp.db import Statement
from sign_in_kit import CLIENT, NATIVE, PASSWORD, POOL, Cognito, claims, cognito

ADMIN = {"UserPoolId": POOL}
EVERY_PROVIDER = Statement(sa.select(pool_provider_table))
HOUR_MS = 3_600_000


@pytest.fixture
async def pool(database_url: str) -> AsyncIterator[Cognito]:
    async with cognito(database_url) as made:
        yield made


def attributes(answer: dict[str, Any], member: str = "UserAttributes") -> dict[str, str]:
    return {one["Name"]: one["Value"] for one in answer[member]}


async def token_of(pool: Cognito, username: str = "alice") -> str:
    result = (await pool.by_password(username))["AuthenticationResult"]
    return str(result["AccessToken"])


async def test_an_invited_user_sets_a_password_at_the_first_sign_in(pool: Cognito) -> None:
    """The invitation carries name and temporary password; it ends after a week; sent again it starts anew."""
    mail = [{"Name": "email", "Value": "dan@example.com"}, {"Name": "email_verified", "Value": "True"}]
    made = await pool.call("AdminCreateUser", **ADMIN, Username="dan", UserAttributes=mail)

    assert made["User"]["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    assert attributes(made["User"], "Attributes")["email_verified"] == "true"
    message = pool.sent[-1]
    assert (message.to, message.username, "{username}" in message.body) == ("dan@example.com", "dan", True)
    challenge = await pool.by_password("dan", message.code)
    assert challenge["ChallengeName"] == "NEW_PASSWORD_REQUIRED"

    pool.clock.advance(7 * 24 * HOUR_MS + 1)
    late = await pool.refused("InitiateAuth", ClientId=CLIENT, AuthFlow="USER_PASSWORD_AUTH",
                              AuthParameters={"USERNAME": "dan", "PASSWORD": message.code})  # fmt: skip
    await pool.call("AdminCreateUser", **ADMIN, Username="dan", MessageAction="RESEND")
    again = await pool.by_password("dan", pool.last_code)
    assert late[0] == "NotAuthorizedException"
    assert again["ChallengeName"] == "NEW_PASSWORD_REQUIRED"


async def test_no_invitation_is_sent_where_it_is_suppressed(pool: Cognito) -> None:
    mail = [{"Name": "email", "Value": "dan@example.com"}]

    await pool.call("AdminCreateUser", **ADMIN, Username="dan", UserAttributes=mail, MessageAction="SUPPRESS")

    assert pool.sent == []


async def test_a_made_temporary_password_follows_the_policy(database_url: str) -> None:
    constraints = [f"REQUIRE_{one}" for one in ("DIGIT", "LOWERCASE", "SYMBOL", "UPPERCASE")]
    async with cognito(
        database_url, passwordPolicy={"minimumLength": 20, "additionalConstraints": constraints}
    ) as pool:
        mail = [{"Name": "email", "Value": "dan@example.com"}]

        await pool.call("AdminCreateUser", **ADMIN, Username="dan", UserAttributes=mail)

        assert len(pool.last_code) == 20


async def test_disabled_users_do_not_sign_in_until_they_are_enabled(pool: Cognito) -> None:
    await pool.add("alice")
    sign_in = {"ClientId": CLIENT, "AuthFlow": "USER_PASSWORD_AUTH",
               "AuthParameters": {"USERNAME": "alice", "PASSWORD": PASSWORD}}  # fmt: skip

    await pool.call("AdminDisableUser", **ADMIN, Username="alice")
    assert (await pool.refused("InitiateAuth", **sign_in))[0] == "NotAuthorizedException"
    await pool.call("AdminEnableUser", **ADMIN, Username="alice")

    assert (await pool.call("InitiateAuth", **sign_in))["AuthenticationResult"]


async def test_a_reset_by_an_administrator_asks_for_a_new_password(pool: Cognito) -> None:
    await pool.add("alice")

    await pool.call("AdminResetUserPassword", **ADMIN, Username="alice")

    refused = await pool.refused("InitiateAuth", ClientId=CLIENT, AuthFlow="USER_PASSWORD_AUTH",
                                 AuthParameters={"USERNAME": "alice", "PASSWORD": PASSWORD})  # fmt: skip
    assert refused[0] == "PasswordResetRequiredException"
    code = pool.last_code
    reset = {"ClientId": CLIENT, "Username": "alice", "ConfirmationCode": code, "Password": "N3w!passw"}
    await pool.call("ConfirmForgotPassword", **reset)
    assert (await pool.by_password("alice", "N3w!passw"))["AuthenticationResult"]


async def test_who_is_not_there_is_told_to_administrators(pool: Cognito) -> None:
    for operation in ("AdminGetUser", "AdminDeleteUser", "AdminEnableUser", "AdminUserGlobalSignOut"):
        refused = await pool.refused(operation, **ADMIN, Username="nobody")
        assert refused == ("UserNotFoundException", "User does not exist.")
    assert (await pool.refused("AdminGetUser", UserPoolId="us-east-1_none", Username="x"))[0] == (
        "ResourceNotFoundException"
    )


async def test_deleting_a_user_leaves_nothing_of_it(pool: Cognito) -> None:
    """Sessions, groups, codes and aliases go with the user; the name is free again."""
    await pool.add("alice")
    token = await token_of(pool)
    await pool.call("CreateGroup", **ADMIN, GroupName="g")
    await pool.call("AdminAddUserToGroup", **ADMIN, GroupName="g", Username="alice")
    await pool.call("ForgotPassword", ClientId=CLIENT, Username="alice")

    await pool.call("DeleteUser", AccessToken=token)

    tables = ("auth_user", "auth_family", "auth_group_member", "auth_code", "auth_alias")
    assert [await pool.count(table) for table in tables] == [0] * len(tables)
    assert await pool.add("alice")


async def test_lists_come_in_pages_and_hold_everybody_once(pool: Cognito) -> None:
    for number in range(7):
        pool.clock.advance(1)
        await pool.add(f"user{number}", password=None)

    found, token = [], None
    while True:
        more = {"PaginationToken": token} if token else {}
        page = await pool.call("ListUsers", **ADMIN, Limit=3, **more)
        found += [one["Username"] for one in page["Users"]]
        token = page.get("PaginationToken")
        if token is None:
            break

    assert found == [f"user{number}" for number in range(7)]


async def test_a_page_token_is_of_its_list(pool: Cognito) -> None:
    """A made-up token, and one of another list, are refused."""
    for number in range(3):
        await pool.add(f"user{number}", password=None)
    page = await pool.call("ListUsers", **ADMIN, Limit=1)

    for token in ("x", page["PaginationToken"][:-1]):
        assert (await pool.refused("ListUsers", **ADMIN, PaginationToken=token))[0] == "InvalidParameterException"
    other = await pool.refused("ListUsers", **ADMIN, Filter='name="x"', PaginationToken=page["PaginationToken"])
    assert other[0] == "InvalidParameterException"


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ('username = "alice"', ["alice"]),
        ('username ^= "al"', ["alice", "albert"]),
        ('email = "bob@example.com"', ["bob"]),
        ('email ^= "a"', ["alice", "albert"]),
        ('"name" = "O\\"Brien"', ["bob"]),
        ('cognito:user_status = "CONFIRMED"', ["alice", "albert"]),
        ('status = "Disabled"', ["albert"]),
        ('status = "Enabled"', ["alice", "bob"]),
        ('email = "x\' OR 1=1 --"', []),
        ('given_name = "%"', []),
        (None, ["alice", "albert", "bob"]),
    ],
)
async def test_filters(pool: Cognito, condition: str | None, found: list[str]) -> None:
    await pool.add("alice", password=None)
    pool.clock.advance(1)
    await pool.add("albert", password=None, enabled=False)
    pool.clock.advance(1)
    own = {"email": "bob@example.com", "name": 'O"Brien'}
    await pool.add("bob", password=None, status="UNCONFIRMED", attributes=own)

    answer = await pool.call("ListUsers", **ADMIN, **({"Filter": condition} if condition else {}))

    assert [one["Username"] for one in answer["Users"]] == found


@pytest.mark.parametrize("condition", ["username", "username == x", 'x" = "y"', 'custom:foo = "x"', "= =", '"'])
async def test_what_is_no_filter_is_refused(pool: Cognito, condition: str) -> None:
    assert (await pool.refused("ListUsers", **ADMIN, Filter=condition))[0] == "InvalidParameterException"


async def test_lists_answer_the_attributes_that_were_asked_for(pool: Cognito) -> None:
    await pool.add("alice", password=None)

    page = await pool.call("ListUsers", **ADMIN, AttributesToGet=["email"])

    assert page["Users"][0]["Attributes"] == [{"Name": "email", "Value": "alice@example.com"}]


async def test_groups(pool: Cognito) -> None:
    """Made once, changed, listed, joined twice without harm, left and removed."""
    role = "arn:aws:iam::123456789012:role/r"
    await pool.call("CreateGroup", **ADMIN, GroupName="g", Description="d", Precedence=3, RoleArn=role)
    assert (await pool.refused("CreateGroup", **ADMIN, GroupName="g"))[0] == "GroupExistsException"
    await pool.call("UpdateGroup", **ADMIN, GroupName="g", Precedence=0)
    group = (await pool.call("GetGroup", **ADMIN, GroupName="g"))["Group"]
    assert (group["Precedence"], group["Description"], group["RoleArn"]) == (0, "d", role)
    await pool.add("alice", password=None)
    for _ in range(2):
        await pool.call("AdminAddUserToGroup", **ADMIN, GroupName="g", Username="alice")

    listed = await pool.call("ListUsersInGroup", **ADMIN, GroupName="g")
    groups = await pool.call("AdminListGroupsForUser", **ADMIN, Username="alice")

    assert [one["Username"] for one in listed["Users"]] == ["alice"]
    assert [one["GroupName"] for one in groups["Groups"]] == ["g"]
    await pool.call("AdminRemoveUserFromGroup", **ADMIN, GroupName="g", Username="alice")
    assert (await pool.call("ListUsersInGroup", **ADMIN, GroupName="g"))["Users"] == []
    await pool.call("AdminAddUserToGroup", **ADMIN, GroupName="g", Username="alice")
    await pool.call("DeleteGroup", **ADMIN, GroupName="g")
    assert (await pool.call("ListGroups", **ADMIN))["Groups"] == []
    assert (await pool.refused("GetGroup", **ADMIN, GroupName="g"))[0] == "ResourceNotFoundException"


async def test_a_new_address_is_proved_before_it_counts(pool: Cognito) -> None:
    """The old address stays until the code for the new one has come (AttributesRequireVerificationBeforeUpdate)."""
    await pool.add("alice")
    token = await token_of(pool)

    change = [{"Name": "email", "Value": "new@example.com"}, {"Name": "name", "Value": "Alice"}]
    answer = await pool.call("UpdateUserAttributes", AccessToken=token, UserAttributes=change)

    assert [one["Destination"] for one in answer["CodeDeliveryDetailsList"]] == ["n***@e***"]
    before = attributes(await pool.call("GetUser", AccessToken=token))
    assert (before["email"], before["name"]) == ("alice@example.com", "Alice")
    await pool.call("VerifyUserAttribute", AccessToken=token, AttributeName="email", Code=pool.last_code)
    after = attributes(await pool.call("GetUser", AccessToken=token))
    assert (after["email"], after["email_verified"]) == ("new@example.com", "true")


async def test_a_changed_address_is_unverified_where_the_pool_does_not_wait(pool: Cognito) -> None:
    await pool.configure(UserAttributeUpdateSettings={"AttributesRequireVerificationBeforeUpdate": []})
    await pool.add("alice")
    token = await token_of(pool)

    change = [{"Name": "email", "Value": "new@example.com"}]
    await pool.call("UpdateUserAttributes", AccessToken=token, UserAttributes=change)

    found = attributes(await pool.call("GetUser", AccessToken=token))
    assert (found["email"], found["email_verified"]) == ("new@example.com", "false")


async def test_a_user_sets_no_flags_and_no_attributes_of_others(pool: Cognito) -> None:
    """Neither verification, nor what the client may not write, nor what never changes."""
    await pool.add("alice")
    await pool.configure_client(WriteAttributes=["email", "name"])
    token = await token_of(pool)

    for name, error in (
        ("email_verified", "NotAuthorizedException"),
        ("nickname", "NotAuthorizedException"),
        ("sub", "InvalidParameterException"),
        ("identities", "InvalidParameterException"),
    ):
        change = [{"Name": name, "Value": "true"}]
        refused = await pool.refused("UpdateUserAttributes", AccessToken=token, UserAttributes=change)
        assert refused[0] == error


async def test_a_client_sees_the_attributes_that_it_may_read(pool: Cognito) -> None:
    await pool.add("alice")
    await pool.configure_client(ReadAttributes=["name"])

    result = (await pool.by_password())["AuthenticationResult"]

    assert set(attributes(await pool.call("GetUser", AccessToken=result["AccessToken"]))) == {"sub"}
    assert "email" not in claims(result["IdToken"])


async def test_addresses_of_a_mail_pool_are_one_users(database_url: str) -> None:
    """Two users who ask for one address at once: one gets it; and nobody may be left without."""
    async with cognito(database_url, sign_in_method="EMAIL") as pool:
        for name in ("a", "b"):
            mail = [{"Name": "email", "Value": f"{name}@example.com"}]
            await pool.call("AdminCreateUser", **ADMIN, Username=f"{name}@example.com", UserAttributes=mail)
        wanted = {"UserAttributes": [{"Name": "email", "Value": "C@example.com"}]}

        answers = await asyncio.gather(
            *(pool.call("AdminUpdateUserAttributes", **ADMIN, Username=f"{n}@example.com", **wanted) for n in "ab"),
            return_exceptions=True,
        )

        assert sorted(type(one).__name__ for one in answers) == ["AliasExistsException", "dict"]
        empty = [{"Name": "email", "Value": ""}]
        refused = await pool.refused(
            "AdminUpdateUserAttributes", **ADMIN, Username="c@example.com", UserAttributes=empty
        )
        assert refused[0] == "InvalidParameterException"


async def test_an_alias_counts_once_it_is_verified(pool: Cognito) -> None:
    """Nobody takes another's address by writing it down; proving it takes it over only where that is asked for."""
    await pool.configure(AliasAttributes=["email"])
    mail = [{"Name": "email", "Value": "shared@example.com"}]
    verified = [*mail, {"Name": "email_verified", "Value": "true"}]
    await pool.call("AdminCreateUser", **ADMIN, Username="owner", UserAttributes=verified)
    wire = {"ClientId": CLIENT, "Username": "thief", "Password": PASSWORD, "UserAttributes": mail}
    await pool.call("SignUp", **wire)
    code = {"ClientId": CLIENT, "Username": "thief", "ConfirmationCode": pool.last_code}

    assert (await pool.refused("ConfirmSignUp", **code))[0] == "AliasExistsException"
    assert (await pool.call("AdminGetUser", **ADMIN, Username="shared@example.com"))["Username"] == "owner"

    await pool.call("ConfirmSignUp", **code, ForceAliasCreation=True)
    assert (await pool.call("AdminGetUser", **ADMIN, Username="shared@example.com"))["Username"] == "thief"
    owner = attributes(await pool.call("AdminGetUser", **ADMIN, Username="owner"))
    assert owner["email_verified"] == "false"


async def test_a_pool_of_the_plain_api_works_beside_amplifys(pool: Cognito) -> None:
    """Made with defaults as Cognito's, with keys, a client with a secret; a user of one pool is nobody in another."""
    schema = [{"Name": "plan", "AttributeDataType": "String", "Mutable": False}]
    made = (await pool.call("CreateUserPool", PoolName="plain", Schema=schema))["UserPool"]
    client = (await pool.call("CreateUserPoolClient", UserPoolId=made["Id"], ClientName="c", GenerateSecret=True,
                              ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"]))["UserPoolClient"]  # fmt: skip
    own = [{"Name": "custom:plan", "Value": "gold"}]
    await pool.call(
        "AdminCreateUser", UserPoolId=made["Id"], Username="zoe", UserAttributes=own, TemporaryPassword=PASSWORD
    )

    described = (await pool.call("DescribeUserPool", UserPoolId=made["Id"]))["UserPool"]
    assert described["EstimatedNumberOfUsers"] == 1
    assert described["Policies"]["PasswordPolicy"]["RequireSymbols"] is True
    assert len(client["ClientSecret"]) == 51
    pools = await pool.call("ListUserPools", MaxResults=60)
    assert {one["Id"] for one in pools["UserPools"]} == {POOL, made["Id"]}
    assert (await pool.refused("AdminGetUser", **ADMIN, Username="zoe"))[0] == "UserNotFoundException"
    change = {"UserPoolId": made["Id"], "Username": "zoe", "UserAttributes": [{"Name": "custom:plan", "Value": "free"}]}
    assert (await pool.refused("AdminUpdateUserAttributes", **change))[0] == "InvalidParameterException"
    await pool.call("DeleteUserPool", UserPoolId=made["Id"])
    assert (await pool.refused("DescribeUserPool", UserPoolId=made["Id"]))[0] == "ResourceNotFoundException"


async def test_a_client_secret_must_be_shown(pool: Cognito) -> None:
    """SECRET_HASH missing or wrong is refused, before anything is told of the user."""
    made = (await pool.call("CreateUserPoolClient", **ADMIN, ClientName="c", GenerateSecret=True))["UserPoolClient"]
    await pool.add("alice")

    for more in ({}, {"SecretHash": "d3Jvbmc="}):
        for name in ("alice", "nobody"):
            refused = await pool.refused("ForgotPassword", ClientId=made["ClientId"], Username=name, **more)
            assert refused[0] == "NotAuthorizedException"


async def test_a_backends_pool_is_deleted_with_it_alone(pool: Cognito) -> None:
    refused = await pool.refused("DeleteUserPool", UserPoolId=POOL)

    assert refused[0] == "InvalidParameterException"
    assert "DeleteBackendAuth" in refused[1]


async def test_deletion_protection_holds(pool: Cognito) -> None:
    made = (await pool.call("CreateUserPool", PoolName="kept", DeletionProtection="ACTIVE"))["UserPool"]

    assert (await pool.refused("DeleteUserPool", UserPoolId=made["Id"]))[0] == "InvalidParameterException"
    await pool.call("UpdateUserPool", UserPoolId=made["Id"], DeletionProtection="INACTIVE")
    await pool.call("DeleteUserPool", UserPoolId=made["Id"])


@pytest.mark.parametrize(
    "wire",
    [
        {"AccessTokenValidity": 1, "TokenValidityUnits": {"AccessToken": "minutes"}},
        {"IdTokenValidity": 2, "TokenValidityUnits": {"IdToken": "days"}},
        {"RefreshTokenValidity": 1, "TokenValidityUnits": {"RefreshToken": "minutes"}},
        {"ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "USER_PASSWORD_AUTH"]},
        {"AllowedOAuthFlows": ["code"]},
        {"ReadAttributes": ["custom:none"]},
    ],
)
async def test_clients_that_cannot_be_are_refused(pool: Cognito, wire: dict[str, Any]) -> None:
    refused = await pool.refused("CreateUserPoolClient", **ADMIN, ClientName="c", **wire)

    assert refused[0] == "InvalidParameterException"


async def test_tokens_live_as_long_as_the_client_says(pool: Cognito) -> None:
    units = {"AccessToken": "minutes", "IdToken": "hours", "RefreshToken": "hours"}
    await pool.configure_client(
        AccessTokenValidity=5, IdTokenValidity=2, RefreshTokenValidity=2, TokenValidityUnits=units
    )
    await pool.add("alice")

    result = (await pool.by_password())["AuthenticationResult"]

    access, identity = claims(result["AccessToken"]), claims(result["IdToken"])
    assert (access["exp"] - access["iat"], identity["exp"] - identity["iat"]) == (300, 7200)
    assert result["ExpiresIn"] == 300


async def test_a_deleted_client_ends_its_sessions(pool: Cognito) -> None:
    """A third client may be deleted; the backend's own two may not."""
    made = (await pool.call("CreateUserPoolClient", **ADMIN, ClientName="third",
                            ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]))["UserPoolClient"]  # fmt: skip
    await pool.add("alice")
    answer = await pool.initiate("USER_PASSWORD_AUTH", client=made["ClientId"], USERNAME="alice", PASSWORD=PASSWORD)

    await pool.call("DeleteUserPoolClient", **ADMIN, ClientId=made["ClientId"])

    token = answer["AuthenticationResult"]["AccessToken"]
    assert (await pool.refused("GetUser", AccessToken=token))[0] == "NotAuthorizedException"
    assert (await pool.refused("DeleteUserPoolClient", **ADMIN, ClientId=NATIVE))[0] == "InvalidParameterException"


async def test_second_factors_are_turned_on_where_there_are_any(pool: Cognito) -> None:
    await pool.add("alice")
    token = await token_of(pool)
    on = {"Enabled": True, "PreferredMfa": True}

    for member in ("SMSMfaSettings", "SoftwareTokenMfaSettings"):
        refused = await pool.refused("SetUserMFAPreference", AccessToken=token, **{member: on})
        assert refused[0] == "InvalidParameterException"


async def test_linked_users_of_providers(pool: Cognito) -> None:
    """Administrators alone link; a provider's user is linked once; the attribute tells of it."""
    details = {"client_id": "c", "client_secret": "s", "authorize_scopes": "openid"}
    wire = {"ProviderName": "Google", "ProviderType": "Google", "ProviderDetails": details}
    await pool.call("CreateIdentityProvider", **ADMIN, **wire)
    await pool.add("alice", password=None)
    await pool.add("eve", password=None)
    source = {"ProviderName": "Google", "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": "123"}

    def link(username: str) -> dict[str, Any]:
        return {
            "DestinationUser": {"ProviderName": "Cognito", "ProviderAttributeValue": username},
            "SourceUser": source,
        }

    await pool.call("AdminLinkProviderForUser", **ADMIN, **link("alice"))

    found = attributes(await pool.call("AdminGetUser", **ADMIN, Username="alice"))
    assert '"userId":"123"' in found["identities"]
    assert (await pool.refused("AdminLinkProviderForUser", **ADMIN, **link("eve")))[0] == "AliasExistsException"
    await pool.call("AdminDisableProviderForUser", **ADMIN, User=source)
    assert "identities" not in attributes(await pool.call("AdminGetUser", **ADMIN, Username="alice"))


async def test_providers_of_a_backend_are_listed_without_their_secrets(database_url: str) -> None:
    """UpdateBackendAuth alone changes them."""
    social = {"Google": {"client_id": "google-id"}}
    o_auth = {
        "domainPrefix": "site",
        "oAuthGrantType": "CODE",
        "oAuthScopes": ["OPENID"],
        "redirectSignInURIs": ["https://app.example/"],
        "redirectSignOutURIs": ["https://app.example/"],
        "socialProviderSettings": social,
    }
    async with cognito(database_url, oAuth=o_auth) as pool:
        listed = await pool.call("ListIdentityProviders", **ADMIN)
        google = {**ADMIN, "ProviderName": "Google"}
        described = (await pool.call("DescribeIdentityProvider", **google))["IdentityProvider"]

        assert [one["ProviderName"] for one in listed["Providers"]] == ["Google"]
        assert described["ProviderDetails"] == {"client_id": "google-id"}
        assert (await pool.refused("UpdateIdentityProvider", **google))[0] == "InvalidParameterException"


async def test_secrets_of_providers_are_sealed(pool: Cognito) -> None:
    details = {"client_id": "c", "client_secret": "very-secret-value"}
    wire = {"ProviderName": "Google", "ProviderType": "Google", "ProviderDetails": details}
    await pool.call("CreateIdentityProvider", **ADMIN, **wire)

    rows = await pool.db.rows(EVERY_PROVIDER)

    assert rows
    assert all(b"very-secret-value" not in str(one).encode() for row in rows for one in row)


def test_unsigned_operations_are_the_models() -> None:
    """Nothing that names a pool is open to the public."""
    for name, operation in idp_service.operations.items():
        fields = operation.request.__struct_fields__
        assert operation.signed or "user_pool_id" not in fields, name
