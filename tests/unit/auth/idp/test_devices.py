"""Devices: keys at the first sign-in, a proof of their own at later ones."""

import pytest

from preamp.auth.users import Mfa
from sign_in_kit import PASSWORD, Cognito, DeviceClient, Srp, claims, refusal

TRACKED = {"ChallengeRequiredOnNewDevice": True, "DeviceOnlyRememberedOnUserPrompt": False}
WRONG = ("NotAuthorizedException", "Incorrect username or password.")
USED = ("NotAuthorizedException", "Invalid session for the user, session is expired.")
GONE = ("ResourceNotFoundException", "Device does not exist.")


async def confirmed(pool: Cognito, **tracking: bool) -> tuple[DeviceClient, str]:
    """A device of alice that the pool knows, and an access token."""
    await pool.configure(DeviceConfiguration=TRACKED | tracking)
    result = (await pool.by_srp())["AuthenticationResult"]
    device = DeviceClient(result["NewDeviceMetadata"])
    token = result["AccessToken"]
    await pool.call(
        "ConfirmDevice", AccessToken=token, DeviceKey=device.key, DeviceSecretVerifierConfig=device.verifier(),
        DeviceName="browser",
    )  # fmt: skip
    return device, token


async def test_a_remembered_device_proves_itself(either_pool: Cognito) -> None:
    """The chain PASSWORD_VERIFIER, DEVICE_SRP_AUTH, DEVICE_PASSWORD_VERIFIER, and it takes the place of MFA."""
    pool = either_pool
    await pool.add(mfa=Mfa(("SMS_MFA",)), attributes={"phone_number": "+15555559934"})
    device, _token = await confirmed(pool)
    await pool.configure(mfa={"MfaConfiguration": "OPTIONAL", "SmsMfaConfiguration": {}})

    asked = await pool.by_srp(DEVICE_KEY=device.key)
    own = await pool.respond(
        "DEVICE_SRP_AUTH", asked["Session"], USERNAME="alice", SRP_A=device.public, DEVICE_KEY=device.key
    )
    done = await pool.respond("DEVICE_PASSWORD_VERIFIER", own["Session"], **device.answer(own))

    assert asked["ChallengeName"] == "DEVICE_SRP_AUTH"
    assert own["ChallengeParameters"]["DEVICE_KEY"] == device.key
    assert "NewDeviceMetadata" not in done["AuthenticationResult"]
    assert claims(done["AuthenticationResult"]["AccessToken"])["device_key"] == device.key
    assert (await pool.by_srp())["ChallengeName"] == "SMS_MFA"


async def test_a_device_does_not_replace_mfa_unless_the_pool_says_so(pool: Cognito) -> None:
    await pool.add(mfa=Mfa(("SMS_MFA",)), attributes={"phone_number": "+15555559934"})
    device, _token = await confirmed(pool, ChallengeRequiredOnNewDevice=False)
    await pool.configure(mfa={"MfaConfiguration": "OPTIONAL", "SmsMfaConfiguration": {}})

    assert (await proved(pool, device))["ChallengeName"] == "SMS_MFA"


async def proved(pool: Cognito, device: DeviceClient) -> dict[str, object]:
    """Sign in with the device's proof."""
    asked = await pool.by_srp(DEVICE_KEY=device.key)
    own = await pool.respond(
        "DEVICE_SRP_AUTH", asked["Session"], USERNAME="alice", SRP_A=device.public, DEVICE_KEY=device.key
    )
    answer: dict[str, object] = await pool.respond("DEVICE_PASSWORD_VERIFIER", own["Session"], **device.answer(own))
    return answer


async def test_a_device_with_another_password_is_refused(pool: Cognito) -> None:
    await pool.add()
    device, _token = await confirmed(pool)
    stranger = DeviceClient({"DeviceKey": device.key, "DeviceGroupKey": device.group})

    assert await refusal(proved(pool, stranger)) == WRONG


async def test_a_device_of_another_user_is_not_known(pool: Cognito) -> None:
    """Clients drop the keys of a device that does not exist, and sign in again without."""
    await pool.add()
    await pool.add("bob")
    device, _token = await confirmed(pool)

    assert await refusal(pool.by_srp("bob", DEVICE_KEY=device.key)) == GONE
    assert await refusal(pool.by_srp(DEVICE_KEY="us-east-1_00000000-0000-4000-8000-000000000000")) == GONE


async def test_another_device_key_cannot_be_slipped_in(pool: Cognito) -> None:
    await pool.add()
    device, _token = await confirmed(pool)
    other, _token = await confirmed(pool)
    asked = await pool.by_srp(DEVICE_KEY=device.key)

    told = await refusal(
        pool.respond("DEVICE_SRP_AUTH", asked["Session"], USERNAME="alice", SRP_A=other.public, DEVICE_KEY=other.key)
    )

    assert told == USED


async def test_a_device_proof_is_used_once(pool: Cognito) -> None:
    await pool.add()
    device, _token = await confirmed(pool)
    asked = await pool.by_srp(DEVICE_KEY=device.key)
    own = await pool.respond("DEVICE_SRP_AUTH", asked["Session"], USERNAME="alice", SRP_A=device.public)
    answer = device.answer(own)
    await pool.respond("DEVICE_PASSWORD_VERIFIER", own["Session"], **answer)

    assert await refusal(pool.respond("DEVICE_PASSWORD_VERIFIER", own["Session"], **answer)) == USED
    assert await refusal(pool.respond("DEVICE_PASSWORD_VERIFIER", None, **answer)) == USED


async def test_a_password_proof_does_not_stand_for_the_devices(pool: Cognito) -> None:
    """The SECRET_BLOCK of one challenge is none of the other."""
    await pool.add()
    device, _token = await confirmed(pool)
    srp = Srp(PASSWORD)
    asked = await pool.initiate("USER_SRP_AUTH", USERNAME="alice", SRP_A=srp.public)

    told = await refusal(pool.respond("DEVICE_PASSWORD_VERIFIER", None, **srp.answer(asked), DEVICE_KEY=device.key))

    assert told == USED


async def test_a_user_is_asked_before_a_device_is_remembered(pool: Cognito) -> None:
    """With DeviceOnlyRememberedOnUserPrompt a confirmed device is asked for nothing until UpdateDeviceStatus."""
    await pool.add()
    device, token = await confirmed(pool, DeviceOnlyRememberedOnUserPrompt=True)

    before = await pool.by_srp(DEVICE_KEY=device.key)
    await pool.call("UpdateDeviceStatus", AccessToken=token, DeviceKey=device.key, DeviceRememberedStatus="remembered")
    after = await pool.by_srp(DEVICE_KEY=device.key)

    assert before["AuthenticationResult"]
    assert after["ChallengeName"] == "DEVICE_SRP_AUTH"


async def test_devices_are_listed_and_forgotten(either_pool: Cognito) -> None:
    pool = either_pool
    await pool.add()
    device, token = await confirmed(pool)
    second, _token = await confirmed(pool)

    first_page = await pool.call("ListDevices", AccessToken=token, Limit=1)
    rest = await pool.call("ListDevices", AccessToken=token, PaginationToken=first_page["PaginationToken"])
    one = await pool.call("GetDevice", AccessToken=token, DeviceKey=device.key)
    await pool.call("ForgetDevice", AccessToken=token, DeviceKey=device.key)

    found = [*first_page["Devices"], *rest["Devices"]]
    assert {entry["DeviceKey"] for entry in found} == {device.key, second.key}
    assert {"Name": "device_name", "Value": "browser"} in one["Device"]["DeviceAttributes"]
    assert await pool.refused("GetDevice", AccessToken=token, DeviceKey=device.key) == GONE
    assert await pool.refused("ForgetDevice", AccessToken=token, DeviceKey=device.key) == GONE


async def test_an_administrator_sees_and_forgets_devices(pool: Cognito) -> None:
    await pool.add()
    device, _token = await confirmed(pool)
    whose = {"UserPoolId": "us-east-1_TestPool1", "Username": "alice"}

    listed = await pool.call("AdminListDevices", **whose)
    one = await pool.call("AdminGetDevice", **whose, DeviceKey=device.key)
    await pool.call("AdminUpdateDeviceStatus", **whose, DeviceKey=device.key, DeviceRememberedStatus="not_remembered")
    unasked = await pool.by_srp(DEVICE_KEY=device.key)
    await pool.call("AdminForgetDevice", **whose, DeviceKey=device.key)

    assert listed["Devices"][0]["DeviceKey"] == one["Device"]["DeviceKey"] == device.key
    assert unasked["AuthenticationResult"]
    assert await pool.refused("AdminGetDevice", **whose, DeviceKey=device.key) == GONE


@pytest.mark.parametrize(
    "config",
    [
        None,
        {"Salt": "AA==", "PasswordVerifier": ""},
        {"Salt": "not base64", "PasswordVerifier": "BQ=="},
        {"Salt": "AA==", "PasswordVerifier": "AQ=="},
        {"Salt": "AA==", "PasswordVerifier": "/" * 2000},
        {"Salt": "A" * 2000, "PasswordVerifier": "BQ=="},
    ],
)
async def test_a_verifier_that_is_none_is_refused(pool: Cognito, config: dict[str, str] | None) -> None:
    """0 and 1 would let anyone be the device; long ones would fill the table."""
    await pool.add()
    await pool.configure(DeviceConfiguration=TRACKED)
    result = (await pool.by_srp())["AuthenticationResult"]
    wire = {"DeviceSecretVerifierConfig": config} if config else {}

    told = await pool.refused(
        "ConfirmDevice",
        AccessToken=result["AccessToken"],
        DeviceKey=result["NewDeviceMetadata"]["DeviceKey"],
        **wire,
    )

    assert told[0] == "InvalidParameterException"


async def test_only_the_device_of_the_token_is_confirmed(pool: Cognito) -> None:
    await pool.add()
    await pool.configure(DeviceConfiguration=TRACKED)
    first = (await pool.by_srp())["AuthenticationResult"]
    second = (await pool.by_srp())["AuthenticationResult"]
    device = DeviceClient(second["NewDeviceMetadata"])

    told = await pool.refused(
        "ConfirmDevice",
        AccessToken=first["AccessToken"],
        DeviceKey=device.key,
        DeviceSecretVerifierConfig=device.verifier(),
    )

    assert told == ("InvalidParameterException", "Invalid device key given.")
