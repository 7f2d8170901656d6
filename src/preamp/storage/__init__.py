"""What S3 does, with Amplify's permissions: buckets and who may do what in them.

A workflow of the control room provisions a bucket under a name it chose before, so a step that runs twice makes one
bucket. Names keep S3's rules (`check_bucket_name`, `make_bucket_name`) and are unique over all apps: a name that
belongs to somebody else is refused. A bucket without an owner was made by no environment and can be imported; imports
own nothing, the caller keeps the link.

Under it lies the data plane. `s3/` has S3's operations; `levels.authorize` says who may do what; `Catalog` keeps keys
in SQL, `Contents` their bytes in the objects room, `Sweeper` removes what no row names any more and checks the rest.
"""

from preamp.storage.buckets import BucketTaken, NoSuchBucket, Storage
from preamp.storage.catalog import Catalog
from preamp.storage.contents import Contents
from preamp.storage.levels import Action, Caller, Operator, Person, authorize
from preamp.storage.names import check_bucket_name, make_bucket_name
from preamp.storage.records import Bucket, Owner, Permission, Permissions, check_permissions
from preamp.storage.s3 import S3, table
from preamp.storage.store import tables
from preamp.storage.sweeper import Damage, Scrubbed, Sweeper, Swept, scrub

__all__ = [
    "S3",
    "Action",
    "Bucket",
    "BucketTaken",
    "Caller",
    "Catalog",
    "Contents",
    "Damage",
    "NoSuchBucket",
    "Operator",
    "Owner",
    "Permission",
    "Permissions",
    "Person",
    "Scrubbed",
    "Storage",
    "Sweeper",
    "Swept",
    "authorize",
    "check_bucket_name",
    "check_permissions",
    "make_bucket_name",
    "scrub",
    "table",
    "tables",
]
