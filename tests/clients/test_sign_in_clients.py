"""The sign-in libraries, unchanged, against a real server: over http and https, on SQLite, one story on PostgreSQL."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pyotp
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from callers import HERE
from pycognito.aws_srp import AWSSRP
from sign_in_clients import Library, LibraryError, People, library

import server

PASSWORD, SECOND, THIRD = "Passw0rd!x", "Passw0rd!y", "Passw0rd!z"
INSTALLED = (HERE / "node" / "node_modules" / "aws-amplify").exists()
needs_node = pytest.mark.skipif(not INSTALLED, reason="the clients are not installed: `make setup-clients`")
SECRETS = re.compile(r"Passw0rd!|eyJ[A-Za-z0-9_-]{20}|SECRET_BLOCK|SRP_A|password_claim", re.IGNORECASE)


@pytest.fixture(scope="module")
def people() -> Iterator[People]:
    """Give a server with a pool that lets clients remember devices and sign in in all ways."""
    with server.running() as running:
        yield ready(running)
        assert not SECRETS.search(running.log.read_text()), "a secret stands in the server's log"


def ready(running: server.Server) -> People:
    made = People(running)
    made.track_devices()
    made.allow("ALLOW_USER_PASSWORD_AUTH", "ALLOW_USER_AUTH")
    return made


@pytest.fixture(params=["http", "https"])
def endpoint(request: pytest.FixtureRequest, people: People) -> tuple[str, str | None]:
    """Give the address to call, and the certificate to trust."""
    if request.param == "http":
        return people.ready.http, None
    return people.ready.https, people.ready.ca


def refused(who: Library, name: str, *args: Any) -> str:
    with pytest.raises(LibraryError) as told:
        who.call(name, *args)
    return told.value.name


def v6_config(people: People, endpoint: str) -> dict[str, Any]:
    pool = people.pool
    return {
        "Auth": {
            "Cognito": {
                "userPoolId": pool.id,
                "userPoolClientId": pool.web_client,
                "userPoolEndpoint": endpoint,
                "identityPoolId": pool.identity_pool,
                "identityPoolEndpoint": endpoint,
                "allowGuestAccess": True,
            }
        }
    }


def amplify_6(people: People, endpoint: str, ca: str | None, user: str) -> None:  # noqa: PLR0915  one story
    """Tell the 26 steps of a user's life with aws-amplify 6."""
    email = f"{user}@example.com"
    signing_up = {"username": user, "password": PASSWORD, "options": {"userAttributes": {"email": email}}}
    with library("v6", ca) as app:
        app.call("configure", v6_config(people, endpoint))
        guest = app.call("fetchAuthSession")
        signed_up = app.call("signUp", signing_up)
        again = refused(app, "signUp", signing_up)
        wrong_code = refused(app, "confirmSignUp", {"username": user, "confirmationCode": "000000"})
        confirmed = app.call("confirmSignUp", {"username": user, "confirmationCode": people.code(email)})
        wrong = refused(app, "signIn", {"username": user, "password": "nope"})
        signed_in = app.call("signIn", {"username": user, "password": PASSWORD})
        session = app.call("fetchAuthSession")
        secret = app.call("setUpTOTP")["sharedSecret"]
        app.call("verifyTOTPSetup", {"code": pyotp.TOTP(secret).now()})
        app.call("updateMFAPreference", {"totp": "PREFERRED"})
        mfa = app.call("fetchMFAPreference")
        attributes = app.call("fetchUserAttributes")
        app.call("updatePassword", {"oldPassword": PASSWORD, "newPassword": SECOND})
        refreshed = app.call("fetchAuthSession", {"forceRefresh": True})
        app.call("rememberDevice")
        devices = app.call("fetchDevices")
        app.call("signOut")
        # The remembered device takes the place of the authenticator.
        by_device = app.call("signIn", {"username": user, "password": SECOND})
        app.call("forgetDevice")
        app.call("signOut", {"global": True})
        asked = app.call("resetPassword", {"username": user})
        reset = {"username": user, "confirmationCode": people.code(email), "newPassword": THIRD}
        app.call("confirmResetPassword", reset)
        by_flow = {"username": user, "password": THIRD, "options": {"authFlowType": "USER_PASSWORD_AUTH"}}
        in_clear = app.call("signIn", by_flow)
        # A code of the step that set the authenticator up is used already: the next one is in the window as well.
        next_code = pyotp.TOTP(secret).at(time.time() + 30)
        second = app.call("confirmSignIn", {"challengeResponse": next_code})
        app.call("updateMFAPreference", {"totp": "DISABLED"})
        app.call("signOut")
        choosing = app.call("signIn", {"username": user, "options": {"authFlowType": "USER_AUTH"}})
        chosen = app.call("confirmSignIn", {"challengeResponse": "PASSWORD_SRP"})
        by_choice = app.call("confirmSignIn", {"challengeResponse": THIRD})
        app.call("deleteUser")
        gone = refused(app, "signIn", {"username": user, "password": THIRD})

    assert guest["identityId"]
    assert signed_up["nextStep"]["signUpStep"] == "CONFIRM_SIGN_UP"
    assert (again, wrong_code, wrong) == ("UsernameExistsException", "CodeMismatchException", "NotAuthorizedException")
    assert confirmed["isSignUpComplete"] is True
    assert signed_in["isSignedIn"] is True
    assert session["tokens"]["accessToken"]["payload"]["username"] == user
    assert session["credentials"]["sessionToken"]
    assert mfa == {"enabled": ["TOTP"], "preferred": "TOTP"}
    assert attributes["email"] == email
    assert refreshed["tokens"]["accessToken"]["payload"]["sub"] == session["tokens"]["accessToken"]["payload"]["sub"]
    assert len(devices) == 1
    assert by_device["isSignedIn"] is True
    assert asked["nextStep"]["codeDeliveryDetails"]["deliveryMedium"] == "EMAIL"
    assert in_clear["nextStep"]["signInStep"] == "CONFIRM_SIGN_IN_WITH_TOTP_CODE"
    assert second["isSignedIn"] is True
    assert choosing["nextStep"]["signInStep"] == "CONTINUE_SIGN_IN_WITH_FIRST_FACTOR_SELECTION"
    assert chosen["nextStep"]["signInStep"] == "CONFIRM_SIGN_IN_WITH_PASSWORD"
    assert by_choice["isSignedIn"] is True
    assert gone == "NotAuthorizedException"


@needs_node
def test_aws_amplify_6(people: People, endpoint: tuple[str, str | None]) -> None:
    """Sign-up, SRP, TOTP, device, refresh, reset, choice, deletion: with the library's own calls alone."""
    address, ca = endpoint
    amplify_6(people, address, ca, f"six{'s' if ca else ''}")


@needs_node
@pytest.mark.slow
def test_aws_amplify_6_on_postgresql(postgres_url: str, tmp_path: Path) -> None:
    with server.running(data=tmp_path / "data", database=postgres_url) as running:
        amplify_6(ready(running), running.ready.http, None, "sixpg")


@needs_node
def test_aws_amplify_5(people: People, endpoint: tuple[str, str | None]) -> None:
    address, ca = endpoint
    user, email = ("fives", "fives@example.com") if ca else ("five", "five@example.com")
    config = {
        "region": people.pool.region,
        "userPoolId": people.pool.id,
        "userPoolWebClientId": people.pool.web_client,
        "endpoint": address,
    }
    with library("v5", ca) as app:
        app.call("configure", config)
        made = app.call("signUp", {"username": user, "password": PASSWORD, "attributes": {"email": email}})
        app.call("confirmSignUp", user, people.code(email))
        wrong = refused(app, "signIn", user, "nope")
        signed_in = app.call("signIn", user, PASSWORD)
        secret = app.call("setUpTOTP")
        app.call("verifyTotpToken", pyotp.TOTP(secret).now())
        app.call("setPreferredMFA", "TOTP")
        app.call("changePassword", PASSWORD, SECOND)
        refreshed = app.call("refresh")
        attributes = app.call("attributes")
        app.call("signOut", {"global": True})
        told = app.call("forgotPassword", user)
        app.call("forgotPasswordSubmit", user, people.code(email), THIRD)
        asked = app.call("signIn", user, THIRD)
        again = None
        if asked["challenge"]:
            app.call("confirmSignIn", user, pyotp.TOTP(secret).at(time.time() + 30), asked["challenge"])
            again = app.call("session")
        app.call("deleteUser")
        gone = refused(app, "signIn", user, THIRD)

    assert made["confirmed"] is False
    assert wrong == gone == "NotAuthorizedException"
    assert signed_in["challenge"] is None
    assert refreshed["username"] == user
    assert {"sub", "email", "email_verified"} <= set(attributes)
    assert told["DeliveryMedium"] == "EMAIL"
    assert again is None or again["username"] == user


@needs_node
def test_amazon_cognito_identity_js(people: People, endpoint: tuple[str, str | None]) -> None:
    """The core of amplify 5: twice by SRP, the second time with the device; and a temporary password."""
    address, ca = endpoint
    user = "jss" if ca else "js"
    config = {"UserPoolId": people.pool.id, "ClientId": people.pool.web_client, "endpoint": address}
    temporary = f"temp{user}"
    people.idp.admin_create_user(
        UserPoolId=people.pool.id,
        Username=temporary,
        TemporaryPassword=PASSWORD,
        MessageAction="SUPPRESS",
        UserAttributes=[{"Name": "email", "Value": f"{temporary}@example.com"}],
    )
    with library("identity-js", ca) as app:
        app.call("configure", config)
        app.call("signUp", user, PASSWORD, f"{user}@example.com")
        unconfirmed = refused(app, "signIn", user, PASSWORD)
        app.call("confirm", user, people.code(f"{user}@example.com"))
        first = app.call("signIn", user, PASSWORD)
        app.call("rememberDevice")
        app.call("signOut")
        second = app.call("signIn", user, PASSWORD)
        refreshed = app.call("refresh")
        app.call("signOut")
        asked = app.call("signIn", temporary, PASSWORD)
        renewed = app.call("newPassword", SECOND)

    assert unconfirmed == "UserNotConfirmedException"
    assert first["username"] == second["username"] == user
    assert first["device_key"] == second["device_key"]
    assert refreshed["origin_jti"] == second["origin_jti"]
    assert asked["newPassword"]["required"] == []
    assert renewed["username"] == temporary


def unsigned(people: People, address: str, ca: str | None) -> Any:
    return boto3.client(
        "cognito-idp",
        endpoint_url=address,
        region_name=people.pool.region,
        verify=ca or True,
        config=Config(signature_version=UNSIGNED),
    )


def test_pycognito(people: People, endpoint: tuple[str, str | None]) -> None:
    """SRP without a Session, a wrong password, refreshing, changing the password, a temporary password."""
    address, ca = endpoint
    user = "pys" if ca else "py"
    client = unsigned(people, address, ca)
    pool, web = people.pool.id, people.pool.native_client
    attributes = [{"Name": "email", "Value": f"{user}@example.com"}]
    client.sign_up(ClientId=web, Username=user, Password=PASSWORD, UserAttributes=attributes)
    client.confirm_sign_up(ClientId=web, Username=user, ConfirmationCode=people.code(f"{user}@example.com"))

    with pytest.raises(ClientError, match="Incorrect username or password"):
        AWSSRP(username=user, password="nope", pool_id=pool, client_id=web, client=client).authenticate_user()
    tokens = AWSSRP(username=user, password=PASSWORD, pool_id=pool, client_id=web, client=client).authenticate_user()
    result = tokens["AuthenticationResult"]
    client.change_password(AccessToken=result["AccessToken"], PreviousPassword=PASSWORD, ProposedPassword=SECOND)
    key = result["NewDeviceMetadata"]["DeviceKey"]
    refreshed = client.initiate_auth(
        ClientId=web,
        AuthFlow="REFRESH_TOKEN_AUTH",
        AuthParameters={"REFRESH_TOKEN": result["RefreshToken"], "DEVICE_KEY": key},
    )

    assert refreshed["AuthenticationResult"]["AccessToken"]
    assert client.get_user(AccessToken=result["AccessToken"])["Username"] == user
