"""The S3 service: its operations, each in the file of its subject, registered in `table`."""

from preamp.storage.s3 import buckets, copy, multipart, objects, pages, post_form
from preamp.storage.s3.context import S3, table

__all__ = ["S3", "buckets", "copy", "multipart", "objects", "pages", "post_form", "table"]
