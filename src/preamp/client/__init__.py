"""A thin typed client of the Amplify Backend API, sync and async.

    with AmplifyBackend(endpoint="https://amplify.example", access_key_id="AKIA", secret_access_key="...") as amplify:
        dev = amplify.at("d1app", "dev")
        dev.wait(dev.create_backend_api(resource_name="blog", resource_config=BackendAPIResourceConfig(...)))

Requests and answers are the server's own Structs (`preamp.control.model`). `operations.py` has a method for each of the
31 operations, written by tools/client.py; `exchange.py` makes requests and reads answers, purely; `sync.py` and
`asynchronous.py` send them, wait for jobs and walk pages. Nothing here knows a server's inside: it speaks to AWS's
endpoint as well. Whoever prefers boto3 needs none of it.
"""

from preamp.client.asynchronous import AsyncAmplifyBackend
from preamp.client.decoded import expiry, feature_flags, introspection, meta, times
from preamp.client.errors import JobFailed, JobTimeout, OperationError, Unreachable
from preamp.client.exchange import Incoming, Options, Outgoing
from preamp.client.sync import AmplifyBackend

__all__ = [
    "AmplifyBackend",
    "AsyncAmplifyBackend",
    "Incoming",
    "JobFailed",
    "JobTimeout",
    "OperationError",
    "Options",
    "Outgoing",
    "Unreachable",
    "expiry",
    "feature_flags",
    "introspection",
    "meta",
    "times",
]
