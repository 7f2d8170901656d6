"""Bytes by opaque id: immutable blobs in files, in memory, or in somebody else's object store.

What users call keys never gets here: a blob's id is made by the caller (hexadecimal digits and hyphens), so nothing of
a user's name can reach a file system. A blob is written once, becomes readable and durable when `Upload.finish`
returns, and is removed by id. `open_objects` chooses the driver by URL: `file:///path`, `memory://`, and by the extra
`preamp[objects]` `s3://bucket/prefix`, `gs://bucket/prefix`, `az://container/prefix`.
"""

from preamp.objects.face import Blob, NoSuchBlob, Objects, StoreFull, StoreUnavailable, Stream, Upload
from preamp.objects.open import open_objects

__all__ = ["Blob", "NoSuchBlob", "Objects", "StoreFull", "StoreUnavailable", "Stream", "Upload", "open_objects"]
