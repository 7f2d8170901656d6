"""The modelled errors of cognito-idp 2016-04-18, and which operation answers which."""

from preamp.wire import ServiceError


class AliasExistsException(ServiceError):
    """Another user of the pool signs in with this address."""


class CodeDeliveryFailureException(ServiceError):
    """A code could not be sent."""


class CodeMismatchException(ServiceError):
    """The code is not the one that was sent."""


class ConcurrentModificationException(ServiceError):
    """Somebody else changed the same thing at the same time."""


class DeviceKeyExistsException(ServiceError):
    """A device of this key is known."""


class DuplicateProviderException(ServiceError):
    """The pool has a provider of this name."""


class EnableSoftwareTokenMFAException(ServiceError):
    """The authenticator's code is not that of the secret."""


class ExpiredCodeException(ServiceError):
    """The code has ended, was used, or none was sent."""


class FeatureUnavailableInTierException(ServiceError):
    """The pool's tier does not have this."""


class ForbiddenException(ServiceError):
    """A rule of the server forbids the call."""


class GroupExistsException(ServiceError):
    """The pool has a group of this name."""


class InternalErrorException(ServiceError):
    """The server failed."""


class InvalidEmailRoleAccessPolicyException(ServiceError):
    """The server may not send mail as it is configured."""


class InvalidLambdaResponseException(ServiceError):
    """A trigger's answer is not of its form."""


class InvalidOAuthFlowException(ServiceError):
    """The OAuth flows do not go together."""


class InvalidParameterException(ServiceError):
    """A member of the request cannot be; the message says what would be right."""


class InvalidPasswordException(ServiceError):
    """The password does not follow the pool's policy."""


class InvalidSmsRoleAccessPolicyException(ServiceError):
    """The server may not send SMS as it is configured."""


class InvalidSmsRoleTrustRelationshipException(ServiceError):
    """The role for SMS does not trust the server."""


class InvalidUserPoolConfigurationException(ServiceError):
    """The pool's settings do not go together."""


class LimitExceededException(ServiceError):
    """Too many tries, or too many things of a kind."""


class MFAMethodNotFoundException(ServiceError):
    """The user has no second factor that could be used."""


class NotAuthorizedException(ServiceError):
    """The password, code, token or client is wrong or no longer good."""


class OperationNotEnabledException(ServiceError):
    """The pool does not do this."""


class PasswordHistoryPolicyViolationException(ServiceError):
    """The password was used before."""


class PasswordResetRequiredException(ServiceError):
    """The password must be reset before a sign-in."""


class PreconditionNotMetException(ServiceError):
    """Something else must be done before."""


class RefreshTokenReuseException(ServiceError):
    """A refresh token that was exchanged before came again."""


class ResourceNotFoundException(ServiceError):
    """No such pool, client, group, device or provider."""


class ScopeDoesNotExistException(ServiceError):
    """No resource server has this scope."""


class SoftwareTokenMFANotFoundException(ServiceError):
    """The user or the pool has no authenticator."""


class TierChangeNotAllowedException(ServiceError):
    """The tier cannot change to this one."""


class TooManyFailedAttemptsException(ServiceError):
    """Too many wrong codes."""


class TooManyRequestsException(ServiceError):
    """Calls come faster than they are answered."""


class UnauthorizedException(ServiceError):
    """The caller may not do this."""


class UnexpectedLambdaException(ServiceError):
    """A trigger could not be called."""


class UnsupportedIdentityProviderException(ServiceError):
    """No such kind of provider."""


class UnsupportedOperationException(ServiceError):
    """The pool or client is not set up for this."""


class UnsupportedTokenTypeException(ServiceError):
    """The token is of a kind that cannot be revoked."""


class UnsupportedUserStateException(ServiceError):
    """The user is not in a state for this."""


class UserImportInProgressException(ServiceError):
    """An import is running in this pool."""


class UserLambdaValidationException(ServiceError):
    """A trigger refused."""


class UserNotConfirmedException(ServiceError):
    """The user has not confirmed the sign-up."""


class UserNotFoundException(ServiceError):
    """No such user."""


class UserPoolTaggingException(ServiceError):
    """The tags cannot be set."""


class UsernameExistsException(ServiceError):
    """The pool has a user of this name."""


class WebAuthnChallengeNotFoundException(ServiceError):
    """No registration of a passkey has begun."""


class WebAuthnClientMismatchException(ServiceError):
    """The passkey was asked for by another client."""


class WebAuthnConfigurationMissingException(ServiceError):
    """The pool has no relying party for passkeys."""


class WebAuthnCredentialNotSupportedException(ServiceError):
    """The passkey is of a kind that the server does not know."""


class WebAuthnNotEnabledException(ServiceError):
    """The pool has no passkeys."""


class WebAuthnOriginNotAllowedException(ServiceError):
    """The passkey comes from a page that is not the pool's."""


class WebAuthnRelyingPartyMismatchException(ServiceError):
    """The passkey is for another relying party."""


# What each operation may answer, and which operations take no signature, as the service's model has it.
ERRORS: dict[str, tuple[type[ServiceError], ...]] = {
    "SignUp": (
        ResourceNotFoundException,
        InvalidParameterException,
        UnexpectedLambdaException,
        UserLambdaValidationException,
        NotAuthorizedException,
        InvalidPasswordException,
        InvalidLambdaResponseException,
        UsernameExistsException,
        TooManyRequestsException,
        InternalErrorException,
        LimitExceededException,
        InvalidSmsRoleAccessPolicyException,
        InvalidSmsRoleTrustRelationshipException,
        InvalidEmailRoleAccessPolicyException,
        CodeDeliveryFailureException,
        OperationNotEnabledException,
        ForbiddenException,
    ),
    "ConfirmSignUp": (
        ResourceNotFoundException,
        InvalidParameterException,
        UnexpectedLambdaException,
        UserLambdaValidationException,
        NotAuthorizedException,
        TooManyFailedAttemptsException,
        CodeMismatchException,
        ExpiredCodeException,
        InvalidLambdaResponseException,
        AliasExistsException,
        TooManyRequestsException,
        LimitExceededException,
        UserNotFoundException,
        OperationNotEnabledException,
        InternalErrorException,
        ForbiddenException,
    ),
    "ResendConfirmationCode": (
        ResourceNotFoundException,
        InvalidParameterException,
        UnexpectedLambdaException,
        UserLambdaValidationException,
        NotAuthorizedException,
        InvalidLambdaResponseException,
        TooManyRequestsException,
        LimitExceededException,
        InvalidSmsRoleAccessPolicyException,
        InvalidSmsRoleTrustRelationshipException,
        InvalidEmailRoleAccessPolicyException,
        CodeDeliveryFailureException,
        UserNotFoundException,
        OperationNotEnabledException,
        InternalErrorException,
        ForbiddenException,
    ),
    "InitiateAuth": (
        UnsupportedOperationException,
        ResourceNotFoundException,
        InvalidParameterException,
        NotAuthorizedException,
        TooManyRequestsException,
        UnexpectedLambdaException,
        InvalidUserPoolConfigurationException,
        UserLambdaValidationException,
        InvalidLambdaResponseException,
        PasswordResetRequiredException,
        UserNotFoundException,
        UserNotConfirmedException,
        InternalErrorException,
        InvalidSmsRoleAccessPolicyException,
        InvalidEmailRoleAccessPolicyException,
        InvalidSmsRoleTrustRelationshipException,
        OperationNotEnabledException,
        FeatureUnavailableInTierException,
        ForbiddenException,
    ),
    "AdminInitiateAuth": (
        ResourceNotFoundException,
        UnsupportedOperationException,
        InvalidParameterException,
        NotAuthorizedException,
        TooManyRequestsException,
        InternalErrorException,
        UnexpectedLambdaException,
        InvalidUserPoolConfigurationException,
        UserLambdaValidationException,
        InvalidLambdaResponseException,
        MFAMethodNotFoundException,
        InvalidSmsRoleAccessPolicyException,
        InvalidEmailRoleAccessPolicyException,
        InvalidSmsRoleTrustRelationshipException,
        PasswordResetRequiredException,
        UserNotFoundException,
        UserNotConfirmedException,
        OperationNotEnabledException,
        FeatureUnavailableInTierException,
    ),
    "RespondToAuthChallenge": (
        ResourceNotFoundException,
        InvalidParameterException,
        NotAuthorizedException,
        CodeMismatchException,
        ExpiredCodeException,
        UnexpectedLambdaException,
        UserLambdaValidationException,
        InvalidPasswordException,
        PasswordHistoryPolicyViolationException,
        InvalidLambdaResponseException,
        TooManyRequestsException,
        InvalidUserPoolConfigurationException,
        MFAMethodNotFoundException,
        PasswordResetRequiredException,
        UserNotFoundException,
        UserNotConfirmedException,
        InvalidSmsRoleAccessPolicyException,
        InvalidSmsRoleTrustRelationshipException,
        InvalidEmailRoleAccessPolicyException,
        AliasExistsException,
        InternalErrorException,
        SoftwareTokenMFANotFoundException,
        ForbiddenException,
        OperationNotEnabledException,
    ),
    "AdminRespondToAuthChallenge": (
        ResourceNotFoundException,
        InvalidParameterException,
        NotAuthorizedException,
        CodeMismatchException,
        ExpiredCodeException,
        UnexpectedLambdaException,
        InvalidPasswordException,
        PasswordHistoryPolicyViolationException,
        UserLambdaValidationException,
        InvalidLambdaResponseException,
        TooManyRequestsException,
        InvalidUserPoolConfigurationException,
        InternalErrorException,
        MFAMethodNotFoundException,
        InvalidEmailRoleAccessPolicyException,
        InvalidSmsRoleAccessPolicyException,
        InvalidSmsRoleTrustRelationshipException,
        AliasExistsException,
        PasswordResetRequiredException,
        UserNotFoundException,
        UserNotConfirmedException,
        SoftwareTokenMFANotFoundException,
        OperationNotEnabledException,
    ),
    "GetTokensFromRefreshToken": (
        ResourceNotFoundException,
        InvalidParameterException,
        NotAuthorizedException,
        TooManyRequestsException,
        UserNotFoundException,
        UnexpectedLambdaException,
        UserLambdaValidationException,
        InvalidLambdaResponseException,
        ForbiddenException,
        RefreshTokenReuseException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "RevokeToken": (
        TooManyRequestsException,
        InternalErrorException,
        UnauthorizedException,
        InvalidParameterException,
        UnsupportedOperationException,
        UnsupportedTokenTypeException,
        ForbiddenException,
        OperationNotEnabledException,
    ),
    "GlobalSignOut": (
        ResourceNotFoundException,
        InvalidParameterException,
        NotAuthorizedException,
        TooManyRequestsException,
        PasswordResetRequiredException,
        UserNotConfirmedException,
        OperationNotEnabledException,
        InternalErrorException,
        ForbiddenException,
    ),
    "ForgotPassword": (
        ResourceNotFoundException,
        InvalidParameterException,
        UnexpectedLambdaException,
        UserLambdaValidationException,
        NotAuthorizedException,
        InvalidLambdaResponseException,
        TooManyRequestsException,
        LimitExceededException,
        InvalidSmsRoleAccessPolicyException,
        InvalidSmsRoleTrustRelationshipException,
        InvalidEmailRoleAccessPolicyException,
        CodeDeliveryFailureException,
        UserNotFoundException,
        OperationNotEnabledException,
        InternalErrorException,
        ForbiddenException,
    ),
    "ConfirmForgotPassword": (
        ResourceNotFoundException,
        UnexpectedLambdaException,
        UserLambdaValidationException,
        InvalidParameterException,
        InvalidPasswordException,
        PasswordHistoryPolicyViolationException,
        NotAuthorizedException,
        CodeMismatchException,
        ExpiredCodeException,
        TooManyFailedAttemptsException,
        InvalidLambdaResponseException,
        TooManyRequestsException,
        LimitExceededException,
        UserNotFoundException,
        UserNotConfirmedException,
        OperationNotEnabledException,
        InternalErrorException,
        ForbiddenException,
    ),
    "ChangePassword": (
        ResourceNotFoundException,
        InvalidParameterException,
        InvalidPasswordException,
        PasswordHistoryPolicyViolationException,
        NotAuthorizedException,
        TooManyRequestsException,
        LimitExceededException,
        PasswordResetRequiredException,
        UserNotFoundException,
        UserNotConfirmedException,
        OperationNotEnabledException,
        InternalErrorException,
        ForbiddenException,
    ),
    "GetUser": (
        ResourceNotFoundException,
        InvalidParameterException,
        NotAuthorizedException,
        TooManyRequestsException,
        PasswordResetRequiredException,
        UserNotFoundException,
        UserNotConfirmedException,
        OperationNotEnabledException,
        InternalErrorException,
        ForbiddenException,
    ),
    "GetUserAuthFactors": (
        ResourceNotFoundException,
        InvalidParameterException,
        NotAuthorizedException,
        TooManyRequestsException,
        PasswordResetRequiredException,
        UserNotFoundException,
        UserNotConfirmedException,
        OperationNotEnabledException,
        InternalErrorException,
        ForbiddenException,
    ),
    "UpdateUserAttributes": (
        ResourceNotFoundException,
        InvalidParameterException,
        CodeMismatchException,
        ExpiredCodeException,
        NotAuthorizedException,
        UnexpectedLambdaException,
        UserLambdaValidationException,
        InvalidLambdaResponseException,
        TooManyRequestsException,
        AliasExistsException,
        InvalidSmsRoleAccessPolicyException,
        InvalidSmsRoleTrustRelationshipException,
        InvalidEmailRoleAccessPolicyException,
        CodeDeliveryFailureException,
        PasswordResetRequiredException,
        UserNotFoundException,
        UserNotConfirmedException,
        OperationNotEnabledException,
        InternalErrorException,
        ForbiddenException,
    ),
    "DeleteUserAttributes": (
        ResourceNotFoundException,
        InvalidParameterException,
        NotAuthorizedException,
        TooManyRequestsException,
        PasswordResetRequiredException,
        UserNotFoundException,
        UserNotConfirmedException,
        OperationNotEnabledException,
        InternalErrorException,
        ForbiddenException,
    ),
    "VerifyUserAttribute": (
        ResourceNotFoundException,
        InvalidParameterException,
        CodeMismatchException,
        ExpiredCodeException,
        NotAuthorizedException,
        TooManyRequestsException,
        LimitExceededException,
        PasswordResetRequiredException,
        UserNotFoundException,
        UserNotConfirmedException,
        OperationNotEnabledException,
        InternalErrorException,
        AliasExistsException,
        ForbiddenException,
    ),
    "GetUserAttributeVerificationCode": (
        ResourceNotFoundException,
        InvalidParameterException,
        TooManyRequestsException,
        NotAuthorizedException,
        UnexpectedLambdaException,
        UserLambdaValidationException,
        InvalidLambdaResponseException,
        InvalidSmsRoleAccessPolicyException,
        InvalidSmsRoleTrustRelationshipException,
        InvalidEmailRoleAccessPolicyException,
        CodeDeliveryFailureException,
        LimitExceededException,
        PasswordResetRequiredException,
        UserNotFoundException,
        UserNotConfirmedException,
        OperationNotEnabledException,
        InternalErrorException,
        ForbiddenException,
    ),
    "AssociateSoftwareToken": (
        ConcurrentModificationException,
        InvalidParameterException,
        NotAuthorizedException,
        ResourceNotFoundException,
        InternalErrorException,
        SoftwareTokenMFANotFoundException,
        ForbiddenException,
        OperationNotEnabledException,
    ),
    "VerifySoftwareToken": (
        InvalidParameterException,
        ResourceNotFoundException,
        InvalidUserPoolConfigurationException,
        NotAuthorizedException,
        TooManyRequestsException,
        PasswordResetRequiredException,
        UserNotFoundException,
        UserNotConfirmedException,
        InternalErrorException,
        EnableSoftwareTokenMFAException,
        NotAuthorizedException,
        SoftwareTokenMFANotFoundException,
        CodeMismatchException,
        ForbiddenException,
        OperationNotEnabledException,
    ),
    "SetUserMFAPreference": (
        ResourceNotFoundException,
        InvalidParameterException,
        NotAuthorizedException,
        PasswordResetRequiredException,
        UserNotFoundException,
        UserNotConfirmedException,
        OperationNotEnabledException,
        InternalErrorException,
        ForbiddenException,
    ),
    "SetUserSettings": (
        ResourceNotFoundException,
        InvalidParameterException,
        NotAuthorizedException,
        PasswordResetRequiredException,
        UserNotFoundException,
        UserNotConfirmedException,
        OperationNotEnabledException,
        InternalErrorException,
        ForbiddenException,
    ),
    "ConfirmDevice": (
        ResourceNotFoundException,
        InvalidParameterException,
        NotAuthorizedException,
        InvalidPasswordException,
        InvalidLambdaResponseException,
        UsernameExistsException,
        InvalidUserPoolConfigurationException,
        TooManyRequestsException,
        PasswordResetRequiredException,
        UserNotFoundException,
        UserNotConfirmedException,
        InternalErrorException,
        OperationNotEnabledException,
        DeviceKeyExistsException,
        ForbiddenException,
    ),
    "ListDevices": (
        InvalidParameterException,
        ResourceNotFoundException,
        NotAuthorizedException,
        InvalidUserPoolConfigurationException,
        TooManyRequestsException,
        PasswordResetRequiredException,
        UserNotFoundException,
        UserNotConfirmedException,
        OperationNotEnabledException,
        InternalErrorException,
        ForbiddenException,
    ),
    "GetDevice": (
        ResourceNotFoundException,
        InvalidParameterException,
        InvalidUserPoolConfigurationException,
        NotAuthorizedException,
        TooManyRequestsException,
        PasswordResetRequiredException,
        UserNotFoundException,
        UserNotConfirmedException,
        OperationNotEnabledException,
        InternalErrorException,
        ForbiddenException,
    ),
    "ForgetDevice": (
        ResourceNotFoundException,
        InvalidParameterException,
        NotAuthorizedException,
        TooManyRequestsException,
        InvalidUserPoolConfigurationException,
        PasswordResetRequiredException,
        UserNotFoundException,
        UserNotConfirmedException,
        OperationNotEnabledException,
        InternalErrorException,
        ForbiddenException,
    ),
    "UpdateDeviceStatus": (
        InvalidParameterException,
        ResourceNotFoundException,
        NotAuthorizedException,
        InvalidUserPoolConfigurationException,
        TooManyRequestsException,
        PasswordResetRequiredException,
        UserNotFoundException,
        UserNotConfirmedException,
        OperationNotEnabledException,
        InternalErrorException,
        ForbiddenException,
    ),
    "StartWebAuthnRegistration": (
        ForbiddenException,
        InternalErrorException,
        InvalidParameterException,
        LimitExceededException,
        NotAuthorizedException,
        TooManyRequestsException,
        WebAuthnNotEnabledException,
        PasswordResetRequiredException,
        WebAuthnConfigurationMissingException,
        OperationNotEnabledException,
    ),
    "CompleteWebAuthnRegistration": (
        ForbiddenException,
        InternalErrorException,
        InvalidParameterException,
        LimitExceededException,
        NotAuthorizedException,
        TooManyRequestsException,
        WebAuthnNotEnabledException,
        WebAuthnChallengeNotFoundException,
        WebAuthnRelyingPartyMismatchException,
        WebAuthnClientMismatchException,
        WebAuthnOriginNotAllowedException,
        PasswordResetRequiredException,
        WebAuthnCredentialNotSupportedException,
        OperationNotEnabledException,
    ),
    "ListWebAuthnCredentials": (
        ForbiddenException,
        InternalErrorException,
        InvalidParameterException,
        TooManyRequestsException,
        LimitExceededException,
        PasswordResetRequiredException,
        NotAuthorizedException,
        OperationNotEnabledException,
    ),
    "DeleteWebAuthnCredential": (
        ForbiddenException,
        InternalErrorException,
        InvalidParameterException,
        TooManyRequestsException,
        LimitExceededException,
        PasswordResetRequiredException,
        NotAuthorizedException,
        ResourceNotFoundException,
        OperationNotEnabledException,
    ),
    "DeleteUser": (
        ResourceNotFoundException,
        InvalidParameterException,
        NotAuthorizedException,
        TooManyRequestsException,
        PasswordResetRequiredException,
        UserNotFoundException,
        UserNotConfirmedException,
        OperationNotEnabledException,
        InternalErrorException,
        ForbiddenException,
    ),
    "AdminAddUserToGroup": (
        InvalidParameterException,
        ResourceNotFoundException,
        TooManyRequestsException,
        NotAuthorizedException,
        UserNotFoundException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "AdminConfirmSignUp": (
        ResourceNotFoundException,
        InvalidParameterException,
        UnexpectedLambdaException,
        UserLambdaValidationException,
        NotAuthorizedException,
        TooManyFailedAttemptsException,
        InvalidLambdaResponseException,
        TooManyRequestsException,
        LimitExceededException,
        UserNotFoundException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "AdminCreateUser": (
        ResourceNotFoundException,
        InvalidParameterException,
        UserNotFoundException,
        UsernameExistsException,
        InvalidPasswordException,
        CodeDeliveryFailureException,
        UnexpectedLambdaException,
        UserLambdaValidationException,
        InvalidLambdaResponseException,
        PreconditionNotMetException,
        InvalidSmsRoleAccessPolicyException,
        InvalidSmsRoleTrustRelationshipException,
        TooManyRequestsException,
        NotAuthorizedException,
        UnsupportedUserStateException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "AdminDeleteUser": (
        ResourceNotFoundException,
        InvalidParameterException,
        TooManyRequestsException,
        NotAuthorizedException,
        UserNotFoundException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "AdminDeleteUserAttributes": (
        ResourceNotFoundException,
        InvalidParameterException,
        TooManyRequestsException,
        NotAuthorizedException,
        UserNotFoundException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "AdminDisableProviderForUser": (
        ResourceNotFoundException,
        InvalidParameterException,
        TooManyRequestsException,
        NotAuthorizedException,
        UserNotFoundException,
        AliasExistsException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "AdminDisableUser": (
        ResourceNotFoundException,
        InvalidParameterException,
        TooManyRequestsException,
        NotAuthorizedException,
        UserNotFoundException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "AdminEnableUser": (
        ResourceNotFoundException,
        InvalidParameterException,
        TooManyRequestsException,
        NotAuthorizedException,
        UserNotFoundException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "AdminForgetDevice": (
        ResourceNotFoundException,
        InvalidParameterException,
        InvalidUserPoolConfigurationException,
        TooManyRequestsException,
        NotAuthorizedException,
        OperationNotEnabledException,
        UserNotFoundException,
        InternalErrorException,
    ),
    "AdminGetDevice": (
        ResourceNotFoundException,
        InvalidParameterException,
        InvalidUserPoolConfigurationException,
        TooManyRequestsException,
        OperationNotEnabledException,
        InternalErrorException,
        NotAuthorizedException,
    ),
    "AdminGetUser": (
        ResourceNotFoundException,
        InvalidParameterException,
        TooManyRequestsException,
        NotAuthorizedException,
        UserNotFoundException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "AdminLinkProviderForUser": (
        ResourceNotFoundException,
        InvalidParameterException,
        TooManyRequestsException,
        NotAuthorizedException,
        UserNotFoundException,
        AliasExistsException,
        LimitExceededException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "AdminListDevices": (
        InvalidParameterException,
        ResourceNotFoundException,
        InvalidUserPoolConfigurationException,
        TooManyRequestsException,
        OperationNotEnabledException,
        InternalErrorException,
        NotAuthorizedException,
    ),
    "AdminListGroupsForUser": (
        InvalidParameterException,
        ResourceNotFoundException,
        TooManyRequestsException,
        NotAuthorizedException,
        UserNotFoundException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "AdminRemoveUserFromGroup": (
        InvalidParameterException,
        ResourceNotFoundException,
        TooManyRequestsException,
        NotAuthorizedException,
        UserNotFoundException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "AdminResetUserPassword": (
        ResourceNotFoundException,
        InvalidParameterException,
        UnexpectedLambdaException,
        UserLambdaValidationException,
        NotAuthorizedException,
        InvalidLambdaResponseException,
        TooManyRequestsException,
        LimitExceededException,
        UserNotFoundException,
        InvalidSmsRoleAccessPolicyException,
        InvalidEmailRoleAccessPolicyException,
        InvalidSmsRoleTrustRelationshipException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "AdminSetUserMFAPreference": (
        ResourceNotFoundException,
        InvalidParameterException,
        NotAuthorizedException,
        PasswordResetRequiredException,
        UserNotFoundException,
        UserNotConfirmedException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "AdminSetUserPassword": (
        ResourceNotFoundException,
        NotAuthorizedException,
        UserNotFoundException,
        InternalErrorException,
        TooManyRequestsException,
        InvalidParameterException,
        InvalidPasswordException,
        PasswordHistoryPolicyViolationException,
        OperationNotEnabledException,
    ),
    "AdminSetUserSettings": (
        ResourceNotFoundException,
        InvalidParameterException,
        NotAuthorizedException,
        UserNotFoundException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "AdminUpdateDeviceStatus": (
        InvalidParameterException,
        ResourceNotFoundException,
        InvalidUserPoolConfigurationException,
        TooManyRequestsException,
        NotAuthorizedException,
        OperationNotEnabledException,
        UserNotFoundException,
        InternalErrorException,
    ),
    "AdminUpdateUserAttributes": (
        ResourceNotFoundException,
        InvalidParameterException,
        UnexpectedLambdaException,
        UserLambdaValidationException,
        InvalidLambdaResponseException,
        AliasExistsException,
        TooManyRequestsException,
        NotAuthorizedException,
        UserNotFoundException,
        InternalErrorException,
        InvalidSmsRoleAccessPolicyException,
        InvalidEmailRoleAccessPolicyException,
        InvalidSmsRoleTrustRelationshipException,
        OperationNotEnabledException,
    ),
    "AdminUserGlobalSignOut": (
        ResourceNotFoundException,
        InvalidParameterException,
        TooManyRequestsException,
        NotAuthorizedException,
        UserNotFoundException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "ListUsers": (
        InvalidParameterException,
        ResourceNotFoundException,
        TooManyRequestsException,
        NotAuthorizedException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "ListUsersInGroup": (
        InvalidParameterException,
        ResourceNotFoundException,
        TooManyRequestsException,
        NotAuthorizedException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "ListGroups": (
        InvalidParameterException,
        ResourceNotFoundException,
        TooManyRequestsException,
        NotAuthorizedException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "CreateGroup": (
        InvalidParameterException,
        GroupExistsException,
        ResourceNotFoundException,
        TooManyRequestsException,
        LimitExceededException,
        NotAuthorizedException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "GetGroup": (
        ResourceNotFoundException,
        InvalidParameterException,
        TooManyRequestsException,
        NotAuthorizedException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "UpdateGroup": (
        ResourceNotFoundException,
        InvalidParameterException,
        TooManyRequestsException,
        NotAuthorizedException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "DeleteGroup": (
        ResourceNotFoundException,
        InvalidParameterException,
        TooManyRequestsException,
        NotAuthorizedException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "CreateUserPool": (
        InvalidParameterException,
        TooManyRequestsException,
        LimitExceededException,
        InvalidSmsRoleAccessPolicyException,
        InvalidSmsRoleTrustRelationshipException,
        InvalidEmailRoleAccessPolicyException,
        NotAuthorizedException,
        UserPoolTaggingException,
        InternalErrorException,
        TierChangeNotAllowedException,
        FeatureUnavailableInTierException,
    ),
    "DescribeUserPool": (
        ResourceNotFoundException,
        InvalidParameterException,
        TooManyRequestsException,
        NotAuthorizedException,
        UserPoolTaggingException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "UpdateUserPool": (
        ResourceNotFoundException,
        InvalidParameterException,
        ConcurrentModificationException,
        TooManyRequestsException,
        NotAuthorizedException,
        UserImportInProgressException,
        InternalErrorException,
        InvalidSmsRoleAccessPolicyException,
        InvalidSmsRoleTrustRelationshipException,
        UserPoolTaggingException,
        InvalidEmailRoleAccessPolicyException,
        OperationNotEnabledException,
        TierChangeNotAllowedException,
        FeatureUnavailableInTierException,
    ),
    "DeleteUserPool": (
        ResourceNotFoundException,
        InvalidParameterException,
        TooManyRequestsException,
        NotAuthorizedException,
        UserImportInProgressException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "ListUserPools": (
        InvalidParameterException,
        TooManyRequestsException,
        NotAuthorizedException,
        InternalErrorException,
    ),
    "AddCustomAttributes": (
        ResourceNotFoundException,
        InvalidParameterException,
        TooManyRequestsException,
        NotAuthorizedException,
        OperationNotEnabledException,
        UserImportInProgressException,
        InternalErrorException,
    ),
    "GetUserPoolMfaConfig": (
        InvalidParameterException,
        TooManyRequestsException,
        ResourceNotFoundException,
        NotAuthorizedException,
        InternalErrorException,
    ),
    "SetUserPoolMfaConfig": (
        InvalidParameterException,
        TooManyRequestsException,
        ConcurrentModificationException,
        ResourceNotFoundException,
        InvalidSmsRoleAccessPolicyException,
        InvalidSmsRoleTrustRelationshipException,
        NotAuthorizedException,
        OperationNotEnabledException,
        InternalErrorException,
        FeatureUnavailableInTierException,
    ),
    "CreateUserPoolClient": (
        InvalidParameterException,
        ResourceNotFoundException,
        TooManyRequestsException,
        LimitExceededException,
        NotAuthorizedException,
        ScopeDoesNotExistException,
        InvalidOAuthFlowException,
        OperationNotEnabledException,
        InternalErrorException,
        FeatureUnavailableInTierException,
    ),
    "DescribeUserPoolClient": (
        ResourceNotFoundException,
        InvalidParameterException,
        TooManyRequestsException,
        OperationNotEnabledException,
        NotAuthorizedException,
        InternalErrorException,
    ),
    "UpdateUserPoolClient": (
        ResourceNotFoundException,
        InvalidParameterException,
        ConcurrentModificationException,
        TooManyRequestsException,
        NotAuthorizedException,
        ScopeDoesNotExistException,
        InvalidOAuthFlowException,
        OperationNotEnabledException,
        InternalErrorException,
        FeatureUnavailableInTierException,
    ),
    "DeleteUserPoolClient": (
        ResourceNotFoundException,
        InvalidParameterException,
        TooManyRequestsException,
        NotAuthorizedException,
        ConcurrentModificationException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "ListUserPoolClients": (
        InvalidParameterException,
        ResourceNotFoundException,
        TooManyRequestsException,
        NotAuthorizedException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "CreateUserPoolDomain": (
        InvalidParameterException,
        NotAuthorizedException,
        ConcurrentModificationException,
        ResourceNotFoundException,
        LimitExceededException,
        InternalErrorException,
        OperationNotEnabledException,
        FeatureUnavailableInTierException,
    ),
    "DescribeUserPoolDomain": (
        NotAuthorizedException,
        InvalidParameterException,
        ResourceNotFoundException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "UpdateUserPoolDomain": (
        InvalidParameterException,
        NotAuthorizedException,
        ConcurrentModificationException,
        ResourceNotFoundException,
        TooManyRequestsException,
        OperationNotEnabledException,
        InternalErrorException,
        FeatureUnavailableInTierException,
    ),
    "DeleteUserPoolDomain": (
        NotAuthorizedException,
        InvalidParameterException,
        ConcurrentModificationException,
        ResourceNotFoundException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "CreateResourceServer": (
        InvalidParameterException,
        ResourceNotFoundException,
        NotAuthorizedException,
        TooManyRequestsException,
        LimitExceededException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "DescribeResourceServer": (
        InvalidParameterException,
        ResourceNotFoundException,
        NotAuthorizedException,
        TooManyRequestsException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "UpdateResourceServer": (
        InvalidParameterException,
        ResourceNotFoundException,
        NotAuthorizedException,
        TooManyRequestsException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "DeleteResourceServer": (
        InvalidParameterException,
        ResourceNotFoundException,
        NotAuthorizedException,
        TooManyRequestsException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "ListResourceServers": (
        InvalidParameterException,
        ResourceNotFoundException,
        NotAuthorizedException,
        TooManyRequestsException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
    "CreateIdentityProvider": (
        InvalidParameterException,
        DuplicateProviderException,
        ResourceNotFoundException,
        NotAuthorizedException,
        TooManyRequestsException,
        LimitExceededException,
        InternalErrorException,
    ),
    "DescribeIdentityProvider": (
        InvalidParameterException,
        ResourceNotFoundException,
        NotAuthorizedException,
        TooManyRequestsException,
        InternalErrorException,
    ),
    "UpdateIdentityProvider": (
        InvalidParameterException,
        UnsupportedIdentityProviderException,
        ResourceNotFoundException,
        ConcurrentModificationException,
        NotAuthorizedException,
        TooManyRequestsException,
        InternalErrorException,
    ),
    "DeleteIdentityProvider": (
        InvalidParameterException,
        UnsupportedIdentityProviderException,
        ConcurrentModificationException,
        ResourceNotFoundException,
        NotAuthorizedException,
        TooManyRequestsException,
        InternalErrorException,
    ),
    "ListIdentityProviders": (
        InvalidParameterException,
        ResourceNotFoundException,
        NotAuthorizedException,
        TooManyRequestsException,
        InternalErrorException,
    ),
    "GetIdentityProviderByIdentifier": (
        InvalidParameterException,
        ResourceNotFoundException,
        NotAuthorizedException,
        TooManyRequestsException,
        InternalErrorException,
    ),
    "GetCSVHeader": (
        ResourceNotFoundException,
        InvalidParameterException,
        TooManyRequestsException,
        NotAuthorizedException,
        OperationNotEnabledException,
        InternalErrorException,
    ),
}
UNSIGNED = frozenset(
    {
        "SignUp",
        "ConfirmSignUp",
        "ResendConfirmationCode",
        "InitiateAuth",
        "RespondToAuthChallenge",
        "GetTokensFromRefreshToken",
        "RevokeToken",
        "GlobalSignOut",
        "ForgotPassword",
        "ConfirmForgotPassword",
        "ChangePassword",
        "GetUser",
        "GetUserAuthFactors",
        "UpdateUserAttributes",
        "DeleteUserAttributes",
        "VerifyUserAttribute",
        "GetUserAttributeVerificationCode",
        "AssociateSoftwareToken",
        "VerifySoftwareToken",
        "SetUserMFAPreference",
        "SetUserSettings",
        "ConfirmDevice",
        "ListDevices",
        "GetDevice",
        "ForgetDevice",
        "UpdateDeviceStatus",
        "StartWebAuthnRegistration",
        "CompleteWebAuthnRegistration",
        "ListWebAuthnCredentials",
        "DeleteWebAuthnCredential",
        "DeleteUser",
    }
)
