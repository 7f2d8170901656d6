"""What S3 does, with Amplify's permissions: buckets and who may do what in them.

A workflow of the control room provisions a bucket under a name it chose before, so a step that runs twice makes one
bucket. Names keep S3's rules (`check_bucket_name`, `make_bucket_name`) and are unique over all apps: a name that
belongs to somebody else is refused. A bucket without an owner was made by no environment and can be imported; imports
own nothing, the caller keeps the link.
"""

from preamp.storage.buckets import BucketTaken, NoSuchBucket, Storage
from preamp.storage.names import check_bucket_name, make_bucket_name
from preamp.storage.records import Bucket, Owner, Permission, Permissions, check_permissions

__all__ = [
    "Bucket",
    "BucketTaken",
    "NoSuchBucket",
    "Owner",
    "Permission",
    "Permissions",
    "Storage",
    "check_bucket_name",
    "check_permissions",
    "make_bucket_name",
]
