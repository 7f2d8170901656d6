"""A pool's triggers: the Lambda event that Cognito would send, and what of its answer counts.

Source: Cognito developer guide, "Customizing user pool workflows with Lambda triggers": common parameters, and the
`request` and `response` of each trigger.
"""

import asyncio
from typing import Any

from msgspec.structs import asdict

from preamp.auth.functions import FunctionError, FunctionRaised, FunctionUnreadable, Invoke
from preamp.auth.idp.context import TriggerEvent
from preamp.auth.idp.errors import (
    InvalidLambdaResponseException,
    UnexpectedLambdaException,
    UserLambdaValidationException,
)
from preamp.auth.idp.model import LambdaConfigType

_SDK = "preamp"
_MEMBERS = {
    "PreSignUp": "pre_sign_up",
    "CustomMessage": "custom_message",
    "PostConfirmation": "post_confirmation",
    "PreAuthentication": "pre_authentication",
    "PostAuthentication": "post_authentication",
    "DefineAuthChallenge": "define_auth_challenge",
    "CreateAuthChallenge": "create_auth_challenge",
    "VerifyAuthChallengeResponse": "verify_auth_challenge_response",
    "PreTokenGeneration": "pre_token_generation",
    "UserMigration": "user_migration",
}
_VERSIONS = {"V1_0": "1", "V2_0": "2", "V3_0": "3"}
# A function may answer as slowly as Cognito lets it; more at once than this would starve the sign-ins without triggers.
_MAX_AT_ONCE = 64


class PoolTriggers:
    """Calls the triggers of pools: the `triggers` of `Idp`."""

    def __init__(self, invoke: Invoke, region: str) -> None:
        self._invoke = invoke
        self._region = region
        self._turns = asyncio.Semaphore(_MAX_AT_ONCE)

    async def __call__(self, event: TriggerEvent) -> dict[str, Any] | None:
        """The trigger's response, None where the pool has no such trigger.

        Raises UserLambdaValidationException for what the function itself raised, UnexpectedLambdaException where it
        was not reached in time, InvalidLambdaResponseException where its answer is no event.
        """
        function, version = configured(event.pool.wire.lambda_config, event.name)
        if function is None:
            return None
        try:
            async with self._turns:
                answer = await self._invoke(function, self._event(event, version))
        except FunctionRaised as error:
            raise UserLambdaValidationException(f"{event.name} failed with error {error}.") from None
        except FunctionUnreadable:
            raise InvalidLambdaResponseException("Unrecognizable lambda output") from None
        except FunctionError as error:
            raise UnexpectedLambdaException(f"{event.name} invocation failed: {error}") from None
        response = answer.get("response")
        if not isinstance(response, dict):
            raise InvalidLambdaResponseException("Unrecognizable lambda output")
        return response

    def _event(self, event: TriggerEvent, version: str) -> dict[str, Any]:
        return {
            "version": version,
            "region": self._region,
            "userPoolId": event.pool.id,
            "userName": event.username,
            "callerContext": {"awsSdkVersion": _SDK, "clientId": event.client_id},
            "triggerSource": event.source,
            "request": {"userAttributes": event.attributes, **event.request},
            "response": event.response,
        }


def configured(config: LambdaConfigType | None, name: str) -> tuple[str | None, str]:
    """The function of a trigger and the version of its event."""
    if config is None:
        return None, "1"
    newer = config.pre_token_generation_config if name == "PreTokenGeneration" else None
    if newer is not None:
        return newer.lambda_arn, _VERSIONS[newer.lambda_version]
    return asdict(config)[_MEMBERS[name]], "1"
