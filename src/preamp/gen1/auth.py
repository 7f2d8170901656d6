"""User pools, identity pools, hosted UI and groups: cli-inputs.json's cognitoConfig, or parameters.json before it.

Source: amplify-category-auth (cognito defaults, headless mapping), and projects on disk.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from preamp.gen1.documents import Document, Reader, items, mapping, number, text, truth, words
from preamp.gen1.report import Finding, Status
from preamp.gen1.values import Group, Resource, Step, Target

_ATTRIBUTES = {
    name: name.upper()
    for name in (
        "address", "birthdate", "email", "family_name", "gender", "given_name", "locale", "middle_name", "name",
        "nickname", "phone_number", "picture", "preferred_username", "profile", "updated_at", "website",
    )
} | {"zoneinfo": "ZONE_INFO"}  # fmt: skip
_CONSTRAINTS = {
    "requires lowercase": "REQUIRE_LOWERCASE",
    "requires uppercase": "REQUIRE_UPPERCASE",
    "requires numbers": "REQUIRE_DIGIT",
    "requires symbols": "REQUIRE_SYMBOL",
}
_SCOPES = {
    "phone": "PHONE",
    "email": "EMAIL",
    "openid": "OPENID",
    "profile": "PROFILE",
    "aws.cognito.signin.user.admin": "AWS_COGNITO_SIGNIN_USER_ADMIN",
}
_FACTORS = {"sms text message": "SMS", "sms": "SMS", "totp": "TOTP"}
_PROVIDERS = {"Facebook": "FACEBOOK", "Google": "GOOGLE", "LoginWithAmazon": "AMAZON", "SignInWithApple": "APPLE"}
_PREFIX = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_POOL_NAME = re.compile(r"[\w\s+=,.@-]{1,128}")
_CODE = "{####}"
_PLACEHOLDERS = {"email": 20_000, "sms": 140}
_DAYS = 30
_MOST_DAYS = 3650


class Auth:
    """Reads one Cognito resource; what it has to say goes to the reader's findings."""

    def __init__(self, reader: Reader, resource: Resource, target: Target, environment: Mapping[str, str]) -> None:
        self._reader = reader
        self._resource = resource
        self._target = target
        self._environment = environment
        self._document = self._find_document()
        self._config = self._members()

    def step(self) -> Step:
        """The operation that makes the pools. A project that tells nothing gets the Amplify CLI's defaults."""
        if self._resource.imported:
            what = "The pool was imported from AWS. A new pool is made here; users and their passwords stay in AWS."
            self._find("changed", "imported pool", what, "Export the users from Cognito and import them.")
        both = self._wants_identity_pool()
        config: dict[str, Any] = {
            "authResources": "IDENTITY_POOL_AND_USER_POOL" if both else "USER_POOL_ONLY",
            "service": "COGNITO",
            "userPoolConfigs": self._user_pool(),
        }
        if both:
            guests = truth(self._config.get("allowUnauthenticatedIdentities"))
            config["identityPoolConfigs"] = {
                "identityPoolName": self._pool_name("identityPoolName", "identitypool"),
                "unauthenticatedLogin": guests,
            }
            self._find("as is", "guests", "Guests get credentials." if guests else "Guests get none.", "",
                       self._line("allowUnauthenticatedIdentities"))  # fmt: skip
        self._beside()
        members = {
            "appId": self._target.app_id,
            "backendEnvironmentName": self._target.environment,
            "resourceName": self._resource.name,
            "resourceConfig": config,
        }
        return Step(
            operation="CreateBackendAuth",
            members=members,
            category="auth",
            resource=self._resource.name,
            update="UpdateBackendAuth",
        )

    def refresh_token_days(self) -> int | None:
        """How long refresh tokens live, None where it is as long as usual."""
        member = "userpoolClientRefreshTokenValidity"
        given = number(self._config.get(member))
        if given is None or given == _DAYS:
            return None
        days = int(min(max(given, 1), _MOST_DAYS))
        status: Status = "as is" if days == given else "changed"
        self._find(status, "refresh tokens", f"They live {days} days.", "", self._line(member))
        return days

    def group_names(self) -> list[str]:
        """The groups that the pool's own file names."""
        return words(self._config.get("userPoolGroupList"))

    # Where it stands ------------------------------------------------------------------------------

    def _find_document(self) -> Document | None:
        for name in ("cli-inputs.json", "parameters.json"):
            found = self._reader.document(f"{self._resource.path}/{name}", self._resource.title)
            if found is not None:
                return found
        return None

    def _members(self) -> dict[str, Any]:
        if self._document is not None:
            inner = mapping(self._document.value.get("cognitoConfig"))
            found = inner or mapping(self._document.value)
            if "usernameAttributes" in found or "userPoolName" in found or "requiredAttributes" in found:
                return found
        front = mapping(self._resource.entry.get("frontendAuthConfig"))
        what = "Neither cli-inputs.json nor parameters.json tells its settings; backend-config.json's are taken."
        if not front:
            what = "Nothing tells its settings; the Amplify CLI's defaults are taken."
        self._find("changed", "settings", what, "Compare the report with your user pool.")
        policy = mapping(front.get("passwordProtectionSettings"))
        return {
            "usernameAttributes": [one.lower() for one in words(front.get("usernameAttributes"))],
            "requiredAttributes": [one.lower() for one in words(front.get("signupAttributes"))] or ["email"],
            "mfaConfiguration": text(front.get("mfaConfiguration")) or "OFF",
            "mfaTypes": words(front.get("mfaTypes")),
            "passwordPolicyMinLength": policy.get("passwordPolicyMinLength", 8),
            "passwordPolicyCharacters": [
                one.replace("_", " ").lower() for one in words(policy.get("passwordPolicyCharacters"))
            ],
            "autoVerifiedAttributes": [one.lower() for one in words(front.get("verificationMechanisms"))],
            "allowUnauthenticatedIdentities": False,
            "authSelections": "identityPoolAndUserPool",
        }

    def _wants_identity_pool(self) -> bool:
        selection = text(self._config.get("authSelections"))
        if selection == "identityPoolOnly":
            what = "An identity pool without a user pool is not possible; a user pool is made beside it."
            self._find("changed", "selection", what, "", self._line("authSelections"))
        elif selection:
            self._find("as is", "selection", f"{selection}.", "", self._line("authSelections"))
        return selection != "userPoolOnly"

    # The user pool --------------------------------------------------------------------------------

    def _user_pool(self) -> dict[str, Any]:
        pool: dict[str, Any] = {
            "userPoolName": self._pool_name("userPoolName", "userpool"),
            "signInMethod": self._sign_in_method(),
            "requiredSignUpAttributes": self._required(),
            "passwordPolicy": self._password_policy(),
            "verificationMessage": self._verification(),
        }
        mfa = self._mfa()
        if mfa:
            pool["mfa"] = mfa
        o_auth = self._o_auth()
        if o_auth:
            pool["oAuth"] = o_auth
        return pool

    def _pool_name(self, member: str, kind: str) -> str:
        given = text(self._config.get(member))
        if _POOL_NAME.fullmatch(given):
            return given
        made = f"{self._resource.name}_{kind}"[:128]
        if given:
            what = f"{given[:60]!r} cannot name a pool; {made!r} is taken."
            self._find("changed", member, what, "", self._line(member))
        return made

    def _sign_in_method(self) -> str:
        given = {one.lower() for one in words(self._config.get("usernameAttributes"))} - {"username"}
        methods = {
            frozenset(): "USERNAME",
            frozenset({"email"}): "EMAIL",
            frozenset({"phone_number"}): "PHONE_NUMBER",
            frozenset({"email", "phone_number"}): "EMAIL_AND_PHONE_NUMBER",
        }
        method = methods.get(frozenset(given))
        line = self._line("usernameAttributes")
        if method is None:
            self._find("changed", "sign-in", f"{sorted(given)} is no way to sign in; user names are taken.", "", line)
            return "USERNAME"
        self._find("as is", "sign-in", f"{method}.", "", line)
        aliases = words(self._config.get("aliasAttributes"))
        if aliases:
            what = f"Signing in by the alias {', '.join(aliases)} beside the user name is not possible."
            self._find("not supported", "aliases", what, "Users sign in by name.", self._line("aliasAttributes"))
        return method

    def _required(self) -> list[str]:
        wanted = []
        for name in words(self._config.get("requiredAttributes")):
            wire = _ATTRIBUTES.get(name.lower())
            if wire is None:
                what = f"{name[:60]!r} is no standard attribute; it is not required."
                self._find("changed", "required attributes", what, "", self._line("requiredAttributes"))
            elif wire not in wanted:
                wanted.append(wire)
        what = f"{', '.join(wanted) or 'None'}."
        self._find("as is", "required attributes", what, "", self._line("requiredAttributes"))
        return wanted

    def _password_policy(self) -> dict[str, Any]:
        given = number(self._config.get("passwordPolicyMinLength"))
        length = int(min(max(given or 8, 6), 99))
        if given is not None and given != length:
            what = f"A least length of {given:g} becomes {length}: 6 to 99 are possible."
            self._find("changed", "password length", what, "", self._line("passwordPolicyMinLength"))
        characters = [one.lower() for one in words(self._config.get("passwordPolicyCharacters"))]
        rules = list(dict.fromkeys(_CONSTRAINTS[one] for one in characters if one in _CONSTRAINTS))
        what = f"At least {length} characters{''.join(', ' + rule for rule in rules)}."
        self._find("as is", "password policy", what, "", self._line("passwordPolicyMinLength"))
        return {"minimumLength": length, "additionalConstraints": rules}

    def _verification(self) -> dict[str, Any]:
        by_sms = [one.lower() for one in words(self._config.get("autoVerifiedAttributes"))] == ["phone_number"]
        self._find("as is", "verification", f"Codes are sent by {'SMS' if by_sms else 'e-mail'}.", "",
                   self._line("autoVerifiedAttributes"))  # fmt: skip
        if by_sms:
            message = self._message("smsVerificationMessage", "sms")
            return {"deliveryMethod": "SMS", **({"smsSettings": {"smsMessage": message}} if message else {})}
        settings = {}
        subject = text(self._config.get("emailVerificationSubject"))
        if subject.isprintable() and 0 < len(subject) <= 140:
            settings["emailSubject"] = subject
        message = self._message("emailVerificationMessage", "email")
        if message:
            settings["emailMessage"] = message
        return {"deliveryMethod": "EMAIL", **({"emailSettings": settings} if settings else {})}

    def _message(self, member: str, kind: str) -> str | None:
        given = text(self._config.get(member))
        if not given:
            return None
        if _CODE in given and 6 <= len(given) <= _PLACEHOLDERS[kind]:
            return given
        what = (
            f"The text must be 6 to {_PLACEHOLDERS[kind]} characters with {_CODE} for the code; the usual text is sent."
        )
        self._find("changed", member, what, "Repair the text.", self._line(member))
        return None

    def _mfa(self) -> dict[str, Any] | None:
        mode = text(self._config.get("mfaConfiguration")).upper() or "OFF"
        line = self._line("mfaConfiguration")
        if mode not in {"ON", "OFF", "OPTIONAL"}:
            self._find("changed", "second factor", f"{mode[:40]!r} is unknown; OFF is taken.", "", line)
            mode = "OFF"
        given = [one.lower() for one in words(self._config.get("mfaTypes"))]
        factors = list(dict.fromkeys(_FACTORS[one] for one in given if one in _FACTORS))
        if mode != "OFF" and not factors:
            self._find("changed", "second factor", "No kind is named; TOTP is taken.", "", self._line("mfaTypes"))
            factors = ["TOTP"]
        shown = f" by {' and '.join(factors)}" if mode != "OFF" else ""
        self._find("as is", "second factor", f"{mode}{shown}.", "", line)
        settings: dict[str, Any] = {"mfaTypes": factors} if factors else {}
        message = self._message("smsAuthenticationMessage", "sms")
        if message:
            settings["smsMessage"] = message
        return {"MFAMode": mode, **({"settings": settings} if settings else {})}

    # The hosted UI --------------------------------------------------------------------------------

    def _o_auth(self) -> dict[str, Any] | None:
        metadata = mapping(self._config.get("oAuthMetadata"))
        if not (truth(self._config.get("hostedUI")) or metadata):
            return None
        flows = {one.lower() for one in words(metadata.get("AllowedOAuthFlows"))}
        scopes = [_SCOPES[one] for one in words(metadata.get("AllowedOAuthScopes")) if one in _SCOPES]
        sign_in, sign_out = words(metadata.get("CallbackURLs")), words(metadata.get("LogoutURLs"))
        line = self._line("oAuthMetadata")
        if not (sign_in and sign_out and scopes):
            what = "Its scopes or redirect addresses are missing; the hosted UI is left out."
            self._find("changed", "hosted UI", what, "Add it by UpdateBackendAuth.", line)
            return None
        if {"code", "implicit"} <= flows:
            self._find("changed", "hosted UI flow", "Both flows were allowed; the safer, code, is taken.", "", line)
        found: dict[str, Any] = {
            "oAuthGrantType": "IMPLICIT" if flows == {"implicit"} else "CODE",
            "oAuthScopes": list(dict.fromkeys(scopes)),
            "redirectSignInURIs": sign_in,
            "redirectSignOutURIs": sign_out,
        }
        unknown = [one for one in words(metadata.get("AllowedOAuthScopes")) if one not in _SCOPES]
        if unknown:
            what = f"The scopes {', '.join(unknown[:10])} are left out: the Backend API has none of your own."
            self._find("changed", "hosted UI scopes", what, "", line)
        prefix = self._prefix()
        if prefix:
            found["domainPrefix"] = prefix
        social = self._social()
        if social:
            found["socialProviderSettings"] = social
        what = f"Flow {found['oAuthGrantType']}, {len(sign_in)} sign-in and {len(sign_out)} sign-out addresses."
        self._find("as is", "hosted UI", what, "", line)
        return found

    def _prefix(self) -> str | None:
        given = text(self._config.get("hostedUIDomainName"))
        wanted = f"{given}-{self._target.environment}".lower() if given else ""
        if _PREFIX.fullmatch(wanted) and not any(word in wanted for word in ("aws", "amazon", "cognito")):
            return wanted
        if given:
            what = f"{wanted[:80]!r} cannot be a prefix here; the hosted UI has none."
            self._find("changed", "hosted UI domain", what, "Set another by UpdateBackendAuth.",
                       self._line("hostedUIDomainName"))  # fmt: skip
        return None

    def _social(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for name in words(self._config.get("authProvidersUserPool")):
            if name not in _PROVIDERS:
                if name.upper() != "COGNITO":
                    self._find("not supported", "social provider", f"{name[:60]!r} is unknown.", "",
                               self._line("authProvidersUserPool"))  # fmt: skip
                continue
            block = self._credentials(name)
            if block:
                found[name] = block
            line = self._line("authProvidersUserPool")
            variables = ", ".join(self._variables(name).values())
            if block:
                self._find("as is", "social provider", f"{name}, with the client of {variables}.", "", line)
            else:
                what = f"{name} is left out: a project on disk does not hold its client id and secret."
                self._find("not supported", "social provider", what, f"Set {variables}, then import again.", line)
        return found

    def _variables(self, provider: str) -> dict[str, str]:
        start = f"AMPLIFY_{_PROVIDERS[provider]}_"
        members: tuple[str, ...] = ("client_id", "client_secret")
        if provider == "SignInWithApple":
            members = ("client_id", "team_id", "key_id", "private_key")
        return {member: start + member.upper() for member in members}

    def _credentials(self, provider: str) -> dict[str, str]:
        given = {member: self._environment.get(name, "") for member, name in self._variables(provider).items()}
        return given if all(given.values()) else {}

    # What has no member on the wire ---------------------------------------------------------------

    def _beside(self) -> None:
        config = self._config
        connections = [mapping(_decoded(one)) for one in items(_decoded(config.get("authTriggerConnections")))]
        triggers = mapping(_decoded(config.get("triggers")))
        named = [*triggers, *(text(one.get("triggerType")) for one in connections if one.get("triggerType"))]
        for name in dict.fromkeys(named):
            what = f"The trigger {name[:60]} is not run: functions are not served yet."
            self._find(
                "not supported", "trigger", what, "Check what it does for sign-up and sign-in.", self._line("triggers")
            )
        if truth(config.get("userpoolClientGenerateSecret")):
            self._find("changed", "client secret", "App clients are made without a secret.", "",
                       self._line("userpoolClientGenerateSecret"))  # fmt: skip
        if truth(config.get("adminQueries")):
            what = "The REST API of admin queries is not served; the user pool's admin operations are."
            self._find(
                "not supported", "admin queries", what, "Call AdminListUsers and its kind.", self._line("adminQueries")
            )
        if truth(config.get("thirdPartyAuth")):
            what = "Signing in to the identity pool by third parties' tokens is left out."
            self._find("not supported", "third-party sign-in", what, "Use the hosted UI.", self._line("thirdPartyAuth"))
        if config.get("usernameCaseSensitive") is True:
            self._find("changed", "user names", "They are compared without regard to case.", "",
                       self._line("usernameCaseSensitive"))  # fmt: skip
        override = f"{self._resource.path}/override.ts"
        if override in self._reader.files.names:
            self._find("not supported", "override", "Overrides of generated CloudFormation have no effect.",
                       "See which settings it changed.", 1, override)  # fmt: skip

    def _line(self, member: str) -> int:
        return self._document.line(member) if self._document else 0

    def _find(self, status: Status, item: str, what: str, todo: str = "", line: int = 0, path: str = "") -> None:
        file = self._reader.name(path) if path else ""
        if not file:
            file = self._document.file if self._document else self._reader.name("backend/backend-config.json")
        self._reader.findings.append(
            Finding(status=status, resource=self._resource.title, item=item, what=what, todo=todo, file=file, line=line)
        )


def groups(reader: Reader, resources: list[Resource], named: list[str]) -> tuple[Group, ...]:
    """The user pool groups: of user-pool-group-precedence.json, else those that the pool's own file names."""
    found: dict[str, Group] = {}
    for resource in resources:
        path = f"{resource.path}/user-pool-group-precedence.json"
        content = reader.text(path, resource.title)
        for one in map(mapping, items(content)):
            name, precedence = text(one.get("groupName")), number(one.get("precedence"))
            if name:
                found[name] = Group(name=name, precedence=None if precedence is None else int(precedence))
        if content is not None and not found:
            reader.findings.append(
                Finding(status="unreadable", resource=resource.title, item="user-pool-group-precedence.json",
                        what="It is not a list of groups.", todo="Repair the file.", file=reader.name(path), line=1)
            )  # fmt: skip
    for name in named:
        found.setdefault(name, Group(name=name))
    return tuple(
        sorted(found.values(), key=lambda group: (group.precedence is None, group.precedence or 0, group.name))
    )


def _decoded(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        found: object = json.loads(value)
    except (ValueError, RecursionError):
        return None
    return found
