"""Signing in by password, over SRP and in clear, and what a sign-in then asks for."""

import base64
import hmac

import bcrypt
import msgspec
import pytest
import sqlalchemy as sa

from preamp.auth.idp.find import sealed_client_secret
from preamp.auth.passwords import HashSecret, Passwords, SrpSecret
from preamp.auth.store import client_table
from preamp.db import Statement
from sign_in_kit import CLIENT, NATIVE, PASSWORD, POOL, Cognito, Srp, claims, refusal

WRONG = ("NotAuthorizedException", "Incorrect username or password.")
USED = ("NotAuthorizedException", "Invalid session for the user, session is expired.")


async def test_srp_gives_tokens(either_pool: Cognito) -> None:
    """The proof of pycognito's client is accepted, and the tokens speak for the user and the client."""
    user = await either_pool.add()

    result = (await either_pool.by_srp())["AuthenticationResult"]

    access, identity = claims(result["AccessToken"]), claims(result["IdToken"])
    assert (access["username"], access["client_id"], access["token_use"]) == ("alice", CLIENT, "access")
    assert (identity["sub"], identity["aud"], identity["email"]) == (user.id, CLIENT, "alice@example.com")
    assert result["RefreshToken"]
    assert "NewDeviceMetadata" not in result


async def test_a_password_in_clear_gives_tokens(pool: Cognito) -> None:
    await pool.add()

    answer = await pool.by_password()

    assert answer["AuthenticationResult"]["TokenType"] == "Bearer"
    assert answer["ChallengeParameters"] == {}


async def test_a_proof_without_a_session_is_enough(pool: Cognito) -> None:
    """Without Session, as pycognito sends PASSWORD_VERIFIER: the SECRET_BLOCK carries the state."""
    await pool.add()
    srp = Srp(PASSWORD)
    asked = await pool.initiate("USER_SRP_AUTH", USERNAME="alice", SRP_A=srp.public)

    answer = await pool.respond("PASSWORD_VERIFIER", None, **srp.answer(asked))

    assert answer["AuthenticationResult"]


async def test_the_challenge_names_the_user_twice(pool: Cognito) -> None:
    """Clients take USERNAME and USER_ID_FOR_SRP as the name for all further calls."""
    await pool.add()

    asked = await pool.initiate("USER_SRP_AUTH", USERNAME="ALICE", SRP_A=Srp(PASSWORD).public)

    given = asked["ChallengeParameters"]
    assert asked["ChallengeName"] == "PASSWORD_VERIFIER"
    assert (given["USERNAME"], given["USER_ID_FOR_SRP"]) == ("alice", "alice")
    assert set(given) == {"USERNAME", "USER_ID_FOR_SRP", "SALT", "SRP_B", "SECRET_BLOCK"}


async def test_a_user_named_by_mail_signs_in_by_it(mail_pool: Cognito) -> None:
    """The name within the pool is the sub; the address leads to it, in any case."""
    user = await mail_pool.add("5a7c0f6e-0000-4000-8000-000000000001", attributes={"email": "a@example.com"})

    by_srp = await mail_pool.by_srp("A@example.com")
    in_clear = await mail_pool.by_password("a@example.com")

    for answer in (by_srp, in_clear):
        assert claims(answer["AuthenticationResult"]["AccessToken"])["sub"] == user.id


@pytest.mark.parametrize("flow", ["by_srp", "by_password"])
async def test_a_wrong_password_is_refused(pool: Cognito, flow: str) -> None:
    await pool.add()

    assert await refusal(getattr(pool, flow)(password="Wr0ng!pass")) == WRONG


@pytest.mark.parametrize("flow", ["by_srp", "by_password"])
async def test_nobody_is_told_apart_from_a_wrong_password(pool: Cognito, flow: str) -> None:
    assert await refusal(getattr(pool, flow)("nobody")) == WRONG


@pytest.mark.parametrize("flow", ["by_srp", "by_password"])
async def test_a_client_may_ask_to_be_told(pool: Cognito, flow: str) -> None:
    """PreventUserExistenceErrors LEGACY."""
    await pool.configure_client(PreventUserExistenceErrors="LEGACY")

    assert await refusal(getattr(pool, flow)("nobody")) == ("UserNotFoundException", "User does not exist.")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"enabled": False}, ("NotAuthorizedException", "User is disabled.")),
        ({"status": "UNCONFIRMED"}, ("UserNotConfirmedException", "User is not confirmed.")),
        ({"status": "RESET_REQUIRED"}, ("PasswordResetRequiredException", "Password reset required for the user")),
        ({"status": "EXTERNAL_PROVIDER"}, WRONG),
        (
            {"status": "FORCE_CHANGE_PASSWORD", "temporary_until_ms": 1},
            (
                "NotAuthorizedException",
                "Temporary password has expired and must be reset by an administrator.",
            ),
        ),
    ],
)
@pytest.mark.parametrize("flow", ["by_srp", "by_password"])
async def test_a_user_in_another_state_is_told_only_after_the_proof(
    pool: Cognito, fields: dict[str, object], told: tuple[str, str], flow: str
) -> None:
    await pool.add(**fields)

    assert await refusal(getattr(pool, flow)()) == told
    assert await refusal(getattr(pool, flow)(password="Wr0ng!pass")) == WRONG


async def test_a_user_without_a_password_is_sent_to_make_one(pool: Cognito) -> None:
    """Imported users: nobody can prove a password that does not exist."""
    await pool.add(password=None, status="RESET_REQUIRED")

    assert (await refusal(pool.by_srp()))[0] == "PasswordResetRequiredException"
    assert (await refusal(pool.by_password()))[0] == "PasswordResetRequiredException"


async def test_amplifys_clients_sign_in_by_srp_alone(pool: Cognito) -> None:
    """Nothing set means SRP, CUSTOM and REFRESH: a password in clear is refused before anything is looked up."""
    await pool.add()
    code, message = await refusal(
        pool.initiate("USER_PASSWORD_AUTH", client=NATIVE, USERNAME="alice", PASSWORD=PASSWORD)
    )

    assert (code, message) == ("InvalidParameterException", "USER_PASSWORD_AUTH flow not enabled for this client")
    assert await pool.initiate("USER_SRP_AUTH", client=NATIVE, USERNAME="alice", SRP_A=Srp(PASSWORD).public)
    assert (await refusal(pool.initiate("USER_AUTH", client=NATIVE, USERNAME="alice")))[
        0
    ] == "InvalidParameterException"


async def test_an_administrators_flow_is_not_for_clients(pool: Cognito) -> None:
    await pool.add()

    for flow in ("ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"):
        told = await refusal(pool.initiate(flow, USERNAME="alice", PASSWORD=PASSWORD))
        assert told == ("InvalidParameterException", "Initiate Auth method not supported")


@pytest.mark.parametrize("flow", ["ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"])
async def test_an_administrator_signs_a_user_in(pool: Cognito, flow: str) -> None:
    await pool.add()
    parameters = {"USERNAME": "alice", "PASSWORD": PASSWORD}

    answer = await pool.call(
        "AdminInitiateAuth", UserPoolId=POOL, ClientId=CLIENT, AuthFlow=flow, AuthParameters=parameters
    )

    assert answer["AuthenticationResult"]["AccessToken"]


async def test_an_administrator_answers_challenges_of_administrators_alone(pool: Cognito) -> None:
    """A Session that AdminInitiateAuth gave is not answered by a client, nor the reverse."""
    await pool.add(status="FORCE_CHANGE_PASSWORD")
    wire = {"UserPoolId": POOL, "ClientId": CLIENT}
    begun = await pool.call(
        "AdminInitiateAuth",
        **wire,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "alice", "PASSWORD": PASSWORD},
    )
    own = await pool.by_password()
    responses = {"USERNAME": "alice", "NEW_PASSWORD": "N3w!passw"}

    assert await refusal(pool.respond("NEW_PASSWORD_REQUIRED", begun["Session"], **responses)) == USED
    answer = {"ChallengeName": "NEW_PASSWORD_REQUIRED", "ChallengeResponses": responses}
    assert await pool.refused("AdminRespondToAuthChallenge", **wire, **answer, Session=own["Session"]) == USED
    done = await pool.call("AdminRespondToAuthChallenge", **wire, **answer, Session=begun["Session"])
    assert done["AuthenticationResult"]


async def test_a_new_password_is_asked_for(either_pool: Cognito) -> None:
    """A temporary password leads to NEW_PASSWORD_REQUIRED, with JSON within texts; missing attributes come with it."""
    await either_pool.add(status="FORCE_CHANGE_PASSWORD", attributes={"name": "A"})
    asked = await either_pool.by_srp()
    given = asked["ChallengeParameters"]

    assert asked["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    assert msgspec.json.decode(given["requiredAttributes"]) == ["userAttributes.email"]
    assert msgspec.json.decode(given["userAttributes"]) == {"name": "A"}
    mail = {"userAttributes.email": "alice@example.com"}
    done = await either_pool.respond(
        "NEW_PASSWORD_REQUIRED", asked["Session"], USERNAME="alice", NEW_PASSWORD="N3w!passw", **mail
    )

    assert claims(done["AuthenticationResult"]["IdToken"])["email"] == "alice@example.com"
    assert (await either_pool.by_password(password="N3w!passw"))["AuthenticationResult"]
    assert await refusal(either_pool.by_password()) == WRONG


@pytest.mark.parametrize(
    ("responses", "code"),
    [
        ({"NEW_PASSWORD": "short"}, "InvalidPasswordException"),
        ({"NEW_PASSWORD": "x" * 257}, "InvalidPasswordException"),
        ({}, "InvalidParameterException"),
        ({"NEW_PASSWORD": "N3w!passw", "userAttributes.email_verified": "true"}, "InvalidParameterException"),
        ({"NEW_PASSWORD": "N3w!passw", "userAttributes.sub": "x"}, "InvalidParameterException"),
        ({"NEW_PASSWORD": "N3w!passw", "userAttributes.email": "nonsense"}, "InvalidParameterException"),
        ({"NEW_PASSWORD": "N3w!passw", "userAttributes.email": ""}, "InvalidParameterException"),
    ],
)
async def test_a_bad_new_password_or_attribute_is_refused_and_may_be_tried_again(
    pool: Cognito, responses: dict[str, str], code: str
) -> None:
    """The Session stays good: a user who mistyped need not begin anew."""
    await pool.add(status="FORCE_CHANGE_PASSWORD")
    asked = await pool.by_password()

    told = await refusal(pool.respond("NEW_PASSWORD_REQUIRED", asked["Session"], USERNAME="alice", **responses))
    again = await pool.respond("NEW_PASSWORD_REQUIRED", asked["Session"], USERNAME="alice", NEW_PASSWORD="N3w!passw")

    assert told[0] == code
    assert again["AuthenticationResult"]


async def test_refresh_tokens_are_exchanged(pool: Cognito) -> None:
    await pool.add()
    first = (await pool.by_srp())["AuthenticationResult"]
    pool.clock.advance(5000)

    for flow in ("REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"):
        result = (await pool.initiate(flow, REFRESH_TOKEN=first["RefreshToken"]))["AuthenticationResult"]
        assert "RefreshToken" not in result
        old, new = claims(first["AccessToken"]), claims(result["AccessToken"])
        assert (new["auth_time"], new["origin_jti"]) == (old["auth_time"], old["origin_jti"])
        assert new["iat"] == old["iat"] + 5


async def test_a_client_whose_tokens_rotate_does_not_refresh_by_initiate_auth(pool: Cognito) -> None:
    await pool.add()
    token = (await pool.by_srp())["AuthenticationResult"]["RefreshToken"]
    await pool.configure_client(RefreshTokenRotation={"Feature": "ENABLED"})

    assert (await refusal(pool.initiate("REFRESH_TOKEN_AUTH", REFRESH_TOKEN=token)))[0] == "InvalidParameterException"


async def test_a_client_with_a_secret_must_show_it_in_each_call(pool: Cognito) -> None:
    await pool.add()
    secret = "s3cret" * 5
    sealed = sealed_client_secret(pool.idp, CLIENT, secret)
    async with pool.db.transaction() as tx:
        await tx.execute(Statement(sa.update(client_table).where(client_table.c.id == CLIENT).values(secret=sealed)))
    right = base64.b64encode(hmac.digest(secret.encode(), f"alice{CLIENT}".encode(), "sha256")).decode()
    srp = Srp(PASSWORD)

    asked = await pool.initiate("USER_SRP_AUTH", USERNAME="alice", SRP_A=srp.public, SECRET_HASH=right)
    answers = srp.answer(asked)
    for wrong in ({}, {"SECRET_HASH": "x"}):
        told = await refusal(pool.initiate("USER_SRP_AUTH", USERNAME="alice", SRP_A=srp.public, **wrong))
        assert told[0] == "NotAuthorizedException"
        assert (await refusal(pool.respond("PASSWORD_VERIFIER", None, **answers, **wrong)))[0] == told[0]
    done = await pool.respond("PASSWORD_VERIFIER", None, **answers, SECRET_HASH=right)
    assert done["AuthenticationResult"]


async def test_a_pool_without_srp_keeps_argon2id_and_turns_back_at_the_next_sign_in(pool: Cognito) -> None:
    """The kind of the stored secret follows the clients' flows, user by user."""
    await pool.add()
    passwords = Passwords(pool.idp.sealer)

    async def kind() -> type:
        row = await pool.db.row(Statement(sa.text("SELECT secret FROM auth_user")))
        assert row is not None
        return type(passwords.opened(POOL, "alice", bytes(row[0])))

    assert await kind() is SrpSecret
    for client in (CLIENT, NATIVE):
        await pool.configure_client(client, ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"])
    await pool.by_password()
    assert await kind() is HashSecret
    await pool.configure_client(ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_SRP_AUTH"])
    assert await refusal(pool.by_srp()) == WRONG
    await pool.by_password()
    assert await kind() is SrpSecret
    assert (await pool.by_srp())["AuthenticationResult"]


async def test_an_imported_hash_is_replaced_at_the_first_sign_in(pool: Cognito) -> None:
    text = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
    secret = Passwords(pool.idp.sealer).import_hash(POOL, "alice", text)
    await pool.add(password=None, secret=secret)

    assert await refusal(pool.by_srp()) == WRONG
    assert await refusal(pool.by_password(password="other")) == WRONG
    assert (await pool.by_password())["AuthenticationResult"]
    assert (await pool.by_srp())["AuthenticationResult"]


async def test_two_nodes_share_a_sign_in(either_pool: Cognito) -> None:
    """What one node began, another that has the same database and install key goes on with."""
    await either_pool.add()
    other = Cognito(either_pool.db, either_pool.clock)
    srp = Srp(PASSWORD)
    asked = await either_pool.initiate("USER_SRP_AUTH", USERNAME="alice", SRP_A=srp.public)

    answer = await other.respond("PASSWORD_VERIFIER", asked["Session"], **srp.answer(asked))

    assert answer["AuthenticationResult"]
    assert await refusal(either_pool.respond("PASSWORD_VERIFIER", asked["Session"], **srp.answer(asked))) == USED
