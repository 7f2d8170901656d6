"""Which settings of a user pool are refused, and that the sentence names the member."""

from typing import Any

import msgspec
import pytest

from preamp.auth import PoolSecrets, PoolSettings, check_pool_name, check_settings


def problems(wire: dict[str, Any], **more: Any) -> list[str]:
    given = wire.get("oAuth", {}).get("socialProviderSettings", {})
    return check_settings(msgspec.convert(wire, PoolSettings), msgspec.convert(given, PoolSecrets), **more)


def put(wire: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for name in parents:
        wire = wire[name]
    wire[last] = value


def test_good_settings_have_no_problem(wire: dict[str, Any]) -> None:
    assert problems(wire) == []
    assert problems({"signInMethod": "USERNAME", "requiredSignUpAttributes": []}) == []


GOOD = [
    ("passwordPolicy.minimumLength", 6),
    ("passwordPolicy.minimumLength", 99.0),
    ("mfa", {"MFAMode": "OFF"}),
    ("mfa.settings.smsMessage", "{####}"),
    ("verificationMessage.emailSettings.emailMessage", "{####}" + "x" * 19_994),
    ("oAuth.domainPrefix", "a"),
    ("oAuth.domainPrefix", "a" * 63),
    ("oAuth.redirectSignInURIs", ["http://127.0.0.1:8080/cb?x=1"]),
    ("oAuth.redirectSignInURIs", ["https://example.org"]),
    ("oAuth.redirectSignInURIs", ["com.example.app:/callback"]),
    ("oAuth.redirectSignInURIs", ["exp://192.168.0.2:19000/--/"]),
]


@pytest.mark.parametrize(("path", "value"), GOOD)
def test_values_at_the_edge_are_taken(wire: dict[str, Any], path: str, value: Any) -> None:
    put(wire, path, value)

    assert problems(wire) == []


BAD = [
    ("requiredSignUpAttributes", ["EMAIL", "EMAIL"], "requiredSignUpAttributes"),
    ("passwordPolicy.minimumLength", 5, "passwordPolicy.minimumLength"),
    ("passwordPolicy.minimumLength", 100, "passwordPolicy.minimumLength"),
    ("passwordPolicy.minimumLength", 8.5, "passwordPolicy.minimumLength"),
    ("passwordPolicy.minimumLength", float("nan"), "passwordPolicy.minimumLength"),
    ("passwordPolicy.minimumLength", float("inf"), "passwordPolicy.minimumLength"),
    ("passwordPolicy.additionalConstraints", ["REQUIRE_DIGIT"] * 2, "passwordPolicy.additionalConstraints"),
    ("mfa", {"MFAMode": "ON"}, "mfa.settings.mfaTypes"),
    ("mfa.settings", {"mfaTypes": []}, "mfa.settings.mfaTypes"),
    ("mfa.settings.mfaTypes", ["SMS", "SMS"], "mfa.settings.mfaTypes"),
    ("mfa.settings.smsMessage", "no code here", "mfa.settings.smsMessage"),
    ("mfa.settings.smsMessage", "{####}" + "x" * 135, "mfa.settings.smsMessage"),
    (
        "verificationMessage.emailSettings.emailMessage",
        "no code",
        "verificationMessage.emailSettings.emailMessage",
    ),
    (
        "verificationMessage.emailSettings.emailMessage",
        "{####}" + "x" * 19_995,
        "verificationMessage.emailSettings.emailMessage",
    ),
    ("verificationMessage.emailSettings.emailSubject", "", "verificationMessage.emailSettings.emailSubject"),
    ("verificationMessage.emailSettings.emailSubject", "a\nBcc: b", "verificationMessage.emailSettings.emailSubject"),
    ("verificationMessage.emailSettings.emailSubject", "x" * 141, "verificationMessage.emailSettings.emailSubject"),
    ("forgotPassword.smsSettings.smsMessage", "none here", "forgotPassword.smsSettings.smsMessage"),
    ("oAuth.domainPrefix", "", "oAuth.domainPrefix"),
    ("oAuth.domainPrefix", "-a", "oAuth.domainPrefix"),
    ("oAuth.domainPrefix", "a\n", "oAuth.domainPrefix"),
    ("oAuth.domainPrefix", "A", "oAuth.domainPrefix"),
    ("oAuth.domainPrefix", "a" * 64, "oAuth.domainPrefix"),
    ("oAuth.domainPrefix", "my-cognito", "oAuth.domainPrefix"),
    ("oAuth.domainPrefix", "laws", "oAuth.domainPrefix"),
    ("oAuth.domainPrefix", "amazonas", "oAuth.domainPrefix"),
    ("oAuth.oAuthScopes", [], "oAuth.oAuthScopes"),
    ("oAuth.oAuthScopes", ["OPENID", "OPENID"], "oAuth.oAuthScopes"),
    ("oAuth.redirectSignInURIs", [], "oAuth.redirectSignInURIs"),
    ("oAuth.redirectSignOutURIs", [], "oAuth.redirectSignOutURIs"),
    ("oAuth.redirectSignInURIs", ["myapp://", "myapp://"], "oAuth.redirectSignInURIs"),
    ("oAuth.redirectSignInURIs", [f"myapp://{n}" for n in range(101)], "oAuth.redirectSignInURIs"),
    ("oAuth.socialProviderSettings.Google", {"client_secret": "s"}, "oAuth.socialProviderSettings.Google.client_id"),
    ("oAuth.socialProviderSettings.Google", {"client_id": "i"}, "oAuth.socialProviderSettings.Google.client_secret"),
    (
        "oAuth.socialProviderSettings.Facebook",
        {"client_id": "i", "client_secret": "x" * 8193},
        "oAuth.socialProviderSettings.Facebook.client_secret",
    ),
    *(
        (
            "oAuth.socialProviderSettings.SignInWithApple",
            {m: "x" for m in ("client_id", "key_id", "team_id", "private_key") if m != missing},
            f"oAuth.socialProviderSettings.SignInWithApple.{missing}",
        )
        for missing in ("client_id", "key_id", "team_id", "private_key")
    ),
]


@pytest.mark.parametrize(("path", "value", "member"), BAD)
def test_a_bad_value_is_named_by_its_member(wire: dict[str, Any], path: str, value: Any, member: str) -> None:
    put(wire, path, value)

    found = problems(wire)

    assert [problem.split(" ")[0] for problem in found] == [member]


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "/callback",
        "example.org/callback",
        "//example.org",
        "myapp:callback",
        "http://example.org/",
        "http://localhost.example.org/",
        "http://localhost@example.org/",
        "https://user:word@example.org/",
        "https:///path",
        "https://[::1",
        "https://example.org:port/",
        "https://example.org/#part",
        "https://example.org/a b",
        "https://example.org\\@evil.example/",
        "https://éxample.org/",
        "javascript://%0aalert(1)",
        "JavaScript://x",
        "data:/text",
        "file:///etc/passwd",
        "https://example.org/" + "x" * 1024,
    ],
)
def test_a_bad_redirect_address_is_named_by_its_place(wire: dict[str, Any], uri: str) -> None:
    put(wire, "oAuth.redirectSignInURIs", ["https://example.org/", uri])

    found = problems(wire)

    assert [problem.split(" ")[0] for problem in found] == ["oAuth.redirectSignInURIs[1]"]


def test_all_problems_are_told_at_once(wire: dict[str, Any]) -> None:
    put(wire, "passwordPolicy.minimumLength", 1)
    put(wire, "oAuth.domainPrefix", "AWS")
    put(wire, "mfa.settings.mfaTypes", [])

    assert len(problems(wire)) == 3


def test_a_stored_secret_need_not_be_repeated(wire: dict[str, Any]) -> None:
    put(wire, "oAuth.socialProviderSettings.Google", {"client_id": "i"})

    assert problems(wire, stored={"Google"}) == []


@pytest.mark.parametrize(("name", "good"), [("site_pool-dev", True), ("", False), ("a/b", False), ("x" * 129, False)])
def test_pool_names_are_cognitos(name: str, good: bool) -> None:
    assert (check_pool_name(name) is None) == good
