"""The pool, the app client and the user that a request names, or the error that tells there is none."""

import base64
import hmac

from preamp.auth import store, user_store
from preamp.auth.idp.context import Idp
from preamp.auth.idp.errors import NotAuthorizedException, ResourceNotFoundException, UserNotFoundException
from preamp.auth.pool import Client, Pool
from preamp.auth.users import User
from preamp.db import Reader

_CLIENT_SECRETS = "auth-client-secrets"


async def known_pool(idp: Idp, user_pool_id: str, reader: Reader | None = None) -> Pool:
    """The user pool; raises ResourceNotFoundException."""
    found = await store.served_pool(reader or idp.db, user_pool_id)
    if found is None:
        raise ResourceNotFoundException(f"User pool {user_pool_id} does not exist.")
    return found


async def known_client(idp: Idp, client_id: str, reader: Reader | None = None) -> tuple[Pool, Client]:
    """The app client with its pool; raises ResourceNotFoundException."""
    found = await store.served_client(reader or idp.db, client_id)
    if found is None:
        raise ResourceNotFoundException(f"User pool client {client_id} does not exist.")
    return found


async def known_client_of(idp: Idp, user_pool_id: str, client_id: str) -> tuple[Pool, Client]:
    """The app client of this pool; raises ResourceNotFoundException."""
    pool = await known_pool(idp, user_pool_id)
    found = await store.served_client(idp.db, client_id)
    if found is None or found[1].user_pool_id != pool.id:
        raise ResourceNotFoundException(f"User pool client {client_id} does not exist.")
    return found


async def known_user(idp: Idp, pool: Pool, name: str, reader: Reader | None = None) -> User:
    """The user of a name, alias or sub, for administrators; raises UserNotFoundException."""
    found = await user_store.user_named(reader or idp.db, pool.id, pool.key(name))
    if found is None:
        raise UserNotFoundException("User does not exist.")
    return found


def sealed_client_secret(idp: Idp, client_id: str, secret: str) -> bytes:
    """A client secret as it is kept."""
    return idp.sealer.purpose(_CLIENT_SECRETS).seal_text(secret, client_id)


def client_secret(idp: Idp, client: Client) -> str | None:
    """The secret of an app client in clear, None where it has none."""
    if client.secret is None:
        return None
    return idp.sealer.purpose(_CLIENT_SECRETS).open_text(client.secret, client.id)


def check_client_secret(idp: Idp, client: Client, given: str | None) -> None:
    """Hold a client to its secret, for calls that carry the secret itself. Raises NotAuthorizedException."""
    secret = client_secret(idp, client)
    if secret is not None and not hmac.compare_digest(secret.encode(), (given or "").encode()):
        raise NotAuthorizedException(f"Unable to verify secret hash for client {client.id}")


def check_secret_hash(idp: Idp, client: Client, username: str, given: str | None) -> None:
    """Hold a client to its secret, for calls that carry SECRET_HASH: base64 of HMAC-SHA256(secret, name ‖ client id).

    A client without a secret need not send one, and what it sends is not looked at. Raises NotAuthorizedException.
    """
    secret = client_secret(idp, client)
    if secret is None:
        return
    made = base64.b64encode(hmac.digest(secret.encode(), (username + client.id).encode(), "sha256"))
    if not hmac.compare_digest(made, (given or "").encode()):
        raise NotAuthorizedException(f"Unable to verify secret hash for client {client.id}")
