"""SECRET_HASH: how a client with a secret shows that it knows it (Cognito developer guide, "Computing secret hash")."""

import base64
import hmac


def secret_hash(client_secret: str, username: str, client_id: str) -> str:
    """Base64 of HMAC-SHA256(secret, user name as sent in the call, then client id)."""
    return base64.b64encode(hmac.digest(client_secret.encode(), f"{username}{client_id}".encode(), "sha256")).decode()


def secret_hash_problem(client_secret: str | None, username: str, client_id: str, given: str | None) -> str | None:
    """Why the call must be refused, None where it may go on: compares in constant time."""
    if client_secret is None:
        return None
    if given is None:
        return f"Client {client_id} is configured with secret but SECRET_HASH was not received"
    expected = secret_hash(client_secret, username, client_id)
    if hmac.compare_digest(expected.encode(), given.encode()):
        return None
    return f"Unable to verify secret hash for client {client_id}"
