"""S3's errors, by their codes. Source: S3 API reference, "Error responses"."""

from preamp.wire.s3 import ServiceError


class NoSuchBucket(ServiceError):
    """There is no bucket of this name."""

    status = 404


class NoSuchKey(ServiceError):
    """There is no object of this key."""

    status = 404


class NoSuchUpload(ServiceError):
    """There is no such upload under way."""

    status = 404


class NoSuchVersion(ServiceError):
    """There is no such version; there are no versions here but `null`."""

    status = 404


class NotConfigured(ServiceError):
    """The bucket has no configuration of a kind; the code says which."""

    status = 404

    def __init__(self, code: str, message: str, bucket: str) -> None:
        super().__init__(message, BucketName=bucket)
        self._code = code

    @property
    def code(self) -> str:
        """The code of this kind."""
        return self._code


class BucketAlreadyExists(ServiceError):
    """The name is somebody else's."""

    status = 409


class BucketAlreadyOwnedByYou(ServiceError):
    """The name is the caller's own bucket."""

    status = 409


class BucketNotEmpty(ServiceError):
    """A bucket with objects cannot be deleted."""

    status = 409


class InvalidBucketName(ServiceError):
    """The name is not of S3's form."""

    status = 400


class KeyTooLongError(ServiceError):
    """The key is longer than 1024 bytes."""

    status = 400


class MetadataTooLarge(ServiceError):
    """User metadata is longer than 2 KiB."""

    status = 400


class PreconditionFailed(ServiceError):
    """A condition of the request does not hold."""

    status = 412


class InvalidRange(ServiceError):
    """The range lies behind the object's end."""

    status = 416


class InvalidPart(ServiceError):
    """A part is not there, or has another ETag."""

    status = 400


class InvalidPartOrder(ServiceError):
    """The parts are not in ascending order."""

    status = 400


class EntityTooSmall(ServiceError):
    """A part other than the last is smaller than 5 MiB."""

    status = 400


class QuotaExceeded(ServiceError):
    """The bucket may not hold so much. preamp's own: S3 has no quotas."""

    status = 403


class AccessForbidden(ServiceError):
    """No CORS rule of the bucket allows this."""

    status = 403


class InvalidPolicyDocument(ServiceError):
    """The policy of a form is not of its shape, or forbids this."""

    status = 400


class MalformedPOSTRequest(ServiceError):
    """The form is not multipart/form-data of S3's kind."""

    status = 400
