"""aws-amplify 6 in a real browser: guests, the hosted UI with PKCE, and social sign-in at a real OpenID provider."""

import base64
import hashlib
import json
import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from callers import HERE, NODE
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Struct

import server
from preamp.kit import jwt

REGION = "us-east-1"
PASSWORD = "Tr0ub4dor&3"
CHROMIUM = os.environ.get("PREAMP_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
BROWSER = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed: `make setup-chromium`")
CLIENTS = pytest.mark.skipif(
    not (HERE / "node" / "node_modules" / "aws-amplify").exists(),
    reason="the clients are not installed: `make setup-clients`",
)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


class App(Struct, frozen=True, kw_only=True):
    """A backend with auth, and what an app is configured with."""

    ready: Any
    meta: dict[str, Any]
    port: int
    issuer: str | None = None

    def client(self, service: str, keys: dict[str, str] | None = None) -> Any:
        """A boto3 client of the server, as its operator or with other keys."""
        own = {"accessKeyId": self.ready.access_key_id, "secretAccessKey": self.ready.secret_access_key}
        used = keys or own
        return boto3.client(
            service,
            endpoint_url=self.ready.https,
            region_name=REGION,
            aws_access_key_id=used["accessKeyId"],
            aws_secret_access_key=used["secretAccessKey"],
            aws_session_token=used.get("sessionToken"),
            verify=self.ready.ca,
            config=Config(retries={"total_max_attempts": 1}, read_timeout=30),
        )

    @property
    def config(self) -> dict[str, Any]:
        """A ResourcesConfig, the form in which aws-amplify 6 can be told of endpoints."""
        home = [f"http://localhost:{self.port}/"]
        o_auth = {
            "domain": f"{self.ready.https.removeprefix('https://')}/auth/people",
            "scopes": ["openid", "email", "aws.cognito.signin.user.admin"],
            "redirectSignIn": home,
            "redirectSignOut": home,
            "responseType": "code",
        }
        cognito = {
            "userPoolId": self.meta["UserPoolId"],
            "userPoolClientId": self.meta["AppClientIDWeb"],
            "identityPoolId": self.meta["IdentityPoolId"],
            "userPoolEndpoint": self.ready.https,
            "identityPoolEndpoint": self.ready.https,
            "allowGuestAccess": True,
            "loginWith": {"oauth": o_auth},
        }
        return {"Auth": {"Cognito": cognito}}


def completed(backend: Any, job: dict[str, Any]) -> None:
    """Wait until a job is done."""
    asked = {"AppId": "d1hosted", "BackendEnvironmentName": "dev", "JobId": job["JobId"]}
    while (found := backend.get_backend_job(**asked))["Status"] not in {"COMPLETED", "FAILED"}:
        time.sleep(0.05)
    assert found["Status"] == "COMPLETED", found


def made(one: server.Server, port: int, social: dict[str, Any] | None = None, issuer: str | None = None) -> App:
    """Create a backend with auth by the Amplify Backend API."""
    home = [f"http://localhost:{port}/"]
    app = App(ready=one.ready, meta={}, port=port, issuer=issuer)
    backend = app.client("amplifybackend")
    completed(backend, backend.create_backend(AppId="d1hosted", AppName="hosted", BackendEnvironmentName="dev"))
    o_auth = {
        "DomainPrefix": "people",
        "OAuthGrantType": "CODE",
        "OAuthScopes": ["OPENID", "EMAIL", "AWS_COGNITO_SIGNIN_USER_ADMIN"],
        "RedirectSignInURIs": home,
        "RedirectSignOutURIs": home,
    }
    if social:
        o_auth["SocialProviderSettings"] = social
    pool = {
        "UserPoolName": "people",
        "SignInMethod": "USERNAME",
        "RequiredSignUpAttributes": ["EMAIL"],
        "PasswordPolicy": {"MinimumLength": 8},
        "Mfa": {"MFAMode": "OPTIONAL", "Settings": {"MfaTypes": ["TOTP"]}},
        "OAuth": o_auth,
    }
    job = backend.create_backend_auth(
        AppId="d1hosted",
        BackendEnvironmentName="dev",
        ResourceName="hosted",
        ResourceConfig={
            "AuthResources": "IDENTITY_POOL_AND_USER_POOL",
            "Service": "COGNITO",
            "UserPoolConfigs": pool,
            "IdentityPoolConfigs": {"IdentityPoolName": "people_ids", "UnauthenticatedLogin": True},
        },
    )
    completed(backend, job)
    answer = backend.get_backend(AppId="d1hosted", BackendEnvironmentName="dev")
    meta = json.loads(answer["AmplifyMetaConfig"])["auth"]["hosted"]["output"]
    return App(ready=one.ready, meta=meta, port=port, issuer=issuer)


@pytest.fixture(scope="module")
def app() -> Iterator[App]:
    with server.running() as one:
        yield made(one, free_port())


def driven(app: App, tells: str) -> dict[str, Any]:
    """Let the browser go through one of its stories."""
    certificate = x509.load_pem_x509_certificate((Path(app.ready.ca).parent / "server.pem").read_bytes())
    key = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    setup = {
        "config": app.config,
        "appPort": app.port,
        "chromium": CHROMIUM,
        "spki": base64.b64encode(hashlib.sha256(key).digest()).decode(),
        "password": PASSWORD,
        "issuer": app.issuer,
        "tells": tells,
        "outbox": server.program("outbox", "list", "--json", "--data", app.ready.data),
    }
    done = subprocess.run(
        [str(NODE), str(HERE / "node" / "hosted_driver.mjs")],
        env={**os.environ, "SETUP": json.dumps(setup)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert "ok" in answer, json.dumps(answer, indent=1)
    told: dict[str, Any] = answer["ok"]
    return told


@pytest.mark.slow
@BROWSER
@CLIENTS
def test_a_browser_signs_in_with_pkce(app: App) -> None:
    """A guest becomes a user at the sign-in page, keeps the identity, gets credentials, and signs out."""
    idp = app.client("cognito-idp")
    pool = app.meta["UserPoolId"]
    attributes = [{"Name": "email", "Value": "ann@example.org"}, {"Name": "email_verified", "Value": "true"}]
    idp.admin_create_user(UserPoolId=pool, Username="ann", UserAttributes=attributes, MessageAction="SUPPRESS")
    idp.admin_set_user_password(UserPoolId=pool, Username="ann", Password=PASSWORD, Permanent=True)

    told = driven(app, "story")

    user = told["user"]
    assert told["alert"] == "Incorrect username or password."
    assert told["focused"] == "username"
    assert told["asked"] == "Sign in"
    assert user["username"] == user["claims"]["cognito:username"] == "ann"
    assert user["scope"].split() == ["openid", "email", "aws.cognito.signin.user.admin"]
    assert user["attributes"]["email"] == "ann@example.org"
    assert user["identityId"] == told["guest"]["identityId"]

    with pytest.raises(ClientError, match="InvalidClientTokenId"):  # they ended as the browser signed out
        arn_of(app, user["credentials"])
    assert arn_of(app, told["guest"]["credentials"]).endswith("-unauthRole/CognitoIdentityCredentials")
    for credentials in (user["credentials"], told["guest"]["credentials"]):
        with pytest.raises(ClientError, match="security token"):
            app.client("amplifybackend", credentials).list_s3_buckets()


@pytest.mark.slow
@BROWSER
@CLIENTS
def test_a_browser_keeps_an_account(app: App) -> None:
    """Sign-up, SRP sign-in, an authenticator, a reset and the end, by aws-amplify 6 in the page."""
    told = driven(app, "account")

    assert told["signedUp"]["nextStep"]["signUpStep"] == "CONFIRM_SIGN_UP"
    assert told["early"]["nextStep"]["signInStep"] == "CONFIRM_SIGN_UP"
    assert told["signedIn"]["isSignedIn"] is told["done"]["isSignedIn"] is told["anew"]["isSignedIn"] is True
    assert told["asked"]["nextStep"]["signInStep"] == "CONFIRM_SIGN_IN_WITH_TOTP_CODE"
    assert "Incorrect username or password" in told["refused"]
    assert "Incorrect username or password" in told["old"]
    assert "Incorrect username or password" in told["gone"]
    assert "no error" not in told["mistaken"]
    assert told["user"]["username"] == "zoe"


def arn_of(app: App, credentials: dict[str, str]) -> str:
    """Who credentials are, as sts tells."""
    arn: str = app.client("sts", credentials).get_caller_identity()["Arn"]
    return arn


@pytest.mark.slow
@BROWSER
@CLIENTS
def test_a_browser_signs_in_at_another_provider() -> None:
    """Through the hosted UI to a real OpenID provider and back: the user has the provider's name and attributes."""
    port, issuer_port, https = free_port(), free_port(), free_port()
    social = {"Google": {"ClientId": "google-client", "ClientSecret": "google-secret-of-this-test"}}
    setup = {
        "port": issuer_port,
        "clientId": "google-client",
        "clientSecret": "google-secret-of-this-test",
        "redirectUris": [f"https://127.0.0.1:{https}/auth/people/oauth2/idpresponse"],
    }
    process = subprocess.Popen(
        [str(NODE), str(HERE / "node" / "oidc.mjs")],
        env={**os.environ, "SETUP": json.dumps(setup)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        issuer = process.stdout.readline().strip()
        flags = ("--https", f"127.0.0.1:{https}")
        with server.running(flags=flags, env={"PREAMP_SOCIAL_ISSUERS": f"Google={issuer}"}) as one:
            user = driven(made(one, port, social, issuer), "social")
    finally:
        process.communicate(timeout=10)

    assert user["username"] == "google_gina"
    assert user["attributes"]["email"] == "gina@gmail.example"
    assert user["claims"]["identities"][0]["providerName"] == "Google"


def test_boto3_as_an_administrator_of_identity_pools(app: App) -> None:
    """boto3's cognito-identity and sts, end to end."""
    identity, sts = app.client("cognito-identity"), app.client("sts")

    pool = identity.describe_identity_pool(IdentityPoolId=app.meta["IdentityPoolId"])
    guest = identity.get_id(IdentityPoolId=app.meta["IdentityPoolId"])["IdentityId"]
    keys = identity.get_credentials_for_identity(IdentityId=guest)["Credentials"]
    roles = identity.get_identity_pool_roles(IdentityPoolId=app.meta["IdentityPoolId"])
    listed = identity.list_identities(IdentityPoolId=app.meta["IdentityPoolId"], MaxResults=60)
    session = sts.get_session_token(DurationSeconds=900)["Credentials"]
    role = f"arn:aws:iam::{app.ready.account}:role/deploy"
    assumed = sts.assume_role(RoleArn=role, RoleSessionName="ci")

    assert {one["ClientId"] for one in pool["CognitoIdentityProviders"]} == {
        app.meta["AppClientIDWeb"],
        app.meta["AppClientID"],
    }
    assert set(roles["Roles"]) == {"authenticated", "unauthenticated"}
    assert guest in {one["IdentityId"] for one in listed["Identities"]}
    assert keys["Expiration"].timestamp() > time.time() + 3500
    for given in (session, assumed["Credentials"]):
        used = {
            "accessKeyId": given["AccessKeyId"],
            "secretAccessKey": given["SecretAccessKey"],
            "sessionToken": given["SessionToken"],
        }
        assert "Buckets" in app.client("amplifybackend", used).list_s3_buckets()
        assert app.client("sts", used).get_caller_identity()["Arn"].endswith(":user/root")
    with pytest.raises(ClientError, match=r"NotAuthorizedException|UnrecognizedClient|security token"):
        app.client(
            "cognito-identity",
            {
                "accessKeyId": keys["AccessKeyId"],
                "secretAccessKey": keys["SecretKey"],
                "sessionToken": keys["SessionToken"],
            },
        ).list_identity_pools(MaxResults=1)


def test_the_classic_flow_and_its_keys(app: App) -> None:
    """GetOpenIdToken's token verifies with the published keys, and is what AssumeRoleWithWebIdentity takes."""
    identity, sts = app.client("cognito-identity"), app.client("sts")
    pool = identity.describe_identity_pool(IdentityPoolId=app.meta["IdentityPoolId"])
    pool.pop("ResponseMetadata")
    identity.update_identity_pool(**{**pool, "AllowClassicFlow": True})
    guest = identity.get_id(IdentityPoolId=app.meta["IdentityPoolId"])["IdentityId"]
    token = identity.get_open_id_token(IdentityId=guest)["Token"]
    role = identity.get_identity_pool_roles(IdentityPoolId=app.meta["IdentityPoolId"])["Roles"]["unauthenticated"]
    with urllib.request.urlopen(f"{app.ready.http}/.well-known/jwks_uri", timeout=10) as answer:  # noqa: S310
        keys = jwt.KeySet.read(answer.read())

    claims = jwt.verify(token, keys, jwt.RS256, time.time())
    assumed = sts.assume_role_with_web_identity(RoleArn=role, RoleSessionName="web", WebIdentityToken=token)

    assert (claims["sub"], claims["amr"]) == (guest, ["unauthenticated"])
    assert assumed["SubjectFromWebIdentityToken"] == guest


def test_unsigned_calls_administer_nothing(app: App) -> None:
    """Operations of administrators are refused without a signature, those of clients are answered."""
    from botocore import UNSIGNED  # noqa: PLC0415

    unsigned = boto3.client(
        "cognito-identity",
        endpoint_url=app.ready.https,
        region_name=REGION,
        verify=app.ready.ca,
        config=Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}),
    )

    assert unsigned.get_id(IdentityPoolId=app.meta["IdentityPoolId"])["IdentityId"]
    with pytest.raises(ClientError, match="Missing Authentication Token"):
        unsigned.list_identity_pools(MaxResults=1)
