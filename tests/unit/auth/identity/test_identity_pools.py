"""Identities, logins, roles and credentials, over a real database and real tokens."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from authkit import ACCOUNT, IDENTITY_POOL, NATIVE, POOL, REGION, URL, WEB, Room, room
from preamp.auth.identity.errors import (
    InvalidIdentityPoolConfigurationException,
    InvalidParameterException,
    NotAuthorizedException,
    ResourceConflictException,
    ResourceNotFoundException,
    TooManyRequestsException,
)
from preamp.auth.users import User
from preamp.kit.clock import SetClock

NOW = 1_800_000_000_000
AWS_NAME = f"cognito-idp.{REGION}.amazonaws.com/{POOL}"
OWN_NAME = f"{URL.partition('://')[2]}/{POOL}"
ROLE = "arn:aws:iam::000000000000:role/editors"


@pytest.fixture
async def here(database_url: str) -> AsyncIterator[Room]:
    async with room(database_url, SetClock(NOW)) as one:
        yield one


@pytest.fixture
async def quick(tmp_path: Any) -> AsyncIterator[Room]:
    """Give a room on SQLite alone, where the database is not what is tested."""
    async with room(f"sqlite:///{tmp_path}/p.sqlite3", SetClock(NOW)) as one:
        yield one


async def logins(here: Room, user: User, name: str = AWS_NAME, client_id: str = WEB) -> dict[str, str]:
    """`Logins` of a user who signed in just now."""
    return {name: str((await here.tokens_of(user, client_id)).id_token)}


async def guest(here: Room) -> str:
    answer = await here.call("GetId", IdentityPoolId=IDENTITY_POOL, Logins={})
    return str(answer.identity_id)


async def identity_of(here: Room, user: User, name: str = AWS_NAME) -> str:
    answer = await here.call("GetId", IdentityPoolId=IDENTITY_POOL, Logins=await logins(here, user, name))
    return str(answer.identity_id)


async def credentials(here: Room, identity_id: str, given: dict[str, str] | None = None, **more: Any) -> Any:
    return await here.call("GetCredentialsForIdentity", IdentityId=identity_id, Logins=given, **more)


async def test_each_guest_is_somebody_else(here: Room) -> None:
    first, second = await guest(here), await guest(here)

    answer = await credentials(here, first)

    assert first != second
    assert answer.identity_id == first
    assert answer.credentials.expiration == NOW / 1000 + 3600


async def test_a_login_is_always_the_same_identity(here: Room) -> None:
    """However the client spells the provider, with whichever app client, at whichever sign-in."""
    ann = await here.user()

    first = await identity_of(here, ann)
    by_native = await logins(here, ann, OWN_NAME, NATIVE)
    again = await here.call("GetId", IdentityPoolId=IDENTITY_POOL, Logins=by_native)

    assert again.identity_id == first
    assert await identity_of(here, await here.user("bob")) != first


async def test_signing_in_links_the_guest(here: Room) -> None:
    """The app's guest data stay the user's: aws-amplify 6 sends the guest's id with the first login."""
    ann, guest_id = await here.user(), await guest(here)

    answer = await credentials(here, guest_id, await logins(here, ann, OWN_NAME))

    assert answer.identity_id == guest_id
    assert await identity_of(here, ann) == guest_id
    with pytest.raises(NotAuthorizedException, match="forbidden"):
        await credentials(here, guest_id)


async def test_a_known_user_keeps_the_identity_at_another_device(here: Room) -> None:
    """The second device's guest is answered with the user's own identity, and is used no more."""
    ann = await here.user()
    own, guest_id = await identity_of(here, ann), await guest(here)

    answer = await credentials(here, guest_id, await logins(here, ann))

    assert answer.identity_id == own
    with pytest.raises(NotAuthorizedException, match="forbidden"):
        await credentials(here, guest_id)


async def test_what_credentials_say(here: Room) -> None:
    """The access room's sealed token holds identity, role, user, groups and the session's family."""
    ann = await here.user()
    await here.execute(
        "INSERT INTO auth_group (user_pool_id, name, created_ms, precedence, role_arn) "
        "VALUES (:p, 'editors', 1, 1, :r)",
        p=POOL,
        r=ROLE,
    )
    await here.execute(
        "INSERT INTO auth_group_member (user_pool_id, group_name, user_id, created_ms) VALUES (:p, 'editors', :u, 1)",
        p=POOL,
        u=ann.id,
    )
    given = await logins(here, ann)
    answer = await credentials(here, await identity_of(here, ann), given)

    keys = answer.credentials
    claims = here.access.session_claims(keys.access_key_id, keys.session_token)

    assert claims is not None
    assert (claims.authenticated, claims.role, claims.groups) == (True, "editors", ("editors",))
    assert (claims.sub, claims.username, claims.user_pool_id, claims.client_id) == (ann.id, "ann", POOL, WEB)
    assert claims.provider == AWS_NAME
    assert claims.family is not None
    found = await here.access.lookup_any(keys.access_key_id, keys.session_token)
    assert found is not None
    assert found.caller.arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/editors/CognitoIdentityCredentials"


async def test_roles_without_groups_are_the_pools(quick: Room) -> None:
    ann = await quick.user()

    own = (await credentials(quick, await identity_of(quick, ann), await logins(quick, ann))).credentials
    guests = (await credentials(quick, await guest(quick))).credentials

    def role(keys: Any) -> str:
        claims = quick.access.session_claims(keys.access_key_id, keys.session_token)
        assert claims is not None
        return claims.role

    assert role(own) == "amplify-d1app-dev-authRole"
    assert role(guests) == "amplify-d1app-dev-unauthRole"


# Attacks -------------------------------------------------------------------------------------------------------------


async def test_a_guest_gets_nothing_of_somebody_elses_identity(quick: Room) -> None:
    """An identity id is no secret."""
    own = await identity_of(quick, await quick.user())

    for operation in ("GetCredentialsForIdentity", "UnlinkIdentity"):
        more = {"LoginsToRemove": [AWS_NAME], "Logins": {}} if operation == "UnlinkIdentity" else {}
        with pytest.raises(NotAuthorizedException, match="forbidden"):
            await quick.call(operation, IdentityId=own, **more)


async def test_a_user_gets_nothing_of_another_users_identity(quick: Room) -> None:
    ann, eve = await quick.user(), await quick.user("eve")
    own = await identity_of(quick, ann)

    with pytest.raises(NotAuthorizedException, match="Logins don't match"):
        await credentials(quick, own, await logins(quick, eve))
    await identity_of(quick, eve)
    with pytest.raises(NotAuthorizedException, match="Logins don't match"):
        await credentials(quick, own, await logins(quick, eve))


async def test_tokens_of_another_pool_or_client_are_refused(quick: Room) -> None:
    """Also where the client names its own pool for a foreign token."""
    await quick.provision(user_pool_id="us-east-1_Other0000", prefix="other")
    eve = await quick.user("eve", user_pool_id="us-east-1_Other0000")
    foreign = str((await quick.tokens_of(eve, WEB + "0000")).id_token)

    for name, words in (
        (AWS_NAME, "Issuer"),
        (OWN_NAME, "Issuer"),
        (AWS_NAME.replace(POOL, "us-east-1_Other0000"), "supported provider"),
        ("accounts.google.com", "supported provider"),
        (f"evil.example/{POOL}", "supported provider"),
        (f"cognito-idp.evil.example/x.amazonaws.com/{POOL}", "supported provider"),
        ("", "supported provider"),
    ):
        with pytest.raises(NotAuthorizedException, match=words):
            await quick.call("GetId", IdentityPoolId=IDENTITY_POOL, Logins={name or "/": foreign})


async def test_a_client_that_the_pool_does_not_trust_is_refused(quick: Room) -> None:
    ann = await quick.user()
    await quick.execute("DELETE FROM auth_identity_provider WHERE client_id = :c", c=NATIVE)

    with pytest.raises(NotAuthorizedException, match="audience"):
        await quick.call("GetId", IdentityPoolId=IDENTITY_POOL, Logins=await logins(quick, ann, client_id=NATIVE))


async def test_only_id_tokens_are_logins(quick: Room) -> None:
    """Access tokens travel to many servers; none of these may become the user."""
    result = await quick.tokens_of(await quick.user())
    head, body, signature = str(result.id_token).split(".")

    for token in (
        str(result.access_token),
        str(result.refresh_token),
        f"{head}.{body}.",
        f"{head}.{body}.{signature[:-4]}AAAA",
        "x",
    ):
        with pytest.raises(NotAuthorizedException, match="Invalid login token"):
            await quick.call("GetId", IdentityPoolId=IDENTITY_POOL, Logins={AWS_NAME: token})


@pytest.mark.parametrize("change", ["expiry", "revocation", "disabled", "deleted"])
async def test_an_ended_session_gets_and_keeps_no_credentials(quick: Room, change: str) -> None:
    """Neither new ones by its token, nor does what it got before open anything."""
    ann = await quick.user()
    given = await logins(quick, ann)
    own = await identity_of(quick, ann)
    keys = (await credentials(quick, own, given)).credentials

    match change:
        case "expiry":
            assert isinstance(quick.clock, SetClock)
            quick.clock.advance(3_600_000)
        case "revocation":
            await quick.execute("UPDATE auth_family SET revoked = 1")
        case "disabled":
            await quick.execute("UPDATE auth_user SET enabled = 0")
        case _:
            for table in ("auth_family", "auth_user"):
                await quick.execute(f"DELETE FROM {table}")

    with pytest.raises(NotAuthorizedException, match="Invalid login token"):
        await credentials(quick, own, given)
    found = await quick.access.lookup_any(keys.access_key_id, keys.session_token)
    assert found is None or found.expired


async def test_identity_credentials_never_operate_the_server(quick: Room) -> None:
    """The look-up of the control service does not know them, nor do they make an operator's session."""
    ann = await quick.user()
    keys = (await credentials(quick, await identity_of(quick, ann), await logins(quick, ann))).credentials
    found = await quick.access.lookup_any(keys.access_key_id, keys.session_token)
    assert found is not None

    assert await quick.access.lookup(keys.access_key_id, keys.session_token) is None
    for operation, more in (("GetSessionToken", {}), ("AssumeRole", {"RoleArn": ROLE, "RoleSessionName": "me"})):
        with pytest.raises(Exception, match="not authorized"):
            await quick.call(operation, caller=found.caller, **more)


async def test_a_custom_role_must_be_the_users_own(quick: Room) -> None:
    ann = await quick.user()
    own, given = await identity_of(quick, ann), await logins(quick, ann)

    with pytest.raises(NotAuthorizedException, match="CustomRoleArn"):
        await credentials(quick, own, given, CustomRoleArn=ROLE)
    with pytest.raises(NotAuthorizedException, match="CustomRoleArn"):
        await credentials(quick, await guest(quick), CustomRoleArn=ROLE)


async def test_guests_may_be_shut_out(quick: Room) -> None:
    """Those who have an identity already get no more credentials either."""
    known = await guest(quick)
    await quick.execute("UPDATE auth_identity_pool SET unauthenticated_login = 0")

    for call in (quick.call("GetId", IdentityPoolId=IDENTITY_POOL), credentials(quick, known)):
        with pytest.raises(NotAuthorizedException, match="Unauthenticated access is not supported"):
            await call


async def test_guests_are_made_at_a_bounded_pace(quick: Room) -> None:
    """A flood of calls fills no table; users who sign in meanwhile are not held up."""
    made = 0
    with pytest.raises(TooManyRequestsException):
        for _ in range(1000):
            await guest(quick)
            made += 1
    signed_in = await identity_of(quick, await quick.user())
    assert isinstance(quick.clock, SetClock)
    quick.clock.advance(1000)

    assert made == 100
    assert signed_in
    assert await guest(quick)


async def test_one_login_of_a_provider(quick: Room) -> None:
    """Both spellings of a pool are one provider: two users at once are refused."""
    both = await logins(quick, await quick.user()) | await logins(quick, await quick.user("eve"), OWN_NAME)

    with pytest.raises(ResourceConflictException):
        await quick.call("GetId", IdentityPoolId=IDENTITY_POOL, Logins=both)


async def test_what_is_not_there_is_told(quick: Room) -> None:
    with pytest.raises(ResourceNotFoundException, match="IdentityPool"):
        await quick.call("GetId", IdentityPoolId="us-east-1:0")
    with pytest.raises(ResourceNotFoundException, match="Identity"):
        await credentials(quick, "us-east-1:0")


@pytest.mark.parametrize(
    "wire",
    [
        {"IdentityPoolId": "us-east-1:" + "0" * 60},
        {"IdentityPoolId": "../x"},
        {"IdentityPoolId": IDENTITY_POOL, "Logins": {AWS_NAME: "x" * 50_001}},
        {"IdentityPoolId": IDENTITY_POOL, "Logins": {f"p{number}": "x" for number in range(11)}},
        {"IdentityPoolId": IDENTITY_POOL + "\n"},
    ],
)
def test_oversized_and_odd_requests_are_refused(wire: dict[str, Any]) -> None:
    from preamp.auth.identity.model import GetIdInput  # noqa: PLC0415

    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(wire, GetIdInput)


# The classic flow and sts --------------------------------------------------------------------------------------------


async def classic(here: Room) -> None:
    await here.call(
        "UpdateIdentityPool",
        IdentityPoolId=IDENTITY_POOL,
        IdentityPoolName="people_ids",
        AllowUnauthenticatedIdentities=True,
        AllowClassicFlow=True,
        CognitoIdentityProviders=[{"ProviderName": AWS_NAME, "ClientId": WEB}],
    )


async def web_identity(here: Room, token: str, role: str = "amplify-d1app-dev-authRole") -> Any:
    return await here.call(
        "AssumeRoleWithWebIdentity",
        RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{role}",
        RoleSessionName="web",
        WebIdentityToken=token,
    )


async def test_the_classic_flow(here: Room) -> None:
    """GetOpenIdToken, then AssumeRoleWithWebIdentity: the same identity, the same user."""
    await classic(here)
    ann = await here.user()
    own = await identity_of(here, ann)
    token = (await here.call("GetOpenIdToken", IdentityId=own, Logins=await logins(here, ann))).token

    answer = await web_identity(here, token)

    keys = answer.credentials
    claims = here.access.session_claims(keys.access_key_id, keys.session_token)
    assert claims is not None
    assert (claims.identity_id, claims.sub, claims.authenticated) == (own, ann.id, True)
    assert answer.subject_from_web_identity_token == own
    assert await here.access.lookup_any(keys.access_key_id, keys.session_token) is not None


async def test_the_classic_flow_is_off_until_it_is_allowed(quick: Room) -> None:
    with pytest.raises(InvalidParameterException, match="classic"):
        await quick.call("GetOpenIdToken", IdentityId=await guest(quick))


async def test_a_guests_token_does_not_give_a_users_role(quick: Room) -> None:
    await classic(quick)
    token = (await quick.call("GetOpenIdToken", IdentityId=await guest(quick))).token

    with pytest.raises(Exception, match="Not authorized"):
        await web_identity(quick, token)
    await web_identity(quick, token, "amplify-d1app-dev-unauthRole")


async def test_web_identity_takes_no_other_tokens(quick: Room) -> None:
    """Nor one that has ended."""
    await classic(quick)
    token = (await quick.call("GetOpenIdToken", IdentityId=await guest(quick))).token
    id_token = str((await quick.tokens_of(await quick.user())).id_token)

    for wrong in (id_token, "x.y.z", token[:-6] + "AAAAAA", token.rpartition(".")[0] + "."):
        with pytest.raises(Exception, match="not one of this server"):
            await web_identity(quick, wrong)
    assert isinstance(quick.clock, SetClock)
    quick.clock.advance(601_000)
    with pytest.raises(Exception, match="expired"):
        await web_identity(quick, token, "amplify-d1app-dev-unauthRole")


async def test_an_operators_session_operates(here: Room) -> None:
    """What AssumeRole and GetSessionToken answer is good for the control service, for as long as the key is."""
    key = await here.access.create_key("ops")
    known = await here.access.lookup(key.id, None)
    assert known is not None

    session = (await here.call("GetSessionToken", caller=known.caller)).credentials
    assumed = await here.call(
        "AssumeRole", caller=known.caller, RoleArn=f"arn:aws:iam::{ACCOUNT}:role/deploy", RoleSessionName="ci"
    )

    for keys in (session, assumed.credentials):
        found = await here.access.lookup(keys.access_key_id, keys.session_token)
        assert found is not None
        assert found.caller.user == "ops"
    assert assumed.assumed_role_user.arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/ci"


@pytest.mark.parametrize(
    "more",
    [
        {"Policy": "{}"},
        {"PolicyArns": [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}]},
        {"RoleArn": "arn:aws:iam::999999999999:role/deploy"},
        {"RoleArn": "arn:aws:iam::000000000000:user/deploy"},
    ],
)
async def test_a_session_that_would_have_too_many_rights_is_refused(quick: Room, more: dict[str, Any]) -> None:
    """An operator's rights cannot be narrowed here, so nothing pretends to."""
    key = await quick.access.create_key("ops")
    known = await quick.access.lookup(key.id, None)
    assert known is not None
    wire = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/deploy", "RoleSessionName": "ci", **more}

    with pytest.raises(Exception, match=r"not supported|must name a role"):
        await quick.call("AssumeRole", caller=known.caller, **wire)


# Administrators ------------------------------------------------------------------------------------------------------


async def test_pools_are_made_changed_and_removed(here: Room) -> None:
    made = await here.call(
        "CreateIdentityPool",
        IdentityPoolName="mine",
        AllowUnauthenticatedIdentities=False,
        CognitoIdentityProviders=[{"ProviderName": AWS_NAME, "ClientId": WEB, "ServerSideTokenCheck": True}],
        IdentityPoolTags={"a": "b"},
    )
    listed = await here.call("ListIdentityPools", MaxResults=60)
    ann = await here.user()
    with pytest.raises(InvalidIdentityPoolConfigurationException, match="no authenticated role"):
        mine = await here.call("GetId", IdentityPoolId=made.identity_pool_id, Logins=await logins(here, ann))
        await credentials(here, mine.identity_id, await logins(here, ann))
    await here.call("SetIdentityPoolRoles", IdentityPoolId=made.identity_pool_id, Roles={"authenticated": ROLE})
    answer = await credentials(here, mine.identity_id, await logins(here, ann))
    await here.call("DeleteIdentityPool", IdentityPoolId=made.identity_pool_id)

    assert [pool.identity_pool_name for pool in listed.identity_pools if pool.identity_pool_name == "mine"] == ["mine"]
    assert answer.identity_id == mine.identity_id
    assert made.cognito_identity_providers[0].server_side_token_check is True
    with pytest.raises(ResourceNotFoundException):
        await here.call("DescribeIdentityPool", IdentityPoolId=made.identity_pool_id)


async def test_identities_are_listed_page_by_page(quick: Room) -> None:
    made = {await guest(quick) for _ in range(5)}
    seen: list[str] = []
    token = None

    while True:
        page = await quick.call("ListIdentities", IdentityPoolId=IDENTITY_POOL, MaxResults=2, NextToken=token)
        seen += [one.identity_id for one in page.identities]
        token = page.next_token
        if token is None:
            break

    assert (set(seen), len(seen)) == (made, 5)
    with pytest.raises(InvalidParameterException, match="NextToken"):
        await quick.call("ListIdentities", IdentityPoolId=IDENTITY_POOL, MaxResults=2, NextToken="forged")


async def test_a_deleted_identity_is_gone(quick: Room) -> None:
    ann = await quick.user()
    own = await identity_of(quick, ann)

    await quick.call("DeleteIdentities", IdentityIdsToDelete=[own, "us-east-1:0"])

    with pytest.raises(ResourceNotFoundException):
        await quick.call("DescribeIdentity", IdentityId=own)
    assert await identity_of(quick, ann) != own


async def test_a_pool_that_goes_takes_its_identities_along(here: Room) -> None:
    """Deleted with its user pool, nothing of anybody stays behind."""
    import sqlalchemy as sa  # noqa: PLC0415

    from preamp.db import Statement  # noqa: PLC0415

    await identity_of(here, await here.user())
    await guest(here)

    async with here.db.transaction() as tx:
        await here.auth.delete_pool(tx, POOL)

    for table in ("auth_identity", "auth_identity_login", "auth_identity_pool"):
        row = await here.db.row(Statement(sa.text(f"SELECT count(*) FROM {table}")))
        assert row is not None
        assert row[0] == 0


async def test_an_unlinked_identity_is_used_no_more(quick: Room) -> None:
    ann = await quick.user()
    own, given = await identity_of(quick, ann), await logins(quick, ann)
    described = await quick.call("DescribeIdentity", IdentityId=own)

    await quick.call("UnlinkIdentity", IdentityId=own, Logins=given, LoginsToRemove=[OWN_NAME])

    assert described.logins == (AWS_NAME,)
    for more in (None, given):
        with pytest.raises(NotAuthorizedException):
            await credentials(quick, own, more)


async def test_mappings_choose_by_claims(quick: Room) -> None:
    """The first rule that matches; without any the mapping's own answer to ambiguity."""
    ann = await quick.user()
    own, given = await identity_of(quick, ann), await logins(quick, ann)

    async def role(rules: list[dict[str, str]], ambiguous: str = "Deny") -> str:
        mapping = {
            "Type": "Rules",
            "AmbiguousRoleResolution": ambiguous,
            "RulesConfiguration": {"Rules": [{"RoleARN": ROLE, **rule} for rule in rules]},
        }
        await quick.call(
            "SetIdentityPoolRoles",
            IdentityPoolId=IDENTITY_POOL,
            Roles={"authenticated": ROLE.replace("editors", "plain")},
            RoleMappings={f"{OWN_NAME}:{WEB}": mapping},
        )
        keys = (await credentials(quick, own, given)).credentials
        claims = quick.access.session_claims(keys.access_key_id, keys.session_token)
        assert claims is not None
        return claims.role

    matching = {"Claim": "email", "MatchType": "StartsWith", "Value": "ann@"}
    other = {"Claim": "email", "MatchType": "Equals", "Value": "bob@example.org"}
    missing = {"Claim": "department", "MatchType": "NotEqual", "Value": "x"}

    assert await role([other, matching]) == "editors"
    assert await role([other, missing], "AuthenticatedRole") == "plain"
    with pytest.raises(NotAuthorizedException, match="denies"):
        await role([other, missing])
