"""Which second factors a user has turned on, as clients say it and as it is kept."""

from collections.abc import Iterable

from preamp.auth.idp.errors import InvalidParameterException
from preamp.auth.idp.model import EmailMfaSettingsType, MFAOptionType, SMSMfaSettingsType, SoftwareTokenMfaSettingsType
from preamp.auth.pool import Pool
from preamp.auth.users import Factor, Mfa, User

Setting = SMSMfaSettingsType | SoftwareTokenMfaSettingsType | EmailMfaSettingsType


def mfa_wire(user: User) -> tuple[str | None, tuple[str, ...]]:
    """PreferredMfaSetting and UserMFASettingList of an answer."""
    return user.mfa.preferred, user.mfa.factors


def chosen_factors(
    pool: Pool,
    user: User,
    *,
    sms: SMSMfaSettingsType | None,
    totp: SoftwareTokenMfaSettingsType | None,
    email: EmailMfaSettingsType | None,
) -> Mfa:
    """A user's factors after a choice; what is not named stays. Raises InvalidParameterException for what cannot be."""
    given: dict[Factor, Setting | None] = {"SMS_MFA": sms, "SOFTWARE_TOKEN_MFA": totp, "EMAIL_OTP": email}
    _check(pool, user, given)
    factors = dict.fromkeys(user.mfa.factors, True)
    preferred = user.mfa.preferred
    for factor, setting in given.items():
        if setting is None:
            continue
        if setting.enabled is not None:
            factors[factor] = setting.enabled
        if setting.preferred_mfa:
            factors[factor] = True
            preferred = factor
        elif preferred == factor and (setting.preferred_mfa is False or not factors.get(factor)):
            preferred = None
    kept = tuple(factor for factor in given if factors.get(factor))
    return Mfa(factors=kept, preferred=preferred if preferred in kept else None)


def by_settings(user: User, options: Iterable[MFAOptionType]) -> Mfa:
    """A user's factors after a choice in the older form, which knows codes by SMS alone."""
    by_sms = any(option.delivery_medium == "SMS" for option in options)
    others = tuple(factor for factor in user.mfa.factors if factor != "SMS_MFA")
    preferred = user.mfa.preferred
    return Mfa(
        factors=("SMS_MFA", *others) if by_sms else others,
        preferred=preferred if by_sms or preferred != "SMS_MFA" else None,
    )


def _check(pool: Pool, user: User, given: dict[Factor, Setting | None]) -> None:
    wanted = [factor for factor, one in given.items() if one is not None and (one.enabled or one.preferred_mfa)]
    if sum(1 for one in given.values() if one is not None and one.preferred_mfa) > 1:
        raise InvalidParameterException("Only one of the factors can be the preferred one.")
    if "SOFTWARE_TOKEN_MFA" in wanted and user.totp_secret is None:
        raise InvalidParameterException("User has not verified software token mfa")
    if "SMS_MFA" in wanted and not user.attributes.get("phone_number"):
        raise InvalidParameterException("User does not have delivery config set to turn on SMS MFA")
    if "EMAIL_OTP" in wanted and not user.attributes.get("email"):
        raise InvalidParameterException("User has no email address for email MFA")
    if wanted and pool.wire.mfa_configuration == "OFF" and pool.config.mfa.mfa_configuration == "OFF":
        raise InvalidParameterException("MFA is not enabled for this user pool.")
