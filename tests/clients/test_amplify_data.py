"""`generateClient` of aws-amplify 6 reads and writes rows: with an API key, a JWT and identity pool credentials."""

import base64
import json
import subprocess
import time
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from callers import HERE, NODE, REGION, Boto3, Target
from pycognito.aws_srp import AWSSRP

import oidc
import server
from issuer import Issuer, cognito_access
from preamp.access import Access, SessionClaims
from preamp.kit.clock import Clock
from preamp.kit.seal import Sealer

SCHEMA = """
type Blog @model
  @auth(rules: [
    { allow: public }
    { allow: private, provider: oidc }
    { allow: private, provider: iam }
    { allow: public, provider: iam, operations: [read] }
  ]) {
  id: ID!
  name: String!
  posts: [Post] @hasMany
}
type Post @model
  @auth(rules: [{ allow: public }, { allow: private, provider: oidc }, { allow: private, provider: iam }]) {
  id: ID!
  title: String!
  rating: Int
  tags: [String]
  meta: Meta
  blog: Blog @belongsTo
}
type Meta { lang: String words: Int }
type Diary @model
  @auth(rules: [
    { allow: owner, provider: oidc, identityClaim: "sub" }
    { allow: groups, groups: ["Editors"], groupClaim: "roles", provider: oidc, operations: [read] }
    { allow: owner }
  ]) {
  id: ID!
  text: String!
}
"""
MODES = ("OPENID_CONNECT", "AWS_IAM", "AMAZON_COGNITO_USER_POOLS")
KEY = {"mode": "apiKey"}


class Client:
    """The JavaScript client, in a process of its own."""

    def __init__(self, config: dict[str, Any]) -> None:
        environment = server.environment({"CONFIG": json.dumps(config)})
        command = [str(NODE), str(HERE / "node" / "data.mjs")]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env=environment)

    def send(self, **line: Any) -> Any:
        """One call; what the app sees."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def model(self, who: dict[str, Any], model: str, operation: str, given: Any = None, **options: Any) -> Any:
        """A call of `client.models`; errors fail the test."""
        answer = self.send(**{"as": who}, model=model, operation=operation, input=given, options=options)
        assert not answer.get("errors"), answer
        assert "message" not in answer, answer
        return answer["data"]

    def graphql(self, who: dict[str, Any], query: str, **variables: Any) -> Any:
        """A call of `client.graphql`, whatever comes."""
        return self.send(**{"as": who}, query=query, variables=variables)

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=10)


class World:
    """A served API with its provider, its user pool and one client."""

    def __init__(self, client: Client, issuer: Issuer, access: Access, auth: dict[str, str], idp: Any) -> None:
        self.client, self.issuer, self.idp = client, issuer, idp
        self._access, self._auth, self._pool = access, auth, auth["IdentityPoolId"]

    def user(self, name: str) -> dict[str, str]:
        """Make a user of the user pool and sign in by SRP; answers the tokens."""
        pool, email, password = self._auth["UserPoolId"], f"{name}@example.com", "Correct-horse-1"
        self.idp.admin_create_user(UserPoolId=pool, Username=email, MessageAction="SUPPRESS")
        self.idp.admin_set_user_password(UserPoolId=pool, Username=email, Password=password, Permanent=True)
        web = self._auth["AppClientIDWeb"]
        srp = AWSSRP(username=email, password=password, pool_id=pool, client_id=web, client=self.idp)
        found: dict[str, str] = srp.authenticate_user()["AuthenticationResult"]
        return found

    def credentials(self, id_token: str | None = None) -> dict[str, Any]:
        """What the identity pool gives a user, or a guest."""
        login = f"cognito-idp.{self._auth['UserPoolId'].partition('_')[0]}.amazonaws.com/{self._auth['UserPoolId']}"
        logins = {login: id_token} if id_token else {}
        endpoint = self.idp.meta.endpoint_url
        unsigned = Config(signature_version=UNSIGNED)
        pools = boto3.client("cognito-identity", endpoint_url=endpoint, region_name=REGION, config=unsigned)
        identity = pools.get_id(IdentityPoolId=self._pool, Logins=logins)["IdentityId"]
        made = pools.get_credentials_for_identity(IdentityId=identity, Logins=logins)["Credentials"]
        pools.close()
        names = {"accessKeyId": "AccessKeyId", "secretAccessKey": "SecretKey", "sessionToken": "SessionToken"}
        return {"mode": "iam", "credentials": {name: made[shown] for name, shown in names.items()}}

    def signed_in(self, sub: str, **claims: Any) -> dict[str, Any]:
        """A user of the provider."""
        return {"mode": "oidc", "token": self.issuer.token(sub=sub, aud="app", **claims)}

    def session(self, *, authenticated: bool = True, pool: str | None = None) -> dict[str, Any]:
        """The credentials of a user or guest of the identity pool."""
        claims = SessionClaims(
            identity_pool_id=pool or self._pool,
            identity_id="us-east-1:me",
            role="authRole" if authenticated else "unauthRole",
            authenticated=authenticated,
        )
        made = self._access.issue_session(claims)
        given = {"accessKeyId": made.access_key_id, "secretAccessKey": made.secret, "sessionToken": made.token}
        return {"mode": "iam", "credentials": given}


def deploy(boto: Boto3, issuer: Issuer) -> tuple[dict[str, Any], Any]:
    """Create a backend with auth and the API; answers what its clients need, and its generated models."""
    made = called(boto, "CreateBackend", AppId="dclients", AppName="clients", BackendEnvironmentName="dev")
    where = {"AppId": made["AppId"], "BackendEnvironmentName": "dev"}
    auth = {
        "AuthResources": "IDENTITY_POOL_AND_USER_POOL",
        "Service": "COGNITO",
        "IdentityPoolConfigs": {"IdentityPoolName": "ids", "UnauthenticatedLogin": True},
        "UserPoolConfigs": {
            "RequiredSignUpAttributes": ["EMAIL"],
            "SignInMethod": "EMAIL",
            "UserPoolName": "users",
        },
    }
    called(boto, "CreateBackendAuth", **where, ResourceName="auth", ResourceConfig=auth)
    provider = {"OpenIDIssueURL": issuer.url, "OpenIDClientId": "app|other", "OpenIDIatTTL": "7200000"}
    types = [{"Mode": mode} | ({"Settings": provider} if mode == "OPENID_CONNECT" else {}) for mode in MODES]
    api = {"TransformSchema": SCHEMA, "DefaultAuthType": {"Mode": "API_KEY"}, "AdditionalAuthTypes": types}
    called(boto, "CreateBackendAPI", **where, ResourceName="api", ResourceConfig=api)
    called(boto, "GenerateBackendAPIModels", **where, ResourceName="api")
    models = called(boto, "GetBackendAPIModels", **where, ResourceName="api")
    meta = json.loads(called(boto, "GetBackend", **where)["AmplifyMetaConfig"])
    return meta, json.loads(models["ModelIntrospectionSchema"])


def called(boto: Boto3, operation: str, **given: Any) -> dict[str, Any]:
    """Call, and wait for the job if there is one."""
    output = boto.call(operation, given).output
    assert output is not None
    deadline = time.monotonic() + 60
    while "JobId" in output:
        job = {name: output[name] for name in ("AppId", "BackendEnvironmentName", "JobId")}
        state = boto.call("GetBackendJob", job).output
        assert state is not None
        if state["Status"] == "COMPLETED":
            return output
        assert state["Status"] != "FAILED", state
        assert time.monotonic() < deadline, state
        time.sleep(0.02)
    return output


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    if not (HERE / "node" / "node_modules" / "aws-amplify").exists():
        pytest.skip("the clients are not installed: `make setup-clients`")
    data = tmp_path_factory.mktemp("clients") / "data"
    allowed = {"PREAMP_OIDC_PRIVATE_ADDRESSES": "true"}
    with oidc.provider("clients", now=time.time()) as issuer, server.running(data=data, env=allowed) as running:
        ready = running.ready
        keys = {"access_key_id": ready.access_key_id or "", "secret_access_key": ready.secret_access_key or ""}
        boto = Boto3(Target(endpoint=ready.http, **keys))
        meta, models = deploy(boto, issuer)
        boto.close()
        output = meta["api"]["api"]["output"]
        endpoint = f"{ready.http}/graphql/{output['GraphQLAPIIdOutput']}"
        config = {"endpoint": endpoint, "region": REGION, "models": models, "apiKey": output["GraphQLAPIKeyOutput"]}
        client = Client(config)
        sealer = Sealer(base64.b64decode((data / "install.key").read_text()))
        access = Access(None, sealer, Clock(), ready.account)  # type: ignore[arg-type]
        idp = boto3.client(
            "cognito-idp",
            endpoint_url=ready.http,
            region_name=REGION,
            aws_access_key_id=ready.access_key_id,
            aws_secret_access_key=ready.secret_access_key,
        )
        yield World(client, issuer, access, meta["auth"]["auth"]["output"], idp)
        idp.close()
        client.close()


@pytest.fixture(params=["apiKey", "oidc", "iam"])
def who(request: pytest.FixtureRequest, world: World) -> dict[str, Any]:
    """Give each kind of caller that may do everything with blogs and posts."""
    return {"apiKey": KEY, "oidc": world.signed_in("journey"), "iam": world.session()}[request.param]


def test_a_journey_over_rows(world: World, who: dict[str, Any]) -> None:
    """Create, read with nested selections, filter, page, update, delete."""
    client, name = world.client, who["mode"]
    blog = client.model(who, "Blog", "create", {"name": name})
    posts = [
        client.model(
            who,
            "Post",
            "create",
            {
                "title": f"{name} {number}",
                "rating": number,
                "tags": ["a", str(number)],
                "meta": {"lang": "en", "words": number * 10},
                "blogPostsId": blog["id"],
            },
        )
        for number in range(5)
    ]

    nested = ["id", "name", "posts.title", "posts.rating", "posts.meta.words", "posts.blog.name"]
    got = client.model(who, "Blog", "get", {"id": blog["id"]}, selectionSet=nested)
    assert got["name"] == name
    assert sorted((post["title"], post["meta"]["words"], post["blog"]["name"]) for post in got["posts"]) == [
        (f"{name} {number}", number * 10, name) for number in range(5)
    ]

    chosen = {"and": [{"title": {"beginsWith": name}}, {"or": [{"rating": {"ge": 4}}, {"tags": {"contains": "1"}}]}]}
    found = client.model(who, "Post", "list", filter=chosen)
    assert sorted(post["rating"] for post in found) == [1, 4]

    first = client.send(
        **{"as": who}, model="Post", operation="list", options={"limit": 2, "filter": {"title": {"beginsWith": name}}}
    )
    assert len(first["data"]) == 2
    rest = client.model(
        who, "Post", "list", limit=10, nextToken=first["nextToken"], filter={"title": {"beginsWith": name}}
    )
    assert {post["id"] for post in (*first["data"], *rest)} == {post["id"] for post in posts}

    changed = client.model(who, "Post", "update", {"id": posts[0]["id"], "title": "new", "rating": None})
    assert (changed["title"], changed["rating"], changed["tags"]) == ("new", None, ["a", "0"])
    assert changed["updatedAt"] >= changed["createdAt"]

    for post in posts:
        assert client.model(who, "Post", "delete", {"id": post["id"]})["id"] == post["id"]
    client.model(who, "Blog", "delete", {"id": blog["id"]})
    assert client.model(who, "Blog", "get", {"id": blog["id"]}) is None


def test_rows_of_an_owner_are_its_own(world: World) -> None:
    """By the claims of its token: stamped, listed, hidden from others; a group of a custom claim reads all."""
    client, ann, bob = world.client, world.signed_in("ann"), world.signed_in("bob")
    editor = world.signed_in("eve", roles=["Editors"])
    page = client.model(ann, "Diary", "create", {"text": "dear"})
    client.model(bob, "Diary", "create", {"text": "deer"})

    assert page["owner"] == "ann"
    assert [row["text"] for row in client.model(ann, "Diary", "list")] == ["dear"]
    assert sorted(row["text"] for row in client.model(editor, "Diary", "list")) == ["dear", "deer"]
    for operation in ("update", "delete"):
        refused = client.send(**{"as": bob}, model="Diary", operation=operation, input={"id": page["id"]}, options={})
        assert [error["errorType"] for error in refused["errors"]] == ["Unauthorized"]
    assert client.model(ann, "Diary", "delete", {"id": page["id"]})["text"] == "dear"


def test_users_of_the_pool_are_owners_with_either_token(world: World) -> None:
    """Signed in by SRP: access and ID token are one owner; after signing out neither is anybody."""
    tokens, client = world.user("own"), world.client
    access, ident = ({"mode": "userPool", "token": tokens[name]} for name in ("AccessToken", "IdToken"))
    other = {"mode": "userPool", "token": world.user("other")["AccessToken"]}

    page = client.model(access, "Diary", "create", {"text": "mine"})
    assert [row["id"] for row in client.model(ident, "Diary", "list")] == [page["id"]]
    assert client.model(other, "Diary", "list") == []
    assert client.model(ident, "Diary", "update", {"id": page["id"], "text": "still mine"})["text"] == "still mine"

    world.idp.global_sign_out(AccessToken=tokens["AccessToken"])
    deadline = time.monotonic() + 30
    for who in (access, ident):  # each token that was seen to be good is believed for a second
        while "Unauthorized" not in json.dumps(client.graphql(who, "{ listDiaries { items { id } } }")):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert client.model(other, "Diary", "list") == []


def test_credentials_of_the_identity_pool_are_those_of_its_users_and_guests(world: World) -> None:
    """As GetCredentialsForIdentity gives them, for an ID token of the user pool and for nothing."""
    client, tokens = world.client, world.user("keys")
    user, guest = world.credentials(tokens["IdToken"]), world.credentials()
    create = 'mutation { createBlog(input: {name: "signed"}) { id } }'

    made = client.graphql(user, create)["data"]["createBlog"]["id"]
    assert made in [blog["id"] for blog in client.model(guest, "Blog", "list")]
    assert [error["errorType"] for error in client.graphql(guest, create)["errors"]] == ["Unauthorized"]
    client.model(KEY, "Blog", "delete", {"id": made})

    world.idp.global_sign_out(AccessToken=tokens["AccessToken"])
    assert "Unauthorized" in json.dumps(client.graphql(user, create))


def test_guests_read_what_guests_may_read(world: World) -> None:
    guest, client = world.session(authenticated=False), world.client

    assert isinstance(client.model(guest, "Blog", "list"), list)
    refused = client.graphql(guest, 'mutation { createBlog(input: {name: "x"}) { id } }')
    assert [error["errorType"] for error in refused["errors"]] == ["Unauthorized"]
    assert refused["data"] == {"createBlog": None}


def test_errors_come_to_the_app_as_errors(world: World) -> None:
    """With the path, the type and the text that an app shows or tells apart."""
    client = world.client
    blog = client.model(KEY, "Blog", "create", {"name": "errors"})

    again = client.graphql(
        KEY, "mutation M($i: CreateBlogInput!) { createBlog(input: $i) { id } }", i={"id": blog["id"], "name": "x"}
    )
    assert again["errors"][0]["errorType"] == "DynamoDB:ConditionalCheckFailedException"
    assert again["errors"][0]["path"] == ["createBlog"]
    assert again["data"] == {"createBlog": None}
    unknown = client.graphql(KEY, "{ listBlogs { items { nothing } } }")
    assert "Validation error of type FieldUndefined" in unknown["errors"][0]["message"]
    missing = client.graphql(KEY, "mutation M($i: CreateBlogInput!) { createBlog(input: $i) { id } }", i={})
    assert "has coerced Null value for NonNull type 'String!'" in missing["errors"][0]["message"]
    diary = client.graphql(KEY, "{ listDiaries { items { id } } }")
    assert diary["errors"][0]["errorType"] == "Unauthorized"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "stranger"},
        {"exp": 1},
        {"iat": 1},
        {"iss": "http://127.0.0.1:1"},
        cognito_access("s", "u", iss="https://cognito-idp.us-east-1.amazonaws.com/us-east-1_Nothing"),
    ],
    ids=["client", "expired", "iatTTL", "issuer", "no pool"],
)
def test_a_token_that_proves_nothing_is_unauthorized(world: World, claims: dict[str, Any]) -> None:
    """The whole request is refused with 401, which the client tells by the error's name."""
    token = world.issuer.token(**{"sub": "ann", "aud": "app", **claims})

    for mode in ("oidc", "userPool"):
        refused = world.client.graphql({"mode": mode, "token": token}, "{ listBlogs { items { id } } }")
        assert "Unauthorized" in json.dumps(refused), refused


def test_sessions_of_another_identity_pool_are_unauthorized(world: World) -> None:
    stranger = world.session(pool="us-east-1:00000000-0000-0000-0000-000000000000")

    refused = world.client.graphql(stranger, "{ listBlogs { items { id } } }")
    assert "Unauthorized" in json.dumps(refused), refused
