"""Whether a pool, two clients and an identity pool may be imported together (ImportBackendAuth).

Source: the checks of the Amplify CLI's headless import, in its order. The native client may be any client of the pool;
the web client has no secret, since a browser cannot keep one.
"""

from collections.abc import Iterator, Sequence

from preamp.auth.records import AppClient, IdentityPool, IdentityProvider


def import_problems(
    user_pool_id: str, clients: Sequence[AppClient], web_client_id: str, native_client_id: str
) -> Iterator[str]:
    """Problems between an existing pool's clients and the two that are named."""
    by_id = {client.id: client for client in clients}
    if all(client.has_secret for client in clients):
        yield f"userPoolId: user pool {user_pool_id!r} has no app client without a secret, which a web client must be"
    for member, client_id in (("webClientId", web_client_id), ("nativeClientId", native_client_id)):
        if client_id not in by_id:
            yield f"{member}: user pool {user_pool_id!r} has no app client {client_id!r}"
    web, native = by_id.get(web_client_id), by_id.get(native_client_id)
    if web is not None and web.has_secret:
        yield f"webClientId: app client {web_client_id!r} has a secret; a web client must have none"
    if web is not None and native is not None and web.o_auth != native.o_auth:
        yield (
            f"nativeClientId: the OAuth settings of app client {native_client_id!r} differ from those of webClientId "
            f"{web_client_id!r}; they must be equal"
        )


def identity_pool_problem(
    identity_pool_id: str, identity_pool: IdentityPool | None, user_pool_id: str, client_ids: Sequence[str]
) -> str | None:
    """Why the identity pool cannot serve these clients of the user pool, None where it can."""
    if identity_pool is None:
        return f"identityPoolId: there is no identity pool {identity_pool_id!r}"
    missing = [c for c in client_ids if IdentityProvider(user_pool_id, c) not in identity_pool.providers]
    if not missing:
        return None
    return (
        f"identityPoolId: identity pool {identity_pool_id!r} does not have user pool {user_pool_id!r} with app client "
        f"{' and '.join(map(repr, dict.fromkeys(missing)))} as a provider"
    )
