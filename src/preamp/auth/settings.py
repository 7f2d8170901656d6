"""The settings of a user pool and the secrets beside them, under the wire names of amplifybackend's UserPoolConfigs.

`msgspec.convert(builtins, PoolSettings)` reads the wire object `userPoolConfigs`; what has no member here (the pool's
name, the social providers' secrets) is left out. `PoolSecrets` reads the wire object `socialProviderSettings` and keeps
the secrets alone. So a secret cannot get into the stored settings by accident.
"""

from typing import Literal

from msgspec import Struct, field

DeliveryMethod = Literal["EMAIL", "SMS"]
MfaType = Literal["SMS", "TOTP"]
MfaMode = Literal["ON", "OFF", "OPTIONAL"]
OAuthGrantType = Literal["CODE", "IMPLICIT"]
OAuthScope = Literal["PHONE", "EMAIL", "OPENID", "PROFILE", "AWS_COGNITO_SIGNIN_USER_ADMIN"]
AdditionalConstraint = Literal["REQUIRE_DIGIT", "REQUIRE_LOWERCASE", "REQUIRE_SYMBOL", "REQUIRE_UPPERCASE"]
SignInMethod = Literal["EMAIL", "EMAIL_AND_PHONE_NUMBER", "PHONE_NUMBER", "USERNAME"]
SignUpAttribute = Literal[
    "ADDRESS",
    "BIRTHDATE",
    "EMAIL",
    "FAMILY_NAME",
    "GENDER",
    "GIVEN_NAME",
    "LOCALE",
    "MIDDLE_NAME",
    "NAME",
    "NICKNAME",
    "PHONE_NUMBER",
    "PICTURE",
    "PREFERRED_USERNAME",
    "PROFILE",
    "UPDATED_AT",
    "WEBSITE",
    "ZONE_INFO",
]
ProviderName = Literal["Facebook", "Google", "LoginWithAmazon", "SignInWithApple"]


class _Settings(Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Base of all: camelCase as on the wire, None is absent."""


class EmailSettings(_Settings, frozen=True, kw_only=True):
    """Text of a mail; `{####}` stands for the code."""

    email_message: str | None = None
    email_subject: str | None = None


class SmsSettings(_Settings, frozen=True, kw_only=True):
    """Text of an SMS; `{####}` stands for the code."""

    sms_message: str | None = None


class MessageSettings(_Settings, frozen=True, kw_only=True):
    """How a code is sent, and with which text (verificationMessage, forgotPassword)."""

    delivery_method: DeliveryMethod
    email_settings: EmailSettings | None = None
    sms_settings: SmsSettings | None = None


class MfaFactors(_Settings, frozen=True, kw_only=True):
    """Which second factors, and the text of the SMS."""

    mfa_types: tuple[MfaType, ...] | None = None
    sms_message: str | None = None


class MfaSettings(_Settings, frozen=True, kw_only=True):
    """Whether users must (ON), may (OPTIONAL) or cannot (OFF) have a second factor."""

    mfa_mode: MfaMode = field(name="MFAMode")
    settings: MfaFactors | None = None


class PasswordPolicy(_Settings, frozen=True, kw_only=True):
    """Rules for passwords. `minimum_length` is a double on the wire; `check_settings` holds it to whole numbers."""

    minimum_length: float
    additional_constraints: tuple[AdditionalConstraint, ...] | None = None


class SocialProvider(_Settings, frozen=True, kw_only=True):
    """The public part of a social provider's client."""

    client_id: str | None = field(name="client_id", default=None)


class AppleProvider(_Settings, frozen=True, kw_only=True):
    """The public part of a client of Sign in with Apple."""

    client_id: str | None = field(name="client_id", default=None)
    key_id: str | None = field(name="key_id", default=None)
    team_id: str | None = field(name="team_id", default=None)


class SocialProviders(_Settings, frozen=True, kw_only=True):
    """The social providers of the hosted UI."""

    facebook: SocialProvider | None = field(name="Facebook", default=None)
    google: SocialProvider | None = field(name="Google", default=None)
    login_with_amazon: SocialProvider | None = field(name="LoginWithAmazon", default=None)
    sign_in_with_apple: AppleProvider | None = field(name="SignInWithApple", default=None)

    def named(self) -> dict[ProviderName, SocialProvider | AppleProvider]:
        """Those that are set, by wire name."""
        every: dict[ProviderName, SocialProvider | AppleProvider | None] = {
            "Facebook": self.facebook,
            "Google": self.google,
            "LoginWithAmazon": self.login_with_amazon,
            "SignInWithApple": self.sign_in_with_apple,
        }
        return {name: provider for name, provider in every.items() if provider is not None}


class OAuthSettings(_Settings, frozen=True, kw_only=True):
    """The hosted UI: flow, scopes, redirect addresses, social providers."""

    o_auth_grant_type: OAuthGrantType
    o_auth_scopes: tuple[OAuthScope, ...]
    redirect_sign_in_uris: tuple[str, ...] = field(name="redirectSignInURIs")
    redirect_sign_out_uris: tuple[str, ...] = field(name="redirectSignOutURIs")
    domain_prefix: str | None = None
    social_provider_settings: SocialProviders | None = None


class PoolSettings(_Settings, frozen=True, kw_only=True):
    """All settings of a user pool. `sign_in_method` and `required_sign_up_attributes` never change after creation."""

    sign_in_method: SignInMethod
    required_sign_up_attributes: tuple[SignUpAttribute, ...]
    password_policy: PasswordPolicy | None = None
    mfa: MfaSettings | None = None
    verification_message: MessageSettings | None = None
    forgot_password: MessageSettings | None = None
    o_auth: OAuthSettings | None = None

    @property
    def domain_prefix(self) -> str | None:
        """Prefix of the hosted UI's domain; None without a hosted UI."""
        return None if self.o_auth is None else self.o_auth.domain_prefix

    def social_providers(self) -> dict[ProviderName, SocialProvider | AppleProvider]:
        """The social providers that are set, by wire name."""
        if self.o_auth is None or self.o_auth.social_provider_settings is None:
            return {}
        return self.o_auth.social_provider_settings.named()


class ProviderSecret(Struct, frozen=True, omit_defaults=True):
    """The secret of a provider's client: `client_secret`, or `private_key` (PEM) for Apple."""

    client_secret: str | None = None
    private_key: str | None = None

    def __repr__(self) -> str:
        return "ProviderSecret(...)"


class PoolSecrets(Struct, frozen=True, omit_defaults=True):
    """The secrets of the social providers. Their text never shows in a repr, so in no log and no traceback."""

    facebook: ProviderSecret | None = field(name="Facebook", default=None)
    google: ProviderSecret | None = field(name="Google", default=None)
    login_with_amazon: ProviderSecret | None = field(name="LoginWithAmazon", default=None)
    sign_in_with_apple: ProviderSecret | None = field(name="SignInWithApple", default=None)

    def by_provider(self) -> dict[ProviderName, str]:
        """The secret texts by the wire names of their providers; providers without one are left out."""
        texts: dict[ProviderName, str | None] = {
            "Facebook": self.facebook.client_secret if self.facebook else None,
            "Google": self.google.client_secret if self.google else None,
            "LoginWithAmazon": self.login_with_amazon.client_secret if self.login_with_amazon else None,
            "SignInWithApple": self.sign_in_with_apple.private_key if self.sign_in_with_apple else None,
        }
        return {name: text for name, text in texts.items() if text}


def joined_secrets(stored: PoolSecrets, given: PoolSecrets | None, settings: PoolSettings) -> PoolSecrets:
    """What a pool keeps: given secrets replace stored ones, and a provider that is not set keeps none.

    GetBackendAuth never answers a secret, so an update may name a provider without repeating its secret.
    """
    texts = {**stored.by_provider(), **(given.by_provider() if given else {})}
    names = settings.social_providers()

    def kept(name: ProviderName) -> ProviderSecret | None:
        if name not in names or name not in texts:
            return None
        text = texts[name]
        return ProviderSecret(private_key=text) if name == "SignInWithApple" else ProviderSecret(client_secret=text)

    return PoolSecrets(kept("Facebook"), kept("Google"), kept("LoginWithAmazon"), kept("SignInWithApple"))
