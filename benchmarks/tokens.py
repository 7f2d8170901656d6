"""Tokens of an OpenID Connect provider that this process is: its keys are read once, over loopback."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from msgspec import Struct

from issuer import Issuer

USERS = 8


class Provider(Struct, frozen=True, kw_only=True):
    """The provider's address, and for each token everything an owner may be written as."""

    url: str
    callers: dict[str, list[str]]


@asynccontextmanager
async def provider() -> AsyncIterator[Provider]:
    """Serve the provider's discovery document and keys."""
    documents: dict[str, bytes] = {}

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        body = documents[head.split(b" ", 2)[1].decode()]
        start = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
        writer.write(f"{start}connection: close\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    issuer = Issuer(url, "bench", now=time.time())
    documents["/.well-known/openid-configuration"] = json.dumps({"issuer": url, "jwks_uri": f"{url}/keys"}).encode()
    documents["/keys"] = json.dumps(issuer.jwks).encode()
    callers = {}
    for number in range(USERS):
        sub, username = f"sub-{number}", f"user-{number}"
        token = issuer.token(sub=sub, username=username, aud="bench")
        callers[token] = [f"{sub}::{username}", sub, username]
    try:
        yield Provider(url=url, callers=callers)
    finally:
        server.close()
